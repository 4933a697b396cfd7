use super::*;
use crate::attack::TacticOrigin;
use crate::notebook::Cell;
use proptest::prelude::*;
use serde_json::{Value, json};

fn notebook(hunting: Value) -> Notebook {
    let mut notebook = Notebook::default();
    if !hunting.is_null() {
        notebook.metadata.insert("hunting".into(), hunting);
    }
    notebook.layout.front_matter_lines = vec![
        ("hunting".into(), 5),
        ("hunting.id".into(), 6),
        ("hunting.title".into(), 7),
        ("hunting.attack_technique_ids".into(), 8),
        ("hunting.attack_technique_ids[1]".into(), 10),
    ];
    notebook
}

fn with_cell(mut notebook: Notebook, kind: CellKind, tags: &[&str], source: &str) -> Notebook {
    let line = 20 + 10 * u32::try_from(notebook.cells.len()).unwrap();
    let mut cell = Cell::new(kind, source);
    (cell.lines, cell.source_line) = ((line, line + 5), line + 1);
    if !tags.is_empty() {
        cell.metadata.insert("tags".into(), json!(tags));
    }
    notebook.cells.push(cell);
    notebook
}

fn read(notebook: &Notebook) -> Understood {
    understand(notebook, "hunts/lsass.md", &FieldMapping::default(), Release::current())
}

fn procedure(hunting: Value) -> Procedure {
    read(&notebook(hunting)).into_procedure()
}

fn codes(procedure: &Procedure) -> Vec<&str> {
    procedure.diagnostics.iter().map(|d| d.code.as_str()).collect()
}

fn full() -> Value {
    json!({
        "id": "a1", "title": "LSASS", "description": "Reads of LSASS.", "attack_technique_ids": ["T1003.001"],
        "data_sources": ["scwx.Process", "process", "Auth"], "tags": ["windows"], "tlp": "CLEAR",
    })
}

fn tactics(procedure: &Procedure) -> Vec<(&str, TacticOrigin)> {
    procedure.tactics.iter().map(|tactic| (tactic.id.as_str(), tactic.from)).collect()
}

#[test]
fn a_procedure_with_all_six_fields_is_catalogued_without_a_word() {
    let Understood::Catalogued(procedure) = read(&notebook(full())) else { panic!("not catalogued") };
    assert_eq!(procedure.id.as_deref(), Some("a1"));
    assert_eq!(procedure.title, "LSASS");
    assert_eq!(procedure.techniques[0].id, "T1003.001");
    assert_eq!(tactics(&procedure), [("TA0006", TacticOrigin::Technique)]);
    assert_eq!(procedure.data_sources, ["process", "auth"]);
    assert_eq!(procedure.metadata["tlp"], "CLEAR");
    assert_eq!(procedure.metadata["data_sources"][0], "scwx.Process");
    assert!(procedure.diagnostics.is_empty(), "{:?}", procedure.diagnostics);
}

#[test]
fn a_notebook_without_hunting_is_uncatalogued_and_titled_by_its_heading_or_path() {
    let understood =
        read(&with_cell(notebook(Value::Null), CellKind::Markdown, &[], "text\n\n## The *first*\n"));
    assert!(matches!(&understood, Understood::Uncatalogued(procedure) if procedure.title == "The first"));
    assert_eq!(read(&notebook(Value::Null)).procedure().title, "lsass");
    assert_eq!(title_of("a/170105-LSASS/notebook.md"), "170105-LSASS");
    assert_eq!(title_of("notebook.md"), "notebook");
}

#[test]
fn without_an_id_it_cannot_be_used_and_the_line_is_told() {
    for id in [json!(null), json!(""), json!("  ")] {
        let mut hunting = full();
        hunting["id"] = id;
        let Understood::Unusable { procedure, reason } = read(&notebook(hunting)) else { panic!("usable") };
        assert_eq!((reason.code.as_str(), reason.line), ("id-missing", 6));
        assert_eq!(procedure.title, "LSASS");
        assert!(procedure.diagnostics.contains(&reason));
    }
}

#[test]
fn ids_that_cannot_name_a_procedure_are_refused() {
    for id in [json!("path:a.md"), json!("x".repeat(201)), json!("a\u{7}b"), json!(["a"]), json!(true)] {
        let mut hunting = full();
        hunting["id"] = id;
        let Understood::Unusable { reason, procedure } = read(&notebook(hunting)) else { panic!("usable") };
        assert_eq!(reason.code, "id-invalid");
        assert_eq!(procedure.id, None);
    }
    let mut hunting = full();
    hunting["id"] = json!("x".repeat(200));
    assert!(matches!(read(&notebook(hunting)), Understood::Catalogued(_)));
}

#[test]
fn an_id_read_as_a_number_is_taken_and_warned_about() {
    let mut hunting = full();
    hunting["id"] = json!(83);
    let procedure = procedure(hunting);
    assert_eq!(procedure.id.as_deref(), Some("83"));
    assert_eq!(codes(&procedure), ["id-not-text"]);
}

