//! Whether a copy is what it says: each thing that it says is looked at by itself, and what cannot be looked at is said.

use super::provenance::remake;
use super::release::{Release, cells_of};
use super::upgrade::{Parted, unrun_file};
use super::{INJECTED, PARAMETERS, Provenance, RENDERER, Vocabulary, blob_id, provenance};
use crate::notebook::{Cell, Metadata, Notebook, ipynb};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// What is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Aspect {
    /// The file, byte for byte: the one on record, or else what is made anew.
    File,
    /// The procedure that it was made from.
    Source,
    /// What was filled in.
    Parameters,
    /// Every other cell.
    Cells,
    /// The notebook's own metadata: kernel, `hunting`.
    Metadata,
    /// Cells that write to the service: which are held, and which somebody released. Only where some were held.
    Held,
    /// What made it.
    Renderer,
}

/// What came of looking.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// It is as it says.
    Holds,
    /// It is not.
    Differs,
    /// It could not be looked at.
    Unknown,
}

/// One thing that was looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// What.
    pub aspect: Aspect,
    /// What came of it.
    pub outcome: Outcome,
    /// A sentence about it, without a stop.
    pub detail: String,
}

/// What came of it all.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Examined {
    /// What the copy says of itself; none when it says nothing, and then nothing else could be looked at.
    pub provenance: Option<Provenance>,
    /// What was looked at, in a fixed order.
    pub findings: Vec<Finding>,
}

impl Examined {
    /// Whether nothing differs and nothing but the renderer, and who released cells, is unknown.
    pub fn holds(&self) -> bool {
        self.findings.iter().all(|finding| match finding.outcome {
            Outcome::Holds => true,
            Outcome::Differs => false,
            Outcome::Unknown => matches!(finding.aspect, Aspect::Renderer | Aspect::Held),
        })
    }

    /// Says who released the cells that a copy on record says are released; one that nobody released differs.
    pub fn vouch(&mut self, releases: &[Release]) {
        let Some(stamp) = &self.provenance else { return };
        let on_record = |id: &String| releases.iter().any(|release| release.cells.contains(id));
        let (known, unknown): (Vec<String>, Vec<String>) =
            stamp.released_cells.iter().cloned().partition(on_record);
        let since: Vec<String> = releases
            .iter()
            .flat_map(|release| release.cells.iter().cloned())
            .filter(|id| !stamp.released_cells.contains(id))
            .collect();
        let Some(finding) = self.findings.iter_mut().find(|finding| finding.aspect == Aspect::Held) else {
            return;
        };
        if !unknown.is_empty() {
            finding.outcome = Outcome::Differs;
            finding.detail = format!("{} code again, and nobody released it on record", are(&unknown));
            return;
        }
        finding.outcome = Outcome::Holds;
        let mut said = vec![counted(stamp)];
        let of_file = |release: &&Release| release.cells.iter().any(|id| known.contains(id));
        said.extend(releases.iter().filter(of_file).map(Release::told));
        if !since.is_empty() {
            said.push(format!("{} released since: this is the copy as it was before", cells_of(&since)));
        }
        finding.detail = said.join("; ");
    }

    /// Whether something differs.
    pub fn differs(&self) -> bool {
        self.findings.iter().any(|finding| finding.outcome == Outcome::Differs)
    }

    /// What came of looking at one thing.
    pub fn outcome(&self, aspect: Aspect) -> Option<Outcome> {
        self.findings.iter().find(|finding| finding.aspect == aspect).map(|finding| finding.outcome)
    }

    fn find(&mut self, aspect: Aspect, outcome: Outcome, detail: impl Into<String>) {
        self.findings.push(Finding { aspect, outcome, detail: detail.into() });
    }
}

/// Where a procedure's bytes come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// The repository has them at the commit and path that the copy names.
    Commit,
    /// The repository has the blob, but not at that commit and path.
    Blob,
    /// The repository has the blob, and not the commit, or no branch of it reaches the commit any more.
    Gone,
    /// They were kept when the copy was made. The repository has neither the commit nor the blob.
    Kept,
    /// The copy names no commit: it was made from a file.
    File,
}

