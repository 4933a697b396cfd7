//! GET and POST `/procedures/{id}/defects`, PATCH `/defects/{id}`: revisions that a lead marks as wrong.

use super::item::moment;
use super::no_procedure;
use crate::app::App;
use crate::auth::{Principal, Role};
use crate::db::defects::{Defect, Severity};
use crate::entropy;
use crate::http::problem::Problem;
use crate::http::query;
use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use catalog::index::Entry;
use catalog::library::Address;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// Longest reason, in characters.
const MAX_REASON: usize = 2_000;

/// A defect with the places of its revisions in the procedure's history.
pub struct Marked {
    /// The defect.
    pub defect: Defect,
    pub(crate) from: Option<u64>,
    pub(crate) mended: Option<u64>,
}

impl Marked {
    /// Whether a revision at a place of the history has it. A range whose ends the history does not have any more (it was
    /// rewritten) holds for all: better one warning too many.
    pub fn holds(&self, order: u64) -> bool {
        self.defect.withdrawn_at.is_none()
            && self.from.is_none_or(|from| from <= order)
            && self.mended.is_none_or(|mended| order < mended)
    }
}

/// The defects of a procedure.
///
/// # Errors
/// When database or index fail.
pub async fn marked(app: &App, entry: &Entry) -> Result<Vec<Marked>, Problem> {
    let defects = app.database.defects(&entry.repo, &entry.names()).await?;
    if defects.is_empty() {
        return Ok(Vec::new());
    }
    let commits: Vec<String> = defects
        .iter()
        .flat_map(|defect| [Some(&defect.from), defect.mended.as_ref()])
        .flatten()
        .cloned()
        .collect();
    let entry = entry.clone();
    let orders = app.read(move |library| library.orders(&entry, &commits)).await?;
    let order = |commit: &String| orders.get(commit).copied();
    let marked = |defect: Defect| Marked {
        from: order(&defect.from),
        mended: defect.mended.as_ref().and_then(order),
        defect,
    };
    Ok(defects.into_iter().map(marked).collect())
}

/// The defects that the revision of a procedure at a commit has.
///
/// # Errors
/// When database or index fail.
pub async fn at_commit(app: &App, entry: &Entry, commit: &str) -> Result<Vec<Defect>, Problem> {
    let marked = marked(app, entry).await?;
    if marked.is_empty() {
        return Ok(Vec::new());
    }
    let address = Address { id: entry.id.clone(), repo: Some(entry.repo.clone()) };
    let commit = commit.to_owned();
    let revision = app.read(move |library| library.revision_at(&address, &commit)).await?;
    let Some(revision) = revision else { return Ok(Vec::new()) };
    Ok(marked.into_iter().filter(|one| one.holds(revision.order)).map(|one| one.defect).collect())
}

/// A defect.
#[derive(Debug, Serialize, ToSchema)]
pub struct DefectItem {
    /// Our short id.
    pub id: String,
    /// The repository.
    pub repo: String,
    /// The procedure, by the id that it had then.
    pub procedure: String,
    /// The commit of the first defective revision.
    pub from: String,
    /// The commit of the revision that mended it.
    pub mended_in: Option<String>,
    /// `low`, `medium` or `high`.
    pub severity: Severity,
    /// What is wrong.
    pub reason: String,
    /// Who marked it.
    pub by: String,
    /// When, RFC 3339.
    pub at: String,
    /// When it was taken back, RFC 3339.
    pub withdrawn_at: Option<String>,
}

impl From<Defect> for DefectItem {
    fn from(defect: Defect) -> Self {
        Self {
            id: defect.id,
            repo: defect.repo,
            procedure: defect.procedure,
            from: defect.from,
            mended_in: defect.mended,
            severity: defect.severity,
            reason: defect.reason,
            by: defect.created_by.1,
            at: moment(defect.created_at),
            withdrawn_at: defect.withdrawn_at.map(moment),
        }
    }
}

/// All defects of a procedure.
#[derive(Debug, Serialize, ToSchema)]
pub struct DefectsAnswer {
    /// The newest first, those that were taken back included.
    pub defects: Vec<DefectItem>,
}

