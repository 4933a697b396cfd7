//! `huntshelf report`: what the customer gets of a notebook, past the gate.

mod written;

use super::convert::{Format as Notation, read_file, tell};
use super::lint::trees::{root, team_text};
use super::{out, paint, say};
use crate::clock::{Clock as _, SystemClock};
use crate::reports::pdf;
use anyhow::{Context, bail};
use catalog::instance::provenance;
use catalog::notebook::Notebook;
use catalog::procedure::first_heading;
use catalog::report::gate::{Finding, Gate, Names, check};
use catalog::report::{About, Bytes, Manifest, Naming, Of, Passed, Settings, export, html};
use catalog::team::TEAM_FILE;
use clap::{Args, ValueEnum};
use std::collections::BTreeSet;
use std::io::{IsTerminal as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Write what the customer gets of a notebook
///
/// As nbconvert leaves it, without inputs, raw cells and what the tags remove. A gate looks first for what must not leave:
/// exits with 1 and a list where it stops the report, with 2 when none could be made. With -o a manifest goes beside the
/// report, and the pictures of markdown into a folder.
#[derive(Debug, Args)]
pub(super) struct ReportArgs {
    /// The notebook: MyST or ipynb
    #[arg(value_name = "NOTEBOOK")]
    notebook: PathBuf,
    /// What to write
    #[arg(long, value_enum, default_value = "markdown")]
    format: Format,
    /// Where to; standard output without it
    #[arg(short, long, value_name = "OUT")]
    output: Option<PathBuf>,
    /// Whose report it is, and who else there is: JSON, {"this": {"names": [], "keys": []}, "others": [{"names": [], "keys": []}]}
    #[arg(long, value_name = "FILE")]
    names: Option<PathBuf>,
    /// The procedure that the notebook is a copy of: what still says what it asks is unfilled
    #[arg(long, value_name = "FILE")]
    procedure: Option<PathBuf>,
    /// A finding that is no leak, by the key that is told with it
    #[arg(long, value_name = "KEY")]
    accept: Vec<String>,
    /// Let the report out in spite of what was found, and why; the manifest says so
    #[arg(long, value_name = "REASON")]
    r#override: Option<String>,
    /// The file with the table [report], in place of the repository's huntshelf.toml
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Whom the report is for, on its cover
    #[arg(long, value_name = "NAME")]
    customer: Option<String>,
    /// Who hunted, on its cover
    #[arg(long, value_name = "NAME")]
    analyst: Option<String>,
    /// Tell what the gate found as JSON, on standard output
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    Markdown,
    Html,
    Pdf,
}

impl Format {
    fn name(self) -> &'static str {
        match self {
            Self::Markdown => "markdown",
            Self::Html => "html",
            Self::Pdf => "pdf",
        }
    }
}

pub(super) fn run(args: &ReportArgs) -> ExitCode {
    match report(args) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        Err(error) => {
            say(&format!("{} {error:#}", paint("error:", "31")));
            ExitCode::from(2)
        }
    }
}

/// Whether the gate let it pass.
fn report(args: &ReportArgs) -> anyhow::Result<bool> {
    let name = args.notebook.display().to_string();
    let bytes = read_file(&args.notebook)?;
    let notebook = Notation::of(&args.notebook).unwrap_or_else(|| Notation::seen_in(&bytes)).read(&bytes);
    if notebook.blocking().is_some() {
        tell(&notebook, &name);
        bail!("{name} cannot be read as a whole, and a part of it makes no report");
    }
    if args.r#override.as_ref().is_some_and(|reason| reason.trim().is_empty()) {
        bail!("--override wants a reason");
    }
    let settings = settings(args)?;
    let names = args.names.as_deref().map(names).transpose()?;
    let procedure = args.procedure.as_deref().map(other).transpose()?;
    let gate =
        Gate { names: names.as_ref(), words: &settings.words, procedure: procedure.as_ref(), accepted: None };
    let accepted: BTreeSet<String> = args.accept.iter().cloned().collect();
    let (known, found): (Vec<Finding>, Vec<Finding>) =
        check(&notebook, &gate).into_iter().partition(|finding| accepted.contains(&finding.key));
    if !found.is_empty() {
        told(&name, &found);
        if args.json && args.r#override.is_none() {
            out(&serde_json::to_string_pretty(&found)?);
        }
        let count =
            if found.len() == 1 { "1 finding".to_owned() } else { format!("{} findings", found.len()) };
        if args.r#override.is_none() {
            say(&format!("{} {count} in {name}: no report is written", paint("stopped:", "31")));
            say("  mend them, or say `--accept KEY` of what is no leak, or `--override REASON`");
            return Ok(false);
        }
        say(&format!(
            "{} {count} in {name} let out: {}",
            paint("warning:", "33"),
            args.r#override.as_deref().unwrap_or_default()
        ));
    }
    let passed = Passed {
        findings: found,
        accepted: known.len(),
        overridden: args.r#override.clone(),
        knew_names: names.is_some(),
    };
    write(args, &notebook, &bytes, &settings, passed)?;
    Ok(true)
}

