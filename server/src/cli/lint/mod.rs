//! `huntshelf lint`: what is wrong with procedures, for people, editors and CI.

mod formats;
mod text;

use super::files::{self, File};
use super::{is_coloured_to, paint, say};
use anyhow::{Context, bail};
use catalog::attack::Release;
use catalog::lint::{Diagnostic, Finding, Settings, Severity, lint, mend, rule, rules};
use catalog::notebook::{ipynb, myst};
use catalog::procedure::{Understood, understand};
use catalog::repository::FieldMapping;
use catalog::team::{MAX_FILE, TEAM_FILE};
use clap::{Args, ValueEnum};
use std::collections::HashSet;
use std::fmt::Write as _;
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

/// Say what is wrong with procedures
///
/// Exits with 0 when there are no errors (warnings may be), with 1 when there are, with 2 when it could not look. A team's
/// settings are those of the table [lint] in the huntshelf.toml of the repository that the first path is in.
#[derive(Debug, Args)]
pub(super) struct LintArgs {
    /// Notebooks, or folders of them
    #[arg(required_unless_present = "explain", value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// How to write it
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
    /// The file with the table [lint], in place of the repository's huntshelf.toml
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Only files that differ from a revision of git
    #[arg(long, value_name = "REV")]
    since: Option<String>,
    /// Mend in the files what can be mended for certain
    #[arg(long)]
    fix: bool,
    /// Show a rule's page; without a code, list all rules
    #[arg(long, value_name = "CODE", num_args = 0..=1, default_missing_value = "")]
    explain: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    Text,
    Json,
    Sarif,
    Junit,
    Github,
}

/// A file and what was found in it.
struct Linted {
    name: String,
    text: String,
    findings: Vec<Finding>,
}

impl Linted {
    fn count(&self, severity: Severity) -> usize {
        self.findings.iter().filter(|finding| finding.diagnostic.severity == severity).count()
    }
}

pub(super) fn run(args: &LintArgs) -> ExitCode {
    match looked(args) {
        Ok(false) => ExitCode::SUCCESS,
        Ok(true) => ExitCode::from(1),
        Err(error) => {
            say(&format!("{} {error:#}", paint("error:", "31")));
            ExitCode::from(2)
        }
    }
}

/// Whether there are errors.
fn looked(args: &LintArgs) -> anyhow::Result<bool> {
    if let Some(code) = &args.explain {
        return explain(code).map(|()| false);
    }
    let settings = settings(args)?;
    let mut paths = files::found(&args.paths)?;
    if let Some(since) = &args.since {
        let changed = changed_since(since, &args.paths)?;
        paths.retain(|path| path.canonicalize().is_ok_and(|path| changed.contains(&path)));
    }
    let mut linted = Vec::new();
    for path in paths {
        linted.extend(one(files::read(path)?, &settings, args.fix)?);
    }
    // Nothing found is not nothing wrong.
    if linted.is_empty() && args.since.is_none() && args.paths.iter().any(|path| path.is_dir()) {
        bail!("there is no notebook: nothing was looked at");
    }
    let errors: usize = linted.iter().map(|file| file.count(Severity::Error)).sum();
    let written = match args.format {
        Format::Text => text::write(&linted, is_coloured_to(&std::io::stdout())),
        Format::Json => formats::json(&linted),
        Format::Sarif => formats::sarif(&linted),
        Format::Junit => formats::junit(&linted),
        Format::Github => formats::github(&linted),
    };
    std::io::stdout().lock().write_all(written.as_bytes()).context("standard output is closed")?;
    let warnings: usize = linted.iter().map(|file| file.count(Severity::Warning)).sum();
    let infos: usize = linted.iter().map(|file| file.count(Severity::Info)).sum();
    say(&format!("{} notebooks: {errors} errors, {warnings} warnings, {infos} worth knowing", linted.len()));
    Ok(errors > 0)
}

/// Lints one file; none when it is no notebook.
fn one(file: File, settings: &Settings, fix: bool) -> anyhow::Result<Option<Linted>> {
    let File { path, name, bytes } = file;
    let is_json = ipynb::is_path(&name);
    if !is_json && !myst::looks_like_myst(&bytes) && myst::other_format(&bytes).is_none() {
        return Ok(None);
    }
    let Some(findings) = found(&name, &bytes, is_json, settings) else { return Ok(None) };
    let text = String::from_utf8_lossy(&bytes).into_owned();
    if !fix || is_json || text.as_bytes() != bytes {
        return Ok(Some(Linted { name, text, findings }));
    }
    let mended = mend(&text, &findings);
    if mended == text {
        return Ok(Some(Linted { name, text, findings }));
    }
    std::fs::write(&path, &mended).with_context(|| path.display().to_string())?;
    say(&format!("mended: {name}"));
    let findings = found(&name, mended.as_bytes(), is_json, settings).unwrap_or_default();
    Ok(Some(Linted { name, text: mended, findings }))
}

