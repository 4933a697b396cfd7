//! From a copy back to the shelf: a query that was mended for one tenant becomes a patch for everybody, and nothing of the tenant
//! goes with it.

use acceptance::{Repository, Server, Settings, git};
use serde_json::{Value, json};

const PROCEDURE: &str = r#"---
jupytext: {notebook_metadata_filter: hunting, text_representation: {extension: .md, format_name: myst}}
kernelspec: {name: python3,   display_name: Python 3, language: python}   # the usual one
hunting:
  title: Odd parents
  id: parents
  description: Parents that are not what they should be.
  attack_technique_ids: [T1036]
  data_sources: [process]
---

# Odd parents

+++ {"tags": ["remove_cell"]}

Look at the parents first.

+++

```{code-cell}
:tags: [parameters]

TENANT_ID: str = ""  # whose
REGION = "us1"
LIMIT = 100
HOST = ""
```

```{code-cell}
%%taegis alerts search --tenant $TENANT_ID --region $REGION --limit $LIMIT --assign hits
FROM process WHERE image = 'svchost.exe'
```

```{code-cell}
print(HOST)
```

## Findings

Nothing yet.
"#;

/// All that is the tenant's, in any spelling that occurs.
const OWN: [&str; 14] = [
    "0145483",
    "Northwind",
    "northwind",
    "NORTHWIND",
    "Warehouse Nine",
    "warehouse",
    "mock",
    "srv-nine01",
    "SRV-NINE01",
    "4711",
    "wk-0042",
    "Two hosts",
    "2026-11-0",
    "0001-4000",
];

/// A copy, worked with and brought back.
fn worked_with(server: &Server) -> String {
    let client = server.client();
    let customer = client.post("/api/v1/customers", &json!({"name": "Northwind"})).expect(201).json();
    let tenant = json!({
        "customer": customer["id"], "service": "taegis", "key": "0145483", "region": "mock", "name": "Warehouse Nine",
    });
    let tenant = client.post("/api/v1/tenants", &tenant).expect(201).json();
    let order = json!({
        "tenants": [tenant["id"]], "parameters": {"LIMIT": 4711, "HOST": "srv-nine01"},
        "window": {"from": "2026-11-01T00:00:00Z", "to": "2026-11-08T00:00:00Z"},
    });
    let made = client.post("/api/v1/procedures/parents/instances", &order).expect(201).json();
    let id = made["instances"][0]["id"].as_str().unwrap_or_else(|| panic!("no copy: {made}")).to_owned();
    let mut notebook = client.json(&format!("/api/v1/instances/{id}/notebook.ipynb"));
    let cells = notebook["cells"].as_array_mut().expect("cells");
    for cell in cells.iter_mut() {
        let source: String =
            cell["source"].as_array().expect("lines").iter().filter_map(Value::as_str).collect();
        let mended = source
            .replace("image = 'svchost.exe'", "image = 'svchost.exe'\n| where parent != 'services.exe'")
            .replace("--tenant $TENANT_ID", "--tenant 0145483")
            .replace("parents first.", "parents first, then at their signatures.")
            .replace("Nothing yet.", "Two hosts of Northwind were found.");
        cell["source"] = json!([mended]);
        if cell["cell_type"] == "code" {
            cell["execution_count"] = json!(2);
            cell["outputs"] =
                json!([{"output_type": "stream", "name": "stdout", "text": ["wk-0042 0145483\n"]}]);
        }
    }
    let code = |id: &str, source: &str| json!({"cell_type": "code", "id": id, "metadata": {}, "source": [source], "outputs": [], "execution_count": null});
    cells.push(code("a", "hits[hits.host.str.lower() == 'WK_0042'.lower()]"));
    cells.push(code("b", "url = f\"https://{'north'}wind.example.com/{HOST}\""));
    cells.push(code("c", "hits.groupby('parent').size()"));
    let path = format!("/api/v1/instances/return?instance={id}");
    client.send_text("POST", &path, "application/x-ipynb+json", &notebook.to_string()).expect(200);
    id
}

