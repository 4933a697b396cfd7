//! The plain text of a notebook, for full-text search and snippets.
//!
//! This is no markdown parser: one pass over the lines that drops markup and sorts text into headings, prose and code.
//! A search index forgives a stray asterisk; it does not forgive reading ten thousand notebooks at a parser's pace.

use crate::notebook::{CellKind, Notebook};
use crate::query::{Query, queries};
use serde_json::Value;

/// The most text that is taken from one notebook, in bytes.
pub const MAX_TEXT: usize = 64 * 1024;

/// The most that one cell gives, so that a data set pasted into one does not crowd out the rest.
const MAX_CELL: usize = 16 * 1024;

/// The text of a notebook, by what it is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Text {
    /// Markdown headings, one a line.
    pub headings: String,
    /// Prose: the markdown without its markup.
    pub prose: String,
    /// Code and queries.
    pub code: String,
    /// The name of the notebook's kernel (`kernelspec.name`), or nothing.
    pub kernel: String,
    /// Its queries, whose text the code holds, too.
    pub queries: Vec<Query>,
}

impl Text {
    fn len(&self) -> usize {
        self.headings.len() + self.prose.len() + self.code.len()
    }
}

/// The text of a notebook: headings and prose of its markdown cells, code of its code cells and fences. Raw cells count
/// as code, for templates keep there what a hunter runs last. At most [`MAX_TEXT`] bytes in all.
pub fn text(notebook: &Notebook) -> Text {
    let kernel =
        notebook.metadata.get("kernelspec").and_then(|spec| spec.get("name")).and_then(Value::as_str);
    let mut text = Text {
        kernel: cut(kernel.unwrap_or_default(), 200).to_owned(),
        queries: queries(notebook),
        ..Text::default()
    };
    for cell in &notebook.cells {
        let room = MAX_TEXT.saturating_sub(text.len()).min(MAX_CELL);
        if room == 0 {
            break;
        }
        match cell.kind {
            // Markup is dropped or replaced by less; only the last line may gain a newline.
            CellKind::Markdown => markdown(cut(&cell.source, room - 1), &mut text),
            CellKind::Code | CellKind::Raw => {
                text.code.push_str(cut(&cell.source, room - 1));
                text.code.push('\n');
            }
        }
    }
    text
}

/// The first heading of the markdown cells, without markup.
pub fn first_heading(notebook: &Notebook) -> Option<String> {
    notebook.cells.iter().filter(|cell| cell.kind == CellKind::Markdown).find_map(|cell| {
        let mut text = Text::default();
        markdown(cut(&cell.source, MAX_CELL), &mut text);
        text.headings.lines().map(str::trim).find(|line| !line.is_empty()).map(str::to_owned)
    })
}

fn cut(text: &str, len: usize) -> &str {
    &text[..text.floor_char_boundary(len)]
}

/// An open fence: its character, its length, and what its lines are.
struct Fence {
    mark: u8,
    len: usize,
    code: bool,
    /// Still among a directive's options.
    options: bool,
}

