//! The matrix of a release with what a catalog hunts in it, and as files: a Navigator layer, CSV and a picture (SVG).
//! MITRE's notice is in each.

mod csv;
mod layer;
mod svg;

use super::{Release, Status, Technique, TechniqueId};
use std::collections::{BTreeMap, HashSet};

/// Every technique in use, by tactic, with the number of procedures that hunt it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Matrix {
    /// `enterprise-attack`
    pub domain: String,
    /// `19.2`
    pub version: String,
    /// MITRE's notice.
    pub notice: String,
    /// The tactics, in order.
    pub columns: Vec<Column>,
    /// What of the cells counts for files.
    told: Told,
}

/// Which techniques are shown.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Show {
    /// All.
    #[default]
    All,
    /// Those that are asked about.
    Asked,
    /// Those that nobody hunts; of those that are asked about, where some are.
    Gaps,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Told {
    #[default]
    All,
    Wanted,
    Gaps,
    WantedGaps,
}

/// What a file of the matrix says of itself.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Caption {
    /// `What we hunt of APT29`
    pub name: String,
    /// What it was narrowed by: what, and to which value.
    pub narrowed: Vec<(String, String)>,
    /// How many procedures count.
    pub procedures: usize,
}

/// A tactic and its techniques.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// `TA0006`
    pub id: String,
    /// `credential-access`
    pub short_name: String,
    /// `Credential Access`
    pub name: String,
    /// By name, as on MITRE's site.
    pub cells: Vec<Cell>,
}

/// A technique in a column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cell {
    /// `T1003`
    pub id: String,
    /// Its name, without its parent's.
    pub name: String,
    /// How many procedures hunt it, its sub-techniques included.
    pub count: u64,
    /// Whether it, or a sub-technique of it, is among those that are asked about.
    pub wanted: bool,
    /// Whether it is among them itself.
    pub asked: bool,
    /// Its sub-techniques in this tactic, by id.
    pub subs: Vec<Cell>,
}

/// How much of what is looked at is hunted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Share {
    /// Techniques that some procedure hunts.
    pub hunted: usize,
    /// All that are looked at.
    pub of: usize,
}

impl Matrix {
    /// The matrix of a release with counts by technique id. `wanted` are techniques that are asked about, such as those
    /// of an actor.
    pub fn new(release: &Release, counts: &BTreeMap<String, u64>, wanted: &[TechniqueId]) -> Self {
        let wanted: HashSet<&str> = wanted.iter().map(TechniqueId::as_str).collect();
        let cell = |technique: &Technique| Cell {
            id: technique.id.to_string(),
            name: technique.name.clone(),
            count: counts.get(technique.id.as_str()).copied().unwrap_or(0),
            wanted: wanted.contains(technique.id.as_str()),
            asked: wanted.contains(technique.id.as_str()),
            subs: Vec::new(),
        };
        let columns = release
            .tactics()
            .iter()
            .map(|tactic| {
                let of_it = |technique: &&Technique| {
                    technique.status == Status::Active && technique.tactics.contains(&tactic.id)
                };
                let parents = release.techniques().iter().filter(of_it).filter(|own| own.parent.is_none());
                let mut cells: Vec<Cell> = parents
                    .map(|parent| {
                        let subs: Vec<Cell> = release.children(&parent.id).filter(of_it).map(cell).collect();
                        let own = cell(parent);
                        Cell { wanted: own.wanted || subs.iter().any(|sub| sub.wanted), subs, ..own }
                    })
                    .collect();
                cells.sort_by(|one, other| one.name.cmp(&other.name));
                Column {
                    id: tactic.id.to_string(),
                    short_name: tactic.short_name.clone(),
                    name: tactic.name.clone(),
                    cells,
                }
            })
            .collect();
        Self {
            domain: release.domain().to_owned(),
            version: release.version().to_owned(),
            notice: release.notice().to_owned(),
            columns,
            told: Told::All,
        }
    }

    /// Of all techniques and sub-techniques, each once, how many are hunted; and of those that are asked about.
    pub fn shares(&self) -> (Share, Share) {
        let (mut all, mut wanted) = (Share::default(), Share::default());
        let mut seen = HashSet::new();
        for (_, cell, _) in self.cells() {
            if !seen.insert(cell.id.as_str()) {
                continue;
            }
            let hunted = usize::from(cell.count > 0);
            all.of += 1;
            all.hunted += hunted;
            if cell.asked {
                wanted.of += 1;
                wanted.hunted += hunted;
            }
        }
        (all, wanted)
    }

    /// Every cell with its column, a parent before its sub-techniques; and whether it is one of these.
    pub fn cells(&self) -> impl Iterator<Item = (&Column, &Cell, bool)> {
        self.columns.iter().flat_map(|column| {
            column.cells.iter().flat_map(move |cell| {
                std::iter::once((column, cell, false))
                    .chain(cell.subs.iter().map(move |sub| (column, sub, true)))
            })
        })
    }

