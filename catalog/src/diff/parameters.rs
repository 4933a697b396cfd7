//! Parameters that came, went, or have another default.

use super::cells::{brief, brief_pair};
use super::change::Change;
use crate::instance::{Parameter, declared};
use crate::notebook::Cell;
use std::collections::HashMap;

/// What became of the parameters of a notebook, by the cells that declare them; nothing where either is no Python.
pub(super) fn between(old: Option<(usize, &Cell)>, (at, new): (usize, &Cell)) -> Vec<Change> {
    let was = match old {
        Some((_, old)) if old.source == new.source => return Vec::new(),
        Some((at, old)) => declared(old, at),
        None => Ok(Vec::new()),
    };
    let (Ok(was), Ok(is)) = (was, declared(new, at)) else { return Vec::new() };
    let index = |these: &'_ [Parameter]| -> HashMap<String, usize> {
        these.iter().enumerate().map(|(at, parameter)| (parameter.name.clone(), at)).collect()
    };
    let (old_index, new_index) = (index(&was), index(&is));
    let mut told = Vec::new();
    for before in &was {
        let name = &before.name;
        match new_index.get(name).map(|&at| &is[at]) {
            None => {
                let text = format!("Parameter {name} removed; its default was {}", brief(&before.default));
                told.push(Change::new("parameter-changed", text).of_key(name).from(&before.default));
            }
            Some(after) if differ(before, after) => {
                let (was, is) = brief_pair(&before.default, &after.default);
                let text = format!("Default of {name}: {was} became {is}");
                let change = Change::new("parameter-changed", text).of_key(name);
                told.push(change.from(&before.default).to(&after.default));
            }
            Some(_) => {}
        }
    }
    for after in is.iter().filter(|after| !old_index.contains_key(&after.name)) {
        let text = format!("Parameter {} added with default {}", after.name, brief(&after.default));
        told.push(Change::new("parameter-changed", text).of_key(&after.name).to(&after.default));
    }
    told.into_iter().map(|change| change.in_cell(at)).collect()
}

/// Whether a copy would begin with another value: another way to write the same literal does not count.
fn differ(before: &Parameter, after: &Parameter) -> bool {
    match (&before.value, &after.value) {
        (Some(was), Some(is)) => was != is,
        _ => before.default != after.default,
    }
}
