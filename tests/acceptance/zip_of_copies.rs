//! A zip of copies is run by what is in it: in parallel, with an exit code for each, and again only what has not run to its end.

use acceptance::{Repository, Server, Settings, eventually, python};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, SystemTime};

/// Waits for a file where it is told to, fails for one tenant until another file is there, and says for whom it ran.
const PROCEDURE: &str = r#"---
jupytext:
  notebook_metadata_filter: hunting
  text_representation: {extension: .md, format_name: myst, format_version: 0.13}
kernelspec: {name: python3, display_name: Python 3, language: python}
hunting:
  title: Slow and brittle
  id: brittle
  description: Waits, fails, or runs.
  attack_technique_ids: [T1059]
---

# Slow and brittle

```{code-cell}
:tags: [parameters]

TENANT_ID = ""
```

```{code-cell}
import os, time
folder = os.environ["GATES"]
while TENANT_ID in os.environ["WAITING"].split() and not os.path.exists(os.path.join(folder, "open")):
    time.sleep(0.1)
if TENANT_ID == "0002" and not os.path.exists(os.path.join(folder, "mended")):
    raise ValueError("0002 is not mended")
print("ran for", TENANT_ID)
```
"#;

/// The folder that a zip was opened in.
struct Opened {
    folder: tempfile::TempDir,
    gates: tempfile::TempDir,
    files: Vec<String>,
}

impl Opened {
    /// Copies for three tenants.
    fn new() -> Self {
        let mut repository = Repository::new("hunts");
        repository.commit("Add it", [("brittle.md", Some(PROCEDURE))]);
        let server = Server::start(Settings::of(repository.path()));
        let client = server.client();
        let customer = client.post("/api/v1/customers", &json!({"name": "Fabrikam"})).expect(201).json();
        for key in ["0001", "0002", "0003"] {
            let tenant = json!({"customer": customer["id"], "service": "other", "key": key, "region": "mock", "name": key});
            client.post("/api/v1/tenants", &tenant).expect(201);
        }
        let order = json!({"procedures": ["brittle"], "scope": {"customer": "Fabrikam"}});
        let made = client.post("/api/v1/instances", &order).expect(201).json();
        let copies = made["instances"].as_array().expect("copies");
        let ids: Vec<&Value> = copies.iter().map(|copy| &copy["id"]).collect();
        let zip = client.post("/api/v1/instances.zip", &json!({"ids": ids})).expect(200);
        let (folder, gates) =
            (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
        let file = gates.path().join("copies.zip");
        std::fs::write(&file, &zip.body).expect("it can be written");
        let unzip = "import sys, zipfile; zipfile.ZipFile(sys.argv[1]).extractall(sys.argv[2])";
        let unzipped = Command::new(python::interpreter())
            .args(["-c", unzip])
            .args([file.as_os_str(), folder.path().as_os_str()])
            .status()
            .expect("python runs");
        assert!(unzipped.success(), "Python reads the zip");
        let mut files: Vec<String> =
            copies.iter().map(|copy| copy["file_name"].as_str().expect("a name").to_owned()).collect();
        files.sort();
        assert_eq!(files.len(), 3, "{made}");
        Self { folder, gates, files }
    }

    fn command(&self, arguments: &[&str], waiting: &str) -> Command {
        let mut command = Command::new(python::interpreter());
        command.arg(self.folder.path().join("run.py")).args(arguments);
        command.env("GATES", self.gates.path()).env("WAITING", waiting).env("PYTHONWARNINGS", "ignore");
        command.stdin(Stdio::null());
        command
    }

    /// Runs it to the end: its exit code and what it printed.
    fn run(&self, arguments: &[&str]) -> (Option<i32>, String) {
        let done = self.command(arguments, "").output().expect("python runs");
        let said = [done.stdout, done.stderr].concat();
        (done.status.code(), String::from_utf8_lossy(&said).into_owned())
    }

    fn open(&self, gate: &str) {
        std::fs::write(self.gates.path().join(gate), "").expect("it can be written");
    }

    fn folder_of(&self, file: &str) -> std::path::PathBuf {
        self.folder.path().join("executed").join(Path::new(file).file_stem().expect("a stem"))
    }

    /// The exit code of each copy that ended.
    fn codes(&self) -> BTreeMap<String, i64> {
        let read = |file: &String| {
            let text = std::fs::read_to_string(self.folder_of(file).join("result.json")).ok()?;
            let result: Value = serde_json::from_str(&text).expect("it is JSON, whenever it was stopped");
            Some((file.clone(), result["exit_code"].as_i64().expect("a code")))
        };
        self.files.iter().filter_map(read).collect()
    }

    /// When the executed notebook of a copy was written, and what it printed.
    fn executed(&self, file: &str) -> (SystemTime, String) {
        let path = self.folder_of(file).join(file);
        let text =
            std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let notebook: Value = serde_json::from_str(&text).expect("a notebook is JSON");
        let outputs = notebook["cells"].as_array().expect("cells").iter();
        let outputs = outputs.flat_map(|cell| cell["outputs"].as_array().cloned().unwrap_or_default());
        let text = |output: Value| match &output["text"] {
            Value::Array(lines) => lines.iter().filter_map(Value::as_str).collect(),
            other => other.as_str().unwrap_or_default().to_owned(),
        };
        (path.metadata().and_then(|of| of.modified()).expect("a time"), outputs.map(text).collect())
    }
}

#[test]
fn each_copy_has_its_exit_code_and_only_what_failed_is_run_again() {
    let opened = Opened::new();
    let [first, second, third] = opened.files.as_slice() else { panic!("three copies") };
    let (code, said) = opened.run(&["--jobs", "3"]);
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("exit 1") && said.contains("0002 is not mended"), "{said}");
    let codes = opened.codes();
    assert_eq!((codes[first], codes[second], codes[third]), (0, 1, 0), "{said}");
    let (when, printed) = opened.executed(first);
    assert_eq!(printed, "ran for 0001\n");
    let table =
        std::fs::read_to_string(opened.folder.path().join("executed/results.csv")).expect("it is there");
    let rows: Vec<&str> = table.lines().collect();
    assert!(rows.len() == 4 && rows[2].starts_with(&format!("{second},1,")), "{table}");

