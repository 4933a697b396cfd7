//! Tags that were meant to remove something, and remove nothing.

use super::super::{REMOVE_CELL, REMOVE_INPUT, REMOVE_OUTPUT, shows_outputs, shows_text};
use super::{Found, Said};
use crate::notebook::{Cell, CellKind};
use serde_json::Value;

/// Tags that say of a cell that it is not for the customer, and do nothing.
const INTERNAL: [&str; 27] = [
    "internal",
    "internal_only",
    "private",
    "analyst_only",
    "analysts_only",
    "hunter_only",
    "hunters_only",
    "guidance",
    "not_for_customer",
    "not_for_client",
    "not_for_report",
    "analyst_guidance",
    "hunter_guidance",
    "internal_guidance",
    "analyst_notes",
    "hunter_notes",
    "internal_notes",
    "cell_remove",
    "no_report",
    "noreport",
    "no_export",
    "noexport",
    "exclude",
    "exclude_from_report",
    "hide",
    "hidden",
    "remove",
];

/// How deep metadata are looked into.
const DEPTH: usize = 4;

pub(super) fn check(found: &mut Found<'_>) {
    let notebook = found.notebook;
    for (index, cell) in notebook.cells.iter().enumerate() {
        if cell.has_tag(REMOVE_CELL) || cell.kind == CellKind::Raw {
            continue;
        }
        let mut meant: Vec<(String, &'static str)> = Vec::new();
        for tag in cell.tags() {
            meant.extend(meaning(tag, cell).map(|right| (tag.to_owned(), right)));
        }
        for (key, value) in &cell.metadata {
            if !(key == "tags" && value.is_array()) {
                elsewhere(key, value, cell, DEPTH, &mut meant);
            }
        }
        if cell.kind == CellKind::Code {
            for line in cell.source.lines().map_while(|line| line.strip_prefix("#|")) {
                if let Some(tags) = line.trim().strip_prefix("tags:") {
                    elsewhere("tags", &Value::String(tags.to_owned()), cell, DEPTH, &mut meant);
                }
            }
        }
        for (tag, right) in meant {
            let message = format!("the tag `{tag}` removes nothing: what it is on reaches the customer");
            let help = format!("write `{right}` in the list of the cell's tags");
            found.of_cell(index, &tag, Said { code: "tag-removes-nothing", message: &message, help: &help });
        }
    }
}

/// Tags that stand where no tool looks: as one text, under another key, as a key of their own.
fn elsewhere(key: &str, value: &Value, cell: &Cell, depth: usize, meant: &mut Vec<(String, &'static str)>) {
    let is_tag = matches!(key.to_lowercase().as_str(), "tag" | "tags" | "class");
    match value {
        // `hidden` is what editors fold.
        Value::Bool(true) if !key.starts_with("hid") => {
            let known = KNOWN.into_iter().find(|known| *known == key && matters(known, cell));
            meant.extend(known.or_else(|| meaning(key, cell)).map(|right| (key.to_owned(), right)));
        }
        Value::String(text) if is_tag => {
            let parts = text.split([',', ' ', '[', ']', '\'', '"']).filter(|part| !part.is_empty());
            for tag in parts {
                let known = KNOWN.into_iter().find(|known| *known == tag && matters(known, cell));
                meant.extend(known.or_else(|| meaning(tag, cell)).map(|right| (tag.to_owned(), right)));
            }
        }
        Value::Array(list) if depth > 0 => {
            for one in list {
                elsewhere(key, one, cell, depth - 1, meant);
            }
        }
        Value::Object(map) if depth > 0 => {
            for (key, one) in map {
                elsewhere(key, one, cell, depth - 1, meant);
            }
        }
        _ => {}
    }
}

const KNOWN: [&str; 3] = [REMOVE_CELL, REMOVE_INPUT, REMOVE_OUTPUT];

/// The tag that somebody meant, where it would change what the customer sees.
fn meaning(tag: &str, cell: &Cell) -> Option<&'static str> {
    if KNOWN.contains(&tag) || tag.len() > 60 {
        return None;
    }
    let plain: String = tag.trim().to_lowercase().replace(['-', ' ', '.', ':', '/'], "_");
    let letters: String = plain.chars().filter(char::is_ascii_alphanumeric).collect();
    let right = if INTERNAL.contains(&plain.as_str()) {
        REMOVE_CELL
    } else {
        let verb = ["remove", "hide", "hidden", "skip", "delete", "drop", "rm"]
            .iter()
            .find_map(|verb| letters.strip_prefix(verb))
            .or_else(|| near(&letters).then_some("cell"))?;
        match verb.trim_end_matches('s') {
            "cell" | "all" => REMOVE_CELL,
            "input" | "code" | "source" => REMOVE_INPUT,
            "output" => REMOVE_OUTPUT,
            _ if near(&letters) => REMOVE_CELL,
            _ => return None,
        }
    };
    matters(right, cell).then_some(right)
}

/// Whether the right tag would change what the customer sees: inputs of code are never shown.
fn matters(right: &str, cell: &Cell) -> bool {
    match (right, cell.kind) {
        (_, CellKind::Raw) => false,
        (REMOVE_INPUT, kind) => kind == CellKind::Markdown && shows_text(cell),
        (REMOVE_OUTPUT, kind) => kind == CellKind::Code && shows_outputs(cell) && !cell.outputs.is_empty(),
        (_, CellKind::Markdown) => shows_text(cell),
        _ => shows_outputs(cell),
    }
}

/// Whether letters are those of `removecell` but for one.
fn near(letters: &str) -> bool {
    const RIGHT: &[u8] = b"removecell";
    let own = letters.as_bytes();
    if own.len().abs_diff(RIGHT.len()) > 1 {
        return false;
    }
    let ahead = own.iter().zip(RIGHT).take_while(|(a, b)| a == b).count();
    let behind = own.iter().rev().zip(RIGHT.iter().rev()).take_while(|(a, b)| a == b).count();
    // Two letters that changed places count as one.
    let swapped = own.len() == RIGHT.len()
        && ahead + behind + 2 == own.len()
        && own[ahead] == RIGHT[ahead + 1]
        && own[ahead + 1] == RIGHT[ahead];
    ahead + behind + 1 >= own.len().max(RIGHT.len()) || swapped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_meant_to_remove_is_told() {
        let prose = Cell::new(CellKind::Markdown, "x");
        for tag in [
            "remove-cell",
            "Remove_Cell",
            "removecell",
            "remove_cells",
            "hide_cell",
            "hide-cell",
            "remove_cell ",
            "remvoe_cell",
            "REMOVE_CELL",
            "remove.cell",
            "internal",
            "remove_cel",
            "remove-input",
            "rmcell",
        ] {
            assert!(meaning(tag, &prose).is_some(), "{tag}");
        }
        for tag in [
            "remove_cell",
            "parameters",
            "analyst_input",
            "hidden_process",
            "removed_accounts",
            "skip_ci",
            "triage",
        ] {
            assert_eq!(meaning(tag, &prose), None, "{tag}");
        }
        let code = Cell::new(CellKind::Code, "x");
        assert_eq!(meaning("hide-input", &code), None);
        assert_eq!(meaning("remove-cell", &code), Some(REMOVE_CELL));
    }
}
