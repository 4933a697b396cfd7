//! Copies: what is filled in, what is refused, and that nothing but the request decides the bytes.

mod instance_fixture;

use catalog::instance::{
    Hold, Parameter, Prepared, Refusal, Request, TenantFields, Vocabulary, Window, blob_id, parameters,
    prepare, provenance, read_parameters, verify,
};
use catalog::notebook::{CellKind, Metadata, ipynb, myst};
use instance_fixture::tenant;
use proptest::prelude::*;
use serde_json::{Value, json};

/// A small procedure for Taegis.
const PROCEDURE: &str = r#"---
kernelspec: {name: python3, display_name: Python 3, language: python}
hunting: {id: h1, title: Hunt}
---

# Hunt

```{code-cell} ipython3
:tags: [parameters]

TENANT_ID: str = None  # the tenant's key
REGION = "charlie"
INVESTIGATION_TITLE = "Hunt"
EARLIEST: str = "-7d"
LATEST: str = "now"
LIMIT: int = 1_000  # type: int how many rows
NAMES = ["a", 'b', -1, 2.5, None, True, {"k": ()}]
SINCE = date(2026, 1, 1)
```

```{code-cell} ipython3
%%taegis alerts search -t --tenant $TENANT_ID --region $REGION --assign rows
FROM alert EARLIEST={{ EARLIEST }} LATEST={{ LATEST }} | head {{ LIMIT }}
```

```{code-cell} ipython3
rows = [row for row in rows if row["name"] in NAMES]
```

```{code-cell} ipython3
%taegis investigations create --title "$INVESTIGATION_TITLE" --tenant $TENANT_ID
```
"#;

/// What a test varies of a request.
struct Wish<'a> {
    text: &'a str,
    tenant: Option<TenantFields>,
    parameters: Value,
    window: Option<Window>,
    hold: Hold,
}

impl Default for Wish<'_> {
    fn default() -> Self {
        Self {
            text: PROCEDURE,
            tenant: Some(tenant()),
            parameters: json!({}),
            window: None,
            hold: Hold::None,
        }
    }
}

fn made(wish: &Wish<'_>) -> Result<Prepared, Refusal> {
    let notebook = myst::read(wish.text.as_bytes());
    let blob = blob_id(wish.text.as_bytes());
    prepare(&Request {
        notebook: &notebook,
        procedure: Some("h1"),
        repo: Some("hunts"),
        path: Some("hunts/night {x}.md"),
        commit: None,
        blob: &blob,
        tenant: wish.tenant.as_ref(),
        window: wish.window,
        parameters: wish.parameters.as_object().expect("a mapping"),
        hold: wish.hold,
        vocabulary: &Vocabulary::default(),
        attack: Some("19.2"),
    })
}

fn refused(wish: &Wish<'_>) -> String {
    let refusal = made(wish).expect_err("a refusal");
    assert!(!refusal.reason.is_empty() && !refusal.remedy.is_empty());
    refusal.code
}

fn injected(prepared: &Prepared) -> &str {
    &prepared
        .notebook
        .cells
        .iter()
        .find(|cell| cell.has_tag("injected-parameters"))
        .expect("an injected cell")
        .source
}

#[test]
fn parameters_are_read_with_their_types_defaults_and_help() {
    let found = parameters(&myst::read(PROCEDURE.as_bytes()));
    let names: Vec<&str> = found.iter().map(|parameter| parameter.name.as_str()).collect();
    assert_eq!(
        names,
        ["TENANT_ID", "REGION", "INVESTIGATION_TITLE", "EARLIEST", "LATEST", "LIMIT", "NAMES", "SINCE"]
    );
    assert_eq!(
        found[0],
        Parameter {
            name: "TENANT_ID".into(),
            annotation: Some("str".into()),
            default: "None".into(),
            value: Some(Value::Null),
            help: Some("the tenant's key".into()),
            line: 11,
        }
    );
    assert_eq!(
        (found[5].value.clone(), found[5].help.as_deref()),
        (Some(json!(1000)), Some("how many rows"))
    );
    assert_eq!(found[6].value, Some(json!(["a", "b", -1, 2.5, null, true, {"k": []}])));
    assert_eq!((found[7].value.clone(), found[7].default.as_str()), (None, "date(2026, 1, 1)"));
}

