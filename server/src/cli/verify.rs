//! `huntshelf verify`: whether a copy is what it says.

use super::convert::read_file;
use super::{out, paint};
use crate::config::{Config, Flags};
use crate::copies::verify::{label, mirror, origin};
use crate::db::Database;
use crate::db::instances::InstanceFilter;
use crate::http::problem::sentence;
use crate::objects::Objects;
use anyhow::{Context, bail};
use catalog::instance::{
    Examined, Origin, Outcome, Provenance, Source, Vocabulary, blob_id, examine, provenance,
};
use catalog::mirror::{clone_to_look, proof};
use catalog::notebook::ipynb;
use clap::Args;
use serde_json::json;
use std::path::{Path, PathBuf};

/// The most copies of one procedure that are looked through for the one.
const MOST: u32 = 10_000;

/// Verify that a copy is what it says
///
/// It is made anew from what it says of itself and from the bytes of its procedure, and compared. Exits with 0 when all
/// holds, with 1 when something differs or could not be looked at.
#[derive(Debug, Args)]
pub(super) struct VerifyArgs {
    /// The copy
    #[arg(value_name = "COPY.ipynb")]
    copy: PathBuf,
    /// The repository that it was made from [default: the one around this folder]
    #[arg(long, value_name = "URL|PATH", conflicts_with = "data")]
    repo: Option<String>,
    /// The data folder of the server that made it: its record, its mirror, and what it kept
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// Tell it as JSON
    #[arg(long)]
    json: bool,
}

/// What a copy is compared with.
#[derive(Default)]
struct Against {
    source: Option<(Vec<u8>, Origin)>,
    recorded: Option<Vec<u8>>,
    vocabulary: Vocabulary,
}

pub(super) fn run(args: &VerifyArgs) -> anyhow::Result<()> {
    let name = args.copy.display().to_string();
    let bytes = read_file(&args.copy)?;
    let against = match provenance(&ipynb::read(&bytes)) {
        None => Against::default(),
        Some(stamp) => match (&args.data, &args.repo) {
            (Some(data), _) => of_server(data, &stamp, &bytes)?,
            (None, Some(repo)) => of_repository(repo, &stamp)?,
            (None, None) => found_here(&args.copy, &stamp),
        },
    };
    let source = against.source.as_ref().map(|(bytes, origin)| Source { bytes, origin: *origin });
    let examined = examine(&bytes, source, against.recorded.as_deref(), &against.vocabulary);
    tell(args.json, &name, &examined)?;
    if examined.holds() {
        Ok(())
    } else if examined.differs() {
        bail!("{name} is not what it says")
    } else {
        bail!("{name} could not be verified: give --repo or --data")
    }
}

fn tell(as_json: bool, name: &str, examined: &Examined) -> anyhow::Result<()> {
    if as_json {
        let told = json!({
            "file": name,
            "holds": examined.holds(),
            "differs": examined.differs(),
            "findings": examined.findings,
            "provenance": examined.provenance,
        });
        out(&serde_json::to_string_pretty(&told)?);
        return Ok(());
    }
    for finding in &examined.findings {
        let word = match finding.outcome {
            Outcome::Holds => paint("holds  ", "32"),
            Outcome::Differs => paint("differs", "31"),
            Outcome::Unknown => paint("unknown", "33"),
        };
        out(&format!("{word}  {}: {}.", label(finding.aspect), sentence(&finding.detail)));
    }
    Ok(())
}

/// Without a word of where: the repository around this folder, else a file beside the copy or here.
fn found_here(copy: &Path, stamp: &Provenance) -> Against {
    let here = Path::new(".");
    let beside = copy.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(here);
    let in_repository = [here, beside].into_iter().find_map(|folder| of_folder(folder, stamp).ok().flatten());
    let source = in_repository.or_else(|| {
        let path = stamp.path.as_deref()?;
        [here, beside].into_iter().find_map(|folder| {
            let bytes = read_file(&folder.join(path)).ok()?;
            (blob_id(&bytes) == stamp.blob).then_some((bytes, Origin::File))
        })
    });
    // A commit cannot be vouched for by a file.
    let source = source.filter(|(_, origin)| *origin != Origin::File || stamp.commit.is_none());
    Against { source, ..Against::default() }
}

