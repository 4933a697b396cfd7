//! What was found, for programs.

use super::looked::Linted;
use super::text::label;
use catalog::lint::{Diagnostic, Finding, Rule, Severity, rules};
use serde_json::{Value, json};
use std::fmt::Write;

/// Where SARIF's shape is described.
const SARIF: &str = "https://json.schemastore.org/sarif-2.1.0.json";

/// All that is found, as one object.
pub(super) fn json(linted: &[Linted]) -> String {
    let findings: Vec<Value> = each(linted)
        .map(|(name, one, fixable)| {
            json!({
                "path": name, "code": one.code, "severity": one.severity, "blocking": one.blocking, "cell": one.cell,
                "line": one.line, "column": one.column, "message": one.message, "help": one.help, "fixable": fixable,
            })
        })
        .collect();
    format!("{:#}\n", json!({"files": linted.len(), "findings": findings}))
}

fn each(linted: &[Linted]) -> impl Iterator<Item = (&str, &Diagnostic, bool)> {
    linted.iter().flat_map(|file| {
        file.findings
            .iter()
            .map(|Finding { diagnostic, fix }| (file.name.as_str(), diagnostic, fix.is_some()))
    })
}

/// SARIF 2.1.0 (OASIS), as code scanning reads it.
pub(super) fn sarif(linted: &[Linted]) -> String {
    let level = |severity| match severity {
        Severity::Info => "note",
        Severity::Warning => "warning",
        Severity::Error => "error",
    };
    let mut described: Vec<Value> =
        rules().iter().map(|rule| described(rule, level(rule.severity))).collect();
    // What reading a file tells and no page is about.
    for (_, one, _) in each(linted) {
        if !described.iter().any(|rule| rule["id"] == one.code) {
            described.push(json!({"id": one.code, "shortDescription": {"text": one.code.replace('-', " ")}}));
        }
    }
    let results: Vec<Value> = each(linted)
        .map(|(name, one, _)| {
            let mut region = json!({"startLine": one.line.max(1)});
            if one.line > 0 && one.column > 0 {
                region["startColumn"] = json!(one.column);
            }
            json!({
                "ruleId": one.code,
                "ruleIndex": described.iter().position(|rule| rule["id"] == one.code),
                "level": level(one.severity),
                "message": {"text": format!("{}: {}", one.message, one.help)},
                "locations": [{"physicalLocation": {"artifactLocation": {"uri": uri(name)}, "region": region}}],
            })
        })
        .collect();
    let report = json!({
        "$schema": SARIF,
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {"name": "huntshelf", "version": env!("CARGO_PKG_VERSION"), "rules": described}},
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    });
    format!("{report:#}\n")
}

fn described(rule: &Rule, level: &str) -> Value {
    let page = rule.page();
    json!({
        "id": rule.code,
        "shortDescription": {"text": rule.title()},
        "help": {"text": page, "markdown": page},
        "defaultConfiguration": {"level": level},
        "properties": {"tags": [rule.group.label()]},
    })
}

/// A path as a relative reference (RFC 3986).
fn uri(name: &str) -> String {
    name.bytes().fold(String::with_capacity(name.len()), |mut uri, byte| {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
                uri.push(char::from(byte));
            }
            b'\\' if cfg!(windows) => uri.push('/'),
            other => {
                let _ = write!(uri, "%{other:02X}");
            }
        }
        uri
    })
}

/// `JUnit`'s XML: a suite for each file, in it a case for each thing that was found, or one that passed.
pub(super) fn junit(linted: &[Linted]) -> String {
    let count = |file: &Linted| file.findings.len();
    let (total, failed): (usize, usize) =
        (linted.iter().map(|file| count(file).max(1)).sum(), linted.iter().map(count).sum());
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    let _ = writeln!(out, "<testsuites name=\"huntshelf lint\" tests=\"{total}\" failures=\"{failed}\">");
    for file in linted {
        let (name, found) = (xml(&file.name), count(file));
        let _ = writeln!(
            out,
            "  <testsuite name=\"{name}\" tests=\"{}\" failures=\"{found}\" errors=\"0\" skipped=\"0\" time=\"0\">",
            found.max(1)
        );
        if found == 0 {
            let _ = writeln!(out, "    <testcase name=\"lint\" classname=\"{name}\" time=\"0\"/>");
        }
        for (_, one, _) in each(std::slice::from_ref(file)) {
            let _ = writeln!(
                out,
                "    <testcase name=\"{} at line {}\" classname=\"{name}\" time=\"0\">\n      <failure type=\"{}\" message=\"{}\">{}</failure>\n    </testcase>",
                xml(&one.code),
                one.line,
                label(one.severity),
                xml(&one.message),
                xml(&format!("{}:{}: {}\n{}", file.name, one.line, one.message, one.help)),
            );
        }
        out.push_str("  </testsuite>\n");
    }
    out.push_str("</testsuites>\n");
    out
}

/// Text in XML 1.0, without the characters that it cannot hold.
fn xml(text: &str) -> String {
    text.chars().fold(String::with_capacity(text.len()), |mut out, char| {
        match char {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\n' | '\t' => out.push(char),
            '\u{fffe}' | '\u{ffff}' => out.push('\u{fffd}'),
            char if char.is_control() => out.push('\u{fffd}'),
            char => out.push(char),
        }
        out
    })
}

/// Workflow commands, which GitHub shows beside the lines.
pub(super) fn github(linted: &[Linted]) -> String {
    let mut out = String::new();
    for (name, one, _) in each(linted) {
        let kind = match one.severity {
            Severity::Info => "notice",
            Severity::Warning => "warning",
            Severity::Error => "error",
        };
        let _ = write!(out, "::{kind} file={}", property(name));
        if one.line > 0 {
            let _ = write!(out, ",line={}", one.line);
        }
        if one.line > 0 && one.column > 0 {
            let _ = write!(out, ",col={}", one.column);
        }
        let _ = writeln!(out, ",title={}::{}", one.code, message(&format!("{}: {}", one.message, one.help)));
    }
    out
}

fn message(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    message(text).replace(':', "%3A").replace(',', "%2C")
}
