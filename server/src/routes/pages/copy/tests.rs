use super::*;

#[test]
fn a_form_is_read_by_its_names() {
    let filled = Filled::read(b"tenant=a&tenant=b&window=last&last=24h&p.LIMIT=5&p.NOTE=&hold=writes&find=x");
    assert_eq!(filled.tenants, ["a", "b"]);
    assert_eq!((filled.window, filled.hold), (WindowChoice::Last, HoldChoice::Writes));
    assert_eq!(filled.last, "24h");
    assert_eq!(filled.parameters["LIMIT"], "5");
    let limit = Parameter {
        name: "LIMIT".to_owned(),
        annotation: Some("int".to_owned()),
        default: "1".to_owned(),
        value: Some(1.into()),
        help: None,
        line: 1,
    };
    // What was left empty keeps its default, whatever it is called.
    let read = |filled: &Filled| {
        filled.parameters(std::slice::from_ref(&limit), &Schema::default(), &Vocabulary::default())
    };
    assert_eq!(read(&filled).unwrap()["LIMIT"], 5);
    let wrong = read(&Filled::read(b"p.LIMIT=five&p.OTHER=1")).unwrap_err();
    let fields: Vec<_> = wrong.iter().map(|error| error.field.as_str()).collect();
    assert_eq!(fields, ["p.LIMIT", "p.OTHER"]);
}

use crate::auth::Role;
use crate::sample::Sample;

#[tokio::test]
async fn a_form_makes_a_copy() {
    let sample = Sample::open().await;
    let tenant = sample.tenant().await;
    let hunter = sample.user(Role::Hunter).await;
    let fields = [
        ("tenant", tenant.as_str()),
        ("window", "last"),
        ("last", "24h"),
        ("p.LIMIT", "7"),
        ("hold", "default"),
    ];
    let answer = hunter.form("/procedures/lsass/copy", &fields).await;
    assert_eq!(answer.status, 201, "{}", answer.text());
    assert!(answer.text().contains("lsass_mock_0145483.ipynb"));
    let listed = hunter.get("/api/v1/instances").await.json();
    let provenance = &listed["instances"][0]["provenance"];
    assert_eq!(provenance["parameters"]["LIMIT"], 7);
    assert_eq!(provenance["window"]["from"], "2026-11-23T12:00:00Z");
    let id = listed["instances"][0]["id"].as_str().unwrap();
    let page = hunter.get(&format!("/instances/{id}")).await.text();
    assert!(page.contains("0145483") && page.contains("2026-11-23T12:00:00Z"));
    let zip = hunter.form("/instances.zip", &[("instance", id)]).await;
    assert_eq!(zip.header("content-type"), "application/zip");
}

#[tokio::test]
async fn a_copy_may_look_at_what_came_since_the_last_hunt() {
    let sample = Sample::open().await;
    let (tenant, lead) = (sample.tenant().await, sample.user(Role::Lead).await);
    let sends = serde_json::json!({"data_sources": [{"name": "process", "retention_days": 1}]});
    lead.patch(&format!("/api/v1/tenants/{tenant}"), &sends).await;
    let fields = [("tenant", tenant.as_str()), ("window", "hunted"), ("last", "24h"), ("zone", "UTC")];
    let made = lead.form("/procedures/lsass/copy", &fields).await;
    assert_eq!(made.status, 201, "{}", made.text());
    assert!(made.text().contains("It was never hunted with this procedure for this tenant"));
    let listed = lead.get("/api/v1/instances").await.json();
    let id = listed["instances"][0]["id"].as_str().unwrap();
    lead.patch(&format!("/api/v1/instances/{id}"), &serde_json::json!({"disposition": "null-findings"}))
        .await;
    sample.test.clock.advance(chrono::Duration::days(3));
    let choose = format!("/procedures/lsass/copy?window=hunted&last=24h&tenant={tenant}");
    let shown = lead.get(&choose).await.text();
    let beyond = "This tenant keeps process for 1 day, and the window begins 3 days ago.";
    assert!(shown.contains(beyond), "{shown}");
    let made = lead.form("/procedures/lsass/copy", &fields).await.text();
    assert!(made.contains(beyond), "{made}");
    let listed = lead.get("/api/v1/instances").await.json();
    let newest = &listed["instances"][0];
    assert_eq!(newest["provenance"]["window"]["from"], "2026-11-24T12:00:00Z");
    // It stays beside the copy: who closes it is to know.
    let page = lead.get(&format!("/instances/{}", newest["id"].as_str().unwrap())).await.text();
    assert!(page.contains(beyond), "{page}");
}

#[tokio::test]
async fn a_mistake_is_shown_with_what_was_filled_in() {
    let sample = Sample::open().await;
    sample.tenant().await;
    let hunter = sample.user(Role::Hunter).await;
    let fields = [("window", "last"), ("last", "soon"), ("p.LIMIT", "many")];
    let answer = hunter.form("/procedures/lsass/copy", &fields).await;
    assert_eq!(answer.status, 422);
    let text = answer.text();
    assert!(text.contains("value=\"soon\"") && text.contains("many"), "{text}");
    assert!(text.contains("LIMIT is a whole number."));
    assert!(text.contains("Choose at least one tenant."));
}

