//! What people say of a procedure, and when it was last hunted.

use crate::app::App;
use crate::auth::Role;
use crate::db::lives::HuntedFilter;
use crate::http::problem::Problem;
use crate::routes::api::{defects, follows, lint_results, reviews};
use crate::routes::pages::Visitor;
use crate::routes::pages::shared::Context;
use catalog::index::Entry;
use web::pages::procedure::{Looked, ProcedureView, Review};
use web::view::CopyRow;

/// The copy with which the procedure was last hunted, under any of its ids, for a tenant that who looks may see.
pub(super) async fn last_hunt(
    app: &App,
    visitor: &Visitor,
    entry: &Entry,
) -> Result<Option<CopyRow>, Problem> {
    let of = HuntedFilter {
        repo: Some(entry.repo.clone()),
        procedures: entry.names(),
        limit: 1,
        ..HuntedFilter::default()
    };
    let newest = app.database.instances(&visitor.who.tenants()).last_hunted(&of).await?;
    let context = Context::of(app);
    Ok(newest.into_iter().next().map(|copy| context.copy(copy)))
}

/// Adds what people and other linters say of the procedure, and how it stands among the others; and notes that a follower has seen it.
pub(super) async fn say(
    app: &App,
    visitor: &Visitor,
    entry: &Entry,
    view: &mut ProcedureView,
) -> Result<(), Problem> {
    let context = Context::of(app);
    let found = defects::at_commit(app, entry, &view.commit.id).await?;
    view.defects = found.into_iter().map(|defect| context.defect(defect)).collect();
    let follows = if view.past.is_none() {
        follows::saw(app, &visitor.who, entry).await?
    } else {
        let names = entry.names();
        let followed = app.database.follows(&visitor.who).list().await?;
        followed.iter().any(|one| one.repo == entry.repo && names.contains(&one.procedure))
    };
    if view.past.is_none() {
        let among = reviews::among(app, entry).await?.into_iter();
        view.diagnostics
            .extend(among.map(|found| context.diagnostic(&entry.repo, &entry.commit, &entry.path, found)));
        for (upload, results) in lint_results::newest(app, &entry.repo, Some(&entry.path)).await? {
            view.diagnostics.extend(results.into_iter().map(|result| context.found_by(&upload, result)));
        }
    }
    let reviews = reviews::newest(app, entry).await?.into_iter().map(|aged| Review {
        kind: aged.review.kind.word(),
        by: aged.review.created_by.1,
        at: context.moment(aged.review.created_at),
        commit: context.commit(&entry.repo, &aged.review.commit),
        note: aged.review.note,
        since: aged.since,
        kinds: aged.kinds.iter().map(|kind| kind.replace('-', " ")).collect(),
    });
    view.looked =
        Looked { reviews: reviews.collect(), may_review: visitor.who.role >= Role::Hunter, follows };
    Ok(())
}
