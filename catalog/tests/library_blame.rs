//! Who last changed a line, a cell, the metadata: through renames, other formats, merges and deletions. From real
//! repositories made with `git`.

#![cfg(all(feature = "mirror", feature = "index"))]
#![allow(
    clippy::unwrap_used,
    clippy::semicolon_if_nothing_returned,
    reason = "clippy knows of tests only, not of what they share"
)]

mod library_fixture;

use catalog::library::{Attributed, Attribution, Blame, Library, LibraryError};
use library_fixture::{Shelf, address, now, procedure};

/// The subjects of the revisions that the lines that hold a text came with.
fn of_line(blame: &Blame, text: &str) -> String {
    let found = &blame.found;
    let subject =
        |(line, by): (&str, &u32)| line.contains(text).then(|| found.revisions[*by as usize].subject.clone());
    let subjects: Vec<String> =
        found.text.split_inclusive('\n').zip(&found.lines).filter_map(subject).collect();
    assert!(!subjects.is_empty(), "{text} is no line of {}", found.text);
    subjects.join(", ")
}

fn subject(found: &Attributed, by: Attribution) -> &str {
    &found.revisions[by.revision].subject
}

/// The subjects of the revisions that changed the cells.
fn of_cells(blame: &Blame) -> Vec<&str> {
    blame.found.cells.iter().map(|cell| cell.map_or("", |cell| subject(&blame.found, cell))).collect()
}

fn of_key<'a>(blame: &'a Blame, key: &str) -> &'a str {
    let (_, by) = blame.found.keys.iter().find(|(own, _)| own == key).unwrap();
    subject(&blame.found, *by)
}

fn blame(library: &Library, id: &str, at: Option<&str>) -> Blame {
    library.blame(&address(id), at).unwrap().unwrap()
}

fn synced(shelf: &Shelf) -> Library {
    let library = shelf.open();
    library.sync("hunts", now()).unwrap();
    library
}

const BODY: &str = "Some prose.\n\n```{code-cell} ipython3\n:tags: [parameters]\n\nTENANT_ID: str = \"\"\nLIMIT = 1\n```\n\nMore prose.\n\nAnd more.";

#[test]
fn lines_cells_and_keys_are_of_whom_changed_them_last_through_renames() {
    let shelf = Shelf::new();
    let text = procedure("a", "T1003.001", BODY);
    shelf.write("old.md", &text);
    let first = shelf.commit("Add");
    std::fs::remove_file(shelf.work().join("old.md")).unwrap();
    let text = text.replace("LIMIT = 1", "LIMIT = 2").replace("tags: [windows]", "tags: [linux]");
    shelf.write("hunts/new.md", &text);
    shelf.commit("Move and raise the limit");
    let text = text.replace("Some prose.", "Better prose.").replace("# Hunt a\n", "# Hunt a!\n");
    shelf.write("hunts/new.md", &text);
    shelf.commit("Write better");
    let library = synced(&shelf);

    let found = blame(&library, "a", None);
    assert_eq!(of_line(&found, "LIMIT"), "Move and raise the limit");
    assert_eq!(of_line(&found, "TENANT_ID"), "Add");
    assert_eq!(of_line(&found, "Better prose"), "Write better");
    assert_eq!(of_cells(&found), ["Write better", "Move and raise the limit", "Add", "Add"]);
    assert_eq!(of_key(&found, "hunting.tags"), "Move and raise the limit");
    assert_eq!(of_key(&found, "hunting.title"), "Add");
    assert_eq!(subject(&found.found, found.found.metadata.unwrap()), "Move and raise the limit");
    let (first_line, last_line) = found.found.cells[1].unwrap().lines;
    let lines: Vec<&str> = found.found.text.lines().collect();
    assert!(
        lines[first_line as usize - 1].starts_with("```{code-cell}")
            && lines[last_line as usize - 1] == "```"
    );
    assert_eq!((found.found.cut.clone(), found.past, found.path.as_str()), (None, false, "hunts/new.md"));

    let before = blame(&library, "a", Some(&first));
    assert!(before.past && before.path == "old.md");
    assert_eq!(of_cells(&before), ["Add"; 4]);
    assert!(matches!(library.blame(&address("a"), Some("ffffffff")), Err(LibraryError::Commit(_))));
    assert!(library.blame(&address("nothing"), None).unwrap().is_none());
    // The second time it comes from memory, the very same.
    assert!(std::sync::Arc::ptr_eq(&found.found, &blame(&library, "a", None).found));
}

