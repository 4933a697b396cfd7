//! Bringing a mirror up to its remote, so that it is whole at every moment.
//!
//! A first clone, and every clone anew, is made beside the mirror and renamed into its place when it is whole; what a
//! killed process left is cleared at the next update. A lock that the system drops with its holder keeps updates of one
//! mirror apart. Objects only ever arrive before the reference that needs them.
//!
//! A folder on this machine is not fetched from: libgit2's transport for folders sends every branch and tag that is
//! not ours, packed anew, at every fetch, and refuses folders of another owner. Its object files never change once
//! they have their name, so they are linked into the mirror (copied, across file systems), and the branch is read.

use super::local::Source;
use super::pool::open_bare;
use super::vetted::{Resolver, SystemResolver};
use super::{Access, CommitId, MirrorError, past, pins, proposals, remote};
use crate::repository::{Location, RefPattern, Repository};
use git2::{ErrorCode, Oid};
use rustix::io::Errno;
use rustix::process::{Pid, test_kill_process};
use serde::{Deserialize, Serialize};
use sha1::Digest as _;
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs::{File, TryLockError};
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// The reference at the tip of the mirrored branch, whatever that is called at the remote.
pub const BRANCH: &str = "refs/huntshelf/branch";

/// The file in a mirror that has the next update make it anew.
pub(super) const ANEW: &str = "huntshelf-anew";

/// With more packs than these, reading slows down: the mirror is made anew, in few packs.
const PACKS: usize = 50;
/// How long an update waits for another process to finish with the mirror, such as one that is just being killed.
const PATIENCE: Duration = Duration::from_secs(5);

/// How much a remote may send.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    /// Bytes received in one update.
    pub bytes: u64,
    /// Objects received in one update.
    pub objects: u64,
}

impl Default for Limits {
    /// 4 GiB and 20 million objects: several times the largest catalog thought of.
    fn default() -> Self {
        Self { bytes: 4 << 30, objects: 20_000_000 }
    }
}

/// How far an update is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Progress {
    /// Objects received, or files linked from a folder.
    pub received_objects: u64,
    /// Objects to receive; 0 while that is not known.
    pub total_objects: u64,
    /// Objects verified.
    pub indexed_objects: u64,
    /// Bytes received.
    pub received_bytes: u64,
    /// Lines that the remote has told about its own progress.
    pub messages: u64,
}

/// What an update did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Updated {
    /// The branch or tag that is mirrored; none where the repository is empty.
    pub branch: Option<String>,
    /// The tip before.
    pub before: Option<CommitId>,
    /// The tip now.
    pub tip: Option<CommitId>,
    /// Whether the mirror was made, or made anew.
    pub cloned: bool,
    /// What could not be done beside the branch: proposals that did not arrive, pins that are lost.
    #[serde(default)]
    pub notes: Vec<String>,
}

/// Brings the mirror in `directory` up to `repository`, in this process; clones where there is no mirror. `progress`
/// may stop it by answering `false`.
///
/// # Errors
/// When the location cannot be read or has no such branch, or the mirror cannot be written. The mirror is then as it
/// was.
pub fn update(
    repository: &Repository,
    directory: &Path,
    progress: &mut dyn FnMut(Progress) -> bool,
) -> Result<Updated, MirrorError> {
    let access = match repository.location {
        Location::Path(_) => Access::default(),
        Location::Remote(_) => Access::of_this_user()
            .for_repository(repository, &|name| std::env::var(name).ok())
            .map_err(|reason| MirrorError::Remote { location: repository.location.display(), reason })?,
    };
    update_within(repository, directory, &access, Limits::default(), &SystemResolver, progress)
}

