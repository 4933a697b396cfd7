use crate::auth::Role;
use crate::routes::api::instances::proposal::tests::{MENDED, code, mended};
use crate::sample::Sample;

#[tokio::test]
async fn a_hunter_sees_what_goes_and_what_is_held_back_and_gets_the_patch() {
    let sample = Sample::open().await;
    let hunter = sample.user(Role::Hunter).await;
    let id = mended(&sample, &hunter, &[code("print(LIMIT)"), code("hits.to_csv('Ward')")]).await;
    let path = format!("/instances/{id}/propose");
    let copy = hunter.get(&format!("/instances/{id}")).await.text();
    assert!(copy.contains(&path), "the copy's page leads there: {copy}");
    let page = hunter.get(&path).await;
    assert_eq!(page.status, 200, "{}", page.text());
    let page = page.text();
    for said in [
        "Propose what was mended",
        "Held back",
        "Get the patch",
        "git am",
        "Propose it",
        "trusted.exe",
        "hunts/lsass.md",
    ] {
        assert!(page.contains(said), "{said}: {page}");
    }
    assert!(!page.contains("Take to a branch"), "nothing may be pushed there");
    let keys: Vec<&str> =
        page.split("name=\"cells\" value=\"").skip(1).map(|rest| rest.split('"').next().unwrap()).collect();
    assert_eq!(keys.len(), 2, "{page}");
    let looked = hunter.form(&path, &[("cells", keys[0]), ("cells", keys[1]), ("do", "look")]).await;
    assert_eq!(looked.status, 200);
    assert!(looked.text().contains("+ ") || looked.text().contains("print(LIMIT)"), "{}", looked.text());
    let patch = hunter.form(&path, &[("cells", keys[0]), ("do", "patch")]).await;
    assert_eq!((patch.status.as_u16(), patch.header("content-type")), (200, "text/x-patch; charset=utf-8"));
    assert!(patch.text().contains(&format!("+{MENDED}")) && !patch.text().contains("print(LIMIT)"));
}

#[tokio::test]
async fn what_does_not_fit_is_shown_again_with_the_reason() {
    let sample = Sample::open().await;
    let (hunter, viewer) = (sample.user(Role::Hunter).await, sample.user(Role::Viewer).await);
    let id = mended(&sample, &hunter, &[]).await;
    let path = format!("/instances/{id}/propose");
    for what in ["patch", "look"] {
        let refused = hunter.form(&path, &[("cells", "0123456789abcdef"), ("do", what)]).await;
        assert_eq!(refused.status, 422, "{what}");
        assert!(refused.text().contains("look at the preview again"), "{}", refused.text());
    }
    let page = hunter.get(&path).await.text();
    let (_, rest) = page.split_once("name=\"cells\" value=\"").unwrap();
    let key = rest.split('"').next().unwrap();
    let refused = hunter.form(&path, &[("cells", key), ("message", "At Clinic <b>"), ("do", "patch")]).await;
    assert_eq!(refused.status, 422);
    let text = refused.text();
    assert!(text.contains("must not leave") && text.contains("At Clinic &lt;b&gt;"), "{text}");
    let refused = hunter.form(&path, &[("cells", key), ("do", "branch")]).await;
    assert_eq!(refused.status, 409);
    assert!(
        refused.text().contains("nothing may be pushed") || refused.text().contains("Nothing may be pushed"),
        "{}",
        refused.text()
    );
    assert_eq!(viewer.get(&path).await.status, 403);
    assert_eq!(viewer.form(&path, &[("do", "patch")]).await.status, 403);
    assert_eq!(hunter.get("/instances/none/propose").await.status, 404);
}