/// The procedure's bytes.
#[derive(Debug, Clone, Copy)]
pub struct Source<'a> {
    /// The bytes.
    pub bytes: &'a [u8],
    /// Where they come from.
    pub origin: Origin,
}

/// Looks at a copy. `recorded` are the bytes on record, where there is a record of it.
pub fn examine(
    copy: &[u8],
    source: Option<Source<'_>>,
    recorded: Option<&[u8]>,
    vocabulary: &Vocabulary,
) -> Examined {
    let notebook = ipynb::read(copy);
    let mut examined = Examined { provenance: provenance(&notebook), findings: Vec::new() };
    let Some(stamp) = examined.provenance.clone() else {
        let detail = match notebook.blocking() {
            Some(diagnostic) => format!("it cannot be read: {}", diagnostic.message),
            None => "it says nothing of what it was made from: `metadata.huntshelf` is missing or damaged"
                .to_owned(),
        };
        examined.find(Aspect::File, Outcome::Differs, detail);
        return examined;
    };
    let remade = source.map(|source| remake(&stamp, source.bytes, vocabulary));
    let made = remade.as_ref().and_then(|remade| remade.as_ref().ok());
    // Both as they are read back: what reading leaves out is left out on both sides.
    let right = made.map(|made| ipynb::read(&made.bytes));
    // What was carried over from an older copy is no part of what its procedure has.
    let parted = stamp.upgraded_from.as_ref().zip(right.as_ref());
    let parted = parted.map(|(from, right)| Parted::of(from, &notebook, right));
    let anew = match (&parted, &right) {
        (Some(parted), Some(right)) if parted.wrong.is_empty() => {
            Some(unrun_file(&right.metadata, &notebook.cells))
        }
        _ => made.map(|made| made.bytes.clone()),
    };
    file(&mut examined, copy, recorded, anew.as_deref());
    of_source(&mut examined, &stamp, source);
    match (&remade, &right) {
        (_, Some(right)) => {
            parameters(&mut examined, &notebook, right);
            cells(&mut examined, &notebook, right, parted.as_ref());
            metadata(&mut examined, &notebook.metadata, &right.metadata);
        }
        (Some(Err(refusal)), _) if refusal.code != "other-source" => {
            let detail = format!("it cannot be made anew: {}", refusal.reason);
            for aspect in [Aspect::Parameters, Aspect::Cells, Aspect::Metadata] {
                examined.find(aspect, Outcome::Differs, detail.clone());
            }
        }
        _ => {
            for aspect in [Aspect::Parameters, Aspect::Cells, Aspect::Metadata] {
                examined.find(aspect, Outcome::Unknown, "it cannot be made anew without its procedure");
            }
        }
    }
    held(&mut examined, &stamp);
    if stamp.renderer == RENDERER {
        examined.find(Aspect::Renderer, Outcome::Holds, format!("made by {RENDERER}, as this is"));
    } else {
        let detail = format!(
            "made by {}, and this is {RENDERER}: other bytes need not mean that somebody changed them",
            stamp.renderer
        );
        examined.find(Aspect::Renderer, Outcome::Unknown, detail);
    }
    examined
}

/// `cell a is`, `cells a, b are`
fn are(ids: &[String]) -> String {
    format!("{} {}", cells_of(ids), if ids.len() == 1 { "is" } else { "are" })
}

/// How many cells are held, and how many of those that were are not any more.
fn counted(stamp: &Provenance) -> String {
    let (held, released) = (stamp.held_cells.len(), stamp.released_cells.len());
    match (held, released) {
        (1, 0) => "the one cell that writes to the service is held".to_owned(),
        (_, 0) => format!("the {held} cells that write to the service are held"),
        (1, _) => "the one cell that was held is released".to_owned(),
        _ => format!(
            "{released} of the {held} cells that were held {} released",
            if released == 1 { "is" } else { "are" }
        ),
    }
}