#[test]
fn a_blocking_diagnostic_of_the_notebook_makes_it_unusable() {
    let mut notebook = notebook(full());
    notebook.diagnostics.push(Diagnostic::new("yaml", Severity::Error, "m", "h").blocking());
    assert!(matches!(read(&notebook), Understood::Unusable { reason, .. } if reason.code == "yaml"));
    let understood = read(&self::notebook(json!("text")));
    assert!(
        matches!(understood, Understood::Unusable { reason, .. } if reason.code == "hunting-not-a-mapping")
    );
}

#[test]
fn a_title_with_stray_blanks_is_trimmed_and_warned_about() {
    let mut hunting = full();
    hunting["title"] = json!(" My\n Hunt ");
    let procedure = procedure(hunting);
    assert_eq!(procedure.title, "My Hunt");
    assert_eq!(codes(&procedure), ["title-blanks"]);
    assert_eq!(procedure.diagnostics[0].line, 7);
}

#[test]
fn a_text_in_place_of_a_list_is_taken_and_warned_about() {
    let mut hunting = full();
    hunting["attack_technique_ids"] = json!("T1003.001, t1059/001");
    hunting["tags"] = json!("windows");
    let procedure = procedure(hunting);
    assert_eq!(
        procedure.techniques.iter().map(|t| t.id.as_str()).collect::<Vec<_>>(),
        ["T1003.001", "T1059.001"]
    );
    assert_eq!(procedure.tags, ["windows"]);
    assert_eq!(codes(&procedure), ["field-not-a-list", "field-not-a-list"]);
}

#[test]
fn techniques_are_kept_as_written_and_judged_by_release() {
    let mut hunting = full();
    hunting["attack_technique_ids"] =
        json!(["T1562.001", "T1064", "T9999", "TXXXX.XXX", "sideways", "t1562/001"]);
    let procedure = procedure(hunting);
    assert_eq!(
        procedure.techniques.iter().map(|t| t.id.as_str()).collect::<Vec<_>>(),
        ["T1562.001", "T1064", "T9999"]
    );
    assert_eq!(
        codes(&procedure),
        [
            "technique-revoked",
            "technique-deprecated",
            "technique-unknown",
            "technique-placeholder",
            "technique-malformed"
        ]
    );
    assert!(procedure.diagnostics[0].help.contains("T1685"));
    assert_eq!(procedure.diagnostics[0].line, 8);
    assert_eq!(procedure.diagnostics[1].line, 10);
}

#[test]
fn tactics_follow_from_techniques_and_those_of_several_are_only_possible() {
    let mut hunting = full();
    hunting["attack_technique_ids"] = json!(["T1003", "T1055"]);
    let procedure = procedure(hunting);
    assert_eq!(
        tactics(&procedure),
        [
            ("TA0004", TacticOrigin::Possible),
            ("TA0005", TacticOrigin::Possible),
            ("TA0006", TacticOrigin::Technique)
        ]
    );
}

#[test]
fn a_tactic_that_the_author_named_ranks_first_even_when_no_technique_has_it() {
    let mut hunting = full();
    hunting["attack_technique_ids"] = json!(["T1055"]);
    hunting["attack_tactic_ids"] = json!(["privilege-escalation", "TA0040", "no such"]);
    let procedure = procedure(hunting);
    assert_eq!(
        tactics(&procedure),
        [
            ("TA0004", TacticOrigin::Author),
            ("TA0005", TacticOrigin::Possible),
            ("TA0040", TacticOrigin::Author)
        ]
    );
    assert_eq!(codes(&procedure), ["tactic-unknown"]);
}

#[test]
fn tactics_alone_are_enough() {
    let procedure =
        procedure(json!({"id": "a", "title": "A", "description": "d", "tags": ["t"], "data_sources": ["d"],
        "tactics": "Credential Access, discovery"}));
    assert_eq!(tactics(&procedure), [("TA0006", TacticOrigin::Author), ("TA0007", TacticOrigin::Author)]);
    assert_eq!(codes(&procedure), ["techniques-missing"]);
    assert_eq!(procedure.diagnostics[0].severity, Severity::Info);
}

#[test]
fn a_retired_tactic_stands_for_those_successors_that_the_techniques_have() {
    let mut hunting = full();
    hunting["attack_tactic_ids"] = json!(["defense-evasion"]);
    hunting["attack_technique_ids"] = json!(["T1685"]);
    assert_eq!(tactics(&procedure(hunting.clone())), [("TA0112", TacticOrigin::Author)]);
    hunting["attack_technique_ids"] = json!(["T1003"]);
    let procedure = procedure(hunting);
    assert_eq!(
        tactics(&procedure),
        [
            ("TA0005", TacticOrigin::Author),
            ("TA0112", TacticOrigin::Author),
            ("TA0006", TacticOrigin::Technique)
        ]
    );
    assert_eq!(codes(&procedure), ["tactic-retired"]);
}

