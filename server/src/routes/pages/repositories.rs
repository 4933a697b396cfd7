//! `/admin/repositories`: what is mirrored, and how that goes.

use super::Visitor;
use super::catalog::readiness;
use super::shared::Context;
use crate::app::App;
use crate::auth::Role;
use crate::http::problem::Problem;
use crate::repositories::Origin;
use crate::routes::api::syncs::{before, in_words, why_in_words};
use axum::extract::{Path, Query, State};
use axum::http::{HeaderName, HeaderValue};
use axum::response::{Redirect, Response};
use catalog::library::{Ending, RepositoryState, SyncEntry, SyncProgress};
use serde::Deserialize;
use web::pages::repositories::{
    Progress, RepositoriesView, RepositoryRow, SyncRow, SyncsView, page, syncs_page,
};

/// So many of the newest syncs stand on the page of all repositories.
const NEWEST: usize = 20;
/// So many stand on a page of their own.
const A_PAGE: usize = 100;
/// Has a browser load the list anew after so many seconds, while a sync runs. It works without JavaScript.
const REFRESH: (HeaderName, HeaderValue) =
    (HeaderName::from_static("refresh"), HeaderValue::from_static("3; url=/admin/repositories"));

/// What was just done.
#[derive(Debug, Default, Deserialize)]
pub struct ListParams {
    /// A sync of this repository was asked for.
    asked: Option<String>,
}

/// The repositories.
///
/// # Errors
/// When the pool is full.
pub async fn show(
    State(app): State<App>,
    visitor: Visitor,
    Query(params): Query<ListParams>,
) -> Result<Response, Problem> {
    let context = Context::of(&app);
    let states = app.library.repositories();
    let asked = params.asked.filter(|asked| states.iter().any(|state| state.repository.name == *asked));
    // What was asked for begins within a moment.
    let is_syncing = asked.is_some() || states.iter().any(|state| state.syncing);
    let repositories = states.into_iter().map(|state| row(&app, &context, state)).collect();
    let may_change = visitor.who.role >= Role::Admin;
    let mut response =
        visitor.render(&app, page, RepositoriesView { repositories, may_change, asked }).await?;
    if is_syncing {
        let (name, value) = REFRESH;
        response.headers_mut().insert(name, value);
    }
    Ok(response)
}

fn row(app: &App, context: &Context, state: RepositoryState) -> RepositoryRow {
    let name = state.repository.name.clone();
    // Taken out in this very moment, it has none.
    let syncs = app.library.syncs(&name, None, NEWEST).ok();
    let more_syncs = syncs.as_ref().is_some_and(|syncs| syncs.next.is_some());
    let syncs = syncs.into_iter().flat_map(|page| page.syncs);
    let origin = app.repositories.named(&name).map(|known| known.origin);
    RepositoryRow {
        on_record: origin == Some(Origin::OnRecord),
        configured: origin == Some(Origin::Configured),
        notes: app.notes_of(&name),
        location: state.repository.location.display(),
        branch: state.repository.branch.clone(),
        tip: state.commit.as_ref().map(|commit| context.commit(&name, commit)),
        progress: state.progress.as_ref().map(|progress| progress_of(context, progress)),
        syncs: syncs.map(|sync| sync_row(context, &name, sync)).collect(),
        more_syncs,
        readiness: readiness(context, state),
    }
}

fn progress_of(context: &Context, progress: &SyncProgress) -> Progress {
    Progress {
        words: in_words(progress),
        done_of: (progress.total > 0).then_some((progress.done, progress.total)),
        began: context.moment(progress.began_at),
        why: why_in_words(progress.cause).to_owned(),
    }
}

fn sync_row(context: &Context, repo: &str, sync: SyncEntry) -> SyncRow {
    let commit = |id: Option<String>| id.map(|id| context.commit(repo, &id));
    SyncRow {
        began: context.moment(sync.began_at),
        why: why_in_words(sync.cause).to_owned(),
        from: commit(sync.from),
        to: commit(sync.to),
        commits: sync.commits,
        files: sync.files,
        problems: sync.problems,
        took: match sync.took_ms {
            took @ 0..1_000 => format!("{took} ms"),
            took => format!("{}.{} s", took / 1_000, took / 100 % 10),
        },
        failed: match sync.ending {
            Ending::Failed(reason) => Some(reason),
            Ending::Done | Ending::NothingNew => None,
        },
    }
}

