//! What becomes of a copy: somebody takes it up, closes it with what came of it, withdraws it, opens it again. The API and
//! the copy's page both come here.

use super::recall;
use super::window::{Between, WindowError};
use crate::app::App;
use crate::auth::{Forbidden, Principal, Role};
use crate::db::DbError;
use crate::db::instances::Instance;
use crate::db::lives::{Disposition, Finding, Life, Named, State};
use crate::http::problem::Problem;
use axum::http::StatusCode;
use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

/// Longest note, in characters.
const MAX_NOTE: usize = 10_000;
/// Longest link, in characters.
const MAX_LINK: usize = 2_000;

/// What of a copy is to be changed; what is left out stays.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct InstancePatch {
    /// `made`, `working`, `returned`, `closed` or `withdrawn`. A disposition alone closes.
    pub state: Option<String>,
    /// What came of it: `findings`, `null-findings`, `not-huntable` or `error`.
    pub disposition: Option<String>,
    /// What was found, where something was: `malicious`, `benign`, `hygiene` or `visibility-gap`.
    pub finding: Option<String>,
    /// What there is to say, at most 10,000 characters.
    pub note: Option<String>,
    /// An investigation or a ticket: an http or https address; empty takes it away.
    pub link: Option<String>,
    /// The window that was hunted, where it is not the copy's own.
    pub hunted: Option<Between>,
    /// Who is to hunt with it, by the name of an account; empty for nobody.
    pub assignee: Option<String>,
}

/// What is wrong with a change.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LifeError {
    /// No such state.
    #[error("{0} is no state: made, working, returned, closed or withdrawn.")]
    State(String),
    /// No such disposition.
    #[error("{0} is no disposition: findings, null-findings, not-huntable or error.")]
    Disposition(String),
    /// No such finding.
    #[error("{0} is no finding: malicious, benign, hygiene or visibility-gap.")]
    Finding(String),
    /// Closed without saying what came of it.
    #[error("A copy is closed with what came of it: choose one.")]
    Undecided,
    /// Findings of no kind.
    #[error("Say what was found: malicious, benign, hygiene or visibility-gap.")]
    WhatWasFound,
    /// A kind of finding where nothing was found.
    #[error("Something was found only where the disposition is findings.")]
    NothingWasFound,
    /// A disposition for a copy that is not closed.
    #[error("What came of a copy is said of closed ones only.")]
    NotClosed,
    /// A note that is too long.
    #[error("A note has at most {MAX_NOTE} characters.")]
    Note,
    /// A link that cannot be followed.
    #[error("A link begins with http:// or https:// and has at most {MAX_LINK} characters.")]
    Link,
    /// A window that is none.
    #[error(transparent)]
    Window(#[from] WindowError),
    /// Nobody of that name.
    #[error("There is nobody called {0} here.")]
    Assignee(String),
}

impl LifeError {
    /// The field that it is about.
    pub fn field(&self) -> &'static str {
        match self {
            Self::State(_) => "state",
            Self::Disposition(_) | Self::Undecided | Self::NotClosed => "disposition",
            Self::Finding(_) | Self::WhatWasFound | Self::NothingWasFound => "finding",
            Self::Note => "note",
            Self::Link => "link",
            Self::Window(_) => "hunted",
            Self::Assignee(_) => "assignee",
        }
    }
}

/// Why a copy was not changed.
#[derive(Debug)]
pub enum Refused {
    /// A field is wrong.
    Field(LifeError),
    /// Anything else.
    Problem(Problem),
}

impl From<LifeError> for Refused {
    fn from(error: LifeError) -> Self {
        Self::Field(error)
    }
}

impl From<Problem> for Refused {
    fn from(problem: Problem) -> Self {
        Self::Problem(problem)
    }
}

impl From<DbError> for Refused {
    fn from(error: DbError) -> Self {
        Self::Problem(error.into())
    }
}

impl From<Forbidden> for Refused {
    fn from(error: Forbidden) -> Self {
        Self::Problem(error.into())
    }
}

impl From<Refused> for Problem {
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::Field(error) => Self::invalid(error.to_string()),
            Refused::Problem(problem) => problem,
        }
    }
}

