//! The last fence: an allow list of elements, attributes, classes and schemes.
//!
//! Nothing from a repository reaches a page but through [`clean`]. It has two ways with one list and one outcome: ammonia
//! reads HTML as a browser does and repairs it, and [`strict`] takes what needs no repair in a single pass, and nothing
//! else. The list stands here and nowhere else.

use super::highlight::{CLASSES, Language};
use super::{outputs, places, slug, strict};
use ammonia::{Builder, UrlRelative};
use std::borrow::Cow;
use std::collections::HashSet;
use std::sync::LazyLock;
use url::{ParseError, Url};

/// What every id that comes from content begins with, so that none can take the place of one of the page's own.
pub const ID_PREFIX: &str = "user-content-";

/// Longest id that is kept.
const MAX_ID: usize = 200;

/// The elements that content may have: nothing that loads, runs, styles or takes input.
pub(super) const TAGS: [&str; 68] = [
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

/// The schemes that links may have.
const SCHEMES: [&str; 3] = ["http", "https", "mailto"];

/// Kinds of admonition; each is a class.
pub(super) const ADMONITIONS: [&str; 11] = [
    "admonition",
    "attention",
    "caution",
    "danger",
    "error",
    "hint",
    "important",
    "note",
    "seealso",
    "tip",
    "warning",
];

/// Classes of spans besides those of code.
const SPANS: [&str; 9] =
    ["display", "gui", "image", "math", "number", "role-name", "target", "task", "unlinked"];

/// Attributes of every element.
const EVERYWHERE: [&str; 3] = ["id", "lang", "title"];

/// Attributes of some elements.
const ATTRIBUTES: [(&str, &[&str]); 9] = [
    ("a", &["href"]),
    ("bdo", &["dir"]),
    ("details", &["name", "open"]),
    ("img", &["alt", "height", "loading", "src", "width"]),
    ("ol", &["start", "type"]),
    ("pre", &["tabindex"]),
    ("td", &["align", "colspan", "rowspan"]),
    ("th", &["align", "colspan", "rowspan", "scope"]),
    ("time", &["datetime"]),
];

/// Classes of some elements; no other element has any.
static ELEMENTS_CLASSES: LazyLock<Vec<(&str, Vec<&str>)>> = LazyLock::new(|| {
    let with = |names: &[&'static str], more: &[&'static str]| [names, more].concat();
    vec![
        ("span", with(&CLASSES, &SPANS)),
        ("code", with(&Language::ALL.map(Language::class), &["bad-math"])),
        ("pre", vec!["code", "plain"]),
        ("aside", with(&ADMONITIONS, &["sidebar"])),
        ("details", with(&ADMONITIONS, &["dropdown", "tab-item"])),
        ("summary", vec!["admonition-title"]),
        ("p", vec!["admonition-title", "card-title", "directive-name", "rubric"]),
        ("div", vec!["card", "directive", "glossary", "grid", "math", "refused", "tab-set"]),
        ("figure", vec!["align-center", "align-left", "align-right", "listing", "table"]),
        ("li", vec!["task-list-item"]),
        ("section", vec!["footnotes"]),
        ("sup", vec!["footnote-ref"]),
        ("a", vec!["footnote-backref"]),
    ]
});

/// What links say of the page that they lead to.
pub(super) const LINK_REL: &str = "noopener noreferrer nofollow";

static CLEANER: LazyLock<Builder<'static>> = LazyLock::new(cleaner);

/// HTML with nothing in it but what the allow list knows, well-formed and closed.
pub(super) fn clean(html: &str) -> String {
    let Some(cleaned) = strict::clean(html) else { return repaired(html) };
    if cfg!(any(test, debug_assertions)) {
        assert_eq!(cleaned, repaired(html), "the sanitizer's two ways differ on {html:?}");
    }
    cleaned
}

/// The same, always the long way.
pub(super) fn repaired(html: &str) -> String {
    CLEANER.clean(html).to_string()
}

/// Whether an element may have an attribute; its value is judged by [`attribute`], and an address by [`is_kept_address`].
pub(super) fn is_kept(element: &str, name: &str) -> bool {
    if name == "class" {
        return !classes_of(element).is_empty();
    }
    EVERYWHERE.contains(&name)
        || ATTRIBUTES.iter().any(|(own, names)| *own == element && names.contains(&name))
}

/// The classes that an element may have.
pub(super) fn classes_of(element: &str) -> &'static [&'static str] {
    ELEMENTS_CLASSES.iter().find(|(own, _)| *own == element).map_or(&[], |(_, classes)| classes)
}

