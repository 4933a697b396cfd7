//! A copy taken to a newer revision: a new copy of that one for the same tenant, with the same window and parameters, and with
//! what the hunter wrote into the old one, which stays as it is. The API and the page both come here.

use super::meanwhile::meanwhile;
use super::recall::orders;
use super::verify::kept;
use super::{Made, Piece, Ready, Refused, about, asking, keep, short};
use crate::app::App;
use crate::auth::{Principal, Role};
use crate::db::instances::Instance;
use crate::db::lives::Life;
use crate::db::returns::Returned;
use crate::db::tenants::Tenant;
use crate::http::problem::Problem;
use crate::routes::api::instances::{bytes, load};
use crate::routes::api::missing;
use catalog::attack::Release;
use catalog::diff::{self, Change};
use catalog::instance::{self, Older, Refusal, Told};
use catalog::library::{Address, Reading};
use catalog::notebook::{Notebook, ipynb, myst};
use catalog::procedure::{Procedure, understand};
use catalog::repository::FieldMapping;
use serde_json::json;
use std::collections::BTreeSet;
use std::sync::Arc;

/// What is asked for.
#[derive(Debug, Clone, Default)]
pub struct Upgrade {
    /// To which commit; the newest revision without one.
    pub to: Option<String>,
    /// From which of the versions that came back; the newest without it, and what was handed out where none came.
    pub version: Option<String>,
    /// Which altered code takes the place of the procedure's, by its keys.
    pub apply: BTreeSet<String>,
    /// Only say what would be made.
    pub dry_run: bool,
}

/// What came of it.
#[derive(Debug, Clone)]
pub struct Upgraded {
    /// The copy that was upgraded. It stays.
    pub older: Instance,
    /// The version that the hunter's words come from; none where nothing came back.
    pub version: Option<Returned>,
    /// The new copy, or why there is none.
    pub made: Made,
    /// What became of every cell; nothing where the copy was refused.
    pub account: Vec<Told>,
    /// What the procedure changed in meaning between the two.
    pub changes: Vec<Change>,
}

/// Takes a copy to a newer revision.
///
/// # Errors
/// 403 without the role, 404 when there is no such copy, version or revision, 409 when the copy is of that revision already or
/// of a newer one. That a copy is refused is no error.
pub async fn upgrade(app: &App, who: &Principal, id: &str, asked: Upgrade) -> Result<Upgraded, Problem> {
    who.require(Role::Hunter)?;
    let older = load(app, who, id).await?;
    let reading = Arc::new(read(app, &older, asked.to.as_deref()).await?);
    let version = version(app, who, &older, asked.version.as_deref()).await?;
    let (piece, tenant) = match piece(app, who, &older).await? {
        Ok(piece) => {
            let tenant = piece.tenant.clone();
            (piece, tenant)
        }
        Err(refusal) => {
            let made = Made::of(&reading, Vec::new(), Vec::new(), vec![refused(&older, refusal)]);
            return Ok(Upgraded { older, version, made, account: Vec::new(), changes: Vec::new() });
        }
    };
    let life = piece.life.clone();
    let mut warnings = about(app, &reading).await?;
    if let Some(tenant) = &tenant {
        let meanwhile = meanwhile(app, who, &reading.entry, &[&tenant.id]).await?.without(&older.id);
        warnings.extend(meanwhile.of(&tenant.id));
    }
    let files = Files {
        handed: bytes(app, &older).await?.to_vec(),
        returned: match &version {
            Some(version) => {
                let of = Instance { object: version.object.clone(), ..older.clone() };
                Some(bytes(app, &of).await?.to_vec())
            }
            None => None,
        },
        source: kept(app, &older.source_object).await?.map(|bytes| bytes.to_vec()),
    };
    let (done, changes) =
        prepared(app, &older, version.as_ref(), &reading, piece, files, asked.apply.clone()).await?;
    let done = match done {
        Ok(done) => done,
        Err(refusal) => {
            let made = Made::of(&reading, Vec::new(), warnings, vec![refused(&older, refusal)]);
            return Ok(Upgraded { older, version, made, account: Vec::new(), changes });
        }
    };
    let ready = Ready { tenant, copy: done.prepared, life };
    let instances = keep(app, who, &reading, vec![ready], asked.dry_run, &mut warnings).await?;
    if let Some(new) = instances.first().filter(|_| !asked.dry_run) {
        let detail = json!({"to": new.id, "commit": new.commit, "applied": asked.apply});
        app.note(who, "instance.upgrade", &older.id, &detail).await?;
    }
    let made = Made::of(&reading, instances, warnings, Vec::new());
    Ok(Upgraded { older, version, made, account: done.account, changes })
}