#[test]
fn a_parameters_cell_that_is_no_python_is_said_with_its_line() {
    let notebook = myst::read(b"```{code-cell}\n:tags: [parameters]\n\nA = 1\nB = = 2\n```\n");
    let diagnostic = read_parameters(&notebook).expect_err("a diagnostic");
    assert_eq!((diagnostic.code.as_str(), diagnostic.line), ("parameters-syntax", 5));
    assert!(parameters(&notebook).is_empty());
}

#[test]
fn tenant_region_and_file_name_are_filled_in_where_the_procedure_declares_them() {
    let prepared = made(&Wish::default()).expect("a copy");
    assert_eq!(injected(&prepared), "# Parameters\nTENANT_ID = \"0145483\"\nREGION = \"mock\"\n");
    let index = prepared.notebook.cells.iter().position(|cell| cell.has_tag("injected-parameters"));
    assert_eq!(index, Some(2), "right after the parameters");
    assert!(prepared.notebook.cells[2].has_tag("remove_cell"));
    assert!(!prepared.tenant_independent);
    assert!(
        prepared.file_name.starts_with("night--x-") && prepared.file_name.ends_with("_mock_0145483.ipynb")
    );
}

#[test]
fn the_file_name_is_filled_in_when_a_cell_needs_it_though_it_is_not_declared() {
    let text = PROCEDURE.replace("--assign rows", "--assign rows --cache");
    let prepared = made(&Wish { text: &text, ..Wish::default() }).expect("a copy");
    let line = format!("TAEGIS_MAGIC_NOTEBOOK_FILENAME = \"{}\"\n", prepared.file_name);
    assert!(injected(&prepared).ends_with(&line));
}

#[test]
fn a_window_goes_to_the_names_that_are_declared_and_to_no_other() {
    let window = Window {
        from: "2026-11-01T00:00:00Z".parse().expect("a time"),
        to: "2026-11-08T06:30:00Z".parse().expect("a time"),
    };
    let prepared = made(&Wish { window: Some(window), ..Wish::default() }).expect("a copy");
    assert!(
        injected(&prepared)
            .contains("EARLIEST = \"2026-11-01T00:00:00Z\"\nLATEST = \"2026-11-08T06:30:00Z\"\n")
    );
    assert_eq!(
        prepared.notebook.metadata["huntshelf"]["window"],
        json!({"from": "2026-11-01T00:00:00Z", "to": "2026-11-08T06:30:00Z"})
    );
    let without = made(&Wish::default()).expect("a copy");
    assert!(!injected(&without).contains("EARLIEST"));
    let text = PROCEDURE.replace("LATEST", "OTHER");
    let half = made(&Wish { text: &text, window: Some(window), ..Wish::default() }).expect("a copy");
    assert!(half.warnings.iter().any(|warning| warning.code == "window-end-not-used"));
}

#[test]
fn given_parameters_win_over_the_tenants_own_which_win_over_the_default() {
    let mut tenant = tenant();
    tenant.parameters =
        json!({"LIMIT": 5, "REGION": "ignored", "UNKNOWN": 1}).as_object().expect("a mapping").clone();
    let prepared = made(&Wish { tenant: Some(tenant.clone()), ..Wish::default() }).expect("a copy");
    assert_eq!(
        prepared.injected.iter().find(|(name, _)| name == "LIMIT").map(|(_, value)| value.clone()),
        Some(json!(5))
    );
    let prepared = made(&Wish { tenant: Some(tenant), parameters: json!({"LIMIT": 7}), ..Wish::default() })
        .expect("a copy");
    assert_eq!(prepared.provenance.parameters, json!({"LIMIT": 7}).as_object().expect("a mapping").clone());
}

