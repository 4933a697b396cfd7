use super::*;
use crate::instance::{Hold, Request, TenantFields, Window, parameters, prepare};
use crate::lint::{Level, Severity, rules};
use crate::procedure::Procedure;
use crate::query::{QueryKind, queries};
use proptest::prelude::*;
use proptest::sample::{select, subsequence};

fn today() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 11, 30).unwrap()
}

/// Every rule looked at, those too that are only looked at on demand.
fn all_rules() -> Settings {
    let level = |severity| match severity {
        Severity::Info => Level::Info,
        Severity::Warning => Level::Warning,
        Severity::Error => Level::Error,
    };
    Settings {
        rules: rules().iter().map(|rule| (rule.code.to_owned(), level(rule.severity))).collect(),
        ..Settings::default()
    }
}

fn begin(form: &Form, settings: &Settings) -> Result<Beginning, Vec<Wrong>> {
    let vocabulary = Vocabulary::default();
    let ground = Ground { settings, release: Release::current(), vocabulary: &vocabulary, today: today() };
    Beginning::of(form, &ground)
}

fn form(title: &str, service: Service) -> Form {
    Form {
        title: title.to_owned(),
        techniques: vec!["T1059.001".to_owned()],
        service: service.word().to_owned(),
        ..Form::default()
    }
}

fn found(beginning: &Beginning, settings: &Settings) -> Vec<String> {
    let text = beginning.text();
    let fields = FieldMapping::default();
    let findings = looked_at(text.as_bytes(), &beginning.file_name(), settings, &fields, Release::current());
    findings
        .into_iter()
        .filter(|finding| finding.diagnostic.severity > Severity::Info)
        .map(|finding| {
            format!(
                "{} at {}: {}",
                finding.diagnostic.code, finding.diagnostic.line, finding.diagnostic.message
            )
        })
        .collect()
}

fn procedure(beginning: &Beginning) -> Procedure {
    let notebook = myst::read(beginning.text().as_bytes());
    understand(&notebook, &beginning.file_name(), &FieldMapping::default(), Release::current())
        .into_procedure()
}

#[test]
fn nothing_at_all_is_found_in_what_is_said_in_full() {
    let settings = all_rules();
    for service in Service::ALL {
        let form = Form {
            description: "Finds it.".to_owned(),
            data_sources: vec!["process".to_owned(), "auth".to_owned()],
            tags: vec!["windows".to_owned()],
            ..form("Run keys", service)
        };
        let beginning = begin(&form, &settings).unwrap();
        let text = beginning.text();
        let findings = looked_at(
            text.as_bytes(),
            "run-keys.md",
            &settings,
            &FieldMapping::default(),
            Release::current(),
        );
        assert_eq!(
            findings.iter().map(|one| &one.diagnostic.message).collect::<Vec<_>>(),
            Vec::<&String>::new(),
            "{text}"
        );
    }
}

#[test]
fn a_title_alone_makes_a_procedure_with_a_name() {
    let beginning = begin(
        &form("  Copies of the \"SAM\" hive:\n C:\\Windows #1 ", Service::Taegis),
        &Settings::default(),
    )
    .unwrap();
    assert_eq!(beginning.file_name(), "copies-of-the-sam-hive-c-windows-1.md");
    let procedure = procedure(&beginning);
    assert_eq!(procedure.title, "Copies of the \"SAM\" hive: C:\\Windows #1");
    assert_eq!(procedure.id.as_deref(), Some("copies-of-the-sam-hive-c-windows-1"));
    assert_eq!(procedure.service.as_deref(), Some("taegis"));
    assert_eq!(procedure.data_sources, ["process"]);
    assert!(procedure.diagnostics.is_empty(), "{:?}", procedure.diagnostics);
}

#[test]
fn every_query_names_its_tenant_window_and_limit_and_is_looked_at_behind() {
    for service in Service::ALL {
        let form = Form { data_sources: vec!["process".into(), "auth".into()], ..form("Run keys", service) };
        let beginning = begin(&form, &Settings::default()).unwrap();
        let notebook = myst::read(beginning.text().as_bytes());
        let asked: Vec<_> =
            queries(&notebook).into_iter().filter(|query| query.kind == QueryKind::Run).collect();
        assert_eq!(asked.len(), if service == Service::None { 0 } else { 4 }, "{service:?}");
        for (place, query) in asked.iter().enumerate() {
            let text = query.text.as_deref().unwrap();
            let bounded = ["LATEST", "{window}", "{since.timestamp", "?since", ":since"];
            assert!(bounded.iter().any(|bound| text.contains(bound)), "{text}");
            assert_ne!(query.tenant, Some(false), "{text}");
            let behind = &notebook.cells[query.cell + 1].source;
            assert!(behind.contains("is not None") && behind.contains("NOT HUNTABLE"), "{behind}");
            match place % 2 {
                0 => assert!(behind.contains("Looked at: "), "{behind}"),
                _ => assert!(behind.contains("< MAX_ROWS") && text.len() < 400, "{behind}"),
            }
        }
    }
}

