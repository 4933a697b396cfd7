//! Copies for a tenant: what papermill would prepare, and what runs.

use crate::starter::{STARTER, procedures};
use acceptance::{eventually, python, workspace};
use serde_json::{Value, json};
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, LazyLock, Mutex};
use std::time::Duration;

/// A key that a careless program makes an integer of, and an octal one at that.
const TENANT: &str = "0145483";

/// One copy.
#[derive(Clone)]
pub(crate) struct Copy {
    pub(crate) procedure: String,
    tenant: &'static str,
    pub(crate) file_name: String,
    pub(crate) text: String,
    pub(crate) myst: String,
}

/// The tenants that copies are made for, by service: the same key and region on two of them.
static TENANTS: LazyLock<Vec<(&str, String)>> = LazyLock::new(|| {
    let client = STARTER.client();
    let customer = client.post("/api/v1/customers", &json!({"name": "Fabrikam"})).expect(201).json();
    let on = |service| {
        let tenant = json!({"customer": customer["id"], "service": service, "key": TENANT, "region": "mock",
                            "name": "Fabrikam \"Production\""});
        let made = client.post("/api/v1/tenants", &tenant).expect(201).json();
        assert_eq!(made["key"], TENANT, "the key stays text");
        (service, made["id"].as_str().expect("an id").to_owned())
    };
    vec![on("taegis"), on("sentinel")]
});

/// The tenant on the service that a procedure queries.
fn tenant_for(service: &str) -> &'static str {
    let found = TENANTS.iter().find(|(own, _)| *own == service);
    &found.unwrap_or(&TENANTS[0]).1
}

/// A copy of every procedure of the starter catalog.
pub(crate) static COPIES: LazyLock<Vec<Copy>> = LazyLock::new(|| {
    let client = STARTER.client();
    let mut copies = Vec::new();
    for procedure in procedures() {
        let id = procedure["id"].as_str().expect("an id").to_owned();
        let tenant = tenant_for(procedure["service"].as_str().unwrap_or_default());
        let path = format!("/api/v1/procedures/{}", acceptance::encode(&id));
        let made =
            client.post(&format!("{path}/instances"), &json!({"tenants": [tenant]})).expect(201).json();
        assert_eq!(made["refused"], json!([]), "{id}: {made}");
        let instance = &made["instances"][0];
        let instance_id = instance["id"].as_str().unwrap_or_else(|| panic!("{id}: no copy: {made}"));
        let notebook = client.get(&format!("/api/v1/instances/{instance_id}/notebook.ipynb")).expect(200);
        let commit = instance["commit"].as_str().expect("a commit");
        let source = client.get(&format!("{path}/source?at={commit}")).expect(200);
        copies.push(Copy {
            file_name: instance["file_name"].as_str().expect("a file name").to_owned(),
            tenant,
            text: notebook.text(),
            myst: source.text(),
            procedure: id,
        });
    }
    copies
});

#[test]
fn the_cells_of_every_copy_are_what_papermill_prepares() {
    let cases: Vec<Value> = COPIES
        .iter()
        .map(|copy| json!({"name": copy.procedure, "myst": copy.myst, "copy": copy.text}))
        .collect();
    let answers = python::ask("copies.py", &Value::Array(cases));
    let answers = answers.as_array().expect("a list");
    let wrong: Vec<&Value> = answers.iter().filter(|answer| answer["problems"] != json!([])).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
    println!(
        "copies: {} of {} equal papermill --prepare-only on jupytext's conversion",
        answers.len(),
        COPIES.len()
    );

    // Python read them: an integer would have come as one.
    let keys: Vec<&Value> = answers
        .iter()
        .flat_map(|answer| ["TENANT_ID", "TAEGIS_TENANT_ID"].map(|name| &answer["parameters"][name]))
        .filter(|value| !value.is_null())
        .collect();
    assert!(keys.len() >= 12, "most starter procedures are for a tenant");
    assert!(keys.iter().all(|key| **key == TENANT), "{keys:?}");
}

