//! `/procedures/{id}/diff/{from}..{to}`: two revisions compared, or a revision and a file; `?view=inline|text` for how the
//! sides stand, `?prose=read` for prose as it is read, `?all=1` for what is unchanged too.

mod cells;
mod lines;

pub(super) use cells::Shown;
pub use cells::{Body, Cell, Field, Side, Status};
pub use lines::{Hunk, Layout, Line, Piece};

use crate::Frame;
use crate::components::notices::{Weight, empty, notice};
use crate::components::{facts, head};
use crate::links;
use crate::pages::history::{self, Revision};
use crate::view::{Change, ProcedureHead};
use leptos::prelude::*;

pub(super) use cells::{cells as cell_list, fields as field_table};
pub(super) use lines::hunks;

/// The newer side.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Newer {
    /// A revision.
    Revision(Box<Revision>),
    /// A file of the visitor's own, by its name. It is not kept.
    File(String),
}

/// What of a comparison is shown, and how.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Shape {
    /// How the sides of a cell stand.
    pub layout: Layout,
    /// The whole text by lines, instead of cells.
    pub text: bool,
    /// Prose as it is read, instead of as it is written.
    pub read: bool,
    /// What is unchanged too.
    pub whole: bool,
}

impl Shape {
    /// The pairs of an address that says so.
    fn pairs(self) -> Vec<(&'static str, &'static str)> {
        let view = match (self.text, self.layout) {
            (true, _) => Some(("view", "text")),
            (false, Layout::Inline) => Some(("view", "inline")),
            (false, Layout::Split) => None,
        };
        let (read, whole) = (self.read.then_some(("prose", "read")), self.whole.then_some(("all", "1")));
        view.into_iter().chain(read).chain(whole).collect()
    }
}

/// The comparison page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DiffView {
    /// Whose revisions.
    pub head: ProcedureHead,
    /// The older side.
    pub from: Revision,
    /// The newer side.
    pub to: Newer,
    /// What changed in meaning between the two.
    pub changes: Vec<Change>,
    /// Fields of metadata that differ.
    pub fields: Vec<Field>,
    /// The cells of both.
    pub cells: Vec<Cell>,
    /// Cells left out because there are too many for a page.
    pub cells_left_out: usize,
    /// The texts compared, where these are asked for.
    pub hunks: Vec<Hunk>,
    /// Lines left out because the difference is too long for a page; 0 when it is whole.
    pub left_out: usize,
    /// What is shown of it.
    pub shape: Shape,
    /// Whether both sides have the same bytes.
    pub same: bool,
    /// Where the older side lost metadata that the newer one lacks: the address of what brings it back.
    pub restore: Option<String>,
}

