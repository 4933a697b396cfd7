//! Notebooks of chance: a tenant in many spellings, and bytes that are no notebook at all.

use super::dice::{Dice, drive};
use catalog::authoring::{Draft, Options, draft};
use catalog::notebook::{Cell, CellKind, Notebook, ipynb, myst};
use proptest::prelude::*;

/// Cells that name a tenant, `@` in its place: the first ones say that it is one.
const TOLD: [&str; 6] = [
    "tenant_id = \"@\"",
    "%%taegis events search --tenant @ --assign rows\nFROM process EARLIEST=-7d",
    "TENANT_ID = '@'",
    "qry.connect(tenant_id='@')",
    "settings = {\"tenant\": \"@\"}",
    "%taegis investigations list --tenant=\"@\"",
];

/// Other places in which it may stand.
const PLANTED: [&str; 22] = [
    "{tenant_id} … @",
    "print(f\"{tenant_id} … @\")",
    "print(f\"{len(rows)} rows of @ and {rows['@']}\")",
    "# asked @ twice",
    "hits_@ = rows\nhits_@.head()",
    "open('/home/x/@/rows.csv')",
    "url = 'https://example.com/tenants/@/events?tenant=@'",
    "x = b'@'",
    "q = r'''SigninLogs | where TenantId == \"@\" and TimeGenerated > ago(3d)'''",
    "%%bash\necho @",
    "%%kql rows <<\nSigninLogs | where TenantId == '@'",
    "%%taegis alerts search\nFROM alert WHERE tenant_id = '@' and x = {{ y }}",
    "!taegis events search --tenant @ # @",
    "if True print('@')",
    "'@' '@' f'@'",
    "d = {'@': ['@', \"@\"]}\nd['@']",
    "match x:\n    case '@':\n        pass",
    "assert '@' in \"\"\"\n@\n\"\"\"",
    "rows.to_csv('@.csv')",
    "import mod_@ as m",
    "lambda: '@'.format(**{'a': '{@}'})",
    "requests.post('https://x/@', json={'tenant': '@'})",
];

const PROSE: [&str; 8] = [
    "# About @",
    "Seen at tenant @ on 2026-11-02.",
    "[link](https://x/@)",
    "`@` **@** _@_",
    "## Findings\n\n@ is clean",
    "| @ | x |\n|---|---|\n| @ | y |",
    "```{code-cell}\n@\n```",
    "<!-- @",
];

fn spelt(template: &str, id: &str, spelling: u8) -> String {
    let id = match spelling % 3 {
        0 => id.to_owned(),
        1 => id.to_uppercase(),
        _ => id.to_lowercase(),
    };
    template.replace('@', &id)
}

