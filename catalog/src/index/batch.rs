//! Writing: one repository at a time, all of it or nothing.

use super::document::Material;
use super::queue::{Content, Queue, Queued};
use super::schema::{Handle, VERSION, fact};
use super::shelf::{Index, Marks, lock};
use super::{Entry, IndexError, Revision, Text, document};
use crate::attack::Release;
use std::collections::HashSet;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;
use tantivy::indexer::{IndexWriterOptions, LogMergePolicy};
use tantivy::schema::Field;
use tantivy::{IndexWriter, TantivyError, Term};

/// How much is to be written: decides threads and memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Load {
    /// A few files, beside searches: one thread.
    Few,
    /// A whole repository, with nothing to serve meanwhile: two threads.
    Many,
}

impl Load {
    fn options(self) -> IndexWriterOptions {
        let (threads, memory) = match self {
            Load::Few => (1, 24 << 20),
            Load::Many => (2, 48 << 20),
        };
        IndexWriterOptions::builder()
            .num_worker_threads(threads)
            .memory_budget_per_thread(memory)
            .num_merge_threads(1)
            .build()
    }
}

/// The writer, kept between batches of one load.
pub(super) struct Writer {
    load: Load,
    tantivy: IndexWriter<Queued>,
    queue: Arc<Queue>,
}

/// What is written to one repository, and becomes visible with [`commit`](Self::commit) or not at all: a batch that is
/// dropped leaves no trace.
///
/// Documents may be put from several threads.
pub struct Batch<'a> {
    index: &'a Index,
    release: &'a Release,
    repo: String,
    writer: MutexGuard<'a, Option<Writer>>,
    state: Mutex<State>,
    committed: bool,
}

/// What must be deleted before it is added.
struct State {
    /// Whether the index has procedures of the repository.
    procedures: bool,
    /// Whether it has revisions.
    revisions: bool,
    /// What this batch put.
    put: HashSet<[u8; 12]>,
}

/// How long a lock that somebody holds is waited for, and how often it is looked at.
const LOCK_WAIT: (u32, Duration) = (40, Duration::from_millis(25));

impl Index {
    /// The writer of the index folder, whose lock one process holds. A child process that is just being started holds
    /// what its parent held until it is its own program: that passes within milliseconds, so the lock is asked for
    /// again before another process is said to have it.
    fn take_lock(&self, load: Load) -> tantivy::Result<IndexWriter<Queued>> {
        let (tries, pause) = LOCK_WAIT;
        for _ in 1..tries {
            match self.tantivy.writer_with_options(load.options()) {
                Err(TantivyError::LockFailure(..)) => std::thread::sleep(pause),
                other => return other,
            }
        }
        self.tantivy.writer_with_options(load.options())
    }

    /// Begins to write to a repository. Waits while another batch is open.
    ///
    /// # Errors
    /// When another process writes to the index, or the folder cannot be written.
    pub fn writer<'a>(
        &'a self,
        repo: &str,
        release: &'a Release,
        load: Load,
    ) -> Result<Batch<'a>, IndexError> {
        let mut writer = lock(&self.writer);
        if writer.as_ref().is_none_or(|writer| writer.load != load) {
            // The lock on the folder is the writer's: the old one goes first.
            *writer = None;
            let tantivy = self.take_lock(load)?;
            // What a process left that was killed while it committed: files of the same names would be written again.
            tantivy.garbage_collect_files().wait()?;
            pass_over_one(&tantivy, self.fields.handle);
            let mut merges = LogMergePolicy::default();
            merges.set_del_docs_ratio_before_merge(0.2);
            tantivy.set_merge_policy(Box::new(merges));
            *writer = Some(Writer { load, tantivy, queue: Arc::default() });
        }
        let current = self.current();
        let has = |field: Field| {
            let term = Term::from_field_text(field, &fact::whole(fact::REPO, repo));
            current.searcher.doc_freq(&term).map(|count| count > 0)
        };
        let state = State {
            procedures: has(self.fields.fact)?,
            revisions: has(self.fields.revision_fact)?,
            put: HashSet::new(),
        };
        Ok(Batch {
            index: self,
            release,
            repo: repo.to_owned(),
            writer,
            state: Mutex::new(state),
            committed: false,
        })
    }
}

/// Deletes what no document is called. The number of a new writer's first operation is that of the last commit again: a
/// merge of what was committed then may take it for done already, and a deletion of that number would be lost.
fn pass_over_one(writer: &IndexWriter<Queued>, handle: Field) {
    writer.delete_term(Term::from_field_bytes(handle, &[]));
}

