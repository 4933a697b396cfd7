//! POST `/procedures/{id}/instances`: copies of one procedure for tenants.

use super::InstanceItem;
use crate::app::App;
use crate::auth::Principal;
use crate::copies::window::WindowSpec;
use crate::copies::{Made, Order, Refused, Warning, make, resolved};
use crate::db::instances::Instance;
use crate::http::body;
use crate::http::problem::{Problem, sentence};
use crate::http::query;
use crate::routes::api::once::{Answer, once};
use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use catalog::instance::Hold;
use catalog::library::Address;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::{IntoParams, ToSchema};

/// Where the procedure stands.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Whose {
    /// The repository, where the id stands in several.
    pub repo: Option<String>,
}

/// What is asked for.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewInstances {
    /// Tenants, by our id, or by a key that only one has. None for a procedure that asks for no tenant.
    #[serde(default)]
    pub tenants: Vec<String>,
    /// `{from, to}`, `{last, zone}` or `{since: "last-hunted", last, zone}`; none is filled in without it.
    #[serde(default)]
    pub window: Option<WindowSpec>,
    /// Values for the procedure's parameters.
    #[serde(default)]
    #[schema(value_type = Object)]
    pub parameters: Map<String, Value>,
    /// What becomes of cells that write: `writes` (held as raw cells) or `none`. Held where there are several tenants.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub hold: Option<Hold>,
    /// A commit, full or short; the newest revision without it.
    #[serde(default)]
    pub at: Option<String>,
    /// Only say what would be made.
    #[serde(default)]
    pub dry_run: bool,
}

/// What came of it.
#[derive(Debug, Serialize, ToSchema)]
pub struct NewInstancesAnswer {
    /// The copies.
    pub instances: Vec<InstanceItem>,
    /// What to know about them.
    pub warnings: Vec<WarningItem>,
    /// Tenants for which none was made.
    pub refused: Vec<RefusedItem>,
}

/// What to know about a copy.
#[derive(Debug, Serialize, ToSchema)]
pub struct WarningItem {
    /// The tenant's id; null when it is about all.
    pub tenant: Option<String>,
    /// Its code.
    pub code: String,
    /// What to know.
    pub message: String,
    /// What to do about it.
    pub help: String,
}

/// A tenant for which no copy was made.
#[derive(Debug, Serialize, ToSchema)]
pub struct RefusedItem {
    /// The tenant as it was asked for; null when it is about all.
    pub tenant: Option<String>,
    /// A word that stays.
    pub code: String,
    /// Why.
    pub reason: String,
    /// What to do.
    pub remedy: String,
}

impl From<Made> for NewInstancesAnswer {
    fn from(made: Made) -> Self {
        Self {
            instances: made.instances.into_iter().map(item).collect(),
            warnings: made.warnings.into_iter().map(WarningItem::from).collect(),
            refused: made.refused.into_iter().map(RefusedItem::from).collect(),
        }
    }
}

/// A copy as it is told. What was not put on record has no id, and no address.
pub fn item(instance: Instance) -> InstanceItem {
    let item = InstanceItem::from(instance);
    if item.id.as_deref() == Some("") { InstanceItem { id: None, notebook: None, ..item } } else { item }
}

impl From<Warning> for WarningItem {
    fn from(warning: Warning) -> Self {
        Self { tenant: warning.tenant, code: warning.code, message: warning.message, help: warning.help }
    }
}

impl From<Refused> for RefusedItem {
    fn from(refused: Refused) -> Self {
        Self {
            tenant: refused.tenant,
            code: refused.refusal.code,
            reason: refused.refusal.reason,
            remedy: refused.refusal.remedy,
        }
    }
}

/// That no copy was made, with the first reason.
pub fn nothing_made(first: &RefusedItem) -> Problem {
    Problem::new(
        StatusCode::UNPROCESSABLE_ENTITY,
        "refused",
        "No copy was made",
        format!("{}.", sentence(&first.reason)),
    )
    .remedy(&first.remedy)
}

/// When nothing was made: a problem that says for whom and why.
#[derive(Debug, Serialize)]
struct NothingMade {
    #[serde(flatten)]
    problem: Problem,
    #[serde(flatten)]
    answer: NewInstancesAnswer,
}