#[test]
fn a_mended_query_becomes_a_patch_that_git_takes_and_that_tells_nothing_of_the_tenant() {
    let mut repository = Repository::new("hunts");
    repository.commit("Add a hunt", [("hunts/parents.md", Some(PROCEDURE))]);
    let server = Server::start(Settings::of(repository.path()));
    let client = server.client();
    let id = worked_with(&server);
    let path = format!("/api/v1/instances/{id}/proposal");
    let shown = client.json(&path);
    let cells = shown["cells"].as_array().expect("cells");
    let told: Vec<(&str, &str)> = cells
        .iter()
        .map(|cell| {
            (cell["part"].as_str().unwrap_or_default(), cell["standing"].as_str().unwrap_or_default())
        })
        .collect();
    let expected = [
        ("guidance", "taken"),
        ("code", "taken"),
        ("report", "held-back"),
        ("code", "held-back"),
        ("code", "held-back"),
        ("code", "not-chosen"),
    ];
    assert_eq!(told, expected, "{shown:#}");
    assert_eq!(cells[1]["replaced"], json!(["`TENANT_ID` in place of its value (line 1)"]), "{shown:#}");

    // All that may be chosen is chosen.
    let keys: Vec<&Value> =
        cells.iter().filter(|cell| cell["standing"] != "held-back").map(|cell| &cell["key"]).collect();
    let patch = client.post(&path, &json!({"cells": keys, "as": "patch"})).expect(200).text();
    for own in OWN {
        assert!(!patch.contains(own), "{own}: {patch}");
    }

    // Upstream goes on meanwhile, elsewhere.
    repository.commit("Say more", [("README.md", Some("# Hunts\n"))]);
    let folder = tempfile::tempdir().expect("a folder");
    let clone = folder.path().join("clone");
    git(folder.path(), ["clone", "--quiet", &repository.path().to_string_lossy(), "clone"]);
    std::fs::write(folder.path().join("it.patch"), &patch).expect("it can be written");
    git(
        &clone,
        ["-c", "user.name=Mary", "-c", "user.email=mary@example.com", "am", "--quiet", "../it.patch"],
    );
    let mended = std::fs::read_to_string(clone.join("hunts/parents.md")).expect("it is there");
    let expected = PROCEDURE
        .replace("image = 'svchost.exe'", "image = 'svchost.exe'\n| where parent != 'services.exe'")
        .replace("parents first.", "parents first, then at their signatures.");
    let expected = format!("{expected}\n```{{code-cell}}\nhits.groupby('parent').size()\n```\n");
    assert_eq!(mended, expected);
    let said = String::from_utf8_lossy(&git(&clone, ["log", "-1", "--format=%s"])).trim().to_owned();
    assert_eq!(said, "Mend Odd parents");

    // What goes back lints as before, and is found once it is merged.
    git(&clone, ["push", "--quiet", "origin", "HEAD:main"]);
    client.post("/api/v1/repos/hunts/sync", &json!({})).expect(200);
    let source = client.get("/api/v1/procedures/parents/source").expect(200).text();
    assert_eq!(source, expected);
    let again = client.json(&path);
    let left: Vec<&Value> =
        again["cells"].as_array().expect("cells").iter().map(|cell| &cell["standing"]).collect();
    assert!(!left.contains(&&json!("taken")), "what is merged is not proposed again: {again:#}");
}

#[test]
fn the_patch_of_the_page_is_that_of_the_api() {
    let mut repository = Repository::new("hunts");
    repository.commit("Add a hunt", [("hunts/parents.md", Some(PROCEDURE))]);
    let server = Server::start(Settings::of(repository.path()));
    let client = server.client();
    let id = worked_with(&server);
    let page = client.get(&format!("/instances/{id}/propose")).expect(200).text();
    assert!(page.contains("Get the patch") && page.contains("Held back"), "{page}");
    let keys = page.split("name=\"cells\" value=\"").skip(1).filter_map(|rest| rest.split('"').next());
    let form = keys.fold(String::new(), |form, key| format!("{form}cells={key}&"));
    let sent = client.send_text(
        "POST",
        &format!("/instances/{id}/propose"),
        "application/x-www-form-urlencoded",
        &format!("{form}do=patch&message=Mend+it"),
    );
    let patch = sent.expect(200).text();
    assert!(patch.contains("Subject: [PATCH] Mend it") && patch.contains("+| where parent"), "{patch}");
    for own in OWN {
        assert!(!patch.contains(own), "{own}: {patch}");
    }
}

#[test]
fn a_mended_query_becomes_a_branch_of_the_repository_where_that_is_allowed() {
    let mut repository = Repository::new("hunts");
    repository.commit("Add a hunt", [("hunts/parents.md", Some(PROCEDURE))]);
    let config = format!("[[repositories]]\nurl = '{}'\npush = true\n", repository.path().display());
    let server = Server::start(Settings { config: Some(config), ..Settings::default() });
    let client = server.client();
    let id = worked_with(&server);
    let path = format!("/api/v1/instances/{id}/proposal");
    let shown = client.json(&path);
    assert_eq!(shown["can_push"], true, "{shown:#}");
    let cells = shown["cells"].as_array().expect("cells").iter();
    let keys: Vec<&Value> =
        cells.filter(|cell| cell["standing"] == "taken").map(|cell| &cell["key"]).collect();
    let order = json!({"cells": keys, "as": "branch", "message": "Leave services out\n\nThey are everywhere.", "branch": "mend-parents"});
    let before = repository.tip();
    let made = client.post(&path, &order).expect(201).json();
    assert_eq!((&made["branch"], &made["cells"]), (&json!("huntshelf/mend-parents"), &json!(2)));
    assert_eq!(repository.tip(), before, "main stays");
    let told = |arguments: &[&str]| String::from_utf8_lossy(&git(repository.path(), arguments)).into_owned();
    let commit = told(&["rev-parse", "huntshelf/mend-parents"]);
    assert_eq!(made["commit"], commit.trim());
    let text = told(&["show", "--format=%an%n%B", "huntshelf/mend-parents"]);
    assert!(text.contains("Leave services out") && text.contains("+| where parent"), "{text}");
    let file = told(&["show", "huntshelf/mend-parents:hunts/parents.md"]);
    for own in OWN {
        assert!(!text.contains(own) && !file.contains(own), "{own}: {text}{file}");
    }
    client.post(&path, &order).expect(409);
    let page = client.get(&format!("/instances/{id}")).expect(200).text();
    assert!(page.contains("as branch huntshelf/mend-parents"), "{page}");
}
