//! Whatever is planted into a copy, and however it is written: nothing of the tenant comes through.

use super::sample::{Returned, THEN};
use crate::authoring::upstream::Standing;
use crate::authoring::upstream::views::{self, Folded};
use crate::notebook::{Cell, CellKind};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use proptest::prelude::*;
use serde_json::json;

/// What is the tenant's, in the copy or on record.
const WORDS: [&str; 7] = ["0145483", "Ward", "Clinic North", "t-7f3k", "mock", "srv-dc01", "2026-11-17"];

/// A word in another spelling.
fn spelled(word: &str, how: usize, cut: usize) -> String {
    let cut = word.floor_char_boundary(1 + cut % (word.len() - 1));
    let (head, tail) = word.split_at(cut);
    match how % 15 {
        0 => word.to_owned(),
        1 => word.to_uppercase(),
        2 => word.to_lowercase().replace([' ', '-'], "_"),
        3 => format!("https://{}.example.com/x?y=1", word.to_lowercase().replace(' ', "-")),
        4 => format!("https://example.com/{}", utf8_percent_encode(word, NON_ALPHANUMERIC)),
        5 => format!("{head}{{'{tail}'}}"),
        6 => format!("{{'{head}'}}{tail}"),
        7 => format!("{head}' + '{tail}"),
        8 => format!("{head}' f'{tail}"),
        9 => word.bytes().fold(String::new(), |out, byte| format!("{out}\\x{byte:02x}")),
        10 => STANDARD.encode(word),
        11 => format!("{head}\u{200b}{tail}"),
        12 => word.chars().rev().collect(),
        13 => format!("{}_{}", head.trim_start_matches('0'), tail),
        _ => word.replace([' ', '-'], ""),
    }
}

/// A cell's text with something planted.
fn planted(place: usize, spelled: &str) -> String {
    match place % 8 {
        0 => format!("show(hits)  # as for {spelled}"),
        1 => format!("show(hits, x='{spelled}')"),
        2 => format!("x = f'a {spelled} b'\nshow(hits)"),
        3 => format!("x = f'{spelled}'\nshow(hits)"),
        4 => format!("show(hits)\nopen('{spelled}.csv')"),
        5 => format!("x = {{'{spelled}': 1}}\nshow(hits[x])"),
        6 => format!("show(hits)\n# {spelled}"),
        _ => format!("%%taegis alerts search --tenant $TENANT_ID\nFROM process WHERE x = '{spelled}'"),
    }
}

/// Whether a text tells a word in any way of reading.
fn tells(text: &str, word: &str) -> bool {
    let sought = Folded::of(word).letters;
    views::of(text).iter().map(|view| Folded::of(view)).any(|view| {
        let backwards: String = sought.chars().rev().collect();
        view.letters.contains(&sought) || sought.len() > 4 && view.letters.contains(&backwards)
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, ..ProptestConfig::default() })]

    #[test]
    fn nothing_of_the_tenant_comes_through(
        word in 0..WORDS.len(), how in 0_usize..15, cut in 0_usize..20, place in 0_usize..8, kind in 0_usize..4,
    ) {
        let text = planted(place, &spelled(WORDS[word], how, cut));
        let mut returned = Returned::new();
        match kind {
            0 => returned = returned.with("show(hits)", &text),
            1 => returned = returned.with("Look at the parents first.", &text),
            2 => returned.add_behind("show(hits)", Cell::new(CellKind::Code, text.clone())),
            _ => {
                let mut cell = Cell::new(CellKind::Markdown, text.clone());
                cell.metadata.insert("tags".to_owned(), json!(["remove_cell"]));
                returned.add_behind("show(hits)", cell);
            }
        }
        let shown = returned.proposal().unwrap();
        let keys: Vec<String> =
            shown.cells.iter().filter(|cell| cell.standing.is_offered()).map(|cell| cell.key.clone()).collect();
        let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
        let proposal = returned.chosen(&keys).unwrap();
        // What is not the procedure's own.
        let own: Vec<&str> = THEN.lines().collect();
        let new: Vec<&str> = proposal.text.lines().filter(|line| !own.contains(line)).collect();
        prop_assert!(!tells(&new.join("\n"), WORDS[word]), "{:?} in {:?}", WORDS[word], new);
        for cell in proposal.cells.iter().filter(|cell| !cell.standing.is_offered()) {
            let Standing::HeldBack { reason, .. } = &cell.standing else { continue };
            prop_assert!(!reason.is_empty());
        }
    }

    #[test]
    fn nothing_is_lost_or_made_up_by_any_text(text in "[ -~\n`:+-]{0,80}", crlf: bool) {
        let then = if crlf { THEN.replace('\n', "\r\n") } else { THEN.to_owned() };
        let returned = Returned::of(&then).with("show(hits)", &text);
        let proposal = returned.proposal().unwrap();
        // All that stands before and behind the cell is as it was, byte for byte.
        let (head, tail) = then.split_once("show(hits)").unwrap();
        prop_assert!(proposal.text.starts_with(head) && proposal.text.ends_with(tail));
        let read = crate::notebook::myst::read(proposal.text.as_bytes());
        prop_assert_eq!(read.cells.len(), crate::notebook::myst::read(then.as_bytes()).cells.len());
    }
}
