//! Which of many texts are nearly the same, told without an index.

use super::sketch::{Sketch, Sketcher, hash};
use crate::notebook::Notebook;
use std::collections::{BTreeSet, HashMap};

/// What share of their runs of words texts have that are nearly the same, in percent.
pub(super) const NEARLY: u8 = 80;
/// Most texts with one band that a text is compared with: what a template left in all of them tells nothing.
const COMPARED: usize = 200;

impl Sketch {
    /// The sketch of a notebook's cells: prose and code, not metadata. None where there is too little to compare.
    pub fn of(notebook: &Notebook) -> Option<Self> {
        let mut sketcher = Sketcher::default();
        for cell in &notebook.cells {
            let words = cell.source.split(|char: char| !char.is_alphanumeric());
            words.filter(|word| !word.is_empty()).for_each(|word| sketcher.push(hash(word)));
        }
        sketcher.finish()
    }
}

/// Of each text those that are nearly the same, by their places, with about what share of both is the same, in percent: the
/// likest first.
pub fn nearly_same(sketches: &[Option<Sketch>]) -> Vec<Vec<(usize, u8)>> {
    let mut by_band: HashMap<String, Vec<usize>> = HashMap::new();
    for (place, sketch) in sketches.iter().enumerate() {
        for band in sketch.iter().flat_map(Sketch::bands) {
            by_band.entry(band).or_default().push(place);
        }
    }
    let near = sketches.iter().enumerate().map(|(place, sketch)| {
        let Some(sketch) = sketch else { return Vec::new() };
        let bands = sketch.bands().filter_map(|band| by_band.get(&band));
        let others: BTreeSet<usize> =
            bands.flat_map(|places| places.iter().take(COMPARED)).copied().collect();
        let mut near: Vec<(usize, u8)> = (others.into_iter().filter(|other| *other != place))
            .filter_map(|other| Some((other, sketch.alike(sketches[other].as_ref()?))))
            .filter(|(_, share)| *share >= NEARLY)
            .collect();
        near.sort_by_key(|(other, share)| (std::cmp::Reverse(*share), *other));
        near
    });
    near.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::notebook::{Cell, CellKind};

    fn sketch(words: impl Iterator<Item = u32>) -> Option<Sketch> {
        let text: Vec<String> = words.map(|word| format!("w{word}")).collect();
        let cells = vec![Cell::new(CellKind::Markdown, text.join(" "))];
        Sketch::of(&Notebook { cells, ..Notebook::default() })
    }

    #[test]
    fn copies_find_each_other_and_nothing_else() {
        let sketches = [
            sketch(0..400),
            sketch(1_000..1_400),
            sketch((0..400).map(|word| if word == 200 { 9_999 } else { word })),
            sketch(0..10),
        ];
        let near = nearly_same(&sketches);
        assert_eq!(near[0].iter().map(|(other, _)| *other).collect::<Vec<_>>(), [2]);
        assert_eq!(near[2].iter().map(|(other, _)| *other).collect::<Vec<_>>(), [0]);
        assert!(near[1].is_empty() && near[3].is_empty());
    }
}
