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
        // What HTML shows is told from its marks once it is rendered.
        let view =
            if passage.origin == Origin::Authored { passage.views.last() } else { passage.views.first() };
        let Some(text) = view else { continue };
        match passage.origin {
            Origin::Failed => found.of_passage(passage, text, 0, said),
            Origin::Complained | Origin::Printed | Origin::Authored => {
                let mut at = 0;
                for line in text.split_inclusive('\n') {
                    if is_error(line, passage.origin) {
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

/// Whether a line begins a traceback, in a frame or not, or is what `IPython` says of a magic that failed.
fn is_error(line: &str, origin: Origin) -> bool {
    let line = line.trim_start_matches(|c: char| c.is_whitespace() || matches!(c, '\u{2500}'..='\u{257f}'));
    line.starts_with(TRACEBACK)
        || origin == Origin::Complained
            && ["UsageError:", "An exception has occurred, use %tb"]
                .iter()
                .any(|begin| line.starts_with(begin))
}
