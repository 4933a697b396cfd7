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

#[test]
fn rare_words_of_title_and_description_are_a_likeness_and_common_ones_are_not() {
    let common = (0..80).map(|at| put(&format!("other{at}.md")).title("Hunt for processes"));
    let shelf = Shelf::with(common.chain([
        put("one.md").title("Hunt for Zerologon with Netlogon secure channel resets"),
        put("other.md").title("Resetting Netlogon channels: Zerologon"),
    ]));
    let entry = shelf.find("path:one.md").hits.remove(0).entry;
    let similar = shelf.index.similar(&entry, 10).unwrap();
    let told: Vec<_> = similar.iter().map(|one| (one.entry.path.as_str(), one.shared.join(" "))).collect();
    assert_eq!(
        told,
        [("other.md", "\u{201c}channel\u{201d} \u{201c}Netlogon\u{201d} \u{201c}resets\u{201d} \u{201c}Zerologon\u{201d}".to_owned())]
    );
}

/// A text of so many different words, of which the ones from `from` on are others.
fn prose(words: usize, from: usize) -> String {
    let word = |at: usize| if at < from { format!("common{at}") } else { format!("own{at}") };
    (0..words).map(word).collect::<Vec<_>>().join(" ")
}

#[test]
fn what_has_nearly_the_same_text_is_told_with_how_much_of_it() {
    let shelf = Shelf::with([
        put("one.md").prose(&prose(400, 400)),
        put("copied.md").prose(&prose(400, 400)).title("Another title"),
        put("changed.md").prose(&prose(400, 385)),
        put("half.md").prose(&prose(400, 200)),
        put("short.md").prose("Common words."),
        put("gone.md").prose(&prose(400, 400)),
    ]);
    let batch = shelf.batch();
    batch.remove(REPO, "gone.md").unwrap();
    batch.commit(json!({})).unwrap();
    let alike = |path: &str| {
        let entry = shelf.find(&format!("path:{path}")).hits.remove(0).entry;
        let found = shelf.index.near_duplicates(&entry, 10).unwrap();
        found.into_iter().map(|one| (one.entry.path, one.alike)).collect::<Vec<_>>()
    };
    let told = alike("one.md");
    assert_eq!(told.iter().map(|(path, _)| path.as_str()).collect::<Vec<_>>(), ["copied.md", "changed.md"]);
    assert_eq!(told[0].1, 100);
    assert!((85..100).contains(&told[1].1), "{told:?}");
    let entry = shelf.find("path:one.md").hits.remove(0).entry;
    let likeness = shelf.index.likeness(&entry, 10).unwrap();
    assert_eq!(likeness.near_duplicates.len(), 2);
    assert!(likeness.similar.is_empty(), "what is nearly the same is not told again as similar");
    assert!(alike("half.md").is_empty());
    assert!(alike("short.md").is_empty());
}
