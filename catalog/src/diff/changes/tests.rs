use super::*;
use crate::attack::Release;
use crate::notebook::{Cell, CellKind};
use crate::procedure::understand;
use serde_json::json;

fn cell(kind: CellKind, tags: &[&str], source: &str) -> Cell {
    let mut cell = Cell::new(kind, source);
    if !tags.is_empty() {
        cell.metadata.insert("tags".into(), json!(tags));
    }
    cell
}

fn hunting() -> Value {
    json!({
        "id": "a1", "title": "LSASS", "description": "Reads.", "attack_technique_ids": ["T1003.001"],
        "data_sources": ["process"], "tags": ["windows"], "status": "draft",
    })
}

fn cells() -> Vec<Cell> {
    vec![
        cell(CellKind::Markdown, &[], "# LSASS\n\nWhat this is about."),
        cell(CellKind::Markdown, &["remove_cell"], "For the hunter: look twice."),
        cell(CellKind::Code, &["parameters"], "TENANT_ID = None\nDAYS = 7  # look-back"),
        cell(
            CellKind::Code,
            &[],
            "%%taegis search --tenant $TENANT_ID\nFROM process EARLIEST=-7d\n| head 10",
        ),
        cell(CellKind::Code, &[], "import pandas as pd\nframe = pd.DataFrame()\nframe.head()"),
        cell(CellKind::Markdown, &[], "## Findings\n\nNone so far."),
    ]
}

fn notebook(hunting: Value, cells: Vec<Cell>) -> Notebook {
    let mut notebook = Notebook { cells, ..Notebook::default() };
    if !hunting.is_null() {
        notebook.metadata.insert("hunting".into(), hunting);
    }
    notebook
}

fn between(old: &Notebook, new: &Notebook) -> Vec<Change> {
    let read = |notebook: &Notebook| {
        understand(notebook, "a.md", &FieldMapping::default(), Release::current()).into_procedure()
    };
    changes(Some((old, &read(old))), Some((new, &read(new))))
}

fn of_fields(change: impl FnOnce(&mut Value)) -> Vec<Change> {
    let mut other = hunting();
    change(&mut other);
    between(&notebook(hunting(), cells()), &notebook(other, cells()))
}

fn of_cells(change: impl FnOnce(&mut Vec<Cell>)) -> Vec<Change> {
    let mut other = cells();
    change(&mut other);
    between(&notebook(hunting(), cells()), &notebook(hunting(), other))
}

fn kinds(changes: &[Change]) -> Vec<&str> {
    changes.iter().map(|change| change.kind.as_str()).collect()
}

#[test]
fn nothing_changed_is_nothing_told() {
    assert_eq!(of_fields(|_| {}), []);
}

#[test]
fn a_file_that_came_or_went_is_one_change() {
    let notebook = notebook(hunting(), cells());
    let procedure =
        understand(&notebook, "a.md", &FieldMapping::default(), Release::current()).into_procedure();
    assert_eq!(kinds(&changes(None, Some((&notebook, &procedure)))), ["added"]);
    assert_eq!(kinds(&changes(Some((&notebook, &procedure)), None)), ["deleted"]);
}

#[test]
fn each_field_has_its_kind_and_its_sentence() {
    let told = of_fields(|hunting| {
        hunting["id"] = json!("a2");
        hunting["title"] = json!("LSASS reads");
        hunting["description"] = json!("Reads of LSASS.");
        hunting["data_sources"] = json!(["process", "scwx.auth"]);
        hunting["tags"] = json!([]);
        hunting["status"] = json!("production");
        hunting["tlp"] = json!("GREEN");
    });
    assert_eq!(
        kinds(&told),
        [
            "id-changed",
            "title-changed",
            "description-changed",
            "data-source-changed",
            "tag-changed",
            "key-changed",
            "key-changed"
        ]
    );
    assert_eq!(told[1].text, "Title: “LSASS” became “LSASS reads”");
    assert_eq!(told[3].text, "Data source auth added");
    assert_eq!(told[5].text, "`status`: draft became production");
    assert_eq!((told[6].key.as_deref(), told[6].after.as_deref()), (Some("tlp"), Some("GREEN")));
}

#[test]
fn a_list_is_told_by_what_came_to_it_and_what_went() {
    let with = |authors: Value| {
        let mut hunting = hunting();
        hunting["authors"] = authors;
        notebook(hunting, cells())
    };
    let told = |old: Value, new: Value| between(&with(old), &with(new))[0].text.clone();
    assert_eq!(told(json!(["Ada"]), json!(["Ada", "Bob"])), "`authors`: Bob added");
    assert_eq!(told(json!(["Ada", "Eve"]), json!(["Bob", "Ada"])), "`authors`: Bob added, Eve removed");
    assert_eq!(told(json!(["Ada", "Eve"]), json!(["Eve", "Ada"])), "`authors`: Ada, Eve became Eve, Ada");
    assert_eq!(told(json!("Ada"), json!(["Ada"])), "`authors`: \"Ada\" became [\"Ada\"]");
}

