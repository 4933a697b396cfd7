//! The options of a fenced cell: `:key: value` lines or a `---` block before its body.

use super::{Bounds, yaml};
use crate::lint::{Diagnostic, Severity};
use crate::notebook::python_text;
use std::borrow::Cow;

/// A fence's content, cut in two.
pub(super) struct Options {
    /// What the options say.
    pub(super) value: Result<yaml::Loaded, Diagnostic>,
    /// The cell's source.
    pub(super) body: String,
    /// How many lines of the content stand before the source.
    pub(super) skipped: usize,
}

/// Cuts the options off, as jupytext does, down to its quirks with blank lines. `line` is the line of the file on which
/// the content begins.
pub(super) fn split(content: &str, line: u32, bounds: &Bounds) -> Options {
    let mut value = Ok(yaml::Loaded::default());
    let mut skipped = 0;
    let mut rest = Cow::Borrowed(content);
    if content.starts_with("---") {
        let lines: Vec<&str> = python_text::lines(content).skip(1).collect();
        let joined = lines.join("\n");
        let close = closing(&joined);
        let (block, body) = match close {
            // One character more than the dashes is dropped, whatever it is.
            Some((at, end)) => {
                (&joined[..at], joined[end..].chars().next().map_or("", |c| &joined[end + c.len_utf8()..]))
            }
            None => (joined.as_str(), ""),
        };
        skipped = 1 + block.matches('\n').count() + usize::from(close.is_some());
        value = load(&dedent(block), line + 1, bounds);
        rest = Cow::Owned(body.to_owned());
    } else if python_text::lstrip(content).starts_with(':') {
        let mut block = String::new();
        // How many characters each line lost.
        let mut cut = Vec::new();
        let mut lines = python_text::lines(content).peekable();
        while let Some(option) = lines.peek().and_then(|line| python_text::lstrip(line).strip_prefix(':')) {
            let whole = lines.peek().map_or(0, |line| line.chars().count());
            cut.push(u32::try_from(whole - option.chars().count()).unwrap_or(0));
            if skipped > 0 {
                block.push('\n');
            }
            block.push_str(option);
            skipped += 1;
            lines.next();
        }
        let shift = |diagnostic: &mut Diagnostic| {
            let at = usize::try_from(diagnostic.line.saturating_sub(line)).unwrap_or(usize::MAX);
            if diagnostic.column > 0 {
                diagnostic.column += cut.get(at).copied().unwrap_or(0);
            }
        };
        value = load(&block, line, bounds);
        match &mut value {
            Ok(loaded) => loaded.warnings.iter_mut().for_each(shift),
            Err(diagnostic) => shift(diagnostic),
        }
        rest = Cow::Owned(lines.collect::<Vec<_>>().join("\n"));
    }
    let mut body = python_text::lines(&rest).peekable();
    if body.peek().is_some_and(|line| python_text::strip(line).is_empty()) {
        body.next();
        skipped += 1;
    }
    let mut source = String::with_capacity(rest.len());
    for (at, line) in body.enumerate() {
        if at > 0 {
            source.push('\n');
        }
        source.push_str(line);
    }
    Options { value, body: source, skipped }
}

/// Where the first line that begins with three dashes begins, and where its dashes end.
fn closing(text: &str) -> Option<(usize, usize)> {
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        if line.starts_with("---") {
            return Some((at, at + line.len() - line.trim_start_matches('-').len()));
        }
        at += line.len();
    }
    None
}

fn load(block: &str, line: u32, bounds: &Bounds) -> Result<yaml::Loaded, Diagnostic> {
    if block.len() > bounds.front_matter {
        return Err(Diagnostic::new(
            "cell-options-too-large",
            Severity::Error,
            format!(
                "the options of this cell have {} bytes; at most {} are read",
                block.len(),
                bounds.front_matter
            ),
            "Keep data out of the options.",
        )
        .at(line, 1)
        .blocking());
    }
    yaml::load(block, line).map_err(|diagnostic| *diagnostic)
}

/// Python's `textwrap.dedent`.
fn dedent(text: &str) -> Cow<'_, str> {
    let blank = |line: &str| line.trim_matches([' ', '\t']).is_empty();
    // Lines of blanks become empty wherever they stand.
    if !text.starts_with([' ', '\t', '\n']) && !text.split('\n').any(|line| !line.is_empty() && blank(line)) {
        return Cow::Borrowed(text);
    }
    let margin = |line: &str| line.len() - line.trim_start_matches([' ', '\t']).len();
    let mut common: Option<&str> = None;
    for line in text.split('\n').filter(|line| !blank(line)) {
        let own = &line[..margin(line)];
        common = Some(common.map_or(own, |common| {
            let same = common.bytes().zip(own.bytes()).take_while(|(a, b)| a == b).count();
            &common[..same]
        }));
    }
    let cut = common.map_or(0, str::len);
    let lines: Vec<&str> = text.split('\n').map(|line| if blank(line) { "" } else { &line[cut..] }).collect();
    Cow::Owned(lines.join("\n"))
}
