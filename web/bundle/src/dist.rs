//! The folder `web/dist`: files named by their content, swapped in as a whole.

use crate::compress;
use anyhow::Context;
use sha2::{Digest, Sha256};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

/// How files are made of what they are made from; another word here makes every bundle stale.
pub(crate) const FORM: &str = "1";

/// The first 16 hexadecimal digits of the SHA-256 of several texts.
pub(crate) fn digest(parts: &[&[u8]]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(part.len().to_le_bytes());
        hash.update(part);
    }
    hash.finalize().iter().take(8).fold(String::new(), |mut hex, byte| {
        // Writing to a String cannot fail.
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

/// Whether the bundle in `folder` was made from what has this digest.
pub(crate) fn is_from(folder: &Path, digest: &str) -> bool {
    std::fs::read(folder.join("manifest.json"))
        .ok()
        .and_then(|bytes| serde_json::from_slice::<serde_json::Value>(&bytes).ok())
        .is_some_and(|manifest| manifest["from"] == digest)
}

/// A bundle being made, beside the one that it will replace.
pub(crate) struct Dist {
    folder: PathBuf,
    new: PathBuf,
}

impl Dist {
    /// Begins an empty bundle.
    pub(crate) fn begin(folder: &Path) -> anyhow::Result<Self> {
        let new = folder.with_extension(format!("new-{}", std::process::id()));
        std::fs::create_dir(&new).with_context(|| format!("making {}", new.display()))?;
        Ok(Self { folder: folder.to_owned(), new })
    }

    /// Writes a file and its compressed forms; gives its name.
    pub(crate) fn add(&mut self, stem: &str, extension: &str, bytes: &[u8]) -> anyhow::Result<String> {
        let name = format!("{stem}.{}.{extension}", digest(&[bytes]));
        self.write(&name, bytes)?;
        self.write(&format!("{name}.gz"), &compress::gzip(bytes)?)?;
        self.write(&format!("{name}.br"), &compress::brotli(bytes)?)?;
        Ok(name)
    }

    fn write(&self, name: &str, bytes: &[u8]) -> anyhow::Result<()> {
        let path = self.new.join(name);
        std::fs::write(&path, bytes).with_context(|| format!("writing {}", path.display()))
    }

    /// Writes the manifest and puts the bundle in its place.
    pub(crate) fn finish(self, manifest: &serde_json::Value) -> anyhow::Result<()> {
        self.write("manifest.json", serde_json::to_string_pretty(manifest)?.as_bytes())?;
        let old = self.folder.with_extension(format!("old-{}", std::process::id()));
        let there = self.folder.exists();
        if there {
            std::fs::rename(&self.folder, &old).context("moving the old bundle away")?;
        }
        std::fs::rename(&self.new, &self.folder).context("moving the new bundle in")?;
        if there {
            std::fs::remove_dir_all(&old).context("removing the old bundle")?;
        }
        Ok(())
    }
}

impl Drop for Dist {
    fn drop(&mut self) {
        // Left behind only where making it failed; after `finish` it is not there any more.
        let _ = std::fs::remove_dir_all(&self.new);
    }
}
