//! Reading the file beside a notebook that describes it, and putting it into the words of a `hunting` block.

use super::techniques::NESTED;
use crate::lint::{Diagnostic, Severity};
use crate::notebook::{Described, Metadata, Notebook, yaml_texts};
use crate::repository::Sidecar;
use serde_json::Value;

/// The largest sidecar that is read, in bytes.
pub const MAX_SIDECAR: usize = 64 << 10;

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
    let own = |key: &str| if whole { key.to_owned() } else { named(sidecar, key).to_owned() };
    // They stand in the order of the file: behind a key what is below it.
    let mut lines = Vec::new();
    let mut top = "";
    for (path, line) in &keys {
        let Some(path) = (if whole { path.strip_prefix("hunting.") } else { Some(path.as_str()) }) else {
            continue;
        };
        if written.contains_key(path) {
            top = path;
        }
        if let Some(rest) = path.strip_prefix(top) {
            lines.push((format!("hunting.{}{rest}", own(top)), *line));
        }
    }
    let mut hunting = Metadata::new();
    for (key, value) in written {
        let own = own(&key);
        // Its own word for a field comes before another one that stands for it.
        if own == key || !hunting.contains_key(&own) {
            hunting.insert(own, value);
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
    if key == sidecar.mappings {
        return NESTED;
    }
    sidecar.fields.iter().find(|(_, theirs)| *theirs == key).map_or(key, |(own, _)| own.as_str())
}
