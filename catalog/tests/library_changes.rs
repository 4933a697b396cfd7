//! Histories of the whole catalog: who, what, when, what became of it, and what is gone. From real repositories made with
//! `git`.

#![allow(
    clippy::unwrap_used,
    clippy::semicolon_if_nothing_returned,
    reason = "clippy knows of tests only, not of what they share"
)]

mod library_fixture;

use catalog::index::{Changed, Search};
use catalog::library::{How, Library, Moment};
use library_fixture::{Shelf, address, everything, follow, now, open, procedure};

fn subjects(library: &Library, changed: &Changed) -> Vec<String> {
    let found = library.changes(changed, 100, None).unwrap();
    assert_eq!(found.total, found.revisions.len());
    found.revisions.into_iter().map(|revision| revision.subject).collect()
}

fn found(library: &Library, query: &str) -> Vec<String> {
    let search = Search { text: query.to_owned(), ..everything() };
    let mut ids: Vec<_> = library.search(&search).unwrap().hits.into_iter().map(|hit| hit.entry.id).collect();
    ids.sort();
    ids
}

/// A catalog with a past: two procedures, one of which is gone.
fn past(shelf: &Shelf) -> Vec<String> {
    let mut commits = Vec::new();
    shelf.write("lsass.md", procedure("lsass", "T1003.001", "Reads memory."));
    shelf.write("notes.md", "# Only notes\n");
    commits.push(shelf.commit("Add one"));
    shelf.write("beacon.md", procedure("beacon", "T1071", "Looks for beacons."));
    commits.push(shelf.commit("Add another"));
    shelf.write("lsass.md", procedure("lsass", "T1003.001, T1059", "Reads memory."));
    commits.push(
        shelf.commit("Map more\n\nIt also starts a shell.\n\nCo-authored-by: Cleo <cleo@hunts.example>"),
    );
    shelf.git(&["rm", "-q", "beacon.md"]);
    commits.push(shelf.commit("Retire the beacon"));
    commits
}

#[test]
fn changes_are_found_by_kind_person_technique_time_and_commit() {
    let shelf = Shelf::new();
    let commits = past(&shelf);
    let library = shelf.open();
    library.sync("hunts", now()).unwrap();
    let all = ["Retire the beacon", "Map more", "Add another", "Add one"];
    assert_eq!(subjects(&library, &Changed::default()), all);
    let of = |make: &dyn Fn(&mut Changed)| {
        let mut changed = Changed::default();
        make(&mut changed);
        subjects(&library, &changed)
    };
    assert_eq!(of(&|c| c.kinds = vec!["technique-added".into()]), ["Map more"]);
    assert_eq!(of(&|c| c.kinds = vec!["technique-added".into(), "deleted".into()]).len(), 2);
    assert_eq!(of(&|c| c.authors = vec!["cleo".into()]), ["Map more"]);
    assert_eq!(of(&|c| c.authors = vec!["ANA@hunts.example".into()]), all);
    assert_eq!(of(&|c| c.techniques = vec!["t1071".into()]), ["Retire the beacon", "Add another"]);
    assert_eq!(of(&|c| c.techniques = vec!["T1003".into()]), ["Map more", "Add one"]);
    assert_eq!(of(&|c| c.techniques = vec!["nothing".into()]), [""; 0]);
    assert_eq!(of(&|c| c.commits = vec![commits[1].clone()]), ["Add another"]);
    assert_eq!(of(&|c| c.repos = vec!["other".into()]), [""; 0]);
    let third = 1_700_000_000 + 3 * 3600;
    assert_eq!(of(&|c| c.since = Some(third)), ["Retire the beacon", "Map more"]);
    assert_eq!(of(&|c| c.until = Some(third)), ["Add another", "Add one"]);
    assert_eq!(of(&|c| c.procedures = Some(Vec::new())), [""; 0]);
    let lsass = library.found(&Search { text: "memory".into(), ..everything() }).unwrap();
    assert_eq!(of(&|c| c.procedures = Some(lsass.clone())), ["Map more", "Add one"]);
}

#[test]
fn pages_of_changes_follow_each_other_and_days_are_counted_whatever_is_shown() {
    let shelf = Shelf::new();
    past(&shelf);
    let library = shelf.open();
    library.sync("hunts", now()).unwrap();
    let changed = Changed { since: Some(1_700_000_000 + 2 * 3600), ..Changed::default() };
    let first = library.changes(&changed, 2, None).unwrap();
    assert_eq!((first.total, first.revisions.len()), (3, 2));
    assert_eq!(first.days.values().sum::<usize>(), 4);
    let second = library.changes(&changed, 2, first.next.as_deref()).unwrap();
    assert_eq!(second.revisions[0].subject, "Add another");
    assert_eq!((second.revisions.len(), second.next), (1, None));
}