#[test]
fn what_was_taken_out_of_a_cell_changes_that_cell_and_no_other() {
    let shelf = Shelf::new();
    let text = procedure("a", "T1003.001", BODY);
    shelf.write("a.md", &text);
    shelf.commit("Add");
    shelf.write("a.md", text.replace("LIMIT = 1\n", ""));
    shelf.commit("Without a limit");
    let text = text.replace("LIMIT = 1\n", "").replace(":tags: [parameters]\n\n", "");
    shelf.write("a.md", &text);
    shelf.commit("Without tags");
    let text = text.replace("\n\nAnd more.", "");
    shelf.write("a.md", &text);
    shelf.commit("Without the last paragraph");
    shelf.write("a.md", text.replace("  description: Looks for a.\n", ""));
    shelf.commit("Without a description");
    let found = blame(&synced(&shelf), "a", None);
    assert_eq!(of_cells(&found), ["Add", "Without tags", "Without the last paragraph", "Add"]);
    assert_eq!(subject(&found.found, found.found.metadata.unwrap()), "Without a description");
}

#[test]
fn a_cell_that_went_changes_none_of_its_neighbours() {
    let shelf = Shelf::new();
    let text = procedure("a", "T1003.001", BODY);
    shelf.write("a.md", &text);
    shelf.commit("Add");
    let begins = text.find("```{code-cell} ipython3\n:tags").unwrap();
    let ends = text.find("More prose").unwrap();
    let without = format!("{}+++\n\n{}", &text[..begins], &text[ends..]);
    shelf.write("a.md", &without);
    shelf.commit("Without parameters");
    let found = blame(&synced(&shelf), "a", None);
    assert_eq!(of_cells(&found), ["Add", "Add", "Add"]);
}

#[test]
fn what_is_said_above_a_cell_of_prose_is_its_own() {
    let shelf = Shelf::new();
    let text = procedure("a", "T1003.001", BODY);
    shelf.write("a.md", &text);
    shelf.commit("Add");
    let told = text.replace("More prose.", "+++ {\"tags\": [\"remove_cell\"]}\n\nMore prose.");
    shelf.write("a.md", &told);
    shelf.commit("For hunters only");
    let library = synced(&shelf);
    assert_eq!(of_cells(&blame(&library, "a", None)), ["Add", "Add", "For hunters only", "Add"]);
    shelf.write("a.md", &text);
    shelf.commit("For everybody");
    library.sync("hunts", now()).unwrap();
    assert_eq!(of_cells(&blame(&library, "a", None)), ["Add", "Add", "For everybody", "Add"]);
}

#[test]
fn a_merge_leaves_the_lines_of_either_side_to_whom_they_are_of() {
    let shelf = Shelf::new();
    let text = procedure("a", "T1003.001", BODY);
    shelf.write("a.md", &text);
    shelf.commit("Add");
    shelf.git(&["checkout", "-q", "-b", "side"]);
    shelf.write("a.md", text.replace("More prose.", "More, from the side."));
    shelf.commit("On the side");
    shelf.git(&["checkout", "-q", "main"]);
    shelf.write("a.md", text.replace("Some prose.", "Some, from the main branch."));
    shelf.commit("On the branch");
    shelf.git(&["merge", "-q", "--no-ff", "-m", "Merge", "side"]);
    let found = blame(&synced(&shelf), "a", None);
    assert_eq!(of_line(&found, "from the side"), "On the side");
    assert_eq!(of_line(&found, "from the main branch"), "On the branch");
    assert_eq!(of_cells(&found), ["On the branch", "Add", "On the side", "Add"]);
    assert!(!found.found.revisions.iter().any(|revision| revision.subject == "Merge"));
}

#[test]
fn a_side_that_does_not_know_of_a_rename_is_found_where_the_file_was() {
    let shelf = Shelf::new();
    let text = procedure("a", "T1003.001", BODY);
    shelf.write("old.md", &text);
    shelf.commit("Add");
    shelf.git(&["checkout", "-q", "-b", "side"]);
    shelf.write("old.md", text.replace("More prose.", "More, from the side."));
    shelf.commit("On the side");
    shelf.git(&["checkout", "-q", "main"]);
    shelf.git(&["mv", "old.md", "new.md"]);
    shelf.write("new.md", text.replace("Some prose.", "Some, from the main branch."));
    shelf.commit("Move");
    shelf.git(&["merge", "-q", "--no-ff", "-m", "Merge", "side"]);
    let found = blame(&synced(&shelf), "a", None);
    assert_eq!(found.path, "new.md");
    assert_eq!(of_line(&found, "from the side"), "On the side");
    assert_eq!(of_line(&found, "from the main branch"), "Move");
    assert_eq!(of_line(&found, "TENANT_ID"), "Add");
}

