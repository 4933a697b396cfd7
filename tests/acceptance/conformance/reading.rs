//! MyST as jupytext reads it: cells, their types, sources and metadata, and the notebook's metadata.

use super::{
    Case, ask, assert_none, cells, is_markdown, jupytext_notebooks, same, starter, texts_in, versions,
};
use acceptance::{Repository, corpus, git, python};
use catalog::notebook::myst;
use serde_json::{Value, json};
use std::path::Path;

/// How often we said the same, and where not.
#[derive(Default)]
struct Tally {
    same: usize,
    refused_by_both: usize,
    /// What jupytext follows and we refuse: a few lines of it can become a large tree.
    refused_on_purpose: usize,
    different: Vec<String>,
}

impl Tally {
    fn add(&mut self, name: &str, text: &str, theirs: &Value) {
        let ours = myst::read(text.as_bytes());
        assert_eq!(myst::write(&ours), text, "{name} is written back as it was");
        let difference = match (ours.blocking(), theirs.get("error")) {
            (Some(refused), Some(_)) => {
                assert!(!refused.help.is_empty(), "{name}: {} has a remedy", refused.code);
                self.refused_by_both += 1;
                return;
            }
            (Some(refused), None)
                if matches!(
                    refused.code.as_str(),
                    "yaml-anchor" | "yaml-alias" | "yaml-tag" | "yaml-merge"
                ) =>
            {
                self.refused_on_purpose += 1;
                return;
            }
            (Some(refused), None) => format!("we refuse it: {}", refused.message),
            (None, Some(error)) => format!("jupytext refuses it: {error}"),
            (None, None) => {
                let (own, metadata) = (cells(&ours), Value::Object(ours.metadata.clone()));
                if !same(&own, &theirs["cells"]) {
                    first_difference(&own, &theirs["cells"])
                } else if !same(&metadata, &theirs["metadata"]) {
                    format!("metadata\n  ours   {metadata}\n  theirs {}", theirs["metadata"])
                } else {
                    self.same += 1;
                    return;
                }
            }
        };
        self.different.push(format!("{name}: {difference}"));
    }

    fn of(cases: &[Case]) -> Self {
        let mut tally = Self::default();
        for (case, theirs) in cases.iter().zip(ask(cases, "myst")) {
            tally.add(&case.name, &case.text, &theirs);
        }
        tally
    }

    fn assert(&self, what: &str) {
        let count = self.same + self.refused_by_both + self.refused_on_purpose + self.different.len();
        println!(
            "{what}: {count} texts, {} read the same, {} refused by both, {} with anchors, aliases or tags refused on \
             purpose, {} different",
            self.same,
            self.refused_by_both,
            self.refused_on_purpose,
            self.different.len()
        );
        assert_none(what, &self.different, count);
    }
}

fn first_difference(ours: &Value, theirs: &Value) -> String {
    let (ours, theirs) = (ours.as_array().expect("a list"), theirs.as_array().expect("a list"));
    let at = ours
        .iter()
        .zip(theirs)
        .position(|(own, other)| !same(own, other))
        .unwrap_or(ours.len().min(theirs.len()));
    let show = |cells: &[Value]| {
        let text = cells.get(at).map_or("nothing".to_owned(), Value::to_string);
        text.chars().take(600).collect::<String>()
    };
    format!(
        "of {} and {} cells, cell {at}:\n  ours   {}\n  theirs {}",
        ours.len(),
        theirs.len(),
        show(ours),
        show(theirs)
    )
}

#[test]
fn starter_procedures_are_read_as_jupytext_reads_them() {
    let cases = starter();
    assert!(cases.len() >= 24);
    let tally = Tally::of(&cases);
    tally.assert("starter procedures");
    assert_eq!(tally.same, cases.len());
}

#[test]
fn versions_of_the_playbook_are_read_as_jupytext_reads_them() {
    let folder = tempfile::tempdir().expect("a folder");
    let Some(repository) = corpus::playbook(folder.path()) else { return };
    // jupytext reads 130 a second: every third of them. The catalog's own tests have recorded answers for all of them.
    let cases: Vec<Case> = versions(&repository).into_iter().step_by(3).collect();
    assert!(cases.len() > 200, "{} versions", cases.len());
    Tally::of(&cases).assert("playbook");
}

#[test]
fn generated_notebooks_are_read_as_jupytext_reads_them() {
    let folder = tempfile::tempdir().expect("a folder");
    let Some(path) = corpus::generated(400, folder.path()) else { return };
    let repository = Repository::at(path);
    let listed = git(repository.path(), ["ls-tree", "-r", "--name-only", "main"]);
    let cases: Vec<Case> = String::from_utf8_lossy(&listed)
        .lines()
        .filter(|path| is_markdown(Path::new(path)))
        .filter_map(|path| {
            let text = String::from_utf8(repository.show("main", path)).ok()?;
            Some(Case { name: path.to_owned(), text })
        })
        .collect();
    assert!(cases.len() > 350, "{} notebooks", cases.len());
    Tally::of(&cases).assert("generated");
}

#[test]
fn the_pairs_of_jupytexts_own_tests_are_read_as_it_reads_them() {
    let Some(folder) = jupytext_notebooks() else { return };
    let cases = texts_in(&folder.join("outputs/ipynb_to_myst"), "md");
    assert!(cases.len() >= 58, "{}", cases.len());
    let tally = Tally::of(&cases);
    tally.assert("jupytext's pairs");
    assert_eq!(tally.same, cases.len());
}

/// `HUNTSHELF_UNSEEN` asks for more of them, in other texts: it is how differences are hunted.
#[test]
fn texts_that_nobody_has_seen_are_read_as_jupytext_reads_them() {
    let more = std::env::var("HUNTSHELF_UNSEEN").ok().and_then(|count| count.parse().ok());
    // Always the same ones: a failure is found again.
    let (seed, count) = more.map_or((1, 1500), |count: u64| (count, count));
    let told = python::ask("unseen_notebooks.py", &json!({"seed": seed, "count": count}));
    let mut tally = Tally::default();
    for theirs in told.as_array().expect("a list") {
        let text = theirs["text"].as_str().expect("a text");
        tally.add(&format!("{text:?}"), text, theirs);
    }
    tally.assert("unseen");
    assert!(tally.same * 2 > tally.refused_by_both, "most of them can be opened");
}