#[test]
fn a_long_line_is_told_from_where_it_differs() {
    let with = |end: &str| {
        let mut cells = cells();
        cells[4].source = format!("url = \"https://example.com/{}{end}\"", "long/".repeat(20));
        notebook(hunting(), cells)
    };
    let told = between(&with("old.zip"), &with("new.zip"));
    assert!(
        told[0].text.ends_with(": `…long/long/long/old.zip\"` became `…long/long/long/new.zip\"`"),
        "{}",
        told[0].text
    );
}

#[test]
fn techniques_are_told_with_their_names() {
    let told = of_fields(|hunting| hunting["attack_technique_ids"] = json!(["T1059.001"]));
    let texts: Vec<_> = told.iter().map(|change| change.text.as_str()).collect();
    assert_eq!(texts, ["Technique T1003.001 LSASS Memory removed", "Technique T1059.001 PowerShell added"]);
}

#[test]
fn a_revoked_technique_that_gave_way_to_its_replacement_is_remapped() {
    let with = |id: &str| {
        let mut hunting = hunting();
        hunting["attack_technique_ids"] = json!([id]);
        notebook(hunting, cells())
    };
    let told = between(&with("T1562.001"), &with("T1685"));
    assert_eq!(kinds(&told), ["technique-remapped", "lint-changed"]);
    assert_eq!((told[0].before.as_deref(), told[0].after.as_deref()), (Some("T1562.001"), Some("T1685")));
    assert_eq!(told[1].text, "Lint no longer reports technique-revoked");
}

#[test]
fn a_tactic_named_by_the_author_is_told_once() {
    let told = of_fields(|hunting| hunting["attack_tactic_ids"] = json!(["TA0007"]));
    assert_eq!(kinds(&told), ["tactic-changed"]);
    assert_eq!(told[0].text, "Tactic TA0007 Discovery named");
}

#[test]
fn losing_the_metadata_is_one_change_and_so_is_its_return() {
    let (with, without) = (notebook(hunting(), cells()), notebook(Value::Null, cells()));
    assert_eq!(kinds(&between(&with, &without)), ["metadata-lost"]);
    assert_eq!(kinds(&between(&without, &with)), ["metadata-restored"]);
}

#[test]
fn a_changed_query_is_told_with_what_changed() {
    let told = of_cells(|cells| cells[3].source = cells[3].source.replace("-7d", "-30d"));
    assert_eq!(kinds(&told), ["query-changed"]);
    assert_eq!(told[0].cell, Some(3));
    assert_eq!(told[0].before.as_deref(), Some("FROM process EARLIEST=-7d"));
    assert_eq!(told[0].text, "The query in cell 4 looks back 30 days instead of 7");
}

/// What is told of a query that became another.
fn of_query(old: &str, new: &str) -> String {
    let with = |query: &str| {
        let mut cells = cells();
        cells[3].source = query.into();
        notebook(hunting(), cells)
    };
    let told = between(&with(old), &with(new));
    assert_eq!(kinds(&told), ["query-changed"], "{told:?}");
    told[0].text.clone()
}

#[test]
fn a_query_is_told_by_how_far_it_looks_back() {
    let query = |earliest: &str| format!("%%taegis events search\nFROM process {earliest} | head 5");
    for (new, told) in [
        ("EARLIEST=-14d", "looks back 14 days instead of 7"),
        ("EARLIEST=-1d", "looks back 1 day instead of 7 days"),
        ("EARLIEST=-36h", "looks back 36 hours instead of 7 days"),
        ("EARLIEST={{ SINCE }}", "looks back `{{ SINCE }}` instead of `-7d`"),
        ("", "no longer says how far it looks back, which was 7 days"),
    ] {
        let now = of_query(&query("EARLIEST=-7d"), &query(new));
        assert_eq!(now, format!("The query in cell 4 {told}"));
    }
    let now = of_query(
        "%%kql\nSigninLogs | where a == 1",
        "%%kql\nSigninLogs | where a == 1 and TimeGenerated > ago(14d)",
    );
    assert_eq!(now, "The query in cell 4 now looks back 14 days");
}