fn write(
    args: &ReportArgs,
    notebook: &Notebook,
    bytes: &[u8],
    settings: &Settings,
    passed: Passed,
) -> anyhow::Result<()> {
    let stem = stem(args.output.as_deref().unwrap_or(&args.notebook));
    let folder = format!("{stem}_files");
    let (report, files) = match args.format {
        Format::Markdown => {
            let made = export(notebook, &Naming { stem: &stem, folder: Some(&folder) });
            (made.text.into_bytes(), made.files)
        }
        Format::Html => (html(notebook, &about(args, notebook), settings).into_bytes(), Vec::new()),
        Format::Pdf => (pdf::print(&html(notebook, &about(args, notebook), settings))?, Vec::new()),
    };
    let Some(output) = &args.output else {
        if args.format == Format::Pdf && std::io::stdout().is_terminal() {
            bail!("a PDF is not for a terminal: say where to with -o");
        }
        if !files.is_empty() {
            say(&format!(
                "{} {} files beside the text are not written: say where to with -o",
                paint("note:", "33"),
                files.len()
            ));
        }
        return std::io::stdout().lock().write_all(&report).context("standard output is closed");
    };
    let beside = written::files(output, &files)?;
    std::fs::write(output, &report).with_context(|| format!("{} cannot be written", output.display()))?;
    let own = output.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
    let manifest = Manifest::new(
        notebook,
        Of::notebook(notebook, bytes),
        args.format.name(),
        Bytes::of(&own, &report),
        beside,
        passed,
    );
    let mut path = output.clone().into_os_string();
    path.push(".manifest.json");
    let text = serde_json::to_string_pretty(&manifest)? + "\n";
    std::fs::write(&path, text).with_context(|| format!("{} cannot be written", Path::new(&path).display()))
}

/// What files beside a report are named after.
fn stem(path: &Path) -> String {
    let name = path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
    name.rsplit_once('.').map_or(name.clone(), |(stem, _)| stem.to_owned())
}

fn about(args: &ReportArgs, notebook: &Notebook) -> About {
    let said = |key: &str| notebook.hunting().and_then(|hunting| hunting.get(key)?.as_str());
    let own = provenance(notebook);
    let own = own.as_ref();
    let window = own.and_then(|own| own.window);
    About {
        title: said("title")
            .map(|title| title.trim().to_owned())
            .or_else(|| first_heading(notebook))
            .unwrap_or_else(|| stem(&args.notebook)),
        customer: args.customer.clone().unwrap_or_default(),
        tenant: own.and_then(|own| own.tenant.clone()).unwrap_or_default(),
        window: window.map(|window| written::window(&window)).unwrap_or_default(),
        analyst: args.analyst.clone().unwrap_or_default(),
        revision: own
            .and_then(|own| own.commit.as_deref())
            .map(|commit| commit.chars().take(12).collect())
            .unwrap_or_default(),
        date: SystemClock.now().format("%Y-%m-%d").to_string(),
    }
}

fn settings(args: &ReportArgs) -> anyhow::Result<Settings> {
    let Some(file) = args.config.clone().or_else(|| team_file(&args.notebook)) else {
        return Ok(Settings::default());
    };
    let text = team_text(&file)?;
    Settings::read(&text).map_err(|wrong| {
        anyhow::anyhow!("{}:{}: {}; {}", file.display(), wrong.line, wrong.message, wrong.help)
    })
}

fn names(file: &Path) -> anyhow::Result<Names> {
    let bytes = read_file(file)?;
    serde_json::from_slice(&bytes).with_context(|| format!("{} does not say who there is", file.display()))
}

fn other(file: &Path) -> anyhow::Result<Notebook> {
    let bytes = read_file(file)?;
    Ok(Notation::of(file).unwrap_or_else(|| Notation::seen_in(&bytes)).read(&bytes))
}

/// What the gate found, as `file:line`, which editors follow.
fn told(name: &str, findings: &[Finding]) {
    for found in findings {
        let line = if found.line > 0 { format!(":{}", found.line) } else { String::new() };
        let place = match (found.output, found.row) {
            (Some(output), row) => format!("cell {}, output {}, line {row}", found.cell, output + 1),
            (None, 0) => format!("cell {}", found.cell),
            (None, row) => format!("cell {}, line {row}", found.cell),
        };
        say(&format!("{name}{line}: {place}: {} [{}]", found.message, found.code));
        if !found.excerpt.is_empty() {
            say(&format!("  | {}", found.excerpt));
        }
        say(&format!("  {}", found.help));
        say(&format!("  --accept {}", found.key));
    }
}

/// The `huntshelf.toml` of the repository that a path is in.
fn team_file(path: &Path) -> Option<PathBuf> {
    let path = path.canonicalize().ok()?;
    Some(root(path.parent()?).join(TEAM_FILE)).filter(|file| file.is_file())
}
