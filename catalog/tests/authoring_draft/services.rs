//! What is done for each service, in small.

use catalog::authoring::{Draft, NoteKind, Options, Refused, draft};
use catalog::notebook::{Cell, CellKind, Notebook};

fn of(cells: &[&str]) -> Draft {
    let cells = cells.iter().map(|source| Cell::new(CellKind::Code, *source)).collect();
    draft(&Notebook { cells, ..Notebook::default() }, &Options::default()).expect("it becomes one")
}

#[track_caller]
fn holds(draft: &Draft, wanted: &[&str]) {
    let text = draft.source();
    for one in wanted {
        assert!(text.contains(one), "{one} in\n{text}");
    }
}

#[test]
fn splunk_is_asked_between_two_moments_and_its_stream_is_counted_where_it_is_read() {
    let draft = of(&[
        "import splunklib.client as client\nimport splunklib.results as results\nservice = client.connect(host='birch.splunkcloud.com', username='hunter', password='hunter2hunter2')",
        "stream = service.jobs.oneshot('search index=win EventCode=4688 | stats count by host')",
        "rows = list(results.JSONResultsReader(stream))",
    ]);
    holds(
        &draft,
        &[
            "host=TENANT_ID",
            "os.environ[\"PASSWORD\"]",
            "f'search index=win EventCode=4688 earliest={spl_from} latest={spl_to} | stats count by host'",
            "spl_from, spl_to = int(window_from.timestamp())",
            "{len(rows)} rows",
        ],
    );
}

#[test]
fn a_magic_of_kusto_becomes_a_call_whose_window_is_filled_in() {
    let draft = of(&[
        "%%kql\nSigninLogs\n| where TimeGenerated > ago(30d)\n| summarize count() by UserPrincipalName",
    ]);
    holds(
        &draft,
        &[
            "answer = get_ipython().run_cell_magic(\"kql\", \"\", f\"\"\"",
            "TimeGenerated between (datetime({kql_from}) .. datetime({kql_to}))",
            "EARLIEST: str = \"-30d\"",
            "{len(answer)} rows of SigninLogs",
        ],
    );
}

#[test]
fn sql_compares_with_the_window_where_it_compared_with_days() {
    let draft = of(&[
        "import pandas as pd\nrows = pd.read_sql(\"SELECT host FROM logons WHERE seen_at >= '2026-11-02' AND seen_at < '2026-11-09'\", con)",
    ]);
    holds(&draft, &["seen_at >= '{sql_from}' AND seen_at < '{sql_to}'", "rows of logons"]);
}

#[test]
fn a_query_without_tenant_and_look_back_gets_both() {
    let draft = of(&["%%taegis alerts search\nFROM alert WHERE severity > 0.6 | head 10"]);
    holds(
        &draft,
        &[
            "%%taegis alerts search -t --tenant $TENANT_ID --region $REGION --assign answer",
            "EARLIEST={{ EARLIEST }} {% if LATEST %}LATEST={{ LATEST }}{% endif %}",
        ],
    );
    assert!(
        draft
            .notes
            .iter()
            .any(|note| note.kind == NoteKind::Changed && note.text.contains("named no tenant"))
    );
}

#[test]
fn each_search_on_a_line_of_its_own_has_its_own_check() {
    let draft = of(&[
        "%taegis events search --tenant 887766 --assign a --cell \"FROM process EARLIEST=-3d\"\n%taegis events search --tenant 887766 --assign b --cell \"FROM auth\"\nprint(len(a))",
    ]);
    holds(
        &draft,
        &[
            "--tenant $TENANT_ID",
            "FROM process $taegis_window",
            "FROM auth $taegis_window",
            "{len(a)} rows of process",
            "{len(b)} rows of auth",
        ],
    );
}

#[test]
fn a_loop_over_tenants_does_not_take_the_parameters_name() {
    let draft = of(&["for TENANT_ID in ['887766', '998877']:\n    print(TENANT_ID)"]);
    assert!(!draft.source().contains("for TENANT_ID in"), "{}", draft.source());
}

#[test]
fn what_cannot_be_one_is_refused_and_said() {
    let none = draft(&Notebook::default(), &Options::default());
    assert_eq!(none.unwrap_err(), Refused::Empty);
    let mut other = Notebook { cells: vec![Cell::new(CellKind::Code, "x <- 1")], ..Notebook::default() };
    other.metadata.insert(
        "kernelspec".into(),
        serde_json::json!({ "name": "ir", "display_name": "R", "language": "R" }),
    );
    assert_eq!(draft(&other, &Options::default()).unwrap_err(), Refused::NotPython);
    let cells = vec![Cell::new(CellKind::Code, "1"); 1_001];
    assert!(matches!(
        draft(&Notebook { cells, ..Notebook::default() }, &Options::default()),
        Err(Refused::TooLarge { .. })
    ));
}