fn of_repository(repo: &str, stamp: &Provenance) -> anyhow::Result<Against> {
    let source = if Path::new(repo).exists() {
        of_folder(Path::new(repo), stamp)?
    } else {
        let folder = Temporary::make()?;
        clone_to_look(repo, &folder.0)?;
        of_folder(&folder.0, stamp)?
    };
    Ok(Against { source, ..Against::default() })
}

fn of_folder(folder: &Path, stamp: &Provenance) -> anyhow::Result<Option<(Vec<u8>, Origin)>> {
    let found = proof(folder, stamp.commit.as_deref(), stamp.path.as_deref(), &stamp.blob)?;
    let from = origin(&stamp.blob, stamp.commit.is_some(), Some(&found));
    Ok(found.bytes.map(|bytes| (bytes, from)))
}

/// What a server knows, read while it runs or not: nothing is changed.
fn of_server(data: &Path, stamp: &Provenance, copy: &[u8]) -> anyhow::Result<Against> {
    if !data.is_dir() {
        bail!("there is no data folder {}", data.display());
    }
    let flags = Flags { data: Some(data.to_owned()), ..Flags::default() };
    let config = Config::load(&flags)?;
    let repo = stamp.repo.clone().unwrap_or_default();
    // A name from a file of anybody's is no path.
    let is_name = !repo.is_empty() && !repo.contains(['/', '\\']) && !repo.starts_with('.');
    let found = if is_name {
        proof(&mirror(data, &repo), stamp.commit.as_deref(), stamp.path.as_deref(), &stamp.blob).ok()
    } else {
        None
    };
    let record = record(&config, data, stamp, copy)?;
    let from = origin(&stamp.blob, stamp.commit.is_some(), found.as_ref());
    let source = record.source.or_else(|| found.and_then(|found| found.bytes)).map(|bytes| (bytes, from));
    Ok(Against { source, recorded: record.copy, vocabulary: config.instances.vocabulary })
}

/// What is on record of a copy.
#[derive(Default)]
struct Record {
    /// Its bytes.
    copy: Option<Vec<u8>>,
    /// The blob that was kept when it was made.
    source: Option<Vec<u8>>,
}

/// The record of the copy of these bytes if there is one, else of one of the same provenance.
fn record(config: &Config, data: &Path, stamp: &Provenance, copy: &[u8]) -> anyhow::Result<Record> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let database = Database::open(config.database.url.as_deref(), data).await?;
        let objects = Objects::folder(&data.join("objects"))?;
        let scope = super::admin::console().tenants();
        let filter = InstanceFilter {
            repo: stamp.repo.clone(),
            commit: stamp.commit.clone(),
            limit: MOST,
            ..InstanceFilter::default()
        };
        let all = database.instances(&scope).list(&filter).await.context("the record cannot be read")?;
        let own = crate::entropy::sha256(copy);
        let said = serde_json::to_value(stamp)?;
        let found = all
            .iter()
            .find(|instance| instance.object == own)
            .or_else(|| all.iter().find(|instance| instance.provenance == said));
        let Some(found) = found else { return Ok(Record::default()) };
        let copy = objects.get(&found.object).await?.map(|bytes| bytes.to_vec());
        let source = objects.get(&found.source_object).await?.map(|bytes| bytes.to_vec());
        Ok(Record { copy, source })
    })
}

/// A folder that goes away.
struct Temporary(PathBuf);

impl Temporary {
    fn make() -> anyhow::Result<Self> {
        let name = crate::entropy::id(&crate::clock::SystemClock, &crate::entropy::SystemEntropy);
        let folder = std::env::temp_dir().join(format!("huntshelf-verify-{name}"));
        std::fs::create_dir(&folder).context("no temporary folder can be made")?;
        Ok(Self(folder))
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