/// [`update`] with given keys, limits and resolver of names.
///
/// # Errors
/// As [`update`].
pub fn update_within(
    repository: &Repository,
    directory: &Path,
    access: &Access,
    limits: Limits,
    resolver: &dyn Resolver,
    progress: &mut dyn FnMut(Progress) -> bool,
) -> Result<Updated, MirrorError> {
    if let Some(parent) = directory.parent() {
        std::fs::create_dir_all(parent).map_err(io(parent, "create the folder"))?;
    }
    let _lock = lock(directory)?;
    clear(directory)?;
    sweep(directory)?;
    let existing = Existing::at(directory);
    let wanted = Wanted::of(repository);
    let visit = |url| remote::Visit { url, access, limits, resolver };
    let bring = |target: &Path, progress: &mut dyn FnMut(Progress) -> bool| match &repository.location {
        Location::Path(path) => Source::open(path)?.bring(target, &wanted, progress),
        Location::Remote(url) => remote::bring(target, &visit(url), &wanted, progress),
    };
    let mut updated = match existing {
        Existing::Usable { tip } => match bring(directory, progress) {
            // What came is whole; what was there is not.
            Err(error) if error.may_be_damage() && is_damaged(directory) => {
                make(directory, tip, &bring, progress)?
            }
            brought => move_on(repository, directory, tip, brought?)?,
        },
        Existing::Anew { tip } => make(directory, tip, &bring, progress)?,
        Existing::Nothing => make(directory, None, &bring, progress)?,
    };
    if let Location::Remote(url) = &repository.location
        && !updated.brought.proposals.is_empty()
        && let Err(error) =
            remote::bring_proposals(directory, &visit(url), &updated.brought.proposals, progress)
    {
        if matches!(error, MirrorError::Stopped) {
            return Err(error);
        }
        updated.told.notes.push(format!("not all proposals could be fetched: {error}"));
    }
    if let Err(error) = past::set_tags(directory, &updated.brought.tags) {
        updated.told.notes.push(error.to_string());
    }
    match proposals::set(directory, &updated.brought.proposals) {
        Ok(0) => {}
        Ok(missing) => updated.told.notes.push(format!("{missing} proposals did not arrive")),
        Err(error) => updated.told.notes.push(error.to_string()),
    }
    Ok(updated.told)
}

/// What came from a repository.
#[derive(Debug, Default)]
pub(super) struct Brought {
    /// None where it is empty.
    pub(super) tip: Option<Tip>,
    /// References that are proposals, and what they name.
    pub(super) proposals: Vec<(String, Oid)>,
    /// Tags by name, and what they lead to.
    pub(super) tags: Vec<(String, Oid)>,
}

/// Brings what is wanted into the bare repository in a folder.
type Bring<'a> = dyn Fn(&Path, &mut dyn FnMut(Progress) -> bool) -> Result<Brought, MirrorError> + 'a;

/// What an update did to the branch, with what came.
struct Moved {
    told: Updated,
    brought: Brought,
}

/// Moves the branch of a mirror to what came.
fn move_on(
    repository: &Repository,
    directory: &Path,
    before: Option<CommitId>,
    mut brought: Brought,
) -> Result<Moved, MirrorError> {
    let (branch, tip) = unzip(brought.tip.take());
    if before.is_some() && tip.is_none() {
        return Err(MirrorError::NoBranch {
            location: repository.location.display(),
            branch: repository.branch.clone().unwrap_or_else(|| "HEAD".to_owned()),
            others: Vec::new(),
        });
    }
    point(directory, tip)?;
    Ok(Moved { told: Updated { branch, before, tip, cloned: false, notes: Vec::new() }, brought })
}

/// Makes a mirror beside, with what is pinned in the old one, and puts it in its place once it is known to be whole.
fn make(
    directory: &Path,
    before: Option<CommitId>,
    bring: &Bring<'_>,
    progress: &mut dyn FnMut(Progress) -> bool,
) -> Result<Moved, MirrorError> {
    let beside = with_suffix(directory, &format!(".tmp-{}", std::process::id()));
    let made = skeleton(&beside).and_then(|()| {
        let mut brought = bring(&beside, progress)?;
        let (branch, tip) = unzip(brought.tip.take());
        if before.is_some() && tip.is_none() {
            return Err(MirrorError::NoBranch {
                location: directory.display().to_string(),
                branch: "HEAD".to_owned(),
                others: Vec::new(),
            });
        }
        point(&beside, tip)?;
        check(&beside, tip)?;
        let mut lost = pins::carry(directory, &beside, tip)?;
        switch(&beside, directory, &mut |old| {
            // Those that were set while the new one was made.
            if let Ok(more) = pins::carry(old, directory, tip) {
                lost = more;
            }
        })?;
        let notes =
            lost.iter().map(|pin| format!("the pinned commit {pin} is lost: it was damaged")).collect();
        Ok(Moved { told: Updated { branch, before, tip, cloned: true, notes }, brought })
    });
    if made.is_err() {
        // What went wrong first is worth telling; a leftover is cleared next time.
        let _ = std::fs::remove_dir_all(&beside);
    }
    made
}

