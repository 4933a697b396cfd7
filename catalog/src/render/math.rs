//! LaTeX -> MathML, without a network.
//!
//! The conversion is math-core's; what it gives is copied through a fixed list of elements and attributes, so that what
//! reaches a page does not hang on that crate. It is put in behind the sanitizer (see [`late`](super::late)), which lets
//! no MathML pass. Its inline styles become classes: the page's policy takes no styles. Every size is bounded.

use math_core::{LatexToMathML, MathCoreConfig, MathDisplay};
use std::sync::LazyLock;

/// Longest formula, in bytes.
const MAX_SOURCE: usize = 4_000;

/// How deep groups and environments may stand in one another.
const MAX_NESTING: usize = 40;

/// Beginnings of inline styles that math-core writes, and the classes for them.
const STYLES: [(&str, &str); 9] = [
    ("text-align: left", "m-left"),
    ("text-align: right", "m-right"),
    ("padding-right: 0", "m-tight-right"),
    ("padding-left: 0", "m-tight-left"),
    ("border-right: 0.05em solid", "m-line"),
    ("border-right: 0.05em dashed", "m-line"),
    ("border-top: 0.05em solid", "m-rule"),
    ("border-top: 0.05em dashed", "m-rule"),
    ("width: 100%", "m-wide"),
];

static CONVERTER: LazyLock<Option<LatexToMathML>> =
    LazyLock::new(|| LatexToMathML::new(MathCoreConfig::default()).ok());

/// The elements that a formula may have.
const ELEMENTS: [&str; 25] = [
    "math",
    "menclose",
    "merror",
    "mfrac",
    "mi",
    "mmultiscripts",
    "mn",
    "mo",
    "mover",
    "mpadded",
    "mphantom",
    "mprescripts",
    "mroot",
    "mrow",
    "ms",
    "mspace",
    "msqrt",
    "mstyle",
    "msub",
    "msubsup",
    "msup",
    "mtable",
    "mtd",
    "mtext",
    "mtr",
];

/// Three more that came too late for the alphabet.
const FURTHER_ELEMENTS: [&str; 2] = ["munder", "munderover"];

/// The attributes that they may have.
const ATTRIBUTES: [&str; 20] = [
    "accent",
    "columnalign",
    "columnspan",
    "depth",
    "display",
    "displaystyle",
    "fence",
    "form",
    "height",
    "largeop",
    "linethickness",
    "lspace",
    "mathvariant",
    "maxsize",
    "minsize",
    "movablelimits",
    "rspace",
    "scriptlevel",
    "stretchy",
    "symmetric",
];

/// The rest of them.
const FURTHER_ATTRIBUTES: [&str; 3] = ["accentunder", "separator", "width"];

/// A formula as MathML; what is wrong with it where that cannot be.
pub(super) fn mathml(latex: &str, display: bool) -> Result<String, String> {
    let latex = latex.trim();
    check(latex)?;
    let converter = CONVERTER.as_ref().ok_or("formulas are not shown here")?;
    let display = if display { MathDisplay::Block } else { MathDisplay::Inline };
    let converted =
        converter.convert_with_local_state(latex, display).map_err(|error| error.error_message())?;
    allowed(&converted.mathml).ok_or_else(|| "it uses what is not shown here".to_owned())
}

fn check(latex: &str) -> Result<(), String> {
    if latex.is_empty() {
        return Err("an empty formula".to_owned());
    }
    if latex.len() > MAX_SOURCE {
        return Err(format!("longer than {MAX_SOURCE} bytes"));
    }
    let (mut depth, mut deepest) = (0usize, 0usize);
    let mut rest = latex;
    while let Some(at) = rest.find(['\\', '{', '}']) {
        let mark = rest.as_bytes()[at];
        rest = &rest[at + 1..];
        match mark {
            b'{' => depth += 1,
            b'}' => depth = depth.saturating_sub(1),
            _ => {
                let len = rest.bytes().take_while(u8::is_ascii_alphabetic).count();
                match &rest[..len] {
                    "begin" | "left" => depth += 1,
                    "end" | "right" => depth = depth.saturating_sub(1),
                    _ => {}
                }
                // `\{` opens nothing.
                let escaped = if len == 0 { rest.chars().next().map_or(0, char::len_utf8) } else { len };
                rest = &rest[escaped..];
            }
        }
        deepest = deepest.max(depth);
    }
    if deepest > MAX_NESTING { Err(format!("nested deeper than {MAX_NESTING}")) } else { Ok(()) }
}