/// What is found in a file; none when it is no notebook of hunting: JSON that says nothing of it.
fn found(name: &str, bytes: &[u8], is_json: bool, settings: &Settings) -> Option<Vec<Finding>> {
    if let Some(other) = myst::other_format(bytes).filter(|_| !is_json) {
        return Some(vec![other.into()]);
    }
    let notebook = if is_json { ipynb::read(bytes) } else { myst::read(bytes) };
    let understood = understand(&notebook, name, &FieldMapping::default(), Release::current());
    if is_json && matches!(understood, Understood::Uncatalogued(_)) {
        return None;
    }
    Some(lint(&notebook, &understood.into_procedure(), settings))
}

/// The team's settings: of the file that is named, or of the repository's own.
fn settings(args: &LintArgs) -> anyhow::Result<Settings> {
    let file = match &args.config {
        Some(file) => Some(file.clone()),
        None => args.paths.first().and_then(|path| team_file(path)),
    };
    let Some(file) = file else { return Ok(Settings::default()) };
    let about = || file.display().to_string();
    let mut text = String::new();
    let opened = std::fs::File::open(&file).with_context(about)?;
    opened.take(MAX_FILE as u64 + 1).read_to_string(&mut text).with_context(about)?;
    if text.len() > MAX_FILE {
        bail!("{} has more than {MAX_FILE} bytes", file.display());
    }
    let settings = Settings::read(&text).map_err(|wrong| {
        let Diagnostic { line, message, help, .. } = *wrong;
        anyhow::anyhow!("{}:{line}: {message}; {help}", file.display())
    })?;
    for code in settings.rules.keys().filter(|code| rule(code).is_none()) {
        say(&format!("{}: there is no rule `{code}`; `huntshelf lint --explain` lists them", file.display()));
    }
    Ok(settings)
}

/// The `huntshelf.toml` of the repository that a path is in.
fn team_file(path: &Path) -> Option<PathBuf> {
    let path = path.canonicalize().ok()?;
    let root = path.ancestors().find(|folder| folder.join(".git").exists())?;
    Some(root.join(TEAM_FILE)).filter(|file| file.is_file())
}

/// The files that differ from a revision, as git tells: changed, added, and not yet added ones.
fn changed_since(revision: &str, paths: &[PathBuf]) -> anyhow::Result<HashSet<PathBuf>> {
    let mut changed = HashSet::new();
    for path in paths {
        let path = path.canonicalize().with_context(|| path.display().to_string())?;
        let folder = if path.is_dir() { path.as_path() } else { path.parent().unwrap_or(&path) };
        let git = |arguments: &[&str]| -> anyhow::Result<Vec<u8>> {
            let done = Command::new("git").arg("-C").arg(folder).args(arguments).output();
            let done = done.context("git cannot be run")?;
            if !done.status.success() {
                bail!("git: {}", String::from_utf8_lossy(&done.stderr).trim());
            }
            Ok(done.stdout)
        };
        let root = git(&["rev-parse", "--show-toplevel"])?;
        let root = PathBuf::from(String::from_utf8_lossy(&root).trim_end_matches('\n'));
        let differing = git(&[
            "diff",
            "--name-only",
            "-z",
            "--no-relative",
            "--diff-filter=d",
            "--end-of-options",
            revision,
            "--",
        ])?;
        let others = git(&["ls-files", "--others", "--exclude-standard", "--full-name", "-z"])?;
        for name in differing.split(|byte| *byte == 0).chain(others.split(|byte| *byte == 0)) {
            if !name.is_empty() {
                changed.extend(root.join(&*String::from_utf8_lossy(name)).canonicalize().ok());
            }
        }
    }
    Ok(changed)
}

fn explain(code: &str) -> anyhow::Result<()> {
    let mut written = String::new();
    if code.is_empty() {
        let mut group = None;
        for rule in rules() {
            if group.replace(rule.group) != Some(rule.group) {
                let _ = writeln!(written, "{}", rule.group.label());
            }
            let _ = writeln!(written, "  {:26} {:8} {}", rule.code, text::label(rule.severity), rule.title());
        }
    } else {
        let Some(rule) = rule(code) else {
            bail!("there is no rule `{code}`; `huntshelf lint --explain` lists them");
        };
        written = format!(
            "{} ({}, {})\n\n{}",
            rule.code,
            rule.group.label(),
            text::label(rule.severity),
            rule.page()
        );
    }
    std::io::stdout().lock().write_all(written.as_bytes()).context("standard output is closed")
}
