//! What is wrong with a procedure among the others, as far as whoever knows the others tells.

use super::around::Around;
use super::found::Finding;
use super::settings::Settings;
use super::{Diagnostic, rule, waives};
use crate::notebook::Notebook;
use chrono::NaiveDate;

/// Most others that are named.
const MOST: usize = 3;

/// What is known of a procedure among the others. What is not known is not told.
#[derive(Debug, Clone, Copy, Default)]
pub struct Among<'a> {
    /// The paths of other files with the same id, those of other repositories with the repository's name before them.
    pub same_id: &'a [String],
    /// Procedures that are nearly the same: what they are called, and what share of their texts is shared, in hundredths.
    pub alike: &'a [(String, u32)],
    /// The day on which somebody last reviewed or changed it.
    pub looked_at: Option<NaiveDate>,
}

/// Lints a procedure among the others: ids that are shared, near-duplicates, and what nobody has looked at for long.
pub fn lint_among(
    notebook: &Notebook,
    settings: &Settings,
    around: &Around<'_>,
    among: &Among<'_>,
) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut say = |code: &str, key: &str, message: String, help: &str| {
        let severity = rule(code).and_then(|rule| settings.severity(code, rule.severity));
        if let Some(severity) = severity.filter(|_| !waives(notebook, code, around.today)) {
            let line = notebook.line_of(key).max(notebook.line_of("hunting"));
            findings.push(Finding::from(Diagnostic::new(code, severity, message, help).at(line, 0)));
        }
    };
    if !among.same_id.is_empty() {
        let others = named(among.same_id.iter().map(String::as_str));
        say("id-shared", "hunting.id", format!("{others} has the same id"), "give one of both another id");
    }
    if let Some((_, share)) = among.alike.first() {
        let others = named(among.alike.iter().map(|(other, _)| other.as_str()));
        say(
            "near-duplicate",
            "hunting.title",
            format!("{share} % of it is the same as {others}"),
            "make one of both, or say in the description what is different",
        );
    }
    if let (Some(most), Some(today), Some(day)) = (settings.unreviewed_days, around.today, among.looked_at) {
        let days = (today - day).num_days();
        if days > i64::from(most) {
            say(
                "unreviewed",
                "hunting",
                format!("nobody has looked at it for {days} days; the team asks for a look every {most}"),
                "run it once, mend what has changed, and review it",
            );
        }
    }
    findings
}

fn named<'a>(others: impl ExactSizeIterator<Item = &'a str>) -> String {
    let more = others.len().saturating_sub(MOST);
    let named = others.take(MOST).collect::<Vec<_>>().join(", ");
    if more > 0 { format!("{named} and {more} more") } else { named }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::notebook::myst;

    #[test]
    fn each_is_told_at_its_line_unless_it_is_waived() {
        let text = "---\njupytext: {}\nhunting:\n  title: A\n  id: a\n  lint: {ignore: {near-duplicate: it is a template}}\n---\n";
        let day = |day| NaiveDate::from_ymd_opt(2026, 12, day);
        let around = Around { today: day(20), ..Around::default() };
        let settings = Settings { unreviewed_days: Some(10), ..Settings::default() };
        let (same, alike) = (["b.md".to_owned()], [("B".to_owned(), 93)]);
        let among = Among { same_id: &same, alike: &alike, looked_at: day(9) };
        let told = |text: &str, settings: &Settings| -> Vec<(String, u32)> {
            let findings = lint_among(&myst::read(text.as_bytes()), settings, &around, &among);
            findings.into_iter().map(|one| (one.diagnostic.code, one.diagnostic.line)).collect()
        };
        assert_eq!(told(text, &settings), [("id-shared".to_owned(), 5), ("unreviewed".to_owned(), 3)]);
        assert_eq!(told(text, &Settings::default()), [("id-shared".to_owned(), 5)]);
        let unwaived = text.replace("near-duplicate:", "cell-long:");
        assert_eq!(told(&unwaived, &Settings::default()).len(), 2);
    }
}