/// Changes what became of a copy, and puts on record what it was before.
///
/// # Errors
/// When who asks may not, there is no such copy, a field is wrong, or somebody else changed it at the same time.
pub async fn change(app: &App, who: &Principal, id: &str, patch: InstancePatch) -> Result<Instance, Refused> {
    who.require(Role::Hunter)?;
    let scope = who.tenants();
    let instances = app.database.instances(&scope);
    let missing = || Problem::not_found(format!("copy {id}"));
    let mut instance = instances.get(id).await?.ok_or_else(missing)?;
    let life = after(&instance.life, &patch, who, app.clock.now())?;
    let life = Life { assignee: assigned(app, &instance.life, patch.assignee.as_deref()).await?, ..life };
    if life == instance.life {
        return Ok(instance);
    }
    if life.disposition != instance.life.disposition {
        recall::may_close(app, &instance, life.disposition).await?;
    }
    if !instances.amend(id, &life).await? {
        let taken = Problem::new(
            StatusCode::CONFLICT,
            "changed-meanwhile",
            "Somebody else changed it",
            "Somebody else changed this copy at the same time; nothing of yours was written.",
        );
        return Err(taken.remedy("Look at what it is now, and say it again if it still holds.").into());
    }
    let detail = json!({"before": told(&instance.life), "after": told(&life)});
    app.note(who, "instance.change", id, &detail).await?;
    instance.life = Life { version: life.version + 1, ..life };
    Ok(instance)
}

/// What a life becomes by a patch, but for who has it in hand.
fn after(was: &Life, patch: &InstancePatch, who: &Principal, now: DateTime<Utc>) -> Result<Life, LifeError> {
    let mut life = was.clone();
    let said = |text: &Option<String>| {
        text.as_deref().map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned)
    };
    let asked = match said(&patch.state) {
        Some(word) => Some(State::read(&word).ok_or(LifeError::State(word))?),
        None => None,
    };
    let finding = match said(&patch.finding) {
        Some(word) => Some(Finding::read(&word).ok_or(LifeError::Finding(word))?),
        None => None,
    };
    let disposition = match said(&patch.disposition) {
        Some(word) => Some(decided(&word, finding)?),
        None if finding.is_some() => return Err(LifeError::NothingWasFound),
        None => None,
    };
    life.state = asked.unwrap_or(if disposition.is_some() { State::Closed } else { was.state });
    match (life.state, disposition) {
        (State::Closed, Some(disposition)) => {
            life.disposition = Some(disposition);
            // Who says something else of a closed copy closes it anew.
            life.closed = Some((now, Named { id: who.id.clone(), name: who.name.clone() }));
            if was.state == State::Closed && was.disposition == Some(disposition) {
                life.closed.clone_from(&was.closed);
            }
        }
        (State::Closed, None) if was.state != State::Closed => return Err(LifeError::Undecided),
        (State::Closed, None) => {}
        (_, Some(_)) => return Err(LifeError::NotClosed),
        (_, None) => (life.disposition, life.closed) = (None, None),
    }
    if let Some(note) = &patch.note {
        note.trim().clone_into(&mut life.note);
    }
    if life.note.chars().count() > MAX_NOTE {
        return Err(LifeError::Note);
    }
    if let Some(link) = &patch.link {
        link.trim().clone_into(&mut life.link);
    }
    let is_link = web::links::outside(&life.link).is_some() && !life.link.contains(char::is_whitespace);
    if !life.link.is_empty() && (!is_link || life.link.chars().count() > MAX_LINK) {
        return Err(LifeError::Link);
    }
    if let Some(between) = &patch.hunted {
        let window = between.resolve()?;
        life.hunted = Some((window.from, window.to));
    }
    Ok(life)
}

fn decided(word: &str, finding: Option<Finding>) -> Result<Disposition, LifeError> {
    Disposition::read(word, finding).ok_or_else(|| match (Disposition::WORDS.contains(&word), finding) {
        (false, _) => LifeError::Disposition(word.to_owned()),
        (true, None) => LifeError::WhatWasFound,
        (true, Some(_)) => LifeError::NothingWasFound,
    })
}

