//! What changed in the whole catalog: as a list, and between two moments.

use super::{Library, LibraryError, Shelf};
use crate::index::{Changed, Changes, MAX_PROCEDURES, Revision, RevisionStatus, Search};
use crate::mirror::{CommitId, Mirror};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Most revisions that a comparison of the catalog reads.
pub const MAX_COMPARED: usize = 20_000;

/// The catalog at two moments compared: one repository's part.
#[derive(Debug, Clone, Default)]
pub struct Between {
    /// The repository.
    pub repo: String,
    /// The commit of the older side; none where nothing was there yet.
    pub from: Option<String>,
    /// The commit of the newer side.
    pub to: Option<String>,
    /// What became of each procedure that was touched, by title.
    pub procedures: Vec<Became>,
    /// How many commits lie between.
    pub commits: usize,
    /// Whether there was more than can be compared, so that the oldest revisions are not in it.
    pub cut: bool,
}

/// What became of one procedure between two moments.
#[derive(Debug, Clone)]
pub struct Became {
    /// How.
    pub how: How,
    /// The newest revision between them.
    pub last: Revision,
    /// The commit of the oldest one.
    pub first_commit: String,
    /// How many there are.
    pub revisions: usize,
    /// The path at the older moment, where it is another.
    pub from_path: Option<String>,
    /// Techniques that it has and had not, as written.
    pub gained: BTreeSet<String>,
    /// Techniques that it had and has no longer.
    pub lost: BTreeSet<String>,
    /// The kinds of change that its revisions made.
    pub kinds: BTreeSet<String>,
    /// Who made them.
    pub people: BTreeSet<String>,
}

/// How a procedure changed between two moments.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum How {
    /// It was not there before.
    Added,
    /// It is there no longer.
    Deleted,
    /// It is another.
    Changed,
    /// It came and went again in between.
    CameAndWent,
}

/// A moment in a repository's history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Moment {
    /// As the branch was at that second (since 1970 UTC), by the committers' clocks.
    Time(i64),
    /// A tag of the repository, or a commit that its branch reaches, full or short.
    Named(String),
    /// As it is now.
    Now,
}

/// Where a branch was.
#[derive(Clone, Copy)]
enum At {
    /// Before its first commit.
    Nothing,
    Commit(CommitId),
}

impl At {
    fn commit(self) -> Option<CommitId> {
        match self {
            Self::Nothing => None,
            Self::Commit(id) => Some(id),
        }
    }
}

impl Library {
    /// Revisions of the whole catalog, newest first. The cursor is opaque.
    ///
    /// # Errors
    /// When the index cannot be read.
    pub fn changes(
        &self,
        changed: &Changed,
        limit: usize,
        cursor: Option<&str>,
    ) -> Result<Changes, LibraryError> {
        let mut changes = self.index.changes(changed, limit, cursor)?;
        self.address_today(&mut changes.revisions)?;
        Ok(changes)
    }

    /// Says of revisions how their procedures are addressed today.
    fn address_today(&self, revisions: &mut [Revision]) -> Result<(), LibraryError> {
        let mut known: HashMap<(String, String), Option<String>> = HashMap::new();
        for revision in revisions {
            let lineage = (revision.repo.clone(), revision.lineage.clone());
            if !known.contains_key(&lineage) {
                let today = self.index.address(&revision.repo, &revision.lineage)?;
                known.insert(lineage.clone(), today);
            }
            revision.today = known.get(&lineage).cloned().flatten();
        }
        Ok(())
    }

    /// The procedures that a search finds, the best first, as [`Changed::procedures`] takes them.
    ///
    /// # Errors
    /// When the index cannot be read; never because of what was typed.
    pub fn found(&self, search: &Search) -> Result<Vec<(String, String)>, LibraryError> {
        let mut search = Search { limit: 100, cursor: None, ..search.clone() };
        let mut found = Vec::new();
        loop {
            let page = self.search(&search)?;
            found.extend(page.hits.into_iter().map(|hit| (hit.entry.repo, hit.entry.lineage)));
            search.cursor = page.next;
            if search.cursor.is_none() || found.len() >= MAX_PROCEDURES {
                found.truncate(MAX_PROCEDURES);
                return Ok(found);
            }
        }
    }

    /// The paragraphs of a commit's message below its first line; empty where that is all, or nothing can be read.
    pub fn message_body(&self, repo: &str, commit: &str) -> String {
        let body = || {
            let mirror = self.mirror(&*self.shelf(repo)?).ok()?;
            mirror.message_body(commit.parse().ok()?).ok()
        };
        body().unwrap_or_default()
    }

    /// What the messages of revisions say below their first lines, without the trailers that name co-authors: those are told
    /// of as people. At most 4,000 characters of each; empty where that is all, or nothing can be read.
    pub fn messages(&self, revisions: &[Revision]) -> Vec<String> {
        let read = || {
            let mirror = self.mirror(&*self.shelf(&revisions.first()?.repo)?).ok()?;
            let ids: Result<Vec<CommitId>, _> =
                revisions.iter().map(|revision| revision.commit.parse()).collect();
            mirror.message_bodies(&ids.ok()?).ok()
        };
        read().unwrap_or_else(|| vec![String::new(); revisions.len()])
    }

