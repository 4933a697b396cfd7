//! The false null finding: a hunt that looked at nothing, or at something else, and reads like a clean result. Each way
//! to it is refused or warned of, and what is right passes without a word.

mod instance_fixture;

use catalog::attack::Release;
use catalog::instance::{
    Hold, Prepared, Refusal, Request, TenantFields, Vocabulary, Window, blob_id, prepare, provenance, verify,
};
use catalog::notebook::{ipynb, myst};
use catalog::procedure::understand;
use catalog::repository::FieldMapping;
use instance_fixture::tenant;
use serde_json::{Value, json};

const DEFAULTS: &str = r#"TENANT_ID: str = None
REGION: str = "charlie"
INVESTIGATION_TITLE: str = "Hunt"
EARLIEST: str = "-7d"
LATEST: str = "now"
LIMIT: int = 100
"#;

const QUERY: &str = r"%%taegis alerts search -t --tenant $TENANT_ID --region $REGION --assign rows
FROM alert EARLIEST={{ EARLIEST }} LATEST={{ LATEST }} | head {{ LIMIT }}";

/// A procedure: fields of its `hunting` block, its defaults, and its cells.
fn procedure(hunting: &str, defaults: &str, cells: &[&str]) -> String {
    let mut text = format!(
        "---\nkernelspec: {{name: python3, display_name: Python 3, language: python}}\nhunting:\n  id: h1\n  title: Hunt\n{hunting}---\n\n```{{code-cell}} ipython3\n:tags: [parameters]\n\n{defaults}```\n"
    );
    for cell in cells {
        text.extend(["\n```{code-cell} ipython3\n", cell, "\n```\n"]);
    }
    text
}

fn of_cells(cells: &[&str]) -> String {
    procedure("", DEFAULTS, cells)
}

fn window() -> Window {
    Window {
        from: "2026-11-01T00:00:00Z".parse().expect("a time"),
        to: "2026-11-08T00:00:00Z".parse().expect("a time"),
    }
}

fn make(
    text: &str,
    tenant: Option<&TenantFields>,
    window: Option<Window>,
    parameters: &Value,
) -> Result<Prepared, Refusal> {
    let notebook = myst::read(text.as_bytes());
    prepare(&Request {
        notebook: &notebook,
        procedure: Some("h1"),
        repo: None,
        path: Some("hunt.md"),
        commit: None,
        blob: &blob_id(text.as_bytes()),
        tenant,
        window,
        parameters: parameters.as_object().expect("a mapping"),
        hold: Hold::None,
        vocabulary: &Vocabulary::default(),
        attack: None,
    })
}

/// A copy for the tenant, with a window.
fn copy(text: &str, parameters: &Value) -> Result<Prepared, Refusal> {
    make(text, Some(&tenant()), Some(window()), parameters)
}

#[track_caller]
fn refused(text: &str, parameters: &Value) -> Refusal {
    let refusal = copy(text, parameters).map(|_| ()).expect_err("a refusal");
    assert!(!refusal.reason.is_empty() && !refusal.remedy.is_empty(), "{refusal:?}");
    refusal
}

#[track_caller]
fn warned(text: &str, parameters: &Value) -> Vec<String> {
    let prepared = copy(text, parameters).unwrap_or_else(|refusal| panic!("{refusal:?}\n{text}"));
    prepared.warnings.into_iter().map(|warning| warning.code).collect()
}

#[test]
fn a_procedure_that_reads_what_it_is_given_is_copied_without_a_word() {
    assert_eq!(warned(&of_cells(&[QUERY]), &json!({"LIMIT": 5})), Vec::<String>::new());
}

#[test]
fn without_the_tag_of_the_parameters_nothing_is_copied() {
    let text = of_cells(&[QUERY]).replace(":tags: [parameters]\n", "");
    assert_eq!(refused(&text, &json!({})).code, "no-parameters-tag");
}

