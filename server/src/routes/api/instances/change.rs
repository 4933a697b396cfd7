//! PATCH `/instances/{id}`: what becomes of a copy.

use super::InstanceItem;
use crate::app::App;
use crate::auth::Principal;
use crate::copies::life::{self, InstancePatch};
use crate::http::problem::Problem;
use axum::Json;
use axum::extract::{Path, State};

/// Takes a copy up, closes it with what came of it, withdraws it, or opens it again.
#[utoipa::path(
    patch, path = "/instances/{id}", tag = "copies", request_body = InstancePatch,
    params(("id" = String, Path, description = "Its id")),
    responses(
        (status = 200, body = InstanceItem),
        (status = 400, body = Problem, content_type = "application/problem+json"),
        (status = 403, body = Problem, content_type = "application/problem+json"),
        (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = 409, body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn change(
    State(app): State<App>,
    who: Principal,
    Path(id): Path<String>,
    Json(patch): Json<InstancePatch>,
) -> Result<Json<InstanceItem>, Problem> {
    Ok(Json(life::change(&app, &who, &id, patch).await?.into()))
}

#[cfg(test)]
mod tests {
    use crate::auth::Role;
    use crate::sample::Sample;
    use serde_json::{Value, json};

    #[tokio::test]
    async fn a_copy_is_closed_with_what_came_of_it_and_every_change_is_on_record() {
        let sample = Sample::open().await;
        let (tenant, hunter) = (sample.tenant().await, sample.user(Role::Hunter).await);
        let made = hunter.post("/api/v1/procedures/lsass/instances", &json!({"tenants": [tenant]})).await;
        let id = made.json()["instances"][0]["id"].as_str().unwrap().to_owned();
        let path = format!("/api/v1/instances/{id}");
        assert_eq!(hunter.get(&path).await.json()["state"], "made");
        let taken = hunter.patch(&path, &json!({"state": "working", "assignee": "hunter of the test"})).await;
        assert_eq!(taken.status, 200, "{}", taken.text());
        let closing = json!({
            "disposition": "findings", "finding": "benign", "note": "An agent of the backup.",
            "link": "https://tickets.example.com/7", "hunted": {"from": "2026-11-01T00:00:00Z", "to": "2026-11-08T00:00:00+01:00"},
        });
        let closed = hunter.patch(&path, &closing).await;
        assert_eq!(closed.status, 200, "{}", closed.text());
        let closed = closed.json();
        assert_eq!(closed["state"], "closed");
        assert_eq!((&closed["disposition"], &closed["finding"]), (&json!("findings"), &json!("benign")));
        assert_eq!(closed["hunted"]["to"], "2026-11-07T23:00:00Z");
        assert_eq!(
            (&closed["assignee"], &closed["closed_by"]),
            (&json!("hunter of the test"), &closed["created_by"])
        );
        assert_eq!(hunter.get(&path).await.json(), closed);
        let deeds = sample.test.app.database.deeds_to(Some(&id), 10).await.unwrap();
        assert_eq!(deeds.len(), 2);
        assert_eq!(deeds[0].detail["before"]["state"], "working");
        assert_eq!(deeds[0].detail["after"]["finding"], "benign");
    }

    #[tokio::test]
    async fn copies_are_found_by_what_came_of_them_as_json_and_as_a_table() {
        let sample = Sample::open().await;
        let (tenant, hunter) = (sample.tenant().await, sample.user(Role::Hunter).await);
        let mut ids = Vec::new();
        for _ in 0..3 {
            let made = hunter.post("/api/v1/procedures/lsass/instances", &json!({"tenants": [tenant]})).await;
            ids.push(made.json()["instances"][0]["id"].as_str().unwrap().to_owned());
        }
        let patch = async |id: &String, body: Value| {
            assert_eq!(hunter.patch(&format!("/api/v1/instances/{id}"), &body).await.status, 200);
        };
        patch(&ids[0], json!({"disposition": "null-findings"})).await;
        patch(&ids[1], json!({"disposition": "findings", "finding": "hygiene", "note": "=1, \"two\""})).await;
        let found = async |query: &str| {
            let found = hunter.get(&format!("/api/v1/instances?{query}")).await.json();
            found["instances"].as_array().unwrap().iter().map(|one| one["id"].clone()).collect::<Vec<_>>()
        };
        assert_eq!(found("state=open").await, [json!(ids[2])]);
        assert_eq!(found("state=closed").await, [json!(ids[1]), json!(ids[0])]);
        assert_eq!(found("disposition=null-findings").await, [json!(ids[0])]);
        assert_eq!(found("finding=hygiene&tenant=0145483").await, [json!(ids[1])]);
        assert_eq!(found("hunter=nobody").await.len(), 0);
        assert_eq!(found("hunter=hunter+of+the+test&closed_since=2026-11-01").await.len(), 2);
        assert_eq!(found("closed_before=2026-11-01").await.len(), 0);
        for wrong in ["state=done", "disposition=null", "finding=odd", "closed_since=then"] {
            assert_eq!(hunter.get(&format!("/api/v1/instances?{wrong}")).await.status, 400, "{wrong}");
        }
        let table = hunter.get("/api/v1/instances.csv?state=closed&procedure=lsass").await;
        assert_eq!(table.header("content-type"), "text/csv; charset=utf-8");
        let table = table.text();
        assert_eq!(table.matches("\r\n").count(), 3, "{table}");
        assert!(table.contains(",findings,hygiene,\"'=1, \"\"two\"\"\","), "{table}");
    }

    #[tokio::test]
    async fn who_may_not_or_says_what_cannot_be_changes_nothing() {
        let sample = Sample::open().await;
        let hunter = sample.user(Role::Hunter).await;
        let made = hunter.post("/api/v1/procedures/stacking/instances", &json!({})).await.json();
        let path = format!("/api/v1/instances/{}", made["instances"][0]["id"].as_str().unwrap());
        let null = json!({"disposition": "null-findings"});
        assert_eq!(sample.user(Role::Viewer).await.patch(&path, &null).await.status, 403);
        assert_eq!(hunter.patch("/api/v1/instances/none", &null).await.status, 404);
        for body in [
            json!({"state": "closed"}),
            json!({"disposition": "findings"}),
            json!({"link": "ftp://x"}),
            json!({"assignee": "Nobody At All"}),
            json!({"hunted": {"from": "yesterday", "to": "today"}}),
        ] {
            assert_eq!(hunter.patch(&path, &body).await.status, 400, "{body}");
        }
        assert_eq!(hunter.patch(&path, &json!({"file_name": "x"})).await.status, 422);
        assert_eq!(hunter.get(&path).await.json()["state"], "made");
    }
}
