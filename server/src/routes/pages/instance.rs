//! `/instances/{id}`: one copy, what became of it, and where it comes from.

use super::diff::{Notebooks, cells, fields};
use super::shared::{Context, change as change_of, field_notes, own_window, readable};
use super::{Visitor, release};
use crate::app::App;
use crate::auth::Role;
use crate::copies::in_jupyter;
use crate::copies::life::{self, InstancePatch, LifeError, Refused};
use crate::copies::readback;
use crate::copies::recall;
use crate::copies::returned::Fate;
use crate::copies::window::{self, Between};
use crate::db::audit::Deed as Done;
use crate::db::field_notes::FieldNote;
use crate::db::instances::Instance;
use crate::db::lives::{Disposition, Finding};
use crate::http::problem::Problem;
use crate::http::query;
use crate::routes::api::field_notes::holding;
use crate::routes::api::instances::load;
use crate::routes::api::instances::returning::seen;
use crate::routes::api::item::moment;
use axum::extract::{Form, Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use catalog::authoring::upstream;
use catalog::library::Address;
use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde_json::Value;
use web::pages::instance::{
    Back, CopyDetailView, Deed, Drift, InJupyter, LifeForm, Noted, Version, copy_page,
};
use web::pages::release::{HeldView, ReleaseForm};
use web::view::{Field, FieldError};

/// So many deeds are on the page.
const DEEDS: u32 = 50;
/// So many changes of newer revisions.
const CHANGES: usize = 40;

/// What the form holds; see [`LifeForm`].
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Filled {
    seen: i64,
    outcome: String,
    note: String,
    link: String,
    hunted_from: String,
    hunted_to: String,
    assignee: String,
    #[serde(rename = "do")]
    what: String,
}

impl Filled {
    /// What is to be changed.
    fn patch(&self, who: &str) -> Result<InstancePatch, FieldError> {
        let mut patch = InstancePatch {
            note: Some(self.note.replace("\r\n", "\n")),
            link: Some(self.link.clone()),
            hunted: self.hunted()?,
            assignee: Some(self.assignee.clone()),
            ..InstancePatch::default()
        };
        match self.what.as_str() {
            "save" => {}
            "work" => {
                patch.state = Some("working".to_owned());
                if self.assignee.trim().is_empty() {
                    patch.assignee = Some(who.to_owned());
                }
            }
            "withdraw" => patch.state = Some("withdrawn".to_owned()),
            "open" => patch.state = Some("working".to_owned()),
            _ => {
                patch.state = Some("closed".to_owned());
                let (disposition, finding) = match self.outcome.split_once('.') {
                    Some((disposition, finding)) => (disposition, Some(finding.to_owned())),
                    None => (self.outcome.as_str(), None),
                };
                if disposition.is_empty() {
                    return Err(wrong("outcome", LifeError::Undecided.to_string()));
                }
                (patch.disposition, patch.finding) = (Some(disposition.to_owned()), finding);
            }
        }
        Ok(patch)
    }

    /// The window that was hunted, if one is said. The form's clocks are UTC's.
    fn hunted(&self) -> Result<Option<Between>, FieldError> {
        if self.hunted_from.trim().is_empty() && self.hunted_to.trim().is_empty() {
            return Ok(None);
        }
        let side = |text: &str| {
            let at = window::local(text, chrono_tz::Tz::UTC);
            at.map(moment).map_err(|error| wrong("hunted_from", error.to_string()))
        };
        Ok(Some(Between { from: side(&self.hunted_from)?, to: side(&self.hunted_to)? }))
    }

    /// The form again, with what is wrong.
    fn again(self, error: FieldError) -> LifeForm {
        LifeForm {
            seen: self.seen,
            outcome: self.outcome,
            note: self.note,
            link: self.link,
            hunted_from: self.hunted_from,
            hunted_to: self.hunted_to,
            assignee: self.assignee,
            errors: vec![error],
        }
    }
}

fn wrong(field: &str, message: String) -> FieldError {
    FieldError { field: field.to_owned(), message }
}

/// One copy.
///
/// # Errors
/// 404 when there is none.
pub async fn show(
    State(app): State<App>,
    visitor: Visitor,
    Path(id): Path<String>,
    Query(wanted): Query<Wanted>,
) -> Result<Response, Problem> {
    let copy = load(&app, &visitor.who, &id).await?;
    let version = query::one(wanted.version.as_ref());
    page(&app, &visitor, copy, None, version.as_deref()).await
}

/// Which version of what came back is shown; the newest without it.
#[derive(Debug, Default, Deserialize)]
pub struct Wanted {
    version: Option<String>,
}

/// How far the procedure has moved since. Where the history does not reach the copy's commit any more, nothing is said.
async fn drift(app: &App, view: &CopyDetailView) -> Result<Option<Drift>, Problem> {
    let (address, commit) = (
        Address { id: view.copy.procedure.clone(), repo: view.copy.repo.clone() },
        view.copy.commit.id.clone(),
    );
    let since = app.read(move |library| Ok(library.since(&address, &commit).ok().flatten())).await?;
    let newer = since.map(|since| since.newer).unwrap_or_default();
    let Some(newest) = newer.first().map(|revision| revision.commit.clone()) else { return Ok(None) };
    let revisions = newer.len();
    let changes = newer.into_iter().flat_map(|revision| revision.changes).take(CHANGES).map(change_of);
    Ok(Some(Drift { revisions, changes: changes.collect(), newest }))
}

/// What hunters know of its procedure and its tenant.
async fn notes(app: &App, visitor: &Visitor, copy: &Instance) -> Result<Vec<FieldNote>, Problem> {
    let entry = recall::entry(app, &copy.repo, &copy.procedure).await?;
    let tenant = copy.tenant.as_ref().map(|tenant| tenant.id.as_str());
    let mut notes = if entry.is_some() || tenant.is_some() {
        holding(app, &visitor.who, entry.as_ref(), tenant).await?
    } else {
        Vec::new()
    };
    // What is known of other tenants, or of a procedure that is gone, says nothing of this copy.
    notes.retain(|note| {
        note.tenant.as_ref().is_none_or(|of| Some(of.id.as_str()) == tenant)
            && (entry.is_some() || note.procedure.is_none())
    });
    Ok(notes)
}

/// What came back, and what is seen in the version that is asked for.
async fn back(
    app: &App,
    visitor: &Visitor,
    context: &Context,
    copy: &Instance,
    version: Option<&str>,
) -> Result<Option<Back>, Problem> {
    let versions = app.database.instances(&visitor.who.tenants()).returns(&copy.id).await?;
    let shown = match version {
        Some(id) => versions
            .iter()
            .position(|one| one.id == id)
            .ok_or_else(|| Problem::not_found(format!("version {id} of this copy")))?,
        None => 0,
    };
    let Some(current) = versions.get(shown) else { return Ok(None) };
    let mut seen = seen(app, &visitor.who, copy, current).await?;
    let noted = |cells: Vec<readback::Noted>| {
        cells.into_iter().map(|one| Noted { cell: one.cell, line: one.line, what: one.what }).collect()
    };
    Ok(Some(Back {
        may_propose: visitor.who.role >= Role::Hunter && upstream::is_changeable(&copy.path),
        shown,
        wrote: noted(seen.wrote),
        parameters: seen.parameters.into_iter().map(|one| (one.name, one.before, one.after)).collect(),
        altered: noted(seen.altered),
        released: noted(seen.released),
        errors: seen.errors.into_iter().map(|one| (one.cell, one.name, one.message)).collect(),
        rows: seen.rows,
        ran: seen.ran,
        cells: cells(&mut seen.compared, &Notebooks::default(), false),
        fields: fields(seen.compared.metadata),
        versions: versions
            .into_iter()
            .map(|one| Version { id: one.id, at: context.moment(one.created_at), by: one.created_by.name })
            .collect(),
    }))
}

/// Says what became of one.
///
/// # Errors
/// 403 without the role, 404 when there is none.
pub async fn change(
    State(app): State<App>,
    visitor: Visitor,
    Path(id): Path<String>,
    Form(filled): Form<Filled>,
) -> Result<Response, Problem> {
    visitor.who.require(Role::Hunter)?;
    let copy = load(&app, &visitor.who, &id).await?;
    let error = if copy.life.version == filled.seen {
        match filled.patch(&visitor.who.name) {
            Ok(patch) => match life::change(&app, &visitor.who, &id, patch).await {
                Ok(_) => return Ok(Redirect::to(&web::links::instance(&id)).into_response()),
                Err(Refused::Field(error)) => wrong(field(&error), error.to_string()),
                Err(Refused::Problem(problem)) if problem.status == 409 => {
                    let remedy = problem.remedy.unwrap_or_default();
                    wrong("", format!("{} {remedy}", problem.detail))
                }
                Err(Refused::Problem(problem)) => return Err(problem),
            },
            Err(error) => error,
        }
    } else {
        let said = "Somebody changed this copy since you opened the page: look at what it is now, and send it again if it still holds.";
        wrong("", said.to_owned())
    };
    // What is sent again is said of what is shown now.
    let form = LifeForm { seen: copy.life.version, ..filled.again(error) };
    let page = page(&app, &visitor, copy, Some(form), None).await?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
}

/// Sends one to Jupyter, and leads back to its page, which says where it is.
///
/// # Errors
/// 403 without the role, 404 when there is none; what Jupyter refuses is said on the page of the error.
pub async fn open(
    State(app): State<App>,
    visitor: Visitor,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let copy = load(&app, &visitor.who, &id).await?;
    in_jupyter::open(&app, &visitor.who, &copy).await?;
    Ok(Redirect::to(&web::links::instance(&id)).into_response())
}

/// Brings one back from Jupyter, and leads to its page, which shows what came.
///
/// # Errors
/// 403 without the role, 404 when there is none; what Jupyter refuses is said on the page of the error.
pub async fn bring(
    State(app): State<App>,
    visitor: Visitor,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let copy = load(&app, &visitor.who, &id).await?;
    match in_jupyter::bring(&app, &visitor.who, &copy).await? {
        Fate::Returned { .. } => Ok(Redirect::to(&web::links::instance(&id)).into_response()),
        Fate::Ambiguous { .. } => Err(Problem::internal()),
        Fate::Unmatched { reason } => {
            Err(Problem::invalid(format!("What is in Jupyter was not taken: {reason}.")))
        }
    }
}

/// The field of the form that an error is about.
fn field(error: &LifeError) -> &'static str {
    match error.field() {
        "disposition" | "finding" | "state" => "outcome",
        "hunted" => "hunted_from",
        other => other,
    }
}