#[test]
fn a_tenant_that_a_later_cell_assigns_again_is_refused() {
    assert_eq!(refused(&of_cells(&["TENANT_ID = None", QUERY]), &json!({})).code, "tenant-assigned-again");
    // A second cell with the tag is no cell with defaults: papermill knows the first.
    let second =
        format!("{}\n```{{code-cell}}\n:tags: [parameters]\n\nTENANT_ID = None\n```\n", of_cells(&[QUERY]));
    assert_eq!(refused(&second, &json!({})).code, "tenant-assigned-again");
    // Of two injected cells only the first is replaced.
    let injected =
        |key| format!("\n```{{code-cell}}\n:tags: [injected-parameters]\n\nTENANT_ID = \"{key}\"\n```\n");
    let twice = format!("{}{}{}", of_cells(&[QUERY]), injected("1"), injected("2"));
    assert_eq!(refused(&twice, &json!({})).code, "tenant-assigned-again");
}

#[test]
fn what_was_injected_above_the_defaults_would_be_overwritten() {
    let text = of_cells(&[QUERY]).replacen(
        "```{code-cell} ipython3\n:tags: [parameters]",
        "```{code-cell}\n:tags: [injected-parameters]\n\nTENANT_ID = \"1\"\n```\n\n```{code-cell} ipython3\n:tags: [parameters]",
        1,
    );
    assert_eq!(refused(&text, &json!({})).code, "injected-before-parameters");
}

#[test]
fn a_tenant_that_is_computed_before_it_is_filled_in_is_refused() {
    let query = QUERY.replace("$TENANT_ID", "$tenant");
    let defaults = format!("{DEFAULTS}tenant = str(TENANT_ID)\n");
    let text = procedure("", &defaults, &[&query, "print(TENANT_ID)"]);
    assert_eq!(refused(&text, &json!({})).code, "tenant-read-too-early");
    let defaults = format!("{DEFAULTS}rows_at_most = LIMIT * 2\n");
    let text = procedure("", &defaults, &[QUERY, "rows.head(rows_at_most)"]);
    assert_eq!(warned(&text, &json!({"LIMIT": 5})), ["parameter-read-too-early"]);
}

#[test]
fn a_tenant_that_no_query_reads_is_refused() {
    for (cell, remedy) in [
        // Measured: the body of `%%taegis` goes to the service as it is.
        ("%%taegis alerts search --assign rows\nFROM alert WHERE tenant_id = $TENANT_ID", "-t"),
        (
            "%%taegis alerts search -t --assign rows\nFROM alert WHERE tenant_id = $TENANT_ID",
            "{{ TENANT_ID }}",
        ),
        ("%%taegis alerts search --tenant '$TENANT_ID' --assign rows\nFROM alert", "single quotes"),
        (
            "%%taegis alerts search --tenant $TENANT_ID --title \"{no python}\" --assign rows\nFROM alert",
            "brace",
        ),
        ("%%taegis alerts search --tenant $TENANT --assign rows\nFROM alert", "leave it out"),
        (
            "rows = service.events.query('FROM process EARLIEST=-1d', tenant=None)  # TENANT_ID\nx = conn.execute_query('FROM process EARLIEST=-1d')",
            "leave it out",
        ),
    ] {
        let refusal = refused(&of_cells(&[cell]), &json!({}));
        assert_eq!(refusal.code, "tenant-not-read", "{cell}");
        assert!(refusal.remedy.contains(remedy), "{cell}: {}", refusal.remedy);
    }
}

#[test]
fn a_query_without_a_tenant_is_warned_of() {
    let lonely = "%%taegis events search --assign more\nFROM process EARLIEST=-1d";
    assert_eq!(warned(&of_cells(&[QUERY, lonely]), &json!({})), ["query-without-tenant"]);
    // `-t` is the template's flag and no tenant's.
    let template = "%%taegis events search -t --assign more\nFROM process EARLIEST={{ EARLIEST }}";
    assert_eq!(warned(&of_cells(&[QUERY, template]), &json!({})), ["query-without-tenant"]);
    assert!(warned(&of_cells(&[lonely]), &json!({})).contains(&"query-without-tenant".to_owned()));
}

