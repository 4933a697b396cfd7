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
