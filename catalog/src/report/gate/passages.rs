//! What a report shows, piece by piece.

use super::super::data::{self, Data, Picture};
use super::super::{REMOVE_CELL, joined, shows_outputs, shows_text};
use super::{pictures, views};
use crate::notebook::{CellKind, Notebook};
use serde_json::Value;
use std::borrow::Cow;

/// Who wrote a passage.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Origin {
    /// The author of the procedure, or the hunter: prose.
    Prose,
    /// Code that puts out prose: markdown, and HTML without a table.
    Authored,
    /// A table, or the text of a value: what the telemetry says.
    Result,
    /// What code printed.
    Printed,
    /// What programs complain of.
    Complained,
    /// A traceback.
    Failed,
    /// What is written within a picture's file.
    Picture,
}

/// A piece of what a report shows.
#[derive(Debug)]
pub(super) struct Passage {
    pub(super) cell: usize,
    pub(super) output: Option<usize>,
    pub(super) origin: Origin,
    /// Whether the hunter writes here.
    pub(super) hunters: bool,
    /// The ways in which it is read, each with as many lines; see [`views`].
    pub(super) views: Vec<String>,
}

/// The most text of one passage that is looked at, in bytes. A report with more in one output is no text to read.
const MAX_TEXT: usize = 4 << 20;

/// What the report of a notebook shows.
pub(super) fn passages(notebook: &Notebook) -> Vec<Passage> {
    let mut passages = Vec::new();
    for (index, cell) in notebook.cells.iter().enumerate().filter(|(_, cell)| !cell.has_tag(REMOVE_CELL)) {
        let hunters = cell.has_tag("analyst_input");
        let mut push = |output: Option<usize>, origin: Origin, text: Cow<'_, str>| {
            let views = views::of(&text[..text.floor_char_boundary(MAX_TEXT)], origin);
            passages.push(Passage { cell: index, output, origin, hunters, views });
        };
        match cell.kind {
            CellKind::Markdown if shows_text(cell) => {
                push(None, Origin::Prose, Cow::Borrowed(&cell.source));
                let attached = cell.attachments.as_ref().and_then(Value::as_object).into_iter().flatten();
                for (_, bundle) in
                    attached.filter(|(name, _)| cell.source.contains(&format!("attachment:{name}")))
                {
                    let first = bundle.as_object().and_then(|bundle| bundle.iter().next());
                    if let Some((_, value)) = first {
                        push(None, Origin::Picture, pictures::words(&joined(value)).into());
                    }
                }
            }
            CellKind::Code if shows_outputs(cell) => {
                for (place, output) in cell.outputs.iter().enumerate() {
                    for (origin, text) in of_output(output) {
                        push(Some(place), origin, text);
                    }
                }
            }
            CellKind::Code | CellKind::Markdown | CellKind::Raw => {}
        }
    }
    passages
}

fn of_output(output: &Value) -> Vec<(Origin, Cow<'_, str>)> {
    let of = |key: &str| output.get(key);
    match of("output_type").and_then(Value::as_str).unwrap_or_default() {
        "stream" => {
            let complains = of("name").and_then(Value::as_str) == Some("stderr");
            let origin = if complains { Origin::Complained } else { Origin::Printed };
            vec![(origin, of("text").map(joined).unwrap_or_default())]
        }
        "error" => {
            let lines =
                of("traceback").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
            vec![(Origin::Failed, lines.collect::<Vec<_>>().join("\n").into())]
        }
        _ => of("data").map(of_data).unwrap_or_default(),
    }
}

fn of_data(data: &Value) -> Vec<(Origin, Cow<'_, str>)> {
    let Some(shown) = data::shown(data) else { return Vec::new() };
    match shown {
        Data::Html(html) => {
            let origin = if html.contains("<t") { Origin::Result } else { Origin::Authored };
            vec![(origin, html)]
        }
        Data::Markdown(text) => vec![(Origin::Authored, text)],
        Data::Latex(text) | Data::Plain(text) => vec![(Origin::Result, text)],
        Data::Picture(picture) => {
            let written = data.get(picture.kind()).map(joined).unwrap_or_default();
            match picture {
                Picture::Svg => {
                    // Where a drawing cannot stand, a picture of points takes its place.
                    let other =
                        super::super::html::raster(data, picture).and_then(|other| data.get(other.kind()));
                    let words = other.map(|other| (Origin::Picture, pictures::words(&joined(other)).into()));
                    [(Origin::Picture, written)].into_iter().chain(words).collect()
                }
                Picture::Png | Picture::Jpeg => vec![(Origin::Picture, pictures::words(&written).into())],
            }
        }
    }
}
