use crate::auth::Role;
use crate::sample::{Sample, procedure};
use crate::testing::{TestAnswer, TestUser};
use axum::http::{Request, header};
use serde_json::{Value, json};

/// A copy of the oldest revision of the sample's procedure, worked with and brought back.
pub(crate) async fn worked_with(sample: &Sample, hunter: &TestUser) -> String {
    let tenant = sample.tenant().await;
    let order = json!({
        "tenants": [tenant], "at": sample.commits[0], "window": {"last": "7d"}, "parameters": {"LIMIT": 7},
    });
    let made = hunter.post("/api/v1/procedures/lsass/instances", &order).await;
    assert_eq!(made.status, 201, "{}", made.text());
    let id = made.json()["instances"][0]["id"].as_str().unwrap().to_owned();
    let mut notebook = hunter.get(&format!("/api/v1/instances/{id}/notebook.ipynb")).await.json();
    let cells = notebook["cells"].as_array_mut().unwrap();
    let query = cells.iter_mut().find(|cell| cell["source"].to_string().contains("%%taegis")).unwrap();
    query["source"].as_array_mut().unwrap().push(json!("\n| where host != 'mine'"));
    query["execution_count"] = json!(3);
    query["outputs"] = json!([{"output_type": "stream", "name": "stdout", "text": ["an-output"]}]);
    cells.push(
        json!({"cell_type": "markdown", "id": "mine", "metadata": {}, "source": ["Found on two hosts."]}),
    );
    let bring = Request::post(format!("/api/v1/instances/return?instance={id}"))
        .header(header::CONTENT_TYPE, "application/x-ipynb+json");
    let brought = hunter.send_with(bring, notebook.to_string()).await;
    assert_eq!(brought.status, 200, "{}", brought.text());
    id
}

fn path(id: &str) -> String {
    format!("/api/v1/instances/{id}/upgrade")
}

async fn count(user: &TestUser) -> usize {
    user.get("/api/v1/instances").await.json()["instances"].as_array().unwrap().len()
}

fn cell<'a>(answer: &'a Value, fate: &str) -> &'a Value {
    let cells = answer["cells"].as_array().unwrap();
    cells.iter().find(|cell| cell["fate"] == fate).unwrap_or_else(|| panic!("{fate}: {answer}"))
}

#[tokio::test]
async fn a_copy_is_upgraded_after_a_look_and_the_old_one_stays() {
    let sample = Sample::open().await;
    let hunter = sample.user(Role::Hunter).await;
    let id = worked_with(&sample, &hunter).await;
    let changed = hunter
        .send_with(
            Request::patch(format!("/api/v1/instances/{id}")).header(header::CONTENT_TYPE, "application/json"),
            json!({"note": "Ward first.", "link": "https://tickets.example.com/7", "assignee": "hunter of the test"})
                .to_string(),
        )
        .await;
    assert_eq!(changed.status, 200, "{}", changed.text());
    let old = hunter.get(&format!("/api/v1/instances/{id}")).await.json();

    let preview = hunter.post(&path(&id), &json!({"dry_run": true})).await;
    assert_eq!(preview.status, 200, "{}", preview.text());
    let preview = preview.json();
    assert_eq!((&preview["instance"]["id"], count(&hunter).await), (&Value::Null, 1));
    assert_eq!(preview["changes"][0]["kind"], "query-changed", "{preview}");
    let altered = cell(&preview, "altered");
    assert!(altered["mine"].as_str().unwrap().ends_with("!= 'mine'"), "{altered}");
    assert!(altered["theirs"].as_str().unwrap().contains("lsass.exe"), "{altered}");
    assert_eq!(cell(&preview, "added")["mine"], "Found on two hosts.");

    let made = hunter.post(&path(&id), &json!({})).await;
    assert_eq!(made.status, 201, "{}", made.text());
    let made = made.json();
    let new = &made["instance"];
    assert_eq!((&new["replaces"], &new["commit"]), (&old["id"], &json!(sample.commits[2])));
    for same in ["note", "link", "assignee", "tenant"] {
        assert_eq!(new[same], old[same], "{same}");
    }
    for same in ["tenant", "region", "window", "parameters", "hold"] {
        assert_eq!(new["provenance"][same], old["provenance"][same], "{same}");
    }
    let from = &new["provenance"]["upgraded_from"];
    assert_eq!((&from["copy"], &from["commit"]), (&old["sha256"], &old["commit"]));
    assert_eq!(from["notebook"], made["version"]["sha256"]);
    assert_eq!(hunter.get(&format!("/api/v1/instances/{id}")).await.json(), old);
    let notebook = hunter.get(new["notebook"].as_str().unwrap()).await;
    assert_eq!(new["sha256"], crate::entropy::sha256(&notebook.body));
    let text = notebook.text();
    assert!(
        text.contains("Found on two hosts.") && text.contains("!= 'mine'") && !text.contains("an-output")
    );

    let pages = async |id: &str| hunter.get(&format!("/instances/{id}")).await.text();
    let new = new["id"].as_str().unwrap();
    assert!(pages(new).await.contains("Upgraded from "));
    let page = pages(&id).await;
    assert!(
        page.contains("Upgraded to ") && page.contains("made a copy of a newer revision in its place"),
        "{page}"
    );
}

