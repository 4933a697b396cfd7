//! The real history of the Threat Hunter Playbook, followed as `git log --follow` does.

#![cfg(feature = "mirror")]
#![allow(clippy::unwrap_used, clippy::print_stdout)] // Tests all the way down.

mod mirror_fixture;

use catalog::mirror::rename::{RenameText, pair};
use catalog::mirror::{Content, FileStatus, Lineages, Mirror, update};
use catalog::repository::Location;
use mirror_fixture::{corpus, git_command, repository};
use std::collections::{HashMap, HashSet};
use std::ops::ControlFlow;
use std::path::Path;
use tempfile::TempDir;

fn is_markdown(path: &str) -> bool {
    Path::new(path).extension().is_some_and(|end| end == "md")
}

/// `hunting.id`, as this collection writes it.
fn id_of(bytes: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(bytes);
    let front = text.strip_prefix("---\n")?.split("\n---\n").next()?.to_owned();
    let hunting = front.split_once("hunting:\n")?.1.to_owned();
    let line = hunting
        .lines()
        .take_while(|line| line.starts_with(' '))
        .find(|line| line.trim().starts_with("id:"))?;
    Some(line.trim().trim_start_matches("id:").trim().to_owned())
}

/// The commits of every path's lineage, newest first, and how many texts were read for it.
fn histories(mirror: &Mirror) -> (HashMap<String, Vec<String>>, usize) {
    let tip = mirror.tip().unwrap().unwrap();
    let mut lineages = Lineages::default();
    let mut commits: HashMap<String, Vec<String>> = HashMap::new();
    let mut read = 0;
    mirror
        .walk(None, tip, &is_markdown, &mut |commit, _| {
            let pairs = pair(&commit.changes, &is_markdown, &mut |blob| {
                read += 1;
                let Content::Bytes(bytes) = mirror.blob(blob, 1 << 20).unwrap() else { return None };
                Some(RenameText::new(id_of(&bytes), &bytes))
            });
            for step in lineages.advance(&commit, &pairs) {
                commits.entry(step.lineage).or_default().push(commit.commit.id.to_string());
            }
            ControlFlow::Continue(())
        })
        .unwrap();
    let histories = lineages
        .paths()
        .filter(|(_, state)| !state.moved)
        .map(|(path, state)| {
            let mut commits = commits.get(&state.lineage).cloned().unwrap_or_default();
            commits.reverse();
            (path.to_owned(), commits)
        })
        .collect();
    (histories, read)
}

#[test]
fn every_hunt_of_the_playbook_has_the_history_that_git_follows_up_to_its_jumps_through_copies() {
    let Some(corpus) = corpus() else { return };
    let folder = TempDir::new().unwrap();
    let origin = folder.path().join("playbook.git");
    let git = |arguments: &[&str]| {
        let output = git_command(folder.path()).current_dir(folder.path()).args(arguments).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).into_owned()
    };
    let bundle = corpus.join("threathunter-playbook.bundle");
    git(&[
        "clone",
        "--quiet",
        "--bare",
        "--branch",
        "main",
        bundle.to_str().unwrap(),
        origin.to_str().unwrap(),
    ]);
    let mirror_path = folder.path().join("mirror.git");
    update(&repository(Location::Path(origin.clone())), &mirror_path, &mut |_| true).unwrap();
    let mirror = Mirror::open(&mirror_path).unwrap().unwrap();
    let (histories, read) = histories(&mirror);

    let tip = mirror.tip().unwrap().unwrap();
    let is_hunt = |path: &str| {
        path.starts_with("docs/hunts/windows/")
            && path.ends_with("/notebook.md")
            && path.split('/').count() == 5
    };
    let hunts = mirror.files(tip, &is_hunt).unwrap().files;
    assert_eq!(hunts.len(), 26);
    let in_origin = ["-C", origin.to_str().unwrap()];
    let (mut missing, mut shared, mut cut) = (Vec::new(), 0, 0);
    for (path, _) in &hunts {
        let log = ["log", "--follow", "--name-status", "--format=commit %H", "main", "--", path];
        let log = git(&[&in_origin[..], &log[..]].concat());
        let mut followed = Vec::new();
        let mut jumped = false;
        for line in log.lines().filter(|line| !line.is_empty()) {
            if let Some(commit) = line.strip_prefix("commit ") {
                if jumped {
                    cut += 1;
                } else {
                    followed.push(commit.to_owned());
                }
            } else if line.starts_with('C') {
                jumped = true;
            }
        }
        let ours: HashSet<_> = histories[path].iter().collect();
        shared += followed.iter().filter(|commit| ours.contains(commit)).count();
        missing.extend(
            followed.iter().filter(|commit| !ours.contains(commit)).map(|commit| format!("{path}: {commit}")),
        );
        let followed: HashSet<_> = followed.iter().collect();
        for more in ours.difference(&followed) {
            println!("{path}: {more} is ours alone");
        }
    }
    println!(
        "{shared} revisions as git has them, {cut} behind a jump through a copy, {read} texts read to pair"
    );
    assert_eq!(missing, Vec::<String>::new(), "revisions that git follows and we do not");
}

#[test]
fn lineages_taken_up_again_at_any_commit_go_on_the_same() {
    let Some(corpus) = corpus() else { return };
    let folder = TempDir::new().unwrap();
    let origin = folder.path().join("playbook.git");
    let bundle = corpus.join("threathunter-playbook.bundle");
    let mut clone = git_command(folder.path());
    clone.args(["clone", "--quiet", "--bare", "--branch", "main"]).arg(bundle).arg(&origin);
    assert!(clone.status().unwrap().success());
    let mirror_path = folder.path().join("mirror.git");
    update(&repository(Location::Path(origin)), &mirror_path, &mut |_| true).unwrap();
    let mirror = Mirror::open(&mirror_path).unwrap().unwrap();
    let tip = mirror.tip().unwrap().unwrap();
    let (mut whole, mut replayed) = (Lineages::default(), Lineages::default());
    mirror
        .walk(None, tip, &is_markdown, &mut |commit, _| {
            let pairs = pair(&commit.changes, &is_markdown, &mut |blob| {
                let Content::Bytes(bytes) = mirror.blob(blob, 1 << 20).unwrap() else { return None };
                Some(RenameText::new(id_of(&bytes), &bytes))
            });
            for step in whole.advance(&commit, &pairs) {
                let path = |at: usize| commit.changes[at].path.as_str();
                replayed.note(path(step.change), step.previous.map(path), step.status, &step.lineage);
                assert_eq!(step.status == FileStatus::Renamed, step.previous.is_some());
            }
            let json = serde_json::to_string(&whole).unwrap();
            whole = serde_json::from_str(&json).unwrap();
            ControlFlow::Continue(())
        })
        .unwrap();
    assert_eq!(whole, replayed);
}
