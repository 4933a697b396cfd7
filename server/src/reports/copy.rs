//! The report of a copy: of the notebook that came back, else of the copy itself. The API and the page both come here.

use super::bundle::bundle;
use super::{names, pdf};
use crate::app::App;
use crate::auth::{Principal, Role};
use crate::copies::returned::read;
use crate::copies::verify::kept;
use crate::db::instances::Instance;
use crate::db::lives::Named;
use crate::db::not_leaks::NotLeak;
use crate::db::returns::Returned;
use crate::entropy::sha256;
use crate::http::problem::{Problem, sentence};
use crate::routes::api::instances::bytes;
use axum::body::Bytes;
use axum::http::StatusCode;
use catalog::notebook::{Notebook, ipynb, myst};
use catalog::report::gate::{Finding, Gate, check};
use catalog::report::{self, About, Bytes as Hashed, Manifest, Naming, Of, Passed, Settings};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::sync::Arc;
use tokio::sync::Semaphore;
use utoipa::ToSchema;

/// Longest reason, in characters.
const MAX_REASON: usize = 2_000;
/// What the record of deeds calls an export.
pub const EXPORT: &str = "report.export";
/// What it calls the judgement that something is no leak.
pub const NOT_A_LEAK: &str = "report.not-a-leak";

/// How a report is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    /// As nbconvert writes it.
    Markdown,
    /// The same with its pictures and its manifest, in one zip.
    Zip,
    /// One file.
    Html,
    /// The same on paper, where the server has a chromium.
    Pdf,
}

impl Format {
    /// Its name.
    pub fn word(self) -> &'static str {
        match self {
            Self::Markdown => "markdown",
            Self::Zip => "zip",
            Self::Html => "html",
            Self::Pdf => "pdf",
        }
    }

    /// The media type of its bytes.
    pub fn media(self) -> &'static str {
        match self {
            Self::Markdown => "text/markdown; charset=utf-8",
            Self::Zip => "application/zip",
            Self::Html => "text/html; charset=utf-8",
            Self::Pdf => "application/pdf",
        }
    }

    fn ending(self) -> &'static str {
        match self {
            Self::Markdown => "md",
            Self::Zip => "zip",
            Self::Html => "html",
            Self::Pdf => "pdf",
        }
    }
}

/// The notebook of a copy's report, and what the gate says of it.
#[derive(Debug, Clone)]
pub struct Looked {
    /// The notebook.
    pub notebook: Arc<Notebook>,
    /// What came back; none where the report is of the copy itself.
    pub version: Option<Returned>,
    /// What must not leave.
    pub findings: Vec<Finding>,
    /// How many findings were judged to be no leak.
    pub accepted: usize,
    /// What its cover says.
    pub about: About,
    bytes: Bytes,
    settings: Settings,
}

/// Reads the notebook of a copy's report and has the gate look at it: the newest that came back, or the one of a version.
///
/// # Errors
/// 404 when there is no such version, 422 when the notebook can be read in part only.
pub async fn look(
    app: &App,
    who: &Principal,
    copy: &Instance,
    version: Option<&str>,
) -> Result<Looked, Problem> {
    let scope = who.tenants();
    let mut versions = app.database.instances(&scope).returns(&copy.id).await?;
    let version = match version {
        Some(id) => {
            let place = versions.iter().position(|one| one.id == id);
            let place = place.ok_or_else(|| Problem::not_found(format!("version {id} of this copy")))?;
            Some(versions.swap_remove(place))
        }
        None => (!versions.is_empty()).then(|| versions.swap_remove(0)),
    };
    let own = match &version {
        Some(version) => kept(app, &version.object).await?.ok_or_else(Problem::internal)?,
        None => bytes(app, copy).await?,
    };
    let source = kept(app, &copy.source_object).await?;
    let known = names::of_copy(app, who, copy).await?;
    let judged = app.database.not_leaks().await?;
    let repo = copy.repo.clone();
    let settings = app
        .read(move |library| Ok(library.team(&repo).map(|team| team.report.clone())))
        .await?
        .unwrap_or_default();
    let is_json = ipynb::is_path(&copy.path);
    let about = about(app, copy, version.as_ref());
    let (read_bytes, words) = (own.clone(), settings.words.clone());
    let (notebook, all) = app
        .pool
        .run(move || {
            let notebook = read(&read_bytes);
            let source = source.map(|bytes| if is_json { ipynb::read(&bytes) } else { myst::read(&bytes) });
            let gate =
                Gate { names: Some(&known), words: &words, procedure: source.as_ref(), accepted: None };
            let findings = check(&notebook, &gate);
            (notebook, findings)
        })
        .await?;
    if let Some(wrong) = notebook.blocking() {
        let detail = format!("{}.", sentence(&wrong.message));
        let problem = Problem::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "unreadable",
            "The notebook cannot be read as a whole",
            detail,
        );
        return Err(problem.remedy("Bring it back anew; a part of it makes no report."));
    }
    let count = all.len();
    let findings: Vec<Finding> = all.into_iter().filter(|finding| !judged.contains(&finding.key)).collect();
    let accepted = count - findings.len();
    Ok(Looked { notebook: Arc::new(notebook), version, findings, accepted, about, bytes: own, settings })
}

