//! Directives as HTML, one function a kind.

use super::directive::{self, Directive};
use super::highlight::{Language, escape};
use super::late::Label;
use super::markdown::{self, State, write_code};
use super::roles;
use super::sanitize::{ADMONITIONS, is_length};
use super::{places, tables};
use std::fmt::Write;

/// How deep directives may stand in one another.
pub(super) const MAX_DIRECTIVES: usize = 6;

/// Directives that read other files or pass text on unread. They show that they are there, and nothing else.
const REFUSED: [&str; 6] = ["embed", "eval-rst", "iframe", "include", "literalinclude", "raw"];

/// Writes a directive.
pub(super) fn write(directive: &Directive<'_>, state: &mut State<'_, '_>, out: &mut String) {
    match directive.name {
        directive::TARGET => target(directive.argument, state, out),
        "code" | "code-block" | "code-cell" | "sourcecode" => code(directive, state, out),
        "math" => formula(directive, state, out),
        "figure" => figure(directive, state, out),
        "image" => {
            anchor(directive, state, out);
            let (begin, end) = match directive.option("align") {
                Some("left") => ("<figure class=\"align-left\">", "</figure>\n"),
                Some("center") => ("<figure class=\"align-center\">", "</figure>\n"),
                Some("right") => ("<figure class=\"align-right\">", "</figure>\n"),
                _ => ("<p>", "</p>\n"),
            };
            out.push_str(begin);
            picture(directive, state, out);
            out.push_str(end);
        }
        "table" | "list-table" | "csv-table" => table(directive, state, out),
        "dropdown" | "details" => details(directive, "dropdown", "Details", state, out),
        "tab-set" | "tabs" => tabs(directive, state, out),
        "tab-item" | "tab" => details(directive, "tab-item", "Tab", state, out),
        "card" | "grid-item-card" => card(directive, state, out),
        "grid" => block("div", "grid", directive, state, out),
        "grid-item" | "container" | "div" => block("div", "", directive, state, out),
        "glossary" => block("div", "glossary", directive, state, out),
        "margin" | "sidebar" | "topic" => {
            out.push_str("<aside class=\"sidebar\">");
            titled("p", "admonition-title", directive.argument, state, out);
            body(directive.body, state, out);
            out.push_str("</aside>\n");
        }
        "epigraph" | "highlights" | "pull-quote" | "blockquote" => {
            block("blockquote", "", directive, state, out);
        }
        "rubric" => titled("p", "rubric", directive.argument, state, out),
        "versionadded" => version(directive, "New in version", state, out),
        "versionchanged" => version(directive, "Changed in version", state, out),
        "deprecated" => version(directive, "Deprecated since version", state, out),
        name if ADMONITIONS.contains(&name) => admonition(directive, state, out),
        _ => other(directive, out),
    }
}

/// What others refer to this place by. It names the next heading, figure, table or formula.
fn target(name: &str, state: &mut State<'_, '_>, out: &mut String) {
    let anchor = label(name, Label::default(), state);
    let _ = write!(out, "<span class=\"target\" id=\"");
    escape(&anchor, out);
    out.push_str("\"></span>\n");
    state.page.waiting.push(anchor);
}

/// Records what a label names; gives its anchor.
fn label(name: &str, label: Label, state: &mut State<'_, '_>) -> String {
    let anchor = places::fragment_href(name).split_off(1);
    state.page.name(anchor.clone(), label);
    anchor
}

/// The anchor of a directive that has a label but no element of its own to carry it.
fn anchor(directive: &Directive<'_>, state: &mut State<'_, '_>, out: &mut String) {
    if let Some(name) = directive.label() {
        target(name, state, out);
        state.page.waiting.clear();
    }
}

/// Gives a numbered thing its number, and names it for those who refer to it: ` id="…"` and the number.
fn numbered(
    kind: &'static str,
    title: &str,
    name: Option<&str>,
    state: &mut State<'_, '_>,
) -> (String, String) {
    let count = state.page.numbers.entry(kind).or_default();
    *count += 1;
    let number = if kind.is_empty() { format!("({count})") } else { format!("{kind} {count}") };
    let named = Label { title: title.to_owned(), number: Some(number.clone()) };
    for waiting in std::mem::take(&mut state.page.waiting) {
        state.page.name(waiting, named.clone());
    }
    let mut id = String::new();
    if let Some(name) = name {
        let anchor = label(name, named, state);
        id.push_str(" id=\"");
        escape(&anchor, &mut id);
        id.push('"');
    }
    (id, number)
}

