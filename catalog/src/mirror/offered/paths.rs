//! Where in a repository a file may be put: nowhere that leads out of it, into git's own folder, or that somebody could
//! not check out.

use super::OfferError;
use std::collections::BTreeMap;

/// Longest path, in bytes.
const MAX_PATH: usize = 1_000;
/// Folders above a file.
const MAX_DEPTH: usize = 40;
/// Names that Windows keeps for devices, whatever their ending.
const DEVICES: [&str; 4] = ["con", "prn", "aux", "nul"];

/// What becomes of one name in a folder.
#[derive(Debug)]
pub(super) enum Change<'a> {
    /// A file with these bytes; none removes it.
    File(Option<&'a [u8]>),
    /// A folder in which something changes.
    Folder(Folder<'a>),
}

/// What changes in one folder, by name.
pub(super) type Folder<'a> = BTreeMap<&'a str, Change<'a>>;

/// The files of an offer as folders within folders.
pub(super) fn folders(files: &[(String, Option<Vec<u8>>)]) -> Result<Folder<'_>, OfferError> {
    let mut root = Folder::new();
    for (path, bytes) in files {
        check(path)?;
        let twice =
            || refuse(path, "it stands in the offer twice, as a file and as a folder or another file");
        let (parents, name) = path.rsplit_once('/').map_or((None, path.as_str()), |(a, b)| (Some(a), b));
        let mut folder = &mut root;
        for parent in parents.into_iter().flat_map(|parents| parents.split('/')) {
            let next = folder.entry(parent).or_insert_with(|| Change::Folder(Folder::new()));
            let Change::Folder(next) = next else { return Err(twice()) };
            folder = next;
        }
        if folder.insert(name, Change::File(bytes.as_deref())).is_some() {
            return Err(twice());
        }
    }
    Ok(root)
}

pub(super) fn refuse(path: &str, reason: impl Into<String>) -> OfferError {
    OfferError::Path { path: path.chars().take(MAX_PATH).collect(), reason: reason.into() }
}

/// Refuses a path at which no file is put.
pub(super) fn check(path: &str) -> Result<(), OfferError> {
    if path.is_empty() || path.len() > MAX_PATH {
        return Err(refuse(path, format!("a path has 1 to {MAX_PATH} bytes")));
    }
    if path.starts_with('/') {
        return Err(refuse(path, "a path begins at the root of the repository, without a slash"));
    }
    if path.split('/').count() > MAX_DEPTH {
        return Err(refuse(path, format!("it lies deeper than {MAX_DEPTH} folders")));
    }
    path.split('/').try_for_each(|name| check_name(name).map_err(|reason| refuse(path, reason)))
}

fn check_name(name: &str) -> Result<(), String> {
    let bare = name.to_ascii_lowercase();
    // Letters that file systems of macOS pass over are not to make another name of it.
    let bare: String = bare.chars().filter(|c| !matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')).collect();
    let stem = bare.split('.').next().unwrap_or_default();
    if name.is_empty() || bare.is_empty() {
        return Err("a folder in it has no name".to_owned());
    }
    if matches!(bare.as_str(), "." | "..") {
        return Err("`.` and `..` name no folder of a repository".to_owned());
    }
    if bare.trim_end_matches(['.', ' ']) == ".git" || bare.starts_with("git~") || bare.starts_with(".git:") {
        return Err("git's own folder is not written to".to_owned());
    }
    if name.chars().any(|c| c.is_control() || "\\:*?\"<>|".contains(c)) {
        return Err(
            "it has characters that cannot be checked out everywhere: \\ : * ? \" < > | or invisible ones"
                .to_owned(),
        );
    }
    if name.ends_with(['.', ' ']) || name.starts_with(' ') || DEVICES.contains(&stem) {
        return Err(format!("`{name}` cannot be checked out on Windows"));
    }
    Ok(())
}