#[test]
fn two_branches_that_made_the_same_change_each_keep_their_own() {
    let shelf = Shelf::new();
    let text = procedure("a", "T1003.001", BODY);
    shelf.write("a.md", &text);
    shelf.commit("Add");
    let same = text.replace("LIMIT = 1", "LIMIT = 2");
    shelf.write("a.md", &same);
    shelf.commit("On the branch");
    shelf.git(&["checkout", "-q", "-b", "side", "HEAD~1"]);
    shelf.write("a.md", &same);
    shelf.commit("Picked on the side");
    shelf.git(&["checkout", "-q", "main"]);
    shelf.write("a.md", same.replace("Some prose.", "Better prose."));
    shelf.commit("Write better");
    shelf.git(&["merge", "-q", "--no-ff", "-m", "Merge", "side"]);
    let found = blame(&synced(&shelf), "a", None);
    assert_eq!(of_line(&found, "LIMIT"), "On the branch");
}

#[test]
fn a_notebook_that_was_ipynb_keeps_whom_its_cells_are_of() {
    let shelf = Shelf::new();
    let text = procedure("a", "T1003.001", BODY);
    let ipynb = |text: &str| catalog::notebook::ipynb::write(&catalog::notebook::myst::read(text.as_bytes()));
    shelf.write("a.ipynb", ipynb(&text));
    shelf.commit("Add");
    let better = text.replace("Some prose.", "Better prose.");
    shelf.write("a.ipynb", ipynb(&better));
    shelf.commit("Write better");
    std::fs::remove_file(shelf.work().join("a.ipynb")).unwrap();
    shelf.write("a.md", better.replace("LIMIT = 1", "LIMIT = 2"));
    shelf.commit("Keep it in markdown");
    let library = synced(&shelf);
    let found = blame(&library, "a", None);
    assert_eq!(of_cells(&found), ["Write better", "Keep it in markdown", "Add", "Add"]);
    let past = library.history(&address("a"), 10, None).unwrap().unwrap().revisions;
    let json = blame(&library, "a", Some(&past[1].commit));
    assert_eq!(json.path, "a.ipynb");
    assert_eq!(of_cells(&json), ["Write better", "Add", "Add", "Add"]);
    assert!(json.found.text.starts_with("---\n"), "an ipynb file is shown as what its cells say");
}

#[test]
fn a_file_that_came_back_goes_on_where_it_was_deleted() {
    let shelf = Shelf::new();
    let text = procedure("a", "T1003.001", BODY);
    shelf.write("a.md", &text);
    shelf.commit("Add");
    std::fs::remove_file(shelf.work().join("a.md")).unwrap();
    shelf.commit("Delete");
    let library = synced(&shelf);
    let gone = blame(&library, "a", None);
    assert!(gone.deleted.is_some() && gone.past);
    assert_eq!(of_line(&gone, "Some prose"), "Add");
    shelf.write("a.md", text.replace("Some prose.", "Better prose."));
    shelf.commit("Bring back");
    library.sync("hunts", now()).unwrap();
    let found = blame(&library, "a", None);
    assert_eq!(of_line(&found, "Better prose"), "Bring back");
    assert_eq!(of_line(&found, "More prose"), "Add");
}

#[test]
fn a_broken_notebook_is_blamed_as_it_is_shown_and_one_that_is_described_beside_it_by_that_file() {
    let shelf = Shelf::new();
    let text = procedure("a", "T1003.001", BODY);
    shelf.write("a.md", &text);
    let beside = "---\njupytext: {text_representation: {format_name: myst}}\n---\n\n# Beside\n\n```{code-cell}\n1\n```\n";
    shelf.write("side/notebook.md", beside);
    shelf.write("side/metadata.yaml", "id: BESIDE\ntitle: Beside\n");
    shelf.commit("Add");
    shelf.write("side/metadata.yaml", "id: BESIDE\ntitle: Beside it\n");
    shelf.commit("Rename it");
    shelf.write("side/notebook.md", beside.replace("1\n", "2\n"));
    shelf.commit("Change the code");
    shelf.write("a.md", text.replace("tags: [windows]\n", "tags: [windows\n"));
    shelf.commit("Break it");
    let library = synced(&shelf);
    let found = blame(&library, "a", None);
    assert!(!found.past && found.found.text.contains("tags: [windows]\n"));
    assert_eq!(found.found.revisions.len(), 1);
    let beside = blame(&library, "BESIDE", None);
    let (path, by) = beside.found.described_by.clone().unwrap();
    assert_eq!(
        (path.as_str(), beside.found.revisions[by].subject.as_str()),
        ("side/metadata.yaml", "Rename it")
    );
    assert_eq!(of_cells(&beside), ["Add", "Change the code"]);
}