fn admonition(directive: &Directive<'_>, state: &mut State<'_, '_>, out: &mut String) {
    let Directive { name, argument, body: text, .. } = directive;
    let own = match *name {
        "seealso" => "See also".to_owned(),
        name => name[..1].to_ascii_uppercase() + &name[1..],
    };
    // Of those with a title of their own, words on the fence's line are the body where there is no other.
    let (title, text) = match (argument.is_empty(), text.trim().is_empty() && *name != "admonition") {
        (true, _) => (own.as_str(), *text),
        (false, true) => (own.as_str(), *argument),
        (false, false) => (*argument, *text),
    };
    let kind = ADMONITIONS.iter().find(|kind| directive.has_class(kind)).filter(|_| *name == "admonition");
    let class = kind.unwrap_or(name);
    let folds = directive.has_class("dropdown");
    anchor(directive, state, out);
    if folds {
        let open = if directive.option("open").is_some() { " open" } else { "" };
        let _ = write!(out, "<details class=\"admonition {class}\"{open}>");
        titled("summary", "admonition-title", title, state, out);
    } else {
        let _ = write!(out, "<aside class=\"admonition {class}\">");
        titled("p", "admonition-title", title, state, out);
    }
    body(text, state, out);
    out.push_str(if folds { "</details>\n" } else { "</aside>\n" });
}

fn version(directive: &Directive<'_>, says: &str, state: &mut State<'_, '_>, out: &mut String) {
    out.push_str("<aside class=\"admonition note\">");
    titled("p", "admonition-title", &format!("{says} {}", directive.argument), state, out);
    body(directive.body, state, out);
    out.push_str("</aside>\n");
}

fn code(directive: &Directive<'_>, state: &mut State<'_, '_>, out: &mut String) {
    let language = directive.argument.split_whitespace().next().unwrap_or_default();
    let caption = directive.option("caption").or_else(|| directive.option("filename")).unwrap_or_default();
    if caption.is_empty() {
        anchor(directive, state, out);
        write_code(directive.body, Language::of_name(language), out);
        return;
    }
    let (id, _) = numbered("Listing", caption, directive.label(), state);
    let _ = write!(out, "<figure class=\"listing\"{id}>");
    titled("figcaption", "", caption, state, out);
    write_code(directive.body, Language::of_name(language), out);
    out.push_str("</figure>\n");
}

fn formula(directive: &Directive<'_>, state: &mut State<'_, '_>, out: &mut String) {
    let latex = match (directive.argument, directive.body) {
        ("", body) => body.to_owned(),
        (argument, body) => format!("{argument}\n{body}"),
    };
    displayed(&latex, directive.label(), state, out);
}

/// A formula on a line of its own, with a number where it has a name.
pub(super) fn displayed(latex: &str, name: Option<&str>, state: &mut State<'_, '_>, out: &mut String) {
    let (id, number) = match name {
        Some(name) => numbered("", "", Some(name), state),
        None => Default::default(),
    };
    let _ = write!(out, "<div class=\"math\"{id}>");
    roles::formula(latex, true, state.page, out);
    if !number.is_empty() {
        let _ = write!(out, "<span class=\"number\">{number}</span>");
    }
    out.push_str("</div>\n");
}

/// The picture of `figure` and `image`; its words and the way to it where it is not the repository's.
fn picture(directive: &Directive<'_>, state: &mut State<'_, '_>, out: &mut String) {
    let target = directive.argument;
    let alt = directive.option("alt").unwrap_or_default();
    let page = &*state.page;
    if let Some(src) = page.options.src(target, page.cell) {
        let mut more = String::new();
        for key in ["width", "height"] {
            let value = directive.option(key).map(|value| value.trim_end_matches("px"));
            if let Some(value) = value.filter(|value| is_length(value)) {
                let _ = write!(more, " {key}=\"{value}\"");
            }
        }
        markdown::write_image(&src, alt, "", &more, out);
    } else {
        out.push_str("<span class=\"image\">");
        let words = if alt.is_empty() { target } else { alt };
        roles::link(page.options.href(target).as_deref(), target, words, out);
        out.push_str("</span>");
    }
}

fn figure(directive: &Directive<'_>, state: &mut State<'_, '_>, out: &mut String) {
    let align = match directive.option("align") {
        Some("left") => "align-left",
        Some("right") => "align-right",
        _ => "align-center",
    };
    // The first paragraph is the caption, the rest a legend.
    let text = directive.body.trim_matches('\n');
    let (caption, legend) = text.split_once("\n\n").unwrap_or((text, ""));
    let (id, number) = if caption.is_empty() && directive.label().is_none() {
        Default::default()
    } else {
        numbered("Figure", caption, directive.label(), state)
    };
    let _ = write!(out, "<figure class=\"{align}\"{id}>");
    picture(directive, state, out);
    if !caption.is_empty() {
        out.push_str("<figcaption>");
        let _ = write!(out, "<span class=\"number\">{number}</span> ");
        out.push_str(&markdown::inline(caption, state));
        if !legend.trim().is_empty() {
            body(legend, state, out);
        }
        out.push_str("</figcaption>");
    }
    out.push_str("</figure>\n");
}

