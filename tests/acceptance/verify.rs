//! `huntshelf verify`: copies are what they say, still after upstream wrote its history anew, and not once a byte is another.

use acceptance::{Repository, Server, Settings, git, procedure, program};
use serde_json::{Value, json};
use std::path::Path;
use std::process::{Command, Output};

/// Asks for a copy of a procedure, and gives its text.
fn copy(server: &Server, id: &str) -> String {
    copy_with(server, id, &json!({}))
}

/// The same, with more of an order.
fn copy_with(server: &Server, id: &str, order: &Value) -> String {
    let client = server.client();
    let customer = client.post("/api/v1/customers", &json!({"name": "Fabrikam"})).expect(201).json();
    let tenant = json!({"customer": customer["id"], "service": "taegis", "key": "0145483", "region": "mock", "name": "P"});
    let tenant = client.post("/api/v1/tenants", &tenant).expect(201).json();
    let path = format!("/api/v1/procedures/{id}/instances");
    let mut order = order.clone();
    order["tenants"] = json!([tenant["id"]]);
    let made = client.post(&path, &order).expect(201).json();
    let instance =
        made["instances"][0]["id"].as_str().unwrap_or_else(|| panic!("no copy: {made}")).to_owned();
    client.get(&format!("/api/v1/instances/{instance}/notebook.ipynb")).expect(200).text()
}

fn verify(copy: &Path, place: &str, at: &Path, folder: &Path) -> (Output, Value) {
    let done = Command::new(program())
        .args(["verify", "--json", place])
        .arg(at)
        .arg(copy)
        .current_dir(folder)
        .output()
        .expect("it runs");
    let told = serde_json::from_slice(&done.stdout).unwrap_or_default();
    (done, told)
}

fn detail(told: &Value, aspect: &str) -> String {
    let findings = told["findings"].as_array().expect("findings");
    let found = findings.iter().find(|finding| finding["aspect"] == aspect).expect("it was looked at");
    format!(
        "{}: {}",
        found["outcome"].as_str().unwrap_or_default(),
        found["detail"].as_str().unwrap_or_default()
    )
}

#[test]
fn a_copy_holds_until_a_byte_is_another_and_still_when_upstream_forgot_the_commit() {
    let mut repository = Repository::new("hunts");
    repository.commit("Add a hunt", [("h1.md", Some(procedure("h1", "Hunt", "T1059", "Text.")))]);
    let server = Server::start(Settings::of(repository.path()));
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("copy.ipynb");
    let text = copy(&server, "h1");
    std::fs::write(&file, &text).expect("it can be written");

    for (place, at) in [("--repo", repository.path()), ("--data", &server.data())] {
        let (done, told) = verify(&file, place, at, folder.path());
        assert!(done.status.success(), "{place}: {told:#} {}", String::from_utf8_lossy(&done.stderr));
        assert!(detail(&told, "source").contains("at commit"), "{told:#}");
    }

    let altered = folder.path().join("altered.ipynb");
    std::fs::write(&altered, text.replacen("print(", "print (", 1)).expect("it can be written");
    for (place, at) in [("--repo", repository.path()), ("--data", &server.data())] {
        let (done, told) = verify(&altered, place, at, folder.path());
        assert_eq!(done.status.code(), Some(1), "{place}: {told:#}");
        assert!(detail(&told, "cells").starts_with("differs"), "{told:#}");
        assert!(detail(&told, "parameters").starts_with("holds"), "{told:#}");
    }

    // Upstream begins anew, without the file.
    git(repository.path(), ["update-ref", "-d", "refs/heads/main"]);
    repository.commit("Begin anew", [("README.md", Some("# Hunts\n"))]);
    server.client().post("/api/v1/repos/hunts/sync", &json!({})).expect(200);
    let (done, told) = verify(&file, "--data", &server.data(), folder.path());
    assert!(done.status.success(), "{told:#} {}", String::from_utf8_lossy(&done.stderr));
    assert!(detail(&told, "source").contains("any more"), "{told:#}");
}

/// `huntshelf verify --server`.
fn verify_by(server: &Server, copy: &Path, further: &[&str]) -> (Output, Value) {
    let done = Command::new(program())
        .args(["verify", "--server", &server.base(), "--token-env", "OWN_TOKEN"])
        .args(further)
        .arg(copy)
        .env("OWN_TOKEN", server.token())
        .output()
        .expect("it runs");
    let told = serde_json::from_slice(&done.stdout).unwrap_or_default();
    (done, told)
}

