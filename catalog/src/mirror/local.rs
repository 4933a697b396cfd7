//! A repository in a folder on this machine: found, its branch read, its object files linked.
//!
//! Plain file reading, in the formats of gitrepository-layout(5): no ownership to prove, no user's configuration.

use super::pool::open_bare;
use super::update::{Brought, Progress, Wanted, choose_tip, io, peel};
use super::{CommitId, MirrorError};
use super::{past, proposals};
use git2::Oid;
use std::collections::{BTreeMap, HashSet};
use std::ffi::OsString;
use std::fs;
use std::io::{BufRead as _, BufReader, ErrorKind};
use std::path::{Path, PathBuf};

/// Object stores that borrow from further ones: so many steps are followed.
const ALTERNATES: usize = 5;
/// How often the objects are gone through again because the repository was repacked under our hands.
const ATTEMPTS: usize = 5;
/// Branches and tags named in one repository, beyond which it is not read.
const REFERENCES: usize = 100_000;
/// Parts of a reference's name.
const DEPTH: usize = 20;

/// A repository in a folder.
#[derive(Debug)]
pub(super) struct Source {
    location: String,
    /// Where `HEAD` is.
    git: PathBuf,
    /// Where branches and objects are: the same, but for a linked working tree.
    common: PathBuf,
}

impl Source {
    /// Finds the repository of a bare one's folder, a working tree, or a linked working tree.
    pub(super) fn open(path: &Path) -> Result<Self, MirrorError> {
        let location = path.display().to_string();
        let refuse =
            |reason: &str| MirrorError::Location { location: location.clone(), reason: reason.to_owned() };
        let metadata = fs::metadata(path).map_err(|error| match error.kind() {
            ErrorKind::NotFound => refuse("there is no such folder"),
            _ => refuse(&format!("it cannot be opened ({error})")),
        })?;
        if !metadata.is_dir() {
            return Err(refuse(
                "it is a file, not a folder; of a bundle, make a bare clone first and name that",
            ));
        }
        let inside = path.join(".git");
        let git = if is_git_folder(path) {
            path.to_owned()
        } else if is_git_folder(&inside) {
            inside
        } else if let Some(named) = read_line(&inside, "gitdir: ") {
            path.join(named)
        } else {
            return Err(refuse("it is not a git repository, or not readable by this user"));
        };
        let common = match read_line(&git.join("commondir"), "") {
            Some(named) => git.join(named),
            None => git.clone(),
        };
        let source = Self { location, git, common };
        source.check_format()?;
        Ok(source)
    }

    /// Links all objects into the bare repository `target` and tells the branch or tag with its tip.
    pub(super) fn bring(
        &self,
        target: &Path,
        wanted: &Wanted<'_>,
        progress: &mut dyn FnMut(Progress) -> bool,
    ) -> Result<Brought, MirrorError> {
        // The branch first: whatever it needs was written before it.
        let head = read_line(&self.git.join("HEAD"), "ref: refs/heads/");
        let references = self.references(wanted)?;
        let chosen = choose_tip(&self.location, wanted, head.as_deref(), &references)?;
        let mut linker = Linker { target: target.join("objects"), linked: 0, progress };
        for attempt in 1.. {
            match linker.link_store(&self.common.join("objects"), 0) {
                Ok(()) => break,
                // Repacked while we looked: what is gone stands in a new pack.
                Err(Trouble::Gone(_)) if attempt < ATTEMPTS => {}
                Err(Trouble::Gone(path)) => {
                    return Err(MirrorError::Location {
                        location: self.location.clone(),
                        reason: format!("its files keep changing ({} is gone); try again", path.display()),
                    });
                }
                Err(Trouble::Error(error)) => return Err(error),
            }
        }
        self.carry_shallow(target)?;
        let Some((reference, id)) = chosen else { return Ok(Brought::default()) };
        let tip = peel(&open_bare(target)?, &self.location, &reference, id)?;
        Ok(Brought {
            tip: Some(tip),
            proposals: proposals::choose(&references, wanted.proposals, &reference),
            tags: past::tags(&references),
        })
    }

    /// Where its branches and objects are.
    pub(super) fn common(&self) -> &Path {
        &self.common
    }

