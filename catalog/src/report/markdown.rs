//! The report as markdown, byte for byte as nbconvert 7.17 writes it.
//!
//! nbconvert fills in a template whose every block stands between line feeds of its own: their number follows from how deep
//! the blocks are nested, and is kept here. Pictures go to files beside the text, named by the place of their cell among
//! those that no tag removed, and of the output in its cell.
//!
//! It differs where HTML of an output would run or load something, which is left out (see [`super::data`]); and nothing is
//! written beside the text but what it shows, where nbconvert also writes the pictures that an output offers besides.

use super::data::{Data, Picture, shown};
use super::{REMOVE_CELL, joined, python, shows_outputs, shows_text};
use crate::notebook::{Cell, CellKind, Notebook};
use base64::Engine;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use serde_json::Value;
use std::fmt::Write as _;

/// How pictures are written: mostly with padding.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// How the files beside the text are named.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Naming<'a> {
    /// What the names of pictures begin with.
    pub stem: &'a str,
    /// The folder that they stand in; none for that of the text.
    pub folder: Option<&'a str>,
}

impl Default for Naming<'_> {
    /// As nbconvert's library names them where nobody says how.
    fn default() -> Self {
        Self { stem: "output", folder: None }
    }
}

impl Naming<'_> {
    fn path(&self, name: &str) -> String {
        self.folder.map_or_else(|| name.to_owned(), |folder| format!("{folder}/{name}"))
    }
}

/// A report and the files that it shows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Export {
    /// The text.
    pub text: String,
    /// Pictures and attachments. A path is named once; of two the last one counts, as it does for nbconvert.
    pub files: Vec<File>,
}

/// A file beside a report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    /// Where it stands, seen from the text: a name, or a folder and a name.
    pub path: String,
    /// What is in it.
    pub bytes: Vec<u8>,
}

/// The customer's view as markdown, with its pictures named as nbconvert's library does.
pub fn markdown(notebook: &Notebook) -> String {
    write(notebook, &Naming::default(), None)
}

/// The customer's view as markdown, and the files beside it.
pub fn export(notebook: &Notebook, naming: &Naming<'_>) -> Export {
    let mut files = Vec::new();
    let text = write(notebook, naming, Some(&mut files));
    Export { text, files }
}

fn write(notebook: &Notebook, naming: &Naming<'_>, files: Option<&mut Vec<File>>) -> String {
    let left = || notebook.cells.iter().filter(|cell| !cell.has_tag(REMOVE_CELL));
    let mut report = Report { text: String::with_capacity(left().map(about).sum()), naming, files };
    for (place, cell) in left().enumerate() {
        match cell.kind {
            CellKind::Markdown if shows_text(cell) => report.prose(cell),
            CellKind::Code if shows_outputs(cell) => {
                for (index, output) in cell.outputs.iter().enumerate() {
                    report.output(output, place, index);
                }
            }
            CellKind::Code | CellKind::Markdown | CellKind::Raw => {}
        }
    }
    let mut text = report.text;
    let kept = text.trim_start_matches(['\r', '\n']).len();
    text.drain(..text.len() - kept);
    text
}

/// About how long a cell is in a report, in bytes: a table is copied once.
fn about(cell: &Cell) -> usize {
    let html = |output: &Value| output.get("data")?.get("text/html")?.as_str().map(str::len);
    cell.source.len() + cell.outputs.iter().filter_map(html).sum::<usize>()
}

struct Report<'a> {
    text: String,
    naming: &'a Naming<'a>,
    /// Where nobody wants the files, their bytes are not looked at.
    files: Option<&'a mut Vec<File>>,
}