const DECLARED: &str = "---\njupytext:\n  notebook_metadata_filter: hunting\n  text_representation: {extension: .md, format_name: myst}\nkernelspec: {name: python3, display_name: Python 3, language: python}\nhunting:\n  title: Declared\n  id: declared\n  parameters:\n    LIMIT: {type: integer, minimum: 10, maximum: 500, help: Rows at most}\n    SEVERITY: {type: choice, choices: [low, high]}\n    SINCE: {type: date}\n    AT: {type: datetime}\n    IOCS: {type: indicators}\n    OWNER: {required: true}\n---\n\n```{code-cell}\n:tags: [parameters]\n\nLIMIT = 100\nSEVERITY = \"low\"\nSINCE = None\nAT = None\nIOCS = []\nOWNER = \"\"\nDEBUG = False\nDAY = date(2026, 1, 1)\n```\n\n```{code-cell}\nprint(LIMIT, SEVERITY, SINCE, AT, IOCS, OWNER, DEBUG, DAY)\n```\n";

#[tokio::test]
async fn what_is_declared_gives_each_parameter_its_field() {
    let sample = Sample::open().await;
    sample.commit("Declare", &[("declared.md", Some(DECLARED.to_owned()))]);
    sample.test.app.jobs.sync("hunts").await.unwrap();
    let text = sample.user(Role::Hunter).await.get("/procedures/declared/copy").await.text();
    let field = |name: &str| {
        let at = text.find(&format!("id=\"f-p.{name}\"")).unwrap_or_else(|| panic!("{name}: {text}"));
        let begin = text[..at].rfind("<div").unwrap();
        &text[begin..at + text[at..].find("</div>").unwrap()]
    };
    assert!(field("LIMIT").contains("Rows at most. From 10 to 500."), "{}", field("LIMIT"));
    assert!(field("SEVERITY").contains("<option value=\"high\""));
    assert!(field("SINCE").contains("type=\"date\"") && field("AT").contains("type=\"datetime-local\""));
    assert!(field("IOCS").contains("<textarea") && field("DEBUG").contains("<option value=\"True\""));
    assert!(field("OWNER").contains("required"));
    assert!(
        field("DAY").contains("an expression, date(2026, 1, 1): keep it or replace it"),
        "{}",
        field("DAY")
    );
}

#[tokio::test]
async fn mistakes_stand_beside_their_fields_and_what_was_typed_is_kept() {
    let sample = Sample::open().await;
    sample.commit("Declare", &[("declared.md", Some(DECLARED.to_owned()))]);
    sample.test.app.jobs.sync("hunts").await.unwrap();
    let hunter = sample.user(Role::Hunter).await;
    let fields = [
        ("window", "none"),
        ("zone", "UTC"),
        ("p.LIMIT", "9"),
        ("p.SEVERITY", "medium"),
        ("p.SINCE", "last week"),
        ("p.IOCS", "hxxp://evil[.]example\nevil[.]example evil.example"),
    ];
    let answer = hunter.form("/procedures/declared/copy", &fields).await;
    assert_eq!(answer.status, 422);
    let text = answer.text();
    for (name, said) in [
        ("LIMIT", "below 10"),
        ("SEVERITY", "one of the choices"),
        ("SINCE", "a date such as"),
        ("OWNER", "must be given"),
    ] {
        let at = text.find(&format!("id=\"f-p.{name}-error\"")).unwrap_or_else(|| panic!("{name}: {text}"));
        let error = &text[at..at + text[at..].find("</p>").unwrap()];
        assert!(error.contains(said), "{error}");
    }
    assert!(text.contains("value=\"9\"") && text.contains("value=\"last week\""), "{text}");
    assert!(
        text.contains("hxxp://evil[.]example") && text.contains("2: 1 domain, 1 URL; 1 repeated"),
        "{text}"
    );

    let right = [
        ("window", "none"),
        ("zone", "Europe/Berlin"),
        ("p.LIMIT", "10"),
        ("p.SEVERITY", "high"),
        ("p.SINCE", "2026-01-01"),
        ("p.AT", "2026-01-01T08:00"),
        ("p.IOCS", "hxxp://evil[.]example\nevil[.]example evil.example"),
        ("p.OWNER", "ana"),
    ];
    let answer = hunter.form("/procedures/declared/copy", &right).await;
    assert_eq!(answer.status, 201, "{}", answer.text());
    let listed = hunter.get("/api/v1/instances").await.json();
    let given = &listed["instances"][0]["provenance"]["parameters"];
    assert_eq!(
        *given,
        serde_json::json!({"LIMIT": 10, "SEVERITY": "high", "SINCE": "2026-01-01", "AT": "2026-01-01T07:00:00Z",
                           "IOCS": ["http://evil.example", "evil.example"], "OWNER": "ana"})
    );
}

#[tokio::test]
async fn who_may_not_make_copies_is_told_so() {
    let sample = Sample::open().await;
    let answer = sample.user(Role::Viewer).await.get("/procedures/lsass/copy").await;
    assert_eq!(answer.status, 403);
}