/// Which procedure.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Named {
    /// The repository, where the id stands in several.
    pub repo: Option<String>,
}

impl Named {
    /// The entry of an id; one that is gone as it was.
    ///
    /// # Errors
    /// 404 when there is none.
    pub async fn entry(&self, app: &App, id: &str) -> Result<(Address, Entry), Problem> {
        let address = Address { id: id.to_owned(), repo: query::one(self.repo.as_ref()) };
        let asked = address.clone();
        let found = app.read(move |library| {
            if let Some(located) = library.locate(&asked)? {
                return Ok(Some(located.entry));
            }
            Ok(library.gone(&asked)?.map(|gone| gone.located.entry))
        });
        Ok((address, found.await?.ok_or_else(|| no_procedure(id))?))
    }
}

/// What is wrong, since when.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewDefect {
    /// A commit: the revision at it is the first that is defective.
    pub from: String,
    /// A commit: the revision at it is the first that is not.
    #[serde(default)]
    pub mended_in: Option<String>,
    /// How much it matters.
    pub severity: Severity,
    /// What is wrong, at most 2,000 characters.
    pub reason: String,
}

/// What changes of a defect; what is left out stays.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct DefectPatch {
    /// A commit: the revision at it is the first that is not defective.
    pub mended_in: Option<String>,
    /// How much it matters.
    pub severity: Option<Severity>,
    /// What is wrong.
    pub reason: Option<String>,
    /// True takes it back, false brings it back.
    pub withdrawn: Option<bool>,
}

