//! Renames within one commit, and the lineages that follow them.

#![cfg(feature = "mirror")]
#![allow(clippy::unwrap_used, clippy::format_collect)] // Tests all the way down.

use catalog::mirror::rename::{RenameText, pair};
use catalog::mirror::{
    BlobId, CommitChanges, CommitId, CommitInfo, FileChange, FileStatus, Lineages, Signature,
};
use proptest::prelude::*;
use std::collections::{HashMap, HashSet};
use std::time::{Duration, Instant};

/// A commit under construction: what was removed, added, modified, and the texts behind the blobs.
#[derive(Default)]
struct Commit {
    changes: Vec<FileChange>,
    texts: HashMap<BlobId, (Option<String>, String)>,
    ids: HashMap<(Option<String>, String), BlobId>,
}

impl Commit {
    fn blob(&mut self, id: Option<&str>, text: &str) -> BlobId {
        let content = (id.map(str::to_owned), text.to_owned());
        let next = self.ids.len() + 1;
        let blob =
            *self.ids.entry(content.clone()).or_insert_with(|| format!("{next:040x}").parse().unwrap());
        self.texts.insert(blob, content);
        blob
    }

    fn change(mut self, path: &str, before: Option<(&str, &str)>, after: Option<(&str, &str)>) -> Self {
        let mut side = |side: Option<(&str, &str)>| {
            side.map(|(id, text)| self.blob(Some(id).filter(|id| !id.is_empty()), text))
        };
        let (before, after) = (side(before), side(after));
        self.changes.push(FileChange { path: path.to_owned(), before, after });
        self
    }

    /// A removed file with this `hunting.id` (none when empty) and text.
    fn removed(self, path: &str, id: &str, text: &str) -> Self {
        self.change(path, Some((id, text)), None)
    }

    fn added(self, path: &str, id: &str, text: &str) -> Self {
        self.change(path, None, Some((id, text)))
    }

    fn pairs(&self) -> Vec<(String, String)> {
        let pairs = pair(&self.changes, &|path| !path.starts_with("other/"), &mut |blob| {
            let (id, text) = self.texts.get(&blob)?;
            Some(RenameText::new(id.clone(), text.as_bytes()))
        });
        let path = |at: usize| self.changes[at].path.clone();
        pairs.into_iter().map(|(removed, added)| (path(removed), path(added))).collect()
    }

    fn reads(&self) -> usize {
        let mut reads = 0;
        pair(&self.changes, &|_| true, &mut |_| {
            reads += 1;
            None
        });
        reads
    }
}

fn pairs<const N: usize>(expected: [(&str, &str); N]) -> Vec<(String, String)> {
    expected.iter().map(|(removed, added)| ((*removed).to_owned(), (*added).to_owned())).collect()
}

fn lines(range: std::ops::Range<usize>) -> String {
    range.map(|line| format!("line number {line:04} of the hunt\n")).collect()
}

#[test]
fn equal_content_is_one_file_and_is_not_read() {
    let commit = Commit::default()
        .removed("a.md", "", "same\n")
        .added("z.md", "", "same\n")
        .added("b.md", "", "other\n");
    assert_eq!(commit.pairs(), pairs([("a.md", "z.md")]));
    let commit = Commit::default().removed("a.md", "", "same\n").added("z.md", "", "same\n");
    assert_eq!(commit.reads(), 0);
}

#[test]
fn nothing_is_read_where_nothing_was_both_removed_and_added() {
    assert_eq!(Commit::default().added("a.md", "", "a").added("b.md", "", "b").reads(), 0);
    assert_eq!(Commit::default().removed("a.md", "", "a").removed("b.md", "", "b").reads(), 0);
}

#[test]
fn an_equal_id_is_one_file_whatever_became_of_its_text() {
    let commit = Commit::default()
        .removed("old.md", "H-1", &lines(0..50))
        .added("copycat.md", "H-2", &lines(0..50))
        .added("new.md", "H-1", "all new\n");
    assert_eq!(commit.pairs(), pairs([("old.md", "new.md")]));
}

#[test]
fn where_two_say_one_id_the_more_similar_one_is_meant() {
    let commit = Commit::default()
        .removed("old.md", "H-1", &lines(0..50))
        .added("a.md", "H-1", "all new\n")
        .added("b.md", "H-1", &lines(0..49));
    assert_eq!(commit.pairs(), pairs([("old.md", "b.md")]));
}

