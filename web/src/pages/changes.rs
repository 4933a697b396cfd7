//! `/changes`: what changed in the whole catalog, newest first, by day and commit. The filters are a GET form; the strip
//! of a year's activity leads to its months.

mod strip;

pub use strip::{Month, Strip};

use crate::Frame;
use crate::components::notices::empty;
use crate::components::{facts, paging};
use crate::links;
use crate::view::{Change, Commit, When};
use leptos::prelude::*;

/// Sentences of one procedure that stand there at once; the others are folded.
const SENTENCES: usize = 4;
/// Procedures of one commit that stand there at once.
const PROCEDURES: usize = 8;

/// A choice of a filter.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Choice {
    /// What the address says.
    pub value: String,
    /// What the reader sees.
    pub label: String,
    /// Whether it is chosen.
    pub chosen: bool,
}

/// What the list is narrowed by, as the form holds it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filters {
    /// The first day or moment.
    pub since: String,
    /// The day or moment before which.
    pub until: String,
    /// Who.
    pub author: String,
    /// Technique id.
    pub technique: String,
    /// Kinds of change.
    pub kinds: Vec<Choice>,
    /// Repositories; empty where there is one.
    pub repos: Vec<Choice>,
    /// A commit that is asked for.
    pub commit: String,
}

impl Filters {
    /// Whether anything narrows the list.
    fn any(&self) -> bool {
        let texts = [&self.since, &self.until, &self.author, &self.technique, &self.commit];
        texts.iter().any(|text| !text.is_empty())
            || self.kinds.iter().chain(&self.repos).any(|choice| choice.chosen && !choice.value.is_empty())
    }
}

/// What a commit did to one procedure.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Touched {
    /// How the procedure is addressed.
    pub id: String,
    /// Its title then.
    pub title: String,
    /// Its path then.
    pub path: String,
    /// Whether links name the repository.
    pub repo_in_links: bool,
    /// `added`, `renamed`, `deleted`; nothing for what was modified.
    pub status: &'static str,
    /// What that meant.
    pub changes: Vec<Change>,
}

/// What a commit did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CommitChanges {
    /// The repository.
    pub repo: String,
    /// The commit.
    pub commit: Commit,
    /// First line of the message.
    pub subject: String,
    /// Who, co-authors included.
    pub authors: Vec<String>,
    /// When it was committed.
    pub when: When,
    /// The procedures, as far as this page has them.
    pub procedures: Vec<Touched>,
}

/// One day.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Day {
    /// `2026-11-24`
    pub date: String,
    /// `Tuesday, 24 November 2026`
    pub said: String,
    /// Its commits, newest first.
    pub commits: Vec<CommitChanges>,
}

/// The page.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ChangesView {
    /// What narrows it.
    pub filters: Filters,
    /// How many revisions there are in all.
    pub total: usize,
    /// Activity of the last year.
    pub strip: Strip,
    /// This page, by day.
    pub days: Vec<Day>,
    /// Whether there is more than one repository.
    pub several: bool,
    /// The address of the first page, on a further one.
    pub first: Option<String>,
    /// The address of the next page.
    pub next: Option<String>,
    /// The feed of the same changes.
    pub feed: String,
    /// Whether proposals are looked after anywhere.
    pub proposals: bool,
}

/// The page.
pub fn page(frame: &Frame, view: ChangesView) -> String {
    let narrowed = view.filters.any();
    let said = match view.total {
        0 => "No changes".to_owned(),
        1 => "One change".to_owned(),
        total => format!("{total} changes, newest first"),
    };
    let none = view.days.is_empty().then(|| {
        let content = if narrowed {
            view! { <p>"Nothing of the catalog changed so. "<a href="/changes">"All changes"</a></p> }
                .into_any()
        } else {
            view! { <p>"No commit of a procedure is known yet. A first sync brings them."</p> }.into_any()
        };
        empty("No changes", content)
    });
    let feed = if view.feed.is_empty() { "/feeds/changes.atom".to_owned() } else { view.feed };
    let several = view.several;
    let proposals = view.proposals.then(|| view! { " · " <a href="/proposals">"Proposals"</a> });
    let days = view.days.into_iter().map(|day| self::day(day, several)).collect_view();
    let content = view! {
        <h1>"Changes"</h1>
        <p class="lead">
            "What changed in procedures, who did it, and what it means. "
            <a href="/changes/compare">"Compare two moments of the catalog"</a> " · " <a href="/following">"What you follow"</a>
            {proposals}
        </p>
        {form(view.filters)}
        {strip::strip(view.strip)}
        <p class="faint changes-said">
            {said} " · " <a href=feed>"Feed of these changes"</a>
        </p>
        {none}
        {days}
        {paging::paging(view.first, view.next)}
    };
    frame.render("Changes", move || content.into_any())
}

