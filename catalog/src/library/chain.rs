//! One file's chain of revisions, as far as a pass touches it.

use super::examine::{Examined, Source};
use super::pass::Commit;
use crate::diff::Change;
use crate::index::{Entry, Revision, RevisionStatus};
use crate::mirror::{BlobId, FileStatus, Signature, Step};
use crate::procedure::Procedure;
use std::collections::{BTreeSet, HashMap, HashSet};
use std::ops::Range;

/// Most techniques of one text that its history tells of.
const MAX_TECHNIQUES: usize = 200;
/// Most people and, the newest, commits by which a file is found.
const MAX_PEOPLE: usize = 100;
const MAX_COMMITS: usize = 500;

/// What a text says of its procedure, as far as revisions tell it.
#[derive(Default)]
struct Said {
    techniques: Vec<String>,
    id: Option<String>,
    title: String,
}

impl Said {
    fn of(examined: &Examined) -> Self {
        let Examined { procedure, .. } = examined;
        if !examined.is_candidate() {
            return Self::default();
        }
        let mapped = procedure.techniques.iter().take(MAX_TECHNIQUES);
        Self {
            techniques: mapped.map(|mapping| mapping.id.clone()).collect(),
            id: procedure.id.clone(),
            title: procedure.title.clone(),
        }
    }
}

/// One file's chain of revisions, as far as a pass touches it.
pub(super) struct Chain {
    pub(super) lineage: String,
    /// Its entry before the pass.
    pub(super) entry: Option<Entry>,
    /// Its new revisions, oldest first.
    pub(super) revisions: Vec<Touched>,
    /// Of one that is on record without an entry (it was deleted, or is plain markdown now): its revisions, oldest first.
    pub(super) recorded: Vec<Revision>,
    /// Its path and text at the tip, unless it is gone.
    pub(super) tip: Option<(String, Source)>,
    /// For an ipynb file: the notebook in markdown of the same name beside it, which counts in its place.
    pub(super) paired_with: Option<String>,
    /// Whether some revision of it was a notebook.
    pub(super) candidate: bool,
    /// Whether some revision of it had `hunting` metadata.
    pub(super) ever_catalogued: bool,
    /// Whether some revision of it lost its metadata or its tags.
    pub(super) metadata_ever_lost: bool,
    /// The kinds of change in its history.
    pub(super) change_kinds: BTreeSet<String>,
    /// Ids that it gave up, each once, the last given up last; it may have taken one up again.
    pub(super) former_ids: Vec<String>,
    /// Who changed it: names and addresses.
    pub(super) people: Vec<(String, String)>,
    /// The commits that did, oldest first.
    pub(super) commits: Vec<String>,
    /// What its texts say at their paths, as far as they were read.
    said: HashMap<(Source, String), Said>,
}

/// A revision in the making.
pub(super) struct Touched {
    pub(super) revision: Revision,
    pub(super) before: Option<Source>,
    pub(super) after: Option<Source>,
}

impl Touched {
    /// The text before it, with the path that it had.
    pub(super) fn text_before(&self) -> Option<(Source, String)> {
        let path = self.revision.previous_path.as_ref().unwrap_or(&self.revision.path);
        self.before.map(|source| (source, path.clone()))
    }

    /// The text that it left, with its path.
    pub(super) fn text_after(&self) -> Option<(Source, String)> {
        self.after.map(|source| (source, self.revision.path.clone()))
    }

    /// Its texts, the one before first.
    pub(super) fn texts(&self) -> Vec<(Source, String)> {
        self.text_before().into_iter().chain(self.text_after()).collect()
    }
}

impl Chain {
    pub(super) fn new(lineage: &str) -> Self {
        Self {
            lineage: lineage.to_owned(),
            entry: None,
            revisions: Vec::new(),
            recorded: Vec::new(),
            tip: None,
            paired_with: None,
            candidate: false,
            ever_catalogued: false,
            metadata_ever_lost: false,
            change_kinds: BTreeSet::new(),
            former_ids: Vec::new(),
            people: Vec::new(),
            commits: Vec::new(),
            said: HashMap::new(),
        }
    }

    /// Takes over what an entry knows of the past.
    pub(super) fn continue_from(&mut self, entry: Entry) {
        self.candidate = true;
        self.ever_catalogued = entry.ever_catalogued;
        self.metadata_ever_lost = entry.metadata_ever_lost;
        self.former_ids.clone_from(&entry.former_ids);
        self.change_kinds.clone_from(&entry.change_kinds);
        self.people.clone_from(&entry.people);
        self.commits.clone_from(&entry.commits);
        self.entry = Some(entry);
    }

