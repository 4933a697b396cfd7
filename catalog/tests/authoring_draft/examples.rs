//! The worked examples: what an hour of exploring leaves behind, invented by us, and the draft of it beside.

use catalog::attack::Release;
use catalog::authoring::{Draft, NoteKind, Options, draft};
use catalog::instance::{Hold, Request, TenantFields, Vocabulary, Window, blob_id, prepare};
use catalog::lint::{Finding, Settings, Severity, lint};
use catalog::notebook::{CellKind, Metadata, Notebook, ipynb, myst};
use catalog::procedure::understand;
use catalog::query::{QueryKind, queries};
use catalog::repository::FieldMapping;
use chrono::{TimeZone as _, Utc};

fn read(name: &str) -> Notebook {
    let path = format!("{}/tests/authoring_draft/{name}.ipynb", env!("CARGO_MANIFEST_DIR"));
    let notebook = ipynb::read(&std::fs::read(path).expect("it is there"));
    assert!(notebook.blocking().is_none(), "{:?}", notebook.diagnostics);
    notebook
}

fn made(name: &str) -> Draft {
    draft(&read(name), &Options { file_name: Some(&format!("{name}.ipynb")), ..Options::default() })
        .expect("it becomes one")
}

fn linted(notebook: &Notebook) -> Vec<Finding> {
    let procedure =
        understand(notebook, "draft.md", &FieldMapping::default(), Release::current()).into_procedure();
    lint(notebook, &procedure, &Settings::default())
}

#[test]
fn an_incident_at_one_tenant_becomes_a_hunt_for_many() {
    insta::assert_snapshot!("rclone", made("rclone").source());
}

#[test]
fn an_export_that_was_read_from_a_desktop_becomes_a_parameter() {
    insta::assert_snapshot!("logons", made("logons").source());
}

#[test]
fn a_workspace_of_sentinel_is_filled_in() {
    insta::assert_snapshot!("consent", made("consent").source());
}

/// What stood in the notebooks and must stand nowhere: keys, names, hosts, people, days, passwords, folders.
const GONE: [&str; 26] = [
    "4711abcd",
    "fernwood",
    "charlie",
    "HL-FS-0142",
    "2026-1",
    "xoxb-",
    "maria",
    "lakeside",
    "jonas",
    "m.keller",
    "LKS-DC",
    "Summer-2026",
    "northgate",
    "6f1c2a90",
    "b2d94c1e",
    "a.moreau",
    "PDF Helper",
    "12 November",
    "Isolated",
    "confirmed by phone",
    "svc_backup",
    "execution_count",
    "Slack-",
    "datetime(2026",
    "WORKSPACE_ID = ",
    "TENANT_ID = \"",
];

#[test]
fn nothing_of_the_case_is_left_in_text_notes_or_metadata() {
    for name in ["rclone", "logons", "consent"] {
        let draft = made(name);
        let notes: String = draft.notes.iter().map(|note| note.shown() + "\n").collect();
        let metadata = serde_json::to_string(&draft.notebook.metadata).unwrap();
        let all = format!("{}\n{notes}\n{metadata}\n{}", draft.source(), draft.file_name).to_lowercase();
        for gone in GONE {
            assert!(!all.contains(&gone.to_lowercase()), "{name}: {gone} in\n{all}");
        }
    }
}

/// What the notes ask a hunter to write, and lint asks for as well.
const ASKED: [&str; 0] = [];

#[test]
fn a_draft_has_no_error_but_for_what_its_notes_ask_for() {
    for name in ["rclone", "logons", "consent"] {
        let findings = linted(&made(name).notebook);
        let errors =
            findings.iter().map(|finding| &finding.diagnostic).filter(|one| one.severity == Severity::Error);
        let errors: Vec<_> = errors.filter(|one| !ASKED.contains(&one.code.as_str())).collect();
        assert!(errors.is_empty(), "{name}: {errors:?}");
        let warnings = findings.iter().filter(|finding| finding.diagnostic.severity == Severity::Warning);
        let codes: Vec<&str> = warnings.map(|finding| finding.diagnostic.code.as_str()).collect();
        assert!(codes.is_empty(), "{name}: {codes:?}");
    }
}

