//! The cells of the new copy: the procedure's, with what the hunter wrote where it belongs.
//!
//! Nothing that a hunter wrote is left out. What has no place, or must not run, becomes a raw cell tagged `remove_cell` behind
//! the same neighbour: it neither runs nor reaches a customer.

use super::How;
use super::carried::is_given;
use super::pairs::Pairs;
use super::told::{Fate, Told};
use crate::instance::{Hold, INJECTED, PARAMETERS, cells};
use crate::notebook::{Cell, CellKind, Notebook, hex};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::collections::{BTreeSet, HashSet};

/// Who must fill in a cell that has it: the hunter.
const INPUT: &str = "analyst_input";
/// Keeps a cell from customers.
const REMOVE: &str = "remove_cell";

/// What cells are composed from.
pub(super) struct Material<'a> {
    /// The older copy with nothing carried over.
    pub(super) base: &'a Notebook,
    /// The same as the hunter left it.
    pub(super) worked: &'a Notebook,
    /// Cells of that one that an earlier upgrade put there and that are not the hunter's.
    pub(super) passed: &'a HashSet<usize>,
    /// A copy of the newer revision.
    pub(super) fresh: &'a Notebook,
    /// The ids of its cells that are held.
    pub(super) held: &'a [String],
    /// What becomes of cells that write to the service.
    pub(super) hold: Hold,
    /// What of altered code is applied, by its key.
    pub(super) apply: &'a BTreeSet<String>,
    /// Whether code that the hunter was asked to fill in runs.
    pub(super) inputs_run: bool,
    /// `revision 1a2b3c4d`, of the older copy.
    pub(super) from: &'a str,
    /// The same of the new one.
    pub(super) to: &'a str,
}

/// A cell of the new copy.
pub(super) struct Slot {
    pub(super) cell: Cell,
    /// How it came there; none for the procedure's own.
    pub(super) how: Option<How>,
    /// Whether it is raw because it writes to the service.
    pub(super) held: bool,
    pub(super) told: Told,
}

/// What came of it.
pub(super) struct Composed {
    /// The cells, in order.
    pub(super) slots: Vec<Slot>,
    /// What is told of cells that are not there.
    pub(super) gone: Vec<Told>,
    /// Whether code runs that is not the procedure's.
    pub(super) runs: bool,
    /// Whether that is so of a cell that the hunter was asked to fill in.
    pub(super) input_runs: bool,
}

/// Composes the cells.
pub(super) fn compose(material: &Material<'_>) -> Composed {
    let to_fresh = Pairs::of(&material.base.cells, &material.fresh.cells);
    let to_worked = Pairs::of(&material.base.cells, &material.worked.cells);
    let adopted = material.fresh.cells.iter().zip(&to_fresh.older).filter(|(_, older)| older.is_none());
    let mut bench = Bench {
        material,
        adopted: adopted.map(|(cell, _)| (cell.kind, cell.source.trim_end())).collect(),
        slots: Vec::new(),
        behind: Vec::new(),
        gone: Vec::new(),
        input_runs: false,
    };
    bench.lay_out(&to_fresh);
    let mut neighbour = 0;
    for (place, base) in to_worked.older.iter().enumerate() {
        let Some(base) = *base else {
            if !material.passed.contains(&place) {
                bench.added(place, neighbour);
            }
            continue;
        };
        let fresh = to_fresh.newer[base];
        neighbour = fresh.map_or(neighbour, |fresh| bench.behind(fresh));
        bench.pair(base, place, fresh, neighbour);
    }
    for (base, _) in to_worked.newer.iter().enumerate().filter(|(_, worked)| worked.is_none()) {
        bench.taken_out(base, to_fresh.newer[base]);
    }
    bench.done()
}

struct Bench<'m, 'a> {
    material: &'m Material<'a>,
    /// What the procedure has that it did not have.
    adopted: HashSet<(CellKind, &'a str)>,
    /// The procedure's cells.
    slots: Vec<Slot>,
    /// What stands before the first of them, and behind each.
    behind: Vec<Vec<Slot>>,
    gone: Vec<Told>,
    input_runs: bool,
}

impl Bench<'_, '_> {
    /// The procedure's cells, as if the hunter had done nothing.
    fn lay_out(&mut self, pairs: &Pairs) {
        for (cell, older) in self.material.fresh.cells.iter().zip(&pairs.older) {
            let was = older.map(|older| &self.material.base.cells[older]);
            let (fate, said) = match was {
                None => (Fate::New, "new in the procedure"),
                Some(was) if same_text(was, cell) && was.kind == cell.kind => (Fate::Same, "as it was"),
                Some(_) => (Fate::Changed, "changed in the procedure"),
            };
            let mut told = Told::new(fate, cell.kind, said);
            told.before = was.map(|was| was.source.clone());
            told.theirs = Some(cell.source.clone());
            let held = cell.id.as_ref().is_some_and(|id| self.material.held.contains(id));
            self.slots.push(Slot { cell: cell.clone(), how: None, held, told });
        }
        self.behind.resize_with(self.slots.len() + 1, Vec::new);
    }

