//! Real hunting notebooks: outside of the project, in the folder that `HUNTSHELF_CORPUS` names.

use crate::{git, workspace};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::LazyLock;

/// The folder, or none, which is then said once.
pub fn folder() -> Option<&'static Path> {
    static FOLDER: LazyLock<Option<PathBuf>> = LazyLock::new(|| {
        let folder = std::env::var_os("HUNTSHELF_CORPUS")
            .map_or_else(|| workspace().join("../shared/corpus"), PathBuf::from);
        let found = folder.join("gen_repo.py").is_file();
        if !found {
            eprintln!("skipped: no corpus at {} (HUNTSHELF_CORPUS names it)", folder.display());
        }
        found.then_some(folder)
    });
    FOLDER.as_deref()
}

/// The Threat Hunter Playbook with its whole history, as a bare clone named `playbook.git`.
pub fn playbook(into: &Path) -> Option<PathBuf> {
    let bundle = folder()?.join("threathunter-playbook.bundle");
    let clone = into.join("playbook.git");
    git(
        into,
        ["clone".as_ref(), "--quiet".as_ref(), "--bare".as_ref(), bundle.as_os_str(), clone.as_os_str()],
    );
    Some(clone)
}

/// A bare repository of `count` generated notebooks, named `generated.git`; the same every time.
pub fn generated(count: usize, into: &Path) -> Option<PathBuf> {
    let generator = folder()?.join("gen_repo.py");
    let repository = into.join("generated.git");
    let done = Command::new(crate::python::interpreter())
        .arg(generator)
        .arg(count.to_string())
        .arg(&repository)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .status()
        .expect("python runs");
    assert!(done.success(), "gen_repo.py fails");
    Some(repository)
}
