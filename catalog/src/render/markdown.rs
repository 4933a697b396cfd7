//! Markdown -> HTML by comrak, with headings, code, directives, roles, images and raw HTML in our own hands. What comes
//! out is not safe yet: see [`sanitize`](super::sanitize).

use super::directive::{self, Directive};
use super::highlight::{Language, escape};
use super::raw_html::RawHtml;
use super::sanitize::{ADMONITIONS, ID_PREFIX};
use super::{Heading, Page, code};
use comrak::html::{ChildRendering, Context, format_document_with_formatter, format_node_default};
use comrak::nodes::{AstNode, Node, NodeValue};
use comrak::options::Plugins;
use comrak::{Arena, Options, try_parse_document};
use std::cell::Cell;
use std::fmt::{self, Write};
use std::sync::LazyLock;

/// How deep directives may stand in one another.
const MAX_DIRECTIVES: usize = 6;

/// How deep the tree may be: quotes, lists and emphasis in one another.
const MAX_DEPTH: usize = 64;

/// Most markers of lists and quotes at the beginning of one line, two columns of indentation counting as one.
const MAX_MARKERS: usize = 100;

/// Longest text of a heading in the outline, in bytes.
const MAX_HEADING: usize = 300;

static OPTIONS: LazyLock<Options<'static>> = LazyLock::new(|| {
    let mut options = Options::default();
    options.extension.strikethrough = true;
    options.extension.table = true;
    options.extension.autolink = true;
    options.extension.tasklist = true;
    options.extension.footnotes = true;
    options.extension.description_lists = true;
    // Raw HTML and links pass here, and are judged by the sanitizer alone.
    options.render.r#unsafe = true;
    options
});

/// Renders markdown as blocks. None where a bound is exceeded: the caller then shows the text as it is.
pub(super) fn blocks(source: &str, page: &mut Page<'_>, depth: usize) -> Option<String> {
    if is_too_deep(source) {
        return None;
    }
    let prepared = directive::prepare(source);
    let arena = Arena::new();
    // Legitimate text takes a few steps a byte; comrak asks every 256 steps.
    let left = Cell::new(1_000 + source.len() / 16);
    let root = try_parse_document(&arena, &prepared, &OPTIONS, &|| {
        left.set(left.get().saturating_sub(1));
        left.get() == 0
    });
    let root = root.ok()?;
    if depth_of(root) > MAX_DEPTH {
        return None;
    }
    page.pieces += 1;
    name_footnotes(root, page.pieces);
    let mut out =
        Bounded { html: String::with_capacity(source.len() * 2), room: 64 * 1024 + source.len() * 32 };
    let raw = RawHtml::new(page.options, page.cell);
    let state = State { page, raw, depth };
    format_document_with_formatter(root, &OPTIONS, &mut out, &Plugins::default(), format_node, state).ok()?;
    Some(out.html)
}

