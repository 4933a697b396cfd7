//! GET `/defects/{id}/instances`, POST `/defects/{id}/recall`: the copies of defective revisions, and the same ones of the
//! revision that mended it.

use super::defects::DefectItem;
use super::instances::InstanceItem;
use super::instances::create::{NewInstancesAnswer, told};
use super::once::{Answer, once};
use crate::app::App;
use crate::auth::Principal;
use crate::copies::recall::{Recall, Recalled, recalled, remake};
use crate::db::lives::State as Life;
use crate::http::body;
use crate::http::problem::Problem;
use crate::http::query;
use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// The copies that a defect concerns.
#[derive(Debug, Serialize, ToSchema)]
pub struct RecalledAnswer {
    /// The defect.
    pub defect: DefectItem,
    /// How many copies there are in each state.
    pub states: BTreeMap<String, usize>,
    /// The copies of revisions in its range, newest first.
    pub instances: Vec<RecalledItem>,
}

/// A copy that a defect concerns.
#[derive(Debug, Serialize, ToSchema)]
pub struct RecalledItem {
    /// The copy.
    #[serde(flatten)]
    pub instance: InstanceItem,
    /// The copy that was made in its place.
    pub remade_as: Option<String>,
}

impl From<Recalled> for RecalledAnswer {
    fn from(recalled: Recalled) -> Self {
        let count = |state: Life| {
            let count = recalled.copies.iter().filter(|copy| copy.life.state == state).count();
            (state.word().to_owned(), count)
        };
        let states = Life::ALL.into_iter().map(count).collect();
        let remade = recalled.remade;
        let items = recalled
            .copies
            .into_iter()
            .map(|copy| RecalledItem { remade_as: remade.get(&copy.id).cloned(), instance: copy.into() });
        Self { states, instances: items.collect(), defect: recalled.defect.into() }
    }
}

/// What is to be made anew.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct RecallRequest {
    /// At which commit; without one, the one that mended the defect.
    pub at: Option<String>,
    /// Only these copies, by their ids; all that the defect concerns without them.
    pub instances: Vec<String>,
    /// Whether copies that are still open are withdrawn once they are made anew.
    pub withdraw: bool,
    /// Only say what would be made.
    pub dry_run: bool,
}

/// What came of a recall.
#[derive(Debug, Serialize, ToSchema)]
pub struct RecallAnswer {
    /// The copies, and what is to be known of them. `replaces` of each names the old one.
    #[serde(flatten)]
    pub made: NewInstancesAnswer,
    /// Copies that were not made anew, since they were before, or were withdrawn.
    pub left_out: Vec<LeftOutItem>,
}

/// A copy that was not made anew.
#[derive(Debug, Serialize, ToSchema)]
pub struct LeftOutItem {
    /// Its id.
    pub instance: String,
    /// Why.
    pub reason: String,
}

