//! What a repository, of anybody, still has of what a copy was made from.

use super::{BRANCH, MirrorError};
use git2::{BranchType, ObjectType, Oid, Repository};
use std::path::Path;

/// The largest blob that is read, in bytes.
const LARGEST: usize = 16 << 20;

/// What a repository has of one blob.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Proof {
    /// The blob's bytes, if they are there at all.
    pub bytes: Option<Vec<u8>>,
    /// The id of the blob that stands at the path as the commit left it; none when either is not there.
    pub at_commit: Option<String>,
    /// Whether a branch or a tag reaches the commit. What is only pinned for copies does not count.
    pub reached: bool,
}

/// Looks into a repository, bare or not, without changing anything in it.
///
/// # Errors
/// When there is no repository in `directory`, or it cannot be read.
pub fn proof(
    directory: &Path,
    commit: Option<&str>,
    path: Option<&str>,
    blob: &str,
) -> Result<Proof, MirrorError> {
    let failed = |doing| move |source| MirrorError::Git { directory: directory.to_owned(), doing, source };
    super::prepare();
    let repository = Repository::discover(directory).map_err(failed("open the repository"))?;
    let odb = repository.odb().map_err(failed("open its objects"))?;
    let mut found = Proof::default();
    if let Ok(id) = Oid::from_str(blob)
        && odb.read_header(id).is_ok_and(|(size, kind)| kind == ObjectType::Blob && size <= LARGEST)
    {
        found.bytes = repository.find_blob(id).ok().map(|blob| blob.content().to_vec());
    }
    let Some(commit) =
        commit.and_then(|commit| Oid::from_str(commit).ok()).and_then(|id| repository.find_commit(id).ok())
    else {
        return Ok(found);
    };
    let tree = commit.tree().map_err(failed("read a commit's tree"))?;
    let entry = path.and_then(|path| tree.get_path(Path::new(path)).ok());
    found.at_commit =
        entry.filter(|entry| entry.kind() == Some(ObjectType::Blob)).map(|entry| entry.id().to_string());
    let mut tips: Vec<Oid> = repository
        .branches(None::<BranchType>)
        .map_err(failed("list its branches"))?
        .filter_map(|branch| branch.ok()?.0.get().target())
        .collect();
    tips.extend(repository.refname_to_id(BRANCH).ok());
    repository
        .tag_foreach(|id, _| {
            let tagged = repository.find_object(id, None).and_then(|tag| tag.peel(ObjectType::Commit));
            tips.extend(tagged.ok().map(|commit| commit.id()));
            true
        })
        .map_err(failed("list its tags"))?;
    found.reached = tips
        .iter()
        .any(|tip| *tip == commit.id() || repository.graph_descendant_of(*tip, commit.id()).unwrap_or(false));
    Ok(found)
}

/// Clones a repository into an empty folder to look into it, without a working tree.
///
/// # Errors
/// When it cannot be had: it is not there, it asks for a login, or the network fails.
pub fn clone_to_look(url: &str, into: &Path) -> Result<(), MirrorError> {
    super::prepare();
    git2::build::RepoBuilder::new().bare(true).clone(url, into).map(|_| ()).map_err(|source| {
        MirrorError::Git { directory: into.to_owned(), doing: "clone the repository", source }
    })
}