    /// Where what stands behind a cell of the procedure goes: nothing comes between defaults and what is filled in.
    fn behind(&self, fresh: usize) -> usize {
        let tagged = |place: usize, tag| self.slots.get(place).is_some_and(|slot| slot.cell.has_tag(tag));
        fresh + 1 + usize::from(tagged(fresh, PARAMETERS) && tagged(fresh + 1, INJECTED))
    }

    /// A cell that was handed out and is still there.
    fn pair(&mut self, base: usize, worked: usize, fresh: Option<usize>, neighbour: usize) {
        let (was, is) = (&self.material.base.cells[base], &self.material.worked.cells[worked]);
        if let Some(fresh) = fresh {
            self.tag(fresh, was, is);
        }
        let pasted = is.attachments.is_some() && is.attachments != was.attachments;
        if same_text(was, is) && !pasted {
            if was.kind != is.kind
                && let Some(fresh) = fresh
            {
                let told = &mut self.slots[fresh].told;
                (told.fate, told.said) = (Fate::Reset, reset(was.kind, is.kind).to_owned());
            } else if fresh.is_none() {
                self.gone.push(removed(was));
            }
            return;
        }
        if is.source.trim().is_empty() && !pasted {
            return self.taken_out(base, fresh);
        }
        let theirs = fresh.map(|fresh| self.material.fresh.cells[fresh].clone());
        let taken_up = self.has_taken_up(is);
        if (taken_up || theirs.as_ref().is_some_and(|theirs| same_text(theirs, is) && theirs.kind == is.kind))
            && !pasted
        {
            return;
        }
        let mut told = Told::new(Fate::Kept, is.kind, "");
        told.before = Some(was.source.clone());
        told.mine = Some(is.source.clone());
        told.theirs = theirs.as_ref().map(|theirs| theirs.source.clone());
        if is_given(was) || is_given(is) {
            (told.fate, told.said) =
                (Fate::Given, "what is filled in is filled in anew; yours is kept beside it".to_owned());
            return self.keep(worked, neighbour, told, "what was filled in, as it was altered");
        }
        let (Some(fresh), Some(theirs)) = (fresh, theirs) else {
            told.said = String::from("the procedure has its cell no more; yours is kept where it stood");
            return self.keep(worked, neighbour, told, "a cell that the procedure has no more");
        };
        let prose = was.kind == CellKind::Markdown && is.kind == CellKind::Markdown;
        // A tag of the hunter's own asks for nothing.
        let written = prose || was.has_tag(INPUT) || theirs.has_tag(INPUT);
        let changed = !same_text(was, &theirs);
        if written {
            self.written(fresh, worked, neighbour, told, changed);
        } else if is.kind == CellKind::Markdown {
            told.fate = Fate::Added;
            told.said = String::from("you made text of code: the text stands behind the procedure's cell");
            self.stand(worked, neighbour, told);
        } else if theirs.kind == CellKind::Markdown {
            told.said = String::from("the procedure has text there and no code; yours is kept beside it");
            self.keep(worked, neighbour, told, "code of a cell that is text now");
        } else {
            self.altered(fresh, worked, neighbour, told, changed);
        }
    }

    /// What the hunter wrote where they were to write, or prose.
    fn written(&mut self, fresh: usize, worked: usize, neighbour: usize, mut told: Told, changed: bool) {
        let kind = self.slots[fresh].cell.kind;
        let runs = kind == CellKind::Code;
        if kind != self.material.worked.cells[worked].kind || (runs && !self.material.inputs_run) {
            told.said = if runs && kind == told.kind {
                "what is filled in there must not run as it is; it is kept beside the procedure's cell"
                    .to_owned()
            } else {
                "the procedure's cell is of another kind now; yours is kept beside it".to_owned()
            };
            return self.keep(worked, neighbour, told, "what was written there");
        }
        self.input_runs |= runs;
        (told.fate, told.said) = if changed {
            (
                Fate::Both,
                "you and the procedure both changed it: yours stands, the procedure's is beside it"
                    .to_owned(),
            )
        } else {
            (Fate::Carried, "what you wrote is carried over".to_owned())
        };
        self.put(fresh, worked, How::Written, told);
        if changed {
            self.beside(fresh, neighbour);
        }
    }

