//! Finding by name, and what a commit replaces.

use super::*;

fn revision(path: &str, commit: &str, order: u64) -> Revision {
    Revision {
        repo: REPO.into(),
        commit: commit.into(),
        path: path.into(),
        previous_path: None,
        lineage: format!("lineage-{path}"),
        order,
        author_name: "Rosa".into(),
        author_email: "rosa@example.org".into(),
        authored_at: (1, 60),
        committed_at: (2, -120),
        subject: format!("Change {order}"),
        status: RevisionStatus::Modified,
        changes: Vec::new(),
        blob: Some("b10b".into()),
        before: None,
        merge: false,
        co_authors: Vec::new(),
        id: None,
        title: String::new(),
        hunts: Vec::new(),
        today: None,
        gained: Vec::new(),
        lost: Vec::new(),
    }
}

#[test]
fn an_entry_comes_back_as_it_was_put() {
    let whole = put("a.md").title("T").technique("T1003.001").tag("x").meta("k", json!({"deep": [1, null]}));
    let shelf = Shelf::with([whole.clone()]).reopen();
    assert_eq!(shelf.index.by_path(REPO, "a.md").unwrap(), Some(whole.entry.clone()));
    assert_eq!(shelf.index.by_lineage(REPO, "lineage-a.md").unwrap(), Some(whole.entry.clone()));
    assert_eq!(shelf.find("").hits[0].entry, whole.entry);
    assert_eq!(shelf.index.by_path("other", "a.md").unwrap(), None);
}

#[test]
fn an_id_finds_who_has_it_before_who_had_it() {
    let shelf = Shelf::with([
        put("a.md").with(|entry| entry.former_ids = vec!["one".into()]),
        put("b.md").with(|entry| entry.id = "one".into()),
        put("c.md").with(|entry| entry.id = "path:c.md".into()),
    ]);
    let matches = |id: &str| -> Vec<(String, Matched)> {
        let found = shelf.index.by_id(id).unwrap();
        found.into_iter().map(|one| (one.entry.path, one.matched)).collect()
    };
    assert_eq!(matches("one"), [("b.md".into(), Matched::Id), ("a.md".into(), Matched::FormerId)]);
    assert_eq!(matches("path:c.md"), [("c.md".into(), Matched::Id)]);
    assert_eq!(matches("path:b.md"), [("b.md".into(), Matched::Path)]);
    assert_eq!(matches("two"), []);
}

#[test]
fn what_a_path_had_before_is_replaced_even_within_a_batch() {
    let shelf = Shelf::with([put("a.md").title("one"), put("a.md").title("two")]);
    assert_eq!(shelf.find("").total, 1);
    shelf.put([put("a.md").title("three")]);
    assert_eq!((shelf.find("").total, shelf.find("one").total, shelf.find("three").total), (1, 0, 1));
}

#[test]
fn entries_are_listed_by_path() {
    let shelf = Shelf::with([put("b.md"), put("a.md").with(|entry| entry.standing = Standing::Broken)]);
    let batch = shelf.index.writer("playbook-2", Release::current(), Load::Many).unwrap();
    batch.put(&put("z.md").with(|entry| entry.repo = "playbook-2".into()).entry, &Text::default()).unwrap();
    batch.commit(json!(null)).unwrap();
    let listed = shelf.index.entries(REPO).unwrap();
    let listed: Vec<(&str, &str, Standing)> =
        listed.iter().map(|one| (&*one.path, &*one.id, one.standing)).collect();
    assert_eq!(listed, [("a.md", "id-a.md", Standing::Broken), ("b.md", "id-b.md", Standing::Good)]);
    assert_eq!(shelf.index.entries("playbook-2").unwrap().len(), 1);
    assert_eq!(shelf.index.entries("play").unwrap(), []);
}

#[test]
fn revisions_come_newest_first_and_a_replay_is_harmless() {
    let shelf = Shelf::new();
    for _ in 0..2 {
        let batch = shelf.batch();
        for order in 1..=5 {
            batch.put_revision(&revision("a.md", &format!("c{order}"), order)).unwrap();
        }
        batch.put_revision(&revision("b.md", "c5", 6)).unwrap();
        batch.commit(json!({})).unwrap();
    }
    let orders = |limit, before| -> (Vec<u64>, usize) {
        let (revisions, total) = shelf.index.revisions(REPO, "lineage-a.md", limit, before).unwrap();
        (revisions.into_iter().map(|revision| revision.order).collect(), total)
    };
    assert_eq!(orders(2, None), (vec![5, 4], 5));
    assert_eq!(orders(10, Some(4)), (vec![3, 2, 1], 5));
    let found = shelf.index.revision(REPO, "lineage-a.md", "c3").unwrap();
    assert_eq!(found, Some(revision("a.md", "c3", 3)));
    assert_eq!(shelf.index.revision(REPO, "lineage-a.md", "c9").unwrap(), None);
    assert_eq!(shelf.find("").total, 0);
}

#[test]
fn a_repository_is_cleared_whole_and_alone() {
    let shelf = Shelf::with([put("a.md")]);
    let other = || put("a.md").with(|entry| entry.repo = "other".into());
    let batch = shelf.index.writer("other", Release::current(), Load::Few).unwrap();
    batch.put(&other().entry, &Text::default()).unwrap();
    batch.put_revision(&Revision { repo: "other".into(), ..revision("a.md", "c1", 1) }).unwrap();
    batch.commit(json!({"commit": "c1"})).unwrap();
    let batch = shelf.index.writer("other", Release::current(), Load::Few).unwrap();
    batch.clear("other").unwrap();
    batch.commit(json!(null)).unwrap();
    assert_eq!(shelf.find("").total, 1);
    assert_eq!(shelf.index.revisions("other", "lineage-a.md", 10, None).unwrap().1, 0);
    assert!(!shelf.index.marks().repos.contains_key("other"));
}

#[test]
fn after_clearing_the_same_batch_can_fill_again() {
    let shelf = Shelf::with([put("a.md"), put("b.md")]);
    let batch = shelf.batch();
    batch.clear(REPO).unwrap();
    batch.put(&put("a.md").entry, &Text::default()).unwrap();
    batch.commit(json!({})).unwrap();
    assert_eq!(paths(&shelf.find("")), ["a.md"]);
}