#[tokio::test]
async fn an_upgraded_copy_holds_until_it_is_altered_and_is_found_when_it_comes_back() {
    let sample = Sample::open().await;
    let hunter = sample.user(Role::Hunter).await;
    let id = worked_with(&sample, &hunter).await;
    let made = hunter.post(&path(&id), &json!({})).await.json();
    let new = made["instance"]["id"].as_str().unwrap();
    let verify = format!("/api/v1/instances/{new}/verify");
    let answer = hunter.get(&verify).await.json();
    assert_eq!(answer["holds"], true, "{answer}");
    let cells = answer["findings"].as_array().unwrap().iter().find(|one| one["aspect"] == "cells").unwrap();
    assert!(
        cells["detail"].as_str().unwrap().contains("2 cells were carried over from an older copy"),
        "{cells}"
    );
    let file = hunter.get(&format!("/api/v1/instances/{new}/notebook.ipynb")).await.text();
    for altered in [file.replace("two hosts", "no hosts"), file.replace("lsass.exe", "nothing.exe")] {
        assert_ne!(altered, file);
        let answer = hunter.send_with(Request::post(&verify), altered).await.json();
        assert_eq!(answer["differs"], true, "{answer}");
    }
    let bring =
        Request::post("/api/v1/instances/return").header(header::CONTENT_TYPE, "application/x-ipynb+json");
    let brought = hunter.send_with(bring, file).await.json();
    assert_eq!(brought["returned"][0]["instance"]["id"], new, "{brought}");
}

#[tokio::test]
async fn code_is_applied_where_it_is_asked_for_and_a_stale_choice_is_refused() {
    let sample = Sample::open().await;
    let hunter = sample.user(Role::Hunter).await;
    let id = worked_with(&sample, &hunter).await;
    let preview = hunter.post(&path(&id), &json!({"dry_run": true})).await.json();
    let key = cell(&preview, "altered")["key"].clone();
    let commit = sample.commit(
        "Narrow it further",
        &[(
            "hunts/lsass.md",
            Some(procedure("lsass", "LSASS reads", "T1003.001", "FROM process WHERE user = 'x'")),
        )],
    );
    sample.test.app.jobs.sync("hunts").await.unwrap();
    let refused = hunter.post(&path(&id), &json!({"apply": [key]})).await;
    assert_eq!(refused.status, 422);
    assert_eq!(refused.json()["refused"][0]["code"], "change-not-offered", "{}", refused.text());
    let to_the_seen = json!({"apply": [key], "to": sample.commits[2]});
    let made = hunter.post(&path(&id), &to_the_seen).await;
    assert_eq!(made.status, 201, "{}", made.text());
    let made = made.json();
    assert_eq!((&cell(&made, "altered")["applied"], &made["to"]), (&json!(true), &json!(sample.commits[2])));
    assert!(made["warnings"].as_array().unwrap().iter().any(|one| one["code"] == "older-revision"));
    let newest = hunter.post(&path(&id), &json!({})).await.json();
    assert_eq!(newest["to"], commit);
}

