//! Outputs of cells, as nbformat has them, as safe HTML.
//!
//! An output offers itself in several media types. Pictures are PNG and JPEG alone, served by an address of their own;
//! HTML is shown only where it is a table, and only through the sanitizer; script, SVG and widgets never are.

use super::highlight::{Language, escape};
use super::{Options, Page, ansi, code, picture, prose, raw_html, sanitize};
use crate::notebook::{Cell, Notebook};
use base64::Engine;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use serde_json::Value;
use std::borrow::Cow;
use std::fmt::Write;

/// Most outputs of one cell that are shown.
const MAX_OUTPUTS: usize = 100;

/// The longest text of an output that is shown, in bytes.
const MAX_TEXT: usize = 100 * 1024;

/// The longest table that is shown, as HTML, in bytes.
const MAX_TABLE: usize = 512 * 1024;

/// The largest picture, in bytes.
const MAX_PICTURE: usize = 8 << 20;

/// How pictures are written: mostly with padding, and with line breaks, which are taken out before.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// The outputs of a cell, each as safe HTML: a block of its own.
pub(super) fn of_cell(cell: &Cell, page: &mut Page<'_>) -> Vec<String> {
    let mut shown: Vec<_> = cell
        .outputs
        .iter()
        .take(MAX_OUTPUTS)
        .enumerate()
        .map(|(index, output)| of_output(output, index, page))
        .collect();
    if let Some(more) = cell.outputs.len().checked_sub(MAX_OUTPUTS).filter(|&more| more > 0) {
        shown.push(format!("<p class=\"output note\">{more} more outputs are not shown.</p>\n"));
    }
    shown
}

fn of_output(output: &Value, index: usize, page: &mut Page<'_>) -> String {
    match output.get("output_type").and_then(Value::as_str) {
        Some("stream") => {
            let class = if output.get("name").and_then(Value::as_str) == Some("stderr") {
                "stderr"
            } else {
                "stdout"
            };
            terminal(&text(output.get("text")), class)
        }
        Some("error" | "pyerr") => {
            let lines = output
                .get("traceback")
                .and_then(Value::as_array)
                .map(|lines| lines.iter().filter_map(Value::as_str).collect::<Vec<_>>().join("\n"));
            let said = |key: &str| output.get(key).and_then(Value::as_str).unwrap_or_default();
            let traceback = lines
                .filter(|lines| !lines.is_empty())
                .unwrap_or_else(|| format!("{}: {}", said("ename"), said("evalue")));
            terminal(&traceback, "error")
        }
        _ => of_data(output, index, page),
    }
}

fn of_data(output: &Value, index: usize, page: &mut Page<'_>) -> String {
    // nbformat 3 has the media types beside the type of the output, under short names.
    let data = output.get("data").unwrap_or(output);
    // Told by its bytes, as its own address does: no reader is shown a picture that cannot be had.
    if image_of(data).is_some()
        && let Some(src) = page.options.output(page.cell, index).filter(|src| is_own(src))
    {
        let mut html = String::from("<p class=\"output picture\"><img src=\"");
        escape(&src, &mut html);
        html.push_str("\" alt=\"A picture: what the cell put out\" loading=\"lazy\"></p>\n");
        return html;
    }
    let get = |kinds: [&str; 2]| kinds.iter().find_map(|kind| data.get(kind)).map(|value| text(Some(value)));
    let plain = get(["text/plain", "text"]);
    if let Some(html) = get(["text/html", "html"]) {
        let table = html.len() <= MAX_TABLE && html.contains("<table");
        if table || plain.is_none() {
            return table_of(&html, page);
        }
    }
    if let Some(markdown) = data.get("text/markdown") {
        return format!("<div class=\"output body\">{}</div>\n", prose(&text(Some(markdown)), page));
    }
    if let Some(json) = data.get("application/json") {
        let written = match json {
            Value::String(text) => text.clone(),
            other => serde_json::to_string_pretty(other).unwrap_or_default(),
        };
        let (shown, more) = cut(&written);
        return format!("<pre class=\"output\">{}</pre>{more}\n", code(shown, Language::Json));
    }
    if let Some(plain) = plain {
        terminal(&plain, "result")
    } else {
        let mut kinds: Vec<&str> =
            data.as_object().map(|data| data.keys().map(String::as_str).collect()).unwrap_or_default();
        kinds.truncate(5);
        let mut html = String::from("<p class=\"output note\">Not shown: ");
        let named = kinds.join(", ");
        escape(&named[..named.floor_char_boundary(200)], &mut html);
        html.push_str("</p>\n");
        html
    }
}