/// Which cells are held. That they are raw, and the released ones code, is looked at with every other cell.
fn held(examined: &mut Examined, stamp: &Provenance) {
    if stamp.held_cells.is_empty() && stamp.released_cells.is_empty() {
        return;
    }
    if stamp.released_cells.is_empty() {
        return examined.find(Aspect::Held, Outcome::Holds, counted(stamp));
    }
    let detail =
        format!("{}; who released it stands on record with the server that made the copy", counted(stamp));
    examined.find(Aspect::Held, Outcome::Unknown, detail);
}

fn file(examined: &mut Examined, copy: &[u8], recorded: Option<&[u8]>, made: Option<&[u8]>) {
    let (equal, against) = match (recorded, made) {
        (Some(recorded), _) => (recorded == copy, "what was recorded when it was made"),
        (None, Some(made)) => (made == copy, "what is made anew"),
        (None, None) => {
            return examined.find(
                Aspect::File,
                Outcome::Unknown,
                "there is neither a record of it nor its procedure to compare it with",
            );
        }
    };
    if equal {
        examined.find(Aspect::File, Outcome::Holds, format!("byte for byte {against}"));
    } else {
        examined.find(Aspect::File, Outcome::Differs, format!("not byte for byte {against}"));
    }
}

fn of_source(examined: &mut Examined, stamp: &Provenance, source: Option<Source<'_>>) {
    let path = stamp.path.as_deref().unwrap_or("its path");
    let commit = stamp.commit.as_deref().unwrap_or("no commit");
    let Some(source) = source else {
        let detail = format!("blob {} is nowhere to be found", stamp.blob);
        return examined.find(Aspect::Source, Outcome::Unknown, detail);
    };
    let found = blob_id(source.bytes);
    if found != stamp.blob {
        let detail = format!("it says blob {}, and {path} at {commit} is blob {found}", stamp.blob);
        return examined.find(Aspect::Source, Outcome::Differs, detail);
    }
    let (outcome, detail) = match source.origin {
        Origin::Commit => (Outcome::Holds, format!("blob {found}, which is {path} at commit {commit}")),
        Origin::Gone => (
            Outcome::Holds,
            format!(
                "blob {found}, which the repository has; no branch of it reaches commit {commit} any more"
            ),
        ),
        Origin::Kept => (
            Outcome::Holds,
            format!(
                "blob {found}, as it was kept when the copy was made; the repository does not have commit {commit} any more"
            ),
        ),
        Origin::Blob if stamp.commit.is_some() => (
            Outcome::Differs,
            format!("blob {found} is in the repository, but not as {path} at commit {commit}"),
        ),
        Origin::Blob => {
            (Outcome::Holds, format!("blob {found}, which is in the repository; the copy claims no commit"))
        }
        Origin::File => (Outcome::Holds, format!("blob {found}; the copy claims no commit")),
    };
    examined.find(Aspect::Source, outcome, detail);
}

fn injected(notebook: &Notebook) -> Option<(usize, &Cell)> {
    notebook.cells.iter().enumerate().find(|(_, cell)| cell.has_tag(INJECTED))
}

/// `NAME = literal`, one a line; what is no such line is told under its own text.
fn assigned(cell: &Cell) -> Metadata {
    let mut cell = cell.clone();
    cell.metadata.insert("tags".to_owned(), Value::from(vec![PARAMETERS]));
    let read = super::declared(&cell, 0).unwrap_or_default();
    read.into_iter().map(|parameter| (parameter.name, parameter.value.unwrap_or(Value::Null))).collect()
}