/// The copies that were made of defective revisions, by the defect.
#[utoipa::path(
    get, path = "/defects/{id}/instances", tag = "copies",
    params(("id" = String, Path, description = "The defect's id")),
    responses(
        (status = 200, body = RecalledAnswer),
        (status = 404, body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn list(
    State(app): State<App>,
    who: Principal,
    Path(id): Path<String>,
) -> Result<Json<RecalledAnswer>, Problem> {
    Ok(Json(recalled(&app, &who, &id).await?.into()))
}

/// Makes the copies of defective revisions anew: same tenants, parameters and windows, at the revision that mended it.
#[utoipa::path(
    post, path = "/defects/{id}/recall", tag = "copies", request_body = RecallRequest,
    params(
        ("id" = String, Path, description = "The defect's id"),
        ("Idempotency-Key" = Option<String>, Header, description = "Up to 200 characters; kept for two days"),
    ),
    responses(
        (status = 201, body = RecallAnswer),
        (status = 200, body = RecallAnswer, description = "What would be made (dry_run), or nothing is left to be made"),
        (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = 409, body = Problem, content_type = "application/problem+json", description = "It is not mended"),
        (status = 422, body = Problem, content_type = "application/problem+json", description = "Every copy was refused"),
    )
)]
pub async fn recall(
    State(app): State<App>,
    who: Principal,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Problem> {
    let request: RecallRequest = if body.is_empty() { RecallRequest::default() } else { body::read(&body)? };
    let asked = [b"recall\0", id.as_bytes(), b"\0", &body].concat();
    let work = {
        let (app, who) = (app.clone(), who.clone());
        Box::pin(async move { answer(&app, &who, &id, request).await })
    };
    once(&app, &who, &headers, &asked, work).await
}

async fn answer(app: &App, who: &Principal, id: &str, request: RecallRequest) -> Result<Answer, Problem> {
    let dry_run = request.dry_run;
    let recall = Recall {
        at: query::commit("at", request.at.as_ref())?,
        copies: request.instances,
        withdraw: request.withdraw,
        dry_run,
    };
    let remade = remake(app, who, id, recall).await?;
    let made = NewInstancesAnswer::from(remade.made);
    if made.instances.is_empty() && !made.refused.is_empty() {
        return Ok(told(made, dry_run));
    }
    let status = if dry_run || made.instances.is_empty() { 200 } else { 201 };
    let left_out = remade.left_out.into_iter().map(|(instance, reason)| LeftOutItem { instance, reason });
    let answer = RecallAnswer { made, left_out: left_out.collect() };
    Ok(Answer { status, body: crate::db::to_json(&answer) })
}

#[cfg(test)]
mod tests {
    use crate::auth::Role;
    use crate::sample::{Sample, procedure};
    use serde_json::{Value, json};
    use std::collections::BTreeMap;

    /// Of each copy: tenant, window, parameters.
    fn essence(copies: &[Value]) -> Vec<(String, String, String)> {
        let mut all: Vec<_> = copies
            .iter()
            .map(|copy| {
                let provenance = &copy["provenance"];
                let tenant = provenance["tenant"].as_str().unwrap().to_owned();
                (tenant, provenance["window"].to_string(), provenance["parameters"].to_string())
            })
            .collect();
        all.sort();
        all
    }

    #[tokio::test]
    async fn of_copies_over_three_revisions_exactly_those_of_the_defective_one_are_listed_and_made_anew() {
        let sample = Sample::open().await;
        let (lead, hunter) = (sample.user(Role::Lead).await, sample.user(Role::Hunter).await);
        let mended =
            procedure("lsass", "LSASS reads", "T1003.001", "FROM process WHERE target LIKE 'lsass%'");
        let fourth = sample.commit("Mend it", &[("hunts/lsass.md", Some(mended))]);
        sample.test.app.jobs.sync("hunts").await.unwrap();
        let customer = lead.post("/api/v1/customers", &json!({"name": "Clinic"})).await.json();
        let mut tenants = Vec::new();
        for number in 0..50 {
            let tenant = json!({"customer": customer["id"], "key": format!("{number:07}"), "region": "mock"});
            let made = lead.post("/api/v1/tenants", &tenant).await.json();
            tenants.push(made["id"].as_str().unwrap().to_owned());
        }
        // 200 copies: 50 of the first revision, 100 of the defective one in two windows, 50 of the one that mended it.
        let make = async |at: &str, day: u32, tenants: &[String]| {
            let order = json!({
                "tenants": tenants, "at": at, "hold": "none", "parameters": {"LIMIT": day},
                "window": {"from": format!("2026-11-{day:02}T00:00:00Z"), "to": "2026-11-20T00:00:00Z"},
            });
            let made = hunter.post("/api/v1/procedures/lsass/instances", &order).await;
            assert_eq!(made.status, 201, "{}", made.text());
            made.json()["instances"].as_array().unwrap().clone()
        };
        make(&sample.commits[1], 1, &tenants).await;
        let mut bad = make(&sample.commits[2], 2, &tenants).await;
        bad.extend(make(&sample.commits[2], 3, &tenants).await);
        make(&fourth, 4, &tenants).await;
        let all = hunter.get("/api/v1/instances?limit=500").await.json();
        assert_eq!(all["instances"].as_array().unwrap().len(), 200);
        let defect = json!({"from": sample.commits[2], "severity": "high", "reason": "It reads nothing."});
        let defect = lead.post("/api/v1/procedures/lsass/defects", &defect).await.json();
        let place = format!("/api/v1/defects/{}", defect["id"].as_str().unwrap());
        let unmended = hunter.post(&format!("{place}/recall"), &json!({})).await;
        assert_eq!(unmended.status, 409, "{}", unmended.text());
        assert_eq!(lead.patch(&place, &json!({"mended_in": fourth})).await.status, 200);

        let listed = hunter.get(&format!("{place}/instances")).await.json();
        assert_eq!((&listed["states"]["made"], &listed["states"]["closed"]), (&json!(100), &json!(0)));
        let ids = |copies: &[Value]| {
            let mut ids: Vec<_> = copies.iter().map(|copy| copy["id"].as_str().unwrap().to_owned()).collect();
            ids.sort();
            ids
        };
        let listed = listed["instances"].as_array().unwrap().clone();
        assert_eq!(ids(&listed), ids(&bad));

        let told = hunter.post(&format!("{place}/recall"), &json!({"dry_run": true})).await;
        assert_eq!((told.status.as_u16(), told.json()["instances"].as_array().unwrap().len()), (200, 100));
        let made = hunter.post(&format!("{place}/recall"), &json!({"withdraw": true})).await;
        assert_eq!(made.status, 201, "{}", made.text());
        let anew = made.json()["instances"].as_array().unwrap().clone();
        assert_eq!(essence(&anew), essence(&bad));
        let replaced: BTreeMap<_, _> =
            anew.iter().map(|copy| (copy["replaces"].as_str().unwrap().to_owned(), copy)).collect();
        assert_eq!(replaced.len(), 100);
        for old in &bad {
            let new = replaced[old["id"].as_str().unwrap()];
            assert_eq!(new["commit"], fourth.as_str());
            for same in ["tenant", "window", "parameters", "hold"] {
                assert_eq!(new["provenance"][same], old["provenance"][same], "{same}");
            }
        }
        let after = hunter.get(&format!("{place}/instances")).await.json();
        assert_eq!(after["states"]["withdrawn"], 100);
        assert!(after["instances"].as_array().unwrap().iter().all(|one| one["remade_as"].is_string()));
        let again = hunter.post(&format!("{place}/recall"), &json!({})).await;
        assert_eq!(again.status, 200);
        let again = again.json();
        assert_eq!((&again["instances"], again["left_out"].as_array().unwrap().len()), (&json!([]), 100));
    }

    #[tokio::test]
    async fn a_copy_of_a_defective_revision_carries_a_banner_and_is_not_closed_as_null() {
        let sample = Sample::open().await;
        let (lead, hunter, tenant) =
            (sample.user(Role::Lead).await, sample.user(Role::Hunter).await, sample.tenant().await);
        let order = json!({"tenants": [tenant]});
        let made = hunter.post("/api/v1/procedures/lsass/instances", &order).await.json();
        let id = made["instances"][0]["id"].as_str().unwrap();
        let (api, page) = (format!("/api/v1/instances/{id}"), format!("/instances/{id}"));
        let defect = json!({"from": sample.commits[0], "severity": "high", "reason": "It reads nothing."});
        let defect = lead.post("/api/v1/procedures/lsass/defects", &defect).await.json();
        let refused = hunter.patch(&api, &json!({"disposition": "null-findings"})).await;
        assert_eq!(refused.status, 409, "{}", refused.text());
        assert_eq!(refused.json()["type"], "/problems/defective-revision");
        assert!(refused.json()["detail"].as_str().unwrap().contains("It reads nothing."));
        let shown = hunter.get(&page).await.text();
        let to_defect = format!("/defects/{}", defect["id"].as_str().unwrap());
        assert!(shown.contains("It reads nothing.") && shown.contains(&to_defect), "{shown}");
        let form = hunter.form(&page, &[("outcome", "null-findings"), ("do", "close")]).await;
        assert_eq!(form.status, 422);
        assert!(form.text().contains("It reads nothing."));
        assert_eq!(hunter.get(&api).await.json()["state"], "made");
        assert_eq!(hunter.patch(&api, &json!({"disposition": "error"})).await.status, 200);
        let gone = json!({"withdrawn": true});
        assert_eq!(lead.patch(&format!("/api/v1{to_defect}"), &gone).await.status, 200);
        assert!(!hunter.get(&page).await.text().contains("It reads nothing."));
        assert_eq!(hunter.patch(&api, &json!({"disposition": "null-findings"})).await.status, 200);
        let listed = hunter.get(&format!("/api/v1{to_defect}/instances")).await.json();
        assert_eq!(listed["instances"], json!([]));
        assert_eq!(hunter.get("/api/v1/defects/none/instances").await.status, 404);
    }

    #[tokio::test]
    async fn the_page_of_a_defect_lists_its_copies_and_makes_them_anew() {
        let sample = Sample::open().await;
        let (lead, hunter, tenant) =
            (sample.user(Role::Lead).await, sample.user(Role::Hunter).await, sample.tenant().await);
        let order = json!({"tenants": [tenant], "at": sample.commits[0]});
        hunter.post("/api/v1/procedures/lsass/instances", &order).await;
        let defect = json!({
            "from": sample.commits[0], "mended_in": sample.commits[2], "severity": "high", "reason": "It reads nothing.",
        });
        let defect = lead.post("/api/v1/procedures/lsass/defects", &defect).await.json();
        let page = format!("/defects/{}", defect["id"].as_str().unwrap());
        let shown = hunter.get(&page).await.text();
        assert!(shown.contains("Make 1 copy anew") && shown.contains("Ward"), "{shown}");
        let made = hunter.form(&format!("{page}/recall"), &[("withdraw", "yes")]).await;
        assert_eq!(made.status, 303, "{}", made.text());
        let shown = hunter.get(&page).await.text();
        assert!(shown.contains("withdrawn") && shown.contains("Made anew"), "{shown}");
        let viewer = sample.user(Role::Viewer).await;
        assert!(!viewer.get(&page).await.text().contains("Make 1"));
        assert_eq!(viewer.form(&format!("{page}/recall"), &[]).await.status, 403);
        assert_eq!(viewer.get("/defects/none").await.status, 404);
    }
}
