//! Whether a copy is what it says: its file against the record, its procedure against the mirror and against the blob that
//! was kept when it was made.

use crate::app::App;
use crate::db::instances::Instance;
use crate::http::problem::Problem;
use axum::body::Bytes;
use catalog::instance::{Aspect, Examined, Origin, Source, examine};
use catalog::mirror::{Proof, proof};
use std::path::{Path, PathBuf};

/// Where a repository's mirror lies in a data folder.
pub fn mirror(data: &Path, repo: &str) -> PathBuf {
    data.join("mirrors").join(format!("{repo}.git"))
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
pub async fn examined(app: &App, instance: &Instance, file: Option<Bytes>) -> Result<Examined, Problem> {
    let recorded = kept(app, &instance.object).await?;
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
        examine(&file, source, Some(recorded.as_deref().unwrap_or_default()), &vocabulary)
    };
    Ok(app.pool.run(work).await?)
}

/// An object, if it is there and undamaged. What is damaged is not what was recorded: that is said and is no failure.
pub(super) async fn kept(app: &App, key: &str) -> Result<Option<Bytes>, Problem> {
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
        Aspect::Renderer => "What made it",
    }
}