    /// Takes over the next revision that is on record of a chain without an entry, oldest first.
    pub(super) fn recall(&mut self, revision: Revision) {
        self.candidate = true;
        self.learn_revision(&revision);
        self.recorded.push(revision);
    }

    /// Takes up a revision that it has.
    pub(super) fn keep(&mut self, touched: Touched) {
        self.learn_revision(&touched.revision);
        self.revisions.push(touched);
    }

    /// Learns what a revision says of the chain's past. Whether it is told now or was told in a sync before, the chain
    /// knows the same after it.
    fn learn_revision(&mut self, revision: &Revision) {
        for change in &revision.changes {
            self.metadata_ever_lost |= matches!(change.kind.as_str(), "metadata-lost" | "tags-lost");
            if !self.change_kinds.contains(&change.kind) {
                self.change_kinds.insert(change.kind.clone());
            }
            if let Some(given_up) = change.before.as_ref().filter(|_| change.kind == "id-changed") {
                self.former_ids.retain(|id| id != given_up);
                self.former_ids.push(given_up.clone());
            }
        }
        self.learn_people(revision);
        self.commits.push(revision.commit.clone());
        let surplus = self.commits.len().saturating_sub(MAX_COMMITS);
        self.commits.drain(..surplus);
    }

    /// Notes who made one of its revisions.
    fn learn_people(&mut self, revision: &Revision) {
        for (name, email) in revision.people() {
            let known = |(own_name, own_email): &(String, String)| own_name == name && own_email == email;
            if self.people.len() < MAX_PEOPLE && !self.people.iter().any(known) {
                self.people.push((name.to_owned(), email.to_owned()));
            }
        }
    }

    /// Notes what one of its texts says.
    pub(super) fn learn(&mut self, source: Source, path: &str, examined: &Examined) {
        let said = Said::of(examined);
        if self.was_only_born() {
            // Most files of a first pass: nothing to be compared is to be kept.
            let revision = &mut self.revisions[0].revision;
            revision.gained = said.techniques;
            revision.id = said.id;
            revision.title = said.title;
        } else {
            self.said.insert((source, path.to_owned()), said);
        }
    }

    /// Whether all that is new of it is that it was added, and it is still there.
    fn was_only_born(&self) -> bool {
        self.tip.is_some() && matches!(self.revisions.as_slice(), [only] if only.before.is_none())
    }

    /// The texts of its new revisions, with their paths, of which it is not known what they say.
    pub(super) fn unread(&self) -> Vec<(Source, String)> {
        let mut unread: Vec<(Source, String)> = Vec::new();
        if self.was_only_born() {
            return unread;
        }
        let mut seen = HashSet::new();
        for touched in &self.revisions {
            // Of a mere move, what it said where it was is told already.
            let moved = touched.before == touched.after;
            let texts: Vec<_> =
                if moved { touched.text_after().into_iter().collect() } else { touched.texts() };
            for text in texts {
                if !self.said.contains_key(&text) && seen.insert(text.clone()) {
                    unread.push(text);
                }
            }
        }
        unread
    }

    /// Says of each new revision what its text says (what it said, where that went), and which techniques it gained and
    /// lost.
    pub(super) fn tell(&mut self) {
        if self.was_only_born() {
            return;
        }
        let Self { revisions, said, .. } = self;
        for touched in revisions {
            let (before, after) = (touched.text_before(), touched.text_after());
            let of = |text: &Option<(Source, String)>| said.get(text.as_ref()?);
            if let Some(said) = of(&after).or_else(|| if after.is_none() { of(&before) } else { None }) {
                touched.revision.id.clone_from(&said.id);
                touched.revision.title.clone_from(&said.title);
                touched.revision.hunts.clone_from(&said.techniques);
            }
            if touched.before == touched.after {
                continue;
            }
            let mapped = |text| of(text).map(|said| &said.techniques);
            let (had, has) = (mapped(&before), mapped(&after));
            let but = |one: Option<&Vec<String>>, other: Option<&Vec<String>>| -> Vec<String> {
                let there = |id: &&String| other.is_none_or(|other| !other.contains(id));
                one.into_iter().flatten().filter(there).cloned().collect()
            };
            touched.revision.gained = but(has, had);
            touched.revision.lost = but(had, has);
        }
    }

