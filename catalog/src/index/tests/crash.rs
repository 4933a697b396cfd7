//! All or nothing, whatever happens.

use super::*;
use std::path::Path;
use std::process::Command;

/// Names the folder that the process to be killed writes to.
const FOLDER: &str = "HUNTSHELF_INDEX_CRASH";

#[test]
fn a_batch_that_is_dropped_leaves_no_trace() {
    let shelf = Shelf::with([put("a.md")]);
    let batch = shelf.batch();
    batch.put(&put("b.md").entry, &Text::default()).unwrap();
    batch.remove(REPO, "a.md").unwrap();
    drop(batch);
    assert_eq!(paths(&shelf.find("")), ["a.md"]);
    shelf.put([put("c.md")]);
    assert_eq!(paths(&shelf.find("")), ["a.md", "c.md"]);
    assert_eq!(shelf.reopen().find("").total, 2);
}

#[test]
fn marks_move_with_what_they_stand_for() {
    let shelf = Shelf::new();
    assert!(shelf.index.marks().repos.is_empty());
    let batch = shelf.batch();
    batch.put(&put("a.md").entry, &Text::default()).unwrap();
    batch.commit(json!({"commit": "c1", "counts": {"good": 1}})).unwrap();
    let batch = shelf.batch();
    batch.put(&put("b.md").entry, &Text::default()).unwrap();
    drop(batch);
    let shelf = shelf.reopen();
    assert_eq!(shelf.index.marks().repos[REPO]["commit"], "c1");
    assert_eq!(shelf.find("").total, 1);
}

#[test]
fn nothing_is_visible_before_the_commit_and_all_right_after() {
    let shelf = Shelf::new();
    let batch = shelf.batch();
    for at in 0..50 {
        batch.put(&put(&format!("{at}.md")).entry, &Text::default()).unwrap();
    }
    assert_eq!(shelf.find("").total, 0);
    batch.commit(json!({})).unwrap();
    assert_eq!(shelf.find("").total, 50);
}

#[test]
fn a_batch_can_be_filled_from_several_threads() {
    let shelf = Shelf::new();
    let batch = shelf.index.writer(REPO, Release::current(), Load::Many).unwrap();
    std::thread::scope(|scope| {
        for thread in 0..4 {
            let batch = &batch;
            scope.spawn(move || {
                for at in 0..25 {
                    let one = put(&format!("{thread}/{at}.md")).prose("threaded");
                    batch.put(&one.entry, &one.text).unwrap();
                }
            });
        }
    });
    batch.commit(json!({})).unwrap();
    assert_eq!(shelf.find("threaded").total, 100);
}

/// What the child of the next test does: it dies with a batch half written.
fn write_and_die(folder: &Path) -> ! {
    let index = Index::open(folder, "test").unwrap();
    let batch = index.writer(REPO, Release::current(), Load::Few).unwrap();
    batch.remove(REPO, "a.md").unwrap();
    for at in 0..200 {
        batch.put(&put(&format!("{at}.md")).entry, &Text::default()).unwrap();
    }
    std::process::abort();
}

#[test]
fn a_process_that_is_killed_leaves_the_last_commit() {
    // This program again, and of it this test alone, is the process that is killed.
    if let Some(folder) = std::env::var_os(FOLDER) {
        write_and_die(Path::new(&folder));
    }
    let shelf = Shelf::with([put("a.md")]);
    let Shelf { folder, index } = shelf;
    drop(index);
    let status = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "index::tests::crash::a_process_that_is_killed_leaves_the_last_commit"])
        .env(FOLDER, folder.path())
        .output()
        .unwrap()
        .status;
    assert!(!status.success(), "the child was to die");
    let shelf = Shelf { index: Index::open(folder.path(), "test").unwrap(), folder };
    assert_eq!(paths(&shelf.find("")), ["a.md"]);
    shelf.put([put("b.md")]);
    assert_eq!(shelf.find("").total, 2);
}

#[test]
fn an_index_that_cannot_be_read_is_moved_aside_and_begun_anew() {
    let shelf = Shelf::with([put("a.md")]);
    let path = shelf.index.folder().to_owned();
    let Shelf { folder, index } = shelf;
    drop(index);
    for (file, content) in [("meta.json", &b"{"[..]), ("meta.json", b"\xff")] {
        std::fs::write(path.join(file), content).unwrap();
        let index = Index::open(folder.path(), "test").unwrap();
        assert_eq!(index.search(&Search::default(), &Lexicon::of(Release::current())).unwrap().total, 0);
        assert!(index.marks().repos.is_empty());
    }
    let store = |path: &std::path::Path| path.extension().is_some_and(|end| end == "store");
    let shelf = Shelf { index: Index::open(folder.path(), "test").unwrap(), folder };
    shelf.put([put("a.md")]);
    let Shelf { folder, index } = shelf;
    drop(index);
    for file in std::fs::read_dir(&path).unwrap().map(|file| file.unwrap().path()).filter(|path| store(path))
    {
        std::fs::remove_file(file).unwrap();
    }
    let index = Index::open(folder.path(), "test").unwrap();
    assert_eq!(index.search(&Search::default(), &Lexicon::of(Release::current())).unwrap().total, 0);
    index.remove_others().unwrap();
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn another_fingerprint_builds_beside_and_the_old_stays_until_told() {
    let shelf = Shelf::with([put("a.md")]);
    let other = Index::open(shelf.folder.path(), "other").unwrap();
    assert_eq!(other.search(&Search::default(), &Lexicon::of(Release::current())).unwrap().total, 0);
    assert_eq!(shelf.find("").total, 1);
    drop(shelf.index);
    other.remove_others().unwrap();
    assert_eq!(std::fs::read_dir(shelf.folder.path()).unwrap().count(), 1);
}
