//! What is told of queries under random notebooks. The target is a plain function over bytes, so that any driver can call
//! it; here it is driven for `HUNTSHELF_FUZZ_SECONDS` (by default two), with texts spliced from what queries and the
//! Python around them are made of.

mod dice;

use catalog::notebook::myst;
use catalog::query::{queries, seconds};

/// Reads bytes as a notebook and its queries. Panics where something is told that is not there, or more than the bounds.
fn target(bytes: &[u8]) {
    let notebook = myst::read(bytes);
    let found = queries(&notebook);
    assert!(found.len() <= 200);
    let mut text = 0;
    for query in &found {
        let source = &notebook.cells[query.cell].source;
        assert!(query.fields.len() <= 100 && query.data_sources.len() <= 20);
        if let Some(told) = &query.text {
            assert!(source.contains(told.as_str()), "{told:?} is not in {source:?}");
            text += told.len();
        }
        if let Some(name) = &query.assigned {
            assert!(source.contains(name.as_str()), "{name:?} is not in {source:?}");
        }
        query.look_back.as_deref().and_then(seconds);
        assert!(query.filters().len() <= 50);
    }
    assert!(text <= 256 * 1024);
    assert_eq!(found, queries(&notebook));
}

const PIECES: &[&str] = &[
    "```{code-cell}\n",
    "```{raw-cell}\n",
    "```kql\n",
    "```\n",
    "\n",
    " ",
    "%%taegis events search ",
    "%%taegis alerts search ",
    "--tenant $T ",
    "--assign x",
    "--cell \"",
    "-t ",
    "-f q",
    "\\\n",
    "%kql ",
    "%%kql\n",
    "%%splunk\n",
    "%%sql\n",
    "%%time\n",
    "x = ",
    "x << ",
    "q",
    "qry_prov.exec_query(",
    "qry_prov.Azure.list_all(",
    "service.events.query.event_query(",
    "QueryProvider(",
    "spark.sql(",
    "query=",
    "{q}",
    "f\"",
    "'''",
    "\"",
    "'",
    "(",
    ")",
    "# ",
    "FROM process ",
    "WHERE @a.b = 'x' ",
    "EARLIEST=-7d",
    "earliest",
    "interval '",
    "NOW() - 2 hours",
    "T | where A == 1 ",
    "| project A, B",
    "ago(",
    "index=main ",
    "SELECT a FROM b ",
    "let x = ",
    "é",
    "\u{2028}",
];

fn text(dice: &mut dice::Dice) -> Vec<u8> {
    let mut bytes = Vec::new();
    for _ in 0..dice.throw(60) {
        match dice.throw(20) {
            0 => bytes.push(u8::try_from(dice.throw(256)).unwrap_or_default()),
            _ => bytes.extend(PIECES[dice.throw(PIECES.len())].bytes()),
        }
    }
    bytes
}

#[test]
fn random_notebooks_are_read_within_bounds() {
    dice::drive("queries", |dice| target(&text(dice)));
}