    /// Learns from one of its revisions.
    pub(super) fn saw(&mut self, examined: &Examined) {
        self.candidate |= examined.is_candidate();
        self.ever_catalogued |= examined.is_catalogued();
    }

    /// Whether the index has revisions of it.
    pub(super) fn is_on_record(&self) -> bool {
        self.entry.is_some() || !self.recorded.is_empty()
    }

    /// Whether its first revision ever is among the new ones.
    pub(super) fn is_new(&self) -> bool {
        let first = self.revisions.first().map(|touched| touched.revision.status);
        !self.is_on_record() && first == Some(RevisionStatus::Added)
    }

    /// Whether it is a notebook that should be on record, was there before its first new revision, and is on no record.
    pub(super) fn began_unseen(&self) -> bool {
        let first = self.revisions.first().map(|touched| touched.revision.status);
        self.candidate
            && self.paired_with.is_none()
            && !self.is_on_record()
            && first.is_some_and(|status| status != RevisionStatus::Added)
    }

    /// The new revisions between one coming and the next, as positions.
    pub(super) fn lives(&self) -> Vec<Range<usize>> {
        let comes = |at: &usize| self.revisions[*at].revision.status == RevisionStatus::Added;
        let starts = std::iter::once(0).chain((1..self.revisions.len()).filter(comes));
        let ends = (1..self.revisions.len()).filter(comes).chain([self.revisions.len()]);
        starts.zip(ends).map(|(start, end)| start..end).collect()
    }

    /// Forgets the new revisions before one, which becomes its first and names it.
    pub(super) fn begin_with(&mut self, first: usize) {
        self.revisions.drain(..first);
        let Some(Touched { revision, .. }) = self.revisions.first() else { return };
        let lineage = format!("{}:{}", revision.commit.get(..12).unwrap_or_default(), revision.path);
        self.take_name(lineage);
    }

    fn take_name(&mut self, lineage: String) {
        for touched in &mut self.revisions {
            touched.revision.lineage.clone_from(&lineage);
        }
        self.lineage = lineage;
    }

    /// The `order` of its first revision.
    pub(super) fn born(&self) -> u64 {
        match &self.entry {
            Some(entry) => entry.born,
            None => self.first_revision().map_or(u64::MAX, |revision| revision.order),
        }
    }

    /// The oldest revision that is known of it.
    fn first_revision(&self) -> Option<&Revision> {
        self.recorded.first().or_else(|| self.revisions.first().map(|touched| &touched.revision))
    }

    pub(super) fn tip_path(&self) -> &str {
        self.tip.as_ref().map_or("", |(path, _)| path.as_str())
    }

    /// Every path that it may stand at, the newest first.
    pub(super) fn paths(&self) -> Vec<String> {
        let mut paths: Vec<String> = Vec::new();
        let new = self.revisions.iter().rev().map(|touched| &touched.revision.path);
        for path in new.chain(self.entry.iter().map(|entry| &entry.path)) {
            if !paths.contains(path) {
                paths.push(path.clone());
            }
        }
        paths
    }

    /// Every path that its new revisions name, those that it was taken from too.
    pub(super) fn named_paths(&self) -> Vec<String> {
        let names = |touched: &Touched| {
            std::iter::once(touched.revision.path.clone()).chain(touched.revision.previous_path.clone())
        };
        self.revisions.iter().flat_map(names).collect()
    }

    /// Makes a chain of its own of a second path at which this one stands: of what was done there since the file moved on
    /// from there, else of all that was done there.
    pub(super) fn split_off(&mut self, tip: (String, Source)) -> Option<Self> {
        let left = |touched: &Touched| touched.revision.previous_path.as_ref() == Some(&tip.0);
        let left = self.revisions.iter().rposition(left).unwrap_or(0);
        let here = |touched: &Touched| touched.revision.path == tip.0;
        let since = if self.revisions[left..].iter().any(here) { left } else { 0 };
        let (mut own, mut rest) = (Vec::new(), Vec::new());
        for (at, touched) in std::mem::take(&mut self.revisions).into_iter().enumerate() {
            if at >= since && here(&touched) { own.push(touched) } else { rest.push(touched) }
        }
        self.revisions = rest;
        let mut chain = Self::new("");
        chain.revisions = own;
        chain.take_name(format!("{}+{}", self.lineage, tip.0));
        chain.tip = Some(tip);
        chain.candidate = self.candidate;
        chain.ever_catalogued = self.ever_catalogued;
        (!chain.revisions.is_empty()).then_some(chain)
    }

