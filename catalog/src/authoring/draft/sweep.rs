//! The last look: nothing of the tenant, no secret, and of the case nothing that would be read aloud.

use super::code::Code;
use super::edits::Edits;
use super::filled_in::{in_prose, places};
use super::secrets::blotted;
use super::suggest::Suggested;
use super::work::{Known, Piece, Reach, Work};
use crate::notebook::CellKind;

/// What must not be in a draft.
pub(super) struct Sweep {
    known: Vec<Known>,
    case: Vec<String>,
}

impl Sweep {
    pub(super) fn of(work: &Work<'_>) -> Self {
        Self { known: work.known.clone(), case: work.case.iter().cloned().collect() }
    }

    /// Prose without it.
    pub(super) fn prose(&self, text: &str) -> String {
        let mut text = blotted(text);
        in_prose(&mut text, &self.known);
        for value in &self.case {
            text = text.replace(value.as_str(), "(of the case)");
        }
        text
    }

    /// A cell without it. Code that reads otherwise afterwards is raw.
    pub(super) fn piece(&self, piece: &mut Piece) {
        if piece.kind == CellKind::Markdown {
            piece.source = self.prose(&piece.source);
            return;
        }
        let was = piece.kind == CellKind::Code && Code::read(&piece.source).is_some();
        let source = blotted(&piece.source);
        let mut edits = Edits::default();
        for (range, _) in places(&source, &self.known, Reach::Words) {
            edits.put(range, "tenant");
        }
        let source = edits.apply(&source);
        if was && Code::read(&source).is_none() {
            piece.kind = CellKind::Raw;
            piece.answers.clear();
        }
        piece.source = source;
        for answer in &mut piece.answers {
            answer.of = self.word(&answer.of);
            answer.name = self.word(&answer.name);
        }
    }

    fn word(&self, text: &str) -> String {
        let mut edits = Edits::default();
        for (range, _) in places(text, &self.known, Reach::Words) {
            edits.put(range, "tenant");
        }
        edits.apply(text)
    }

    pub(super) fn suggested(&self, suggested: &mut Suggested) {
        suggested.title = self.prose(&suggested.title);
        suggested.description = self.prose(&suggested.description);
        suggested.id = self.word(&suggested.id);
        for one in suggested.data_sources.iter_mut().chain(&mut suggested.tags) {
            *one = self.word(one);
        }
    }
}
