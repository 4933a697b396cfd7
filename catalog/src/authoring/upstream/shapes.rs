//! What is somebody's by its shape, whoever it is: addresses, accounts, ids, folders of people, dates, credentials.
//!
//! A procedure that needs one of these is mended by hand: none can be told from a tenant's.

use super::views;
use crate::instance::secrets_in;
use regex::Regex;
use std::sync::LazyLock;

/// What it is, and how it looks. Where it has a group, that is the part that counts.
const SHAPES: [(&str, &str); 11] = [
    (
        "an id (a GUID)",
        r"(?i)\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b|\b[0-9a-f]{32}\b",
    ),
    ("an address of a network", r"\b(?:\d{1,3}\.){3}\d{1,3}\b"),
    ("an address of a network", r"(?i)\b(?:[0-9a-f]{1,4}:){3,7}(?::?[0-9a-f]{1,4})\b"),
    ("an address of a device", r"(?i)\b[0-9a-f]{2}(?:[:-][0-9a-f]{2}){5}\b"),
    ("an address of a person", r"(?i)\b[a-z0-9._%+-]+@[a-z0-9-]+(?:\.[a-z0-9-]+)+\b"),
    ("the id of an account", r"(?i)\bS-1-5-21(?:-\d+)+"),
    ("a share of an inner network", r"\\\\[A-Za-z0-9._-]+\\+[A-Za-z0-9$._-]+"),
    (
        "a link into an inner network",
        r"(?i)\b[a-z][a-z0-9+.-]*://(?:[a-z0-9-]+|(?:[a-z0-9-]+\.)+(?:internal|intranet|corp|local|lan|home\.arpa))(?:[:/?#\s'\x22)\]>]|$)",
    ),
    ("the folder of a person", r"(?i)(?:/home/|/Users/|\b[a-z]:[\\/]+Users[\\/]+)[^\s/\\:'\x22<>|*{}$%]+"),
    (
        "a fixed date",
        r"\b(?:19|20)\d{2}[-/.](?:0?[1-9]|1[0-2])[-/.](?:0?[1-9]|[12]\d|3[01])(?:\b|T)|\b\d{1,2}[/.]\d{1,2}[/.](?:19|20)\d{2}\b|\b1[5-9]\d{8}(?:\d{3})?\b",
    ),
    (
        "a credential",
        r"(?i)\b[a-z_]*(?:password|passwd|pwd|secret|token|api_?key|client_?key|credential)[a-z_]*[\x22']?\s*[=:]\s*[frb]?[\x22'][^\x22'{}$<>]{3,}[\x22']",
    ),
];

static EACH: LazyLock<Vec<(&'static str, Regex)>> = LazyLock::new(|| {
    SHAPES.iter().filter_map(|(what, shape)| Some((*what, Regex::new(shape).ok()?))).collect()
});

/// Addresses and ids that are everybody's.
const NOBODYS: [&str; 8] = [
    "127.0.0.1",
    "0.0.0.0",
    "255.255.255.255",
    "169.254.169.254",
    "10.0.0.0",
    "172.16.0.0",
    "192.168.0.0",
    "00000000-0000-0000-0000-000000000000",
];

/// Endings of files, which look like those of hosts.
const FILES: [&str; 39] = [
    "exe", "dll", "sys", "ps1", "psm1", "bat", "cmd", "vbs", "js", "jse", "hta", "lnk", "msi", "scr", "cpl",
    "ocx", "tmp", "log", "txt", "csv", "json", "xml", "yaml", "yml", "md", "py", "ipynb", "zip", "rar",
    "iso", "img", "docx", "xlsx", "pdf", "html", "dat", "evtx", "sh", "jar",
];

static TECHNIQUE: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"(?i)^TA?\d{4}(?:\.\d{3})?$").ok());

/// Whether a word is the name of a file.
pub(super) fn is_file(word: &str) -> bool {
    word.rsplit_once('.').is_some_and(|(_, ending)| FILES.contains(&ending.to_lowercase().as_str()))
}

/// Whether a word is the id of a technique or a tactic.
pub(super) fn is_technique(word: &str) -> bool {
    TECHNIQUE.as_ref().is_some_and(|shape| shape.is_match(word))
}

/// The ids in a text: what of the shapes names a host, a person or a thing.
pub(super) fn ids(text: &str) -> impl Iterator<Item = &str> {
    EACH.iter()
        .take(7)
        .flat_map(move |(_, shape)| shape.find_iter(text))
        .map(|hit| hit.as_str())
        .filter(|hit| !NOBODYS.contains(hit))
}

/// The first of the shapes in a text that the procedure does not have: what it is, and its line from 1 (0 where it is told from
/// more than one line).
pub(super) fn first(text: &str, upstream: &[&str]) -> Option<(&'static str, u32)> {
    for (line, number) in text.lines().zip(1..) {
        if let Some(what) = views::of(line).iter().find_map(|view| in_view(view, upstream)) {
            return Some((what, number));
        }
    }
    views::of(text).iter().find_map(|view| in_view(view, upstream)).map(|what| (what, 0))
}

fn in_view(view: &str, upstream: &[&str]) -> Option<&'static str> {
    let is_new = |hit: &str| !NOBODYS.contains(&hit) && !upstream.iter().any(|own| own.contains(hit));
    let by_shape = EACH.iter().find(|(_, shape)| shape.find_iter(view).any(|hit| is_new(hit.as_str())));
    by_shape.map(|(what, _)| *what).or_else(|| {
        let mut secrets = secrets_in(view).into_iter();
        secrets.find(|(_, range)| view.get(range.clone()).is_some_and(is_new)).map(|(what, _)| what)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_shape_is_a_regular_expression() {
        assert_eq!(EACH.len(), SHAPES.len());
    }

    #[test]
    fn what_is_somebodys_is_told_by_its_line() {
        for text in [
            "WHERE id = '0a1b2c3d-0000-4000-8000-0123456789ab'",
            "src = '10.3.2.1'",
            "user = 'ana@clinic.example'",
            "sid = 'S-1-5-21-1-2-3-500'",
            "open('/home/ana/x')",
            "since 2026-11-17",
            "earliest=1795521600",
            "\\\\files\\ana",
            "http://wiki/page",
            "password = 'hunter2'",
            "x = 'AKIAABCDEFGHIJKLMNOP'",
            "mail = 'ana%40clinic.example'",
        ] {
            let found = first(&format!("FROM process\n{text}"), &[]);
            assert_eq!(found.map(|(_, line)| line), Some(2), "{text}");
            assert_eq!(
                first(text, &[&format!("upstream has {text}")]).filter(|_| !text.contains("%40")),
                None,
                "{text}"
            );
        }
        for text in [
            "FROM process WHERE image = 'rundll32.exe' AND version = '1.2.3'",
            "EARLIEST=-7d",
            "T1059.001",
            "127.0.0.1",
            "token = TOKEN",
            "https://attack.mitre.org/techniques/T1003/",
            "C:\\Users\\*\\AppData",
        ] {
            assert_eq!(first(text, &[]), None, "{text}");
        }
    }
}
