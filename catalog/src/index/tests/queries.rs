//! What finds procedures by their queries and by their history.

use super::*;
use crate::notebook::{Cell, CellKind, Notebook};

fn asks(path: &str, cells: &[(CellKind, &str)]) -> Put {
    let cells = cells.iter().map(|(kind, source)| Cell::new(*kind, *source)).collect();
    let text = crate::procedure::text(&Notebook { cells, ..Notebook::default() });
    Put { text, ..put(path) }
}

fn shelf() -> Shelf {
    use CellKind::{Code, Markdown};
    Shelf::with([
        asks(
            "taegis.md",
            &[
                (
                    Code,
                    "%%taegis events search --tenant $T --assign x\nFROM scwx.process WHERE process.commandline CONTAINS 'rundll32' EARLIEST=-7d",
                ),
                (
                    Code,
                    "%%taegis alerts search --tenant $T --assign y\nFROM alert WHERE status = 'open' EARLIEST=-24h",
                ),
            ],
        ),
        asks(
            "shown.md",
            &[(
                Markdown,
                "Ask\n```kql\nSigninLogs | where ResultType != 0 and TimeGenerated > ago(30d)\n```",
            )],
        ),
        asks("unread.md", &[(Code, "df = qry_prov.exec_query(q)"), (Code, "print('rundll32')")]),
        put("none.md").prose("process lookback soon"),
    ])
}

#[test]
fn procedures_are_found_by_what_their_queries_read() {
    let shelf = shelf();
    for (text, wanted) in [
        ("reads:process", vec!["taegis.md"]),
        ("reads:scwx.process", vec!["taegis.md"]),
        ("reads:signinlogs", vec!["shown.md"]),
        ("field:commandline", vec!["taegis.md"]),
        ("field:Process.CommandLine", vec!["taegis.md"]),
        ("field:resulttype", vec!["shown.md"]),
        ("field:process", vec![]),
        ("in:query rundll32", vec!["taegis.md"]),
        ("in:query \"contains rundll32\"", vec!["taegis.md"]),
        ("in:code rundll32", vec!["taegis.md", "unread.md"]),
        ("-reads:process", vec!["none.md", "shown.md", "unread.md"]),
    ] {
        assert_eq!(shelf.paths(text), wanted, "{text}");
    }
}

#[test]
fn look_backs_are_compared_as_lengths_of_time() {
    let shelf = shelf();
    for (text, wanted) in [
        ("lookback:7d", vec!["taegis.md"]),
        ("lookback:=168h", vec!["taegis.md"]),
        ("lookback:>7d", vec!["shown.md"]),
        ("lookback:>=1w", vec!["shown.md", "taegis.md"]),
        ("lookback:<2d", vec!["taegis.md"]),
        ("lookback:<=24h", vec!["taegis.md"]),
        ("lookback:<24h", vec![]),
        ("lookback:unknown", vec!["unread.md"]),
        ("-lookback:>1h", vec!["none.md", "unread.md"]),
    ] {
        assert_eq!(shelf.paths(text), wanted, "{text}");
    }
}

#[test]
fn a_length_that_cannot_be_read_is_words_and_a_hint() {
    let found = shelf().find("lookback:soon");
    assert_eq!(paths(&found), ["none.md"]);
    assert!(found.hints[0].contains("lookback: takes"), "{:?}", found.hints);
}

#[test]
fn a_kind_of_change_finds_what_has_it_in_its_history() {
    let changed = |path: &str, kind: &str| {
        put(path).with(|entry| {
            entry.change_kinds.insert(kind.to_owned());
        })
    };
    let shelf = Shelf::with([changed("a.md", "query-changed"), changed("b.md", "added")]);
    assert_eq!(shelf.paths("change:query-changed"), ["a.md"]);
    assert_eq!(shelf.paths("change:tags-lost"), [""; 0]);
    assert!(shelf.find("change:moved").hints[0].contains("change: takes"));
}
