//! Copies as MyST: jupytext reads the same notebook, keeps where it comes from when it saves it, and it finds back to its copy.

use crate::starter::{STARTER, procedures};
use acceptance::{encode, program, python};
use serde_json::{Value, json};
use std::process::{Command, Stdio};

fn plain(cells: &Value) -> Vec<(String, String)> {
    let text = |source: &Value| match source {
        Value::Array(lines) => lines.iter().filter_map(Value::as_str).collect(),
        other => other.as_str().unwrap_or_default().to_owned(),
    };
    let cells = cells.as_array().expect("cells").iter();
    cells
        .map(|cell| (cell["cell_type"].as_str().unwrap_or_default().to_owned(), text(&cell["source"])))
        .collect()
}

#[test]
fn copies_as_myst_are_the_same_notebooks_for_jupytext_and_find_back_when_it_has_saved_them() {
    let client = STARTER.client();
    let customer = client.post("/api/v1/customers", &json!({"name": "Litware"})).expect(201).json();
    let tenant = json!({"customer": customer["id"], "service": "taegis", "key": "000145483", "region": "mock", "name": "L"});
    let tenant = client.post("/api/v1/tenants", &tenant).expect(201).json();
    let (mut copies, mut texts) = (Vec::new(), Vec::new());
    for procedure in procedures() {
        if !matches!(procedure["service"].as_str(), None | Some("taegis")) {
            continue;
        }
        let path =
            format!("/api/v1/procedures/{}/instances", encode(procedure["id"].as_str().expect("an id")));
        // With a window and without: jupytext cannot read again what it saves of a null.
        let window = if copies.len() % 2 == 0 { json!({"last": "7d"}) } else { Value::Null };
        let made =
            client.post(&path, &json!({"tenants": [tenant["id"]], "window": window})).expect(201).json();
        let copy = made["instances"][0].clone();
        let file = format!("/api/v1/instances/{}/notebook", copy["id"].as_str().expect("an id"));
        let notebook = client.json(&format!("{file}.ipynb"));
        let text = client.get(&format!("{file}.md")).expect(200).text();
        texts.push(json!({"name": copy["id"], "text": text, "format": "myst"}));
        copies.push((copy, notebook));
    }
    assert!(copies.len() >= 20, "{} copies", copies.len());

    let read = python::ask("jupytext_cells.py", &Value::Array(texts.clone()));
    for ((copy, notebook), read) in copies.iter().zip(read.as_array().expect("a list")) {
        let mut said = copy["provenance"].clone();
        said.as_object_mut().expect("a mapping").retain(|_, value| !value.is_null());
        assert_eq!(read["metadata"]["huntshelf"], said, "{read}");
        assert_eq!(plain(&read["cells"]), plain(&notebook["cells"]), "{}", copy["procedure"]);
    }

    let saved = python::ask("jupytext_texts.py", &Value::Array(texts));
    let folder = tempfile::tempdir().expect("a folder");
    let mut files = Vec::new();
    for (place, saved) in saved.as_array().expect("a list").iter().enumerate() {
        let file = folder.path().join(format!("{place}.md"));
        std::fs::write(&file, saved["myst"].as_str().unwrap_or_else(|| panic!("{saved}")))
            .expect("it can be written");
        files.push(file);
    }
    let done = Command::new(program())
        .arg("return")
        .args(&files)
        .args(["--server", &STARTER.base(), "--token-env", "OWN_TOKEN"])
        .env("OWN_TOKEN", STARTER.token())
        .stdin(Stdio::null())
        .output()
        .expect("huntshelf starts");
    let said = String::from_utf8_lossy(&done.stdout);
    assert!(done.status.success(), "{said}{}", String::from_utf8_lossy(&done.stderr));
    let back: Vec<&str> = said.lines().filter_map(|line| line.split('\t').next()).collect();
    let made: Vec<&str> = copies.iter().filter_map(|(copy, _)| copy["id"].as_str()).collect();
    assert_eq!(back, made);
    println!("copies as MyST: {} read and saved by jupytext, all back at their copies", made.len());
}