/// The revision that the copy is taken to.
async fn read(app: &App, older: &Instance, to: Option<&str>) -> Result<Reading, Problem> {
    let address = Address { id: older.procedure.clone(), repo: Some(older.repo.clone()) };
    let (asked, at) = (address.clone(), to.map(str::to_owned));
    let Some(reading) = app.read(move |library| library.read(&asked, at.as_deref())).await? else {
        return Err(missing(app, address).await);
    };
    if reading.blob == older.blob {
        return Err(Problem::conflict(format!(
            "The copy is of revision {} already: the procedure has not changed between the two.",
            short(&reading.commit)
        ))
        .remedy("Go on with this copy, or name a revision that differs from it."));
    }
    let commits = vec![older.commit.clone(), reading.commit.clone()];
    let orders = orders(app, &reading.entry, commits).await?;
    // What the history does not reach any more has no place in it, and is older than all that it has.
    if let (Some(was), Some(is)) = (orders.get(&older.commit), orders.get(&reading.commit))
        && is < was
    {
        return Err(Problem::conflict(format!(
            "Revision {} is older than the copy, which is of {}.",
            short(&reading.commit),
            short(&older.commit)
        ))
        .remedy("Name a newer revision, or make a copy of that one."));
    }
    Ok(reading)
}

/// The version that the hunter's words come from.
async fn version(
    app: &App,
    who: &Principal,
    older: &Instance,
    asked: Option<&str>,
) -> Result<Option<Returned>, Problem> {
    let mut versions = app.database.instances(&who.tenants()).returns(&older.id).await?.into_iter();
    match asked {
        None => Ok(versions.next()),
        Some(id) => match versions.find(|version| version.id == id) {
            Some(version) => Ok(Some(version)),
            None => Err(Problem::not_found(format!("version {id} of this copy"))),
        },
    }
}

/// What goes into the new copy: all that went into the old one.
async fn piece(app: &App, who: &Principal, older: &Instance) -> Result<Result<Piece, Refusal>, Problem> {
    let tenant: Option<Tenant> = match &older.tenant {
        Some(tenant) => app.database.tenants(&who.tenants()).get(&tenant.id).await?,
        None => None,
    };
    // A copy is never upgraded from one tenant to another.
    if let (Some(key), Some(tenant)) = (older.provenance["tenant"].as_str(), &tenant)
        && key != tenant.key
    {
        return Ok(Err(Refusal {
            code: "tenant-changed".to_owned(),
            reason: format!(
                "the copy is for the key `{key}`, and the key of {} is `{}` by now",
                tenant.name, tenant.key
            ),
            remedy: "Make a new copy for the tenant as it is now, and take over by hand what you wrote."
                .to_owned(),
        }));
    }
    let life = Life {
        note: older.life.note.clone(),
        link: older.life.link.clone(),
        assignee: older.life.assignee.clone(),
        ..Life::default()
    };
    Ok(Ok(Piece::of(older, tenant, life)))
}

/// The bytes that an upgrade is made from.
struct Files {
    handed: Vec<u8>,
    returned: Option<Vec<u8>>,
    source: Option<Vec<u8>>,
}

type Done = (Result<instance::Upgraded, Refusal>, Vec<Change>);

/// Makes the new copy, on the pool.
async fn prepared(
    app: &App,
    older: &Instance,
    version: Option<&Returned>,
    reading: &Arc<Reading>,
    piece: Piece,
    files: Files,
    apply: BTreeSet<String>,
) -> Result<Done, Problem> {
    let (reading, vocabulary) = (reading.clone(), app.config.instances.vocabulary.clone());
    let attack = app.library.release().version();
    let (commit, copy, path) = (older.commit.clone(), older.object.clone(), older.path.clone());
    let notebook = version.map(|version| version.object.clone());
    let work = move || {
        let handed = ipynb::read(&files.handed);
        let base = instance::handed_out(&handed, files.source.as_deref(), &vocabulary);
        let returned = files.returned.as_deref().map(super::returned::read);
        let from = Older {
            base: &base,
            worked: returned.as_ref().unwrap_or(&handed),
            commit: Some(&commit),
            copy: &copy,
            notebook: notebook.as_deref(),
        };
        let done = asking(&reading, &piece, &vocabulary, attack, |request| {
            instance::upgrade(&from, request, &apply)
        });
        let changes = files.source.as_deref().map(|source| changes(source, &path, &reading));
        (done, changes.unwrap_or_default())
    };
    Ok(app.pool.run(work).await?)
}

/// What the procedure changed between the bytes that the old copy was made from and a revision.
fn changes(source: &[u8], path: &str, reading: &Reading) -> Vec<Change> {
    let mut old = if ipynb::is_path(path) { ipynb::read(source) } else { myst::read(source) };
    // What a file beside the notebook says of it is not among what was kept: it counts as unchanged.
    old.layout.sidecar.clone_from(&reading.notebook.layout.sidecar);
    let (was, is) = (understood(&old), understood(&reading.notebook));
    diff::changes(Some((&old, &was)), Some((&reading.notebook, &is)))
}

fn understood(notebook: &Notebook) -> Procedure {
    understand(notebook, "notebook.md", &FieldMapping::default(), Release::current()).into_procedure()
}

fn refused(older: &Instance, refusal: Refusal) -> Refused {
    let (tenant, name) = older.tenant.as_ref().map(|tenant| (tenant.id.clone(), tenant.name.clone())).unzip();
    Refused { tenant, name: name.unwrap_or_default(), refusal }
}
