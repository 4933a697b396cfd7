//! GET and POST `/instances/{id}/release`: cells that were held, and those that are code again.

use super::{InstanceItem, load};
use crate::app::App;
use crate::auth::Principal;
use crate::copies::releasing;
use crate::db::releases::Release;
use crate::http::problem::Problem;
use crate::routes::api::item::moment;
use axum::Json;
use axum::extract::{Path, State};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Which held cells are to be released.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReleaseRequest {
    /// Their ids in the notebook, as `metadata.huntshelf.held_cells` names them.
    pub cells: Vec<String>,
    /// Why they may write to the service.
    pub reason: String,
}

/// The cells of a copy that were held when it was made.
#[derive(Debug, Serialize, ToSchema)]
pub struct HeldAnswer {
    /// The cells, in the order of the notebook.
    pub cells: Vec<HeldCellItem>,
    /// What was released, the oldest first.
    pub releases: Vec<ReleaseItem>,
}

/// A cell that was held.
#[derive(Debug, Serialize, ToSchema)]
pub struct HeldCellItem {
    /// Its id in the notebook.
    pub id: String,
    /// Its place, from 0.
    pub cell: usize,
    /// Its code.
    pub source: String,
    /// Whether it was released: it is code again.
    pub released: bool,
}

/// A release.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ReleaseItem {
    /// Which cells.
    pub cells: Vec<String>,
    /// Why.
    pub reason: String,
    /// When, RFC 3339.
    pub at: String,
    /// Who did it.
    pub by: String,
    /// SHA-256 of the file as it was handed out before.
    pub before: String,
    /// SHA-256 of the file as it was handed out then.
    pub sha256: String,
}

impl From<Release> for ReleaseItem {
    fn from(release: Release) -> Self {
        Self {
            cells: release.cells,
            reason: release.reason,
            at: moment(release.created_at),
            by: release.created_by.name,
            before: release.before,
            sha256: release.object,
        }
    }
}

/// What came of a release.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReleaseAnswer {
    /// The copy, as it is handed out from now on.
    pub instance: InstanceItem,
    /// The release.
    pub release: ReleaseItem,
}

/// Which cells of a copy were held when it was made, their code, and what was released.
#[utoipa::path(
    get, path = "/instances/{id}/release", tag = "copies",
    params(("id" = String, Path, description = "Its id")),
    responses(
        (status = 200, body = HeldAnswer),
        (status = 404, body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn get(
    State(app): State<App>,
    who: Principal,
    Path(id): Path<String>,
) -> Result<Json<HeldAnswer>, Problem> {
    let copy = load(&app, &who, &id).await?;
    let cells = releasing::held(&app, &copy).await?.into_iter().map(|one| HeldCellItem {
        id: one.id,
        cell: one.cell,
        source: one.source,
        released: one.released,
    });
    let releases = app.database.instances(&who.tenants()).releases(&id).await?;
    let releases = releases.into_iter().map(ReleaseItem::from).collect();
    Ok(Json(HeldAnswer { cells: cells.collect(), releases }))
}

/// Releases held cells: they are code again in what is handed out from now on, by download and in Jupyter. What was handed
/// out before is kept.
#[utoipa::path(
    post, path = "/instances/{id}/release", tag = "copies", request_body = ReleaseRequest,
    params(("id" = String, Path, description = "Its id")),
    responses(
        (status = 200, body = ReleaseAnswer),
        (status = 403, body = Problem, content_type = "application/problem+json"),
        (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = 409, body = Problem, content_type = "application/problem+json", description = "The copy is closed or withdrawn, or was changed meanwhile"),
        (status = 422, body = Problem, content_type = "application/problem+json", description = "A cell is not held, or no reason is given"),
    )
)]
pub async fn post(
    State(app): State<App>,
    who: Principal,
    Path(id): Path<String>,
    Json(asked): Json<ReleaseRequest>,
) -> Result<Json<ReleaseAnswer>, Problem> {
    let (instance, release) = releasing::release(&app, &who, &id, &asked.cells, &asked.reason).await?;
    Ok(Json(ReleaseAnswer { instance: instance.into(), release: release.into() }))
}

#[cfg(test)]
mod tests {
    use crate::auth::Role;
    use crate::sample::{Sample, procedure};
    use crate::testing::TestUser;
    use axum::http::Request;
    use serde_json::{Value, json};

