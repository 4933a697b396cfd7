//! The starter catalog: the procedures that come with the program, as a git repository with a past.
//!
//! Served when no repository is configured, and mirrored and indexed like any other. The texts of today and the steps that
//! led to them are part of the binary (`catalog/procedures/`, whose `history/README.txt` says how to add a step). Of the
//! past only the changes are kept, as patches; [`build`] takes them back one by one and commits what it finds.
//!
//! The repository is the same everywhere: authors, times and zones are written down, and nothing is read from the clock,
//! the user's configuration or the environment. So its commit ids can be quoted, in documentation and in tests.

mod patch;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::path::Path;

use chrono::DateTime;
use git2::{Commit, FileMode, Oid, Repository, RepositoryInitOptions, Signature, Time};
use rust_embed::RustEmbed;
use serde::Deserialize;
use thiserror::Error;

use crate::team::COLLECTIONS;

/// The branch of the starter repository.
pub const BRANCH: &str = "main";

/// The folder of the starter repository that holds the procedures.
pub const FOLDER: &str = "procedures";

/// Why the starter repository could not be built. All but `Git` are mistakes in this crate's own files, found by its tests.
#[derive(Debug, Error)]
pub enum StarterError {
    /// A file that the history names is not part of the binary, or is not UTF-8.
    #[error("the starter catalog has no readable file {0}")]
    Missing(String),
    /// `history.toml` is not what it should be.
    #[error("history.toml of the starter catalog cannot be read: {0}")]
    History(#[from] toml::de::Error),
    /// A step cannot be taken back, or names what is not there.
    #[error("step {step} of the starter catalog ({subject}): {problem}")]
    Step {
        /// Number of the step, from 1.
        step: usize,
        /// Its subject, as in `history.toml`.
        subject: String,
        /// What does not fit.
        problem: String,
    },
    /// Files that exist today and that no step added.
    #[error("no step of the starter catalog adds {0}")]
    Unexplained(String),
    /// libgit2 could not make the repository or write an object.
    #[error("cannot write the starter repository: {0}")]
    Git(#[from] git2::Error),
}

#[derive(RustEmbed)]
#[folder = "procedures/"]
struct Files;

/// `history.toml`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct History {
    /// Text of `README.md` in the repository.
    readme: String,
    author: BTreeMap<String, Author>,
    step: Vec<Step>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Author {
    name: String,
    email: String,
}

/// One commit, oldest first in the file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Step {
    /// Key of `author`.
    author: String,
    /// RFC 3339, with the zone in which the author lives.
    date: String,
    subject: String,
    #[serde(default)]
    body: String,
    #[serde(default)]
    added: Vec<String>,
    #[serde(default)]
    renamed: Vec<Rename>,
    #[serde(default)]
    retired: Vec<String>,
    /// Files below `collections/` that this step adds, as they are today.
    #[serde(default)]
    collections: Vec<String>,
    /// File below `history/`, from before this step to after it.
    patch: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Rename {
    from: String,
    to: String,
}

/// Every file of a state, by name.
type Texts = BTreeMap<String, String>;

/// Makes the starter repository in `directory`: bare, with the branch [`BRANCH`]. Returns the id of its newest commit, the
/// same on every machine for one version of this crate.
///
/// The folder is made if it is missing. What was built there before is kept and completed, so that an interrupted build is
/// mended by the next one; a repository of an older version is moved on to the new history.
///
/// # Errors
///
/// [`StarterError::Git`] when the folder cannot be written. The other variants mean that the embedded files contradict each
/// other, which the tests of this crate rule out.
pub fn build(directory: &Path) -> Result<String, StarterError> {
    let history: History = toml::from_str(&embedded("history/history.toml")?)?;
    let repository = Repository::init_opts(
        directory,
        // No template: what stands in the user's folder of templates is no part of this repository.
        RepositoryInitOptions::new().bare(true).mkpath(true).external_template(false).initial_head(BRANCH),
    )?;
    let readme = repository.blob(history.readme.as_bytes())?;
    let states = states(&history, |text| Ok(repository.blob(text.as_bytes())?))?;
    let mut tip: Option<Commit<'_>> = None;
    let mut collections = BTreeMap::new();
    for (index, (step, blobs)) in history.step.iter().zip(&states).enumerate() {
        for name in &step.collections {
            let text = embedded(&format!("{COLLECTIONS}/{name}"))?;
            collections.insert(name.clone(), repository.blob(text.as_bytes())?);
        }
        let tree = repository.find_tree(tree(&repository, readme, blobs, &collections)?)?;
        let signature = signature(&history, index, step)?;
        let parents: Vec<&Commit<'_>> = tip.iter().collect();
        let id = repository.commit(None, &signature, &signature, &message(step), &tree, &parents)?;
        tip = Some(repository.find_commit(id)?);
    }
    let tip = tip.ok_or_else(|| StarterError::Missing("with a step in history.toml".to_owned()))?;
    let branch = format!("refs/heads/{BRANCH}");
    repository.reference(&branch, tip.id(), true, "starter catalog")?;
    repository.set_head(&branch)?;
    Ok(tip.id().to_string())
}

/// The texts of today, by file name.
fn today() -> Result<Texts, StarterError> {
    Files::iter()
        .filter(|name| !name.contains('/') && name.strip_suffix(".md").is_some())
        .map(|name| Ok((name.to_string(), embedded(&name)?.into_owned())))
        .collect()
}

/// What the repository holds after each step, oldest first. `keep` is called once for each text and gives what stands for
/// it in the result, so that a text which many steps share is stored once.
fn states<T: Clone>(
    history: &History,
    mut keep: impl FnMut(&str) -> Result<T, StarterError>,
) -> Result<Vec<BTreeMap<String, T>>, StarterError> {
    let mut texts = today()?;
    let mut kept = BTreeMap::new();
    for (name, text) in &texts {
        kept.insert(name.clone(), keep(text)?);
    }
    let mut states = Vec::with_capacity(history.step.len());
    for (index, step) in history.step.iter().enumerate().rev() {
        states.push(kept.clone());
        let before =
            |problem: String| StarterError::Step { step: index + 1, subject: step.subject.clone(), problem };
        let patch = step.patch.as_ref().map(|name| embedded(&format!("history/{name}"))).transpose()?;
        for changed in take_back(step, patch.as_deref(), &mut texts).map_err(before)? {
            match texts.get(&changed) {
                Some(text) => kept.insert(changed, keep(text)?),
                None => kept.remove(&changed),
            };
        }
    }
    states.reverse();
    match texts.into_keys().next() {
        Some(name) => Err(StarterError::Unexplained(name)),
        None => Ok(states),
    }
}

/// Turns the texts after a step into those before it. Returns the names of the files that are no longer what they were.
fn take_back(step: &Step, patch: Option<&str>, texts: &mut Texts) -> Result<Vec<String>, String> {
    let mut changed = Vec::new();
    let mut retired: Vec<&str> = Vec::new();
    for file in patch::read(patch.unwrap_or_default()).map_err(|error| error.to_string())? {
        let before = file.before.ok_or("a file that is added needs no patch, only its name in `added`")?;
        let after = match file.after {
            Some(name) => texts.remove(name).ok_or_else(|| format!("{name} is not there after the step"))?,
            None => String::new(),
        };
        let text = file.undo(&after).map_err(|error| format!("{before}: {error}"))?;
        match file.after {
            None => retired.push(before),
            Some(name) if name != before && !is_renamed(step, before, name) => {
                return Err(format!("the patch renames {before} to {name}, `renamed` does not"));
            }
            Some(name) => changed.push(name.to_owned()),
        }
        changed.push(before.to_owned());
        if texts.insert(before.to_owned(), text).is_some() {
            return Err(format!("{before} is there twice before the step"));
        }
    }
    if retired != step.retired {
        return Err(format!("`retired` is {:?}, the patch deletes {retired:?}", step.retired));
    }
    for rename in &step.renamed {
        // With a patch of its own the file bears its old name by now.
        if let Some(text) = texts.remove(&rename.to) {
            texts.insert(rename.from.clone(), text);
            changed.extend([rename.to.clone(), rename.from.clone()]);
        } else if !texts.contains_key(&rename.from) {
            return Err(format!("{} is not there after the step", rename.to));
        }
    }
    for name in &step.added {
        texts.remove(name).ok_or_else(|| format!("{name} is not there after the step"))?;
        changed.push(name.clone());
    }
    Ok(changed)
}

fn is_renamed(step: &Step, from: &str, to: &str) -> bool {
    step.renamed.iter().any(|rename| rename.from == from && rename.to == to)
}

/// Writes the tree of one state: `README.md` beside the folder of the procedures and, once there are any, that of the
/// collections.
fn tree(
    repository: &Repository,
    readme: Oid,
    blobs: &BTreeMap<String, Oid>,
    collections: &BTreeMap<String, Oid>,
) -> Result<Oid, StarterError> {
    let folder = |blobs: &BTreeMap<String, Oid>| {
        let mut folder = repository.treebuilder(None)?;
        for (name, blob) in blobs {
            folder.insert(name, *blob, FileMode::Blob.into())?;
        }
        folder.write()
    };
    let mut root = repository.treebuilder(None)?;
    root.insert("README.md", readme, FileMode::Blob.into())?;
    root.insert(FOLDER, folder(blobs)?, FileMode::Tree.into())?;
    if !collections.is_empty() {
        root.insert(COLLECTIONS, folder(collections)?, FileMode::Tree.into())?;
    }
    Ok(root.write()?)
}

fn message(step: &Step) -> String {
    match step.body.trim() {
        "" => format!("{}\n", step.subject),
        body => format!("{}\n\n{body}\n", step.subject),
    }
}

fn signature(history: &History, index: usize, step: &Step) -> Result<Signature<'static>, StarterError> {
    let wrong =
        |problem: String| StarterError::Step { step: index + 1, subject: step.subject.clone(), problem };
    let author =
        history.author.get(&step.author).ok_or_else(|| wrong(format!("no author {}", step.author)))?;
    let date =
        DateTime::parse_from_rfc3339(&step.date).map_err(|error| wrong(format!("{}: {error}", step.date)))?;
    let time = Time::new(date.timestamp(), date.offset().local_minus_utc() / 60);
    Ok(Signature::new(&author.name, &author.email, &time)?)
}

/// The text of a file below `catalog/procedures/`.
fn embedded(name: &str) -> Result<Cow<'static, str>, StarterError> {
    let missing = || StarterError::Missing(name.to_owned());
    match Files::get(name).ok_or_else(missing)?.data {
        Cow::Borrowed(bytes) => std::str::from_utf8(bytes).map(Cow::Borrowed).map_err(|_| missing()),
        Cow::Owned(bytes) => String::from_utf8(bytes).map(Cow::Owned).map_err(|_| missing()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;
    use std::path::PathBuf;

    fn history() -> History {
        toml::from_str(&embedded("history/history.toml").unwrap()).unwrap()
    }

    fn all_states() -> Vec<Texts> {
        states(&history(), |text| Ok(text.to_owned())).unwrap()
    }

    /// The state after the step with this subject, and the one before it.
    fn around(subject: &str) -> (Texts, Texts) {
        let index = history().step.iter().position(|step| step.subject == subject).unwrap();
        let states = all_states();
        (states[index - 1].clone(), states[index].clone())
    }

    fn folder() -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("procedures")
    }

    #[test]
    fn the_newest_commit_holds_the_texts_of_today_and_nothing_else() {
        let directory = tempfile::tempdir().unwrap();
        let id = build(directory.path()).unwrap();
        let repository = Repository::open_bare(directory.path()).unwrap();
        let head = repository.head().unwrap();
        assert_eq!((head.name().unwrap(), head.target().unwrap().to_string()), ("refs/heads/main", id));
        let root = head.peel_to_tree().unwrap();
        let procedures =
            root.get_name(FOLDER).unwrap().to_object(&repository).unwrap().peel_to_tree().unwrap();
        let mut committed = Texts::new();
        for entry in &procedures {
            let blob = repository.find_blob(entry.id()).unwrap();
            committed.insert(
                entry.name().unwrap().to_owned(),
                String::from_utf8(blob.content().to_vec()).unwrap(),
            );
        }
        let on_disk: Texts = std::fs::read_dir(folder())
            .unwrap()
            .map(Result::unwrap)
            .filter(|entry| entry.file_type().unwrap().is_file())
            .map(|entry| {
                (entry.file_name().into_string().unwrap(), std::fs::read_to_string(entry.path()).unwrap())
            })
            .collect();
        assert_eq!(committed, on_disk);
        assert!(committed.len() >= 26);
        let names: Vec<_> = root.iter().map(|entry| entry.name().unwrap().to_owned()).collect();
        assert_eq!(names, ["README.md", COLLECTIONS, FOLDER]);
        let collections = root.get_name(COLLECTIONS).unwrap().to_object(&repository).unwrap();
        let committed: Vec<_> = collections
            .peel_to_tree()
            .unwrap()
            .iter()
            .map(|entry| entry.name().unwrap().to_owned())
            .collect();
        let embedded = Files::iter().filter_map(|name| name.strip_prefix("collections/").map(str::to_owned));
        let mut embedded: Vec<_> = embedded.collect();
        embedded.sort();
        assert_eq!(committed, embedded);
    }

    #[test]
    fn only_the_texts_of_today_end_in_md() {
        for name in Files::iter() {
            let is_markdown = name.strip_suffix(".md").is_some();
            assert_eq!(is_markdown, !name.contains('/'), "{name}");
        }
    }

    #[test]
    fn two_builds_have_the_same_ids() {
        let (one, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let id = build(one.path()).unwrap();
        assert_eq!(id, build(&other.path().join("made/on/the/way")).unwrap());
        assert_eq!(id, build(one.path()).unwrap(), "over the first one");
    }

    /// The id may change, whenever somebody changes a text or adds a step. It must not change by itself.
    #[test]
    fn the_commit_ids_are_those_on_record() {
        let directory = tempfile::tempdir().unwrap();
        assert_eq!(build(directory.path()).unwrap(), "d91ffaf5d395d5b36e3a62c5b8ca3f2ca9aedf8f");
    }

    #[test]
    fn every_patch_can_be_taken_back() {
        let states = all_states();
        assert_eq!(states.len(), history().step.len());
        assert_eq!(states.last().unwrap(), &today().unwrap());
        assert_eq!(states[0].len(), 1, "it began with one procedure");
        for (index, pair) in states.windows(2).enumerate() {
            let adds_collection = !history().step[index + 1].collections.is_empty();
            assert!(adds_collection || pair[0] != pair[1], "step {} changes nothing", index + 2);
        }
        let used: BTreeSet<String> =
            history().step.into_iter().filter_map(|step| Some(format!("history/{}", step.patch?))).collect();
        let kept: BTreeSet<String> =
            Files::iter().filter(|name| name.strip_suffix(".patch").is_some()).map(Cow::into_owned).collect();
        assert_eq!(used, kept, "each patch belongs to a step");
    }

    #[test]
    fn the_history_has_forty_commits_and_more_by_six_people_over_two_years() {
        let history = history();
        assert!(history.step.len() >= 44, "{}", history.step.len());
        let authors: BTreeSet<&str> = history.step.iter().map(|step| step.author.as_str()).collect();
        assert_eq!(authors.len(), 6);
        let dates: Vec<_> =
            history.step.iter().map(|step| DateTime::parse_from_rfc3339(&step.date).unwrap()).collect();
        assert!(dates.is_sorted());
        assert!((dates[dates.len() - 1] - dates[0]).num_days() > 700);
        assert!(dates.iter().map(|date| date.offset().local_minus_utc()).collect::<BTreeSet<_>>().len() >= 4);
    }

    #[test]
    fn one_procedure_is_renamed_as_it_is_and_one_with_edits() {
        let (before, after) = around("Move the beaconing notebook to the ones that run anywhere");
        assert_eq!(before["net-beaconing.md"], after["any-beaconing-jitter.md"]);
        assert!(!after.contains_key("net-beaconing.md"));
        let (before, after) = around("Rename the PsExec hunt after what it hunts");
        assert!(before["win-psexec.md"].contains("  id: win-psexec\n"));
        assert!(after["win-remote-services.md"].contains("  id: win-remote-services\n"));
        let (old, new) = (&before["win-psexec.md"], &after["win-remote-services.md"]);
        let shared = new.lines().filter(|line| old.lines().any(|other| other == *line)).count();
        assert!(2 * shared > new.lines().count(), "still one lineage by its lines");
    }

    #[test]
    fn a_metadata_block_is_lost_by_a_save_and_comes_back() {
        let name = "win-kerberoasting.md";
        let (before, lost) = around("Leave krbtgt out of the ticket requests");
        assert!(before[name].contains("\nhunting:\n") && !before[name].contains("notebook_metadata_filter"));
        assert!(!lost[name].contains("\nhunting:\n"));
        let (still_lost, back) = around("Bring back the metadata of the Kerberoasting hunt");
        assert_eq!(still_lost[name], lost[name]);
        assert!(
            back[name].contains("\nhunting:\n") && back[name].contains("notebook_metadata_filter: hunting\n")
        );
    }

    #[test]
    fn tags_are_lost_by_a_save_and_come_back() {
        let (name, tags) = ("any-password-spray-shape.md", ":tags: [parameters, remove_cell]\n");
        let (before, lost) = around("Make the slot width a parameter of the spray");
        assert!(before[name].contains(tags) && !lost[name].contains(tags));
        let (_, back) = around("Restore the tags of the parameters cell");
        assert!(back[name].contains(tags));
    }

    #[test]
    fn techniques_are_remapped_for_attack_19() {
        let (before, after) = around("Move to ATT&CK 19: impairment is a tactic of its own");
        let name = "win-defender-tampering.md";
        assert!(before[name].contains("attack_technique_ids: [T1562.001]\n"));
        assert!(after[name].contains("attack_technique_ids: [T1685]\n"));
        let changed = after.iter().filter(|(name, text)| before.get(*name) != Some(*text)).count();
        assert_eq!(changed, 2);
    }

    #[test]
    fn one_procedure_was_retired() {
        let (before, after) = around("Retire the hunt for Office macros");
        assert!(before.contains_key("win-office-macros.md") && !after.contains_key("win-office-macros.md"));
    }

    #[test]
    fn a_step_that_does_not_fit_is_refused_with_its_reason() {
        let step = |added: &[&str], retired: &[&str]| Step {
            author: String::new(),
            date: String::new(),
            subject: String::new(),
            body: String::new(),
            added: added.iter().map(ToString::to_string).collect(),
            renamed: Vec::new(),
            retired: retired.iter().map(ToString::to_string).collect(),
            collections: Vec::new(),
            patch: None,
        };
        let mut texts = Texts::from([("a.md".to_owned(), "one\n".to_owned())]);
        let error = take_back(&step(&["b.md"], &[]), None, &mut texts).unwrap_err();
        assert_eq!(error, "b.md is not there after the step");
        let error = take_back(&step(&[], &["b.md"]), None, &mut texts).unwrap_err();
        assert_eq!(error, "`retired` is [\"b.md\"], the patch deletes []");
        let patch = "--- a/a.md\n+++ b/b.md\n@@ -1 +1 @@\n-one\n+two\n";
        let error = take_back(&step(&[], &[]), Some(patch), &mut texts).unwrap_err();
        assert_eq!(error, "b.md is not there after the step");
        let patch = "--- a/c.md\n+++ b/a.md\n@@ -1 +1 @@\n-0\n+one\n";
        let error = take_back(&step(&[], &[]), Some(patch), &mut texts).unwrap_err();
        assert_eq!(error, "the patch renames c.md to a.md, `renamed` does not");
    }
}
