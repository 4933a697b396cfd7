//! Which names the cells of a notebook really read.
//!
//! A parameter that is filled in and read by no cell changes nothing: the copy looks at what its author wrote down. So
//! reading is told from mentioning. Python is parsed, and only names that are loaded count, those in f-strings too. The
//! line of a magic is taken apart as IPython does it ([`expand`]). In a `%%taegis` cell nothing is filled into the body
//! unless `-t` makes it a template, and then only `{{ NAME }}` is. Of other magics it is not known what they do with
//! their body: there a mention counts, as it does in code that cannot be parsed.

use super::expand::{self, references};
use super::loads::Loads;
use super::{PARAMETERS, cells, python};
use crate::notebook::{Cell, CellKind, Notebook};
use ruff_python_ast::IpyEscapeKind;
use ruff_python_ast::visitor::Visitor;
use std::collections::HashSet;

/// Magics under which Python stands.
pub(super) const WRAPPERS: [&str; 4] = ["time", "timeit", "capture", "prun"];

/// Magics whose body goes elsewhere as it is: to another program, a file, or the page.
const ELSEWHERE: [&str; 20] = [
    "bash",
    "sh",
    "script",
    "cmd",
    "python",
    "python2",
    "python3",
    "pypy",
    "perl",
    "ruby",
    "html",
    "HTML",
    "svg",
    "SVG",
    "latex",
    "markdown",
    "javascript",
    "js",
    "writefile",
    "file",
];

/// Magics of one line of which it is known that they read nothing but what is filled in.
const PLAIN: [&str; 14] = [
    "taegis",
    "env",
    "set_env",
    "cd",
    "pip",
    "conda",
    "load_ext",
    "reload_ext",
    "matplotlib",
    "config",
    "pdb",
    "pwd",
    "autoreload",
    "store",
];

/// What is read.
#[derive(Debug, Default)]
pub(crate) struct Reads {
    pub(super) names: HashSet<String>,
    /// Words in texts, which count where code looks names up by their text.
    words: HashSet<String>,
    pub(super) by_text: bool,
    /// Words behind `@` in texts, which count where pandas is asked: `frame.query("hosts < @MAX_HOSTS")`.
    behind_at: HashSet<String>,
    pub(super) by_at: bool,
    /// Something is run that cannot be looked into, with all names at hand.
    anything: bool,
}

impl Reads {
    /// What the cells read, but for the one with the defaults, which runs before anything is filled in. Raw cells are
    /// those that a hunter makes code of when it is time, and count.
    pub(crate) fn of(notebook: &Notebook) -> Self {
        let mut reads = Self::default();
        let defaults = notebook.cells.iter().position(|cell| cell.has_tag(PARAMETERS));
        for (index, cell) in notebook.cells.iter().enumerate() {
            // A raw cell may also hold front matter.
            let is_code = match cell.kind {
                CellKind::Code => true,
                CellKind::Raw => !cell.source.starts_with("---"),
                CellKind::Markdown => false,
            };
            if is_code && Some(index) != defaults {
                reads.cell(&cell.source);
            }
        }
        reads
    }

    /// Whether a name is read, as far as can be told; when it cannot be told, it is.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.anything
            || self.names.contains(name)
            || self.by_text && self.words.contains(name)
            || self.by_at && self.behind_at.contains(name)
    }

    pub(super) fn add(&mut self, name: &str) {
        if !self.names.contains(name) {
            self.names.insert(name.to_owned());
        }
    }

    pub(super) fn mention(&mut self, text: &str) {
        for (word, _) in cells::words(text) {
            self.add(word);
        }
    }

    /// Remembers the words of a text.
    pub(super) fn text(&mut self, text: &str) {
        for (word, _) in cells::words(text) {
            if !self.words.contains(word) {
                self.words.insert(word.to_owned());
            }
        }
        for piece in text.split('@').skip(1) {
            let end = piece.find(|c| !cells::is_word(c)).unwrap_or(piece.len());
            self.behind_at.insert(piece[..end].to_owned());
        }
    }

    fn cell(&mut self, source: &str) {
        let source = source.trim_start_matches(['\n', '\r']);
        let Some((name, line, body)) = cell_magic(source) else { return self.python(source) };
        match name {
            "taegis" => self.taegis(line, Some(body)),
            _ if WRAPPERS.contains(&name) => {
                self.python(line);
                self.python(body);
            }
            "!" | "sx" | "system" => {
                self.line(line);
                body.lines().for_each(|line| self.line(line));
            }
            _ => {
                self.line(line);
                if !ELSEWHERE.contains(&name) {
                    self.mention(body);
                }
            }
        }
    }

    fn python(&mut self, source: &str) {
        let parsed = python::parse(source, |parsed| {
            let mut loads = Loads::into(self);
            for statement in parsed.suite() {
                loads.visit_stmt(statement);
            }
            parsed.has_valid_syntax()
        });
        if parsed != Some(true) {
            self.mention(source);
        }
    }

    /// A line that IPython fills in.
    fn line(&mut self, line: &str) {
        for reference in references(line).unwrap_or_default() {
            self.expression(reference.expression);
        }
    }

    fn expression(&mut self, source: &str) {
        let source = source.trim();
        if python::is_identifier(source) {
            return self.add(source);
        }
        python::expression(source, |expression| {
            Loads::into(self).visit_expr(expression);
        });
    }

    fn taegis(&mut self, line: &str, body: Option<&str>) {
        self.line(line);
        let options = TaegisLine::of(line);
        match (options.template, options.file, options.cell.as_deref().or(body)) {
            (false, ..) => {}
            (true, true, _) => self.anything = true,
            (true, false, text) => template_words(text.unwrap_or_default(), |word| self.add(word)),
        }
    }

    /// What stands behind `%` or `!` on a line of its own, or behind `NAME =`.
    pub(super) fn escape(&mut self, kind: IpyEscapeKind, command: &str) {
        match kind {
            IpyEscapeKind::Help | IpyEscapeKind::Help2 => {}
            IpyEscapeKind::Magic | IpyEscapeKind::Magic2 => {
                let command = command.trim_start();
                let name = command.split_whitespace().next().unwrap_or_default();
                let line = &command[name.len()..];
                match name {
                    "taegis" => self.taegis(line, None),
                    "run" => {
                        self.line(line);
                        self.anything |=
                            line.contains(".ipynb") || line.split_whitespace().any(|word| word == "-i");
                    }
                    _ if WRAPPERS.contains(&name) => self.python(line.trim_start()),
                    _ if PLAIN.contains(&name) => self.line(line),
                    _ => self.mention(line),
                }
            }
            _ => self.line(command),
        }
    }
}