#[test]
fn a_parameter_that_somebody_gives_and_no_cell_reads_is_refused() {
    for cell in [
        "print('nothing')",
        "# LIMIT",
        "print('LIMIT', rows.LIMIT)",
        "\"\"\"LIMIT\"\"\"",
        "f(LIMIT=5)",
        "def f(LIMIT):\n    return LIMIT\nf(1)",
        "[LIMIT for LIMIT in range(3)]",
        "(lambda LIMIT: LIMIT)(1)",
        "%%bash\necho $LIMIT",
        "%%markdown\nLIMIT",
        "%%taegis events search --tenant $TENANT_ID --assign more\nFROM process | head $LIMIT",
        "%%taegis events search --tenant $TENANT_ID --assign more\nFROM process | head {{ LIMIT }}",
        "%%taegis events search -t --tenant $TENANT_ID --assign more\nFROM process | head $LIMIT {# LIMIT #}",
        "LIMIT?",
        "x = '''\n{{ LIMIT }}\n'''",
    ] {
        let query = QUERY.replace(" | head {{ LIMIT }}", "");
        let refusal = refused(&of_cells(&[&query, cell]), &json!({"LIMIT": 5}));
        assert_eq!(refusal.code, "parameter-not-read", "{cell}");
        assert!(refusal.reason.contains("`LIMIT`"), "{}", refusal.reason);
        // The author's own default stands: that is no mistake of whoever takes the copy.
        assert!(copy(&of_cells(&[&query, cell]), &json!({})).is_ok(), "{cell}");
    }
}

#[test]
fn a_parameter_that_a_cell_reads_is_not_refused() {
    for cell in [
        "print(LIMIT)",
        "print(f'{LIMIT:>5}')",
        "rows.head(LIMIT)",
        "def f():\n    return LIMIT",
        "def f(x=LIMIT):\n    return x",
        "[x for x in range(LIMIT)]",
        "f(rows=LIMIT)",
        "LIMIT += 1",
        "if rows is None:\n    print(LIMIT)",
        "rows.query('n > @LIMIT')",
        "text = 'n > @LIMIT'\nrows.query(text)",
        "text = '{LIMIT} rows'.format(**globals())",
        "get_ipython().run_line_magic('taegis', 'alerts search --limit $LIMIT')",
        "%%time\nprint(LIMIT)",
        "%%capture out\nprint(LIMIT)",
        "%%bash -s {LIMIT}\necho $1",
        "%%kql\nlet _limit_ = LIMIT;\nAlert | take _limit_",
        "%%sql\nSELECT * FROM t LIMIT {{LIMIT}}",
        "%%taegis events search -t --tenant $TENANT_ID --assign more\nFROM process {% if LIMIT %}| head {{ LIMIT | int }}{% endif %}",
        "%%taegis events search --tenant $TENANT_ID --limit {LIMIT * 2} --assign more\nFROM process EARLIEST=-1d",
        "x = %taegis alerts search --tenant $TENANT_ID --limit $LIMIT",
        "if True:\n    %taegis alerts search --tenant $TENANT_ID --limit $LIMIT",
        "!echo $LIMIT",
        "files = !ls {LIMIT}",
        "%run -i other.py",
        "not python at all ( LIMIT",
    ] {
        let query = QUERY.replace(" | head {{ LIMIT }}", "");
        let made = copy(&of_cells(&[&query, cell]), &json!({"LIMIT": 5}));
        assert!(made.is_ok(), "{cell}: {:?}", made.map(|_| ()));
    }
}

#[test]
fn a_raw_cell_reads_what_a_hunter_will_run_later() {
    let raw = "\n```{raw-cell}\n%taegis investigations create --title \"$INVESTIGATION_TITLE\" --tenant $TENANT_ID\n```\n";
    let text = format!("{}{raw}", of_cells(&[QUERY]));
    assert_eq!(warned(&text, &json!({"INVESTIGATION_TITLE": "Mine"})), Vec::<String>::new());
}

#[test]
fn a_window_that_no_query_follows_is_warned_of() {
    let query = QUERY.replace("{{ EARLIEST }}", "$EARLIEST").replace("{{ LATEST }}", "-1h");
    let prepared = copy(&of_cells(&[&query]), &json!({})).expect("a copy");
    let told: Vec<&str> = prepared.warnings.iter().map(|warning| warning.code.as_str()).collect();
    assert_eq!(told, ["window-not-read", "window-not-read"]);
    assert!(prepared.warnings[0].help.contains("{{ EARLIEST }}"), "{:?}", prepared.warnings[0]);
}

