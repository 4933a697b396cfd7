//! An index that followed a repository along holds what one made anew does: live documents, the terms that they are found
//! by, and the watermark; whatever was done to the repository, and whenever it was synced.

#![allow(
    clippy::unwrap_used,
    clippy::semicolon_if_nothing_returned,
    dead_code,
    reason = "clippy knows of tests only, not of what they share; not every test uses everything"
)]

#[path = "../library_fixture/documents.rs"]
mod documents;
#[path = "../library_fixture/mod.rs"]
mod library_fixture;

mod text;
mod world;

use catalog::procedure::Standing;
use documents::documents;
use library_fixture::{Shelf, entries, now, open, procedure};
use proptest::prelude::*;
use world::{Deed, World};

/// Plays deeds, syncs where they say so and at the end, and compares after each sync. Gives how many syncs continued and
/// how many made all anew.
fn follows(deeds: &[(Deed, bool)]) -> Result<(usize, usize), String> {
    let mut world = World::new();
    let library = open(&world.data(), &world.path());
    let (mut continued, mut anew) = (0, 0);
    let mut story = String::new();
    for (number, (deed, synced)) in deeds.iter().enumerate() {
        let told = world.play(*deed);
        story = format!("{story}\n  {number}: {told}");
        if world.is_empty() || !(*synced || number + 1 == deeds.len()) {
            continue;
        }
        let report = library.sync("hunts", now()).map_err(|error| format!("{error}\n{story}"))?;
        story.push_str(" – synced");
        if report.from.is_some() && report.commits > 0 {
            if report.commits == world.commits() { anew += 1 } else { continued += 1 }
        }
        let beside = tempfile::tempdir().unwrap();
        open(beside.path(), &world.path())
            .sync("hunts", now())
            .map_err(|error| format!("{error}\n{story}"))?;
        let (followed, made) = (documents(&world.data()), documents(beside.path()));
        if followed != made {
            return Err(format!("{}\nafter{story}", followed.differences(&made)));
        }
    }
    Ok((continued, anew))
}

fn deeds() -> impl Strategy<Value = Vec<(Deed, bool)>> {
    let deed = (0..Deed::KINDS, any::<u8>(), any::<u8>(), proptest::bool::weighted(0.75));
    let deed = deed.prop_map(|(kind, one, other, commits)| Deed { kind, one, other, commits });
    proptest::collection::vec((deed, proptest::bool::weighted(0.3)), 2..24)
}

/// Few by default; `PROPTEST_CASES` asks for more.
fn config() -> ProptestConfig {
    let mut config =
        ProptestConfig { max_shrink_iters: 300, failure_persistence: None, ..ProptestConfig::default() };
    if std::env::var_os("PROPTEST_CASES").is_none() {
        config.cases = 40;
    }
    config
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn an_index_that_followed_along_equals_one_made_anew(deeds in deeds()) {
        if let Err(difference) = follows(&deeds) {
            return Err(TestCaseError::fail(difference));
        }
    }
}

/// What somebody does to a repository, and what that is called.
type Step<'a> = (&'a str, Box<dyn Fn() + 'a>);

