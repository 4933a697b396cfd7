//! Cells and metadata of two notebooks, compared.

use super::lines::{Layout, Line, table};
use crate::components::facts;
use crate::view::Change;
use leptos::prelude::*;

/// What became of a cell.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Status {
    /// It is as it was.
    #[default]
    Same,
    /// It is not.
    Changed,
    /// It came.
    Added,
    /// It went.
    Removed,
}

/// What a cell holds, and what is seen of that.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Side {
    /// Its place, from 1.
    pub place: usize,
    /// `text`, `code`, `query` or `raw`.
    pub kind: &'static str,
    /// Whether a customer sees anything of it.
    pub customer: bool,
    /// How many outputs are committed with it.
    pub outputs: usize,
}

/// What a cell is shown as.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Body {
    /// Its lines.
    Lines(Vec<Line>),
    /// Its prose as it is read, rendered and sanitized by the server: what it was, and what it is.
    Prose(Option<String>, Option<String>),
}

/// A cell of either notebook, or of both.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cell {
    /// What became of it.
    pub status: Status,
    /// Whether it stands elsewhere.
    pub moved: bool,
    /// What it was.
    pub old: Option<Side>,
    /// What it is.
    pub new: Option<Side>,
    /// Tags that it had.
    pub tags_lost: Vec<String>,
    /// Tags that it has now.
    pub tags_gained: Vec<String>,
    /// Its further metadata.
    pub fields: Vec<Field>,
    /// Whether it has other outputs.
    pub outputs_changed: bool,
    /// What that means.
    pub changes: Vec<Change>,
    /// What is shown of it.
    pub body: Body,
    /// Lines of it that are left out.
    pub left_out: usize,
}

/// A field of metadata that differs.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Field {
    /// Its dotted path.
    pub key: String,
    /// The value before.
    pub before: Option<String>,
    /// The value after.
    pub after: Option<String>,
}

/// How cells are shown.
#[derive(Debug, Clone, Copy, Default)]
pub(in crate::pages) struct Shown {
    pub(in crate::pages) layout: Layout,
    /// Unchanged cells and lines too.
    pub(in crate::pages) whole: bool,
}

impl Cell {
    fn is_same(&self) -> bool {
        self.status == Status::Same && !self.moved
    }

    /// `Cell 4`, `Cell 4, before 3`.
    fn name(&self) -> String {
        match (&self.old, &self.new) {
            (Some(old), Some(new)) if old.place != new.place => {
                format!("Cell {}, before {}", new.place, old.place)
            }
            (_, Some(new)) => format!("Cell {}", new.place),
            (Some(old), None) => format!("Cell {} before", old.place),
            (None, None) => "Cell".to_owned(),
        }
    }
}

