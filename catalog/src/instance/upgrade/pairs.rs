//! Which cell of one notebook is which of another that came from it.

use crate::diff::{Place, places};
use crate::instance::{INJECTED, PARAMETERS};
use crate::notebook::Cell;
use std::collections::HashMap;

/// Which cells are the same.
pub(crate) struct Pairs {
    /// For each cell of the older notebook, its place in the newer one.
    pub(crate) newer: Vec<Option<usize>>,
    /// For each cell of the newer notebook, its place in the older one.
    pub(crate) older: Vec<Option<usize>>,
}

impl Pairs {
    /// First those that hold parameters, then those of one id, then those that are alike, as a comparison of revisions
    /// takes them.
    pub(crate) fn of(old: &[Cell], new: &[Cell]) -> Self {
        let mut pairs = Self { newer: vec![None; old.len()], older: vec![None; new.len()] };
        for tag in [PARAMETERS, INJECTED] {
            let place = |cells: &[Cell]| cells.iter().position(|cell| cell.has_tag(tag));
            if let (Some(was), Some(is)) = (place(old), place(new)) {
                pairs.pair(was, is);
            }
        }
        let by_id = only_ones(new);
        for (id, was) in only_ones(old) {
            if let Some(is) = by_id.get(id) {
                pairs.pair(was, *is);
            }
        }
        let rest = |known: &[Option<usize>]| -> Vec<usize> {
            known.iter().enumerate().filter(|(_, pair)| pair.is_none()).map(|(place, _)| place).collect()
        };
        let (was, is) = (rest(&pairs.newer), rest(&pairs.older));
        let cells = |cells: &[Cell], places: &[usize]| -> Vec<Cell> {
            places.iter().map(|place| bare(&cells[*place])).collect()
        };
        for place in places(&cells(old, &was), &cells(new, &is)) {
            if let Place::Both { old, new, .. } = place {
                pairs.pair(was[old], is[new]);
            }
        }
        pairs
    }

    fn pair(&mut self, was: usize, is: usize) {
        if self.newer[was].is_none() && self.older[is].is_none() {
            (self.newer[was], self.older[is]) = (Some(is), Some(was));
        }
    }
}

/// Ids that only one cell has, with its place.
fn only_ones(cells: &[Cell]) -> HashMap<&str, usize> {
    let mut counts: HashMap<&str, (usize, usize)> = HashMap::new();
    for (place, cell) in cells.iter().enumerate() {
        if let Some(id) = cell.id.as_deref() {
            counts.entry(id).or_insert((place, 0)).1 += 1;
        }
    }
    counts.into_iter().filter(|(_, (_, count))| *count == 1).map(|(id, (place, _))| (id, place)).collect()
}

/// What cells are compared by.
fn bare(cell: &Cell) -> Cell {
    let mut bare = Cell::new(cell.kind, cell.source.clone());
    if let Some(tags) = cell.metadata.get("tags") {
        bare.metadata.insert("tags".to_owned(), tags.clone());
    }
    bare
}