/// Whether ammonia keeps an address, as it is set up here.
pub(super) fn is_kept_address(address: &str) -> bool {
    match Url::parse(address) {
        Ok(url) => SCHEMES.contains(&url.scheme()),
        Err(wrong) => wrong == ParseError::RelativeUrlWithoutBase,
    }
}

fn cleaner() -> Builder<'static> {
    let set = |names: &[&'static str]| names.iter().copied().collect::<HashSet<_>>();
    let mut builder = Builder::empty();
    builder
        .tags(set(&TAGS))
        .clean_content_tags(set(&[
            "script", "style", "title", "textarea", "iframe", "noembed", "noframes", "noscript", "template",
            "xmp", "svg", "math", "object", "select", "option", "audio", "video", "canvas",
        ]))
        .generic_attributes(set(&EVERYWHERE))
        .tag_attributes(ATTRIBUTES.into_iter().map(|(element, names)| (element, set(names))).collect())
        .allowed_classes(ELEMENTS_CLASSES.iter().map(|(element, classes)| (*element, set(classes))).collect())
        .url_schemes(set(&SCHEMES))
        .url_relative(UrlRelative::PassThrough)
        .link_rel(Some(LINK_REL))
        // What may be wider than the page is reached by the keyboard, in its place.
        .set_tag_attribute_value("table", "tabindex", "0")
        .strip_comments(true)
        .attribute_filter(attribute);
    builder
}

/// Ids and the links to them get the prefix; spans of table cells are kept within reason.
pub(super) fn attribute<'a>(_element: &str, name: &str, value: &'a str) -> Option<Cow<'a, str>> {
    match name {
        "id" => {
            let usable = !value.is_empty() && value.len() <= MAX_ID && !value.contains(char::is_whitespace);
            usable.then(|| prefixed(value))
        }
        "href" => match value.trim_start().strip_prefix('#') {
            Some("") => Some(Cow::Borrowed("#")),
            Some(fragment) => Some(Cow::Owned(places::fragment_href(fragment))),
            // Ammonia has judged the schemes that it could read. What merely looks like one goes too, and so does
            // every relative link but those that the first fence has put in.
            None => (outputs::is_own(value) || has_known_scheme(value)).then_some(Cow::Borrowed(value)),
        },
        // Of a set of tabs one is open. The name is no name that scripts could reach an element by.
        "name" => {
            let digits = value.strip_prefix("tabs-")?;
            let known = digits.len() <= 8 && digits.bytes().all(|b| b.is_ascii_digit());
            known.then_some(Cow::Borrowed(value))
        }
        // Pictures come from our own origin, at addresses that the first fence has put in.
        "src" => outputs::is_own(value).then_some(Cow::Borrowed(value)),
        "width" | "height" => is_length(value).then_some(Cow::Borrowed(value)),
        "tabindex" => (value == "0").then_some(Cow::Borrowed(value)),
        "loading" => (value == "lazy").then_some(Cow::Borrowed(value)),
        "colspan" | "rowspan" => {
            value.parse::<u16>().is_ok_and(|span| (1..=100).contains(&span)).then_some(Cow::Borrowed(value))
        }
        _ => Some(Cow::Borrowed(value)),
    }
}

/// Whether a link has one of the schemes that are allowed.
fn has_known_scheme(href: &str) -> bool {
    let first = href.split(['/', '?', '#']).next().unwrap_or_default();
    first.split_once(':').is_some_and(|(scheme, _)| {
        let scheme = scheme.trim_start();
        SCHEMES.iter().any(|known| scheme.eq_ignore_ascii_case(known))
    })
}

/// A number of points, or a share of the width.
pub(super) fn is_length(value: &str) -> bool {
    let digits = value.strip_suffix('%').unwrap_or(value);
    (1..=4).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit())
}

fn prefixed(id: &str) -> Cow<'_, str> {
    if id.starts_with(ID_PREFIX) { Cow::Borrowed(id) } else { Cow::Owned(format!("{ID_PREFIX}{}", slug(id))) }
}
