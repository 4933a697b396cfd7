//! What lint finds, as a list.

use crate::components::facts::{counted, message};
use crate::links;
use crate::view::{Diagnostic, Severity};
use leptos::prelude::*;
use std::collections::BTreeMap;

/// How many there are of each severity, in a line.
pub(crate) fn summary(diagnostics: &[Diagnostic]) -> String {
    let count = |severity| diagnostics.iter().filter(|diagnostic| diagnostic.severity == severity).count();
    let (errors, warnings) = (count(Severity::Error), count(Severity::Warning));
    format!(
        "Lint: {}, {}, {} to know",
        counted(errors, "error"),
        counted(warnings, "warning"),
        diagnostics.len() - errors - warnings
    )
}

/// Diagnostics as a list, those that say the same at several places once; `cells` is the page on which their cells are anchors (empty: this one), none where there is
/// no such page.
pub(crate) fn list(diagnostics: Vec<Diagnostic>, cells: Option<&str>) -> AnyView {
    let mut groups: Vec<Vec<Diagnostic>> = Vec::new();
    let mut known = BTreeMap::new();
    for diagnostic in diagnostics {
        let said = (diagnostic.code.clone(), diagnostic.message.clone(), diagnostic.help.clone());
        let group = *known.entry(said).or_insert(groups.len());
        match groups.get_mut(group) {
            Some(group) => group.push(diagnostic),
            None => groups.push(vec![diagnostic]),
        }
    }
    let items = groups.into_iter().map(|group| one(group, cells)).collect_view();
    view! { <ul class="diagnostics">{items}</ul> }.into_any()
}

/// What is said once of one place or several.
fn one(group: Vec<Diagnostic>, cells: Option<&str>) -> AnyView {
    let places = group.iter().map(|diagnostic| place(diagnostic, cells)).collect_view();
    let Some(diagnostic) = group.into_iter().next() else { return ().into_any() };
    let (class, word) = match diagnostic.severity {
        Severity::Error => ("severity error", "error"),
        Severity::Warning => ("severity warning", "warning"),
        Severity::Info => ("severity info", "info"),
    };
    view! {
        <li class="diagnostic">
            <p class="where">
                <span class=class>{word}</span>
                {rule(diagnostic.code, diagnostic.explained)}
                {diagnostic.blocking.then(|| view! { <span class="badge broken">"blocking"</span> })}
                {places}
            </p>
            <p>{message(&diagnostic.message)}</p>
            {(!diagnostic.help.is_empty()).then(|| view! { <p class="help">{message(&diagnostic.help)}</p> })}
        </li>
    }
    .into_any()
}

/// The rule, and its page.
fn rule(code: String, explained: bool) -> AnyView {
    let href = links::rule(&code);
    let code = view! { <code>{code}</code> };
    if explained { view! { <a href=href>{code}</a> }.into_any() } else { code.into_any() }
}

/// The line, at the forge if that is known, and the cell.
fn place(diagnostic: &Diagnostic, cells: Option<&str>) -> AnyView {
    let place = match (diagnostic.line, diagnostic.column) {
        (0, _) => None,
        (line, 0) => Some(format!("line {line}")),
        (line, column) => Some(format!("line {line}, column {column}")),
    };
    let place = place.map(|place| match diagnostic.forge.as_deref().and_then(links::outside) {
        Some(href) => view! { <a href=href rel="noreferrer">{place}</a> }.into_any(),
        None => view! { <span>{place}</span> }.into_any(),
    });
    let cell = diagnostic.cell.map(|cell| {
        let said = format!("cell {cell}");
        match cells {
            Some(page) => view! { <a href=format!("{page}#cell-{cell}")>{said}</a> }.into_any(),
            None => view! { <span>{said}</span> }.into_any(),
        }
    });
    if place.is_none() && cell.is_none() {
        return ().into_any();
    }
    view! { <span class="place">{place} " " {cell}</span> }.into_any()
}
