//! `/problems`: what is wrong with files at their branches' tips.

use super::Visitor;
use super::shared::Context;
use crate::app::App;
use crate::http::problem::Problem;
use crate::http::query;
use crate::routes::api::problems::ProblemParams;
use axum::extract::{Query, State};
use axum::response::Response;
use web::pages::problems::{FileProblems, ProblemsView, page};

/// The problems, by file.
///
/// # Errors
/// When the index cannot be read.
pub async fn show(
    State(app): State<App>,
    visitor: Visitor,
    Query(params): Query<ProblemParams>,
) -> Result<Response, Problem> {
    let limit = query::limit(params.limit.as_ref(), 100, 500)?;
    let cursor = query::one(params.cursor.as_ref());
    let further_page = cursor.is_some();
    let (problems, next) = app.read(move |library| library.problems(limit, cursor.as_deref())).await?;
    let context = Context::of(&app);
    let mut files: Vec<FileProblems> = Vec::new();
    for problem in problems {
        let found = context.diagnostic(&problem.repo, &problem.commit, &problem.path, problem.diagnostic);
        match files.last_mut() {
            Some(file) if file.repo == problem.repo && file.path == problem.path => {
                file.diagnostics.push(found);
            }
            _ => files.push(FileProblems {
                repo: problem.repo,
                path: problem.path,
                id: problem.id,
                repo_in_links: context.has_several(),
                diagnostics: vec![found],
            }),
        }
    }
    for file in &mut files {
        file.diagnostics.sort_by_key(|found| (!found.blocking, worst_first(found.severity), found.line));
    }
    visitor.render(&app, page, ProblemsView { files, further_page, next }).await
}

fn worst_first(severity: web::view::Severity) -> u8 {
    match severity {
        web::view::Severity::Error => 0,
        web::view::Severity::Warning => 1,
        web::view::Severity::Info => 2,
    }
}
