//! Branches that are rewritten, deleted, renamed, emptied; pins and proposals.

use crate::library_fixture::address;
use crate::scene::{Scene, supervisor};
use catalog::mirror::Mirror;
use catalog::repository::Repository;

/// Rewrites the branch: the newest commit is another one, and the old one is gone from the remote.
fn rewrite(scene: &Scene, body: &str) {
    scene.origin.git(["reset", "--quiet", "--hard", "HEAD~"]);
    scene.hunt("a", body);
    scene.origin.commit("rewritten");
    scene.origin.git(["reflog", "expire", "--expire=now", "--all"]);
    scene.origin.git(["gc", "--quiet", "--prune=now"]);
}

pub(crate) fn a_forced_push_is_followed_and_what_copies_name_stays() {
    forced_push(&Scene::synced(|repository| repository));
}

pub(crate) fn forced_push(scene: &Scene) {
    scene.hunt("a", "What a copy was made of.");
    let old = scene.origin.commit("old");
    scene.follows();
    scene.library.pin("hunts", &old.to_string()).unwrap();
    rewrite(scene, "What came in its place.");
    scene.follows();
    assert!(scene.text("a", None).contains("What came in its place."));
    assert!(scene.text("a", Some(old)).contains("What a copy was made of."));
    // Made anew, from a remote that does not have it any more.
    Mirror::open(&scene.mirror()).unwrap().unwrap().distrust().unwrap();
    scene.follows();
    let files = std::fs::read_dir(scene.mirror().join("objects/pack")).unwrap().count();
    assert_eq!(files, 4, "the branch in one pack and what is pinned in another, with their indexes");
    assert!(scene.text("a", Some(old)).contains("What a copy was made of."));
    let short = scene.library.read(&address("a"), Some(&old.short(10))).unwrap().unwrap();
    assert_eq!((short.commit, short.past), (old.to_string(), true));
}

pub(crate) fn a_pinned_commit_is_served_until_it_is_purged() {
    let scene = Scene::synced(|repository| repository);
    scene.hunt("a", "Something that should never have been written.");
    let old = scene.origin.commit("old");
    scene.follows();
    scene.library.pin("hunts", &old.short(12)).unwrap();
    scene.library.pin("hunts", &old.to_string()).unwrap();
    assert_eq!(scene.library.pins("hunts").unwrap(), [old.to_string()]);
    assert!(scene.library.kept("hunts").unwrap()[0].on_branch);
    rewrite(&scene, "Better.");
    scene.follows();
    let kept = scene.library.kept("hunts").unwrap();
    let subject = kept[0].told.as_ref().map(|told| told.subject.as_str());
    assert_eq!((kept.len(), kept[0].on_branch, subject), (1, false, Some("old")));
    assert!(scene.library.purge("hunts", &old.to_string()).unwrap());
    let refused = scene.library.read(&address("a"), Some(&old.to_string())).unwrap_err().to_string();
    assert!(refused.contains("is not a commit that the branch of hunts or a pin reaches"), "{refused}");
    assert!(scene.library.pin("hunts", &old.to_string()).is_err());
    assert!(!scene.library.purge("hunts", &old.to_string()).unwrap(), "it is kept no more");
    assert!(scene.library.purge("hunts", &old.short(12)).is_err(), "a purge names it in full");
    // And the next sync leaves nothing of it.
    scene.follows();
    let mirror = Mirror::open(&scene.mirror()).unwrap().unwrap();
    assert!(mirror.commit(old).is_err());
    let tip = scene.origin.tip().to_string();
    assert!(!scene.library.purge("hunts", &tip).unwrap(), "it was never kept");
}

pub(crate) fn a_deleted_branch_leaves_the_last_state() {
    let scene = Scene::synced(|repository| Repository { branch: Some("main".to_owned()), ..repository });
    let before = scene.served();
    scene.origin.git(["branch", "--quiet", "-m", "main", "trunk"]);
    let error = scene.fails(&before);
    assert!(error.contains("has no branch `main` (it has: trunk); what was mirrored last stays"), "{error}");
    scene.origin.git(["branch", "--quiet", "-m", "trunk", "main"]);
    scene.follows();
}

pub(crate) fn a_renamed_branch_is_followed_where_none_is_named() {
    let scene = Scene::synced(|repository| repository);
    scene.origin.git(["branch", "--quiet", "-m", "main", "trunk"]);
    scene.hunt("c", "A third.");
    scene.origin.commit("on the new name");
    scene.follows();
    assert_eq!(scene.ids(), ["a", "b", "c"]);
}

pub(crate) fn a_repository_may_be_empty_and_is_served_on_when_it_becomes_so() {
    let scene = Scene::new();
    let report = scene.sync().unwrap();
    assert_eq!((report.to, scene.ids()), (None, Vec::new()));
    scene.hunt("a", "One.");
    scene.origin.commit("the first");
    scene.follows();
    let before = scene.served();
    scene.origin.git(["update-ref", "-d", "refs/heads/main"]);
    let error = scene.fails(&before);
    assert!(error.contains("what was mirrored last stays"), "{error}");
}