#[test]
fn a_change_names_its_procedure_as_it_was_then() {
    let shelf = Shelf::new();
    past(&shelf);
    let library = shelf.open();
    library.sync("hunts", now()).unwrap();
    let told: Vec<_> = library
        .changes(&Changed::default(), 100, None)
        .unwrap()
        .revisions
        .into_iter()
        .map(|revision| (revision.id.unwrap_or_default(), revision.title))
        .collect();
    let pair = |id: &str| (id.to_owned(), format!("Hunt {id}"));
    assert_eq!(told, [pair("beacon"), pair("lsass"), pair("beacon"), pair("lsass")]);
}

#[test]
fn people_are_named_as_the_mailmap_has_them_and_anew_when_it_changes() {
    let shelf = Shelf::new();
    past(&shelf);
    let library = shelf.open();
    library.sync("hunts", now()).unwrap();
    assert_eq!(found(&library, "by:cleo"), ["lsass"]);
    shelf.write(
        ".mailmap",
        "Cleopatra <c@hunts.example> <cleo@hunts.example>\nAna Diaz <ana@hunts.example>\n",
    );
    shelf.commit("Say who is who");
    library.sync("hunts", now()).unwrap();
    let history = library.history(&address("lsass"), 10, None).unwrap().unwrap();
    assert_eq!(history.revisions[0].author_name, "Ana Diaz");
    assert_eq!(history.revisions[0].co_authors, [("Cleopatra".to_owned(), "c@hunts.example".to_owned())]);
    assert_eq!(found(&library, "by:cleopatra"), ["lsass"]);
    assert_eq!(found(&library, "by:cleo"), [""; 0]);
    assert_eq!(found(&library, "by:\"ana diaz\""), ["lsass"]);
}

#[test]
fn procedures_are_found_by_who_changed_them_and_in_which_commit() {
    let shelf = Shelf::new();
    let commits = past(&shelf);
    let library = shelf.open();
    library.sync("hunts", now()).unwrap();
    assert_eq!(found(&library, "by:ana"), ["lsass"]);
    assert_eq!(found(&library, "by:ben"), [""; 0], "the committer is not who changed it");
    assert_eq!(found(&library, &format!("commit:{}", &commits[2][..7])), ["lsass"]);
    assert_eq!(found(&library, &format!("commit:{}", commits[1])), [""; 0]);
    let hints = library.search(&Search { text: "commit:xyz".into(), ..everything() }).unwrap().hints;
    assert!(hints.iter().any(|hint| hint.contains("commit:")), "{hints:?}");
}

#[test]
fn what_is_deleted_keeps_its_history_and_is_read_at_a_commit_only() {
    let shelf = Shelf::new();
    let commits = past(&shelf);
    let library = shelf.open();
    library.sync("hunts", now()).unwrap();
    assert!(library.read(&address("beacon"), None).unwrap().is_none());
    for id in ["beacon", "path:beacon.md"] {
        let gone = library.gone(&address(id)).unwrap().unwrap();
        assert_eq!((gone.deleted.commit.as_str(), gone.deleted.author_name.as_str()), (&*commits[3], "Ana"));
        assert_eq!(gone.located.entry.procedure.title, "Hunt beacon");
    }
    let history = library.history(&address("beacon"), 10, None).unwrap().unwrap();
    assert_eq!((history.total, history.deleted.unwrap().commit), (2, commits[3].clone()));
    let read = library.read(&address("beacon"), Some(&commits[1])).unwrap().unwrap();
    assert!(read.past && read.deleted.is_some());
    assert_eq!(read.bytes, procedure("beacon", "T1071", "Looks for beacons.").into_bytes());
    let compared = library.compare(&address("beacon"), None, None).unwrap().unwrap();
    assert_eq!(compared.to.commit, commits[3]);
    assert!(library.gone(&address("lsass")).unwrap().is_none());
    assert!(library.gone(&address("nothing")).unwrap().is_none());
    // It comes back, and is gone no longer.
    shelf.write("beacon.md", procedure("beacon", "T1071", "Looks for beacons again."));
    shelf.commit("Bring it back");
    library.sync("hunts", now()).unwrap();
    assert!(library.gone(&address("beacon")).unwrap().is_none());
    assert_eq!(library.history(&address("beacon"), 10, None).unwrap().unwrap().total, 3);
}

