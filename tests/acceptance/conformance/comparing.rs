//! Which cell is which, beside nbdime: on real revisions, every cell that is counted otherwise has a reason that is checked.

use acceptance::{corpus, git, python};
use catalog::attack::Release;
use catalog::diff::{self, CellStatus};
use catalog::notebook::{Cell, CellKind, Notebook, ipynb, myst};
use catalog::procedure::understand;
use catalog::repository::FieldMapping;
use serde_json::{Value, json};
use std::collections::{BTreeMap, HashMap};
use std::path::Path;

/// How many pairs of revisions are compared.
const PAIRS: usize = 100;

/// The most cells of one: nbdime takes half a minute for four hundred.
const MOST_CELLS: usize = 100;

/// A notebook before and after a commit.
struct Pair {
    name: String,
    old: Notebook,
    new: Notebook,
}

/// Pairs of revisions between which a notebook changed, spread over the whole history.
fn pairs(repository: &Path) -> Vec<Pair> {
    let log =
        git(repository, ["log", "--format=", "--raw", "--no-abbrev", "-M", "main", "--", "*.md", "*.ipynb"]);
    let log = String::from_utf8(log).expect("UTF-8");
    let mut changed: Vec<(&str, &str, &str)> = log
        .lines()
        .filter_map(|line| {
            let (facts, paths) = line.split_once('\t')?;
            let facts: Vec<&str> = facts.split(' ').collect();
            let (old, new) = (*facts.get(2)?, *facts.get(3)?);
            let changed = facts.get(4)?.starts_with(['M', 'R']) && old != new;
            changed.then(|| (paths.rsplit('\t').next().unwrap_or(paths), old, new))
        })
        .collect();
    // By their ids, which are as good as drawn by lot and the same every time.
    changed.sort_unstable_by_key(|(path, old, new)| (*old, *new, *path));
    changed.dedup_by_key(|(_, old, new)| (*old, *new));
    let read = |path: &str, blob: &str| {
        let text = git(repository, ["cat-file", "blob", blob]);
        let notebook = if ipynb::is_path(path) { ipynb::read(&text) } else { myst::read(&text) };
        let has_code = notebook.cells.iter().any(|cell| cell.kind == CellKind::Code);
        let fits = notebook.blocking().is_none() && notebook.cells.len() <= MOST_CELLS && has_code;
        fits.then_some(notebook)
    };
    let pair = |(path, old, new): (&str, &str, &str)| {
        Some(Pair { name: format!("{path} {old}..{new}"), old: read(path, old)?, new: read(path, new)? })
    };
    changed.into_iter().filter_map(pair).filter(|pair| pair.old.cells != pair.new.cells).take(PAIRS).collect()
}

/// A cell that stands on both sides.
#[derive(Clone, Copy, PartialEq)]
struct Both {
    new: usize,
    changed: bool,
    moved: bool,
}

fn ours(pair: &Pair) -> HashMap<usize, Both> {
    let procedures = [&pair.old, &pair.new].map(|notebook| {
        understand(notebook, "a.md", &FieldMapping::default(), Release::current()).into_procedure()
    });
    let compared = diff::notebooks(Some((&pair.old, &procedures[0])), Some((&pair.new, &procedures[1])));
    assert!(compared.left_out.is_nothing(), "{}: nothing is left out", pair.name);
    let both = compared.cells.iter().filter_map(|cell| {
        let (old, new) = (cell.old.as_ref()?, cell.new.as_ref()?);
        let changed = cell.status == CellStatus::Changed;
        Some((old.index, Both { new: new.index, changed, moved: cell.moved }))
    });
    both.collect()
}

fn theirs(answer: &Value) -> HashMap<usize, Both> {
    let both = answer["pairs"].as_array().expect("a list").iter().map(|pair| {
        let index = |at: usize| usize::try_from(pair[at].as_u64().expect("a place")).expect("it fits");
        (index(0), Both { new: index(1), changed: pair[2].as_bool().expect("yes or no"), moved: false })
    });
    both.collect()
}

/// Words that both have, of all words of both, in percent.
fn likeness(one: &Cell, other: &Cell) -> usize {
    let mut left: HashMap<&str, usize> = HashMap::new();
    let words = |cell: &'_ Cell| cell.source.split_whitespace().count();
    for word in one.source.split_whitespace() {
        *left.entry(word).or_default() += 1;
    }
    let shared = other.source.split_whitespace().filter(|word| match left.get_mut(word) {
        Some(count) if *count > 0 => {
            *count -= 1;
            true
        }
        _ => false,
    });
    let all = words(one) + words(other);
    (200 * shared.count()).checked_div(all).unwrap_or(100)
}

/// Whether the cells beside a followed one are followed, too, on both sides: it is the only one that changed there.
fn is_alone(pair: &Pair, ours: &HashMap<usize, Both>, back: &HashMap<usize, usize>, old: usize) -> bool {
    let beside = |at: usize, count: usize| {
        [at.checked_sub(1), Some(at + 1)].into_iter().flatten().filter(move |at| *at < count)
    };
    let mut before = beside(old, pair.old.cells.len());
    let mut after = beside(ours[&old].new, pair.new.cells.len());
    before.all(|at| ours.contains_key(&at)) && after.all(|at| back.contains_key(&at))
}