fn markdown(source: &str, text: &mut Text) {
    let mut fence: Option<Fence> = None;
    let mut comment = false;
    // Where the last line of prose began: a row of `=` or `-` below it makes it a heading.
    let mut last_prose: Option<usize> = None;
    for line in source.lines() {
        let trimmed = line.trim();
        if let Some(open) = &mut fence {
            if closes(trimmed, open) {
                fence = None;
                continue;
            }
            if open.code {
                if !(open.options && is_option(trimmed)) {
                    open.options = false;
                    text.code.push_str(line);
                    text.code.push('\n');
                }
                continue;
            }
            if open.options && is_option(trimmed) {
                continue;
            }
            open.options = false;
        }
        if comment {
            comment = !trimmed.contains("-->");
            continue;
        }
        let Some(first) = trimmed.bytes().next() else {
            last_prose = None;
            continue;
        };
        match first {
            b'`' | b'~' | b':' => {
                if let Some((opened, title)) = opens(trimmed) {
                    // A directive of prose holds prose; another fence in it is its own matter, and the outer close is
                    // then taken for nothing.
                    fence = Some(opened);
                    if !title.is_empty() {
                        inline(title, &mut text.prose);
                        text.prose.push('\n');
                    }
                    last_prose = None;
                    continue;
                }
                if trimmed.bytes().all(|b| b == first) {
                    continue;
                }
            }
            b'#' => {
                let level = trimmed.bytes().take_while(|&b| b == b'#').count();
                let rest = &trimmed[level..];
                if level <= 6 && (rest.is_empty() || rest.starts_with([' ', '\t'])) {
                    inline(rest.trim().trim_end_matches('#').trim_end(), &mut text.headings);
                    text.headings.push('\n');
                    last_prose = None;
                    continue;
                }
            }
            b'=' | b'-' if trimmed.bytes().all(|b| b == first) => {
                if let Some(start) = last_prose.take() {
                    text.headings.push_str(&text.prose[start..]);
                    text.prose.truncate(start);
                }
                continue;
            }
            b'%' | b'(' if is_aside(trimmed) => continue,
            b'<' if trimmed.starts_with("<!--") => {
                comment = !trimmed.contains("-->");
                continue;
            }
            b'|' if trimmed.bytes().all(|b| matches!(b, b'|' | b'-' | b':' | b' ')) => continue,
            _ => {}
        }
        last_prose = Some(text.prose.len());
        let row = if first == b'|' { trimmed.trim_matches(['|', ' ']) } else { without_markers(trimmed) };
        inline(row, &mut text.prose);
        text.prose.push('\n');
    }
}

/// A MyST comment or target: not shown to readers.
fn is_aside(line: &str) -> bool {
    line.starts_with("% ") || line == "%" || (line.starts_with('(') && line.ends_with(")="))
}

/// `:key: value`
fn is_option(line: &str) -> bool {
    line.strip_prefix(':').and_then(|rest| rest.split_once(':')).is_some_and(|(key, _)| {
        !key.is_empty() && key.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'))
    })
}

/// A line that opens a fence, with what is to be read of its info string.
fn opens(line: &str) -> Option<(Fence, &str)> {
    let mark = line.bytes().next()?;
    let len = line.bytes().take_while(|&b| b == mark).count();
    let info = line[len..].trim();
    if len < 3 || (mark == b'`' && info.contains('`')) || (mark == b':' && info.is_empty()) {
        return None;
    }
    let directive = info.strip_prefix('{').and_then(|rest| rest.split_once('}'));
    let (code, title) = match directive {
        Some((name, title)) => {
            let code = matches!(
                name,
                "code"
                    | "code-block"
                    | "code-cell"
                    | "sourcecode"
                    | "raw"
                    | "math"
                    | "mermaid"
                    | "literalinclude"
            );
            let linked = matches!(name, "image" | "figure" | "include" | "literalinclude" | "bibliography");
            (code, if code || linked { "" } else { title.trim() })
        }
        None => (mark != b':', ""),
    };
    Some((Fence { mark, len, code, options: directive.is_some() }, title))
}

fn closes(line: &str, open: &Fence) -> bool {
    line.len() >= open.len && line.bytes().all(|b| b == open.mark)
}

/// A line without the marks of quotes, lists and tasks at its beginning.
fn without_markers(mut line: &str) -> &str {
    loop {
        let rest = line.trim_start();
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let next = if let Some(quoted) = rest.strip_prefix('>') {
            quoted
        } else if let Some(item) =
            ["- ", "+ ", "* ", "[ ] ", "[x] ", "[X] "].iter().find_map(|m| rest.strip_prefix(m))
        {
            item
        } else if (1..=9).contains(&digits)
            && (rest[digits..].starts_with(". ") || rest[digits..].starts_with(") "))
        {
            &rest[digits + 2..]
        } else {
            return rest;
        };
        line = next;
    }
}

/// Appends a line without its inline markup.
fn inline(line: &str, out: &mut String) {
    let mut scan =
        Inline { line, bytes: line.as_bytes(), no_end: [false; 3], unpaired: [false; MAX_RUN + 1] };
    let (mut at, mut plain) = (0, 0);
    while at < line.len() {
        match scan.markup(at) {
            Markup::None => at += 1,
            Markup::Keep(next) => at = next,
            Markup::Replace(next, by) => {
                out.push_str(&line[plain..at]);
                out.push_str(by);
                (at, plain) = (next, next);
            }
        }
    }
    out.push_str(&line[plain..]);
}

/// The longest run of backticks that is code; longer ones are dropped.
const MAX_RUN: usize = 7;