    /// Code that the hunter altered.
    fn altered(&mut self, fresh: usize, worked: usize, neighbour: usize, mut told: Told, changed: bool) {
        told.fate = Fate::Altered;
        let theirs_held = self.slots[fresh].cell.kind == CellKind::Raw;
        let key = key(worked, &told);
        told.applied = self.material.apply.contains(&key);
        told.key = Some(key);
        if !told.applied {
            told.said = if changed {
                "you and the procedure both changed this code: the procedure's runs, yours is kept beside it"
                    .to_owned()
            } else {
                "you altered this code: the procedure's runs, yours is kept beside it".to_owned()
            };
            return self.keep(worked, neighbour, told, "code that was altered there");
        }
        let held = if theirs_held { "; it is held, and runs once it is released" } else { "" };
        told.said = if changed {
            format!(
                "your code takes the place of the procedure's, which changed too and is kept beside it{held}"
            )
        } else {
            format!("your code takes the place of the procedure's{held}")
        };
        self.put(fresh, worked, How::Applied, told);
        if changed {
            self.beside(fresh, neighbour);
        }
    }

    /// A cell that was not handed out.
    fn added(&mut self, worked: usize, neighbour: usize) {
        let is = &self.material.worked.cells[worked];
        // A hunter's attachments are in none of the procedure's cells.
        if is.attachments.is_none() && (is.source.trim().is_empty() || self.has_taken_up(is)) {
            return;
        }
        let mut told = Told::new(Fate::Added, is.kind, "you added it: it stands behind the same cell");
        told.mine = Some(is.source.clone());
        if is.kind != CellKind::Code {
            return self.stand(worked, neighbour, told);
        }
        told.fate = Fate::AddedCode;
        let key = key(worked, &told);
        told.applied = self.material.apply.contains(&key);
        told.key = Some(key);
        if told.applied {
            told.said = String::from("you added this code: it stands behind the same cell");
            self.stand(worked, neighbour, told);
        } else {
            told.said = String::from("you added this code: it is kept, and does not run");
            self.keep(worked, neighbour, told, "code that was added there");
        }
    }

    /// Whether the procedure has the very same in a cell that is new: one of the two is enough.
    fn has_taken_up(&self, is: &Cell) -> bool {
        self.adopted.contains(&(is.kind, is.source.trim_end()))
    }

    /// A cell that the hunter took out, or emptied.
    fn taken_out(&mut self, base: usize, fresh: Option<usize>) {
        match fresh {
            Some(fresh) => {
                let told = &mut self.slots[fresh].told;
                (told.fate, told.said) =
                    (Fate::Back, "you took it out; the new copy has it again".to_owned());
            }
            None => self.gone.push(removed(&self.material.base.cells[base])),
        }
    }

    /// The hunter's text in the place of the procedure's.
    fn put(&mut self, fresh: usize, worked: usize, how: How, told: Told) {
        let is = &self.material.worked.cells[worked];
        let hold = self.material.hold;
        let slot = &mut self.slots[fresh];
        slot.cell.source.clone_from(&is.source);
        slot.cell.attachments = is.attachments.clone().filter(|_| slot.cell.kind != CellKind::Code);
        slot.how = Some(how);
        slot.told = Told { tags: std::mem::take(&mut slot.told.tags), ..told };
        slot.held |= held(&mut slot.cell, hold);
    }

    /// A cell of the hunter's as it is.
    fn stand(&mut self, worked: usize, neighbour: usize, told: Told) {
        let is = &self.material.worked.cells[worked];
        let mut cell = Cell::new(is.kind, is.source.clone());
        // Each once: Jupyter's tools cannot open a file in which one stands twice.
        let mut tags: Vec<&str> = Vec::new();
        for tag in is.tags().filter(|tag| ![PARAMETERS, INJECTED].contains(tag)) {
            if !tags.contains(&tag) {
                tags.push(tag);
            }
        }
        cell.metadata.insert("tags".to_owned(), json!(tags));
        cell.attachments = is.attachments.clone().filter(|_| cell.kind != CellKind::Code);
        let held = held(&mut cell, self.material.hold);
        self.behind[neighbour].push(Slot { cell, how: Some(How::Added), held, told });
    }

    /// A cell of the hunter's as a raw one.
    fn keep(&mut self, worked: usize, neighbour: usize, told: Told, what: &str) {
        let is = &self.material.worked.cells[worked];
        let heading =
            format!("# Kept from the copy of {}: {what}. It does not run here.", self.material.from);
        let mut cell = raw(&heading, &is.source);
        cell.attachments = is.attachments.clone().filter(|_| is.kind != CellKind::Code);
        self.behind[neighbour].push(Slot { cell, how: Some(How::Kept), held: false, told });
    }

