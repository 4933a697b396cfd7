//! GET and POST `/field-notes`, PATCH `/field-notes/{id}`: what hunters know of a procedure, of a tenant, or of both.

use super::defects::Named as Where;
use super::item::moment;
use crate::app::App;
use crate::auth::{Principal, Role};
use crate::db::field_notes::{FieldNote, NoteFilter};
use crate::db::lives::Named;
use crate::entropy;
use crate::http::problem::Problem;
use crate::http::query;
use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use catalog::index::Entry;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::{IntoParams, ToSchema};

/// Longest note, in characters.
const MAX_NOTE: usize = 2_000;
/// So many are listed.
const LISTED: u32 = 500;

/// Which field notes are asked for.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct NoteParams {
    /// About this procedure.
    pub procedure: Option<String>,
    /// Its repository, where the id stands in several.
    pub repo: Option<String>,
    /// About this tenant, by our id.
    pub tenant: Option<String>,
    /// `yes`: also those that expired or were taken back.
    pub all: Option<String>,
}

/// Field notes.
#[derive(Debug, Serialize, ToSchema)]
pub struct NotesAnswer {
    /// The newest first.
    pub field_notes: Vec<NoteItem>,
}

/// A field note.
#[derive(Debug, Serialize, ToSchema)]
pub struct NoteItem {
    /// Our short id.
    pub id: String,
    /// The procedure that it is about, by the id that it had then.
    pub procedure: Option<String>,
    /// Its repository.
    pub repo: Option<String>,
    /// The tenant that it is about.
    pub tenant: Option<String>,
    /// The tenant's name.
    pub tenant_name: Option<String>,
    /// What there is to know.
    pub note: String,
    /// When it holds no longer, RFC 3339.
    pub expires_at: Option<String>,
    /// When it was written, RFC 3339.
    pub at: String,
    /// By whom.
    pub by: String,
    /// When it was taken back, RFC 3339.
    pub withdrawn_at: Option<String>,
}

impl From<FieldNote> for NoteItem {
    fn from(note: FieldNote) -> Self {
        let (repo, procedure) = note.procedure.unzip();
        let (tenant, tenant_name) = note.tenant.map(|tenant| (tenant.id, tenant.name)).unzip();
        Self {
            id: note.id,
            procedure,
            repo,
            tenant,
            tenant_name,
            note: note.note,
            expires_at: note.expires_at.map(moment),
            at: moment(note.created_at),
            by: note.created_by.name,
            withdrawn_at: note.withdrawn_at.map(moment),
        }
    }
}

/// A field note to be written.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewNote {
    /// The procedure that it is about.
    #[serde(default)]
    pub procedure: Option<String>,
    /// Its repository, where the id stands in several.
    #[serde(default)]
    pub repo: Option<String>,
    /// The tenant that it is about, by our id.
    #[serde(default)]
    pub tenant: Option<String>,
    /// What there is to know, at most 2,000 characters.
    pub note: String,
    /// When it holds no longer: a day or a moment.
    #[serde(default)]
    pub expires: Option<String>,
}

/// What of a field note is to be changed; what is left out stays.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NotePatch {
    /// When it holds no longer: a day or a moment; empty for never.
    pub expires: Option<String>,
    /// True takes it back, false brings it back.
    pub withdrawn: Option<bool>,
}

/// Those that hold now for a procedure, a tenant, or the pair: for the pair also what is about either alone.
///
/// # Errors
/// When the database fails.
pub async fn holding(
    app: &App,
    who: &Principal,
    entry: Option<&Entry>,
    tenant: Option<&str>,
) -> Result<Vec<FieldNote>, Problem> {
    let filter = NoteFilter {
        procedure: entry.map(|entry| (entry.repo.clone(), entry.names())),
        tenant: tenant.map(str::to_owned),
        for_pair: entry.is_some() && tenant.is_some(),
        at: Some(app.clock.now()),
        limit: LISTED,
    };
    Ok(app.database.field_notes(&who.tenants()).list(&filter).await?)
}

/// Writes a field note.
///
/// # Errors
/// When who asks may not, it is about nothing, or about what there is not.
pub async fn add(app: &App, who: &Principal, new: NewNote) -> Result<FieldNote, Problem> {
    who.require(Role::Hunter)?;
    let scope = who.tenants();
    let procedure = match query::one(new.procedure.as_ref()) {
        Some(id) => {
            let (_, entry) = Where { repo: new.repo.clone() }.entry(app, &id).await?;
            Some((entry.repo, entry.id))
        }
        None => None,
    };
    let tenant = match query::one(new.tenant.as_ref()) {
        Some(id) => {
            let found = app.database.tenants(&scope).get(&id).await?;
            let found = found.ok_or_else(|| Problem::not_found(format!("tenant {id}")))?;
            Some(Named { id: found.id, name: found.name })
        }
        None => None,
    };
    if procedure.is_none() && tenant.is_none() {
        return Err(Problem::invalid("A field note is about a procedure, a tenant, or both."));
    }
    let text = new.note.trim();
    if text.is_empty() || text.chars().count() > MAX_NOTE {
        return Err(Problem::invalid(format!("A field note has 1 to {MAX_NOTE} characters.")));
    }
    let now = app.clock.now();
    let expires_at = query::moment("expires", new.expires.as_ref())?;
    if expires_at.is_some_and(|at| at <= now) {
        return Err(Problem::invalid("expires is past: the note would never hold."));
    }
    let note = FieldNote {
        id: entropy::short_id(app.entropy.as_ref()),
        procedure,
        tenant,
        note: text.to_owned(),
        expires_at,
        created_at: now,
        created_by: Named { id: who.id.clone(), name: who.name.clone() },
        withdrawn_at: None,
    };
    app.database.field_notes(&scope).create(&note).await?;
    record(app, who, "field-note.create", &note).await?;
    Ok(note)
}

