//! Raw HTML in markdown, reduced before it meets an HTML parser.
//!
//! The parser that the sanitizer uses follows the HTML standard, which repairs what is badly nested at a price: every
//! formatting element left open is opened again in every later paragraph, and every open element is looked at for every
//! tag. A small file could thus cost minutes. So tags pass only when they are allowed, short, and nested within bounds,
//! and formatting elements are closed where their block ends. What is safe is decided by the sanitizer, not here.

use super::sanitize::TAGS;

/// Longest tag that passes, attributes included, in bytes.
const MAX_TAG: usize = 1_000;

/// Most elements that are open at a time.
const MAX_OPEN: usize = 48;

/// Most formatting elements that are open at a time.
const MAX_FORMATTING: usize = 8;

/// Elements that the HTML parser opens again when they were not closed.
const FORMATTING: [&str; 11] = ["a", "b", "code", "em", "i", "s", "small", "strike", "strong", "tt", "u"];

/// Elements whose end may be left out: they close each other and need no bound.
const CLOSING_EACH_OTHER: [&str; 14] =
    ["caption", "colgroup", "dd", "dt", "li", "p", "rp", "rt", "tbody", "td", "tfoot", "th", "thead", "tr"];

/// Elements without content.
const VOID: [&str; 4] = ["br", "col", "hr", "wbr"];

/// Elements whose content goes with them.
const WITH_CONTENT: [&str; 13] = [
    "audio", "canvas", "iframe", "noembed", "noframes", "noscript", "object", "script", "style", "svg",
    "template", "title", "video",
];

/// The raw HTML of one piece of markdown, as it passes by.
#[derive(Default)]
pub(super) struct RawHtml {
    open: Vec<&'static str>,
    formatting: Vec<&'static str>,
}

impl RawHtml {
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
            out.push_str(whole);
        }
    }
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
        let mut raw = RawHtml::default();
        raw.pass(html, &mut out);
        raw.close_formatting(&mut out);
        out
    }

    #[test]
    fn allowed_tags_pass_and_others_go() {
        assert_eq!(passed("<details open><summary>x</summary>"), "<details open><summary>x</summary>");
        assert_eq!(passed("<form action=x>a</form><img src=x onerror=y>"), "a");
        assert_eq!(passed("a<script>alert(1)</script >b<!-- c -->d<style>x"), "abd");
        assert_eq!(passed("1 < 2 <3 </ >"), "1 &lt; 2 &lt;3 &lt;/ >");
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
