//! `huntshelf convert`: between MyST and ipynb, without loss in cells and metadata.

mod draft;

use super::{paint, say};
use anyhow::{Context, bail};
use catalog::lint::Severity;
use catalog::notebook::{CellKind, Notebook, ipynb, myst};
use clap::{Args, ValueEnum};
use std::io::{IsTerminal, Read, Write};
use std::path::{Path, PathBuf};

#[derive(Debug, Args)]
pub(super) struct ConvertArgs {
    /// What to read; standard input without it
    #[arg(value_name = "IN", requires = "output")]
    input: Option<PathBuf>,
    /// What to write; its ending says the format
    #[arg(value_name = "OUT")]
    output: Option<PathBuf>,
    /// The format to write; from standard input to standard output
    #[arg(long, value_enum, required_unless_present_any = ["input", "draft"])]
    to: Option<Format>,
    /// Make the draft of a procedure of an exploratory ipynb: IN OUT, or standard input to standard output
    #[arg(long, conflicts_with = "to")]
    draft: bool,
    /// Tell the notes of a draft as JSON, on standard output; with the draft itself where no OUT is named
    #[arg(long, requires = "draft")]
    json: bool,
    /// The file with the table [lint] that says which sections a team asks for, in place of the repository's huntshelf.toml
    #[arg(long, value_name = "FILE", requires = "draft")]
    config: Option<PathBuf>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    Ipynb,
    Myst,
}

impl Format {
    pub(super) fn of(path: &Path) -> Option<Self> {
        match path.extension()?.to_str()?.to_ascii_lowercase().as_str() {
            "ipynb" => Some(Self::Ipynb),
            "md" | "myst" => Some(Self::Myst),
            _ => None,
        }
    }

    /// ipynb is JSON, so it begins with a brace; MyST does not.
    pub(super) fn seen_in(bytes: &[u8]) -> Self {
        let text = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
        match text.iter().find(|byte| !byte.is_ascii_whitespace()) {
            Some(b'{') => Self::Ipynb,
            _ => Self::Myst,
        }
    }

    pub(super) fn read(self, bytes: &[u8]) -> Notebook {
        match self {
            Self::Ipynb => ipynb::read(bytes),
            Self::Myst => myst::read(bytes),
        }
    }

    fn write(self, notebook: &Notebook) -> Vec<u8> {
        match self {
            Self::Ipynb => ipynb::write(notebook),
            Self::Myst => myst::write(notebook).into(),
        }
    }
}

/// The largest notebook that is read.
const LARGEST: u64 = 64 * 1024 * 1024;

pub(super) fn run(args: &ConvertArgs) -> anyhow::Result<()> {
    let (bytes, name) = if let Some(path) = &args.input {
        (read_file(path)?, path.display().to_string())
    } else {
        if std::io::stdin().is_terminal() {
            bail!("nothing to read: name a file, or send one to standard input");
        }
        (bounded(std::io::stdin().lock())?, "standard input".to_owned())
    };
    if args.draft {
        return draft::run(args, &bytes, &name);
    }
    let to = match (args.to, &args.output) {
        (Some(to), _) => to,
        (None, Some(output)) => Format::of(output).with_context(|| {
            format!("{} ends in neither .md nor .ipynb; say the format with --to", output.display())
        })?,
        (None, None) => bail!("say the format with --to ipynb or --to myst"),
    };
    let from = args.input.as_deref().and_then(Format::of).unwrap_or_else(|| Format::seen_in(&bytes));
    let notebook = from.read(&bytes);
    tell(&notebook, &name);
    if notebook.blocking().is_some() {
        bail!("{name} cannot be converted");
    }
    let written = to.write(&notebook);
    if to == Format::Myst {
        for note in lost(&notebook, &written) {
            say(&format!("{name}: {}: {note}", paint("warning", "33")));
        }
    }
    match &args.output {
        Some(path) => {
            std::fs::write(path, written).with_context(|| format!("{} cannot be written", path.display()))
        }
        None => std::io::stdout().lock().write_all(&written).context("standard output is closed"),
    }
}

