//! Packs and files that are corrupt or missing, remotes that lie, and a disk that is full.

use crate::library_fixture::entries;
use crate::mirror_fixture::http::Manners;
use crate::mirror_fixture::http::sizes::Lie;
use crate::scene::{Scene, open, supervisor};
use catalog::procedure::Standing;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

/// The largest pack of a mirror.
pub(crate) fn pack(mirror: &Path) -> PathBuf {
    let files = std::fs::read_dir(mirror.join("objects/pack")).unwrap();
    let packs = files
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|end| end == "pack"));
    packs.max_by_key(|path| path.metadata().unwrap().len()).unwrap()
}

/// Spoils the middle half of a file.
pub(crate) fn spoil(path: &Path) {
    let mut bytes = std::fs::read(path).unwrap();
    let quarter = bytes.len() / 4;
    bytes[quarter..3 * quarter].fill(0x5a);
    // A file of its own: the old one may be shared, and is mapped.
    let beside = path.with_extension("spoilt");
    std::fs::write(&beside, bytes).unwrap();
    std::fs::rename(&beside, path).unwrap();
}

pub(crate) fn a_corrupt_pack_is_cloned_anew_and_the_pinned_history_with_it() {
    let scene = Scene::synced(|repository| repository);
    let pinned = scene.origin.tip();
    scene.library.pin("hunts", &pinned.to_string()).unwrap();
    let before = scene.served();
    spoil(&pack(&scene.mirror()));
    scene.hunt("c", "A third.");
    scene.origin.commit("three");
    // Beside, while the remote is gone, nothing is made, and the index is served on.
    scene.server.behave(Manners::Guarding);
    assert!(scene.sync().is_err());
    assert_eq!(scene.served(), before);
    scene.server.behave(Manners::Honest);
    scene.follows();
    assert_eq!(scene.ids(), ["a", "b", "c"]);
    assert!(scene.text("a", None).contains("One."));
    assert_eq!(scene.library.pins("hunts").unwrap(), [pinned.to_string()]);
    assert!(scene.text("a", Some(pinned)).contains("One."));
    let mut fsck = crate::mirror_fixture::git_command(scene.origin.folder.path());
    assert!(fsck.current_dir(scene.mirror()).args(["fsck", "--strict"]).status().unwrap().success());
}

pub(crate) fn a_damaged_file_is_cloned_anew_once_a_sync() {
    let scene = Scene::synced(|repository| repository);
    scene.hunt("c", "A third.");
    scene.origin.commit("three");
    // Fetched, but not read yet: it is damaged before the pass comes to it.
    let second = open(&scene.origin.folder.path().join("second"), catalog_repository(&scene), supervisor());
    second.sync("hunts", crate::library_fixture::now()).unwrap();
    let mirror = scene.origin.folder.path().join("second/mirrors/hunts.git");
    drop(second);
    spoil(&pack(&mirror));
    // An index from nothing has to read everything.
    std::fs::remove_dir_all(scene.origin.folder.path().join("second/index")).unwrap();
    let second = open(&scene.origin.folder.path().join("second"), catalog_repository(&scene), supervisor());
    second.sync("hunts", crate::library_fixture::now()).unwrap();
    let found = entries(&second);
    assert_eq!(found.iter().map(|entry| entry.id.as_str()).collect::<Vec<_>>(), ["a", "b", "c"]);
    assert!(found.iter().all(|entry| entry.standing == Standing::Good));
}

fn catalog_repository(scene: &Scene) -> catalog::repository::Repository {
    let location = catalog::repository::Location::Remote(scene.server.url("origin/.git"));
    crate::mirror_fixture::repository(location)
}

/// Where the loose object of a blob is in a repository.
fn loose(repository: &Path, blob: &str) -> PathBuf {
    repository.join("objects").join(&blob[..2]).join(&blob[2..])
}

pub(crate) fn a_file_that_the_repository_itself_misses_harms_no_other() {
    let scene = Scene::new();
    scene.hunt("a", "One.");
    scene.hunt("b", "Another.");
    scene.origin.commit("two");
    let blob = scene.origin.blob("HEAD:b.md").to_string();
    std::fs::remove_file(loose(&scene.origin.path().join(".git"), &blob)).unwrap();
    let library = open(&scene.origin.folder.path().join("local"), scene.origin.repository(), supervisor());
    let report = library.sync("hunts", crate::library_fixture::now()).unwrap();
    assert!(report.remade, "once, in case it was only the mirror's");
    let found = entries(&library);
    assert_eq!(found[0].id, "a");
    assert!(found[1..].iter().all(|entry| entry.standing != Standing::Good), "{found:?}");
    scene.hunt("c", "A third.");
    scene.origin.commit("three");
    let report = library.sync("hunts", crate::library_fixture::now()).unwrap();
    assert!(!report.remade, "it is known to be missing");
    assert!(entries(&library).iter().any(|entry| entry.id == "c"));
}