/// The page with the form by which held cells are released as it was filled in.
///
/// # Errors
/// When database or index fail.
pub async fn page_again(
    app: &App,
    visitor: &Visitor,
    copy: Instance,
    release: ReleaseForm,
) -> Result<Response, Problem> {
    page_with(app, visitor, copy, (None, Some(release)), None).await
}

async fn page(
    app: &App,
    visitor: &Visitor,
    copy: Instance,
    form: Option<LifeForm>,
    version: Option<&str>,
) -> Result<Response, Problem> {
    page_with(app, visitor, copy, (form, None), version).await
}

async fn page_with(
    app: &App,
    visitor: &Visitor,
    copy: Instance,
    (form, release_form): (Option<LifeForm>, Option<ReleaseForm>),
    version: Option<&str>,
) -> Result<Response, Problem> {
    let context = Context::of(app);
    let held = release::held(app, &visitor.who, &context, &copy, release_form).await?;
    let deeds = app.database.deeds_to(Some(&copy.id), DEEDS).await?;
    let defects = recall::defects_of(app, &copy).await?;
    let back = back(app, visitor, &context, &copy, version).await?;
    let notes = notes(app, visitor, &copy).await?;
    let in_its_place = app.database.instances(&visitor.who.tenants()).in_place_of(&copy.id).await?;
    let in_its_place = in_its_place.into_iter().map(|copy| {
        let upgraded = copy.provenance["upgraded_from"].is_object();
        (context.copy(copy), upgraded)
    });
    let in_its_place = in_its_place.collect();
    let may = visitor.who.role >= Role::Hunter;
    // Whatever is wrong with Jupyter, the copy is shown.
    let place = in_jupyter::whereabouts(app, &visitor.who, &copy).await.unwrap_or_default();
    let jupyter = match (place, app.config.jupyter.url.is_some() && may) {
        (Some(place), _) => InJupyter::At { path: place.path, link: place.link },
        (None, true) => InJupyter::NotYet,
        (None, false) => InJupyter::Never,
    };
    let mut view = view(&context, copy, form, may);
    view.notes = field_notes(&context, notes, true, true);
    view.drift = drift(app, &view).await?;
    view.in_its_place = in_its_place;
    view.back = back;
    view.held = held;
    view.defects = defects.into_iter().map(|defect| context.defect(defect)).collect();
    view.jupyter = jupyter;
    view.deeds = deeds.into_iter().map(|deed| told(&context, deed)).collect();
    visitor.render(app, copy_page, view).await
}

