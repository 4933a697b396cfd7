//! What lint finds, as a list.

use crate::components::facts::message;
use crate::links;
use crate::view::{Diagnostic, Severity};
use leptos::prelude::*;

/// Diagnostics as a list; `cells` is the page on which their cells are anchors (empty: this one), none where there is
/// no such page.
pub(crate) fn list(diagnostics: Vec<Diagnostic>, cells: Option<&str>) -> AnyView {
    let items = diagnostics.into_iter().map(|diagnostic| one(diagnostic, cells)).collect_view();
    view! { <ul class="diagnostics">{items}</ul> }.into_any()
}

fn one(diagnostic: Diagnostic, cells: Option<&str>) -> AnyView {
    let (class, word) = match diagnostic.severity {
        Severity::Error => ("severity error", "error"),
        Severity::Warning => ("severity warning", "warning"),
        Severity::Info => ("severity info", "info"),
    };
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
    view! {
        <li class="diagnostic">
            <p class="where">
                <span class=class>{word}</span>
                <code>{diagnostic.code}</code>
                {diagnostic.blocking.then(|| view! { <span class="badge broken">"blocking"</span> })}
                {place}
                {cell}
            </p>
            <p>{message(&diagnostic.message)}</p>
            {(!diagnostic.help.is_empty()).then(|| view! { <p class="help">{message(&diagnostic.help)}</p> })}
        </li>
    }
    .into_any()
}
