//! `huntshelf convert --draft`: an exploratory notebook becomes the draft of a procedure.

use super::{ConvertArgs, Format, tell};
use crate::cli::{out, paint, say};
use anyhow::{Context, bail};
use catalog::authoring::{Draft, Note, NoteKind, Options, draft};
use catalog::lint::Settings;
use catalog::team::{MAX_FILE, TEAM_FILE};
use serde_json::json;
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};

/// Makes the draft of what was read, writes it, and says what was done to it.
pub(super) fn run(args: &ConvertArgs, bytes: &[u8], name: &str) -> anyhow::Result<()> {
    let is_ipynb = args.input.as_deref().and_then(Format::of).unwrap_or_else(|| Format::seen_in(bytes));
    let notebook = is_ipynb.read(bytes);
    if notebook.blocking().is_some() {
        tell(&notebook, name);
        bail!("{name} cannot be read, and no draft is made of it");
    }
    let settings = settings(args)?;
    let file =
        args.input.as_deref().and_then(Path::file_name).map(|file| file.to_string_lossy().into_owned());
    let about = Options {
        file_name: file.as_deref(),
        sections: &settings.sections,
        names: settings.names.all(),
        ..Options::default()
    };
    let draft = draft(&notebook, &about).with_context(|| format!("no draft is made of {name}"))?;
    told(&draft.notes);
    write(args, &draft)
}

fn write(args: &ConvertArgs, draft: &Draft) -> anyhow::Result<()> {
    let source = draft.source();
    let notes: Vec<_> = draft
        .notes
        .iter()
        .map(
            |note| json!({"kind": note.kind.word(), "cell": note.cell, "line": note.line, "text": note.text}),
        )
        .collect();
    match &args.output {
        Some(path) => {
            std::fs::write(path, source).with_context(|| format!("{} cannot be written", path.display()))?;
            if args.json {
                out(&serde_json::to_string_pretty(&json!({"file_name": draft.file_name, "notes": notes}))?);
            }
            Ok(())
        }
        None if args.json => {
            let whole = json!({"file_name": draft.file_name, "source": source, "notes": notes});
            out(&serde_json::to_string_pretty(&whole)?);
            Ok(())
        }
        None => std::io::stdout().lock().write_all(source.as_bytes()).context("standard output is closed"),
    }
}

/// The notes, what has to be looked at last: it is what stays on the screen.
fn told(notes: &[Note]) {
    for kind in NoteKind::ALL {
        for note in notes.iter().filter(|note| note.kind == kind) {
            let colour = if kind == NoteKind::LookAt { "33" } else { "36" };
            say(&format!("{}: {}", paint(kind.word(), colour), note.shown()));
        }
    }
}

/// What the team asks for: of the file that is named, or of the repository that the draft goes to.
fn settings(args: &ConvertArgs) -> anyhow::Result<Settings> {
    let beside = args.output.as_deref().or(args.input.as_deref());
    let Some(file) = args.config.clone().or_else(|| beside.and_then(team_file)) else {
        return Ok(Settings::default());
    };
    let about = || file.display().to_string();
    let mut text = String::new();
    let opened = std::fs::File::open(&file).with_context(about)?;
    opened.take(MAX_FILE as u64 + 1).read_to_string(&mut text).with_context(about)?;
    if text.len() > MAX_FILE {
        bail!("{} has more than {MAX_FILE} bytes", file.display());
    }
    Settings::read(&text).map_err(|wrong| {
        anyhow::anyhow!("{}:{}: {}; {}", file.display(), wrong.line, wrong.message, wrong.help)
    })
}

/// The `huntshelf.toml` at the root of the repository in which a file lies or will lie.
fn team_file(path: &Path) -> Option<PathBuf> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let folder = folder.canonicalize().ok()?;
    let root = folder.ancestors().find(|folder| folder.join(".git").exists())?;
    Some(root.join(TEAM_FILE)).filter(|file| file.is_file())
}
