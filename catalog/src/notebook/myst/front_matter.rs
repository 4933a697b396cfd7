//! The front matter: from the YAML at the head of a file to the notebook's metadata, and every way in which jupytext stumbles
//! on it.

use super::filter::{RootFilter, rearrange};
use super::{Bounds, narrow, python_text, schema, yaml};
use crate::lint::{Diagnostic, Severity};
use crate::notebook::{Cell, CellKind, Metadata, Notebook, yaml_write};
use serde_json::{Map, Value, json};

/// The front matter as written, before it is made the notebook's metadata.
#[derive(Default)]
pub(super) struct Header {
    loaded: yaml::Loaded,
    root: Metadata,
    pub(super) diagnostics: Vec<Diagnostic>,
}

pub(super) fn error(code: &str, message: impl Into<String>, help: &str) -> Diagnostic {
    Diagnostic::new(code, Severity::Error, message, help).blocking()
}

/// Reads the front matter of `text`. `content` is what stands between its rules; none when the rules do not match.
pub(super) fn read(text: &str, content: Option<&str>, bounds: &Bounds) -> Header {
    let mut header = Header::default();
    if let Some(content) = content {
        if content.len() > bounds.front_matter {
            header.diagnostics.push(
                error(
                    "front-matter-too-large",
                    format!(
                        "the front matter has {} bytes; at most {} are read",
                        content.len(),
                        bounds.front_matter
                    ),
                    "Move what is not metadata into the notebook's cells.",
                )
                .at(1, 1),
            );
            return header;
        }
        // The last line feed is no part of it, which a block scalar at the end tells.
        match yaml::load(content.strip_suffix('\n').unwrap_or(content), 2) {
            Ok(mut loaded) => {
                header.diagnostics.append(&mut loaded.warnings);
                match std::mem::take(&mut loaded.value) {
                    Value::Object(map) => header.root = map,
                    other => header.diagnostics.push(
                        error(
                            "front-matter-not-mapping",
                            if other.is_null() {
                                "the front matter is empty, and jupytext cannot open the file"
                            } else {
                                "the front matter is no mapping, and jupytext cannot open the file"
                            },
                            "Write one `key: value` on each line, or delete the block.",
                        )
                        .at(1, 1),
                    ),
                }
                header.loaded = loaded;
            }
            Err(diagnostic) => header.diagnostics.push(*diagnostic),
        }
    }
    if header.diagnostics.iter().all(|diagnostic| !diagnostic.blocking) {
        preflight(text, content, &mut header.diagnostics);
    }
    header
}

/// Before it reads a notebook, jupytext reads the whole file as YAML documents up to the first mapping, unless it has
/// found a `jupyter:` block. What that stops at, jupytext cannot open.
fn preflight(text: &str, content: Option<&str>, diagnostics: &mut Vec<Diagnostic>) {
    if let Some(block) = jupyter_block(text) {
        let described = || {
            yaml::load_first_mapping(text)
                .is_ok_and(|loaded| loaded.value.as_object().is_some_and(is_described))
        };
        let whole = yaml::load(&block, 1).is_ok_and(|loaded| match loaded.value.get("jupyter") {
            Some(Value::Object(_)) => true,
            // Nothing of it is left: jupytext then looks at the whole header.
            Some(Value::Null) => described(),
            _ => false,
        });
        if !whole {
            diagnostics.push(
                error(
                    "jupyter-block-cut",
                    "jupytext reads the `jupyter` block only down to the first line that begins without a blank, a comment too, and cannot open the file",
                    "Indent every line of the block, its comments too.",
                )
                .at(1, 1),
            );
        }
        return;
    }
    // markdown-it adds a line feed at the end, which is no concern of this.
    if let Some((line, column, found)) = yaml::unprintable(text) {
        diagnostics.push(yaml::control_character(found).at(line + 1, column));
        return;
    }
    let plain_rules = content.is_some_and(|content| {
        let open = text.lines().next().unwrap_or("");
        let begin = text.find('\n').map_or(text.len(), |at| at + 1);
        let close = text[begin + content.len()..].lines().next().unwrap_or("");
        open.trim_end_matches(' ') == "---" && (close.trim_end() == "---" || close.starts_with("..."))
    });
    if plain_rules {
        return;
    }
    let stops = match yaml::load_first_mapping(text) {
        Ok(mut loaded) => match loaded.value.take() {
            Value::Object(mut root) if is_described(&root) => {
                let mut found = Vec::new();
                rearrange(&mut root, &loaded, &mut found);
                found.into_iter().next()
            }
            _ => None,
        },
        Err(stop) => Some(*stop).filter(|stop| stop.code != "yaml-too-large"),
    };
    let (code, message) = if content.is_some() {
        ("front-matter-rules", "the front matter does not stand between two lines of exactly three dashes")
    } else {
        ("front-matter-unclosed", "the file begins with `---`, but no such line closes the front matter")
    };
    let help = "Put the front matter between two lines that hold `---` and nothing else.";
    diagnostics.push(match stops {
        Some(stop) => {
            let why = format!("{message}; jupytext stops at line {}: {}", stop.line, stop.message);
            error(code, why, help).at(1, 1)
        }
        None => Diagnostic::new(code, Severity::Warning, message, help).at(1, 1),
    });
}

