//! From a copy back to the shelf: what a hunter mended in a notebook that came back, as a proposal to the procedure's
//! repository. The API and the page both come here. What must not leave is worked out in [`catalog::authoring::upstream`];
//! this knows what is on record of whom.

use super::returned::read;
use super::short;
use super::verify::kept;
use super::window;
use crate::app::App;
use crate::auth::{Principal, Role};
use crate::db::instances::Instance;
use crate::db::returns::Returned;
use crate::http::problem::{Problem, sentence};
use crate::reports::names;
use crate::routes::api::instances::{bytes, load};
use axum::http::StatusCode;
use catalog::authoring::upstream::{self, Asked, Facts, Proposal, Whose, propose};
use catalog::diff::{Unified, unified};
use catalog::instance::{self, Refusal};
use catalog::library::{Address, Reading};
use catalog::lint::Diagnostic;
use catalog::notebook::ipynb;
use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

/// What is looked at.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// Which of the versions that came back; the newest without it.
    pub version: Option<String>,
    /// The keys of the cells that are to go in; without them those that are safe.
    pub cells: Option<BTreeSet<String>>,
    /// What the commit is to say; looked through like a cell.
    pub message: String,
}

/// What would be proposed.
#[derive(Debug, Clone)]
pub struct Looked {
    /// The copy.
    pub copy: Instance,
    /// The version that came back.
    pub version: Returned,
    /// The procedure at the tip.
    pub reading: Arc<Reading>,
    /// The proposal.
    pub proposal: Proposal,
    /// All that it changes in the procedure's file.
    pub whole: Unified,
    /// Why the message must not leave: the reason and its line.
    pub message: Option<(String, u32)>,
}

impl Looked {
    /// Why nothing can be made of it; none where it can be.
    ///
    /// # Errors
    /// 422, with what to do.
    pub fn may_go(&self) -> Result<(), Problem> {
        if let Some(refusal) = &self.proposal.refusal {
            return Err(refused(refusal.clone()));
        }
        match &self.message {
            Some((reason, _)) => Err(Problem::new(
                StatusCode::UNPROCESSABLE_ENTITY,
                "message-held-back",
                "The message cannot go out",
                format!("What the commit is to say must not leave: {reason}."),
            )
            .remedy("Say it without anything of the tenant.")),
            None => Ok(()),
        }
    }
}

/// Works out what would be proposed.
///
/// # Errors
/// 403 without the role; 404 when there is no such copy, version or procedure; 409 when nothing came back, or the procedure is
/// not there to be mended; 422 when no proposal can be made, or a cell is chosen that is not offered.
pub async fn look(app: &App, who: &Principal, id: &str, wanted: Wanted) -> Result<Looked, Problem> {
    who.require(Role::Hunter)?;
    let copy = load(app, who, id).await?;
    let version = version(app, who, &copy, wanted.version.as_deref()).await?;
    let reading = Arc::new(tip(app, &copy).await?);
    let facts = facts(app, who, &copy, &version).await?;
    let files = Files {
        handed: bytes(app, &copy).await?.to_vec(),
        returned: kept(app, &version.object).await?.ok_or_else(Problem::internal)?.to_vec(),
        then: kept(app, &copy.source_object).await?.ok_or_else(Problem::internal)?.to_vec(),
    };
    let vocabulary = app.config.instances.vocabulary.clone();
    let shared = reading.clone();
    let Wanted { cells, message, .. } = wanted;
    let done = app
        .read(move |library| {
            let handed = ipynb::read(&files.handed);
            let handed = instance::handed_out(&handed, Some(&files.then), &vocabulary);
            let returned = read(&files.returned);
            let failed = Mutex::new(None);
            let lint = |text: &str| -> Vec<Diagnostic> {
                library.judge(&shared.entry, text).unwrap_or_else(|error| {
                    *failed.lock().unwrap_or_else(PoisonError::into_inner) = Some(error);
                    Vec::new()
                })
            };
            let asked = Asked {
                now: &shared.bytes,
                then: &files.then,
                handed: &handed,
                returned: &returned,
                facts: &facts,
                chosen: cells.as_ref(),
                lint: &lint,
            };
            let done = propose(&asked);
            let held = upstream::held_back(&asked, &message);
            // What could not be linted is not clean.
            match failed.into_inner().unwrap_or_else(PoisonError::into_inner) {
                Some(error) => Err(error),
                None => Ok((done, held)),
            }
        })
        .await?;
    let (proposal, message) = (done.0.map_err(refused)?, done.1);
    let before = String::from_utf8_lossy(&reading.bytes);
    let (old, new) = (format!("a/{}", reading.path), format!("b/{}", reading.path));
    let whole = unified(&before, &proposal.text, &old, &new, 3);
    Ok(Looked { copy, version, reading, proposal, whole, message })
}

