//! `huntshelf verify`: whether a copy is what it says.

use super::client::{Client, told};
use super::convert::read_file;
use super::{out, paint, say};
use crate::config::{Config, Flags};
use crate::copies::releasing;
use crate::copies::verify::{found_in, has_bytes, label, mirror_named, origin};
use crate::db::Database;
use crate::db::instances::{Instance, InstanceFilter};
use crate::db::releases::Release;
use crate::http::problem::sentence;
use crate::objects::Objects;
use anyhow::{Context, bail};
use catalog::instance::{
    Examined, Finding, Origin, Outcome, Provenance, Source, Vocabulary, blob_id, examine, provenance,
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
    #[arg(long, value_name = "URL|PATH", conflicts_with_all = ["data", "server"])]
    repo: Option<String>,
    /// The data folder of the server that made it: its record, its mirror, and what it kept
    #[arg(long, value_name = "DIR", conflicts_with = "server")]
    data: Option<PathBuf>,
    /// Have this server verify it, `https://…`: by its record, by the blobs that it kept, by what was released
    #[arg(long, value_name = "URL")]
    server: Option<String>,
    /// A file that holds the token for the server; `-` is standard input
    #[arg(long, value_name = "FILE", requires = "server")]
    token_file: Option<PathBuf>,
    /// The variable of the environment that holds it
    #[arg(long, value_name = "NAME", requires = "server", conflicts_with = "token_file")]
    token_env: Option<String>,
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
    /// What was released, where there is a record.
    releases: Option<Vec<Release>>,
}

pub(super) fn run(args: &VerifyArgs) -> anyhow::Result<()> {
    let name = args.copy.display().to_string();
    let bytes = read_file(&args.copy)?;
    if let Some(server) = &args.server {
        let client = Client::of(server, args.token_file.as_deref(), args.token_env.as_deref())?;
        let examined = by_server(&client, &bytes, &name)?;
        tell(args.json, &name, &examined)?;
        return ended(&name, &examined, "its procedure is not among the server's repositories");
    }
    let against = match provenance(&ipynb::read(&bytes)) {
        None => Against::default(),
        Some(stamp) => match (&args.data, &args.repo) {
            (Some(data), _) => of_server(data, &stamp, &bytes)?,
            (None, Some(repo)) => of_repository(repo, &stamp)?,
            (None, None) => found_here(&args.copy, &stamp),
        },
    };
    let source = against.source.as_ref().map(|(bytes, origin)| Source { bytes, origin: *origin });
    let mut examined = examine(&bytes, source, against.recorded.as_deref(), &against.vocabulary);
    if let Some(releases) = &against.releases {
        examined.vouch(&releasing::vouched(releases));
    }
    tell(args.json, &name, &examined)?;
    ended(&name, &examined, "give --repo, --data or --server")
}

/// Exits by what was seen.
fn ended(name: &str, examined: &Examined, remedy: &str) -> anyhow::Result<()> {
    if examined.holds() {
        Ok(())
    } else if examined.differs() {
        bail!("{name} is not what it says")
    } else {
        bail!("{name} could not be verified: {remedy}")
    }
}

/// What a server says of a file.
fn by_server(client: &Client, bytes: &[u8], name: &str) -> anyhow::Result<Examined> {
    let (status, body) = client.post("/instances/verify", "application/x-ipynb+json", bytes)?;
    let answer = told(status, &body)?;
    let findings: Vec<Finding> = serde_json::from_value(answer["findings"].clone())
        .context("the server's answer makes no sense: is it of this version?")?;
    if answer["instance"].is_null() {
        say(&format!("{} {name} is of no copy on the server's record", paint("note:", "33")));
    }
    Ok(Examined { provenance: provenance(&ipynb::read(bytes)), findings })
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
    let found = mirror_named(data, stamp.repo.as_deref()).and_then(|mirror| found_in(&mirror, stamp));
    let record = record(&config, data, stamp, copy)?;
    let from = origin(&stamp.blob, stamp.commit.is_some(), found.as_ref());
    let source = record.source.or_else(|| found.and_then(|found| found.bytes)).map(|bytes| (bytes, from));
    let vocabulary = config.instances.vocabulary;
    Ok(Against { source, recorded: record.copy, vocabulary, releases: Some(record.releases) })
}

/// What is on record of a copy.
#[derive(Default)]
struct Record {
    /// Its bytes.
    copy: Option<Vec<u8>>,
    /// The blob that was kept when it was made.
    source: Option<Vec<u8>>,
    /// What was released of it, the oldest first.
    releases: Vec<Release>,
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
        let mut found: Option<(Instance, Vec<Release>)> = None;
        for instance in all.into_iter().filter(|instance| releasing::is_of(instance, &said)) {
            let releases = database.instances(&scope).releases(&instance.id).await?;
            if has_bytes(&instance, &releases, &own) {
                found = Some((instance, releases));
                break;
            }
            found.get_or_insert((instance, releases));
        }
        let Some((found, releases)) = found else { return Ok(Record::default()) };
        let handed = releasing::version(&found, &releases, Some(&said));
        let copy = objects.get(&handed).await?.map(|bytes| bytes.to_vec());
        let source = objects.get(&found.source_object).await?.map(|bytes| bytes.to_vec());
        Ok(Record { copy, source, releases })
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
