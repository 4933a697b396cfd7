//! Blocks of raw HTML, by the seven kinds of `CommonMark`.

use super::Blocks;
use crate::notebook::python_text::is_space;

/// The tags that begin a block of the sixth kind.
const BLOCK_TAGS: [&str; 62] = [
    "address",
    "article",
    "aside",
    "base",
    "basefont",
    "blockquote",
    "body",
    "caption",
    "center",
    "col",
    "colgroup",
    "dd",
    "details",
    "dialog",
    "dir",
    "div",
    "dl",
    "dt",
    "fieldset",
    "figcaption",
    "figure",
    "footer",
    "form",
    "frame",
    "frameset",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "head",
    "header",
    "hr",
    "html",
    "iframe",
    "legend",
    "li",
    "link",
    "main",
    "menu",
    "menuitem",
    "nav",
    "noframes",
    "ol",
    "optgroup",
    "option",
    "p",
    "param",
    "search",
    "section",
    "summary",
    "table",
    "tbody",
    "td",
    "tfoot",
    "th",
    "thead",
    "title",
    "tr",
    "track",
    "ul",
];

/// How a block of HTML ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Close {
    /// With the end tag of one of the tags whose content is text.
    TextTag,
    /// With this text.
    Text(&'static str),
    /// With an empty line; whether it may interrupt a paragraph.
    EmptyLine { interrupts: bool },
}

impl Close {
    fn is_in(self, line: &str) -> bool {
        match self {
            Self::Text(text) => line.contains(text),
            Self::EmptyLine { .. } => line.is_empty(),
            Self::TextTag => {
                let mut rest = line;
                while let Some(at) = rest.find("</") {
                    rest = &rest[at + 2..];
                    let name = name(rest);
                    if is_text_tag(name) && rest[name.len()..].starts_with('>') {
                        return true;
                    }
                }
                false
            }
        }
    }
}

fn name(text: &str) -> &str {
    let end = text.bytes().take_while(|b| b.is_ascii_alphanumeric() || *b == b'-').count();
    &text[..end]
}

fn is_text_tag(name: &str) -> bool {
    ["script", "pre", "style", "textarea"].iter().any(|tag| name.eq_ignore_ascii_case(tag))
}

/// What the line begins, if it is HTML.
fn opens(line: &str) -> Option<Close> {
    let rest = line.strip_prefix('<')?;
    let tag = name(rest);
    let behind = &rest[tag.len()..];
    let bounded = behind.is_empty() || behind.starts_with(|c| c == '>' || is_space(c));
    if is_text_tag(tag) && bounded {
        return Some(Close::TextTag);
    }
    if let Some(rest) = rest.strip_prefix('!') {
        if rest.starts_with("--") {
            return Some(Close::Text("-->"));
        }
        if rest.starts_with(|c: char| c.is_ascii_alphabetic()) {
            return Some(Close::Text(">"));
        }
        return rest.starts_with("[CDATA[").then_some(Close::Text("]]>"));
    }
    if rest.starts_with('?') {
        return Some(Close::Text("?>"));
    }
    let inner = rest.strip_prefix('/').unwrap_or(rest);
    let tag = name(inner);
    let behind = &inner[tag.len()..];
    let bounded =
        behind.is_empty() || behind.starts_with("/>") || behind.starts_with(|c| c == '>' || is_space(c));
    if bounded && !tag.is_empty() && BLOCK_TAGS.iter().any(|known| tag.eq_ignore_ascii_case(known)) {
        return Some(Close::EmptyLine { interrupts: true });
    }
    let behind = if inner.len() < rest.len() { close_tag(inner) } else { open_tag(rest) }?;
    behind.chars().all(is_space).then_some(Close::EmptyLine { interrupts: false })
}

/// What stands behind a whole end tag; `text` begins behind `</`.
fn close_tag(text: &str) -> Option<&str> {
    let tag = name(text);
    tag.starts_with(|c: char| c.is_ascii_alphabetic()).then_some(())?;
    text[tag.len()..].trim_start_matches(is_space).strip_prefix('>')
}

/// What stands behind a whole start tag; `text` begins behind `<`.
fn open_tag(text: &str) -> Option<&str> {
    let tag = name(text);
    tag.starts_with(|c: char| c.is_ascii_alphabetic()).then_some(())?;
    let mut rest = &text[tag.len()..];
    loop {
        let trimmed = rest.trim_start_matches(is_space);
        if let Some(behind) = trimmed.strip_prefix("/>").or_else(|| trimmed.strip_prefix('>')) {
            return Some(behind);
        }
        if trimmed.len() == rest.len() {
            return None;
        }
        let end = trimmed
            .bytes()
            .take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b':' | b'.' | b'-'))
            .count();
        if !trimmed.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_' || c == ':') {
            return None;
        }
        rest = &trimmed[end..];
        if let Some(value) = rest.trim_start_matches(is_space).strip_prefix('=') {
            let value = value.trim_start_matches(is_space);
            rest = if let Some(quote) = value.chars().next().filter(|c| matches!(c, '"' | '\'')) {
                value[1..].split_once(quote)?.1
            } else {
                let end = value
                    .bytes()
                    .take_while(|b| *b > b' ' && !matches!(b, b'"' | b'\'' | b'=' | b'<' | b'>' | b'`'))
                    .count();
                if end == 0 {
                    return None;
                }
                // `a=b/>` closes itself: the slash belongs to the tag.
                let slash = value[..end].ends_with('/') && value[end..].starts_with('>');
                &value[end - usize::from(slash)..]
            };
        }
    }
}

impl Blocks<'_> {
    pub(super) fn html(&mut self, start: usize, end: usize, silent: bool) -> bool {
        if self.first(start) != b'<' || self.is_code(start) {
            return false;
        }
        let Some(close) = opens(self.rest(start)) else { return false };
        if silent {
            return close != Close::EmptyLine { interrupts: false };
        }
        let to_empty_line = matches!(close, Close::EmptyLine { .. });
        let mut next = start + 1;
        if !close.is_in(self.rest(start)) {
            while next < end {
                let line = self.lines[next];
                if line.columns < self.indent && (to_empty_line || !line.is_empty()) {
                    break;
                }
                if close.is_in(self.rest(next)) {
                    next += usize::from(!line.is_empty());
                    break;
                }
                next += 1;
            }
        }
        self.line = next;
        true
    }
}