    fn check_format(&self) -> Result<(), MirrorError> {
        let Ok(config) = git2::Config::open(&self.common.join("config")) else { return Ok(()) };
        let refuse = |reason: &str| {
            Err(MirrorError::Location { location: self.location.clone(), reason: reason.to_owned() })
        };
        let of = |key: &str| config.get_string(key).unwrap_or_default();
        if of("extensions.objectformat").eq_ignore_ascii_case("sha256") {
            return refuse("its object ids are SHA-256, which is not supported; SHA-1 ones are");
        }
        let storage = of("extensions.refstorage");
        if !storage.is_empty() && !storage.eq_ignore_ascii_case("files") {
            return refuse(
                "it keeps its branches in a reftable, which is not supported; `git refs migrate --ref-format=files` changes that",
            );
        }
        if !of("extensions.partialclone").is_empty() {
            return refuse("it is a partial clone, so that objects are missing from it; clone it in full");
        }
        Ok(())
    }

    /// All references that matter, by their full names: packed ones, then the loose ones, which win.
    fn references(&self, wanted: &Wanted<'_>) -> Result<BTreeMap<String, Oid>, MirrorError> {
        let mut references = BTreeMap::new();
        let packed = self.common.join("packed-refs");
        match fs::File::open(&packed) {
            Ok(file) => {
                for line in BufReader::new(file).split(b'\n') {
                    let line = line.map_err(io(&packed, "read the file"))?;
                    let Ok(line) = std::str::from_utf8(&line) else { continue };
                    let Some((id, name)) = line.trim_end().split_once(' ') else { continue };
                    if wanted.matters(name)
                        && let Ok(CommitId(id)) = id.parse()
                        && references.len() < REFERENCES
                    {
                        references.insert(name.to_owned(), id);
                    }
                }
            }
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(error) => return Err(io(&packed, "read the file")(error)),
        }
        self.loose_references(&self.common.join("refs"), "refs", wanted, &mut references)?;
        Ok(references)
    }

    fn loose_references(
        &self,
        folder: &Path,
        prefix: &str,
        wanted: &Wanted<'_>,
        references: &mut BTreeMap<String, Oid>,
    ) -> Result<(), MirrorError> {
        let entries = match fs::read_dir(folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
            Err(error) => return Err(io(folder, "list the folder")(error)),
        };
        for entry in entries.flatten() {
            let Ok(name) = entry.file_name().into_string() else { continue };
            let name = format!("{prefix}/{name}");
            let path = entry.path();
            if path.is_dir() {
                if name.split('/').count() < DEPTH {
                    self.loose_references(&path, &name, wanted, references)?;
                }
            } else if wanted.matters(&name)
                && let Some(CommitId(id)) = self.resolve_loose(&path, 0)
                && references.len() < REFERENCES
            {
                references.insert(name, id);
            }
        }
        Ok(())
    }

    /// The object in a loose reference, through a few symbolic ones.
    fn resolve_loose(&self, path: &Path, depth: usize) -> Option<CommitId> {
        let text = read_line(path, "")?;
        let Some(name) = text.strip_prefix("ref: ") else { return text.parse().ok() };
        if depth > 5 || !git2::Reference::is_valid_name(name) {
            return None;
        }
        self.resolve_loose(&self.common.join(name), depth + 1)
    }

    /// A shallow clone says where its history ends; the mirror must know too.
    fn carry_shallow(&self, target: &Path) -> Result<(), MirrorError> {
        let (from, to) = (self.common.join("shallow"), target.join("shallow"));
        match fs::read(&from) {
            Ok(border) => fs::write(&to, border).map_err(io(&to, "write the file")),
            Err(_) if to.exists() => fs::remove_file(&to).map_err(io(&to, "remove the file")),
            Err(_) => Ok(()),
        }
    }
}

fn is_git_folder(path: &Path) -> bool {
    path.join("HEAD").exists() && (path.join("objects").is_dir() || path.join("commondir").exists())
}

/// The first line of a small file, after `prefix`.
fn read_line(path: &Path, prefix: &str) -> Option<String> {
    if fs::metadata(path).ok().filter(fs::Metadata::is_file)?.len() > 4096 {
        return None;
    }
    let text = fs::read_to_string(path).ok()?;
    let line = text.lines().next()?.strip_prefix(prefix)?.trim();
    (!line.is_empty()).then(|| line.to_owned())
}

/// Why linking stopped.
enum Trouble {
    /// A file that was listed is not there any more.
    Gone(PathBuf),
    Error(MirrorError),
}

