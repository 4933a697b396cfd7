//! Snippets: text in which only `<mark>` is markup.

const OPEN: &str = "<mark>";
const CLOSE: &str = "</mark>";

/// Holds a snippet to what it promises: `<mark>` and `</mark>` stay, balanced; any other `<` and `>` become text.
/// Entities are left alone, since the text comes escaped.
pub(super) fn only_marks(html: &str) -> String {
    let mut out = String::with_capacity(html.len() + CLOSE.len());
    let mut open = false;
    let mut rest = html;
    while let Some(at) = rest.find(['<', '>']) {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        if let Some(after) = rest.strip_prefix(OPEN) {
            out.push_str(if open { "" } else { OPEN });
            open = true;
            rest = after;
        } else if let Some(after) = rest.strip_prefix(CLOSE) {
            out.push_str(if open { CLOSE } else { "" });
            open = false;
            rest = after;
        } else {
            out.push_str(if rest.starts_with('<') { "&lt;" } else { "&gt;" });
            rest = &rest[1..];
        }
    }
    out.push_str(rest);
    if open {
        out.push_str(CLOSE);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::only_marks;

    #[test]
    fn marks_stay_and_nothing_else_does() {
        assert_eq!(only_marks("a <mark>b</mark> &lt;c"), "a <mark>b</mark> &lt;c");
        assert_eq!(only_marks("<script>x</script>"), "&lt;script&gt;x&lt;/script&gt;");
        assert_eq!(only_marks("<mark onclick=x>"), "&lt;mark onclick=x&gt;");
    }

    #[test]
    fn marks_are_balanced() {
        assert_eq!(only_marks("</mark>a<mark>b<mark>c"), "a<mark>bc</mark>");
    }
}
