//! Names and keys of other customers.
//!
//! They match whole and in their case. A name that is short or a word (Target, Shell) is no sign of a customer, and so is a
//! number that any result may hold: these count only where they stand as a key does, behind `tenant` or `customer` or in a
//! column that is headed so. What stands within a name of the customer whose report it is counts for nothing.

use super::dictionary;
use super::keys::Keys;
use super::passages::{Origin, Passage};
use super::phrases::{Hit, Phrases};
use super::{Found, Said};
use serde::{Deserialize, Serialize};
use std::ops::Range;

/// Who a report is for, and who else there is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Names {
    /// Whose report it is.
    #[serde(default)]
    pub this: Known,
    /// Everybody else.
    #[serde(default)]
    pub others: Vec<Known>,
}

/// How one customer is called.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Known {
    /// Names: of the customer, of its tenants.
    #[serde(default)]
    pub names: Vec<String>,
    /// Keys: of its tenants, as the service knows them and as we do.
    #[serde(default)]
    pub keys: Vec<String>,
}

/// When a name or key is one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Weight {
    /// Wherever it stands.
    Always,
    /// In what people write; among results only where a key is.
    Prose,
    /// Only where a key is.
    AsKey,
    /// Never: it is one of the customer's own.
    Own,
}

/// What is looked for.
#[derive(Debug, Default)]
pub(super) struct Others {
    phrases: Phrases,
    weights: Vec<Weight>,
}

impl Others {
    pub(super) fn new(names: &Names) -> Self {
        let mut texts: Vec<String> = Vec::new();
        let mut weights = Vec::new();
        let own = || names.this.names.iter().chain(&names.this.keys);
        for text in own() {
            texts.push(text.clone());
            weights.push(Weight::Own);
        }
        let is_own = |text: &String| own().any(|own| own == text);
        for other in &names.others {
            for name in other.names.iter().filter(|name| !is_own(name)) {
                texts.push(name.clone());
                weights.push(if is_weak(name) { Weight::AsKey } else { Weight::Always });
            }
            for key in other.keys.iter().filter(|key| !is_own(key)) {
                for key in spellings(key) {
                    weights.push(weight_of_key(&key));
                    texts.push(key);
                }
            }
        }
        Self { phrases: Phrases::new(&texts, false), weights }
    }

    /// Where others are named, each once, from the left.
    fn find(&self, text: &str, origin: Origin) -> Vec<Range<usize>> {
        let hits = self.phrases.find(text);
        // How far the customer's own names reach that begin no later, hit by hit.
        let mut own = hits.iter().filter(|hit| self.weights[hit.phrase] == Weight::Own).peekable();
        let mut reach = 0;
        let mut within_own = |range: &Range<usize>| {
            while let Some(hit) = own.next_if(|hit| hit.range.start <= range.start) {
                reach = reach.max(hit.range.end);
            }
            range.end <= reach
        };
        let mut keys = Keys::new(text);
        let of_this = |hit: &&Hit| self.weights[hit.phrase] == Weight::Own && is_in_list(text, &hit.range);
        let beside: Vec<Range<usize>> =
            hits.iter().filter(of_this).map(|hit| hit.range.clone()).take(BESIDE).collect();
        let mut found: Vec<Range<usize>> = hits
            .iter()
            .filter(|hit| match self.weights[hit.phrase] {
                Weight::Own => false,
                Weight::Always => true,
                Weight::Prose if matches!(origin, Origin::Prose | Origin::Authored) => true,
                Weight::Prose if beside.iter().any(|own| is_same_list(text, own, &hit.range)) => true,
                Weight::Prose | Weight::AsKey => keys.stand_at(&hit.range),
            })
            .map(|hit| hit.range.clone())
            .filter(|range| !within_own(range))
            .collect();
        found.dedup_by_key(|range| range.start);
        found
    }

    /// A text that is shown to somebody, without the names of others.
    pub(super) fn blot(&self, text: &str) -> String {
        let mut out = String::with_capacity(text.len());
        let mut at = 0;
        for hit in self.phrases.find(text) {
            if self.weights[hit.phrase] != Weight::Own && hit.range.start >= at {
                out.push_str(&text[at..hit.range.start]);
                out.push_str("█████");
                at = hit.range.end;
            }
        }
        out.push_str(&text[at..]);
        out
    }
}

/// How many of the customer's own keys are looked at for others beside them.
const BESIDE: usize = 20;

/// Whether something stands in quotes as a list has it: `['145483', '20731']`, and not as the value of a name.
fn is_in_list(text: &str, range: &Range<usize>) -> bool {
    let Some(before) = text[..range.start].strip_suffix(['\'', '"']) else { return false };
    text[range.end..].starts_with(['\'', '"']) && before.trim_end().ends_with(['[', '(', '{', ','])
}

/// Whether a key stands in the list that one of the customer's own is in.
fn is_same_list(text: &str, own: &Range<usize>, range: &Range<usize>) -> bool {
    let between = text.get(own.end.min(range.end)..own.start.max(range.start)).unwrap_or_default();
    is_in_list(text, range) && !between.contains(['\n', '[', ']', '(', ')', '{', '}', ':'])
}

