//! The library from outside: real repositories made with `git`, synced, searched, read and looked back through.

#![allow(
    clippy::unwrap_used,
    clippy::semicolon_if_nothing_returned,
    reason = "clippy knows of tests only, not of what they share"
)]

mod library_fixture;

use catalog::index::{Filters, RevisionStatus, Search};
use catalog::procedure::Standing;
use library_fixture::{Shelf, address, everything, follow, now, open, playbook, procedure, state};
use std::collections::BTreeSet;

fn without_hunting(text: &str) -> String {
    let start = text.find("hunting:\n  title").unwrap();
    let end = text[start..].find("---").unwrap() + start;
    format!("{}{}", &text[..start], &text[end..])
}

fn by_technique(id: &str) -> Search {
    Search {
        filters: Filters { technique: vec![id.to_owned()], ..Filters::default() },
        limit: 100,
        ..Search::default()
    }
}

#[test]
fn a_first_sync_catalogues_what_is_there_and_a_second_one_reads_nothing() {
    let shelf = Shelf::new();
    shelf.write("hunts/one.md", procedure("one", "T1003.001", "Somebody reads LSASS."));
    shelf.write("hunts/two.md", procedure("two", "T1059.001", "Somebody runs PowerShell."));
    shelf.write("README.md", "# Our hunts\n");
    let tip = shelf.commit("Add two hunts");
    let library = shelf.open();
    let report = library.sync("hunts", now()).unwrap();
    assert_eq!((report.commits, report.files), (1, 2));
    assert_eq!(report.to.as_deref(), Some(tip.as_str()));
    let found = library.search(&everything()).unwrap();
    assert_eq!(found.total, 2);
    let found = library.search(&by_technique("T1003")).unwrap();
    assert_eq!(found.hits.iter().map(|hit| hit.entry.id.as_str()).collect::<Vec<_>>(), ["one"]);
    let readiness = state(&library).readiness;
    assert_eq!((readiness.procedures, readiness.plain, readiness.copyable), (2, 1, 2));

    let again = library.sync("hunts", now()).unwrap();
    assert_eq!((again.commits, again.files, again.blobs_read), (0, 0, 0));
}

#[test]
fn one_commit_costs_the_files_that_it_changed() {
    let shelf = Shelf::new();
    for number in 0..40 {
        shelf.write(
            &format!("hunts/{number}.md"),
            procedure(&format!("id-{number}"), "T1003", "Nothing yet."),
        );
    }
    shelf.commit("Add forty");
    let library = shelf.open();
    library.sync("hunts", now()).unwrap();
    for number in 0..3 {
        shelf.write(
            &format!("hunts/{number}.md"),
            procedure(&format!("id-{number}"), "T1003", "A wombat walks."),
        );
    }
    shelf.commit("Walk the wombat");
    let report = library.sync("hunts", now()).unwrap();
    assert_eq!((report.commits, report.files), (1, 3));
    assert!(report.blobs_read <= 6, "{} blobs were read for three changed files", report.blobs_read);
    let found = library.search(&Search { text: "wombat".into(), ..everything() }).unwrap();
    assert_eq!(found.total, 3);
    assert_eq!(state(&library).readiness.procedures, 40);
}

