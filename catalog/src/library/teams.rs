//! What the teams keep in their repositories for Huntshelf, as the commits left it that the index stands for.
//!
//! It is read from the mirror at that commit, after each sync and once after a start, and kept in memory: nothing has to be
//! written down, and it cannot belong to another commit than the index does.

use super::{Library, LibraryError, Problem, Shelf, lock, sync};
use crate::attack::{Release, Releases};
use crate::index::IndexError;
use crate::lint::{Diagnostic, Severity};
use crate::mirror::{BlobId, CommitId, Content, Mirror, Named};
use crate::team::{COLLECTIONS, Lexicon, MAX_COLLECTIONS, MAX_FILE, MISSING_CODE, TEAM_FILE, Team, Wrong};
use std::str::FromStr;
use std::sync::{Arc, Mutex};

/// What all teams say.
#[derive(Default)]
pub(super) struct Teams {
    known: Mutex<Vec<Known>>,
    /// The lexicons made of it, each when it was first asked for.
    lexicons: Mutex<Vec<(&'static Release, Arc<Lexicon>)>>,
}

/// What one repository says.
struct Known {
    repo: String,
    commit: Option<CommitId>,
    at: TeamAt,
}

/// What a team says at a commit.
#[derive(Clone, Default)]
pub(super) struct TeamAt {
    pub(super) team: Arc<Team>,
    /// The files called [`TEAM_FILE`].
    files: Arc<Named>,
}

impl Library {
    /// What a search understands words by, in the shown release.
    pub fn lexicon(&self) -> Arc<Lexicon> {
        self.lexicon_of(self.release)
    }

    /// The same in another release.
    pub fn lexicon_of(&self, release: &'static Release) -> Arc<Lexicon> {
        let mut lexicons = lock(&self.teams.lexicons);
        if let Some((_, lexicon)) = lexicons.iter().find(|(own, _)| std::ptr::eq(*own, release)) {
            return Arc::clone(lexicon);
        }
        let known = lock(&self.teams.known);
        // By the configured order.
        let teams: Vec<(String, Arc<Team>)> = self
            .shelves
            .all()
            .iter()
            .filter_map(|shelf| known.iter().find(|known| known.repo == shelf.repository.name))
            .map(|known| (known.repo.clone(), Arc::clone(&known.at.team)))
            .collect();
        drop(known);
        let lexicon = Arc::new(Lexicon::of_teams(release, &teams));
        lexicons.push((release, Arc::clone(&lexicon)));
        lexicon
    }

    /// What one repository's team says.
    pub fn team(&self, repo: &str) -> Option<Arc<Team>> {
        let known = lock(&self.teams.known);
        known.iter().find(|known| known.repo == repo).map(|known| Arc::clone(&known.at.team))
    }

    /// Reads what is known at the commits that the index stands for. A mirror that cannot be read says nothing; the next
    /// sync tells why.
    pub(super) fn recall_teams(&self) {
        let marks = self.index.marks();
        for shelf in self.shelves.all().iter() {
            let mark = marks.repos.get(&shelf.repository.name).and_then(sync::Mark::read);
            let commit = mark.and_then(|mark| CommitId::from_str(&mark.commit).ok());
            if commit.is_none() {
                continue;
            }
            let recall = || {
                let mirror = self.mirror(shelf)?;
                let team = self.team_at(shelf, &mirror, commit)?;
                self.take_team(&shelf.repository.name, commit, team)
            };
            drop(recall());
        }
    }

    /// What a repository's team says at a commit, from memory where it is known.
    pub(super) fn team_at(
        &self,
        shelf: &Shelf,
        mirror: &Mirror,
        commit: Option<CommitId>,
    ) -> Result<TeamAt, LibraryError> {
        let name = &shelf.repository.name;
        let known = lock(&self.teams.known);
        let last = known.iter().find(|known| known.repo == *name);
        let last = last.map(|known| (known.commit, known.at.clone()));
        drop(known);
        let Some(commit) = commit else { return Ok(TeamAt::default()) };
        let (last_commit, last_files) = match last {
            Some((Some(last), at)) if last == commit => return Ok(at),
            Some((last, at)) => (last, at.files),
            None => (None, Arc::default()),
        };
        let known = last_commit.map(|commit| (commit, &*last_files));
        // The commit that was known last may be gone: history was rewritten.
        let files = mirror.named(TEAM_FILE, commit, known).or_else(|_| mirror.named(TEAM_FILE, commit, None));
        let files = files.map_err(LibraryError::mirror(name))?;
        let team = read(mirror, commit, &files, &self.releases).map_err(LibraryError::mirror(name))?;
        Ok(TeamAt { team: Arc::new(team), files: Arc::new(files) })
    }

