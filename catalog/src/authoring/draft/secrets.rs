//! Passwords and keys: left out, and read from the environment.

use super::edits::Edits;
use super::notes::NoteKind;
use super::work::{Piece, Work};
use crate::instance::secrets_in;
use crate::notebook::CellKind;
use regex::Regex;
use std::sync::LazyLock;

/// What a password is called.
static CALLED: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"(?i)(?:passw|passwd|pwd$|^pass$|secret|token$|api_?key|access_?key|private_?key|webhook|credential|bearer|authorization)").ok()
});

/// The same where there is no Python to tell a name from its value.
static WRITTEN: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r#"(?i)((?:\b|_|-)(?:password|passwd|pwd|client_?secret|secret|token|api[_-]?key|access[_-]?key)["']?\s*(?:is\s+|[=:]\s*|\s)["'`]?)([^\s"'`<>{}$()\[\],;]{6,})"#).ok()
});

/// What is sent with a request to say who asks.
static BEARER: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"(?i)\b(bearer|basic)\s+[a-z0-9+/=._~-]{16,}").ok());

pub(super) fn secrets(work: &mut Work<'_>) {
    for piece in &mut work.pieces {
        let mut told: Vec<(Option<usize>, String)> = Vec::new();
        in_python(piece, &mut work.environment, &mut told);
        in_text(piece, &mut told);
        for (line, text) in told {
            let note = super::Note { kind: NoteKind::LookAt, cell: Some(piece.number), line, text };
            work.notes.take(note);
        }
    }
}

/// Whether a text is shaped like a secret, and what it is.
fn shape(text: &str) -> Option<&'static str> {
    let bearer = || BEARER.as_ref().is_some_and(|bearer| bearer.is_match(text));
    secrets_in(text)
        .first()
        .map(|(what, _)| *what)
        .or_else(|| bearer().then_some("what a request says who asks by"))
}

/// Texts that are one become a look into the environment.
fn in_python(piece: &mut Piece, environment: &mut bool, told: &mut Vec<(Option<usize>, String)>) {
    let Some(code) = piece.code() else { return };
    let mut edits = Edits::default();
    for text in &code.texts {
        let body = piece.source.get(text.body.clone()).unwrap_or_default();
        let named = code.named.iter().find(|named| named.value.start == text.at.start);
        let by_name = named.filter(|named| {
            let called = CALLED.as_ref().is_some_and(|called| called.is_match(&named.name));
            // `token_type = "x y"` and placeholders are none.
            called
                && !text.formatted
                && body.len() >= 4
                && !body.contains(char::is_whitespace)
                && !is_placeholder(body)
        });
        let what = shape(body).or_else(|| by_name.map(|_| "a password or a key"));
        let Some(what) = what else { continue };
        let variable = variable(named.map_or("", |named| named.name.as_str()), what);
        told.push((
            piece.line_of(body.lines().next().unwrap_or_default()),
            format!("it held {what}, which was left out: `{variable}` is read from the environment now. Whoever saw the notebook has it: revoke it."),
        ));
        edits.put(text.at.clone(), format!("os.environ[\"{variable}\"]"));
    }
    if !edits.is_empty() {
        let changed = edits.apply_to_python(&piece.source);
        *environment |= piece.becomes(changed);
    }
}

/// What is left anywhere, in prose too, is struck out.
fn in_text(piece: &mut Piece, told: &mut Vec<(Option<usize>, String)>) {
    let mut edits = Edits::default();
    for (what, range) in secrets_in(&piece.source) {
        let line = piece.source.get(range.clone()).and_then(|text| piece.line_of(text));
        told.push((
            line,
            format!("it held {what}, which was struck out. Whoever saw the notebook has it: revoke it."),
        ));
        edits.put(range, "(left out)");
    }
    let is_code = piece.kind == CellKind::Code && piece.code().is_some();
    for shape in [&WRITTEN, &BEARER].into_iter().filter_map(|shape| shape.as_ref()).filter(|_| !is_code) {
        for hit in shape.captures_iter(&piece.source) {
            let Some(range) = hit.get(2).or_else(|| hit.get(0)).map(|hit| hit.range()) else { continue };
            let value = piece.source.get(range.clone()).unwrap_or_default();
            // Prose speaks of passwords; what one is has digits or signs among its letters.
            let telling = value.bytes().any(|byte| byte.is_ascii_digit())
                && value.bytes().any(|byte| byte.is_ascii_alphabetic());
            if telling && !is_placeholder(value) && !value.contains("os.environ") {
                told.push((piece.line_of(value), "it held a password or a key, which was struck out. Whoever saw the notebook has it: revoke it.".to_owned()));
                edits.put(range, "(left out)");
            }
        }
    }
    if !edits.is_empty() {
        piece.source = edits.apply(&piece.source);
    }
}

/// The text without what is shaped like a secret: the last look, at everything.
pub(super) fn blotted(text: &str) -> String {
    let mut edits = Edits::default();
    for (_, range) in secrets_in(text) {
        edits.put(range, "(left out)");
    }
    if edits.is_empty() { text.to_owned() } else { edits.apply(text) }
}

fn is_placeholder(text: &str) -> bool {
    let lower = text.to_lowercase();
    text.starts_with(['$', '<', '{', '%', '*'])
        || ["your", "xxx", "changeme", "none", "todo", "..."].iter().any(|word| lower.starts_with(word))
        || text.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_')
}

/// What the variable of the environment is called.
fn variable(name: &str, what: &str) -> String {
    let from = if name.is_empty() || name.eq_ignore_ascii_case("authorization") { what } else { name };
    let from = from.strip_prefix("a ").or_else(|| from.strip_prefix("an ")).unwrap_or(from);
    let letters: String =
        from.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_uppercase() } else { '_' }).collect();
    let words: Vec<&str> = letters.split('_').filter(|word| !word.is_empty()).take(5).collect();
    let name: String = words.join("_").chars().take(40).collect();
    if name.starts_with(|c: char| c.is_ascii_alphabetic()) { name } else { format!("SECRET_{name}") }
}