#[test]
fn a_query_is_told_by_what_it_reads() {
    let cql = |old: &str, new: &str| {
        let query =
            |sources: &str| format!("%%taegis events search\nFROM {sources} WHERE a = 'b' EARLIEST=-7d");
        of_query(&query(old), &query(new))
    };
    assert_eq!(cql("process", "netflow"), "The query in cell 4 reads `netflow` instead of `process`");
    assert_eq!(cql("process", "process, auth"), "The query in cell 4 also reads `auth`");
    assert_eq!(cql("process, auth", "auth"), "The query in cell 4 no longer reads `process`");
    // The same schema by its longer name.
    assert!(cql("process", "scwx.process").contains("became"), "{}", cql("process", "scwx.process"));
}

#[test]
fn a_query_is_told_by_what_it_filters_by() {
    let kql = |old: &str, new: &str| {
        let query = |filter: &str| {
            format!("%%kql\nDeviceProcessEvents\n| where {filter}\n| where Timestamp > ago(7d)")
        };
        of_query(&query(old), &query(new))
    };
    assert_eq!(
        kql("FileName == 'a.exe' and Hits > 5", "FileName == 'a.exe' and Hits > 10"),
        "The query in cell 4 filters on `Hits > 10` instead of `Hits > 5`"
    );
    assert_eq!(
        kql("FileName == 'a.exe'", "FileName == 'a.exe' and ProcessCommandLine has '-enc'"),
        "The query in cell 4 also filters on `ProcessCommandLine has '-enc'`"
    );
    assert_eq!(
        kql("FileName == 'a.exe' and ProcessCommandLine has '-enc'", "FileName == 'a.exe'"),
        "The query in cell 4 no longer filters on `ProcessCommandLine has '-enc'`"
    );
}

#[test]
fn a_query_of_which_more_changed_than_can_be_told_says_so() {
    let told = of_query(
        "%%kql\nSigninLogs\n| where TimeGenerated > ago(7d)\n| summarize count() by Account",
        "%%kql\nSigninLogs\n| where TimeGenerated > ago(30d)\n| summarize dcount(Host) by Account",
    );
    assert_eq!(told, "The query in cell 4 looks back 30 days instead of 7; more of it changed");
    let told = of_query(
        "%%kql\nSigninLogs | where TimeGenerated > ago(7d) and a == 1",
        "%%kql\nAuditLogs | where TimeGenerated > ago(30d) and a == 2",
    );
    assert_eq!(
        told,
        "The query in cell 4 looks back 30 days instead of 7, reads `AuditLogs` instead of `SigninLogs` and filters on `a == 2` instead of `a == 1`"
    );
}

#[test]
fn a_query_of_which_nothing_can_be_told_names_the_first_line_that_differs() {
    let told = of_query("%%kql\nSigninLogs\n| take 5", "%%kql\nSigninLogs\n| take 50");
    assert_eq!(told, "The query changed in query cell 4 (%%kql): `| take 5` became `| take 50`");
}

#[test]
fn queries_in_python_are_queries_and_each_is_told() {
    let with = |first: &str, second: &str| {
        format!(
            "signins = qry_prov.exec_query(\"SigninLogs | where TimeGenerated > ago({first})\")\naudits = qry_prov.exec_query(\"AuditLogs | where TimeGenerated > ago({second})\")"
        )
    };
    let mut old = cells();
    old[4].source = with("7d", "7d");
    let mut new = cells();
    new[4].source = with("7d", "30d");
    let told = between(&notebook(hunting(), old), &notebook(hunting(), new));
    assert_eq!(kinds(&told), ["query-changed"]);
    assert_eq!(told[0].text, "The query for `audits` in cell 5 looks back 30 days instead of 7");
}

#[test]
fn a_cell_that_its_tags_bring_before_customers_or_keep_from_them_is_told() {
    let told = of_cells(|cells| {
        cells[1].metadata.clear();
        cells[4].metadata.insert("tags".into(), json!(["remove_output"]));
        cells[5].metadata.insert("tags".into(), json!(["remove_cell"]));
    });
    let texts: Vec<_> =
        told.iter().filter(|change| !change.kind.contains("tag")).map(|c| c.text.as_str()).collect();
    assert_eq!(
        texts,
        [
            "Customers now read text cell 2 (For the hunter: look twice.), which was guidance",
            "Customers no longer see what code cell 5 (import pandas as pd) puts out",
            "Text cell 6 (Findings) is now guidance; customers no longer read it"
        ]
    );
}

#[test]
fn code_guidance_and_what_customers_read_are_told_apart() {
    let told = of_cells(|cells| {
        cells[0].source.push_str(" More.");
        cells[1].source.push_str(" Twice.");
        cells[4].source.push_str("\nframe.tail()");
    });
    assert_eq!(kinds(&told), ["customer-text-changed", "guidance-changed", "code-changed"]);
    assert_eq!(told.iter().map(|change| change.cell).collect::<Vec<_>>(), [Some(0), Some(1), Some(4)]);
}

