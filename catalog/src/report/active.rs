//! Whether HTML does something by itself: runs, loads a page, asks for input.
//!
//! Tables of pandas do not, and stay as they are, their `style` included. What this is not sure of goes through the
//! sanitizer, which decides; a false alarm costs the look of a table, no more.

use std::borrow::Cow;

/// Elements that run, load or ask.
const ELEMENTS: [&str; 19] = [
    "script",
    "iframe",
    "frame",
    "frameset",
    "object",
    "embed",
    "applet",
    "base",
    "meta",
    "link",
    "form",
    "input",
    "button",
    "textarea",
    "select",
    "portal",
    "foreignobject",
    "animate",
    "set",
];

/// Beginnings of addresses that run.
const SCHEMES: [&str; 3] = ["javascript:", "vbscript:", "data:text/html"];

/// What loads something from within a style.
const STYLES: [&str; 4] = ["@import", "url(", "expression(", "-moz-binding"];

/// Whether HTML does something by itself.
pub(super) fn is_active(html: &str) -> bool {
    let bytes = html.as_bytes();
    let mut at = 0;
    while let Some(open) = find(b'<', &bytes[at..]) {
        let begin = at + open + 1;
        at = begin;
        if !bytes.get(begin).is_some_and(u8::is_ascii_alphabetic) {
            continue;
        }
        let name_len = bytes[begin..].iter().take_while(|byte| byte.is_ascii_alphanumeric()).count();
        let name_end = begin + name_len;
        // Most tags have no attributes.
        let len = if bytes.get(name_end) == Some(&b'>') { Some(0) } else { find(b'>', &bytes[name_end..]) };
        // A tag that never ends is nothing to be sure of.
        let Some(len) = len else { return true };
        let (name, attributes) = (&html[begin..name_end], &html[name_end..name_end + len]);
        // Most of a table is `tr` and `td`.
        let is_known = name_len > 2 && ELEMENTS.iter().any(|own| own.eq_ignore_ascii_case(name));
        if is_known || ends_in_quotes(attributes) || runs(attributes) {
            return true;
        }
        at = name_end + len;
        if name.eq_ignore_ascii_case("style") {
            let rest = &html[at..];
            let close = rest.find("</").unwrap_or(rest.len());
            if says_any(&without_escapes(&decoded(&rest[..close])), &STYLES) {
                return true;
            }
        }
    }
    false
}

/// Where a byte stands. In a table the next one is so near that looking further at once would be slower.
fn find(byte: u8, bytes: &[u8]) -> Option<usize> {
    bytes.iter().position(|own| *own == byte)
}

/// Whether the `>` behind these attributes stands within a value.
fn ends_in_quotes(attributes: &str) -> bool {
    let mut quote = None;
    for c in attributes.chars() {
        match quote {
            None if matches!(c, '"' | '\'') => quote = Some(c),
            Some(mark) if mark == c => quote = None,
            _ => {}
        }
    }
    quote.is_some()
}

/// Whether the attributes of a tag handle an event, or lead to something that runs.
fn runs(attributes: &str) -> bool {
    if attributes.is_empty() {
        return false;
    }
    let lower = attributes.to_ascii_lowercase();
    let handles = lower.match_indices("on").any(|(at, _)| {
        let begins =
            lower[..at].ends_with(|c: char| c.is_ascii_whitespace() || matches!(c, '/' | '"' | '\''));
        let name = lower[at + 2..].trim_start_matches(|c: char| c.is_ascii_alphanumeric() || c == '-');
        begins && name.len() < lower.len() - at - 2 && name.trim_start().starts_with('=')
    });
    let read = decoded(&lower);
    handles
        || lower.contains("srcdoc")
        || says_any(&read, &SCHEMES)
        || lower.contains("style") && says_any(&without_escapes(&read), &STYLES)
}

/// Characters by their names, where a scheme or a style may be hidden behind them.
const NAMED: [(&str, char); 12] = [
    ("tab", '\t'),
    ("newline", '\n'),
    ("colon", ':'),
    ("lpar", '('),
    ("rpar", ')'),
    ("commat", '@'),
    ("sol", '/'),
    ("bsol", '\\'),
    ("comma", ','),
    ("semi", ';'),
    ("lowbar", '_'),
    ("hyphen", '-'),
];