#[test]
fn half_of_the_lines_make_one_file_and_less_do_not() {
    let half = format!("{}{}", lines(0..50), lines(500..550));
    let less = format!("{}{}", lines(0..49), lines(500..551));
    let commit = Commit::default().removed("a.md", "", &lines(0..100)).added("b.md", "", &half);
    assert_eq!(commit.pairs(), pairs([("a.md", "b.md")]));
    let commit = Commit::default().removed("a.md", "", &lines(0..100)).added("b.md", "", &less);
    assert_eq!(commit.pairs(), pairs([]));
}

#[test]
fn a_changed_id_and_path_with_the_same_text_is_one_file() {
    let commit = Commit::default()
        .removed("WIN-1.md", "WIN-1", &lines(0..40))
        .removed("WIN-2.md", "WIN-2", &lines(100..140))
        .added("hunts/2.md", "new-2", &lines(101..141))
        .added("hunts/1.md", "new-1", &lines(2..42));
    assert_eq!(commit.pairs(), pairs([("WIN-2.md", "hunts/2.md"), ("WIN-1.md", "hunts/1.md")]));
}

#[test]
fn the_best_pairs_come_first_and_each_file_is_in_one() {
    let commit = Commit::default()
        .removed("a.md", "", &lines(0..100))
        .removed("b.md", "", &lines(0..80))
        .added("c.md", "", &lines(0..81))
        .added("d.md", "", &lines(0..60));
    assert_eq!(commit.pairs(), pairs([("b.md", "c.md"), ("a.md", "d.md")]));
}

#[test]
fn of_equals_the_one_that_kept_its_name_is_meant() {
    let commit = Commit::default()
        .removed("x/a.md", "", "same\n")
        .removed("x/b.md", "", "same\n")
        .added("y/b.md", "", "same\n")
        .added("y/c.md", "", "same\n");
    assert_eq!(commit.pairs(), pairs([("x/b.md", "y/b.md"), ("x/a.md", "y/c.md")]));
}

#[test]
fn repeated_lines_count_as_often_as_both_have_them() {
    let (many, few) = ("same line\n".repeat(100), "same line\n".repeat(40));
    let text = |text: &str| RenameText::new(None, text.as_bytes());
    assert_eq!(text(&many).similarity(&text(&few)), 4000);
    assert_eq!(text(&many).similarity(&text(&many)), 10_000);
}

#[test]
fn blank_lines_indentation_and_line_endings_do_not_count() {
    let text = |text: &str| RenameText::new(None, text.as_bytes());
    assert_eq!(text("a\n  b\n\n\nc").similarity(&text("a\r\nb\r\nc\r\n")), 10_000);
}

#[test]
fn empty_files_are_not_one_because_they_are_empty() {
    let empty: BlobId = "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391".parse().unwrap();
    let change = |path: &str, before, after| FileChange { path: path.to_owned(), before, after };
    let changes = [change("a.md", Some(empty), None), change("b.md", None, Some(empty))];
    assert_eq!(pair(&changes, &|_| true, &mut |_| Some(RenameText::new(None, b""))), []);
}

#[test]
fn what_is_no_candidate_or_cannot_be_read_is_in_no_pair() {
    let commit = Commit::default().removed("other/a.md", "", "same\n").added("b.md", "", "same\n");
    assert_eq!(commit.pairs(), pairs([]));
    let commit = Commit::default().removed("a.md", "", "one\n").added("b.md", "", "two\n");
    assert_eq!(pair(&commit.changes, &|_| true, &mut |_| None), []);
}

#[test]
fn ten_thousand_moved_and_changed_files_are_paired_in_linear_time() {
    let boilerplate = "## Title\n## Executive summary\n## Technical analysis\n".repeat(3);
    let mut commit = Commit::default();
    for file in 0..10_000_usize {
        let own: String = (0..10).map(|line| format!("{} says {line}\n", file * 7919)).collect();
        commit = commit.removed(&format!("old/{file}.md"), "", &format!("{boilerplate}{own}"));
        commit = commit.added(&format!("new/moved-{file}.md"), "", &format!("{boilerplate}{own}and more\n"));
    }
    let start = Instant::now();
    let found = commit.pairs();
    let took = start.elapsed();
    assert_eq!(found.len(), 10_000);
    assert!(found.iter().all(|(old, new)| new[10..] == old[4..]));
    // 100 million comparisons would take minutes.
    assert!(took < Duration::from_secs(20), "{took:?}");
}