#[test]
fn every_copy_says_where_it_comes_from() {
    for copy in COPIES.iter() {
        let notebook: Value = serde_json::from_str(&copy.text).expect("a notebook is JSON");
        let provenance = &notebook["metadata"]["huntshelf"];
        assert_eq!(provenance["procedure"], copy.procedure.as_str());
        for key in ["repo", "path", "commit", "blob", "attack", "renderer"] {
            assert!(
                provenance[key].as_str().is_some_and(|text| !text.is_empty()),
                "{}: {key}",
                copy.procedure
            );
        }
        assert_eq!(Path::new(&copy.file_name).extension(), Some("ipynb".as_ref()), "{}", copy.file_name);
    }
}

#[test]
fn two_makings_of_one_copy_are_the_same_bytes() {
    let client = STARTER.client();
    for copy in COPIES.iter().take(5) {
        let path = format!("/api/v1/procedures/{}/instances", acceptance::encode(&copy.procedure));
        let made = client.post(&path, &json!({"tenants": [copy.tenant]})).expect(201).json();
        let id = made["instances"][0]["id"].as_str().expect("an id");
        let again = client.get(&format!("/api/v1/instances/{id}/notebook.ipynb")).expect(200);
        assert!(again.text() == copy.text, "{}", copy.procedure);
    }
}

#[test]
fn one_key_of_idempotency_makes_one_copy() {
    let client = STARTER.client().with("idempotency-key", "once-and-only-once");
    let path = format!("/api/v1/procedures/{}/instances", acceptance::encode(&COPIES[0].procedure));
    let body = json!({"tenants": [COPIES[0].tenant]});
    let first = client.post(&path, &body).expect(201).json();
    let second = client.post(&path, &body).expect(201).json();
    assert_eq!(first["instances"][0]["id"], second["instances"][0]["id"]);
}

#[test]
fn a_tenant_on_another_service_is_refused_with_what_to_do() {
    let client = STARTER.client();
    let sentinel =
        procedures().into_iter().find(|item| item["service"] == "sentinel").expect("one is for Sentinel");
    let path = format!("/api/v1/procedures/{}/instances", sentinel["id"].as_str().expect("an id"));
    let answer = client.post(&path, &json!({"tenants": [tenant_for("taegis")]})).expect(422).json();
    assert_eq!(answer["instances"], json!([]), "{answer}");
    let refused = &answer["refused"][0];
    assert!(
        refused["code"].is_string() && refused["reason"].is_string() && refused["remedy"].is_string(),
        "{answer}"
    );
}

#[test]
fn an_unknown_tenant_is_refused() {
    let client = STARTER.client();
    let path = format!("/api/v1/procedures/{}/instances", acceptance::encode(&COPIES[0].procedure));
    let answer = client.post(&path, &json!({"tenants": ["no-such-tenant"]}));
    let refused = answer.json();
    let none = refused["instances"].as_array().is_none_or(Vec::is_empty);
    assert!(
        none && (answer.status >= 400 || !refused["refused"][0].is_null()),
        "{}: {refused}",
        answer.status
    );
}

#[test]
fn copies_come_in_one_zip() {
    let client = STARTER.client();
    let listed = client.json("/api/v1/instances?limit=3");
    let ids: Vec<&Value> =
        listed["instances"].as_array().expect("copies").iter().map(|copy| &copy["id"]).collect();
    let _ = &*COPIES;
    let zip = client.post("/api/v1/instances.zip", &json!({"ids": ids})).expect(200);
    assert!(zip.body.starts_with(b"PK"), "it is a zip");
}