    /// A copy with two cells held; the cells' ids with it.
    async fn held(sample: &Sample, hunter: &TestUser) -> (String, Vec<String>) {
        let writes = format!(
            "{}\n```{{code-cell}}\n%taegis investigations create --title x --tenant $TENANT_ID\n```\n\n```{{code-cell}}\nservice.mutation.create_case(1)\n```\n",
            procedure("writes", "Writes", "T1003.001", "FROM process")
        );
        sample.commit("Add one that writes", &[("writes.md", Some(writes))]);
        sample.test.app.jobs.sync("hunts").await.unwrap();
        let tenant = sample.tenant().await;
        let order = json!({"tenants": [tenant], "hold": "writes"});
        let made = hunter.post("/api/v1/procedures/writes/instances", &order).await;
        assert_eq!(made.status, 201, "{}", made.text());
        let made = made.json();
        let copy = &made["instances"][0];
        let cells = copy["provenance"]["held_cells"].as_array().unwrap();
        assert_eq!(cells.len(), 2, "{copy}");
        let cells = cells.iter().map(|cell| cell.as_str().unwrap().to_owned()).collect();
        (copy["id"].as_str().unwrap().to_owned(), cells)
    }

    async fn notebook(hunter: &TestUser, id: &str) -> Value {
        hunter.get(&format!("/api/v1/instances/{id}/notebook.ipynb")).await.json()
    }