/// What stands at a place of a line.
enum Markup<'a> {
    /// Text.
    None,
    /// Text up to there.
    Keep(usize),
    /// Markup up to there, and what to read in its place.
    Replace(usize, &'a str),
}

/// A line being stripped. Each search for an end that failed is remembered and not made again, so that a line of
/// openings alone stays linear.
struct Inline<'a> {
    line: &'a str,
    bytes: &'a [u8],
    /// No more `)`, `]`, `>` on this line.
    no_end: [bool; 3],
    /// By length of a run of backticks: it has no partner on this line.
    unpaired: [bool; MAX_RUN + 1],
}

impl<'a> Inline<'a> {
    fn markup(&mut self, at: usize) -> Markup<'a> {
        let byte = |at: usize| self.bytes.get(at).copied().unwrap_or_default();
        match self.bytes[at] {
            // Paths keep their backslashes: only an escaped mark of markup loses its own.
            b'\\' if b"*_`[]<>#|".contains(&byte(at + 1)) => {
                Markup::Replace(at + 2, &self.line[at + 1..at + 2])
            }
            b'`' => self.code(at),
            b'*' => {
                let end = at + self.run(at);
                // A single one beside no word is a wildcard: `*.exe`, `C:\*`.
                if end == at + 1 && !self.is_word(at.wrapping_sub(1)) && !self.is_word(end) {
                    Markup::None
                } else {
                    Markup::Replace(end, "")
                }
            }
            b'_' | b'~' => {
                let end = at + self.run(at);
                let within = self.is_word(at.wrapping_sub(1)) && self.is_word(end);
                if within || (self.bytes[at] == b'~' && end == at + 1) {
                    Markup::Keep(end)
                } else {
                    Markup::Replace(end, "")
                }
            }
            b'!' if byte(at + 1) == b'[' => Markup::Replace(at + 2, ""),
            b'[' => Markup::Replace(at + 1, ""),
            b']' => {
                // The target of a link is no prose.
                let end = match byte(at + 1) {
                    b'(' => self.end(at + 2, 0),
                    b'[' => self.end(at + 2, 1),
                    _ => None,
                };
                Markup::Replace(end.unwrap_or(at + 1), "")
            }
            b'<' if byte(at + 1).is_ascii_alphabetic() || matches!(byte(at + 1), b'/' | b'!') => {
                let Some(end) = self.end(at + 1, 2) else { return Markup::None };
                let inside = &self.line[at + 1..end - 1];
                // `<https://…>` is text; a tag is not.
                let address = inside.contains("://") && !inside.contains(' ');
                Markup::Replace(end, if address { inside } else { " " })
            }
            // The name of a role, as in {kbd}`Ctrl`.
            b'{' => {
                let name = self.bytes[at + 1..].iter().take(40);
                let len = name.take_while(|b| b.is_ascii_alphanumeric() || b"-:_".contains(b)).count();
                if len > 0 && self.bytes[at + 1 + len..].starts_with(b"}`") {
                    Markup::Replace(at + 2 + len, "")
                } else {
                    Markup::None
                }
            }
            b'|' => {
                // A cell of a table with its padding.
                let end = at + 1 + self.bytes[at + 1..].iter().take_while(|&&b| b == b' ').count();
                Markup::Replace(end, if byte(at.wrapping_sub(1)) == b' ' { "" } else { " " })
            }
            _ => Markup::None,
        }
    }

    fn code(&mut self, at: usize) -> Markup<'a> {
        let len = self.run(at);
        let start = at + len;
        if len <= MAX_RUN && !self.unpaired[len] {
            let mut end = start;
            while end < self.bytes.len() {
                if self.bytes[end] != b'`' {
                    end += 1;
                    continue;
                }
                let run = self.run(end);
                if run == len {
                    return Markup::Replace(end + run, self.line[start..end].trim());
                }
                end += run;
            }
            self.unpaired[len] = true;
        }
        Markup::Replace(start, "")
    }

    /// How often the byte at a place is repeated.
    fn run(&self, at: usize) -> usize {
        self.bytes[at..].iter().take_while(|&&b| b == self.bytes[at]).count()
    }

    /// Behind the next `)`, `]` or `>`.
    fn end(&mut self, from: usize, which: usize) -> Option<usize> {
        if self.no_end[which] {
            return None;
        }
        let close = b")]>"[which];
        let end = self.bytes.get(from..)?.iter().position(|&b| b == close).map(|len| from + len + 1);
        self.no_end[which] = end.is_none();
        end
    }

    fn is_word(&self, at: usize) -> bool {
        self.bytes.get(at).is_some_and(|b| b.is_ascii_alphanumeric() || *b >= 0x80)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::notebook::Cell;
    use proptest::prelude::*;

    fn of(source: &str) -> Text {
        text(&Notebook { cells: vec![Cell::new(CellKind::Markdown, source)], ..Notebook::default() })
    }

    fn prose(source: &str) -> String {
        of(source).prose.trim_end().to_owned()
    }

    #[test]
    fn headings_prose_and_code_are_told_apart() {
        let text = of(
            "# LSASS *memory*\n\nRead it.\n\nBy hand\n-------\n\n```powershell\nGet-Process lsass\n```\n\nDone.",
        );
        assert_eq!(text.headings, "LSASS memory\nBy hand\n");
        assert_eq!(text.prose, "Read it.\nDone.\n");
        assert_eq!(text.code, "Get-Process lsass\n");
    }

    #[test]
    fn inline_markup_is_dropped_and_words_stay_whole() {
        assert_eq!(
            prose("**bold** and _it_ and `lsass_dump.exe` and ~~no~~"),
            "bold and it and lsass_dump.exe and no"
        );
        assert_eq!(prose("see [the guide](https://example.org/a(b) \"t\") now"), "see the guide \"t\") now");
        assert_eq!(prose("![alt text](data:image/png;base64,AAAA)"), "alt text");
        assert_eq!(prose("snake_case_name and __dunder__"), "snake_case_name and dunder");
        assert_eq!(prose("run *.exe in C:\\Windows\\Temp"), "run *.exe in C:\\Windows\\Temp");
        assert_eq!(
            prose("press {kbd}`Ctrl` <b>now</b> <https://example.org/x>"),
            "press Ctrl  now  https://example.org/x"
        );
        assert_eq!(prose("> - [ ] 1. task"), "task");
        assert_eq!(prose("\\*not emphasis\\* C:\\é"), "*not emphasis* C:\\é");
    }

    #[test]
    fn directives_give_their_title_and_body_but_not_their_options() {
        assert_eq!(
            prose(":::{note} Mind *this*\n:class: wide\n\nBody text.\n:::\nAfter."),
            "Mind this\nBody text.\nAfter."
        );
        assert_eq!(prose("```{warning}\nBody.\n```"), "Body.");
        let text = of("```{code-block} sql\n:caption: x\nSELECT 1\n```");
        assert_eq!((text.prose.as_str(), text.code.as_str()), ("", "SELECT 1\n"));
        assert_eq!(prose("```{image} a.png\n:alt: x\n```"), "");
    }

    #[test]
    fn what_readers_do_not_see_is_left_out() {
        assert_eq!(
            prose("<!-- secret\nstill -->\nshown\n% comment\n(target)=\n| a | b |\n|---|:-:|\n"),
            "shown\na b"
        );
    }

    #[test]
    fn no_notebook_gives_more_than_the_bound() {
        let big = "é".repeat(40_000);
        let cells = (0..40)
            .map(|_| Cell::new(CellKind::Markdown, big.as_str()))
            .chain([Cell::new(CellKind::Code, big.as_str())])
            .collect();
        let text = text(&Notebook { cells, ..Notebook::default() });
        assert!(text.len() <= MAX_TEXT);
    }

    #[test]
    fn lines_of_openings_stay_linear() {
        for piece in ["](", "][", "<a", "`a``", "[", "*a", "{a}`", "\\`", "``` `", "<!--"] {
            let begun = std::time::Instant::now();
            let line = piece.repeat(200_000 / piece.len());
            let mut out = String::new();
            inline(&line, &mut out);
            assert!(begun.elapsed().as_millis() < 1000, "{piece}");
        }
    }

    proptest! {
        #[test]
        fn no_markdown_makes_it_panic(source in "([\\[\\]()*_`~<>!#|\\\\{}:=%a-zé \n-]|```|:::\\{note\\}\n){0,80}") {
            let text = of(&source);
            prop_assert!(text.len() <= MAX_TEXT);
        }
    }
}
