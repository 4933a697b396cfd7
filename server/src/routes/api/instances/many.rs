//! POST `/instances`: copies of several procedures for a scope.

use super::InstanceItem;
use super::create::{RefusedItem, WarningItem, item};
use crate::app::App;
use crate::auth::Principal;
use crate::copies::many::{Many, ManyOrder, Scope, make_many};
use crate::copies::resolved;
use crate::copies::window::WindowSpec;
use crate::db::tenants::Tenant;
use crate::http::body;
use crate::http::problem::Problem;
use crate::routes::api::once::{Answer, once};
use axum::body::Bytes;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use catalog::instance::Hold;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

/// What is asked for.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ManyInstances {
    /// Of which procedures, by their ids.
    pub procedures: Vec<String>,
    /// For which tenants. An empty scope is refused.
    #[serde(default)]
    pub scope: Scope,
    /// `{from, to}`, `{last, zone}` or `{since: "last-hunted", last, zone}`; none is filled in without it.
    #[serde(default)]
    pub window: Option<WindowSpec>,
    /// Values for the procedures' parameters; each procedure must know all of them.
    #[serde(default)]
    #[schema(value_type = Object)]
    pub parameters: Map<String, Value>,
    /// What becomes of cells that write: `writes` (held as raw cells) or `none`. Held where there are several tenants.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub hold: Option<Hold>,
    /// Only say what would be made.
    #[serde(default)]
    pub dry_run: bool,
}

/// What came of it.
#[derive(Debug, Serialize, ToSchema)]
pub struct ManyAnswer {
    /// The tenants that the scope came to.
    pub resolved: Vec<ResolvedItem>,
    /// Those that it did not, and why: what was named and does not fit, what is retired, what lacks a label.
    pub left_out: Vec<LeftOutTenant>,
    /// How many further ones there are of these.
    pub left_out_unlisted: usize,
    /// The copies.
    pub instances: Vec<InstanceItem>,
    /// What to know about them.
    pub warnings: Vec<OfProcedure<WarningItem>>,
    /// For whom of which procedure none was made.
    pub refused: Vec<OfProcedure<RefusedItem>>,
}

/// A tenant that a scope came to.
#[derive(Debug, Serialize, ToSchema)]
pub struct ResolvedItem {
    /// Our short id.
    pub id: String,
    /// As the service knows it.
    pub key: String,
    /// What people call it.
    pub name: String,
    /// What holds its telemetry.
    pub service: String,
    /// The service's region.
    pub region: String,
    /// The customer's id.
    pub customer: String,
    /// The customer's name.
    pub customer_name: String,
}

impl From<Tenant> for ResolvedItem {
    fn from(tenant: Tenant) -> Self {
        Self {
            id: tenant.id,
            key: tenant.key,
            name: tenant.name,
            service: tenant.service,
            region: tenant.region,
            customer: tenant.customer_id,
            customer_name: tenant.customer,
        }
    }
}

/// A tenant that was left out.
#[derive(Debug, Serialize, ToSchema)]
pub struct LeftOutTenant {
    /// Its id, or what it was asked for by.
    pub tenant: String,
    /// What people call it, where it is known.
    pub name: Option<String>,
    /// Why.
    pub reason: String,
}

/// Something that is said of one procedure.
#[derive(Debug, Serialize, ToSchema)]
pub struct OfProcedure<T> {
    /// Its id.
    pub procedure: String,
    /// What is said.
    #[serde(flatten)]
    pub said: T,
}

impl From<Many> for ManyAnswer {
    fn from(many: Many) -> Self {
        let mut answer = Self {
            resolved: many.resolved.into_iter().map(ResolvedItem::from).collect(),
            left_out: many
                .left_out
                .into_iter()
                .map(|one| LeftOutTenant {
                    tenant: one.tenant,
                    name: Some(one.name).filter(|name| !name.is_empty()),
                    reason: one.reason,
                })
                .collect(),
            left_out_unlisted: many.left_out_unlisted,
            instances: Vec::new(),
            warnings: Vec::new(),
            refused: Vec::new(),
        };
        for made in many.made {
            let procedure = made.entry.id.clone();
            answer.instances.extend(made.instances.into_iter().map(item));
            let of = |said| OfProcedure { procedure: procedure.clone(), said };
            answer.warnings.extend(made.warnings.into_iter().map(WarningItem::from).map(of));
            let of = |said| OfProcedure { procedure: procedure.clone(), said };
            answer.refused.extend(made.refused.into_iter().map(RefusedItem::from).map(of));
        }
        answer
    }
}

