//! GET and POST `/instances/{id}/verify`, POST `/instances/verify`: whether a copy, or a file of it, is what was made.

use super::load;
use crate::app::App;
use crate::auth::Principal;
use crate::copies::verify::{examined, examined_file, label};
use crate::http::problem::{Problem, sentence};
use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, State};
use catalog::instance::{Examined, Outcome};
use serde::Serialize;
use utoipa::ToSchema;

/// What came of looking at a copy.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct VerifyAnswer {
    /// The copy's id; null where the file is of no copy on record, and could be held against the repository only.
    pub instance: Option<String>,
    /// Whether all that it says holds; only what made it may be unknown.
    pub holds: bool,
    /// Whether something differs.
    pub differs: bool,
    /// What was looked at, each by itself.
    pub findings: Vec<VerifyFinding>,
}

/// One thing that was looked at.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct VerifyFinding {
    /// `file`, `source`, `parameters`, `cells`, `metadata`, `held` or `renderer`.
    #[schema(value_type = String)]
    pub aspect: catalog::instance::Aspect,
    /// The same, for people.
    pub label: String,
    /// `holds`, `differs`, or `unknown` where it could not be looked at.
    #[schema(value_type = String)]
    pub outcome: Outcome,
    /// A sentence about it.
    pub detail: String,
}

impl VerifyAnswer {
    /// What came of looking at a copy.
    pub fn of(instance: Option<String>, examined: Examined) -> Self {
        let (holds, differs) = (examined.holds(), examined.differs());
        let finding = |finding: catalog::instance::Finding| VerifyFinding {
            label: label(finding.aspect).to_owned(),
            aspect: finding.aspect,
            outcome: finding.outcome,
            detail: format!("{}.", sentence(&finding.detail)),
        };
        Self { instance, holds, differs, findings: examined.findings.into_iter().map(finding).collect() }
    }
}

