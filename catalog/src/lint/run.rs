//! Linting one file.

use super::around::Around;
use super::found::{Finding, Found};
use super::rules::RULES;
use super::settings::Settings;
use super::subject::Subject;
use super::{Diagnostic, Rule, own_text, told, waivers};
use crate::notebook::Notebook;
use crate::procedure::Procedure;
use std::collections::HashMap;
use std::sync::LazyLock;

/// Where the rules stand, by code.
static PLACES: LazyLock<HashMap<&'static str, usize>> =
    LazyLock::new(|| RULES.iter().enumerate().map(|(place, rule)| (rule.code, place)).collect());

/// All rules, by group and code.
pub fn rules() -> &'static [Rule] {
    RULES
}

/// The rule with a code.
pub fn rule(code: &str) -> Option<&'static Rule> {
    PLACES.get(code).and_then(|place| RULES.get(*place))
}

/// [Lints](lint_in) a procedure of which nothing is known besides its text.
pub fn lint(notebook: &Notebook, procedure: &Procedure, settings: &Settings) -> Vec<Finding> {
    lint_in(notebook, procedure, settings, &Around::default())
}

/// Lints a procedure that was read and [understood](crate::procedure::understand): what that brought to light, what the
/// rules find, and the team's own, without what the notebook waives, in the order of the lines. Of a file that cannot be
/// read only the first.
pub fn lint_in(
    notebook: &Notebook,
    procedure: &Procedure,
    settings: &Settings,
    around: &Around<'_>,
) -> Vec<Finding> {
    let subject = Subject::new(notebook, procedure, settings, around);
    let told = procedure.diagnostics.iter().filter_map(|diagnostic| taken(diagnostic, settings));
    let mut findings: Vec<Finding> =
        told.filter_map(|diagnostic| told::placed(diagnostic, &subject)).map(Finding::from).collect();
    if notebook.blocking().is_none() {
        for rule in RULES {
            if !rule.by_default && !settings.rules.contains_key(rule.code) {
                continue;
            }
            let severity = settings.severity(rule.code, rule.severity);
            let (Some(check), Some(severity)) = (rule.check, severity) else { continue };
            let mut found = Found::new(rule.code, severity, &subject);
            check(&subject, &mut found);
            findings.append(&mut found.findings);
        }
        for own in &settings.texts {
            let Some(severity) = settings.severity(&own.code, own.severity) else { continue };
            let mut found = Found::new(&own.code, severity, &subject);
            own_text::check(own, &mut found);
            findings.append(&mut found.findings);
        }
        waivers::apply(notebook, settings, around, &mut findings, |code| {
            let severity = settings.severity(code, rule(code)?.severity)?;
            Some(Found::new(code, severity, &subject))
        });
    }
    findings.sort_by(|one, other| {
        let place = |finding: &Finding| (finding.diagnostic.line, finding.diagnostic.column);
        place(one).cmp(&place(other)).then_with(|| one.diagnostic.code.cmp(&other.diagnostic.code))
    });
    findings
}

/// What was told, as the team takes it. What keeps a file from being good stays what it is.
fn taken(diagnostic: &Diagnostic, settings: &Settings) -> Option<Diagnostic> {
    if diagnostic.blocking {
        return Some(diagnostic.clone());
    }
    let severity = settings.severity(&diagnostic.code, diagnostic.severity)?;
    Some(Diagnostic { severity, ..diagnostic.clone() })
}
