//! Where links and pictures of a procedure lead on this server.

use catalog::library::{Library, Reading};
use catalog::render::Places;
use std::cell::RefCell;
use std::collections::HashMap;
use web::links;

/// So many different files are looked up for one notebook; links to more stay words. A page of a hundred thousand links is
/// an attack, and each lookup reads the index and the trees of a commit.
const MAX_FILES: usize = 1_000;

/// The places of one revision of a procedure.
pub(super) struct RevisionPlaces<'a> {
    library: &'a Library,
    id: &'a str,
    repo: &'a str,
    commit: &'a str,
    past: bool,
    /// What was found for a path, as the file's page and as its picture.
    files: RefCell<HashMap<String, Option<String>>>,
    pictures: RefCell<HashMap<String, Option<String>>>,
}

impl<'a> RevisionPlaces<'a> {
    /// Those of a revision that was read.
    pub(super) fn of(library: &'a Library, reading: &'a Reading) -> Self {
        Self {
            library,
            id: &reading.entry.id,
            repo: &reading.entry.repo,
            commit: &reading.commit,
            past: reading.past,
            files: RefCell::default(),
            pictures: RefCell::default(),
        }
    }
}

impl RevisionPlaces<'_> {
    /// The address of a file's page.
    fn find(&self, path: &str) -> Option<String> {
        if let Ok(Some(entry)) = self.library.procedure_at(self.repo, path) {
            // Whoever reads the newest goes on to the newest; whoever looks back stays at that time.
            if !self.past {
                return Some(links::procedure(&entry.id, "", Some(self.repo)));
            }
            if self.has(path) {
                return Some(links::procedure_at(&entry.id, self.commit, Some(self.repo)));
            }
        }
        self.has(path).then(|| links::repository_file(self.repo, self.commit, path))
    }

    fn has(&self, path: &str) -> bool {
        self.library.has_file(self.repo, self.commit, path)
    }
}

/// What is known of a path, or what `find` says as long as not too much was asked.
fn once(
    known: &RefCell<HashMap<String, Option<String>>>,
    path: &str,
    find: impl FnOnce() -> Option<String>,
) -> Option<String> {
    let mut known = known.borrow_mut();
    if let Some(found) = known.get(path) {
        return found.clone();
    }
    if known.len() >= MAX_FILES {
        return None;
    }
    known.entry(path.to_owned()).or_insert_with(find).clone()
}

impl Places for RevisionPlaces<'_> {
    fn file(&self, path: &str) -> Option<String> {
        once(&self.files, path, || self.find(path))
    }

    fn image(&self, path: &str) -> Option<String> {
        once(&self.pictures, path, || self.has(path).then(|| links::picture(self.repo, self.commit, path)))
    }

    fn output(&self, cell: usize, output: usize) -> Option<String> {
        Some(links::procedure(
            self.id,
            &format!("at/{}/outputs/{cell}/{output}", self.commit),
            Some(self.repo),
        ))
    }

    fn attachment(&self, cell: usize, name: &str) -> Option<String> {
        let rest = format!("at/{}/attachments/{cell}/{}", self.commit, links::encode(name));
        Some(links::procedure(self.id, &rest, Some(self.repo)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_looked_up_once_and_no_more_paths_than_the_bound() {
        let known = RefCell::default();
        let mut asked = 0;
        for at in 0..MAX_FILES * 2 {
            for _ in 0..2 {
                let found = once(&known, &at.to_string(), || {
                    asked += 1;
                    Some("/there".to_owned())
                });
                assert_eq!(found.is_some(), at < MAX_FILES, "{at}");
            }
        }
        assert_eq!(asked, MAX_FILES);
    }
}
