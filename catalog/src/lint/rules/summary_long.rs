//! # The executive summary is long
//!
//! Who reads it has a minute. Keep it below 250 words, or below what the team's `lint.summary-words` says.

use crate::lint::found::Found;
use crate::lint::subject::Subject;
use crate::lint::{Group, Rule, Severity};

pub(super) const RULE: Rule = Rule::new("summary-long", Group::Structure, Severity::Info, check);

fn check(subject: &Subject<'_>, found: &mut Found<'_>) {
    let most = subject.settings.summary_words;
    for section in subject.sections().iter().filter(|section| section.heading.is("executive summary")) {
        if section.words > most {
            found.in_cell(
                section.heading.cell,
                section.heading.at,
                format!("the executive summary has {} words; at most {most} are wanted", section.words),
                "keep what a decision needs, and move the rest into the analysis",
            );
        }
    }
}