#[test]
fn nested_mappings_name_techniques_and_tactics() {
    let mut hunting = full();
    hunting["attack_technique_ids"] = json!([]);
    hunting["attack_mappings"] = json!([
        {"technique": "T1055", "sub_technique": null, "tactics": ["TA0004"]},
        {"technique": "T1059", "sub_technique": "T1059.001", "tactics": ["execution"]},
        {"technique": "T1003", "sub_technique": "001"},
    ]);
    let procedure = procedure(hunting);
    let ids: Vec<_> = procedure.techniques.iter().map(|t| t.id.as_str()).collect();
    assert_eq!(ids, ["T1055", "T1059.001", "T1003.001"]);
    assert_eq!(
        tactics(&procedure),
        [
            ("TA0002", TacticOrigin::Author),
            ("TA0004", TacticOrigin::Author),
            ("TA0005", TacticOrigin::Possible),
            ("TA0006", TacticOrigin::Technique)
        ]
    );
}

#[test]
fn authors_and_platforms_come_from_the_configured_keys() {
    let mut hunting = full();
    hunting["author"] = json!("Ana Silva, PhD");
    hunting["authors"] = json!(["Bo", {"name": "Cy", "email": "c@example.org"}]);
    hunting["platform"] = json!("Windows");
    let procedure = procedure(hunting);
    assert_eq!(procedure.authors, ["Bo", "Cy", "Ana Silva, PhD"]);
    assert_eq!(procedure.platforms, ["Windows"]);
    assert!(procedure.diagnostics.is_empty());
}

#[test]
fn missing_fields_are_named_one_by_one() {
    let procedure = procedure(json!({"id": "a"}));
    assert_eq!(
        codes(&procedure),
        [
            "title-missing",
            "description-missing",
            "techniques-missing",
            "data-sources-missing",
            "tags-missing"
        ]
    );
    assert!(procedure.diagnostics.iter().all(|d| d.line == 5 && !d.blocking && !d.help.is_empty()));
}

#[test]
fn a_tenant_without_a_parameters_cell_is_warned_about() {
    let code = "import x\n\n%%taegis search --tenant $TENANT_ID\nFROM process";
    let untagged = with_cell(notebook(full()), CellKind::Code, &[], code);
    let procedure = read(&untagged).into_procedure();
    assert_eq!(codes(&procedure), ["parameters-tag-missing"]);
    assert_eq!(procedure.diagnostics[0].line, 23);
    let tagged = with_cell(untagged, CellKind::Code, &["parameters"], "TENANT_ID = None");
    assert!(read(&tagged).procedure().diagnostics.is_empty());
    let other = with_cell(notebook(full()), CellKind::Code, &[], "MY_TENANT_ID_2 = 1");
    assert!(read(&other).procedure().diagnostics.is_empty());
}

#[test]
fn placeholder_text_is_pointed_at() {
    let notebook = with_cell(notebook(full()), CellKind::Markdown, &[], "## Summary\n\n*Replace this text…*");
    let procedure = read(&notebook).into_procedure();
    assert_eq!((codes(&procedure), procedure.diagnostics[0].line), (vec!["placeholder-text"], 23));
}

#[test]
fn the_service_follows_from_magics_and_imports() {
    let of = |source: &str| {
        read(&with_cell(notebook(full()), CellKind::Code, &[], source)).into_procedure().service
    };
    for (source, service) in [
        ("%%taegis search --tenant $T\nFROM process", Some("taegis")),
        ("from taegis_sdk_python import GraphQLService", Some("taegis")),
        ("%kql SecurityEvent | take 5", Some("sentinel")),
        ("import msticpy as mp\nqry = mp.QueryProvider(\"MSSentinel\")", Some("sentinel")),
        ("qry = QueryProvider('M365D')\n%kql DeviceEvents", Some("defender")),
        ("%%splunk\nindex=main", Some("splunk")),
        ("import splunklib.client as client", Some("splunk")),
        ("%%eql\nprocess where true", Some("elastic")),
        ("from elasticsearch import Elasticsearch", Some("elastic")),
        ("import pandas as pd\nprint('%%taegis')", None),
    ] {
        assert_eq!(of(source).as_deref(), service, "{source}");
    }
    let mut hunting = full();
    hunting["service"] = json!("Splunk");
    assert_eq!(procedure(hunting.clone()).service.as_deref(), Some("splunk"));
    hunting["service"] = json!("chronicle");
    assert_eq!(procedure(hunting).service.as_deref(), Some("other"));
}

fn any_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        "\\PC{0,12}".prop_map(Value::from),
        "T[0-9X]{4}(\\.[0-9]{3})?".prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec(("[a-z_]{1,8}", inner), 0..4)
                .prop_map(|pairs| Value::Object(pairs.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn nothing_that_stands_in_a_field_makes_it_panic(key in prop::sample::select(vec![
        "id", "title", "description", "attack_technique_ids", "data_sources", "tags", "authors", "platforms", "tactics",
        "attack_mappings", "service",
    ]), value in any_value()) {
        let mut hunting = full();
        hunting[key] = value;
        let understood = read(&notebook(hunting));
        if let Understood::Catalogued(procedure) = &understood {
            prop_assert!(procedure.id.is_some());
        }
        let procedure = understood.procedure();
        prop_assert!(procedure.tactics.is_sorted_by_key(|tactic| Release::current().rank(&tactic.id)));
        prop_assert!(!procedure.title.contains(char::is_control));
    }
}
