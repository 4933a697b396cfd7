//! Markdown -> HTML by comrak, with headings, code, directives, roles, images and raw HTML in our own hands. What comes
//! out is not safe yet: see [`sanitize`](super::sanitize).

use super::directives::MAX_DIRECTIVES;
use super::highlight::{Language, escape};
use super::late::{Late, Reference};
use super::raw_html::RawHtml;
use super::sanitize::ID_PREFIX;
use super::{Heading, Page, code, directive, directives, roles};
use comrak::html::{ChildRendering, Context, format_document_with_formatter, format_node_default};
use comrak::nodes::{Node, NodeLink, NodeValue};
use comrak::options::Plugins;
use comrak::{Arena, Options, try_parse_document};
use std::cell::Cell;
use std::fmt::{self, Write};
use std::sync::LazyLock;

/// How deep the tree may be: quotes, lists and emphasis in one another.
const MAX_DEPTH: usize = 64;

/// Most markers of lists and quotes at the beginning of one line, two columns of indentation counting as one.
const MAX_MARKERS: usize = 100;

/// Longest text of a heading in the outline, in bytes.
const MAX_HEADING: usize = 300;

/// More dollars than these in one text are no formulas: each that opens none makes comrak look to the end.
const MAX_DOLLARS: usize = 1_000;

static OPTIONS: LazyLock<Options<'static>> = LazyLock::new(|| options(false));

static WITH_MATH: LazyLock<Options<'static>> = LazyLock::new(|| options(true));

fn options(math: bool) -> Options<'static> {
    let mut options = Options::default();
    options.extension.strikethrough = true;
    options.extension.table = true;
    options.extension.autolink = true;
    options.extension.tasklist = true;
    options.extension.footnotes = true;
    options.extension.description_lists = true;
    // Raw HTML and links pass here, and are judged by the sanitizer alone.
    options.render.r#unsafe = true;
    options.extension.math_dollars = math;
    options
}

/// Renders markdown as blocks. None where a bound is exceeded: the caller then shows the text as it is.
pub(super) fn blocks(source: &str, page: &mut Page<'_>, depth: usize) -> Option<String> {
    let arena = Arena::new();
    let root = parse(source, &arena)?;
    format(root, source.len(), page, depth)
}

/// The tree of a text; none where it exceeds a bound.
pub(super) fn parse<'a>(source: &str, arena: &'a Arena<'a>) -> Option<Node<'a>> {
    if is_too_deep(source) {
        return None;
    }
    let prepared = directive::prepare(source);
    let dollars = prepared.bytes().filter(|&b| b == b'$').take(MAX_DOLLARS + 1).count();
    let options = if (2..=MAX_DOLLARS).contains(&dollars) { &WITH_MATH } else { &OPTIONS };
    // Legitimate text takes a few steps a byte; comrak asks every 256 steps.
    let left = Cell::new(1_000 + source.len() / 16);
    let root = try_parse_document(arena, &prepared, options, &|| {
        left.set(left.get().saturating_sub(1));
        left.get() == 0
    });
    root.ok().filter(|root| depth_of(root) <= MAX_DEPTH)
}

/// A tree as HTML; none where it exceeds a bound. `len` is that of the text it was made of.
pub(super) fn format(root: Node<'_>, len: usize, page: &mut Page<'_>, depth: usize) -> Option<String> {
    page.pieces += 1;
    name_footnotes(root, page.pieces);
    let mut out = Bounded { html: String::with_capacity(len * 2), room: 64 * 1024 + len * 32 };
    let raw = RawHtml::new(page.options, page.cell);
    let state = State { page, raw, depth, written: String::new() };
    format_document_with_formatter(root, &OPTIONS, &mut out, &Plugins::default(), format_node, state).ok()?;
    Some(out.html)
}

/// A title or a caption: inlines alone. What would be more than one paragraph is text.
pub(super) fn inline(text: &str, state: &mut State<'_, '_>) -> String {
    let text = text.trim().replace('\n', " ");
    let marked = text.bytes().any(|b| !(b.is_ascii_alphanumeric() || matches!(b, b' ' | b',' | b'.')));
    if marked
        && let Some(html) = state.nested(&text)
        && let Some(inner) = unwrapped(&html)
    {
        return inner.to_owned();
    }
    let mut out = String::new();
    escape(&text, &mut out);
    out
}

