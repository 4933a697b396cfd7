//! GET `/problems`: what is wrong with files at their branches' tips.

use super::item::moment;
use super::patches;
use crate::app::App;
use crate::auth::Principal;
use crate::http::problem::Problem;
use crate::http::query;
use axum::Json;
use axum::extract::{Query, State};
use axum::response::Response;
use catalog::index::Asked;
use catalog::lint::Severity;
use chrono::DateTime;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::{IntoParams, ToSchema};
use web::links;

/// Which problems, and which page.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub struct ProblemParams {
    /// Of this rule alone.
    pub rule: Option<String>,
    /// `error`, `warning` or `info` alone.
    pub severity: Option<String>,
    /// In this repository alone.
    pub repo: Option<String>,
    /// `path`, or `oldest`: the files first that nobody has changed for the longest time.
    pub sort: Option<String>,
    /// How many files: 100, at most 500.
    pub limit: Option<String>,
    /// Where to go on: `next` of the page before.
    pub cursor: Option<String>,
}

impl ProblemParams {
    /// Which problems.
    ///
    /// # Errors
    /// 400 for a severity or an order that there is not.
    pub fn asked(&self) -> Result<Asked, Problem> {
        let severity = query::one(self.severity.as_ref());
        let severity = severity.map(|word| {
            let known = Severity::ALL.into_iter().find(|severity| severity.word() == word);
            known
                .ok_or_else(|| Problem::invalid(format!("severity is error, warning or info, not {word:?}.")))
        });
        let oldest_first = match query::one(self.sort.as_ref()).as_deref() {
            None | Some("path") => false,
            Some("oldest") => true,
            Some(other) => return Err(Problem::invalid(format!("sort is path or oldest, not {other:?}."))),
        };
        Ok(Asked {
            rule: query::one(self.rule.as_ref()),
            severity: severity.transpose()?,
            repo: query::one(self.repo.as_ref()),
            mendable: false,
            oldest_first,
        })
    }
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
    /// When that commit was made; null for what is not a procedure's.
    pub updated_at: Option<String>,
    /// The rule: its page is at `/lint/` and this.
    pub code: String,
    /// `info`, `warning` or `error`.
    #[schema(value_type = String)]
    pub severity: Severity,
    /// Whether it keeps the file from being good.
    pub blocking: bool,
    /// The cell, from 0; null when it is about no cell.
    pub cell: Option<usize>,
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
            updated_at: problem.updated_at.and_then(|at| DateTime::from_timestamp(at, 0)).map(moment),
            code: found.code,
            severity: found.severity,
            blocking: found.blocking,
            cell: found.cell,
            line: found.line,
            column: found.column,
            message: found.message,
            help: found.help,
        }
    }
}

/// All problems: first those of `huntshelf.toml` and collections and what of a repository is left out, then those of
/// procedures.
#[utoipa::path(
    get, path = "/problems", tag = "procedures", params(ProblemParams),
    responses((status = 200, body = ProblemsAnswer))
)]
pub async fn list(
    State(app): State<App>,
    _who: Principal,
    Query(params): Query<ProblemParams>,
) -> Result<Json<ProblemsAnswer>, Problem> {
    let asked = params.asked()?;
    let limit = query::limit(params.limit.as_ref(), 100, 500)?;
    let cursor = query::one(params.cursor.as_ref());
    let (problems, next) =
        app.read(move |library| library.problems(&asked, limit, cursor.as_deref())).await?;
    Ok(Json(ProblemsAnswer { problems: problems.into_iter().map(FileProblem::from).collect(), next }))
}

/// How many files have problems.
#[derive(Debug, Serialize, ToSchema)]
pub struct ProblemCountsAnswer {
    /// All of them.
    pub files: usize,
    /// Those of which `/problems/mending.patch` mends something.
    pub mendable: usize,
    /// By severity; a file counts for each that it has.
    pub severities: BTreeMap<&'static str, usize>,
    /// By rule, those with the most files first.
    pub rules: Vec<RuleCount>,
    /// By repository.
    pub repos: BTreeMap<String, usize>,
}

/// How many files a rule says something of.
#[derive(Debug, Serialize, ToSchema)]
pub struct RuleCount {
    /// The rule.
    pub code: String,
    /// How many files.
    pub files: usize,
}

/// Of which repository.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub struct OfRepo {
    /// The repository.
    pub repo: Option<String>,
}

/// How many files have problems: by severity, by rule and by repository.
#[utoipa::path(
    get, path = "/problems/counts", tag = "procedures", params(OfRepo),
    responses((status = 200, body = ProblemCountsAnswer))
)]
pub async fn counts(
    State(app): State<App>,
    _who: Principal,
    Query(params): Query<OfRepo>,
) -> Result<Json<ProblemCountsAnswer>, Problem> {
    let repo = query::one(params.repo.as_ref());
    let counts = app.read(move |library| library.problem_counts(repo.as_deref())).await?;
    let rules = counts.rules.into_iter().map(|(code, files)| RuleCount { code, files });
    Ok(Json(ProblemCountsAnswer {
        files: counts.files,
        mendable: counts.mendable,
        severities: counts.severities.into_iter().map(|(one, files)| (one.word(), files)).collect(),
        rules: rules.collect(),
        repos: counts.repos,
    }))
}

/// The patch that mends what can be mended with certainty in one repository; `git apply` takes it.
#[utoipa::path(
    get, path = "/problems/mending.patch", tag = "procedures", params(OfRepo),
    responses((status = 200, body = String, content_type = "text/x-diff"), (status = 404, body = Problem, content_type = "application/problem+json"))
)]
pub async fn mending_patch(
    State(app): State<App>,
    _who: Principal,
    Query(params): Query<OfRepo>,
) -> Result<Response, Problem> {
    let repo = patches::repository(params.repo.as_ref())?;
    let of = repo.clone();
    let patch = app.read(move |library| library.mending_patch(&of)).await?;
    patches::answer(&repo, &format!("{repo}-mending.patch"), patch)
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
