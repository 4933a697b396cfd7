//! POST `/instances/{id}/upgrade`: a new copy of a newer revision, with what the hunter wrote into the old one.

use super::InstanceItem;
use super::create::{NewInstancesAnswer, RefusedItem, WarningItem, item, told};
use super::returning::VersionItem;
use crate::app::App;
use crate::auth::Principal;
use crate::copies::upgrade::{Upgrade, Upgraded, upgrade};
use crate::http::body;
use crate::http::problem::{Problem, sentence};
use crate::http::query;
use crate::routes::api::item::ChangeItem;
use crate::routes::api::once::{Answer, once};
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Response;
use catalog::instance::Told;
use catalog::notebook::CellKind;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What is asked for.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewUpgrade {
    /// A commit, full or short; the newest revision without it.
    #[serde(default)]
    pub to: Option<String>,
    /// The id of the returned version from which the hunter's words come. The newest without it; what was handed out where
    /// none came back.
    #[serde(default)]
    pub version: Option<String>,
    /// The keys of altered and added code that is to run in the new copy; all other is kept as raw cells.
    #[serde(default)]
    pub apply: Vec<String>,
    /// Only say what would be made.
    #[serde(default)]
    pub dry_run: bool,
}

/// What came of it.
#[derive(Debug, Serialize, ToSchema)]
pub struct UpgradeCopyAnswer {
    /// The new copy; its `replaces` names the old one, which stays.
    pub instance: InstanceItem,
    /// The commit of the old copy.
    pub from: String,
    /// The commit of the new one.
    pub to: String,
    /// The version from which the hunter's words come; null where nothing came back.
    pub version: Option<VersionItem>,
    /// What the procedure changed between the two.
    pub changes: Vec<ChangeItem>,
    /// What became of every cell, in the order of the new copy; of those that are not in it, at the end.
    pub cells: Vec<UpgradedCell>,
    /// What to know about the copy.
    pub warnings: Vec<WarningItem>,
}

/// What became of one cell.
#[derive(Debug, Serialize, ToSchema)]
pub struct UpgradedCell {
    /// `same`, `changed`, `new`, `removed` and `beside` are the procedure's; `carried`, `added`, `both-changed`, `altered`,
    /// `added-code`, `kept`, `given`, `back` and `reset` the hunter's.
    pub fate: String,
    /// The same in a sentence.
    pub text: String,
    /// `markdown`, `code` or `raw`.
    pub kind: String,
    /// Its place in the new copy, from 0; null where it is not in it.
    pub cell: Option<usize>,
    /// What names it in `apply`; null where there is nothing to choose.
    pub key: Option<String>,
    /// Whether it is applied.
    pub applied: bool,
    /// Tags that the hunter gave it and that are carried over.
    pub tags: Vec<String>,
    /// Its text as it was handed out.
    pub before: Option<String>,
    /// As the hunter left it.
    pub mine: Option<String>,
    /// As the procedure has it now.
    pub theirs: Option<String>,
}

impl From<Told> for UpgradedCell {
    fn from(told: Told) -> Self {
        Self {
            fate: told.fate.word().to_owned(),
            text: format!("{}.", sentence(&told.said)),
            kind: match told.kind {
                CellKind::Markdown => "markdown",
                CellKind::Code => "code",
                CellKind::Raw => "raw",
            }
            .to_owned(),
            cell: told.cell,
            key: told.key,
            applied: told.applied,
            tags: told.tags,
            before: told.before,
            mine: told.mine,
            theirs: told.theirs,
        }
    }
}

/// Takes a copy to a newer revision: a new copy for the same tenant, with the same window and parameters, and with what the
/// hunter wrote into the old one. Outputs are not carried over. The old copy stays. Sent again with the same
/// `Idempotency-Key`, the request is answered as it was the first time.
#[utoipa::path(
    post, path = "/instances/{id}/upgrade", tag = "copies", request_body = NewUpgrade,
    params(
        ("id" = String, Path, description = "The id of the old copy"),
        ("Idempotency-Key" = Option<String>, Header, description = "Up to 200 characters; kept for two days"),
    ),
    responses(
        (status = 201, body = UpgradeCopyAnswer),
        (status = 200, body = UpgradeCopyAnswer, description = "What would be made (dry_run)"),
        (status = 403, body = Problem, content_type = "application/problem+json"),
        (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = 409, body = Problem, content_type = "application/problem+json", description = "The copy is not older than that revision"),
        (status = 422, body = Problem, content_type = "application/problem+json", description = "The copy was refused"),
    )
)]
pub async fn create(
    State(app): State<App>,
    who: Principal,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Problem> {
    let new: NewUpgrade = body::read(&body)?;
    let asked = [b"upgrade\0", id.as_bytes(), b"\0", &body].concat();
    let work = {
        let (app, who) = (app.clone(), who.clone());
        Box::pin(async move { answer(&app, &who, &id, new).await })
    };
    once(&app, &who, &headers, &asked, work).await
}

async fn answer(app: &App, who: &Principal, id: &str, new: NewUpgrade) -> Result<Answer, Problem> {
    let asked = Upgrade {
        to: query::commit("to", new.to.as_ref())?,
        version: new.version,
        apply: new.apply.into_iter().collect(),
        dry_run: new.dry_run,
    };
    let Upgraded { older, version, mut made, account, changes } = upgrade(app, who, id, asked).await?;
    let warnings = made.warnings.into_iter().map(WarningItem::from).collect();
    let Some(instance) = made.instances.pop() else {
        let refused = made.refused.into_iter().map(RefusedItem::from).collect();
        return Ok(told(NewInstancesAnswer { instances: Vec::new(), warnings, refused }, new.dry_run));
    };
    let answer = UpgradeCopyAnswer {
        from: older.commit,
        to: made.commit,
        version: version.map(VersionItem::from),
        changes: changes.into_iter().map(ChangeItem::from).collect(),
        cells: account.into_iter().map(UpgradedCell::from).collect(),
        instance: item(instance),
        warnings,
    };
    let status = if new.dry_run { 200 } else { 201 };
    Ok(Answer { status, body: crate::db::to_json(&answer) })
}

#[cfg(test)]
pub(crate) mod tests;
