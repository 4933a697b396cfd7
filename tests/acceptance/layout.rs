//! Who may know whom in this workspace.

use acceptance::workspace;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

/// The members of the workspace, each with those other members that it depends on, in any way.
fn members() -> BTreeMap<String, BTreeSet<String>> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let told = Command::new(cargo)
        .args(["metadata", "--format-version=1", "--no-deps", "--offline"])
        .current_dir(workspace())
        .output()
        .expect("cargo runs");
    assert!(told.status.success(), "{}", String::from_utf8_lossy(&told.stderr));
    let metadata: Value = serde_json::from_slice(&told.stdout).expect("cargo metadata is JSON");
    let packages = metadata["packages"].as_array().expect("packages");
    let name = |value: &Value| value["name"].as_str().expect("a name").to_owned();
    let names: BTreeSet<String> = packages.iter().map(name).collect();
    packages
        .iter()
        .map(|package| {
            let dependencies = package["dependencies"].as_array().expect("dependencies").iter().map(name);
            (name(package), dependencies.filter(|dependency| names.contains(dependency)).collect())
        })
        .collect()
}

#[test]
fn the_catalog_and_the_pages_know_nothing_of_each_other_or_of_the_server() {
    let members = members();
    assert_eq!(members["catalog"], BTreeSet::new());
    assert_eq!(members["web"], BTreeSet::new());
}

#[test]
fn the_server_knows_the_catalog_and_the_pages_and_nothing_else() {
    assert_eq!(members()["server"], ["catalog", "web"].map(str::to_owned).into());
}

#[test]
fn nothing_but_tests_knows_the_server() {
    for (name, dependencies) in members() {
        assert!(name == "acceptance" || !dependencies.contains("server"), "{name} depends on the server");
    }
}

#[test]
fn the_catalog_speaks_no_http_no_sql_and_makes_no_pages() {
    let manifest = std::fs::read_to_string(workspace().join("catalog/Cargo.toml")).expect("it is there");
    for foreign in ["axum", "sqlx", "leptos", "tokio", "tower"] {
        let named = manifest.lines().any(|line| {
            line.strip_prefix(foreign).is_some_and(|rest| rest.starts_with(['.', ' ', '=', '-']))
        });
        assert!(!named, "the catalog depends on {foreign}");
    }
}
