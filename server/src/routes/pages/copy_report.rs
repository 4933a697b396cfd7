//! `/instances/{id}/report`: what the customer gets of a copy, and what stops it.

use super::Visitor;
use super::shared::Context;
use crate::app::App;
use crate::auth::Role;
use crate::db::instances::Instance;
use crate::http::cache::Cache;
use crate::http::headers::PICTURE_POLICY;
use crate::http::problem::Problem;
use crate::http::query;
use crate::reports::copy::{self, Format, Looked, look};
use crate::reports::pdf;
use crate::routes::api::instances::load;
use crate::routes::api::instances::report::answer;
use axum::extract::{Form, Path, Query, State};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Redirect, Response};
use catalog::report;
use serde::Deserialize;
use web::links;
use web::pages::copy_report::{CopyReportView, Leak, page};
use web::view::FieldError;

/// Which version of what came back; the newest without it.
#[derive(Debug, Default, Deserialize)]
pub struct Wanted {
    version: Option<String>,
}

/// What the forms hold.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Filled {
    #[serde(rename = "do")]
    what: String,
    key: String,
    reason: String,
    version: Option<String>,
}

/// What the customer gets.
///
/// # Errors
/// 404 when there is no such copy or version.
pub async fn show(
    State(app): State<App>,
    visitor: Visitor,
    Path(id): Path<String>,
    Query(wanted): Query<Wanted>,
) -> Result<Response, Problem> {
    let instance = load(&app, &visitor.who, &id).await?;
    let version = query::one(wanted.version.as_ref());
    let looked = Box::pin(look(&app, &visitor.who, &instance, version.as_deref())).await?;
    shown(&app, &visitor, &instance, looked, Vec::new()).await
}

/// Writes the report, or says of a finding that it is no leak.
///
/// # Errors
/// 403 without the role, 404 when there is no such copy.
pub async fn send(
    State(app): State<App>,
    visitor: Visitor,
    Path(id): Path<String>,
    Form(filled): Form<Filled>,
) -> Result<Response, Problem> {
    visitor.who.require(Role::Hunter)?;
    let who = &visitor.who;
    let instance = load(&app, who, &id).await?;
    let version = query::one(filled.version.as_ref());
    let looked = Box::pin(look(&app, who, &instance, version.as_deref())).await?;
    let format = match filled.what.as_str() {
        "judge" => None,
        "html" => Some(Format::Html),
        "pdf" => Some(Format::Pdf),
        "zip" => Some(Format::Zip),
        _ => Some(Format::Markdown),
    };
    let done = match format {
        None => copy::judge(&app, who, &instance, &looked, &filled.key, &filled.reason).await.map(|()| {
            let there = links::instance_report(&id);
            let there = match &version {
                Some(version) => links::with_query(&there, [("version", version.as_str())]),
                None => there,
            };
            Redirect::to(&there).into_response()
        }),
        Some(format) => {
            let reason = Some(filled.reason.as_str()).filter(|reason| !reason.trim().is_empty());
            let exported = Box::pin(copy::export(&app, who, &instance, looked.clone(), format, reason)).await;
            match exported {
                Ok(exported) => {
                    copy::note(&app, who, &instance, &exported).await?;
                    Ok(answer(format, exported))
                }
                Err(problem) => Err(problem),
            }
        }
    };
    match done {
        Ok(response) => Ok(response),
        Err(problem) if matches!(problem.status, 409 | 422 | 501 | 503) => {
            let message = format!("{} {}", problem.detail, problem.remedy.clone().unwrap_or_default());
            let errors = vec![FieldError { field: String::new(), message: message.trim().to_owned() }];
            let page = shown(&app, &visitor, &instance, looked, errors).await?;
            Ok((problem.status_code(), page).into_response())
        }
        Err(problem) => Err(problem),
    }
}

/// A picture of the preview.
///
/// # Errors
/// 404 when there is none.
pub async fn picture(
    State(app): State<App>,
    visitor: Visitor,
    Path((id, version, address)): Path<(String, String, String)>,
) -> Result<Response, Problem> {
    let instance = load(&app, &visitor.who, &id).await?;
    let version = Some(version.as_str()).filter(|version| *version != "copy");
    let looked = Box::pin(look(&app, &visitor.who, &instance, version)).await?;
    let found = app.pool.run(move || report::picture(&looked.notebook, &address)).await?;
    let (kind, bytes) = found.ok_or_else(|| Problem::not_found("picture"))?;
    let headers = [
        Cache::Revalidate.header(),
        (header::CONTENT_TYPE, HeaderValue::from_static(kind)),
        (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(PICTURE_POLICY)),
    ];
    Ok((headers, bytes).into_response())
}

