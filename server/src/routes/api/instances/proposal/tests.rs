use crate::auth::Role;
use crate::routes::api::instances::upgrade::tests::worked_with;
use crate::sample::Sample;
use crate::testing::TestUser;
use axum::http::{Request, header};
use serde_json::{Value, json};
use std::process::Command;

/// What the hunter made of the query.
pub(crate) const MENDED: &str = "| where parent != 'trusted.exe'";

/// A copy of the newest revision, with a mended query, a cell of the hunter's, results and findings, brought back.
pub(crate) async fn mended(sample: &Sample, hunter: &TestUser, more: &[Value]) -> String {
    let tenant = sample.tenant().await;
    let order = json!({"tenants": [tenant], "window": {"last": "7d"}, "parameters": {"LIMIT": 4711}});
    let made = hunter.post("/api/v1/procedures/lsass/instances", &order).await;
    assert_eq!(made.status, 201, "{}", made.text());
    let id = made.json()["instances"][0]["id"].as_str().unwrap().to_owned();
    let mut notebook = hunter.get(&format!("/api/v1/instances/{id}/notebook.ipynb")).await.json();
    let cells = notebook["cells"].as_array_mut().unwrap();
    let query = cells.iter_mut().find(|cell| cell["source"].to_string().contains("%%taegis")).unwrap();
    query["source"].as_array_mut().unwrap().push(json!(format!("\n{MENDED}")));
    query["execution_count"] = json!(3);
    query["outputs"] = json!([{"output_type": "stream", "name": "stdout", "text": ["seen on wk-0042"]}]);
    cells.push(
        json!({"cell_type": "markdown", "id": "mine", "metadata": {}, "source": ["Found on two hosts."]}),
    );
    cells.extend(more.iter().cloned());
    bring(hunter, &id, &notebook).await;
    id
}

async fn bring(hunter: &TestUser, id: &str, notebook: &Value) {
    let bring = Request::post(format!("/api/v1/instances/return?instance={id}"))
        .header(header::CONTENT_TYPE, "application/x-ipynb+json");
    let brought = hunter.send_with(bring, notebook.to_string()).await;
    assert_eq!(brought.status, 200, "{}", brought.text());
}

/// A cell of code that a hunter added.
pub(crate) fn code(source: &str) -> Value {
    json!({
        "cell_type": "code", "id": format!("c{}", source.len()), "metadata": {}, "source": [source],
        "outputs": [], "execution_count": null,
    })
}

fn path(id: &str) -> String {
    format!("/api/v1/instances/{id}/proposal")
}

fn keys(answer: &Value, standing: &str) -> Vec<Value> {
    let cells = answer["cells"].as_array().unwrap().iter();
    cells.filter(|cell| cell["standing"] == standing).map(|cell| cell["key"].clone()).collect()
}

#[tokio::test]
async fn a_mended_query_becomes_a_patch_that_holds_nothing_of_the_tenant() {
    let sample = Sample::open().await;
    let hunter = sample.user(Role::Hunter).await;
    let id = mended(
        &sample,
        &hunter,
        &[code("print(LIMIT)"), code("hits[hits.tenant == '0145483'].to_csv('Ward')")],
    )
    .await;
    let answer = hunter.get(&path(&id)).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    let answer = answer.json();
    let told: Vec<(&str, &str)> = answer["cells"]
        .as_array()
        .unwrap()
        .iter()
        .map(|cell| (cell["part"].as_str().unwrap(), cell["standing"].as_str().unwrap()))
        .collect();
    assert_eq!(
        told,
        [("code", "taken"), ("report", "held-back"), ("code", "not-chosen"), ("code", "held-back")],
        "{answer}"
    );
    assert_eq!((&answer["can_push"], &answer["refused"]), (&json!(false), &Value::Null), "{answer}");
    assert_eq!((&answer["path"], &answer["commit"]), (&json!("hunts/lsass.md"), &json!(sample.commits[2])));
    assert!(answer["diff"].as_str().unwrap().contains(&format!("+{MENDED}")), "{answer}");
    let reason = answer["cells"][3]["reason"].as_str().unwrap();
    assert!(reason.contains("ine 1 holds"), "{reason}");

    let order =
        json!({"cells": keys(&answer, "taken"), "as": "patch", "message": "Leave trusted parents out"});
    let patch = hunter.post(&path(&id), &order).await;
    assert_eq!(patch.status, 200, "{}", patch.text());
    assert!(
        patch.header("content-disposition").contains("mend-lsass-"),
        "{}",
        patch.header("content-disposition")
    );
    let patch = patch.text();
    for own in [
        "0145483",
        "Ward",
        "Clinic",
        "4711",
        "wk-0042",
        "two hosts",
        "huntshelf-copy",
        "2026-11-17",
        "to_csv",
    ] {
        assert!(!patch.contains(own), "{own}: {patch}");
    }
    // It applies to a clone, with git itself.
    let folder = tempfile::tempdir().unwrap();
    let clone = folder.path().join("clone");
    let git = |arguments: &[&str]| {
        let done = Command::new("git").args(arguments).output().unwrap();
        assert!(done.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&done.stderr));
        String::from_utf8_lossy(&done.stdout).into_owned()
    };
    let at = clone.to_str().unwrap();
    git(&["clone", "-q", sample.folder.to_str().unwrap(), at]);
    std::fs::write(folder.path().join("it.patch"), &patch).unwrap();
    let before = std::fs::read_to_string(clone.join("hunts/lsass.md")).unwrap();
    git(&["-C", at, "-c", "user.name=M", "-c", "user.email=m@example.com", "am", "-q", "../it.patch"]);
    let after = std::fs::read_to_string(clone.join("hunts/lsass.md")).unwrap();
    assert_eq!(after, before.replace("target = 'lsass.exe'", &format!("target = 'lsass.exe'\n{MENDED}")));
    assert_eq!(
        git(&["-C", at, "log", "-1", "--format=%s|%an"]).trim(),
        "Leave trusted parents out|hunter of the test"
    );

    let page = hunter.get(&format!("/instances/{id}")).await.text();
    assert!(page.contains("proposed what was mended, as a patch"), "{page}");
}