#[test]
fn what_could_run_against_the_wrong_tenant_or_none_is_refused() {
    let untagged = PROCEDURE.replace(":tags: [parameters]\n", "");
    assert_eq!(refused(&Wish { text: &untagged, ..Wish::default() }), "no-parameters-tag");
    assert_eq!(refused(&Wish { text: &untagged, tenant: None, ..Wish::default() }), "no-parameters-tag");
    assert_eq!(refused(&Wish { tenant: None, ..Wish::default() }), "tenant-needed");
    assert_eq!(
        refused(&Wish { tenant: None, parameters: json!({"TENANT_ID": 145_483}), ..Wish::default() }),
        "tenant-not-text"
    );
    assert_eq!(
        refused(&Wish { parameters: json!({"TENANT_ID": "other"}), ..Wish::default() }),
        "tenant-conflict"
    );
    let elsewhere = PROCEDURE.replace("TENANT_ID: str = None", "OTHER = 1");
    assert_eq!(refused(&Wish { text: &elsewhere, ..Wish::default() }), "tenant-not-a-parameter");
    let fixed = PROCEDURE.replace("--tenant $TENANT_ID --region", "--tenant 99 --region");
    assert_eq!(refused(&Wish { text: &fixed, ..Wish::default() }), "tenant-fixed");
    let sentinel = TenantFields { service: "sentinel".into(), ..tenant() };
    let taegis = PROCEDURE.replace("TENANT_ID", "TAEGIS_TENANT_ID");
    assert_eq!(refused(&Wish { text: &taegis, tenant: Some(sentinel), ..Wish::default() }), "wrong-service");
    assert_eq!(refused(&Wish { text: "---\na: ~\n---\n", ..Wish::default() }), "unreadable");
}

#[test]
fn a_later_assignment_of_the_tenant_is_refused_however_it_is_written() {
    for code in [
        "TENANT_ID = None",
        "%time x\nTENANT_ID = None",
        "if True:\n    TENANT_ID: str = '1'",
        "for TENANT_ID in []: pass",
        "(TENANT_ID := 1)",
        "a, TENANT_ID = 1, 2",
        "import x as TENANT_ID",
        "with a as TENANT_ID: pass",
        "del TENANT_ID",
        "%%time\nTENANT_ID = 1",
        "not python at all (\nTENANT_ID = 1",
    ] {
        let text = format!("{PROCEDURE}\n```{{code-cell}}\n{code}\n```\n");
        assert_eq!(refused(&Wish { text: &text, ..Wish::default() }), "tenant-assigned-again", "{code}");
    }
    for code in [
        "f(TENANT_ID=1)",
        "x = {'TENANT_ID': TENANT_ID}",
        "TENANT_ID == 1",
        "# TENANT_ID = 1",
        "def f(TENANT_ID):\n    TENANT_ID = 1",
        "%%kql\nTENANT_ID = 1",
        "'''\nTENANT_ID = 1\n'''",
    ] {
        let text = format!("{PROCEDURE}\n```{{code-cell}}\n{code}\n```\n");
        assert!(made(&Wish { text: &text, ..Wish::default() }).is_ok(), "{code}");
    }
}

#[test]
fn a_procedure_without_a_tenant_is_the_same_copy_for_everybody() {
    let text = "# A\n\n```{code-cell}\n1\n```\n";
    let prepared = made(&Wish { text, ..Wish::default() }).expect("a copy");
    assert!(prepared.tenant_independent);
    assert_eq!(prepared.provenance.tenant, None);
    assert_eq!(prepared.bytes, made(&Wish { text, tenant: None, ..Wish::default() }).expect("a copy").bytes);
    assert!(!prepared.notebook.cells.iter().any(|cell| cell.has_tag("injected-parameters")));
}

#[test]
fn names_that_are_not_declared_or_no_names_are_refused() {
    assert_eq!(refused(&Wish { parameters: json!({"NOTHING": 1}), ..Wish::default() }), "unknown-parameter");
    for name in ["a b", "1a", "class", "", "x=1\nimport os", "a.b", "None"] {
        let mut parameters = Metadata::new();
        parameters.insert(name.to_owned(), json!(1));
        assert_eq!(
            refused(&Wish { parameters: parameters.into(), ..Wish::default() }),
            "not-an-identifier",
            "{name}"
        );
    }
    let deep = (0..60).fold(json!(1), |inner, _| json!([inner]));
    assert_eq!(refused(&Wish { parameters: json!({"NAMES": deep}), ..Wish::default() }), "value-too-large");
}

