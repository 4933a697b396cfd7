//! `/procedures/{id}/history`: its revisions, newest first.
//!
//! The comparison is a GET form to `/procedures/{id}/diff` with `from` and `to` (and `repo` where links name it), full
//! commit ids; the server redirects it to `/procedures/{id}/diff/{from}..{to}`. Further pages: `?cursor=`.

mod defects;

use crate::Frame;
use crate::components::notices::{Weight, empty, notice};
use crate::components::paragraphs::paragraphs;
use crate::components::{facts, head, paging};
use crate::links;
use crate::view::{Change, Commit, Defect, ProcedureHead, When};
use leptos::prelude::*;

/// What a commit did to a file.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Status {
    /// It was not there before.
    Added,
    /// Its content changed.
    #[default]
    Modified,
    /// It came from another path.
    Renamed,
    /// It went.
    Deleted,
}

/// One revision.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Revision {
    /// Its commit.
    pub commit: Commit,
    /// First line of the message.
    pub subject: String,
    /// What the message says below that.
    pub body: String,
    /// The author's name as git has it.
    pub author: String,
    /// Whom the message names as co-authors.
    pub co_authors: Vec<String>,
    /// Author time.
    pub authored: When,
    /// What happened to the file.
    pub status: Status,
    /// The path after it (before it, when deleted).
    pub path: String,
    /// The path before, when renamed.
    pub previous_path: Option<String>,
    /// What that meant.
    pub changes: Vec<Change>,
    /// How much its worst defect matters, where it has one.
    pub defective: Option<&'static str>,
}

/// The history page.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct HistoryView {
    /// Whose history.
    pub head: ProcedureHead,
    /// How many revisions there are in all.
    pub total: usize,
    /// Whether this is a further page: the address holds a cursor.
    pub further_page: bool,
    /// This page, newest first.
    pub revisions: Vec<Revision>,
    /// The cursor of the next page.
    pub next: Option<String>,
    /// Whether the procedure is gone.
    pub gone: bool,
    /// Its defects, the newest first.
    pub defects: Vec<Defect>,
    /// Whether the viewer may mark some.
    pub may_mark: bool,
}

/// The page.
pub fn page(frame: &Frame, view: HistoryView) -> String {
    let title = format!("History of {}", view.head.title);
    let repo = view.head.link_repo();
    let first = view.further_page.then(|| links::procedure(&view.head.id, "history", repo));
    let next = view.next.as_deref().map(|cursor| {
        let pairs = repo.map(|repo| ("repo", repo)).into_iter().chain([("cursor", cursor)]);
        links::with_query(&links::procedure(&view.head.id, "history", None), pairs)
    });
    let said = match view.total {
        0 => "No revisions".to_owned(),
        1 => "One revision".to_owned(),
        total => format!("{total} revisions, newest first"),
    };
    let gone = view.gone.then(|| {
        let content = view! { <p><strong>"Deleted"</strong> ": the newest revision says when and by whom. What it was can still be read and compared."</p> };
        notice(Weight::Alarm, content.into_any())
    });
    let defects = defects::list(&view.head, view.defects, view.may_mark);
    let mark =
        (view.may_mark && !view.revisions.is_empty()).then(|| defects::form(&view.head, &view.revisions));
    let with_a_file = (!view.revisions.is_empty()).then(|| compare_a_file(&view.head, &view.revisions));
    let list = timeline(&view.head, view.revisions);
    let content = view! {
        {head::head(&view.head, head::Tab::History)}
        {gone}
        <h2 class="unseen">"History"</h2>
        <p class="faint">{said}</p>
        {defects}
        {list}
        {with_a_file}
        {mark}
        {paging::paging(first, next)}
    };
    frame.render(&title, move || content.into_any())
}

