//! The matrix of a release with what a catalog hunts in it, and as files: a Navigator layer and CSV.

use super::{NOTICE, Release, Status, Technique, TechniqueId};
use serde_json::{Value, json};
use std::collections::{BTreeMap, HashSet};
use std::fmt::Write as _;

/// Every technique in use, by tactic, with the number of procedures that hunt it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Matrix {
    /// `enterprise-attack`
    pub domain: String,
    /// `19.2`
    pub version: String,
    /// The tactics, in order.
    pub columns: Vec<Column>,
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
        Self { domain: release.domain().to_owned(), version: release.version().to_owned(), columns }
    }

    /// Of all techniques and sub-techniques, each once, how many are hunted; and of those that are asked about.
    pub fn shares(&self) -> (Share, Share) {
        let (mut all, mut wanted) = (Share::default(), Share::default());
        let mut seen = HashSet::new();
        for (_, cell, is_sub) in self.cells() {
            if !seen.insert(cell.id.as_str()) {
                continue;
            }
            let hunted = usize::from(cell.count > 0);
            all.of += 1;
            all.hunted += hunted;
            // A parent is wanted because of its sub-techniques, too; these are counted themselves.
            if cell.wanted && (is_sub || cell.subs.iter().all(|sub| !sub.wanted)) {
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

    /// What is hunted, or asked about, as a layer of MITRE's ATT&CK Navigator (layer format 4.5).
    pub fn layer(&self, name: &str) -> Value {
        let most = self.cells().map(|(_, cell, _)| cell.count).max().unwrap_or(0).max(1);
        let techniques: Vec<Value> = self
            .cells()
            .filter(|(_, cell, _)| cell.count > 0 || cell.wanted)
            .map(|(column, cell, _)| {
                json!({
                    "techniqueID": cell.id,
                    "tactic": column.short_name,
                    "score": cell.count,
                    "comment": match cell.count {
                        0 => "no procedure hunts it".to_owned(),
                        1 => "1 procedure".to_owned(),
                        count => format!("{count} procedures"),
                    },
                    "enabled": true,
                    "showSubtechniques": cell.subs.iter().any(|sub| sub.count > 0 || sub.wanted),
                })
            })
            .collect();
        json!({
            "name": name,
            // The Navigator knows releases by the number before the dot.
            "versions": {
                "attack": self.version.split('.').next().unwrap_or_default(),
                "navigator": "5.1.0",
                "layer": "4.5",
            },
            "domain": self.domain,
            "description": format!("Procedures by technique, from Huntshelf. ATT&CK {}. {NOTICE}", self.version),
            "sorting": 3,
            "hideDisabled": false,
            "techniques": techniques,
            "gradient": { "colors": ["#f4f1eaff", "#12604dff"], "minValue": 0, "maxValue": most },
            "legendItems": [],
            "metadata": [],
            "showTacticRowBackground": false,
            "selectTechniquesAcrossTactics": false,
            "selectSubtechniquesWithParent": false,
        })
    }

    /// One line for each technique and tactic: tactic, technique, name, procedures, and `yes` where it is asked about.
    pub fn csv(&self) -> String {
        let mut csv = String::from("tactic,technique,name,procedures,asked\r\n");
        for (column, cell, _) in self.cells() {
            let (tactic, name) = (quoted(&column.name), quoted(&cell.name));
            let asked = if cell.wanted { "yes" } else { "" };
            // Writing to a string cannot fail.
            let _ = write!(csv, "{tactic},{},{name},{},{asked}\r\n", cell.id, cell.count);
        }
        csv
    }
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matrix(wanted: &[&str]) -> Matrix {
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
    fn a_layer_names_the_release_of_its_ids() {
        let layer = matrix(&["T1566"]).layer("Ours");
        assert_eq!(layer["versions"]["attack"], "19");
        assert_eq!(
            (&layer["versions"]["layer"], &layer["domain"]),
            (&json!("4.5"), &json!("enterprise-attack"))
        );
        let techniques = layer["techniques"].as_array().unwrap();
        let told: Vec<_> = techniques
            .iter()
            .map(|one| (one["techniqueID"].as_str().unwrap(), one["score"].as_u64().unwrap()))
            .collect();
        assert!(told.contains(&("T1003.001", 2)) && told.contains(&("T1566", 0)));
        assert!(layer["description"].as_str().unwrap().contains("The MITRE Corporation"));
    }

    #[test]
    fn csv_quotes_names() {
        let csv = matrix(&[]).csv();
        assert!(csv.contains("\"Credential Access\",T1003.001,\"LSASS Memory\",2,\r\n"));
        assert_eq!(csv.lines().count(), 1 + matrix(&[]).cells().count());
    }
}
