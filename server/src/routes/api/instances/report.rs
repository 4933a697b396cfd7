//! `/instances/{id}/report`: what the customer gets of a copy, and what the gate finds in it.

use super::load;
use crate::app::App;
use crate::auth::{Principal, Role};
use crate::http::cache::Cache;
use crate::http::problem::Problem;
use crate::http::query;
use crate::reports::copy::{self, Exported, Format, look};
use crate::routes::api::source::disposition;
use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// The SHA-256 of the manifest's report, beside its bytes.
const SHA256: HeaderName = HeaderName::from_static("x-content-sha256");

/// Which version of what came back.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct VersionParams {
    /// Its id; the newest without it, and the copy itself where nothing came back.
    pub version: Option<String>,
}

/// What the gate says of a copy's report.
#[derive(Debug, Serialize, ToSchema)]
pub struct GateAnswer {
    /// Whether the report is stopped.
    pub stopped: bool,
    /// The version of what came back that was looked at; null where it was the copy itself.
    pub version: Option<String>,
    /// What must not leave.
    pub findings: Vec<LeakItem>,
    /// How many findings were judged to be no leak.
    pub accepted: usize,
}

/// Something that must not leave with a report.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct LeakItem {
    /// The rule.
    pub code: String,
    /// The cell, from 0.
    pub cell: usize,
    /// Which of its outputs, from 0; null for its text.
    pub output: Option<usize>,
    /// The line in the cell's text or in the output, from 1; 0 for the cell as a whole.
    pub row: u32,
    /// What stands there, in short; names of other customers are blotted out.
    pub excerpt: String,
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    pub help: String,
    /// By which "not a leak" is said of it.
    pub key: String,
}

impl From<catalog::report::gate::Finding> for LeakItem {
    fn from(finding: catalog::report::gate::Finding) -> Self {
        let catalog::report::gate::Finding { code, cell, output, row, excerpt, message, help, key, .. } =
            finding;
        Self { code, cell, output, row, excerpt, message, help, key }
    }
}

/// What is to be written.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReportRequest {
    /// `markdown`, `html` or `pdf`
    pub format: Format,
    /// The version of what came back; the newest without it.
    #[serde(default)]
    pub version: Option<String>,
    /// Why it goes out in spite of what the gate found. Takes the role lead, and stays on record.
    #[serde(default)]
    pub r#override: Option<String>,
}

/// A finding that is no leak.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NotALeakRequest {
    /// The finding's key.
    pub key: String,
    /// Why it is none.
    pub reason: String,
    /// The version of what came back that it is in.
    #[serde(default)]
    pub version: Option<String>,
}

/// What the gate finds in the report of a copy: of the newest notebook that came back, or of the copy itself.
#[utoipa::path(
    get, path = "/instances/{id}/report", tag = "copies", operation_id = "copy_report",
    params(("id" = String, Path, description = "Its id"), VersionParams),
    responses(
        (status = 200, body = GateAnswer),
        (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = 422, body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn get(
    State(app): State<App>,
    who: Principal,
    Path(id): Path<String>,
    Query(params): Query<VersionParams>,
) -> Result<Json<GateAnswer>, Problem> {
    let instance = load(&app, &who, &id).await?;
    let version = query::one(params.version.as_ref());
    let looked = Box::pin(look(&app, &who, &instance, version.as_deref())).await?;
    Ok(Json(GateAnswer {
        stopped: !looked.findings.is_empty(),
        version: looked.version.map(|version| version.id),
        findings: looked.findings.into_iter().map(LeakItem::from).collect(),
        accepted: looked.accepted,
    }))
}

/// The report of a copy as markdown, where the gate lets it out.
#[utoipa::path(
    get, path = "/instances/{id}/report.md", tag = "copies", operation_id = "copy_report_md",
    params(("id" = String, Path, description = "Its id"), VersionParams),
    responses(
        (status = 200, body = String, content_type = "text/markdown"),
        (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = 409, body = Problem, content_type = "application/problem+json", description = "The gate stops it"),
    )
)]
pub async fn markdown(
    State(app): State<App>,
    who: Principal,
    Path(id): Path<String>,
    Query(params): Query<VersionParams>,
) -> Result<Response, Problem> {
    passed(&app, &who, &id, params, Format::Markdown).await
}