#[test]
fn what_has_no_service_stops_before_it_says_anything() {
    let beginning = begin(&form("Run keys", Service::None), &Settings::default()).unwrap();
    let text = beginning.text();
    assert!(
        text.contains("telemetry = hits = None") && text.contains("assert telemetry is not None"),
        "{text}"
    );
    assert!(!text.contains("service:"), "{text}");
}

#[test]
fn a_copy_of_it_is_filled_in_without_a_warning() {
    for service in Service::ALL {
        for own_names in [false, true] {
            let form = Form { own_names, ..form("Run keys", service) };
            let beginning = begin(&form, &Settings::default()).unwrap();
            let notebook = myst::read(beginning.text().as_bytes());
            let fields = TenantFields {
                key: "145483".to_owned(),
                name: "A customer".to_owned(),
                region: "charlie".to_owned(),
                service: match service {
                    Service::Sql | Service::None => String::new(),
                    known => known.word().to_owned(),
                },
                ..TenantFields::default()
            };
            let vocabulary = Vocabulary::default();
            let window = Window {
                from: "2026-11-01T00:00:00Z".parse().unwrap(),
                to: "2026-11-08T00:00:00Z".parse().unwrap(),
            };
            let copy = prepare(&Request {
                notebook: &notebook,
                procedure: Some(&beginning.id),
                repo: None,
                path: Some("hunts/run-keys.md"),
                commit: None,
                blob: "",
                tenant: Some(&fields),
                window: Some(window),
                parameters: &serde_json::Map::new(),
                hold: Hold::None,
                vocabulary: &vocabulary,
                attack: None,
            });
            let copy = copy.unwrap_or_else(|refused| panic!("{service:?}: {refused:?}"));
            assert!(copy.warnings.is_empty(), "{service:?}: {:?}", copy.warnings);
            let names: Vec<_> = parameters(&notebook).into_iter().map(|one| one.name).collect();
            assert_eq!(
                names.iter().any(|name| name == "TAEGIS_TENANT_ID"),
                own_names && service == Service::Taegis
            );
        }
    }
}

#[test]
fn what_cannot_be_used_is_refused_field_by_field() {
    let bad = Form {
        title: "TODO".to_owned(),
        id: "../x".to_owned(),
        techniques: vec!["T9x".to_owned()],
        data_sources: vec!["Windows Event Log".to_owned()],
        service: "abacus".to_owned(),
        tags: vec!["x".repeat(200)],
        ..Form::default()
    };
    let fields: Vec<_> =
        begin(&bad, &Settings::default()).unwrap_err().into_iter().map(|wrong| wrong.field).collect();
    assert_eq!(fields, ["title", "id", "techniques", "service", "tags"]);
    let schema = Form { data_sources: bad.data_sources.clone(), ..form("Run keys", Service::Taegis) };
    assert_eq!(begin(&schema, &Settings::default()).unwrap_err()[0].field, "data_sources");
    let none = Form { techniques: Vec::new(), ..form("Run keys", Service::Taegis) };
    assert_eq!(begin(&none, &Settings::default()).unwrap_err()[0].field, "techniques");
}

#[test]
fn a_revoked_technique_becomes_what_replaced_it() {
    let form =
        Form { techniques: vec!["t1562/001".into(), "T1685".into()], ..form("Tools off", Service::Taegis) };
    let beginning = begin(&form, &Settings::default()).unwrap();
    let ids: Vec<_> = beginning.techniques.iter().map(TechniqueId::as_str).collect();
    assert_eq!(ids, ["T1685"]);
}

