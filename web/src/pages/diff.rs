//! `/procedures/{id}/diff/{from}..{to}`: two revisions compared.

use crate::Frame;
use crate::components::notices::{Weight, empty, notice};
use crate::components::{facts, head};
use crate::links;
use crate::pages::history::{self, Revision};
use crate::view::{Change, ProcedureHead};
use leptos::prelude::*;

/// Lines that changed, with their surroundings.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Hunk {
    /// `@@ -1,4 +1,5 @@`
    pub header: String,
    /// Its lines.
    pub lines: Vec<Line>,
}

/// One line of a hunk.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Line {
    /// `' '`, `'-'` or `'+'`.
    pub sign: char,
    /// Line number on the old side, from 1.
    pub old: Option<u32>,
    /// Line number on the new side, from 1.
    pub new: Option<u32>,
    /// The text in pieces; `true` marks what changed within the line.
    pub pieces: Vec<(bool, String)>,
}

/// The comparison page.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DiffView {
    /// Whose revisions.
    pub head: ProcedureHead,
    /// The older side.
    pub from: Revision,
    /// The newer side.
    pub to: Revision,
    /// What changed in meaning between the two.
    pub changes: Vec<Change>,
    /// The texts compared.
    pub hunks: Vec<Hunk>,
    /// Lines left out because the difference is too long for a page; 0 when it is whole.
    pub left_out: usize,
}

/// The page.
pub fn page(frame: &Frame, view: DiffView) -> String {
    let title =
        format!("{}: {} against {}", view.head.title, view.from.commit.short(), view.to.commit.short());
    let back = links::diff(&view.head.id, &view.to.commit.id, &view.from.commit.id, view.head.link_repo());
    let changes = if view.changes.is_empty() {
        view! { <p class="faint">"Nothing changed in meaning that Huntshelf knows a word for."</p> }
            .into_any()
    } else {
        facts::changes(view.changes)
    };
    let same = view.hunks.is_empty() && view.left_out == 0;
    let text = if same {
        empty("The same text", view! { <p>"Both revisions hold the same bytes."</p> }.into_any())
    } else {
        hunks(view.hunks, "Difference of the texts".to_owned())
    };
    let left_out = (view.left_out > 0).then(|| {
        let content = view! {
            <p>{view.left_out} " lines are left out: the difference is too long for a page. Both revisions can be read whole."</p>
        };
        notice(Weight::Caution, content.into_any())
    });
    let from = history::facts_of(&view.head, Revision { changes: Vec::new(), ..view.from });
    let to = history::facts_of(&view.head, Revision { changes: Vec::new(), ..view.to });
    let content = view! {
        {head::head(&view.head, head::Tab::History)}
        <div class="two-sides">
            <section aria-label="Older"><h2>"From"</h2>{from}</section>
            <section aria-label="Newer"><h2>"To"</h2>{to}</section>
        </div>
        <section aria-labelledby="meaning"><h2 id="meaning">"What it means"</h2>{changes}</section>
        <section aria-labelledby="text">
            <h2 id="text">"The text"</h2>
            <p class="faint"><a href=back>"Swap sides"</a></p>
            {left_out}
            {text}
        </section>
    };
    frame.render(&title, move || content.into_any())
}

/// The hunks as a table; `label` is what its frame is called by those who listen to the page.
pub(super) fn hunks(hunks: Vec<Hunk>, label: String) -> AnyView {
    let bodies = hunks
        .into_iter()
        .map(|hunk| {
            let lines = hunk.lines.into_iter().map(line).collect_view();
            view! {
                <tbody>
                    <tr class="hunk"><th colspan="3" scope="rowgroup"><code>{hunk.header}</code></th></tr>
                    {lines}
                </tbody>
            }
        })
        .collect_view();
    view! {
        <div class="scroll" tabindex="0" role="region" aria-label=label>
            <table class="diff">
                <caption class="unseen">"Lines removed and added"</caption>
                <thead class="unseen">
                    <tr><th scope="col">"Old line"</th><th scope="col">"New line"</th><th scope="col">"Text"</th></tr>
                </thead>
                {bodies}
            </table>
        </div>
    }
    .into_any()
}

fn line(line: Line) -> AnyView {
    let (class, said) = match line.sign {
        '-' => ("removed", "removed: "),
        '+' => ("added", "added: "),
        _ => ("same", ""),
    };
    let pieces = line
        .pieces
        .into_iter()
        .map(|(changed, text)| match (changed, line.sign) {
            (true, '-') => view! { <del>{text}</del> }.into_any(),
            (true, _) => view! { <ins>{text}</ins> }.into_any(),
            (false, _) => text.into_any(),
        })
        .collect_view();
    view! {
        <tr class=class>
            <td class="number">{line.old}</td>
            <td class="number">{line.new}</td>
            <td class="text"><span class="unseen">{said}</span>{pieces}</td>
        </tr>
    }
    .into_any()
}
