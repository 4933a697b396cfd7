//! `/procedures/{id}/diff/{from}..{to}`: two revisions compared.

use super::Visitor;
use super::shared::{Context, change, head};
use crate::app::App;
use crate::http::problem::Problem;
use crate::http::query;
use crate::routes::api::diff::DiffParams;
use crate::routes::api::{defects, no_procedure};
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use catalog::diff as texts;
use catalog::library::Address;
use serde::Deserialize;
use web::pages::diff::{DiffView, Hunk, Line, page};

/// A page shows so many lines of a difference.
const LINES: usize = 5_000;

/// Which repository.
#[derive(Debug, Default, Deserialize)]
pub struct Named {
    repo: Option<String>,
}

/// The form of the history page: on to the address of the comparison.
///
/// # Errors
/// 400 when a side is no commit.
pub async fn choose(
    State(app): State<App>,
    visitor: Visitor,
    Path(id): Path<String>,
    Query(params): Query<DiffParams>,
) -> Result<Response, Problem> {
    let repo = query::one(params.repo.as_ref());
    let from = query::commit("from", params.from.as_ref())?;
    let to = query::commit("to", params.to.as_ref())?;
    match (from, to) {
        (Some(from), Some(to)) => {
            Ok(Redirect::to(&web::links::diff(&id, &from, &to, repo.as_deref())).into_response())
        }
        (from, to) => compare(&app, &visitor, id, repo, from, to).await,
    }
}

/// The comparison.
///
/// # Errors
/// 404 when there is no such procedure, or no such revision of it.
pub async fn show(
    State(app): State<App>,
    visitor: Visitor,
    Path((id, range)): Path<(String, String)>,
    Query(named): Query<Named>,
) -> Result<Response, Problem> {
    let (from, to) = range
        .split_once("..")
        .ok_or_else(|| Problem::invalid("A comparison is addressed by two commits with .. between them."))?;
    let from = query::commit("the older side", Some(&from.to_owned()))?;
    let to = query::commit("the newer side", Some(&to.to_owned()))?;
    compare(&app, &visitor, id, query::one(named.repo.as_ref()), from, to).await
}

async fn compare(
    app: &App,
    visitor: &Visitor,
    id: String,
    repo: Option<String>,
    from: Option<String>,
    to: Option<String>,
) -> Result<Response, Problem> {
    let named = repo.is_some();
    let address = Address { id: id.clone(), repo };
    let compared = app
        .read(move |library| library.compare(&address, from.as_deref(), to.as_deref()))
        .await?
        .ok_or_else(|| no_procedure(&id))?;
    let context = Context::of(app);
    let marked = defects::marked(app, &compared.entry).await?;
    let (hunks, left_out) = hunks(compared.unified.hunks);
    let view = DiffView {
        head: head(&compared.entry, &compared.entry.procedure.title, &[], named, None),
        changes: compared.to.changes.iter().cloned().map(change).collect(),
        from: context.judged(compared.from, &marked),
        to: context.judged(compared.to, &marked),
        hunks,
        left_out,
    };
    visitor.render(app, page, view).await
}

/// The hunks that a page shows, and how many lines are left out.
pub(super) fn hunks(hunks: Vec<texts::Hunk>) -> (Vec<Hunk>, usize) {
    let (mut shown, mut room, mut left_out) = (Vec::new(), LINES, 0);
    for mut hunk in hunks {
        left_out += hunk.lines.len().saturating_sub(room);
        hunk.lines.truncate(room);
        room -= hunk.lines.len();
        if !hunk.lines.is_empty() {
            shown.push(Hunk {
                header: hunk.header,
                lines: hunk
                    .lines
                    .into_iter()
                    .map(|line| Line { sign: line.sign, old: line.old, new: line.new, pieces: line.pieces })
                    .collect(),
            });
        }
    }
    (shown, left_out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_difference_that_is_too_long_says_how_much_is_left_out() {
        let line = texts::Line { sign: '+', old: None, new: Some(1), pieces: vec![(false, "x".into())] };
        let hunk = |lines: usize| texts::Hunk { header: "@@".into(), lines: vec![line.clone(); lines] };
        let (shown, left_out) = hunks(vec![hunk(LINES - 1), hunk(3), hunk(2)]);
        assert_eq!(shown.iter().map(|hunk| hunk.lines.len()).sum::<usize>(), LINES);
        assert_eq!((shown.len(), left_out), (2, 4));
    }
}
