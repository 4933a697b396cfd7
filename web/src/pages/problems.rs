//! `/problems`: what is wrong with files at their branches' tips, by file. `?severity=`, `?rule=` and `?repo=` narrow it,
//! `?sort=oldest` orders it, `?cursor=` goes on.

use super::matrix::Choice;
use crate::Frame;
use crate::components::notices::empty;
use crate::components::tables::{Tally, tally};
use crate::components::{diagnostics, facts, paging};
use crate::links;
use crate::view::{Diagnostic, When};
use leptos::prelude::*;

/// What is wrong with one file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FileProblems {
    /// Its repository.
    pub repo: String,
    /// Its path.
    pub path: String,
    /// Its procedure's id, for the link; none for another file.
    pub id: Option<String>,
    /// Whether links must name the repository.
    pub repo_in_links: bool,
    /// When it was last changed; none for another file.
    pub changed: Option<When>,
    /// What is wrong, worst first.
    pub diagnostics: Vec<Diagnostic>,
}

/// How many files have a kind of problem.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Count {
    /// The severity or the rule's code.
    pub value: String,
    /// What a rule says, in a few words; empty for a severity, and for a rule without a page.
    pub title: String,
    /// How many files.
    pub files: usize,
}

/// How many files had problems after a sync.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Past {
    /// When.
    pub at: When,
    /// Files with errors.
    pub errors: u64,
    /// Files with warnings.
    pub warnings: u64,
}

/// What another linter found in a repository, as CI sent it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Others {
    /// The repository.
    pub repo: String,
    /// What linted it.
    pub tool: String,
    /// When it was sent.
    pub at: When,
    /// Who sent it.
    pub by: String,
    /// The commit that was linted, shortened.
    pub commit: String,
    /// Whether the catalog shows that commit.
    pub is_newest: bool,
    /// How many checks passed.
    pub passed: u64,
    /// How many did not.
    pub failed: u64,
    /// What it found, by file.
    pub files: Vec<FileProblems>,
    /// How many findings are not shown.
    pub more: usize,
}

/// The problems page.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ProblemsView {
    /// By repository and path, or those first that nobody has changed for the longest time.
    pub files: Vec<FileProblems>,
    /// How many files have problems at all.
    pub total: usize,
    /// By severity, the worst first.
    pub severities: Vec<Count>,
    /// By rule, those with the most files first.
    pub rules: Vec<Count>,
    /// The repositories to choose from; the first stands for all, its value is empty.
    pub repos: Vec<Choice>,
    /// The severity that is chosen; may be empty.
    pub severity: String,
    /// The rule that is chosen; may be empty.
    pub rule: String,
    /// Whether the oldest come first.
    pub oldest_first: bool,
    /// Repositories in which a patch mends something.
    pub patches: Vec<String>,
    /// What the syncs of late left behind, oldest first, where one repository is shown.
    pub trend: Vec<Past>,
    /// What other linters found, of each the newest.
    pub others: Vec<Others>,
    /// Whether this is a further page: the address holds a cursor.
    pub further_page: bool,
    /// The cursor of the next page.
    pub next: Option<String>,
}

impl ProblemsView {
    fn repo(&self) -> &str {
        self.repos.iter().find(|repo| repo.chosen).map_or("", |repo| &repo.value)
    }

    /// The page with other values of some keys.
    fn with(&self, other: &[(&str, &str)]) -> String {
        let sort = if self.oldest_first { "oldest" } else { "" };
        let own =
            [("severity", &*self.severity), ("rule", &*self.rule), ("repo", self.repo()), ("sort", sort)];
        let kept = own.into_iter().filter(|(key, _)| other.iter().all(|(changed, _)| changed != key));
        links::with_query(
            "/problems",
            kept.chain(other.iter().copied()).filter(|(_, value)| !value.is_empty()),
        )
    }

    fn is_narrowed(&self) -> bool {
        !self.severity.is_empty() || !self.rule.is_empty() || !self.repo().is_empty()
    }
}