fn parameters(examined: &mut Examined, copy: &Notebook, made: &Notebook) {
    let (own, right) = match (injected(copy), injected(made)) {
        (None, None) => return examined.find(Aspect::Parameters, Outcome::Holds, "nothing was filled in"),
        (Some((_, own)), Some((_, right))) => (own, right),
        (None, Some(_)) => {
            return examined.find(Aspect::Parameters, Outcome::Differs, "the injected cell is gone");
        }
        (Some((index, _)), None) => {
            let detail = format!("cell {index} is tagged `injected-parameters`, and nothing was filled in");
            return examined.find(Aspect::Parameters, Outcome::Differs, detail);
        }
    };
    if own.source == right.source && own.kind == right.kind {
        let count = assigned(own).len();
        let detail = format!("{count} injected {} as recorded", if count == 1 { "value" } else { "values" });
        return examined.find(Aspect::Parameters, Outcome::Holds, detail);
    }
    let (own, right) = (assigned(own), assigned(right));
    let mut names: Vec<&String> = right.keys().filter(|name| own.get(*name) != right.get(*name)).collect();
    names.extend(own.keys().filter(|name| !right.contains_key(*name)));
    let detail = if names.is_empty() {
        "the injected cell is written differently".to_owned()
    } else {
        let names: Vec<String> =
            names.into_iter().take(10).map(|name| format!("`{}`", shown(name))).collect();
        format!("other values than recorded for {}", names.join(", "))
    };
    examined.find(Aspect::Parameters, Outcome::Differs, detail);
}

/// A name from a file of anybody's, cut to what fits a sentence.
pub(super) fn shown(name: &str) -> String {
    name.chars().filter(|c| !c.is_control()).take(60).collect()
}

fn cells(examined: &mut Examined, copy: &Notebook, made: &Notebook, parted: Option<&Parted>) {
    let all =
        |notebook: &Notebook| notebook.cells.iter().cloned().enumerate().collect::<Vec<(usize, Cell)>>();
    let (mut own, mut right) = (parted.map_or_else(|| all(copy), |parted| parted.cells.clone()), all(made));
    let mut wrong: Vec<String> = parted.map_or_else(Vec::new, |parted| parted.wrong.clone());
    // The place of the injected cell, and its own metadata. What it holds is looked at by itself.
    let taken = |cells: &mut Vec<(usize, Cell)>| {
        let place = cells.iter().position(|(_, cell)| cell.has_tag(INJECTED))?;
        Some((place, cells.remove(place)))
    };
    let (injected, filled) = (taken(&mut own), taken(&mut right));
    if own.len() != right.len() {
        wrong.push(format!("there are {} cells where {} were made", own.len(), right.len()));
    }
    for ((index, own), (_, right)) in own.iter().zip(&right) {
        let what = if own.kind != right.kind {
            "is of another kind"
        } else if own.source != right.source {
            "has another text"
        } else if own.id != right.id {
            "has another id"
        } else if own.metadata != right.metadata {
            "has other metadata"
        } else {
            continue;
        };
        wrong.push(format!("cell {index} {what}"));
    }
    if let (Some((place, (at, own))), Some((right_place, (_, right)))) = (injected, filled)
        && (place != right_place || own.metadata != right.metadata || own.id != right.id)
    {
        wrong.push(format!("the injected cell, {at}, was moved or tagged anew"));
    }
    let run =
        copy.cells.iter().filter(|cell| !cell.outputs.is_empty() || cell.execution_count.is_some()).count();
    let ran = if run > 0 { format!("; {run} were run since") } else { String::new() };
    let ran = format!("{}{ran}", parted.map(Parted::said).unwrap_or_default());
    if wrong.is_empty() {
        examined.find(
            Aspect::Cells,
            Outcome::Holds,
            format!("{} other cells as they were made{ran}", own.len()),
        );
    } else {
        let more = wrong.len().saturating_sub(5);
        wrong.truncate(5);
        let more = if more > 0 { format!(", and {more} more") } else { String::new() };
        examined.find(Aspect::Cells, Outcome::Differs, format!("{}{more}{ran}", wrong.join(", ")));
    }
}

/// What Jupyter adds when it saves a notebook is no matter; what was there is.
fn metadata(examined: &mut Examined, own: &Metadata, right: &Metadata) {
    let names: Vec<String> = right
        .iter()
        .filter(|(key, value)| own.get(*key) != Some(*value))
        .map(|(key, _)| format!("`{}`", shown(key)))
        .collect();
    if names.is_empty() {
        examined.find(Aspect::Metadata, Outcome::Holds, "kernel and hunting metadata as they were made");
    } else {
        examined.find(Aspect::Metadata, Outcome::Differs, format!("{} changed", names.join(", ")));
    }
}