/// A form that compares a file of the visitor's with a revision of this page.
fn compare_a_file(head: &ProcedureHead, revisions: &[Revision]) -> AnyView {
    let action = links::procedure(&head.id, "diff", head.link_repo());
    let choices = revisions
        .iter()
        .filter(|revision| revision.status != Status::Deleted)
        .map(|revision| {
            let said =
                format!("{} · {} · {}", revision.commit.short(), revision.authored.shown, revision.subject);
            view! { <option value=revision.commit.id.clone()>{said}</option> }
        })
        .collect_view();
    view! {
        <details class="compare-file">
            <summary>"Compare a file of yours"</summary>
            <form class="stacked" method="post" enctype="multipart/form-data" action=action>
                <label>"Notebook (MyST or ipynb, at most 4 MiB; it is not kept)" <input type="file" name="file" required=true /></label>
                <label>"With the revision" <select name="at">{choices}</select></label>
                <button>"Compare the file"</button>
            </form>
        </details>
    }
    .into_any()
}

/// The revisions in a form that compares two of them.
fn timeline(head: &ProcedureHead, revisions: Vec<Revision>) -> AnyView {
    if revisions.is_empty() {
        let content = view! { <p>"No commit that touched this file is known. A sync that is going on may bring them."</p> };
        return empty("No history", content.into_any());
    }
    let several = revisions.len() > 1;
    let action = links::procedure(&head.id, "diff", None);
    let repo = head.link_repo().map(|repo| {
        let repo = repo.to_owned();
        view! { <input type="hidden" name="repo" value=repo /> }
    });
    let entries = revisions
        .into_iter()
        .enumerate()
        .map(|(place, revision)| {
            // By default the newest against the one before it.
            let sides = several.then(|| sides(&revision.commit, place));
            view! { <li class="revision">{sides} {facts_of(head, revision)}</li> }
        })
        .collect_view();
    let compare = several.then(|| {
        view! {
            <div class="compare">
                <button class="primary">"Compare"</button>
                <p class="faint">"two revisions: choose the older as “from”, the newer as “to”"</p>
            </div>
        }
    });
    view! {
        <form class="timeline" method="get" action=action>
            {repo}
            {compare}
            <ol>{entries}</ol>
        </form>
    }
    .into_any()
}

/// The two radio buttons of a revision.
fn sides(commit: &Commit, place: usize) -> AnyView {
    let side = |name: &'static str, chosen: bool| {
        let (id, short) = (commit.id.clone(), commit.short().to_owned());
        view! {
            <label>
                <input type="radio" name=name value=id checked=chosen />
                <span>{name}<span class="unseen">" " {short}</span></span>
            </label>
        }
    };
    view! { <div class="sides">{side("from", place == 1)} {side("to", place == 0)}</div> }.into_any()
}

/// What a revision was: who, when, what happened to the file, what that meant.
pub(crate) fn facts_of(head: &ProcedureHead, revision: Revision) -> AnyView {
    let status = match revision.status {
        Status::Added => Some(("badge gain", "added")),
        Status::Modified => None,
        Status::Renamed => Some(("badge renamed", "renamed")),
        Status::Deleted => Some(("badge broken", "deleted")),
    };
    let status = status.map(|(class, word)| view! { <span class=class>{word}</span> });
    let at = links::procedure_at(&head.id, &revision.commit.id, head.link_repo());
    let subject = if revision.subject.is_empty() { "(no message)".to_owned() } else { revision.subject };
    let subject = if revision.status == Status::Deleted {
        view! { <span>{subject}</span> }.into_any()
    } else {
        view! { <a href=at>{subject}</a> }.into_any()
    };
    let moved = revision.previous_path.map(|previous| {
        view! { <p class="moved"><code>{previous}</code> " → " <code>{revision.path}</code></p> }
    });
    let with = (!revision.co_authors.is_empty()).then(|| format!(" with {}", revision.co_authors.join(", ")));
    let message = (!revision.body.is_empty()).then(|| {
        let short = revision.commit.short().to_owned();
        view! {
            <details class="message">
                <summary>"Message" <span class="unseen">" of " {short}</span></summary>
                {paragraphs(&revision.body)}
            </details>
        }
    });
    let defective = revision
        .defective
        .map(|severity| view! { " " <span class="badge defect in-range">{severity} " defect"</span> });
    view! {
        <div class="revision-facts">
            <p class="subject">{subject} " " {status} {defective}</p>
            <p class="who-when">{revision.author} {with} ", " {facts::moment(revision.authored)} " " {facts::commit(revision.commit)}</p>
            {moved}
            {facts::changes(revision.changes)}
            {message}
        </div>
    }
    .into_any()
}