#[test]
fn cells_that_write_are_held_on_wish() {
    let held = made(&Wish { hold: Hold::Writes, ..Wish::default() }).expect("a copy");
    let last = held.notebook.cells.last().expect("cells");
    assert_eq!(last.kind, CellKind::Raw);
    assert_eq!(held.provenance.held_cells, [last.id.clone().expect("an id")]);
    let free = made(&Wish::default()).expect("a copy");
    assert_eq!(free.notebook.cells.last().map(|cell| cell.kind), Some(CellKind::Code));
    for (code, writes) in [
        ("%taegis investigations evidence stage events hits", true),
        ("%taegis cases create --title x", true),
        ("!taegis investigations create", true),
        ("service.investigations2.mutation.create_investigation_v2(x)", true),
        ("workspace.create_incident(title=1)", true),
        ("%taegis investigations search --tenant $TENANT_ID", false),
        ("%%taegis alerts search --assign create\nFROM alert", false),
        ("# %taegis cases create", false),
        ("create_table(x)", false),
    ] {
        let text = format!("{PROCEDURE}\n```{{code-cell}}\n{code}\n```\n");
        let copy = made(&Wish { text: &text, hold: Hold::Writes, ..Wish::default() }).expect("a copy");
        assert_eq!(copy.notebook.cells.last().map(|cell| cell.kind == CellKind::Raw), Some(writes), "{code}");
    }
}

#[test]
fn a_copy_carries_no_outputs_and_says_where_it_comes_from() {
    let prepared = made(&Wish { parameters: json!({"LIMIT": 3}), ..Wish::default() }).expect("a copy");
    let value: Value = serde_json::from_slice(&prepared.bytes).expect("JSON");
    assert_eq!((&value["nbformat"], &value["nbformat_minor"]), (&json!(4), &json!(5)));
    assert_eq!(value["metadata"]["hunting"]["id"], "h1");
    assert_eq!(value["metadata"]["kernelspec"]["name"], "python3");
    let stamp = &value["metadata"]["huntshelf"];
    let keys: Vec<&String> = stamp.as_object().expect("a mapping").keys().collect();
    assert_eq!(
        keys,
        [
            "attack",
            "blob",
            "commit",
            "held_cells",
            "hold",
            "parameters",
            "path",
            "procedure",
            "region",
            "renderer",
            "repo",
            "tenant",
            "window"
        ]
    );
    assert_eq!(
        (&stamp["tenant"], &stamp["parameters"], &stamp["commit"]),
        (&json!("0145483"), &json!({"LIMIT": 3}), &Value::Null)
    );
    for cell in value["cells"].as_array().expect("cells").iter().filter(|cell| cell["cell_type"] == "code") {
        assert_eq!((&cell["outputs"], &cell["execution_count"]), (&json!([]), &Value::Null));
    }
}

#[test]
fn a_copy_is_made_again_from_its_provenance() {
    let window = Window {
        from: "2026-11-01T00:00:00Z".parse().expect("a time"),
        to: "2026-11-02T00:00:00Z".parse().expect("a time"),
    };
    let titled = TenantFields {
        title: Some("For Acme".into()),
        parameters: json!({"LIMIT": 9}).as_object().expect("a mapping").clone(),
        ..tenant()
    };
    for wish in [
        Wish::default(),
        Wish { tenant: Some(titled), window: Some(window), hold: Hold::Writes, ..Wish::default() },
        Wish {
            tenant: None,
            parameters: json!({"TENANT_ID": "0145483", "REGION": "mock", "LIMIT": 2}),
            ..Wish::default()
        },
        Wish { tenant: None, parameters: json!({"TENANT_ID": "0145483"}), ..Wish::default() },
    ] {
        let prepared = made(&wish).expect("a copy");
        let read = ipynb::read(&prepared.bytes);
        let stamp = provenance(&read).expect("provenance");
        assert_eq!(stamp, prepared.provenance);
        let again = verify(&stamp, PROCEDURE.as_bytes(), &Vocabulary::default()).expect("the copy again");
        assert_eq!(String::from_utf8(again.bytes), String::from_utf8(prepared.bytes));
        assert_eq!(
            verify(&stamp, b"other", &Vocabulary::default()).expect_err("a refusal").code,
            "other-source"
        );
    }
}

