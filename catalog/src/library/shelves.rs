//! The repositories of a library, one shelf each, in order. They come and go while it is read: who reads goes on with the
//! list that they took.

use super::LibraryError;
use super::progress::Meter;
use super::record::Record;
use crate::mirror::Mirror;
use crate::repository::Repository;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock};

/// One repository and how it stands. What is shared outlives a change of its configuration.
pub(super) struct Shelf {
    pub(super) repository: Repository,
    /// Held for the length of a sync.
    pub(super) syncing: Arc<Mutex<()>>,
    pub(super) mirror: Arc<Mutex<Option<Arc<Mirror>>>>,
    pub(super) record: Arc<Mutex<Record>>,
    /// How far a running sync is.
    pub(super) meter: Arc<Meter>,
    /// Whether it was taken out: a running sync of it ends.
    gone: AtomicBool,
}

impl Shelf {
    /// A shelf with what is remembered of its repository in the data folder.
    pub(super) fn new(repository: Repository, data: &Path) -> Self {
        Self {
            syncing: Arc::default(),
            mirror: Arc::default(),
            record: Arc::new(Mutex::new(Record::load(data, &repository.name))),
            meter: Arc::default(),
            gone: AtomicBool::new(false),
            repository,
        }
    }

    /// Ends a running sync of it as soon as that can be.
    pub(super) fn give_up(&self) {
        self.gone.store(true, Ordering::Relaxed);
    }

    /// Whether a sync of it is still wanted.
    pub(super) fn is_wanted(&self) -> bool {
        !self.gone.load(Ordering::Relaxed)
    }

    /// One more thing of the stage that a running sync is in is done.
    ///
    /// # Errors
    /// [`LibraryError::NoRepository`] when it was taken out meanwhile.
    pub(super) fn step(&self) -> Result<(), LibraryError> {
        self.meter.step();
        self.still_wanted()
    }

    /// Goes on only while a sync of it is wanted.
    ///
    /// # Errors
    /// [`LibraryError::NoRepository`] when it was taken out meanwhile.
    pub(super) fn still_wanted(&self) -> Result<(), LibraryError> {
        if self.is_wanted() { Ok(()) } else { Err(LibraryError::NoRepository(self.repository.name.clone())) }
    }
}

/// All shelves, in order.
pub(super) struct Shelves(RwLock<Arc<Vec<Arc<Shelf>>>>);

impl Shelves {
    pub(super) fn of(shelves: impl Iterator<Item = Shelf>) -> Self {
        Self(RwLock::new(Arc::new(shelves.map(Arc::new).collect())))
    }

    /// All of them as they are now.
    pub(super) fn all(&self) -> Arc<Vec<Arc<Shelf>>> {
        Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// The one of a name.
    pub(super) fn named(&self, name: &str) -> Option<Arc<Shelf>> {
        self.all().iter().find(|shelf| shelf.repository.name == name).cloned()
    }

    /// Puts a repository in the place of the one of its name, which keeps its mirror and its record, or after all others.
    /// Whether it is new.
    pub(super) fn put(&self, repository: Repository, data: &Path) -> bool {
        let mut slot = self.0.write().unwrap_or_else(PoisonError::into_inner);
        let mut shelves = Vec::clone(&slot);
        let place = shelves.iter().position(|shelf| shelf.repository.name == repository.name);
        match place {
            Some(place) => {
                let old = Arc::clone(&shelves[place]);
                shelves[place] = Arc::new(Shelf {
                    repository,
                    syncing: Arc::clone(&old.syncing),
                    mirror: Arc::clone(&old.mirror),
                    record: Arc::clone(&old.record),
                    meter: Arc::clone(&old.meter),
                    gone: AtomicBool::new(false),
                });
            }
            None => shelves.push(Arc::new(Shelf::new(repository, data))),
        }
        *slot = Arc::new(shelves);
        place.is_none()
    }

    /// Takes the one of a name out.
    pub(super) fn take(&self, name: &str) -> Option<Arc<Shelf>> {
        let mut slot = self.0.write().unwrap_or_else(PoisonError::into_inner);
        let mut shelves = Vec::clone(&slot);
        let place = shelves.iter().position(|shelf| shelf.repository.name == name)?;
        let taken = shelves.remove(place);
        *slot = Arc::new(shelves);
        Some(taken)
    }
}
