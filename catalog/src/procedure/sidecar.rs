//! Reading the file beside a notebook that describes it, and putting it into the words of a `hunting` block.

use crate::lint::{Diagnostic, Severity};
use crate::notebook::{Described, Metadata, Notebook, yaml_texts};
use crate::repository::Sidecar;
use serde_json::Value;

/// The largest sidecar that is read, in bytes.
pub const MAX_SIDECAR: usize = 64 << 10;

/// The most of its ATT&CK mappings that are read.
const MAX_MAPPINGS: usize = 1000;

/// Lets a notebook that does not say itself what it is be described by the file beside it. What is wrong with that file is
/// said in the notebook's diagnostics, and never keeps the notebook from being read. Without `bytes` the file is there
/// and cannot be read.
pub fn describe(notebook: &mut Notebook, bytes: Option<&[u8]>, sidecar: &Sidecar) {
    if notebook.has_hunting() {
        return;
    }
    match read(bytes, sidecar) {
        Ok(described) => notebook.layout.sidecar = Some(described),
        Err(found) => {
            let line = if found.line > 0 { format!(", line {}", found.line) } else { String::new() };
            let message =
                format!("{}{line}, describes the notebook and is not used: {}", sidecar.file, found.message);
            notebook.diagnostics.push(Diagnostic::new(UNUSED, Severity::Error, message, found.help));
        }
    }
}

/// The code of the diagnostic about a sidecar that is not used.
pub const UNUSED: &str = "sidecar-unusable";

fn read(bytes: Option<&[u8]>, sidecar: &Sidecar) -> Result<Described, Diagnostic> {
    let wrong = |message: String, help: &str| Diagnostic::new(UNUSED, Severity::Error, message, help);
    let bytes = bytes.filter(|bytes| bytes.len() <= MAX_SIDECAR).ok_or_else(|| {
        wrong(
            format!("it is missing from the mirror, or has more than {MAX_SIDECAR} bytes"),
            "Take out what is no metadata.",
        )
    })?;
    let text = std::str::from_utf8(bytes)
        .map_err(|_| wrong("it is no UTF-8 text".to_owned(), "Save the file as UTF-8."))?;
    let (mut written, keys) = yaml_texts(text.strip_prefix('\u{feff}').unwrap_or(text))?;
    // A block that is a hunting block already, in a file of its own.
    let whole = matches!(written.get("hunting"), Some(Value::Object(_)));
    if let Some(Value::Object(block)) = written.shift_remove("hunting").filter(|_| whole) {
        written = block;
    }
    let mut hunting = Metadata::new();
    let mut lines = Vec::new();
    for (key, value) in written {
        if !whole && key == sidecar.mappings {
            map_attack(&value, &mut hunting);
            let line = keys.iter().find(|(path, _)| *path == key).map_or(0, |(_, line)| *line);
            lines.extend([TECHNIQUES, TACTICS].map(|list| (format!("hunting.{list}"), line)));
            continue;
        }
        let own = if whole { key.as_str() } else { named(sidecar, &key) };
        let prefix = if whole { format!("hunting.{key}") } else { key.clone() };
        let of_key = |path: &String| {
            let rest = path.strip_prefix(&prefix)?;
            (rest.is_empty() || rest.starts_with(['.', '['])).then(|| format!("hunting.{own}{rest}"))
        };
        lines.extend(keys.iter().filter_map(|(path, line)| Some((of_key(path)?, *line))));
        // Its own word for a field comes before another one that stands for it.
        if own == key || !hunting.contains_key(own) {
            hunting.insert(own.to_owned(), value);
        }
    }
    match hunting.get("id").and_then(Value::as_str) {
        Some(id) if !id.trim().is_empty() => Ok(Described { file: sidecar.file.clone(), hunting, lines }),
        _ => Err(wrong(
            "it gives no id".to_owned(),
            "Write `id:` and a text that is unique in the repository and stays the same when the file moves.",
        )),
    }
}

/// The key of `hunting` that a key of the sidecar stands for.
fn named<'s>(sidecar: &'s Sidecar, key: &'s str) -> &'s str {
    sidecar.fields.iter().find(|(_, theirs)| *theirs == key).map_or(key, |(own, _)| own.as_str())
}

const TECHNIQUES: &str = "attack_technique_ids";
const TACTICS: &str = "attack_tactic_ids";

/// `[{technique, sub_technique, tactics}]` as the two lists of a `hunting` block.
fn map_attack(mappings: &Value, hunting: &mut Metadata) {
    let one = [mappings.clone()];
    let mappings = mappings.as_array().map_or(&one[..], Vec::as_slice);
    let (mut techniques, mut tactics) = (Vec::new(), Vec::new());
    let add = |list: &mut Vec<Value>, text: String| {
        let text = Value::String(text);
        if !list.contains(&text) {
            list.push(text);
        }
    };
    for mapping in mappings.iter().take(MAX_MAPPINGS) {
        let text = |key: &str| {
            mapping.get(key).and_then(Value::as_str).map(str::trim).filter(|text| !text.is_empty())
        };
        match (text("technique"), text("sub_technique")) {
            (Some(technique), None) => add(&mut techniques, technique.to_owned()),
            // Written whole, or only its three digits.
            (_, Some(sub)) if sub.starts_with(['T', 't']) => add(&mut techniques, sub.to_owned()),
            (Some(technique), Some(sub)) => {
                add(&mut techniques, format!("{technique}.{:0>3}", sub.trim_start_matches('.')));
            }
            (None, _) => {}
        }
        match mapping.get("tactics") {
            Some(Value::Array(named)) => {
                named
                    .iter()
                    .filter_map(Value::as_str)
                    .for_each(|tactic| add(&mut tactics, tactic.to_owned()));
            }
            Some(Value::String(tactic)) => add(&mut tactics, tactic.clone()),
            _ => {}
        }
    }
    for (key, list) in [(TECHNIQUES, techniques), (TACTICS, tactics)] {
        if !list.is_empty() && !hunting.contains_key(key) {
            hunting.insert(key.to_owned(), Value::Array(list));
        }
    }
}
