//! From a copy back to the shelf: what a hunter mended in a returned copy, as a new text of the procedure.
//!
//! A copy is somebody's: it holds a tenant's key, a window, results, what was found. A procedure is everybody's. So only two
//! things go back, cell by cell: code, and guidance that no customer sees. All else stays as the procedure has it, byte for
//! byte: parameters with their defaults, tags, blank lines, cells that write to the service.
//!
//! What goes back is looked through for everything that is the tenant's ([`Facts`], [`watch`]), in every way in which it could
//! be read. Where a value of the copy stands for a parameter and that is certain, the parameter's name takes its place
//! ([`replace`]). Where anything is left, or cannot be told, the cell is held back and says why and in which line. It is never
//! let through because somebody chose it: that hands one customer's name to another.

mod candidates;
mod facts;
mod judged;
mod replace;
mod results;
mod shapes;
mod splice;
mod times;
mod views;
mod watch;

#[cfg(test)]
mod tests;

pub use facts::{Facts, Whose};
pub use judged::Judged;

use crate::instance::Refusal;
use crate::lint::Diagnostic;
use crate::notebook::{CellKind, Notebook, ipynb, myst};
use candidates::Candidate;
use replace::Names;
use splice::Edit;
use std::collections::BTreeSet;
use watch::Watch;

/// The most cells that are put into a procedure at once.
const MOST: usize = 200;

/// What a proposal is made from.
#[derive(Clone, Copy)]
pub struct Asked<'a> {
    /// The procedure as it is at the branch's tip.
    pub now: &'a [u8],
    /// The procedure as the copy was made from it.
    pub then: &'a [u8],
    /// What was handed out, with nothing carried over ([`handed_out`](crate::instance::handed_out)).
    pub handed: &'a Notebook,
    /// What came back.
    pub returned: &'a Notebook,
    /// What must not leave, beside what the copy itself tells.
    pub facts: &'a Facts,
    /// The keys of the cells that are to go in; none for those that are safe, changed, and not added.
    pub chosen: Option<&'a BTreeSet<String>>,
    /// Lints a text of the procedure, as its team has it.
    pub lint: &'a dyn Fn(&str) -> Vec<Diagnostic>,
}

/// A new text of the procedure, and how it came about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proposal {
    /// The text: the procedure's, but for the cells that are taken.
    pub text: String,
    /// Every cell that the hunter changed or added, in the order of the copy.
    pub cells: Vec<Offered>,
    /// What else is to be known: what was taken out, put back or left.
    pub notes: Vec<String>,
    /// What lint says of the procedure before and after.
    pub judged: Judged,
    /// Why this must not be proposed as it is; none where it can be.
    pub refusal: Option<Refusal>,
}

impl Proposal {
    /// How many cells go in.
    pub fn taken(&self) -> usize {
        self.cells.iter().filter(|cell| cell.standing == Standing::Taken).count()
    }
}

/// A cell that the hunter changed or added.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offered {
    /// By what it is chosen: when either side changes, it is another choice.
    pub key: String,
    /// Its place in what came back, from 0.
    pub cell: usize,
    /// Its place in the procedure as it is now, from 0; for one that was added, of the cell before it. None where there is none.
    pub upstream: Option<usize>,
    /// What it is.
    pub part: Part,
    /// What it holds.
    pub kind: CellKind,
    /// Whether the hunter added it.
    pub added: bool,
    /// As the procedure has it now; none where it does not.
    pub before: Option<String>,
    /// As it would go in; where it does not, as the hunter left it.
    pub after: String,
    /// What was put in place of a value, in words: "`TENANT_ID` in place of its value (line 2)".
    pub replaced: Vec<String>,
    /// Whether it goes in.
    pub standing: Standing,
}

/// Which part of a procedure a cell is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Part {
    /// Code that runs.
    Code,
    /// Markdown tagged `remove_cell`: a word among hunters.
    Guidance,
    /// Markdown that a customer reads.
    Report,
    /// Defaults, or what was filled in.
    Parameters,
    /// What the hunter was asked to fill in.
    Input,
    /// Raw text, or code that writes to the service.
    Held,
}

