//! The account of an upgrade: what became of every cell, in words.

use crate::notebook::CellKind;

/// What became of a cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Fate {
    /// The procedure's, as it was.
    Same,
    /// The procedure's, which has changed.
    Changed,
    /// The procedure's, which is new.
    New,
    /// The procedure has it no more, and the hunter had not touched it.
    Removed,
    /// The hunter's words stand where they stood.
    Carried,
    /// The hunter added it, and it stands behind the same neighbour.
    Added,
    /// The hunter and the procedure both changed it: the hunter's words stand, and the procedure's are beside them.
    Both,
    /// The procedure's text, beside what the hunter made of its cell.
    Beside,
    /// Code that the hunter altered: applied, or kept beside.
    Altered,
    /// Code that the hunter added: applied, or kept.
    AddedCode,
    /// What the hunter made of a cell has no place any more, and is kept.
    Kept,
    /// The hunter altered what is filled in. It is filled in anew, and theirs is kept.
    Given,
    /// The hunter took it out, and it is there again.
    Back,
    /// The hunter made it run, or kept it from running; it is again as the procedure has it.
    Reset,
}

impl Fate {
    /// Its word in the API.
    pub fn word(self) -> &'static str {
        match self {
            Self::Same => "same",
            Self::Changed => "changed",
            Self::New => "new",
            Self::Removed => "removed",
            Self::Carried => "carried",
            Self::Added => "added",
            Self::Both => "both-changed",
            Self::Beside => "beside",
            Self::Altered => "altered",
            Self::AddedCode => "added-code",
            Self::Kept => "kept",
            Self::Given => "given",
            Self::Back => "back",
            Self::Reset => "reset",
        }
    }

    /// Whether it is about something that the hunter wrote or did.
    pub fn is_hunters(self) -> bool {
        !matches!(self, Self::Same | Self::Changed | Self::New | Self::Removed | Self::Beside)
    }

    /// Whether what the hunter wrote stands in the new copy, or is kept in it.
    pub fn is_written(self) -> bool {
        self.is_hunters() && !matches!(self, Self::Back | Self::Reset)
    }
}

/// What became of one cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// What.
    pub fate: Fate,
    /// In a sentence, without a stop.
    pub said: String,
    /// What it holds.
    pub kind: CellKind,
    /// Its place in the new copy, from 0; none where it is not in it.
    pub cell: Option<usize>,
    /// By what it is named when it is to be applied; none where there is nothing to be chosen.
    pub key: Option<String>,
    /// Whether it is applied.
    pub applied: bool,
    /// Tags that the hunter gave it, which are carried over.
    pub tags: Vec<String>,
    /// As it was handed out; none where it was not.
    pub before: Option<String>,
    /// As the hunter left it; none where the hunter did nothing to it.
    pub mine: Option<String>,
    /// As the procedure has it now; none where it has it no more.
    pub theirs: Option<String>,
}

impl Told {
    pub(super) fn new(fate: Fate, kind: CellKind, said: impl Into<String>) -> Self {
        Self {
            fate,
            said: said.into(),
            kind,
            cell: None,
            key: None,
            applied: false,
            tags: Vec::new(),
            before: None,
            mine: None,
            theirs: None,
        }
    }
}
