//! Linting one file.

use super::found::{Finding, Found};
use super::rules::RULES;
use super::settings::Settings;
use super::subject::Subject;
use super::{Diagnostic, Rule};
use crate::notebook::Notebook;
use crate::procedure::Procedure;

/// All rules, by group and code.
pub fn rules() -> &'static [Rule] {
    RULES
}

/// The rule with a code.
pub fn rule(code: &str) -> Option<&'static Rule> {
    RULES.iter().find(|rule| rule.code == code)
}

/// Lints a procedure that was read and [understood](crate::procedure::understand): what that brought to light, and what the
/// rules find, in the order of the lines. Of a file that cannot be read only the former.
pub fn lint(notebook: &Notebook, procedure: &Procedure, settings: &Settings) -> Vec<Finding> {
    let told = procedure.diagnostics.iter().filter_map(|diagnostic| taken(diagnostic, settings));
    let mut findings: Vec<Finding> = told.map(Finding::from).collect();
    if notebook.blocking().is_none() {
        let subject = Subject::new(notebook, procedure, settings);
        for rule in RULES {
            if !rule.by_default && !settings.rules.contains_key(rule.code) {
                continue;
            }
            let severity = settings.severity(rule.code, rule.severity);
            let (Some(check), Some(severity)) = (rule.check, severity) else { continue };
            let mut found = Found { rule, severity, subject: &subject, findings: Vec::new(), taken: false };
            check(&subject, &mut found);
            findings.append(&mut found.findings);
        }
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