    /// The newest revision that left this text at this path; else the newest one at all, where all of them are known.
    pub(super) fn newest_of(&self, path: &str, text: Source) -> Option<&Touched> {
        let left = |touched: &&Touched| {
            touched.revision.path == path && touched.after.is_some_and(|after| after.blob == text.blob)
        };
        let newest = || self.revisions.iter().rev().find(|touched| touched.after.is_some());
        let exact = self.revisions.iter().rev().find(left);
        exact.or_else(|| if self.is_on_record() { None } else { newest() })
    }

    /// Whether what stands at the tip is what its newest revision left: a merge can leave a file as it was before that.
    pub(super) fn is_straight(&self) -> bool {
        let Some((path, text)) = &self.tip else { return true };
        self.revisions.last().is_none_or(|touched| {
            touched.revision.path == *path && touched.after.is_some_and(|after| after.blob == text.blob)
        })
    }

    /// Who is to be named as authors: those that the metadata names, else the first committer.
    pub(super) fn authors(&self, procedure: &Procedure) -> Vec<String> {
        if !procedure.authors.is_empty() {
            return procedure.authors.clone();
        }
        self.people.first().map(|(name, _)| name.clone()).into_iter().collect()
    }

    /// Adds what a commit did to the file.
    pub(super) fn touch(&mut self, repo: &str, commit: &Commit, step: &Step, order: u64) {
        let time = |signature: &Signature| (signature.when_seconds, signature.offset_minutes);
        let Commit { changes: commit, sidecars, .. } = commit;
        let file = &commit.changes[step.change];
        let previous = step.previous.map(|previous| &commit.changes[previous]);
        let path = file.path.as_str();
        let changes = match step.status {
            FileStatus::Added => vec![change("added", None, Some(path), "Added".to_owned())],
            FileStatus::Deleted => vec![change("deleted", Some(path), None, "Deleted".to_owned())],
            FileStatus::Renamed => {
                let before = previous.map_or("", |previous| previous.path.as_str());
                vec![change("renamed", Some(before), Some(path), format!("Renamed from {before}"))]
            }
            FileStatus::Modified => Vec::new(),
        };
        let info = &commit.commit;
        let before = step.previous.unwrap_or(step.change);
        let revision = Revision {
            repo: repo.to_owned(),
            commit: info.id.to_string(),
            path: path.to_owned(),
            previous_path: previous.map(|previous| previous.path.clone()),
            lineage: self.lineage.clone(),
            order,
            author_name: info.author.name.clone(),
            author_email: info.author.email.clone(),
            authored_at: time(&info.author),
            committed_at: time(&info.committer),
            subject: info.subject.clone(),
            status: step.status.into(),
            changes,
            blob: file.after.map(|blob| blob.to_string()),
            before: commit.changes[before].before.map(|blob| blob.to_string()),
            merge: info.parents.len() > 1,
            co_authors: info.co_authors.iter().map(|one| (one.name.clone(), one.email.clone())).collect(),
            id: None,
            title: String::new(),
            gained: Vec::new(),
            lost: Vec::new(),
            hunts: Vec::new(),
            today: None,
        };
        let source = |blob: Option<BlobId>, sidecar| blob.map(|blob| Source { blob, sidecar });
        self.revisions.push(Touched {
            revision,
            before: source(commit.changes[before].before, sidecars[before].before),
            after: source(file.after, sidecars[step.change].after),
        });
    }
}

impl From<FileStatus> for RevisionStatus {
    fn from(status: FileStatus) -> Self {
        match status {
            FileStatus::Added => Self::Added,
            FileStatus::Modified => Self::Modified,
            FileStatus::Renamed => Self::Renamed,
            FileStatus::Deleted => Self::Deleted,
        }
    }
}

impl From<RevisionStatus> for FileStatus {
    fn from(status: RevisionStatus) -> Self {
        match status {
            RevisionStatus::Added => Self::Added,
            RevisionStatus::Modified => Self::Modified,
            RevisionStatus::Renamed => Self::Renamed,
            RevisionStatus::Deleted => Self::Deleted,
        }
    }
}

fn change(kind: &str, before: Option<&str>, after: Option<&str>, text: String) -> Change {
    Change {
        kind: kind.to_owned(),
        cell: None,
        key: None,
        before: before.map(str::to_owned),
        after: after.map(str::to_owned),
        text,
    }
}
