//! An older copy taken to a newer revision: a *new* copy of that revision, with what the hunter wrote into the old one.
//!
//! What the hunter was asked to fill in, prose that they changed and cells that they added stand where they belong. Code that
//! they altered or added is theirs to apply or leave; what is left is kept as a raw cell, which neither runs nor reaches a
//! customer. Outputs are never carried over. What of the new copy is not the procedure's is listed in what it says of itself,
//! so that everything else can still be made anew and compared.

mod carried;
mod compose;
mod pairs;
mod told;

pub use carried::{Carried, How, UpgradedFrom};
pub(super) use carried::{Parted, unrun_file};
pub(crate) use pairs::Pairs;
pub use told::{Fate, Told};

use super::provenance::{provenance, remake};
use super::{INJECTED, Prepared, Refusal, Request, Vocabulary, prepare, read_parameters};
use crate::lint::{Diagnostic, Severity};
use crate::notebook::{Cell, CellKind, Metadata, Notebook, ipynb};
use compose::{Composed, Material, Slot, compose};
use std::collections::{BTreeSet, HashSet};

/// The copy that is upgraded.
#[derive(Debug, Clone, Copy)]
pub struct Older<'a> {
    /// What the hunter was handed, but for what had been carried over into it: see [`handed_out`].
    pub base: &'a Notebook,
    /// What the hunter made of it; the same where nothing came back.
    pub worked: &'a Notebook,
    /// Its commit.
    pub commit: Option<&'a str>,
    /// SHA-256 of its file.
    pub copy: &'a str,
    /// SHA-256 of the notebook that the hunter made of it, where there is one.
    pub notebook: Option<&'a str>,
}

/// What came of an upgrade.
#[derive(Debug, Clone)]
pub struct Upgraded {
    /// The new copy.
    pub prepared: Prepared,
    /// What became of every cell, in the order of the new copy; of those that are not in it, at the end.
    pub account: Vec<Told>,
}

impl Upgraded {
    /// How many cells this became of.
    pub fn count(&self, fate: Fate) -> usize {
        self.account.iter().filter(|told| told.fate == fate).count()
    }
}

/// What a copy was when nothing had been carried over into it. For one that took the place of an older one it is made anew
/// from its procedure's bytes; without them, what was carried over is taken out as far as it can be told.
pub fn handed_out(copy: &Notebook, procedure: Option<&[u8]>, vocabulary: &Vocabulary) -> Notebook {
    let Some(stamp) = provenance(copy) else { return copy.clone() };
    let Some(from) = &stamp.upgraded_from else { return copy.clone() };
    let made = procedure.and_then(|bytes| remake(&stamp, bytes, vocabulary).ok());
    if let Some(made) = made {
        return ipynb::read(&made.bytes);
    }
    let carried: HashSet<&str> = from.cells.iter().map(|carried| carried.cell.as_str()).collect();
    let own = copy.cells.iter().filter(|cell| !cell.id.as_deref().is_some_and(|id| carried.contains(id)));
    Notebook { metadata: copy.metadata.clone(), cells: own.cloned().collect(), ..Notebook::default() }
}

/// Makes the new copy. `request` asks for a copy of the newer revision, with what the old one was made with; `apply` names
/// the altered code that takes the place of the procedure's, by the keys of [`Told`].
///
/// # Errors
/// A [`Refusal`], as for any copy; where code is applied that makes the copy wrong; and where something is to be applied that
/// is not among what can be.
pub fn upgrade(
    older: &Older<'_>,
    request: &Request<'_>,
    apply: &BTreeSet<String>,
) -> Result<Upgraded, Refusal> {
    let mut parameters = request.parameters.clone();
    let (fresh, left_out) = prepared(request, &mut parameters)?;
    let request = Request { parameters: &parameters, ..request.clone() };
    let named = |commit: Option<&str>| match commit {
        Some(commit) => format!("revision {}", commit.get(..8).unwrap_or(commit)),
        None => "another revision".to_owned(),
    };
    let (from, to) = (named(older.commit), named(request.commit));
    let passed = passed(older.worked);
    let mut material = Material {
        base: older.base,
        worked: older.worked,
        passed: &passed,
        fresh: &fresh.notebook,
        held: &fresh.provenance.held_cells,
        hold: request.hold,
        apply,
        inputs_run: true,
        from: &from,
        to: &to,
    };
    let mut composed = compose(&material);
    offered(&composed, apply)?;
    let mut warnings = fresh.warnings.clone();
    if composed.runs {
        let mut checked = check(&request, &composed);
        if checked.is_err() && composed.input_runs {
            // What was filled in must not keep the hunter from the new revision: it is kept, and does not run.
            material.inputs_run = false;
            composed = compose(&material);
            checked = check(&request, &composed);
        }
        warnings = checked.map_err(|refusal| Refusal {
            reason: format!("with the code that is applied, {}", refusal.reason),
            remedy: format!("Leave that code. {}", refusal.remedy),
            ..refusal
        })?;
    }
    warnings.extend(left_out);
    Ok(finish(older, fresh, composed, warnings))
}