/// The content of the one paragraph that some HTML is.
pub(super) fn unwrapped(html: &str) -> Option<&str> {
    let inner = html.strip_prefix("<p>")?.strip_suffix("</p>\n")?;
    (!inner.contains("</p>")).then_some(inner)
}

/// Whether lists and quotes could be so deep that every later line costs thousands of looks: a marker behind many others
/// or behind a wide indentation.
fn is_too_deep(source: &str) -> bool {
    source.as_bytes().split(|b| matches!(b, b'\n' | b'\r')).any(|bytes| {
        let (mut columns, mut markers) = (0usize, 0usize);
        let mut at = 0;
        while at < bytes.len() {
            match bytes[at] {
                b' ' => columns += 1,
                b'\t' => columns += 4,
                b'>' => markers += 1,
                b'-' | b'+' | b'*' if matches!(bytes.get(at + 1), None | Some(b' ' | b'\t')) => markers += 1,
                b'0'..=b'9' => {
                    let digits = bytes[at..].iter().take(10).take_while(|b| b.is_ascii_digit()).count();
                    let is_marker = digits <= 9
                        && matches!(bytes.get(at + digits), Some(b'.' | b')'))
                        && matches!(bytes.get(at + digits + 1), None | Some(b' ' | b'\t'));
                    if !is_marker {
                        break;
                    }
                    markers += 1;
                    at += digits;
                }
                _ => break,
            }
            at += 1;
        }
        markers > 0 && markers + columns / 2 > MAX_MARKERS
    })
}

fn depth_of<'a>(root: Node<'a>) -> usize {
    let mut deepest = 0;
    let mut stack: Vec<(Node<'a>, usize)> = vec![(root, 0)];
    while let Some((node, depth)) = stack.pop() {
        deepest = deepest.max(depth);
        if depth > MAX_DEPTH {
            break;
        }
        stack.extend(node.children().map(|child| (child, depth + 1)));
    }
    deepest
}

/// Makes the footnotes' names unique on the page: every piece of markdown counts its own.
fn name_footnotes(root: Node<'_>, piece: u32) {
    for node in root.descendants() {
        match &mut node.data_mut().value {
            NodeValue::FootnoteDefinition(definition) => {
                definition.name = format!("{piece}-{}", definition.name);
            }
            NodeValue::FootnoteReference(reference) => reference.name = format!("{piece}-{}", reference.name),
            _ => {}
        }
    }
}

/// HTML as long as there is room; markdown has ways to make much of little.
struct Bounded {
    html: String,
    room: usize,
}

impl Write for Bounded {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.room = self.room.checked_sub(text.len()).ok_or(fmt::Error)?;
        self.html.push_str(text);
        Ok(())
    }
}

/// What is known while a piece of markdown is written.
pub(super) struct State<'p, 'o> {
    pub(super) page: &'p mut Page<'o>,
    raw: RawHtml<'o>,
    /// How many directives it stands in.
    pub(super) depth: usize,
    /// What is written for one node, kept from node to node.
    written: String,
}

impl State<'_, '_> {
    /// Markdown within this markdown; none where it stands too deep or exceeds a bound.
    pub(super) fn nested(&mut self, source: &str) -> Option<String> {
        let headings = self.page.headings.len();
        let html = (self.depth < MAX_DIRECTIVES).then(|| blocks(source, self.page, self.depth + 1)).flatten();
        if html.is_none() {
            self.page.headings.truncate(headings);
        }
        html
    }
}

fn format_node(
    context: &mut Context<'_, '_, State<'_, '_>>,
    node: Node<'_>,
    entering: bool,
) -> Result<ChildRendering, fmt::Error> {
    let mut written = std::mem::take(&mut context.user.written);
    written.clear();
    let rendering = own_format(context, node, entering, &mut written);
    if rendering.is_none() && !entering && node.data().value.block() {
        // What was opened among this block's inlines is closed before the block is.
        context.user.raw.close_formatting(&mut written);
    }
    if !written.is_empty() {
        context.write_str(&written)?;
    }
    context.user.written = written;
    match rendering {
        Some(rendering) => Ok(rendering),
        None => format_node_default(context, node, entering),
    }
}