fn view(context: &Context, copy: Instance, form: Option<LifeForm>, may: bool) -> CopyDetailView {
    // As it stands in the notebook; what is missing there was not put in.
    let said = |key: &str| copy.provenance.get(key).filter(|value| !value.is_null());
    let text = |key: &str| said(key).map(readable).unwrap_or_default();
    let parameters = said("parameters").and_then(Value::as_object).map_or_else(Vec::new, |parameters| {
        parameters.iter().map(|(key, value)| Field { key: key.clone(), value: readable(value) }).collect()
    });
    let held = said("held_cells").and_then(Value::as_array).map_or_else(Vec::new, |cells| {
        cells.iter().filter_map(|cell| Some(cell.as_str()?.to_owned())).collect()
    });
    CopyDetailView {
        path: copy.path.clone(),
        blob: copy.blob.clone(),
        sha256: copy.object.clone(),
        tenant_key: text("tenant"),
        region: text("region"),
        window: own_window(&copy),
        parameters,
        hold: text("hold"),
        held_cells: held,
        held: HeldView::default(),
        may_take_evidence: may,
        attack: text("attack"),
        renderer: text("renderer"),
        warnings: copy.warnings.clone(),
        note: copy.life.note.clone(),
        link: copy.life.link.clone(),
        hunted: copy.life.hunted.map(|(from, to)| (moment(from), moment(to))),
        replaces: copy.life.replaces.clone(),
        carried: said("upgraded_from").map(|from| {
            // Beside the hunter's stands what the procedure has there.
            let cells = from["cells"].as_array().into_iter().flatten();
            cells.filter(|cell| cell["as"] != "beside").count()
        }),
        in_its_place: Vec::new(),
        drift: None,
        notes: Vec::new(),
        may_write: may,
        back: None,
        defects: Vec::new(),
        deeds: Vec::new(),
        jupyter: InJupyter::Never,
        form: may.then(|| form.unwrap_or_else(|| as_it_is(&copy))),
        copy: context.copy(copy),
    }
}