/// The report of a copy as one file of HTML, where the gate lets it out.
#[utoipa::path(
    get, path = "/instances/{id}/report.html", tag = "copies", operation_id = "copy_report_html",
    params(("id" = String, Path, description = "Its id"), VersionParams),
    responses(
        (status = 200, body = String, content_type = "text/html"),
        (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = 409, body = Problem, content_type = "application/problem+json", description = "The gate stops it"),
    )
)]
pub async fn html(
    State(app): State<App>,
    who: Principal,
    Path(id): Path<String>,
    Query(params): Query<VersionParams>,
) -> Result<Response, Problem> {
    passed(&app, &who, &id, params, Format::Html).await
}

async fn passed(
    app: &App,
    who: &Principal,
    id: &str,
    params: VersionParams,
    format: Format,
) -> Result<Response, Problem> {
    let instance = load(app, who, id).await?;
    let version = query::one(params.version.as_ref());
    let looked = Box::pin(look(app, who, &instance, version.as_deref())).await?;
    let exported = Box::pin(copy::export(app, who, &instance, looked, format, None)).await?;
    Ok(answer(format, exported))
}

/// Writes the report of a copy, and puts on record that it went out; with a reason, in spite of what the gate found.
#[utoipa::path(
    post, path = "/instances/{id}/report", tag = "copies", request_body = ReportRequest, operation_id = "export_copy_report",
    params(("id" = String, Path, description = "Its id")),
    responses(
        (status = 200, body = Vec<u8>, content_type = "application/octet-stream"),
        (status = 403, body = Problem, content_type = "application/problem+json"),
        (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = 409, body = Problem, content_type = "application/problem+json", description = "The gate stops it"),
        (status = 422, body = Problem, content_type = "application/problem+json", description = "No reason is given"),
        (status = 501, body = Problem, content_type = "application/problem+json", description = "Nothing here prints a PDF"),
    )
)]
pub async fn post(
    State(app): State<App>,
    who: Principal,
    Path(id): Path<String>,
    Json(asked): Json<ReportRequest>,
) -> Result<Response, Problem> {
    who.require(Role::Hunter)?;
    let instance = load(&app, &who, &id).await?;
    let looked = Box::pin(look(&app, &who, &instance, asked.version.as_deref())).await?;
    let reason = asked.r#override.as_deref();
    let exported = Box::pin(copy::export(&app, &who, &instance, looked, asked.format, reason)).await?;
    copy::note(&app, &who, &instance, &exported).await?;
    Ok(answer(asked.format, exported))
}

/// What goes with the report of a copy: what it is of, what is not in it and why, what the gate said.
#[utoipa::path(
    get, path = "/instances/{id}/report.manifest.json", tag = "copies", operation_id = "copy_report_manifest",
    params(("id" = String, Path, description = "Its id"), VersionParams),
    responses(
        (status = 200, body = serde_json::Value),
        (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = 409, body = Problem, content_type = "application/problem+json", description = "The gate stops the report"),
    )
)]
pub async fn manifest(
    State(app): State<App>,
    who: Principal,
    Path(id): Path<String>,
    Query(params): Query<VersionParams>,
) -> Result<Response, Problem> {
    let instance = load(&app, &who, &id).await?;
    let version = query::one(params.version.as_ref());
    let looked = Box::pin(look(&app, &who, &instance, version.as_deref())).await?;
    let exported = Box::pin(copy::export(&app, &who, &instance, looked, Format::Markdown, None)).await?;
    Ok(([Cache::Never.header()], Json(exported.manifest)).into_response())
}

