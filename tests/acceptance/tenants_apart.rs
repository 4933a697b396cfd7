//! Copies of the same procedures for three tenants, run for real: each asks for its own tenant and window, and writes nothing.

use crate::copies::{Mock, assert_ran, execute_text};
use crate::starter::{STARTER, procedures};
use acceptance::encode;
use serde_json::{Value, json};

const KEYS: [&str; 3] = ["0145483", "145485", "145487"];
/// Another region than that of the other tests' tenants, so that keys do not meet.
const REGION: &str = "mock-apart";
const WINDOW: (&str, &str) = ("2026-11-02T00:00:00Z", "2026-11-09T06:00:00Z");
/// So many procedures with `%%taegis` cells are run, and the one that uses the SDK.
const PROCEDURES: usize = 6;

/// A copy of one procedure for one tenant.
struct Run {
    procedure: String,
    key: &'static str,
    file_name: String,
    text: String,
}

/// The procedures: six that ask by magic, and those that ask by the SDK.
fn chosen() -> Vec<String> {
    let client = STARTER.client();
    let (mut magics, mut sdk) = (Vec::new(), Vec::new());
    for procedure in procedures() {
        let id = procedure["id"].as_str().expect("an id").to_owned();
        let source = client.get(&format!("/api/v1/procedures/{}/source", encode(&id))).expect(200).text();
        if source.contains("\n%%taegis ") && magics.len() < PROCEDURES {
            magics.push(id);
        } else if source.contains("taegis_sdk_python") && !source.contains("\n%%taegis ") {
            sdk.push(id);
        }
    }
    assert!(magics.len() == PROCEDURES && !sdk.is_empty(), "{magics:?} {sdk:?}");
    magics.extend(sdk);
    magics
}

/// Asks for all copies at once for each procedure: more than one tenant, so that what writes is held.
fn copies() -> Vec<Run> {
    let client = STARTER.client();
    let customer = client.post("/api/v1/customers", &json!({"name": "Three tenants"})).expect(201).json();
    let tenants: Vec<Value> = KEYS
        .iter()
        .enumerate()
        .map(|(at, key)| {
            let tenant = json!({"customer": customer["id"], "service": "taegis", "key": key, "region": REGION,
                                "name": format!("Tenant {at}")});
            client.post("/api/v1/tenants", &tenant).expect(201).json()["id"].clone()
        })
        .collect();
    let mut runs = Vec::new();
    for procedure in chosen() {
        let asked = json!({"tenants": tenants, "window": {"from": WINDOW.0, "to": WINDOW.1}});
        let path = format!("/api/v1/procedures/{}/instances", encode(&procedure));
        let made = client.post(&path, &asked).expect(201).json();
        assert_eq!(made["refused"], json!([]), "{procedure}: {made}");
        for instance in made["instances"].as_array().expect("copies") {
            let id = instance["id"].as_str().expect("an id");
            let key = instance["tenant"]["key"].as_str().expect("a key");
            assert_eq!(instance["provenance"]["hold"], "writes", "{procedure}");
            runs.push(Run {
                procedure: procedure.clone(),
                key: KEYS.iter().find(|known| **known == key).expect("one of the three"),
                file_name: instance["file_name"].as_str().expect("a name").to_owned(),
                text: client.get(&format!("/api/v1/instances/{id}/notebook.ipynb")).expect(200).text(),
            });
        }
    }
    assert_eq!(runs.len(), chosen().len() * KEYS.len());
    runs
}

#[test]
fn copies_for_three_tenants_ask_each_for_its_own_and_write_nothing() {
    let runs = copies();
    // A mock for each tenant, so that what is asked is known to be of its copies; side by side.
    std::thread::scope(|scope| {
        for key in KEYS {
            let own: Vec<&Run> = runs.iter().filter(|run| run.key == key).collect();
            scope.spawn(move || run_all(key, &own));
        }
    });
    println!("executed: {} copies for {} tenants, each asked for its own alone", runs.len(), KEYS.len());
}

fn run_all(key: &str, runs: &[&Run]) {
    let mock = Mock::start();
    let home = tempfile::tempdir().expect("a folder");
    let environment = mock.environment(home.path(), REGION);
    for run in runs {
        let before = mock.operations.lock().expect("nobody panics with it").len();
        let folder = tempfile::tempdir().expect("a folder");
        let executed = execute_text(&run.procedure, &run.file_name, &run.text, folder.path(), &environment);
        assert_ran(&run.procedure, &executed);
        let operations = mock.operations.lock().expect("nobody panics with it")[before..].to_vec();
        let asked: Vec<&Value> =
            operations.iter().filter(|one| one["op"] == "alerts" || one["op"] == "events").collect();
        assert!(!asked.is_empty(), "{}: it asked for nothing: {operations:?}", run.procedure);
        for operation in &operations {
            let op = operation["op"].as_str().unwrap_or_default();
            assert!(op == "token" || operation["tenant"] == key, "{} for {key}: {operation}", run.procedure);
            // Links to what was asked are made by the magic itself, for each query.
            assert!(!["investigation", "error"].contains(&op), "{}: {operation}", run.procedure);
        }
        for query in asked {
            let text = query["query"].as_str().unwrap_or_default();
            assert!(text.contains(WINDOW.0), "{}: another window than {}: {text}", run.procedure, WINDOW.0);
        }
    }
}
