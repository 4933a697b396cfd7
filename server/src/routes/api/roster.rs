//! GET `/roster.csv`, POST `/roster`: customers and tenants as one table.

use crate::app::App;
use crate::auth::Principal;
use crate::http::cache::Cache;
use crate::http::problem::Problem;
use crate::roster::plan::{FieldChange, Plan, Planned};
use crate::roster::{apply, export, preview};
use crate::routes::api::source::disposition;
use axum::Json;
use axum::extract::{Query, State};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// How a table is taken.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct RosterParams {
    /// Only say what would change.
    #[serde(default)]
    pub dry_run: bool,
}

/// What a table changes.
#[derive(Debug, Serialize, ToSchema)]
pub struct RosterAnswer {
    /// Whether nothing was written, since only a preview was asked for.
    pub dry_run: bool,
    /// Lines by which something comes on record.
    pub created: usize,
    /// Lines that change something.
    pub changed: usize,
    /// Lines that change nothing.
    pub same: usize,
    /// Lines that cannot be; nothing is written while there are any.
    pub refused: usize,
    /// Line by line.
    pub lines: Vec<RosterLine>,
}

/// What one line does.
#[derive(Debug, Serialize, ToSchema)]
pub struct RosterLine {
    /// Its number.
    pub line: usize,
    /// `create`, `change`, `same` or `refused`.
    pub effect: String,
    /// The customer's name.
    pub customer: String,
    /// The tenant's name; empty for a line of a customer alone.
    pub tenant: String,
    /// What changes.
    pub fields: Vec<RosterField>,
    /// Why it cannot be.
    pub reason: Option<String>,
}

/// A field that changes.
#[derive(Debug, Serialize, ToSchema)]
pub struct RosterField {
    /// Its column.
    pub field: String,
    /// What it is.
    pub before: String,
    /// What it becomes.
    pub after: String,
}

impl RosterAnswer {
    fn of(plan: Plan, dry_run: bool) -> Self {
        let counts = plan.counts();
        let field =
            |FieldChange { field, before, after }| RosterField { field: field.to_owned(), before, after };
        let line = |planned: Planned| RosterLine {
            line: planned.line,
            effect: planned.effect.word().to_owned(),
            customer: planned.customer,
            tenant: planned.tenant,
            fields: planned.fields.into_iter().map(field).collect(),
            reason: Some(planned.reason).filter(|reason| !reason.is_empty()),
        };
        Self {
            dry_run,
            created: counts.created,
            changed: counts.changed,
            same: counts.same,
            refused: counts.refused,
            lines: plan.lines.into_iter().map(line).collect(),
        }
    }
}

/// Customers and tenants as one table: a line for each tenant, and one for each customer without any.
#[utoipa::path(
    get, path = "/roster.csv", tag = "customers",
    responses((status = 200, body = String, content_type = "text/csv"))
)]
pub async fn get(State(app): State<App>, who: Principal) -> Result<Response, Problem> {
    let table = export(&app, &who).await?;
    let name = format!("huntshelf-tenants-{}.csv", app.clock.now().format("%Y%m%d-%H%M%S"));
    let headers = [
        Cache::Never.header(),
        (header::CONTENT_TYPE, HeaderValue::from_static("text/csv; charset=utf-8")),
        (header::CONTENT_DISPOSITION, disposition("attachment", &name)),
    ];
    Ok((headers, table).into_response())
}

/// Takes such a table: what it names comes on record or changes, all of it or nothing. What it does not name stays.
#[utoipa::path(
    post, path = "/roster", tag = "customers", params(RosterParams),
    request_body(content = String, content_type = "text/csv"),
    responses(
        (status = 200, body = RosterAnswer),
        (status = 400, body = Problem, content_type = "application/problem+json", description = "It is no such table"),
        (status = 403, body = Problem, content_type = "application/problem+json"),
        (status = 422, body = Problem, content_type = "application/problem+json", description = "A line cannot be"),
    )
)]
pub async fn import(
    State(app): State<App>,
    who: Principal,
    Query(params): Query<RosterParams>,
    text: String,
) -> Result<Json<RosterAnswer>, Problem> {
    let plan =
        if params.dry_run { preview(&app, &who, &text).await? } else { apply(&app, &who, &text).await? };
    Ok(Json(RosterAnswer::of(plan, params.dry_run)))
}