    /// Makes what a team says hold, once the index stands for the same commit.
    pub(super) fn take_team(
        &self,
        repo: &str,
        commit: Option<CommitId>,
        at: TeamAt,
    ) -> Result<(), LibraryError> {
        let is_known = |known: &Known| known.repo == repo && Arc::ptr_eq(&known.at.team, &at.team);
        if lock(&self.teams.known).iter().any(is_known) {
            return Ok(());
        }
        let TeamAt { team, files } = at;
        let mut team = Arc::unwrap_or_clone(team);
        self.find_members(repo, &mut team)?;
        // In this order, as whoever makes a lexicon takes them.
        let mut lexicons = lock(&self.teams.lexicons);
        let mut known = lock(&self.teams.known);
        known.retain(|known| known.repo != repo);
        known.push(Known { repo: repo.to_owned(), commit, at: TeamAt { team: Arc::new(team), files } });
        lexicons.clear();
        Ok(())
    }

    /// What a team says holds no more: its repository was taken out.
    pub(super) fn forget_team(&self, repo: &str) {
        let mut lexicons = lock(&self.teams.lexicons);
        lock(&self.teams.known).retain(|known| known.repo != repo);
        lexicons.clear();
    }

    /// The order of the repositories, or which there are, has changed.
    pub(super) fn forget_lexicons(&self) {
        lock(&self.teams.lexicons).clear();
    }

    /// Looks for the procedures that collections name.
    fn find_members(&self, repo: &str, team: &mut Team) -> Result<(), IndexError> {
        for collection in &mut team.collections {
            for member in &mut collection.members {
                member.id = self.index.id_today(repo, &member.written)?;
                if member.id.is_none() {
                    let message = format!("there is no procedure {:?} in this repository", member.written);
                    let help = "check the id, or take the line away";
                    let diagnostic = Diagnostic::new(MISSING_CODE, Severity::Warning, message, help);
                    team.problems.push(Wrong {
                        path: collection.path.clone(),
                        diagnostic: diagnostic.at(member.line, 0),
                    });
                }
            }
            // Two lines may name one procedure, by an id that it has and one that it had.
            let mut seen = std::collections::HashSet::new();
            collection.members.retain(|member| member.id.is_none() || seen.insert(member.id.clone()));
        }
        Ok(())
    }

    /// What is wrong with the files of all teams, by repository and path.
    pub(super) fn team_problems(&self) -> Vec<Problem> {
        let known = lock(&self.teams.known);
        let mut problems: Vec<Problem> = known
            .iter()
            .flat_map(|known| {
                known.at.team.problems.iter().map(|wrong| Problem {
                    updated_at: None,
                    restorable: false,
                    repo: known.repo.clone(),
                    path: wrong.path.clone(),
                    id: None,
                    commit: known.commit.map(|commit| commit.to_string()).unwrap_or_default(),
                    diagnostic: wrong.diagnostic.clone(),
                })
            })
            .collect();
        problems.sort_by(|a, b| {
            (&a.repo, &a.path, a.diagnostic.line).cmp(&(&b.repo, &b.path, b.diagnostic.line))
        });
        problems
    }
}

/// Reads the files of a commit. Symbolic links are none.
fn read(
    mirror: &Mirror,
    commit: CommitId,
    files: &Named,
    releases: &Releases,
) -> Result<Team, crate::mirror::MirrorError> {
    let mut team = Team::default();
    let mut asked = Vec::new();
    for (path, blob) in files {
        let Some(bytes) = bytes(mirror, &mut team, path, *blob)? else { continue };
        if path == TEAM_FILE {
            team.read_file(&bytes, releases);
        }
        asked.push((path, String::from_utf8_lossy(&bytes).into_owned()));
    }
    team.ask(asked);
    let mut files = mirror.folder_at(commit, COLLECTIONS)?;
    files.retain(|(path, _)| path.strip_suffix(".toml").is_some());
    files.sort();
    if files.len() > MAX_COLLECTIONS {
        team.cannot_read(
            COLLECTIONS,
            format!("there are {} collections; the first {MAX_COLLECTIONS} by name are read", files.len()),
            "keep those that are used",
        );
    }
    for (path, blob) in files.into_iter().take(MAX_COLLECTIONS) {
        if let Some(bytes) = bytes(mirror, &mut team, &path, blob)? {
            team.read_collection(&path, &bytes);
        }
    }
    Ok(team)
}

/// A file's bytes; none, and a problem, where it is too large or damaged.
fn bytes(
    mirror: &Mirror,
    team: &mut Team,
    path: &str,
    blob: BlobId,
) -> Result<Option<Vec<u8>>, crate::mirror::MirrorError> {
    match mirror.blob(blob, MAX_FILE)? {
        Content::Bytes(bytes) => return Ok(Some(bytes)),
        Content::TooLarge(size) => team.cannot_read(
            path,
            format!("the file has {size} bytes; at most {MAX_FILE} are read, and nothing of it is used"),
            "keep the file smaller",
        ),
        Content::Missing => team.cannot_read(
            path,
            "the file's content is missing from the mirror or damaged there",
            "check the repository with `git fsck`; delete the mirror's folder to have it cloned anew",
        ),
    }
    Ok(None)
}