#[test]
fn parameters_are_told_one_by_one() {
    let told =
        of_cells(|cells| cells[2].source = "TENANT_ID = None\nDAYS: int = 14  # look-back\nHOST = ''".into());
    let texts: Vec<_> = told.iter().map(|change| change.text.as_str()).collect();
    assert_eq!(texts, ["Default of DAYS: 7 became 14", "Parameter HOST added with default ''"]);
    assert_eq!(kinds(&told), ["parameter-changed", "parameter-changed"]);
}

#[test]
fn parameters_are_read_as_python_reads_them() {
    let told = of_cells(|cells| {
        cells[2].source =
            "\"\"\"\nHOST = 1\n\"\"\"\nTENANT_ID = None\nDAYS = (\n    30\n)\nHOSTS = [\n  'a',\n  'b',\n]"
                .into();
    });
    let texts: Vec<_> = told.iter().map(|change| change.text.as_str()).collect();
    assert_eq!(
        texts,
        ["Default of DAYS: 7 became 30", "Parameter HOSTS added with default [   'a',   'b', ]"]
    );
    // The same value in other words.
    let told = of_cells(|cells| cells[2].source = "TENANT_ID = None\nDAYS: int = 0x7".into());
    assert_eq!(kinds(&told), ["code-changed"]);
    // What is no Python is told by its lines.
    let told = of_cells(|cells| cells[2].source = "TENANT_ID = None\nDAYS = (".into());
    assert!(kinds(&told).contains(&"code-changed"), "{told:?}");
}

#[test]
fn a_cell_of_parameters_that_came_is_told_with_what_it_declares() {
    let mut old = cells();
    old.remove(2);
    let told = between(&notebook(hunting(), old), &notebook(hunting(), cells()));
    let texts: Vec<_> = told
        .iter()
        .filter(|change| change.kind != "lint-changed")
        .map(|change| change.text.as_str())
        .collect();
    assert_eq!(
        texts,
        [
            "Code cell 3 (TENANT_ID = None) added",
            "Parameter TENANT_ID added with default None",
            "Parameter DAYS added with default 7"
        ]
    );
}

#[test]
fn lost_tags_are_told_even_when_the_text_changed_too() {
    let told = of_cells(|cells| {
        cells[1].metadata.clear();
        cells[2].metadata.clear();
        cells[2].source.push_str("\nX = 1");
    });
    let lost: Vec<_> = told
        .iter()
        .filter(|change| change.kind == "tags-lost")
        .map(|c| (c.cell, c.before.as_deref()))
        .collect();
    assert_eq!(lost, [(Some(1), Some("remove_cell")), (Some(2), Some("parameters"))]);
}

#[test]
fn a_tag_spelled_anew_is_not_lost() {
    let told =
        of_cells(|cells| cells[1].metadata = json!({"tags": ["remove-cell"]}).as_object().unwrap().clone());
    // Nothing is removed from a report by that spelling.
    assert_eq!(kinds(&told), ["customer-text-changed", "tag-changed"]);
}

#[test]
fn cells_that_came_went_or_moved_are_told_as_such() {
    let told = of_cells(|cells| cells.insert(4, cell(CellKind::Markdown, &[], "## Next\n\nText.")));
    assert_eq!((kinds(&told), told[0].cell), (vec!["cell-added"], Some(4)));
    assert_eq!(told[0].text, "Text cell 5 (Next) added");
    let told = of_cells(|cells| {
        cells.remove(4);
    });
    assert_eq!(kinds(&told), ["cell-removed"]);
    let told = of_cells(|cells| {
        let findings = cells.pop().unwrap();
        cells.insert(1, findings);
    });
    assert_eq!(kinds(&told), ["cell-moved"]);
    assert_eq!((told[0].before.as_deref(), told[0].after.as_deref()), (Some("6"), Some("2")));
}

#[test]
fn committed_outputs_are_told() {
    let told = of_cells(|cells| cells[4].outputs.push(json!({"output_type": "stream"})));
    assert_eq!(kinds(&told), ["outputs-committed"]);
    let with = |text: &str| {
        let mut cells = cells();
        cells[4].outputs.push(json!({"output_type": "stream", "text": text}));
        notebook(hunting(), cells)
    };
    let told = between(&with("1"), &with("2"));
    assert_eq!(told[0].text, "Other outputs were committed with code cell 5 (import pandas as pd)");
}

#[test]
fn a_flood_of_changes_is_bounded_and_says_so() {
    let many = |text: &str| {
        notebook(
            hunting(),
            (0..3000).map(|n| cell(CellKind::Markdown, &[], &format!("{text} {n}"))).collect(),
        )
    };
    let told = between(&many("old"), &many("new"));
    assert_eq!(told.len(), MAX_CHANGES);
    assert!(told[MAX_CHANGES - 1].text.contains("further changes"));
}