/// Changes a field note: its own author, or a lead.
///
/// # Errors
/// 404 when there is none; when who asks may not.
pub async fn amend(app: &App, who: &Principal, id: &str, patch: NotePatch) -> Result<FieldNote, Problem> {
    who.require(Role::Hunter)?;
    let scope = who.tenants();
    let notes = app.database.field_notes(&scope);
    let missing = || Problem::not_found(format!("field note {id}"));
    let mut note = notes.get(id).await?.ok_or_else(missing)?;
    if note.created_by.id != who.id {
        who.require(Role::Lead)?;
    }
    if patch.expires.is_some() {
        note.expires_at = query::moment("expires", patch.expires.as_ref())?;
    }
    if let Some(withdrawn) = patch.withdrawn {
        note.withdrawn_at = withdrawn.then(|| note.withdrawn_at.unwrap_or(app.clock.now()));
    }
    if !notes.update(&note).await? {
        return Err(missing());
    }
    record(app, who, "field-note.change", &note).await?;
    Ok(note)
}

async fn record(app: &App, who: &Principal, action: &str, note: &FieldNote) -> Result<(), Problem> {
    let detail = json!({
        "procedure": note.procedure, "tenant": note.tenant.as_ref().map(|tenant| &tenant.id), "note": note.note,
        "expires_at": note.expires_at.map(moment), "withdrawn": note.withdrawn_at.is_some(),
    });
    Ok(app.note(who, action, &note.id, &detail).await?)
}

