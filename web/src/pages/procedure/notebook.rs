//! The cells of a notebook, as they are to be read: what its tags do to a cell is seen on the cell.

use super::{Cell, CellKind};
use crate::links;
use leptos::prelude::*;

/// What a tag makes of a cell, for its look and for those who listen to the page.
fn role(tags: &[String]) -> (&'static str, Option<&'static str>) {
    let has = |names: &[&str]| tags.iter().any(|tag| names.contains(&tag.as_str()));
    // The hyphened spelling removes nothing in the published export: such a cell reaches the customer, so it must not
    // look internal.
    if has(&["remove_cell"]) {
        ("internal", Some("Internal: left out of the report"))
    } else if has(&["analyst_input"]) {
        ("to-fill", Some("For the analyst to fill in"))
    } else if has(&["parameters"]) {
        ("parameters", Some("Parameters: a copy fills these in"))
    } else if has(&["injected-parameters"]) {
        ("parameters", Some("Injected parameters"))
    } else {
        ("", None)
    }
}

pub(super) fn cell(cell: Cell) -> AnyView {
    let (role, said) = role(&cell.tags);
    let kind = match cell.kind {
        CellKind::Markdown => "prose",
        CellKind::Code => "code",
        CellKind::Raw => "raw",
    };
    let class = format!("cell {kind} {role}");
    let anchor = format!("cell-{}", cell.index);
    let label = format!("Cell {}", cell.index);
    let tags = cell.tags.into_iter().map(|tag| view! { <li class="chip cell-tag">{tag}</li> }).collect_view();
    let mistaken = mistaken(&cell.mistaken);
    let copy = (cell.kind != CellKind::Markdown)
        .then(|| view! { <button type="button" class="copy-code" aria-label=format!("Copy cell {}", cell.index)>"Copy"</button> });
    let outputs = outputs(cell.index, cell.outputs);
    let language = match cell.kind {
        CellKind::Raw => Some("Raw: does nothing when run".to_owned()),
        _ => (!cell.language.is_empty()).then_some(cell.language),
    };
    let line = cell.forge.as_deref().and_then(links::outside).map(|href| {
        view! { <a class="line" href=href rel="noreferrer">"line " {cell.line}</a> }
    });
    let blame = cell.blame.map(|href| {
        view! { <a class="blame" href=href>"blame" <span class="unseen">" of cell " {cell.index}</span></a> }
    });
    let body = match cell.kind {
        CellKind::Markdown => view! { <div class="body" inner_html=cell.html></div> }.into_any(),
        CellKind::Code | CellKind::Raw => {
            let scroll = format!("{label}, code");
            view! { <pre tabindex="0" role="region" aria-label=scroll><code inner_html=cell.html></code></pre> }
                .into_any()
        }
    };
    view! {
        <section class=class id=anchor.clone() aria-label=label>
            <div class="cell-head">
                <a class="number" href=format!("#{anchor}") aria-label=format!("Link to cell {}", cell.index)>{cell.index}</a>
                {said.map(|said| view! { <span class="role">{said}</span> })}
                {language.map(|language| view! { <span class="language">{language}</span> })}
                <ul class="chips" aria-label="Tags">{tags}</ul>
                {mistaken}
                {line}
                {blame}
                {copy}
            </div>
            {body}
            {outputs}
        </section>
    }
    .into_any()
}

/// Says of tags with a hyphen that they do nothing.
pub(super) fn mistaken(tags: &[(String, String)]) -> AnyView {
    tags.iter()
        .map(|(wrong, right)| {
            view! {
                <span class="mistaken">
                    <code>{wrong.clone()}</code> " removes nothing: the customer reads this. Write " <code>{right.clone()}</code>
                </span>
            }
        })
        .collect_view()
        .into_any()
}

/// What a cell put out when it ran.
pub(super) fn outputs(cell: usize, outputs: Vec<String>) -> AnyView {
    outputs
        .into_iter()
        .map(|html| {
            let label = format!("Output of cell {cell}");
            view! { <div class="output" tabindex="0" role="region" aria-label=label inner_html=html></div> }
        })
        .collect_view()
        .into_any()
}
