use crate::auth::Role;
use crate::sample::Sample;

#[tokio::test]
async fn an_old_revision_says_so_what_is_newer_and_the_way_back() {
    let sample = Sample::open().await;
    let viewer = sample.user(Role::Viewer).await;
    for (at, said) in
        [(0, "2 revisions are newer: one changes a query"), (1, "One revision is newer: it changes a query")]
    {
        let commit = &sample.commits[at];
        let page = viewer.get(&format!("/procedures/lsass/at/{commit}")).await.text();
        assert!(page.contains("An old revision") && page.contains(said), "{said}: {page}");
        assert!(page.contains("href=\"/procedures/lsass\">Back to current"), "{page}");
        let since = format!("/procedures/lsass/diff/{commit}..{}", sample.commits[2]);
        assert!(page.contains(&since), "{since}: {page}");
    }
    // A commit that left the file alone shows it as the one before did.
    let page = viewer.get(&format!("/procedures/lsass/at/{}", sample.commits[3])).await.text();
    assert!(!page.contains("An old revision"), "it is the newest");
    let page = viewer.get(&format!("/procedures/brittle/at/{}", sample.commits[2])).await.text();
    assert!(page.contains("An old revision") && page.contains("One revision is newer"), "{page}");
}

#[tokio::test]
async fn a_procedure_says_when_it_was_last_hunted_and_what_came_of_it() {
    let sample = Sample::open().await;
    let (tenant, hunter) = (sample.tenant().await, sample.user(Role::Hunter).await);
    let page = async || hunter.get("/procedures/lsass").await.text();
    assert!(page().await.contains("Not yet hunted"));
    let order = serde_json::json!({"tenants": [tenant], "window": {"last": "7d"}});
    let made = hunter.post("/api/v1/procedures/lsass/instances", &order).await.json();
    let id = made["instances"][0]["id"].as_str().unwrap();
    let close = async |disposition| {
        let body = serde_json::json!({"disposition": disposition});
        assert_eq!(hunter.patch(&format!("/api/v1/instances/{id}"), &body).await.status, 200);
    };
    // What could not be hunted was not hunted.
    close("not-huntable").await;
    assert!(page().await.contains("Not yet hunted"));
    close("null-findings").await;
    sample.test.clock.advance(chrono::Duration::hours(5));
    let text = page().await;
    let line = &text[text.find("class=\"last-hunted\"").unwrap()..];
    let line = &line[..line.find("</p>").unwrap()];
    for said in [
        "5 hours ago",
        "by hunter of the test",
        &format!("<a href=\"/tenants/{tenant}\">Ward</a> (Clinic)"),
        &sample.commits[2][..7],
        "2026-11-17 12:00",
        &format!("<a href=\"/instances/{id}\">null findings</a>"),
        "href=\"/procedures/lsass/instances",
    ] {
        assert!(line.replace("<!>", "").contains(said), "{said}: {line}");
    }
    // The customer's view says nothing of other customers' hunts.
    assert!(!hunter.get("/procedures/lsass/report").await.text().contains("last-hunted"));
}
