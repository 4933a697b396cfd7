//! What a branch's tree has that the catalog leaves out, or that some file systems cannot hold beside another file.
//!
//! It is kept with the watermark and follows what commits change: a sync looks at the paths that came and went, never at the
//! whole tree.

use super::{Library, Problem, sync};
use crate::lint::{Diagnostic, Severity};
use crate::mirror::{BlobId, Skipped, SkippedBecause, folded};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashMap};

/// Paths of one repository that are kept in mind, the first by name.
const KEPT: usize = 500;
/// Of these, so many are shown.
const SHOWN: usize = 100;

/// What is to be told of a path.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Why {
    /// It is left out.
    Skipped(SkippedBecause),
    /// It differs from another file's path only by case or by how letters are composed. It is read all the same.
    Alike(String),
}

/// What is to be told of a branch's tip, by path.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct LeftOut {
    paths: BTreeMap<String, Why>,
    /// Whether there is more than is kept.
    more: bool,
}

impl LeftOut {
    pub(super) fn is_empty(&self) -> bool {
        self.paths.is_empty() && !self.more
    }

    /// Whether there is more than is kept, so that only a look at the whole tree tells what follows when something goes.
    pub(super) fn has_more(&self) -> bool {
        self.more
    }

    /// All that is to be told of a tree.
    pub(super) fn of(skipped: Vec<Skipped>, files: &[(String, BlobId)]) -> Self {
        let mut left_out = Self::default();
        for one in skipped {
            left_out.put(one.path, Why::Skipped(one.because));
        }
        let paths = || files.iter().map(|(path, _)| path.as_str());
        // Names in small letters are told apart everywhere; those that are not may meet one of them.
        let is_plain = |path: &&str| !path.bytes().any(|byte| byte.is_ascii_uppercase() || !byte.is_ascii());
        let mut groups: HashMap<String, Vec<&str>> = HashMap::new();
        for path in paths().filter(|path| !is_plain(path)) {
            groups.entry(folded(path)).or_default().push(path);
        }
        if !groups.is_empty() {
            for path in paths().filter(is_plain) {
                if let Some(group) = groups.get_mut(path) {
                    group.push(path);
                }
            }
        }
        for group in groups.values() {
            left_out.put_group(group);
        }
        left_out
    }

    /// Follows what a commit changed.
    pub(super) fn follow(&mut self, skipped: Vec<Skipped>, gone: &[String]) {
        for path in gone {
            if matches!(self.paths.get(path), Some(Why::Skipped(_))) {
                self.paths.remove(path);
            }
        }
        for one in skipped {
            self.put(one.path, Why::Skipped(one.because));
        }
    }

    /// Notes what files there are now whose paths differ from `path`, which came or went, by case and letters alone.
    pub(super) fn follow_alike(&mut self, path: &str, group: &[String]) {
        if matches!(self.paths.get(path), Some(Why::Alike(_))) {
            self.paths.remove(path);
        }
        let group: Vec<&str> = group.iter().map(String::as_str).collect();
        if let [alone] = group.as_slice()
            && matches!(self.paths.get(*alone), Some(Why::Alike(_)))
        {
            self.paths.remove(*alone);
        }
        self.put_group(&group);
    }

    fn put_group(&mut self, group: &[&str]) {
        for path in group {
            if let Some(other) = group.iter().filter(|other| *other != path).min() {
                self.put((*path).to_owned(), Why::Alike((*other).to_owned()));
            }
        }
    }

    fn put(&mut self, path: String, why: Why) {
        self.paths.insert(path, why);
        if self.paths.len() > KEPT {
            self.paths.pop_last();
            self.more = true;
        }
    }

    /// As problems of the repository.
    fn problems(&self, repo: &str, commit: &str) -> Vec<Problem> {
        let problem = |path: &String, diagnostic| Problem {
            repo: repo.to_owned(),
            path: path.clone(),
            id: None,
            commit: commit.to_owned(),
            diagnostic,
            updated_at: None,
            restorable: false,
        };
        let mut problems: Vec<_> =
            self.paths.iter().take(SHOWN).map(|(path, why)| problem(path, why.diagnostic())).collect();
        if let Some((path, _)) = self.paths.iter().nth(SHOWN) {
            let rest = self.paths.len() - SHOWN;
            let more = if self.more { "at least " } else { "" };
            let message = format!("from here on, {more}{rest} further paths are left out or not told apart");
            let help = "Look at the tree of the repository; what is named above is the beginning.";
            problems.push(problem(path, Diagnostic::new("left-out-more", Severity::Warning, message, help)));
        }
        problems
    }
}

