//! The notebooks that a command line names.

use super::say;
use anyhow::Context;
use std::io::Read as _;
use std::path::{Path, PathBuf};

/// Folders below folders that are looked into.
const DEPTH: usize = 64;

/// The largest file that is read, in bytes.
const LARGEST: u64 = 16 << 20;

/// A file that was read.
pub(super) struct File {
    /// Where it is.
    pub(super) path: PathBuf,
    /// What to call it: its path from here.
    pub(super) name: String,
    /// What it holds; of one that is larger than is read, the beginning.
    pub(super) bytes: Vec<u8>,
}

impl File {
    /// Whether there is more of it.
    pub(super) fn is_cut(&self) -> bool {
        self.bytes.len() as u64 > LARGEST
    }

    /// Its text; none, and a message, for one that is too large or no UTF-8.
    pub(super) fn text(&self) -> Option<&str> {
        if self.is_cut() {
            say(&format!("left out: {} has more than {LARGEST} bytes", self.name));
            return None;
        }
        let text = std::str::from_utf8(&self.bytes).ok();
        if text.is_none() {
            say(&format!("left out: {} is no UTF-8 text", self.name));
        }
        text
    }
}

/// The notebooks at some paths, in order, each once: the files, and all in the folders and below. Hidden folders and links
/// are left out.
pub(super) fn found(paths: &[PathBuf]) -> anyhow::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for path in paths {
        find(path, 0, &mut files)?;
    }
    files.sort();
    files.dedup();
    Ok(files)
}

/// Reads a file.
pub(super) fn read(path: PathBuf) -> anyhow::Result<File> {
    let about = || path.display().to_string();
    let here = std::env::current_dir().unwrap_or_default();
    let name = path.strip_prefix(&here).unwrap_or(&path).to_string_lossy().into_owned();
    let name = name.strip_prefix("./").unwrap_or(&name).to_owned();
    let mut bytes = Vec::new();
    let opened = std::fs::File::open(&path).with_context(about)?;
    opened.take(LARGEST + 1).read_to_end(&mut bytes).with_context(about)?;
    Ok(File { path, name, bytes })
}

fn find(path: &Path, depth: usize, files: &mut Vec<PathBuf>) -> anyhow::Result<()> {
    let about = || path.display().to_string();
    if !path.is_dir() {
        path.try_exists()
            .with_context(about)?
            .then_some(())
            .with_context(|| format!("{} is not there", about()))?;
        files.push(path.to_owned());
        return Ok(());
    }
    for entry in std::fs::read_dir(path).with_context(about)? {
        let entry = entry.with_context(about)?;
        let (kind, name) = (entry.file_type().with_context(about)?, entry.file_name());
        if name.to_string_lossy().starts_with('.') {
            continue;
        }
        if kind.is_dir() && depth < DEPTH {
            find(&entry.path(), depth + 1, files)?;
        }
        let ending = Path::new(&name).extension().and_then(|ending| ending.to_str()).unwrap_or_default();
        if kind.is_file() && matches!(ending, "md" | "ipynb") {
            files.push(entry.path());
        }
    }
    Ok(())
}
