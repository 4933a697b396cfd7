//! Commands of Taegis: each names its tenant and region, and each search its window.

use super::bounds::{TEMPLATE, clauses};
use super::code::Statement;
use super::edits::Edits;
use super::notes::NoteKind;
use super::work::{Answer, Piece, Work};
use crate::instance::cell_magic;
use crate::notebook::CellKind;
use std::ops::Range;

/// Stands for the end of a line that a backslash carries on.
const CARRIED: &str = "\u{1}";

/// Has every command of Taegis name its tenant and region, and every query its window.
pub(super) fn taegis(work: &mut Work<'_>) {
    let mut told: Vec<(NoteKind, usize, &'static str)> = Vec::new();
    for at in 0..work.pieces.len() {
        let name = work.new_name("answer");
        let Some(piece) = work.pieces.get_mut(at) else { break };
        if piece.kind == CellKind::Markdown {
            continue;
        }
        let number = piece.number;
        let mut said = |kind, text| told.push((kind, number, text));
        if let Some(("taegis", line, body)) = cell_magic(&piece.source) {
            let command = Command::of(line);
            let line = command.addressed(line, command.searches().then_some(name.as_str()), &mut said);
            let body = body.trim_matches('\n');
            if command.searches() && !body.trim().is_empty() {
                let (line, body, assigned) = searching(&line, body, &command, &name, &mut said);
                piece.source = format!("%%taegis{line}\n{body}");
                let of = sources(&body);
                piece.answers.push(Answer { name: assigned, of, table: true });
                piece.taegis = true;
            } else {
                piece.source = format!("%%taegis{line}\n{body}");
            }
            continue;
        }
        lines(piece, &name, &mut said);
    }
    for (kind, cell, text) in told {
        work.notes.of_cell(kind, cell, text);
    }
}

/// Commands on lines of their own, of magics and of the shell.
fn lines(piece: &mut Piece, name: &str, said: &mut dyn FnMut(NoteKind, &'static str)) {
    let mut changed = Vec::new();
    let mut any = false;
    let mut answers = Vec::new();
    // A backslash carries a line on.
    let logical = piece.source.replace("\\\n", CARRIED);
    for line in logical.lines() {
        let is_taegis = line.trim_start().trim_start_matches(['%', '!']).starts_with("taegis");
        let line = &line.replace(CARRIED, if is_taegis { " " } else { "\\\n" });
        let trimmed = line.trim_start();
        let indent = &line[..line.len() - trimmed.len()];
        let Some(rest) = trimmed.strip_prefix(['%', '!']) else {
            changed.push(line.to_owned());
            continue;
        };
        let sign = &trimmed[..1];
        let Some(options) = rest.strip_prefix("taegis").filter(|rest| rest.starts_with([' ', '\t'])) else {
            changed.push(line.to_owned());
            continue;
        };
        any = true;
        let command = Command::of(options);
        let mut options = command.addressed(options, command.searches().then_some(name), said);
        if command.searches() && sign == "%" {
            // Without a text there is nothing to bound.
            if options.contains("--cell") {
                options = with_window(&options);
            }
            answers.push(Answer {
                name: command.assigned.clone().unwrap_or_else(|| name.to_owned()),
                of: sources(&options),
                table: true,
            });
        }
        changed.push(format!("{indent}{sign}taegis{options}"));
    }
    if any {
        piece.source = changed.join("\n");
        piece.taegis = !answers.is_empty();
        piece.answers.append(&mut answers);
    }
}

/// The window within the text that an option holds.
fn with_window(options: &str) -> String {
    let Some(at) = options.find("--cell").map(|at| at + 6) else { return options.to_owned() };
    let rest = &options[at..];
    let Some(open) = rest.find(['"', '\'']) else { return options.to_owned() };
    let quote = rest[open..].chars().next().unwrap_or('"');
    let start = at + open + 1;
    let end = options[start..].find(quote).map_or(options.len(), |len| start + len);
    let mut edits = Edits::default();
    clauses(&options[start..end], "$taegis_window", None, &mut edits);
    let text = edits.apply(&options[start..end]);
    format!("{}{text}{}", &options[..start], &options[end..])
}

/// A search with its template, its name and its window.
fn searching(
    line: &str,
    body: &str,
    command: &Command,
    name: &str,
    said: &mut dyn FnMut(NoteKind, &'static str),
) -> (String, String, String) {
    let mut line = line.to_owned();
    let mut body = body.to_owned();
    if !command.template {
        body = escaped(&body);
        let at = command.search_end.min(line.len());
        line.insert_str(at, " -t");
    }
    let mut edits = Edits::default();
    let found = clauses(&body, TEMPLATE, None, &mut edits);
    if found == super::bounds::Found::Added {
        said(
            NoteKind::Changed,
            "the query did not say how far it looks back: it looks at the window of the copy now.",
        );
        edits = Edits::default();
        let end = pipe(&body).unwrap_or(body.len());
        let start = body[..end].trim_end().len();
        edits.put(start..start, format!("\n{TEMPLATE}"));
    }
    let body = edits.apply(&body).lines().map(str::trim_end).collect::<Vec<_>>().join("\n");
    (line, body, command.assigned.clone().unwrap_or_else(|| name.to_owned()))
}

/// What was no template as one that says the same.
fn escaped(body: &str) -> String {
    let mut out = String::with_capacity(body.len());
    let mut rest = body;
    while let Some(at) = rest.find("{{").into_iter().chain(rest.find("{%")).chain(rest.find("{#")).min() {
        out.push_str(&rest[..at]);
        out.push_str("{{ '");
        out.push_str(&rest[at..at + 2]);
        out.push_str("' }}");
        rest = &rest[at + 2..];
    }
    out.push_str(rest);
    out
}

/// The first pipe of a query outside of quotes.
fn pipe(text: &str) -> Option<usize> {
    let mut quote = None;
    text.bytes().enumerate().find_map(|(at, byte)| match (quote, byte) {
        (Some(open), byte) if open == byte => {
            quote = None;
            None
        }
        (None, b'"' | b'\'') => {
            quote = Some(byte);
            None
        }
        (None, b'|') => Some(at),
        _ => None,
    })
}

/// The names behind `FROM`.
fn sources(text: &str) -> String {
    let lower = text.to_ascii_lowercase();
    let Some(at) = lower.find("from ") else { return "the answer".to_owned() };
    let names = text[at + 5..]
        .split(|c: char| !(c.is_ascii_alphanumeric() || "_., ".contains(c)))
        .next()
        .unwrap_or_default();
    let mut found: Vec<&str> = Vec::new();
    for name in names.split(',') {
        let mut words = name.split_whitespace();
        found.extend(words.next());
        if words.next().is_some() {
            break;
        }
    }
    if found.is_empty() { "the answer".to_owned() } else { found.join(", ") }
}

/// The options of Taegis' command line that matter here.
#[derive(Debug, Default)]
struct Command {
    words: Vec<Range<usize>>,
    commands: Vec<String>,
    template: bool,
    assigned: Option<String>,
    /// Behind the words `events search`.
    search_end: usize,
}

impl Command {
    fn of(line: &str) -> Self {
        let mut command = Self { words: words(line), ..Self::default() };
        let word =
            |at: usize| command.words.get(at).and_then(|range| line.get(range.clone())).unwrap_or_default();
        let (mut commands, mut end, mut template, mut assigned) = (Vec::new(), 0, false, None);
        let mut at = 0;
        while at < command.words.len() {
            let own = word(at);
            match own.split_once('=').map_or((own, None), |(flag, value)| (flag, Some(value))) {
                ("--assign" | "--append", Some(value)) => assigned = Some(value.to_owned()),
                ("--assign" | "--append", None) => {
                    assigned = Some(word(at + 1).to_owned());
                    at += 1;
                }
                ("-t" | "--cell-template", _) => template = true,
                (own, _) if !own.starts_with('-') && commands.len() < 2 => {
                    commands.push(own.to_owned());
                    end = command.words[at].end;
                }
                _ => {}
            }
            at += 1;
        }
        let is_name = |name: &String| {
            name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
                && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
        };
        command.commands = commands;
        command.search_end = end;
        command.template = template;
        command.assigned = assigned.filter(is_name);
        command
    }

    fn searches(&self) -> bool {
        let words: Vec<&str> = self.commands.iter().map(String::as_str).collect();
        matches!(words.as_slice(), ["events" | "event" | "alerts" | "alert", "search"])
    }

    /// Whether it is about a tenant at all.
    fn is_of_a_tenant(&self) -> bool {
        !self.commands.first().is_none_or(|first| {
            matches!(first.as_str(), "configure" | "notebook" | "auth" | "--help" | "utils")
        })
    }

    /// The line with its tenant and region, and a name for what it answers.
    fn addressed(
        &self,
        line: &str,
        name: Option<&str>,
        said: &mut dyn FnMut(NoteKind, &'static str),
    ) -> String {
        if !self.is_of_a_tenant() {
            return line.to_owned();
        }
        let mut edits = Edits::default();
        let (mut tenant, mut region) = (false, false);
        let mut at = 0;
        while let Some(range) = self.words.get(at) {
            let word = line.get(range.clone()).unwrap_or_default();
            let (flag, joined) =
                word.split_once('=').map_or((word, None), |(flag, value)| (flag, Some(value)));
            let value = match flag {
                "--tenant" => "$TENANT_ID",
                "--region" => "$REGION",
                "--cache" => {
                    edits.put(range.start.saturating_sub(1)..range.end, "");
                    said(
                        NoteKind::Changed,
                        "it kept its answer in the notebook (`--cache`): it asks anew now, so that the answer can be told from an old one.",
                    );
                    at += 1;
                    continue;
                }
                _ => {
                    at += 1;
                    continue;
                }
            };
            if flag == "--tenant" {
                tenant = true;
            } else {
                region = true;
            }
            let next = self
                .words
                .get(at + 1)
                .filter(|next| !line.get((*next).clone()).unwrap_or_default().starts_with('-'));
            match (joined, next) {
                (Some(_), _) => {
                    edits.put(range.start + flag.len() + 1..range.end, value);
                }
                (None, Some(next)) => {
                    edits.put(next.clone(), value);
                    at += 1;
                }
                (None, None) => {
                    edits.put(range.end..range.end, format!(" {value}"));
                }
            }
            at += 1;
        }
        let end = line.trim_end().len();
        let mut more = String::new();
        if !tenant {
            said(
                NoteKind::Changed,
                "the command named no tenant: it asked whomever your configuration names. It names one now.",
            );
            more.push_str(" --tenant $TENANT_ID");
        }
        if !region {
            more.push_str(" --region $REGION");
        }
        if let Some(name) = name.filter(|_| self.assigned.is_none()) {
            more.push_str(" --assign ");
            more.push_str(name);
        }
        if !more.is_empty() {
            edits.put(end..end, more);
        }
        edits.apply(line)
    }
}

/// The words of a line, as a shell parts them, quotes included.
fn words(line: &str) -> Vec<Range<usize>> {
    let mut words: Vec<Range<usize>> = Vec::new();
    let (mut start, mut quote) = (None, None);
    for (at, c) in line.char_indices() {
        match (quote, c) {
            (Some(open), c) if open == c => quote = None,
            (Some(_), _) => {}
            (None, '"' | '\'') => {
                quote = Some(c);
                start = start.or(Some(at));
            }
            (None, c) if c.is_whitespace() => words.extend(start.take().map(|start| start..at)),
            (None, _) => start = start.or(Some(at)),
        }
    }
    words.extend(start.map(|start| start..line.len()));
    words
}

/// Whether a statement is a search of Taegis on a line of its own.
pub(super) fn is_search(source: &str, statement: &Statement) -> bool {
    let written = source.get(statement.at.clone()).unwrap_or_default();
    statement.escapes && written.strip_prefix("%taegis").is_some_and(|line| Command::of(line).searches())
}
