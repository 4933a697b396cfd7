//! Hosts, addresses and people of the case from which a notebook came. In prose and comments they are replaced; in code, where
//! something would look elsewhere without them, they are pointed at. They are never quoted.

use super::edits::Edits;
use super::notes::NoteKind;
use super::work::{Piece, Work};
use crate::notebook::CellKind;
use regex::Regex;
use std::net::Ipv4Addr;
use std::ops::Range;
use std::sync::LazyLock;

/// What it is, how it looks, and what stands for it.
static SHAPES: LazyLock<Vec<(Regex, &'static str)>> = LazyLock::new(|| {
    let shapes = [
        (r"\b[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,}\b", "an account"),
        (r"\bS-1-5-21(?:-[0-9]+){3,4}\b", "an account"),
        (r"\b[A-Z][A-Z0-9-]{2,14}\\{1,2}[A-Za-z][A-Za-z0-9._-]{2,}\b", "an account"),
        (r"\b(?:[0-9]{1,3}\.){3}[0-9]{1,3}\b(?:/[0-9]{1,2})?", "an address"),
        (r"\b(?:[0-9a-fA-F]{1,4}:){5,7}[0-9a-fA-F]{1,4}\b", "an address"),
        (r"\b[A-Za-z0-9][A-Za-z0-9-]*(?:\.[A-Za-z0-9-]+)*\.(?:local|corp|lan|internal|intra)\b", "a host"),
        (r"\b[A-Z][A-Z0-9]{1,14}(?:-[A-Z0-9]{1,15}){1,4}\b", "a host"),
        (
            r"\b(?:SRV|DC|WS|PC|LAP|LT|NB|DESKTOP|LAPTOP|HOST|FS|EX|SQL|WEB|APP|WIN|CLT|VM)[A-Z]*[0-9]{2,}[A-Z0-9]*\b",
            "a host",
        ),
        (r"\b[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}\b", "an id"),
        (r"(?:/home/|/Users/|[A-Za-z]:\\{1,2}Users\\{1,2})[A-Za-z0-9._-]+", "somebody's folder"),
    ];
    shapes.into_iter().filter_map(|(shape, what)| Some((Regex::new(shape).ok()?, what))).collect()
});

/// What begins what is written like a host and is none.
const NO_HOSTS: [&str; 27] = [
    "CVE-", "MS0", "MS1", "UTF-", "ISO-", "TLP-", "AES-", "SHA-", "RFC-", "GUID-", "X-", "S-1-", "NT-",
    "RC4-", "MD5-", "TA0", "WIN32", "KB-", "UTC-", "EDR-", "XDR-", "HTTP-", "TCP-", "GCM-", "PS-", "WINDOWS",
    "SQL20",
];

/// Accounts and folders that every machine has.
const EVERYWHERE: [&str; 14] = [
    "hklm",
    "hkcu",
    "hkey",
    "authority",
    "builtin",
    "users\\public",
    "users\\\\public",
    "users\\default",
    "/users/shared",
    "%",
    "example.com",
    "example.org",
    "someone",
    "program",
];

/// What of a text is of a case, and what it is.
pub(super) fn found(text: &str) -> Vec<(Range<usize>, &'static str)> {
    let mut found: Vec<(Range<usize>, &'static str)> = Vec::new();
    for (shape, what) in SHAPES.iter() {
        for hit in shape.find_iter(text) {
            let overlaps = found.iter().any(|(other, _)| other.start < hit.end() && hit.start() < other.end);
            if !overlaps && is_of_a_case(hit.as_str(), what) {
                found.push((hit.range(), what));
            }
        }
    }
    found.sort_by_key(|(range, _)| range.start);
    found
}

fn is_of_a_case(value: &str, what: &str) -> bool {
    let lower = value.to_lowercase();
    if EVERYWHERE.iter().any(|known| lower.contains(known)) {
        return false;
    }
    match what {
        "an address" if !value.contains(':') => {
            let (address, mask) =
                value.split_once('/').map_or((value, None), |(address, mask)| (address, Some(mask)));
            let Ok(address) = address.parse::<Ipv4Addr>() else { return false };
            let is_net = mask.is_some_and(|mask| mask.parse::<u8>().is_ok_and(|mask| mask <= 16));
            let known =
                ["8.8.8.8", "8.8.4.4", "1.1.1.1", "9.9.9.9", "0.0.0.0", "255.255.255.255"].contains(&value);
            !address.is_loopback() && !address.is_link_local() && !is_net && !known && address.octets()[0] > 0
        }
        "a host" if value.chars().next().is_some_and(char::is_uppercase) && !value.contains('.') => {
            value.bytes().any(|byte| byte.is_ascii_digit())
                && !NO_HOSTS.iter().any(|none| value.starts_with(none))
        }
        _ => true,
    }
}

/// Looks for them in every cell.
pub(super) fn look(work: &mut Work<'_>) {
    let mut notes: Vec<Told> = Vec::new();
    for piece in &mut work.pieces {
        let is_prose = piece.kind == CellKind::Markdown;
        if is_prose {
            without_findings(piece, &mut notes);
        }
        let hits = found(&piece.source);
        if hits.is_empty() {
            continue;
        }
        let comments = piece.code().map(|code| code.comments).unwrap_or_default();
        let mut edits = Edits::default();
        for (range, what) in hits {
            let value = piece.source.get(range.clone()).unwrap_or_default().to_owned();
            let line = piece.line_at(&value, range.start);
            let spoken = is_prose
                || comments.iter().any(|comment| comment.start <= range.start && range.end <= comment.end);
            if spoken {
                notes.push((
                    NoteKind::Changed,
                    piece.number,
                    line,
                    format!("there stood {what} of the case; it says so in words now."),
                ));
                edits.put(range, what);
            } else {
                notes.push((NoteKind::LookAt, piece.number, line, format!("there stands what looks like {what} of the case. Make it a parameter, or take it out.")));
            }
            work.case.insert(value);
        }
        if !edits.is_empty() {
            piece.source = edits.apply(&piece.source);
        }
    }
    work.pieces.retain(|piece| !piece.source.trim().is_empty());
    for (kind, cell, line, text) in notes {
        work.notes.take(super::Note { kind, cell: Some(cell), line, text });
    }
}

/// What was to be said of a place in a cell.
type Told = (NoteKind, usize, Option<usize>, String);

/// Takes paragraphs out of prose that tell what was found.
fn without_findings(piece: &mut Piece, notes: &mut Vec<Told>) {
    let mut kept: Vec<&str> = Vec::new();
    for paragraph in piece.source.split("\n\n") {
        if is_finding(paragraph) {
            let line = piece.line_of(paragraph.lines().next().unwrap_or_default());
            notes.push((
                NoteKind::LeftOut,
                piece.number,
                line,
                "what it says is a finding of that case.".to_owned(),
            ));
        } else {
            kept.push(paragraph);
        }
    }
    piece.source = kept.join("\n\n");
}

/// Whether prose tells what was found rather than how to look: it names somebody, and speaks of what was.
fn is_finding(text: &str) -> bool {
    static TOLD: LazyLock<Option<Regex>> = LazyLock::new(|| {
        Regex::new(r"(?i)\b(?:we|i)\s+(?:found|saw|see|confirmed|isolated|informed|called|reported)\b|\bwas\s+(?:compromised|infected|isolated|confirmed|encrypted)\b|\b(?:hit|hits)\s+on\b|\bturned\s+out\b|\bconfirmed\b|\btrue positive\b|\bfalse positive on\b").ok()
    });
    !found(text).is_empty() && TOLD.as_ref().is_some_and(|told| told.is_match(text))
}