/// Makes sure that a mirror has all commits of its branch, and all folders of its tip. Files may be missing: one that
/// cannot be read stops nothing.
fn check(directory: &Path, tip: Option<CommitId>) -> Result<(), MirrorError> {
    let Some(tip) = tip else { return Ok(()) };
    let mirror = super::Mirror::open(directory)?
        .ok_or_else(|| MirrorError::Missing { kind: "commit", id: tip.to_string() })?;
    mirror.reachable(tip)?;
    match mirror.files(tip, &|_| false) {
        // It is told when the tip is read.
        Ok(_) | Err(MirrorError::Excessive { .. }) => Ok(()),
        Err(error) => Err(error),
    }
}

/// Whether a pack of a mirror is not what it was written as: its bytes do not add up to the checksum at its end.
fn is_damaged(directory: &Path) -> bool {
    let packs = std::fs::read_dir(directory.join("objects/pack")).into_iter().flatten().flatten();
    packs.map(|entry| entry.path()).any(|path| {
        let counts = path.extension().is_some_and(|end| end == "pack" || end == "idx");
        counts && !adds_up(&path).unwrap_or(false)
    })
}

fn adds_up(path: &Path) -> std::io::Result<bool> {
    let mut file = File::open(path)?;
    let Some(body) = file.metadata()?.len().checked_sub(20) else { return Ok(false) };
    let mut hash = sha1::Sha1::new();
    let mut left = body;
    let mut buffer = vec![0; 1 << 16];
    while left > 0 {
        let most = usize::try_from(left).unwrap_or(usize::MAX).min(buffer.len());
        file.read_exact(&mut buffer[..most])?;
        hash.update(&buffer[..most]);
        left -= most as u64;
    }
    let mut told = [0; 20];
    file.read_exact(&mut told)?;
    Ok(hash.finalize()[..] == told)
}

/// What is in the place of the mirror.
enum Existing {
    Nothing,
    Usable {
        tip: Option<CommitId>,
    },
    /// In very many packs, or not to be trusted: it is made anew beside.
    Anew {
        tip: Option<CommitId>,
    },
}

impl Existing {
    fn at(directory: &Path) -> Self {
        let Ok(repository) = open_bare(directory) else { return Self::Nothing };
        let tip = match repository.refname_to_id(BRANCH) {
            Ok(id) => Some(CommitId(id)),
            Err(error) if error.code() == ErrorCode::NotFound => None,
            Err(_) => return Self::Nothing,
        };
        if tip.is_some_and(|tip| repository.find_commit(tip.0).and_then(|commit| commit.tree()).is_err()) {
            return Self::Nothing;
        }
        let packs = std::fs::read_dir(directory.join("objects/pack")).into_iter().flatten().flatten();
        let packs = packs.filter(|entry| entry.path().extension().is_some_and(|end| end == "pack")).count();
        if packs > PACKS || directory.join(ANEW).exists() { Self::Anew { tip } } else { Self::Usable { tip } }
    }
}

/// What of a repository is mirrored.
#[derive(Debug, Clone, Copy)]
pub(super) struct Wanted<'a> {
    /// The branch; that of `HEAD` where none is named.
    pub(super) branch: Option<&'a str>,
    /// The tag, in place of a branch.
    pub(super) tag: Option<&'a str>,
    /// Which references are proposals.
    pub(super) proposals: &'a [RefPattern],
}

impl<'a> Wanted<'a> {
    fn of(repository: &'a Repository) -> Self {
        Self {
            branch: repository.branch.as_deref(),
            tag: repository.tag.as_deref(),
            proposals: &repository.proposals,
        }
    }

    /// Whether a reference of that name matters.
    pub(super) fn matters(&self, name: &str) -> bool {
        name.starts_with("refs/heads/")
            || past::is_tag(name)
            || self.proposals.iter().any(|pattern| pattern.part(name).is_some())
    }
}

/// A branch or tag, and its commit.
pub(super) type Tip = (String, CommitId);