/// Who has the copy in hand, when `name` is said.
async fn assigned(app: &App, was: &Life, name: Option<&str>) -> Result<Option<Named>, Refused> {
    let Some(name) = name.map(str::trim) else { return Ok(was.assignee.clone()) };
    if name.is_empty() {
        return Ok(None);
    }
    if was.assignee.as_ref().is_some_and(|who| who.name == name) {
        return Ok(was.assignee.clone());
    }
    let found = app.database.account_named(name).await?.filter(|account| account.disabled_at.is_none());
    let account = found.ok_or_else(|| LifeError::Assignee(name.to_owned()))?;
    Ok(Some(Named { id: account.id, name: account.name }))
}

/// A life for the record of deeds.
fn told(life: &Life) -> Value {
    json!({
        "state": life.state.word(),
        "disposition": life.disposition.map(Disposition::word),
        "finding": life.disposition.and_then(Disposition::finding).map(Finding::word),
        "note": life.note,
        "link": life.link,
        "hunted": life.hunted.map(|(from, to)| json!({"from": from.to_rfc3339(), "to": to.to_rfc3339()})),
        "assignee": life.assignee.as_ref().map(|who| &who.name),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ana() -> Principal {
        Principal { id: "1".into(), name: "Ana".into(), role: Role::Hunter }
    }

    fn now() -> DateTime<Utc> {
        crate::clock::from_seconds(1_795_521_600)
    }

    fn patched(was: &Life, patch: &InstancePatch) -> Result<Life, LifeError> {
        after(was, patch, &ana(), now())
    }

    fn decision(disposition: &str, finding: Option<&str>) -> InstancePatch {
        InstancePatch {
            disposition: Some(disposition.to_owned()),
            finding: finding.map(str::to_owned),
            ..InstancePatch::default()
        }
    }

    #[test]
    fn a_disposition_closes_and_opening_again_takes_it_back() {
        let closed = patched(&Life::default(), &decision("findings", Some("visibility-gap"))).unwrap();
        assert_eq!(closed.state, State::Closed);
        assert_eq!(closed.disposition, Some(Disposition::Findings(Finding::VisibilityGap)));
        assert_eq!(closed.closed.as_ref().unwrap().1.name, "Ana");
        let open = InstancePatch { state: Some("working".to_owned()), ..InstancePatch::default() };
        let open = patched(&closed, &open).unwrap();
        assert_eq!((open.state, open.disposition, open.closed), (State::Working, None, None));
    }

    #[test]
    fn a_word_about_a_closed_copy_leaves_when_it_was_closed() {
        let closed = patched(&Life::default(), &decision("null-findings", None)).unwrap();
        let later = now() + chrono::Duration::days(1);
        let note =
            InstancePatch { note: Some(" Looked again. ".to_owned()), ..decision("null-findings", None) };
        let noted = after(&closed, &note, &ana(), later).unwrap();
        assert_eq!((noted.note.as_str(), &noted.closed), ("Looked again.", &closed.closed));
        let other = after(&closed, &decision("error", None), &ana(), later).unwrap();
        assert_eq!(other.closed.unwrap().0, later);
    }

    #[test]
    fn what_contradicts_itself_is_refused_by_its_field() {
        let state = |word: &str| InstancePatch { state: Some(word.to_owned()), ..InstancePatch::default() };
        let link = |link: &str| InstancePatch { link: Some(link.to_owned()), ..InstancePatch::default() };
        let backwards = Between { from: "2026-11-02T00:00:00Z".into(), to: "2026-11-01T00:00:00Z".into() };
        for (patch, field) in [
            (state("prepared"), "state"),
            (state("closed"), "disposition"),
            (decision("nothing", None), "disposition"),
            (decision("findings", None), "finding"),
            (decision("null-findings", Some("benign")), "finding"),
            (decision("findings", Some("odd")), "finding"),
            (InstancePatch { disposition: None, ..decision("", Some("benign")) }, "finding"),
            (InstancePatch { state: Some("working".into()), ..decision("error", None) }, "disposition"),
            (link("javascript:alert(1)"), "link"),
            (link("https://x y"), "link"),
            (InstancePatch { note: Some("x".repeat(10_001)), ..InstancePatch::default() }, "note"),
            (InstancePatch { hunted: Some(backwards), ..InstancePatch::default() }, "hunted"),
        ] {
            let refused = patched(&Life::default(), &patch).unwrap_err();
            assert_eq!(refused.field(), field, "{patch:?}: {refused}");
        }
    }
}
