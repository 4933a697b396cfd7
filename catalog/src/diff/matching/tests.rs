use super::*;
use crate::notebook::CellKind;
use proptest::prelude::*;
use serde_json::json;

/// Cells of a letter each: `a` is a long text of its own, `A` the same text changed a little, `x` a short one.
fn cells(letters: &str) -> Vec<Cell> {
    letters.chars().map(cell).collect()
}

fn cell(letter: char) -> Cell {
    let low = letter.to_ascii_lowercase();
    if ('x'..='z').contains(&low) {
        return Cell::new(CellKind::Code, format!("{low}()"));
    }
    let mut words: Vec<String> = (0..12).map(|nth| format!("{low}{nth}")).collect();
    if letter != low {
        words[3] = "changed".to_owned();
    }
    Cell::new(CellKind::Markdown, words.join(" "))
}

/// The places in short: `a` the same, `a>b` a pair, `*` moved, `-a` gone, `+a` come.
fn told(old: &str, new: &str) -> String {
    let letter = |text: &str, at: usize| text.chars().nth(at).unwrap();
    let places = places(&cells(old), &cells(new)).into_iter().map(|place| match place {
        Place::Both { old: was, new: is, moved } => {
            let (was, is) = (letter(old, was), letter(new, is));
            let name = if was == is { was.to_string() } else { format!("{was}>{is}") };
            format!("{name}{}", if moved { "*" } else { "" })
        }
        Place::Gone(at) => format!("-{}", letter(old, at)),
        Place::Come(at) => format!("+{}", letter(new, at)),
    });
    places.collect::<Vec<_>>().join(" ")
}

#[test]
fn what_is_gone_stands_where_it_stood_and_before_what_came_there() {
    assert_eq!(told("abc", "abc"), "a b c");
    assert_eq!(told("xabc", "abyc"), "-x a b +y c");
    assert_eq!(told("abcd", "ad"), "a -b -c d");
}

#[test]
fn a_cell_that_changed_a_little_is_one_cell() {
    assert_eq!(told("abc", "aBc"), "a b>B c");
    assert_eq!(told("abcd", "aCd"), "a -b c>C d");
}

#[test]
fn the_only_two_of_a_gap_are_one_cell_however_much_changed() {
    assert_eq!(told("abc", "adc"), "a b>d c");
    // Prose does not become code by chance.
    assert_eq!(told("abc", "axc"), "a -b +x c");
}

#[test]
fn a_cell_that_stands_elsewhere_moved_and_as_few_as_possible_did() {
    assert_eq!(told("abcd", "dabc"), "d* a b c");
    assert_eq!(told("abcd", "bcda"), "b c d a*");
    assert_eq!(told("abcde", "aedcb").matches('*').count(), 3);
}

#[test]
fn a_cell_may_move_and_change() {
    assert_eq!(told("abcd", "Dabc"), "d>D* a b c");
    // It is no other cell that came in its place.
    assert_eq!(told("abcd", "eabcD").matches('*').count(), 0);
    assert_eq!(told("fabc", "gabcF"), "+g a b c f>F*");
}

#[test]
fn short_cells_are_known_again_only_when_nothing_better_is_there() {
    assert_eq!(told("axb", "bxa").matches('*').count(), 2);
    assert_eq!(told("ax", "xa").matches('*').count(), 1);
}

#[test]
fn a_cell_that_became_another_kind_is_one_cell_when_its_text_stayed() {
    let mut raw = cell('b');
    raw.kind = CellKind::Raw;
    let places = places(&cells("abc"), &[cell('a'), raw, cell('c')]);
    assert!(places.contains(&Place::Both { old: 1, new: 1, moved: false }), "{places:?}");
}

#[test]
fn the_cell_of_the_parameters_stays_itself_whatever_it_declares() {
    let parameters = |source: &str| {
        let mut cell = Cell::new(CellKind::Code, source);
        cell.metadata.insert("tags".into(), json!(["parameters"]));
        cell
    };
    let old = [parameters("A = 1"), Cell::new(CellKind::Code, "A = 2")];
    let new = [Cell::new(CellKind::Code, "B = 3"), parameters("C = 4")];
    let places = places(&old, &new);
    assert!(places.iter().any(|place| matches!(place, Place::Both { old: 0, new: 1, .. })), "{places:?}");
}

#[test]
fn thousands_of_cells_are_compared_in_bounds() {
    let many = |text: &str| -> Vec<Cell> {
        (0..30_000)
            .map(|n| Cell::new(CellKind::Code, format!("{text} {n} of many cells in this one")))
            .collect()
    };
    let (old, new) = (many("old"), many("new"));
    let places = places(&old, &new);
    assert!(places.len() >= 30_000 && places.len() <= 60_000);
}

/// Notebooks that have much in common.
fn some_cells() -> impl Strategy<Value = String> {
    proptest::collection::vec(
        prop_oneof![Just('a'), Just('A'), Just('b'), Just('B'), Just('c'), Just('d'), Just('x'), Just('y')],
        0..12,
    )
    .prop_map(|letters| letters.into_iter().collect())
}

proptest! {
    #[test]
    fn every_cell_of_both_sides_occurs_once(old in some_cells(), new in some_cells()) {
        let places = places(&cells(&old), &cells(&new));
        let mut was: Vec<usize> = Vec::new();
        let mut is: Vec<usize> = Vec::new();
        for place in &places {
            match place {
                Place::Both { old, new, .. } => {
                    was.push(*old);
                    is.push(*new);
                }
                Place::Gone(at) => was.push(*at),
                Place::Come(at) => is.push(*at),
            }
        }
        // A reader meets the new side in its order.
        prop_assert_eq!(is, (0..new.len()).collect::<Vec<_>>());
        was.sort_unstable();
        prop_assert_eq!(was, (0..old.len()).collect::<Vec<_>>());
    }

    #[test]
    fn what_stayed_keeps_its_order(old in some_cells(), new in some_cells()) {
        let mut last = None;
        for place in places(&cells(&old), &cells(&new)) {
            if let Place::Both { old, moved: false, .. } = place {
                prop_assert!(last < Some(old));
                last = Some(old);
            } else if let Place::Gone(at) = place {
                // Behind what it stood behind.
                prop_assert!(last < Some(at));
            }
        }
    }

    #[test]
    fn the_answer_is_the_same_whichever_side_is_the_older(old in some_cells(), new in some_cells()) {
        let key = |place: &Place| match *place {
            Place::Both { old, new, moved } => (Some(old), Some(new), moved),
            Place::Gone(at) => (Some(at), None, false),
            Place::Come(at) => (None, Some(at), false),
        };
        let (old, new) = (cells(&old), cells(&new));
        let mut there: Vec<_> = places(&old, &new).iter().map(key).collect();
        let mut back: Vec<_> = places(&new, &old).iter().map(key).map(|(a, b, moved)| (b, a, moved)).collect();
        there.sort_unstable();
        back.sort_unstable();
        prop_assert_eq!(there, back);
    }
}