fn all_of(draft: &Draft) -> String {
    let notes: String = draft.notes.iter().map(|note| note.text.clone()).collect();
    let metadata = serde_json::to_string(&draft.notebook.metadata).expect("it is JSON");
    format!("{}{notes}{metadata}{}", draft.source(), draft.file_name).to_lowercase()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 192, ..ProptestConfig::default() })]
    #[test]
    fn no_tenant_survives_in_any_spelling(
        id in "[a-f][0-9]{3}[a-f]{2}[0-9]{3}|[1-9][0-9]{5,8}|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|[a-f]{3}[0-9][a-z]{4}",
        told in 0..TOLD.len(),
        cells in proptest::collection::vec((any::<bool>(), 0..100_usize, any::<u8>()), 0..8),
        place in 0..8_usize,
    ) {
        let mut notebook = Notebook::default();
        for (is_prose, which, spelling) in cells {
            let (kind, template) = if is_prose { (CellKind::Markdown, PROSE[which % PROSE.len()]) } else { (CellKind::Code, PLANTED[which % PLANTED.len()]) };
            notebook.cells.push(Cell::new(kind, spelt(template, &id, spelling)));
        }
        let at = place.min(notebook.cells.len());
        notebook.cells.insert(at, Cell::new(CellKind::Code, TOLD[told].replace('@', &id)));
        notebook.metadata.insert("kernelspec".into(), serde_json::json!({ "name": format!("python-{id}"), "display_name": id }));
        notebook.metadata.insert("hunting".into(), serde_json::json!({ "title": format!("At {id}"), "tags": [id], "data_sources": [id] }));
        let draft = draft(&notebook, &Options { file_name: Some(&format!("{id}.ipynb")), ..Options::default() }).unwrap();
        let all = all_of(&draft);
        prop_assert!(!all.contains(&id.to_lowercase()), "{id} in\n{all}");
        prop_assert!(!all.contains("2026-11-02"), "{all}");
    }

    #[test]
    fn any_cells_become_a_draft_or_an_error(
        sources in proptest::collection::vec((0..3_u8, "([%!{}'\"\\\\()\\[\\]=#:@é \n`+$-]|[a-z]{1,4}|%%taegis |--tenant |FROM |EARLIEST=|\\| |f\"|\"\"\"|ago\\(|2026-11-02|--cell |```|<!--){0,60}"), 0..6),
    ) {
        let cells = sources.iter().map(|(kind, source)| Cell::new(match kind { 0 => CellKind::Markdown, 1 => CellKind::Raw, _ => CellKind::Code }, source.as_str()));
        let notebook = Notebook { cells: cells.collect(), ..Notebook::default() };
        if let Ok(draft) = draft(&notebook, &Options::default()) {
            let text = draft.source();
            let back = myst::read(text.as_bytes());
            prop_assert_eq!(&back.cells, &draft.notebook.cells);
            prop_assert!(back.blocking().is_none());
        }
    }
}

/// The target: bytes are a notebook, a draft, or an error.
fn file(bytes: &[u8]) {
    let notebook = ipynb::read(bytes);
    if let Ok(draft) = draft(&notebook, &Options::default()) {
        let text = draft.source();
        assert_eq!(myst::read(text.as_bytes()).cells, draft.notebook.cells);
    }
}

/// Pieces that mean something to a draft.
const PIECES: [&str; 16] = [
    "--tenant 4711abcd",
    "%%taegis events search",
    "FROM process",
    "EARLIEST=2026-11-02",
    "ago(7d)",
    "\\n",
    "\\\"",
    "{{",
    "'''",
    "f'{x",
    "é",
    "\"code\"",
    "\"markdown\"",
    "# ",
    "```",
    "\\u2028",
];

#[test]
fn drafts_survive_mutated_notebooks() {
    let texts: Vec<String> = ["rclone", "logons", "consent"]
        .iter()
        .filter_map(|name| {
            std::fs::read_to_string(format!(
                "{}/tests/authoring_draft/{name}.ipynb",
                env!("CARGO_MANIFEST_DIR")
            ))
            .ok()
        })
        .collect();
    assert_eq!(texts.len(), 3);
    drive("draft", |dice: &mut Dice| {
        let mut text = texts[dice.throw(texts.len())].clone();
        for _ in 0..=dice.throw(6) {
            let at = text.floor_char_boundary(dice.throw(text.len() + 1));
            let end = text.floor_char_boundary((at + dice.throw(40)).min(text.len()));
            match dice.throw(3) {
                0 => text.insert_str(at, PIECES[dice.throw(PIECES.len())]),
                1 => text.replace_range(at..end, ""),
                _ => text.replace_range(at..end, PIECES[dice.throw(PIECES.len())]),
            }
        }
        file(text.as_bytes());
    });
}

#[test]
fn drafts_survive_bytes_that_are_no_notebook() {
    drive("draft of bytes", |dice: &mut Dice| {
        let bytes: Vec<u8> =
            (0..dice.throw(300)).map(|_| u8::try_from(dice.throw(256)).unwrap_or_default()).collect();
        file(&bytes);
    });
}