#[test]
fn ten_thousand_files_that_are_all_alike_are_paired_in_linear_time() {
    let mut commit = Commit::default();
    for file in 0..10_000_usize {
        commit = commit.removed(&format!("old/{file}.md"), "one", &format!("{}{file}\n", lines(0..9)));
        commit = commit.added(&format!("new/{file}.md"), "one", &format!("{}{file} again\n", lines(0..9)));
    }
    let start = Instant::now();
    assert_eq!(commit.pairs().len(), 10_000);
    let took = start.elapsed();
    assert!(took < Duration::from_secs(20), "{took:?}");
}

proptest! {
    #[test]
    fn every_pair_joins_a_removed_with_an_added_candidate_and_no_file_is_in_two(
        files in prop::collection::vec((any::<bool>(), 0..6_u8, 0..4_u8, 0..20_usize, 0..20_usize), 0..40)
    ) {
        let mut commit = Commit::default();
        for (at, (removed, id, name, from, more)) in files.iter().enumerate() {
            let (id, text) = (if *id < 3 { String::new() } else { id.to_string() }, lines(*from..from + more));
            let path = format!("{at}/{name}.md");
            commit = if *removed { commit.removed(&path, &id, &text) } else { commit.added(&path, &id, &text) };
        }
        let found = commit.pairs();
        let sides = |pick: fn(&FileChange) -> bool| -> HashSet<_> {
            commit.changes.iter().filter(|change| pick(change)).map(|change| change.path.clone()).collect()
        };
        let (removed, added) = (sides(FileChange::is_removed), sides(FileChange::is_added));
        prop_assert!(found.iter().all(|(one, other)| removed.contains(one) && added.contains(other)));
        let once = |side: fn(&(String, String)) -> &String| found.iter().map(side).collect::<HashSet<_>>().len();
        prop_assert_eq!(once(|pair| &pair.0), found.len());
        prop_assert_eq!(once(|pair| &pair.1), found.len());
        prop_assert_eq!(found, commit.pairs(), "the same every time");
    }

    #[test]
    fn similarity_is_symmetric_and_whole_only_for_the_same_lines(
        one in prop::collection::vec(0..9_u8, 0..30), other in prop::collection::vec(0..9_u8, 0..30)
    ) {
        let text = |lines: &[u8]| {
            let lines: String = lines.iter().map(|line| format!("{line}\n")).collect();
            RenameText::new(None, lines.as_bytes())
        };
        let (a, b) = (text(&one), text(&other));
        prop_assert_eq!(a.similarity(&b), b.similarity(&a));
        let sorted = |lines: &[u8]| { let mut lines = lines.to_vec(); lines.sort_unstable(); lines };
        prop_assert_eq!(a.similarity(&b) == 10_000, sorted(&one) == sorted(&other) && !one.is_empty());
    }
}

/// A history in which every file's content is new with every change.
struct History {
    lineages: Lineages,
    commits: u8,
}

impl History {
    fn new() -> Self {
        Self { lineages: Lineages::default(), commits: 0 }
    }