#[test]
fn a_fixed_window_is_warned_of_and_named() {
    for (cell, words) in [
        (
            "%%taegis events search --tenant $TENANT_ID --assign a\nFROM process EARLIEST='2023-05-04T12:00:00Z' LATEST=2023-05-04T16:00:00Z",
            "EARLIEST='2023-05-04T12:00:00Z",
        ),
        (
            "%%kql\nSigninLogs | where TimeGenerated between (datetime(2023-05-04) .. datetime(2023-05-05))",
            "datetime(2023-05-04",
        ),
        ("q = \"SELECT * FROM t WHERE event_time > '2023-05-04'\"", "event_time > '2023-05-04"),
        ("q = 'search index=win earliest=\"05/04/2023:12:00:00\" user=x'", "earliest=\"05/04/2023:12:00:00"),
    ] {
        let prepared =
            copy(&procedure("  service: other\n", DEFAULTS, &[QUERY, cell]), &json!({})).expect("a copy");
        let found = prepared.warnings.iter().find(|warning| warning.code == "window-fixed");
        assert!(found.is_some_and(|found| found.message.contains(words)), "{cell}: {:?}", prepared.warnings);
    }
    let relative =
        "%%taegis events search --tenant $TENANT_ID --assign a\nFROM process WHERE x = '2023' EARLIEST=-7d";
    assert!(!warned(&of_cells(&[QUERY, relative]), &json!({})).contains(&"window-fixed".to_owned()));
}

#[test]
fn a_fixed_default_is_warned_of_when_no_window_is_given() {
    let text = of_cells(&[QUERY]).replace("\"-7d\"", "\"2023-05-04T12:00:00Z\"");
    let codes = |window| -> Vec<String> {
        let made = make(&text, Some(&tenant()), window, &json!({})).expect("a copy");
        made.warnings.into_iter().map(|warning| warning.code).collect()
    };
    assert_eq!(codes(None), ["window-fixed"]);
    assert_eq!(codes(Some(window())), Vec::<String>::new());
}

#[test]
fn an_empty_tenant_is_refused() {
    for key in ["", " ", "\t"] {
        let empty = TenantFields { key: key.into(), ..tenant() };
        let refusal = make(&of_cells(&[QUERY]), Some(&empty), None, &json!({})).expect_err("a refusal");
        assert_eq!(refusal.code, "tenant-empty");
        let given = make(&of_cells(&[QUERY]), None, None, &json!({"TENANT_ID": key})).expect_err("a refusal");
        assert_eq!(given.code, "tenant-empty");
    }
    assert_eq!(
        make(&of_cells(&[QUERY]), None, None, &json!({})).expect_err("a refusal").code,
        "tenant-needed"
    );
}

#[test]
fn a_retired_tenant_is_refused() {
    let retired = TenantFields { retired: true, ..tenant() };
    let refusal = make(&of_cells(&[QUERY]), Some(&retired), None, &json!({})).expect_err("a refusal");
    assert_eq!(refusal.code, "tenant-retired");
    assert!(refusal.reason.contains("Acme"));
    // What knows no tenant is refused for it all the same: it would be put on record.
    let independent = procedure("", "LIMIT = 1\n", &["print(LIMIT)"]);
    assert_eq!(
        make(&independent, Some(&retired), None, &json!({})).expect_err("a refusal").code,
        "tenant-retired"
    );
}

#[test]
fn a_tenant_on_another_service_is_refused() {
    let kql = "%%kql\nSigninLogs | take 5";
    let workspace = procedure("", "WORKSPACE: str = \"Default\"\n", &["print(WORKSPACE)", kql]);
    assert_eq!(refused(&workspace, &json!({})).code, "wrong-service");
    // Where no parameter tells it, the magics do, and what the author says counts more.
    let silent = procedure("", "LIMIT: int = 1\n", &[kql, "print(LIMIT)"]);
    assert_eq!(refused(&silent, &json!({})).code, "wrong-service");
    let declared = procedure("  service: splunk\n", DEFAULTS, &["print(TENANT_ID)"]);
    let refusal = refused(&declared, &json!({}));
    assert!(refusal.reason.contains("splunk") && refusal.reason.contains("taegis"), "{}", refusal.reason);
    let anywhere = procedure("  service: other\n", "LIMIT: int = 1\n", &[kql, "print(LIMIT)"]);
    assert!(copy(&anywhere, &json!({})).is_ok());
    for service in ["sentinel", "defender", ""] {
        let there = TenantFields { service: service.into(), ..tenant() };
        let made = make(&workspace, Some(&there), None, &json!({}));
        assert!(made.is_ok(), "{service}: {:?}", made.map(|_| ()));
    }
}

