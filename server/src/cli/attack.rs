//! `huntshelf attack`: what ATT&CK says of the ids in files, and a patch for those that it replaced.

use super::files;
use super::{out, say};
use crate::config;
use anyhow::{Context, bail};
use catalog::attack::{Release, Releases, Remapped, Stale, Status, remap};
use catalog::diff;
use catalog::repository::FieldMapping;
use catalog::team::{MAX_FILE, TEAM_FILE, Team, Wrong};
use clap::{Args, Subcommand};
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};

#[derive(Debug, Subcommand)]
pub(super) enum AttackCommand {
    /// List the technique ids that a release does not have in use; exit 1 when there are any
    Check(AttackArgs),
    /// Print a patch that replaces the revoked ones, for `git apply`
    Remap(AttackArgs),
}

#[derive(Debug, Args)]
pub(super) struct AttackArgs {
    /// Notebooks, or folders of them
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// The release: 19.2, 18.1, mobile-18.1, ics-18.1; without it the bundle's, the one that the repository's
    /// huntshelf.toml names, or 19.2
    #[arg(long, value_name = "VERSION")]
    to: Option<String>,
    /// A STIX 2.1 bundle as MITRE publishes it, enterprise-attack-19.2.json
    #[arg(long, value_name = "FILE")]
    bundle: Option<PathBuf>,
}

impl AttackArgs {
    fn release(&self) -> anyhow::Result<&'static Release> {
        let bundle = self.bundle.as_ref().map(|file| config::attack::read(file, None)).transpose()?;
        let own = bundle.as_ref().map(Release::title);
        let releases = Releases::with(bundle.into_iter().collect());
        match self.to.as_ref().or(own.as_ref()) {
            None => Ok(self.pinned(&releases)?.unwrap_or(releases.shown())),
            Some(name) => releases
                .find(name)
                .with_context(|| format!("ATT&CK {name} is not known; there are {}", releases.names())),
        }
    }

    /// The release that the repositories of the paths are held to, which must be the same for all.
    fn pinned(&self, releases: &Releases) -> anyhow::Result<Option<&'static Release>> {
        let mut pinned: Option<(&Path, Option<&'static Release>)> = None;
        for path in &self.paths {
            let release = pinned_at(path, releases)?;
            match pinned {
                Some((other, one)) if one.map(Release::title) != release.map(Release::title) => bail!(
                    "{} and {} belong to repositories that are held to different releases of ATT&CK: name one with --to",
                    other.display(),
                    path.display()
                ),
                _ => pinned = Some((path, release)),
            }
        }
        Ok(pinned.and_then(|(_, release)| release))
    }
}

/// The release that the repository of a path is held to by its `huntshelf.toml`.
pub(super) fn pinned_at(path: &Path, releases: &Releases) -> anyhow::Result<Option<&'static Release>> {
    let path = if path.as_os_str().is_empty() { Path::new(".") } else { path };
    let Ok(path) = path.canonicalize() else { return Ok(None) };
    let Some(root) = path.ancestors().find(|folder| folder.join(".git").exists()) else { return Ok(None) };
    let file = root.join(TEAM_FILE);
    if !file.is_file() {
        return Ok(None);
    }
    let mut bytes = Vec::new();
    let opened = std::fs::File::open(&file).with_context(|| file.display().to_string())?;
    // One byte more than is read of one, so that it is told apart.
    opened.take(MAX_FILE as u64 + 1).read_to_end(&mut bytes).with_context(|| file.display().to_string())?;
    let mut team = Team::default();
    team.read_file(&bytes, releases);
    for Wrong { path, diagnostic } in &team.problems {
        say(&format!("{path}:{}: {}; {}", diagnostic.line, diagnostic.message, diagnostic.help));
    }
    let release = team.release(releases);
    if let Some(release) = release {
        say(&format!("{} holds its files to ATT&CK {}.", file.display(), release.version()));
    }
    Ok(release)
}

pub(super) fn run(command: &AttackCommand) -> anyhow::Result<()> {
    match command {
        AttackCommand::Check(args) => check(args),
        AttackCommand::Remap(args) => patch(args),
    }
}

fn check(args: &AttackArgs) -> anyhow::Result<()> {
    let release = args.release()?;
    let (mut found, mut files) = (0, 0);
    each(args, release, |path, _, remapped| {
        files += 1;
        found += remapped.stale.len();
        for stale in &remapped.stale {
            out(&format!("{path}:{}: {}", stale.line, told(stale, release)));
        }
        Ok(())
    })?;
    if found > 0 {
        bail!("{found} technique ids in {files} notebooks are not in use in ATT&CK {}", release.version());
    }
    say(&format!("{files} notebooks: every technique id is in use in ATT&CK {}.", release.version()));
    Ok(())
}

fn patch(args: &AttackArgs) -> anyhow::Result<()> {
    let release = args.release()?;
    each(args, release, |path, text, remapped| {
        for stale in remapped.stale.iter().filter(|stale| !stale.replaced) {
            say(&format!("left as it is: {path}:{}: {}", stale.line, told(stale, release)));
        }
        let patch = diff::patch(path, text, &remapped.text);
        std::io::stdout().lock().write_all(patch.as_bytes()).context("standard output is closed")
    })
}

fn told(stale: &Stale, release: &Release) -> String {
    let Stale { id, name, status, replaced_by, .. } = stale;
    let version = release.version();
    let what = match status {
        Status::Active => "is in use".to_owned(),
        Status::Revoked => match replaced_by {
            Some(next) => format!("was revoked; {next} {} replaced it", release.full_name(next)),
            None => "was revoked".to_owned(),
        },
        Status::Deprecated => "is deprecated and was not replaced".to_owned(),
        Status::Foreign => format!("is of another domain than {}", release.domain()),
        Status::Unknown => format!("is not in ATT&CK {version}"),
    };
    let name = if name.is_empty() { String::new() } else { format!("{name} ") };
    format!("{id} {name}{what}")
}

/// Looks through every notebook that the command line names, in order.
fn each(
    args: &AttackArgs,
    release: &Release,
    mut tell: impl FnMut(&str, &str, Remapped) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    for path in files::found(&args.paths)? {
        let file = files::read(path)?;
        if let Some(text) = file.text() {
            tell(&file.name, text, remap(text, &file.name, &FieldMapping::default(), release))?;
        }
    }
    Ok(())
}