    /// One commit; each change is `A path`, `M path`, `D path` or `R old new`. Tells each step as status, path, lineage.
    fn commit(&mut self, changes: &[&str]) -> Vec<(FileStatus, String, String)> {
        self.commits += 1;
        let blob: BlobId = format!("{:040x}", self.commits).parse().unwrap();
        let mut files = Vec::new();
        let mut pairs = Vec::new();
        let mut change = |path: &str, before: bool, after: bool| {
            let side = |there: bool| there.then_some(blob);
            files.push(FileChange { path: path.to_owned(), before: side(before), after: side(after) });
            files.len() - 1
        };
        for line in changes {
            match line.split(' ').collect::<Vec<_>>()[..] {
                ["A", path] => drop(change(path, false, true)),
                ["M", path] => drop(change(path, true, true)),
                ["D", path] => drop(change(path, true, false)),
                ["R", old, new] => pairs.push((change(old, true, false), change(new, false, true))),
                _ => panic!("{line}"),
            }
        }
        let signature =
            Signature { name: String::new(), email: String::new(), when_seconds: 0, offset_minutes: 0 };
        let id: CommitId = format!("{:02x}", self.commits).repeat(20).parse().unwrap();
        let commit = CommitInfo {
            id,
            parents: Vec::new(),
            author: signature.clone(),
            committer: signature,
            subject: String::new(),
            co_authors: Vec::new(),
        };
        let commit = CommitChanges { commit, changes: files, skipped: Vec::new(), gone: Vec::new() };
        let steps = self.lineages.advance(&commit, &pairs);
        let told = |step: &catalog::mirror::Step| {
            let path = commit.changes[step.change].path.clone();
            (step.status, path, step.lineage.clone())
        };
        steps.iter().map(told).collect()
    }

    fn of(&self, path: &str) -> &str {
        self.lineages.of(path).unwrap()
    }
}

#[test]
fn a_lineage_is_named_after_its_first_revision_and_kept_through_changes_and_renames() {
    let mut history = History::new();
    let first = "010101010101:a.md".to_owned();
    assert_eq!(history.commit(&["A a.md"]), [(FileStatus::Added, "a.md".to_owned(), first.clone())]);
    assert_eq!(history.commit(&["M a.md"]), [(FileStatus::Modified, "a.md".to_owned(), first.clone())]);
    assert_eq!(
        history.commit(&["R a.md b/c.md"]),
        [(FileStatus::Renamed, "b/c.md".to_owned(), first.clone())]
    );
    assert_eq!(history.commit(&["D b/c.md"]), [(FileStatus::Deleted, "b/c.md".to_owned(), first)]);
}

#[test]
fn a_file_added_again_goes_on_with_its_lineage() {
    let mut history = History::new();
    history.commit(&["A a.md"]);
    history.commit(&["D a.md"]);
    assert_eq!(history.commit(&["A a.md"])[0].2, "010101010101:a.md");
}

#[test]
fn a_branch_that_does_not_know_of_a_rename_goes_on_with_the_lineage() {
    let mut history = History::new();
    history.commit(&["A a.md"]);
    history.commit(&["R a.md b.md"]);
    assert_eq!(history.commit(&["M a.md"])[0].2, "010101010101:a.md");
    assert_eq!(history.commit(&["D a.md"])[0].2, "010101010101:a.md");
}

#[test]
fn a_new_file_where_one_moved_away_begins_a_lineage() {
    let mut history = History::new();
    history.commit(&["A a.md"]);
    history.commit(&["R a.md b.md"]);
    history.commit(&["A a.md"]);
    assert_eq!((history.of("a.md"), history.of("b.md")), ("030303030303:a.md", "010101010101:a.md"));
    history.commit(&["M a.md", "M b.md"]);
    assert_eq!((history.of("a.md"), history.of("b.md")), ("030303030303:a.md", "010101010101:a.md"));
}

#[test]
fn a_copy_begins_a_lineage() {
    let mut history = History::new();
    history.commit(&["A a.md"]);
    history.commit(&["A copy.md"]);
    assert_eq!(history.of("copy.md"), "020202020202:copy.md");
}

#[test]
fn files_that_change_places_in_one_commit_keep_their_lineages_apart() {
    let mut history = History::new();
    history.commit(&["A a.md", "A b.md"]);
    history.commit(&["R a.md c.md", "R b.md d.md"]);
    history.commit(&["R c.md b.md", "R d.md a.md"]);
    assert_eq!((history.of("b.md"), history.of("a.md")), ("010101010101:a.md", "010101010101:b.md"));
}

#[test]
fn a_rename_undone_comes_back_to_its_lineage() {
    let mut history = History::new();
    history.commit(&["A a.md"]);
    history.commit(&["R a.md b.md"]);
    history.commit(&["R b.md a.md"]);
    assert_eq!(history.of("a.md"), "010101010101:a.md");
    assert_eq!(history.commit(&["D a.md"])[0].2, "010101010101:a.md");
    assert_eq!(history.commit(&["A a.md"])[0].2, "010101010101:a.md");
}
