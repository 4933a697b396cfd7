//! The same over ssh, from OpenSSH's own server.

use crate::damage::{pack, spoil};
use crate::history::forced_push;
use crate::mirror_fixture::ssh::Manners;
use crate::scene::{Scene, supervisor};
use std::time::Duration;

pub(crate) fn a_repository_over_ssh_is_cloned_and_fetched() {
    let Some(scene) = Scene::over_ssh(supervisor()) else { return };
    assert_eq!(scene.ids(), ["a", "b"]);
    scene.hunt("c", "A third.");
    scene.origin.commit("three");
    let report = scene.follows();
    assert_eq!((report.commits, scene.ids().len()), (1, 3));
    let (before, tip) = (scene.served(), scene.origin.tip());
    scene.origin.git(["update-ref", "-d", "refs/heads/main"]);
    let error = scene.fails(&before);
    assert!(error.contains("what was mirrored last stays"), "{error}");
    scene.origin.git(["update-ref", "refs/heads/main", &tip.to_string()]);
    scene.follows();
}

pub(crate) fn a_forced_push_over_ssh_is_followed_and_what_copies_name_stays() {
    if let Some(scene) = Scene::over_ssh(supervisor()) {
        forced_push(&scene);
    }
}

pub(crate) fn a_corrupt_pack_is_cloned_anew_over_ssh() {
    let Some(scene) = Scene::over_ssh(supervisor()) else { return };
    spoil(&pack(&scene.mirror()));
    scene.hunt("c", "A third.");
    scene.origin.commit("three");
    scene.follows();
    assert_eq!(scene.ids(), ["a", "b", "c"]);
    assert!(scene.text("a", None).contains("One."));
}

pub(crate) fn a_remote_that_stalls_or_cuts_over_ssh_leaves_the_last_state() {
    let mut supervisor = supervisor();
    supervisor.stretch = Duration::from_secs(1);
    let Some(scene) = Scene::over_ssh(supervisor) else { return };
    for (round, manners) in [Manners::Stalling, Manners::Cutting, Manners::Silent].into_iter().enumerate() {
        let before = scene.served();
        for file in 0..40 {
            let body: Vec<_> = (0..50).map(|line| (line * (file + 40 * round) * 7919).to_string()).collect();
            scene.hunt(&format!("more-{file}"), &body.join(" "));
        }
        scene.origin.commit("more");
        scene.ssh_behaves(manners);
        let error = scene.fails(&before);
        println!("  {manners:?}: {error}");
        scene.ssh_behaves(Manners::Honest);
        scene.follows();
        assert_eq!(scene.ids().len(), 42);
    }
}
