//! Commits with what is no plain file, with files of gigabytes, with very many files.

use crate::scene::Scene;
use catalog::mirror::{Content, Mirror};
use std::ffi::OsString;
use std::fmt::Write as _;
use std::fs::File;
use std::os::unix::ffi::OsStringExt as _;

pub(crate) fn links_submodules_and_odd_names_are_in_nobodys_way() {
    let scene = Scene::synced(|repository| repository);
    let origin = &scene.origin;
    std::os::unix::fs::symlink("/etc/passwd", origin.path().join("link.md")).unwrap();
    let name = OsString::from_vec(b"caf\xe9.md".to_vec());
    std::fs::write(origin.path().join(name), "not UTF-8").unwrap();
    // Equal to each other on some file systems.
    for (name, id) in
        [("Case.md", "upper"), ("case.md", "lower"), ("\u{e9}.md", "composed"), ("e\u{301}.md", "decomposed")]
    {
        origin.write(name, crate::library_fixture::procedure(id, "T1003", id));
    }
    origin.commit("odd names");
    origin.git([
        "update-index",
        "--add",
        "--cacheinfo",
        "160000,1234567890123456789012345678901234567890,module.md",
    ]);
    origin.git(["commit", "--quiet", "--message", "a submodule"]);
    scene.follows();
    let mut ids = scene.ids();
    ids.sort_unstable();
    assert_eq!(ids, ["a", "b", "composed", "decomposed", "lower", "upper"]);
    for id in ["composed", "decomposed", "lower", "upper"] {
        assert!(scene.text(id, None).contains(&format!("Hunt {id}")));
    }
    let told = || {
        let (problems, _) = scene.library.problems(&catalog::index::Asked::default(), 100, None).unwrap();
        let left_out = problems.into_iter().filter(|problem| problem.id.is_none());
        left_out.map(|problem| (problem.diagnostic.code, problem.path)).collect::<Vec<_>>()
    };
    let expected = [
        ("names-alike", "Case.md"),
        ("left-out-name-not-utf8", "caf\u{fffd}.md"),
        ("names-alike", "case.md"),
        ("names-alike", "e\u{301}.md"),
        ("left-out-symlink", "link.md"),
        ("left-out-submodule", "module.md"),
        ("names-alike", "\u{e9}.md"),
    ];
    assert_eq!(told(), expected.map(|(code, path)| (code.to_owned(), path.to_owned())));
    // What is told follows what goes, at the price of what changed.
    origin.git(["rm", "--quiet", "Case.md", "e\u{301}.md", "link.md", "module.md"]);
    origin.git(["commit", "--quiet", "--message", "tidied up"]);
    let report = scene.follows();
    assert!(report.trees_read <= 10, "{report:?}");
    assert_eq!(told(), [("left-out-name-not-utf8".to_owned(), "caf\u{fffd}.md".to_owned())]);
}

pub(crate) fn a_file_of_gigabytes_is_told_and_never_read() {
    const SIZE: u64 = 2_300_000_000;
    let scene = Scene::synced(|repository| repository);
    // Sparse here, and a few megabytes in the pack.
    File::create(scene.origin.path().join("huge.md")).unwrap().set_len(SIZE).unwrap();
    scene.hunt("c", "Beside it.");
    scene.origin.git(["add", "c.md"]);
    scene.origin.git(["-c", "core.compression=1", "-c", "core.bigFileThreshold=1m", "add", "huge.md"]);
    scene.origin.git(["commit", "--quiet", "--message", "huge"]);
    scene.follows();
    assert_eq!(scene.ids(), ["a", "b", "c", "path:huge.md"]);
    let mirror = Mirror::open(&scene.mirror()).unwrap().unwrap();
    let blob = scene.origin.blob("HEAD:huge.md");
    assert_eq!(mirror.blob(blob, 1 << 20).unwrap(), Content::TooLarge(SIZE));
}

/// One commit of files onto the branch, without a working tree, which would cost more than all else.
fn import(scene: &Scene, files: impl Iterator<Item = (String, String)>) {
    let parent = scene.origin.tip();
    let mut stream = String::from("feature done\ncommit refs/heads/main\n");
    let _ = write!(
        stream,
        "committer Grace Lead <grace@example.org> 1700000000 +0000\ndata 4\nmany\nfrom {parent}\n"
    );
    for (path, text) in files {
        let _ = write!(stream, "M 100644 inline {path}\ndata {}\n{text}\n", text.len());
    }
    stream.push_str("done\n");
    scene.origin.git_reading(stream, ["fast-import", "--quiet"]);
}

pub(crate) fn a_push_costs_what_it_changed_among_a_thousand_and_a_hundred_thousand_files() {
    let mut costs = Vec::new();
    for files in [1_000, 100_000] {
        let scene = Scene::synced(|repository| repository);
        // In folders of a hundred.
        let tiny =
            |file: usize| (format!("many/{}/{}/{file}.md", file / 10_000, file / 100), file.to_string());
        import(&scene, (0..files).map(tiny));
        let started = std::time::Instant::now();
        let report = scene.follows();
        println!(
            "  {files} files in one commit: {:.1} s, {} trees",
            started.elapsed().as_secs_f32(),
            report.trees_read
        );
        assert_eq!((report.commits, scene.ids().len()), (1, 2));
        let deep = |body| {
            let text = crate::library_fixture::procedure("deep", "T1003", body);
            import(&scene, std::iter::once(("many/0/3/new.md".to_owned(), text)));
        };
        deep("Deep down.");
        let added = scene.follows();
        deep("Deeper.");
        let changed = scene.follows();
        println!(
            "  then one added: {} trees, {} blobs; one changed: {} trees, {} blobs",
            added.trees_read, added.blobs_read, changed.trees_read, changed.blobs_read
        );
        costs.push([(added.trees_read, added.blobs_read), (changed.trees_read, changed.blobs_read)]);
    }
    assert_eq!(costs[0], costs[1], "whatever the size of the catalog");
    let [added, changed] = costs[0];
    assert_eq!((added.1, changed.1), (1, 2), "what came; before and after");
    // Four folders on the way, before and after, and a few looks at the tip.
    assert!(added.0 <= 20 && changed.0 <= 20, "{costs:?}");
}
