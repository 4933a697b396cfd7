//! Two notebooks compared, under texts spliced from what notebooks are made of. The target is a plain function over bytes,
//! so that any driver can call it; here it is driven for `HUNTSHELF_FUZZ_SECONDS` (by default two).

mod dice;

use catalog::attack::Release;
use catalog::diff::{CellSide, CellStatus, NotebookDiff, changes, notebooks};
use catalog::notebook::{Notebook, ipynb, myst};
use catalog::procedure::{Procedure, understand};
use catalog::repository::FieldMapping;

/// Compares two texts as notebooks. Panics where a cell is missing or told twice, where the lines do not give both texts
/// back, where sentences and cells differ, or where one notebook is not the same as itself.
fn target(old: &[u8], new: &[u8]) {
    let (old, new) = (read(old), read(new));
    let (was, is) = (understood(&old), understood(&new));
    let (old, new) = ((&old, &was), (&new, &is));
    let diff = notebooks(Some(old), Some(new));
    assert!(diff.left_out.is_nothing(), "{:?}", diff.left_out);
    check(&diff, old.0, new.0);
    let told = changes(Some(old), Some(new));
    if told.len() < 200 {
        let cells: Vec<_> = diff.cells.iter().flat_map(|cell| &cell.changes).collect();
        assert_eq!(cells, told.iter().filter(|change| change.cell.is_some()).collect::<Vec<_>>());
    }
    assert_eq!(notebooks(Some(new), Some(old)).count(CellStatus::Same), diff.count(CellStatus::Same));
    assert!(notebooks(Some(new), Some(new)).is_same());
    assert_eq!(notebooks(None, Some(new)).count(CellStatus::Added), new.0.cells.len());
}

fn read(bytes: &[u8]) -> Notebook {
    if bytes.first() == Some(&b'{') { ipynb::read(bytes) } else { myst::read(bytes) }
}

fn understood(notebook: &Notebook) -> Procedure {
    understand(notebook, "a.md", &FieldMapping::default(), Release::current()).into_procedure()
}

fn check(diff: &NotebookDiff, old: &Notebook, new: &Notebook) {
    let (mut was, mut is) = (vec![0; old.cells.len()], vec![0; new.cells.len()]);
    let mut see = |side: &Option<CellSide>, notebook: &Notebook, text: String, new: bool| {
        let Some(side) = side else { return };
        assert_eq!(notebook.cells[side.index].source, text);
        (if new { &mut is } else { &mut was })[side.index] += 1;
    };
    for cell in &diff.cells {
        see(&cell.old, old, cell.old_text(), false);
        see(&cell.new, new, cell.new_text(), true);
        let sides = (cell.old.is_some(), cell.new.is_some());
        let expected = match cell.status {
            CellStatus::Same | CellStatus::Changed => (true, true),
            CellStatus::Added => (false, true),
            CellStatus::Removed => (true, false),
        };
        assert_eq!(sides, expected);
    }
    assert!(was.iter().chain(&is).all(|times| *times == 1), "{was:?} {is:?}");
}

const PIECES: &[&str] = &[
    "---\nhunting:\n  id: a\n  title: b\n---\n",
    "---\nkernelspec: {name: a, display_name: b}\nhunting: {id: c, tags: [x]}\n---\n",
    "```{code-cell}\n",
    "```{code-cell}\n:tags: [parameters]\n",
    "```{raw-cell}\n",
    "```\n",
    "+++ {\"tags\": [\"remove_cell\"]}\n",
    "+++ {\"tags\": [\"remove-cell\"], \"a\": {\"b\": 1}}\n",
    "+++\n",
    "\n",
    "\n\n",
    "# Title\n",
    "Words of a text that is long enough to be known again.\n",
    "Words of a text that is long enough to be known anew.\n",
    "%%taegis search --tenant $T\n",
    "FROM process WHERE a = 'b' EARLIEST=-7d\n",
    "FROM process WHERE a = 'c' EARLIEST=-30d\n",
    "qry_prov.exec_query(\"T | where TimeGenerated > ago(7d)\")\n",
    "TENANT_ID = None\n",
    "DAYS: int = 7  # days\n",
    "x = [\n",
    "]\n",
    "\"\"\"\n",
    "print(1)\n",
    "é\u{2028}\r\n",
    "\u{0}",
];

fn text(dice: &mut dice::Dice) -> Vec<usize> {
    (0..dice.throw(40)).map(|_| dice.throw(PIECES.len())).collect()
}

/// The same text with some pieces changed, taken away, put in or moved.
fn changed(pieces: &[usize], dice: &mut dice::Dice) -> Vec<usize> {
    let mut pieces = pieces.to_vec();
    for _ in 0..dice.throw(6) {
        let at = dice.throw(pieces.len() + 1);
        match dice.throw(4) {
            0 => pieces.insert(at, dice.throw(PIECES.len())),
            1 if at < pieces.len() => drop(pieces.remove(at)),
            2 if at < pieces.len() => pieces[at] = dice.throw(PIECES.len()),
            _ => {
                let rest = pieces.split_off(at);
                pieces.splice(0..0, rest);
            }
        }
    }
    pieces
}

fn bytes(pieces: &[usize]) -> Vec<u8> {
    pieces.iter().flat_map(|&piece| PIECES[piece].bytes()).collect()
}

#[test]
fn random_notebooks_are_compared_whole() {
    dice::drive("diff", |dice| {
        let old = text(dice);
        let new = if dice.throw(4) == 0 { text(dice) } else { changed(&old, dice) };
        if dice.throw(8) == 0 {
            let old = ipynb::write(&myst::read(&bytes(&old)));
            target(&old, &bytes(&new));
        } else {
            target(&bytes(&old), &bytes(&new));
        }
    });
}
