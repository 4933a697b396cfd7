//! The index on disk: open it, watch its generations, publish what was committed.

use super::analysis::{self, Analyzers};
use super::batch::Writer;
use super::columns::{Columns, Shown, Vocabulary};
use super::schema::{self, Fields};
use super::suggest::Names;
use super::{IndexError, MAX_FACETS};
use crate::team::Lexicon;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, RwLock};
use std::time::{Duration, Instant};
use tantivy::index::SegmentId;
use tantivy::{IndexReader, ReloadPolicy, Searcher};

/// How long a generation that was superseded can still be paged through.
const KEPT: Duration = Duration::from_mins(5);
/// Most superseded generations that are kept.
const MAX_KEPT: usize = 4;
/// How often a search looks whether a merge has ended meanwhile.
const MERGES_SEEN_AFTER: Duration = Duration::from_secs(1);

/// What the last commit stands for.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Marks {
    /// The format of the documents.
    pub format: String,
    /// For each repository what its last [`Batch::commit`](super::Batch::commit) was given.
    pub repos: BTreeMap<String, serde_json::Value>,
}

/// The search index. Shared between threads; one batch writes at a time, searches go on beside it.
pub struct Index {
    folder: PathBuf,
    pub(super) fields: Fields,
    pub(super) tantivy: tantivy::Index,
    reader: IndexReader,
    pub(super) writer: Mutex<Option<Writer>>,
    published: RwLock<Arc<Snapshot>>,
    past: Mutex<Vec<(Instant, Arc<Snapshot>)>>,
    refreshed: Mutex<Instant>,
    pub(super) vocabulary: Vocabulary,
    pub(super) analyzers: Arc<Analyzers>,
    /// Further keys of `hunting` that are facets.
    pub(super) further: Arc<[String]>,
}

/// One generation of the index: a fixed set of segments and deletions.
pub(super) struct Snapshot {
    /// The same for the same segments and deletions, after a restart too.
    pub(super) generation: u64,
    pub(super) searcher: Searcher,
    segments: Vec<Arc<Segment>>,
    /// Of each segment, what of it this generation shows.
    shown: Vec<OnceLock<Shown>>,
    pub(super) marks: Marks,
    live: OnceLock<u64>,
    /// What can be completed, and the fingerprint of the lexicon that it was made with.
    names: Mutex<Option<(u64, Arc<Names>)>>,
}

struct Segment {
    id: SegmentId,
    columns: OnceLock<Columns>,
}

impl Snapshot {
    /// The columns of a segment, by its place in the searcher; read when first asked for.
    pub(super) fn columns(&self, segment: usize, vocabulary: &Vocabulary) -> tantivy::Result<&Columns> {
        let own = &self.segments[segment];
        if let Some(columns) = own.columns.get() {
            return Ok(columns);
        }
        let columns = Columns::read(&self.searcher.segment_readers()[segment], vocabulary)?;
        Ok(own.columns.get_or_init(|| columns))
    }

    /// Which documents of a segment are procedures of this generation, by the segment's place in the searcher.
    pub(super) fn shown(&self, segment: usize, vocabulary: &Vocabulary) -> tantivy::Result<&Shown> {
        let columns = self.columns(segment, vocabulary)?;
        Ok(self.shown[segment].get_or_init(|| Shown::of(&self.searcher.segment_readers()[segment], columns)))
    }

    /// How many procedures there are.
    pub(super) fn live(&self, vocabulary: &Vocabulary) -> tantivy::Result<u64> {
        if let Some(live) = self.live.get() {
            return Ok(*live);
        }
        let mut live = 0;
        for segment in 0..self.segments.len() {
            live += self.shown(segment, vocabulary)?.count(self.columns(segment, vocabulary)?);
        }
        Ok(*self.live.get_or_init(|| live as u64))
    }
}

impl Snapshot {
    /// What can be completed; read when first asked for.
    pub(super) fn names(&self, vocabulary: &Vocabulary, lexicon: &Lexicon) -> tantivy::Result<Arc<Names>> {
        let fingerprint = lexicon.fingerprint();
        // Who else asks meanwhile waits for what is being made.
        let mut names = lock(&self.names);
        if let Some((of, names)) = names.as_ref()
            && *of == fingerprint
        {
            return Ok(Arc::clone(names));
        }
        let made = Arc::new(Names::read(self, vocabulary, lexicon)?);
        *names = Some((fingerprint, Arc::clone(&made)));
        Ok(made)
    }