/// Field notes about a procedure, a tenant, or both: newest first. With both, also what is about either alone.
#[utoipa::path(
    get, path = "/field-notes", tag = "copies", params(NoteParams),
    responses(
        (status = 200, body = NotesAnswer),
        (status = 404, body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn list(
    State(app): State<App>,
    who: Principal,
    Query(params): Query<NoteParams>,
) -> Result<Json<NotesAnswer>, Problem> {
    let procedure = match query::one(params.procedure.as_ref()) {
        Some(id) => {
            let (_, entry) = Where { repo: params.repo }.entry(&app, &id).await?;
            Some((entry.repo.clone(), entry.names()))
        }
        None => None,
    };
    let tenant = query::one(params.tenant.as_ref());
    let filter = NoteFilter {
        for_pair: procedure.is_some() && tenant.is_some(),
        procedure,
        tenant,
        at: (query::one(params.all.as_ref()).as_deref() != Some("yes")).then(|| app.clock.now()),
        limit: LISTED,
    };
    let notes = app.database.field_notes(&who.tenants()).list(&filter).await?;
    Ok(Json(NotesAnswer { field_notes: notes.into_iter().map(NoteItem::from).collect() }))
}

/// Writes a field note.
#[utoipa::path(
    post, path = "/field-notes", tag = "copies", request_body = NewNote,
    responses(
        (status = 201, body = NoteItem),
        (status = 400, body = Problem, content_type = "application/problem+json"),
        (status = 404, body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn create(
    State(app): State<App>,
    who: Principal,
    Json(new): Json<NewNote>,
) -> Result<(StatusCode, Json<NoteItem>), Problem> {
    Ok((StatusCode::CREATED, Json(add(&app, &who, new).await?.into())))
}

/// Takes a field note back, or says until when it holds. Its author may, and a lead.
#[utoipa::path(
    patch, path = "/field-notes/{id}", tag = "copies", request_body = NotePatch,
    params(("id" = String, Path, description = "The note's id")),
    responses(
        (status = 200, body = NoteItem),
        (status = 403, body = Problem, content_type = "application/problem+json"),
        (status = 404, body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn change(
    State(app): State<App>,
    who: Principal,
    Path(id): Path<String>,
    Json(patch): Json<NotePatch>,
) -> Result<Json<NoteItem>, Problem> {
    Ok(Json(amend(&app, &who, &id, patch).await?.into()))
}

#[cfg(test)]
mod tests {
    use crate::auth::Role;
    use crate::sample::Sample;
    use serde_json::json;

    const PATH: &str = "/api/v1/field-notes";

    #[tokio::test]
    async fn a_note_is_shown_where_it_matters_until_it_expires_or_is_taken_back() {
        let sample = Sample::open().await;
        let (tenant, hunter) = (sample.tenant().await, sample.user(Role::Hunter).await);
        for note in [
            json!({"procedure": "lsass", "note": "Backup agents fire this."}),
            json!({"tenant": tenant, "note": "Ask the SOC before noon.", "expires": "2026-12-24"}),
            json!({"procedure": "lsass", "tenant": tenant, "note": "SCCM fires this here."}),
            json!({"procedure": "stacking", "tenant": tenant, "note": "Of another hunt."}),
        ] {
            let made = hunter.post(PATH, &note).await;
            assert_eq!(made.status, 201, "{}", made.text());
        }
        let notes = async |query: &str| {
            let found = hunter.get(&format!("{PATH}?{query}")).await.json();
            let found = found["field_notes"].as_array().unwrap().iter();
            found.map(|one| one["note"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
        };
        let mut pair = notes(&format!("procedure=lsass&tenant={tenant}")).await;
        pair.sort();
        assert_eq!(pair, ["Ask the SOC before noon.", "Backup agents fire this.", "SCCM fires this here."]);
        assert_eq!(notes("procedure=lsass").await.len(), 2);
        assert_eq!(notes(&format!("tenant={tenant}")).await.len(), 3);
        let order = json!({"tenants": [tenant]});
        let made = hunter.post("/api/v1/procedures/lsass/instances", &order).await.json();
        let copy = format!("/instances/{}", made["instances"][0]["id"].as_str().unwrap());
        for (place, said, not) in [
            (copy.clone(), "SCCM fires this here.", "Of another hunt."),
            ("/procedures/lsass/copy".to_owned(), "SCCM fires this here.", "Of another hunt."),
            ("/procedures/lsass/instances".to_owned(), "Backup agents fire this.", "Ask the SOC"),
            (format!("/tenants/{tenant}"), "Ask the SOC before noon.", "Backup agents"),
        ] {
            let page = hunter.get(&place).await.text();
            assert!(page.contains(said), "{place}: {said}");
            assert!(!page.contains(not), "{place}: {not}");
        }
        sample.test.clock.advance(chrono::Duration::days(40));
        assert_eq!(notes(&format!("tenant={tenant}")).await.len(), 2);
        assert_eq!(notes(&format!("tenant={tenant}&all=yes")).await.len(), 3);
        let found = hunter.get(&format!("{PATH}?procedure=stacking")).await.json();
        let one = format!("{PATH}/{}", found["field_notes"][0]["id"].as_str().unwrap());
        let other = sample.test.user("Another hunter", Role::Hunter).await;
        let back = json!({"withdrawn": true});
        assert_eq!(other.patch(&one, &back).await.status, 403);
        assert_eq!(hunter.patch(&one, &back).await.status, 200);
        assert!(notes("procedure=stacking").await.is_empty());
    }

    #[tokio::test]
    async fn a_note_is_written_and_taken_back_by_forms() {
        let sample = Sample::open().await;
        let (tenant, hunter) = (sample.tenant().await, sample.user(Role::Hunter).await);
        let place = format!("/tenants/{tenant}");
        let fields = [("tenant", tenant.as_str()), ("note", "No events at night."), ("next", place.as_str())];
        let made = hunter.form("/field-notes", &fields).await;
        assert_eq!((made.status.as_u16(), made.header("location")), (303, place.as_str()));
        assert!(hunter.get(&place).await.text().contains("No events at night."));
        let listed = hunter.get(&format!("{PATH}?tenant={tenant}")).await.json();
        let one = format!("/field-notes/{}", listed["field_notes"][0]["id"].as_str().unwrap());
        let back = hunter.form(&one, &[("withdrawn", "yes"), ("next", "https://elsewhere.example")]).await;
        assert_eq!((back.status.as_u16(), back.header("location")), (303, "/instances"));
        assert!(!hunter.get(&place).await.text().contains("No events at night."));
    }

    #[tokio::test]
    async fn what_is_no_note_is_refused() {
        let sample = Sample::open().await;
        let hunter = sample.user(Role::Hunter).await;
        for (note, status) in [
            (json!({"note": "x"}), 400),
            (json!({"procedure": "lsass", "note": " "}), 400),
            (json!({"procedure": "lsass", "note": "x", "expires": "2020-01-01"}), 400),
            (json!({"procedure": "none", "note": "x"}), 404),
            (json!({"tenant": "none", "note": "x"}), 404),
        ] {
            assert_eq!(hunter.post(PATH, &note).await.status, status, "{note}");
        }
        let viewer = sample.user(Role::Viewer).await;
        assert_eq!(viewer.post(PATH, &json!({"procedure": "lsass", "note": "x"})).await.status, 403);
        assert_eq!(hunter.patch(&format!("{PATH}/none"), &json!({})).await.status, 404);
    }
}
