//! Notebooks that come back: of which copy each is, by what it says of itself in `metadata.huntshelf`. Nothing in them is
//! executed, and no output is read as more than text.

use super::life::{InstancePatch, Refused, change};
use super::releasing;
use crate::app::App;
use crate::auth::{Principal, Role};
use crate::db::instances::{Instance, InstanceFilter};
use crate::db::lives::{Named, State};
use crate::db::returns::Returned;
use crate::http::problem::Problem;
use axum::body::Bytes;
use axum::http::StatusCode;
use catalog::instance::provenance;
use catalog::notebook::{Notebook, ipynb, myst};
use serde_json::{Value, json};

/// Largest request that brings notebooks, in bytes.
pub const LARGEST: usize = 64 << 20;
/// So many copies are looked through.
const LOOKED_THROUGH: u32 = 1_000;

/// What became of a notebook that was sent.
#[derive(Debug, Clone)]
pub enum Fate {
    /// It was matched and is kept.
    Returned {
        /// The copy, as it is now.
        instance: Box<Instance>,
        /// The version.
        version: Returned,
        /// Whether the very same bytes had come before.
        again: bool,
    },
    /// Several copies were made so: somebody has to say which it is of.
    Ambiguous {
        /// Which it may be of.
        candidates: Vec<Instance>,
        /// Where its bytes are, so that they need not be sent again.
        object: String,
    },
    /// It is of no copy on record.
    Unmatched {
        /// Why.
        reason: String,
    },
}

/// Reads a notebook: ipynb, or MyST.
pub fn read(bytes: &[u8]) -> Notebook {
    if is_json(bytes) { ipynb::read(bytes) } else { myst::read(bytes) }
}

/// Whether a notebook is ipynb.
pub fn is_json(bytes: &[u8]) -> bool {
    bytes.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'{')
}

/// Takes a notebook that comes back. `which` says of which copy it is, where that is known.
///
/// # Errors
/// When who asks may not, the copy that is named is none or another one, or something fails.
pub async fn take(
    app: &App,
    who: &Principal,
    file_name: &str,
    bytes: Bytes,
    which: Option<&str>,
) -> Result<Fate, Problem> {
    who.require(Role::Hunter)?;
    let parsed = {
        let bytes = bytes.clone();
        app.pool.run(move || {
            let notebook = read(&bytes);
            let wrong = match notebook.blocking() {
                Some(wrong) => Some(format!("line {}: {}", wrong.line, wrong.message)),
                None if notebook.cells.is_empty() => Some("it has no cells".to_owned()),
                // Any text would do: plain markdown is one cell of prose.
                None if !is_json(&bytes) && !myst::looks_like_myst(&bytes) => {
                    Some("it is text without a cell of code".to_owned())
                }
                None => None,
            };
            (provenance(&notebook), notebook.metadata.get("huntshelf").cloned(), wrong)
        })
    };
    let (said, written, wrong) = parsed.await?;
    if let Some(wrong) = wrong {
        return Ok(Fate::Unmatched { reason: format!("it cannot be read as a notebook: {wrong}") });
    }
    let mut instances = if let Some(id) = which {
        vec![the_named(app, who, id, written.as_ref()).await?]
    } else {
        let (Some(said), Some(written)) = (said, written) else {
            let reason =
                "it does not say of which copy it is: `metadata.huntshelf` is missing or makes no sense";
            return Ok(Fate::Unmatched { reason: reason.to_owned() });
        };
        // Not by its id: the copy is on record under the one that the procedure had when it was made.
        let filter = InstanceFilter {
            repo: said.repo.clone(),
            commit: said.commit.clone(),
            tenant: said.tenant.clone(),
            limit: LOOKED_THROUGH,
            ..InstanceFilter::default()
        };
        let found = app.database.instances(&who.tenants()).list(&filter).await?;
        found.into_iter().filter(|copy| releasing::is_of(copy, &written)).collect()
    };
    if instances.len() > 1 {
        // One that is still open comes before those that were closed or withdrawn.
        let open: Vec<Instance> =
            instances.iter().filter(|copy| copy.life.state.is_open()).cloned().collect();
        if open.len() == 1 {
            instances = open;
        }
    }
    match instances.len() {
        0 => Ok(Fate::Unmatched { reason: "no copy on record was made of this revision, for this tenant, with this window and these parameters".to_owned() }),
        1 => keep(app, who, instances.remove(0), file_name, bytes).await,
        _ => Ok(Fate::Ambiguous { candidates: instances, object: put(app, bytes).await? }),
    }
}

/// The copy that somebody named, unless the notebook says that it is another one.
async fn the_named(
    app: &App,
    who: &Principal,
    id: &str,
    written: Option<&Value>,
) -> Result<Instance, Problem> {
    let found = app.database.instances(&who.tenants()).get(id).await?;
    let instance = found.ok_or_else(|| Problem::not_found(format!("copy {id}")))?;
    if written.is_some_and(|written| !releasing::is_of(&instance, written)) {
        return Err(Problem::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "another-copy",
            "It is another copy",
            "The notebook says in its metadata that it was made otherwise than the copy that you named.",
        )
        .remedy("Send it without naming a copy: it is found by what it says."));
    }
    Ok(instance)
}

async fn put(app: &App, bytes: Bytes) -> Result<String, Problem> {
    app.objects.put(bytes.to_vec()).await.map_err(|error| {
        tracing::error!(%error, "a notebook that came back could not be kept");
        Problem::internal()
    })
}

/// Keeps what came back, and says so of the copy.
async fn keep(
    app: &App,
    who: &Principal,
    instance: Instance,
    file_name: &str,
    bytes: Bytes,
) -> Result<Fate, Problem> {
    let scope = who.tenants();
    let instances = app.database.instances(&scope);
    let size = bytes.len() as u64;
    let object = put(app, bytes).await?;
    let version = Returned {
        id: app.id(),
        instance: instance.id.clone(),
        object: object.clone(),
        file_name: file_name.chars().filter(|letter| !letter.is_control()).take(200).collect(),
        size,
        created_at: app.clock.now(),
        created_by: Named { id: who.id.clone(), name: who.name.clone() },
    };
    if !instances.add_return(&version).await? {
        // Before, or by another request at this moment.
        let version = instances.returned(&instance.id, &object).await?.ok_or_else(Problem::internal)?;
        return Ok(Fate::Returned { instance: Box::new(instance), version, again: true });
    }
    app.note(who, "instance.return", &instance.id, &json!({"version": version.id, "sha256": version.object}))
        .await?;
    let instance = if matches!(instance.life.state, State::Made | State::Working) {
        let patch =
            InstancePatch { state: Some(State::Returned.word().to_owned()), ..InstancePatch::default() };
        match change(app, who, &instance.id, patch).await {
            Ok(instance) => instance,
            // Somebody said what became of it at the same time: that stands, and so does what came back.
            Err(Refused::Problem(problem)) if problem.status == StatusCode::CONFLICT.as_u16() => {
                instances.get(&instance.id).await?.unwrap_or(instance)
            }
            Err(refused) => return Err(refused.into()),
        }
    } else {
        instance
    };
    Ok(Fate::Returned { instance: Box::new(instance), version, again: false })
}
