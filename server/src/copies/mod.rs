//! Making copies: a revision, tenants, a window and parameters go in; bytes in the object store and rows on record come
//! out. The API and the copy dialogue both come here.

pub mod evidence;
pub mod in_jupyter;
pub mod indicators;
pub mod life;
pub mod many;
pub mod meanwhile;
pub mod offering;
pub mod proposed;
pub mod readback;
pub mod recall;
pub mod releasing;
pub mod returned;
mod siblings;
pub mod since;
pub mod telemetry;
pub mod trial;
pub mod typed;
pub mod upgrade;
pub mod upstream;
pub mod verify;
pub mod window;

use crate::app::App;
use crate::auth::{Principal, Role};
use crate::db::instances::{Instance, InstanceTenant};
use crate::db::lives::Life;
use crate::db::tenants::{Tenant, TenantFilter, Tenants};
use crate::http::problem::{Problem, sentence};
use crate::routes::api::{defects, missing};
use catalog::index::Entry;
use catalog::instance::{Hold, Prepared, Refusal, Request, TenantFields, Vocabulary, Window, prepare};
use catalog::library::{Address, Reading};
use catalog::lint::Severity;
use catalog::notebook::Metadata;
use chrono::{DateTime, Utc};
use serde_json::json;
use since::Hunted;
use std::collections::HashSet;
use std::sync::Arc;
use window::Asked;

/// So many copies are made at a time.
pub const MOST: usize = 500;
/// So many are held in memory at once.
const AT_ONCE: usize = 64;

/// What is asked for.
#[derive(Debug, Clone)]
pub struct Order {
    /// Of which procedure.
    pub address: Address,
    /// At which commit; the newest revision without one.
    pub at: Option<String>,
    /// For which tenants, by our id, or by a key that only one has.
    pub tenants: Vec<String>,
    /// For which stretch of time; none is filled in without one.
    pub window: Option<Asked>,
    /// With which parameters.
    pub parameters: Metadata,
    /// What becomes of cells that write; by default held where there is more than one tenant.
    pub hold: Option<Hold>,
    /// Only say what would be made.
    pub dry_run: bool,
}

/// What came of it.
#[derive(Debug, Clone)]
pub struct Made {
    /// Of what.
    pub entry: Entry,
    /// Other repositories in which the id stands.
    pub others: Vec<String>,
    /// The commit.
    pub commit: String,
    /// The copies.
    pub instances: Vec<Instance>,
    /// What to know about them.
    pub warnings: Vec<Warning>,
    /// For whom none was made.
    pub refused: Vec<Refused>,
}

impl Made {
    fn of(
        reading: &Reading,
        instances: Vec<Instance>,
        warnings: Vec<Warning>,
        refused: Vec<Refused>,
    ) -> Self {
        Self {
            entry: reading.entry.clone(),
            others: reading.others.clone(),
            commit: reading.commit.clone(),
            instances,
            warnings,
            refused,
        }
    }
}

/// What to know about a copy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Warning {
    /// The tenant's id; none when it is about all.
    pub tenant: Option<String>,
    /// Its code.
    pub code: String,
    /// What to know.
    pub message: String,
    /// What to do about it.
    pub help: String,
}

/// A tenant for which no copy was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// The tenant as it was asked for; none when it is about all.
    pub tenant: Option<String>,
    /// What people call it, where it is known.
    pub name: String,
    /// Why, and what to do.
    pub refusal: Refusal,
}

/// Makes what is asked for.
///
/// # Errors
/// When who asks may not, there is no such revision, or something fails. That a tenant is refused is no error.
pub async fn make(app: &App, who: &Principal, order: Order) -> Result<Made, Problem> {
    who.require(Role::Hunter)?;
    if order.tenants.len() > MOST {
        return Err(Problem::invalid(format!("At most {MOST} copies are made at a time."))
            .remedy("Ask for fewer tenants, and then for the others."));
    }
    let (tenants, refused) = resolve(app, who, &order.tenants).await?;
    // Without a tenant there is one copy, the same for everybody, if the procedure allows it.
    let wanted = if order.tenants.is_empty() { Wanted::Nobody } else { Wanted::These(tenants) };
    let mut made = make_for(app, who, order, wanted).await?;
    made.refused.splice(0..0, refused);
    Ok(made)
}