impl Why {
    fn diagnostic(&self) -> Diagnostic {
        let (code, message, help) = match self {
            Self::Skipped(SkippedBecause::Symlink) => (
                "left-out-symlink",
                "it is a symbolic link; none is followed, and it is not in the catalog".to_owned(),
                "Put the file itself here, or mirror the folder that the link leads to.",
            ),
            Self::Skipped(SkippedBecause::Submodule) => (
                "left-out-submodule",
                "it is another repository (a submodule); nothing of it is in the catalog".to_owned(),
                "Mirror that repository as one of its own.",
            ),
            Self::Skipped(SkippedBecause::NotUtf8) => (
                "left-out-name-not-utf8",
                "its name is not UTF-8, so nothing can address it; it is not in the catalog".to_owned(),
                "Give it a name in UTF-8.",
            ),
            Self::Skipped(SkippedBecause::TooDeep) => (
                "left-out-too-deep",
                "it lies deeper than 128 folders, or its path has more than 4,096 bytes; it is not in the catalog"
                    .to_owned(),
                "Move it up.",
            ),
            Self::Skipped(SkippedBecause::BadName) => (
                "left-out-name-unusable",
                "no file can be checked out by such a name; it is not in the catalog".to_owned(),
                "Give it another name.",
            ),
            Self::Alike(other) => (
                "names-alike",
                format!(
                    "its path differs from {other} only by case or by how letters are composed; where file systems do not tell \
                     them apart (Windows, macOS), only one of both can be checked out"
                ),
                "Give one of both another name.",
            ),
        };
        Diagnostic::new(code, Severity::Warning, message, help)
    }
}

impl Library {
    /// What is left out of all repositories, by repository and path.
    pub(super) fn left_out(&self) -> Vec<Problem> {
        let marks = self.index.marks();
        let mut problems = Vec::new();
        for shelf in self.shelves.all().iter() {
            let name = &shelf.repository.name;
            if let Some(mark) = marks.repos.get(name).and_then(sync::Mark::read) {
                problems.extend(mark.left_out.problems(name, &mark.commit));
            }
        }
        problems
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::str::FromStr as _;

    fn files(paths: &[&str]) -> Vec<(String, BlobId)> {
        let blob = BlobId::from_str("e69de29bb2d1d6434b8b29ae775ad8c2e48c5391").unwrap();
        paths.iter().map(|path| ((*path).to_owned(), blob)).collect()
    }

    fn told(left_out: &LeftOut) -> Vec<(String, String)> {
        let problems = left_out.problems("hunts", "");
        problems.into_iter().map(|problem| (problem.path, problem.diagnostic.code)).collect()
    }

    #[test]
    fn names_that_a_file_system_may_not_tell_apart_are_told() {
        let paths = ["A/x.md", "a/x.md", "b.md", "\u{e9}.md", "e\u{301}.md", "\u{c9}.md"];
        let left_out = LeftOut::of(Vec::new(), &files(&paths));
        let alike: Vec<_> = told(&left_out).into_iter().map(|(path, _)| path).collect();
        assert_eq!(alike, ["A/x.md", "a/x.md", "e\u{301}.md", "\u{c9}.md", "\u{e9}.md"]);
        assert!(LeftOut::of(Vec::new(), &files(&["a.md", "B.md", "\u{e9}.md"])).is_empty());
    }

    #[test]
    fn what_is_told_follows_what_comes_and_goes() {
        let mut left_out = LeftOut::of(Vec::new(), &files(&["a.md"]));
        left_out.follow_alike("A.md", &["A.md".to_owned(), "a.md".to_owned()]);
        let link = Skipped { path: "l.md".to_owned(), because: SkippedBecause::Symlink };
        left_out.follow(vec![link.clone()], &[]);
        assert_eq!(left_out, LeftOut::of(vec![link], &files(&["A.md", "a.md"])));
        left_out.follow_alike("a.md", &["A.md".to_owned()]);
        left_out.follow(Vec::new(), &["l.md".to_owned()]);
        assert!(left_out.is_empty(), "{left_out:?}");
    }

    #[test]
    fn no_more_is_kept_and_shown_than_anybody_would_read() {
        let link = |number| Skipped { path: format!("{number:04}.md"), because: SkippedBecause::Symlink };
        let left_out = LeftOut::of((0..KEPT + 9).rev().map(link).collect(), &[]);
        assert_eq!((left_out.paths.len(), left_out.has_more()), (KEPT, true));
        let told = told(&left_out);
        assert_eq!(told.len(), SHOWN + 1);
        assert_eq!(told[SHOWN], ("0100.md".to_owned(), "left-out-more".to_owned()));
    }
}