#[test]
fn a_teams_sections_keys_and_kernel_are_kept_to() {
    let settings = Settings::read(
        "[lint]\nsections = [\"Hypothesis\", \"Queries\", \"What normal looks like\", \"References\"]\nkernels = [\"hunting\"]\n\
         [lint.keys.owner]\ntype = \"text\"\nrequired = true\npattern = \"^[a-z-]+$\"\n\
         [lint.keys.tlp]\nchoices = [\"TLP:CLEAR\", \"TLP:AMBER\"]\nrequired = true\n\
         [lint.keys.reviewed]\ntype = \"date\"\nrequired = true\n\
         [lint.keys.watchers]\ntype = \"list\"\nrequired = true\n\
         [lint.keys.effort]\ntype = \"integer\"\nrequired = true\n",
    )
    .unwrap();
    let beginning = begin(&form("Run keys", Service::Taegis), &settings).unwrap();
    assert_eq!(found(&beginning, &settings), Vec::<String>::new(), "{}", beginning.text());
    let text = beginning.text();
    assert!(text.contains("name: \"hunting\"") && text.contains("reviewed: \"2026-11-30\""), "{text}");
    let queries = text.find("## Queries").unwrap();
    assert!(text.find("%%taegis").unwrap() > queries && text.find("## What normal").unwrap() > queries);
    let keys = BTreeMap::from([("owner".to_owned(), "Maren!".to_owned())]);
    let refused = begin(&Form { keys, ..form("Run keys", Service::Taegis) }, &settings).unwrap_err();
    assert_eq!(refused[0].field, "keys.owner");
}

#[test]
fn any_title_at_all_is_offered_as_one() {
    let (settings, vocabulary) = (Settings::default(), Vocabulary::default());
    let ground =
        Ground { settings: &settings, release: Release::current(), vocabulary: &vocabulary, today: today() };
    let ids = ["T1003".parse().unwrap()];
    for (title, id) in [("\u{7}", "a-new-procedure"), ("日本", "new-procedure"), ("TODO", "a-new-procedure")]
    {
        assert_eq!(Beginning::titled(title, &ids, &ground).unwrap().id, id);
    }
    let cut = Beginning::titled(&format!("{} b", "a".repeat(119)), &ids, &ground).unwrap();
    assert_eq!(cut.title, "a".repeat(119));
    assert_eq!(Beginning::titled("x", &[], &ground), None, "nothing is known of what it hunts for");
}

fn techniques_in_use() -> Vec<String> {
    let in_use = |id: &TechniqueId| Release::current().resolve(id).is_some();
    let techniques = Release::current().techniques().iter();
    techniques.filter(|one| in_use(&one.id)).map(|one| one.id.as_str().to_owned()).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn whatever_is_begun_lints_clean(
        title in "\\PC{1,130}|[\"'{}:#`+\\[\\]\\- \n\r\ta%$\\\\]{1,60}|[A-Z][a-z]{1,10}( [a-z]{1,9}){0,5}",
        service in select(Service::ALL.to_vec()),
        own_names in any::<bool>(),
        techniques in subsequence(techniques_in_use(), 1..=MAX_TECHNIQUES),
        data_sources in subsequence(vec!["process", "auth", "scwx.netflow", "cloudaudit", "dnsquery"], 0..=5),
        free in "|[A-Za-z :\"{}'-]{1,30}",
        tags in subsequence(vec!["windows", "2026-01-01", "yes", "012", "a b"], 0..=5),
        sections in subsequence(vec![
            "Executive summary", "Hypothesis", "Technical analysis", "Queries", "Findings", "Recommendations",
            "What normal looks like", "References", "Über uns: `x` & \"y\"", "Anything else",
        ], 0..=10),
    ) {
        let mut data_sources: Vec<String> = data_sources.into_iter().map(str::to_owned).collect();
        if service != Service::Taegis {
            data_sources.push(free);
        }
        let settings = Settings { sections: sections.into_iter().map(str::to_owned).collect(), ..all_rules() };
        let form = Form {
            title,
            techniques,
            data_sources,
            tags: tags.into_iter().map(str::to_owned).collect(),
            own_names,
            ..form("", service)
        };
        match begin(&form, &settings) {
            Ok(beginning) => {
                let text = beginning.text();
                prop_assert_eq!(found(&beginning, &settings), Vec::<String>::new(), "{}", text);
                let procedure = procedure(&beginning);
                prop_assert_eq!(&procedure.title, &beginning.title);
                prop_assert_eq!(procedure.id.as_deref(), Some(beginning.id.as_str()));
                prop_assert_eq!(procedure.techniques.len(), beginning.techniques.len());
            }
            Err(wrong) => {
                let fields: Vec<&str> = wrong.iter().map(|one| one.field.as_str()).collect();
                prop_assert!(fields.iter().all(|field| ["title", "data_sources"].contains(field)), "{:?}", wrong);
            }
        }
    }
}