/// The page.
pub fn page(frame: &Frame, view: DiffView) -> String {
    let against = match &view.to {
        Newer::Revision(to) => to.commit.short().to_owned(),
        Newer::File(name) => name.clone(),
    };
    let title = format!("{}: {} against {against}", view.head.title, view.from.commit.short());
    let changes = if view.changes.is_empty() {
        view! { <p class="faint">"Nothing changed in meaning that Huntshelf knows a word for."</p> }
            .into_any()
    } else {
        facts::changes(view.changes)
    };
    let tools = tools(&view.head, &view.from, &view.to, view.shape);
    let body = if view.same {
        empty("The same text", view! { <p>"Both hold the same bytes."</p> }.into_any())
    } else if view.shape.text {
        hunks(view.hunks, "Difference of the texts".to_owned())
    } else {
        compared(view.fields, view.cells, view.shape)
    };
    let left_out = (view.left_out > 0).then(|| {
        let content = view! {
            <p>{view.left_out} " lines are left out: the difference is too long for a page. Both sides can be read whole."</p>
        };
        notice(Weight::Caution, content.into_any())
    });
    let cells_left_out = (view.cells_left_out > 0).then(|| {
        let content =
            view! { <p>{view.cells_left_out} " cells are left out: there are too many for a page."</p> };
        notice(Weight::Caution, content.into_any())
    });
    let from = history::facts_of(&view.head, Revision { changes: Vec::new(), ..view.from });
    let to = match view.to {
        Newer::Revision(to) => history::facts_of(&view.head, Revision { changes: Vec::new(), ..*to }),
        Newer::File(name) => view! {
            <div class="revision-facts">
                <p class="subject">{name}</p>
                <p class="who-when">"A file of yours. It is compared and not kept."</p>
            </div>
        }
        .into_any(),
    };
    let restore = view.restore.map(|href| {
        let content = view! {
            <p><strong>"Metadata was lost here."</strong> " " <a href=href>"The patch that brings it back"</a> " goes in with " <code>"git apply"</code> "."</p>
        };
        notice(Weight::Alarm, content.into_any())
    });
    let content = view! {
        {head::head(&view.head, head::Tab::History)}
        <div class="two-sides">
            <section aria-label="Older"><h2>"From"</h2>{from}</section>
            <section aria-label="Newer"><h2>"To"</h2>{to}</section>
        </div>
        {restore}
        <section aria-labelledby="meaning"><h2 id="meaning">"What it means"</h2>{changes}</section>
        <section class="compared" aria-labelledby="compared">
            <h2 id="compared">"What differs"</h2>
            {tools}
            {left_out}
            {cells_left_out}
            {body}
        </section>
    };
    frame.render(&title, move || content.into_any())
}

/// Metadata and cells.
pub(crate) fn compared(fields: Vec<Field>, cells: Vec<Cell>, shape: Shape) -> AnyView {
    let nothing = fields.is_empty() && cells.is_empty();
    if nothing {
        let content = view! { <p>"Neither side can be read as a notebook. The text says more."</p> };
        return empty("No cells", content.into_any());
    }
    let metadata = (!fields.is_empty()).then(|| view! { <h3>"Metadata"</h3> {cells::fields(fields)} });
    let shown = Shown { layout: shape.layout, whole: shape.whole };
    view! { {metadata} {cells::cells(cells, shown)} }.into_any()
}

/// How else it can be shown: links, since a page's whole state is its address. A file that was sent has no address, so
/// there the choice is made before.
fn tools(head: &ProcedureHead, from: &Revision, to: &Newer, shape: Shape) -> Option<AnyView> {
    let Newer::Revision(to) = to else { return None };
    let repo = head.link_repo();
    let at = |from: &str, to: &str, shape: Shape| {
        let pairs = repo.map(|repo| ("repo", repo)).into_iter().chain(shape.pairs());
        links::with_query(&links::diff(&head.id, from, to, None), pairs)
    };
    let (older, newer) = (from.commit.id.as_str(), to.commit.id.as_str());
    let link = |label: &'static str, is: Shape| {
        let now = (is == shape).then_some("true");
        view! { <li><a href=at(older, newer, is) aria-current=now>{label}</a></li> }
    };
    let with = |layout: Layout| Shape { layout, text: false, ..shape };
    let prose = (!shape.text).then(|| {
        view! {
            <ul class="ways" aria-label="Prose">
                {link("Prose as written", Shape { read: false, ..shape })}
                {link("Prose as read", Shape { read: true, ..shape })}
            </ul>
        }
    });
    let whole = (!shape.text).then(|| {
        let label = if shape.whole { "Fold what is unchanged" } else { "Show what is unchanged" };
        let href = at(older, newer, Shape { whole: !shape.whole, ..shape });
        view! { <a href=href>{label}</a> }
    });
    Some(
        view! {
            <nav class="compared-tools" aria-label="How it is shown">
                <ul class="ways" aria-label="Sides">
                    {link("Side by side", with(Layout::Split))}
                    {link("Inline", with(Layout::Inline))}
                    {link("Text", Shape { layout: Layout::Split, text: true, read: false, whole: false })}
                </ul>
                {prose}
                <p>{whole} " " <a href=at(newer, older, shape)>"Swap sides"</a></p>
            </nav>
        }
        .into_any(),
    )
}
