//! `/instances/{id}/upgrade`: what would come of taking a copy to a newer revision, and the button that does it.

use super::Visitor;
use super::diff::hunks;
use super::shared::{Context, change as change_of};
use crate::app::App;
use crate::auth::Role;
use crate::copies::returned::{Fate as Brought, take};
use crate::copies::upgrade::{Upgrade, Upgraded, upgrade};
use crate::http::problem::{Problem, sentence};
use crate::http::query;
use crate::routes::api::instances::load;
use axum::extract::{Multipart, Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum_extra::extract::Form;
use catalog::diff::unified;
use catalog::instance::{Fate, Told};
use catalog::notebook::CellKind;
use serde::Deserialize;
use std::collections::BTreeSet;
use web::pages::copy::Refusal;
use web::pages::copy_upgrade::{CarriedCell, CopyUpgradeView, page};
use web::pages::diff::Hunk;
use web::pages::instance::Version;

/// To which revision, with which words.
#[derive(Debug, Default, Deserialize)]
pub struct Wanted {
    to: Option<String>,
    version: Option<String>,
}

/// What the form holds.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Filled {
    to: String,
    version: String,
    apply: Vec<String>,
    #[serde(rename = "do")]
    what: String,
}

/// What would come of it.
///
/// # Errors
/// 403 without the role, 404 when there is no such copy, 409 when it is not older than that revision.
pub async fn show(
    State(app): State<App>,
    visitor: Visitor,
    Path(id): Path<String>,
    Query(wanted): Query<Wanted>,
) -> Result<Response, Problem> {
    let asked = Upgrade {
        to: query::commit("to", wanted.to.as_ref())?,
        version: query::one(wanted.version.as_ref()),
        ..Upgrade::default()
    };
    let looked = look(&app, &visitor, &id, asked).await?;
    visitor.render(&app, page, looked).await
}

/// Makes the new copy and leads to it; or says what would come of what was chosen.
///
/// # Errors
/// As for [`show`].
pub async fn send(
    State(app): State<App>,
    visitor: Visitor,
    Path(id): Path<String>,
    Form(filled): Form<Filled>,
) -> Result<Response, Problem> {
    let asked = Upgrade {
        to: query::commit("to", Some(&filled.to))?,
        version: query::one(Some(&filled.version)),
        apply: filled.apply.into_iter().collect(),
        dry_run: false,
    };
    if filled.what == "look" {
        let looked = look(&app, &visitor, &id, asked).await?;
        let status = if looked.refusal.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
        return Ok((status, visitor.render(&app, page, looked).await?).into_response());
    }
    let done = upgrade(&app, &visitor.who, &id, asked.clone()).await?;
    if let Some(new) = done.made.instances.first() {
        return Ok(Redirect::to(&web::links::instance(&new.id)).into_response());
    }
    let looked = look(&app, &visitor, &id, asked).await?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, visitor.render(&app, page, looked).await?).into_response())
}

/// Takes a notebook as a version of the copy, and leads back to what would come of it.
///
/// # Errors
/// 403 without the role, 404 when there is no such copy, 400 when the form or the notebook cannot be read, 422 when it is of
/// another copy.
pub async fn bring(
    State(app): State<App>,
    visitor: Visitor,
    Path(id): Path<String>,
    mut form: Multipart,
) -> Result<Response, Problem> {
    visitor.who.require(Role::Hunter)?;
    load(&app, &visitor.who, &id).await?;
    let unreadable =
        |_| Problem::invalid("The form could not be read.").remedy("Send one notebook of at most 64 MiB.");
    while let Some(field) = form.next_field().await.map_err(unreadable)? {
        let name: String = field.file_name().unwrap_or_default().chars().take(200).collect();
        let bytes = field.bytes().await.map_err(unreadable)?;
        if bytes.is_empty() {
            continue;
        }
        return match take(&app, &visitor.who, &name, bytes, Some(&id)).await? {
            Brought::Returned { version, .. } => {
                let pairs = [("version", version.id.as_str())];
                let back = web::links::with_query(&web::links::instance_upgrade(&id), pairs);
                Ok(Redirect::to(&back).into_response())
            }
            Brought::Ambiguous { .. } => Err(Problem::internal()),
            Brought::Unmatched { reason } => {
                Err(Problem::invalid(format!("The notebook was not taken: {reason}.")))
            }
        };
    }
    Err(Problem::invalid("No notebook was sent.").remedy("Choose the file that you saved."))
}