/// The cells of a copy in which an earlier upgrade kept the procedure's text of then beside the hunter's. They are nobody's
/// words as long as nobody changed them.
pub(crate) fn passed(worked: &Notebook) -> HashSet<usize> {
    let from = provenance(worked).and_then(|stamp| stamp.upgraded_from);
    let listed = from.iter().flat_map(|from| &from.cells).filter(|carried| carried.how == How::Beside);
    let place = |carried: &Carried| {
        let same =
            |cell: &Cell| cell.id.as_ref() == Some(&carried.cell) && carried::digest(cell) == carried.sha256;
        worked.cells.iter().position(same)
    };
    listed.filter_map(place).collect()
}

/// A plain copy of the newer revision. Values that its procedure has no use for any more are left out, and that is said.
fn prepared(
    request: &Request<'_>,
    parameters: &mut Metadata,
) -> Result<(Prepared, Vec<Diagnostic>), Refusal> {
    let mut left_out = Vec::new();
    let mut leave = |name: &str, why: &str| {
        left_out.push(Diagnostic::new(
            "parameter-left-out",
            Severity::Warning,
            format!("`{name}` was given to the older copy, and {why}: it is left out"),
            "Look whether the hunt is still limited to what you meant.",
        ));
    };
    if let Ok(declared) = read_parameters(request.notebook) {
        let known: HashSet<&str> = declared
            .iter()
            .map(|parameter| parameter.name.as_str())
            .chain(request.vocabulary.file_name.iter().map(String::as_str))
            .collect();
        parameters.retain(|name, _| {
            let knows = known.contains(name.as_str());
            if !knows {
                leave(name, "the procedure has no such parameter any more");
            }
            knows
        });
    }
    loop {
        let refusal = match prepare(&Request { parameters: &*parameters, ..request.clone() }) {
            Ok(prepared) => return Ok((prepared, left_out)),
            Err(refusal) => refusal,
        };
        let unread =
            parameters.keys().find(|name| refusal.reason.starts_with(&format!("`{name}` is given"))).cloned();
        match unread.filter(|_| refusal.code == "parameter-not-read") {
            Some(name) => {
                parameters.shift_remove(&name);
                leave(&name, "no cell of the procedure reads it any more");
            }
            None => return Err(refusal),
        }
    }
}

/// Whether all that is to be applied can be.
fn offered(composed: &Composed, apply: &BTreeSet<String>) -> Result<(), Refusal> {
    let keys: HashSet<&str> = composed.slots.iter().filter_map(|slot| slot.told.key.as_deref()).collect();
    match apply.iter().find(|key| !keys.contains(key.as_str())) {
        Some(key) => Err(Refusal::new(
            "change-not-offered",
            format!("there is no altered code by the key `{key}` in this upgrade"),
            "The procedure or your notebook changed since you looked: look at the preview again.",
        )),
        None => Ok(()),
    }
}

/// Checks code that is not the procedure's as if it were; answers what its reader should know.
fn check(request: &Request<'_>, composed: &Composed) -> Result<Vec<Diagnostic>, Refusal> {
    let has_own = request.notebook.cells.iter().any(|cell| cell.has_tag(INJECTED));
    let as_procedure = |slot: &Slot| {
        let mut cell = slot.cell.clone();
        if slot.held {
            cell.kind = CellKind::Code;
        }
        cell
    };
    let cells = composed.slots.iter().map(as_procedure).filter(|cell| has_own || !cell.has_tag(INJECTED));
    let mut layout = request.notebook.layout.clone();
    layout.original = None;
    let notebook = Notebook {
        metadata: request.notebook.metadata.clone(),
        cells: cells.collect(),
        layout,
        ..Notebook::default()
    };
    Ok(prepare(&Request { notebook: &notebook, ..request.clone() })?.warnings)
}

fn finish(older: &Older<'_>, fresh: Prepared, composed: Composed, warnings: Vec<Diagnostic>) -> Upgraded {
    let mut prepared = Prepared { warnings, ..fresh };
    let (cells, (hows, account)): (Vec<_>, (Vec<_>, Vec<_>)) =
        composed.slots.into_iter().map(|slot| (slot.cell, (slot.how, slot.told))).unzip();
    prepared.notebook.cells = cells;
    // As they are read back: that is how they are looked at when the copy is verified.
    let read = ipynb::read(&ipynb::write(&prepared.notebook));
    let carried = read.cells.iter().zip(hows).filter_map(|(cell, how)| {
        Some(Carried { cell: cell.id.clone()?, how: how?, sha256: carried::digest(cell) })
    });
    let cells = carried.collect();
    prepared.stamp(UpgradedFrom {
        commit: older.commit.map(str::to_owned),
        copy: older.copy.to_owned(),
        notebook: older.notebook.map(str::to_owned),
        cells,
    });
    let account = account.into_iter().chain(composed.gone).collect();
    Upgraded { prepared, account }
}