    /// What became of a repository's procedures between two moments. None where a moment names what it does not have.
    ///
    /// # Errors
    /// When index or mirror cannot be read.
    pub fn between(&self, repo: &str, from: &Moment, to: &Moment) -> Result<Option<Between>, LibraryError> {
        let shelf = self.shelf(repo).ok_or_else(|| LibraryError::NoRepository(repo.to_owned()))?;
        let mirror = self.mirror(&shelf)?;
        let failed = LibraryError::mirror(repo);
        let (Some(from), Some(to)) = (self.at(&shelf, &mirror, from)?, self.at(&shelf, &mirror, to)?) else {
            return Ok(None);
        };
        let (from, to) = (from.commit(), to.commit());
        let mut between = Between { repo: repo.to_owned(), ..Between::default() };
        between.from = from.map(|commit| commit.to_string());
        between.to = to.map(|commit| commit.to_string());
        let Some(to) = to else { return Ok(Some(between)) };
        let mut commits = mirror.between(from, to).map_err(&failed)?;
        between.commits = commits.len();
        commits.sort_unstable();
        let mut all = Changed { repos: vec![repo.to_owned()], ..Changed::default() };
        // The index has no term for "one of thousands of commits"; what is older than the oldest of them is not read.
        all.since = mirror.oldest(&commits).map_err(&failed)?;
        let mut chains: HashMap<String, Vec<Revision>> = HashMap::new();
        let (mut cursor, mut read) = (None, 0);
        loop {
            let page = self.index.changes(&all, 500, cursor.as_deref())?;
            read += page.revisions.len();
            for revision in page.revisions {
                let within =
                    revision.commit.parse::<CommitId>().is_ok_and(|id| commits.binary_search(&id).is_ok());
                if within {
                    chains.entry(revision.lineage.clone()).or_default().push(revision);
                }
            }
            cursor = page.next;
            between.cut = cursor.is_some() && read >= MAX_COMPARED;
            if cursor.is_none() || between.cut {
                break;
            }
        }
        between.procedures = chains.into_values().filter_map(became).collect();
        for one in &mut between.procedures {
            self.address_today(std::slice::from_mut(&mut one.last))?;
        }
        between.procedures.sort_by(|one, other| {
            (&one.last.title, &one.last.path).cmp(&(&other.last.title, &other.last.path))
        });
        Ok(Some(between))
    }

    /// The commit that a moment means. None where it names what there is not.
    fn at(&self, shelf: &Shelf, mirror: &Mirror, moment: &Moment) -> Result<Option<At>, LibraryError> {
        let repo = &shelf.repository.name;
        let failed = LibraryError::mirror(repo);
        // The index may lag behind the mirror while a sync goes on.
        let tip = self.tip(repo).and_then(|tip| tip.parse().ok());
        let or_nothing = |commit: Option<CommitId>| Some(commit.map_or(At::Nothing, At::Commit));
        match moment {
            Moment::Now => Ok(or_nothing(tip)),
            Moment::Time(time) => match tip {
                Some(tip) => Ok(or_nothing(mirror.newest_before(tip, *time).map_err(failed)?)),
                None => Ok(Some(At::Nothing)),
            },
            Moment::Named(name) => {
                if let Some(tagged) = mirror.tag(name).map_err(&failed)? {
                    return Ok(Some(At::Commit(tagged)));
                }
                match mirror.resolve(name) {
                    Ok(found) => Ok(found.map(At::Commit)),
                    Err(crate::mirror::MirrorError::NotACommitId(_)) => Ok(None),
                    Err(error) => Err(failed(error)),
                }
            }
        }
    }

    /// The tags of every repository, newest first, at most 100 of each.
    ///
    /// # Errors
    /// When a mirror cannot be read.
    pub fn tags(&self) -> Result<BTreeMap<String, Vec<String>>, LibraryError> {
        let mut tags = BTreeMap::new();
        for state in self.repositories() {
            let name = state.repository.name;
            let Some(mirror) = self.shelf(&name).and_then(|shelf| self.mirror(&shelf).ok()) else { continue };
            let mut own = mirror.tags().map_err(LibraryError::mirror(&name))?;
            own.truncate(100);
            tags.insert(name, own);
        }
        Ok(tags)
    }
}

/// What became of a file, from its revisions, newest first.
fn became(mut revisions: Vec<Revision>) -> Option<Became> {
    revisions.sort_by_key(|revision| std::cmp::Reverse(revision.order));
    let first = revisions.last()?;
    let born = first.status == RevisionStatus::Added;
    let first_commit = first.commit.clone();
    let from = first.previous_path.clone().unwrap_or_else(|| first.path.clone());
    let (mut gained, mut lost) = (BTreeSet::new(), BTreeSet::new());
    for revision in revisions.iter().rev() {
        for id in &revision.gained {
            if !lost.remove(id) {
                gained.insert(id.clone());
            }
        }
        for id in &revision.lost {
            if !gained.remove(id) {
                lost.insert(id.clone());
            }
        }
    }
    let kinds = revisions.iter().flat_map(|one| &one.changes).map(|change| change.kind.clone()).collect();
    let people = revisions.iter().map(|one| one.author_name.clone()).collect();
    let count = revisions.len();
    let last = revisions.into_iter().next()?;
    let how = match (born, last.status == RevisionStatus::Deleted) {
        (true, true) => How::CameAndWent,
        (true, false) => How::Added,
        (false, true) => How::Deleted,
        (false, false) => How::Changed,
    };
    let from_path = (!born && from != last.path).then_some(from);
    Some(Became { how, last, first_commit, revisions: count, from_path, gained, lost, kinds, people })
}
