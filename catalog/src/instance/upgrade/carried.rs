//! What a copy says of the older one whose place it took, and how the cells that came from there are told from those of the
//! procedure.

use crate::instance::{INJECTED, PARAMETERS, Prepared};
use crate::notebook::{Cell, CellKind, Metadata, Notebook, hex, ipynb};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::collections::{HashMap, HashSet};

/// The older copy that a copy took the place of: `metadata.huntshelf.upgraded_from`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UpgradedFrom {
    /// The commit of the older copy.
    pub commit: Option<String>,
    /// SHA-256 of the older copy's file, as it was handed out.
    pub copy: String,
    /// SHA-256 of the notebook from which cells were carried over; null when that is the file itself.
    pub notebook: Option<String>,
    /// The cells that are not as the procedure has them.
    pub cells: Vec<Carried>,
}

/// A cell that came from the older copy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Carried {
    /// Its id: that of the procedure's cell, where it took its place.
    pub cell: String,
    /// How it came there.
    #[serde(rename = "as")]
    pub how: How,
    /// SHA-256 of it, written as a notebook of its own without outputs.
    pub sha256: String,
}

/// How a cell came into a copy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum How {
    /// The hunter's words stand where the procedure has a cell for them.
    Written,
    /// The hunter added it.
    Added,
    /// The hunter altered code, and had that applied.
    Applied,
    /// The hunter's, kept as a raw cell that neither runs nor reaches a customer.
    Kept,
    /// The procedure's text, kept as a raw cell beside the hunter's.
    Beside,
    /// The procedure's, with tags that the hunter gave it.
    Tagged,
}

impl UpgradedFrom {
    /// As it stands in the notebook's metadata.
    pub(in crate::instance) fn to_value(&self) -> Value {
        let cell = |one: &Carried| json!({ "cell": one.cell, "as": one.how, "sha256": one.sha256 });
        json!({
            "commit": self.commit,
            "copy": self.copy,
            "notebook": self.notebook,
            "cells": self.cells.iter().map(cell).collect::<Vec<_>>(),
        })
    }
}

impl Prepared {
    /// Writes into a copy which older one it took the place of.
    pub(in crate::instance) fn stamp(&mut self, from: UpgradedFrom) {
        self.provenance.upgraded_from = Some(from);
        self.notebook.metadata.insert("huntshelf".to_owned(), self.provenance.to_value());
        self.bytes = ipynb::write(&self.notebook);
    }
}

/// SHA-256 of a cell as a notebook of its own, without outputs.
pub(super) fn digest(cell: &Cell) -> String {
    let alone = Notebook { cells: vec![unrun(cell)], ..Notebook::default() };
    hex(&Sha256::digest(ipynb::write(&alone)))
}

fn unrun(cell: &Cell) -> Cell {
    Cell { outputs: Vec::new(), execution_count: None, ..cell.clone() }
}

/// Whether a cell holds what is filled in, or the defaults of it: such a one is never carried over.
pub(super) fn is_given(cell: &Cell) -> bool {
    cell.has_tag(INJECTED) || cell.has_tag(PARAMETERS)
}

/// A copy, parted into what its procedure has and what was carried over.
pub(in crate::instance) struct Parted {
    /// The procedure's cells, with their places in the copy. Where the hunter's took the place of one, it is that one.
    pub(in crate::instance) cells: Vec<(usize, Cell)>,
    /// How many of the hunter's cells were carried over.
    pub(in crate::instance) carried: usize,
    /// How many of them are code that runs.
    pub(in crate::instance) running: usize,
    /// What of it is not as the copy says.
    pub(in crate::instance) wrong: Vec<String>,
}

impl Parted {
    /// Parts a copy by what it says of itself. `made` is the same with nothing carried over.
    pub(in crate::instance) fn of(from: &UpgradedFrom, copy: &Notebook, made: &Notebook) -> Self {
        let own: HashMap<&str, &Cell> =
            made.cells.iter().filter_map(|cell| Some((cell.id.as_deref()?, cell))).collect();
        let listed: HashMap<&str, &Carried> =
            from.cells.iter().map(|carried| (carried.cell.as_str(), carried)).collect();
        let mut seen: HashSet<&str> = HashSet::new();
        let mut parted = Self { cells: Vec::new(), carried: 0, running: 0, wrong: Vec::new() };
        for (place, cell) in copy.cells.iter().enumerate() {
            let known = cell.id.as_deref().and_then(|id| Some((*listed.get(id)?, own.get(id).copied())));
            let fit = |own: Option<&Cell>| !is_given(cell) && !own.is_some_and(is_given);
            let Some((carried, own)) =
                known.filter(|(carried, own)| fit(*own) && seen.insert(carried.cell.as_str()))
            else {
                parted.cells.push((place, cell.clone()));
                continue;
            };
            if digest(cell) != carried.sha256 {
                parted.wrong.push(format!("cell {place}, which was carried over, is not as it was then"));
            }
            parted.carried += usize::from(carried.how != How::Beside);
            parted.running += usize::from(cell.kind == CellKind::Code && carried.how != How::Tagged);
            parted.cells.extend(own.map(|own| (place, own.clone())));
        }
        let gone = from.cells.iter().filter(|carried| !seen.contains(carried.cell.as_str())).count();
        if gone > 0 {
            parted.wrong.push(format!("{gone} cells are gone that were carried over"));
        }
        parted
    }

    /// In words: `; 2 cells were carried over from an older copy, 1 of them code`.
    pub(in crate::instance) fn said(&self) -> String {
        let cells = if self.carried == 1 { "cell was" } else { "cells were" };
        let code = match self.running {
            0 => String::new(),
            count => format!(", {count} of them code that runs"),
        };
        format!("; {} {cells} carried over from an older copy{code}", self.carried)
    }
}

/// The file of a copy as it was made, of which `metadata` and cells are these.
pub(in crate::instance) fn unrun_file(metadata: &Metadata, cells: &[Cell]) -> Vec<u8> {
    let cells = cells.iter().map(unrun).collect();
    ipynb::write(&Notebook { metadata: metadata.clone(), cells, ..Notebook::default() })
}