/// The fields of metadata as a table.
pub(in crate::pages) fn fields(fields: Vec<Field>) -> AnyView {
    let rows = fields
        .into_iter()
        .map(|field| {
            let value = |value: Option<String>, none: &'static str| match value {
                Some(value) => view! { <span class="value">{value}</span> }.into_any(),
                None => view! { <span class="faint">{none}</span> }.into_any(),
            };
            view! {
                <tr>
                    <th scope="row"><code>{field.key}</code></th>
                    <td class="removed">{value(field.before, "not there")}</td>
                    <td class="added">{value(field.after, "not there")}</td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <div class="scroll" tabindex="0" role="region" aria-label="Metadata that differs">
            <table class="fields-compared">
                <thead><tr><th scope="col">"Field"</th><th scope="col">"Before"</th><th scope="col">"After"</th></tr></thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
    }
    .into_any()
}

/// All cells; runs of unchanged ones are folded.
pub(in crate::pages) fn cells(cells: Vec<Cell>, shown: Shown) -> AnyView {
    let mut views: Vec<AnyView> = Vec::new();
    let mut same: Vec<Cell> = Vec::new();
    for one in cells {
        if one.is_same() {
            same.push(one);
        } else {
            views.extend(unchanged(std::mem::take(&mut same), shown));
            views.push(cell(one, shown));
        }
    }
    views.extend(unchanged(same, shown));
    view! { <ol class="cells-compared">{views}</ol> }.into_any()
}

/// A run of unchanged cells, folded.
fn unchanged(cells: Vec<Cell>, shown: Shown) -> Option<AnyView> {
    let (first, last) = (cells.first()?.new.as_ref()?.place, cells.last()?.new.as_ref()?.place);
    let said = match cells.len() {
        1 => format!("Cell {first} is unchanged"),
        count => format!("{count} unchanged cells, {first} to {last}"),
    };
    let inside = cells.into_iter().map(|one| cell(one, Shown { whole: true, ..shown })).collect_view();
    let open = shown.whole;
    Some(
        view! { <li class="unchanged"><details open=open><summary>{said}</summary><ol>{inside}</ol></details></li> }
            .into_any(),
    )
}

fn cell(cell: Cell, shown: Shown) -> AnyView {
    let name = cell.name();
    let (class, how) = match cell.status {
        Status::Same => ("same", None),
        Status::Changed => ("altered", Some(("badge plain", "changed"))),
        Status::Added => ("added", Some(("badge gain", "added"))),
        Status::Removed => ("removed", Some(("badge broken", "removed"))),
    };
    let how = how.map(|(class, word)| view! { " " <span class=class>{word}</span> });
    let moved = cell.moved.then(|| view! { " " <span class="badge renamed">"moved"</span> });
    let kind = kinds(cell.old.as_ref(), cell.new.as_ref());
    let seen = seen(cell.old.as_ref(), cell.new.as_ref());
    let outputs = cell.outputs_changed.then(|| {
        let count = |side: &Option<Side>| side.as_ref().map_or(0, |side| side.outputs);
        let said = format!("outputs: {} before, {} now", count(&cell.old), count(&cell.new));
        view! { <li class="chip plain">{said}</li> }
    });
    let tag = |class: &'static str, said: &'static str| move |tag: String| view! { <li class=class><span class="unseen">{said}</span>{tag}</li> };
    let lost = cell.tags_lost.into_iter().map(tag("chip loss", "tag lost: ")).collect_view();
    let gained = cell.tags_gained.into_iter().map(tag("chip gain", "tag added: ")).collect_view();
    let metadata = (!cell.fields.is_empty()).then(|| fields(cell.fields));
    let body = match cell.body {
        Body::Lines(lines) if lines.is_empty() => {
            view! { <p class="faint empty-cell">"No text."</p> }.into_any()
        }
        Body::Lines(lines) => table(lines, shown.layout, shown.whole, format!("Text of {name}")),
        Body::Prose(old, new) => prose(old, new, shown.layout),
    };
    let left_out = (cell.left_out > 0)
        .then(|| view! { <p class="faint">{cell.left_out} " lines are left out: the cell is too long for a page."</p> });
    view! {
        <li class=format!("cell-compared {class}")>
            <header>
                <h3>{name} <span class="kind">{kind}</span> {how} {moved}</h3>
                <ul class="chips">{seen} {lost} {gained} {outputs}</ul>
            </header>
            {facts::changes(cell.changes)}
            {metadata}
            {body}
            {left_out}
        </li>
    }
    .into_any()
}

/// What a cell holds, and what it held where that was something else.
fn kinds(old: Option<&Side>, new: Option<&Side>) -> String {
    match (old.map(|side| side.kind), new.map(|side| side.kind)) {
        (Some(old), Some(new)) if old != new => format!(" {new}, before {old}"),
        (_, Some(kind)) | (Some(kind), None) => format!(" {kind}"),
        (None, None) => String::new(),
    }
}

/// Whether a customer sees it, where that is worth saying: prose that none sees, and what became of that.
fn seen(old: Option<&Side>, new: Option<&Side>) -> Option<AnyView> {
    let said = match (old.map(|side| side.customer), new.map(|side| side.customer)) {
        (Some(false), Some(true)) => "customers see it now",
        (Some(true), Some(false)) => "customers see it no longer",
        (Some(false) | None, Some(false)) | (Some(false), None) => "not in the report",
        _ => return None,
    };
    Some(view! { <li class="chip plain">{said}</li> }.into_any())
}

/// Prose as it is read. The server has rendered and sanitized it.
fn prose(old: Option<String>, new: Option<String>, layout: Layout) -> AnyView {
    let class = match layout {
        Layout::Split => "prose-compared split",
        Layout::Inline => "prose-compared",
    };
    let same = old == new;
    let side = |class: &'static str, said: &'static str, html: Option<String>| {
        html.map(|html| {
            view! { <div class=class><p class="unseen">{said}</p><article class="prose" inner_html=html></article></div> }
        })
    };
    if same {
        return view! { <div class="prose-compared">{side("same", "Unchanged", new)}</div> }.into_any();
    }
    view! { <div class=class>{side("removed", "Before", old)} {side("added", "After", new)}</div> }.into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_is_named_by_its_place_now_and_by_its_place_before_where_that_was_another() {
        let side = |place| Some(Side { place, kind: "code", ..Side::default() });
        let cell = |old, new| Cell {
            status: Status::Changed,
            moved: false,
            old,
            new,
            tags_lost: Vec::new(),
            tags_gained: Vec::new(),
            fields: Vec::new(),
            outputs_changed: false,
            changes: Vec::new(),
            body: Body::Lines(Vec::new()),
            left_out: 0,
        };
        assert_eq!(cell(side(3), side(4)).name(), "Cell 4, before 3");
        assert_eq!(cell(side(3), side(3)).name(), "Cell 3");
        assert_eq!(cell(side(3), None).name(), "Cell 3 before");
        assert_eq!(
            kinds(side(1).as_ref(), Some(&Side { kind: "raw", ..Side::default() })),
            " raw, before code"
        );
    }
}