#[tokio::test]
async fn who_may_not_is_refused_and_what_cannot_be_is_said() {
    let sample = Sample::open().await;
    let (hunter, viewer) = (sample.user(Role::Hunter).await, sample.user(Role::Viewer).await);
    let id = worked_with(&sample, &hunter).await;
    assert_eq!(viewer.post(&path(&id), &json!({"dry_run": true})).await.status, 403);
    assert_eq!(viewer.get(&format!("/instances/{id}/upgrade")).await.status, 403);
    assert!(!viewer.get(&format!("/instances/{id}")).await.text().contains("Upgrade this copy"));
    assert!(hunter.get(&format!("/instances/{id}")).await.text().contains("Upgrade this copy"));
    assert_eq!(hunter.post(&path("none"), &json!({})).await.status, 404);
    assert_eq!(hunter.post(&path(&id), &json!({"version": "none"})).await.status, 404);
    for (body, status) in [
        (json!({"to": "HEAD"}), 400),
        (json!({"apply": "all"}), 400),
        (json!({"else": 1}), 400),
        // The same procedure, under another path.
        (json!({"to": sample.commits[1]}), 409),
    ] {
        assert_eq!(hunter.post(&path(&id), &body).await.status, status, "{body}");
    }
    let made = hunter.post(&path(&id), &json!({})).await.json();
    let new = made["instance"]["id"].as_str().unwrap();
    let back: TestAnswer = hunter.post(&path(new), &json!({"to": sample.commits[0]})).await;
    assert_eq!(back.status, 409, "{}", back.text());
    assert!(back.text().contains("older than the copy"), "{}", back.text());
    assert_eq!(count(&hunter).await, 2);
}

#[tokio::test]
async fn a_tenant_that_is_retired_or_has_another_key_gets_no_copy() {
    let sample = Sample::open().await;
    let (hunter, lead) = (sample.user(Role::Hunter).await, sample.user(Role::Lead).await);
    let id = worked_with(&sample, &hunter).await;
    let tenant = hunter.get(&format!("/api/v1/instances/{id}")).await.json()["tenant"]["id"].clone();
    let change = async |body: Value| {
        let request = Request::patch(format!("/api/v1/tenants/{}", tenant.as_str().unwrap()))
            .header(header::CONTENT_TYPE, "application/json");
        assert_eq!(lead.send_with(request, body.to_string()).await.status, 200, "{body}");
    };
    let code = async || hunter.post(&path(&id), &json!({})).await.json()["refused"][0]["code"].clone();
    change(json!({"key": "0999999"})).await;
    assert_eq!(code().await, "tenant-changed");
    change(json!({"key": "0145483", "retired": true})).await;
    assert_eq!(code().await, "tenant-retired");
    assert_eq!(count(&hunter).await, 1);
}

#[tokio::test]
async fn a_request_that_comes_again_with_its_key_makes_no_second_copy() {
    let sample = Sample::open().await;
    let hunter = sample.user(Role::Hunter).await;
    let id = worked_with(&sample, &hunter).await;
    let send = async || {
        let request = Request::post(path(&id))
            .header(header::CONTENT_TYPE, "application/json")
            .header("idempotency-key", "k1");
        hunter.send_with(request, "{}").await
    };
    let (first, second) = (send().await, send().await);
    assert_eq!((first.status.as_u16(), second.status.as_u16()), (201, 201));
    assert_eq!(first.json(), second.json());
    assert_eq!(count(&hunter).await, 2);
}
