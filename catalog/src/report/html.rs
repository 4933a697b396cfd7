//! The report as one file of HTML that needs nothing else: no script, no font, no picture from anywhere.
//!
//! Prose and outputs are rendered as the pages render them, through both fences. What an output shows is what the markdown
//! shows of it, but for drawings (SVG), which a page of their own could run: a picture of points takes their place, or a
//! note does.

use super::cover::{About, filled, usual};
use super::data::{self, Data, Picture};
use super::{Settings, customer, joined};
use crate::notebook::{CellKind, Notebook, hex};
use crate::render::highlight::escape;
use crate::render::{self, Options, Places, RenderedCell};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

/// How it looks, on a screen and on paper.
const STYLE: &str = include_str!("report.css");

/// What the file may load: nothing but what is in it.
const POLICY: &str =
    "default-src 'none'; img-src data:; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

/// The customer's view as one file of HTML.
pub fn html(notebook: &Notebook, about: &About, settings: &Settings) -> String {
    let mut out = String::from("<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n");
    out.push_str("<meta http-equiv=\"Content-Security-Policy\" content=\"");
    escape(POLICY, &mut out);
    out.push_str("\">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n");
    out.push_str("<meta name=\"referrer\" content=\"no-referrer\">\n<title>");
    escape(&about.title, &mut out);
    out.push_str("</title>\n<style>\n");
    out.push_str(STYLE);
    out.push_str("</style>\n</head>\n<body>\n<header class=\"cover\">\n");
    if settings.cover.trim().is_empty() {
        usual(about, &mut out);
    } else {
        out.push_str(&filled(&settings.cover, about));
    }
    out.push_str("</header>\n<main>\n");
    out.push_str(&body(notebook));
    out.push_str("</main>\n");
    if !settings.footer.trim().is_empty() {
        out.push_str("<footer>\n");
        out.push_str(&filled(&settings.footer, about));
        out.push_str("</footer>\n");
    }
    out.push_str("</body>\n</html>\n");
    out
}

/// What the customer sees of the cells, as safe HTML.
fn body(notebook: &Notebook) -> String {
    let (shown, _) = reduced(notebook);
    let places = Within { prefix: prefix(&shown) };
    let rendered = render::notebook(&shown, &Options::at("", &places));
    let mut out = String::new();
    for part in rendered.cells.into_iter().flat_map(parts) {
        out.push_str("<section>\n");
        out.push_str(&places.filled(&part, &shown));
        out.push_str("</section>\n");
    }
    out
}

/// What the report of a notebook shows, cell by cell: the place of each cell in the notebook, from 0, and its parts as safe
/// HTML. Pictures stand at addresses that begin with `prefix`, which begins and ends with `/`; [`picture`] knows the rest.
pub fn preview(notebook: &Notebook, prefix: &str) -> Vec<(usize, Vec<String>)> {
    let (shown, cells) = reduced(notebook);
    let places = Within { prefix: prefix.to_owned() };
    let rendered = render::notebook(&shown, &Options::at("", &places));
    let parts = rendered.cells.into_iter().map(parts);
    cells.into_iter().zip(parts).filter(|(_, parts)| !parts.is_empty()).collect()
}

/// A picture of a preview, by what stands behind the prefix of its address: its media type and its bytes.
pub fn picture(notebook: &Notebook, address: &str) -> Option<(&'static str, Vec<u8>)> {
    picture_of(address, &reduced(notebook).0)
}

fn parts(cell: RenderedCell) -> Vec<String> {
    let parts = match cell.kind {
        CellKind::Markdown => vec![cell.html],
        CellKind::Code | CellKind::Raw => cell.outputs,
    };
    parts.into_iter().filter(|part| !part.is_empty()).collect()
}

/// The notebook with nothing in it but what the customer sees, each output with the one type that is shown.
/// With the place of each cell in the whole one.
fn reduced(notebook: &Notebook) -> (Notebook, Vec<usize>) {
    let mut reduced = Notebook { metadata: notebook.metadata.clone(), ..Notebook::default() };
    let mut places = Vec::new();
    for shown in customer(notebook).cells {
        let mut cell = notebook.cells[shown.cell].clone();
        if cell.kind == CellKind::Code {
            cell.source.clear();
            cell.outputs =
                if shown.outputs { cell.outputs.iter().map(one_type).collect() } else { Vec::new() };
        }
        reduced.cells.push(cell);
        places.push(shown.cell);
    }
    (reduced, places)
}

/// An output with the one type of its data that a report shows.
fn one_type(output: &Value) -> Value {
    let Some(data) = output.get("data") else { return output.clone() };
    let shown = match data::shown(data) {
        Some(Data::Html(html)) => json!({"text/html": html}),
        Some(Data::Markdown(text) | Data::Latex(text)) => json!({"text/markdown": text}),
        Some(Data::Plain(text)) => json!({"text/plain": text}),
        Some(Data::Picture(picture)) => match raster(data, picture) {
            Some(picture) => json!({(picture.kind()): data.get(picture.kind()).map(joined)}),
            None => json!({"text/markdown": "*A drawing stands here that this file cannot hold (SVG).*"}),
        },
        None => json!({}),
    };
    json!({"output_type": "display_data", "metadata": {}, "data": shown})
}