/// The YAML of the `jupyter:` block as jupytext sees it between the first two lines of three dashes: down to the first line
/// that does not begin with a blank, a comment too.
fn jupyter_block(text: &str) -> Option<String> {
    let mut lines = python_text::lines(text);
    if !lines.next().is_some_and(is_rule) {
        return None;
    }
    let mut block: Option<String> = None;
    let mut inside = false;
    for line in lines {
        if is_rule(line) {
            return block;
        }
        if line.strip_prefix("jupyter").is_some_and(|rest| python_text::strip(rest) == ":") {
            inside = true;
        } else if !line.is_empty() && !line.starts_with(python_text::is_space) {
            inside = false;
        }
        if inside {
            let block = block.get_or_insert_default();
            block.push_str(line);
            block.push('\n');
        }
    }
    None
}

/// Whether Python's `^---\\s*$` matches the line.
fn is_rule(line: &str) -> bool {
    line.strip_prefix("---").is_some_and(|rest| python_text::strip(rest).is_empty())
}

/// jupytext takes a first or second line that says `coding: …` for the encoding of a script, and opens no other than UTF-8.
pub(super) fn encoding_line(text: &str) -> Option<Diagnostic> {
    let named = |line: &str| -> Option<String> {
        let at = line.find("coding:").or_else(|| line.find("coding="))?;
        let rest = line[at + "coding:".len()..].trim_start_matches([' ', '\t']);
        let name: String =
            rest.chars().take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.')).collect();
        (!name.is_empty()).then_some(name)
    };
    // Two lines of any kind end before the second line feed.
    let end = text.match_indices('\n').nth(1).map_or(text.len(), |(at, _)| at + 1);
    let text = &text[..end];
    let first = python_text::lines(text).next().unwrap_or("");
    // The second line is looked at only where the first one can stand before a header.
    let two = python_text::strip(first).is_empty()
        || is_rule(first)
        || first.starts_with("#!")
        || python_text::strip(first).starts_with("<!--");
    for (at, line) in python_text::lines(text).take(if two { 2 } else { 1 }).enumerate() {
        if let Some(name) = named(line) {
            return (name != "utf-8").then(|| {
                error(
                    "encoding-line",
                    format!(
                        "jupytext takes this line for the encoding of a script, and opens none in `{name}`"
                    ),
                    "Write the line so that it does not hold `coding:` or `coding=`, or move it down.",
                )
                .at(narrow(at + 1), 1)
            });
        }
    }
    None
}

