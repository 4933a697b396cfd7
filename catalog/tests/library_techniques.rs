//! When procedures gained and lost a technique, from real repositories made with `git`.

#![allow(
    clippy::unwrap_used,
    clippy::semicolon_if_nothing_returned,
    reason = "clippy knows of tests only, not of what they share"
)]

mod library_fixture;

use catalog::attack::{Release, TechniqueId};
use catalog::library::{EventKind, Library, TechniqueHistory};
use library_fixture::{Shelf, follow, now, open, procedure};

fn history(library: &Library, id: &str, limit: usize, cursor: Option<&str>) -> TechniqueHistory {
    let id: TechniqueId = id.parse().unwrap();
    library.technique_history(Release::current(), &id, limit, cursor).unwrap()
}

/// Subject, kind, what was gained, what was lost, and the procedure's id today.
fn told(history: &TechniqueHistory) -> Vec<(String, EventKind, String, String, Option<String>)> {
    let one = |event: &catalog::library::TechniqueEvent| {
        (
            event.revision.subject.clone(),
            event.kind,
            event.gained.join(" "),
            event.lost.join(" "),
            event.today.as_ref().map(|entry| entry.id.clone()),
        )
    };
    history.events.iter().map(one).collect()
}

fn without_hunting(text: &str) -> String {
    let start = text.find("hunting:\n  title").unwrap();
    let end = text[start..].find("---").unwrap() + start;
    format!("{}{}", &text[..start], &text[end..])
}

/// What a commit is called, and what it does.
type Step<'a> = (&'static str, Box<dyn Fn() + 'a>);

/// Steps through a life: each is a commit, and a sync of the library that follows.
fn life(shelf: &Shelf) -> Vec<Step<'_>> {
    let one = |techniques: &str, body: &str| procedure("one", techniques, body);
    vec![
        ("Add one", Box::new(move || shelf.write("one.md", one("T1003.001", "It reads LSASS.")))),
        ("Add brief", Box::new(|| shelf.write("brief.md", procedure("brief", "T1003.001", "A short life.")))),
        ("Reword", Box::new(move || shelf.write("one.md", one("T1003.001", "It reads all of LSASS.")))),
        (
            "Map more",
            Box::new(move || shelf.write("one.md", one("T1003.001, T1059.001", "It reads all of LSASS."))),
        ),
        (
            "Move it",
            Box::new(|| {
                shelf.git(&["mv", "one.md", "moved.md"]);
            }),
        ),
        (
            "Take LSASS out",
            Box::new(move || shelf.write("moved.md", one("T1059.001", "It reads all of LSASS."))),
        ),
        (
            "Name a sibling",
            Box::new(move || shelf.write("moved.md", one("T1059.001, T1003.002", "It reads all of LSASS."))),
        ),
        (
            "Prefer another",
            Box::new(move || shelf.write("moved.md", one("T1059.001, T1003.001", "It reads all of LSASS."))),
        ),
        (
            "Lose all",
            Box::new(move || {
                shelf.write(
                    "moved.md",
                    without_hunting(&one("T1059.001, T1003.001", "It reads all of LSASS.")),
                )
            }),
        ),
        (
            "Mend it",
            Box::new(move || shelf.write("moved.md", one("T1059.001, T1003.001", "It reads all of LSASS."))),
        ),
        (
            "Delete brief",
            Box::new(|| {
                shelf.git(&["rm", "-q", "brief.md"]);
            }),
        ),
    ]
}

