//! GET `/problems`: what is wrong with files at their branches' tips.

use crate::app::App;
use crate::auth::Principal;
use crate::http::problem::Problem;
use crate::http::query;
use axum::Json;
use axum::extract::{Query, State};
use catalog::lint::Severity;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use web::links;

/// Which page.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ProblemParams {
    /// How many: 100, at most 500.
    pub limit: Option<String>,
    /// Where to go on: `next` of the page before.
    pub cursor: Option<String>,
}

/// A page of problems.
#[derive(Debug, Serialize, ToSchema)]
pub struct ProblemsAnswer {
    /// This page.
    pub problems: Vec<FileProblem>,
    /// The cursor of the next page.
    pub next: Option<String>,
}

/// One thing that is wrong with one file.
#[derive(Debug, Serialize, ToSchema)]
pub struct FileProblem {
    /// Its repository.
    pub repo: String,
    /// Its path.
    pub path: String,
    /// How its procedure is addressed; null for `huntshelf.toml`, collections and what is left out.
    pub id: Option<String>,
    /// The commit that last changed the file; of `huntshelf.toml`, collections and what is left out, the branch's tip.
    pub commit: String,
    /// The rule.
    pub code: String,
    /// `info`, `warning` or `error`.
    #[schema(value_type = String)]
    pub severity: Severity,
    /// Whether it keeps the file from being good.
    pub blocking: bool,
    /// From 1; 0 when it is about the file as a whole.
    pub line: u32,
    /// In characters, from 1; 0 when it is about the line as a whole.
    pub column: u32,
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    pub help: String,
    /// Where the patch is that brings back what was lost, for a file that was good before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub restore: Option<String>,
}

impl From<catalog::library::Problem> for FileProblem {
    fn from(problem: catalog::library::Problem) -> Self {
        let restore = problem.id.as_deref().filter(|_| problem.restorable);
        let restore = restore.map(|id| links::procedure_file(id, "restore.patch", Some(&problem.repo), None));
        let found = problem.diagnostic;
        Self {
            restore,
            repo: problem.repo,
            path: problem.path,
            id: problem.id,
            commit: problem.commit,
            code: found.code,
            severity: found.severity,
            blocking: found.blocking,
            line: found.line,
            column: found.column,
            message: found.message,
            help: found.help,
        }
    }
}

/// All problems: first those of `huntshelf.toml` and collections and what of a repository is left out, then those of
/// procedures, by repository and path.
#[utoipa::path(
    get, path = "/problems", tag = "procedures", params(ProblemParams),
    responses((status = 200, body = ProblemsAnswer))
)]
pub async fn list(
    State(app): State<App>,
    _who: Principal,
    Query(params): Query<ProblemParams>,
) -> Result<Json<ProblemsAnswer>, Problem> {
    let limit = query::limit(params.limit.as_ref(), 100, 500)?;
    let cursor = query::one(params.cursor.as_ref());
    let (problems, next) = app.read(move |library| library.problems(limit, cursor.as_deref())).await?;
    Ok(Json(ProblemsAnswer { problems: problems.into_iter().map(FileProblem::from).collect(), next }))
}

#[cfg(test)]
mod tests {
    use crate::auth::Role;
    use crate::sample::Sample;

    #[tokio::test]
    async fn a_broken_file_is_listed_with_its_line_and_what_to_do() {
        let sample = Sample::open().await;
        let told = sample.user(Role::Viewer).await.get("/api/v1/problems").await.json();
        let problems = told["problems"].as_array().unwrap();
        let found =
            problems.iter().find(|one| one["path"] == "brittle.md" && one["blocking"] == true).unwrap();
        assert!(found["line"].as_u64().unwrap() > 0);
        assert!(!found["help"].as_str().unwrap().is_empty());
        assert_eq!(found["commit"], sample.commits[3].as_str());
    }
}