/// For whom copies are made.
enum Wanted {
    /// For no tenant.
    Nobody,
    /// For these.
    These(Vec<Tenant>),
}

/// Makes copies for tenants that were found.
async fn make_for(app: &App, who: &Principal, order: Order, wanted: Wanted) -> Result<Made, Problem> {
    let (address, at) = (order.address.clone(), order.at.clone());
    let Some(reading) = app.read(move |library| library.read(&address, at.as_deref())).await? else {
        return Err(missing(app, order.address).await);
    };
    let reading = Arc::new(reading);
    let hold = order.hold.unwrap_or(if order.tenants.len() > 1 { Hold::Writes } else { Hold::None });
    let wanted: Vec<Option<Tenant>> = match wanted {
        Wanted::Nobody => vec![None],
        Wanted::These(tenants) => tenants.into_iter().map(Some).collect(),
    };
    let mut warnings = about(app, &reading).await?;
    let hunted = Hunted::of(app, who, &reading.entry, order.window).await?;
    let tenants: Vec<&str> = wanted.iter().flatten().map(|tenant| tenant.id.as_str()).collect();
    let meanwhile = meanwhile::meanwhile(app, who, &reading.entry, &tenants).await?;
    let (mut instances, mut refused) = (Vec::new(), Vec::new());
    // What was prepared is put away before more is: memory does not grow with the number of tenants.
    let mut wanted = wanted.into_iter().peekable();
    while wanted.peek().is_some() {
        let (mut pieces, mut about_windows) = (Vec::with_capacity(AT_ONCE), Vec::new());
        for tenant in wanted.by_ref().take(AT_ONCE) {
            let id = tenant.as_ref().map(|tenant| tenant.id.as_str());
            let (window, about) = hunted.window(order.window, id);
            about_windows.extend(about);
            let parameters = order.parameters.clone();
            pieces.push(Piece { tenant, window, parameters, hold, life: Life::default() });
        }
        let (ready, not) = prepare_each(app, &reading, pieces).await?;
        // Of a tenant that is refused there is no window to speak of.
        about_windows.retain(|one| !not.iter().any(|refused| refused.tenant == one.tenant));
        warnings.extend(about_windows);
        for tenant in ready.iter().filter_map(|one| one.tenant.as_ref()) {
            warnings.extend(meanwhile.of(&tenant.id));
        }
        refused.extend(not);
        instances.extend(put(app, who, &reading, ready, order.dry_run, &mut warnings).await?);
    }
    if !order.dry_run {
        record(app, who, &reading, &instances).await?;
    }
    Ok(Made::of(&reading, instances, warnings, refused))
}

/// What goes into one copy.
struct Piece {
    tenant: Option<Tenant>,
    window: Option<Window>,
    parameters: Metadata,
    hold: Hold,
    /// What is to be known of the copy from the first.
    life: Life,
}

impl Piece {
    /// What went into a copy, for another one in its place.
    fn of(copy: &Instance, tenant: Option<Tenant>, life: Life) -> Self {
        Self {
            tenant,
            window: window(&copy.provenance),
            parameters: copy.provenance["parameters"].as_object().cloned().unwrap_or_default(),
            hold: if copy.provenance["hold"] == "writes" { Hold::Writes } else { Hold::None },
            life: Life { replaces: Some(copy.id.clone()), ..life },
        }
    }
}

/// The window of a copy.
fn window(provenance: &serde_json::Value) -> Option<Window> {
    let side = |key: &str| -> Option<DateTime<Utc>> {
        let text = provenance["window"][key].as_str()?;
        Some(DateTime::parse_from_rfc3339(text).ok()?.to_utc())
    };
    Some(Window { from: side("from")?, to: side("to")? })
}