/// Whether lists and quotes could be so deep that every later line costs thousands of looks: a marker behind many others
/// or behind a wide indentation.
fn is_too_deep(source: &str) -> bool {
    source.lines().any(|line| {
        let (mut columns, mut markers) = (0usize, 0usize);
        let bytes = line.as_bytes();
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

struct State<'p, 'o> {
    page: &'p mut Page<'o>,
    raw: RawHtml<'o>,
    depth: usize,
}

fn format_node(
    context: &mut Context<'_, '_, State<'_, '_>>,
    node: Node<'_>,
    entering: bool,
) -> Result<ChildRendering, fmt::Error> {
    let mut own = String::new();
    let rendering = own_format(context, node, entering, &mut own);
    if let Some(rendering) = rendering {
        context.write_str(&own)?;
        return Ok(rendering);
    }
    if !entering && node.data().value.block() {
        // What was opened among this block's inlines is closed before the block is.
        context.user.raw.close_formatting(&mut own);
        context.write_str(&own)?;
    }
    format_node_default(context, node, entering)
}

/// Formats what is in our own hands; none for everything else.
fn own_format(
    context: &mut Context<'_, '_, State<'_, '_>>,
    node: Node<'_>,
    entering: bool,
    out: &mut String,
) -> Option<ChildRendering> {
    let data = node.data();
    match &data.value {
        NodeValue::Heading(heading) => {
            let level = heading.level.clamp(1, 6);
            if entering {
                let text = text_of(node);
                let page = &mut *context.user.page;
                let anchor = page.anchor(&text);
                let _ = write!(out, "<h{level} id=\"{ID_PREFIX}");
                escape(&anchor, out);
                out.push_str("\">");
                let cell = page.cell;
                page.headings.push(Heading { level, text, anchor: format!("{ID_PREFIX}{anchor}"), cell });
            } else {
                context.user.raw.close_formatting(out);
                let _ = writeln!(out, "</h{level}>");
            }
            Some(ChildRendering::HTML)
        }
        NodeValue::CodeBlock(block) => {
            if entering {
                let state = &mut context.user;
                let directive = directive::read(&block.info, &block.literal).filter(|_| block.fenced);
                if let Some(directive) = directive {
                    write_directive(&directive, state, out);
                } else {
                    let name = block.info.split([' ', ',', '{', ':']).next().unwrap_or_default();
                    write_code(&block.literal, Language::of_name(name), out);
                }
            }
            Some(ChildRendering::Skip)
        }
        NodeValue::HtmlBlock(block) => {
            if entering {
                context.user.raw.pass(&block.literal, out);
                context.user.raw.close_formatting(out);
            }
            Some(ChildRendering::Skip)
        }
        NodeValue::HtmlInline(html) => {
            if entering {
                context.user.raw.pass(html, out);
            }
            Some(ChildRendering::Skip)
        }
        NodeValue::Link(link) => {
            let text = text_of(node);
            let href = context.user.page.options.href(&link.url);
            Some(write_link(href.as_deref(), &link.url, &link.title, text.is_empty(), entering, out))
        }
        NodeValue::Image(image) => {
            let page = &context.user.page;
            if let Some(src) = page.options.src(&image.url, page.cell) {
                if entering {
                    write_image(&src, &text_of(node), &image.title, "", out);
                }
                return Some(ChildRendering::Skip);
            }
            // A picture of another site is not loaded: a reader gets the words and the way.
            let href = page.options.href(&image.url);
            if entering {
                out.push_str("<span class=\"image\">");
            }
            let rendering = write_link(
                href.as_deref(),
                &image.url,
                &image.title,
                node.first_child().is_none(),
                entering,
                out,
            );
            if !entering {
                out.push_str("</span>");
            }
            Some(match rendering {
                ChildRendering::HTML => ChildRendering::Plain,
                other => other,
            })
        }
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
        NodeValue::Text(text) => {
            // A role's name stands before its code span; the span says the rest.
            let role = entering.then(|| role_before(text, node.next_sibling())).flatten()?;
            escape(&text[..text.len() - role.len() - 2], out);
            Some(ChildRendering::HTML)
        }
        NodeValue::Code(span) => {
            let before = node.previous_sibling()?;
            let before = before.data();
            let NodeValue::Text(text) = &before.value else { return None };
            let role = role_before(text, Some(node))?;
            if entering {
                write_role(role, &span.literal, out);
            }
            Some(ChildRendering::Skip)
        }
        _ => None,
    }
}

/// The name in `{name}` at the end of a text, when a code span follows.
fn role_before<'t>(text: &'t str, next: Option<&AstNode<'_>>) -> Option<&'t str> {
    let inner = text.strip_suffix('}')?;
    let open = inner.rfind('{')?;
    let name = &inner[open + 1..];
    let named = !name.is_empty()
        && name.len() <= 40
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b':'));
    (named && matches!(next?.data().value, NodeValue::Code(_))).then_some(name)
}

/// A role: those with an element of their own as that, references as their text, others with their name.
fn write_role(name: &str, content: &str, out: &mut String) {
    let element = match name {
        "sub" | "sup" | "kbd" | "abbr" => name,
        "ref" | "doc" | "term" | "numref" | "eq" | "download" | "any" => {
            // `text <target>`: the text is for readers.
            let shown = content.split_once('<').map_or(content, |(text, _)| text).trim();
            escape(if shown.is_empty() { content } else { shown }, out);
            return;
        }
        "math" | "code" => "code",
        _ => {
            out.push_str("<span class=\"role-name\">");
            escape(name, out);
            out.push_str("</span> ");
            "code"
        }
    };
    let _ = write!(out, "<{element}>");
    escape(content, out);
    let _ = write!(out, "</{element}>");
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
fn write_image(src: &str, alt: &str, title: &str, more: &str, out: &mut String) {
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

fn write_code(text: &str, language: Language, out: &mut String) {
    let _ = write!(out, "<pre class=\"code\"><code class=\"{}\">", language.class());
    out.push_str(&code(text.strip_suffix('\n').unwrap_or(text), language));
    out.push_str("</code></pre>\n");
}

fn write_directive(directive: &Directive<'_>, state: &mut State<'_, '_>, out: &mut String) {
    let Directive { name, argument, body } = *directive;
    match name {
        "code" | "code-block" | "code-cell" | "sourcecode" => {
            write_code(body, Language::of_name(argument.split_whitespace().next().unwrap_or_default()), out);
        }
        "math" => write_code(body, Language::Plain, out),
        "dropdown" => {
            out.push_str("<details><summary>");
            escape(if argument.is_empty() { "Details" } else { argument }, out);
            out.push_str("</summary>\n");
            write_body(body, state, out);
            out.push_str("</details>\n");
        }
        _ if ADMONITIONS.contains(&name) => {
            let _ = write!(out, "<aside class=\"admonition {name}\"><p class=\"admonition-title\">");
            // A first word of the body on the fence's line is the body's where the kind has its own title.
            let title = match name {
                "seealso" => "See also".to_owned(),
                _ => name[..1].to_ascii_uppercase() + &name[1..],
            };
            escape(if argument.is_empty() { &title } else { argument }, out);
            out.push_str("</p>\n");
            write_body(body, state, out);
            out.push_str("</aside>\n");
        }
        _ => {
            out.push_str("<div class=\"directive\"><p class=\"directive-name\">");
            escape(name, out);
            if !argument.is_empty() {
                out.push(' ');
                escape(argument, out);
            }
            out.push_str("</p>\n");
            if !body.trim().is_empty() {
                write_code(body, Language::Plain, out);
            }
            out.push_str("</div>\n");
        }
    }
}

/// A directive's body as markdown; as text where it stands too deep or exceeds a bound.
fn write_body(body: &str, state: &mut State<'_, '_>, out: &mut String) {
    let headings = state.page.headings.len();
    let html = (state.depth < MAX_DIRECTIVES).then(|| blocks(body, state.page, state.depth + 1)).flatten();
    if let Some(html) = html {
        out.push_str(&html);
    } else {
        state.page.headings.truncate(headings);
        write_code(body, Language::Plain, out);
    }
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