/// Whether a name says nothing by itself.
fn is_weak(name: &str) -> bool {
    let letters = name.chars().filter(|c| c.is_alphanumeric()).count();
    letters < 4 || dictionary::is_word(name.trim()) || name.trim().bytes().all(|byte| byte.is_ascii_digit())
}

/// A key as services write it: a GUID is the same one in capitals and without its hyphens.
fn spellings(key: &str) -> Vec<String> {
    let hex = |part: &str| part.bytes().all(|byte| byte.is_ascii_hexdigit());
    let parts = || key.trim().split('-');
    if !parts().all(hex) || !parts().map(str::len).eq([8, 4, 4, 4, 12]) {
        return vec![key.to_owned()];
    }
    let (lower, upper) = (key.to_ascii_lowercase(), key.to_ascii_uppercase());
    vec![lower.replace('-', ""), upper.replace('-', ""), lower, upper]
}

fn weight_of_key(key: &str) -> Weight {
    let key = key.trim();
    let digits = key.bytes().all(|byte| byte.is_ascii_digit());
    match key.chars().filter(|c| c.is_alphanumeric()).count() {
        0..4 => Weight::AsKey,
        // Numbers of processes, ports and events are as long.
        4 if digits => Weight::AsKey,
        5..8 if digits => Weight::Prose,
        _ if dictionary::is_word(key) => Weight::AsKey,
        _ => Weight::Always,
    }
}

pub(super) fn check(passage: &Passage, found: &mut Found<'_>) {
    let said = Said {
        code: "other-customer",
        message: "another customer is named here",
        help: "take it out, or look again whether this is the right notebook",
    };
    let others = found.others;
    for view in &passage.views {
        for range in others.find(view, passage.origin) {
            found.blotted(passage, view, range, said);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stops(other: &str, text: &str) -> bool {
        let known = Known { names: vec![other.to_owned()], keys: vec![] };
        let this = Known { names: vec!["Globex Europe".to_owned()], keys: vec!["145483".to_owned()] };
        !Others::new(&Names { this, others: vec![known] }).find(text, Origin::Printed).is_empty()
    }

    fn key_stops(key: &str, text: &str) -> bool {
        let known = Known { names: vec![], keys: vec![key.to_owned()] };
        !Others::new(&Names { this: Known::default(), others: vec![known] })
            .find(text, Origin::Printed)
            .is_empty()
    }

    #[test]
    fn names_that_are_words_count_as_keys_only() {
        assert!(stops("Initech", "seen at Initech, too"));
        assert!(!stops("Target", "Target hosts: 3"));
        assert!(stops("Target", "customer: Target") && stops("Target", "tenant_id='Target'"));
        assert!(stops("IBM", "Customer name | IBM") || stops("IBM", "customer name: IBM"));
        assert!(!stops("IBM", "IBM WebSphere"));
    }

    #[test]
    fn what_stands_within_the_own_name_is_no_other() {
        assert!(!stops("Globex", "Globex Europe"));
        assert!(stops("Globex", "Globex Europe and Globex"));
        assert!(!key_stops("145483", "pid 145483 ran"));
    }

    #[test]
    fn keys_in_a_list_with_the_own_one_are_keys() {
        let this = Known { names: vec![], keys: vec!["145483".to_owned()] };
        let other = Known { names: vec![], keys: vec!["20731".to_owned()] };
        let others = Others::new(&Names { this, others: vec![other] });
        let stops = |text| !others.find(text, Origin::Result).is_empty();
        assert!(stops("['145483', '20731']") && stops("array(['20731', '145483'], dtype=object)"));
        assert!(!stops("{'tenant_id': '145483', 'pid': '20731'}") && !stops("[145483, 20731]"));
        assert!(!stops("['145483'] ['20731']"));
    }

    #[test]
    fn a_guid_is_the_same_in_every_spelling() {
        let guid = "2f9d7a52-6b0e-4c58-9f5e-0f8a6f1f0c11";
        for text in [guid.to_owned(), guid.to_uppercase(), guid.replace('-', ""), format!("{{{guid}}}")] {
            assert!(key_stops(guid, &text), "{text}");
        }
        assert!(!key_stops(guid, "2f9d7a52-6b0e-4c58-9f5e-0f8a6f1f0c12"));
    }

    #[test]
    fn numbers_count_where_a_key_stands() {
        assert!(key_stops("11063", "tenant 11063") && key_stops("11063", "TENANT_ID = '11063'"));
        assert!(key_stops("11063", "  host tenant_id  pid\n  wk-1     11063    7\n"));
        assert!(!key_stops("11063", "  host tenant_id    pid\n  wk-1         7  11063\n"));
        assert!(key_stops("11063", "host,tenant\nwk,11063") && !key_stops("11063", "host,tenant\n11063,x"));
        let table = "\u{1d}\u{1e}\u{1f}\u{1f}tenant\u{1f}pid\u{1e}\u{1f}0\u{1f}11063\u{1f}3";
        assert!(key_stops("11063", table) && !key_stops("3", table));
    }
}
