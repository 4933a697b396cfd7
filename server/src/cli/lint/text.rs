//! What was found, for people: each with its line of the file and a mark below.

use super::looked::Linted;
use catalog::lint::Severity;
use std::fmt::Write;

/// The most of a line that is shown, in characters.
const WIDEST: usize = 160;

pub(super) fn label(severity: Severity) -> &'static str {
    match severity {
        Severity::Info => "info",
        Severity::Warning => "warning",
        Severity::Error => "error",
    }
}

fn colour(severity: Severity) -> &'static str {
    match severity {
        Severity::Info => "36",
        Severity::Warning => "33",
        Severity::Error => "31",
    }
}

pub(super) fn write(linted: &[Linted], coloured: bool) -> String {
    let mut out = String::new();
    let painted = |text: &str, colour: &str| {
        if coloured { format!("\u{1b}[1;{colour}m{text}\u{1b}[0m") } else { text.to_owned() }
    };
    for file in linted {
        let lines: Vec<&str> = file.text.lines().collect();
        for finding in &file.findings {
            let one = &finding.diagnostic;
            let place = match (one.line, one.column) {
                (0, _) => String::new(),
                (line, 0) => format!(":{line}"),
                (line, column) => format!(":{line}:{column}"),
            };
            let kind = painted(label(one.severity), colour(one.severity));
            let _ = writeln!(out, "{}{place}: {kind}: {} [{}]", file.name, plain(&one.message), one.code);
            let at = usize::try_from(one.line).unwrap_or(0);
            if let Some(line) = at.checked_sub(1).and_then(|at| lines.get(at)) {
                excerpt(&mut out, line, one.line, one.column);
            }
            let more = if finding.fix.is_some() { " (--fix does it)" } else { "" };
            if !one.help.is_empty() || !more.is_empty() {
                let _ = writeln!(out, "        = help: {}{more}", plain(&one.help));
            }
        }
    }
    out
}

/// The line, and below it a mark at the column.
fn excerpt(out: &mut String, line: &str, number: u32, column: u32) {
    let column = usize::try_from(column).unwrap_or(0);
    // A long line is shown from a little before the place.
    let skipped = column.saturating_sub(WIDEST / 2);
    let shown: String = plain(line).chars().skip(skipped).take(WIDEST).collect();
    let _ = writeln!(out, "{number:>7} | {shown}");
    if let Some(before) = column.checked_sub(1) {
        let _ = writeln!(out, "        | {}^", " ".repeat(before - skipped.min(before)));
    }
}

/// The text with nothing in it that moves a terminal's cursor.
fn plain(text: &str) -> String {
    text.chars().map(|char| if char.is_control() { ' ' } else { char }).collect()
}
