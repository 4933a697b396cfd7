//! Held cells that a person releases: code again, in the copy that is handed out from then on.
//!
//! `held_cells` goes on to say which cells were held when the copy was made, and `released_cells` which of them are code
//! again. Nothing else of a copy changes, so that both versions of it are of one making.

use super::{Provenance, Refusal, provenance};
use crate::notebook::{CellKind, Notebook, ipynb};
use chrono::{DateTime, SecondsFormat, Utc};
use serde_json::{Map, Value};

/// The key of `metadata.huntshelf` that says which held cells are code again.
const RELEASED: &str = "released_cells";

/// A copy of which cells were released.
#[derive(Debug, Clone)]
pub struct Released {
    /// The notebook as nbformat 4.5.
    pub bytes: Vec<u8>,
    /// What it says of itself, as it stands in `metadata.huntshelf`.
    pub provenance: Value,
}

/// That somebody released cells, as it is on record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Release {
    /// Which, by their ids.
    pub cells: Vec<String>,
    /// Who.
    pub by: String,
    /// When.
    pub at: DateTime<Utc>,
    /// Why.
    pub reason: String,
}

impl Release {
    /// A sentence about it, without a stop: what was released, by whom, when and why.
    pub fn told(&self) -> String {
        let at = self.at.to_rfc3339_opts(SecondsFormat::Secs, true);
        let plain = |text: &str, most: usize| -> String {
            text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(most).collect()
        };
        format!(
            "{} released by {} at {at}: {}",
            cells_of(&self.cells),
            plain(&self.by, 100),
            plain(&self.reason, 300)
        )
    }
}

/// `cell a`, `cells a, b`
pub(super) fn cells_of(ids: &[String]) -> String {
    let word = if ids.len() == 1 { "cell" } else { "cells" };
    let ids: Vec<String> = ids.iter().map(|id| super::examine::shown(id)).collect();
    format!("{word} {}", ids.join(", "))
}

/// Makes held cells of a copy code again.
///
/// # Errors
/// When the bytes are no copy, or a cell is not one that it holds.
pub fn release(copy: &[u8], cells: &[String]) -> Result<Released, Refusal> {
    let mut notebook = ipynb::read(copy);
    let Some(stamp) = provenance(&notebook) else {
        return Err(Refusal::new(
            "no-copy",
            "it says nothing of what it was made from",
            "Release the cells of a copy as it was handed out.",
        ));
    };
    release_in(&mut notebook, &stamp, cells)?;
    let provenance = notebook.metadata.get("huntshelf").cloned().unwrap_or_default();
    Ok(Released { bytes: ipynb::write(&notebook), provenance })
}

/// The same, in a notebook.
pub(super) fn release_in(
    notebook: &mut Notebook,
    stamp: &Provenance,
    cells: &[String],
) -> Result<(), Refusal> {
    for id in cells {
        let held = stamp.held_cells.contains(id) && !stamp.released_cells.contains(id);
        let cell = notebook.cells.iter_mut().find(|cell| cell.id.as_ref() == Some(id));
        match cell.filter(|cell| held && cell.kind == CellKind::Raw) {
            Some(cell) => cell.kind = CellKind::Code,
            None => {
                return Err(Refusal::new(
                    "not-held",
                    format!("the copy holds no cell {}", super::examine::shown(id)),
                    "Name cells that it holds, each once: it lists their ids in `metadata.huntshelf`.",
                ));
            }
        }
    }
    // In the order of the notebook, whoever released what first.
    let released = |id: &&String| cells.contains(*id) || stamp.released_cells.contains(*id);
    let all: Vec<&String> = stamp.held_cells.iter().filter(released).collect();
    if let Some(Value::Object(said)) = notebook.metadata.get_mut("huntshelf")
        && !all.is_empty()
    {
        said.insert(RELEASED.to_owned(), Value::from(all.into_iter().cloned().collect::<Vec<String>>()));
    }
    Ok(())
}

/// What a copy says of itself without what it says nothing of: jupytext writes no null into front matter that it could read
/// again, so a copy as `MyST` has none.
pub fn without_nulls(said: &Value) -> Value {
    match said {
        Value::Object(map) => {
            let kept = map.iter().filter(|(_, value)| !value.is_null());
            kept.map(|(key, value)| (key.clone(), without_nulls(value))).collect::<Map<_, _>>().into()
        }
        other => other.clone(),
    }
}

/// Whether two copies are of one making by what they say of themselves (`metadata.huntshelf`): all but what was released
/// since.
pub fn same_making(one: &Value, other: &Value) -> bool {
    let plain = |said: &Value| {
        let mut said = said.clone();
        if let Value::Object(said) = &mut said {
            said.shift_remove(RELEASED);
        }
        without_nulls(&said)
    };
    plain(one) == plain(other)
}
