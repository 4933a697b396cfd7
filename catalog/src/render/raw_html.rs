//! Raw HTML in markdown, reduced before it meets an HTML parser.
//!
//! The parser that the sanitizer uses follows the HTML standard, which repairs what is badly nested at a price: every
//! formatting element left open is opened again in every later paragraph, and every open element is looked at for every
//! tag. A small file could thus cost minutes. So tags pass only when they are allowed, short, and nested within bounds,
//! and formatting elements are closed where their block ends. What is safe is decided by the sanitizer, not here.

use super::Options;
use super::highlight::escape;
use super::sanitize::{TAGS, is_length};
use std::borrow::Cow;

/// Longest tag that passes, attributes included, in bytes.
const MAX_TAG: usize = 1_000;

/// Most elements that are open at a time.
const MAX_OPEN: usize = 48;

/// Most formatting elements that are open at a time.
const MAX_FORMATTING: usize = 8;

/// Elements that the HTML parser opens again when they were not closed.
pub(super) const FORMATTING: [&str; 11] =
    ["a", "b", "code", "em", "i", "s", "small", "strike", "strong", "tt", "u"];

/// Elements whose end may be left out: they close each other and need no bound.
const CLOSING_EACH_OTHER: [&str; 14] =
    ["caption", "colgroup", "dd", "dt", "li", "p", "rp", "rt", "tbody", "td", "tfoot", "th", "thead", "tr"];

/// Elements without content.
const VOID: [&str; 5] = ["br", "col", "hr", "img", "wbr"];

/// Elements whose content goes with them.
const WITH_CONTENT: [&str; 13] = [
    "audio", "canvas", "iframe", "noembed", "noframes", "noscript", "object", "script", "style", "svg",
    "template", "title", "video",
];

/// The raw HTML of one piece of markdown, as it passes by.
pub(super) struct RawHtml<'o> {
    options: Options<'o>,
    cell: usize,
    open: Vec<&'static str>,
    formatting: Vec<&'static str>,
}

impl<'o> RawHtml<'o> {
    /// Raw HTML of that cell.
    pub(super) fn new(options: Options<'o>, cell: usize) -> Self {
        Self { options, cell, open: Vec::new(), formatting: Vec::new() }
    }

    /// Appends what passes of a piece of raw HTML.
    pub(super) fn pass(&mut self, html: &str, out: &mut String) {
        let mut rest = html;
        while let Some(open) = rest.find('<') {
            out.push_str(&rest[..open]);
            rest = &rest[open..];
            let len = if let Some(comment) = rest.strip_prefix("<!--") {
                comment.find("-->").map_or(rest.len(), |len| len + 7)
            } else if rest.starts_with("<!") || rest.starts_with("<?") {
                rest.find('>').map_or(rest.len(), |len| len + 1)
            } else if let Some(tag) = tag(rest) {
                self.tag(&rest[..tag.len], &tag, out);
                match WITH_CONTENT.iter().find(|name| !tag.closing && tag.name.eq_ignore_ascii_case(name)) {
                    Some(name) => end_of(rest, tag.len, name),
                    None => tag.len,
                }
            } else {
                out.push_str("&lt;");
                1
            };
            rest = &rest[len..];
        }
        out.push_str(rest);
    }

    /// Closes the formatting elements that are still open: called where a block ends.
    pub(super) fn close_formatting(&mut self, out: &mut String) {
        while let Some(name) = self.formatting.pop() {
            out.push_str("</");
            out.push_str(name);
            out.push('>');
        }
    }

    fn tag(&mut self, whole: &str, tag: &Tag<'_>, out: &mut String) {
        let Some(name) = TAGS.iter().copied().find(|name| tag.name.eq_ignore_ascii_case(name)) else {
            return;
        };
        if whole.len() > MAX_TAG {
            return;
        }
        let passes = if VOID.contains(&name) {
            !tag.closing
        } else if CLOSING_EACH_OTHER.contains(&name) {
            // A lone `</p>` would make an empty paragraph; that harms nothing.
            true
        } else {
            let (stack, most) = if FORMATTING.contains(&name) {
                (&mut self.formatting, MAX_FORMATTING)
            } else {
                (&mut self.open, MAX_OPEN)
            };
            if tag.closing {
                let at = stack.iter().rposition(|open| *open == name);
                if let Some(at) = at {
                    stack.remove(at);
                }
                at.is_some()
            } else {
                let room = stack.len() < most;
                if room {
                    stack.push(name);
                }
                room
            }
        };
        if passes {
            // Written anew, so that the HTML parser reads the same tag as we did, and nothing else.
            let attributes = &whole[(1 + tag.name.len()).min(whole.len())..];
            match name {
                _ if tag.closing => out.extend(["</", name, ">"]),
                "img" => self.image(attributes, out),
                _ => self.element(name, attributes, out),
            }
        }
    }

