//! A copy in a real Jupyter server: sent there, run there, and never overwritten once it was changed.

use acceptance::{Client, Repository, Server, Settings, eventually, procedure, python};
use serde_json::{Value, json};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

const TOKEN: &str = "a-token-of-the-deployment";

/// A Jupyter server on a folder of its own; it ends with this.
struct Jupyter {
    child: Child,
    folder: tempfile::TempDir,
    port: u16,
}

impl Jupyter {
    fn start() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let free = TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = free.local_addr().expect("an address").port();
        drop(free);
        let root = folder.path().join("root");
        std::fs::create_dir(&root).expect("a folder");
        let child = Command::new("setpriv")
            .args(["--pdeathsig", "KILL", "--"])
            .arg(python::program("jupyter-server"))
            .args(["--no-browser", "--allow-root", "--ServerApp.ip=127.0.0.1", "--ServerApp.port_retries=0"])
            .arg(format!("--ServerApp.port={port}"))
            .arg(format!("--IdentityProvider.token={TOKEN}"))
            .arg(format!("--ServerApp.root_dir={}", root.display()))
            .env("JUPYTER_DATA_DIR", folder.path().join("data"))
            .env("JUPYTER_RUNTIME_DIR", folder.path().join("runtime"))
            .env("JUPYTER_CONFIG_DIR", folder.path().join("config"))
            .current_dir(&root)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("jupyter server starts");
        let jupyter = Self { child, folder, port };
        let client = Client::new(jupyter.url()).with("authorization", &format!("token {TOKEN}"));
        eventually("Jupyter answers", Duration::from_mins(1), || {
            client.try_send("GET", "/api/status", None).ok().filter(|answer| answer.status == 200)
        });
        jupyter
    }

    fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Runs a notebook in a kernel of the server, and saves it, as JupyterLab does.
    fn run(&self, path: &str) -> Value {
        python::ask("run_in_jupyter.py", &json!({"url": self.url(), "token": TOKEN, "path": path}))
    }

    fn file(&self, path: &str) -> std::path::PathBuf {
        self.folder.path().join("root").join(path)
    }
}