/// The form as a copy is.
fn as_it_is(copy: &Instance) -> LifeForm {
    let life = &copy.life;
    let clock = |at: DateTime<Utc>| at.format("%Y-%m-%dT%H:%M").to_string();
    let (from, to) = life.hunted.map(|(from, to)| (clock(from), clock(to))).unwrap_or_default();
    let outcome = life.disposition.map(|one| match one.finding().map(Finding::word) {
        Some(finding) => format!("{}.{finding}", one.word()),
        None => one.word().to_owned(),
    });
    LifeForm {
        seen: life.version,
        outcome: outcome.unwrap_or_default(),
        note: life.note.clone(),
        link: life.link.clone(),
        hunted_from: from,
        hunted_to: to,
        assignee: life.assignee.as_ref().map(|who| who.name.clone()).unwrap_or_default(),
        errors: Vec::new(),
    }
}

/// A deed in words.
fn told(context: &Context, deed: Done) -> Deed {
    let text = match deed.action.as_str() {
        "instance.change" => changed(&deed.detail),
        "instance.jupyter" => format!("sent it to Jupyter, {}", readable(&deed.detail["path"])),
        "instance.return" => "brought a notebook back".to_owned(),
        "instance.release" => match deed.detail["cells"].as_array().map_or(0, Vec::len) {
            1 => "released a held cell".to_owned(),
            cells => format!("released {cells} held cells"),
        },
        "evidence.take" => "took its evidence".to_owned(),
        "report.export" => {
            let format = readable(&deed.detail["format"]);
            match deed.detail["override"].as_str() {
                Some(why) => format!("let its report out as {format} in spite of what was found: {why}"),
                None => format!("let its report out as {format}"),
            }
        }
        "report.not-a-leak" => {
            format!("said of a finding that it is no leak: {}", readable(&deed.detail["reason"]))
        }
        "instance.propose" => match deed.detail["branch"].as_str() {
            Some(branch) => format!("proposed what was mended, as branch {branch}"),
            None => "proposed what was mended, as a patch".to_owned(),
        },
        "instance.upgrade" => "made a copy of a newer revision in its place".to_owned(),
        other => other.replace('.', " "),
    };
    Deed { at: context.moment(deed.at), by: deed.by, text }
}