impl Part {
    /// Its word in the API.
    pub fn word(self) -> &'static str {
        match self {
            Self::Code => "code",
            Self::Guidance => "guidance",
            Self::Report => "report",
            Self::Parameters => "parameters",
            Self::Input => "input",
            Self::Held => "held",
        }
    }
}

/// Whether a cell goes in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// It does.
    Taken,
    /// It could, and is not chosen.
    NotChosen,
    /// It must not.
    HeldBack {
        /// Why, in a sentence without a stop.
        reason: String,
        /// The line of the hunter's text, from 1; 0 where it is about the cell as a whole.
        line: u32,
    },
}

impl Standing {
    fn held(reason: impl Into<String>) -> Self {
        Self::HeldBack { reason: reason.into(), line: 0 }
    }

    /// Whether it may be chosen.
    pub fn is_offered(&self) -> bool {
        !matches!(self, Self::HeldBack { .. })
    }
}

/// Makes a proposal of what was mended in a copy.
///
/// # Errors
/// A [`Refusal`] when the procedure is no MyST notebook that can be read, when what came back cannot be read, and when a cell
/// is chosen that is not offered.
pub fn propose(asked: &Asked<'_>) -> Result<Proposal, Refusal> {
    let now = readable(asked.now, "as it is now")?;
    let then = readable(asked.then, "as the copy was made from it")?;
    for notebook in [asked.handed, asked.returned] {
        if let Some(wrong) = notebook.blocking() {
            let reason = format!("the copy cannot be read as a whole: {}", wrong.message);
            return Err(Refusal::new("unreadable", reason, "Bring the notebook back anew."));
        }
    }
    let text = now.layout.original.as_deref().unwrap_or_default();
    let mut facts = asked.facts.clone();
    facts.of_copy(asked.handed, asked.returned, &now);
    let upstream = [text, then.layout.original.as_deref().unwrap_or_default()];
    let watch = Watch::new(&facts, &upstream);
    let names = Names::of(asked.handed, &now);
    let (candidates, mut notes) = candidates::of(&then, &now, asked.handed, asked.returned);
    let mut cells: Vec<Offered> =
        candidates.into_iter().map(|candidate| weighed(candidate, &now, &names, &watch)).collect();
    choose(&mut cells, asked.chosen)?;
    let text = put_in(text, &now, &mut cells, asked.returned);
    notes.extend(told(&cells));
    let judged = Judged::of(asked.lint, asked.now, &text);
    let refusal =
        judged.refusal().or_else(|| judged::uncopyable(asked.now, &text)).or_else(|| nothing(&cells));
    Ok(Proposal { text, cells, notes, judged, refusal })
}

/// Why a text, such as the message of a commit, must not leave, and its line from 1; none where it may. Where that cannot be told,
/// it must not.
pub fn held_back(asked: &Asked<'_>, text: &str) -> Option<(String, u32)> {
    let notebook = myst::read(asked.now);
    let mut facts = asked.facts.clone();
    facts.of_copy(asked.handed, asked.returned, &notebook);
    let upstream = [notebook.layout.original.as_deref().unwrap_or_default()];
    Watch::new(&facts, &upstream).first("", text)
}

fn readable(bytes: &[u8], when: &str) -> Result<Notebook, Refusal> {
    if bytes.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'{') {
        return Err(Refusal::new(
            "not-myst",
            format!(
                "the procedure {when} is a notebook in JSON, in which no cell can be changed without the others"
            ),
            "Take over by hand what was mended, or keep the procedure as MyST markdown (`huntshelf convert`).",
        ));
    }
    let notebook = myst::read(bytes);
    let wrong = notebook.blocking().map(|wrong| format!("line {}: {}", wrong.line, wrong.message));
    match wrong.or_else(|| notebook.layout.original.is_none().then(|| "it is no text".to_owned())) {
        Some(wrong) => Err(Refusal::new(
            "unreadable",
            format!("the procedure {when} cannot be read: {wrong}"),
            "Have the procedure mended first.",
        )),
        None => Ok(notebook),
    }
}