    /// The procedure's text beside the hunter's.
    fn beside(&mut self, fresh: usize, neighbour: usize) {
        let theirs = &self.material.fresh.cells[fresh];
        let heading = format!(
            "# What {} of the procedure has here. It does not run, and no customer sees it.",
            self.material.to
        );
        let mut told = Told::new(Fate::Beside, theirs.kind, "the procedure's text, beside yours");
        told.theirs = Some(theirs.source.clone());
        let cell = raw(&heading, &theirs.source);
        self.behind[neighbour].push(Slot { cell, how: Some(How::Beside), held: false, told });
    }

    /// Tags that the hunter gave a cell stay with it.
    fn tag(&mut self, fresh: usize, was: &Cell, is: &Cell) {
        let slot = &mut self.slots[fresh];
        if is_given(&slot.cell) || is_given(was) {
            return;
        }
        let mut tags: Vec<String> = slot.cell.tags().map(str::to_owned).collect();
        for tag in is.tags().filter(|tag| !was.has_tag(tag) && ![PARAMETERS, INJECTED].contains(tag)) {
            if !tags.iter().any(|own| own == tag) {
                tags.push(tag.to_owned());
                slot.told.tags.push(tag.to_owned());
            }
        }
        if !slot.told.tags.is_empty() {
            slot.cell.metadata.insert("tags".to_owned(), Value::from(tags));
            slot.how = Some(How::Tagged);
        }
    }

    fn done(self) -> Composed {
        let mut slots: Vec<Slot> = Vec::new();
        let mut behind = self.behind.into_iter();
        slots.extend(behind.next().into_iter().flatten());
        for (slot, more) in self.slots.into_iter().zip(behind) {
            slots.push(slot);
            slots.extend(more);
        }
        name(&mut slots);
        for (place, slot) in slots.iter_mut().enumerate() {
            slot.told.cell = Some(place);
        }
        let foreign = |slot: &Slot| slot.how.is_some_and(|how| how != How::Tagged);
        let runs = slots.iter().any(|slot| foreign(slot) && (slot.held || slot.cell.kind == CellKind::Code));
        Composed { slots, gone: self.gone, runs, input_runs: self.input_runs }
    }
}

/// Gives the cells that are not the procedure's ids of their own.
fn name(slots: &mut [Slot]) {
    let mut taken: HashSet<String> = slots.iter().filter_map(|slot| slot.cell.id.clone()).collect();
    for (place, slot) in slots.iter_mut().enumerate().filter(|(_, slot)| slot.cell.id.is_none()) {
        let mut salt = 0_u32;
        loop {
            let text = format!("{place}:{salt}:{:?}:{}", slot.cell.kind, slot.cell.source);
            let id = format!("carried-{}", hex(&Sha256::digest(text)[..6]));
            if taken.insert(id.clone()) {
                slot.cell.id = Some(id);
                break;
            }
            salt += 1;
        }
    }
}

/// Whether two cells say the same. Blank space at the end is no text: not every format keeps it.
fn same_text(a: &Cell, b: &Cell) -> bool {
    a.source.trim_end() == b.source.trim_end()
}

/// What is to be chosen, by what is shown of it: when either side changes, it is another choice.
fn key(worked: usize, told: &Told) -> String {
    let mut hash = Sha256::new();
    hash.update(json!([worked, told.before, told.mine, told.theirs]).to_string());
    hex(&hash.finalize()[..8])
}

fn raw(heading: &str, text: &str) -> Cell {
    let mut cell = Cell::new(CellKind::Raw, format!("{heading}\n\n{text}"));
    cell.metadata.insert("tags".to_owned(), json!([REMOVE]));
    cell
}

/// Holds a cell that writes to the service, where such are held.
fn held(cell: &mut Cell, hold: Hold) -> bool {
    let holds = hold == Hold::Writes && cell.kind == CellKind::Code && cells::writes(&cell.source);
    if holds {
        cell.kind = CellKind::Raw;
    }
    holds
}

fn reset(was: CellKind, is: CellKind) -> &'static str {
    match (was, is) {
        (CellKind::Raw, _) => "you released it; the new copy holds it again",
        (_, CellKind::Raw) => "you kept it from running; in the new copy it is code again",
        _ => "you made another kind of cell of it; the new copy has it as the procedure does",
    }
}

fn removed(was: &Cell) -> Told {
    let mut told = Told::new(Fate::Removed, was.kind, "the procedure has it no more");
    told.before = Some(was.source.clone());
    told
}
