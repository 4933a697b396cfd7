//! `huntshelf new`: a procedure to begin with.

use super::lint::trees::Trees;
use super::{out, paint, say};
use anyhow::{Context, bail};
use catalog::attack::{Release, Releases};
use catalog::authoring::{Beginning, Form, Ground, looked_at};
use catalog::instance::Vocabulary;
use catalog::lint::Settings;
use catalog::repository::FieldMapping;
use chrono::NaiveDate;
use clap::Args;
use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::{Path, PathBuf};

/// Begin a procedure: a notebook that lints clean, with queries, their checks and the team's sections
///
/// It goes to standard output, or to a new file; a file that is there stays as it is.
#[derive(Debug, Args)]
pub(super) struct NewArgs {
    /// Its title
    #[arg(long, value_name = "T")]
    title: String,
    /// What it is mapped to: one or several ids of ATT&CK
    #[arg(long, value_name = "ID", num_args = 1.., required = true)]
    technique: Vec<String>,
    /// What it hunts for, in a sentence
    #[arg(long, value_name = "TEXT", default_value = "")]
    description: String,
    /// The telemetry that it reads, each with queries of its own; of Taegis, schemas such as process
    #[arg(long, value_name = "NAME", num_args = 1..)]
    data_source: Vec<String>,
    /// A word that the team filters by
    #[arg(long, value_name = "TAG", num_args = 1..)]
    tag: Vec<String>,
    /// Which service is asked: taegis, sentinel, defender, splunk, elastic, sql, none
    #[arg(long, value_name = "SERVICE", default_value = "taegis")]
    service: String,
    /// Its id; made of the title where none is given
    #[arg(long, value_name = "ID", default_value = "")]
    id: String,
    /// A further key of `hunting`, such as one that the team asks for
    #[arg(long, value_name = "NAME=VALUE")]
    key: Vec<String>,
    /// Name Taegis' parameters as Taegis does: `TAEGIS_TENANT_ID`
    #[arg(long)]
    taegis_names: bool,
    /// What the team asks for, in place of the huntshelf.toml files from the root of the repository down to where it is
    /// written
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// What to write [default: standard output]
    #[arg(short = 'o', long = "output", value_name = "FILE")]
    output: Option<PathBuf>,
}

pub(super) fn run(args: &NewArgs) -> anyhow::Result<()> {
    let place = args.output.clone().unwrap_or_else(|| PathBuf::from("new-procedure.md"));
    let trees = Trees::of(std::slice::from_ref(&place), args.config.as_deref())?;
    let settings = trees.place(&place).map(|placed| placed.settings()).unwrap_or_default();
    let release = super::attack::pinned_at(place.parent().unwrap_or(Path::new("")), &Releases::default())?
        .unwrap_or_else(Release::current);
    let beginning = begin(args, &settings, release, today())?;
    let text = beginning.text();
    let name = place.display().to_string();
    for finding in looked_at(text.as_bytes(), &name, &settings, &FieldMapping::default(), release) {
        let told = &finding.diagnostic;
        say(&format!("{name}:{}: {}: {} [{}]", told.line, told.severity.word(), told.message, told.code));
    }
    match &args.output {
        None => std::io::stdout().lock().write_all(text.as_bytes()).context("standard output is closed"),
        Some(path) => {
            write_new(path, &text)?;
            out(&path.display().to_string());
            Ok(())
        }
    }
}

fn today() -> NaiveDate {
    crate::clock::Clock::now(&crate::clock::SystemClock).date_naive()
}

fn begin(
    args: &NewArgs,
    settings: &Settings,
    release: &Release,
    today: NaiveDate,
) -> anyhow::Result<Beginning> {
    let mut keys = BTreeMap::new();
    for pair in &args.key {
        let (name, value) =
            pair.split_once('=').with_context(|| format!("--key {pair}: write NAME=VALUE"))?;
        keys.insert(name.to_owned(), value.to_owned());
    }
    let form = Form {
        title: args.title.clone(),
        id: args.id.clone(),
        description: args.description.clone(),
        techniques: args.technique.clone(),
        data_sources: args.data_source.clone(),
        tags: args.tag.clone(),
        service: args.service.clone(),
        own_names: args.taegis_names,
        keys,
    };
    let vocabulary = Vocabulary::default();
    let ground = Ground { settings, release, vocabulary: &vocabulary, today };
    Beginning::of(&form, &ground).map_err(|wrong| {
        for one in &wrong {
            say(&format!("{} {}: {}", paint("error:", "31"), flag(&one.field), one.message));
        }
        anyhow::anyhow!("nothing was written")
    })
}

/// The flag of a field of the form.
fn flag(field: &str) -> String {
    match field.split_once('.') {
        Some(("keys", key)) => format!("--key {key}"),
        _ => match field {
            "techniques" => "--technique".to_owned(),
            "data_sources" => "--data-source".to_owned(),
            "tags" => "--tag".to_owned(),
            field => format!("--{field}"),
        },
    }
}

/// Writes a file that is not there yet.
fn write_new(path: &Path, text: &str) -> anyhow::Result<()> {
    let opened = std::fs::OpenOptions::new().write(true).create_new(true).open(path);
    let mut file = match opened {
        Ok(file) => file,
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {
            bail!("{} is there already and stays as it is; name another file with -o", path.display())
        }
        Err(error) => {
            return Err(error).with_context(|| format!("{} cannot be written", path.display()));
        }
    };
    file.write_all(text.as_bytes()).with_context(|| format!("{} cannot be written", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::{Cli, Command};
    use catalog::authoring::Service;
    use clap::Parser;

    fn args(line: &[&str]) -> NewArgs {
        let line = ["huntshelf", "new"].iter().chain(line);
        match Cli::try_parse_from(line).unwrap().command {
            Some(Command::New(args)) => args,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_file_is_written_once_and_lints_clean_by_the_teams_file_above_it() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join(".git")).unwrap();
        std::fs::write(
            folder.path().join("huntshelf.toml"),
            "[lint]\nsections = [\"Hypothesis\", \"Queries\"]\n",
        )
        .unwrap();
        let path = folder.path().join("run-keys.md");
        let args =
            args(&["--title", "Run keys", "--technique", "T1547.001", "T1112", "-o", path.to_str().unwrap()]);
        run(&args).unwrap();
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(text.contains("attack_technique_ids: [T1547.001, T1112]"), "{text}");
        assert!(text.contains("## Hypothesis") && text.contains("## Queries"), "{text}");
        let refused = run(&args).unwrap_err().to_string();
        assert!(refused.contains("stays as it is"), "{refused}");
        assert_eq!(std::fs::read_to_string(&path).unwrap(), text);
    }

    #[test]
    fn every_service_has_its_words() {
        for service in Service::ALL {
            let args = args(&["--title", "x y", "--technique", "T1059", "--service", service.word()]);
            let begun = begin(&args, &Settings::default(), Release::current(), today()).unwrap();
            assert_eq!(begun.service, service);
        }
        let bad = args(&["--title", "x y", "--technique", "T1059", "--key", "owner"]);
        assert!(begin(&bad, &Settings::default(), Release::current(), today()).is_err());
    }
}