impl Batch<'_> {
    /// Writes an entry with its text, in place of what its path had before.
    ///
    /// # Errors
    /// When the index cannot be written.
    pub fn put(&self, entry: &Entry, text: &Text) -> Result<(), IndexError> {
        let material = Material::gather(entry, text, self.release, &self.index.further)?;
        let analyzers = Arc::clone(&self.index.analyzers);
        let document = Content::procedure(material, self.index.fields, analyzers);
        self.add(Handle::Path(&entry.repo, &entry.path), |state| state.procedures, document)
    }

    /// Removes the entry of a path, if there is one.
    ///
    /// # Errors
    /// When the index cannot be written.
    pub fn remove(&self, repo: &str, path: &str) -> Result<(), IndexError> {
        let handle = Handle::Path(repo, path).hash();
        self.tantivy()?.delete_term(Term::from_field_bytes(self.index.fields.handle, &handle));
        Ok(())
    }

    /// Writes a revision, in place of one with the same commit and path.
    ///
    /// # Errors
    /// When the index cannot be written.
    pub fn put_revision(&self, revision: &Revision) -> Result<(), IndexError> {
        let Revision { repo, commit, path, .. } = revision;
        let document = Content::Made(document::revision(&self.index.fields, revision, self.release)?);
        self.add(Handle::Revision(repo, commit, path), |state| state.revisions, document)
    }

    /// Removes the revisions of a lineage that were there before this batch.
    ///
    /// # Errors
    /// When the index cannot be written.
    pub fn remove_revisions(&self, repo: &str, lineage: &str) -> Result<(), IndexError> {
        let handle = Handle::Revisions(repo, lineage).hash();
        self.tantivy()?.delete_term(Term::from_field_bytes(self.index.fields.handle, &handle));
        Ok(())
    }

    /// Removes all entries and revisions of a repository.
    ///
    /// # Errors
    /// When the index cannot be written.
    pub fn clear(&self, repo: &str) -> Result<(), IndexError> {
        let term = fact::whole(fact::REPO, repo);
        let writer = self.tantivy()?;
        writer.delete_term(Term::from_field_text(self.index.fields.fact, &term));
        writer.delete_term(Term::from_field_text(self.index.fields.revision_fact, &term));
        if repo == self.repo {
            let mut state = lock(&self.state);
            state.procedures = false;
            state.revisions = false;
            state.put.clear();
        }
        Ok(())
    }

    /// Makes all of it visible at once, with the mark that says what it stands for (null removes the repository's
    /// mark). A search that begins after this has returned sees it.
    ///
    /// # Errors
    /// When the index cannot be written; then nothing has become visible.
    pub fn commit(mut self, mark: serde_json::Value) -> Result<(), IndexError> {
        let mut marks = Marks { format: VERSION.to_owned(), ..self.index.marks() };
        if mark.is_null() {
            marks.repos.remove(&self.repo);
        } else {
            marks.repos.insert(self.repo.clone(), mark);
        }
        let payload = serde_json::to_string(&marks)?;
        let writer = self.writer.as_mut().ok_or(IndexError::Closed)?;
        let mut prepared = writer.tantivy.prepare_commit()?;
        prepared.set_payload(&payload);
        prepared.commit()?;
        self.committed = true;
        self.index.publish()
    }

    fn tantivy(&self) -> Result<&IndexWriter<Queued>, IndexError> {
        Ok(&self.writer.as_ref().ok_or(IndexError::Closed)?.tantivy)
    }

    fn add(
        &self,
        handle: Handle<'_>,
        may_stand: fn(&State) -> bool,
        content: Content,
    ) -> Result<(), IndexError> {
        let hash = handle.hash();
        // On a first index nothing has to go: deleting each name in turn would be felt at the commit.
        let replaces = {
            let mut state = lock(&self.state);
            let repeated = !state.put.insert(hash);
            repeated || may_stand(&state)
        };
        let Writer { tantivy, queue, .. } = self.writer.as_ref().ok_or(IndexError::Closed)?;
        let document = queue.admit(content);
        if replaces {
            tantivy.delete_term(Term::from_field_bytes(self.index.fields.handle, &hash));
        }
        tantivy.add_document(document)?;
        Ok(())
    }
}

impl Drop for Batch<'_> {
    fn drop(&mut self) {
        if self.committed {
            return;
        }
        // A writer that cannot go back is given up; the next batch begins with a new one.
        match self.writer.as_mut().map(|writer| (writer.tantivy.rollback(), writer)) {
            Some((Ok(_), writer)) => pass_over_one(&writer.tantivy, self.index.fields.handle),
            Some((Err(_), _)) => *self.writer = None,
            None => {}
        }
    }
}
