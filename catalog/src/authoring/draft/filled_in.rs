//! What belongs to the tenant, replaced wherever it stands: by a parameter where code reads it, by words elsewhere.

use super::code::Code;
use super::edits::{Edits, filled};
use super::notes::{NoteKind, times};
use super::tenants::parameter_for;
use super::work::{Known, Piece, Reach, Work, is_whole};
use crate::notebook::CellKind;
use regex::Regex;
use std::sync::LazyLock;

/// Puts parameters in the place of what belongs to the tenant, in code and in prose.
pub(super) fn replace(work: &mut Work<'_>) {
    if work.known.iter().any(|known| known.name != "REGION") {
        let names: Vec<&str> = ["TENANT_ID", "WORKSPACE_ID", "DIRECTORY_ID"]
            .into_iter()
            .filter(|name| work.known.iter().any(|known| known.name == **name))
            .collect();
        let filled = if names.is_empty() {
            String::new()
        } else {
            format!(" A copy fills in `{}`.", names.join("`, `"))
        };
        work.notes.add(NoteKind::Changed, format!("The tenant was written down.{filled}"));
    }
    let several = work.known.iter().filter(|known| known.name == work.tenant_name()).filter(|known| {
        !work.known.iter().any(|other| {
            other.value.len() > known.value.len()
                && other.value.to_lowercase().contains(&known.value.to_lowercase())
        })
    });
    let keys: Vec<String> = several.map(|known| known.value.replace('-', "")).collect();
    if keys.iter().any(|key| *key != keys[0]) {
        work.notes.add(
            NoteKind::LookAt,
            "The notebook named more than one tenant; a copy asks one. What compared them does so no more.",
        );
    }
    let mut words = 0;
    for piece in &mut work.pieces {
        if piece.kind == CellKind::Markdown {
            words += in_prose(&mut piece.source, &work.known);
            continue;
        }
        for name in own_names(piece) {
            let text = format!("it set `{name}`; the cell with the parameters does that now.");
            work.notes.of_cell(NoteKind::Changed, piece.number, text);
        }
        words += in_code(piece, &work.known);
    }
    if words > 0 {
        let text = format!(
            "A name or key of the tenant stood in words {}: it says `the tenant` there now.",
            times(words)
        );
        work.notes.add(NoteKind::Changed, text);
    }
}

/// Takes out of a cell what sets a name that the cell with the parameters sets.
fn own_names(piece: &mut Piece) -> Vec<String> {
    let Some(code) = piece.code() else { return Vec::new() };
    let mut edits = Edits::default();
    let mut dropped = Vec::new();
    for statement in &code.statements {
        let Some((name, _)) = &statement.assigns else { continue };
        if names().any(|own| own == name) {
            edits.put(statement.at.clone(), "");
            dropped.push(name.clone());
        }
    }
    if !edits.is_empty() {
        piece.source = super::work::plain(&edits.apply(&piece.source).replace("\n\n\n", "\n"));
    }
    dropped
}

/// The names that a draft's parameters may have.
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    [
        "TENANT_ID",
        "WORKSPACE_ID",
        "WORKSPACE",
        "WORKSPACE_NAME",
        "TAEGIS_TENANT_ID",
        "DIRECTORY_ID",
        "REGION",
        "TAEGIS_ENVIRONMENT",
        "TENANT_NAME",
        "CUSTOMER_NAME",
        "EARLIEST",
        "LATEST",
        "TAEGIS_MAGIC_NOTEBOOK_FILENAME",
    ]
    .into_iter()
}

/// The values that stand in a text, as they reach: where, and which.
pub(super) fn places<'k>(
    text: &str,
    known: &'k [Known],
    least: Reach,
) -> Vec<(std::ops::Range<usize>, &'k Known)> {
    let lower = text.to_ascii_lowercase();
    let mut found: Vec<(std::ops::Range<usize>, &Known)> = Vec::new();
    for one in known.iter().filter(|one| one.reach >= least) {
        let value = one.value.to_ascii_lowercase();
        for (at, _) in lower.match_indices(&value) {
            let range = at..at + value.len();
            let (before, behind) = (&lower[..range.start], &lower[range.end..]);
            let digits = value.bytes().all(|byte| byte.is_ascii_digit());
            let cut = match one.reach {
                Reach::Anywhere if digits => {
                    before.ends_with(|c: char| c.is_ascii_digit())
                        || behind.starts_with(|c: char| c.is_ascii_digit())
                }
                Reach::Anywhere => false,
                _ => before.ends_with(char::is_alphanumeric) || behind.starts_with(char::is_alphanumeric),
            };
            let taken = found.iter().any(|(other, _)| other.start < range.end && range.start < other.end);
            if !cut && !taken {
                found.push((range, one));
            }
        }
    }
    found
}

/// Prose says `the tenant`.
pub(super) fn in_prose(text: &mut String, known: &[Known]) -> usize {
    let mut edits = Edits::default();
    for (range, _) in places(text, known, Reach::Words) {
        edits.put(range, "the tenant");
    }
    let number = edits.len();
    if number > 0 {
        *text = smooth(&edits.apply(text));
    }
    number
}

static TWICE: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r#"(?i)\b(?:the\s+|our\s+|an?\s+)?(?:tenant|customer|client|workspace)s?(?:\s+(?:id|key|name|number))?["'`]?\s*[:=(#]?\s*["'`(]*the tenant(?:["'`]\)?|\))?"#).ok()
});