/// Prepares copies of one revision, on the pool.
async fn prepare_each(
    app: &App,
    reading: &Arc<Reading>,
    pieces: Vec<Piece>,
) -> Result<(Vec<Ready>, Vec<Refused>), Problem> {
    let (shared, vocabulary) = (reading.clone(), app.config.instances.vocabulary.clone());
    let attack = app.library.release().version();
    let prepared = app.pool.run(move || {
        let prepare = |piece: Piece| {
            let done = one(&shared, &piece, &vocabulary, attack);
            (piece, done)
        };
        pieces.into_iter().map(prepare).collect::<Vec<_>>()
    });
    let (mut ready, mut refused, mut elsewhere) = (Vec::new(), Vec::new(), Vec::new());
    for (Piece { tenant, life, .. }, done) in prepared.await? {
        match done {
            Ok(copy) => ready.push(Ready { tenant, copy, life }),
            Err(refusal) => {
                if let Some(tenant) = tenant.as_ref().filter(|_| refusal.code == "wrong-service") {
                    elsewhere.push((refused.len(), tenant.service.clone()));
                }
                refused.push(Refused {
                    name: tenant.as_ref().map(|tenant| tenant.name.clone()).unwrap_or_default(),
                    tenant: tenant.map(|tenant| tenant.id),
                    refusal,
                });
            }
        }
    }
    siblings::offer(app, &reading.entry, &elsewhere, &mut refused).await?;
    Ok((ready, refused))
}

/// What is to be known of a revision, whoever the copy is for, its defects included.
async fn about(app: &App, reading: &Reading) -> Result<Vec<Warning>, Problem> {
    let mut warnings = about_revision(reading);
    for defect in defects::at_commit(app, &reading.entry, &reading.commit).await? {
        warnings.push(Warning {
            tenant: None,
            code: "defective-revision".to_owned(),
            message: format!(
                "this revision is marked as defective ({}) by {}: {}",
                defect.severity.word(),
                defect.created_by.1,
                defect.reason
            ),
            help: match &defect.mended {
                Some(mended) => {
                    format!("It is mended in {}: copy that revision or a newer one.", short(mended))
                }
                None => "It is not mended yet: ask whether results can be relied upon.".to_owned(),
            },
        });
    }
    Ok(warnings)
}

/// The tenants that are asked for, each once, and those that there are not.
async fn resolve(
    app: &App,
    who: &Principal,
    asked: &[String],
) -> Result<(Vec<Tenant>, Vec<Refused>), Problem> {
    let scope = who.tenants();
    let tenants = app.database.tenants(&scope);
    let (mut found, mut refused, mut seen) = (Vec::new(), Vec::new(), HashSet::new());
    for name in asked {
        match named(&tenants, name).await? {
            Ok(tenant) => {
                if seen.insert(tenant.id.clone()) {
                    found.push(tenant);
                }
            }
            Err(refusal) => {
                refused.push(Refused { tenant: Some(name.clone()), name: String::new(), refusal });
            }
        }
    }
    Ok((found, refused))
}

/// The tenant of an id, or the only one of a key.
async fn named(tenants: &Tenants<'_>, name: &str) -> Result<Result<Tenant, Refusal>, Problem> {
    if let Some(tenant) = tenants.get(name).await? {
        return Ok(Ok(tenant));
    }
    let by_key = TenantFilter { key: Some(name.to_owned()), ..TenantFilter::default() };
    let mut found = tenants.list(&by_key).await?;
    let refuse = |code: &str, reason: String, remedy: &str| Refusal {
        code: code.to_owned(),
        reason,
        remedy: remedy.to_owned(),
    };
    Ok(match (found.pop(), found.is_empty()) {
        (Some(only), true) => Ok(only),
        (Some(_), false) => Err(refuse(
            "ambiguous-tenant",
            format!("several tenants have the key {name}"),
            "Name the one that is meant by its id.",
        )),
        (None, _) => Err(refuse(
            "unknown-tenant",
            format!("there is no tenant {name}"),
            "Name a tenant that is on record, by its id or its key.",
        )),
    })
}

fn one(reading: &Reading, piece: &Piece, vocabulary: &Vocabulary, attack: &str) -> Result<Prepared, Refusal> {
    asking(reading, piece, vocabulary, attack, prepare)
}