    /// What a link leads to is judged as it is for a link of markdown's.
    fn element(&self, element: &str, attributes: &str, out: &mut String) {
        out.extend(["<", element]);
        for (name, value) in attributes_of(attributes) {
            let value = match (element, name.as_str()) {
                ("a", "href") => self.options.href(&value),
                (_, "href" | "src") => None,
                (_, event) if event.starts_with("on") => None,
                (_, plain) if plain.bytes().all(|b| b.is_ascii_lowercase() || b == b'-') => {
                    Some(value.into_owned())
                }
                _ => None,
            };
            if let Some(value) = value {
                attribute(&name, &value, out);
            }
        }
        out.push('>');
    }

    /// A picture becomes its words where it is none of the repository's.
    fn image(&self, attributes: &str, out: &mut String) {
        let attributes: Vec<_> = attributes_of(attributes).collect();
        let get =
            |wanted: &str| attributes.iter().find(|(name, _)| name == wanted).map(|(_, value)| &**value);
        let target = get("src").unwrap_or_default();
        let words = get("alt").filter(|alt| !alt.is_empty()).unwrap_or(target);
        let Some(src) = self.options.src(target, self.cell) else {
            if !words.is_empty() {
                out.push_str("<span class=\"image\">");
                escape(words, out);
                out.push_str("</span>");
            }
            return;
        };
        out.push_str("<img");
        attribute("src", &src, out);
        attribute("alt", get("alt").unwrap_or_default(), out);
        attribute("loading", "lazy", out);
        for name in ["width", "height", "title"] {
            let value = get(name).filter(|value| name == "title" || is_length(value));
            if let Some(value) = value {
                attribute(name, value, out);
            }
        }
        out.push('>');
    }
}

fn attribute(name: &str, value: &str, out: &mut String) {
    out.push(' ');
    out.push_str(name);
    out.push_str("=\"");
    escape(value, out);
    out.push('"');
}

/// The attributes of a tag, from behind its name; names in lower case, values decoded.
fn attributes_of(text: &str) -> impl Iterator<Item = (String, Cow<'_, str>)> {
    let mut rest = text.trim_end_matches(['>', '/']);
    std::iter::from_fn(move || {
        rest =
            rest.trim_start_matches(|c: char| c.is_ascii_whitespace() || matches!(c, '/' | '=' | '"' | '\''));
        let len =
            rest.find(|c: char| c.is_ascii_whitespace() || matches!(c, '=' | '/')).unwrap_or(rest.len());
        let (name, behind) = rest.split_at(len);
        if name.is_empty() {
            return None;
        }
        rest = behind;
        let mut value = "";
        if let Some(behind) = rest.trim_start().strip_prefix('=') {
            let behind = behind.trim_start();
            let quote = behind.chars().next().filter(|c| matches!(c, '"' | '\''));
            (value, rest) = if let Some(quote) = quote {
                behind[1..].split_once(quote).unwrap_or((&behind[1..], ""))
            } else {
                let len = behind.find(|c: char| c.is_ascii_whitespace()).unwrap_or(behind.len());
                behind.split_at(len)
            };
        }
        Some((name.to_ascii_lowercase(), decoded(value)))
    })
    .take(50)
}

/// Text of an attribute with the few entities that matter read back. Any other is left as it is written, and is text
/// from then on: what was judged is what the browser sees.
fn decoded(text: &str) -> Cow<'_, str> {
    if !text.contains('&') {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let window = &rest.as_bytes()[..rest.len().min(12)];
        let entity =
            window.iter().position(|&b| b == b';').and_then(|end| Some((rest.get(1..end)?, end + 1)));
        let read = entity.and_then(|(name, len)| {
            let number =
                |digits: &str, radix| u32::from_str_radix(digits, radix).ok().and_then(char::from_u32);
            let c = match name {
                "amp" => '&',
                "lt" => '<',
                "gt" => '>',
                "quot" => '"',
                "apos" => '\'',
                _ => match name.strip_prefix('#')? {
                    hex if hex.starts_with(['x', 'X']) => number(&hex[1..], 16)?,
                    digits => number(digits, 10)?,
                },
            };
            Some((c, len))
        });
        let (c, len) = read.unwrap_or(('&', 1));
        out.push(c);
        rest = &rest[len..];
    }
    out.push_str(rest);
    Cow::Owned(out)
}