async fn shown(
    app: &App,
    visitor: &Visitor,
    instance: &Instance,
    looked: Looked,
    errors: Vec<FieldError>,
) -> Result<Response, Problem> {
    let context = Context::of(app);
    let version = looked.version.as_ref().map(|version| version.id.as_str());
    let prefix = format!("{}/pictures/{}/", links::instance_report(&instance.id), version.unwrap_or("copy"));
    let notebook = looked.notebook.clone();
    let cells = app.pool.run(move || report::preview(&notebook, &prefix)).await?;
    let view = CopyReportView {
        id: instance.id.clone(),
        file_name: instance.file_name.clone(),
        title: instance.title.clone(),
        customer: instance.tenant.as_ref().map(|tenant| tenant.customer.clone()).unwrap_or_default(),
        version: looked.version.map(|version| {
            let at = context.moment(version.created_at);
            (version.id, format!("{} from {}", at.shown, version.created_by.name))
        }),
        findings: looked.findings.into_iter().map(leak).collect(),
        accepted: looked.accepted,
        cells,
        may_export: visitor.who.role >= Role::Hunter,
        may_judge: visitor.who.role >= Role::Lead,
        prints: pdf::chromium().is_some(),
        errors,
    };
    visitor.render(app, page, view).await
}

fn leak(finding: report::gate::Finding) -> Leak {
    let report::gate::Finding { code, cell, output, row, excerpt, message, help, key, .. } = finding;
    let place = match (output, row) {
        (Some(output), row) => format!("Cell {cell}, output {}, line {row}", output + 1),
        (None, 0) => format!("Cell {cell}"),
        (None, row) => format!("Cell {cell}, line {row}"),
    };
    Leak { code, cell, place, excerpt, message, help, key }
}

#[cfg(test)]
mod tests {
    use crate::auth::Role;
    use crate::sample::Sample;
    use axum::http::Request;
    use serde_json::json;

    #[tokio::test]
    async fn a_stopped_report_says_why_and_is_let_out_by_a_lead() {
        let sample = Sample::open().await;
        let (tenant, hunter, lead) =
            (sample.tenant().await, sample.user(Role::Hunter).await, sample.user(Role::Lead).await);
        assert_eq!(lead.post("/api/v1/customers", &json!({"name": "Initech"})).await.status, 201);
        let made =
            hunter.post("/api/v1/procedures/lsass/instances", &json!({"tenants": [tenant]})).await.json();
        let id = made["instances"][0]["id"].as_str().unwrap();
        let mut worked = hunter.get(&format!("/api/v1/instances/{id}/notebook.ipynb")).await.json();
        worked["cells"].as_array_mut().unwrap().push(
            json!({"cell_type": "markdown", "id": "mine", "metadata": {}, "source": ["As at Initech.\n", "\n", "Analyst note: late"]}),
        );
        hunter.send_with(Request::post("/api/v1/instances/return"), worked.to_string()).await;
        let path = format!("/instances/{id}/report");
        let page = hunter.get(&path).await.text();
        for said in [
            "stop this report",
            "another customer is named here",
            "█████",
            "Analyst note: late",
            "href=\"#cell-",
        ] {
            assert!(page.contains(said), "{said}: {page}");
        }
        // The excerpt hides the name; the preview is the report, and shows it.
        assert_eq!(page.matches("Initech").count(), 1, "{page}");
        assert!(!page.contains("value=\"html\""), "a hunter lets nothing out");
        assert_eq!(hunter.form(&path, &[("do", "html")]).await.status, 409);
        let seen = lead.get(&path).await.text();
        assert!(seen.contains("Not a leak") && seen.contains("Let it out in spite of this"), "{seen}");
        assert_eq!(lead.form(&path, &[("do", "html"), ("reason", " ")]).await.status, 409);
        let out = lead.form(&path, &[("do", "html"), ("reason", "Agreed.")]).await;
        assert_eq!((out.status.as_u16(), out.header("content-type")), (200, "text/html; charset=utf-8"));
        let copy = hunter.get(&format!("/instances/{id}")).await.text();
        assert!(copy.contains(&format!("href=\"{path}\"")) && copy.contains("let its report out"), "{copy}");
    }
}