/// When nothing was made: a problem that says for whom and why.
#[derive(Debug, Serialize)]
struct NothingMade {
    #[serde(flatten)]
    problem: Problem,
    #[serde(flatten)]
    answer: ManyAnswer,
}

/// Makes copies of several procedures for a scope. Sent again with the same `Idempotency-Key`, the request is answered as
/// it was the first time.
#[utoipa::path(
    post, path = "/instances", tag = "copies", request_body = ManyInstances,
    params(("Idempotency-Key" = Option<String>, Header, description = "Up to 200 characters; kept for two days")),
    responses(
        (status = 201, body = ManyAnswer),
        (status = 200, body = ManyAnswer, description = "What would be made (dry_run)"),
        (status = 400, body = Problem, content_type = "application/problem+json", description = "The scope is empty"),
        (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = 422, body = Problem, content_type = "application/problem+json", description = "The scope fits nobody, or every copy was refused"),
    )
)]
pub async fn create(
    State(app): State<App>,
    who: Principal,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Problem> {
    let new: ManyInstances = body::read(&body)?;
    let asked = [b"instances\0".as_slice(), &body].concat();
    let work = {
        let (app, who) = (app.clone(), who.clone());
        Box::pin(async move { answer(&app, &who, new).await })
    };
    once(&app, &who, &headers, &asked, work).await
}

async fn answer(app: &App, who: &Principal, new: ManyInstances) -> Result<Answer, Problem> {
    let dry_run = new.dry_run;
    let order = ManyOrder {
        procedures: new.procedures,
        scope: new.scope,
        window: resolved(new.window.as_ref(), app.clock.now())?,
        parameters: new.parameters,
        hold: new.hold,
        dry_run,
    };
    let answer = ManyAnswer::from(make_many(app, who, order).await?);
    if answer.instances.is_empty()
        && let Some(first) = answer.refused.first()
    {
        let problem = super::create::nothing_made(&first.said);
        let status = problem.status;
        return Ok(Answer { status, body: crate::db::to_json(&NothingMade { problem, answer }) });
    }
    let status = if dry_run { 200 } else { 201 };
    Ok(Answer { status, body: crate::db::to_json(&answer) })
}

#[cfg(test)]
mod tests {
    use crate::auth::Role;
    use crate::sample::Sample;
    use axum::http::{Request, header};
    use serde_json::{Value, json};

    const PATH: &str = "/api/v1/instances";

    /// Two customers, of health and of energy; a tenant on another service, a retired one, and one without the label.
    async fn shelf(sample: &Sample) {
        let lead = sample.user(Role::Lead).await;
        let table = "customer,customer_labels,service,region,key,name,labels,retired\n\
            Clinic,sector=health,taegis,us1,1,Ward,,no\n\
            Clinic,sector=health,taegis,eu1,2,Lab,,no\n\
            Clinic,sector=health,sentinel,us1,3,Cloud,,no\n\
            Clinic,sector=health,taegis,us1,4,Old,,yes\n\
            Power,sector=energy,taegis,us1,5,Plant,,no\n\
            Power,sector=energy,taegis,us1,6,Infirmary,sector=health,no\n\
            Shop,,taegis,us1,7,Till,,no\n";
        let request = Request::post("/api/v1/roster").header(header::CONTENT_TYPE, "text/csv");
        let taken = lead.send_with(request, table).await;
        assert_eq!(taken.status, 200, "{}", taken.text());
    }

    fn names(items: &Value) -> Vec<String> {
        items.as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap_or("?").to_owned()).collect()
    }

    #[tokio::test]
    async fn a_scope_is_told_whole_and_who_is_left_out_with_why() {
        let sample = Sample::open().await;
        shelf(&sample).await;
        let hunter = sample.user(Role::Hunter).await;
        let order = json!({
            "procedures": ["lsass", "stacking"], "scope": {"labels": {"sector": "health"}},
            "window": {"last": "7d"}, "parameters": {"EARLIEST": "-3d"}, "dry_run": true,
        });
        let told = hunter.post(PATH, &order).await;
        assert_eq!(told.status, 200, "{}", told.text());
        let told = told.json();
        assert_eq!(names(&told["resolved"]), ["Cloud", "Lab", "Ward", "Infirmary"]);
        assert_eq!(names(&told["left_out"]), ["Old", "Till"]);
        assert_eq!(told["left_out"][0]["reason"], "it is retired");
        assert_eq!(told["left_out"][1]["reason"], "neither it nor its customer has the label sector");
        // One of the procedures does not know the parameter; the copies of the other are not kept back for that.
        let refused = told["refused"].as_array().unwrap();
        let of = |one: &&Value| one["procedure"] == "stacking" && one["code"] == "unknown-parameter";
        assert_eq!(refused.iter().filter(of).count(), 4, "{told}");
        // The other asks Taegis, and one of the tenants is on Sentinel.
        let elsewhere: Vec<&Value> = refused.iter().filter(|one| !of(one)).collect();
        assert!(elsewhere.len() == 1 && elsewhere[0]["code"] == "wrong-service", "{told}");
        assert_eq!(told["instances"].as_array().unwrap().len(), 3);
        assert!(
            told["instances"].as_array().unwrap().iter().all(|one| one["provenance"]["hold"] == "writes")
        );
        assert_eq!(hunter.get(PATH).await.json()["instances"], json!([]));
        let made = hunter.post(PATH, &json!({"dry_run": false, "procedures": ["lsass"], "scope": {"labels": {"sector": "health"}, "region": "eu1"}})).await;
        assert_eq!(made.status, 201, "{}", made.text());
        let made = made.json();
        assert_eq!(names(&made["resolved"]), ["Lab"]);
        assert_eq!(made["instances"][0]["provenance"]["hold"], "none");
        assert_eq!(hunter.get(PATH).await.json()["instances"].as_array().unwrap().len(), 1);
    }

    #[tokio::test]
    async fn tenants_and_customers_are_named_and_what_does_not_fit_is_said() {
        let sample = Sample::open().await;
        shelf(&sample).await;
        let hunter = sample.user(Role::Hunter).await;
        let scope = json!({"tenants": ["1", "5", "nobody", "1"], "customer": "Clinic"});
        let made = hunter.post(PATH, &json!({"procedures": ["lsass"], "scope": scope})).await.json();
        assert_eq!(names(&made["resolved"]), ["Ward"]);
        assert_eq!(
            made["left_out"][0],
            json!({"tenant": "nobody", "name": null, "reason": "there is no tenant nobody"})
        );
        assert_eq!(made["left_out"][1]["reason"], "it is a tenant of Power");
    }

    #[tokio::test]
    async fn a_request_that_comes_again_with_its_key_makes_no_second_copies() {
        let sample = Sample::open().await;
        shelf(&sample).await;
        let hunter = sample.user(Role::Hunter).await;
        let order = json!({"procedures": ["lsass"], "scope": {"customer": "Power"}}).to_string();
        let send = async |order: String| {
            let request = Request::post(PATH)
                .header(header::CONTENT_TYPE, "application/json")
                .header("idempotency-key", "k");
            hunter.send_with(request, order).await
        };
        let (first, second) = (send(order.clone()).await, send(order.clone()).await);
        assert_eq!((first.status.as_u16(), first.json()), (201, second.json()));
        assert_eq!(hunter.get(PATH).await.json()["instances"].as_array().unwrap().len(), 2);
        assert_eq!(send(order.replace("Power", "Shop")).await.status, 422);
    }

    #[tokio::test]
    async fn what_cannot_be_is_refused_before_anything_is_made() {
        let sample = Sample::open().await;
        shelf(&sample).await;
        let hunter = sample.user(Role::Hunter).await;
        for (order, status, kind) in [
            (json!({"procedures": ["lsass"]}), 400, "empty-scope"),
            (json!({"procedures": ["lsass"], "scope": {"labels": {}}}), 400, "empty-scope"),
            (json!({"procedures": [], "scope": {"region": "us1"}}), 400, "invalid-request"),
            (json!({"procedures": ["lsass"], "scope": {"region": "mars"}}), 422, "scope-fits-nobody"),
            (json!({"procedures": ["lsass"], "scope": {"tenants": ["4"]}}), 422, "scope-fits-nobody"),
            (json!({"procedures": ["lsass", "none"], "scope": {"region": "us1"}}), 404, "not-found"),
            (json!({"procedures": ["lsass"], "scope": {"customer": "Nobody"}}), 404, "not-found"),
            (json!({"procedures": ["lsass"], "scope": {"regions": "us1"}}), 400, "invalid-request"),
            (
                json!({"procedures": ["lsass"], "scope": {"tenants": ["3"]}, "parameters": {"NOPE": 1}}),
                422,
                "refused",
            ),
        ] {
            let refused = hunter.post(PATH, &order).await;
            assert_eq!(refused.status, status, "{order}: {}", refused.text());
            assert_eq!(refused.json()["type"], format!("/problems/{kind}"), "{order}");
        }
        assert_eq!(hunter.get(PATH).await.json()["instances"], json!([]));
        let viewer = sample.user(Role::Viewer).await;
        let order = json!({"procedures": ["lsass"], "scope": {"region": "us1"}});
        assert_eq!(viewer.post(PATH, &order).await.status, 403);
    }
}
