//! `huntshelf diff`: two notebooks compared, by cell and by metadata field.

mod markdown;
mod shown;
mod text;

use super::convert::{Format as Written, bounded, read_file};
use super::{is_coloured_to, say};
use crate::routes::api::compared;
use crate::routes::api::diff::DiffAnswer;
use crate::routes::api::item::ChangeItem;
use anyhow::{Context, bail};
use catalog::attack::Release;
use catalog::diff::{self, Change, NotebookDiff};
use catalog::notebook::{Notebook, myst};
use catalog::procedure::{Procedure, understand};
use catalog::repository::FieldMapping;
use clap::{Args, ValueEnum};
use std::io::{IsTerminal, Write};
use std::path::{Path, PathBuf};

/// Compare two notebooks by cell and by metadata field
///
/// Exits with 0 whether they are equal or not, with 1 when they cannot be compared. /dev/null stands for a notebook that is
/// not there.
#[derive(Debug, Args)]
pub(super) struct DiffArgs {
    /// The older notebook: MyST or ipynb; `-` is standard input
    #[arg(value_name = "OLD")]
    old: PathBuf,
    /// The newer notebook; `-` is standard input
    #[arg(value_name = "NEW")]
    new: PathBuf,
    /// How to write it: for people, for programs, or as a comment on a pull request
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    Text,
    Json,
    Markdown,
}

/// One of the two.
struct Side {
    name: String,
    /// None where there is no such notebook.
    read: Option<(Notebook, Procedure)>,
    /// As MyST.
    text: String,
}

impl Side {
    fn read(path: &Path) -> anyhow::Result<Self> {
        let name =
            if is_standard_input(path) { "standard input".to_owned() } else { path.display().to_string() };
        if path == Path::new("/dev/null") {
            return Ok(Self { name, read: None, text: String::new() });
        }
        let bytes = if is_standard_input(path) {
            if std::io::stdin().is_terminal() {
                bail!("nothing to read: send a notebook to standard input");
            }
            bounded(std::io::stdin().lock())?
        } else {
            read_file(path)?
        };
        let format = Written::of(path).unwrap_or_else(|| Written::seen_in(&bytes));
        let notebook = format.read(&bytes);
        if let Some(reason) = notebook.blocking() {
            say(&format!("{name}:{}: {} [{}]", reason.line, reason.message, reason.code));
            // Of what could be read in part, the rest is compared; of nothing, everything would seem to be gone.
            if notebook.cells.is_empty() {
                bail!("{name} cannot be compared");
            }
        }
        let text = match format {
            Written::Ipynb => myst::write(&notebook),
            Written::Myst => String::from_utf8_lossy(&bytes).into_owned(),
        };
        let procedure =
            understand(&notebook, &name, &FieldMapping::default(), Release::current()).into_procedure();
        Ok(Self { name, read: Some((notebook, procedure)), text })
    }

    fn parts(&self) -> Option<(&Notebook, &Procedure)> {
        self.read.as_ref().map(|(notebook, procedure)| (notebook, procedure))
    }
}

fn is_standard_input(path: &Path) -> bool {
    path == Path::new("-")
}

/// What there is to show.
struct Compared {
    old: String,
    new: String,
    /// The title of the procedure, as it is now.
    title: String,
    changes: Vec<Change>,
    notebooks: NotebookDiff,
}

pub(super) fn run(args: &DiffArgs) -> anyhow::Result<()> {
    if is_standard_input(&args.old) && is_standard_input(&args.new) {
        bail!("only one of the two can be standard input");
    }
    let (old, new) = (Side::read(&args.old)?, Side::read(&args.new)?);
    let changes = diff::changes(old.parts(), new.parts());
    let notebooks = diff::notebooks(old.parts(), new.parts());
    let title = new.parts().or(old.parts()).map(|(_, procedure)| procedure.title.clone());
    let compared = Compared {
        title: title.unwrap_or_default(),
        changes,
        notebooks,
        old: old.name.clone(),
        new: new.name.clone(),
    };
    let written = match args.format {
        Format::Text => text::write(&compared, is_coloured_to(&std::io::stdout())),
        Format::Markdown => markdown::write(&compared),
        Format::Json => json(compared, &old, &new)?,
    };
    std::io::stdout().lock().write_all(written.as_bytes()).context("standard output is closed")
}

/// The shape of the API's answer, with the names of the files in the place of commits.
fn json(compared: Compared, old: &Side, new: &Side) -> anyhow::Result<String> {
    let unified = diff::unified(&old.text, &new.text, &old.name, &new.name, 3).text;
    let (metadata, cells, left_out) = compared::items(compared.notebooks);
    let answer = DiffAnswer {
        from: compared.old,
        to: Some(compared.new),
        metadata,
        cells,
        left_out,
        changes: compared.changes.into_iter().map(ChangeItem::from).collect(),
        unified,
        diagnostics: None,
    };
    Ok(serde_json::to_string_pretty(&answer)? + "\n")
}