#[test]
fn a_server_verifies_what_it_has_on_record_and_says_who_released_a_cell() {
    let writes = "\n```{code-cell} python\nservice.mutation.create_case(TENANT_ID)\n```\n";
    let mut repository = Repository::new("hunts");
    let text = format!("{}{writes}", procedure("h1", "Hunt", "T1059", "Text."));
    repository.commit("Add a hunt", [("h1.md", Some(text))]);
    let server = Server::start(Settings::of(repository.path()));
    let client = server.client();
    let folder = tempfile::tempdir().expect("a folder");
    let file = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).expect("it can be written");
        path
    };
    let held = copy_with(&server, "h1", &json!({"hold": "writes"}));
    let instance = &client.json("/api/v1/instances")["instances"][0];
    let (id, cells) = (instance["id"].as_str().expect("an id"), &instance["provenance"]["held_cells"]);
    let before = file("before.ipynb", &held);
    let release = json!({"cells": cells, "reason": "Agreed with the customer"});
    client.post(&format!("/api/v1/instances/{id}/release"), &release).expect(200);
    let after = client.get(&format!("/api/v1/instances/{id}/notebook.ipynb")).expect(200).text();
    let after = file("after.ipynb", &after);

    for copy in [&before, &after] {
        let (by_server, told) = verify_by(&server, copy, &["--json"]);
        assert!(by_server.status.success(), "{told:#} {}", String::from_utf8_lossy(&by_server.stderr));
        // The same statements as with the server's own data folder.
        let (by_data, of_data) = verify(copy, "--data", &server.data(), folder.path());
        assert!(by_data.status.success(), "{of_data:#}");
        let outcomes = |told: &Value| {
            let findings = told["findings"].as_array().expect("findings").clone();
            findings
                .into_iter()
                .map(|one| (one["aspect"].clone(), one["outcome"].clone()))
                .collect::<Vec<_>>()
        };
        assert_eq!(outcomes(&told), outcomes(&of_data));
        assert_eq!(told["provenance"], of_data["provenance"]);
        for told in [&told, &of_data] {
            let said = detail(told, "held");
            let words = if copy == &after { "released by Test Admin at" } else { "as it was before" };
            assert!(said.contains(words), "{said}");
        }
    }
    let (done, _) = verify_by(&server, &after, &[]);
    let said = String::from_utf8_lossy(&done.stdout).into_owned();
    assert!(said.lines().count() == 7 && said.contains("Cells that write: "), "{said}");
    // Offline the copy holds too, and nobody is named.
    let (done, told) = verify(&after, "--repo", repository.path(), folder.path());
    assert!(done.status.success() && detail(&told, "held").starts_with("unknown"), "{told:#}");

    let altered = file("altered.ipynb", &held.replacen("print(", "print (", 1));
    let (done, told) = verify_by(&server, &altered, &["--json"]);
    assert_eq!(done.status.code(), Some(1), "{told:#}");
    assert!(detail(&told, "cells").starts_with("differs"), "{told:#}");
    // Another server's, of the same revision: on no record, and held against the repository.
    let elsewhere = Server::start(Settings::of(repository.path()));
    let other = file("other.ipynb", &copy(&elsewhere, "h1"));
    let (done, told) = verify_by(&server, &other, &["--json"]);
    assert!(done.status.success(), "{told:#}");
    assert!(String::from_utf8_lossy(&done.stderr).contains("no copy on the server's record"));
    assert!(detail(&told, "file").contains("what is made anew"), "{told:#}");

    git(repository.path(), ["update-ref", "-d", "refs/heads/main"]);
    repository.commit("Begin anew", [("README.md", Some("# Hunts\n"))]);
    client.post("/api/v1/repos/hunts/sync", &json!({})).expect(200);
    let (done, told) = verify_by(&server, &after, &["--json"]);
    assert!(done.status.success() && detail(&told, "source").contains("any more"), "{told:#}");

    let nobody = Command::new(program())
        .args(["verify", "--server", &server.base()])
        .arg(&after)
        .output()
        .expect("it runs");
    assert_eq!(nobody.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&nobody.stderr).contains("--token-file"), "{nobody:?}");
}

#[test]
fn a_copy_that_was_made_offline_holds_beside_its_procedure() {
    let folder = tempfile::tempdir().expect("a folder");
    let text = procedure("h1", "Hunt", "T1059", "Text.");
    std::fs::write(folder.path().join("h1.md"), text).expect("it can be written");
    let run = |arguments: &[&str]| {
        Command::new(program()).args(arguments).current_dir(folder.path()).output().expect("it runs")
    };
    let made = run(&["instantiate", "h1.md", "--tenant", "0145483", "-o", "copy.ipynb"]);
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let done = run(&["verify", "copy.ipynb"]);
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    let said = String::from_utf8_lossy(&done.stdout).into_owned();
    assert!(said.contains("claims no commit"), "{said}");
    std::fs::remove_file(folder.path().join("h1.md")).expect("it was there");
    assert_eq!(
        run(&["verify", "copy.ipynb"]).status.code(),
        Some(1),
        "without its procedure nothing is known"
    );
}