    /// Reads what the first suggestion would read.
    fn prepare(&self, vocabulary: &Vocabulary, lexicon: &Lexicon) -> tantivy::Result<()> {
        self.names(vocabulary, lexicon)?;
        for (segment, reader) in self.searcher.segment_readers().iter().enumerate() {
            let columns = self.columns(segment, vocabulary)?;
            if !columns.procedures.is_empty() {
                columns.title_words(columns.titles(reader)?);
            }
        }
        Ok(())
    }
}

impl Index {
    /// Opens the index for a fingerprint (a text that names all that documents depend on besides the repositories:
    /// ATT&CK release, field mappings, globs) in a folder, or begins a new one there.
    ///
    /// The format of the documents is added to the fingerprint, and the index lies in a folder below that is named
    /// after a hash of both: any change builds a new index beside the old. One that cannot be read is moved aside
    /// (`….corrupt`) and a new one begun.
    ///
    /// # Errors
    /// When the folder cannot be used.
    pub fn open(folder: &Path, fingerprint: &str) -> Result<Self, IndexError> {
        Self::open_with(folder, fingerprint, &[])
    }

    /// The same, with further keys of `hunting` that are facets; of more than [`MAX_FACETS`] the first. They are part
    /// of the fingerprint.
    ///
    /// # Errors
    /// When the folder cannot be used.
    pub fn open_with(folder: &Path, fingerprint: &str, further: &[String]) -> Result<Self, IndexError> {
        let further = &further[..further.len().min(MAX_FACETS)];
        let index = Self::open_named(folder, &folder_name(&format!("{fingerprint} {further:?}")))?;
        Ok(Self { further: further.into(), ..index })
    }

    fn open_named(folder: &Path, name: &str) -> Result<Self, IndexError> {
        let path = folder.join(name);
        let io = |source| IndexError::Io { path: path.clone(), source };
        std::fs::create_dir_all(&path).map_err(io)?;
        if !path.join("meta.json").exists() {
            return Self::create(path);
        }
        match Self::open_in(path.clone()) {
            Ok(index) => Ok(index),
            Err(IndexError::Io { path, source }) => Err(IndexError::Io { path, source }),
            Err(_) => {
                let aside = folder.join(format!("{name}.corrupt"));
                if aside.exists() {
                    std::fs::remove_dir_all(&aside).map_err(io)?;
                }
                std::fs::rename(&path, &aside).map_err(io)?;
                std::fs::create_dir_all(&path).map_err(io)?;
                Self::create(path)
            }
        }
    }

    fn create(path: PathBuf) -> Result<Self, IndexError> {
        let (schema, _) = schema::schema();
        tantivy::Index::builder().schema(schema).tokenizers(schema::tokenizers()).create_in_dir(&path)?;
        Self::open_in(path)
    }

    fn open_in(folder: PathBuf) -> Result<Self, IndexError> {
        let mut tantivy = tantivy::Index::open_in_dir(&folder)?;
        tantivy.set_tokenizers(schema::tokenizers());
        let (schema, fields) = schema::schema();
        if tantivy.schema() != schema {
            return Err(IndexError::Format);
        }
        let reader = tantivy.reader_builder().reload_policy(ReloadPolicy::Manual).try_into()?;
        let published = snapshot(&tantivy, &reader, None)?;
        Ok(Self {
            folder,
            fields,
            tantivy,
            reader,
            writer: Mutex::new(None),
            published: RwLock::new(Arc::new(published)),
            past: Mutex::default(),
            refreshed: Mutex::new(Instant::now()),
            vocabulary: Vocabulary::default(),
            analyzers: Arc::default(),
            further: Arc::default(),
        })
    }

    /// What the last commit stands for.
    pub fn marks(&self) -> Marks {
        self.current().marks.clone()
    }

    /// Further keys of `hunting` that are facets.
    pub fn further(&self) -> &[String] {
        &self.further
    }

    /// Where this index lies.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Removes indexes of other fingerprints, and those that were moved aside, from the folder that this one was
    /// opened in. To be called when this one is complete.
    ///
    /// # Errors
    /// When one of them cannot be removed.
    pub fn remove_others(&self) -> Result<(), IndexError> {
        let (Some(parent), Some(own)) = (self.folder.parent(), self.folder.file_name()) else {
            return Ok(());
        };
        let io = |source| IndexError::Io { path: parent.to_owned(), source };
        for other in std::fs::read_dir(parent).map_err(io)? {
            let other = other.map_err(io)?;
            let name = other.file_name();
            let ours = name.to_str().is_some_and(is_folder_name);
            if ours && name != own {
                std::fs::remove_dir_all(other.path()).map_err(io)?;
            }
        }
        Ok(())
    }