#[test]
fn a_copy_is_made_offline_too() {
    let copy = tenant_copies().next().expect("some procedure is for a tenant");
    let folder = tempfile::tempdir().expect("a folder");
    let myst = folder.path().join("procedure.md");
    let out = folder.path().join("copy.ipynb");
    std::fs::write(&myst, &copy.myst).expect("it can be written");
    let arguments: Vec<&std::ffi::OsStr> = vec![
        "instantiate".as_ref(),
        myst.as_ref(),
        "--tenant".as_ref(),
        TENANT.as_ref(),
        "--region".as_ref(),
        "mock".as_ref(),
        "-o".as_ref(),
        out.as_ref(),
    ];
    acceptance::run(arguments);
    let text = std::fs::read_to_string(&out).expect("it is there");
    let answers =
        python::ask("copies.py", &json!([{"name": copy.procedure, "myst": copy.myst, "copy": text}]));
    assert_eq!(answers[0]["problems"], json!([]), "{answers:#}");
}

fn tenant_copies() -> impl Iterator<Item = &'static Copy> {
    COPIES.iter().filter(|copy| copy.text.contains(TENANT) && copy.myst.contains("\n%%taegis "))
}

/// Those that need nothing but pandas.
fn pandas_copies() -> Vec<&'static Copy> {
    let service = ["%%taegis", "%taegis", "taegis_sdk", "msticpy", "%kql", "taegis_magic"];
    COPIES
        .iter()
        .filter(|copy| copy.myst.contains("pandas") && !service.iter().any(|name| copy.myst.contains(name)))
        .collect()
}

/// Runs a copy as a hunter does and gives the executed notebook.
fn execute(copy: &Copy, folder: &Path, environment: &[(&str, String)]) -> Value {
    execute_text(&copy.procedure, &copy.file_name, &copy.text, folder, environment)
}

pub(crate) fn execute_text(
    procedure: &str,
    file_name: &str,
    text: &str,
    folder: &Path,
    environment: &[(&str, String)],
) -> Value {
    std::fs::write(folder.join(file_name), text).expect("it can be written");
    let done = Command::new(python::program("papermill"))
        .args([file_name, "executed.ipynb", "--no-progress-bar", "--cwd", ".", "-k", "python3"])
        .current_dir(folder)
        .envs(environment.iter().map(|(name, value)| (name, value)))
        .stdin(Stdio::null())
        .output()
        .expect("papermill runs");
    assert!(done.status.success(), "{procedure}: {}", String::from_utf8_lossy(&done.stderr));
    let text = std::fs::read_to_string(folder.join("executed.ipynb")).expect("papermill writes it");
    serde_json::from_str(&text).expect("a notebook is JSON")
}

fn assert_ran_to_the_end(copy: &Copy, executed: &Value) {
    assert_ran(&copy.procedure, executed);
}

pub(crate) fn assert_ran(procedure: &str, executed: &Value) {
    assert_eq!(executed["metadata"]["papermill"]["exception"], Value::Null, "{procedure}");
    for (number, cell) in executed["cells"].as_array().expect("cells").iter().enumerate() {
        if cell["cell_type"] == "code" && cell["source"].as_array().is_some_and(|lines| !lines.is_empty()) {
            assert!(cell["execution_count"].is_u64(), "{procedure}: cell {number} did not run");
        }
        let failed =
            cell["outputs"].as_array().into_iter().flatten().any(|out| out["output_type"] == "error");
        assert!(!failed, "{procedure}: cell {number}: {}", cell["outputs"]);
    }
}

#[test]
fn papermill_executes_the_copies_of_the_pandas_procedures_to_the_end() {
    let copies = pandas_copies();
    assert!(copies.len() >= 4, "{} procedures run anywhere", copies.len());
    for copy in &copies {
        let folder = tempfile::tempdir().expect("a folder");
        assert_ran_to_the_end(copy, &execute(copy, folder.path(), &[]));
    }
    println!("executed: {} copies of pandas procedures", copies.len());
}