/// The page.
pub fn page(frame: &Frame, view: ProblemsView) -> String {
    let first = view.further_page.then(|| view.with(&[]));
    let next = view.next.as_deref().map(|cursor| view.with(&[("cursor", cursor)]));
    let none = (view.files.is_empty() && view.others.is_empty()).then(|| {
        if view.is_narrowed() {
            let content =
                view! { <p>"No file has a problem of this kind. "<a href="/problems">"All problems"</a></p> };
            empty("Nothing of the kind", content.into_any())
        } else {
            let content =
                view! { <p>"Every file that was looked at can be read and says what it should."</p> };
            empty("No problems", content.into_any())
        }
    });
    let (form, severities, trend) = (form(&view), severities(&view), trend(&view.trend));
    let (rules, patches) = (rules(&view), patches(&view.patches));
    let files = view.files.into_iter().map(|one| file(one, false)).collect_view();
    let others = view.others.into_iter().map(others).collect_view();
    let content = view! {
        <h1>"Problems"</h1>
        <p class="faint">"What is wrong with files at the tips of their branches, and how to mend it. A problem with one file \
            harms no other. "<a href="/lint">"All rules"</a></p>
        {severities}
        {trend}
        {form}
        {patches}
        {rules}
        {none}
        {files}
        {others}
        {paging::paging(first, next)}
    };
    frame.render("Problems", move || content.into_any())
}

/// How many files, by severity: each a way to narrow the page.
fn severities(view: &ProblemsView) -> Option<AnyView> {
    (view.total > 0).then(|| {
        let links = view
            .severities
            .iter()
            .filter(|count| count.files > 0)
            .map(|count| {
                let class = format!("severity {}", count.value);
                let current = (count.value == view.severity).then_some("true");
                let href = view.with(&[("severity", &count.value)]);
                view! {
                    <li><a href=href aria-current=current><span class=class>{count.value.clone()}</span>
                        " in " {facts::counted(count.files, "file")}</a></li>
                }
            })
            .collect_view();
        view! { <ul class="problem-counts" aria-label="By severity">{links}</ul> }.into_any()
    })
}

/// How it went since the first sync that is known: in a sentence, and as a line.
fn trend(past: &[Past]) -> Option<AnyView> {
    let (first, last) = (past.first()?, past.last()?);
    if past.len() < 2 {
        return None;
    }
    let told = |what: &str, before: u64, now: u64| match now.cmp(&before) {
        std::cmp::Ordering::Less => format!("{} fewer with {what}", before - now),
        std::cmp::Ordering::Equal => format!("as many with {what}"),
        std::cmp::Ordering::Greater => format!("{} more with {what}", now - before),
    };
    let said = format!(
        "{}, {} than {}.",
        told("errors", first.errors, last.errors),
        told("warnings", first.warnings, last.warnings),
        first.at.ago
    );
    let said = said[..1].to_uppercase() + &said[1..];
    let most = past.iter().map(|one| one.errors.max(one.warnings)).max().unwrap_or_default().max(1);
    let line = |of: fn(&Past) -> u64| {
        let steps = (past.len() - 1) as u64;
        let points = (0..).zip(past).map(|(at, one)| {
            let (x, y) = (at * 240 / steps, 2 + (most - of(one)) * 36 / most);
            format!("{x},{y}")
        });
        points.collect::<Vec<_>>().join(" ")
    };
    let (errors, warnings) = (line(|one| one.errors), line(|one| one.warnings));
    Some(
        view! {
            <p class="trend">
                <svg viewBox="0 0 240 40" width="240" height="40" aria-hidden="true">
                    <polyline class="warnings" points=warnings></polyline>
                    <polyline class="errors" points=errors></polyline>
                </svg>
                <span>{said}</span>
            </p>
        }
        .into_any(),
    )
}

