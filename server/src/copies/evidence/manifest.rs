//! `manifest.json`: what is in a pack, of what, by whom; and what `README.txt` says. `docs/COPIES.md` describes it.

use crate::db::instances::Instance;
use crate::routes::api::item::moment;
use catalog::instance::{Examined, RENDERER};
use serde::Serialize;

/// The name of this form of a manifest; changes whenever a field changes its meaning or goes.
const SCHEMA: &str = "huntshelf-evidence/1";

/// What a pack holds.
#[derive(Debug, Serialize)]
pub(super) struct Manifest {
    /// `huntshelf-evidence/1`
    schema: &'static str,
    /// The version of the program that made the pack.
    huntshelf: &'static str,
    /// What makes the bytes of copies in that version.
    renderer: &'static str,
    /// When the pack was made, and by whom.
    made: Taken,
    /// Of what.
    of: Of,
    /// The copies, the oldest first.
    pub(super) copies: Vec<CopyEntry>,
    /// Every file but this one, with its hash.
    files: Vec<PackedFile>,
    /// Files that should be here and are not: the store lost or damaged them.
    missing: Vec<Missing>,
}

/// When a pack was made, and by whom.
#[derive(Debug, Serialize)]
pub(super) struct Taken {
    /// RFC 3339.
    pub(super) at: String,
    /// A name.
    pub(super) by: String,
}

/// Of what a pack is.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub(super) enum Of {
    /// Of one copy.
    Copy {
        /// Its id.
        copy: String,
    },
    /// Of a customer's copies that were made or closed in a period.
    Customer {
        /// Its id.
        customer: String,
        /// Its name.
        name: String,
        /// The first day, UTC.
        from: String,
        /// The last day, UTC.
        to: String,
    },
}

/// A copy of a pack.
#[derive(Debug, Serialize)]
pub(super) struct CopyEntry {
    id: String,
    folder: String,
    repo: String,
    procedure: String,
    title: String,
    tenant: Option<String>,
    tenant_key: Option<String>,
    made_at: String,
    closed_at: Option<String>,
    state: &'static str,
    disposition: Option<&'static str>,
    /// `holds`, `differs` or `unknown`: `verify.json` says each thing by itself.
    verified: &'static str,
}

impl CopyEntry {
    pub(super) fn of(copy: &Instance, folder: &str, examined: &Examined) -> Self {
        let tenant = copy.tenant.as_ref();
        Self {
            id: copy.id.clone(),
            folder: folder.to_owned(),
            repo: copy.repo.clone(),
            procedure: copy.procedure.clone(),
            title: copy.title.clone(),
            tenant: tenant.map(|tenant| tenant.name.clone()),
            tenant_key: tenant.map(|tenant| tenant.key.clone()),
            made_at: moment(copy.created_at),
            closed_at: copy.life.closed.as_ref().map(|(at, _)| moment(*at)),
            state: copy.life.state.word(),
            disposition: copy.life.disposition.map(crate::db::lives::Disposition::word),
            verified: match (examined.holds(), examined.differs()) {
                (true, _) => "holds",
                (false, true) => "differs",
                (false, false) => "unknown",
            },
        }
    }
}

/// A file of a pack.
#[derive(Debug, Clone, Serialize)]
pub(super) struct PackedFile {
    pub(super) path: String,
    pub(super) sha256: String,
    pub(super) size: u64,
}

/// A file that should be in a pack and is not.
#[derive(Debug, Serialize)]
pub(super) struct Missing {
    pub(super) path: String,
    pub(super) sha256: String,
    pub(super) reason: &'static str,
}

impl Manifest {
    pub(super) fn new(
        of: Of,
        made: Taken,
        copies: Vec<CopyEntry>,
        files: Vec<PackedFile>,
        missing: Vec<Missing>,
    ) -> Self {
        let huntshelf = env!("CARGO_PKG_VERSION");
        Self { schema: SCHEMA, huntshelf, renderer: RENDERER, made, of, copies, files, missing }
    }
}

/// What the pack says of itself to people.
pub(super) const README: &str = "\
What this is
============

This pack shows what was hunted with copies of hunting procedures: from which revision each copy was made, for whom, with
which parameters and window, what came back, what came of it, and whether all of that still agrees.

manifest.json lists every file with its SHA-256, and says who made this pack, when, and of what. Each copy has a folder,
named after the day on which it was made, its file and its id:

  source.md, source.ipynb   the procedure, byte for byte as it was at the commit that the copy names
  copy.ipynb                the notebook as it is handed out
  copy-before-N.ipynb       the notebook as it was handed out before cells were released for the Nth time
  returned-N.ipynb          notebooks that came back, the oldest first (.md where it came back as text)
  report.md                 what the customer sees of the newest of them: without code, and without what is marked as internal;
                            its pictures are in the folder beside it, and report.json says what it was made of
  report-stopped.txt        instead of it, where something in it must not leave: what, and in which cell
  copy.json                 everything on record of the copy: procedure, commit, parameters, window, tenant, customer, who made
                            and who closed it, what came of it, reviews of that revision, defects, releases, what happened
  verify.json               whether the copy is what it says, each thing by itself, when this pack was made

How to check it
===============

1. Compare the SHA-256 of each file with manifest.json. `sha256sum FILE` prints it.
2. `git hash-object source.md` prints the blob that copy.json names; in the repository, `git rev-parse COMMIT:PATH` does too.
3. `huntshelf verify copy.ipynb --repo REPOSITORY` makes the copy anew and says what agrees; with `--server URL` the server
   does, with its record.

Notebooks that came back hold what a tenant's service answered: treat this pack as the customer's data.
";