/// What a MyST text of the notebook does not hold: the state of tools, outputs, and cells that only look like something
/// else in markdown (an HTML comment that is never closed takes in the cells after it). Each in one sentence.
fn lost(notebook: &Notebook, written: &[u8]) -> Vec<String> {
    let mut notes = Vec::new();
    let left_out = myst::left_out(notebook);
    if !left_out.is_empty() {
        notes.push(format!(
            "left out, as jupytext does: {}; name it in `notebook_metadata_filter` or `cell_metadata_filter` to keep it",
            left_out.join(", ")
        ));
    }
    let outputs = notebook.cells.iter().filter(|cell| !cell.outputs.is_empty()).count();
    if outputs > 0 {
        notes.push(format!("MyST has no outputs: those of {outputs} cells are left out"));
    }
    let attached = notebook.cells.iter().filter(|cell| cell.attachments.is_some()).count();
    if attached > 0 {
        notes.push(format!("MyST has no attachments: those of {attached} cells are left out"));
    }
    let back = myst::read(written);
    // Blank space around markdown is nothing for MyST, nor is a markdown cell of nothing else.
    let plain = |notebook: &Notebook| -> Vec<(CellKind, String)> {
        let cells = notebook.cells.iter().map(|cell| match cell.kind {
            CellKind::Markdown => (cell.kind, cell.source.trim().to_owned()),
            _ => (cell.kind, cell.source.clone()),
        });
        cells.filter(|(kind, text)| *kind != CellKind::Markdown || !text.is_empty()).collect()
    };
    let (before, after) = (plain(notebook), plain(&back));
    if before != after {
        let at = before.iter().zip(&after).position(|(a, b)| a != b).unwrap_or(before.len().min(after.len()));
        notes.push(format!(
            "cell {} is not the same when the text is read again: an unclosed HTML block or comment, a fence or `+++` within \
             markdown, or an unusual end of a line; mend that cell in the notebook",
            at + 1
        ));
    }
    notes
}

/// The bytes of a file, if it is not far too large for a notebook.
pub(super) fn read_file(path: &Path) -> anyhow::Result<Vec<u8>> {
    let file = std::fs::File::open(path).with_context(|| format!("{} cannot be read", path.display()))?;
    bounded(file).with_context(|| format!("{} cannot be read", path.display()))
}

pub(super) fn bounded(source: impl Read) -> anyhow::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    source.take(LARGEST + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > LARGEST {
        bail!("it is larger than {} MiB", LARGEST / 1024 / 1024);
    }
    Ok(bytes)
}

/// What reading brought to light, as `file:line:column`, which editors follow.
pub(super) fn tell(notebook: &Notebook, name: &str) {
    for found in &notebook.diagnostics {
        let (word, colour) = match found.severity {
            Severity::Error => ("error", "31"),
            Severity::Warning => ("warning", "33"),
            Severity::Info => ("info", "36"),
        };
        let place = match (found.line, found.column) {
            (0, _) => name.to_owned(),
            (line, 0) => format!("{name}:{line}"),
            (line, column) => format!("{name}:{line}:{column}"),
        };
        say(&format!("{place}: {}: {} [{}]", paint(word, colour), found.message, found.code));
        if !found.help.is_empty() {
            say(&format!("  {}", found.help));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_format_is_known_by_its_ending_or_by_its_first_letter() {
        assert_eq!(Format::of(Path::new("a/b.IPYNB")), Some(Format::Ipynb));
        assert_eq!(Format::of(Path::new("a/b.md")), Some(Format::Myst));
        assert_eq!(Format::of(Path::new("a/b")), None);
        assert_eq!(Format::seen_in(b" \n{\"cells\": []}"), Format::Ipynb);
        assert_eq!(Format::seen_in(b"---\n"), Format::Myst);
    }

    #[test]
    fn what_a_text_does_not_hold_is_said() {
        let told = |cells: &str| {
            let notebook = Format::Ipynb.read(
                format!("{{\"nbformat\": 4, \"nbformat_minor\": 5, \"metadata\": {{\"widgets\": {{}}}}, \"cells\": [{cells}]}}")
                    .as_bytes(),
            );
            lost(&notebook, &Format::Myst.write(&notebook))
        };
        let code = r#"{"cell_type": "code", "id": "b", "metadata": {}, "source": "x", "execution_count": 1, "outputs":
            [{"output_type": "stream", "name": "stdout", "text": "1"}]}"#;
        let fine = told(code);
        assert_eq!(fine.len(), 2, "{fine:?}");
        assert!(fine[0].contains("widgets") && fine[1].contains("outputs"), "{fine:?}");
        let open = r#"{"cell_type": "markdown", "id": "a", "metadata": {}, "source": "<!-- open"}"#;
        let swallowed = told(&format!("{open}, {code}"));
        assert!(
            swallowed.last().is_some_and(|note| note.starts_with("cell 1 is not the same")),
            "{swallowed:?}"
        );
    }

    #[test]
    fn what_is_converted_there_and_back_has_the_same_cells() {
        let text = b"---\nkernelspec: {name: python3, display_name: Python 3}\n---\n\n# Hunt\n\n```{code-cell}\nx = 1\n```\n";
        let there = Format::Ipynb.write(&Format::Myst.read(text));
        let back = Format::Myst.read(&Format::Myst.write(&Format::Ipynb.read(&there)));
        let sources: Vec<_> = back.cells.iter().map(|cell| cell.source.as_str()).collect();
        assert_eq!(sources, ["# Hunt", "x = 1"]);
    }
}