#[test]
fn a_procedure_that_lost_its_metadata_is_served_as_its_last_good_revision() {
    let shelf = Shelf::new();
    let good = procedure("keeper", "T1558.003", "Tickets are asked for.");
    shelf.write("k.md", &good);
    let first = shelf.commit("Add keeper");
    let library = shelf.open();
    library.sync("hunts", now()).unwrap();
    shelf.write("k.md", without_hunting(&good));
    let lost = shelf.commit("Save from Jupyter");
    library.sync("hunts", now()).unwrap();

    let found = library.search(&by_technique("T1558")).unwrap();
    let entry = &found.hits[0].entry;
    assert_eq!((entry.id.as_str(), entry.standing), ("keeper", Standing::Broken));
    let broken = entry.broken.as_ref().unwrap();
    assert_eq!((broken.since.as_str(), broken.by.as_str()), (lost.as_str(), "Ana"));
    assert!(broken.reason.contains("hunting"), "{}", broken.reason);
    let reading = library.read(&address("keeper"), None).unwrap().unwrap();
    assert_eq!((reading.commit.as_str(), reading.bytes.as_slice()), (first.as_str(), good.as_bytes()));
    assert!(reading.broken.is_some());
    let (problems, _) = library.problems(&catalog::index::Asked::default(), 100, None).unwrap();
    assert!(
        problems.iter().any(|problem| problem.path == "k.md" && problem.diagnostic.code == "metadata-lost")
    );
    let readiness = state(&library).readiness;
    assert_eq!((readiness.procedures, readiness.broken, readiness.metadata_ever_lost), (0, 1, 1));

    // Prose that changes while it is broken changes neither since when it is, nor what is served.
    shelf.write("k.md", without_hunting(&good).replace("Tickets", "Many tickets"));
    shelf.commit("More prose");
    library.sync("hunts", now()).unwrap();
    let located = library.locate(&address("keeper")).unwrap().unwrap();
    assert_eq!(located.entry.broken.as_ref().map(|broken| broken.since.as_str()), Some(lost.as_str()));

    shelf.write("k.md", &good);
    shelf.commit("Restore the metadata");
    library.sync("hunts", now()).unwrap();
    let entry = library.locate(&address("keeper")).unwrap().unwrap().entry;
    assert_eq!(entry.standing, Standing::Good);
    assert!(entry.metadata_ever_lost);
    let history = library.history(&address("keeper"), 10, None).unwrap().unwrap();
    let kinds: Vec<Vec<&str>> = history
        .revisions
        .iter()
        .map(|revision| revision.changes.iter().map(|change| change.kind.as_str()).collect())
        .collect();
    assert!(kinds[0].contains(&"metadata-restored"), "{kinds:?}");
    assert!(kinds[2].contains(&"metadata-lost"), "{kinds:?}");
    assert_eq!(kinds[3], ["added"]);
    let all: BTreeSet<&str> = kinds.into_iter().flatten().collect();
    let known: BTreeSet<&str> = entry.change_kinds.iter().map(String::as_str).collect();
    assert_eq!(known, all, "what is in its history is what it is found by");
}

#[test]
fn a_library_made_anew_holds_what_one_that_followed_along_holds() {
    let shelf = Shelf::new();
    let good = procedure("first", "T1003", "Prose that stays the same, line after line.\n\nAnd more of it.");
    let steps: Vec<Box<dyn Fn()>> = vec![
        Box::new(|| shelf.write("a.md", &good)),
        Box::new(|| shelf.write("b.md", procedure("second", "T1059", "Another."))),
        Box::new(|| shelf.write("c.md", procedure("second", "T1059", "The same id again."))),
        Box::new(|| shelf.write("notes.md", "# Only notes\n")),
        Box::new(|| {
            shelf.write(
                "d.md",
                "---\njupytext:\n  text_representation:\n    format_name: myst\n---\n# Uncatalogued\n",
            )
        }),
        Box::new(|| std::fs::rename(shelf.work().join("a.md"), shelf.work().join("renamed.md")).unwrap()),
        Box::new(|| shelf.write("renamed.md", without_hunting(&good))),
        Box::new(|| std::fs::remove_file(shelf.work().join("b.md")).unwrap()),
        Box::new(|| shelf.write("e.md", procedure("second", "T1059", "A third one."))),
        Box::new(|| shelf.write("c.md", procedure("other", "T1059", "Its own id now."))),
        Box::new(|| shelf.write("b.md", procedure("back", "T1059", "Back again."))),
        Box::new(|| {
            shelf.write(
                "bad.md",
                "---\nhunting:\n\tid: [\njupytext: {text_representation: {format_name: myst}}\n---\n",
            )
        }),
        Box::new(|| std::fs::remove_file(shelf.work().join("notes.md")).unwrap()),
    ];
    let made = follow(&shelf, &steps);
    let standings: Vec<_> = made.iter().map(|entry| (entry.path.as_str(), entry.standing)).collect();
    assert_eq!(
        standings,
        [
            ("b.md", Standing::Good),
            ("bad.md", Standing::Broken),
            ("c.md", Standing::Good),
            ("d.md", Standing::Uncatalogued),
            ("e.md", Standing::Good),
            ("renamed.md", Standing::Broken),
        ]
    );
    assert_eq!(shelf.open().locate(&address("second")).unwrap().unwrap().entry.path, "e.md");
}