/// A candidate with names in place of values, and held back where anything of the tenant is left.
fn weighed(candidate: Candidate, now: &Notebook, names: &Names, watch: &Watch<'_>) -> Offered {
    let Candidate { mut offered, refused } = candidate;
    if let Some(reason) = refused {
        offered.standing = Standing::held(reason);
        return offered;
    }
    let before = offered.before.clone().unwrap_or_default();
    let mine = offered.after.clone();
    if offered.kind == CellKind::Code {
        let neighbours = now.cells.iter().filter(|cell| cell.kind == CellKind::Code);
        let neighbours: Vec<&str> = neighbours.map(|cell| cell.source.as_str()).collect();
        (offered.after, offered.replaced) = names.put(&before, &mine, &neighbours);
    }
    // Where a name did not help, the line of the hunter's own text is told, and nothing is replaced.
    if let Some((reason, line)) = watch.first(&before, &offered.after) {
        let (reason, line) = watch.first(&before, &mine).unwrap_or((reason, line));
        (offered.after, offered.replaced) = (mine, Vec::new());
        offered.standing = Standing::HeldBack { reason, line };
    }
    offered
}

/// Marks what is taken.
fn choose(cells: &mut [Offered], chosen: Option<&BTreeSet<String>>) -> Result<(), Refusal> {
    for key in chosen.into_iter().flatten() {
        let Some(cell) = cells.iter().find(|cell| cell.key == *key) else {
            return Err(Refusal::new(
                "change-not-offered",
                format!("there is no changed cell by the key `{key}`"),
                "The procedure or the notebook changed since you looked: look at the preview again.",
            ));
        };
        if let Standing::HeldBack { reason, .. } = &cell.standing {
            return Err(Refusal::new(
                "cell-held-back",
                format!("cell {} is held back: {reason}", cell.cell),
                "Leave it out, or take out of the notebook what is the tenant's and bring it back anew.",
            ));
        }
    }
    for cell in cells.iter_mut().filter(|cell| cell.standing.is_offered()) {
        let takes = chosen.map_or(!cell.added, |chosen| chosen.contains(&cell.key));
        cell.standing = if takes { Standing::Taken } else { Standing::NotChosen };
    }
    Ok(())
}

/// Puts what is taken into the text. What does not stand in it as it should is held back.
fn put_in(text: &str, now: &Notebook, cells: &mut [Offered], returned: &Notebook) -> String {
    let mut order: Vec<usize> = (0..cells.len())
        .filter(|at| cells.get(*at).is_some_and(|cell| cell.standing == Standing::Taken))
        .collect();
    // From the end, so that lines before stay where they are; what stands behind a cell before the cell itself.
    order.sort_by_key(|at| {
        cells.get(*at).map(|cell| (cell.upstream.map_or(0, |place| place + 1), cell.added, *at))
    });
    let (mut text, mut expected) = (text.to_owned(), now.cells.clone());
    for (count, at) in order.into_iter().rev().enumerate() {
        let Some(offered) = cells.get_mut(at) else { continue };
        let edit = Edit { text: &text, now, expected: &expected };
        let done = if count >= MOST {
            Err(format!("at most {MOST} cells go in at once"))
        } else if offered.added {
            edit.insert(offered, returned)
        } else {
            edit.replace(offered)
        };
        match done {
            Ok((written, cells)) => (text, expected) = (written, cells),
            Err(reason) => offered.standing = Standing::held(reason),
        }
    }
    text
}

/// What is to be said of what goes in.
fn told(cells: &[Offered]) -> Vec<String> {
    let taken = cells.iter().filter(|cell| cell.standing == Standing::Taken);
    taken
        .flat_map(|cell| cell.replaced.iter().map(move |said| format!("cell {}: {said}", cell.cell)))
        .collect()
}

fn nothing(cells: &[Offered]) -> Option<Refusal> {
    if cells.iter().any(|cell| cell.standing == Standing::Taken) {
        return None;
    }
    let (reason, remedy) = if cells.iter().any(|cell| cell.standing == Standing::NotChosen) {
        ("no cell is chosen", "Choose at least one of the cells that are offered.")
    } else if cells.is_empty() {
        (
            "the copy has no code and no guidance that the procedure does not have",
            "There is nothing to take back.",
        )
    } else {
        (
            "every changed cell is held back",
            "Look at the reasons: take out what is the tenant's and bring the notebook back anew.",
        )
    };
    Some(Refusal::new("nothing-to-propose", reason, remedy))
}

/// Whether a procedure at a path can be changed cell by cell.
pub fn is_changeable(path: &str) -> bool {
    !ipynb::is_path(path)
}