/// What would come of it; of what is refused because of code that is chosen, what would come of it without that code.
async fn look(app: &App, visitor: &Visitor, id: &str, asked: Upgrade) -> Result<CopyUpgradeView, Problem> {
    let asked = Upgrade { dry_run: true, ..asked };
    let chosen = asked.apply.clone();
    let mut done = upgrade(app, &visitor.who, id, asked.clone()).await?;
    let mut refused = done.made.refused.pop();
    if refused.is_some() && !chosen.is_empty() {
        let without = Upgrade { apply: BTreeSet::new(), ..asked };
        done = upgrade(app, &visitor.who, id, without).await?;
        refused = done.made.refused.pop().or(refused);
    }
    let refusal = refused.map(|refused| Refusal {
        code: refused.refusal.code,
        reason: format!("{}.", sentence(&refused.refusal.reason)),
        remedy: refused.refusal.remedy,
    });
    let already = app.database.instances(&visitor.who.tenants()).in_place_of(id).await?;
    let context = Context::of(app);
    let already = already.into_iter().map(|copy| context.copy(copy)).collect();
    Ok(CopyUpgradeView { refusal, already, ..view(&context, done, &chosen) })
}

fn view(context: &Context, done: Upgraded, chosen: &BTreeSet<String>) -> CopyUpgradeView {
    let Upgraded { older, version, made, account, changes } = done;
    let count = |fate| account.iter().filter(|told| told.fate == fate).count();
    let others = vec![
        (count(Fate::Same), "as they were"),
        (count(Fate::Changed), "changed in the procedure"),
        (count(Fate::New), "new in the procedure"),
        (count(Fate::Removed), "no more in the procedure"),
    ];
    let warnings =
        made.warnings.iter().map(|warning| format!("{}. {}", sentence(&warning.message), warning.help));
    let is_mine = |told: &Told| told.fate.is_hunters() || !told.tags.is_empty();
    CopyUpgradeView {
        to: context.commit(&made.entry.repo, &made.commit),
        version: version.map(|version| Version {
            id: version.id,
            at: context.moment(version.created_at),
            by: version.created_by.name,
        }),
        changes: changes.into_iter().map(change_of).collect(),
        warnings: warnings.collect(),
        others,
        cells: account.into_iter().filter(is_mine).map(|told| cell(told, chosen)).collect(),
        copy: context.copy(older),
        ..CopyUpgradeView::default()
    }
}

fn cell(told: Told, chosen: &BTreeSet<String>) -> CarriedCell {
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    // What is chosen between is what the procedure has now; elsewhere what was handed out is what the hunter began with.
    let against_theirs = matches!(told.fate, Fate::Altered | Fate::Both);
    let (sides, old) = match (against_theirs, &told.before) {
        (true, _) => ("The procedure's text now (−), and yours (+)", text(&told.theirs)),
        (false, Some(_)) => ("As it was handed out (−), and as you left it (+)", text(&told.before)),
        (false, None) => ("What you added", String::new()),
    };
    let hunks = told.mine.as_ref().map_or_else(Vec::new, |mine| compared(&old, mine));
    CarriedCell {
        place: told.cell.map(|place| place + 1),
        kind: match told.kind {
            CellKind::Markdown => "text",
            CellKind::Code => "code",
            CellKind::Raw => "raw",
        },
        said: if told.fate.is_hunters() {
            format!("{}.", sentence(&told.said))
        } else {
            "The tags that you gave it are carried over.".to_owned()
        },
        applied: told.applied || told.key.as_ref().is_some_and(|key| chosen.contains(key)),
        key: told.key,
        tags: told.tags,
        sides,
        hunks,
    }
}

fn compared(old: &str, new: &str) -> Vec<Hunk> {
    let ended = |text: &str| if text.is_empty() { String::new() } else { format!("{text}\n") };
    hunks(unified(&ended(old), &ended(new), "a", "b", 3).hunks).0
}

#[cfg(test)]
mod tests;
