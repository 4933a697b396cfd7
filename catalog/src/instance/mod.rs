//! Per-tenant copies: parameters inferred, checked and injected; provenance.
//!
//! A copy is what papermill would prepare from jupytext's conversion of the procedure, plus what papermill does not
//! look after: names are checked, a tenant key stays text, cells that write to the service are held, and a procedure
//! whose tenant could be lost on the way is refused. A query that runs against no tenant returns nothing and reads like
//! a clean result; that is the worst that can happen here.
//!
//! The same [`Request`] gives the same bytes, on any machine, at any time.

mod cells;
mod checks;
mod examine;
mod expand;
mod file_name;
mod finish;
mod fixed;
mod kind;
mod loads;
mod parameters;
mod plan;
mod provenance;
pub(crate) mod python;
mod reads;
mod release;
mod schema;
mod secrets;
mod tenant;
mod upgrade;
mod vocabulary;

pub(crate) use cells::{assigned, fixed_tenant, writes};
pub use examine::{Aspect, Examined, Finding, Origin, Outcome, Source, examine};
pub(crate) use fixed::fixed_windows;
pub use kind::Kind;
pub(crate) use parameters::declared;
pub use parameters::{Parameter, parameters, read_parameters};
pub use provenance::{Provenance, provenance, verify};
pub(crate) use python::DEEP;
pub(crate) use reads::{Reads, cell_magic};
pub use release::{Release, Released, release, same_making, without_nulls};
pub use schema::{Declared, Schema};
pub(crate) use secrets::secrets_in;
pub use upgrade::{Carried, Fate, How, Older, Told, Upgraded, UpgradedFrom, handed_out, upgrade};
pub(crate) use upgrade::{Pairs, passed};
pub use vocabulary::{TenantFields, Vocabulary};

use crate::lint::Diagnostic;
use crate::notebook::{Metadata, Notebook};
use chrono::{DateTime, SecondsFormat, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha1::Digest;

/// What makes the bytes of a copy; changes whenever the same request would give other bytes.
pub const RENDERER: &str = "huntshelf-copy/1";

/// The tag of the cell that holds the defaults.
pub(crate) const PARAMETERS: &str = "parameters";
/// The tag of the cell that holds what was filled in.
pub(crate) const INJECTED: &str = "injected-parameters";

/// The stretch of time that a copy looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Window {
    /// Where it begins.
    pub from: DateTime<Utc>,
    /// Where it ends.
    pub to: DateTime<Utc>,
}

/// What becomes of cells that write to the service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Hold {
    /// They are copied as raw cells, so that running the copy writes nothing.
    Writes,
    /// They stay as they are.
    #[default]
    None,
}

/// What a copy is made from.
#[derive(Debug, Clone)]
pub struct Request<'a> {
    /// The procedure, as read.
    pub notebook: &'a Notebook,
    /// Its id, when it has one.
    pub procedure: Option<&'a str>,
    /// Its repository.
    pub repo: Option<&'a str>,
    /// Its path, from which the copy's file name is made.
    pub path: Option<&'a str>,
    /// The commit; none when the bytes are not those of any commit.
    pub commit: Option<&'a str>,
    /// The id of its bytes, as git counts it ([`blob_id`]).
    pub blob: &'a str,
    /// Whom the copy is for.
    pub tenant: Option<&'a TenantFields>,
    /// The window, resolved.
    pub window: Option<Window>,
    /// Parameters given by name. They win over the tenant's own values.
    pub parameters: &'a Metadata,
    /// What becomes of cells that write to the service.
    pub hold: Hold,
    /// Which tenant field goes by which parameter name.
    pub vocabulary: &'a Vocabulary,
    /// The release of ATT&CK that the procedure was read with.
    pub attack: Option<&'a str>,
}

/// A copy.
#[derive(Debug, Clone)]
pub struct Prepared {
    /// The notebook.
    pub notebook: Notebook,
    /// The notebook as nbformat 4.5.
    pub bytes: Vec<u8>,
    /// What to call the file: `{stem}_{region}_{tenant}.ipynb`, safe characters only.
    pub file_name: String,
    /// What it was made from, as it stands in `metadata.huntshelf`.
    pub provenance: Provenance,
    /// What was filled in, in the order of the injected cell.
    pub injected: Vec<(String, Value)>,
    /// Whether the procedure asks for no tenant at all: the copy is the same for everybody.
    pub tenant_independent: bool,
    /// What the reader of the copy should know.
    pub warnings: Vec<Diagnostic>,
}

/// Why no copy was made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{reason}. {remedy}")]
pub struct Refusal {
    /// A lower-case word with hyphens. Never reused for another meaning.
    pub code: String,
    /// Why.
    pub reason: String,
    /// What to do about it.
    pub remedy: String,
}

impl Refusal {
    pub(crate) fn new(code: &str, reason: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { code: code.to_owned(), reason: reason.into(), remedy: remedy.into() }
    }
}

/// The id that git gives to these bytes as a blob.
pub fn blob_id(bytes: &[u8]) -> String {
    let mut hash = sha1::Sha1::new();
    hash.update(format!("blob {}\0", bytes.len()));
    hash.update(bytes);
    crate::notebook::hex(&hash.finalize())
}

/// Makes a copy.
///
/// # Errors
/// A [`Refusal`] when the procedure cannot be read, when it could run against the wrong tenant or none, or when what
/// is to be filled in does not fit.
pub fn prepare(request: &Request<'_>) -> Result<Prepared, Refusal> {
    readable(request)?;
    plan::prepare(request)
}

/// Makes a copy to see whether one can be made: as [`prepare`], but what is left to be given is not missed, and what is
/// given is not held against what the procedure declares of it.
///
/// # Errors
/// As for [`prepare`].
pub fn try_out(request: &Request<'_>) -> Result<Prepared, Refusal> {
    readable(request)?;
    plan::try_out(request)
}

fn readable(request: &Request<'_>) -> Result<(), Refusal> {
    match request.notebook.blocking() {
        Some(diagnostic) => Err(Refusal::new(
            "unreadable",
            format!("the procedure cannot be read: line {}: {}", diagnostic.line, diagnostic.message),
            diagnostic.help.clone(),
        )),
        None => Ok(()),
    }
}

/// A point in time as parameters and provenance hold it.
fn instant(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::AutoSi, true)
}