/// Asks for a copy of a revision.
fn asking<T>(
    reading: &Reading,
    piece: &Piece,
    vocabulary: &Vocabulary,
    attack: &str,
    work: impl FnOnce(&Request<'_>) -> T,
) -> T {
    let fields = piece.tenant.as_ref().map(fields);
    work(&Request {
        notebook: &reading.notebook,
        procedure: reading.procedure.id.as_deref(),
        repo: Some(&reading.entry.repo),
        path: Some(&reading.path),
        commit: Some(&reading.commit),
        blob: &reading.blob,
        tenant: fields.as_ref(),
        window: piece.window,
        parameters: &piece.parameters,
        hold: piece.hold,
        vocabulary,
        attack: Some(attack),
    })
}

/// What a copy needs to know of a tenant.
pub fn fields(tenant: &Tenant) -> TenantFields {
    TenantFields {
        key: tenant.key.clone(),
        name: tenant.name.clone(),
        region: tenant.region.clone(),
        service: tenant.service.clone(),
        title: None,
        parameters: tenant.parameters.clone(),
        retired: tenant.retired_at.is_some(),
    }
}

/// Most errors of lint that a copy's warning names.
const ERRORS_TOLD: usize = 3;

/// What is to be known of the revision, whoever the copy is for.
fn about_revision(reading: &Reading) -> Vec<Warning> {
    let mut warnings = Vec::new();
    let mut warn = |code: &str, message: String, help: &str| {
        warnings.push(Warning { tenant: None, code: code.to_owned(), message, help: help.to_owned() });
    };
    if let Some(broken) = &reading.broken {
        warn(
            "newest-revision-broken",
            format!(
                "the newest revision cannot be used since {} by {}: {}; this is the last good one",
                short(&broken.since),
                broken.by,
                broken.reason
            ),
            "Have the file mended if what changed since matters.",
        );
    }
    if let Some(deleted) = &reading.deleted {
        warn(
            "deleted",
            format!("the procedure was deleted in {} by {}", short(&deleted.commit), deleted.author_name),
            "Look in its history why, before it is hunted with again.",
        );
    } else if reading.past {
        warn(
            "older-revision",
            format!("this is the revision at {}, not the newest one", short(&reading.commit)),
            "Leave `at` out to copy the newest revision.",
        );
    }
    let errors: Vec<String> = reading
        .diagnostics
        .iter()
        .filter(|found| found.severity == Severity::Error)
        .map(|found| format!("{} in line {} ({})", found.code, found.line, found.message))
        .collect();
    if !errors.is_empty() {
        let (shown, rest) = errors.split_at(errors.len().min(ERRORS_TOLD));
        let more = if rest.is_empty() { String::new() } else { format!(", and {} more", rest.len()) };
        warn(
            "lint-errors",
            format!("lint finds what is wrong with this revision: {}{more}", shown.join("; ")),
            "Have it mended, or make sure that it does not matter to this hunt.",
        );
    }
    warnings
}

/// The first digits of a commit's id.
pub fn short(commit: &str) -> &str {
    commit.get(..8).unwrap_or(commit)
}

/// A copy that was prepared.
struct Ready {
    tenant: Option<Tenant>,
    copy: Prepared,
    /// What is to be known of it from the first.
    life: Life,
}

/// Puts what was prepared where it is kept, and on record, unless it was only to be looked at.
async fn keep(
    app: &App,
    who: &Principal,
    reading: &Reading,
    ready: Vec<Ready>,
    dry_run: bool,
    warnings: &mut Vec<Warning>,
) -> Result<Vec<Instance>, Problem> {
    let instances = put(app, who, reading, ready, dry_run, warnings).await?;
    if !dry_run {
        record(app, who, reading, &instances).await?;
    }
    Ok(instances)
}

/// Puts the bytes of what was prepared where they are kept, unless it was only to be looked at; nothing is on record yet.
async fn put(
    app: &App,
    who: &Principal,
    reading: &Reading,
    ready: Vec<Ready>,
    dry_run: bool,
    warnings: &mut Vec<Warning>,
) -> Result<Vec<Instance>, Problem> {
    let now = app.clock.now();
    let failed = |error: crate::objects::ObjectError| {
        tracing::error!(%error, "a copy could not be kept");
        Problem::internal()
    };
    let mut instances = Vec::with_capacity(ready.len());
    // The blob is kept first: no row points to what is not there.
    let source = match (dry_run, ready.is_empty()) {
        (false, false) => app.objects.put(reading.bytes.clone()).await.map_err(failed)?,
        _ => crate::entropy::sha256(&reading.bytes),
    };
    for Ready { tenant, copy, life } in ready {
        let id = if dry_run { String::new() } else { app.id() };
        let mut said = warnings_of(tenant.as_ref(), &copy);
        if let Some(tenant) = &tenant {
            let (sources, window) = (&reading.procedure.data_sources, copy.provenance.window);
            said.extend(telemetry::about(sources, tenant, window, now));
        }
        let told = said.iter().map(|warning| format!("{}.", sentence(&warning.message))).collect();
        let size = copy.bytes.len() as u64;
        let object = if dry_run {
            crate::entropy::sha256(&copy.bytes)
        } else {
            app.objects.put(copy.bytes).await.map_err(failed)?
        };
        warnings.extend(said);
        instances.push(Instance {
            id,
            repo: reading.entry.repo.clone(),
            procedure: reading.entry.id.clone(),
            path: reading.path.clone(),
            title: reading.procedure.title.clone(),
            commit: reading.commit.clone(),
            blob: reading.blob.clone(),
            techniques: reading.procedure.techniques.iter().map(|mapping| mapping.id.clone()).collect(),
            tenant: tenant.map(|tenant| InstanceTenant {
                id: tenant.id,
                key: tenant.key,
                region: tenant.region,
                name: tenant.name,
                customer_id: tenant.customer_id,
                customer: tenant.customer,
            }),
            file_name: copy.file_name,
            life,
            held_cells: u32::try_from(copy.provenance.held_cells.len()).unwrap_or(u32::MAX),
            provenance: copy.notebook.metadata.get("huntshelf").cloned().unwrap_or_default(),
            warnings: told,
            object,
            source_object: source.clone(),
            size,
            created_at: now,
            created_by: who.id.clone(),
            created_name: who.name.clone(),
        });
    }
    Ok(instances)
}

/// Puts copies on record, all of them or none.
async fn record(
    app: &App,
    who: &Principal,
    reading: &Reading,
    instances: &[Instance],
) -> Result<(), Problem> {
    if instances.is_empty() {
        return Ok(());
    }
    app.database.instances(&who.tenants()).create(instances).await?;
    pin(app, reading).await;
    let ids: Vec<&str> = instances.iter().map(|instance| instance.id.as_str()).collect();
    let detail = json!({"repo": reading.entry.repo, "commit": reading.commit, "instances": ids});
    app.note(who, "instance.create", &reading.entry.id, &detail).await?;
    Ok(())
}

/// Keeps the commit in the mirror that copies name. The blob is kept already, so that a copy does not fail with this.
async fn pin(app: &App, reading: &Reading) {
    let (repo, commit) = (reading.entry.repo.clone(), reading.commit.clone());
    let pinned = app.read(move |library| library.pin(&repo, &commit)).await;
    if let Err(problem) = pinned {
        let (repo, commit) = (&reading.entry.repo, &reading.commit);
        tracing::warn!(%repo, %commit, ?problem, "the commit of a copy could not be pinned");
    }
}

fn warnings_of(tenant: Option<&Tenant>, copy: &Prepared) -> Vec<Warning> {
    copy.warnings
        .iter()
        .map(|found| Warning {
            tenant: tenant.map(|tenant| tenant.id.clone()),
            code: found.code.clone(),
            message: found.message.clone(),
            help: found.help.clone(),
        })
        .collect()
}

/// A window as it is asked for, resolved.
///
/// # Errors
/// 400 when it is none.
pub fn resolved(spec: Option<&window::WindowSpec>, now: DateTime<Utc>) -> Result<Option<Asked>, Problem> {
    spec.map(|spec| spec.resolve(now).map_err(|error| Problem::invalid(error.to_string()))).transpose()
}
