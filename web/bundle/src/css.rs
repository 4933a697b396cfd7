//! The stylesheet without what only its writers need.

/// Drops comments and blank space that says nothing. Strings stay as they are.
pub(crate) fn minify(css: &str) -> String {
    let mut out = String::with_capacity(css.len());
    let mut rest = css;
    let mut space = false;
    while let Some(first) = rest.chars().next() {
        if let Some(comment) = rest.strip_prefix("/*") {
            rest = comment.split_once("*/").map_or("", |(_, after)| after);
            space = true;
        } else if first.is_whitespace() {
            rest = &rest[first.len_utf8()..];
            space = true;
        } else {
            let token =
                if matches!(first, '"' | '\'') { string(rest, first) } else { &rest[..first.len_utf8()] };
            let tight = matches!(first, '{' | '}' | ';' | ',') || out.ends_with(['{', '}', ';', ',', ':']);
            if space && !tight && !out.is_empty() {
                out.push(' ');
            }
            if first == '}' && out.ends_with(';') {
                out.pop();
            }
            out.push_str(token);
            rest = &rest[token.len()..];
            space = false;
        }
    }
    out
}

/// The string literal at the beginning of `css`, quotes included.
fn string(css: &str, quote: char) -> &str {
    let mut escaped = false;
    for (at, c) in css.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            c if c == quote => return &css[..=at],
            _ => {}
        }
    }
    css
}

#[cfg(test)]
mod tests {
    use super::minify;

    #[test]
    fn comments_and_idle_space_go_and_meaning_stays() {
        assert_eq!(
            minify("/* why */\na > b ,\n c:hover { width: calc(1px + 2px); color: red; }\n"),
            "a > b,c:hover{width:calc(1px + 2px);color:red}"
        );
    }

    #[test]
    fn a_descendant_stays_a_descendant() {
        assert_eq!(minify(".a .b:not(.c) .d{}"), ".a .b:not(.c) .d{}");
        assert_eq!(minify(".a/**/.b {}"), ".a .b{}");
    }

    #[test]
    fn strings_are_not_touched() {
        assert_eq!(
            minify(r#"a::before { content: "\"  /* x */ { "; }"#),
            r#"a::before{content:"\"  /* x */ { "}"#
        );
    }
}