impl Drop for Jupyter {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn read(file: &Path) -> Value {
    serde_json::from_slice(&std::fs::read(file).expect("it is there")).expect("a notebook is JSON")
}

#[test]
fn a_copy_is_sent_to_jupyter_once_and_what_was_changed_there_stays() {
    let jupyter = Jupyter::start();
    let config = format!(
        "[jupyter]\nurl = '{}'\ntoken_env = 'OWN_JUPYTER_TOKEN'\nfolder = 'hunts/{{customer}}/{{tenant}}'\n",
        jupyter.url()
    );
    let environment = vec![("OWN_JUPYTER_TOKEN".to_owned(), TOKEN.to_owned())];
    let server = Server::start(Settings { config: Some(config), environment, ..Settings::default() });
    let client = server.client();
    // It brings its own data: it runs as it is.
    let made = client.post("/api/v1/procedures/any-beaconing-jitter/instances", &json!({"tenants": []}));
    let made = made.expect(201).json();
    let copy = &made["instances"][0];
    let id = copy["id"].as_str().unwrap_or_else(|| panic!("no copy: {made}"));
    let address = format!("/api/v1/instances/{id}/jupyter");

    let sent = client.post(&address, &json!({})).expect(200).json();
    let path = format!("hunts/no customer/no tenant/{}", copy["file_name"].as_str().expect("a name"));
    assert_eq!((&sent["path"], &sent["there"]), (&json!(path), &json!(false)), "{sent}");
    assert!(sent["url"].as_str().is_some_and(|url| url.starts_with(&jupyter.url())), "{sent}");
    let handed_out = client.get(&format!("/api/v1/instances/{id}/notebook.ipynb")).expect(200).json();
    let there = read(&jupyter.file(&path));
    assert_eq!(there["cells"], handed_out["cells"], "cell for cell");
    assert_eq!(there["metadata"]["huntshelf"], handed_out["metadata"]["huntshelf"]);

    let again = client.post(&address, &json!({})).expect(200).json();
    assert_eq!(again["there"], true, "it is there as it was handed out: {again}");

    let ran = jupyter.run(&path);
    assert!(ran["ran"].as_u64().is_some_and(|ran| ran > 0), "{ran}");
    let executed = std::fs::read(jupyter.file(&path)).expect("it is there");
    let outputs = read(&jupyter.file(&path))["cells"].as_array().expect("cells").clone();
    assert!(
        outputs.iter().any(|cell| cell["outputs"].as_array().is_some_and(|all| !all.is_empty())),
        "it ran"
    );
    let refused = client.post(&address, &json!({})).expect(409).json();
    assert_eq!(refused["type"], "/problems/jupyter-changed", "{refused}");
    assert_eq!(std::fs::read(jupyter.file(&path)).expect("it is there"), executed, "not overwritten");

    let back = client.post(&format!("{address}/return"), &json!({})).expect(200).json();
    assert_eq!(back["returned"][0]["instance"]["state"], "returned", "{back}");
    let version = back["returned"][0]["version"]["id"].as_str().expect("a version");
    let seen = client.json(&format!("/api/v1/instances/{id}/returns/{version}"));
    assert_eq!((&seen["altered"], &seen["errors"]), (&json!([]), &json!([])), "it ran as it was handed out");
    assert!(seen["ran"].as_u64().is_some_and(|ran| ran > 0), "{seen}");
    let kept =
        client.get(&format!("/api/v1/instances/{id}/returns/{version}/notebook.ipynb")).expect(200).json();
    assert_eq!(kept["cells"].as_array().map(Vec::len), Some(outputs.len()), "what ran is what is kept");

    let page = client.get(&format!("/instances/{id}")).expect(200).text();
    assert!(page.contains("Open in Jupyter") && page.contains(&jupyter.url()), "{page}");
    assert!(!page.contains(TOKEN), "the token is shown to nobody");

    drop(jupyter);
    let away = client.post(&address, &json!({})).expect(502).json();
    assert!(away["remedy"].is_string(), "{away}");
}

#[test]
fn a_copy_that_nobody_touched_there_gives_way_once_its_held_cells_are_released() {
    let jupyter = Jupyter::start();
    let config = format!("[jupyter]\nurl = '{}'\ntoken_env = 'OWN_JUPYTER_TOKEN'\n", jupyter.url());
    let writes = "\n```{code-cell} python\nservice.mutation.create_case(TENANT_ID)\n```\n";
    let mut repository = Repository::new("hunts");
    let text = format!("{}{writes}", procedure("h1", "Hunt", "T1059", "Text."));
    repository.commit("Add a hunt", [("h1.md", Some(text))]);
    let environment = vec![("OWN_JUPYTER_TOKEN".to_owned(), TOKEN.to_owned())];
    let settings = Settings { config: Some(config), environment, ..Settings::of(repository.path()) };
    let server = Server::start(settings);
    let client = server.client();
    let customer = client.post("/api/v1/customers", &json!({"name": "Fabrikam"})).expect(201).json();
    let tenant = json!({"customer": customer["id"], "key": "0145483", "region": "mock", "name": "P"});
    let tenant = client.post("/api/v1/tenants", &tenant).expect(201).json();
    let order = json!({"tenants": [tenant["id"]], "hold": "writes"});
    let copy = || {
        let made = client.post("/api/v1/procedures/h1/instances", &order).expect(201).json();
        let copy = &made["instances"][0];
        (copy["id"].as_str().expect("an id").to_owned(), copy["provenance"]["held_cells"].clone())
    };
    let kinds = |notebook: &Value| -> Vec<Value> {
        notebook["cells"].as_array().expect("cells").iter().map(|cell| cell["cell_type"].clone()).collect()
    };
    let release = |id: &str, cells: &Value| {
        let asked = json!({"cells": cells, "reason": "Agreed"});
        client.post(&format!("/api/v1/instances/{id}/release"), &asked).expect(200);
    };
    let ((first, cells), (second, _)) = (copy(), copy());
    let send = |id: &str| client.post(&format!("/api/v1/instances/{id}/jupyter"), &json!({}));
    let sent = send(&first).expect(200).json();
    let path = jupyter.file(sent["path"].as_str().expect("a path"));
    assert_eq!(kinds(&read(&path)).last(), Some(&json!("raw")));
    release(&first, &cells);
    let sent = send(&first).expect(200).json();
    assert_eq!(sent["there"], false, "{sent}");
    assert_eq!(kinds(&read(&path)).last(), Some(&json!("code")), "what was handed out before gave way");
    assert_eq!(send(&first).expect(200).json()["there"], true);

    // A hunter wrote into the other one.
    std::fs::remove_file(&path).expect("it is there");
    send(&second).expect(200);
    let mut worked = read(&path);
    worked["cells"][0]["source"] = json!("A note of mine");
    std::fs::write(&path, worked.to_string()).expect("it can be written");
    release(&second, &cells);
    send(&second).expect(409);
    assert_eq!(read(&path)["cells"][0]["source"], "A note of mine", "not overwritten");
}
