//! What is offered where nothing was found.

use super::*;
use proptest::option;
use proptest::prop_assert;
use proptest::prop_assert_eq;
use proptest::test_runner::{Config, TestRunner};

fn shelf() -> Shelf {
    Shelf::with([
        put("a.md").title("Dumps of lsass").technique("T1003.001").tag("windows"),
        put("b.md").title("Reads of ntds").technique("T1003.003").tag("windows"),
        put("c.md").title("Copies of ntds").technique("T1003.003").tag("linux"),
        put("d.md").title("Shells").technique("T1059.001").tag("windows"),
    ])
}

fn offers(shelf: &Shelf, search: &Search) -> Offers {
    shelf.index.offers(search, &Lexicon::of(Release::current())).unwrap()
}

fn asked(text: &str) -> Search {
    Search { text: text.into(), limit: 20, ..Search::default() }
}

fn relatives(offers: &Offers) -> Vec<(&str, u64)> {
    for one in &offers.relatives {
        assert_eq!(one.search.filters.technique, [one.id.as_str()]);
    }
    offers.relatives.iter().map(|one| (one.id.as_str(), one.count)).collect()
}

#[test]
fn what_hunts_the_parent_and_the_siblings_is_offered_with_its_number() {
    let shelf = shelf();
    let kin = [("T1003", 3), ("T1003.003", 2), ("T1003.001", 1)];
    for text in
        ["technique:T1003.002", "T1003.002", "\"Security Account Manager\"", "security account manager"]
    {
        assert_eq!(relatives(&offers(&shelf, &asked(text))), kin, "{text}");
    }
    let filters = Filters { technique: vec!["t1003.002".into()], ..Filters::default() };
    let offered = offers(&shelf, &Search { filters, ..asked("") });
    assert_eq!(relatives(&offered), kin);
    assert_eq!(offered.named[0].as_str(), "T1003.002");
    assert!(relatives(&offers(&shelf, &asked("-technique:T1003.002"))).is_empty());
    assert!(relatives(&offers(&shelf, &asked("technique:T1110.003 nothing"))).is_empty());
}

#[test]
fn what_else_was_asked_for_holds_for_the_relatives_where_it_finds_any() {
    let shelf = shelf();
    let offered = offers(&shelf, &asked("technique:T1003.002 tag:linux"));
    assert_eq!(relatives(&offered), [("T1003", 1), ("T1003.003", 1)]);
    assert_eq!(offered.relatives[0].search.text, "tag:linux");
    let offered = offers(&shelf, &asked("technique:T1003.002 tag:cloud"));
    assert_eq!(relatives(&offered)[0], ("T1003", 3));
    assert_eq!(offered.relatives[0].search.text, "", "nothing is there within the rest");
}

#[test]
fn what_is_there_without_a_condition_is_offered_with_its_number() {
    let shelf = shelf();
    let filters = Filters { tag: vec!["linux".into(), "mac".into()], ..Filters::default() };
    let offered = offers(&shelf, &Search { filters, ..asked("ntds lsass") });
    let told: Vec<_> = offered.without.iter().map(|one| (one.left_out.clone(), one.count)).collect();
    assert_eq!(told, [(LeftOut::Part("lsass".into()), 1)]);
    assert_eq!(offered.without[0].search.text, "ntds");
    assert_eq!(offered.without[0].search.filters.tag, ["linux", "mac"]);

    let filters = Filters { tag: vec!["mac".into(), "cloud".into()], ..Filters::default() };
    let offered = offers(&shelf, &Search { filters, ..asked("ntds") });
    assert_eq!(
        offered.without[0].left_out,
        LeftOut::Filter("tag".into(), vec!["mac".into(), "cloud".into()])
    );
    assert_eq!((offered.without[0].count, offered.without.len()), (2, 1));

    assert!(offers(&shelf, &asked("nothing")).without.is_empty(), "there is nothing left without it");
    let offered = offers(&shelf, &asked("security account manager windows"));
    assert_eq!(
        offered.without[0].left_out,
        LeftOut::Part("security account manager".into()),
        "a name is one"
    );
}

#[test]
fn the_longer_a_search_the_fewer_of_its_conditions_are_tried() {
    let shelf = shelf();
    // Only without one of its words something is found; the last are tried first.
    let tried = |words: usize, from_the_end: usize| {
        let mut text = vec!["technique:T1003"; words];
        text[words - from_the_end] = "zebra";
        offers(&shelf, &asked(&text.join(" "))).without.len()
    };
    assert_eq!((tried(7, 6), tried(7, 7)), (1, 0));
    assert_eq!((tried(16, 4), tried(16, 5)), (1, 0));
    assert_eq!((tried(32, 2), tried(32, 3)), (1, 0));
}

#[test]
fn whatever_was_asked_what_is_offered_is_found() {
    let shelf = shelf();
    let text = r#"(ntds |lsass |tag:linux |-shells |T1003\.002 |technique:T1003\.00[1-4] |\(| OR |\) |"reads of" |é |in:title ){0,12}"#;
    let mut runner = TestRunner::new(Config::with_cases(500));
    let tried = runner.run(&(text, option::of("linux|windows|none")), |(text, tag)| {
        let filters = Filters { tag: tag.into_iter().collect(), ..Filters::default() };
        let offered = offers(&shelf, &Search { filters, ..asked(&text) });
        prop_assert!(offered.relatives.len() <= 8 && offered.without.len() <= 6);
        let relatives = offered.relatives.iter().map(|one| (&one.search, one.count));
        for (search, count) in relatives.chain(offered.without.iter().map(|one| (&one.search, one.count))) {
            let found = shelf.search(search);
            prop_assert_eq!(found.total as u64, count, "{:?}", search);
        }
        Ok(())
    });
    tried.unwrap();
}