impl From<MirrorError> for Trouble {
    fn from(error: MirrorError) -> Self {
        Self::Error(error)
    }
}

struct Linker<'a> {
    target: PathBuf,
    linked: u64,
    progress: &'a mut dyn FnMut(Progress) -> bool,
}

impl Linker<'_> {
    /// Links what one object store has. Loose objects first: what moves into a pack meanwhile is found in the pack.
    fn link_store(&mut self, objects: &Path, depth: usize) -> Result<(), Trouble> {
        for entry in fs::read_dir(objects).map_err(io(objects, "list the folder"))?.flatten() {
            let name = entry.file_name();
            if is_hex(name.as_encoded_bytes(), 2) {
                self.link_loose(&entry.path(), &self.target.join(name))?;
            }
        }
        self.link_packs(&objects.join("pack"))?;
        if depth >= ALTERNATES {
            return Ok(());
        }
        let Ok(alternates) = fs::read_to_string(objects.join("info/alternates")) else { return Ok(()) };
        for line in alternates.lines().filter(|line| !line.is_empty() && !line.starts_with('#')).take(100) {
            self.link_store(&objects.join(line), depth + 1)?;
        }
        Ok(())
    }

    fn link_loose(&mut self, from: &Path, to: &Path) -> Result<(), Trouble> {
        // An empty folder may be removed at any time.
        let Ok(entries) = fs::read_dir(from) else { return Ok(()) };
        // Listing what is there costs a tenth of asking for every file.
        let there: HashSet<OsString> =
            fs::read_dir(to).into_iter().flatten().flatten().map(|entry| entry.file_name()).collect();
        let mut made = false;
        for entry in entries.flatten() {
            let name = entry.file_name();
            if is_hex(name.as_encoded_bytes(), 38) && !there.contains(&name) {
                if !made {
                    fs::create_dir_all(to).map_err(io(to, "create the folder"))?;
                    made = true;
                }
                self.link(&entry.path(), &to.join(name))?;
            }
        }
        Ok(())
    }

    fn link_packs(&mut self, packs: &Path) -> Result<(), Trouble> {
        let Ok(entries) = fs::read_dir(packs) else { return Ok(()) };
        let target = self.target.join("pack");
        for entry in entries.flatten() {
            let index = entry.path();
            let Some(name) = index.file_name().and_then(|name| name.to_str()) else { continue };
            let Some(stem) = name.strip_suffix(".idx") else { continue };
            if !stem.starts_with("pack-") || target.join(name).exists() {
                continue;
            }
            // A pack counts from when its index is there, so the index comes last.
            self.link(&packs.join(format!("{stem}.pack")), &target.join(format!("{stem}.pack")))?;
            self.link(&index, &target.join(name))?;
        }
        Ok(())
    }

    fn link(&mut self, from: &Path, to: &Path) -> Result<(), Trouble> {
        let plain = fs::symlink_metadata(from).is_ok_and(|file| file.is_file());
        match if plain { fs::hard_link(from, to) } else { Err(ErrorKind::CrossesDevices.into()) } {
            Ok(()) => {}
            Err(error) if error.kind() == ErrorKind::AlreadyExists => return Ok(()),
            Err(error) if error.kind() == ErrorKind::NotFound => return Err(Trouble::Gone(from.to_owned())),
            // Another file system, too many links, or links to others' files forbidden: a copy does as well.
            Err(_) => copy(from, to)?,
        }
        self.linked += 1;
        if self.linked.is_multiple_of(256) {
            let progress = Progress { received_objects: self.linked, ..Progress::default() };
            if !(self.progress)(progress) {
                return Err(MirrorError::Stopped.into());
            }
        }
        Ok(())
    }
}

fn copy(from: &Path, to: &Path) -> Result<(), Trouble> {
    if to.exists() {
        return Ok(());
    }
    let partial = to.with_extension("partial");
    match fs::copy(from, &partial) {
        Ok(_) => fs::rename(&partial, to).map_err(|error| io(to, "put the copy in its place")(error).into()),
        Err(error) if error.kind() == ErrorKind::NotFound => Err(Trouble::Gone(from.to_owned())),
        Err(error) => Err(io(from, "copy the file")(error).into()),
    }
}

fn is_hex(name: &[u8], digits: usize) -> bool {
    name.len() == digits && name.iter().all(u8::is_ascii_hexdigit)
}
