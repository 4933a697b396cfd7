//! Which files differ from a revision, as git tells.

use anyhow::{Context, bail};
use std::collections::HashSet;
use std::path::PathBuf;
use std::process::Command;

/// The files that differ from a revision: changed, added, and not yet added ones.
pub(super) fn since(revision: &str, paths: &[PathBuf]) -> anyhow::Result<HashSet<PathBuf>> {
    let mut changed = HashSet::new();
    for path in paths {
        let path = path.canonicalize().with_context(|| path.display().to_string())?;
        let folder = if path.is_dir() { path.as_path() } else { path.parent().unwrap_or(&path) };
        let git = |arguments: &[&str]| -> anyhow::Result<Vec<u8>> {
            let done = Command::new("git").arg("-C").arg(folder).args(arguments).output();
            let done = done.context("git cannot be run")?;
            if !done.status.success() {
                bail!("git: {}", String::from_utf8_lossy(&done.stderr).trim());
            }
            Ok(done.stdout)
        };
        let root = git(&["rev-parse", "--show-toplevel"])?;
        let root = PathBuf::from(String::from_utf8_lossy(&root).trim_end_matches('\n'));
        let differing = git(&[
            "diff",
            "--name-only",
            "-z",
            "--no-relative",
            "--diff-filter=d",
            "--end-of-options",
            revision,
            "--",
        ])?;
        let others = git(&["ls-files", "--others", "--exclude-standard", "--full-name", "-z"])?;
        for name in differing.split(|byte| *byte == 0).chain(others.split(|byte| *byte == 0)) {
            if !name.is_empty() {
                changed.extend(root.join(&*String::from_utf8_lossy(name)).canonicalize().ok());
            }
        }
    }
    Ok(changed)
}