#[test]
fn an_injected_cell_is_replaced_where_it_stands() {
    let prepared = made(&Wish::default()).expect("a copy");
    let copy = ipynb::read(&prepared.bytes);
    let text = myst::write(&copy);
    let again = made(&Wish {
        text: &text,
        tenant: Some(TenantFields { key: "2".into(), ..tenant() }),
        ..Wish::default()
    })
    .expect("a copy");
    assert_eq!(again.notebook.cells.iter().filter(|cell| cell.has_tag("injected-parameters")).count(), 1);
    assert_eq!(injected(&again), "# Parameters\nTENANT_ID = \"2\"\nREGION = \"mock\"\n");
}

#[test]
fn what_a_tenant_brings_and_nothing_reads_is_warned_of() {
    let parameters = json!({"SINCE": "2026-01-01"}).as_object().expect("a mapping").clone();
    let own = TenantFields { parameters, ..tenant() };
    let prepared = made(&Wish { tenant: Some(own), ..Wish::default() }).expect("a copy");
    assert!(
        prepared
            .warnings
            .iter()
            .any(|warning| warning.code == "parameter-never-read" && warning.message.contains("SINCE"))
    );
}

#[test]
fn a_hostile_parameters_cell_is_survived() {
    for code in [
        "(".repeat(30_000),
        "-".repeat(30_000) + "1",
        "[".repeat(15_000) + &"]".repeat(15_000),
        "x = ".repeat(7_000),
        "lambda:".repeat(4_000),
        "(".repeat(100_000),
    ] {
        let text = format!("```{{code-cell}}\n:tags: [parameters]\n\nA = {code}\n```\n");
        let _ = read_parameters(&myst::read(text.as_bytes()));
        let text = format!("{PROCEDURE}\n```{{code-cell}}\nTENANT_ID\nA = {code}\n```\n");
        let _ = made(&Wish { text: &text, ..Wish::default() });
    }
}

#[test]
fn a_blob_has_the_id_that_git_gives_it() {
    assert_eq!(blob_id(b"hello\n"), "ce013625030ba8dba906f756967f9e9ca394464a");
    assert_eq!(blob_id(b""), "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391");
}

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_filter("JSON has no other", |value| value.is_finite()).prop_map(Value::from),
        any::<String>().prop_map(Value::from),
        proptest::sample::select(vec![
            "\"",
            "'''",
            "\\",
            "\\N{DASH}",
            "$HOME",
            "{x}",
            "\u{2028}",
            "😀",
            "a\nb\r\tc",
            "\0",
            "\u{7f}\u{85}",
            "#",
            "0145483"
        ])
        .prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 16, 4, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            proptest::collection::hash_map(any::<String>(), inner, 0..4).prop_map(|map| json!(map)),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn every_value_is_what_it_was_once_python_reads_it(value in value()) {
        let prepared = made(&Wish { parameters: json!({"NAMES": value}), ..Wish::default() }).expect("a copy");
        prop_assert!(injected(&prepared).is_ascii());
        prop_assert_eq!(injected(&prepared).lines().count(), 4);
        let text = format!("```{{code-cell}}\n:tags: [parameters]\n\n{}```\n", injected(&prepared));
        let back = parameters(&myst::read(text.as_bytes()));
        prop_assert_eq!(back[2].value.as_ref(), Some(&value));
    }

    #[test]
    fn a_file_name_is_safe_on_every_system(path in any::<String>(), key in "\\PC{1,100}", region in any::<String>()) {
        let notebook = myst::read(PROCEDURE.as_bytes());
        let tenant = TenantFields { key, region, ..tenant() };
        let prepared = prepare(&Request {
            notebook: &notebook, procedure: None, repo: None, path: Some(&path), commit: None, blob: "", tenant: Some(&tenant), window: None,
            parameters: &Metadata::new(), hold: Hold::None, vocabulary: &Vocabulary::default(), attack: None,
        }).expect("a copy");
        let name = prepared.file_name;
        prop_assert!(name.len() <= 255 && name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_')), "{name}");
        prop_assert!(!name.starts_with(['.', '-']));
    }
}
