//! Where a child is at home: a folder made for it beside the mirror.

use crate::mirror::update::{clear_the_dead, with_suffix};
use std::fs;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};

/// A home folder for one child, gone when dropped.
pub(super) struct Home(PathBuf);

impl Home {
    /// Makes the one beside a mirror, for the child that fetches into it.
    pub(super) fn make(directory: &Path) -> Result<Self, String> {
        clear_the_dead(directory, ".home-");
        let home = Self(with_suffix(directory, &format!(".home-{}", std::process::id())));
        let failed =
            |error: std::io::Error| format!("{}: cannot create the folder: {error}", home.0.display());
        fs::DirBuilder::new().recursive(true).mode(0o700).create(&home.0).map_err(failed)?;
        Ok(home)
    }

    pub(super) fn folder(&self) -> &Path {
        &self.0
    }
}

impl Drop for Home {
    fn drop(&mut self) {
        // A leftover holds no secret and is removed by the next process.
        let _ = fs::remove_dir_all(&self.0);
    }
}