/// The defects of a procedure.
#[utoipa::path(
    get, path = "/procedures/{id}/defects", tag = "history",
    params(("id" = String, Path, description = "Its id, percent-encoded"), Named),
    responses(
        (status = 200, body = DefectsAnswer),
        (status = 404, body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn list(
    State(app): State<App>,
    _who: Principal,
    Path(id): Path<String>,
    Query(named): Query<Named>,
) -> Result<Json<DefectsAnswer>, Problem> {
    let (_, entry) = named.entry(&app, &id).await?;
    let defects = app.database.defects(&entry.repo, &entry.names()).await?;
    Ok(Json(DefectsAnswer { defects: defects.into_iter().map(DefectItem::from).collect() }))
}

/// Marks revisions of a procedure as defective.
#[utoipa::path(
    post, path = "/procedures/{id}/defects", tag = "history", request_body = NewDefect,
    params(("id" = String, Path, description = "Its id, percent-encoded"), Named),
    responses(
        (status = 201, body = DefectItem),
        (status = 400, body = Problem, content_type = "application/problem+json"),
        (status = 403, body = Problem, content_type = "application/problem+json"),
        (status = 404, body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn create(
    State(app): State<App>,
    who: Principal,
    Path(id): Path<String>,
    Query(named): Query<Named>,
    Json(new): Json<NewDefect>,
) -> Result<(StatusCode, Json<DefectItem>), Problem> {
    let defect = mark(&app, &who, &named, &id, new).await?;
    Ok((StatusCode::CREATED, Json(defect.into())))
}

/// Marks revisions as defective.
///
/// # Errors
/// When who asks may not, there is no such procedure or commit, or the range is none.
pub async fn mark(
    app: &App,
    who: &Principal,
    named: &Named,
    id: &str,
    new: NewDefect,
) -> Result<Defect, Problem> {
    who.require(Role::Lead)?;
    let (address, entry) = named.entry(app, id).await?;
    let from = revision(app, &address, "from", &new.from).await?;
    let mended = match query::one(new.mended_in.as_ref()) {
        Some(commit) => Some(revision(app, &address, "mended_in", &commit).await?),
        None => None,
    };
    if mended.as_ref().is_some_and(|mended| mended.1 <= from.1) {
        return Err(Problem::invalid("mended_in is not newer than from: no revision would be defective."));
    }
    let now = app.clock.now();
    let defect = Defect {
        id: entropy::short_id(app.entropy.as_ref()),
        repo: entry.repo,
        procedure: entry.id,
        path: entry.path,
        from: from.0,
        mended: mended.map(|(commit, _)| commit),
        severity: new.severity,
        reason: reason(&new.reason)?,
        created_at: now,
        created_by: (who.id.clone(), who.name.clone()),
        updated_at: now,
        withdrawn_at: None,
    };
    app.database.create_defect(&defect).await?;
    note(app, who, "defect.marked", &defect).await?;
    Ok(defect)
}

/// Changes a defect: what mended it, how much it matters, that it was none.
#[utoipa::path(
    patch, path = "/defects/{id}", tag = "history", request_body = DefectPatch,
    params(("id" = String, Path, description = "The defect's id")),
    responses(
        (status = 200, body = DefectItem),
        (status = 400, body = Problem, content_type = "application/problem+json"),
        (status = 403, body = Problem, content_type = "application/problem+json"),
        (status = 404, body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn change(
    State(app): State<App>,
    who: Principal,
    Path(id): Path<String>,
    Json(patch): Json<DefectPatch>,
) -> Result<Json<DefectItem>, Problem> {
    Ok(Json(amend(&app, &who, &id, patch).await?.into()))
}

/// Changes a defect.
///
/// # Errors
/// When who asks may not, or there is no such defect or commit.
pub async fn amend(app: &App, who: &Principal, id: &str, patch: DefectPatch) -> Result<Defect, Problem> {
    who.require(Role::Lead)?;
    let found = app.database.defect(id).await?;
    let mut defect = found.ok_or_else(|| Problem::not_found(format!("defect {id}")))?;
    if let Some(commit) = query::one(patch.mended_in.as_ref()) {
        let address = Address { id: defect.procedure.clone(), repo: Some(defect.repo.clone()) };
        let mended = revision(app, &address, "mended_in", &commit).await?;
        // Where the beginning is gone with a rewritten history, there is nothing to compare with.
        let from = revision(app, &address, "from", &defect.from).await.ok();
        if from.is_some_and(|from| mended.1 <= from.1) {
            return Err(Problem::invalid(
                "mended_in is not newer than from: no revision would be defective.",
            ));
        }
        defect.mended = Some(mended.0);
    }
    if let Some(severity) = patch.severity {
        defect.severity = severity;
    }
    if let Some(text) = &patch.reason {
        defect.reason = reason(text)?;
    }
    let now = app.clock.now();
    if let Some(withdrawn) = patch.withdrawn {
        defect.withdrawn_at = withdrawn.then_some(now);
    }
    defect.updated_at = now;
    app.database.update_defect(&defect).await?;
    note(app, who, "defect.changed", &defect).await?;
    Ok(defect)
}

async fn note(app: &App, who: &Principal, action: &str, defect: &Defect) -> Result<(), Problem> {
    let detail = serde_json::json!({
        "repo": defect.repo, "procedure": defect.procedure, "from": defect.from, "mended_in": defect.mended,
        "severity": defect.severity, "reason": defect.reason, "withdrawn": defect.withdrawn_at.is_some(),
    });
    Ok(app.note(who, action, &defect.id, &detail).await?)
}

fn reason(text: &str) -> Result<String, Problem> {
    let text = text.trim();
    if text.is_empty() || text.chars().count() > MAX_REASON {
        return Err(Problem::invalid(format!("A defect has a reason of 1 to {MAX_REASON} characters.")));
    }
    Ok(text.to_owned())
}

/// The revision at a commit: its own commit, and its place in the history.
///
/// # Errors
/// When it is no commit of the branch, or there is no such procedure.
pub async fn revision(app: &App, address: &Address, name: &str, at: &str) -> Result<(String, u64), Problem> {
    let at = query::commit(name, Some(&at.to_owned()))?
        .ok_or_else(|| Problem::invalid(format!("{name} names no commit.")))?;
    let address = address.clone();
    let id = address.id.clone();
    let found = app.read(move |library| library.revision_at(&address, &at)).await?;
    let found = found.ok_or_else(|| no_procedure(&id))?;
    Ok((found.commit, found.order))
}

#[cfg(test)]
mod tests {
    use crate::auth::Role;
    use crate::sample::Sample;
    use serde_json::json;

    #[tokio::test]
    async fn a_range_of_revisions_is_marked_and_every_one_in_it_says_so() {
        let sample = Sample::open().await;
        let (lead, viewer) = (sample.user(Role::Lead).await, sample.user(Role::Viewer).await);
        let (first, second, third) = (&sample.commits[0], &sample.commits[1], &sample.commits[2]);
        let body = json!({"from": first[..8], "mended_in": third, "severity": "high", "reason": "It reads nothing."});
        let path = "/api/v1/procedures/lsass/defects";
        assert_eq!(viewer.post(path, &body).await.status, 403);
        let made = lead.post(path, &body).await;
        assert_eq!(made.status, 201, "{}", made.text());
        assert_eq!(made.json()["from"], first.as_str());
        for (at, defective) in [(first, true), (second, true), (third, false)] {
            let told = viewer.get(&format!("/api/v1/procedures/lsass?at={at}")).await.json();
            assert_eq!(told["defects"].as_array().unwrap().len(), usize::from(defective), "{at}");
            let page = viewer.get(&format!("/procedures/lsass/at/{at}")).await.text();
            assert_eq!(page.contains("It reads nothing."), defective, "{at}");
        }
        let page = viewer.get("/procedures/lsass/history").await.text();
        assert_eq!(page.matches("badge defect in-range").count(), 2);
        let page = viewer.get(&format!("/procedures/lsass/diff/{first}..{third}")).await.text();
        assert_eq!(page.matches("badge defect in-range").count(), 1);
        let id = made.json()["id"].as_str().unwrap().to_owned();
        let path = format!("/api/v1/defects/{id}");
        assert_eq!(viewer.patch(&path, &json!({"withdrawn": true})).await.status, 403);
        assert_eq!(lead.patch(&path, &json!({"mended_in": first})).await.status, 400);
        assert_eq!(lead.patch("/api/v1/defects/none", &json!({})).await.status, 404);
        assert_eq!(lead.patch(&path, &json!({"withdrawn": true})).await.status, 200);
        let told = viewer.get(&format!("/api/v1/procedures/lsass?at={first}")).await.json();
        assert_eq!(told["defects"], json!([]));
        let all = viewer.get("/api/v1/procedures/lsass/defects").await.json();
        assert!(all["defects"][0]["withdrawn_at"].is_string());
    }

    #[tokio::test]
    async fn no_copy_is_made_of_a_defective_revision_without_saying_so() {
        let sample = Sample::open().await;
        let (lead, hunter) = (sample.user(Role::Lead).await, sample.user(Role::Hunter).await);
        let tenant = sample.tenant().await;
        let body = json!({"from": sample.commits[2], "severity": "medium", "reason": "The filter is wrong."});
        assert_eq!(lead.post("/api/v1/procedures/lsass/defects", &body).await.status, 201);
        let order = json!({"tenants": [tenant]});
        let made = hunter.post("/api/v1/procedures/lsass/instances", &order).await.json();
        let warnings = made["warnings"].as_array().unwrap();
        let warned = warnings.iter().any(|one| {
            one["code"] == "defective-revision"
                && one["message"].as_str().unwrap().contains("The filter is wrong.")
        });
        assert!(warned, "{made}");
    }

    #[tokio::test]
    async fn what_is_no_range_is_refused() {
        let sample = Sample::open().await;
        let lead = sample.user(Role::Lead).await;
        let (first, third) = (&sample.commits[0], &sample.commits[2]);
        for body in [
            json!({"from": third, "mended_in": first, "severity": "low", "reason": "x"}),
            json!({"from": first, "mended_in": first, "severity": "low", "reason": "x"}),
            json!({"from": "HEAD", "severity": "low", "reason": "x"}),
            json!({"from": first, "severity": "low", "reason": " "}),
        ] {
            assert_eq!(lead.post("/api/v1/procedures/lsass/defects", &body).await.status, 400, "{body}");
        }
        let body = json!({"from": first, "severity": "low", "reason": "x"});
        assert_eq!(lead.post("/api/v1/procedures/none/defects", &body).await.status, 404);
    }
}