#[test]
fn a_value_that_breaks_the_line_of_taegis_is_warned_of() {
    let line =
        "%taegis investigations create --title \"$INVESTIGATION_TITLE\" --tenant $TENANT_ID --region $REGION";
    let text = of_cells(&[QUERY, line]);
    for title in ["Hunt for \"x\"", "ends with \\"] {
        assert_eq!(warned(&text, &json!({"INVESTIGATION_TITLE": title})), ["value-breaks-line"], "{title}");
    }
    for title in ["Hunt for x", "it's $HOME {x}", "c:\\windows\\system32"] {
        assert_eq!(warned(&text, &json!({"INVESTIGATION_TITLE": title})), Vec::<String>::new(), "{title}");
    }
    let unquoted = of_cells(&[QUERY, &line.replace('"', "")]);
    assert_eq!(warned(&unquoted, &json!({"INVESTIGATION_TITLE": "Hunt for x"})), ["value-breaks-line"]);
}

#[test]
fn a_title_without_quotes_is_warned_of_before_it_breaks() {
    let line = "%taegis investigations create --title $INVESTIGATION_TITLE --tenant $TENANT_ID";
    assert_eq!(warned(&of_cells(&[QUERY, line]), &json!({})), ["variable-unquoted"]);
}

#[test]
fn a_value_that_looks_like_a_secret_is_warned_of() {
    let text = procedure("", &format!("{DEFAULTS}NOTE = \"\"\n"), &[QUERY, "print(NOTE)"]);
    for secret in [
        json!("AKIAIOSFODNN7EXAMPLE"),
        json!(["x", format!("ghp_{}", "a1B2".repeat(9))]),
        json!({"k": "-----BEGIN OPENSSH PRIVATE KEY-----\nabc"}),
        json!("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTYifQ.c2lnbmF0dXJlLWhlcmU"),
        json!("https://user:hunter2@example.com/"),
    ] {
        let codes = warned(&text, &json!({"NOTE": secret}));
        assert!(codes.contains(&"value-secret".to_owned()), "{secret}: {codes:?}");
    }
    for harmless in [
        json!("d41d8cd98f00b204e9800998ecf8427e"),
        json!(["e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"]),
        json!("3f2504e0-4f89-11d3-9a0c-0305e82c3301"),
        json!("https://example.com/a?b=c"),
    ] {
        assert_eq!(warned(&text, &json!({"NOTE": harmless})), Vec::<String>::new(), "{harmless}");
    }
}

/// What is declared of `LIMIT` and others in the tests below.
const SCHEMA: &str = r"  parameters:
    LIMIT: {type: integer, minimum: 10, maximum: 500, help: rows at most}
    SEVERITY: {type: choice, choices: [low, high]}
    CASE: {type: text, pattern: 'CASE-\d+'}
    SINCE: {type: date, minimum: '2026-01-01'}
    HOSTS: {type: list, maximum: 2}
    OWNER: {required: true}
";

const DECLARED: &str = "SEVERITY = \"low\"\nCASE = \"\"\nSINCE = None\nHOSTS = []\nOWNER = \"\"\n";

fn with_schema() -> String {
    let uses = "print(SEVERITY, CASE, SINCE, HOSTS, OWNER)";
    procedure(SCHEMA, &format!("{DEFAULTS}{DECLARED}"), &[QUERY, uses])
}

