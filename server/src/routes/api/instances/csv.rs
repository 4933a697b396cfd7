//! GET `/instances.csv`: the copies that were made, as a table.

use super::list::{InstanceParams, page};
use super::{HuntedWindow, InstanceItem, InstanceTenantItem};
use crate::app::App;
use crate::auth::Principal;
use crate::http::cache::Cache;
use crate::http::csv as table;
use crate::http::problem::Problem;
use crate::routes::api::source::disposition;
use axum::extract::{Query, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

/// How many copies one table holds.
const MOST: usize = 50_000;
/// How many are read at a time.
const AT_A_TIME: u32 = 500;

/// The columns.
const COLUMNS: [&str; 24] = [
    "instance",
    "state",
    "disposition",
    "finding",
    "note",
    "link",
    "procedure",
    "title",
    "repo",
    "commit",
    "tenant",
    "tenant_key",
    "region",
    "customer",
    "window_from",
    "window_to",
    "assignee",
    "created_at",
    "created_by",
    "closed_at",
    "closed_by",
    "file",
    "sha256",
    "replaces",
];

/// The copies that were made, newest first, as a table. It is filtered as the list is; `limit` and `cursor` say nothing
/// here: all of them come, up to 50,000.
#[utoipa::path(
    get, path = "/instances.csv", tag = "copies", params(InstanceParams),
    responses(
        (status = 200, body = String, content_type = "text/csv"),
        (status = 413, body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn csv(
    State(app): State<App>,
    who: Principal,
    Query(params): Query<InstanceParams>,
) -> Result<Response, Problem> {
    let mut filter = InstanceParams { limit: None, cursor: None, ..params }.filter()?;
    filter.limit = AT_A_TIME;
    let mut text = String::new();
    table::push(&mut text, COLUMNS);
    let mut rows = 0;
    loop {
        let (instances, next) = page(&app, &who, filter.clone()).await?;
        rows += instances.len();
        if rows > MOST {
            return Err(Problem::new(
                StatusCode::PAYLOAD_TOO_LARGE,
                "too-large",
                "Too large",
                format!("More than {MOST} copies are asked for."),
            )
            .remedy("Ask for less: since a day, for a customer, of a procedure."));
        }
        for instance in instances {
            row(&mut text, &InstanceItem::from(instance));
        }
        match next {
            Some(next) => filter.before = Some(next),
            None => break,
        }
    }
    let name = format!("huntshelf-copies-{}.csv", app.clock.now().format("%Y%m%d-%H%M%S"));
    let headers = [
        Cache::Never.header(),
        (header::CONTENT_TYPE, HeaderValue::from_static("text/csv; charset=utf-8")),
        (header::CONTENT_DISPOSITION, disposition("attachment", &name)),
    ];
    Ok((headers, text).into_response())
}

fn row(text: &mut String, copy: &InstanceItem) {
    let own = |side: &str| copy.provenance["window"][side].as_str().unwrap_or_default();
    let said = |value: &Option<String>| value.clone().unwrap_or_default();
    let (mut from, mut to) = (own("from"), own("to"));
    if let Some(HuntedWindow { from: began, to: ended }) = &copy.hunted {
        (from, to) = (began, ended);
    }
    let tenant = copy.tenant.as_ref();
    let of = |field: fn(&InstanceTenantItem) -> &String| tenant.map_or("", |tenant| field(tenant));
    let fields: [&str; COLUMNS.len()] = [
        &said(&copy.id),
        &copy.state,
        &said(&copy.disposition),
        &said(&copy.finding),
        &copy.note,
        &said(&copy.link),
        &copy.procedure,
        &copy.title,
        &copy.repo,
        &copy.commit,
        of(|tenant| &tenant.name),
        of(|tenant| &tenant.key),
        of(|tenant| &tenant.region),
        of(|tenant| &tenant.customer_name),
        from,
        to,
        &said(&copy.assignee),
        &copy.created_at,
        &copy.created_by,
        &said(&copy.closed_at),
        &said(&copy.closed_by),
        &copy.file_name,
        &copy.sha256,
        &said(&copy.replaces),
    ];
    table::push(text, fields);
}
