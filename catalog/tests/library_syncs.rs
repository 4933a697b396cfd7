//! Syncs of a library: what is remembered of them, and repositories that come and go meanwhile.

#![allow(clippy::unwrap_used, reason = "clippy knows of tests only, not of what they share")]

mod library_fixture;

use catalog::attack::Releases;
use catalog::library::{Cause, Ending, Fetch, Library, LibraryError, Settings, Stage, SyncEntry};
use catalog::mirror::{Progress, update};
use catalog::repository::{Location, Repository};
use library_fixture::{Shelf, address, entries, everything, now, procedure, state};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::time::Duration;

fn newest(library: &Library) -> SyncEntry {
    library.syncs("hunts", None, 1).unwrap().syncs.remove(0)
}

#[test]
fn every_sync_is_remembered_with_what_it_did_and_why() {
    let shelf = Shelf::new();
    shelf.write("a.md", procedure("a", "T1003", "One."));
    let first = shelf.commit("Add one");
    let library = shelf.open();
    library.sync_because("hunts", now(), Cause::Start).unwrap();
    library.sync_because("hunts", now(), Cause::Interval).unwrap();
    shelf.write("b.md", procedure("b", "T0000", "Another."));
    let second = shelf.commit("Add another");
    library.sync_because("hunts", now(), Cause::Webhook).unwrap();
    let done = newest(&library);
    assert_eq!((done.cause, &done.ending), (Cause::Webhook, &Ending::Done));
    assert_eq!((done.from.as_ref(), done.to.as_ref()), (Some(&first), Some(&second)));
    assert_eq!((done.commits, done.files), (1, 1));
    let problems: usize = entries(&library)[1..].iter().map(|entry| entry.problems.len()).sum();
    assert!(problems > 0 && done.problems == problems, "{done:?}");

    std::fs::rename(shelf.work(), shelf.folder.path().join("away")).unwrap();
    assert!(library.sync("hunts", now()).is_err());
    let failed = newest(&library);
    assert!(matches!(&failed.ending, Ending::Failed(reason) if reason.contains("hunts")), "{failed:?}");
    assert_eq!((failed.cause, failed.from, failed.to), (Cause::Demand, Some(second), None));

    // It is there when the library is opened again.
    let before = library.syncs("hunts", None, 10).unwrap();
    drop(library);
    let again = shelf.open();
    assert_eq!(again.syncs("hunts", None, 10).unwrap(), before);
    let endings: Vec<_> = before.syncs.into_iter().map(|sync| (sync.number, sync.ending)).rev().collect();
    assert_eq!(endings[0], (1, Ending::Done));
    assert_eq!(endings[1], (2, Ending::NothingNew));
}

/// A remote that is a folder, and tells three of twelve objects until it is let go.
struct Held {
    folder: PathBuf,
    came: Sender<()>,
    go: Mutex<Receiver<()>>,
}

impl Fetch for Held {
    fn fetch(
        &self,
        repository: &Repository,
        mirror: &Path,
        progress: &mut dyn FnMut(Progress) -> bool,
    ) -> Result<(), String> {
        let some =
            Progress { received_objects: 3, total_objects: 12, received_bytes: 45, ..Progress::default() };
        let mut wanted = progress(some.clone());
        self.came.send(()).unwrap();
        let go = self.go.lock().unwrap();
        while wanted && go.recv_timeout(Duration::from_millis(5)).is_err() {
            wanted = progress(some.clone());
        }
        if !wanted {
            return Err("stopped".to_owned());
        }
        let repository = Repository { location: Location::Path(self.folder.clone()), ..repository.clone() };
        update(&repository, mirror, progress).map(drop).map_err(|error| error.to_string())
    }
}