#[test]
fn jupyter_execute_runs_the_copies_of_the_pandas_procedures_to_the_end() {
    for copy in pandas_copies() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join(&copy.file_name);
        std::fs::write(&file, &copy.text).expect("it can be written");
        // nbclient's own command.
        let done = Command::new(python::program("jupyter-execute"))
            .args(["--inplace", "--kernel_name=python3", &copy.file_name])
            .current_dir(folder.path())
            .stdin(Stdio::null())
            .output()
            .expect("jupyter runs");
        assert!(done.status.success(), "{}: {}", copy.procedure, String::from_utf8_lossy(&done.stderr));
        let text = std::fs::read_to_string(&file).expect("it is there");
        assert_ran_to_the_end(copy, &serde_json::from_str(&text).expect("a notebook is JSON"));
    }
}

/// The stand-in for the Taegis API, and what it was asked.
pub(crate) struct Mock {
    child: Child,
    port: u16,
    pub(crate) operations: Arc<Mutex<Vec<Value>>>,
}

impl Mock {
    /// A home in which a region is this one, as environment.
    pub(crate) fn environment(&self, home: &Path, region: &str) -> [(&'static str, String); 4] {
        let environment = [
            ("HOME", home.to_str().expect("a path in UTF-8").to_owned()),
            ("CLIENT_ID", "x".to_owned()),
            ("CLIENT_SECRET", "y".to_owned()),
            ("OAUTHLIB_INSECURE_TRANSPORT", "1".to_owned()),
        ];
        let configured = Command::new(python::program("taegis"))
            .args(["configure", "regions", "add", region, &format!("http://127.0.0.1:{}", self.port)])
            .envs(environment.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::null())
            .output()
            .expect("taegis runs");
        assert!(configured.status.success(), "{}", String::from_utf8_lossy(&configured.stderr));
        environment
    }

    pub(crate) fn start() -> Self {
        let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
        let port = listener.local_addr().expect("it has an address").port();
        drop(listener);
        let mut child = python::command(&workspace().join("tests/mock-taegis/mock_taegis.py"))
            .arg(port.to_string())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .expect("python runs");
        let operations = Arc::new(Mutex::new(Vec::new()));
        let (lines, heard) =
            (BufReader::new(child.stdout.take().expect("it is piped")).lines(), operations.clone());
        std::thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                if let Ok(operation) = serde_json::from_str(&line) {
                    heard.lock().expect("nobody panics with it").push(operation);
                }
            }
        });
        eventually("the mock listens", Duration::from_secs(30), || {
            std::net::TcpStream::connect(("127.0.0.1", port)).ok()
        });
        Self { child, port, operations }
    }
}

impl Drop for Mock {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn a_taegis_copy_runs_against_the_stand_in_which_sees_that_tenant_only() {
    let mock = Mock::start();
    let home = tempfile::tempdir().expect("a folder");
    let environment = mock.environment(home.path(), "mock");

    // One that asks for alerts and one that asks for events: they reach the API in different ways.
    let mut ran = Vec::new();
    for kind in ["%%taegis alerts", "%%taegis events"] {
        let Some(copy) =
            tenant_copies().find(|copy| copy.myst.contains(kind) && !ran.contains(&copy.procedure))
        else {
            continue;
        };
        ran.push(copy.procedure.clone());
        let folder = tempfile::tempdir().expect("a folder");
        assert_ran_to_the_end(copy, &execute(copy, folder.path(), &environment));
    }
    assert!(!ran.is_empty(), "no starter procedure has a %%taegis cell");

    let operations = mock.operations.lock().expect("nobody panics with it").clone();
    let asked: Vec<&Value> = operations
        .iter()
        .filter(|operation| operation["op"] == "alerts" || operation["op"] == "events")
        .collect();
    assert!(!asked.is_empty(), "{ran:?} asked for nothing: {operations:?}");
    for operation in operations.iter().filter(|operation| operation["op"] != "token") {
        assert_eq!(operation["tenant"], TENANT, "{ran:?}: {operation}");
    }
    let written: Vec<&Value> =
        operations.iter().filter(|operation| operation["op"] == "investigation").collect();
    assert!(written.is_empty(), "running a copy writes nothing to the service: {written:?}");
    println!("executed: {ran:?} against the stand-in, {} queries, all for {TENANT}", asked.len());
}
