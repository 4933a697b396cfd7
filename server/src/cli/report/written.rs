//! The files beside a report.

use super::super::{paint, say};
use anyhow::Context;
use catalog::instance::Window;
use catalog::report::{Bytes, File};
use std::path::{Component, Path};

/// Writes the files beside a report; which were written. What is no name within the folder is left out, and said.
pub(super) fn files(report: &Path, files: &[File]) -> anyhow::Result<Vec<Bytes>> {
    let beside = report.parent().unwrap_or(Path::new(""));
    let mut written = Vec::new();
    for file in files {
        let path = Path::new(&file.path);
        let is_plain =
            path.components().all(|part| matches!(part, Component::Normal(_))) && !file.path.contains('\0');
        if !is_plain || path.components().count() > 2 {
            say(&format!("{} {:?} is no name of a file: it is left out", paint("warning:", "33"), file.path));
            continue;
        }
        let to = beside.join(path);
        let about = || format!("{} cannot be written", to.display());
        if let Some(folder) = to.parent() {
            std::fs::create_dir_all(folder).with_context(about)?;
        }
        std::fs::write(&to, &file.bytes).with_context(about)?;
        written.push(Bytes::of(&file.path, &file.bytes));
    }
    Ok(written)
}

/// A window as a person reads it.
pub(super) fn window(window: &Window) -> String {
    let shown = |at: chrono::DateTime<chrono::Utc>| at.format("%Y-%m-%d %H:%M").to_string();
    format!("{} to {} UTC", shown(window.from), shown(window.to))
}