#[cfg(test)]
mod tests {
    use crate::auth::Role;
    use crate::sample::Sample;
    use crate::testing::{TestAnswer, TestUser};
    use axum::http::{Request, header};
    use serde_json::json;
    use std::fmt::Write as _;

    async fn send(user: &TestUser, path: &str, table: &str) -> TestAnswer {
        let request = Request::post(path).header(header::CONTENT_TYPE, "text/csv");
        user.send_with(request, table.to_owned()).await
    }

    #[tokio::test]
    async fn a_table_is_previewed_taken_and_given_back() {
        let sample = Sample::open().await;
        sample.tenant().await;
        let lead = sample.user(Role::Lead).await;
        let table = "customer,region,key,name,labels,data_sources,retired\n\
            Clinic,mock,0145483,Ward 3,env=prod,process=30,no\nBank,us1,000007,Vault,,,yes\n";
        let told = send(&lead, "/api/v1/roster?dry_run=true", table).await;
        assert_eq!(told.status, 200, "{}", told.text());
        let told = told.json();
        assert_eq!(
            (&told["created"], &told["changed"], &told["dry_run"]),
            (&json!(1), &json!(1), &json!(true))
        );
        assert_eq!(
            told["lines"][0]["fields"][0],
            json!({"field": "name", "before": "Ward", "after": "Ward 3"})
        );
        assert_eq!(lead.get("/api/v1/tenants?q=vault").await.json()["tenants"], json!([]));
        assert_eq!(send(&lead, "/api/v1/roster", table).await.json()["created"], 1);
        let vault = lead.get("/api/v1/tenants?q=vault").await.json();
        assert!(vault["tenants"][0]["retired_at"].is_string(), "{vault}");
        let exported = lead.get("/api/v1/roster.csv").await;
        assert_eq!(exported.header("content-type"), "text/csv; charset=utf-8");
        assert!(exported.text().contains(",000007,Vault,"), "{}", exported.text());
        let again = send(&lead, "/api/v1/roster", &exported.text()).await.json();
        assert_eq!((&again["same"], &again["changed"]), (&json!(2), &json!(0)));
    }

    #[tokio::test]
    async fn nothing_is_written_while_a_line_cannot_be() {
        let sample = Sample::open().await;
        let lead = sample.user(Role::Lead).await;
        let table = "customer,key\nClinic,1\nBank, \n,2\n";
        let refused = send(&lead, "/api/v1/roster", table).await;
        assert_eq!(refused.status, 422);
        assert!(refused.json()["detail"].as_str().unwrap().starts_with("Line 4: "), "{}", refused.text());
        assert_eq!(lead.get("/api/v1/customers").await.json()["customers"], json!([]));
        assert_eq!(send(&lead, "/api/v1/roster", "colour\nred").await.status, 400);
        let hunter = sample.user(Role::Hunter).await;
        assert_eq!(send(&hunter, "/api/v1/roster", table).await.status, 403);
    }

    #[tokio::test]
    async fn five_thousand_tenants_are_taken_and_found_by_the_page() {
        let sample = Sample::open().await;
        let lead = sample.user(Role::Lead).await;
        let mut table = String::from("customer,customer_labels,region,key,name,labels\n");
        for number in 0..5_000 {
            let sector = if number / 50 % 2 == 0 { "health" } else { "energy" };
            writeln!(
                table,
                "Customer {:03},sector={sector},us1,{number:07},Tenant {number},env=e{}",
                number / 50,
                number % 7
            )
            .unwrap();
        }
        let taken = send(&lead, "/api/v1/roster", &table).await;
        assert_eq!(taken.status, 200, "{}", taken.text());
        assert_eq!(taken.json()["created"], 5_000);
        let mut cursor = String::new();
        let mut seen = 0;
        loop {
            let page =
                lead.get(&format!("/api/v1/tenants?q=sector=health&limit=500&cursor={cursor}")).await.json();
            seen += page["tenants"].as_array().unwrap().len();
            match page["next"].as_str() {
                Some(next) => next.clone_into(&mut cursor),
                None => break,
            }
        }
        assert_eq!(seen, 2_500);
        let found = lead.get("/api/v1/tenants?q=Tenant+4711").await.json();
        assert_eq!(found["tenants"][0]["key"], "0004711");
        let page = lead.get("/tenants?q=env%3De3").await.text();
        assert_eq!(page.matches("<tr>").count(), 201, "a page is bounded");
        assert!(page.contains("Next page"));
        let page = lead.get("/customers").await.text();
        assert!(page.len() < 400_000, "{} bytes", page.len());
    }
}
