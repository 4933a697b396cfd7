use super::*;
use crate::auth::Role;
use crate::sample::Sample;
use axum::http::{Request, header};

#[test]
fn a_difference_that_is_too_long_says_how_much_is_left_out() {
    let line = texts::Line { sign: '+', old: None, new: Some(1), pieces: vec![(false, "x".into())] };
    let hunk = |lines: usize| texts::Hunk { header: "@@".into(), lines: vec![line.clone(); lines] };
    let (shown, left_out) = hunks(vec![hunk(LINES - 1), hunk(3), hunk(2)]);
    assert_eq!(shown.iter().map(|hunk| hunk.lines.len()).sum::<usize>(), LINES);
    assert_eq!((shown.len(), left_out), (2, 4));
}

#[tokio::test]
async fn two_revisions_are_compared_cell_by_cell_and_the_view_is_in_the_address() {
    let sample = Sample::open().await;
    let viewer = sample.user(Role::Viewer).await;
    let path = format!("/procedures/lsass/diff/{}..{}", sample.commits[0], sample.commits[2]);
    let page = viewer.get(&path).await.text();
    assert!(page.contains("class=\"diff split\"") && page.contains("cell-compared altered"), "{page}");
    let inline = viewer.get(&format!("{path}?view=inline")).await.text();
    assert!(!inline.contains("diff split") && inline.contains("class=\"diff\""), "{inline}");
    let text = viewer.get(&format!("{path}?view=text")).await.text();
    assert!(text.contains("@@ -") && !text.contains("cell-compared"), "{text}");
    let read = viewer.get(&format!("{path}?prose=read&all=1")).await.text();
    assert!(read.contains("?view=inline&amp;prose=read&amp;all=1"), "{read}");
}

#[tokio::test]
async fn a_file_of_the_visitors_is_compared_with_the_newest_revision_and_not_kept() {
    let sample = Sample::open().await;
    let viewer = sample.user(Role::Viewer).await;
    let text = viewer.get("/api/v1/procedures/lsass/source").await.text();
    let mine = text.replace("FROM process", "FROM netflow");
    let form = |file: &str| {
        format!(
            "--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"<b>mine.md\"\r\n\r\n{file}\r\n--x--\r\n"
        )
    };
    let send = async |body: String| {
        let request = Request::post("/procedures/lsass/diff")
            .header(header::CONTENT_TYPE, "multipart/form-data; boundary=x")
            .header("sec-fetch-site", "same-origin");
        viewer.send_with(request, body).await
    };
    let page = send(form(&mine)).await.text();
    assert!(page.contains("&lt;b&gt;mine.md") && page.contains("netflow"), "{page}");
    assert!(send(form(&text)).await.text().contains("The same text"));
    assert_eq!(send(form("")).await.status, 400);
    assert_eq!(send(form("no notebook")).await.status, 422);
}