/// A tag at the beginning of a text.
struct Tag<'a> {
    name: &'a str,
    closing: bool,
    /// Behind its `>`.
    len: usize,
}

fn tag(text: &str) -> Option<Tag<'_>> {
    let bytes = text.as_bytes();
    let closing = bytes.get(1) == Some(&b'/');
    let start = if closing { 2 } else { 1 };
    let name_len =
        bytes[start..].iter().take(32).take_while(|b| b.is_ascii_alphanumeric() || **b == b'-').count();
    if name_len == 0 || !bytes[start].is_ascii_alphabetic() {
        return None;
    }
    let mut at = start + name_len;
    let mut quote = None;
    // A tag that does not end within the bound is text; looking further for each would not be linear.
    let end = bytes.len().min(at + MAX_TAG);
    while at < end {
        match (quote, bytes[at]) {
            (None, b'>') => return Some(Tag { name: &text[start..start + name_len], closing, len: at + 1 }),
            (None, mark @ (b'"' | b'\'')) => quote = Some(mark),
            (Some(mark), byte) if byte == mark => quote = None,
            _ => {}
        }
        at += 1;
    }
    None
}

/// Behind the closing tag of an element that goes with its content; the whole text where it is never closed.
fn end_of(text: &str, from: usize, name: &str) -> usize {
    let bytes = text.as_bytes();
    let mut at = from;
    while let Some(open) = text[at..].find("</") {
        let start = at + open + 2;
        let is_name =
            bytes.get(start..start + name.len()).is_some_and(|own| own.eq_ignore_ascii_case(name.as_bytes()));
        if is_name {
            return text[start..].find('>').map_or(text.len(), |len| start + len + 1);
        }
        at = start;
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn passed(html: &str) -> String {
        let mut out = String::new();
        let mut raw = RawHtml::new(Options::default(), 0);
        raw.pass(html, &mut out);
        raw.close_formatting(&mut out);
        out
    }

    #[test]
    fn allowed_tags_pass_and_others_go() {
        assert_eq!(passed("<details open><summary>x</summary>"), "<details open=\"\"><summary>x</summary>");
        assert_eq!(passed("<form action=x>a</form><img onerror=y>"), "a");
        assert_eq!(passed("a<script>alert(1)</script >b<!-- c -->d<style>x"), "abd");
        assert_eq!(passed("1 < 2 <3 </ >"), "1 &lt; 2 &lt;3 &lt;/ >");
    }

    #[test]
    fn links_and_pictures_are_written_anew() {
        assert_eq!(
            passed("<a HREF='https://example.org/?a=1&amp;b=2' onclick=x title=\"a'b\">x</a>"),
            "<a href=\"https://example.org/?a=1&amp;b=2\" title=\"a&#39;b\">x</a>"
        );
        assert_eq!(
            passed("<a href=\"java&#115;cript:x\">y</a><a href=jav&Tab;ascript:x>z</a>"),
            "<a>y</a><a>z</a>"
        );
        assert_eq!(
            passed("<B title='<a href=\"x\"' \"onclick=y\">z</b>"),
            "<b title=\"&lt;a href=&quot;x&quot;\">z</b>"
        );
        assert_eq!(passed("<img alt='a <b>' src=\"x.png\"/>"), "<span class=\"image\">a &lt;b&gt;</span>");
    }

    #[test]
    fn formatting_is_closed_and_nesting_is_bounded() {
        assert_eq!(passed("<b><i>x"), "<b><i>x</i></b>");
        assert_eq!(passed("x</b></div>"), "x");
        assert_eq!(passed(&"<b>".repeat(100)).matches("<b>").count(), MAX_FORMATTING);
        assert_eq!(passed(&"<div>".repeat(1000)).matches("<div>").count(), MAX_OPEN);
    }

    #[test]
    fn tags_without_end_are_text() {
        assert_eq!(passed("<b title=\"x"), "&lt;b title=\"x");
        assert_eq!(passed(&format!("<b {}>", "a ".repeat(2000))).matches("&lt;").count(), 1);
    }
}