#[test]
fn two_moments_of_the_catalog_are_compared() {
    let shelf = Shelf::new();
    let commits = past(&shelf);
    let library = shelf.open();
    library.sync("hunts", now()).unwrap();
    let between = |from: &Moment, to: &Moment| library.between("hunts", from, to).unwrap();
    let named = |at: usize| Moment::Named(commits[at].clone());
    let told = |from: &Moment, to: &Moment| {
        let between = between(from, to).unwrap();
        between
            .procedures
            .into_iter()
            .map(|one| (one.last.id.unwrap_or_default(), one.how, one.revisions))
            .collect::<Vec<_>>()
    };
    let all = told(&Moment::Time(0), &Moment::Now);
    assert_eq!(all, [("beacon".into(), How::CameAndWent, 2), ("lsass".into(), How::Added, 2)]);
    let later = told(&named(1), &Moment::Now);
    assert_eq!(later, [("beacon".into(), How::Deleted, 1), ("lsass".into(), How::Changed, 1)]);
    // By the clock it is the same as by the commit.
    assert_eq!(told(&Moment::Time(1_700_000_000 + 2 * 3600), &Moment::Now), later);
    assert_eq!(told(&named(1), &named(2)), [("lsass".into(), How::Changed, 1)]);
    assert_eq!(told(&Moment::Now, &Moment::Now), []);
    let lsass = between(&named(0), &named(2)).unwrap().procedures.pop().unwrap();
    assert_eq!(
        (lsass.gained.into_iter().collect::<Vec<_>>(), lsass.lost.len()),
        (vec!["T1059".to_owned()], 0)
    );
    assert!(between(&Moment::Named("v1".into()), &Moment::Now).is_none());
    assert!(between(&Moment::Named("../x".into()), &Moment::Now).is_none());
}

#[test]
fn a_moment_may_be_a_tag_that_the_branch_reaches() {
    let shelf = Shelf::new();
    let commits = past(&shelf);
    shelf.git(&["tag", "v1", &commits[1]]);
    shelf.git(&["tag", "-a", "-m", "Second", "release/v2", &commits[2]]);
    shelf.git(&["checkout", "-q", "-b", "aside", &commits[0]]);
    shelf.write("aside.md", procedure("aside", "T1071", "Nobody merged it."));
    let aside = shelf.commit("Aside");
    shelf.git(&["tag", "aside", &aside]);
    shelf.git(&["checkout", "-q", "main"]);
    let library = shelf.open();
    library.sync("hunts", now()).unwrap();
    assert_eq!(library.tags().unwrap()["hunts"], ["release/v2", "v1"]);
    let named = |name: &str| Moment::Named(name.to_owned());
    let between = library.between("hunts", &named("v1"), &named("release/v2")).unwrap().unwrap();
    assert_eq!((between.from.as_ref(), between.to.as_ref()), (Some(&commits[1]), Some(&commits[2])));
    assert!(library.between("hunts", &named("aside"), &Moment::Now).unwrap().is_none());
    shelf.git(&["tag", "-d", "v1"]);
    library.sync("hunts", now()).unwrap();
    assert!(library.between("hunts", &named("v1"), &Moment::Now).unwrap().is_none());
}

#[test]
fn a_library_that_follows_along_knows_what_one_made_anew_does() {
    let shelf = Shelf::new();
    let one = |body: &str| procedure("one", "T1003", body);
    let entries = follow(
        &shelf,
        &[
            Box::new(|| shelf.write("one.md", one("First."))),
            Box::new(|| shelf.write(".mailmap", "Anna <ana@hunts.example>\n")),
            Box::new(|| {
                shelf.git(&["mv", "one.md", "moved.md"]);
            }),
            Box::new(|| {
                shelf.git(&["rm", "-q", "moved.md"]);
            }),
            Box::new(|| shelf.write("moved.md", one("It is back."))),
            Box::new(|| shelf.write("moved.md", one("It is back and changed."))),
        ],
    );
    assert_eq!(entries[0].people, [("Anna".to_owned(), "ana@hunts.example".to_owned())]);
    assert_eq!(entries[0].commits.len(), 5);
}

#[test]
fn a_message_is_read_below_its_first_line() {
    let shelf = Shelf::new();
    let commits = past(&shelf);
    let library = shelf.open();
    library.sync("hunts", now()).unwrap();
    assert!(
        library.message_body("hunts", &commits[2]).starts_with("It also starts a shell.\n\nCo-authored-by")
    );
    assert_eq!(library.message_body("hunts", &commits[0]), "");
    assert_eq!(library.message_body("hunts", "nothing"), "");
    assert_eq!(
        open(&shelf.folder.path().join("data-2"), &shelf.work()).message_body("hunts", &commits[0]),
        ""
    );
}
