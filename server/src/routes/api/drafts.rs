//! POST `/drafts`: an exploratory notebook as the draft of a procedure. Nothing is kept.

use super::item::DiagnosticItem;
use crate::app::App;
use crate::auth::{Principal, Role};
use crate::drafts::drafted;
use crate::http::problem::Problem;
use crate::http::query;
use axum::Json;
use axum::body::Bytes;
use axum::extract::{Query, State};
use catalog::authoring::Note;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// By whose rules.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct DraftParams {
    /// The repository whose `huntshelf.toml` says which sections are asked for and which names must not stand in a file.
    pub repo: Option<String>,
    /// The name of the notebook's file, from which a title is made where nothing else says one.
    pub file: Option<String>,
}

/// A draft.
#[derive(Debug, Serialize, ToSchema)]
pub struct DraftAnswer {
    /// What to call its file.
    pub file_name: String,
    /// Its text, as MyST.
    pub source: String,
    /// What was suggested, changed, left out, and is to be looked at. The draft's first cell lists them.
    pub notes: Vec<NoteItem>,
    /// What lint says of it.
    pub diagnostics: Vec<DiagnosticItem>,
}

/// One thing that a draft says about itself.
#[derive(Debug, Serialize, ToSchema)]
pub struct NoteItem {
    /// `suggested`, `changed`, `left out` or `to be looked at`.
    pub kind: &'static str,
    /// The cell of the notebook as it was, from 1; null where it is about all of it.
    pub cell: Option<usize>,
    /// The line of that cell, from 1.
    pub line: Option<usize>,
    /// What. Never what stood there.
    pub text: String,
}

impl From<Note> for NoteItem {
    fn from(note: Note) -> Self {
        Self { kind: note.kind.word(), cell: note.cell, line: note.line, text: note.text }
    }
}

/// Makes the draft of a procedure of an exploratory notebook: outputs dropped, tenant and window turned into parameters, a
/// check behind each query. Nothing is run and nothing is kept.
#[utoipa::path(
    post, path = "/drafts", tag = "procedures", params(DraftParams),
    request_body(content = String, content_type = "application/x-ipynb+json", description = "The notebook"),
    responses(
        (status = 200, body = DraftAnswer),
        (status = 403, body = Problem, content_type = "application/problem+json"),
        (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = 422, body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn create(
    State(app): State<App>,
    who: Principal,
    Query(params): Query<DraftParams>,
    notebook: Bytes,
) -> Result<Json<DraftAnswer>, Problem> {
    who.require(Role::Hunter)?;
    let repo = query::one(params.repo.as_ref());
    let draft = drafted(&app, notebook, query::one(params.file.as_ref()), repo.as_deref()).await?;
    Ok(Json(DraftAnswer {
        file_name: draft.file_name,
        source: draft.source,
        notes: draft.notes.into_iter().map(NoteItem::from).collect(),
        diagnostics: draft.diagnostics.into_iter().map(DiagnosticItem::from).collect(),
    }))
}

#[cfg(test)]
mod tests {
    use crate::auth::Role;
    use crate::sample::Sample;
    use serde_json::{Value, json};

    fn notebook() -> Value {
        json!({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [
            {"cell_type": "markdown", "id": "a", "metadata": {}, "source": "# Logons at tenant 887766"},
            {"cell_type": "code", "id": "b", "metadata": {}, "execution_count": 3, "outputs": [],
             "source": "%%taegis events search --tenant 887766 --region delta --assign rows\nFROM auth EARLIEST=-3d"},
        ]})
    }

    #[tokio::test]
    async fn a_notebook_becomes_a_draft_that_asks_for_its_tenant() {
        let sample = Sample::open().await;
        let hunter = sample.user(Role::Hunter).await;
        let made = hunter.post("/api/v1/drafts", &notebook()).await;
        assert_eq!(made.status, 200, "{}", made.text());
        let draft = made.json();
        let source = draft["source"].as_str().unwrap();
        assert!(source.contains("--tenant $TENANT_ID") && !made.text().contains("887766"), "{source}");
        assert!(draft["notes"].as_array().unwrap().iter().any(|note| note["kind"] == "changed"));
        let errors = draft["diagnostics"].as_array().unwrap().iter().filter(|one| one["severity"] == "error");
        assert_eq!(errors.count(), 0, "{}", draft["diagnostics"]);
        assert_eq!(draft["file_name"], "logons-at-the-tenant.md");
    }

    #[tokio::test]
    async fn the_sections_are_those_of_the_team() {
        let sample = Sample::open().await;
        sample.commit(
            "Ask for sections",
            &[("huntshelf.toml", Some("[lint]\nsections = [\"Hunt\", \"Closing\"]\n".to_owned()))],
        );
        let admin = sample.user(Role::Admin).await;
        admin.post("/api/v1/repos/hunts/sync", &json!({})).await;
        let made = admin.post("/api/v1/drafts?repo=hunts", &notebook()).await.json();
        assert!(made["source"].as_str().unwrap().contains("\n## Closing\n"), "{made}");
        assert_eq!(admin.post("/api/v1/drafts?repo=none", &notebook()).await.status, 404);
    }

    #[tokio::test]
    async fn who_may_not_write_copies_gets_none_and_what_is_no_notebook_is_said() {
        let sample = Sample::open().await;
        let viewer = sample.user(Role::Viewer).await;
        assert_eq!(viewer.post("/api/v1/drafts", &notebook()).await.status, 403);
        let hunter = sample.user(Role::Hunter).await;
        let wrong = hunter.post("/api/v1/drafts", &json!({"nbformat": 4, "cells": 7})).await;
        assert_eq!(wrong.status, 422);
        assert_eq!(wrong.json()["type"], "/problems/not-a-draft");
    }
}