/// Says of a finding that it is no leak. It is remembered for the pair of rule and text, in every report.
#[utoipa::path(
    post, path = "/instances/{id}/report/not-a-leak", tag = "copies", request_body = NotALeakRequest,
    params(("id" = String, Path, description = "Its id")),
    responses(
        (status = 204),
        (status = 403, body = Problem, content_type = "application/problem+json"),
        (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = 422, body = Problem, content_type = "application/problem+json", description = "No reason is given"),
    )
)]
pub async fn not_a_leak(
    State(app): State<App>,
    who: Principal,
    Path(id): Path<String>,
    Json(asked): Json<NotALeakRequest>,
) -> Result<StatusCode, Problem> {
    who.require(Role::Lead)?;
    let instance = load(&app, &who, &id).await?;
    let looked = Box::pin(look(&app, &who, &instance, asked.version.as_deref())).await?;
    copy::judge(&app, &who, &instance, &looked, &asked.key, &asked.reason).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// A report as it is sent: to be kept, never to be run on this origin.
pub fn answer(format: Format, exported: Exported) -> Response {
    let sha256 =
        HeaderValue::from_str(&exported.manifest.report.sha256).unwrap_or(HeaderValue::from_static(""));
    let headers = [
        Cache::Never.header(),
        (header::CONTENT_TYPE, HeaderValue::from_static(format.media())),
        (header::CONTENT_DISPOSITION, disposition("attachment", &exported.name)),
        (SHA256, sha256),
    ];
    (headers, exported.bytes).into_response()
}

#[cfg(test)]
mod tests {
    use crate::auth::Role;
    use crate::sample::Sample;
    use crate::testing::TestUser;
    use axum::http::Request;
    use serde_json::{Value, json};

    /// A copy of which a notebook came back with one more cell of prose.
    async fn returned(sample: &Sample, hunter: &TestUser, tenant: &str, said: &str) -> String {
        let order = json!({"tenants": [tenant]});
        let made = hunter.post("/api/v1/procedures/lsass/instances", &order).await;
        assert_eq!(made.status, 201, "{}", made.text());
        let id = made.json()["instances"][0]["id"].as_str().unwrap().to_owned();
        let mut worked = hunter.get(&format!("/api/v1/instances/{id}/notebook.ipynb")).await.json();
        let cells = worked["cells"].as_array_mut().unwrap();
        for cell in cells.iter_mut() {
            let asked = cell["metadata"]["tags"]
                .as_array()
                .is_some_and(|tags| tags.contains(&json!("analyst_input")));
            if asked && cell["cell_type"] == "markdown" {
                cell["source"] = json!(["Nothing was found."]);
            }
        }
        cells.push(json!({"cell_type": "markdown", "id": "mine", "metadata": {}, "source": [said]}));
        let back = hunter.send_with(Request::post("/api/v1/instances/return"), worked.to_string()).await;
        assert_eq!(back.json()["returned"].as_array().map(Vec::len), Some(1), "{}", back.text());
        let _ = sample;
        id
    }

    /// What the record says of the export of a copy's report.
    async fn exported_as(sample: &Sample, id: &str) -> Value {
        let deeds = sample.test.app.database.deeds_to(Some(id), 20).await.unwrap();
        let deed = deeds.into_iter().find(|deed| deed.action == "report.export");
        deed.expect("it is on record").detail
    }

    #[tokio::test]
    async fn a_clean_report_goes_out_and_is_on_record() {
        let sample = Sample::open().await;
        let (tenant, hunter) = (sample.tenant().await, sample.user(Role::Hunter).await);
        let id = returned(&sample, &hunter, &tenant, "Two hosts were read; 10.0.0.4 was one.").await;
        let path = format!("/api/v1/instances/{id}/report");
        let gate = hunter.get(&path).await.json();
        assert_eq!((&gate["stopped"], &gate["findings"]), (&json!(false), &json!([])), "{gate}");
        let text = hunter.get(&format!("{path}.md")).await;
        assert_eq!(text.status, 200);
        assert!(
            text.text().contains("Two hosts were read") && !text.text().contains("FROM process"),
            "{}",
            text.text()
        );
        let page = hunter.get(&format!("{path}.html")).await;
        assert!(
            page.text().contains("<dd>Clinic</dd>") && page.text().contains("Two hosts were read"),
            "{}",
            page.text()
        );
        assert!(page.header("content-disposition").starts_with("attachment"));
        let exported = hunter.post(&path, &json!({"format": "markdown"})).await;
        assert_eq!(exported.text(), text.text());
        let deed = exported_as(&sample, &id).await;
        assert_eq!(deed["override"], Value::Null);
        let packed = hunter.post(&path, &json!({"format": "zip"})).await;
        assert_eq!(packed.header("content-type"), "application/zip");
        let mut zip = zip::ZipArchive::new(std::io::Cursor::new(packed.body.clone())).unwrap();
        let names: Vec<_> = zip.file_names().map(|name| name.unwrap().into_owned()).collect();
        let stem = names[0].strip_suffix(".md").unwrap_or_default();
        assert_eq!(names, [format!("{stem}.md"), format!("{stem}.manifest.json")]);
        assert_eq!(std::io::read_to_string(zip.by_index(0).unwrap()).unwrap(), text.text());
        let manifest = hunter.get(&format!("{path}.manifest.json")).await.json();
        assert_eq!(
            (&manifest["schema"], &manifest["of"]["copy"]),
            (&json!("huntshelf-report/1"), &json!(id)),
            "{manifest}"
        );
        assert_eq!(manifest["report"]["sha256"], deed["sha256"]);
        let viewer = sample.user(Role::Viewer).await;
        assert_eq!(viewer.post(&path, &json!({"format": "markdown"})).await.status, 403);
        assert_eq!(hunter.get("/api/v1/instances/none/report").await.status, 404);
        assert_eq!(hunter.get(&format!("{path}?version=none")).await.status, 404);
    }

    #[tokio::test]
    async fn another_customer_stops_a_report_and_nobody_learns_which() {
        let sample = Sample::open().await;
        let (tenant, hunter, lead) =
            (sample.tenant().await, sample.user(Role::Hunter).await, sample.user(Role::Lead).await);
        let other = lead.post("/api/v1/customers", &json!({"name": "Initech"})).await;
        assert_eq!(other.status, 201, "{}", other.text());
        let id = returned(&sample, &hunter, &tenant, "The same as at Initech.").await;
        let path = format!("/api/v1/instances/{id}/report");
        let gate = hunter.get(&path).await;
        assert!(!gate.text().contains("Initech"), "{}", gate.text());
        let gate = gate.json();
        assert_eq!(
            (&gate["stopped"], &gate["findings"][0]["code"]),
            (&json!(true), &json!("other-customer")),
            "{gate}"
        );
        for stopped in [
            hunter.get(&format!("{path}.md")).await,
            hunter.get(&format!("{path}.html")).await,
            hunter.post(&path, &json!({"format": "html"})).await,
        ] {
            assert_eq!(stopped.status, 409);
            assert_eq!(stopped.json()["type"], "/problems/report-stopped");
            assert!(!stopped.text().contains("Initech"), "{}", stopped.text());
        }
        // A hunter does not let it out, and a lead says why.
        let anyway = json!({"format": "markdown", "override": "Agreed with both."});
        assert_eq!(hunter.post(&path, &anyway).await.status, 403);
        assert_eq!(lead.post(&path, &json!({"format": "markdown", "override": " "})).await.status, 422);
        let out = lead.post(&path, &anyway).await;
        assert!(out.status == 200 && out.text().contains("The same as at Initech."), "{}", out.text());
        let deed = exported_as(&sample, &id).await;
        assert_eq!(
            (&deed["override"], &deed["findings"]),
            (&json!("Agreed with both."), &json!(["other-customer"]))
        );
        // What is judged to be no leak stops nothing any more.
        let judged = json!({"key": gate["findings"][0]["key"], "reason": "It is their own name."});
        assert_eq!(hunter.post(&format!("{path}/not-a-leak"), &judged).await.status, 403);
        assert_eq!(lead.post(&format!("{path}/not-a-leak"), &judged).await.status, 204);
        assert_eq!(lead.post(&format!("{path}/not-a-leak"), &judged).await.status, 404);
        let gate = hunter.get(&path).await.json();
        assert_eq!((&gate["stopped"], &gate["accepted"]), (&json!(false), &json!(1)));
        assert_eq!(hunter.get(&format!("{path}.md")).await.status, 200);
    }
}