/// The magic of a cell, the rest of its line, and its body; none when the cell is Python.
pub(crate) fn cell_magic(source: &str) -> Option<(&str, &str, &str)> {
    let text = source.trim_start().strip_prefix("%%")?;
    let (head, body) = text.split_once('\n').unwrap_or((text, ""));
    let name = head.split_whitespace().next().filter(|name| head.starts_with(name))?;
    Some((name, &head[name.len()..], body))
}

/// What the options of Taegis' magic say of its body.
#[derive(Debug, Default)]
struct TaegisLine {
    template: bool,
    file: bool,
    cell: Option<String>,
}

impl TaegisLine {
    fn of(line: &str) -> Self {
        let mut told = Self::default();
        let words = expand::words(line);
        for (at, word) in words.iter().enumerate() {
            match word.as_str() {
                "-t" | "--cell-template" => told.template = true,
                "--cell-template-file" => told.file = true,
                "--cell" => told.cell = words.get(at + 1).cloned(),
                word if word.starts_with("-f") => told.file = true,
                word => {
                    if let Some(cell) = word.strip_prefix("--cell=") {
                        told.cell = Some(cell.to_owned());
                    }
                    told.file |= word.starts_with("--cell-template-file=");
                }
            }
        }
        told
    }
}

/// The names in the marks of a Jinja template, which is what its text reads; filters and keywords among them.
fn template_words(text: &str, mut each: impl FnMut(&str)) {
    let mut rest = text;
    while let Some(open) = rest.find("{{").into_iter().chain(rest.find("{%")).chain(rest.find("{#")).min() {
        let mark = &rest[open..open + 2];
        let close = match mark {
            "{{" => "}}",
            "{%" => "%}",
            _ => "#}",
        };
        let inner = &rest[open + 2..];
        let end = inner.find(close).unwrap_or(inner.len());
        if mark != "{#" {
            // Texts within are no names.
            for (at, piece) in inner[..end].split(['"', '\'']).enumerate() {
                if at % 2 == 0 {
                    let mut words = piece;
                    while let Some(begin) = words.find(cells::is_word) {
                        let tail = &words[begin..];
                        let len = tail.find(|c| !cells::is_word(c)).unwrap_or(tail.len());
                        if !words[..begin].ends_with('.') {
                            each(&tail[..len]);
                        }
                        words = &tail[len..];
                    }
                }
            }
        }
        rest = inner.get(end + 2..).unwrap_or("");
    }
}

/// How a cell seems to read a name and does not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unread {
    /// In the body of `%%taegis` without `-t`.
    Body,
    /// In the body of `%%taegis … -t`, and not as `{{ NAME }}`.
    Template,
    /// In the line of a magic, where IPython does not fill it in.
    Line,
    /// In a text or a comment.
    Text,
}

/// The first code cell that mentions a name, and why that is not reading it; only to be asked when no cell reads it.
pub(super) fn unread(notebook: &Notebook, name: &str) -> Option<(usize, Unread)> {
    let defaults = notebook.cells.iter().position(|cell| cell.has_tag(PARAMETERS));
    let mentions = |(index, cell): &(usize, &Cell)| {
        cell.kind != CellKind::Markdown && Some(*index) != defaults && cell.source.contains(name)
    };
    notebook.cells.iter().enumerate().filter(mentions).find_map(|(index, cell)| {
        let why =
            match cell_magic(&cell.source) {
                Some((_, line, _)) if cells::mentions(line, name) => Unread::Line,
                Some(("taegis", line, body)) if cells::mentions(body, name) => {
                    if TaegisLine::of(line).template { Unread::Template } else { Unread::Body }
                }
                _ if cell
                    .source
                    .lines()
                    .any(|line| line.trim_start().starts_with(['%', '!']) && cells::mentions(line, name)) =>
                {
                    Unread::Line
                }
                _ if cells::mentions(&cell.source, name) => Unread::Text,
                _ => return None,
            };
        Some((index, why))
    })
}

/// What IPython fills into the lines that go to Taegis' command line: cell, line, and what it asks for.
pub(super) fn taegis_lines(notebook: &Notebook) -> Vec<(usize, &str)> {
    let mut lines = Vec::new();
    for (index, cell) in notebook.cells.iter().enumerate() {
        if cell.kind == CellKind::Markdown {
            continue;
        }
        if let Some((name, line, _)) = cell_magic(&cell.source) {
            if name == "taegis" {
                lines.push((index, line));
            }
            continue;
        }
        for line in cell.source.lines() {
            let command = line
                .trim_start()
                .strip_prefix('%')
                .or_else(|| line.split_once('=').and_then(|(_, value)| value.trim_start().strip_prefix('%')));
            if let Some(rest) = command.and_then(|command| command.strip_prefix("taegis ")) {
                lines.push((index, rest));
            }
        }
    }
    lines
}
