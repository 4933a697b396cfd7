mod golden;

use super::*;
use proptest::prelude::*;

fn of(source: &str) -> Vec<Query> {
    let mut cell = Cell::new(CellKind::Code, source);
    cell.source_line = 10;
    queries(&Notebook { cells: vec![cell], ..Notebook::default() })
}

fn read(source: &str) -> (QueryLanguage, Vec<String>, Option<String>) {
    let mut found = of(source);
    assert_eq!(found.len(), 1, "{source}: {found:?}");
    let Query { language, data_sources, look_back, .. } = found.remove(0);
    (language.unwrap(), data_sources, look_back)
}

fn names(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

#[test]
fn the_body_of_a_taegis_cell_is_a_query() {
    let source = "%%taegis events search -t --tenant $TENANT_ID --assign hits\nFROM scwx.process, auth\nWHERE image = 'from x'\nEARLIEST={{ EARLIEST }}\n| aggregate count";
    let found = of(source);
    assert_eq!(found[0].line, 11);
    assert!(found[0].text.as_deref().is_some_and(|text| text.starts_with("FROM scwx.process")));
    assert_eq!(
        read(source),
        (QueryLanguage::Cql, names(&["scwx.process", "auth"]), Some("{{ EARLIEST }}".to_owned()))
    );
}

#[test]
fn a_taegis_cell_that_reads_nothing_is_no_query() {
    assert_eq!(of("%%taegis investigations create --tenant $T\n{\"title\": \"x\"}"), []);
}

#[test]
fn a_kusto_query_reads_its_tables_and_not_the_names_that_it_gives() {
    let source = "%%kql\nlet before =\n    AuditLogs // from where\n    | where TimeGenerated > ago(30d);\nSigninLogs\n| join kind=leftanti before on UserPrincipalName\n| join kind=inner (DeviceEvents | take 5) on Id\n| union Heartbeat, Usage";
    assert_eq!(
        read(source),
        (
            QueryLanguage::Kql,
            names(&["AuditLogs", "SigninLogs", "DeviceEvents", "Heartbeat", "Usage"]),
            Some("30d".to_owned())
        )
    );
}

#[test]
fn sql_reads_what_stands_behind_from_and_join() {
    let source = "df = spark.sql('''\nWITH own AS (SELECT * FROM a)\nSELECT x FROM own JOIN db.sysmon ON 1 = 1, \"b\" -- from c\n''')";
    let (language, sources, _) = read(source);
    assert_eq!((language, sources), (QueryLanguage::Sql, names(&["a", "db.sysmon"])));
}

#[test]
fn texts_in_python_that_read_as_queries_are_listed() {
    assert_eq!(
        read("ask(f\"FROM cloudaudit WHERE x = 'y' EARLIEST={EARLIEST} | aggregate count\")"),
        (QueryLanguage::Cql, names(&["cloudaudit"]), Some("{EARLIEST}".to_owned()))
    );
    assert_eq!(
        read("q = 'index=win sourcetype=\"WinEventLog:Security\" earliest=-7d | stats count'").1,
        ["win", "WinEventLog:Security"]
    );
    assert_eq!(read("run('SecurityEvent | where EventID == 4688')").0, QueryLanguage::Kql);
    assert_eq!(read("eql('process where process.name == \"rundll32.exe\"')").1, ["process"]);
    assert_eq!(read("es('FROM logs-* | WHERE a == 1 | KEEP a')").0, QueryLanguage::Esql);
}

#[test]
fn prose_and_comments_are_no_queries() {
    assert_eq!(of("# FROM process WHERE 1\nprint('from the process where it began')\nx = 'select one'"), []);
    assert_eq!(of("%%bash\nselect x from y"), []);
    assert_eq!(of("print('from auth import x')"), []);
}

#[test]
fn a_line_magic_is_a_query_of_its_own_line() {
    let found = of("import x\n%kql SigninLogs | take 5\n");
    assert_eq!((found[0].line, found[0].data_sources.as_slice()), (11, names(&["SigninLogs"]).as_slice()));
}

#[test]
fn queries_are_told_in_the_order_of_their_lines_and_no_more_than_the_bound() {
    let found = of("x = 'SigninLogs | take 1'\n%kql Heartbeat | take 2\ny = 'Usage | take 3'\n");
    assert_eq!(found.iter().map(|query| query.line).collect::<Vec<_>>(), [10, 11, 12]);
    let flood = "x = 'T | where a'\n".repeat(20_000);
    assert_eq!(of(&flood).len(), MAX_QUERIES);
    assert_eq!(of(&"%kql T | where a\n".repeat(20_000)).last().map(|query| query.line), Some(209));
}

#[test]
fn a_flood_of_queries_is_bounded_in_number_and_text() {
    let long = format!("%%kql\nT | where a == '{}'", "x".repeat(40_000));
    let cells = vec![Cell::new(CellKind::Code, long); 300];
    let found = queries(&Notebook { cells, ..Notebook::default() });
    let text: usize = found.iter().filter_map(|query| query.text.as_ref()).map(String::len).sum();
    assert!(found.len() <= MAX_QUERIES, "{} queries", found.len());
    assert_eq!(text, MAX_ALL, "what fits is told, and no more");
}

proptest! {
    #[test]
    fn whatever_a_notebook_holds_its_queries_are_bounded(
        cells in prop::collection::vec(
            (0..3usize, r#"(%%taegis events search |--tenant |--assign x |%kql |a << |```kql
|```
|FROM |f"|'''|qry_prov.exec_query\(|[{})(=|,%\\]|é|[a-z. ]|
){0,40}"#),
            0..6,
        )
    ) {
        let kinds = [CellKind::Code, CellKind::Markdown, CellKind::Raw];
        let cells: Vec<Cell> =
            cells.into_iter().map(|(kind, source)| Cell::new(kinds[kind], source)).collect();
        let notebook = Notebook { cells, ..Notebook::default() };
        let found = queries(&notebook);
        prop_assert!(found.len() <= MAX_QUERIES);
        for query in found {
            let source = &notebook.cells[query.cell].source;
            prop_assert!(query.text.is_none_or(|text| source.contains(&text)));
            prop_assert!(query.fields.iter().all(|field| source.to_lowercase().contains(field)));
        }
    }

    #[test]
    fn nothing_makes_it_panic(source in "(%%taegis |%%kql\n|%%sql\n|FROM |let |['\"`=|,;(){}\\\\/*#-]|é|[a-z ]|\n){0,60}") {
        of(&source);
    }
}