/// The reference to mirror, in full, and what it names: the configured tag or branch, else the branch that `HEAD` names,
/// else `main`, `master` or the only one. None where there are no branches at all.
pub(super) fn choose_tip(
    location: &str,
    wanted: &Wanted<'_>,
    head: Option<&str>,
    references: &BTreeMap<String, Oid>,
) -> Result<Option<(String, Oid)>, MirrorError> {
    let find = |reference: String| references.get(&reference).map(|id| (reference, *id));
    if let Some(tag) = wanted.tag {
        let found = find(format!("refs/tags/{tag}"));
        let missing = || MirrorError::NoTag { location: location.to_owned(), tag: tag.to_owned() };
        return found.ok_or_else(missing).map(Some);
    }
    let branches = || references.keys().filter_map(|name| name.strip_prefix("refs/heads/"));
    if branches().next().is_none() {
        return Ok(None);
    }
    let only = if branches().nth(1).is_none() { branches().next() } else { None };
    let tried = match wanted.branch {
        Some(name) => [Some(name), None, None, None],
        None => [head, Some("main"), Some("master"), only],
    };
    let found = tried.iter().flatten().find_map(|name| find(format!("refs/heads/{name}")));
    match found {
        Some(found) => Ok(Some(found)),
        None => Err(MirrorError::NoBranch {
            location: location.to_owned(),
            branch: wanted.branch.or(head).unwrap_or("main").to_owned(),
            others: branches().take(10).map(str::to_owned).collect(),
        }),
    }
}

/// The commit that a reference's object is, or that its annotated tag names; the reference by its short name.
pub(super) fn peel(
    repository: &git2::Repository,
    location: &str,
    reference: &str,
    id: Oid,
) -> Result<Tip, MirrorError> {
    if let Some(branch) = reference.strip_prefix("refs/heads/") {
        return Ok((branch.to_owned(), CommitId(id)));
    }
    let name = reference.strip_prefix("refs/tags/").unwrap_or(reference).to_owned();
    match repository.find_object(id, None).and_then(|object| object.peel_to_commit()) {
        Ok(commit) => Ok((name, CommitId(commit.id()))),
        Err(_) => Err(MirrorError::NoTag { location: location.to_owned(), tag: name }),
    }
}

/// Clears what a killed update left beside the mirror, unless one is going on.
pub(super) fn clear_leftovers(directory: &Path) -> Result<(), MirrorError> {
    // Without a lock file there never was an update.
    let Ok(file) = File::open(with_suffix(directory, ".lock")) else { return Ok(()) };
    if file.try_lock().is_ok() { clear(directory) } else { Ok(()) }
}

fn clear(directory: &Path) -> Result<(), MirrorError> {
    for (path, _) in beside(directory, ".tmp-")? {
        std::fs::remove_dir_all(&path).map_err(io(&path, "remove what a killed update left"))?;
    }
    Ok(())
}

/// What lies beside the mirror under its name, this suffix and a number (of a process), with the number.
pub(super) fn beside(directory: &Path, suffix: &str) -> Result<Vec<(PathBuf, u32)>, MirrorError> {
    let (Some(parent), Some(name)) = (directory.parent(), directory.file_name()) else {
        return Ok(Vec::new());
    };
    let parent = if parent.as_os_str().is_empty() { Path::new(".") } else { parent };
    let entries = match std::fs::read_dir(parent) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(io(parent, "list the folder")(error)),
    };
    let prefix = [name.as_encoded_bytes(), suffix.as_bytes()].concat();
    let number = |entry: &std::fs::DirEntry| {
        let name = entry.file_name();
        let number = name.as_encoded_bytes().strip_prefix(prefix.as_slice())?;
        // Another repository's mirror may begin with our name; it does not end in a number.
        std::str::from_utf8(number).ok()?.parse().ok()
    };
    Ok(entries.flatten().filter_map(|entry| Some((entry.path(), number(&entry)?))).collect())
}

/// Removes folders beside the mirror that a process left which is no more, such as a server that was killed. They hold no
/// secret.
pub(super) fn clear_the_dead(directory: &Path, suffix: &str) {
    for (path, process) in beside(directory, suffix).unwrap_or_default() {
        let alive = i32::try_from(process)
            .ok()
            .and_then(Pid::from_raw)
            .is_some_and(|process| test_kill_process(process) != Err(Errno::SRCH));
        if !alive {
            // What stays is cleared the next time.
            let _ = std::fs::remove_dir_all(&path);
        }
    }
}