/// Makes copies. Sent again with the same `Idempotency-Key`, the request is answered as it was the first time.
#[utoipa::path(
    post, path = "/procedures/{id}/instances", tag = "copies", request_body = NewInstances,
    params(
        ("id" = String, Path, description = "Its id, percent-encoded"),
        Whose,
        ("Idempotency-Key" = Option<String>, Header, description = "Up to 200 characters; kept for two days"),
    ),
    responses(
        (status = 201, body = NewInstancesAnswer),
        (status = 200, body = NewInstancesAnswer, description = "What would be made (dry_run)"),
        (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = 422, body = Problem, content_type = "application/problem+json", description = "Every copy was refused"),
    )
)]
pub async fn create(
    State(app): State<App>,
    who: Principal,
    Path(id): Path<String>,
    Query(whose): Query<Whose>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Problem> {
    let new: NewInstances = body::read(&body)?;
    let address = Address { id, repo: query::one(whose.repo.as_ref()) };
    let asked =
        [address.id.as_bytes(), b"\0", address.repo.as_deref().unwrap_or("").as_bytes(), b"\0", &body]
            .concat();
    let work = {
        let (app, who) = (app.clone(), who.clone());
        Box::pin(async move { answer(&app, &who, address, new).await })
    };
    once(&app, &who, &headers, &asked, work).await
}

async fn answer(app: &App, who: &Principal, address: Address, new: NewInstances) -> Result<Answer, Problem> {
    let order = Order {
        address,
        at: query::commit("at", new.at.as_ref())?,
        tenants: new.tenants,
        window: resolved(new.window.as_ref(), app.clock.now())?,
        parameters: new.parameters,
        hold: new.hold,
        dry_run: new.dry_run,
    };
    let dry_run = order.dry_run;
    let answer = NewInstancesAnswer::from(make(app, who, order).await?);
    Ok(told(answer, dry_run))
}

/// What came of it as an answer: when nothing was made, a problem that says for whom and why.
pub fn told(answer: NewInstancesAnswer, dry_run: bool) -> Answer {
    if answer.instances.is_empty()
        && let Some(first) = answer.refused.first()
    {
        let problem = nothing_made(first);
        let status = problem.status;
        return Answer { status, body: crate::db::to_json(&NothingMade { problem, answer }) };
    }
    let status = if dry_run { 200 } else { 201 };
    Answer { status, body: crate::db::to_json(&answer) }
}

#[cfg(test)]
mod tests {
    use crate::auth::Role;
    use crate::sample::Sample;
    use axum::http::{Request, header};
    use serde_json::{Value, json};

    const PATH: &str = "/api/v1/procedures/lsass/instances";

    #[tokio::test]
    async fn a_copy_is_made_kept_and_given_back() {
        let sample = Sample::open().await;
        let tenant = sample.tenant().await;
        let hunter = sample.user(Role::Hunter).await;
        let body = json!({"tenants": [tenant], "window": {"last": "7d"}, "parameters": {"LIMIT": 5}});
        let made = hunter.post(PATH, &body).await;
        assert_eq!(made.status, 201, "{}", made.text());
        let copy = &made.json()["instances"][0];
        assert_eq!(copy["file_name"], "lsass_mock_0145483.ipynb");
        assert_eq!(copy["provenance"]["window"]["from"], "2026-11-17T12:00:00Z");
        assert_eq!(copy["created_by"], "hunter of the test");
        let notebook = hunter.get(copy["notebook"].as_str().unwrap()).await;
        assert_eq!(copy["sha256"], crate::entropy::sha256(&notebook.body));
        let notebook = notebook.json();
        assert_eq!(notebook["metadata"]["huntshelf"], copy["provenance"]);
        let injected = notebook["cells"][2]["source"].as_array().unwrap();
        let injected: String = injected.iter().map(|line| line.as_str().unwrap()).collect();
        assert!(injected.contains("TENANT_ID = \"0145483\"") && injected.contains("LIMIT = 5"), "{injected}");
        let id = copy["id"].as_str().unwrap();
        assert_eq!(hunter.get(&format!("/api/v1/instances/{id}")).await.json(), *copy);
        let listed =
            hunter.get("/api/v1/instances?procedure=lsass&technique=T1003&tenant=0145483").await.json();
        assert_eq!(listed["instances"][0], *copy);
    }

    #[tokio::test]
    async fn a_request_that_comes_again_with_its_key_makes_no_second_copy() {
        let sample = Sample::open().await;
        let tenant = sample.tenant().await;
        let hunter = sample.user(Role::Hunter).await;
        let send = async |body: Value| {
            let request = Request::post(PATH)
                .header(header::CONTENT_TYPE, "application/json")
                .header("idempotency-key", "k1");
            hunter.send_with(request, body.to_string()).await
        };
        let first = send(json!({"tenants": [tenant]})).await;
        let second = send(json!({"tenants": [tenant]})).await;
        assert_eq!((first.status.as_u16(), second.status.as_u16()), (201, 201));
        assert_eq!(first.json(), second.json());
        let listed = hunter.get("/api/v1/instances").await.json();
        assert_eq!(listed["instances"].as_array().unwrap().len(), 1);
        assert_eq!(send(json!({"tenants": [tenant], "hold": "writes"})).await.status, 422);
    }

    #[tokio::test]
    async fn a_dry_run_leaves_nothing_behind() {
        let sample = Sample::open().await;
        let tenant = sample.tenant().await;
        let hunter = sample.user(Role::Hunter).await;
        let told = hunter.post(PATH, &json!({"tenants": [tenant], "dry_run": true})).await;
        assert_eq!(told.status, 200);
        let told = told.json();
        assert_eq!(
            (&told["instances"][0]["id"], &told["instances"][0]["notebook"]),
            (&Value::Null, &Value::Null)
        );
        assert_eq!(hunter.get("/api/v1/instances").await.json()["instances"], json!([]));
    }

    #[tokio::test]
    async fn a_tenant_that_is_refused_does_not_keep_the_others_from_theirs() {
        let sample = Sample::open().await;
        let tenant = sample.tenant().await;
        let hunter = sample.user(Role::Hunter).await;
        let made = hunter.post(PATH, &json!({"tenants": [tenant, "nobody", tenant]})).await;
        assert_eq!(made.status, 201);
        let made = made.json();
        assert_eq!(made["instances"].as_array().unwrap().len(), 1);
        assert_eq!(made["refused"][0]["code"], "unknown-tenant");
        assert_eq!(made["instances"][0]["provenance"]["hold"], "writes");
    }

    #[tokio::test]
    async fn a_procedure_that_needs_a_tenant_is_not_copied_for_nobody() {
        let sample = Sample::open().await;
        let hunter = sample.user(Role::Hunter).await;
        let refused = hunter.post(PATH, &json!({})).await;
        assert_eq!(
            (refused.status.as_u16(), &refused.json()["refused"][0]["code"]),
            (422, &json!("tenant-needed"))
        );
        assert_eq!(refused.header("content-type"), "application/problem+json");
        let made = hunter.post("/api/v1/procedures/stacking/instances", &json!({})).await;
        assert_eq!((made.status.as_u16(), &made.json()["instances"][0]["tenant"]), (201, &Value::Null));
    }

    #[tokio::test]
    async fn a_broken_procedure_is_copied_as_it_last_was_with_a_warning() {
        let sample = Sample::open().await;
        let tenant = sample.tenant().await;
        let hunter = sample.user(Role::Hunter).await;
        let made =
            hunter.post("/api/v1/procedures/brittle/instances", &json!({"tenants": [tenant]})).await.json();
        assert_eq!(made["warnings"][0]["code"], "newest-revision-broken");
        assert_eq!(made["instances"][0]["commit"], sample.commits[0].as_str());
    }

    #[tokio::test]
    async fn what_cannot_be_is_refused() {
        let sample = Sample::open().await;
        let tenant = sample.tenant().await;
        let hunter = sample.user(Role::Hunter).await;
        for body in [
            json!({"tenants": [tenant], "window": {"last": "soon"}}),
            json!({"tenants": [tenant], "window": {}}),
            json!({"tenants": [tenant], "at": "HEAD"}),
            json!({"tenants": [tenant], "tenant": "x"}),
            json!("x"),
        ] {
            assert_eq!(hunter.post(PATH, &body).await.status, 400, "{body}");
        }
        let unknown =
            hunter.post(PATH, &json!({"tenants": [tenant], "parameters": {"NOPE": 1}})).await.json();
        assert_eq!(unknown["refused"][0]["code"], "unknown-parameter");
        assert_eq!(sample.user(Role::Viewer).await.post(PATH, &json!({})).await.status, 403);
        assert_eq!(hunter.post("/api/v1/procedures/none/instances", &json!({})).await.status, 404);
    }
}