/// A text in small letters as a browser reads it: `&#106;` and `&colon;` are what they stand for.
fn decoded(text: &str) -> Cow<'_, str> {
    if !text.contains('&') {
        return Cow::Borrowed(text);
    }
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        plain.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        if let Some((c, behind)) = numbered(rest).or_else(|| named(rest)) {
            plain.push(c);
            rest = behind;
        } else {
            plain.push('&');
        }
    }
    plain.push_str(rest);
    Cow::Owned(plain)
}

/// The character that stands behind `&` by its number, and what follows.
fn numbered(text: &str) -> Option<(char, &str)> {
    let text = text.strip_prefix('#')?;
    let (text, radix) = text.strip_prefix('x').map_or((text, 10), |text| (text, 16));
    let digits = text.chars().take_while(|c| c.is_digit(radix)).count();
    let c = char::from_u32(u32::from_str_radix(text[..digits].trim_start_matches('0'), radix).ok()?)?;
    Some((c, text[digits..].strip_prefix(';').unwrap_or(&text[digits..])))
}

/// The character that stands behind `&` by its name, and what follows.
fn named(text: &str) -> Option<(char, &str)> {
    NAMED.iter().find_map(|(name, c)| Some((*c, text.strip_prefix(name)?.strip_prefix(';')?)))
}

/// A style without its escapes: `\75 rl(` is `url(`.
fn without_escapes(style: &str) -> Cow<'_, str> {
    if !style.contains('\\') {
        return Cow::Borrowed(style);
    }
    let mut plain = String::with_capacity(style.len());
    let mut rest = style;
    while let Some(at) = rest.find('\\') {
        plain.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        let digits = rest.chars().take(6).take_while(char::is_ascii_hexdigit).count();
        if digits > 0 {
            let number = u32::from_str_radix(&rest[..digits], 16).unwrap_or_default();
            plain.extend(char::from_u32(number));
            rest = &rest[digits..];
            rest = rest.strip_prefix(|c: char| c.is_ascii_whitespace()).unwrap_or(rest);
        }
    }
    plain.push_str(rest);
    Cow::Owned(plain)
}

/// Whether a text says one of these, whatever blanks and control characters stand between.
fn says_any(text: &str, words: &[&str]) -> bool {
    let compact: String = text
        .chars()
        .filter(|c| !c.is_whitespace() && !c.is_control())
        .map(|c| c.to_ascii_lowercase())
        .collect();
    words.iter().any(|word| compact.contains(word))
}

/// Whether anything stands between the tags.
pub(super) fn has_text(html: &str) -> bool {
    let mut inside = false;
    html.chars().any(|c| {
        match c {
            '<' => inside = true,
            '>' => inside = false,
            c => return !inside && !c.is_whitespace(),
        }
        false
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_of_pandas_do_nothing() {
        let table = "<div>\n<style scoped>\n    .dataframe tbody tr th:only-of-type {\n        vertical-align: middle;\n    }\n\
                     </style>\n<table border=\"1\" class=\"dataframe\">\n<tr style=\"text-align: right;\"><th>once = on</th></tr>\
                     <td>javascript: on=1 &lt;script&gt; 1 < 2</td></table></div>";
        assert!(!is_active(table));
        for html in [
            "<td title=\"it&#x27;s 10:30\">x</td>",
            "<a href=\"https://example.org/?q=it&#39;s&amp;r=1\">x</a>",
            "<style>td::before { content: \"\\25b2\" }</style><td>x</td>",
        ] {
            assert!(!is_active(html), "{html}");
        }
    }

    #[test]
    fn what_runs_loads_or_asks_is_told() {
        for html in [
            "<script>x</script>",
            "<SCRIPT src=x>",
            "<img src=x onerror=alert(1)>",
            "<img src=x/onerror = 'x'>",
            "<a href=' java\tscript:x'>y</a>",
            "<a href='&#106;avascript:x'>y</a>",
            "<iframe src=x>",
            "<b title='>' onclick=x>",
            "<style>@import 'http://x'</style>",
            "<p style='background: url(http://x)'>",
            "<meta http-equiv=refresh>",
            "<a href='java&Tab;script&colon;x'>y</a>",
            "<a href='&#x6A;&#97vascript&#0058;x'>y</a>",
            "<p style='background: u&#114;l&lpar;http://x)'>",
            "<p style='background: \\75 rl(http://x)'>",
            "<style>p { background: u\\72l(http://x) }</style>",
        ] {
            assert!(is_active(html), "{html}");
        }
    }
}
