use super::*;
use proptest::prelude::*;

fn lines(old: &str, new: &str) -> (Vec<u32>, Vec<u32>, Vec<Edit>) {
    let mut book = LineBook::default();
    let (old, new) = (book.read(old.as_bytes()), book.read(new.as_bytes()));
    let changed = book.changed(&old, &new);
    (old, new, changed)
}

fn changed(old: &str, new: &str) -> Vec<(Range<usize>, Range<usize>)> {
    lines(old, new).2.into_iter().map(|one| (one.old, one.new)).collect()
}

#[test]
fn what_stayed_is_told_from_what_changed() {
    assert_eq!(changed("a\nb\nc\n", "a\nb\nc\n"), []);
    assert_eq!(changed("a\nb\nc\n", "a\nB\nc\n"), [(1..2, 1..2)]);
    assert_eq!(changed("", "a\nb\n"), [(0..0, 0..2)]);
    assert_eq!(changed("a\nb", "a\nb\n"), [(1..2, 1..2)]);
    assert_eq!(changed("a\nx\nb\ny\nc\n", "a\nb\nz\nc\n"), [(1..2, 1..1), (3..4, 2..3)]);
}

#[test]
fn a_block_that_came_is_cut_where_a_reader_would_cut_it() {
    let old = "def one():\n    return 1\n\ndef three():\n    return 3\n";
    let new = "def one():\n    return 1\n\ndef two():\n    return 2\n\ndef three():\n    return 3\n";
    assert_eq!(changed(old, new), [(3..3, 3..6)]);
    // Of equal lines the last ones are the new ones.
    assert_eq!(changed("a\nb\n", "a\nb\nb\nb\n"), [(2..2, 2..4)]);
}

#[test]
fn lines_that_stand_everywhere_do_not_tie_unrelated_passages_together() {
    let words =
        |letter: &str| -> String { (0..30).map(|n| format!("{letter}{n}\n").repeat(5) + "\n").collect() };
    let changed = changed(&words("a"), &words("b"));
    assert_eq!(changed.len(), 1, "{changed:?}");
}

#[test]
fn texts_that_share_little_stay_within_reason() {
    let mut seed = 1_u32;
    let mut text = || -> String {
        (0..20_000)
            .flat_map(|_| {
                seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                [char::from(b'a' + u8::try_from(seed >> 28).unwrap()), '\n']
            })
            .collect()
    };
    let (old, new, changed) = lines(&text(), &text());
    assert_holds(&old, &new, &changed);
}

/// What stayed is the same on both sides, and between two changes something stayed.
fn assert_holds(old: &[u32], new: &[u32], changed: &[Edit]) {
    let (mut at, mut to) = (0, 0);
    for (nth, one) in changed.iter().enumerate() {
        assert_eq!(old[at..one.old.start], new[to..one.new.start]);
        assert!(nth == 0 || at < one.old.start);
        assert!(!one.old.is_empty() || !one.new.is_empty());
        (at, to) = (one.old.end, one.new.end);
    }
    assert_eq!(old[at..], new[to..]);
}

/// The number of lines that both texts share, by the textbook.
fn longest(old: &[u32], new: &[u32]) -> usize {
    let mut table = vec![vec![0; new.len() + 1]; old.len() + 1];
    for (a, one) in old.iter().enumerate() {
        for (b, other) in new.iter().enumerate() {
            table[a + 1][b + 1] =
                if one == other { table[a][b] + 1 } else { table[a][b + 1].max(table[a + 1][b]) };
        }
    }
    table[old.len()][new.len()]
}

proptest! {
    #[test]
    fn what_stayed_is_the_same_on_both_sides(
        old in "([abc ]{0,2}\n){0,40}[ab]{0,2}",
        new in "([abc ]{0,2}\n){0,40}[ab]{0,2}",
    ) {
        let (old, new, changed) = lines(&old, &new);
        assert_holds(&old, &new, &changed);
    }

    #[test]
    fn no_more_changed_than_must_where_lines_tell(
        old in "([a-p][a-p]\n){0,25}",
        new in "([a-p][a-p]\n){0,25}",
    ) {
        let (old, new, changed) = lines(&old, &new);
        let stayed = old.len() - changed.iter().map(|one| one.old.len()).sum::<usize>();
        prop_assert!(stayed == longest(&old, &new), "{old:?} {new:?} {changed:?}");
    }
}