    /// Reads what the first search and the first suggestion would read, so that they are as quick as the next.
    ///
    /// # Errors
    /// When the index cannot be read.
    pub fn warm(&self, lexicon: &Lexicon) -> Result<(), IndexError> {
        let current = self.current();
        current.live(&self.vocabulary)?;
        Ok(current.prepare(&self.vocabulary, lexicon)?)
    }

    /// The newest generation.
    pub(super) fn current(&self) -> Arc<Snapshot> {
        Arc::clone(&self.published.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// An earlier generation that is still kept, or the newest, by number.
    pub(super) fn generation(&self, generation: u64) -> Option<Arc<Snapshot>> {
        let current = self.current();
        if current.generation == generation {
            return Some(current);
        }
        let past = lock(&self.past);
        past.iter()
            .find(|(since, snapshot)| snapshot.generation == generation && since.elapsed() < KEPT)
            .map(|(_, snapshot)| Arc::clone(snapshot))
    }

    /// Shows searches what has been committed.
    pub(super) fn publish(&self) -> Result<(), IndexError> {
        let mut refreshed = lock(&self.refreshed);
        self.reload(true)?;
        *refreshed = Instant::now();
        Ok(())
    }

    /// Takes up merges that ended since the last commit; they change no result, but make searches quicker.
    pub(super) fn refresh(&self) -> Result<(), IndexError> {
        let Ok(mut refreshed) = self.refreshed.try_lock() else { return Ok(()) };
        if refreshed.elapsed() < MERGES_SEEN_AFTER {
            return Ok(());
        }
        *refreshed = Instant::now();
        let mut on_disk = self.tantivy.searchable_segment_ids()?;
        let mut shown: Vec<SegmentId> = self.current().segments.iter().map(|segment| segment.id).collect();
        on_disk.sort_unstable();
        shown.sort_unstable();
        if on_disk == shown { Ok(()) } else { self.reload(false) }
    }

    /// Takes up what is on disk. Merges alone change nothing that can be completed.
    fn reload(&self, committed: bool) -> Result<(), IndexError> {
        self.reader.reload()?;
        let before = self.current();
        let next = Arc::new(snapshot(&self.tantivy, &self.reader, Some(&before))?);
        // Columns are read before anybody waits for them.
        next.live(&self.vocabulary)?;
        if !committed {
            lock(&next.names).clone_from(&lock(&before.names));
        }
        *self.published.write().unwrap_or_else(PoisonError::into_inner) = Arc::clone(&next);
        let mut past = lock(&self.past);
        if before.generation != next.generation {
            past.push((Instant::now(), before));
        }
        past.retain(|(since, _)| since.elapsed() < KEPT);
        let surplus = past.len().saturating_sub(MAX_KEPT);
        past.drain(..surplus);
        Ok(())
    }
}

/// Locks, whether or not somebody panicked while holding it: nothing behind these locks is ever half changed.
pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn folder_name(fingerprint: &str) -> String {
    let mut hash = Sha256::new();
    for part in [schema::VERSION, analysis::VERSION, fingerprint] {
        hash.update(part.as_bytes());
        hash.update([0]);
    }
    let start = hash.finalize().iter().take(8).fold(0, |start, byte| start << 8 | u64::from(*byte));
    format!("{start:016x}")
}

fn is_folder_name(name: &str) -> bool {
    let name = name.strip_suffix(".corrupt").unwrap_or(name);
    name.len() == 16 && name.bytes().all(|byte| byte.is_ascii_hexdigit())
}

fn snapshot(
    tantivy: &tantivy::Index,
    reader: &IndexReader,
    before: Option<&Snapshot>,
) -> Result<Snapshot, IndexError> {
    let searcher = reader.searcher();
    let marks = match tantivy.load_metas()?.payload {
        Some(payload) => serde_json::from_str(&payload)?,
        None => Marks::default(),
    };
    let segments: Vec<_> = (searcher.segment_readers().iter())
        .map(|reader| {
            let id = reader.segment_id();
            let known = before.and_then(|before| before.segments.iter().find(|segment| segment.id == id));
            known.map_or_else(|| Arc::new(Segment { id, columns: OnceLock::new() }), Arc::clone)
        })
        .collect();
    let mut hash = DefaultHasher::new();
    for (id, deletes) in searcher.generation().segments() {
        (id.uuid_string(), deletes).hash(&mut hash);
    }
    Ok(Snapshot {
        generation: hash.finish(),
        searcher,
        shown: segments.iter().map(|_| OnceLock::new()).collect(),
        segments,
        marks,
        live: OnceLock::new(),
        names: Mutex::default(),
    })
}