fn about(app: &App, copy: &Instance, version: Option<&Returned>) -> About {
    let tenant = copy.tenant.as_ref();
    let window = &copy.provenance["window"];
    let side = |key: &str| window[key].as_str().unwrap_or_default().replace('T', " ").replace(":00Z", " UTC");
    About {
        title: copy.title.trim().to_owned(),
        customer: tenant.map(|tenant| tenant.customer.clone()).unwrap_or_default(),
        tenant: tenant.map(|tenant| tenant.name.clone()).unwrap_or_default(),
        window: if window.is_object() {
            format!("{} to {}", side("from"), side("to"))
        } else {
            String::new()
        },
        analyst: version.map_or_else(|| copy.created_name.clone(), |version| version.created_by.name.clone()),
        revision: copy.commit.chars().take(12).collect(),
        date: app.clock.now().format("%Y-%m-%d").to_string(),
    }
}

/// A report that was let out.
#[derive(Debug, Clone)]
pub struct Exported {
    /// What to call the file.
    pub name: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// The files beside it.
    pub files: Vec<report::File>,
    /// What goes with it.
    pub manifest: Manifest,
}

/// Writes the report of a copy, unless the gate found something that nobody answers for.
///
/// # Errors
/// 403 without the role: [`Role::Lead`] where findings are overridden; 409 where the gate stops it; 422 where no reason is
/// given; 501 where it is to be printed and nothing here prints.
pub async fn export(
    app: &App,
    who: &Principal,
    copy: &Instance,
    looked: Looked,
    format: Format,
    reason: Option<&str>,
) -> Result<Exported, Problem> {
    let reason = reason.map(str::trim);
    if reason.is_some_and(|reason| reason.is_empty() || reason.chars().count() > MAX_REASON) {
        return Err(no_reason("To let a report out in spite of what was found"));
    }
    match (looked.findings.is_empty(), reason) {
        (true, _) => {}
        (false, Some(_)) => who.require(Role::Lead)?,
        (false, None) => return Err(stopped(&looked.findings)),
    }
    let reason = reason.filter(|_| !looked.findings.is_empty()).map(str::to_owned);
    let stem = stem_of(copy);
    let (looked, own, mut bytes, files) = app.pool.run(move || written(looked, format, &stem)).await?;
    let name = format!("{}.{}", stem_of(copy), format.ending());
    if format == Format::Pdf {
        bytes = printed(bytes).await?;
    }
    let beside = files.iter().map(|file| Hashed::of(&file.path, &file.bytes)).collect();
    let of = Of { copy: Some(copy.id.clone()), ..Of::notebook(&looked.notebook, &own) };
    let passed =
        Passed { findings: looked.findings, accepted: looked.accepted, overridden: reason, knew_names: true };
    // A zip is named by what is read in it: it holds the manifest itself.
    let read = if format == Format::Zip { format!("{}.md", stem_of(copy)) } else { name.clone() };
    let manifest =
        Manifest::new(&looked.notebook, of, format.word(), Hashed::of(&read, &bytes), beside, passed);
    if format == Format::Zip {
        bytes = bundle(&stem_of(copy), &bytes, &files, &manifest).map_err(|error| {
            tracing::error!(%error, "a report could not be packed");
            Problem::internal()
        })?;
    }
    Ok(Exported { name, bytes, files, manifest })
}

fn stem_of(copy: &Instance) -> String {
    copy.file_name.strip_suffix(".ipynb").unwrap_or(&copy.file_name).to_owned()
}