/// What a change changed, in words.
fn changed(detail: &Value) -> String {
    let (before, after) = (&detail["before"], &detail["after"]);
    let word = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let mut said = Vec::new();
    if before["state"] != after["state"]
        || before["disposition"] != after["disposition"]
        || before["finding"] != after["finding"]
    {
        let disposition = Disposition::read(
            after["disposition"].as_str().unwrap_or_default(),
            after["finding"].as_str().and_then(Finding::read),
        );
        said.push(match (after["state"].as_str(), disposition) {
            (Some("closed"), Some(disposition)) => format!("closed it: {}", disposition.said()),
            (Some("working"), _) if before["state"] == "closed" => "opened it again".to_owned(),
            (Some("working"), _) => "is at work on it".to_owned(),
            (Some("withdrawn"), _) => "withdrew it".to_owned(),
            (state, _) => format!("set it to {}", state.unwrap_or_default()),
        });
    }
    if before["assignee"] != after["assignee"] {
        said.push(match word(&after["assignee"]) {
            name if name.is_empty() => "assigned it to nobody".to_owned(),
            name => format!("assigned it to {name}"),
        });
    }
    for (key, text) in
        [("note", "wrote the note"), ("link", "set the link"), ("hunted", "set the window hunted")]
    {
        if before[key] != after[key] {
            said.push(text.to_owned());
        }
    }
    said.join(", ")
}

#[cfg(test)]
mod tests {
    use crate::auth::Role;
    use crate::sample::Sample;
    use serde_json::json;

    async fn made(sample: &Sample) -> String {
        let (tenant, hunter) = (sample.tenant().await, sample.user(Role::Hunter).await);
        let order = json!({"tenants": [tenant], "window": {"last": "7d"}});
        let made = hunter.post("/api/v1/procedures/lsass/instances", &order).await.json();
        made["instances"][0]["id"].as_str().unwrap().to_owned()
    }