/// Formats what is in our own hands; none for everything else.
fn own_format(
    context: &mut Context<'_, '_, State<'_, '_>>,
    node: Node<'_>,
    entering: bool,
    out: &mut String,
) -> Option<ChildRendering> {
    let data = node.data();
    let state = &mut context.user;
    match &data.value {
        NodeValue::Heading(heading) => Some(write_heading(heading.level, node, entering, state, out)),
        NodeValue::CodeBlock(block) => {
            if entering {
                let directive = directive::read(&block.info, &block.literal).filter(|_| block.fenced);
                if let Some(directive) = directive {
                    directives::write(&directive, state, out);
                } else {
                    let name = block.info.split([' ', ',', '{', ':']).next().unwrap_or_default();
                    write_code(&block.literal, Language::of_name(name), out);
                }
            }
            Some(ChildRendering::Skip)
        }
        NodeValue::HtmlBlock(block) => {
            if entering {
                state.raw.pass(&block.literal, out);
                state.raw.close_formatting(out);
            }
            Some(ChildRendering::Skip)
        }
        NodeValue::HtmlInline(html) => {
            if entering {
                state.raw.pass(html, out);
            }
            Some(ChildRendering::Skip)
        }
        NodeValue::Link(link) => Some(link_node(link, node, entering, state.page, out)),
        NodeValue::Image(image) => Some(image_node(image, node, entering, state.page, out)),
        NodeValue::TaskItem(task) => {
            if entering {
                let (mark, says) = if task.symbol.is_some() { ('☑', "done") } else { ('☐', "to do") };
                let _ = write!(
                    out,
                    "<li class=\"task-list-item\"><span class=\"task\" title=\"{says}\">{mark}</span> "
                );
            } else {
                out.push_str("</li>\n");
            }
            Some(ChildRendering::HTML)
        }
        NodeValue::Text(text) => text_node(text, node, entering, out),
        NodeValue::Math(math) => {
            if entering && math.display_math {
                let name = node.next_sibling().and_then(|next| match &next.data().value {
                    NodeValue::Text(text) => label_behind(text).map(|(name, _)| name.to_owned()),
                    _ => None,
                });
                directives::displayed(&math.literal, name.as_deref(), state, out);
            } else if entering {
                roles::formula(&math.literal, false, state.page, out);
            }
            Some(ChildRendering::Skip)
        }
        NodeValue::Paragraph => {
            if entering {
                state.page.waiting.clear();
            }
            None
        }
        NodeValue::Code(span) => {
            let before = node.previous_sibling()?;
            let before = before.data();
            let NodeValue::Text(text) = &before.value else { return None };
            let role = roles::name_at_end(text)?;
            if entering {
                roles::write(role, &span.literal, state.page, out);
            }
            Some(ChildRendering::Skip)
        }
        _ => None,
    }
}

fn write_heading(
    level: u8,
    node: Node<'_>,
    entering: bool,
    state: &mut State<'_, '_>,
    out: &mut String,
) -> ChildRendering {
    let level = level.clamp(1, 6);
    if entering {
        let text = text_of(node);
        directives::named(&text, state);
        let page = &mut *state.page;
        let anchor = page.anchor(&text);
        let anchor = [ID_PREFIX, &anchor].concat();
        out.push_str("<h");
        out.push(char::from(b'0' + level));
        out.push_str(" id=\"");
        escape(&anchor, out);
        out.push_str("\">");
        let cell = page.cell;
        page.headings.push(Heading { level, text, anchor, cell });
    } else {
        state.raw.close_formatting(out);
        let _ = writeln!(out, "</h{level}>");
    }
    ChildRendering::HTML
}

fn link_node(
    link: &NodeLink,
    node: Node<'_>,
    entering: bool,
    page: &mut Page<'_>,
    out: &mut String,
) -> ChildRendering {
    let is_empty = node.first_child().is_none();
    if is_empty && let Some(label) = link.url.strip_prefix('#') {
        if entering {
            let label = label.to_owned();
            page.later(Late::Reference(Reference { label, text: None, number: false }), out);
        }
        return ChildRendering::Skip;
    }
    let href = page.options.href(&link.url);
    write_link(href.as_deref(), &link.url, &link.title, is_empty, entering, out)
}

