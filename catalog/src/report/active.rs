//! Whether HTML does something by itself: runs, loads a page, asks for input.
//!
//! Tables of pandas do not, and stay as they are, their `style` included. What this is not sure of goes through the
//! sanitizer, which decides; a false alarm costs the look of a table, no more.

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
    let mut rest = html;
    while let Some(at) = rest.find('<') {
        rest = &rest[at + 1..];
        if !rest.starts_with(|c: char| c.is_ascii_alphabetic()) {
            continue;
        }
        // A tag that never ends is nothing to be sure of.
        let Some(end) = rest.find('>') else { return true };
        let tag = &rest[..end];
        let name_len = tag.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(tag.len());
        let name = &tag[..name_len];
        let attributes = &tag[name_len..];
        // Most of a table is `tr` and `td`.
        let is_known = name_len > 2 && ELEMENTS.iter().any(|own| own.eq_ignore_ascii_case(name));
        if is_known || ends_in_quotes(attributes) || runs(attributes) {
            return true;
        }
        rest = &rest[end..];
        if name.eq_ignore_ascii_case("style") {
            let close = rest.find("</").unwrap_or(rest.len());
            if says_any(&rest[..close], &STYLES) {
                return true;
            }
        }
    }
    false
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
    handles
        || lower.contains("&#") && lower.contains(':')
        || lower.contains("&colon")
        || lower.contains("srcdoc")
        || says_any(&lower, &SCHEMES)
        || lower.contains("style") && says_any(&lower, &STYLES)
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
        ] {
            assert!(is_active(html), "{html}");
        }
    }
}