#[test]
fn a_value_that_its_declaration_does_not_allow_is_refused() {
    let text = with_schema();
    for (name, value, code) in [
        ("LIMIT", json!("100"), "wrong-type"),
        ("LIMIT", json!(1.5), "wrong-type"),
        ("LIMIT", json!(9), "below-minimum"),
        ("LIMIT", json!(501), "above-maximum"),
        ("SEVERITY", json!("medium"), "not-a-choice"),
        ("CASE", json!("CASE-12x"), "pattern"),
        ("CASE", json!("x CASE-12"), "pattern"),
        ("SINCE", json!("yesterday"), "wrong-type"),
        ("SINCE", json!("2025-12-31"), "below-minimum"),
        ("HOSTS", json!(["a", "b", "c"]), "above-maximum"),
        ("HOSTS", json!("a"), "wrong-type"),
        ("OWNER", json!(" "), "required-parameter-empty"),
        ("OWNER", json!(null), "required-parameter-empty"),
    ] {
        let mut given = json!({"OWNER": "ana"});
        given[name] = value.clone();
        let refusal = refused(&text, &given);
        assert_eq!(refusal.code, code, "{name} = {value}");
        assert!(refusal.reason.contains(name), "{}", refusal.reason);
    }
    let right = json!({"OWNER": "ana", "LIMIT": 10, "SEVERITY": "high", "CASE": "CASE-12", "SINCE": "2026-01-01", "HOSTS": ["a", "b"]});
    assert_eq!(warned(&text, &right), Vec::<String>::new());
}

#[test]
fn a_required_parameter_that_nobody_gives_is_refused() {
    assert_eq!(refused(&with_schema(), &json!({})).code, "required-parameter-empty");
    // A default that says something is a value.
    let named = with_schema().replace("OWNER = \"\"", "OWNER = \"team\"");
    assert!(copy(&named, &json!({})).is_ok());
}

#[test]
fn what_a_tenant_brings_is_held_against_the_declaration_too() {
    let parameters = json!({"LIMIT": 5}).as_object().expect("a mapping").clone();
    let own = TenantFields { parameters, ..tenant() };
    let refusal = make(&with_schema(), Some(&own), None, &json!({"OWNER": "ana"})).expect_err("a refusal");
    assert_eq!(refusal.code, "below-minimum");
}

#[test]
fn a_declaration_that_makes_no_sense_is_said_and_passed_over() {
    for schema in [
        "  parameters: 5\n",
        "  parameters: [1, {type: text}]\n",
        "  parameters: {LIMIT: {type: vector}}\n",
        "  parameters: {LIMIT: [1]}\n",
        "  parameters: {LIMIT: {pattern: '('}}\n",
        "  parameters: {LIMIT: {pattern: '(((a{1000}){1000}){1000})'}}\n",
        "  parameters: {LIMIT: {type: choice}}\n",
        "  parameters: {LIMIT: {type: date, minimum: 5}}\n",
        "  parameters: {LIMIT: {choices: 5, required: maybe, colour: red}}\n",
        "  parameters: [{name: LIMIT}, {name: LIMIT}]\n",
    ] {
        let codes = warned(&procedure(schema, DEFAULTS, &[QUERY]), &json!({}));
        assert!(codes.contains(&"schema-malformed".to_owned()), "{schema}: {codes:?}");
    }
    let unknown = procedure("  parameters: {NOTHING: text}\n", DEFAULTS, &[QUERY]);
    assert_eq!(warned(&unknown, &json!({})), ["schema-unknown-parameter"]);
}

#[test]
fn authors_are_told_of_a_declaration_that_makes_no_sense_where_it_stands() {
    let text = procedure("  parameters: {LIMIT: {type: vector}}\n", DEFAULTS, &[QUERY]);
    let understood =
        understand(&myst::read(text.as_bytes()), "hunt.md", &FieldMapping::default(), Release::current());
    let found = understood.into_procedure().diagnostics;
    let found = found.iter().find(|found| found.code == "schema-malformed").expect("it is said");
    assert_eq!((found.line, found.blocking), (6, false), "{found:?}");
}

/// A copy that was made before something was refused is still the copy that it was.
#[test]
fn what_is_refused_today_does_not_unmake_what_was_made_before() {
    let text = with_schema();
    let made = copy(&text, &json!({"OWNER": "ana"})).expect("a copy");
    let mut stamp = provenance(&ipynb::read(&made.bytes)).expect("provenance");
    stamp.parameters.insert("LIMIT".to_owned(), json!("far too many"));
    stamp.parameters.insert("OWNER".to_owned(), json!(""));
    assert!(verify(&stamp, text.as_bytes(), &Vocabulary::default()).is_ok());
}