/// What the two tell differently, and why, by the old cell; what has no reason that holds is `unexplained`.
fn reasons(
    pair: &Pair,
    ours: &HashMap<usize, Both>,
    theirs: &HashMap<usize, Both>,
) -> Vec<(&'static str, usize)> {
    let back = |side: &HashMap<usize, Both>| -> HashMap<usize, usize> {
        side.iter().map(|(old, both)| (both.new, *old)).collect()
    };
    let (ours_back, theirs_back) = (back(ours), back(theirs));
    let alike = |old: usize, new: usize| likeness(&pair.old.cells[old], &pair.new.cells[new]);
    let first_line =
        |cell: &Cell| cell.source.lines().map(str::trim).find(|line| !line.is_empty()).map(str::to_owned);
    let begins = |old: usize| first_line(&pair.old.cells[old]);
    let begins_now = |new: usize| first_line(&pair.new.cells[new]);
    let mut reasons = Vec::new();
    for (&old, our) in ours {
        let their = theirs.get(&old);
        match their {
            Some(their) if their.new == our.new && their.changed == our.changed => continue,
            Some(their) if their.new == our.new => {
                reasons.push(("unexplained: one says changed, the other not", old));
                continue;
            }
            _ => {}
        }
        let own = alike(old, our.new);
        // What nbdime pairs either of the two with, and what we pair that one with.
        let others = [
            their.map(|their| {
                (alike(old, their.new), ours_back.get(&their.new).map(|other| alike(*other, their.new)))
            }),
            theirs_back.get(&our.new).map(|other| {
                (alike(*other, our.new), ours.get(other).map(|paired| alike(*other, paired.new)))
            }),
        ];
        let mut others = others.into_iter().flatten().peekable();
        let alone = others.peek().is_none();
        let better: Vec<_> = others.filter(|(likeness, _)| *likeness > own).collect();
        let outdone =
            better.iter().all(|(likeness, paired)| paired.is_some_and(|paired| paired >= *likeness));
        let same_kind = pair.old.cells[old].kind == pair.new.cells[our.new].kind;
        let reason = if our.moved && own >= 50 {
            "moved, for nbdime removed here and added there"
        } else if alone && own >= 50 {
            "followed, for nbdime removed and added: more than half of its words stay"
        } else if alone && same_kind && begins(old) == begins_now(our.new) {
            "followed, for nbdime removed and added: it begins with the same line"
        } else if alone && same_kind && is_alone(pair, ours, &ours_back, old) {
            "followed, for nbdime removed and added: the only one that changed there"
        } else if !alone && better.is_empty() {
            "paired with the cell that it is more like"
        } else if !alone && outdone {
            "paired with another: the one that it is more like is more like yet another"
        } else {
            "unexplained: paired with a cell that it is less like"
        };
        reasons.push((reason, old));
    }
    for (&old, their) in theirs {
        if ours.contains_key(&old) || ours_back.contains_key(&their.new) {
            continue;
        }
        let (was, is) = (&pair.old.cells[old], &pair.new.cells[their.new]);
        let reason = if was.kind != is.kind {
            "removed and added, for nbdime changed: another kind of cell"
        } else if alike(old, their.new) < 50 {
            "removed and added, for nbdime changed: less than half of its words stay"
        } else {
            "unexplained: a cell that stays is not followed"
        };
        reasons.push((reason, old));
    }
    reasons
}

/// Cells added, removed and changed.
fn counts(pair: &Pair, both: &HashMap<usize, Both>) -> [usize; 3] {
    let changed = both.values().filter(|both| both.changed).count();
    [pair.new.cells.len() - both.len(), pair.old.cells.len() - both.len(), changed]
}

#[test]
fn cells_of_real_revisions_are_counted_as_nbdime_counts_them_or_for_a_reason() {
    let folder = tempfile::tempdir().expect("a folder");
    let Some(repository) = corpus::playbook(folder.path()) else { return };
    let pairs = pairs(&repository);
    assert_eq!(pairs.len(), PAIRS, "there are enough");
    let text = |notebook: &Notebook| String::from_utf8(ipynb::write(notebook)).expect("UTF-8");
    let asked: Value = pairs
        .iter()
        .map(|pair| json!({"name": pair.name, "old": text(&pair.old), "new": text(&pair.new)}))
        .collect();
    let answers = python::ask("nbdime_cells.py", &asked);
    let (mut agree, mut cells) = (0, [[0; 3]; 2]);
    let mut reasons_in_all: BTreeMap<&str, usize> = BTreeMap::new();
    let mut unexplained = Vec::new();
    for (pair, answer) in pairs.iter().zip(answers.as_array().expect("a list")) {
        let (ours, theirs) = (ours(pair), theirs(answer));
        let reasons = reasons(pair, &ours, &theirs);
        let both = [counts(pair, &ours), counts(pair, &theirs)];
        for (sum, one) in cells.iter_mut().flatten().zip(both.as_flattened()) {
            *sum += one;
        }
        agree += usize::from(both[0] == both[1] && reasons.is_empty());
        assert!(both[0] == both[1] || !reasons.is_empty(), "{}: {both:?} without a reason", pair.name);
        for (reason, old) in reasons {
            *reasons_in_all.entry(reason).or_default() += 1;
            if reason.starts_with("unexplained") {
                unexplained.push(format!("{}, cell {old}: {reason}", pair.name));
            }
        }
    }
    println!("{PAIRS} pairs of revisions: in {agree} every cell is told as nbdime tells it");
    for (name, [added, removed, changed]) in ["ours", "nbdime"].iter().zip(cells) {
        println!("{name}: {added} cells added, {removed} removed, {changed} changed");
    }
    for (reason, count) in &reasons_in_all {
        println!("{count} cells: {reason}");
    }
    super::assert_none("cells without a reason", &unexplained, PAIRS);
}
