//! `/instances/{id}/propose`: what was mended in a notebook that came back, and what of it can go to the procedure's
//! repository; `?version=` one of those that came back.
//!
//! A POST to the same address takes `version`, `cells` (the key of a cell that is to go in, any number of times), `message`,
//! `branch` and `do`: `look`, `patch` or `branch`.

use crate::Frame;
use crate::components::facts;
use crate::components::forms::{Labelled, summary};
use crate::components::notices::{Weight, notice};
use crate::links;
use crate::pages::copy::Refusal;
use crate::pages::diff::{Hunk, hunks};
use crate::pages::instance::Version;
use crate::view::{Commit, CopyRow, FieldError};
use leptos::prelude::*;

/// What would be proposed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CopyProposeView {
    /// The copy.
    pub copy: CopyRow,
    /// The procedure's newest revision, on which the proposal is made.
    pub to: Commit,
    /// The path of the procedure's file.
    pub path: String,
    /// The version that came back.
    pub version: Version,
    /// The cells that were changed or added.
    pub cells: Vec<OfferedCell>,
    /// What else is to be known.
    pub notes: Vec<String>,
    /// What lint says before and after.
    pub lint: Lint,
    /// All that is changed in the file.
    pub whole: Vec<Hunk>,
    /// Why nothing can be proposed so.
    pub refusal: Option<Refusal>,
    /// Whether it may be pushed.
    pub can_push: bool,
    /// What the commit is to say, and the branch, as they were filled in.
    pub message: String,
    /// The same of the branch.
    pub branch: String,
    /// What is wrong with these two.
    pub errors: Vec<FieldError>,
    /// The branch that was just made, and its commit.
    pub made: Option<(String, String)>,
}

/// A cell that was changed or added.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OfferedCell {
    /// What names it.
    pub key: String,
    /// Its place in what came back, from 1.
    pub place: usize,
    /// `code`, `guidance`, …
    pub part: &'static str,
    /// Whether the hunter added it.
    pub added: bool,
    /// Whether it is chosen.
    pub chosen: bool,
    /// Why it is held back; none where it can be chosen.
    pub held: Option<String>,
    /// Names that were put in place of values.
    pub replaced: Vec<String>,
    /// Its two texts compared.
    pub hunks: Vec<Hunk>,
}

/// What lint says before and after.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Lint {
    /// Errors and warnings of the procedure as it is.
    pub before: (usize, usize),
    /// The same of the proposal.
    pub after: (usize, usize),
    /// The errors that only the proposal has: rule, line, what is wrong, what to do.
    pub new_errors: Vec<(String, u32, String, String)>,
}

/// The page.
pub fn page(frame: &Frame, view: CopyProposeView) -> String {
    let (id, action) = (view.copy.id.clone(), links::instance_propose(&view.copy.id));
    let title = format!("Propose from {}", view.copy.file_name);
    let procedure = links::procedure(&view.copy.procedure, "", view.copy.repo.as_deref());
    let refusal = view.refusal.clone().map(|refusal| {
        let content = view! {
            <p><strong>"Nothing can be proposed so."</strong> " " {facts::message(&refusal.reason)} " " {facts::message(&refusal.remedy)}</p>
        };
        notice(Weight::Alarm, content.into_any())
    });
    let made = view.made.clone().map(|(branch, commit)| {
        let content = view! {
            <p>"It is at the repository: branch " <code>{branch}</code> ", commit " <code>{commit}</code> ". Ask for it to be merged there."</p>
        };
        notice(Weight::Note, content.into_any())
    });
    let cells = if view.cells.is_empty() {
        view! { <p class="faint">"No cell differs from what the procedure has."</p> }.into_any()
    } else {
        let items =
            view.cells.iter().cloned().enumerate().map(|(number, cell)| one(number, cell)).collect_view();
        view! { <ol class="cells-compared">{items}</ol> }.into_any()
    };
    let notes = view.notes.iter().map(|note| view! { <li>{facts::message(note)}</li> }).collect_view();
    let notes = (!view.notes.is_empty()).then(|| view! { <ul>{notes}</ul> });
    let whole = if view.whole.is_empty() {
        view! { <p class="faint">"Nothing: no cell goes in."</p> }.into_any()
    } else {
        hunks(view.whole, format!("All that changes in {}", view.path))
    };
    let offered = view.cells.iter().any(|cell| cell.held.is_none());
    let send = offered.then(|| sending(&view.message, view.branch, &view.errors, view.can_push));
    let content = view! {
        <p class="crumbs">
            <a href="/instances">"Copies"</a>
            <span class="crumb"><a href=links::instance(&id)><code>{view.copy.file_name.clone()}</code></a></span>
        </p>
        <h1>"Propose what was mended"</h1>
        <p class="lead">
            <a href=procedure>{view.copy.title.clone()}</a> ", as it is since revision " {facts::commit(view.to)} ", in " <code>{view.path.clone()}</code>
        </p>
        <p>
            "From the notebook that " {view.version.by.clone()} " brought back " {facts::ago(view.version.at.clone())} ". "
            "Only code and guidance go back; parameters have their defaults again, and outputs, findings and everything of the tenant stay with the copy. "
            "A cell of which that is not certain is held back."
        </p>
        {made}
        {refusal}
        <form class="upgrading" method="post" action=action>
            {summary("propose", &view.errors, &["message", "branch"])}
            <input type="hidden" name="version" value=view.version.id />
            <section class="compared" aria-labelledby="cells"><h2 id="cells">"Cells"</h2>{cells}{notes}</section>
            <section aria-labelledby="lint"><h2 id="lint">"Lint"</h2>{lint(view.lint)}</section>
            <section class="compared" aria-labelledby="whole"><h2 id="whole">"All that changes in the file"</h2>{whole}</section>
            {send}
        </form>
    };
    frame.render(&title, move || content.into_any())
}