#[test]
fn a_draft_is_read_as_it_was_written() {
    for name in ["rclone", "logons", "consent"] {
        let draft = made(name);
        let text = myst::write(&draft.notebook);
        let back = myst::read(text.as_bytes());
        assert!(back.diagnostics.is_empty(), "{:?}", back.diagnostics);
        assert_eq!(
            (&back.metadata, &back.cells),
            (&draft.notebook.metadata, &draft.notebook.cells),
            "{name}"
        );
        let again = myst::write(&ipynb::read(&ipynb::write(&back)));
        let cells = |notebook: &Notebook| {
            notebook.cells.iter().map(|cell| (cell.kind, cell.source.clone())).collect::<Vec<_>>()
        };
        assert_eq!(cells(&myst::read(again.as_bytes())), cells(&back), "{name}, by way of ipynb");
    }
}

fn tenant(service: &str) -> TenantFields {
    let mut parameters = Metadata::new();
    parameters.insert("DIRECTORY_ID".into(), "a-directory".into());
    TenantFields {
        key: "0145483".into(),
        name: "Acme".into(),
        region: "mock".into(),
        service: service.into(),
        parameters,
        ..TenantFields::default()
    }
}

#[test]
fn a_copy_of_a_draft_asks_its_own_tenant_in_every_query() {
    for (name, service) in [("rclone", "taegis"), ("consent", "sentinel"), ("logons", "splunk")] {
        let draft = made(name);
        let text = draft.source();
        let blob = blob_id(text.as_bytes());
        let at = |day| Utc.with_ymd_and_hms(2026, 12, day, 0, 0, 0).unwrap();
        let tenant = tenant(service);
        let prepared = prepare(&Request {
            notebook: &draft.notebook,
            procedure: None,
            repo: None,
            path: Some(&draft.file_name),
            commit: None,
            blob: &blob,
            tenant: Some(&tenant),
            window: Some(Window { from: at(1), to: at(8) }),
            parameters: &Metadata::new(),
            hold: Hold::Writes,
            vocabulary: &Vocabulary::default(),
            attack: None,
        })
        .unwrap_or_else(|refusal| panic!("{name}: {refusal}"));
        let injected: Vec<&str> = prepared.injected.iter().map(|(name, _)| name.as_str()).collect();
        assert!(injected.contains(&"EARLIEST") && injected.contains(&"LATEST"), "{name}: {injected:?}");
        let warned: Vec<&str> = prepared.warnings.iter().map(|warning| warning.code.as_str()).collect();
        let known = ["tenant-independent"];
        assert!(warned.iter().all(|code| name == "logons" && known.contains(code)), "{name}: {warned:?}");
        for query in queries(&prepared.notebook).iter().filter(|query| query.kind == QueryKind::Run) {
            assert_ne!(query.tenant, Some(false), "{name}: {query:?}");
            assert!(
                query.look_back.is_some()
                    || query.text.as_deref().is_some_and(|text| text.contains("kql_from")),
                "{name}: {query:?}"
            );
        }
        if service == "sentinel" {
            assert!(
                prepared
                    .notebook
                    .cells
                    .iter()
                    .any(|cell| cell.source.contains("workspace('{WORKSPACE_ID}').tenant('{tenant_id}')"))
            );
        }
    }
}

#[test]
fn behind_each_query_stands_what_tells_nothing_found_from_nothing_asked() {
    for (name, least) in [("rclone", 2), ("consent", 3), ("logons", 1)] {
        let draft = made(name);
        let checks = draft.notebook.cells.iter().filter(|cell| cell.kind == CellKind::Code);
        let checks = checks
            .filter(|cell| cell.source.contains("NOT HUNTABLE") && cell.source.contains("Looked at: "))
            .count();
        assert!(checks >= least, "{name}: {checks}\n{}", draft.source());
    }
}

#[test]
fn a_team_has_its_own_sections() {
    let sections: Vec<String> = ["Hypothesis", "Hunt", "Closing remarks"].map(str::to_owned).to_vec();
    let draft = draft(&read("rclone"), &Options { sections: &sections, ..Options::default() }).unwrap();
    let text = draft.source();
    let at = |heading: &str| {
        text.find(&format!("\n## {heading}\n")).unwrap_or_else(|| panic!("{heading} in\n{text}"))
    };
    assert!(at("Hypothesis") < at("Hunt") && at("Hunt") < at("Closing remarks"));
    assert!(
        text.find("FROM process") > Some(at("Hunt"))
            && text.find("FROM process") < Some(at("Closing remarks"))
    );
    assert!(
        draft
            .notes
            .iter()
            .any(|note| note.kind == NoteKind::Suggested && note.text.contains("Closing remarks"))
    );
}