#[test]
fn the_older_file_keeps_an_id_and_the_newer_one_is_a_duplicate() {
    let shelf = Shelf::new();
    shelf.write("z-older.md", procedure("taken", "T1003", "First."));
    shelf.commit("Add");
    shelf.write("a-newer.md", procedure("taken", "T1003", "Second."));
    shelf.commit("Add again");
    let library = shelf.open();
    library.sync("hunts", now()).unwrap();
    let holder = library.locate(&address("taken")).unwrap().unwrap().entry;
    assert_eq!((holder.path.as_str(), holder.standing), ("z-older.md", Standing::Good));
    let newer = library.locate(&address("path:a-newer.md")).unwrap().unwrap().entry;
    assert_eq!((newer.standing, newer.taken_by.as_deref()), (Standing::Duplicate, Some("z-older.md")));

    std::fs::remove_file(shelf.work().join("z-older.md")).unwrap();
    shelf.commit("Retire the older one");
    library.sync("hunts", now()).unwrap();
    let holder = library.locate(&address("taken")).unwrap().unwrap().entry;
    assert_eq!((holder.path.as_str(), holder.standing), ("a-newer.md", Standing::Good));
    assert_eq!(state(&library).readiness.duplicates, 0);
}

#[test]
fn history_goes_through_a_rename_with_edits_and_an_old_id_still_leads_to_the_procedure() {
    let shelf = Shelf::new();
    let body = "One line of prose.\n\nAnother line.\n\nA third line of it.";
    shelf.write("old/name.md", procedure("old-id", "T1003", body));
    let added = shelf.commit("Add");
    std::fs::create_dir_all(shelf.work().join("new")).unwrap();
    std::fs::remove_file(shelf.work().join("old/name.md")).unwrap();
    shelf.write("new/name.md", procedure("old-id", "T1003", &format!("{body}\n\nA fourth.")));
    shelf.commit("Move");
    shelf.write("new/name.md", procedure("new-id", "T1003", body));
    shelf.commit("Another id");
    let library = shelf.open();
    library.sync("hunts", now()).unwrap();
    let history = library.history(&address("new-id"), 100, None).unwrap().unwrap();
    let statuses: Vec<_> = history.revisions.iter().map(|revision| revision.status).collect();
    assert_eq!(statuses, [RevisionStatus::Modified, RevisionStatus::Renamed, RevisionStatus::Added]);
    assert_eq!(history.revisions[1].previous_path.as_deref(), Some("old/name.md"));
    let entry = library.locate(&address("old-id")).unwrap().unwrap().entry;
    assert_eq!(entry.id, "new-id");
    let reading = library.read(&address("new-id"), Some(&added)).unwrap().unwrap();
    assert_eq!(reading.path, "old/name.md");
    assert_eq!(
        reading.bytes,
        shelf
            .git(&["show", &format!("{added}:old/name.md")])
            .into_bytes()
            .into_iter()
            .chain(*b"\n")
            .collect::<Vec<_>>()
    );
}

#[test]
fn a_force_push_is_followed() {
    let shelf = Shelf::new();
    shelf.write("a.md", procedure("a", "T1003", "One."));
    let first = shelf.commit("One");
    shelf.write("b.md", procedure("b", "T1003", "Two."));
    shelf.commit("Two");
    let library = shelf.open();
    library.sync("hunts", now()).unwrap();
    shelf.git(&["reset", "-q", "--hard", &first]);
    shelf.write("c.md", procedure("c", "T1003", "Three."));
    shelf.commit("Three");
    library.sync("hunts", now()).unwrap();
    let mut ids: Vec<_> =
        library.search(&everything()).unwrap().hits.into_iter().map(|hit| hit.entry.id).collect();
    ids.sort();
    assert_eq!(ids, ["a", "c"]);
}

#[test]
fn bad_files_become_problems_and_harm_nothing_else() {
    let shelf = Shelf::new();
    shelf.write("good.md", procedure("good", "T1003", "Fine."));
    shelf.write(
        "latin.md",
        b"---\njupytext:\n  text_representation:\n    format_name: myst\n---\ncaf\xe9\n".as_slice(),
    );
    shelf.write("yaml.md", procedure("yaml", "T1003", "x").replace("  id: yaml", "  id: [yaml"));
    shelf.write("large.md", vec![b'x'; 5 * 1024 * 1024]);
    shelf.commit("All at once");
    let library = shelf.open();
    library.sync("hunts", now()).unwrap();
    assert_eq!(library.locate(&address("good")).unwrap().unwrap().entry.standing, Standing::Good);
    let (problems, _) = library.problems(&catalog::index::Asked::default(), 100, None).unwrap();
    let of = |path: &str| {
        problems.iter().find(|problem| problem.path == path && problem.diagnostic.blocking).unwrap()
    };
    assert_eq!(of("latin.md").diagnostic.line, 6);
    assert!(of("yaml.md").diagnostic.line > 0);
    assert!(of("large.md").diagnostic.message.contains("bytes"));
    assert_eq!(state(&library).readiness.broken, 3);
}