#[tokio::test]
async fn what_is_held_back_is_refused_and_so_is_a_message_that_tells() {
    let sample = Sample::open().await;
    let hunter = sample.user(Role::Hunter).await;
    let id = mended(&sample, &hunter, &[code("hits[hits.tenant == 'WARD']")]).await;
    let answer = hunter.get(&path(&id)).await.json();
    let (taken, held) = (keys(&answer, "taken"), keys(&answer, "held-back"));
    for (order, code) in [
        (json!({"cells": held, "as": "patch"}), "cell-held-back"),
        (json!({"cells": ["0011223344556677"], "as": "patch"}), "change-not-offered"),
        (json!({"cells": [], "as": "patch"}), "nothing-to-propose"),
        (json!({"cells": taken, "as": "patch", "message": "As seen at Clinic"}), "message-held-back"),
        (json!({"cells": taken, "as": "patch", "branch": "for-0145483"}), "message-held-back"),
    ] {
        let refused = hunter.post(&path(&id), &order).await;
        assert_eq!(
            (refused.status.as_u16(), &refused.json()["type"]),
            (422, &json!(format!("/problems/{code}"))),
            "{order}"
        );
        assert!(
            !refused.text().contains("0145483") && !refused.text().contains("Clinic"),
            "{}",
            refused.text()
        );
    }
    let refused = hunter.post(&path(&id), &json!({"cells": taken, "as": "branch"})).await;
    assert_eq!(
        (refused.status.as_u16(), &refused.json()["type"]),
        (409, &json!("/problems/push-not-allowed"))
    );
    assert_eq!(hunter.post(&path(&id), &json!({"cells": taken, "as": "mail"})).await.status, 400);
}

#[tokio::test]
async fn what_changed_on_both_sides_is_held_back_and_the_rest_is_made_on_the_newest_revision() {
    let sample = Sample::open().await;
    let hunter = sample.user(Role::Hunter).await;
    // Of the oldest revision: its query was narrowed since.
    let id = worked_with(&sample, &hunter).await;
    let answer = hunter.get(&path(&id)).await.json();
    let reason = answer["cells"][0]["reason"].as_str().unwrap();
    assert!(reason.contains("changed this cell too"), "{answer}");
    assert_eq!(answer["refused"]["code"], "nothing-to-propose", "{answer}");
}

#[tokio::test]
async fn who_may_not_hunt_proposes_nothing_and_what_is_not_there_is_not_found() {
    let sample = Sample::open().await;
    let (hunter, viewer) = (sample.user(Role::Hunter).await, sample.user(Role::Viewer).await);
    let id = mended(&sample, &hunter, &[]).await;
    assert_eq!(viewer.get(&path(&id)).await.status, 403);
    assert_eq!(viewer.post(&path(&id), &json!({"cells": [], "as": "patch"})).await.status, 403);
    assert_eq!(hunter.get(&path("none")).await.status, 404);
    assert_eq!(hunter.post(&path("none"), &json!({"cells": [], "as": "patch"})).await.status, 404);
    assert_eq!(hunter.get(&format!("{}?version=none", path(&id))).await.status, 404);
    let made = hunter.post("/api/v1/procedures/stacking/instances", &json!({"tenants": []})).await.json();
    let untouched = made["instances"][0]["id"].as_str().unwrap();
    let answer = hunter.get(&path(untouched)).await;
    assert_eq!(answer.status, 409);
    assert!(answer.text().contains("No notebook came back"), "{}", answer.text());
}