/// `tenant the tenant` is said once.
fn smooth(text: &str) -> String {
    match TWICE.as_ref() {
        Some(twice) => twice.replace_all(text, "the tenant").replace("the the tenant", "the tenant"),
        None => text.to_owned(),
    }
}

/// Code reads the parameter; what cannot says `tenant`. Answers how often it was in words.
fn in_code(piece: &mut Piece, known: &[Known]) -> usize {
    if let Some(code) = piece.code() {
        let changed = in_python(&piece.source, &code, known).apply_to_python(&piece.source);
        piece.becomes(changed);
    }
    let mut edits = Edits::default();
    let lines = piece.source.clone();
    let mut words = 0;
    for (range, one) in places(&lines, known, Reach::Words) {
        let start = lines[..range.start].rfind('\n').map_or(0, |at| at + 1);
        let line = lines[start..].trim_start();
        let first = line.starts_with(['%', '!']);
        let whole = is_whole(&lines, range.start, range.len());
        if first && whole {
            edits.put(range, format!("{{{}}}", one.name));
        } else if whole && lines.trim_start().starts_with("%%taegis") {
            edits.put(range, format!("{{{{ {} }}}}", one.name));
        } else {
            words += 1;
            edits.put(range, "tenant");
        }
    }
    if !edits.is_empty() {
        piece.source = edits.apply(&lines);
    }
    words
}

/// Texts and numbers of Python.
fn in_python(source: &str, code: &Code, known: &[Known]) -> Edits {
    let mut edits = Edits::default();
    for text in &code.texts {
        let body = source.get(text.body.clone()).unwrap_or_default();
        let value = |one: &&Known| body.trim().eq_ignore_ascii_case(&one.value);
        let told = code.named.iter().find(|named| named.value.start == text.at.start);
        let as_told = |one: &&Known| {
            one.reach > Reach::Place
                || told.is_some_and(|told| parameter_for(&told.name, "").is_some() || one.name == "REGION")
        };
        if let Some(one) = known.iter().find(|one| value(one) && as_told(one)) {
            edits.put(text.at.clone(), one.name.clone());
            continue;
        }
        let mut own = Edits::default();
        for (range, one) in places(body, known, Reach::Words) {
            let at = text.body.start + range.start..text.body.start + range.end;
            own.put(at, format!("{{{}}}", one.name));
        }
        if !own.is_empty()
            && let Some(filled) = filled(source, text, own)
        {
            edits.put(text.at.clone(), filled);
        }
    }
    for number in &code.numbers {
        let written = source.get(number.clone()).unwrap_or_default().replace('_', "");
        if let Some(one) = known.iter().find(|one| one.value == written && one.reach > Reach::Place) {
            edits.put(number.clone(), one.name.clone());
        }
    }
    edits
}

/// Cells that still set a name of the parameters, such as a loop over tenants, set one of their own.
pub(super) fn renamed(work: &mut Work<'_>) {
    let own: Vec<String> = names().map(str::to_owned).collect();
    let mut notes = Vec::new();
    for piece in work.pieces.iter_mut().filter(|piece| piece.kind == CellKind::Code) {
        for name in crate::instance::assigned(&piece.source, &own) {
            let other = format!("own_{}", name.to_lowercase());
            let mut edits = Edits::default();
            for (at, _) in piece.source.match_indices(&name) {
                if is_whole(&piece.source, at, name.len()) {
                    edits.put(at..at + name.len(), other.clone());
                }
            }
            piece.source = edits.apply(&piece.source);
            notes.push((piece.number, format!("it set `{name}`, which the cell with the parameters does: it is `{other}` there now. Does it ask another tenant than the copy's?")));
        }
    }
    for (cell, text) in notes {
        work.notes.of_cell(NoteKind::LookAt, cell, text);
    }
}

/// Has connections that named nobody name the tenant.
pub(super) fn connections(work: &mut Work<'_>) {
    let mut told = Vec::new();
    let service = work.service;
    for piece in work.pieces.iter_mut().filter(|piece| piece.kind == CellKind::Code) {
        let Some(code) = piece.code() else { continue };
        let mut edits = Edits::default();
        for call in code.calls.iter().filter(|call| call.bare) {
            let (on, method) = call.name.rsplit_once('.').unwrap_or(("", &call.name));
            let argument = match (method, service) {
                ("connect", "sentinel" | "defender")
                    if on.starts_with("qry") || on.ends_with("_prov") || on == "qp" =>
                {
                    "workspace=WORKSPACE"
                }
                ("WorkspaceConfig", "sentinel" | "defender") => "workspace=WORKSPACE",
                ("GraphQLService", "taegis") => "environment=REGION, tenant_id=TENANT_ID",
                _ => continue,
            };
            edits.put(call.at.end - 1..call.at.end - 1, argument);
        }
        if edits.is_empty() {
            continue;
        }
        let changed = edits.apply_to_python(&piece.source);
        if piece.becomes(changed) {
            told.push(piece.number);
        }
    }
    for cell in told {
        let text =
            "the connection named no tenant: it asked whomever your configuration names. It names one now.";
        work.notes.of_cell(NoteKind::Changed, cell, text);
    }
}
