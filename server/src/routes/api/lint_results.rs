//! GET and POST `/repos/{name}/lint-results`: what other linters found in a repository, sent by CI as JUnit XML.

use super::item::moment;
use crate::app::App;
use crate::auth::{Principal, Role};
use crate::db::lint_results::{LintResult, LintUpload};
use crate::db::lives::Named;
use crate::http::problem::Problem;
use crate::http::query;
use crate::junit;
use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use catalog::lint::Severity;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// What was linted, and by what.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct UploadParams {
    /// The full id of the commit that was linted; the one that the index stands for without it.
    pub commit: Option<String>,
    /// What linted it, 1 to 40 of `A-Za-z0-9._-`: `junit` without it.
    pub tool: Option<String>,
}

/// Which results.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ResultParams {
    /// Only those of this file.
    pub path: Option<String>,
}

/// What other linters found: the newest of each.
#[derive(Debug, Serialize, ToSchema)]
pub struct LintResultsAnswer {
    /// By the tools' names.
    pub tools: Vec<ToolItem>,
}

/// What one tool found.
#[derive(Debug, Serialize, ToSchema)]
pub struct ToolItem {
    /// The tool.
    pub tool: String,
    /// The commit that it linted.
    pub commit: String,
    /// Whether that is the commit that the index stands for.
    pub is_newest: bool,
    /// When it was sent, RFC 3339.
    pub at: String,
    /// Who sent it.
    pub by: String,
    /// How many checks passed.
    pub passed: u64,
    /// How many did not.
    pub failed: u64,
    /// What is wrong, at most 5,000.
    pub results: Vec<ResultItem>,
}

/// One thing that a tool found.
#[derive(Debug, Serialize, ToSchema)]
pub struct ResultItem {
    /// The file; empty where it was not told.
    pub path: String,
    /// From 1; 0 for the file as a whole.
    pub line: u32,
    /// The rule.
    pub code: String,
    /// `info`, `warning` or `error`.
    #[schema(value_type = String)]
    pub severity: Severity,
    /// What is wrong.
    pub message: String,
}

impl From<LintResult> for ResultItem {
    fn from(result: LintResult) -> Self {
        let LintResult { path, line, code, severity, message } = result;
        Self { path, line, code, severity, message }
    }
}

/// What was taken in.
#[derive(Debug, Serialize, ToSchema)]
pub struct UploadAnswer {
    /// The tool.
    pub tool: String,
    /// The commit.
    pub commit: String,
    /// How many checks passed.
    pub passed: u64,
    /// How many did not.
    pub failed: u64,
    /// How many of them are kept.
    pub kept: usize,
}

/// What the newest upload of each tool says of a repository, or of one of its files.
///
/// # Errors
/// When the database fails.
pub async fn newest(
    app: &App,
    repo: &str,
    path: Option<&str>,
) -> Result<Vec<(LintUpload, Vec<LintResult>)>, Problem> {
    let mut all = Vec::new();
    for upload in app.database.lint_uploads(repo).await? {
        let results = app.database.lint_results(&upload.id, path).await?;
        all.push((upload, results));
    }
    Ok(all)
}

/// The commit that the index stands for; nothing for a repository that there is not.
fn indexed(app: &App, name: &str) -> Result<Option<String>, Problem> {
    let state = app.library.repositories().into_iter().find(|state| state.repository.name == name);
    state.map(|state| state.commit).ok_or_else(|| Problem::not_found(format!("repository {name}")))
}

