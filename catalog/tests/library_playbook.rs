//! The past of every hunt of the Threat Hunter Playbook, held against git: its revisions against `git log --follow`, its
//! texts against `git show`, who changed its lines against `git blame`.

#![cfg(all(feature = "mirror", feature = "index"))]
#![allow(clippy::unwrap_used, clippy::print_stdout)] // Tests all the way down.

mod library_fixture;

use catalog::index::Revision;
use catalog::library::Library;
use catalog::procedure::Standing;
use library_fixture::{address, entries, now, open, playbook};
use std::collections::{BTreeMap, HashMap};
use std::path::PathBuf;
use std::process::Command;
use std::sync::LazyLock;

struct Playbook {
    library: Library,
    git: PathBuf,
    _folder: tempfile::TempDir,
}

static PLAYBOOK: LazyLock<Option<Playbook>> = LazyLock::new(|| {
    let folder = tempfile::tempdir().unwrap();
    let git = playbook(folder.path())?;
    let library = open(&folder.path().join("data"), &git);
    library.sync("playbook", now()).unwrap();
    Some(Playbook { library, git, _folder: folder })
});

impl Playbook {
    fn git(&self, arguments: &[&str]) -> Vec<u8> {
        let output = Command::new("git")
            .arg("-C")
            .arg(&self.git)
            .args(arguments)
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .output()
            .unwrap();
        assert!(output.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        output.stdout
    }

    fn text(&self, arguments: &[&str]) -> String {
        String::from_utf8_lossy(&self.git(arguments)).into_owned()
    }

    fn is_ancestor(&self, older: &str, newer: &str) -> bool {
        let status = Command::new("git")
            .arg("-C")
            .arg(&self.git)
            .args(["merge-base", "--is-ancestor", older, newer])
            .status();
        status.unwrap().success()
    }

    /// The hunts: ids and paths.
    fn hunts(&self) -> Vec<(String, String)> {
        let hunts: Vec<_> = entries(&self.library)
            .into_iter()
            .filter(|entry| entry.standing == Standing::Good)
            .map(|entry| (entry.id, entry.path))
            .collect();
        assert_eq!(hunts.len(), 26);
        hunts
    }

    /// All revisions of a hunt, newest first.
    fn revisions(&self, id: &str) -> Vec<Revision> {
        let history = self.library.history(&address(id), 500, None).unwrap().unwrap();
        assert_eq!(history.next, None);
        history.revisions
    }
}

/// What `git log --follow` tells of a path: its commits up to where it jumps through a copy, and how many stand behind that.
fn followed(playbook: &Playbook, path: &str) -> (Vec<String>, usize) {
    let log = playbook.text(&["log", "--follow", "--name-status", "--format=commit %H", "main", "--", path]);
    let (mut commits, mut jumped, mut behind) = (Vec::new(), false, 0);
    for line in log.lines().filter(|line| !line.is_empty()) {
        if let Some(commit) = line.strip_prefix("commit ") {
            if jumped {
                behind += 1;
            } else {
                commits.push(commit.to_owned());
            }
        } else if line.starts_with('C') {
            jumped = true;
        }
    }
    (commits, behind)
}

/// The one hunt that was deleted and brought back.
const BACK: &str = "190725-SAMRegistryHiveHandleRequest";
/// Where git's way and ours part for it.
const DELETED: &str = "it deleted the file, which the next commit brought back: for git the file begins there, as a copy of its twin";
const BEFORE: &str = "it changed the file before it was deleted and brought back, where git has jumped to its twin in another folder";

/// Every revision that only one side has: the hunt, the first digits of the commit, and why.
const DIFFERENCES: [(&str, &str, &str); 10] = [
    (BACK, "b06ebc97", DELETED),
    (BACK, "4fe5b93e", BEFORE),
    (BACK, "9738773f", BEFORE),
    (BACK, "4fbce669", BEFORE),
    (BACK, "21fb1985", BEFORE),
    (BACK, "4fef1c1e", BEFORE),
    (BACK, "7b435d8f", BEFORE),
    (BACK, "8a1f75d6", BEFORE),
    (BACK, "83ec70fe", BEFORE),
    (BACK, "5780a193", BEFORE),
];

#[test]
fn the_revisions_of_every_hunt_are_those_that_git_follows_up_to_its_jumps_through_copies() {
    let Some(playbook) = &*PLAYBOOK else { return };
    let (mut same, mut behind) = (0, 0);
    let mut explained: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    let mut unexplained = Vec::new();
    for (id, path) in playbook.hunts() {
        let ours: Vec<String> = playbook.revisions(&id).into_iter().map(|revision| revision.commit).collect();
        let (theirs, jumped) = followed(playbook, &path);
        behind += jumped;
        same += ours.iter().filter(|commit| theirs.contains(commit)).count();
        let only = |one: &[String], other: &[String], whose: &str| -> Vec<(String, String)> {
            let alone = one.iter().filter(|commit| !other.contains(commit));
            alone.map(|commit| (commit.clone(), format!("{id}: {commit} is {whose} alone"))).collect()
        };
        for (commit, said) in only(&ours, &theirs, "ours").into_iter().chain(only(&theirs, &ours, "git's")) {
            match DIFFERENCES.iter().find(|(of, known, _)| *of == id && commit.starts_with(known)) {
                Some((_, known, why)) => {
                    explained.entry(why).or_default().push(known);
                }
                None => unexplained.push(said),
            }
        }
    }
    println!("revisions: {same} as git follows them, {behind} of git's behind a jump through a copy");
    for (why, commits) in &explained {
        println!("  {} ours alone, {}: {why}", commits.len(), commits.join(" "));
    }
    assert_eq!(unexplained, Vec::<String>::new());
    // One that is explained and not there any more is explained no longer.
    assert_eq!(explained.values().map(Vec::len).sum::<usize>(), DIFFERENCES.len());
}

#[test]
fn the_text_of_every_revision_of_every_hunt_is_what_git_shows() {
    let Some(playbook) = &*PLAYBOOK else { return };
    let mut compared = 0;
    for (id, _) in playbook.hunts() {
        for revision in playbook.revisions(&id).into_iter().filter(|revision| revision.blob.is_some()) {
            let read = playbook.library.read(&address(&id), Some(&revision.commit)).unwrap().unwrap();
            assert_eq!(read.path, revision.path, "{id} at {}", revision.commit);
            let theirs =
                playbook.git(&["cat-file", "blob", &format!("{}:{}", revision.commit, revision.path)]);
            assert!(read.bytes == theirs, "{id} at {}", revision.commit);
            compared += 1;
        }
    }
    println!("texts: {compared} revisions equal git show");
}

/// What `git blame` says of one line.
#[derive(Clone)]
struct Blamed {
    commit: String,
    path: String,
    /// Whether git goes no further back because it sees the file come with this commit.
    ends: bool,
}

fn blamed(playbook: &Playbook, commit: &str, path: &str) -> Vec<Blamed> {
    let told = playbook.text(&["blame", "--line-porcelain", commit, "--", path]);
    let mut lines = Vec::new();
    let mut one = Blamed { commit: String::new(), path: String::new(), ends: true };
    for line in told.lines() {
        if line.starts_with('\t') {
            lines.push(one.clone());
            one = Blamed { commit: String::new(), path: String::new(), ends: true };
        } else if one.commit.is_empty() {
            line[..40].clone_into(&mut one.commit);
        } else if let Some(path) = line.strip_prefix("filename ") {
            path.clone_into(&mut one.path);
        } else if line.starts_with("previous ") {
            one.ends = false;
        }
    }
    lines
}

#[derive(Debug, Default)]
struct Counts {
    equal: usize,
    better: usize,
    other: usize,
}

/// Whether both commits hold the line, and it stands more than once in one of the texts: either may have been carried on.
fn is_ambiguous(texts: [&str; 2], line: &str) -> bool {
    let counts = texts.map(|text| text.split_inclusive('\n').filter(|own| *own == line).count());
    counts.iter().all(|count| *count > 0) && counts.iter().any(|count| *count > 1)
}

#[test]
fn who_changed_every_line_of_every_hunt_is_whom_git_blames_or_better() {
    let Some(playbook) = &*PLAYBOOK else { return };
    let mut texts: HashMap<(String, String), String> = HashMap::new();
    let mut counts = Counts::default();
    let mut unexplained = Vec::new();
    for (id, _) in playbook.hunts() {
        let revisions = playbook.revisions(&id);
        // As it is, and as it was a third and two thirds of its way.
        for at in [0, revisions.len() / 3, revisions.len() * 2 / 3] {
            let Revision { commit, path, blob: Some(_), .. } = &revisions[at] else { continue };
            let ours = playbook.library.blame(&address(&id), Some(commit)).unwrap().unwrap();
            assert_eq!(ours.found.cut, None, "{id}");
            let theirs = blamed(playbook, commit, path);
            let lines: Vec<&str> = ours.found.text.split_inclusive('\n').collect();
            assert_eq!(lines.len(), theirs.len(), "{id}");
            assert_eq!(lines.len(), ours.found.lines.len(), "{id}");
            for ((line, by), their) in lines.iter().zip(&ours.found.lines).zip(&theirs) {
                let own = &ours.found.revisions[*by as usize];
                if own.commit == their.commit {
                    counts.equal += 1;
                    continue;
                }
                let mut text = |commit: &str, path: &str| {
                    let key = (commit.to_owned(), path.to_owned());
                    let show = || playbook.text(&["cat-file", "blob", &format!("{commit}:{path}")]);
                    texts.entry(key).or_insert_with(show).clone()
                };
                let (own_text, their_text) = (text(&own.commit, &own.path), text(&their.commit, &their.path));
                let held = own_text.split_inclusive('\n').any(|own| own == *line);
                if their.ends && held && playbook.is_ancestor(&own.commit, &their.commit) {
                    // For git the file begins there; it came from elsewhere, and had the line already.
                    counts.better += 1;
                } else if is_ambiguous([&own_text, &their_text], line) {
                    counts.other += 1;
                } else {
                    unexplained.push(format!(
                        "{id} at {}: {line:?} is of {} for us and of {} ({}) for git",
                        &commit[..8],
                        &own.commit[..8],
                        &their.commit[..8],
                        their.path
                    ));
                }
            }
        }
    }
    println!("blame, by line: {counts:?}");
    assert!(unexplained.is_empty(), "{} unexplained:\n{}", unexplained.len(), unexplained.join("\n"));
}
