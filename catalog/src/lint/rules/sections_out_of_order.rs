//! # Sections in another order
//!
//! The sections that a team lists (`lint.sections`) stand in that order, so that readers of many reports find their way.

use crate::lint::found::Found;
use crate::lint::subject::Subject;
use crate::lint::{Group, Rule, Severity};

pub(super) const RULE: Rule = Rule::new("sections-out-of-order", Group::Structure, Severity::Info, check);

fn check(subject: &Subject<'_>, found: &mut Found<'_>) {
    let wanted = &subject.settings.sections;
    let mut furthest: Option<usize> = None;
    for heading in subject.headings() {
        let Some(place) = wanted.iter().position(|wanted| heading.is(wanted)) else { continue };
        match furthest {
            Some(before) if place < before => found.in_cell(
                heading.cell,
                heading.at,
                format!("{:?} stands behind {:?}", heading.text, wanted[before]),
                format!("the order is {}", wanted.join(", ")),
            ),
            _ => furthest = Some(place),
        }
    }
}