    opened.open("mended");
    let (code, said) = opened.run(&["--failed"]);
    assert!(code == Some(0) && said.contains("1 of 3 copies to run"), "{code:?} {said}");
    assert_eq!(opened.executed(second).1, "ran for 0002\n");
    assert_eq!(opened.executed(first).0, when, "what ran to its end is left alone");
    let (code, said) = opened.run(&[]);
    assert!(code == Some(0) && said.contains("0 of 3 copies to run"), "{code:?} {said}");

    // The other way to run a copy; this one is not as it was handed out, and is run for that.
    let path = opened.folder.path().join(third);
    let text = std::fs::read_to_string(&path).expect("it is there");
    std::fs::write(&path, text.replace("ran for", "ran once more for")).expect("it can be written");
    let (code, said) = opened.run(&["--with", "jupyter"]);
    assert!(code == Some(0) && said.contains("1 of 3 copies to run"), "{code:?} {said}");
    assert!(said.contains(&format!("{third} is not as it was handed out")), "{said}");
    assert_eq!(opened.executed(third).1, "ran once more for 0003\n");
}

/// What the interpreter reads at its start: the first kernel ends as one does whose ports another one took.
const NO_PORTS: &str = r#"
import os, sys
if "ipykernel_launcher" in sys.orig_argv:
    try:
        os.close(os.open(os.path.join(os.environ["GATES"], "taken"), os.O_CREAT | os.O_EXCL))
        os.write(2, b"zmq.error.ZMQError: Address already in use (addr='tcp://127.0.0.1:39715')\n")
        os._exit(1)
    except FileExistsError:
        pass
"#;

#[test]
fn a_copy_whose_kernel_got_no_ports_is_begun_again() {
    let opened = Opened::new();
    opened.open("mended");
    let at_start = tempfile::tempdir().expect("a folder");
    std::fs::write(at_start.path().join("sitecustomize.py"), NO_PORTS).expect("it can be written");
    for with in ["papermill", "jupyter"] {
        let mut command = opened.command(&["--again", "--with", with], "");
        let done = command.env("PYTHONPATH", at_start.path()).output().expect("python runs");
        let said = String::from_utf8_lossy(&done.stderr).into_owned();
        assert_eq!(done.status.code(), Some(0), "{with}: {said}");
        assert!(opened.codes().into_values().eq([0, 0, 0]), "{with}: {said}");
        std::fs::remove_file(opened.gates.path().join("taken")).expect("one kernel had no ports");
    }
}

#[test]
fn a_run_that_was_killed_goes_on_where_it_stopped() {
    let opened = Opened::new();
    let [first, second, third] = opened.files.as_slice() else { panic!("three copies") };
    opened.open("mended");
    let log = std::fs::File::create(opened.gates.path().join("log")).expect("a file");
    // A group of its own, so that all that it started is killed with it.
    let mut child =
        opened.command(&["--jobs", "2"], "0003").process_group(0).stdout(log).spawn().expect("python runs");
    eventually("two of them ran", Duration::from_mins(5), || (opened.codes().len() == 2).then_some(()));
    let group = format!("-{}", child.id());
    assert!(Command::new("kill").args(["-KILL", "--", &group]).status().expect("kill runs").success());
    child.wait().expect("it ended");
    assert!(!opened.codes().contains_key(third), "it waits at its gate");
    let times = [opened.executed(first).0, opened.executed(second).0];

    opened.open("open");
    let (code, said) = opened.run(&[]);
    assert!(code == Some(0) && said.contains("1 of 3 copies to run"), "{code:?} {said}");
    assert_eq!(opened.executed(third).1, "ran for 0003\n");
    assert_eq!([opened.executed(first).0, opened.executed(second).0], times);
}