pub(crate) fn a_remote_that_misses_a_file_leaves_the_last_state() {
    let scene = Scene::synced(|repository| repository);
    let before = scene.served();
    scene.hunt("c", "A third.");
    scene.origin.commit("three");
    let blob = scene.origin.blob("HEAD:c.md").to_string();
    let place = loose(&scene.origin.path().join(".git"), &blob);
    let bytes = std::fs::read(&place).unwrap();
    std::fs::remove_file(&place).unwrap();
    scene.fails(&before);
    std::fs::write(&place, bytes).unwrap();
    scene.follows();
    assert_eq!(scene.ids(), ["a", "b", "c"]);
}

pub(crate) fn a_remote_that_stalls_cuts_spoils_or_lies_leaves_the_last_state() {
    let lies = [Lie::MoreObjects, Lie::Shorter, Lie::Terabyte].map(Manners::Missizing);
    let others = [Manners::Stalling, Manners::Cutting, Manners::Spoiling, Manners::Lying, Manners::Silent];
    for manners in lies.into_iter().chain(others) {
        let mut supervisor = supervisor();
        supervisor.stretch = Duration::from_secs(1);
        let scene = Scene::with(|repository| repository, supervisor);
        scene.hunt("a", "One.");
        scene.origin.commit("one");
        scene.sync().unwrap();
        let before = scene.served();
        for file in 0..40 {
            let body: Vec<_> = (0..50).map(|line| (line * file * 7919).to_string()).collect();
            scene.hunt(&format!("more-{file}"), &body.join(" "));
        }
        scene.origin.commit("more");
        scene.server.behave(manners.clone());
        let error = scene.fails(&before);
        println!("  {manners:?}: {error}");
        scene.server.behave(Manners::Honest);
        scene.follows();
        assert_eq!(scene.ids().len(), 41);
    }
}

/// A file system of a few MiB, gone when dropped; none where this process may not mount one.
struct Small(PathBuf);

impl Small {
    fn mount(at: PathBuf) -> Option<Self> {
        std::fs::create_dir_all(&at).unwrap();
        let mounted = Command::new("mount").args(["-t", "tmpfs", "-o", "size=6m", "tmpfs"]).arg(&at).output();
        mounted.is_ok_and(|mounted| mounted.status.success()).then_some(Self(at))
    }
}

impl Drop for Small {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("--lazy").arg(&self.0).status();
    }
}

pub(crate) fn a_full_disk_leaves_the_last_state() {
    let scene = Scene::new();
    scene.hunt("a", "One.");
    scene.origin.commit("one");
    let data = scene.origin.folder.path().join("small");
    let Some(_small) = Small::mount(data.clone()) else {
        println!("skipped: this user may not mount a small file system (root may)");
        return;
    };
    println!("  on a tmpfs of 6 MiB");
    let library = open(&data, catalog_repository(&scene), supervisor());
    let sync = || library.sync("hunts", crate::library_fixture::now());
    let ids = || entries(&library).into_iter().map(|entry| entry.id).collect::<Vec<_>>();
    sync().unwrap();
    // With less and less room, from where the pack does not fit to where the index does not.
    let mut failed = 0;
    for (round, left) in [0_u64, 4 << 10, 24 << 10, 64 << 10].into_iter().enumerate() {
        scene.hunt(&format!("more-{round}"), &"word ".repeat(3000));
        scene.origin.commit("more");
        let before = ids();
        let filler = data.join("filler");
        let mut bytes = 6_u64 << 20;
        // As much as there is room for, less what is left.
        while std::fs::write(&filler, vec![1; usize::try_from(bytes).unwrap()]).is_err() {
            bytes -= 4 << 10;
        }
        std::fs::write(&filler, vec![1; usize::try_from(bytes.saturating_sub(left)).unwrap()]).unwrap();
        match sync() {
            Err(error) => {
                failed += 1;
                println!("  with {left} bytes left: {error}");
                assert_eq!(ids(), before);
            }
            Ok(_) => println!("  with {left} bytes left it still fits"),
        }
        std::fs::remove_file(&filler).unwrap();
        let report = sync().unwrap();
        assert_eq!(report.to, Some(scene.origin.tip().to_string()));
        assert_eq!(ids().len(), round + 2);
    }
    assert!(failed > 0, "the disk was never full");
}