fn table(directive: &Directive<'_>, state: &mut State<'_, '_>, out: &mut String) {
    if directive.option("file").or_else(|| directive.option("url")).is_some() {
        other(directive, out);
        return;
    }
    let html = match directive.name {
        "list-table" => tables::list_table(directive, state),
        "csv-table" => tables::csv_table(directive, state),
        _ => state.nested(directive.body),
    };
    let Some(html) = html else {
        other(directive, out);
        return;
    };
    let caption = directive.argument;
    if caption.is_empty() && directive.label().is_none() {
        out.push_str(&html);
        return;
    }
    let (id, number) = numbered("Table", caption, directive.label(), state);
    let _ = write!(out, "<figure class=\"table\"{id}><figcaption><span class=\"number\">{number}</span> ");
    out.push_str(&markdown::inline(caption, state));
    let _ = writeln!(out, "</figcaption>\n{html}</figure>");
}

/// Something that can be folded away. Tabs of one set share a name, so that one is open at a time.
fn details(
    directive: &Directive<'_>,
    class: &str,
    otherwise: &str,
    state: &mut State<'_, '_>,
    out: &mut String,
) {
    let title = if directive.argument.is_empty() { otherwise } else { directive.argument };
    let mut more = String::new();
    let mut open = directive.option("open").is_some();
    if let Some((number, chosen)) = state.page.tabs.last_mut().filter(|_| class == "tab-item") {
        let _ = write!(more, " name=\"tabs-{number}\"");
        // The first is open, unless one that comes later is to be: a browser then closes the first.
        open = !std::mem::replace(chosen, true) || directive.option("selected").is_some();
    }
    if open {
        more.push_str(" open");
    }
    anchor(directive, state, out);
    let _ = write!(out, "<details class=\"{class}\"{more}>");
    titled("summary", "", title, state, out);
    body(directive.body, state, out);
    out.push_str("</details>\n");
}

fn tabs(directive: &Directive<'_>, state: &mut State<'_, '_>, out: &mut String) {
    state.page.tab_sets += 1;
    let number = state.page.tab_sets;
    state.page.tabs.push((number, false));
    block("div", "tab-set", directive, state, out);
    state.page.tabs.pop();
}

fn card(directive: &Directive<'_>, state: &mut State<'_, '_>, out: &mut String) {
    anchor(directive, state, out);
    out.push_str("<div class=\"card\">");
    let href = directive.option("link").and_then(|link| state.page.options.href(link));
    match href {
        Some(href) => {
            out.push_str("<p class=\"card-title\"><a href=\"");
            escape(&href, out);
            out.push_str("\">");
            escape(if directive.argument.is_empty() { &href } else { directive.argument }, out);
            out.push_str("</a></p>\n");
        }
        None => titled("p", "card-title", directive.argument, state, out),
    }
    // A header stands above `^^^`, a footer below `+++`.
    body(&directive.body.replace("\n^^^\n", "\n\n"), state, out);
    out.push_str("</div>\n");
}

fn block(element: &str, class: &str, directive: &Directive<'_>, state: &mut State<'_, '_>, out: &mut String) {
    anchor(directive, state, out);
    let class = if class.is_empty() { String::new() } else { format!(" class=\"{class}\"") };
    let _ = write!(out, "<{element}{class}>");
    body(directive.body, state, out);
    let _ = writeln!(out, "</{element}>");
}

/// Any other directive, and those that are refused: its name, and its text as it is.
fn other(directive: &Directive<'_>, out: &mut String) {
    let refused = REFUSED.contains(&directive.name);
    out.push_str(if refused { "<div class=\"directive refused\">" } else { "<div class=\"directive\">" });
    out.push_str("<p class=\"directive-name\">");
    escape(directive.name, out);
    let argument = if directive.argument.is_empty() {
        directive.option("file").or_else(|| directive.option("url")).unwrap_or_default()
    } else {
        directive.argument
    };
    if !argument.is_empty() {
        out.push(' ');
        escape(argument, out);
    }
    out.push_str("</p>\n");
    if refused {
        out.push_str(if directive.name == "raw" {
            "<p>Not taken over: what is written for one format alone is shown as its source.</p>\n"
        } else {
            "<p>Not taken over: what other files hold is read where they are.</p>\n"
        });
    }
    if !directive.body.trim().is_empty() {
        write_code(directive.body, Language::Plain, out);
    }
    out.push_str("</div>\n");
}

/// A title with its markup; nothing where it is empty.
fn titled(element: &str, class: &str, text: &str, state: &mut State<'_, '_>, out: &mut String) {
    if text.is_empty() {
        return;
    }
    let class = if class.is_empty() { String::new() } else { format!(" class=\"{class}\"") };
    let _ = write!(out, "<{element}{class}>");
    out.push_str(&markdown::inline(text, state));
    let _ = writeln!(out, "</{element}>");
}

/// A directive's body as markdown; as text where it stands too deep or exceeds a bound.
fn body(text: &str, state: &mut State<'_, '_>, out: &mut String) {
    if text.trim().is_empty() {
        return;
    }
    match state.nested(text) {
        Some(html) => out.push_str(&html),
        None => write_code(text, Language::Plain, out),
    }
}

/// The anchor of a heading for those labels that wait for it.
pub(super) fn named(title: &str, state: &mut State<'_, '_>) {
    for waiting in std::mem::take(&mut state.page.waiting) {
        state.page.name(waiting, Label { title: title.to_owned(), number: None });
    }
}
