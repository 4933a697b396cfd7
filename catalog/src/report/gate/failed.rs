//! Errors that a report would show.

use super::passages::{Origin, Passage};
use super::{Found, Said};

/// What Python prints before it tells where something went wrong.
const TRACEBACK: &str = "Traceback (most recent call last)";

pub(super) fn check(passages: &[Passage], found: &mut Found<'_>) {
    let said = Said {
        code: "error-output",
        message: "this cell failed, and the report would show how",
        help: "mend it and run the notebook again, or tag the cell `remove_output`",
    };
    for passage in passages {
        let Some(text) = passage.views.first() else { continue };
        match passage.origin {
            Origin::Failed => found.of_passage(passage, text, 0, said),
            Origin::Complained | Origin::Printed | Origin::Authored => {
                let mut at = 0;
                for line in text.split_inclusive('\n') {
                    if line.trim_start().starts_with(TRACEBACK) {
                        found.of_passage(passage, text, at, said);
                        break;
                    }
                    at += line.len();
                }
            }
            // What papermill puts at the head of a notebook that did not run to its end.
            Origin::Prose => {
                let is_papermills = found.notebook.cells[passage.cell].has_tag("papermill-error-cell-tag");
                if is_papermills || text.contains("papermill-error-cell") {
                    found.of_passage(passage, text, 0, said);
                }
            }
            Origin::Result | Origin::Picture => {}
        }
    }
}