#[test]
fn an_unreachable_repository_leaves_the_last_state_served() {
    let shelf = Shelf::new();
    shelf.write("a.md", procedure("a", "T1003", "One."));
    shelf.commit("One");
    let library = shelf.open();
    library.sync("hunts", now()).unwrap();
    std::fs::rename(shelf.work(), shelf.folder.path().join("gone")).unwrap();
    assert!(library.sync("hunts", now()).is_err());
    assert_eq!(library.search(&everything()).unwrap().total, 1);
    let state = state(&library);
    assert!(state.error.is_some());
    assert_eq!(state.synced_at, Some(now()));
    drop(library);
    let again = open(&shelf.folder.path().join("data"), &shelf.work());
    assert_eq!(again.search(&everything()).unwrap().total, 1);
}

#[test]
fn revisions_are_compared_whether_or_not_a_commit_touched_the_file() {
    let shelf = Shelf::new();
    shelf.write("a.md", procedure("a", "T1003", "Before."));
    let first = shelf.commit("One");
    shelf.write("other.md", procedure("other", "T1003", "Elsewhere."));
    let second = shelf.commit("Two");
    shelf.write("a.md", procedure("a", "T1003.001", "After."));
    let third = shelf.commit("Three");
    let library = shelf.open();
    library.sync("hunts", now()).unwrap();
    let compared = library.compare(&address("a"), Some(&second[..10]), Some(&third)).unwrap().unwrap();
    assert!(compared.unified.text.contains("-Before.\n+After.\n"), "{}", compared.unified.text);
    assert!(compared.changes.iter().any(|change| change.kind == "technique-added"));
    assert_eq!(compared.from.commit, first);
    let newest = library.compare(&address("a"), None, None).unwrap().unwrap();
    assert_eq!((newest.from.commit, newest.to.commit), (first.clone(), third));
    assert!(library.read(&address("other"), Some(&first)).is_err());
}

/// The Threat Hunter Playbook's real history, where the tests were told of it.
#[test]
fn the_threat_hunter_playbook_is_catalogued() {
    let folder = tempfile::tempdir().unwrap();
    let Some(clone) = playbook(folder.path()) else { return };
    let library = open(&folder.path().join("data"), &clone);
    library.sync("playbook", now()).unwrap();
    let found = library.search(&everything()).unwrap();
    let count = |standing| found.hits.iter().filter(|hit| hit.entry.standing == standing).count();
    assert_eq!((count(Standing::Good), count(Standing::Uncatalogued), found.total), (26, 7, 33));
}

#[test]
fn a_text_is_read_twice_at_most_on_a_first_index_and_once_after_that() {
    let shelf = Shelf::new();
    let hunt = |file: usize, round: usize| {
        let body = format!("Hunt {file} in round {round}, with a text of its own.");
        shelf.write(&format!("{file}.md"), procedure(&format!("hunt-{file}"), "T1003", &body));
    };
    for round in 0..4 {
        (0..30).for_each(|file| hunt(file, round));
        shelf.commit(&format!("Round {round}"));
    }
    std::fs::rename(shelf.work().join("0.md"), shelf.work().join("moved.md")).unwrap();
    std::fs::remove_file(shelf.work().join("1.md")).unwrap();
    shelf.commit("One moved, one gone");
    let library = shelf.open();
    let first = library.sync("hunts", now()).unwrap();
    println!("  a first index of 120 texts read {} of them", first.blobs_read);
    assert!((120..=240).contains(&first.blobs_read), "{first:?}");
    hunt(2, 9);
    hunt(40, 9);
    shelf.commit("One changed, one new");
    let next = library.sync("hunts", now()).unwrap();
    assert_eq!(next.blobs_read, 3, "before, after, and the new one: {next:?}");
    std::fs::remove_file(shelf.work().join("2.md")).unwrap();
    shelf.commit("One gone");
    assert_eq!(library.sync("hunts", now()).unwrap().blobs_read, 1);
    std::fs::rename(shelf.work().join("3.md"), shelf.work().join("further.md")).unwrap();
    shelf.commit("One moved");
    assert_eq!(library.sync("hunts", now()).unwrap().blobs_read, 1);
}