    /// Leaves out what is on none of these platforms. What is hunted stays: that somebody hunts it there is worth more
    /// than a list. A platform that the release does not know leaves out nothing.
    pub fn on_platforms(&mut self, release: &Release, platforms: &[String]) {
        let is = |one: &String| platforms.iter().any(|platform| platform.trim().eq_ignore_ascii_case(one));
        if !release.techniques().iter().any(|technique| technique.platforms.iter().any(is)) {
            return;
        }
        let fits = |cell: &Cell| {
            cell.count > 0 || release.technique(&cell.id).is_some_and(|own| own.platforms.iter().any(is))
        };
        self.retain(fits);
    }

    /// Leaves out what is not to be shown. Where nothing is asked about, everything is.
    pub fn show(&mut self, show: Show) {
        let asked = self.cells().any(|(_, cell, _)| cell.wanted);
        self.told = match (show, asked) {
            (Show::All, _) | (Show::Asked, false) => Told::All,
            (Show::Asked, true) => Told::Wanted,
            (Show::Gaps, false) => Told::Gaps,
            (Show::Gaps, true) => Told::WantedGaps,
        };
        let told = self.told;
        self.retain(move |cell| told.has(cell));
    }

    /// Keeps the cells that fit; a technique also for its sub-techniques' sake.
    fn retain(&mut self, fits: impl Fn(&Cell) -> bool) {
        for column in &mut self.columns {
            for cell in &mut column.cells {
                cell.subs.retain(&fits);
            }
            column.cells.retain(|cell| !cell.subs.is_empty() || fits(cell));
        }
    }

    /// The cells that files list: without techniques that stand there for their sub-techniques' sake alone.
    fn told(&self) -> impl Iterator<Item = (&Column, &Cell)> {
        self.cells().filter(|(_, cell, _)| self.told.has(cell)).map(|(column, cell, _)| (column, cell))
    }
}

impl Told {
    fn has(self, cell: &Cell) -> bool {
        match self {
            Told::All => true,
            Told::Wanted => cell.wanted,
            Told::Gaps => cell.count == 0,
            Told::WantedGaps => cell.wanted && cell.count == 0,
        }
    }
}

/// A number of procedures in words.
fn procedures(count: u64) -> String {
    match count {
        0 => "no procedure".to_owned(),
        1 => "1 procedure".to_owned(),
        count => format!("{count} procedures"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    pub(super) fn matrix(wanted: &[&str]) -> Matrix {
        let counts = [("T1003", 3), ("T1003.001", 2), ("T1055", 1)];
        let counts = counts.iter().map(|(id, count)| ((*id).to_owned(), *count)).collect();
        let wanted: Vec<TechniqueId> = wanted.iter().map(|id| id.parse().unwrap()).collect();
        Matrix::new(Release::current(), &counts, &wanted)
    }

    #[test]
    fn every_technique_in_use_stands_in_each_of_its_tactics() {
        let matrix = matrix(&[]);
        assert_eq!(matrix.columns.len(), 15);
        let ids: HashSet<&str> = matrix.cells().map(|(_, cell, _)| cell.id.as_str()).collect();
        assert_eq!(ids.len(), 697);
        let injection = matrix.cells().filter(|(_, cell, _)| cell.id == "T1055").count();
        assert_eq!(injection, 2);
        let (all, wanted) = matrix.shares();
        assert_eq!((all, wanted), (Share { hunted: 3, of: 697 }, Share::default()));
    }

    #[test]
    fn what_is_asked_about_is_counted_by_itself() {
        let matrix = matrix(&["T1003.001", "T1003.002", "T1566"]);
        assert_eq!(matrix.shares().1, Share { hunted: 1, of: 3 });
        let parent = matrix.cells().find(|(_, cell, _)| cell.id == "T1003").unwrap().1;
        assert!(parent.wanted, "one of its sub-techniques is");
    }

    #[test]
    fn a_platform_leaves_out_what_is_not_there_and_keeps_what_is_hunted() {
        let mut only = matrix(&[]);
        only.on_platforms(Release::current(), &["containers".to_owned()]);
        let has = |id: &str| only.cells().any(|(_, cell, _)| cell.id == id);
        assert!(has("T1610"), "deploy container");
        assert!(has("T1003.001") && !has("T1003.002"), "the one is hunted");
        let mut all = matrix(&[]);
        all.on_platforms(Release::current(), &["Toaster".to_owned()]);
        assert_eq!(all, matrix(&[]));
    }

    #[test]
    fn only_gaps_or_only_what_is_asked_about_is_shown() {
        let shown = |show| {
            let mut matrix = matrix(&["T1003.001", "T1003.002", "T1566"]);
            matrix.show(show);
            matrix.told().map(|(_, cell)| cell.id.clone()).collect::<Vec<_>>()
        };
        assert_eq!(shown(Show::Asked), ["T1566", "T1003", "T1003.001", "T1003.002"]);
        assert_eq!(shown(Show::Gaps), ["T1566", "T1003.002"]);
        let mut nobody = matrix(&[]);
        nobody.show(Show::Gaps);
        assert!(nobody.told().count() > 600 && nobody.told().all(|(_, cell)| cell.count == 0));
        nobody.show(Show::Asked);
        assert!(nobody.told().count() > 600, "nothing is asked about");
    }
}