/// What of the MathML is allowed; none where it holds another element, or is not well-formed.
fn allowed(mathml: &str) -> Option<String> {
    let mut out = String::with_capacity(mathml.len());
    let mut open: Vec<&str> = Vec::new();
    let mut rest = mathml;
    while let Some(at) = rest.find('<') {
        text(&rest[..at], &mut out);
        let (tag, behind) = rest[at + 1..].split_once('>')?;
        rest = behind;
        if let Some(name) = tag.strip_prefix('/') {
            let name = name.trim_end();
            (open.pop()? == name).then_some(())?;
            out.extend(["</", name, ">"]);
            continue;
        }
        let (tag, is_empty) = tag.strip_suffix('/').map_or((tag, false), |tag| (tag, true));
        let (name, mut attributes) = tag.split_once(char::is_whitespace).unwrap_or((tag, ""));
        (ELEMENTS.contains(&name) || FURTHER_ELEMENTS.contains(&name)).then_some(())?;
        out.extend(["<", name]);
        while let Some((key, behind)) = attributes.trim_start().split_once("=\"") {
            let (value, behind) = behind.split_once('"')?;
            attributes = behind;
            if key == "style" {
                let classes: Vec<_> = STYLES
                    .iter()
                    .filter(|(style, _)| value.contains(style))
                    .map(|(_, class)| *class)
                    .collect();
                if !classes.is_empty() {
                    out.extend([" class=\"", &classes.join(" "), "\""]);
                }
                continue;
            }
            let known = ATTRIBUTES.contains(&key) || FURTHER_ATTRIBUTES.contains(&key);
            let plain = value.len() <= 100
                && value
                    .bytes()
                    .all(|b| b.is_ascii_alphanumeric() || matches!(b, b' ' | b'.' | b'%' | b'-' | b'_'));
            if known && plain {
                out.extend([" ", key, "=\"", value, "\""]);
            }
        }
        out.push('>');
        if is_empty {
            out.extend(["</", name, ">"]);
        } else {
            open.push(name);
        }
    }
    text(rest, &mut out);
    open.is_empty().then_some(out)
}

/// Text between tags: entities stay, a lone `>` is written as one.
fn text(text: &str, out: &mut String) {
    for (index, piece) in text.split('>').enumerate() {
        if index > 0 {
            out.push_str("&gt;");
        }
        out.push_str(piece);
    }
}

/// Whether these are MathML's, for tests that look at what came out.
#[cfg(test)]
pub(super) fn is_known(name: &str, attribute: Option<&str>) -> bool {
    let element = ELEMENTS.contains(&name) || FURTHER_ELEMENTS.contains(&name);
    element
        && attribute.is_none_or(|key| {
            key == "class" || ATTRIBUTES.contains(&key) || FURTHER_ATTRIBUTES.contains(&key)
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn formulas_become_mathml() {
        let html = mathml(r"H = -\sum_{i} p_i \log_2 p_i", false).unwrap();
        assert!(html.starts_with("<math><mi>H</mi>"), "{html}");
        assert!(html.contains("<msub><mi>p</mi><mi>i</mi></msub>"), "{html}");
        let html = mathml(r"\begin{aligned} a &< b \\ c &= \frac{1}{2}\end{aligned}", true).unwrap();
        assert!(
            html.contains("display=\"block\"") && html.contains("<mtd class=\"m-right m-tight-right\">"),
            "{html}"
        );
        assert!(html.contains("<mo>&lt;</mo>") && html.contains("<mfrac>"), "{html}");
        assert!(mathml(r"\text{a b} \pm \vec{x}", false).unwrap().contains("<mtext>"));
    }

    #[test]
    fn bad_formulas_say_what_is_wrong() {
        for (latex, said) in [
            (r"\frac{a}", "argument"),
            (r"\nosuch", "nosuch"),
            ("", "empty"),
            (r"\def\a{\a\a}\a", "def"),
            (r"\href{javascript:alert(1)}{x}", "href"),
        ] {
            let error = mathml(latex, false).unwrap_err();
            assert!(error.contains(said), "{latex}: {error}");
        }
        assert!(mathml(&"{".repeat(100), false).is_err());
        assert!(mathml(&"x".repeat(MAX_SOURCE + 1), false).is_err());
    }

    #[test]
    fn only_what_is_on_the_list_passes() {
        assert_eq!(
            allowed("<math><mi style=\"x\" onclick=\"b\" mathvariant=\"normal\">x</mi></math>").unwrap(),
            "<math><mi mathvariant=\"normal\">x</mi></math>"
        );
        for other in [
            "<script>x</script>",
            "<math><a>x</a></math>",
            "<math>",
            "</math>",
            "<mi><mn></mi></mn>",
            "<mi",
            "<annotation-xml>",
        ] {
            assert_eq!(allowed(other), None, "{other}");
        }
    }

    proptest! {
        #[test]
        fn no_formula_panics_or_leaves_the_list(
            latex in r"(\\frac|\\sqrt|\\left\(|\\right\)|\\begin\{matrix\}|\\end\{matrix\}|\\text\{|\\begin\{array\}\{c\|c\}|\\end\{array\}|\\color\{red\}|\\kern 1em|\\hspace\{2pt\}|\\tag\{1\}|\\hline|\\over|\\big|\\overset|\\operatorname\{a\}|[{}\[\]^_&a-zé0-9<>'%#~ ]|\\\\){0,24}"
        ) {
            if let Ok(html) = mathml(&latex, true) {
                prop_assert!(html.starts_with("<math") && html.ends_with("</math>"));
                prop_assert!(html.len() < 500 + latex.len() * 100);
            }
        }
    }
}
