//! What is like a procedure.

use super::*;

#[test]
fn what_shares_techniques_comes_before_what_shares_sources_and_says_what_it_shares() {
    let shelf = Shelf::with([
        put("one.md").technique("T1003.001").data("process").tag("windows"),
        put("same.md").technique("T1003.001").data("scwx.process"),
        put("sibling.md").technique("T1003.002").data("registry"),
        put("source.md").technique("T1566").data("process").tag("windows"),
        put("tag.md").technique("T1566.001").tag("Windows"),
        put("nothing.md").technique("T1046"),
        put("unmapped.md"),
    ]);
    let entry = shelf.find("path:one.md").hits.remove(0).entry;
    let similar = shelf.index.similar(&entry, 10).unwrap();
    let told: Vec<_> = similar.iter().map(|one| (one.entry.path.as_str(), one.shared.join(" "))).collect();
    assert_eq!(
        told,
        [("same.md", "T1003.001 process".to_owned()), ("sibling.md", "T1003".to_owned())],
        "a source and a tag alone are no likeness"
    );
    assert_eq!(shelf.index.similar(&entry, 1).unwrap().len(), 1);
    let bare = shelf.find("path:unmapped.md").hits.remove(0).entry;
    assert!(shelf.index.similar(&bare, 10).unwrap().is_empty());
}