/// Removes what a killed update left inside the mirror: packs that are not complete, and locks on references, which
/// libgit2 would respect for ever.
fn sweep(directory: &Path) -> Result<(), MirrorError> {
    let packs = directory.join("objects/pack");
    let files = std::fs::read_dir(&packs).into_iter().flatten().flatten().map(|entry| entry.path());
    let incomplete = files.filter(|path| {
        let end = |name: &str| path.extension().is_some_and(|end| end == name);
        !(end("pack") && path.with_extension("idx").exists()
            || end("idx") && path.with_extension("pack").exists())
    });
    let folders = ["", "refs/huntshelf", "refs/huntshelf/proposals"].map(|folder| directory.join(folder));
    let locks = folders
        .iter()
        .flat_map(|folder| std::fs::read_dir(folder).into_iter().flatten().flatten())
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|end| end == "lock"));
    for path in incomplete.chain(locks) {
        std::fs::remove_file(&path).map_err(io(&path, "remove what a killed update left"))?;
    }
    Ok(())
}

fn lock(directory: &Path) -> Result<File, MirrorError> {
    let path = with_suffix(directory, ".lock");
    let file = File::create(&path).map_err(io(&path, "create the lock"))?;
    let start = Instant::now();
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(file),
            Err(TryLockError::WouldBlock) if start.elapsed() < PATIENCE => {
                std::thread::sleep(Duration::from_millis(20));
            }
            Err(TryLockError::WouldBlock) => return Err(MirrorError::Busy(directory.to_owned())),
            Err(TryLockError::Error(source)) => return Err(io(&path, "lock")(source)),
        }
    }
}

/// An empty bare repository, written by hand: no template of the user's, no hook, and no redirect to another
/// host is followed (one within the host is: that of a renamed repository).
pub(super) fn skeleton(directory: &Path) -> Result<(), MirrorError> {
    for folder in ["objects/pack", "objects/info", "refs/huntshelf"] {
        let path = directory.join(folder);
        std::fs::create_dir_all(&path).map_err(io(&path, "create the folder"))?;
    }
    let config = "[core]\n\trepositoryformatversion = 0\n\tfilemode = true\n\tbare = true\n[http]\n\tfollowRedirects = false\n";
    for (name, text) in [("HEAD", "ref: refs/heads/main\n"), ("config", config)] {
        let path = directory.join(name);
        std::fs::write(&path, text).map_err(io(&path, "write the file"))?;
    }
    Ok(())
}

/// Points our reference at the tip, once it is certain that the commit and its tree are there.
fn point(directory: &Path, tip: Option<CommitId>) -> Result<(), MirrorError> {
    let Some(tip) = tip else { return Ok(()) };
    let repository = open_bare(directory)?;
    if repository.refname_to_id(BRANCH).is_ok_and(|id| id == tip.0) {
        return Ok(());
    }
    repository
        .find_commit(tip.0)
        .and_then(|commit| commit.tree())
        .map_err(|_| MirrorError::Missing { kind: "commit", id: tip.to_string() })?;
    let failed =
        |source| MirrorError::Git { directory: directory.to_owned(), doing: "move its branch", source };
    repository.reference(BRANCH, tip.0, true, "mirrored").map_err(failed)?;
    Ok(())
}

/// Puts the mirror made beside into its place, at once where the file system can. `leaving` is told where the old one is
/// before it goes.
fn switch(beside: &Path, directory: &Path, leaving: &mut dyn FnMut(&Path)) -> Result<(), MirrorError> {
    use rustix::fs::{CWD, RenameFlags, renameat_with};
    let doing = "put the new mirror in its place";
    if !directory.exists() {
        return std::fs::rename(beside, directory).map_err(io(directory, doing));
    }
    if renameat_with(CWD, beside, CWD, directory, RenameFlags::EXCHANGE).is_ok() {
        // The old one is beside now. Readers that have it open keep their mapped packs.
        leaving(beside);
        return std::fs::remove_dir_all(beside).map_err(io(beside, "remove the old mirror"));
    }
    std::fs::remove_dir_all(directory).map_err(io(directory, "remove the old mirror"))?;
    std::fs::rename(beside, directory).map_err(io(directory, doing))
}

pub(super) fn with_suffix(directory: &Path, suffix: &str) -> PathBuf {
    let mut name = OsString::from(directory.as_os_str());
    name.push(suffix);
    PathBuf::from(name)
}

pub(super) fn io<'a>(
    path: &'a Path,
    doing: &'static str,
) -> impl Fn(std::io::Error) -> MirrorError + use<'a> {
    move |source| MirrorError::Io { path: path.to_owned(), doing, source }
}

fn unzip(found: Option<(String, CommitId)>) -> (Option<String>, Option<CommitId>) {
    found.map_or((None, None), |(branch, tip)| (Some(branch), Some(tip)))
}
