//! Order and pages.

use super::*;

fn twenty() -> Shelf {
    // Four of each second, so that ties occur; two commits, so that there are two segments.
    let one =
        |at: i64| put(&format!("{at:02}.md")).title(&format!("Hunt {}", 99 - at)).prose("hunt").at(at / 4);
    let shelf = Shelf::with((0..10).map(one));
    shelf.put((10..20).map(one));
    shelf
}

fn all_pages(shelf: &Shelf, mut search: Search) -> Vec<String> {
    let mut all = Vec::new();
    loop {
        let found = shelf.search(&search);
        assert_eq!(found.hints, Vec::<String>::new());
        assert_eq!(found.total, 20);
        all.extend(paths(&found));
        assert!(all.len() <= 20);
        match found.next {
            Some(next) => search.cursor = Some(next),
            None => return all,
        }
    }
}

#[test]
fn pages_hold_everything_once_in_every_order() {
    let shelf = twenty();
    for sort in [Sort::Relevance, Sort::Changed, Sort::Title] {
        for text in ["", "hunt"] {
            for limit in [1, 3, 20, 0] {
                let search = Search { text: text.into(), sort, limit, ..Search::default() };
                let whole = shelf.search(&Search { limit: 100, ..search.clone() });
                assert_eq!(all_pages(&shelf, search), paths(&whole), "{sort:?} {text:?} {limit}");
            }
        }
    }
}

#[test]
fn the_newest_come_first_where_nothing_was_typed() {
    let found = twenty().find("");
    assert_eq!(paths(&found)[..5], ["16.md", "17.md", "18.md", "19.md", "12.md"]);
}

#[test]
fn titles_order_without_regard_to_case() {
    let shelf =
        Shelf::with([put("a.md").title("beta"), put("b.md").title("Alpha"), put("c.md").title("\"Gamma\"")]);
    let found = shelf.search(&Search { sort: Sort::Title, limit: 10, ..Search::default() });
    assert_eq!(paths(&found), ["b.md", "a.md", "c.md"]);
}

#[test]
fn a_page_goes_on_in_the_generation_that_it_began_in() {
    let shelf = twenty();
    let search = Search { limit: 15, ..Search::default() };
    let first = shelf.search(&search);
    shelf.put([put("new.md").at(1000)]);
    let second = shelf.search(&Search { cursor: first.next, ..search });
    assert_eq!((second.hits.len(), second.total), (5, 20));
    assert!(second.hints.is_empty());
}

#[test]
fn a_cursor_of_a_generation_that_is_gone_begins_anew_and_says_so() {
    let shelf = twenty();
    let search = Search { limit: 15, ..Search::default() };
    let first = shelf.search(&search);
    for at in 0..6 {
        shelf.put([put("new.md").at(1000 + at)]);
    }
    let second = shelf.search(&Search { cursor: first.next, ..search });
    assert_eq!(paths(&second)[0], "new.md");
    assert_eq!(second.hints.len(), 1);
}

#[test]
fn a_cursor_survives_a_restart() {
    let shelf = twenty();
    let search = Search { text: "hunt".into(), limit: 15, ..Search::default() };
    let first = shelf.search(&search);
    let shelf = shelf.reopen();
    let second = shelf.search(&Search { cursor: first.next, ..search });
    assert_eq!((second.hits.len(), second.hints.len()), (5, 0));
}

#[test]
fn a_cursor_that_is_not_of_this_search_begins_anew_and_says_so() {
    let shelf = twenty();
    let of_another =
        shelf.search(&Search { text: "hunt".into(), limit: 5, ..Search::default() }).next.unwrap();
    for cursor in [&*of_another, "", "!", "AAAA", "W10", &"x".repeat(100_000)] {
        let found = shelf.search(&Search { limit: 5, cursor: Some(cursor.into()), ..Search::default() });
        assert_eq!((found.hits.len(), found.hints.len()), (5, 1), "{cursor:.20}");
    }
}