/// The bytes that a proposal is made from.
struct Files {
    handed: Vec<u8>,
    returned: Vec<u8>,
    then: Vec<u8>,
}

async fn version(
    app: &App,
    who: &Principal,
    copy: &Instance,
    asked: Option<&str>,
) -> Result<Returned, Problem> {
    let mut versions = app.database.instances(&who.tenants()).returns(&copy.id).await?.into_iter();
    match asked {
        None => versions.next().ok_or_else(|| {
            Problem::conflict("No notebook came back for this copy: there is nothing to propose of it.")
                .remedy("Bring the notebook back first.")
        }),
        Some(id) => versions
            .find(|version| version.id == id)
            .ok_or_else(|| Problem::not_found(format!("version {id} of this copy"))),
    }
}

/// The procedure as it is at the branch's tip.
async fn tip(app: &App, copy: &Instance) -> Result<Reading, Problem> {
    let address = Address { id: copy.procedure.clone(), repo: Some(copy.repo.clone()) };
    let found = app.read(move |library| library.read(&address, None)).await?;
    let gone = || {
        Problem::conflict("The procedure of this copy is not in its repository any more.")
            .remedy("Have it put back first, or write a new one.")
    };
    let reading = found.filter(|reading| reading.deleted.is_none()).ok_or_else(gone)?;
    match &reading.broken {
        Some(broken) => Err(Problem::conflict(format!(
            "The procedure is broken since {}: {}.",
            short(&broken.since),
            broken.reason
        ))
        .remedy("Have it mended first: a proposal is made on top of it.")),
        None => Ok(reading),
    }
}

/// All that is on record of whose the copy is, and of everybody else.
async fn facts(app: &App, who: &Principal, copy: &Instance, version: &Returned) -> Result<Facts, Problem> {
    let mut facts = Facts::default();
    let known = names::of_copy(app, who, copy).await?;
    for own in known.this.names.iter().chain(&known.this.keys) {
        facts.add(Whose::Tenant, own);
    }
    for other in known.others.iter().flat_map(|other| other.names.iter().chain(&other.keys)) {
        facts.add(Whose::Other, other);
    }
    facts.add(Whose::Label, &copy.id);
    facts.add(Whose::Label, &copy.life.link);
    let people = [&copy.created_name, &version.created_by.name];
    let people = people.into_iter().chain(copy.life.assignee.as_ref().map(|who| &who.name));
    people.for_each(|name| facts.add(Whose::Person, name));
    if let Some(parameters) = copy.provenance["parameters"].as_object() {
        parameters.iter().for_each(|(name, value)| facts.add_value(name, value));
    }
    let windows = window(&copy.provenance).map(|window| (window.from, window.to)).into_iter();
    for (from, to) in windows.chain(copy.life.hunted) {
        facts.add_time(from);
        facts.add_time(to);
    }
    let Some(own) = &copy.tenant else { return Ok(facts) };
    for text in [&own.id, &own.key, &own.name, &own.customer, &own.customer_id] {
        facts.add(Whose::Tenant, text);
    }
    facts.add(Whose::Region, &own.region);
    let scope = who.tenants();
    if let Some(tenant) = app.database.tenants(&scope).get(&own.id).await? {
        facts.add(Whose::Region, &tenant.region);
        facts.add(Whose::Label, &tenant.time_zone);
        tenant.labels.values().for_each(|label| facts.add(Whose::Label, label));
        tenant.parameters.iter().for_each(|(name, value)| facts.add_value(name, value));
    }
    if let Some(customer) = app.database.customers(&scope).get(&own.customer_id).await? {
        customer.labels.values().for_each(|label| facts.add(Whose::Label, label));
        customer.contacts.iter().for_each(|contact| facts.add(Whose::Label, contact));
    }
    Ok(facts)
}

fn refused(refusal: Refusal) -> Problem {
    Problem::new(
        StatusCode::UNPROCESSABLE_ENTITY,
        &refusal.code,
        "Nothing can be proposed so",
        format!("{}.", sentence(&refusal.reason)),
    )
    .remedy(refusal.remedy)
}