/// The report, in HTML where it is to be printed, and the files beside it.
fn written(looked: Looked, format: Format, stem: &str) -> (Looked, Bytes, Vec<u8>, Vec<report::File>) {
    let folder = format!("{stem}_files");
    let (bytes, files) = match format {
        Format::Markdown | Format::Zip => {
            let made = report::export(&looked.notebook, &Naming { stem, folder: Some(&folder) });
            (made.text.into_bytes(), made.files)
        }
        Format::Html | Format::Pdf => {
            (report::html(&looked.notebook, &looked.about, &looked.settings).into_bytes(), Vec::new())
        }
    };
    let own = looked.bytes.clone();
    (looked, own, bytes, files)
}

/// Prints one report after the other: each takes a browser.
async fn printed(html: Vec<u8>) -> Result<Vec<u8>, Problem> {
    static ONE: Semaphore = Semaphore::const_new(1);
    let _turn = ONE.acquire().await.map_err(|_| Problem::internal())?;
    let html = String::from_utf8(html).map_err(|_| Problem::internal())?;
    let printed =
        tokio::task::spawn_blocking(move || pdf::print(&html)).await.map_err(|_| Problem::internal())?;
    printed.map_err(|error| {
        let status = match error {
            pdf::PdfError::NoChromium => StatusCode::NOT_IMPLEMENTED,
            _ => StatusCode::SERVICE_UNAVAILABLE,
        };
        Problem::new(status, "no-pdf", "There is no PDF", format!("{}.", sentence(&error.to_string())))
            .remedy("Take the HTML, and print it from a browser.")
    })
}

/// Puts on record that a report was let out.
///
/// # Errors
/// When the database fails.
pub async fn note(app: &App, who: &Principal, copy: &Instance, exported: &Exported) -> Result<(), Problem> {
    let manifest = &exported.manifest;
    let text = serde_json::to_string(manifest).unwrap_or_default();
    let codes: Vec<&str> = manifest.gate.findings.iter().map(|finding| finding.code.as_str()).collect();
    let detail = json!({
        "format": manifest.format,
        "sha256": manifest.report.sha256,
        "notebook_sha256": manifest.of.sha256,
        "manifest_sha256": sha256(text.as_bytes()),
        "findings": codes,
        "override": manifest.gate.overridden,
    });
    Ok(app.note(who, EXPORT, &copy.id, &detail).await?)
}

/// Puts on record that a finding of a copy's report is no leak.
///
/// # Errors
/// 403 without the role, 404 when the gate finds no such thing, 422 where no reason is given.
pub async fn judge(
    app: &App,
    who: &Principal,
    copy: &Instance,
    looked: &Looked,
    key: &str,
    reason: &str,
) -> Result<(), Problem> {
    who.require(Role::Lead)?;
    let reason = reason.trim();
    if reason.is_empty() || reason.chars().count() > MAX_REASON {
        return Err(no_reason("To say that something is no leak"));
    }
    let finding = looked.findings.iter().find(|finding| finding.key == key);
    let finding = finding.ok_or_else(|| Problem::not_found(format!("finding {key} in this report")))?;
    let judged = NotLeak {
        finding: finding.key.clone(),
        excerpt: finding.excerpt.clone(),
        reason: reason.to_owned(),
        created_at: app.clock.now(),
        created_by: Named { id: who.id.clone(), name: who.name.clone() },
    };
    app.database.add_not_leak(&judged).await?;
    let detail = json!({"finding": judged.finding, "reason": judged.reason});
    Ok(app.note(who, NOT_A_LEAK, &copy.id, &detail).await?)
}

fn no_reason(what: &str) -> Problem {
    let detail = format!("{what} takes a reason, of at most {MAX_REASON} characters.");
    Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "no-reason", "A reason is wanted", detail)
        .remedy("Say why; it stays on record.")
}

/// The report is stopped, and by what.
pub fn stopped(findings: &[Finding]) -> Problem {
    let each = findings.iter().take(20).map(|finding| format!("cell {}: {}", finding.cell, finding.message));
    let mut said: Vec<String> = each.collect();
    said.dedup();
    let count = if findings.len() == 1 {
        "1 finding stops".to_owned()
    } else {
        format!("{} findings stop", findings.len())
    };
    Problem::new(
        StatusCode::CONFLICT,
        "report-stopped",
        "The report is stopped",
        format!("{count} the report: {}.", said.join("; ")),
    )
    .remedy(
        "Mend them and bring the notebook back, have a lead say what is no leak, or override with a reason.",
    )
}
