//! What is wrong with files, listed and counted.

use super::*;

fn paths(shelf: &Shelf, asked: &Asked) -> Vec<String> {
    let (found, _) = shelf.index.with_problems(asked, 10, None).unwrap();
    found.into_iter().map(|entry| entry.path).collect()
}

#[test]
fn problems_are_paged_by_path() {
    let shelf = Shelf::with([put("b.md").problem("x"), put("a.md").problem("y"), put("c.md")]);
    let all = Asked::default();
    let (first, next) = shelf.index.with_problems(&all, 1, None).unwrap();
    assert_eq!(first[0].path, "a.md");
    let (second, next) = shelf.index.with_problems(&all, 1, next.as_deref()).unwrap();
    assert_eq!((second[0].path.as_str(), next), ("b.md", None));
    assert_eq!(shelf.index.with_problems(&all, 10, Some("!")).unwrap().0.len(), 2);
}

#[test]
fn what_nobody_has_changed_for_the_longest_time_can_come_first() {
    let at = |time: i64| move |entry: &mut Entry| entry.updated_at = time;
    let shelf = Shelf::with([
        put("new.md").problem("x").with(at(300)),
        put("old.md").problem("x").with(at(100)),
        put("older.md").problem("x").with(at(-5)),
    ]);
    let oldest = Asked { oldest_first: true, ..Asked::default() };
    let mut seen = Vec::new();
    let mut cursor = None;
    loop {
        let (page, next) = shelf.index.with_problems(&oldest, 1, cursor.as_deref()).unwrap();
        seen.extend(page.into_iter().map(|entry| entry.path));
        cursor = next;
        if cursor.is_none() {
            break;
        }
    }
    assert_eq!(seen, ["older.md", "old.md", "new.md"]);
}

#[test]
fn problems_are_found_by_rule_severity_and_repository_and_counted_by_each() {
    let bad = |put: Put| {
        put.with(|entry| entry.problems.push(Diagnostic::new("y", Severity::Error, "what", "help")))
    };
    let shelf =
        Shelf::with([put("a.md").problem("x"), bad(put("b.md").problem("x")), bad(put("c.md")), put("d.md")]);
    let elsewhere = put("e.md").problem("x").with(|entry| entry.repo = "other".into());
    let batch = shelf.index.writer("other", Release::current(), Load::Few).unwrap();
    batch.put(&elsewhere.entry, &elsewhere.text).unwrap();
    batch.commit(json!({})).unwrap();

    let of = |rule: &str| Asked { rule: Some(rule.into()), ..Asked::default() };
    assert_eq!(paths(&shelf, &of("x")), ["e.md", "a.md", "b.md"]);
    assert_eq!(paths(&shelf, &of("y")), ["b.md", "c.md"]);
    assert_eq!(paths(&shelf, &of("z")), [""; 0]);
    let worst = Asked { severity: Some(Severity::Error), ..of("x") };
    assert_eq!(paths(&shelf, &worst), ["b.md"]);
    let here = Asked { repo: Some(REPO.into()), ..of("x") };
    assert_eq!(paths(&shelf, &here), ["a.md", "b.md"]);

    let all = shelf.index.problem_counts(None).unwrap();
    assert_eq!(all.files, 4);
    assert_eq!(all.severities, [(Severity::Error, 2), (Severity::Warning, 3), (Severity::Info, 0)]);
    assert_eq!(all.rules, [("x".to_owned(), 3), ("y".to_owned(), 2)]);
    assert_eq!(all.repos, [("other".to_owned(), 1), (REPO.to_owned(), 3)].into());
    let here = shelf.index.problem_counts(Some(REPO)).unwrap();
    assert_eq!((here.files, here.rules), (3, vec![("x".to_owned(), 2), ("y".to_owned(), 2)]));
    assert_eq!(shelf.find("rule:y").total, 2);
}

#[test]
fn what_was_mended_counts_no_more() {
    let shelf = Shelf::with([put("a.md").problem("x"), put("b.md").problem("x")]);
    shelf.put([put("a.md")]);
    let counts = shelf.index.problem_counts(None).unwrap();
    assert_eq!((counts.files, counts.rules), (1, vec![("x".to_owned(), 1)]));
}