/// HTML of an output through both fences.
fn table_of(html: &str, page: &Page<'_>) -> String {
    if html.len() > MAX_TABLE {
        return String::from("<p class=\"output note\">HTML, too long to be shown.</p>\n");
    }
    format!("<div class=\"output table\">{}</div>\n", through(html, page.options, page.cell))
}

fn through(html: &str, options: Options<'_>, cell: usize) -> String {
    let mut passed = String::with_capacity(html.len());
    let mut raw = raw_html::RawHtml::new(options, cell);
    raw.pass(html, &mut passed);
    raw.close_formatting(&mut passed);
    sanitize::clean(&passed)
}

/// What both fences leave of HTML that stands alone; nothing of what is longer than any table that is shown.
pub(crate) fn harmless(html: &str) -> String {
    if html.len() > MAX_TABLE { String::new() } else { through(html, Options::default(), 0) }
}

fn terminal(text: &str, class: &str) -> String {
    let (shown, more) = cut(text);
    let mut html = format!("<pre class=\"output {class}\">");
    ansi::html(shown, &mut html);
    let _ = writeln!(html, "</pre>{more}");
    html
}

/// What is shown of a long text, and a word about the rest.
fn cut(text: &str) -> (&str, String) {
    if text.len() <= MAX_TEXT {
        return (text.trim_end_matches('\n'), String::new());
    }
    let shown = &text[..text.floor_char_boundary(MAX_TEXT)];
    let more = (text.len() - shown.len()).div_ceil(1024);
    (shown, format!("<p class=\"output note\">{more} KB more are not shown.</p>"))
}

/// A text that nbformat writes as one string or as a list of lines.
fn text(value: Option<&Value>) -> Cow<'_, str> {
    match value {
        Some(Value::String(text)) => Cow::Borrowed(text),
        Some(Value::Array(lines)) => Cow::Owned(lines.iter().filter_map(Value::as_str).collect()),
        _ => Cow::Borrowed(""),
    }
}

/// Whether an address is one of our own origin.
pub(super) fn is_own(address: &str) -> bool {
    address.starts_with('/') && !address.starts_with("//") && !address.contains(['\\', '\n', '\r', '\t'])
}

/// The PNG or JPEG picture of an output: its media type, as its bytes say, and the bytes. None where there is none, where
/// it is too large, or where the bytes are something else.
pub fn output_image(notebook: &Notebook, cell: usize, output: usize) -> Option<(&'static str, Vec<u8>)> {
    let output = notebook.cells.get(cell)?.outputs.get(output)?;
    image_of(output.get("data").unwrap_or(output))
}

/// The picture that a markdown cell holds under a name (`attachment:NAME`), as [`output_image`] gives it.
pub fn attachment_image(notebook: &Notebook, cell: usize, name: &str) -> Option<(&'static str, Vec<u8>)> {
    image_of(notebook.cells.get(cell)?.attachments.as_ref()?.get(name)?)
}

fn image_of(data: &Value) -> Option<(&'static str, Vec<u8>)> {
    let value = ["image/png", "image/jpeg", "png", "jpeg"].iter().find_map(|kind| data.get(kind))?;
    let written = text(Some(value));
    if written.len() > MAX_PICTURE / 2 * 3 {
        return None;
    }
    let compact: Vec<u8> = written.bytes().filter(|b| !b.is_ascii_whitespace()).collect();
    let bytes = BASE64.decode(compact).ok().filter(|bytes| bytes.len() <= MAX_PICTURE)?;
    let kind = picture::raster(&bytes).filter(|kind| matches!(*kind, "image/png" | "image/jpeg"))?;
    Some((kind, bytes))
}
