use crate::auth::Role;
use crate::routes::api::instances::upgrade::tests::worked_with;
use crate::sample::Sample;
use axum::http::{Request, header};
use serde_json::json;

#[tokio::test]
async fn a_hunter_sees_what_becomes_of_their_words_and_makes_the_copy() {
    let sample = Sample::open().await;
    let hunter = sample.user(Role::Hunter).await;
    let id = worked_with(&sample, &hunter).await;
    let path = format!("/instances/{id}/upgrade");
    let page = hunter.get(&path).await;
    assert_eq!(page.status, 200);
    let page = page.text();
    for said in [
        "What the procedure changed",
        "title=\"query-changed\"",
        "brought back",
        "You added it: it stands behind the same cell.",
        "You and the procedure both changed this code",
        "Apply it: have it run in the new copy",
        "Make the new copy",
    ] {
        assert!(page.contains(said), "{said}: {page}");
    }
    let (_, rest) = page.split_once("name=\"apply\" value=\"").unwrap();
    let key = rest.split('"').next().unwrap();
    let looked = hunter.form(&path, &[("apply", key), ("do", "look")]).await;
    assert_eq!(looked.status, 200);
    assert!(looked.text().contains("Your code takes the place"), "{}", looked.text());
    let listed = async || hunter.get("/api/v1/instances").await.json()["instances"].as_array().unwrap().len();
    assert_eq!(listed().await, 1);
    let made = hunter.form(&path, &[("to", &sample.commits[2]), ("apply", key), ("do", "make")]).await;
    assert_eq!(made.status, 303, "{}", made.text());
    let new = hunter.get(made.header("location")).await.text();
    assert!(new.contains("Upgraded from ") && new.contains("2 cells were carried over"), "{new}");
    assert_eq!(listed().await, 2);
    assert!(hunter.get(&path).await.text().contains("a copy in its place"));
}

#[tokio::test]
async fn a_choice_that_does_not_fit_is_shown_again_with_the_reason() {
    let sample = Sample::open().await;
    let (hunter, viewer) = (sample.user(Role::Hunter).await, sample.user(Role::Viewer).await);
    let id = worked_with(&sample, &hunter).await;
    let path = format!("/instances/{id}/upgrade");
    for what in ["make", "look"] {
        let refused = hunter.form(&path, &[("apply", "0123456789abcdef"), ("do", what)]).await;
        assert_eq!(refused.status, 422, "{what}");
        let text = refused.text();
        assert!(text.contains("look at the preview again") && text.contains("Make the new copy"), "{text}");
    }
    assert_eq!(viewer.form(&path, &[("do", "make")]).await.status, 403);
    assert_eq!(hunter.get("/instances/none/upgrade").await.status, 404);
    assert_eq!(hunter.get(&format!("{path}?to={}", sample.commits[1])).await.status, 409);
}

#[tokio::test]
async fn a_notebook_is_brought_on_the_page_and_kept_as_a_version() {
    let sample = Sample::open().await;
    let hunter = sample.user(Role::Hunter).await;
    let id = worked_with(&sample, &hunter).await;
    let mut notebook = hunter.get(&format!("/api/v1/instances/{id}/notebook.ipynb")).await.json();
    let cells = notebook["cells"].as_array_mut().unwrap();
    cells.push(
        json!({"cell_type": "markdown", "id": "late", "metadata": {}, "source": ["Seen again at noon."]}),
    );
    let send = async |notebook: &str| {
        let body = format!(
            "--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.ipynb\"\r\n\r\n{notebook}\r\n--x--\r\n"
        );
        let request = Request::post(format!("/instances/{id}/upgrade/notebook"))
            .header(header::CONTENT_TYPE, "multipart/form-data; boundary=x");
        hunter.send_with(request, body).await
    };
    let brought = send(&notebook.to_string()).await;
    assert_eq!(brought.status, 303, "{}", brought.text());
    let page = hunter.get(brought.header("location")).await.text();
    assert!(page.contains("Seen again at noon.") && !page.contains("Found on two hosts."), "{page}");
    let versions = hunter.get(&format!("/api/v1/instances/{id}/returns")).await.json();
    assert_eq!(versions["versions"].as_array().unwrap().len(), 2);
    assert_eq!(send("").await.status, 400);
    assert_eq!(send("not a notebook").await.status, 400);
}