impl Report<'_> {
    /// A block of the template.
    fn block(&mut self, text: &str) {
        self.text.push('\n');
        self.text.push_str(text);
        self.text.push('\n');
    }

    fn indented(&mut self, text: &str) {
        self.text.push('\n');
        python::indent(text, &mut self.text);
        self.text.push('\n');
    }

    fn prose(&mut self, cell: &Cell) {
        let Some(attachments) = cell.attachments.as_ref().and_then(Value::as_object) else {
            return self.block(&cell.source);
        };
        let mut source = cell.source.clone();
        for (name, bundle) in attachments {
            let own = python::base_name(name);
            if own.is_empty() {
                continue;
            }
            let path = self.naming.path(own);
            if let Some(first) = bundle.as_object().and_then(|bundle| bundle.values().next()) {
                self.file(&path, || decoded(&joined(first)));
            }
            source = source.replace(&format!("attachment:{name}"), &path);
        }
        self.block(&source);
    }

    fn output(&mut self, output: &Value, place: usize, index: usize) {
        let of = |key: &str| output.get(key);
        match of("output_type").and_then(Value::as_str).unwrap_or_default() {
            "stream" => self.indented(&of("text").map(joined).unwrap_or_default()),
            "error" => {
                self.text.push('\n');
                let lines = of("traceback").and_then(Value::as_array).into_iter().flatten();
                for line in lines.filter_map(Value::as_str) {
                    let mut indented = String::with_capacity(line.len() + 4);
                    python::indent(line, &mut indented);
                    self.block(&python::without_colours(&indented));
                }
                self.text.push('\n');
            }
            "display_data" => self.data(output, place, index),
            "execute_result" => {
                self.text.push_str("\n\n");
                self.data(output, place, index);
                self.text.push('\n');
            }
            _ => {}
        }
    }

    fn data(&mut self, output: &Value, place: usize, index: usize) {
        self.text.push('\n');
        if let Some(data) = output.get("data") {
            match shown(data) {
                Some(Data::Html(text) | Data::Markdown(text) | Data::Latex(text)) => self.block(&text),
                Some(Data::Plain(text)) => self.indented(&text),
                Some(Data::Picture(picture)) => {
                    self.picture(picture, output, data, &format!("{place}_{index}"));
                }
                None => {}
            }
        }
        self.text.push('\n');
    }

    fn picture(&mut self, picture: Picture, output: &Value, data: &Value, place: &str) {
        let label = picture.label();
        let named = output.get("metadata").and_then(|own| own.get("filename")).and_then(Value::as_str);
        let name = name_of(named, picture, || format!("{}_{place}", self.naming.stem));
        let src = if let Some(path) = name.map(|name| self.naming.path(&name)) {
            self.file(&path, || bytes_of(data, picture));
            python::address(&path)
        } else {
            let written = data.get(picture.kind()).map(joined).unwrap_or_default();
            format!("data:image/{label};base64,{written}")
        };
        let _ = write!(self.text, "\n    \n![{label}]({src})\n    \n");
    }

    fn file(&mut self, path: &str, bytes: impl FnOnce() -> Option<Vec<u8>>) {
        let Some(files) = self.files.as_deref_mut() else { return };
        let Some(bytes) = bytes() else { return };
        files.retain(|file| file.path != path);
        files.push(File { path: path.to_owned(), bytes });
    }
}

/// The name of a picture's file: the one that the output's metadata ask for, without folders, or the usual one. None where
/// what they ask for is no name; the picture then stands in the text.
fn name_of(named: Option<&str>, picture: Picture, usual: impl FnOnce() -> String) -> Option<String> {
    let ending = picture.ending();
    match named.filter(|named| !named.is_empty()) {
        None => Some(usual() + ending),
        Some(named) => {
            let own = python::base_name(named);
            let name = if own.ends_with(ending) { own.to_owned() } else { format!("{own}{ending}") };
            (!own.is_empty()).then_some(name)
        }
    }
}

fn bytes_of(data: &Value, picture: Picture) -> Option<Vec<u8>> {
    let written = joined(data.get(picture.kind())?);
    match picture {
        Picture::Svg => Some(written.into_owned().into_bytes()),
        Picture::Png | Picture::Jpeg => decoded(&written),
    }
}

fn decoded(written: &str) -> Option<Vec<u8>> {
    // Python passes over what is none of its letters.
    let is_letter = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=');
    let compact: Vec<u8> = written.bytes().filter(is_letter).collect();
    BASE64.decode(compact).ok()
}