fn form(filters: Filters) -> AnyView {
    let narrowed = filters.any();
    let line =
        |name: &'static str, label: &'static str, kind: &'static str, value: String, hint: &'static str| {
            view! {
                <label>
                    {label}
                    " "
                    <input
                        type=kind
                        name=name
                        value=value
                        placeholder=(!hint.is_empty()).then_some(hint)
                        autocomplete="off"
                        spellcheck="false"
                    />
                </label>
            }
        };
    let select = |name: &'static str, label: &'static str, choices: Vec<Choice>| {
        let options = choices
            .into_iter()
            .map(|choice| view! { <option value=choice.value selected=choice.chosen>{choice.label}</option> })
            .collect_view();
        view! { <label>{label} " " <select name=name>{options}</select></label> }
    };
    // A moment to the second, as a link may say, is no value of a date field.
    let dates = [&filters.since, &filters.until].iter().all(|text| text.is_empty() || text.len() == 10);
    let kind = if dates { "date" } else { "text" };
    let repos = (!filters.repos.is_empty()).then(|| select("repo", "Repository", filters.repos));
    let commit = (!filters.commit.is_empty())
        .then(|| view! { <input type="hidden" name="commit" value=filters.commit /> });
    let clear = narrowed.then(|| view! { <a class="clear" href="/changes">"Clear all"</a> });
    view! {
        <form class="matrix-form changes-form" method="get" action="/changes" role="search" aria-label="Narrow the changes">
            {select("kind", "Kind", filters.kinds)}
            {line("author", "By", "search", filters.author, "name or address")}
            {line("technique", "Technique", "search", filters.technique, "T1003")}
            {repos}
            {line("since", "From", kind, filters.since, "2026-11-24")}
            {line("until", "Before", kind, filters.until, "2026-11-24")}
            {commit}
            <button>"Show"</button>
            {clear}
        </form>
    }
    .into_any()
}

fn day(day: Day, several: bool) -> AnyView {
    let id = format!("day-{}", day.date);
    let labelled = id.clone();
    let commits = day.commits.into_iter().map(|commit| self::commit(commit, several)).collect_view();
    view! {
        <section class="day" aria-labelledby=labelled>
            <h2 id=id>{day.said}</h2>
            <ol>{commits}</ol>
        </section>
    }
    .into_any()
}

fn commit(commit: CommitChanges, several: bool) -> AnyView {
    let id = commit.commit.id.clone();
    let subject = if commit.subject.is_empty() { "(no message)".to_owned() } else { commit.subject };
    let repo = several.then(|| view! { <span class="badge plain">{commit.repo.clone()}</span> " " });
    let count = commit.procedures.len();
    let mut shown: Vec<AnyView> =
        commit.procedures.into_iter().map(|one| touched(&commit.repo, &id, one)).collect();
    let folded = if shown.len() > PROCEDURES + 1 { shown.split_off(PROCEDURES) } else { Vec::new() };
    let rest = (!folded.is_empty()).then(|| {
        view! {
            <details>
                <summary>{folded.len()} " more of " {count} " procedures"</summary>
                <ul class="touched">{folded}</ul>
            </details>
        }
    });
    view! {
        <li class="commit-changes">
            <p class="subject">{repo} {subject}</p>
            <p class="who-when">
                {commit.authors.join(", ")} ", " {facts::ago(commit.when)} " " {facts::commit(commit.commit)}
            </p>
            <ul class="touched">{shown}</ul>
            {rest}
        </li>
    }
    .into_any()
}

fn touched(repo: &str, commit: &str, touched: Touched) -> AnyView {
    let repo = touched.repo_in_links.then_some(repo);
    let href = if touched.status == "deleted" {
        links::procedure(&touched.id, "", repo)
    } else {
        links::change(&touched.id, commit, repo)
    };
    let class = match touched.status {
        "added" => "badge gain",
        "deleted" => "badge broken",
        _ => "badge renamed",
    };
    let status =
        (!touched.status.is_empty()).then(|| view! { " " <span class=class>{touched.status}</span> });
    // The badge says it.
    let mut changes = touched.changes;
    changes.retain(|change| change.kind != "added" && change.kind != "deleted");
    let folded = if changes.len() > SENTENCES + 1 { changes.split_off(SENTENCES) } else { Vec::new() };
    let rest = (!folded.is_empty()).then(|| {
        view! {
            <details class="more"><summary>{folded.len()} " more"</summary>{facts::changes(folded)}</details>
        }
    });
    view! {
        <li>
            <p><a href=href>{touched.title}</a> {status} " " <code class="faint path">{touched.path}</code></p>
            {facts::changes(changes)}
            {rest}
        </li>
    }
    .into_any()
}
