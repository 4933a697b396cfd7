//! Held cells of a copy, released by a person: code again in what is handed out from then on. What was handed out before is
//! kept, and told apart by what each version says of itself. The API and the copy's page both come here.

use super::returned::read;
use crate::app::App;
use crate::auth::{Principal, Role};
use crate::db::instances::Instance;
use crate::db::lives::Named;
use crate::db::releases::Release;
use crate::http::problem::{Problem, sentence};
use crate::routes::api::instances::bytes;
use axum::body::Bytes;
use axum::http::StatusCode;
use catalog::instance;
use catalog::notebook::CellKind;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// Longest reason, in characters.
const MAX_REASON: usize = 2_000;
/// What the record of deeds calls it.
pub const DEED: &str = "instance.release";

/// A cell that was held when a copy was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeldCell {
    /// Its id in the notebook.
    pub id: String,
    /// Its place in the notebook, from 0.
    pub cell: usize,
    /// Its code.
    pub source: String,
    /// Whether somebody released it: it is code again.
    pub released: bool,
}

/// The cells of a copy that were held when it was made, as they are in what is handed out now.
///
/// # Errors
/// When the object store lost or damaged its bytes.
pub async fn held(app: &App, copy: &Instance) -> Result<Vec<HeldCell>, Problem> {
    let ids = ids(&copy.provenance, "held_cells");
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let bytes = bytes(app, copy).await?;
    let work = move || {
        let notebook = read(&bytes);
        let cells = notebook.cells.into_iter().enumerate();
        cells
            .filter_map(|(cell, is)| {
                let id = is.id.filter(|id| ids.contains(id))?;
                Some(HeldCell { id, cell, source: is.source, released: is.kind == CellKind::Code })
            })
            .collect()
    };
    Ok(app.pool.run(work).await?)
}

/// The ids of cells that a copy says something of.
fn ids(said: &Value, key: &str) -> BTreeSet<String> {
    let ids = said.get(key).and_then(Value::as_array);
    ids.into_iter().flatten().filter_map(|id| Some(id.as_str()?.to_owned())).collect()
}

fn refused(kind: &str, detail: impl Into<String>) -> Problem {
    Problem::new(StatusCode::UNPROCESSABLE_ENTITY, kind, "Nothing was released", detail)
}

/// Releases held cells of a copy, by their ids.
///
/// # Errors
/// 403 without the role, 404 when there is no such copy; 409 where it is closed or withdrawn, or somebody else released cells
/// at the same time; 422 where a cell is not held, or no reason is given.
pub async fn release(
    app: &App,
    who: &Principal,
    id: &str,
    cells: &[String],
    reason: &str,
) -> Result<(Instance, Release), Problem> {
    who.require(Role::Hunter)?;
    let scope = who.tenants();
    let instances = app.database.instances(&scope);
    let missing = || Problem::not_found(format!("copy {id}"));
    let mut copy = instances.get(id).await?.ok_or_else(missing)?;
    let reason = reason.trim();
    if cells.is_empty() {
        return Err(refused("no-cells", "No cell is chosen.").remedy("Choose the held cells to release."));
    }
    if reason.is_empty() || reason.chars().count() > MAX_REASON {
        let detail = format!("A release needs a reason, of at most {MAX_REASON} characters.");
        return Err(refused("no-reason", detail).remedy("Say why these cells may write to the service."));
    }
    if !copy.life.state.is_open() {
        let detail = format!("The copy is {}: nothing of it is released any more.", copy.life.state.word());
        return Err(Problem::conflict(detail).remedy("Open it again first."));
    }
    let (handed, named) = (bytes(app, &copy).await?, cells.to_vec());
    let made = app.pool.run(move || instance::release(&handed, &named)).await?;
    let made = made.map_err(|refusal| {
        refused(&refusal.code, format!("{}.", sentence(&refusal.reason))).remedy(refusal.remedy)
    })?;
    let size = made.bytes.len() as u64;
    let object = app.objects.put(made.bytes).await.map_err(|error| {
        tracing::error!(%error, "a copy could not be kept");
        Problem::internal()
    })?;
    let release = Release {
        id: app.id(),
        instance: copy.id.clone(),
        cells: cells.to_vec(),
        reason: reason.to_owned(),
        before: copy.object.clone(),
        object: object.clone(),
        created_at: app.clock.now(),
        created_by: Named { id: who.id.clone(), name: who.name.clone() },
    };
    if !instances.release(&release, size, &made.provenance).await? {
        let taken = Problem::new(
            StatusCode::CONFLICT,
            "changed-meanwhile",
            "Somebody else released cells",
            "Somebody else released cells of this copy at the same time; nothing of yours was written.",
        );
        return Err(taken.remedy("Look at what is held now, and release it again if it still holds."));
    }
    let detail = json!({
        "cells": release.cells, "reason": release.reason, "before": release.before, "sha256": release.object,
    });
    app.note(who, DEED, &copy.id, &detail).await?;
    (copy.object, copy.size, copy.provenance) = (object, size, made.provenance);
    Ok((copy, release))
}