fn form(view: &ProblemsView) -> AnyView {
    let option = |value: &str, label: &str, chosen: bool| {
        let (value, label) = (value.to_owned(), label.to_owned());
        view! { <option value=value selected=chosen>{label}</option> }
    };
    let severities = [("", "any"), ("error", "errors"), ("warning", "warnings"), ("info", "worth knowing")]
        .map(|(value, label)| option(value, label, value == view.severity));
    let known = view.rules.iter().any(|rule| rule.value == view.rule);
    let other = (!known && !view.rule.is_empty()).then(|| option(&view.rule, &view.rule, true));
    let rules: Vec<_> =
        view.rules.iter().map(|rule| option(&rule.value, &rule.value, rule.value == view.rule)).collect();
    let repos: Vec<_> = view.repos.iter().map(|repo| option(&repo.value, &repo.label, repo.chosen)).collect();
    let repos =
        (repos.len() > 2).then(|| view! { <label>"Repository" <select name="repo">{repos}</select></label> });
    view! {
        <form class="matrix-form" method="get" action="/problems">
            <label>"Severity" <select name="severity">{severities.to_vec()}</select></label>
            <label>"Rule" <select name="rule">{option("", "any", view.rule.is_empty())} {other} {rules}</select></label>
            {repos}
            <label>"First" <select name="sort">
                {option("", "by path", !view.oldest_first)}
                {option("oldest", "unchanged the longest", view.oldest_first)}
            </select></label>
            <button>"Show"</button>
        </form>
    }
    .into_any()
}

fn patches(repos: &[String]) -> Option<AnyView> {
    (!repos.is_empty()).then(|| {
        let links = repos
            .iter()
            .map(|repo| {
                let href = links::with_query("/problems/mending.patch", [("repo", repo.as_str())]);
                view! { <li><a href=href download="">"Patch for " {repo.clone()}</a></li> }
            })
            .collect_view();
        view! {
            <p>"One patch a repository mends what can be mended with certainty, and nothing else. Take it to a clone: "
                <code>"git apply FILE"</code> "."</p>
            <ul class="matrix-links">{links}</ul>
        }
        .into_any()
    })
}

/// How many files each rule says something of.
fn rules(view: &ProblemsView) -> Option<AnyView> {
    let worth = view.rules.len() > 1 && view.rule.is_empty() && !view.further_page;
    worth.then(|| {
        let lines = view.rules.iter().map(|rule| {
            let href = view.with(&[("rule", &rule.value)]);
            Tally {
                class: String::new(),
                what: view! { <a href=href><code>{rule.value.clone()}</code></a> " " <span class="faint">{facts::message(&rule.title)}</span> }
                    .into_any(),
                count: rule.files.into_any(),
            }
        });
        let table = tally(["Rule", "Files"], lines.collect());
        view! {
            <details class="sheet">
                <summary>{format!("By rule ({})", view.rules.len())}</summary>
                {table}
            </details>
        }
        .into_any()
    })
}

/// What another linter found.
fn others(found: Others) -> AnyView {
    let Others { repo, tool, at, by, commit, is_newest, passed, failed, files, more } = found;
    let behind =
        (!is_newest).then_some(" The catalog shows another commit: what is found here may be mended.");
    let more = (more > 0).then(|| {
        let path = format!("/api/v1/repos/{}/lint-results", links::encode(&repo));
        view! { <p>{format!("{more} more are not shown: ")} <a href=path>"all of them"</a></p> }
    });
    view! {
        <section class="other-linter">
            <h2>{tool} " " <span class="faint">{repo}</span></h2>
            <p class="faint">
                {format!("{passed} checks passed, {failed} did not, at ")} <code>{commit}</code>
                {format!(". Sent by {by} ")} {facts::ago(at)} "." {behind}
            </p>
            {files.into_iter().map(|one| file(one, true)).collect_view()}
            {more}
        </section>
    }
    .into_any()
}

/// One file; `within` a section of its own.
fn file(file: FileProblems, within: bool) -> AnyView {
    let repo = file.repo_in_links.then_some(file.repo.as_str());
    let page = file.id.as_deref().map(|id| links::procedure(id, "", repo));
    let list = diagnostics::list(file.diagnostics, page.as_deref());
    let path = view! { <code>{file.path}</code> };
    let path = match page {
        Some(page) => view! { <a href=page>{path}</a> }.into_any(),
        None => path.into_any(),
    };
    let changed = file.changed.map(|when| view! { <p class="faint">"Changed " {facts::ago(when)}</p> });
    let title = view! { {path} " " <span class="faint">{file.repo}</span> };
    let title =
        if within { view! { <h3>{title}</h3> }.into_any() } else { view! { <h2>{title}</h2> }.into_any() };
    view! {
        <section class="file-problems">
            {title}
            {changed}
            {list}
        </section>
    }
    .into_any()
}
