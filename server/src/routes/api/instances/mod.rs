//! `/instances` and what belongs to it: the copies that were made.

pub mod change;
pub mod create;
pub mod csv;
pub mod jupyter;
pub mod list;
pub mod many;
pub mod notebook;
pub mod one;
pub mod proposal;
pub mod release;
pub mod report;
pub mod returning;
pub mod upgrade;
pub mod verify;
pub mod zip;

use super::item::moment;
use crate::app::App;
use crate::auth::Principal;
use crate::db::instances::Instance;
use crate::db::lives::{Disposition, Finding};
use crate::http::problem::Problem;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

/// One copy on record.
#[derive(Debug, Clone, Serialize, serde::Deserialize, ToSchema)]
pub struct InstanceItem {
    /// Its id; null when nothing was put on record (`dry_run`).
    pub id: Option<String>,
    /// Its procedure's id when it was made.
    pub procedure: String,
    /// Its procedure's repository.
    pub repo: String,
    /// The path then.
    pub path: String,
    /// The title then.
    pub title: String,
    /// The commit that it was made from.
    pub commit: String,
    /// The blob.
    pub blob: String,
    /// For which tenant; null for one of a procedure that asks for no tenant.
    pub tenant: Option<InstanceTenantItem>,
    /// The notebook's file name.
    pub file_name: String,
    /// `made`, `working`, `returned`, `closed` or `withdrawn`
    pub state: String,
    /// What came of it, once it is closed: `findings`, `null-findings`, `not-huntable` or `error`.
    pub disposition: Option<String>,
    /// What was found, where something was: `malicious`, `benign`, `hygiene` or `visibility-gap`.
    pub finding: Option<String>,
    /// What the hunter has to say.
    pub note: String,
    /// An investigation, a ticket.
    pub link: Option<String>,
    /// The window that was hunted, where somebody said that it is not the copy's own.
    pub hunted: Option<HuntedWindow>,
    /// Who is to hunt with it.
    pub assignee: Option<String>,
    /// When it was closed, RFC 3339.
    pub closed_at: Option<String>,
    /// By whom.
    pub closed_by: Option<String>,
    /// The copy in whose place it was made.
    pub replaces: Option<String>,
    /// What went in, as it stands in the notebook under `metadata.huntshelf`.
    #[schema(value_type = Object)]
    pub provenance: Value,
    /// What was said about it when it was made.
    pub warnings: Vec<String>,
    /// SHA-256 of its bytes.
    pub sha256: String,
    /// How many bytes it has.
    pub size: u64,
    /// Where its bytes are; null when nothing was put on record.
    pub notebook: Option<String>,
    /// When it was made, RFC 3339.
    pub created_at: String,
    /// By whom.
    pub created_by: String,
}

/// A window that was hunted.
#[derive(Debug, Clone, Serialize, serde::Deserialize, ToSchema)]
pub struct HuntedWindow {
    /// Where it begins, RFC 3339.
    pub from: String,
    /// Where it ends, RFC 3339.
    pub to: String,
}

/// The tenant of a copy.
#[derive(Debug, Clone, Serialize, serde::Deserialize, ToSchema)]
pub struct InstanceTenantItem {
    /// Our short id.
    pub id: String,
    /// As the service knows it.
    pub key: String,
    /// The service's region.
    pub region: String,
    /// What people call it.
    pub name: String,
    /// The customer's id.
    pub customer: String,
    /// The customer's name.
    pub customer_name: String,
}

impl From<Instance> for InstanceItem {
    fn from(instance: Instance) -> Self {
        let life = instance.life;
        let (closed_at, closed_by) = life.closed.map(|(at, by)| (moment(at), by.name)).unzip();
        Self {
            notebook: Some(web::links::instance_file(&instance.id)),
            id: Some(instance.id),
            procedure: instance.procedure,
            repo: instance.repo,
            path: instance.path,
            title: instance.title,
            commit: instance.commit,
            blob: instance.blob,
            tenant: instance.tenant.map(|tenant| InstanceTenantItem {
                id: tenant.id,
                key: tenant.key,
                region: tenant.region,
                name: tenant.name,
                customer: tenant.customer_id,
                customer_name: tenant.customer,
            }),
            file_name: instance.file_name,
            state: life.state.word().to_owned(),
            disposition: life.disposition.map(|one| one.word().to_owned()),
            finding: life.disposition.and_then(Disposition::finding).map(Finding::word).map(str::to_owned),
            note: life.note,
            link: Some(life.link).filter(|link| !link.is_empty()),
            hunted: life.hunted.map(|(from, to)| HuntedWindow { from: moment(from), to: moment(to) }),
            assignee: life.assignee.map(|who| who.name),
            closed_at,
            closed_by,
            replaces: life.replaces,
            provenance: instance.provenance,
            warnings: instance.warnings,
            sha256: instance.object,
            size: instance.size,
            created_at: moment(instance.created_at),
            created_by: instance.created_name,
        }
    }
}

/// A copy that this principal may see.
///
/// # Errors
/// 404 when there is none.
pub async fn load(app: &App, who: &Principal, id: &str) -> Result<Instance, Problem> {
    let found = app.database.instances(&who.tenants()).get(id).await?;
    found.ok_or_else(|| Problem::not_found(format!("copy {id}")))
}

/// The bytes of a copy.
///
/// # Errors
/// When the object store lost or damaged them.
pub async fn bytes(app: &App, instance: &Instance) -> Result<axum::body::Bytes, Problem> {
    match app.objects.get(&instance.object).await {
        Ok(Some(bytes)) => Ok(bytes),
        Ok(None) => {
            tracing::error!(
                instance = instance.id,
                object = instance.object,
                "the object is not in the store"
            );
            Err(Problem::internal())
        }
        Err(error) => {
            tracing::error!(instance = instance.id, %error, "the object store");
            Err(Problem::internal())
        }
    }
}