fn image_node(
    image: &NodeLink,
    node: Node<'_>,
    entering: bool,
    page: &mut Page<'_>,
    out: &mut String,
) -> ChildRendering {
    if let Some(src) = page.options.src(&image.url, page.cell) {
        if entering {
            write_image(&src, &text_of(node), &image.title, "", out);
        }
        return ChildRendering::Skip;
    }
    // A picture of another site is not loaded: a reader gets the words and the way.
    let href = page.options.href(&image.url);
    if entering {
        out.push_str("<span class=\"image\">");
    }
    write_link(href.as_deref(), &image.url, &image.title, node.first_child().is_none(), entering, out);
    if !entering {
        out.push_str("</span>");
    }
    ChildRendering::Plain
}

/// The beginning or the end of a link; of a span that says where it would have led when it leads nowhere.
fn write_link(
    href: Option<&str>,
    target: &str,
    title: &str,
    is_empty: bool,
    entering: bool,
    out: &mut String,
) -> ChildRendering {
    if !entering {
        out.push_str(if href.is_some() { "</a>" } else { "</span>" });
        return ChildRendering::HTML;
    }
    let title = if let Some(href) = href {
        out.push_str("<a href=\"");
        escape(href, out);
        title
    } else {
        out.push_str("<span class=\"unlinked");
        if title.is_empty() { target } else { title }
    };
    if !title.is_empty() {
        out.push_str("\" title=\"");
        escape(title, out);
    }
    out.push_str("\">");
    if is_empty {
        escape(target, out);
    }
    ChildRendering::HTML
}

/// A picture. `more` is further attributes, already escaped.
pub(super) fn write_image(src: &str, alt: &str, title: &str, more: &str, out: &mut String) {
    out.push_str("<img src=\"");
    escape(src, out);
    out.push_str("\" alt=\"");
    escape(alt, out);
    if !title.is_empty() {
        out.push_str("\" title=\"");
        escape(title, out);
    }
    let _ = write!(out, "\" loading=\"lazy\"{more}>");
}

pub(super) fn write_code(text: &str, language: Language, out: &mut String) {
    out.extend(["<pre class=\"code\" tabindex=\"0\"><code class=\"", language.class(), "\">"]);
    out.push_str(&code(text.strip_suffix('\n').unwrap_or(text), language));
    out.push_str("</code></pre>\n");
}

/// Text beside something that it belongs to: the name of a role, the label of a formula.
fn text_node(text: &str, node: Node<'_>, entering: bool, out: &mut String) -> Option<ChildRendering> {
    if !entering {
        return None;
    }
    let mut shown = text;
    let is_code = |next: Node<'_>| matches!(next.data().value, NodeValue::Code(_));
    if let Some(role) = roles::name_at_end(text).filter(|_| node.next_sibling().is_some_and(is_code)) {
        shown = &shown[..shown.len() - role.len() - 2];
    }
    let is_formula =
        |before: Node<'_>| matches!(&before.data().value, NodeValue::Math(math) if math.display_math);
    if let Some((_, rest)) = label_behind(shown).filter(|_| node.previous_sibling().is_some_and(is_formula)) {
        shown = rest;
    }
    if shown.len() == text.len() {
        return None;
    }
    escape(shown, out);
    Some(ChildRendering::HTML)
}

/// The label that stands in parentheses behind a formula, and what follows.
fn label_behind(text: &str) -> Option<(&str, &str)> {
    let (name, rest) = text.trim_start_matches(' ').strip_prefix('(')?.split_once(')')?;
    let named = !name.is_empty()
        && name.len() <= 60
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b':' | b'.'));
    named.then_some((name, rest))
}

/// The text of a node without markup, bounded.
fn text_of(node: Node<'_>) -> String {
    let mut text = String::new();
    for node in node.descendants() {
        match &node.data().value {
            NodeValue::Text(piece) => text.push_str(piece),
            NodeValue::Code(span) => text.push_str(&span.literal),
            NodeValue::SoftBreak | NodeValue::LineBreak => text.push(' '),
            _ => {}
        }
        if text.len() > MAX_HEADING {
            text.truncate(text.floor_char_boundary(MAX_HEADING));
            break;
        }
    }
    text.trim().to_owned()
}