    fn kind<'a>(notebook: &'a Value, cell: &str) -> &'a str {
        let cells = notebook["cells"].as_array().unwrap();
        cells.iter().find(|one| one["id"] == cell).unwrap()["cell_type"].as_str().unwrap()
    }

    fn outcome<'a>(answer: &'a Value, aspect: &str) -> (&'a str, &'a str) {
        let found = answer["findings"].as_array().unwrap().iter().find(|one| one["aspect"] == aspect);
        let found = found.unwrap_or_else(|| panic!("{aspect}: {answer}"));
        (found["outcome"].as_str().unwrap(), found["detail"].as_str().unwrap())
    }

    #[tokio::test]
    async fn a_released_cell_is_code_in_what_is_handed_out_and_the_copy_still_holds() {
        let sample = Sample::open().await;
        let hunter = sample.user(Role::Hunter).await;
        let (id, cells) = held(&sample, &hunter).await;
        let (path, verify) =
            (format!("/api/v1/instances/{id}/release"), format!("/api/v1/instances/{id}/verify"));
        let told = hunter.get(&path).await.json();
        assert_eq!(told["cells"][0]["released"], false);
        assert!(told["cells"][0]["source"].as_str().unwrap().contains("investigations create"), "{told}");
        let before = notebook(&hunter, &id).await;
        assert_eq!(kind(&before, &cells[1]), "raw");
        let answer = hunter.get(&verify).await.json();
        assert_eq!(outcome(&answer, "held").0, "holds", "{answer}");

        let asked = json!({"cells": [cells[1]], "reason": " Agreed with the customer. "});
        let released = hunter.post(&path, &asked).await;
        assert_eq!(released.status, 200, "{}", released.text());
        let released = released.json();
        assert_eq!(released["release"]["by"], "hunter of the test");
        assert_eq!(released["instance"]["provenance"]["released_cells"], json!([cells[1]]));
        let after = notebook(&hunter, &id).await;
        assert_eq!((kind(&after, &cells[0]), kind(&after, &cells[1])), ("raw", "code"));
        assert_eq!(after["metadata"]["huntshelf"]["held_cells"], json!(cells));
        assert_eq!(after["metadata"]["huntshelf"]["released_cells"], json!([cells[1]]));

        let answer = hunter.get(&verify).await.json();
        assert_eq!(answer["holds"], true, "{answer}");
        let (held, said) = outcome(&answer, "held");
        assert_eq!(held, "holds");
        assert!(said.starts_with("1 of the 2 cells that were held is released; cell "), "{said}");
        assert!(
            said.contains("by hunter of the test at 2026-11-24T12:00:00Z: Agreed with the customer"),
            "{said}"
        );
        // The file as it was handed out before is still one of this copy, and says so.
        let send = async |path: &str, file: &Value| {
            hunter.send_with(Request::post(path), file.to_string()).await.json()
        };
        for place in [&verify, "/api/v1/instances/verify"] {
            let old = send(place, &before).await;
            assert_eq!(outcome(&old, "cells").0, "holds", "{old}");
            assert!(outcome(&old, "held").1.contains("as it was before"), "{old}");
            let new = send(place, &after).await;
            assert_eq!((outcome(&new, "cells").0, outcome(&new, "held").0), ("holds", "holds"), "{new}");
            assert_eq!(new["instance"], id.as_str());
        }
        let deeds = sample.test.app.database.deeds_to(Some(&id), 10).await.unwrap();
        assert_eq!(
            (deeds[0].action.as_str(), &deeds[0].detail["cells"]),
            ("instance.release", &json!([cells[1]]))
        );
        let told = hunter.get(&path).await.json();
        assert_eq!(
            (&told["cells"][0]["released"], &told["cells"][1]["released"]),
            (&json!(false), &json!(true))
        );
        assert_eq!(told["releases"].as_array().unwrap().len(), 1);
    }

    #[tokio::test]
    async fn notebooks_of_both_versions_come_back_to_their_copy() {
        let sample = Sample::open().await;
        let hunter = sample.user(Role::Hunter).await;
        let (id, cells) = held(&sample, &hunter).await;
        let before = notebook(&hunter, &id).await;
        let asked = json!({"cells": cells, "reason": "Agreed."});
        assert_eq!(hunter.post(&format!("/api/v1/instances/{id}/release"), &asked).await.status, 200);
        let after = notebook(&hunter, &id).await;
        for (number, handed) in [before, after].into_iter().enumerate() {
            let mut worked = handed;
            let note = json!({"cell_type": "markdown", "id": "mine", "metadata": {}, "source": [format!("Note {number}")]});
            worked["cells"].as_array_mut().unwrap().push(note);
            let back =
                hunter.send_with(Request::post("/api/v1/instances/return"), worked.to_string()).await.json();
            assert_eq!(back["returned"][0]["instance"]["id"], id.as_str(), "{back}");
            let version = back["returned"][0]["version"]["id"].as_str().unwrap();
            let seen = hunter.get(&format!("/api/v1/instances/{id}/returns/{version}")).await.json();
            // Each is held against the version that was worked on.
            assert_eq!((&seen["released"], &seen["altered"]), (&json!([]), &json!([])), "{seen}");
            assert_eq!(seen["wrote"].as_array().unwrap().len(), 1, "{seen}");
            assert_eq!(seen["metadata"], json!([]), "{seen}");
        }
    }

    #[tokio::test]
    async fn nothing_is_released_without_right_reason_or_held_cell() {
        let sample = Sample::open().await;
        let hunter = sample.user(Role::Hunter).await;
        let (id, cells) = held(&sample, &hunter).await;
        let path = format!("/api/v1/instances/{id}/release");
        let good = json!({"cells": cells, "reason": "Agreed."});
        assert_eq!(sample.user(Role::Viewer).await.post(&path, &good).await.status, 403);
        assert_eq!(hunter.post("/api/v1/instances/none/release", &good).await.status, 404);
        for (body, kind) in [
            (json!({"cells": [], "reason": "Agreed."}), "no-cells"),
            (json!({"cells": cells, "reason": " "}), "no-reason"),
            (json!({"cells": cells, "reason": "x".repeat(2_001)}), "no-reason"),
            (json!({"cells": ["nothing"], "reason": "Agreed."}), "not-held"),
            (json!({"cells": [cells[0], cells[0]], "reason": "Agreed."}), "not-held"),
        ] {
            let refused = hunter.post(&path, &body).await;
            assert_eq!(refused.status, 422, "{body}");
            assert_eq!(refused.json()["type"], format!("/problems/{kind}"), "{body}");
        }
        let closed = json!({"disposition": "null-findings"});
        assert_eq!(hunter.patch(&format!("/api/v1/instances/{id}"), &closed).await.status, 200);
        assert_eq!(hunter.post(&path, &good).await.status, 409);
        assert_eq!(hunter.get(&path).await.json()["releases"], json!([]));
        assert_eq!(kind(&notebook(&hunter, &id).await, &cells[0]), "raw");
    }

    #[tokio::test]
    async fn a_file_that_nobody_released_is_found_out() {
        let sample = Sample::open().await;
        let hunter = sample.user(Role::Hunter).await;
        let (id, cells) = held(&sample, &hunter).await;
        let file = hunter.get(&format!("/api/v1/instances/{id}/notebook.ipynb")).await;
        let forged = catalog::instance::release(&file.body, &cells).unwrap().bytes;
        let answer = hunter.send_with(Request::post("/api/v1/instances/verify"), forged).await.json();
        assert_eq!((&answer["instance"], &answer["differs"]), (&json!(id), &json!(true)), "{answer}");
        assert!(outcome(&answer, "held").1.contains("nobody released"), "{answer}");
        let strange = hunter.send_with(Request::post("/api/v1/instances/verify"), "{}").await.json();
        assert_eq!((&strange["instance"], &strange["differs"]), (&Value::Null, &json!(true)));
    }
}