#[test]
fn a_technique_tells_who_gained_and_lost_it_through_renames_and_deletions() {
    use EventKind::*;
    let shelf = Shelf::new();
    let followed = shelf.open();
    for (subject, step) in life(&shelf) {
        step();
        shelf.commit(subject);
        followed.sync("hunts", now()).unwrap();
    }
    let anew = tempfile::tempdir().unwrap();
    let anew = open(anew.path(), &shelf.work());
    anew.sync("hunts", now()).unwrap();
    let one = || Some("one".to_owned());
    let row = |subject: &str, kind, gained: &str, lost: &str, today: Option<String>| {
        (subject.to_owned(), kind, gained.to_owned(), lost.to_owned(), today)
    };
    for library in [&followed, &anew] {
        assert_eq!(
            told(&history(library, "T1003.001", 100, None)),
            [
                row("Delete brief", Deleted, "", "T1003.001", None),
                row("Mend it", MetadataRestored, "T1003.001", "", one()),
                row("Lose all", MetadataLost, "", "T1003.001", one()),
                row("Prefer another", Gained, "T1003.001", "", one()),
                row("Take LSASS out", Lost, "", "T1003.001", one()),
                row("Add brief", Added, "T1003.001", "", None),
                row("Add one", Added, "T1003.001", "", one()),
            ]
        );
        let parent = told(&history(library, "T1003", 100, None));
        assert_eq!(parent.len(), 8, "sub-techniques stand on their parent's page: {parent:?}");
        assert!(parent.contains(&row("Prefer another", Remapped, "T1003.001", "T1003.002", one())));
        assert!(parent.contains(&row("Name a sibling", Gained, "T1003.002", "", one())));
        let shell = told(&history(library, "T1059.001", 100, None));
        assert_eq!(shell.last(), Some(&row("Map more", Gained, "T1059.001", "", one())));
        assert_eq!(history(library, "T1566", 100, None).total, 0);
    }
}

#[test]
fn its_pages_hold_each_event_once_and_its_cost_is_that_of_a_page() {
    let shelf = Shelf::new();
    for number in 0..12 {
        shelf.write(&format!("{number}.md"), procedure(&format!("id-{number}"), "T1003.001", "Nothing yet."));
    }
    shelf.commit("Add twelve at once");
    shelf.write("0.md", procedure("id-0", "T1059.001", "Nothing yet."));
    shelf.commit("Take one out");
    let library = shelf.open();
    library.sync("hunts", now()).unwrap();
    let mut seen = Vec::new();
    let mut cursor = None;
    loop {
        let page = history(&library, "T1003", 5, cursor.as_deref());
        assert!(page.events.len() <= 5 && page.total == 13);
        seen.extend(page.events.iter().map(|event| (event.revision.path.clone(), event.kind)));
        cursor = page.next;
        if cursor.is_none() {
            break;
        }
    }
    assert_eq!(seen[0], ("0.md".to_owned(), EventKind::Lost));
    let all = seen.len();
    seen.sort_by_key(|(path, kind)| (path.clone(), *kind as u8));
    seen.dedup();
    assert_eq!((all, seen.len()), (13, 13));
    let anew = history(&library, "T1003", 5, Some("no cursor of ours"));
    assert_eq!(anew.events.len(), 5);
}

#[test]
fn what_replaced_a_technique_tells_of_it_too() {
    let shelf = Shelf::new();
    shelf.write("one.md", procedure("one", "T1562.001", "It stops what watches."));
    shelf.commit("Add one");
    shelf.write("one.md", procedure("one", "T1685", "It stops what watches."));
    shelf.commit("Follow ATT&CK");
    let library = shelf.open();
    library.sync("hunts", now()).unwrap();
    let now = told(&history(&library, "T1685", 100, None));
    assert_eq!(now.len(), 2, "{now:?}");
    assert_eq!((now[0].1, now[0].2.as_str(), now[0].3.as_str()), (EventKind::Remapped, "T1685", "T1562.001"));
    assert_eq!((now[1].1, now[1].2.as_str()), (EventKind::Added, "T1562.001"));
    let then = told(&history(&library, "T1562.001", 100, None));
    assert_eq!(then[0].1, EventKind::Lost);
}

#[test]
fn a_library_that_followed_tells_the_same_as_one_made_anew() {
    let shelf = Shelf::new();
    let steps: Vec<Box<dyn Fn() + '_>> = life(&shelf).into_iter().map(|(_, step)| step).collect();
    let entries = follow(&shelf, &steps);
    assert_eq!(entries.len(), 1);
}