/// Message, branch and buttons.
fn sending(message: &str, branch: String, errors: &[FieldError], can_push: bool) -> AnyView {
    let said = Labelled::new(
        "message",
        "What the commit says",
        "Its first line is the subject. Leave it empty for a plain one; nothing of the tenant may stand in it",
        errors,
    );
    let push = can_push.then(|| {
        let named = Labelled::new(
            "branch",
            "Branch",
            "Leave it empty to have one named. It begins with huntshelf/",
            errors,
        );
        view! { {named.of("propose").line("text", branch, String::new())} }
    });
    let push_button =
        can_push.then(|| view! { <button name="do" value="branch">"Take to a branch"</button> });
    let without = (!can_push).then(|| {
        view! { <p class="help">"Nothing may be pushed to this repository from here. Apply the patch in a clone with " <code>"git am"</code> "."</p> }
    });
    view! {
        <section aria-labelledby="send">
            <h2 id="send">"Take it there"</h2>
            {said.of("propose").lines(message, "3", String::new())}
            {push}
            {without}
            <p class="submit">
                <button class="primary" name="do" value="patch">"Get the patch"</button>
                {push_button}
                <button name="do" value="look">"Look again"</button>
            </p>
        </section>
    }
    .into_any()
}

fn lint(lint: Lint) -> AnyView {
    let said = |(errors, warnings): (usize, usize)| {
        format!("{}, {}", facts::counted(errors, "error"), facts::counted(warnings, "warning"))
    };
    let items = lint
        .new_errors
        .into_iter()
        .map(|(code, line, message, help)| {
            let at = (line > 0).then(|| format!(" in line {line}"));
            view! { <li><code>{code}</code> {at} ": " {facts::message(&message)} ". " {facts::message(&help)}</li> }
        })
        .collect_view();
    let new = (!items.is_empty()).then(|| {
        notice(
            Weight::Alarm,
            view! { <p>"Errors that the procedure does not have now:"</p> <ul>{items}</ul> }.into_any(),
        )
    });
    view! {
        <p>"The procedure has " {said(lint.before)} "; with this it has " {said(lint.after)} "."</p>
        {new}
    }
    .into_any()
}

fn one(number: usize, cell: OfferedCell) -> AnyView {
    let name = format!("Cell {}", cell.place);
    let kind = if cell.added { format!("{}, added", cell.part) } else { cell.part.to_owned() };
    let choice = if let Some(reason) = cell.held {
        view! { <p class="becomes"><strong>"Held back: "</strong> {facts::message(&reason)}</p> }.into_any()
    } else {
        let id = format!("take-{number}");
        let label_of = id.clone();
        view! {
            <p class="applying">
                <input type="checkbox" id=id name="cells" value=cell.key checked=cell.chosen />
                <label for=label_of>"Propose it"</label>
            </p>
        }
        .into_any()
    };
    let replaced = cell
        .replaced
        .into_iter()
        .map(|said| view! { <p class="becomes">{facts::message(&said)}</p> })
        .collect_view();
    let class = if cell.added { "cell-compared added" } else { "cell-compared" };
    let lines = (!cell.hunks.is_empty()).then(|| hunks(cell.hunks, format!("Text of {name}")));
    view! {
        <li class=class>
            <header><h3>{name} <span class="kind">" " {kind}</span></h3></header>
            {choice}
            {replaced}
            {lines}
        </li>
    }
    .into_any()
}
