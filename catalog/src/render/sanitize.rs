//! The last fence: an allow list of elements, attributes, classes and schemes, by ammonia.

use super::highlight::{CLASSES, Language};
use super::{outputs, places, slug};
use ammonia::{Builder, UrlRelative};
use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

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

static CLEANER: LazyLock<Builder<'static>> = LazyLock::new(cleaner);

/// HTML with nothing in it but what the allow list knows, well-formed and closed.
pub(super) fn clean(html: &str) -> String {
    CLEANER.clean(html).to_string()
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
        .generic_attributes(set(&["id", "lang", "title"]))
        .tag_attributes(HashMap::from([
            ("a", set(&["href"])),
            ("bdo", set(&["dir"])),
            ("details", set(&["name", "open"])),
            ("img", set(&["alt", "height", "loading", "src", "width"])),
            ("ol", set(&["start", "type"])),
            ("pre", set(&["tabindex"])),
            ("td", set(&["align", "colspan", "rowspan"])),
            ("th", set(&["align", "colspan", "rowspan", "scope"])),
            ("time", set(&["datetime"])),
        ]))
        .allowed_classes(HashMap::from([
            ("span", set(&CLASSES).into_iter().chain(SPANS).collect()),
            ("code", Language::ALL.iter().map(|language| language.class()).chain(["bad-math"]).collect()),
            ("pre", set(&["code", "plain"])),
            ("aside", set(&ADMONITIONS).into_iter().chain(["sidebar"]).collect()),
            ("details", set(&ADMONITIONS).into_iter().chain(["dropdown", "tab-item"]).collect()),
            ("summary", set(&["admonition-title"])),
            ("p", set(&["admonition-title", "card-title", "directive-name", "rubric"])),
            ("div", set(&["card", "directive", "glossary", "grid", "math", "refused", "tab-set"])),
            ("figure", set(&["align-center", "align-left", "align-right", "listing", "table"])),
            ("li", set(&["task-list-item"])),
            ("section", set(&["footnotes"])),
            ("sup", set(&["footnote-ref"])),
            ("a", set(&["footnote-backref"])),
        ]))
        .url_schemes(set(&SCHEMES))
        .url_relative(UrlRelative::PassThrough)
        .link_rel(Some("noopener noreferrer nofollow"))
        .strip_comments(true)
        .attribute_filter(attribute);
    builder
}

/// Ids and the links to them get the prefix; spans of table cells are kept within reason.
fn attribute<'a>(_element: &str, name: &str, value: &'a str) -> Option<Cow<'a, str>> {
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
        // What may be wider than the page is reached by the keyboard, in its place.
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