/// A library with one repository at a remote, and how the remote is watched and let go.
fn held(shelf: &Shelf) -> (Arc<Library>, Receiver<()>, Sender<()>) {
    let (came, coming) = channel();
    let (go, going) = channel();
    let remote = Held { folder: shelf.work(), came, go: Mutex::new(going) };
    let library = Library::open(Settings {
        data: shelf.folder.path().join("data"),
        repositories: vec![Repository::parse("https://git.example.com/team/hunts.git").unwrap()],
        fetch: Arc::new(remote),
        releases: Releases::default(),
    });
    (Arc::new(library.unwrap()), coming, go)
}

#[test]
fn a_running_sync_tells_how_far_it_is() {
    let shelf = Shelf::new();
    shelf.write("a.md", procedure("a", "T1003", "One."));
    shelf.commit("Add one");
    let (library, came, go) = held(&shelf);
    assert_eq!(state(&library).progress, None);
    let syncing = std::thread::spawn({
        let library = library.clone();
        move || library.sync_because("hunts", now(), Cause::Interval)
    });
    came.recv().unwrap();
    let told = state(&library);
    let progress = told.progress.unwrap();
    assert!(told.syncing);
    assert_eq!((progress.stage, progress.done, progress.total, progress.bytes), (Stage::Fetching, 3, 12, 45));
    assert_eq!((progress.cause, progress.began_at), (Cause::Interval, now()));
    go.send(()).unwrap();
    syncing.join().unwrap().unwrap();
    let told = state(&library);
    assert!(!told.syncing && told.progress.is_none());
}

#[test]
fn a_repository_that_is_taken_out_leaves_nothing_behind_even_while_it_is_fetched() {
    let shelf = Shelf::new();
    shelf.write("a.md", procedure("a", "T1003", "One."));
    shelf.commit("Add one");
    let (library, came, go) = held(&shelf);
    go.send(()).unwrap();
    library.sync("hunts", now()).unwrap();
    came.recv().unwrap();
    assert_eq!(entries(&library).len(), 1);

    let syncing = std::thread::spawn({
        let library = library.clone();
        move || library.sync("hunts", now())
    });
    came.recv().unwrap();
    library.remove("hunts").unwrap();
    assert!(matches!(syncing.join().unwrap(), Err(LibraryError::NoRepository(_))));
    assert_eq!(library.search(&everything()).unwrap().total, 0);
    assert!(library.locate(&address("a")).unwrap().is_none());
    assert!(library.repositories().is_empty());
    let left: Vec<_> = std::fs::read_dir(shelf.folder.path().join("data/mirrors"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name != "hunts.git.lock")
        .collect();
    assert_eq!(left, Vec::<String>::new());
    assert!(matches!(library.remove("hunts"), Err(LibraryError::NoRepository(_))));
}

#[test]
fn a_repository_can_be_added_and_changed_while_the_library_is_open() {
    let shelf = Shelf::new();
    shelf.write("a.md", procedure("a", "T1003", "One."));
    shelf.write("drafts/b.md", procedure("b", "T1059", "Another."));
    shelf.commit("Add two");
    let library = shelf.open();
    library.sync("hunts", now()).unwrap();
    let named = |name: &str| Repository::named(name, shelf.work().to_str().unwrap()).unwrap();
    assert!(library.add(named("twin")));
    library.sync("twin", now()).unwrap();
    assert_eq!(library.search(&everything()).unwrap().total, 4);
    let names: Vec<_> = library.repositories().into_iter().map(|state| state.repository.name).collect();
    assert_eq!(names, ["hunts", "twin"]);
    // The first in order holds an id that stands in both.
    assert_eq!(library.locate(&address("a")).unwrap().unwrap().entry.repo, "hunts");

    assert!(!library.add(Repository { ignore: vec!["drafts/**".to_owned()], ..named("twin") }));
    assert_eq!(
        library.search(&everything()).unwrap().total,
        4,
        "what was there is served until the next sync"
    );
    library.sync("twin", now()).unwrap();
    assert_eq!(library.search(&everything()).unwrap().total, 3);
    assert_eq!(library.syncs("twin", None, 10).unwrap().syncs.len(), 2, "its record goes on");
    library.remove("twin").unwrap();
    assert_eq!(library.search(&everything()).unwrap().total, 2);
}