/// Takes steps, each a commit or a merge, and syncs and compares after each. Gives how many commits each sync read.
fn walk(shelf: &Shelf, steps: &[Step<'_>]) -> Vec<(String, usize)> {
    let data = shelf.folder.path().join("data");
    let library = open(&data, &shelf.work());
    let mut read = Vec::new();
    for (told, step) in steps {
        step();
        if !shelf.git(&["status", "--porcelain"]).is_empty() {
            shelf.commit(told);
        }
        let report = library.sync("hunts", now()).unwrap();
        read.push(((*told).to_owned(), report.commits));
        let beside = tempfile::tempdir().unwrap();
        open(beside.path(), &shelf.work()).sync("hunts", now()).unwrap();
        let (followed, made) = (documents(&data), documents(beside.path()));
        assert!(followed == made, "{told}: {}", followed.differences(&made));
    }
    read
}

fn moved(shelf: &Shelf, from: &str, to: &str) {
    std::fs::create_dir_all(shelf.work().join(to).parent().unwrap()).unwrap();
    std::fs::rename(shelf.work().join(from), shelf.work().join(to)).unwrap();
}

/// A branch off main, one commit on it, and main again.
fn on_a_branch(shelf: &Shelf, work: impl Fn()) {
    shelf.git(&["checkout", "-q", "-b", "side"]);
    work();
    shelf.commit("On the side");
    shelf.git(&["checkout", "-q", "main"]);
}

#[test]
fn a_file_that_moved_holds_its_id_against_one_that_comes_where_it_was() {
    for apart in [false, true] {
        let shelf = Shelf::new();
        let first = |body| shelf.write("a.md", procedure("a", "T1003", body));
        let moves = || moved(&shelf, "a.md", "b.md");
        let comes = || shelf.write("a.md", procedure("a", "T1059", "Another altogether, of the same id."));
        let both = || {
            moves();
            shelf.commit("moved");
            comes();
        };
        let mut steps: Vec<Step<'_>> =
            vec![("one", Box::new(|| first("The first."))), ("changed", Box::new(|| first("Changed.")))];
        if apart {
            steps.push(("moved", Box::new(moves)));
            steps.push(("another where it was", Box::new(comes)));
        } else {
            steps.push(("moved, and another where it was", Box::new(both)));
        }
        steps.push(("changed again", Box::new(|| shelf.write("b.md", procedure("a", "T1003", "More.")))));
        walk(&shelf, &steps);
        let library = shelf.open();
        let found: Vec<_> =
            entries(&library).into_iter().map(|entry| (entry.path, entry.standing, entry.taken_by)).collect();
        let taken = (String::from("a.md"), Standing::Duplicate, Some("b.md".to_owned()));
        assert_eq!(found, [taken, ("b.md".to_owned(), Standing::Good, None)]);
    }
}

#[test]
fn what_teams_do_every_day_is_continued_and_not_made_anew() {
    let shelf = Shelf::new();
    let hunt = |id: &str, body: &str| procedure(id, "T1003", body);
    let remove = |path: &str| std::fs::remove_file(shelf.work().join(path)).unwrap();
    let merge = |how: &str| shelf.git(&["merge", "-q", how, "-m", "Merge the side", "side"]);
    let steps: Vec<Step<'_>> = vec![
        (
            "three",
            Box::new(|| {
                for id in ["a", "b", "c"] {
                    shelf.write(&format!("{id}.md"), hunt(id, "As it was."));
                }
                shelf.write("README.md", "# Plain\n");
            }),
        ),
        ("changed", Box::new(|| shelf.write("a.md", hunt("a", "Changed.")))),
        ("the README too", Box::new(|| shelf.write("README.md", "# Plain, changed\n"))),
        ("moved", Box::new(|| moved(&shelf, "a.md", "moved/a.md"))),
        ("back", Box::new(|| moved(&shelf, "moved/a.md", "a.md"))),
        ("a copy", Box::new(|| shelf.write("copy.md", hunt("a", "Changed.")))),
        ("the copy's own id", Box::new(|| shelf.write("copy.md", hunt("copy", "Changed.")))),
        ("deleted", Box::new(|| remove("b.md"))),
        ("restored", Box::new(|| shelf.write("b.md", hunt("b", "As it was.")))),
        (
            "without its metadata",
            Box::new(|| shelf.write("b.md", hunt("b", "As it was.").replace("hunting:", "hunted:"))),
        ),
        ("with it again", Box::new(|| shelf.write("b.md", hunt("b", "As it was.")))),
        ("another id", Box::new(|| shelf.write("b.md", hunt("bee", "As it was.")))),
        (
            "two ids swapped",
            Box::new(|| {
                shelf.write("a.md", hunt("c", "Changed."));
                shelf.write("c.md", hunt("a", "As it was."));
            }),
        ),
        (
            "a sidecar",
            Box::new(|| shelf.write("described/metadata.yaml", "id: described\ntitle: Described\n")),
        ),
        ("moved beside it", Box::new(|| moved(&shelf, "copy.md", "described/copy.md"))),
        (
            "a merge",
            Box::new(|| {
                on_a_branch(&shelf, || shelf.write("side.md", hunt("side", "From the side.")));
                shelf.write("a.md", hunt("c", "Meanwhile."));
                shelf.commit("Meanwhile");
                merge("--no-ff");
            }),
        ),
        (
            "a link and two names alike",
            Box::new(|| {
                std::os::unix::fs::symlink("a.md", shelf.work().join("link.md")).unwrap();
                shelf.write("SIDE.md", hunt("loud", "Shouting."));
            }),
        ),
        (
            "without them",
            Box::new(|| {
                remove("link.md");
                remove("SIDE.md");
            }),
        ),
    ];
    let read = walk(&shelf, &steps);
    let anew: Vec<_> = read[1..].iter().filter(|(_, commits)| *commits > 3).collect();
    assert!(anew.is_empty(), "{anew:?}");
}
