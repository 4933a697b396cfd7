//! What rendered HTML may hold, written down a second time: this list and the renderer's must be changed together, by
//! somebody who has thought about it twice.

#![allow(dead_code, reason = "not every test needs all of it")]

use catalog::notebook::{Cell, CellKind, Notebook};
use catalog::render::{self, ID_PREFIX, Options, Places, Rendered};
use serde_json::Value;

/// Elements of prose and outputs.
const ELEMENTS: &[&str] = &[
    "a",
    "abbr",
    "aside",
    "b",
    "bdi",
    "bdo",
    "blockquote",
    "br",
    "caption",
    "cite",
    "code",
    "col",
    "colgroup",
    "dd",
    "del",
    "details",
    "dfn",
    "div",
    "dl",
    "dt",
    "em",
    "figcaption",
    "figure",
    "footer",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "header",
    "hr",
    "i",
    "img",
    "ins",
    "kbd",
    "li",
    "mark",
    "ol",
    "p",
    "pre",
    "q",
    "rp",
    "rt",
    "ruby",
    "s",
    "samp",
    "section",
    "small",
    "span",
    "strike",
    "strong",
    "sub",
    "summary",
    "sup",
    "table",
    "tbody",
    "td",
    "tfoot",
    "th",
    "thead",
    "time",
    "tr",
    "tt",
    "u",
    "ul",
    "var",
    "wbr",
];

/// Elements of formulas.
const MATH: &[&str] = &[
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
    "munder",
    "munderover",
];

/// Attributes of formulas; none of them leads anywhere or runs anything.
const MATH_ATTRIBUTES: &[&str] = &[
    "accent",
    "accentunder",
    "class",
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
    "separator",
    "stretchy",
    "symmetric",
    "width",
];

/// Elements without content.
const VOID: &[&str] = &["br", "col", "hr", "img", "wbr"];

fn attribute_is_known(element: &str, key: &str, value: &str) -> bool {
    let own = |address: &str| {
        address.starts_with('/') && !address.starts_with("//") && !address.contains(['\\', '\n', '\r', '\t'])
    };
    match (element, key) {
        (_, "title" | "lang")
        | ("img", "alt")
        | ("bdo", "dir")
        | ("ol", "start" | "type")
        | ("time", "datetime")
        | ("td" | "th", "align")
        | ("th", "scope") => true,
        ("pre" | "table", "tabindex") => value == "0",
        (_, "class") => value.bytes().all(|b| b.is_ascii_alphanumeric() || b"- ".contains(&b)),
        (_, "id") => value.starts_with(ID_PREFIX) && !value.contains(char::is_whitespace),
        ("a", "href") => {
            let lower = value.to_lowercase();
            own(value)
                || value == "#"
                || value.starts_with(&format!("#{ID_PREFIX}"))
                || ["http://", "https://", "http:", "https:", "mailto:"]
                    .iter()
                    .any(|scheme| lower.starts_with(scheme))
        }
        ("a", "rel") => value == "noopener noreferrer nofollow",
        ("img", "src") => own(value),
        ("img", "loading") => value == "lazy",
        ("img", "width" | "height") => value.bytes().all(|b| b.is_ascii_digit() || b == b'%'),
        ("details", "name") => value.starts_with("tabs-"),
        ("details", "open") => value.is_empty(),
        ("td" | "th", "colspan" | "rowspan") => value.parse().is_ok_and(|span: u32| span <= 100),
        (element, key) => MATH.contains(&element) && MATH_ATTRIBUTES.contains(&key),
    }
}

/// Goes over HTML as strictly as can be: every `<` begins a tag that is known, every attribute is known and quoted,
/// every element is closed in its turn.
pub(crate) fn check(html: &str) -> Result<(), String> {
    let mut open: Vec<&str> = Vec::new();
    let mut rest = html;
    while let Some(at) = rest.find('<') {
        rest = &rest[at + 1..];
        let closing = rest.strip_prefix('/');
        let text = closing.unwrap_or(rest);
        let len = text.bytes().take_while(u8::is_ascii_alphanumeric).count();
        let (name, mut behind) = text.split_at(len);
        if !(ELEMENTS.contains(&name) || MATH.contains(&name)) {
            return Err(format!("element {name:?} before {:?}", behind.chars().take(40).collect::<String>()));
        }
        while let Some(attribute) = behind.strip_prefix(' ') {
            let (key, value) =
                attribute.split_once("=\"").ok_or_else(|| format!("an attribute of {name}"))?;
            let (value, further) = value.split_once('"').ok_or_else(|| format!("the value of {key}"))?;
            if closing.is_some() || !attribute_is_known(name, key, value) {
                return Err(format!("attribute {key}={value:?} of {name}"));
            }
            behind = further;
        }
        rest = behind.strip_prefix('>').ok_or_else(|| format!("the end of the tag {name}"))?;
        if closing.is_some() {
            let opened = open.pop();
            if opened != Some(name) {
                return Err(format!("{name} closes {opened:?}"));
            }
        } else if !VOID.contains(&name) {
            open.push(name);
        }
    }
    if open.is_empty() { Ok(()) } else { Err(format!("{open:?} stay open")) }
}

/// A server that shows everything of a repository, under addresses as a server would make them.
pub(crate) struct Everything;

fn encoded(path: &str) -> String {
    path.bytes()
        .map(|b| {
            if b.is_ascii_alphanumeric() || b"/.-_".contains(&b) {
                char::from(b).to_string()
            } else {
                format!("%{b:02X}")
            }
        })
        .collect()
}

impl Places for Everything {
    fn file(&self, path: &str) -> Option<String> {
        assert!(!path.starts_with('/') && !path.split('/').any(|part| part == ".."), "{path}");
        Some(format!("/files/{}", encoded(path)))
    }

    fn image(&self, path: &str) -> Option<String> {
        assert!(!path.starts_with('/') && !path.split('/').any(|part| part == ".."), "{path}");
        Some(format!("/images/{}", encoded(path)))
    }

    fn output(&self, cell: usize, output: usize) -> Option<String> {
        Some(format!("/outputs/{cell}/{output}"))
    }

    fn attachment(&self, cell: usize, name: &str) -> Option<String> {
        Some(format!("/attachments/{cell}/{}", encoded(name)))
    }
}

/// Renders cells as a server would.
pub(crate) fn rendered(cells: Vec<Cell>) -> Rendered {
    render::notebook(&Notebook { cells, ..Notebook::default() }, &Options::at("hunts/win/a.md", &Everything))
}

/// Everything of a rendered notebook that reaches a page, checked.
pub(crate) fn check_rendered(rendered: &Rendered) -> Result<(), String> {
    for cell in &rendered.cells {
        check(&cell.html)?;
        for output in &cell.outputs {
            check(output)?;
        }
    }
    for heading in &rendered.headings {
        if !heading.anchor.starts_with(ID_PREFIX) || heading.anchor.contains(['"', '<', '>', '&']) {
            return Err(format!("anchor {:?}", heading.anchor));
        }
    }
    Ok(())
}

/// A markdown cell.
pub(crate) fn prose(text: impl Into<String>) -> Cell {
    Cell::new(CellKind::Markdown, text)
}

/// The attack collection.
pub(crate) fn payloads() -> Vec<String> {
    let groups: Vec<Value> =
        serde_json::from_str(include_str!("../../../tests/attacks/payloads.json")).expect("it is JSON");
    let of_group = |group: &Value| group["payloads"].as_array().cloned().unwrap_or_default();
    groups.iter().flat_map(of_group).filter_map(|payload| payload.as_str().map(str::to_owned)).collect()
}