/// Where the bytes of the version are that a notebook is of, by what it says was released: the one handed out now, or one
/// before a release.
pub fn version(copy: &Instance, releases: &[Release], said: Option<&Value>) -> String {
    let released = said.map(|said| ids(said, "released_cells"));
    let mut so_far = BTreeSet::new();
    for release in releases {
        if released.as_ref() == Some(&so_far) {
            return release.before.clone();
        }
        so_far.extend(release.cells.iter().cloned());
    }
    copy.object.clone()
}

/// Where the bytes of the version are that some bytes are of.
///
/// # Errors
/// When the pool is full.
pub async fn version_of(
    app: &App,
    copy: &Instance,
    releases: &[Release],
    notebook: &Bytes,
) -> Result<String, Problem> {
    if releases.is_empty() {
        return Ok(copy.object.clone());
    }
    let notebook = notebook.clone();
    let said = app.pool.run(move || read(&notebook).metadata.get("huntshelf").cloned()).await?;
    Ok(version(copy, releases, said.as_ref()))
}

/// Every version that was handed out before what is handed out now, the oldest first.
pub fn before(releases: &[Release]) -> Vec<&str> {
    releases.iter().map(|release| release.before.as_str()).collect()
}

/// What is on record of releases, for a look at a copy.
pub fn vouched(releases: &[Release]) -> Vec<instance::Release> {
    let one = |release: &Release| instance::Release {
        cells: release.cells.clone(),
        by: release.created_by.name.clone(),
        at: release.created_at,
        reason: release.reason.clone(),
    };
    releases.iter().map(one).collect()
}

/// Whether a notebook says of itself what a copy says: that they are of one making.
pub fn is_of(copy: &Instance, said: &Value) -> bool {
    instance::same_making(&copy.provenance, said)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::db::lives::Life;
    use chrono::DateTime;

    fn copy() -> Instance {
        Instance {
            id: "c".into(),
            repo: String::new(),
            procedure: String::new(),
            path: String::new(),
            title: String::new(),
            commit: String::new(),
            blob: String::new(),
            techniques: Vec::new(),
            tenant: None,
            file_name: String::new(),
            life: Life::default(),
            held_cells: 2,
            provenance: json!({"tenant": "1", "held_cells": ["a", "b"], "released_cells": ["a", "b"]}),
            warnings: Vec::new(),
            object: "now".into(),
            source_object: String::new(),
            size: 0,
            created_at: DateTime::default(),
            created_by: String::new(),
            created_name: String::new(),
        }
    }

    fn release(cell: &str, before: &str, object: &str) -> Release {
        Release {
            id: String::new(),
            instance: "c".into(),
            cells: vec![cell.to_owned()],
            reason: String::new(),
            before: before.to_owned(),
            object: object.to_owned(),
            created_at: DateTime::default(),
            created_by: Named { id: String::new(), name: String::new() },
        }
    }

    #[test]
    fn each_version_is_told_by_what_it_says_was_released() {
        let (copy, releases) = (copy(), [release("b", "first", "second"), release("a", "second", "now")]);
        let of = |said: Value| version(&copy, &releases, Some(&said));
        assert_eq!(of(json!({})), "first");
        assert_eq!(of(json!({"released_cells": ["b"]})), "second");
        assert_eq!(of(json!({"released_cells": ["a", "b"]})), "now");
        assert_eq!(of(json!({"released_cells": ["a"]})), "now", "what never was is held against what is");
        assert_eq!(version(&copy, &releases, None), "now");
        assert_eq!(before(&releases), ["first", "second"]);
    }

    #[test]
    fn both_versions_are_of_one_making_and_another_tenant_is_not() {
        let copy = copy();
        assert!(is_of(&copy, &json!({"tenant": "1", "held_cells": ["a", "b"]})));
        assert!(is_of(&copy, &json!({"tenant": "1", "held_cells": ["a", "b"], "released_cells": ["b"]})));
        assert!(!is_of(&copy, &json!({"tenant": "2", "held_cells": ["a", "b"]})));
    }
}