/// Makes the header the notebook's metadata, as jupytext does.
pub(super) fn finish(header: Header, lexer: Option<String>, notebook: &mut Notebook) {
    let Header { loaded, mut root, diagnostics: _ } = header;
    let mut faults = Faults { loaded: &loaded, diagnostics: &mut notebook.diagnostics };
    for (code, path, message, help) in
        schema::notebook_faults(&root, |path, value| value.is_string() && loaded.foreign(path).is_none())
    {
        // A null is said to be one, below. A number that is too large for us is still one.
        let huge = code == "orig-nbformat-invalid"
            && loaded.foreign(&path).is_some_and(|number| number.bytes().all(|b| b.is_ascii_digit()));
        if root.get(&path).is_some_and(|value| !value.is_null()) && !huge {
            faults.add(code, &path, message, help);
        }
    }
    let had_metadata = !root.is_empty();
    let mut metadata = match root.shift_remove("jupyter") {
        None => Metadata::new(),
        Some(Value::Object(map)) => map,
        Some(_) => {
            faults.add(
                "jupyter-not-mapping",
                "jupyter",
                "`jupyter` is no mapping, and jupytext cannot open the file".to_owned(),
                "Put the notebook's metadata under it, or delete the key.",
            );
            Metadata::new()
        }
    };
    if let Some(lexer) = lexer.filter(|_| !root.contains_key("language_info"))
        && let Value::Object(jupytext) = metadata.entry("jupytext").or_insert_with(|| json!({}))
    {
        jupytext.insert("default_lexer".to_owned(), lexer.into());
        if !had_metadata {
            jupytext.insert("notebook_metadata_filter".to_owned(), "-all".into());
        }
    }
    for place in loaded.odd_keys.iter().filter(|place| root.contains_key(&place.path)) {
        faults.add(
            "metadata-key-not-text",
            &place.path,
            format!("the key `{}` is no text for YAML, and jupytext cannot open the file", place.path),
            "Put the key in quotes.",
        );
    }
    let filter = RootFilter::of(&metadata, &root, &mut faults);
    if is_described(&root) {
        // jupytext looks at these before it filters anything.
        let known: Vec<String> = faults.diagnostics.iter().map(|found| found.code.clone()).collect();
        let mut found = Vec::new();
        rearrange(&mut root.clone(), &loaded, &mut found);
        faults.diagnostics.extend(found.into_iter().filter(|found| !known.contains(&found.code)));
    }
    let left = filter.split(root, &mut metadata, &mut faults);
    if !left.is_empty() && filter.as_raw_cell {
        insert_raw_cell(&left, &loaded, notebook);
    }
    // What was looked at before it was filtered is told already.
    let mut found = Vec::new();
    rearrange(&mut metadata, &loaded, &mut found);
    found.retain(|one| !notebook.diagnostics.contains(one));
    notebook.diagnostics.append(&mut found);
    if let Value::Object(jupytext) = metadata.entry("jupytext").or_insert_with(|| json!({}))
        && let Value::Object(text) = jupytext.entry("text_representation").or_insert_with(|| json!({}))
    {
        text.insert("extension".to_owned(), ".md".into());
        if let Some(name) = text.get("format_name").and_then(Value::as_str).filter(|name| *name != "myst") {
            let message = format!(
                "the front matter says that the format is `{name}`; jupytext reads it as that, not as MyST"
            );
            notebook.diagnostics.push(
                Diagnostic::new("format-not-myst", Severity::Warning, message, "Write `format_name: myst`.")
                    .at(line_of(&loaded, "jupytext.text_representation.format_name"), 0),
            );
        }
        text.insert("format_name".to_owned(), "myst".into());
    }
    notebook.metadata = metadata;
    notebook.layout.front_matter_lines = lifted(loaded.keys);
    find_hunting_cell(notebook);
}

/// The lines of the keys, those under `jupyter` lifted to the root unless the root has them too.
fn lifted(mut keys: Vec<(String, u32)>) -> Vec<(String, u32)> {
    let mut inner = Vec::new();
    keys.retain(|(path, line)| {
        let below = path.strip_prefix("jupyter.");
        if let Some(below) = below {
            inner.push((below.to_owned(), *line));
        }
        below.is_none()
    });
    if !inner.is_empty() {
        let known: std::collections::HashSet<String> = keys.iter().map(|(path, _)| path.clone()).collect();
        keys.extend(inner.into_iter().filter(|(path, _)| !known.contains(path)));
    }
    keys
}

pub(super) fn line_of(loaded: &yaml::Loaded, path: &str) -> u32 {
    let nested = format!("jupyter.{path}");
    loaded.keys.iter().find(|(key, _)| key == path || *key == nested).map_or(0, |(_, line)| *line)
}