/// What other linters found in a repository: of each tool what was sent last.
#[utoipa::path(
    get, path = "/repos/{name}/lint-results", tag = "repositories",
    params(("name" = String, Path, description = "The repository's name"), ResultParams),
    responses(
        (status = 200, body = LintResultsAnswer),
        (status = 404, body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn list(
    State(app): State<App>,
    _who: Principal,
    Path(name): Path<String>,
    Query(params): Query<ResultParams>,
) -> Result<Json<LintResultsAnswer>, Problem> {
    let commit = indexed(&app, &name)?;
    let path = query::one(params.path.as_ref());
    let newest = newest(&app, &name, path.as_deref()).await?.into_iter();
    let tools = newest.map(|(upload, results)| ToolItem {
        is_newest: commit.as_deref() == Some(upload.commit.as_str()),
        tool: upload.tool,
        commit: upload.commit,
        at: moment(upload.created_at),
        by: upload.created_by.name,
        passed: upload.passed,
        failed: upload.failed,
        results: results.into_iter().map(ResultItem::from).collect(),
    });
    Ok(Json(LintResultsAnswer { tools: tools.collect() }))
}

/// Takes in what another linter found: JUnit XML, of at most 8 MB, as `huntshelf-pytest` and most linters write it. What the
/// same tool found at the same commit before is replaced.
#[utoipa::path(
    post, path = "/repos/{name}/lint-results", tag = "repositories",
    params(("name" = String, Path, description = "The repository's name"), UploadParams),
    request_body(content = String, content_type = "application/xml"),
    responses(
        (status = 201, body = UploadAnswer),
        (status = 400, body = Problem, content_type = "application/problem+json"),
        (status = 403, body = Problem, content_type = "application/problem+json"),
        (status = 404, body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn add(
    State(app): State<App>,
    who: Principal,
    Path(name): Path<String>,
    Query(params): Query<UploadParams>,
    body: Bytes,
) -> Result<(StatusCode, Json<UploadAnswer>), Problem> {
    who.require(Role::Hunter)?;
    let indexed = indexed(&app, &name)?;
    let commit = match query::one(params.commit.as_ref()) {
        Some(commit) if is_commit(&commit) => commit.to_ascii_lowercase(),
        Some(_) => {
            return Err(Problem::invalid("commit is the full id of a commit, of 40 hexadecimal digits."));
        }
        None => indexed.ok_or_else(|| {
            Problem::invalid("The repository was never synced: name the commit that was linted with commit=.")
        })?,
    };
    let tool = query::one(params.tool.as_ref()).unwrap_or_else(|| "junit".to_owned());
    if !is_tool(&tool) {
        return Err(Problem::invalid("tool is a name of 1 to 40 of A-Z a-z 0-9 . _ -"));
    }
    let read = tokio::task::spawn_blocking(move || junit::read(&body)).await;
    let report = read
        .map_err(|_| Problem::invalid("The file could not be read as JUnit XML."))?
        .map_err(|why| Problem::invalid(format!("The file could not be read as JUnit XML: {why}.")))?;
    let upload = LintUpload {
        id: app.id(),
        repo: name,
        commit,
        tool,
        passed: report.passed,
        failed: report.failed,
        created_at: app.clock.now(),
        created_by: Named { id: who.id.clone(), name: who.name.clone() },
    };
    app.database.put_lint_results(&upload, &report.results).await?;
    let LintUpload { tool, commit, passed, failed, .. } = upload;
    let answer = UploadAnswer { tool, commit, passed, failed, kept: report.results.len() };
    Ok((StatusCode::CREATED, Json(answer)))
}

fn is_commit(text: &str) -> bool {
    text.len() == 40 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

fn is_tool(text: &str) -> bool {
    (1..=40).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-'))
}

#[cfg(test)]
mod tests {
    use crate::auth::Role;
    use crate::sample::Sample;
    use axum::http::{Request, header};

    const XML: &str = "<testsuite><testcase name='test_ok[lsass.md]'/><testcase name='test_no_jira[lsass.md]'>\
        <failure message='lsass.md:7: a ticket'/></testcase></testsuite>";

    #[tokio::test]
    async fn what_ci_sends_is_told_by_tool_and_file() {
        let sample = Sample::open().await;
        let hunter = sample.user(Role::Hunter).await;
        let send = async |query: &str, body: &str| {
            let request = Request::post(format!("/api/v1/repos/hunts/lint-results{query}"));
            hunter.send_with(request.header(header::CONTENT_TYPE, "application/xml"), body.to_owned()).await
        };
        let answer = send("?tool=pytest", XML).await;
        assert_eq!(answer.status, 201, "{}", answer.text());
        let taken = answer.json();
        assert_eq!((taken["passed"].as_u64(), taken["failed"].as_u64()), (Some(1), Some(1)));
        assert_eq!(send("?tool=ruff&commit=0123456789012345678901234567890123456789", XML).await.status, 201);
        let told = hunter.get("/api/v1/repos/hunts/lint-results?path=lsass.md").await.json();
        let tools = told["tools"].as_array().unwrap();
        assert_eq!((&tools[0]["tool"], &tools[0]["is_newest"]), (&"pytest".into(), &true.into()));
        assert_eq!((&tools[1]["tool"], &tools[1]["is_newest"]), (&"ruff".into(), &false.into()));
        let result = &tools[0]["results"][0];
        assert_eq!((&result["code"], &result["line"]), (&"no-jira".into(), &7.into()));
        let none = hunter.get("/api/v1/repos/hunts/lint-results?path=other.md").await.json();
        assert_eq!(none["tools"][0]["results"].as_array().map(Vec::len), Some(0));
        for (query, body) in [("", "<html/>"), ("?commit=abc", XML), ("?tool=a%20b", XML)] {
            assert_eq!(send(query, body).await.status, 400, "{query}");
        }
    }

    #[tokio::test]
    async fn only_who_hunts_sends_and_only_for_a_repository_that_there_is() {
        let sample = Sample::open().await;
        let post = |path: &str| Request::post(path).header(header::CONTENT_TYPE, "application/xml");
        let viewer = sample.user(Role::Viewer).await;
        assert_eq!(viewer.send_with(post("/api/v1/repos/hunts/lint-results"), XML).await.status, 403);
        let hunter = sample.user(Role::Hunter).await;
        assert_eq!(hunter.send_with(post("/api/v1/repos/none/lint-results"), XML).await.status, 404);
        assert_eq!(hunter.get("/api/v1/repos/none/lint-results").await.status, 404);
    }
}
