//! The rules at every sync: what they find is a problem with its line, held to what the team asks, and mended by a patch.

#![allow(clippy::unwrap_used, reason = "clippy knows of tests only, not of what they share")]

mod library_fixture;

use catalog::index::Asked;
use catalog::library::Library;
use catalog::lint::Severity;
use library_fixture::{Shelf, everything, now, open, procedure};

const PASSES: &str = "It looks.\n\n```{code-cell} ipython3\n:tags: [remove_cel]\n\nx = 1\n```\n";

/// Path, line and code of what is asked for.
fn told(library: &Library, asked: &Asked) -> Vec<String> {
    let (problems, _) = library.problems(asked, 100, None).unwrap();
    problems
        .iter()
        .map(|one| format!("{}:{} {}", one.path, one.diagnostic.line, one.diagnostic.code))
        .collect()
}

fn of(rule: &str) -> Asked {
    Asked { rule: Some(rule.to_owned()), ..Asked::default() }
}

fn hunts() -> Shelf {
    let shelf = Shelf::new();
    let code = "Words.\n\n```{code-cell} ipython3\nprint(undefined_name)\n```\n";
    shelf.write("a.md", procedure("a", "T1003.001", code));
    shelf.write("deep/b.md", procedure("b", "T1558.003", PASSES));
    shelf.commit("Hunts");
    shelf
}

#[test]
fn what_a_rule_finds_is_a_problem_until_it_is_mended() {
    let shelf = hunts();
    let library = shelf.open();
    library.sync("hunts", now()).unwrap();
    let (problems, _) = library.problems(&of("name-undefined"), 100, None).unwrap();
    assert_eq!(problems.len(), 1, "{problems:?}");
    assert_eq!((problems[0].path.as_str(), problems[0].diagnostic.severity), ("a.md", Severity::Error));
    let text = std::fs::read_to_string(shelf.work().join("a.md")).unwrap();
    let line = text.lines().nth(problems[0].diagnostic.line as usize - 1);
    assert_eq!(line, Some("print(undefined_name)"));
    assert!(problems[0].updated_at.is_some());
    let counts = library.problem_counts(None).unwrap();
    assert_eq!(counts.severities[0], (Severity::Error, 1));
    let found =
        library.search(&catalog::index::Search { text: "rule:name-undefined".into(), ..everything() });
    assert_eq!(found.unwrap().hits.len(), 1);
    let health = library.syncs("hunts", None, 1).unwrap().syncs[0].health.unwrap();
    assert_eq!((health.files, health.with_errors), (2, 1));

    shelf.write("a.md", procedure("a", "T1003.001", "Words.\n\n```{code-cell} ipython3\nprint(1)\n```\n"));
    shelf.commit("Mend it");
    let report = library.sync("hunts", now()).unwrap();
    assert_eq!(report.files, 1, "only what changed is looked at");
    assert_eq!(told(&library, &of("name-undefined")), [""; 0]);
    assert_eq!(library.problem_counts(None).unwrap().severities[0], (Severity::Error, 0));
    let health = library.syncs("hunts", None, 1).unwrap().syncs[0].health.unwrap();
    assert_eq!((health.files, health.with_errors), (2, 0));
}

#[test]
fn what_a_team_asks_holds_from_the_commit_on_that_says_so() {
    let shelf = hunts();
    let library = shelf.open();
    library.sync("hunts", now()).unwrap();
    assert_eq!(told(&library, &of("name-undefined")).len(), 1);
    shelf.write("huntshelf.toml", "[lint.rules]\nname-undefined = \"off\"\ntag-misspelt = \"error\"\n");
    shelf.commit("Ask otherwise");
    library.sync("hunts", now()).unwrap();
    assert_eq!(told(&library, &of("name-undefined")), [""; 0]);
    let (problems, _) = library.problems(&of("tag-misspelt"), 100, None).unwrap();
    assert_eq!(problems[0].diagnostic.severity, Severity::Error);
    // The same answer from a library that begins with it.
    let other = open(&shelf.folder.path().join("anew"), &shelf.work());
    other.sync("hunts", now()).unwrap();
    assert_eq!(told(&other, &Asked::default()), told(&library, &Asked::default()));
    std::fs::remove_file(shelf.work().join("huntshelf.toml")).unwrap();
    shelf.commit("Ask no more");
    library.sync("hunts", now()).unwrap();
    assert_eq!(told(&library, &of("name-undefined")).len(), 1);
}

#[test]
fn one_patch_mends_what_is_certain_and_git_takes_it() {
    let shelf = hunts();
    let library = shelf.open();
    library.sync("hunts", now()).unwrap();
    assert_eq!(library.problem_counts(Some("hunts")).unwrap().mendable, 1);
    assert_eq!(told(&library, &of("tag-misspelt")).len(), 1);
    let patch = library.mending_patch("hunts").unwrap().unwrap();
    assert_eq!(patch.left, [""; 0]);
    assert!(patch.text.contains("-:tags: [remove_cel]\n+:tags: [remove_cell]\n"), "{}", patch.text);
    shelf.write("mending.patch", patch.file());
    shelf.git(&["apply", "mending.patch"]);
    std::fs::remove_file(shelf.work().join("mending.patch")).unwrap();
    shelf.commit("Apply it");
    library.sync("hunts", now()).unwrap();
    assert_eq!(told(&library, &of("tag-misspelt")), [""; 0]);
    assert_eq!(library.problem_counts(Some("hunts")).unwrap().mendable, 0);
    assert_eq!(library.mending_patch("hunts").unwrap().unwrap().text, "");
    assert!(library.mending_patch("nothing").unwrap().is_none());
}
