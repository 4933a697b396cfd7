//! Open handles of one mirror, so that many threads read at once.

use super::{MirrorError, prepare};
use git2::{Repository, RepositoryOpenFlags};
use std::ops::Deref;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

/// How many idle handles are kept: each keeps pack files mapped.
const KEPT: usize = 8;

/// Handles of the bare repository in one folder. When the folder was switched for another one, old handles are dropped.
pub(super) struct Pool {
    directory: PathBuf,
    idle: Mutex<Idle>,
}

struct Idle {
    /// Device and inode of the folder that the handles are of.
    folder: (u64, u64),
    handles: Vec<Repository>,
}

impl Pool {
    pub(super) fn open(directory: &Path) -> Result<Self, MirrorError> {
        let pool = Self {
            directory: directory.to_owned(),
            idle: Mutex::new(Idle { folder: (0, 0), handles: Vec::new() }),
        };
        drop(pool.take()?);
        Ok(pool)
    }

    pub(super) fn directory(&self) -> &Path {
        &self.directory
    }

    pub(super) fn take(&self) -> Result<Handle<'_>, MirrorError> {
        let folder = self.folder()?;
        let idle = {
            let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
            if idle.folder != folder {
                idle.folder = folder;
                idle.handles.clear();
            }
            idle.handles.pop()
        };
        let repository = match idle {
            Some(repository) => repository,
            None => open_bare(&self.directory)?,
        };
        Ok(Handle { pool: self, folder, repository: Some(repository) })
    }

    fn folder(&self) -> Result<(u64, u64), MirrorError> {
        let metadata = std::fs::metadata(&self.directory).map_err(|source| MirrorError::Io {
            path: self.directory.clone(),
            doing: "open the mirror",
            source,
        })?;
        Ok((metadata.dev(), metadata.ino()))
    }
}

/// Opens a bare repository exactly there: no search in folders above, and no question of who owns it (the mirrors are
/// ours; that check is for working trees in which somebody else's hooks might lie).
pub(super) fn open_bare(directory: &Path) -> Result<Repository, MirrorError> {
    prepare();
    // Of a shallow clone's mirror, libgit2 learns where history ends only when it is opened the long way.
    let opened = if directory.join("shallow").exists() {
        let flags =
            RepositoryOpenFlags::BARE | RepositoryOpenFlags::NO_SEARCH | RepositoryOpenFlags::NO_DOTGIT;
        Repository::open_ext(directory, flags, std::iter::empty::<&Path>())
    } else {
        Repository::open_bare(directory)
    };
    opened.map_err(|source| MirrorError::Git { directory: directory.to_owned(), doing: "open it", source })
}

/// One open handle; it goes back when dropped.
pub(super) struct Handle<'a> {
    pool: &'a Pool,
    folder: (u64, u64),
    repository: Option<Repository>,
}

impl Deref for Handle<'_> {
    type Target = Repository;

    fn deref(&self) -> &Repository {
        self.repository.as_ref().expect("it is taken out in drop only")
    }
}

impl Drop for Handle<'_> {
    fn drop(&mut self) {
        let mut idle = self.pool.idle.lock().unwrap_or_else(PoisonError::into_inner);
        if idle.folder == self.folder && idle.handles.len() < KEPT {
            idle.handles.extend(self.repository.take());
        }
    }
}
