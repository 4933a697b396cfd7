//! A copy opened in Jupyter: sent there once, found there again, brought back. The API and the copy's page both come here.

use super::releasing;
use super::returned::{self, Fate};
use crate::app::App;
use crate::auth::{Principal, Role};
use crate::db::instances::Instance;
use crate::http::problem::Problem;
use crate::jupyter::{self, Jupyter, JupyterError, Names, Sent};
use crate::routes::api::instances::{bytes, load};
use axum::http::StatusCode;
use serde_json::json;

/// What the record of deeds calls it.
pub const DEED: &str = "instance.jupyter";

/// Where a copy is in Jupyter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// Its path there.
    pub path: String,
    /// Where it is opened.
    pub link: String,
}

/// Has a copy be where it is opened, as it was handed out. A file that was changed there is never overwritten.
///
/// # Errors
/// 403 without the role; 409 where the file there was changed, or no Jupyter is configured; 502 where Jupyter does not do it.
pub async fn open(app: &App, who: &Principal, copy: &Instance) -> Result<(Place, Sent), Problem> {
    who.require(Role::Hunter)?;
    let jupyter = Jupyter::of(&app.config.jupyter, &who.name).await.map_err(|error| problem(&error))?;
    let path = sent_to(app, copy).await?.unwrap_or_else(|| place(app, copy));
    // What was handed out before cells were released, and not touched since, gives way to what is handed out now.
    let releases = app.database.instances(&who.tenants()).releases(&copy.id).await?;
    let mut before = Vec::with_capacity(releases.len());
    for object in releasing::before(&releases) {
        let earlier = Instance { object: object.to_owned(), ..copy.clone() };
        before.push(bytes(app, &earlier).await?.to_vec());
    }
    let copied = bytes(app, copy).await?.to_vec();
    let sent = jupyter.send(&path, copied, before).await.map_err(|error| problem(&error))?;
    if sent == Sent::New {
        app.note(who, DEED, &copy.id, &json!({ "path": path })).await?;
    }
    let link = jupyter.link(&path);
    Ok((Place { path, link }, sent))
}

/// Brings back what a copy has become there, as a version of it. The file there stays as it is.
///
/// # Errors
/// 403 without the role; 404 where it is not there; 409 where no Jupyter is configured; 502 where Jupyter does not do it.
pub async fn bring(app: &App, who: &Principal, copy: &Instance) -> Result<Fate, Problem> {
    who.require(Role::Hunter)?;
    let jupyter = Jupyter::of(&app.config.jupyter, &who.name).await.map_err(|error| problem(&error))?;
    let path = sent_to(app, copy).await?.unwrap_or_else(|| place(app, copy));
    let bytes = jupyter.fetch(&path).await.map_err(|error| problem(&error))?;
    returned::take(app, who, &copy.file_name, bytes.into(), Some(&copy.id)).await
}

/// What came of looking for a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pulled {
    /// Whether a version is new.
    pub brought: bool,
    /// When the file was last changed, as Jupyter says; none where it is not there.
    pub changed_at: Option<String>,
}

/// Brings back what a copy has become there, unless nobody has changed it: since `seen`, when it was looked at; against what was
/// handed out; or against what came back last.
///
/// # Errors
/// 403 without the role; 404 where there is no such copy; 502 where Jupyter does not do it.
pub async fn pull(
    app: &App,
    who: &Principal,
    id: &str,
    path: &str,
    seen: Option<&str>,
) -> Result<Pulled, Problem> {
    let jupyter = Jupyter::of(&app.config.jupyter, &who.name).await.map_err(|error| problem(&error))?;
    let changed_at = jupyter.changed_at(path).await.map_err(|error| problem(&error))?;
    let nothing = |changed_at| Ok(Pulled { brought: false, changed_at });
    if changed_at.is_none() || changed_at.as_deref() == seen {
        return nothing(changed_at);
    }
    let there = match jupyter.fetch(path).await {
        Ok(there) => there,
        Err(JupyterError::Gone(_)) => return nothing(None),
        Err(error) => return Err(problem(&error)),
    };
    let copy = load(app, who, id).await?;
    let mut known = vec![bytes(app, &copy).await?];
    if let Some(last) = app.database.instances(&who.tenants()).returns(id).await?.first() {
        known.extend(app.objects.get(&last.object).await.ok().flatten());
    }
    let (there, is_known) = app
        .pool
        .run(move || {
            let is_known = known.iter().any(|known| jupyter::is_same(known, &there));
            (there, is_known)
        })
        .await?;
    if is_known {
        return nothing(changed_at);
    }
    let fate = returned::take(app, who, &copy.file_name, there.into(), Some(&copy.id)).await?;
    Ok(Pulled { brought: matches!(fate, Fate::Returned { again: false, .. }), changed_at })
}

/// Where a copy was sent, if it was.
///
/// # Errors
/// When the database or the configuration of Jupyter cannot be read.
pub async fn whereabouts(app: &App, who: &Principal, copy: &Instance) -> Result<Option<Place>, Problem> {
    let Some(path) = sent_to(app, copy).await? else { return Ok(None) };
    let jupyter = Jupyter::of(&app.config.jupyter, &who.name).await.map_err(|error| problem(&error))?;
    let link = jupyter.link(&path);
    Ok(Some(Place { path, link }))
}

async fn sent_to(app: &App, copy: &Instance) -> Result<Option<String>, Problem> {
    if app.config.jupyter.url.is_none() {
        return Ok(None);
    }
    let deed = app.database.last_deed(&copy.id, DEED).await?;
    Ok(deed.and_then(|deed| Some(deed.detail["path"].as_str()?.to_owned())))
}

/// The path that the configuration gives a copy, the same for everybody who opens it.
fn place(app: &App, copy: &Instance) -> String {
    let date = copy.created_at.format("%Y-%m-%d").to_string();
    let tenant = copy.tenant.as_ref();
    let names = Names {
        customer: tenant.map_or("", |tenant| &tenant.customer),
        tenant: tenant.map_or("", |tenant| &tenant.id),
        procedure: &copy.procedure,
        user: &copy.created_name,
        date: &date,
    };
    jupyter::path(&app.config.jupyter.folder, names, &copy.file_name)
}

fn problem(error: &JupyterError) -> Problem {
    let (status, kind, remedy) = match error {
        JupyterError::None => (
            StatusCode::CONFLICT,
            "jupyter-none",
            "Download the notebook instead, and open it where you work.",
        ),
        JupyterError::Config(_) => (
            StatusCode::BAD_GATEWAY,
            "jupyter-configuration",
            "Tell an administrator, and download the notebook.",
        ),
        JupyterError::Away(_) | JupyterError::Refused { .. } => {
            (StatusCode::BAD_GATEWAY, "jupyter-failed", "Try again; download the notebook meanwhile.")
        }
        JupyterError::Changed(_) => (
            StatusCode::CONFLICT,
            "jupyter-changed",
            "Open it there and go on with it, or bring it back; it is not overwritten.",
        ),
        JupyterError::Gone(_) => (StatusCode::NOT_FOUND, "jupyter-gone", "Send it there again."),
    };
    Problem::new(status, kind, "Jupyter", error.to_string()).remedy(remedy)
}
