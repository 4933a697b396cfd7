//! What a team keeps in its repository: read at every sync, said to be wrong where it is, in use after a restart.

#![allow(clippy::unwrap_used, reason = "clippy knows of tests only, not of what they share")]

mod library_fixture;

use catalog::index::Search;
use catalog::library::Library;
use library_fixture::{Shelf, everything, now, procedure};

fn ids(library: &Library, text: &str) -> Vec<String> {
    let found = library.search(&Search { text: text.into(), ..everything() }).unwrap();
    let mut ids: Vec<_> = found.hits.into_iter().map(|hit| hit.entry.id).collect();
    ids.sort();
    ids
}

/// The problems of a team's files: path, line, code.
fn problems(library: &Library) -> Vec<String> {
    let (problems, _) = library.problems(&catalog::index::Asked::default(), 100, None).unwrap();
    let own = problems.iter().filter(|problem| problem.id.is_none());
    own.map(|problem| format!("{}:{} {}", problem.path, problem.diagnostic.line, problem.diagnostic.code))
        .collect()
}

fn hunts() -> Shelf {
    let shelf = Shelf::new();
    shelf.write("lsass.md", procedure("lsass", "T1003.001", "Pass the hash follows."));
    shelf.write("tickets.md", procedure("tickets", "T1558.003", "pth is another thing."));
    shelf.write("notes.md", procedure("notes", "T1562.001", "Words."));
    shelf
}

const FILE: &str = "[search.synonyms]\npth = [\"pass the hash\"]\n\n[[actors]]\nname = \"Scarlet Otter\"\ntechniques = [\"T1558.003\"]\n";

#[test]
fn what_a_team_says_holds_from_the_sync_on_and_after_a_restart() {
    let shelf = hunts();
    shelf.commit("Hunts");
    let library = shelf.open();
    library.sync("hunts", now()).unwrap();
    assert_eq!(ids(&library, "pth"), ["tickets"]);
    shelf.write("huntshelf.toml", FILE);
    shelf.write("collections/first.toml", "title = \"First\"\nprocedures = [\"tickets\", \"lsass\"]\n");
    shelf.commit("Say what we know");
    let report = library.sync("hunts", now()).unwrap();
    assert_eq!((report.commits, report.files), (1, 0), "no document changed");
    let holds = |library: &Library, when: &str| {
        assert_eq!(ids(library, "pth"), ["lsass", "tickets"], "{when}");
        assert_eq!(ids(library, "scarlet otter"), ["tickets"], "{when}");
        assert_eq!(ids(library, "collection:hunts/first"), ["lsass", "tickets"], "{when}");
        assert_eq!(problems(library), [""; 0], "{when}");
    };
    holds(&library, "after the sync");
    drop(library);
    let library = shelf.open();
    holds(&library, "after a restart");
    // The work tree is not what is read.
    shelf.write("huntshelf.toml", "");
    library.sync("hunts", now()).unwrap();
    holds(&library, "with a changed work tree");
    std::fs::remove_file(shelf.work().join("huntshelf.toml")).unwrap();
    shelf.commit("Say no more");
    library.sync("hunts", now()).unwrap();
    assert_eq!(ids(&library, "pth"), ["tickets"]);
    assert_eq!(ids(&library, "collection:first"), ["lsass", "tickets"]);
}

#[test]
fn what_is_wrong_with_a_teams_files_is_a_problem_with_its_line_and_stops_nothing() {
    let shelf = hunts();
    shelf.write(
        "huntshelf.toml",
        "[search.synonyms]\npth = [\"pass the hash\"]\n[other]\nx = 1\n[[actors]]\n",
    );
    shelf.write("collections/broken.toml", "title = \"A\nprocedures = [");
    shelf.write("collections/gone.toml", "title = \"G\"\nprocedures = [\n  \"lsass\",\n  \"gone\",\n]\n");
    shelf.write("collections/large.toml", format!("title = \"L\"\n#{}", "x".repeat(300 << 10)));
    shelf.write("collections/read me.md", "Not a collection.");
    shelf.write("collections/deeper/other.toml", "no = 1");
    #[cfg(unix)]
    std::os::unix::fs::symlink("gone.toml", shelf.work().join("collections/link.toml")).unwrap();
    shelf.commit("Files");
    let library = shelf.open();
    library.sync("hunts", now()).unwrap();
    assert_eq!(
        problems(&library),
        [
            "collections/broken.toml:1 collection-file",
            "collections/gone.toml:4 collection-missing",
            "collections/large.toml:0 collection-file",
            "huntshelf.toml:3 team-file",
            "huntshelf.toml:5 team-file",
        ]
    );
    assert_eq!(ids(&library, "pth"), ["lsass", "tickets"]);
    assert_eq!(ids(&library, "collection:gone"), ["lsass"]);
    assert_eq!(library.lexicon().collections().len(), 1);
    assert_eq!(ids(&library, "").len(), 3);
    // They are on the first page alone.
    let (page, next) = library.problems(&catalog::index::Asked::default(), 1, None).unwrap();
    assert!(page.len() >= 5 && next.is_none());
}

#[test]
fn a_collection_follows_an_id_that_changed() {
    let shelf = hunts();
    shelf.write("collections/first.toml", "title = \"F\"\nprocedures = [\"lsass\", \"path:tickets.md\"]\n");
    shelf.commit("Hunts");
    let library = shelf.open();
    library.sync("hunts", now()).unwrap();
    shelf.write("lsass.md", procedure("lsass-memory", "T1003.001", "Pass the hash follows."));
    shelf.commit("Rename");
    library.sync("hunts", now()).unwrap();
    assert_eq!(ids(&library, "collection:first"), ["lsass-memory", "tickets"]);
    assert_eq!(problems(&library), [""; 0]);
    std::fs::remove_file(shelf.work().join("lsass.md")).unwrap();
    shelf.commit("Remove");
    library.sync("hunts", now()).unwrap();
    assert_eq!(ids(&library, "collection:first"), ["tickets"]);
    assert_eq!(problems(&library), ["collections/first.toml:2 collection-missing"]);
}

#[test]
fn files_are_held_to_the_release_that_their_repository_pins() {
    let shelf = hunts();
    shelf.commit("Hunts");
    let library = shelf.open();
    library.sync("hunts", now()).unwrap();
    let revoked = |library: &Library| {
        let (problems, _) = library.problems(&catalog::index::Asked::default(), 100, None).unwrap();
        problems.iter().filter(|problem| problem.diagnostic.code == "technique-revoked").count()
    };
    let read = |library: &Library| {
        let reading = library.read(&library_fixture::address("notes"), None).unwrap().unwrap();
        reading.diagnostics.iter().filter(|found| found.code == "technique-revoked").count()
    };
    assert_eq!((revoked(&library), read(&library)), (1, 1), "T1562.001 was revoked in 19.2");
    shelf.write("huntshelf.toml", "[attack]\nrelease = \"18.1\"\n");
    shelf.commit("Pin");
    library.sync("hunts", now()).unwrap();
    assert_eq!((revoked(&library), read(&library)), (0, 0));
    assert_eq!(library.team("hunts").unwrap().release(library.releases()).unwrap().version(), "18.1");
    // What is shown and found is the server's.
    assert_eq!(ids(&library, "technique:T1685"), ["notes"]);
    drop(library);
    let library = shelf.open();
    assert_eq!((revoked(&library), read(&library)), (0, 0));
    shelf.write("huntshelf.toml", "");
    shelf.commit("Follow the server");
    library.sync("hunts", now()).unwrap();
    assert_eq!((revoked(&library), read(&library)), (1, 1));
}
