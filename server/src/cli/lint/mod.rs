//! `huntshelf lint`: what is wrong with procedures, for people, editors and CI.

mod changed;
mod formats;
mod looked;
mod text;
pub(in crate::cli) mod trees;

use super::{files, is_coloured_to, paint, say};
use crate::clock::{Clock as _, SystemClock};
use anyhow::{Context, bail};
use catalog::lint::{Baseline, MAX_BASELINE, OwnText, Severity, TeamSettings, rule, rules};
use catalog::team::TEAM_FILE;
use clap::{Args, ValueEnum};
use looked::{Linted, Look};
use std::collections::HashSet;
use std::fmt::Write as _;
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use trees::Trees;

/// Say what is wrong with procedures
///
/// Exits with 0 when there are no errors (warnings may be), with 1 when there are, with 2 when it could not look. A team's
/// settings are those of the table [lint] in each huntshelf.toml from the root of a file's repository down to its folder.
#[derive(Debug, Args)]
pub(super) struct LintArgs {
    /// Notebooks, or folders of them
    #[arg(required_unless_present = "explain", value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// How to write it
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
    /// The file with the table [lint], in place of the repository's own
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Only files that differ from a revision of git
    #[arg(long, value_name = "REV")]
    since: Option<String>,
    /// Mend in the files what can be mended for certain
    #[arg(long)]
    fix: bool,
    /// Do not tell what stands in this file of old findings; say which of them are mended
    #[arg(long, value_name = "FILE")]
    baseline: Option<PathBuf>,
    /// Write what is found into a file of old findings, and exit with 0
    #[arg(long, value_name = "FILE", conflicts_with = "baseline")]
    write_baseline: Option<PathBuf>,
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
    let mut paths = files::found(&args.paths)?;
    if let Some(since) = &args.since {
        let changed = changed::since(since, &args.paths)?;
        paths.retain(|path| path.canonicalize().is_ok_and(|path| changed.contains(&path)));
    }
    let trees = Trees::of(&paths, args.config.as_deref())?;
    let today = SystemClock.now().date_naive();
    let mut linted = Look { trees, today, fix: args.fix }.at(&paths)?;
    // Nothing found is not nothing wrong.
    if linted.is_empty() && args.since.is_none() && args.paths.iter().any(|path| path.is_dir()) {
        bail!("there is no notebook: nothing was looked at");
    }
    if let Some(file) = &args.write_baseline {
        return write_baseline(file, &linted).map(|()| false);
    }
    if let Some(file) = &args.baseline {
        sift(file, &mut linted)?;
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

fn write_baseline(file: &Path, linted: &[Linted]) -> anyhow::Result<()> {
    let mut baseline = Baseline::default();
    for one in linted {
        baseline.add(&one.path, &one.text, &one.findings);
    }
    std::fs::write(file, baseline.write()).with_context(|| file.display().to_string())?;
    say(&format!("{} findings of {} notebooks are in {}", baseline.len(), linted.len(), file.display()));
    Ok(())
}

/// Takes out what is known.
fn sift(file: &Path, linted: &mut [Linted]) -> anyhow::Result<()> {
    let about = || file.display().to_string();
    let mut text = String::new();
    let opened = std::fs::File::open(file).with_context(about)?;
    opened.take(MAX_BASELINE as u64 + 1).read_to_string(&mut text).with_context(about)?;
    let mut baseline = Baseline::read(&text).map_err(|wrong| anyhow::anyhow!("{}: {wrong}", about()))?;
    let before = baseline.len();
    for one in linted.iter_mut() {
        baseline.sift(&one.path, &one.text, &mut one.findings);
    }
    let looked_at: HashSet<&str> = linted.iter().map(|one| one.path.as_str()).collect();
    let known = before - baseline.len();
    if known > 0 {
        say(&format!("{known} old findings are in {} and not told", about()));
    }
    for mended in baseline.mended(|path| looked_at.contains(path)) {
        let times = if mended.count > 1 { format!(", {} times", mended.count) } else { String::new() };
        say(&format!(
            "mended, and can go from {}: {} in {}{times}: {}",
            about(),
            mended.code,
            mended.path,
            mended.excerpt
        ));
    }
    Ok(())
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
        written = match (rule(code), own(code)) {
            (Some(rule), _) => {
                let severity = text::label(rule.severity);
                format!("{} ({}, {severity})\n\n{}", rule.code, rule.group.label(), rule.page())
            }
            (None, Some(own)) => {
                let severity = text::label(own.severity);
                let pattern = own.pattern.as_str();
                format!(
                    "{code} (the team's own, {severity})\n\n# {}\n\n{}\n\nWhat it finds: `{pattern}`\n",
                    own.message, own.help
                )
            }
            (None, None) => bail!("there is no rule `{code}`; `huntshelf lint --explain` lists them"),
        };
    }
    std::io::stdout().lock().write_all(written.as_bytes()).context("standard output is closed")
}

/// A rule of the team in whose folder this runs.
fn own(code: &str) -> Option<OwnText> {
    let here = std::env::current_dir().ok()?;
    let texts = here.ancestors().filter_map(|folder| std::fs::read_to_string(folder.join(TEAM_FILE)).ok());
    texts.take(20).find_map(|text| {
        let team = TeamSettings::new([(TEAM_FILE, text)]);
        team.for_path("").own(code).cloned()
    })
}
