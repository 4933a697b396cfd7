//! Copies for a scope and notebooks that come back, on the command line, against a running server.

use acceptance::{Server, Settings, program};
use serde_json::{Value, json};
use std::path::Path;
use std::process::{Command, Output, Stdio};

/// Runs the program against a server, as whom its token says.
fn run(server: &Server, folder: &Path, arguments: &[&str]) -> Output {
    Command::new(program())
        .args(arguments)
        .args(["--server", &server.base(), "--token-env", "OWN_TOKEN"])
        .env("OWN_TOKEN", server.token())
        .current_dir(folder)
        .stdin(Stdio::null())
        .output()
        .expect("huntshelf starts")
}

fn said(output: &Output) -> (String, String) {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (text(&output.stdout), text(&output.stderr))
}

#[test]
fn copies_are_made_for_a_sector_and_come_back_from_a_folder() {
    let server = Server::start(Settings::default());
    let client = server.client();
    for (name, sector) in [("Clinic", "healthcare"), ("Plant", "energy")] {
        let customer = client
            .post("/api/v1/customers", &json!({"name": name, "labels": {"sector": sector}}))
            .expect(201)
            .json();
        for key in ["01", "02"] {
            let tenant = json!({
                "customer": customer["id"], "region": name.to_lowercase(), "key": format!("{key}{}", name.len()), "name": format!("{name} {key}"),
            });
            client.post("/api/v1/tenants", &tenant).expect(201);
        }
    }
    let found = client.json("/api/v1/procedures?q=is:copyable+service:taegis&limit=1");
    let id = found["items"][0]["id"].as_str().expect("a procedure can be copied").to_owned();
    let folder = tempfile::tempdir().expect("a folder");
    let arguments = ["copy", &id, "--where", "sector=healthcare", "--last", "7d"];

    let dry = run(&server, folder.path(), &[&arguments[..], &["--dry-run"]].concat());
    let (out, told) = said(&dry);
    assert!(dry.status.success() && out.lines().count() == 2, "{out}{told}");
    assert_eq!(client.json("/api/v1/instances")["instances"], json!([]));

    let made = run(&server, folder.path(), &[&arguments[..], &["-o", "copies.zip"]].concat());
    let (out, told) = said(&made);
    assert!(made.status.success(), "{out}{told}");
    let copies: Vec<Vec<&str>> = out.lines().map(|line| line.split('\t').collect()).collect();
    assert_eq!(copies.iter().map(|copy| copy[2]).collect::<Vec<_>>(), ["016", "026"]);
    assert!(std::fs::read(folder.path().join("copies.zip")).expect("a zip").starts_with(b"PK"));

    let nobody = run(&server, folder.path(), &["copy", &id, "--where", "sector=space"]);
    assert!(
        !nobody.status.success() && said(&nobody).1.contains("No tenant is active"),
        "{:?}",
        said(&nobody)
    );
    let everybody = run(&server, folder.path(), &["copy", &id]);
    assert!(
        !everybody.status.success() && said(&everybody).1.contains("everybody"),
        "{:?}",
        said(&everybody)
    );

    // One comes back as it ran, beside a notebook of somebody else's.
    let place = folder.path().join("work/clinic");
    std::fs::create_dir_all(&place).expect("a folder");
    let path = format!("/api/v1/instances/{}/notebook.ipynb", copies[0][0]);
    let mut notebook: Value = client.get(&path).expect(200).json();
    notebook["cells"]
        .as_array_mut()
        .expect("cells")
        .push(json!({"cell_type": "markdown", "id": "mine", "metadata": {}, "source": ["Nothing."]}));
    std::fs::write(place.join("first.ipynb"), notebook.to_string()).expect("it can be written");
    let brought = run(&server, folder.path(), &["return", "work"]);
    let (out, told) = said(&brought);
    assert!(brought.status.success(), "{out}{told}");
    assert_eq!(out.split('\t').next(), Some(copies[0][0]));
    assert_eq!(client.json(&format!("/api/v1/instances/{}", copies[0][0]))["state"], "returned");
    let strange = json!({"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5});
    std::fs::write(place.join("strange.ipynb"), strange.to_string()).expect("it can be written");
    let brought = run(&server, folder.path(), &["return", "work"]);
    let (out, told) = said(&brought);
    assert!(!brought.status.success() && out.contains("\tagain"), "{out}{told}");
    assert!(told.contains("strange.ipynb") && told.contains("1 of 2"), "{told}");
}