/// The picture of points that an output offers.
pub(super) fn raster(data: &Value, shown: Picture) -> Option<Picture> {
    let offered = |picture: &Picture| *picture != Picture::Svg && data.get(picture.kind()).is_some();
    [shown, Picture::Png, Picture::Jpeg].into_iter().find(offered)
}

/// What addresses of pictures begin with, which no text of the notebook can foresee: it would have to hold its own hash.
fn prefix(notebook: &Notebook) -> String {
    let mut hash = Sha256::new();
    for cell in &notebook.cells {
        hash.update(cell.source.as_bytes());
        for output in &cell.outputs {
            hash.update(output.to_string());
        }
    }
    format!("/{}/", hex(&hash.finalize()[..16]))
}

/// Pictures that stand in the file itself: an address of our own first, and the bytes in its place behind the sanitizer.
struct Within {
    prefix: String,
}

impl Places for Within {
    fn output(&self, cell: usize, output: usize) -> Option<String> {
        Some(format!("{}o/{cell}/{output}", self.prefix))
    }

    fn attachment(&self, cell: usize, name: &str) -> Option<String> {
        Some(format!("{}a/{cell}/{}", self.prefix, hex(name.as_bytes())))
    }
}

impl Within {
    /// The HTML with the bytes of its pictures.
    fn filled(&self, html: &str, notebook: &Notebook) -> String {
        let mut out = String::with_capacity(html.len());
        let mut rest = html;
        while let Some(at) = rest.find(&self.prefix) {
            out.push_str(&rest[..at]);
            let behind = &rest[at + self.prefix.len()..];
            let len = behind.find('"').unwrap_or(behind.len());
            if let Some((kind, bytes)) = picture_of(&behind[..len], notebook) {
                out.push_str("data:");
                out.push_str(kind);
                out.push_str(";base64,");
                STANDARD.encode_string(bytes, &mut out);
            }
            rest = &behind[len..];
        }
        out.push_str(rest);
        out
    }
}

fn picture_of(address: &str, notebook: &Notebook) -> Option<(&'static str, Vec<u8>)> {
    let mut parts = address.splitn(3, '/');
    let (what, cell, which) = (parts.next()?, parts.next()?.parse().ok()?, parts.next()?);
    if what == "o" {
        return render::output_image(notebook, cell, which.parse().ok()?);
    }
    let attached = notebook.cells.get(cell)?.attachments.as_ref()?.as_object()?;
    let name = attached.keys().find(|name| hex(name.as_bytes()) == which)?;
    render::attachment_image(notebook, cell, name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::notebook::Cell;

    const PNG: &str =
        "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

    fn made(cells: Vec<Cell>) -> String {
        let about = About { title: "Hunt <1>".to_owned(), customer: "Globex".to_owned(), ..About::default() };
        html(&Notebook { cells, ..Notebook::default() }, &about, &Settings::default())
    }

    fn output(data: &Value) -> Cell {
        let mut cell = Cell::new(CellKind::Code, "secret_input()");
        cell.outputs = vec![json!({"output_type": "display_data", "metadata": {}, "data": data})];
        cell
    }

    #[test]
    fn the_file_needs_nothing_else_and_runs_nothing() {
        let mut prose = Cell::new(
            CellKind::Markdown,
            "# Hunt\n\n![x](attachment:a.png) ![y](https://example.org/y.png)<script>x</script>",
        );
        prose.attachments = Some(json!({"a.png": {"image/png": PNG}}));
        let file = made(vec![
            prose,
            output(&json!({"image/png": PNG})),
            output(&json!({"text/html": "<table onclick=x><tr><td>4</td></tr></table>"})),
        ]);
        assert_eq!(file.matches("src=\"data:image/png;base64,iVBOR").count(), 2, "{file}");
        assert_eq!(file.matches("src=").count(), 2, "{file}");
        assert!(file.contains("<title>Hunt &lt;1&gt;</title>") && file.contains("<td>4</td>"), "{file}");
        for nothing in ["<script", "onclick", "secret_input", "src=\"http", "url("] {
            assert!(!file.contains(nothing), "{nothing}: {file}");
        }
    }

    #[test]
    fn a_drawing_gives_way_to_a_picture_or_a_note() {
        let svg = "<svg xmlns=\"http://www.w3.org/2000/svg\" onload=\"x()\"/>";
        let both = made(vec![output(&json!({"image/svg+xml": svg, "image/png": PNG}))]);
        assert!(both.contains("data:image/png") && !both.contains("onload"), "{both}");
        let alone = made(vec![output(&json!({"image/svg+xml": svg}))]);
        assert!(alone.contains("A drawing stands here") && !alone.contains("<svg"), "{alone}");
    }
}