pub(super) struct Faults<'a> {
    loaded: &'a yaml::Loaded,
    diagnostics: &'a mut Vec<Diagnostic>,
}

impl Faults<'_> {
    pub(super) fn add(&mut self, code: &str, path: &str, message: String, help: &str) {
        self.diagnostics.push(error(code, message, help).at(line_of(self.loaded, path), 0));
    }

    fn null(&mut self, path: &str) {
        let place = self.loaded.nulls.iter().find(|place| place.path == path);
        let (line, column) =
            place.map_or((line_of(self.loaded, path), 0), |place| (place.line, place.column));
        self.diagnostics.push(
            error(
                "yaml-null",
                format!("`{path}` is empty, and jupytext cannot open a file with an empty value in its front matter"),
                "Give it a value (`\"\"` for an empty text, `[]` for an empty list), or delete the key.",
            )
            .at(line, column),
        );
    }

    /// jupytext's `recursive_update`: what it cannot do is a fault, and is done as far as it makes sense.
    pub(super) fn update(&mut self, target: &mut Metadata, update: Map<String, Value>, path: &mut String) {
        for (key, value) in update {
            let length = path.len();
            if length > 0 {
                path.push('.');
            }
            path.push_str(&key);
            match value {
                Value::Null => {
                    if target.shift_remove(&key).is_none() {
                        self.null(path);
                        target.insert(key, Value::Null);
                    }
                }
                Value::Object(inner) => match target.entry(key).or_insert_with(|| json!({})) {
                    Value::Object(target) => self.update(target, inner, path),
                    other => {
                        if !inner.is_empty() {
                            let message = format!(
                                "`{path}` is a mapping here and none under `jupyter`, and jupytext cannot open the file"
                            );
                            self.add("metadata-conflict", path, message, "Delete one of the two.");
                        }
                        *other = Value::Object(inner);
                    }
                },
                value => {
                    target.insert(key, value);
                }
            }
            path.truncate(length);
        }
    }
}

/// Whether the front matter says itself that the file is `MyST`.
fn is_described(root: &Metadata) -> bool {
    root.get("jupytext")
        .and_then(|jupytext| jupytext.get("text_representation")?.get("format_name"))
        .is_some_and(|name| name == "myst")
}

fn insert_raw_cell(left: &Metadata, loaded: &yaml::Loaded, notebook: &mut Notebook) {
    let yaml = yaml_write::dump_with(left, yaml_write::Style::BLOCK, &|path| loaded.foreign(path));
    let source = format!("---\n{yaml}---");
    for diagnostic in &mut notebook.diagnostics {
        diagnostic.cell = diagnostic.cell.map(|cell| cell + 1);
    }
    let last = source.matches('\n').count();
    notebook
        .cells
        .insert(0, Cell { lines: (1, narrow(last + 1)), source_line: 1, ..Cell::new(CellKind::Raw, source) });
}

/// Finds the `hunting` block of a leading raw cell that holds front matter, where the metadata itself has none.
pub(crate) fn find_hunting_cell(notebook: &mut Notebook) {
    let Some(first) = notebook.cells.first().filter(|cell| cell.kind == CellKind::Raw) else { return };
    if notebook.metadata.contains_key("hunting") {
        return;
    }
    let text = first.source.trim_matches(['\n', '\t', ' ']);
    let lines: Vec<&str> = python_text::lines(text).collect();
    let [open, inner @ .., close] = lines.as_slice() else { return };
    if !is_rule(open) || !is_rule(close) {
        return;
    }
    let Ok(loaded) = yaml::load(&inner.join("\n"), first.source_line + 1) else { return };
    if let Value::Object(mut map) = loaded.value
        && let Some(Value::Object(hunting)) = map.shift_remove("hunting")
    {
        let below = |path: &str| {
            path.strip_prefix("hunting").is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        };
        if first.source_line > 0 {
            notebook
                .layout
                .front_matter_lines
                .extend(loaded.keys.into_iter().filter(|(path, _)| below(path)));
        }
        notebook.layout.hunting_cell = Some(hunting);
    }
}
