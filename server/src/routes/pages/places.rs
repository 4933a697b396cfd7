//! Where links and pictures of a procedure lead on this server.

use catalog::library::{Library, Reading};
use catalog::render::Places;
use web::links;

/// The places of one revision of a procedure.
pub struct RevisionPlaces<'a> {
    library: &'a Library,
    id: &'a str,
    repo: &'a str,
    commit: &'a str,
    past: bool,
}

impl<'a> RevisionPlaces<'a> {
    /// Those of a revision that was read.
    pub fn of(library: &'a Library, reading: &'a Reading) -> Self {
        Self {
            library,
            id: &reading.entry.id,
            repo: &reading.entry.repo,
            commit: &reading.commit,
            past: reading.past,
        }
    }
}

impl Places for RevisionPlaces<'_> {
    fn file(&self, path: &str) -> Option<String> {
        if let Ok(Some(entry)) = self.library.procedure_at(self.repo, path) {
            // Whoever reads the newest goes on to the newest; whoever looks back stays at that time.
            if !self.past {
                return Some(links::procedure(&entry.id, "", Some(self.repo)));
            }
            if self.library.has_file(self.repo, self.commit, path) {
                return Some(links::procedure_at(&entry.id, self.commit, Some(self.repo)));
            }
        }
        let there = self.library.has_file(self.repo, self.commit, path);
        there.then(|| links::repository_file(self.repo, self.commit, path))
    }

    fn image(&self, path: &str) -> Option<String> {
        let there = self.library.has_file(self.repo, self.commit, path);
        there.then(|| links::picture(self.repo, self.commit, path))
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
