//! Whether a copy is what it says: its file against the record, its procedure against the mirror and against the blob that
//! was kept when it was made.

use super::releasing;
use crate::app::App;
use crate::auth::Principal;
use crate::db::instances::{Instance, InstanceFilter};
use crate::db::releases::Release;
use crate::entropy::sha256;
use crate::http::problem::Problem;
use axum::body::Bytes;
use catalog::instance::{Aspect, Examined, Origin, Provenance, Source, examine, provenance};
use catalog::mirror::{Proof, proof};
use catalog::notebook::ipynb;
use std::path::{Path, PathBuf};

/// So many copies of one revision are looked through for the one.
const LOOKED_THROUGH: u32 = 1_000;

/// Where a repository's mirror lies in a data folder.
pub fn mirror(data: &Path, repo: &str) -> PathBuf {
    data.join("mirrors").join(format!("{repo}.git"))
}

/// The same for a name that stands in a file of anybody's: none where it is no name but a path.
pub fn mirror_named(data: &Path, repo: Option<&str>) -> Option<PathBuf> {
    let repo =
        repo.filter(|repo| !repo.is_empty() && !repo.contains(['/', '\\']) && !repo.starts_with('.'))?;
    Some(mirror(data, repo))
}

/// Where the bytes of a blob come from, by what a repository still has.
pub fn origin(blob: &str, claims_commit: bool, found: Option<&Proof>) -> Origin {
    match found {
        Some(proof) if proof.at_commit.as_deref() == Some(blob) => {
            if proof.reached {
                Origin::Commit
            } else {
                Origin::Gone
            }
        }
        Some(proof) if proof.at_commit.is_some() || !claims_commit => Origin::Blob,
        Some(proof) if proof.bytes.is_some() => Origin::Gone,
        _ => Origin::Kept,
    }
}

/// Looks at a copy on record: at its own file, or at one that somebody has of it.
///
/// # Errors
/// When the object store fails.
pub async fn examined(
    app: &App,
    who: &Principal,
    instance: &Instance,
    file: Option<Bytes>,
) -> Result<Examined, Problem> {
    let releases = app.database.instances(&who.tenants()).releases(&instance.id).await?;
    // A file may be of the copy as it was handed out before cells were released.
    let object = match &file {
        Some(file) => releasing::version_of(app, instance, &releases, file).await?,
        None => instance.object.clone(),
    };
    let recorded = kept(app, &object).await?;
    let source = kept(app, &instance.source_object).await?;
    let directory = mirror(&app.config.server.data, &instance.repo);
    let vocabulary = app.config.instances.vocabulary.clone();
    let (commit, path, blob) = (instance.commit.clone(), instance.path.clone(), instance.blob.clone());
    let work = move || {
        let found = proof(&directory, Some(&commit), Some(&path), &blob).ok();
        let from = origin(&blob, true, found.as_ref());
        let bytes = source.as_deref().or_else(|| found.as_ref().and_then(|found| found.bytes.as_deref()));
        let source = bytes.map(|bytes| Source { bytes, origin: from });
        let file = file.or_else(|| recorded.clone()).unwrap_or_default();
        let recorded = Some(recorded.as_deref().unwrap_or_default());
        let mut examined = examine(&file, source, recorded, &vocabulary);
        examined.vouch(&releasing::vouched(&releases));
        examined
    };
    Ok(app.pool.run(work).await?)
}

/// Looks at a file that somebody has, by what it says of itself: against the copy on record that it is of, which comes with
/// what was seen; where none is, against the repository that it names.
///
/// # Errors
/// When the database or the object store fails.
pub async fn examined_file(
    app: &App,
    who: &Principal,
    file: Bytes,
) -> Result<(Option<Instance>, Examined), Problem> {
    let parsed = {
        let file = file.clone();
        app.pool.run(move || {
            let notebook = ipynb::read(&file);
            (provenance(&notebook), notebook.metadata.get("huntshelf").cloned())
        })
    };
    let vocabulary = app.config.instances.vocabulary.clone();
    let (Some(stamp), Some(said)) = parsed.await? else {
        let work = move || examine(&file, None, None, &vocabulary);
        return Ok((None, app.pool.run(work).await?));
    };
    let filter = InstanceFilter {
        repo: stamp.repo.clone(),
        commit: stamp.commit.clone(),
        tenant: stamp.tenant.clone(),
        limit: LOOKED_THROUGH,
        ..InstanceFilter::default()
    };
    let (scope, own) = (who.tenants(), sha256(&file));
    let instances = app.database.instances(&scope);
    let (mut best, mut best_fits) = (None, false);
    for copy in instances.list(&filter).await? {
        if !releasing::is_of(&copy, &said) {
            continue;
        }
        let releases = instances.releases(&copy.id).await?;
        if has_bytes(&copy, &releases, &own) {
            best = Some(copy);
            break;
        }
        // Of several that were made alike, the newest of which such a version was handed out.
        let earlier = releasing::version(&copy, &releases, Some(&said)) != copy.object;
        let fits = earlier || copy.provenance == said;
        if best.is_none() || (fits && !best_fits) {
            (best, best_fits) = (Some(copy), fits);
        }
    }
    if let Some(copy) = best {
        let examined = examined(app, who, &copy, Some(file)).await?;
        return Ok((Some(copy), examined));
    }
    let directory = mirror_named(&app.config.server.data, stamp.repo.as_deref());
    let work = move || {
        let found = directory.and_then(|directory| found_in(&directory, &stamp));
        let from = origin(&stamp.blob, stamp.commit.is_some(), found.as_ref());
        let bytes = found.as_ref().and_then(|found| found.bytes.as_deref());
        let source = bytes.map(|bytes| Source { bytes, origin: from });
        let mut examined = examine(&file, source, None, &vocabulary);
        examined.vouch(&[]);
        examined
    };
    Ok((None, app.pool.run(work).await?))
}

/// What a mirror has of what a copy was made from.
pub fn found_in(mirror: &Path, stamp: &Provenance) -> Option<Proof> {
    proof(mirror, stamp.commit.as_deref(), stamp.path.as_deref(), &stamp.blob).ok()
}

/// Whether a copy is, or was, handed out as the bytes of this SHA-256.
pub fn has_bytes(copy: &Instance, releases: &[Release], sha256: &str) -> bool {
    copy.object == sha256 || releases.iter().any(|release| release.before == sha256)
}

/// An object, if it is there and undamaged. What is damaged is not what was recorded: that is said and is no failure.
pub(crate) async fn kept(app: &App, key: &str) -> Result<Option<Bytes>, Problem> {
    match app.objects.get(key).await {
        Ok(found) => Ok(found),
        Err(crate::objects::ObjectError::Damaged(key)) => {
            tracing::error!(object = key, "the object is not what was put there");
            Ok(None)
        }
        Err(error) => {
            tracing::error!(object = key, %error, "the object store");
            Err(Problem::internal())
        }
    }
}

/// What is looked at, for people.
pub fn label(aspect: Aspect) -> &'static str {
    match aspect {
        Aspect::File => "The file",
        Aspect::Source => "Its procedure",
        Aspect::Parameters => "What was filled in",
        Aspect::Cells => "Every other cell",
        Aspect::Metadata => "The notebook's metadata",
        Aspect::Held => "Cells that write",
        Aspect::Renderer => "What made it",
    }
}
