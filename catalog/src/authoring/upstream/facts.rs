//! What must not leave with a proposal: whose the copy was, what was filled in, when was looked, what was found.

use super::{results, times};
use crate::instance::{INJECTED, PARAMETERS, declared, parameters, provenance};
use crate::notebook::{Cell, Notebook};
use chrono::{DateTime, Utc};
use serde_json::Value;
use std::collections::BTreeSet;

/// The most facts that are looked for.
const MOST: usize = 60_000;

/// How deep a value may nest.
const DEPTH: usize = 32;

/// Whose something is, which also says how it is looked for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Whose {
    /// The tenant's own: its key, its ids, its name, that of its customer. Its parts count, too.
    Tenant,
    /// What the service calls the tenant's region.
    Region,
    /// What else is on record of the tenant and its customer: labels, contacts.
    Label,
    /// A value of the copy's for the parameter of that name. Its parts count, too.
    Parameter(String),
    /// A moment: of the window, of the hunt.
    Time,
    /// Somebody who worked with the copy.
    Person,
    /// Another customer, or one of its tenants.
    Other,
    /// A host or an id that stands in the copy's results.
    Result,
}

impl Whose {
    /// In words. What it is, never the value: who reads this need not know all customers.
    pub(super) fn said(&self) -> String {
        match self {
            Self::Tenant => "the tenant's or the customer's name, key or id".to_owned(),
            Self::Region => "the tenant's region".to_owned(),
            Self::Label => "what is on record of the customer".to_owned(),
            Self::Parameter(name) => format!("the copy's value of `{name}`"),
            Self::Time => "a date of the copy's window".to_owned(),
            Self::Person => "the name of somebody who worked with the copy".to_owned(),
            Self::Other => "another customer's name or key".to_owned(),
            Self::Result => "a host or an id that stands in the copy's results".to_owned(),
        }
    }

    /// Whether a part of it tells as much.
    pub(super) fn has_parts(&self, text: &str) -> bool {
        match self {
            Self::Tenant => true,
            // What a copy is called is made of the procedure's name and of what is looked for anyway.
            Self::Parameter(_) => !text.to_ascii_lowercase().ends_with(".ipynb"),
            _ => false,
        }
    }
}

/// What must not leave.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Facts {
    known: BTreeSet<(Whose, String)>,
}

impl Facts {
    /// Adds a text.
    pub fn add(&mut self, whose: Whose, text: &str) {
        let text = text.trim();
        if !text.is_empty() && self.known.len() < MOST {
            self.known.insert((whose, text.to_owned()));
        }
    }

    /// Adds all texts and numbers of a value that was filled in for a parameter.
    pub fn add_value(&mut self, name: &str, value: &Value) {
        self.value(name, value, DEPTH);
    }

    /// Adds a moment, in all ways in which its day is written.
    pub fn add_time(&mut self, at: DateTime<Utc>) {
        for form in times::forms(at) {
            self.add(Whose::Time, &form);
        }
    }

    fn value(&mut self, name: &str, value: &Value, left: usize) {
        let whose = || Whose::Parameter(name.to_owned());
        match value {
            // Either says nothing of anybody.
            Value::Null | Value::Bool(_) => {}
            Value::Number(number) => self.add(whose(), &number.to_string()),
            Value::String(text) => {
                self.add(whose(), text);
                if let Ok(at) = DateTime::parse_from_rfc3339(text) {
                    self.add_time(at.to_utc());
                }
            }
            Value::Array(items) if left > 0 => items.iter().for_each(|item| self.value(name, item, left - 1)),
            Value::Object(map) if left > 0 => {
                for (key, item) in map {
                    self.add(whose(), key);
                    self.value(name, item, left - 1);
                }
            }
            // Deeper than anybody means it: as it is written.
            nested => self.add(whose(), &nested.to_string()),
        }
    }

    /// Adds what a copy tells of itself: its provenance, what was filled in, and what stands in its results.
    pub(super) fn of_copy(&mut self, handed: &Notebook, returned: &Notebook, now: &Notebook) {
        let defaults = parameters(now);
        for copy in [handed, returned] {
            if let Some(stamp) = provenance(copy) {
                stamp.tenant.iter().for_each(|key| self.add(Whose::Tenant, key));
                stamp.region.iter().for_each(|region| self.add(Whose::Region, region));
                if let Some(window) = stamp.window {
                    self.add_time(window.from);
                    self.add_time(window.to);
                }
                stamp.parameters.iter().for_each(|(name, value)| self.add_value(name, value));
            }
            for (place, cell) in copy.cells.iter().enumerate() {
                if cell.has_tag(INJECTED) || cell.has_tag(PARAMETERS) {
                    self.filled_in(cell, place, &defaults);
                }
            }
        }
        for found in results::of(returned) {
            self.add(Whose::Result, &found);
        }
    }

    /// What a cell assigns that the procedure does not.
    fn filled_in(&mut self, cell: &Cell, place: usize, defaults: &[crate::instance::Parameter]) {
        let Ok(assigned) = declared(cell, place) else {
            return quoted(&cell.source)
                .for_each(|text| self.add(Whose::Parameter("a parameter".to_owned()), text));
        };
        for one in assigned {
            if defaults.iter().any(|own| own.name == one.name && own.default == one.default) {
                continue;
            }
            match &one.value {
                Some(value) => self.add_value(&one.name, value),
                None => {
                    quoted(&one.default).for_each(|text| self.add(Whose::Parameter(one.name.clone()), text));
                }
            }
        }
    }

    /// What is known, each once.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&Whose, &str)> {
        self.known.iter().map(|(whose, text)| (whose, text.as_str()))
    }
}

/// What stands between quotes, and every other word with a digit, in code that cannot be read.
fn quoted(source: &str) -> impl Iterator<Item = &str> {
    let between = source.split(['"', '\'']).skip(1).step_by(2);
    let words = source
        .split(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '(' | ')' | '[' | ']' | ',' | '='));
    between.chain(words.filter(|word| word.contains(|c: char| c.is_ascii_digit())))
}