    #[tokio::test]
    async fn a_hunter_closes_a_copy_by_its_form_and_all_pages_tell() {
        let sample = Sample::open().await;
        let (id, hunter) = (made(&sample).await, sample.user(Role::Hunter).await);
        let path = format!("/instances/{id}");
        let page = hunter.get(&path).await.text();
        assert!(page.contains("name=\"outcome\"") && page.contains("Close the copy"));
        let fields =
            [("seen", "0"), ("outcome", "null-findings"), ("note", "Looked at all of it."), ("do", "close")];
        let closed = hunter.form(&path, &fields).await;
        assert_eq!(closed.status, 303, "{}", closed.text());
        let page = hunter.get(&path).await.text();
        for said in ["null findings", "Looked at all of it.", "closed it: null findings", "made it"] {
            assert!(page.contains(said), "{said}: {page}");
        }
        let copy = hunter.get(&format!("/api{path}").replace("/api/", "/api/v1/")).await.json();
        let tenant = copy["tenant"]["id"].as_str().unwrap();
        let customer = copy["tenant"]["customer"].as_str().unwrap();
        for place in [
            "/procedures/lsass/instances".to_owned(),
            format!("/tenants/{tenant}"),
            format!("/customers/{customer}"),
        ] {
            let page = hunter.get(&place).await.text();
            for said in ["Last hunted", "null findings", "hunter of the test", "2026-11-17 12:00"] {
                assert!(page.contains(said), "{place}: {said}");
            }
            assert!(page.contains(&sample.commits[2][..8]), "{place}");
        }
        let by_key = hunter.get("/tenants/0145483").await;
        assert_eq!(
            (by_key.status.as_u16(), by_key.header("location")),
            (303, format!("/tenants/{tenant}").as_str())
        );
    }

    #[tokio::test]
    async fn a_copy_says_how_far_its_procedure_has_moved() {
        let sample = Sample::open().await;
        let (tenant, hunter) = (sample.tenant().await, sample.user(Role::Hunter).await);
        let page = async |at: &str| {
            let order = json!({"tenants": [tenant], "at": at});
            let made = hunter.post("/api/v1/procedures/lsass/instances", &order).await.json();
            hunter.get(&format!("/instances/{}", made["instances"][0]["id"].as_str().unwrap())).await.text()
        };
        let old = page(&sample.commits[0]).await;
        assert!(
            old.contains("2 revisions are newer than this copy") && old.contains("what differs"),
            "{old}"
        );
        assert!(old.contains("title=\"query-changed\""), "{old}");
        assert!(!page(&sample.commits[2]).await.contains("newer than this copy"));
    }

    #[tokio::test]
    async fn a_mistake_is_shown_with_what_was_filled_in() {
        let sample = Sample::open().await;
        let (id, hunter) = (made(&sample).await, sample.user(Role::Hunter).await);
        let path = format!("/instances/{id}");
        let undecided = hunter.form(&path, &[("seen", "0"), ("note", "A note."), ("do", "close")]).await;
        assert_eq!(undecided.status, 422);
        let text = undecided.text();
        assert!(text.contains("choose one") && text.contains("A note."), "{text}");
        for (fields, said) in [
            ([("outcome", "error"), ("link", "javascript:x")], "begins with http"),
            ([("outcome", "error"), ("hunted_from", "2026-11-01T00:00")], "is no moment"),
            ([("outcome", "error"), ("assignee", "Nobody")], "nobody called Nobody"),
            ([("outcome", "error"), ("seen", "7")], "Somebody changed this copy"),
        ] {
            let answer = hunter.form(&path, &fields).await;
            assert_eq!(answer.status, 422, "{fields:?}");
            assert!(answer.text().contains(said), "{fields:?}");
        }
    }

    #[tokio::test]
    async fn a_copy_is_taken_up_withdrawn_and_opened_again() {
        let sample = Sample::open().await;
        let (id, hunter) = (made(&sample).await, sample.user(Role::Hunter).await);
        let (path, api) = (format!("/instances/{id}"), format!("/api/v1/instances/{id}"));
        for (number, (what, state)) in
            [("work", "working"), ("withdraw", "withdrawn"), ("open", "working"), ("save", "working")]
                .into_iter()
                .enumerate()
        {
            let seen = number.to_string();
            let note = format!("{number}");
            let fields =
                [("seen", seen.as_str()), ("do", what), ("assignee", "hunter of the test"), ("note", &note)];
            assert_eq!(hunter.form(&path, &fields).await.status, 303, "{what}");
            assert_eq!(hunter.get(&api).await.json()["state"], state, "{what}");
        }
        let viewer = sample.user(Role::Viewer).await;
        assert!(!viewer.get(&path).await.text().contains("name=\"outcome\""));
        assert_eq!(viewer.form(&path, &[("do", "close")]).await.status, 403);
    }
}