/// Which page of the record.
#[derive(Debug, Default, Deserialize)]
pub struct SyncsParams {
    cursor: Option<String>,
}

/// The syncs of one that are on record.
///
/// # Errors
/// 404 when there is no such repository, 400 for a cursor that is none.
pub async fn syncs(
    State(app): State<App>,
    visitor: Visitor,
    Path(name): Path<String>,
    Query(params): Query<SyncsParams>,
) -> Result<Response, Problem> {
    let before = before(params.cursor.as_ref())?;
    let found = app.library.syncs(&name, before, A_PAGE)?;
    let context = Context::of(&app);
    let view = SyncsView {
        further_page: before.is_some(),
        syncs: found.syncs.into_iter().map(|sync| sync_row(&context, &name, sync)).collect(),
        next: found.next.map(|number| number.to_string()),
        repo: name,
    };
    visitor.render(&app, syncs_page, view).await
}

/// Has one synced and goes back to the list, which says how that goes.
///
/// # Errors
/// 403 without the role, 404 when there is no such repository.
pub async fn sync(
    State(app): State<App>,
    visitor: Visitor,
    Path(name): Path<String>,
) -> Result<Redirect, Problem> {
    visitor.who.require(Role::Admin)?;
    app.jobs.begin(&name)?;
    Ok(Redirect::to(&web::links::with_query("/admin/repositories", [("asked", name.as_str())])))
}

#[cfg(test)]
mod tests {
    use crate::auth::Role;
    use crate::sample::Sample;
    use serde_json::json;

    #[tokio::test(flavor = "multi_thread")]
    async fn a_sync_is_begun_at_once_and_its_progress_shown_until_it_has_ended() {
        let (sample, remote) = Sample::remote("").await;
        let admin = sample.user(Role::Admin).await;
        let held = remote.hold();
        let begun = admin.form("/admin/repositories/hunts/sync", &[]).await;
        assert_eq!(
            (begun.status.as_u16(), begun.header("location")),
            (303, "/admin/repositories?asked=hunts")
        );
        remote.reached().await;

        let page = admin.get(begun.header("location")).await;
        assert!(page.header("refresh").contains("url=/admin/repositories"));
        let text = page.text();
        assert!(text.contains("A sync of ") && text.contains("fetching: 3 of 12 objects, 4.5 kB"), "{text}");
        assert!(text.contains("value=\"3\"") && text.contains("max=\"12\""), "{text}");
        let told = admin.get("/api/v1/repos").await.json();
        let progress = &told["repos"][0]["progress"];
        assert_eq!((&progress["stage"], &progress["total"]), (&json!("fetching"), &json!(12)), "{told}");
        assert_eq!(progress["cause"], "demand");

        drop(held);
        admin.post("/api/v1/repos/hunts/sync", &json!({})).await;
        let page = admin.get("/admin/repositories").await;
        assert_eq!(page.header("refresh"), "");
        assert!(page.text().contains("found nothing new") && !page.text().contains("<progress"));
        assert_eq!(admin.get("/api/v1/repos").await.json()["repos"][0]["progress"], json!(null));
    }

    #[tokio::test]
    async fn only_an_administrator_begins_a_sync() {
        let sample = Sample::open().await;
        let lead = sample.user(Role::Lead).await;
        assert_eq!(lead.form("/admin/repositories/hunts/sync", &[]).await.status, 403);
        let admin = sample.user(Role::Admin).await;
        assert_eq!(admin.form("/admin/repositories/none/sync", &[]).await.status, 404);
        assert!(!admin.get("/admin/repositories?asked=none").await.text().contains("A sync of "));
    }

    #[tokio::test]
    async fn the_record_of_syncs_has_a_page() {
        let sample = Sample::open().await;
        let viewer = sample.user(Role::Viewer).await;
        let page = viewer.get("/admin/repositories/hunts/syncs").await.text();
        assert!(page.contains("Syncs of hunts") && page.contains(&sample.commits[3][..7]), "{page}");
        assert_eq!(viewer.get("/admin/repositories/none/syncs").await.status, 404);
    }
}
