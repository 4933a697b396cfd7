//! What the customer sees: prose and outputs, nothing internal, on a sheet of its own.

use super::notebook::{mistaken, outputs};
use super::{Audience, Cell, CellKind, ProcedureView, audiences, banners};
use crate::Frame;
use crate::components::head;
use crate::components::notices::{Weight, notice};
use leptos::prelude::*;

/// The customer's view of one procedure.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ReportView {
    /// The procedure, with the cells that stay.
    pub procedure: ProcedureView,
    /// How many cells the tags remove.
    pub removed: usize,
    /// How many raw cells are left out.
    pub raw: usize,
}

/// The page as the customer reads it.
pub fn report(frame: &Frame, report: ReportView) -> String {
    let ReportView { procedure: view, removed, raw } = report;
    let banners = banners::banners(&view);
    let title = format!("{}, customer's view", view.head.title);
    let switch = audiences(&view.head, Audience::Customer);
    let tab = if view.head.at.is_some() { "revision" } else { "newest" };
    let wrong = view.cells.iter().filter(|cell| !cell.mistaken.is_empty()).count();
    let leaks = (wrong > 0).then(|| {
        let cells = if wrong == 1 { "One cell here is".to_owned() } else { format!("{wrong} cells here are") };
        let content = view! {
            <p>
                <strong>{cells} " tagged to be removed, with a hyphen."</strong>
                " The export knows only the spellings with an underscore: what stands in there reaches the customer."
            </p>
        };
        notice(Weight::Alarm, content.into_any())
    });
    let code = view.cells.iter().filter(|cell| cell.kind == CellKind::Code).count();
    let said = left_out(removed, raw, code);
    let empty = view.cells.iter().all(|cell| cell.kind != CellKind::Markdown && cell.outputs.is_empty());
    let nothing =
        empty.then(|| view! { <p class="faint">"Nothing of this notebook is for the customer."</p> });
    let cells = view.cells.into_iter().map(cell).collect_view();
    let content = view! {
        {head::head(&view.head, head::Tab::Read)}
        {banners}
        {leaks}
        <div class="reported">
            {switch}
            <p class="faint">{said}</p>
            <article class="report" aria-label="Report" data-revision=tab>{nothing} {cells}</article>
        </div>
    };
    frame.render(&title, move || content.into_any())
}

/// What is not there, in a sentence.
fn left_out(removed: usize, raw: usize, code: usize) -> String {
    let mut parts = Vec::new();
    let mut part = |count: usize, what: &str| {
        if count > 0 {
            parts.push(format!("{count} {what} cell{}", if count == 1 { "" } else { "s" }));
        }
    };
    part(removed, "internal");
    part(raw, "raw");
    let left = if parts.is_empty() { String::new() } else { format!("Left out: {}. ", parts.join(" and ")) };
    match code {
        0 => left.trim_end().to_owned(),
        1 => format!("{left}Of one code cell only its output is shown, once it has run."),
        _ => format!("{left}Of {code} code cells only the outputs are shown, once they have run."),
    }
}

pub(super) fn cell(cell: Cell) -> AnyView {
    let flag = (!cell.mistaken.is_empty()).then(|| view! { <p class="flag">{mistaken(&cell.mistaken)}</p> });
    let to_fill = cell.tags.iter().any(|tag| tag == "analyst_input");
    let class = match (cell.mistaken.is_empty(), to_fill) {
        (false, _) => "part leaks",
        (true, true) => "part to-fill",
        (true, false) => "part",
    };
    let anchor = format!("cell-{}", cell.index);
    let shown = outputs(cell.index, cell.outputs);
    match cell.kind {
        CellKind::Markdown => {
            view! { <section class=class id=anchor>{flag} <div class="body" inner_html=cell.html></div></section> }.into_any()
        }
        CellKind::Code | CellKind::Raw => view! { <section class=class id=anchor>{flag} {shown}</section> }.into_any(),
    }
}