/// Whether a copy on record is what it says.
///
/// It is made anew from its provenance and the procedure's bytes, and compared. Where the repository has the commit no more,
/// the blob that was kept takes its place, and the answer says so.
#[utoipa::path(
    get, path = "/instances/{id}/verify", tag = "copies",
    params(("id" = String, Path, description = "Its id")),
    responses(
        (status = 200, body = VerifyAnswer),
        (status = 404, body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn get(
    State(app): State<App>,
    who: Principal,
    Path(id): Path<String>,
) -> Result<Json<VerifyAnswer>, Problem> {
    let instance = load(&app, &who, &id).await?;
    let examined = examined(&app, &who, &instance, None).await?;
    Ok(Json(VerifyAnswer::of(Some(instance.id), examined)))
}

/// Whether a file is the copy that is on record.
#[utoipa::path(
    post, path = "/instances/{id}/verify", tag = "copies",
    params(("id" = String, Path, description = "Its id")),
    request_body(content = String, content_type = "application/x-ipynb+json", description = "The file"),
    responses(
        (status = 200, body = VerifyAnswer),
        (status = 404, body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn post(
    State(app): State<App>,
    who: Principal,
    Path(id): Path<String>,
    file: Bytes,
) -> Result<Json<VerifyAnswer>, Problem> {
    let instance = load(&app, &who, &id).await?;
    let examined = examined(&app, &who, &instance, Some(file)).await?;
    Ok(Json(VerifyAnswer::of(Some(instance.id), examined)))
}

/// Whether a file is a copy that is on record, found by what the file says of itself. One of no copy on record is held
/// against the repository that it names.
#[utoipa::path(
    post, path = "/instances/verify", tag = "copies",
    request_body(content = String, content_type = "application/x-ipynb+json", description = "The file"),
    responses((status = 200, body = VerifyAnswer))
)]
pub async fn file(
    State(app): State<App>,
    who: Principal,
    file: Bytes,
) -> Result<Json<VerifyAnswer>, Problem> {
    let (instance, examined) = examined_file(&app, &who, file).await?;
    Ok(Json(VerifyAnswer::of(instance.map(|instance| instance.id), examined)))
}

#[cfg(test)]
mod tests {
    use crate::auth::Role;
    use crate::sample::{Sample, commit};
    use axum::http::Request;
    use serde_json::{Value, json};

    async fn made(hunter: &crate::testing::TestUser, tenant: &str) -> String {
        let asked = json!({"tenants": [tenant], "parameters": {"LIMIT": 7}});
        let answer = hunter.post("/api/v1/procedures/lsass/instances", &asked).await;
        assert_eq!(answer.status, 201, "{}", answer.text());
        answer.json()["instances"][0]["id"].as_str().unwrap().to_owned()
    }

    fn outcome<'a>(answer: &'a Value, aspect: &str) -> (&'a str, &'a str) {
        let findings = answer["findings"].as_array().unwrap();
        let found = findings.iter().find(|finding| finding["aspect"] == aspect).unwrap();
        (found["outcome"].as_str().unwrap(), found["detail"].as_str().unwrap())
    }

    #[tokio::test]
    async fn a_copy_is_what_it_says_and_each_thing_is_said_by_itself() {
        let sample = Sample::open().await;
        let tenant = sample.tenant().await;
        let hunter = sample.user(Role::Hunter).await;
        let id = made(&hunter, &tenant).await;
        let answer = hunter.get(&format!("/api/v1/instances/{id}/verify")).await.json();
        assert_eq!((&answer["holds"], &answer["differs"]), (&json!(true), &json!(false)), "{answer}");
        for aspect in ["file", "source", "parameters", "cells", "metadata", "renderer"] {
            assert_eq!(outcome(&answer, aspect).0, "holds", "{answer}");
        }
        assert!(outcome(&answer, "source").1.contains(&sample.commits[2]), "{answer}");
        let page = hunter.get(&format!("/instances/{id}/verify")).await;
        assert_eq!(page.status, 200);
        assert!(page.text().contains("The copy is what it says."));
        assert_eq!(hunter.get("/api/v1/instances/x/verify").await.status, 404);
        assert_eq!(hunter.get("/instances/x/verify").await.status, 404);
    }

    #[tokio::test]
    async fn a_file_that_somebody_altered_is_told_from_one_that_was_only_run() {
        let sample = Sample::open().await;
        let tenant = sample.tenant().await;
        let hunter = sample.user(Role::Hunter).await;
        let id = made(&hunter, &tenant).await;
        let file = hunter.get(&format!("/api/v1/instances/{id}/notebook.ipynb")).await.text();
        let ask = |text: String| {
            let (request, hunter) = (Request::post(format!("/api/v1/instances/{id}/verify")), &hunter);
            async move { hunter.send_with(request, text).await.json() }
        };
        assert_eq!(ask(file.clone()).await["holds"], true);
        let other = ask(file.replace("TENANT_ID = \\\"0145483", "TENANT_ID = \\\"0145484")).await;
        assert_eq!(
            (outcome(&other, "parameters").0, &other["differs"]),
            ("differs", &json!(true)),
            "{other}"
        );
        let altered = ask(file.replace("FROM process", "FROM procezz")).await;
        assert_eq!((outcome(&altered, "cells").0, outcome(&altered, "parameters").0), ("differs", "holds"));
        let mut run: Value = serde_json::from_str(&file).unwrap();
        run["cells"][2]["execution_count"] = json!(1);
        let run = ask(run.to_string()).await;
        assert_eq!((outcome(&run, "file").0, outcome(&run, "cells").0), ("differs", "holds"), "{run}");
    }

    #[tokio::test]
    async fn a_copy_still_holds_when_history_was_written_anew() {
        let sample = Sample::open().await;
        let tenant = sample.tenant().await;
        let hunter = sample.user(Role::Hunter).await;
        let id = made(&hunter, &tenant).await;
        let repository = git2::Repository::open(&sample.folder).unwrap();
        repository.find_reference("refs/heads/main").unwrap().delete().unwrap();
        commit(&repository, "Eve", "Begin anew", &[("README.md", Some("# Other hunts\n".to_owned()))]);
        sample.test.app.jobs.sync("hunts").await.unwrap();
        let answer = hunter.get(&format!("/api/v1/instances/{id}/verify")).await.json();
        assert_eq!(answer["holds"], true, "{answer}");
        assert!(outcome(&answer, "source").1.contains("any more"), "{answer}");
    }
}
