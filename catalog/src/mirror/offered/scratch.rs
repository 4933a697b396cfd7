//! A repository beside a mirror that borrows its objects, for one commit that is not the mirror's.

use super::super::MirrorError;
use super::super::update::{clear_the_dead, io, skeleton, with_suffix};
use std::fs;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

/// What the folder of a process beside a mirror is called, before its number.
const SUFFIX: &str = ".offer-";
/// How often the folder is made again because another one, that was just done with it, took it away.
const ATTEMPTS: usize = 3;

/// A folder with such a repository, gone when dropped.
pub(crate) struct Scratch {
    folder: PathBuf,
    repository: PathBuf,
}

impl Scratch {
    /// Makes one beside a mirror.
    pub(super) fn beside(mirror: &Path) -> Result<Self, MirrorError> {
        static COUNT: AtomicU64 = AtomicU64::new(0);
        clear_the_dead(mirror, SUFFIX);
        let mirror = std::path::absolute(mirror).map_err(io(mirror, "find the folder"))?;
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let folder =
            with_suffix(&mirror, &format!("{SUFFIX}{}", std::process::id())).join(number.to_string());
        let make = || fs::DirBuilder::new().recursive(true).mode(0o700).create(&folder);
        let mut made = make();
        for _ in 1..ATTEMPTS {
            if made.is_ok() {
                break;
            }
            made = make();
        }
        made.map_err(io(&folder, "create the folder"))?;
        let scratch = Self { repository: folder.join("repository"), folder };
        skeleton(&scratch.repository)?;
        let alternates = scratch.repository.join("objects/info/alternates");
        let lent = [mirror.join("objects").as_os_str().as_bytes(), b"\n"].concat();
        fs::write(&alternates, lent).map_err(io(&alternates, "write the file"))?;
        Ok(scratch)
    }

    /// The folder that holds it, and that whoever works in it may have as a home.
    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }

    /// The bare repository.
    pub(crate) fn repository(&self) -> &Path {
        &self.repository
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // It holds no secret, and the next process clears what stays.
        let _ = fs::remove_dir_all(&self.folder);
        if let Some(parent) = self.folder.parent() {
            // Others of this process may still be in it.
            let _ = fs::remove_dir(parent);
        }
    }
}
