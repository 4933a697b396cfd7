//! What a notebook asks not to be told: `hunting.lint.ignore`.
//!
//! ```yaml
//! lint:
//!   ignore:
//!     - {rule: cell-long, reason: one table of constants, until: "2027-06-30"}
//!     - rule: path-absolute
//!       reason: the path of the sensor, not of our machine
//! ```
//!
//! The same as a mapping: `ignore: {cell-long: one table of constants}`, or with `{reason, until}` behind the rule.

use super::Group;
use super::found::{Finding, Found};
use super::settings::Settings;
use super::{Around, rule};
use crate::notebook::Notebook;
use chrono::NaiveDate;
use serde_json::Value;

/// Most waivers of one notebook.
const MOST: usize = 100;

/// The key that they stand below.
const KEY: &str = "hunting.lint.ignore";

/// What a waiver says.
const KEYS: [&str; 3] = ["rule", "reason", "until"];

/// The codes of what is said of waivers: no waiver is for them.
const OWN: [&str; 4] = ["waiver-malformed", "waiver-without-reason", "waiver-expired", "waiver-unused"];

/// One rule that is not to be told of, or what is wrong with what asks for it.
struct Waiver {
    key: String,
    rule: String,
    wrong: Option<Wrong>,
}

enum Wrong {
    Malformed(String),
    WithoutReason,
    Expired(NaiveDate),
}

/// Whether a notebook asks not to be told of a rule, with a reason, until today or later. For what is found by looking at
/// several procedures.
pub fn waives(notebook: &Notebook, code: &str, today: Option<NaiveDate>) -> bool {
    let waivers = read(notebook, &Settings::default(), today);
    waivers.iter().any(|waiver| waiver.wrong.is_none() && waiver.rule == code)
}

/// Takes out what is waived, and says what is wrong with waivers through `tell`.
pub(super) fn apply<'s>(
    notebook: &Notebook,
    settings: &Settings,
    around: &Around<'_>,
    findings: &mut Vec<Finding>,
    tell: impl Fn(&'static str) -> Option<Found<'s>>,
) {
    let waivers = read(notebook, settings, around.today);
    if waivers.is_empty() {
        return;
    }
    let mut used = vec![false; waivers.len()];
    findings.retain(|finding| {
        let one = &finding.diagnostic;
        let waived = |waiver: &Waiver| waiver.wrong.is_none() && waiver.rule == one.code;
        let by = waivers.iter().position(waived).filter(|_| !one.blocking);
        by.inspect(|place| used[*place] = true).is_none()
    });
    for (waiver, used) in waivers.iter().zip(used) {
        let rule = &waiver.rule;
        let (code, message, help) = match &waiver.wrong {
            Some(Wrong::Malformed(why)) => (
                OWN[0],
                format!("a waiver waives nothing: {why}"),
                "write `- {rule: CODE, reason: why, until: \"2027-01-31\"}`; the day may be left out",
            ),
            Some(Wrong::WithoutReason) => (
                OWN[1],
                format!("the waiver of `{rule}` gives no reason, and waives nothing"),
                "write `reason:` and why this is right here",
            ),
            Some(Wrong::Expired(until)) => (
                OWN[2],
                format!("the waiver of `{rule}` expired on {until}"),
                "mend what it was for, or look at it again and give it another day",
            ),
            // What is found by looking at several procedures is not found here.
            None if !used && super::rule(rule).is_none_or(|rule| rule.group != Group::Catalog) => (
                OWN[3],
                format!("the waiver of `{rule}` waives nothing: there is nothing of the kind"),
                "take it away",
            ),
            None => continue,
        };
        if let Some(mut found) = tell(code) {
            found.at_key(&waiver.key, message, help);
            findings.append(&mut found.findings);
        }
    }
}

fn read(notebook: &Notebook, settings: &Settings, today: Option<NaiveDate>) -> Vec<Waiver> {
    let lint = notebook.hunting().and_then(|hunting| hunting.get("lint"));
    let malformed = |key: String, why: &str| Waiver {
        key,
        rule: String::new(),
        wrong: Some(Wrong::Malformed(why.to_owned())),
    };
    match lint.and_then(|lint| lint.get("ignore")) {
        None | Some(Value::Null) => Vec::new(),
        Some(Value::Array(list)) => {
            let one = |(place, value): (usize, &Value)| {
                let key = format!("{KEY}[{place}]");
                match value.get("rule").and_then(Value::as_str) {
                    Some(rule) => waiver(key, rule, value, settings, today),
                    None => malformed(key, "it names no `rule`"),
                }
            };
            list.iter().take(MOST).enumerate().map(one).collect()
        }
        Some(Value::Object(map)) => {
            let one = |(rule, value): (&String, &Value)| {
                waiver(format!("{KEY}.{rule}"), rule, value, settings, today)
            };
            map.iter().take(MOST).map(one).collect()
        }
        Some(_) => vec![malformed(KEY.to_owned(), "it is neither a list nor a mapping")],
    }
}

fn waiver(key: String, rule: &str, value: &Value, settings: &Settings, today: Option<NaiveDate>) -> Waiver {
    let text = |value: Option<&Value>| {
        value.and_then(Value::as_str).map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned)
    };
    let reason = if value.is_object() { text(value.get("reason")) } else { text(Some(value)) };
    let until = match value.get("until").filter(|until| !until.is_null()) {
        None => Ok(None),
        Some(until) => {
            until.as_str().and_then(|day| day.trim().parse::<NaiveDate>().ok()).map(Some).ok_or(())
        }
    };
    let is_rule = self::rule(rule).is_some() || settings.own(rule).is_some();
    let unknown = value.as_object().and_then(|own| own.keys().find(|key| !KEYS.contains(&key.as_str())));
    let wrong = if OWN.contains(&rule) {
        Some(Wrong::Malformed(format!("`{rule}` cannot be waived")))
    } else if !is_rule {
        let rule: String = rule.chars().take(60).collect();
        Some(Wrong::Malformed(format!("there is no rule `{rule}`")))
    } else if let Some(key) = unknown {
        // A misspelt `until` would make it one without end.
        let key: String = key.chars().take(60).collect();
        Some(Wrong::Malformed(format!("it has no key `{key}`")))
    } else {
        match until {
            Err(()) => Some(Wrong::Malformed("`until` is no day such as \"2027-01-31\"".to_owned())),
            Ok(_) if reason.is_none() => Some(Wrong::WithoutReason),
            Ok(Some(until)) if today.is_some_and(|today| until < today) => Some(Wrong::Expired(until)),
            Ok(_) => None,
        }
    };
    Waiver { key, rule: rule.to_owned(), wrong }
}