pub(crate) fn proposals_are_fetched_beside_the_branch_and_go_with_their_references() {
    let patterns = || vec!["refs/pull/*/head".parse().unwrap(), "refs/heads/feature/*".parse().unwrap()];
    let scene = Scene::synced(|repository| Repository { proposals: patterns(), ..repository });
    let base = scene.origin.tip();
    scene.origin.git(["checkout", "--quiet", "-b", "feature/more"]);
    scene.hunt("proposed", "Not on main.");
    let proposed = scene.origin.commit("a proposal");
    scene.origin.git(["update-ref", "refs/pull/7/head", &proposed.to_string()]);
    scene.origin.git(["update-ref", "refs/pull/12/head", &proposed.to_string()]);
    scene.origin.git(["checkout", "--quiet", "main"]);
    scene.sync().unwrap();
    assert_eq!(scene.ids(), ["a", "b"], "nothing of it is in the catalog");
    let told = |merged: bool| {
        let proposals = scene.library.proposals("hunts").unwrap();
        assert!(proposals.iter().all(|one| one.tip == proposed && one.merged == merged), "{proposals:?}");
        proposals.into_iter().map(|one| (one.reference, one.number)).collect::<Vec<_>>()
    };
    let (twelve, seven) =
        (("refs/pull/12/head".to_owned(), Some(12)), ("refs/pull/7/head".to_owned(), Some(7)));
    assert_eq!(told(false), [twelve.clone(), seven, ("refs/heads/feature/more".to_owned(), None)]);
    let mirror = Mirror::open(&scene.mirror()).unwrap().unwrap();
    assert_eq!(mirror.resolve(&proposed.to_string()).unwrap(), None, "it is no commit of the branch");
    assert_eq!(mirror.proposal_commit("refs/pull/7/head").unwrap(), Some(proposed));
    assert_eq!(mirror.proposal_commit("refs/pull/8/head").unwrap(), None);
    assert!(mirror.is_ancestor(base, proposed).unwrap());
    // What it would do is told beside the catalog.
    let inside = scene.library.proposal("hunts", "7", 50).unwrap().unwrap();
    assert_eq!((inside.base, inside.commits.len()), (Some(base.to_string()), 1));
    let files: Vec<_> = inside.files.iter().map(|file| (file.id.as_deref(), file.added)).collect();
    assert_eq!(files, [(Some("proposed"), true)]);
    let path = &inside.files[0].path;
    assert!(scene.library.proposed_notebook("hunts", "7", path).unwrap().is_some());
    assert!(scene.library.proposed_notebook("hunts", "8", path).unwrap().is_none());
    // Merged, one withdrawn, the branch deleted.
    scene.origin.git(["merge", "--quiet", "--ff-only", "feature/more"]);
    scene.origin.git(["branch", "--quiet", "-D", "feature/more"]);
    scene.origin.git(["update-ref", "-d", "refs/pull/7/head"]);
    scene.follows();
    assert_eq!(scene.ids(), ["a", "b", "proposed"]);
    assert_eq!(told(true), [twelve]);
    assert_eq!(scene.library.proposed("hunts").unwrap(), []);
    assert!(scene.library.proposal("hunts", "12", 50).unwrap().is_none(), "it is merged");
    // A folder has them as well.
    let folder = scene.origin.folder.path().join("local");
    let local = Repository { proposals: patterns(), ..scene.origin.repository() };
    let local = crate::scene::open(&folder, local, supervisor());
    local.sync("hunts", crate::library_fixture::now()).unwrap();
    assert_eq!(local.proposals("hunts").unwrap().len(), 1);
}

pub(crate) fn a_proposal_that_is_too_large_keeps_nobody_from_the_branch() {
    let mut supervisor = supervisor();
    supervisor.limits.bytes = 400_000;
    let patterns = || vec!["refs/pull/*/head".parse().unwrap()];
    let scene = Scene::with(|repository| Repository { proposals: patterns(), ..repository }, supervisor);
    scene.hunt("a", "One.");
    scene.origin.commit("one");
    scene.sync().unwrap();
    scene.origin.git(["checkout", "--quiet", "-b", "huge"]);
    let mut number = 1_u64;
    let noise: Vec<u8> = std::iter::repeat_with(|| {
        number = number.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (number >> 56).to_le_bytes()[0]
    })
    .take(2_000_000)
    .collect();
    scene.origin.write("noise.bin", noise);
    let huge = scene.origin.commit("huge");
    scene.origin.git(["update-ref", "refs/pull/1/head", &huge.to_string()]);
    scene.origin.git(["checkout", "--quiet", "main"]);
    scene.hunt("b", "Another.");
    scene.origin.commit("another");
    scene.follows();
    assert_eq!(scene.ids(), ["a", "b"]);
    assert_eq!(scene.library.proposals("hunts").unwrap(), []);
}

pub(crate) fn tags_are_known_as_far_as_the_branch_reaches_them() {
    let scene = Scene::synced(|repository| repository);
    scene.origin.git(["tag", "v1"]);
    scene.origin.git(["tag", "-a", "-m", "with a message", "release/v2"]);
    let here = scene.origin.tip();
    scene.hunt("a", "Left aside.");
    scene.origin.commit("aside");
    scene.origin.git(["tag", "aside"]);
    scene.origin.git(["reset", "--quiet", "--hard", &here.to_string()]);
    scene.sync().unwrap();
    let mirror = Mirror::open(&scene.mirror()).unwrap().unwrap();
    let mut tags = mirror.tags().unwrap();
    tags.sort();
    assert_eq!(tags, ["release/v2", "v1"]);
    assert_eq!(mirror.tag("release/v2").unwrap(), Some(here));
    assert_eq!(mirror.tag("aside").unwrap(), None);
    scene.origin.git(["tag", "-d", "v1"]);
    scene.sync().unwrap();
    assert_eq!(mirror.tags().unwrap(), ["release/v2"]);
}
