//! `/proposals`: what is proposed to the branches; `/proposals/{repo}/{number}`: what one proposal would change;
//! `…/read?path=` and `…/report?path=`: a notebook as proposed, as a hunter and as the customer reads it. A POST form at
//! `…/copy` (`path`, `tenant`) gives a trial copy to download.

use crate::Frame;
use crate::components::notices::{Weight, empty, notice};
use crate::components::{diagnostics, facts, paging};
use crate::islands::CopyCode;
use crate::links;
use crate::pages::diff::{self, Hunk, hunks};
use crate::pages::procedure::{self, Cell};
use crate::view::{Change, Commit, Diagnostic, Standing, When};
use leptos::prelude::*;

/// What is proposed, by whom and when.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Proposed {
    /// The repository.
    pub repo: String,
    /// Its number, or its reference where it has none: as addresses name it.
    pub name: String,
    /// What people call it: `#12`, or a reference.
    pub label: String,
    /// First line of its newest commit's message.
    pub subject: String,
    /// Who wrote that.
    pub author: String,
    /// When it was committed.
    pub when: When,
    /// Its newest commit.
    pub commit: Commit,
    /// The proposal at the forge.
    pub forge: Option<String>,
}

/// One proposal in the list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Listed {
    /// What is proposed.
    pub proposed: Proposed,
    /// What it would change, the first sentences, each with the title of its procedure.
    pub sentences: Vec<(String, Change)>,
    /// How many sentences more there are.
    pub more: usize,
    /// Why that cannot be told, if it cannot.
    pub unreadable: Option<String>,
}

/// The list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ProposalsView {
    /// This page.
    pub proposals: Vec<Listed>,
    /// How many there are in all.
    pub total: usize,
    /// Repositories whose proposals cannot be told now, and why.
    pub unreadable: Vec<(String, String)>,
    /// Whether any repository says which references are proposals.
    pub configured: bool,
    /// Whether there is more than one repository.
    pub several: bool,
    /// The address of the first page, on a further one.
    pub first: Option<String>,
    /// The address of the next page.
    pub next: Option<String>,
}

/// One commit of a proposal.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ProposedCommit {
    /// The commit.
    pub commit: Commit,
    /// First line of its message.
    pub subject: String,
    /// Who wrote it.
    pub author: String,
    /// When it was committed.
    pub when: When,
}

/// What a proposal does to one notebook.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ProposedFile {
    /// Its path.
    pub path: String,
    /// The path that it had, where it moves.
    pub previous_path: Option<String>,
    /// Whether it comes.
    pub added: bool,
    /// Whether it goes.
    pub deleted: bool,
    /// Its title.
    pub title: String,
    /// Its procedure's id on the branch, for what is there already.
    pub current: Option<String>,
    /// How it would stand.
    pub standing: Standing,
    /// The path of the procedure that holds its id, for what would be a duplicate.
    pub taken_by: Option<String>,
    /// What that means.
    pub changes: Vec<Change>,
    /// What lint finds after.
    pub found: Vec<Diagnostic>,
    /// What of that is new.
    pub gained: Vec<Diagnostic>,
    /// What was found before and is mended.
    pub mended: Vec<Diagnostic>,
    /// How much lint found before.
    pub before: usize,
    /// Fields of metadata that differ.
    pub fields: Vec<diff::Field>,
    /// The cells of both sides.
    pub cells: Vec<diff::Cell>,
    /// Cells left out because there are too many.
    pub cells_left_out: usize,
    /// The texts compared.
    pub hunks: Vec<Hunk>,
    /// Lines left out because the difference is too long.
    pub left_out: usize,
}

/// One proposal.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ProposalView {
    /// What is proposed.
    pub proposed: Proposed,
    /// Where it left the branch.
    pub base: Option<Commit>,
    /// Whether the branch has all of it already.
    pub settled: bool,
    /// Its commits, newest first.
    pub commits: Vec<ProposedCommit>,
    /// How many there are in all.
    pub commits_total: usize,
    /// The notebooks that it touches.
    pub files: Vec<ProposedFile>,
    /// How many files are left out.
    pub left_out: usize,
    /// Tenants for which a trial copy can be made: id and name. None where the reader may make no copies.
    pub tenants: Option<Vec<(String, String)>>,
}

/// A notebook as proposed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ReadView {
    /// Of which proposal.
    pub proposed: Proposed,
    /// Its path.
    pub path: String,
    /// Its title.
    pub title: String,
    /// What it is about.
    pub description: String,
    /// Whether the customer's view is shown.
    pub customer: bool,
    /// What lint finds.
    pub diagnostics: Vec<Diagnostic>,
    /// Its cells; for the customer, those that stay.
    pub cells: Vec<Cell>,
}

/// The list.
pub fn list(frame: &Frame, view: ProposalsView) -> String {
    let said = match view.total {
        0 => None,
        1 => Some("One proposal".to_owned()),
        total => Some(format!("{total} proposals, the newest numbers first")),
    };
    let unreadable = view
        .unreadable
        .into_iter()
        .map(|(repo, reason)| {
            let content =
                view! { <p>"What is proposed to " <b>{repo}</b> " cannot be told now: " {facts::message(&reason)}</p> };
            notice(Weight::Caution, content.into_any())
        })
        .collect_view();
    let none = (view.total == 0).then(|| {
        let content = if view.configured {
            view! { <p>"Whatever was proposed is merged, or its reference is gone. New ones come with the next sync."</p> }
                .into_any()
        } else {
            view! {
                <p>"No repository says which of its references are proposals: "
                <code>"proposals = [\"refs/pull/*/head\"]"</code> " in its configuration does."</p>
            }
            .into_any()
        };
        empty("No proposals", content)
    });
    let several = view.several;
    let items = view.proposals.into_iter().map(|one| listed(one, several)).collect_view();
    let content = view! {
        <p class="crumbs"><a href="/changes">"Changes"</a></p>
        <h1>"Proposals"</h1>
        <p class="lead">"What people would like to see on the mirrored branches. Nothing of it is in the catalog before it is merged."</p>
        <p class="help">"A proposal is listed as long as the forge keeps its reference: git does not tell one that was closed from one that is open."</p>
        {unreadable}
        {said.map(|said| view! { <p class="faint">{said}</p> })}
        {none}
        <ol class="proposals">{items}</ol>
        {paging::paging(view.first, view.next)}
    };
    frame.render("Proposals", move || content.into_any())
}

fn listed(listed: Listed, several: bool) -> AnyView {
    let Listed { proposed, sentences, more, unreadable } = listed;
    let repo = several.then(|| view! { <span class="badge plain">{proposed.repo.clone()}</span> " " });
    let href = links::proposal(&proposed.repo, &proposed.name, "");
    let unreadable = unreadable
        .map(|reason| view! { <p class="faint">"What it would change cannot be told: " {facts::message(&reason)}</p> });
    let mut by_title: Vec<(String, Vec<Change>)> = Vec::new();
    for (title, change) in sentences {
        match by_title.last_mut() {
            Some((last, changes)) if *last == title => changes.push(change),
            _ => by_title.push((title, vec![change])),
        }
    }
    let meaning = by_title
        .into_iter()
        .map(|(title, changes)| view! { <li><p>{title}</p> {facts::changes(changes)}</li> })
        .collect_view();
    let more = (more > 0).then(|| view! { <p class="faint">{more} " more"</p> });
    view! {
        <li class="commit-changes">
            <p class="subject">
                {repo} <a href=href>{proposed.label.clone()} " " {said(&proposed.subject)}</a>
            </p>
            {byline(proposed)}
            {unreadable}
            <ul class="touched">{meaning}</ul>
            {more}
        </li>
    }
    .into_any()
}

fn said(subject: &str) -> String {
    if subject.is_empty() { "(no message)".to_owned() } else { subject.to_owned() }
}

fn byline(proposed: Proposed) -> AnyView {
    let forge = proposed.forge.as_deref().and_then(links::outside).map(|href| {
        view! { " · " <a href=href rel="noreferrer">"At the forge"</a> }
    });
    view! {
        <p class="who-when">
            {proposed.author} ", " {facts::ago(proposed.when)} " " {facts::commit(proposed.commit)} {forge}
        </p>
    }
    .into_any()
}

fn crumbs(proposed: &Proposed, within: bool) -> AnyView {
    let this = within.then(|| {
        let href = links::proposal(&proposed.repo, &proposed.name, "");
        view! { <span class="crumb"><a href=href>{proposed.label.clone()}</a></span> }
    });
    view! {
        <p class="crumbs">
            <a href="/changes">"Changes"</a>
            <span class="crumb"><a href="/proposals">"Proposals"</a></span>
            <span class="crumb">{proposed.repo.clone()}</span>
            {this}
        </p>
    }
    .into_any()
}

fn not_on_main(settled: bool) -> AnyView {
    let content = if settled {
        view! { <p><strong>"On the branch already"</strong>": other commits brought all of it, so nothing is left to be merged."</p> }
            .into_any()
    } else {
        view! { <p><strong>"Not on main"</strong>": this is proposed and not merged. It is not in the catalog, and no search finds it."</p> }
            .into_any()
    };
    notice(Weight::Caution, content)
}

/// One proposal.
pub fn page(frame: &Frame, view: ProposalView) -> String {
    let proposed = view.proposed;
    let title = format!("{} {}", proposed.label, said(&proposed.subject));
    let base = match view.base {
        Some(base) => view! { <p class="faint">"Compared with " {facts::commit(base)} ", where it left the branch."</p> }
            .into_any(),
        None => view! { <p class="faint">"It has no history in common with the branch: everything is new."</p> }
            .into_any(),
    };
    let none = view
        .files
        .is_empty()
        .then(|| empty("No notebook changes", view! { <p>"It touches other files only."</p> }.into_any()));
    let left_out = (view.left_out > 0).then(|| {
        let content =
            view! { <p>{view.left_out} " further files are left out. The forge shows them all."</p> };
        notice(Weight::Caution, content.into_any())
    });
    let tenants = view.tenants;
    let files = view
        .files
        .into_iter()
        .enumerate()
        .map(|(place, one)| file(&proposed, place, one, tenants.as_deref()))
        .collect_view();
    let heading = match view.commits_total {
        1 => "One commit".to_owned(),
        total => format!("{total} commits"),
    };
    let shown = view.commits.len();
    let rest = (shown < view.commits_total)
        .then(|| view! { <p class="faint">{view.commits_total - shown} " older ones are left out."</p> });
    let commits = view
        .commits
        .into_iter()
        .map(|one| {
            view! {
                <li>
                    <p class="subject">{said(&one.subject)}</p>
                    <p class="who-when">{one.author} ", " {facts::ago(one.when)} " " {facts::commit(one.commit)}</p>
                </li>
            }
        })
        .collect_view();
    let heading_of_page = title.clone();
    let content = view! {
        {crumbs(&proposed, false)}
        <h1>{heading_of_page}</h1>
        {byline(proposed.clone())}
        {not_on_main(view.settled)}
        {base}
        {none}
        {files}
        {left_out}
        <section class="proposed-commits" aria-labelledby="commits">
            <h2 id="commits">{heading}</h2>
            <ol class="proposals">{commits}</ol>
            {rest}
        </section>
    };
    frame.render(&title, move || content.into_any())
}

/// Metadata and cells compared.
fn cells(fields: Vec<diff::Field>, cells: Vec<diff::Cell>, left_out: usize, open: bool) -> Option<AnyView> {
    let fields = (!fields.is_empty()).then(|| diff::field_table(fields));
    if cells.is_empty() && fields.is_none() {
        return None;
    }
    let left_out = (left_out > 0).then(
        || view! { <p class="faint">{left_out} " cells are left out: there are too many for a page."</p> },
    );
    let shown = diff::Shown { layout: diff::Layout::Inline, whole: false };
    Some(
        view! {
            <details class="compared" open=open>
                <summary>"Cell by cell"</summary>
                {fields}
                {diff::cell_list(cells, shown)}
                {left_out}
            </details>
        }
        .into_any(),
    )
}

fn file(
    proposed: &Proposed,
    place: usize,
    file: ProposedFile,
    tenants: Option<&[(String, String)]>,
) -> AnyView {
    let id = format!("file-{place}");
    let labelled = id.clone();
    let at = |rest: &str| {
        links::with_query(
            &links::proposal(&proposed.repo, &proposed.name, rest),
            [("path", file.path.as_str())],
        )
    };
    let how = match (file.added, file.deleted, file.previous_path.is_some()) {
        (true, ..) => Some(("badge gain", "added")),
        (_, true, _) => Some(("badge broken", "deleted")),
        (_, _, true) => Some(("badge renamed", "moved")),
        _ => None,
    };
    let how = how.map(|(class, word)| view! { " " <span class=class>{word}</span> });
    let standing = (!file.deleted).then(|| view! { " " {facts::standing(file.standing)} });
    let moved = file.previous_path.as_ref().map(|path| view! { " before: " <code>{path.clone()}</code> });
    let taken = file.taken_by.map(|path| {
        let content = view! {
            <p><strong>"Would be a duplicate"</strong>": its id is held by " <code>{path}</code> "."</p>
        };
        notice(Weight::Alarm, content.into_any())
    });
    let broken = (!file.deleted && file.standing == Standing::Broken).then(|| {
        let content = view! {
            <p><strong>"Would be broken"</strong>": the catalog could not use it, and would go on showing what was there before."</p>
        };
        notice(Weight::Alarm, content.into_any())
    });
    let current = file.current.as_ref().map(|id| {
        let href = links::procedure(id, "", Some(&proposed.repo));
        view! { <li><a href=href>"As it is now"</a></li> }
    });
    let views = (!file.deleted).then(|| {
        view! {
            <li><a href=at("read")>"Hunter's view"</a></li>
            <li><a href=at("report")>"Customer's view"</a></li>
        }
    });
    let changes = if file.changes.is_empty() {
        view! { <p class="faint">"Nothing changes in meaning that Huntshelf knows a word for."</p> }
            .into_any()
    } else {
        facts::changes(file.changes)
    };
    let copy = tenants
        .filter(|_| !file.deleted && file.standing != Standing::Broken)
        .map(|tenants| trial(proposed, place, &file.path, tenants));
    let after = file.found.len();
    let counts = format!("Lint: {} before, {after} after", file.before);
    let gained =
        (!file.gained.is_empty()).then(|| view! { <h4>"New"</h4> {diagnostics::list(file.gained, None)} });
    let mended =
        (!file.mended.is_empty()).then(|| view! { <h4>"Mended"</h4> {diagnostics::list(file.mended, None)} });
    let nothing = (gained.is_none() && mended.is_none())
        .then(|| view! { <p class="faint">"Nothing new, and nothing mended."</p> });
    let lint = (!file.deleted).then(|| {
        view! { <section class="proposed-lint"><h3>{counts}</h3> {gained} {mended} {nothing}</section> }
    });
    let left_out = (file.left_out > 0)
        .then(|| view! { <p class="faint">{file.left_out} " lines are left out: the difference is too long for a page."</p> });
    // One side alone is read better in its views.
    let unfolded = !file.added && !file.deleted;
    let cells = cells(file.fields, file.cells, file.cells_left_out, unfolded);
    let label = format!("Difference of {}", file.path);
    let text = (!file.hunks.is_empty()).then(|| {
        view! {
            <details>
                <summary>"The text"</summary>
                {hunks(file.hunks, label)}
                {left_out}
            </details>
        }
    });
    view! {
        <section class="proposed" aria-labelledby=labelled>
            <h2 id=id>{file.title} {how} {standing}</h2>
            <p class="faint"><code class="path">{file.path.clone()}</code> {moved}</p>
            {taken}
            {broken}
            <ul class="ways">{views} {current}</ul>
            {changes}
            {copy}
            {lint}
            {cells}
            {text}
        </section>
    }
    .into_any()
}

/// The form of a trial copy.
fn trial(proposed: &Proposed, place: usize, path: &str, tenants: &[(String, String)]) -> AnyView {
    let action = links::proposal(&proposed.repo, &proposed.name, "copy");
    let id = format!("tenant-{place}");
    let options = tenants
        .iter()
        .map(|(id, name)| view! { <option value=id.clone()>{name.clone()}</option> })
        .collect_view();
    view! {
        <form class="trial" method="post" action=action>
            <input type="hidden" name="path" value=path.to_owned() />
            <label for=id.clone()>"Tenant"</label>
            <select id=id name="tenant"><option value="">"none"</option>{options}</select>
            <button>"Trial copy"</button>
            <span class="faint">"A notebook to try it out, marked as not on main; not put on record. Cells that write are held."</span>
        </form>
    }
    .into_any()
}

/// A notebook as proposed.
pub fn read(frame: &Frame, view: ReadView) -> String {
    let proposed = view.proposed;
    let title = format!("{}, {}", view.title, proposed.label);
    let one = |rest: &str, label: &'static str, current: bool| {
        let href = links::with_query(
            &links::proposal(&proposed.repo, &proposed.name, rest),
            [("path", view.path.as_str())],
        );
        view! { <li><a href=href aria-current=current.then_some("true")>{label}</a></li> }
    };
    let switch = view! {
        <nav class="audiences" aria-label="Who reads">
            <ul>
                {one("read", "Hunter's view", !view.customer)}
                {one("report", "Customer's view", view.customer)}
            </ul>
        </nav>
    };
    let description = (!view.description.is_empty() && !view.customer)
        .then(|| view! { <p class="lead">{view.description}</p> });
    let findings = (!view.customer).then(|| procedure::findings(view.diagnostics));
    let nothing = (view.customer && view.cells.is_empty())
        .then(|| view! { <p class="faint">"Nothing of this notebook is for the customer."</p> });
    let top = view! {
        {crumbs(&proposed, true)}
        <h1>{view.title}</h1>
        <p class="faint"><code class="path">{view.path.clone()}</code></p>
        {not_on_main(false)}
    };
    // An island is made within its page.
    frame.render(&title, move || {
        let cells = procedure::cells(view.cells, view.customer);
        if view.customer {
            view! {
                {top}
                <div class="reported">
                    {switch}
                    <article class="report" aria-label="Report" data-revision="proposed">{nothing} {cells}</article>
                </div>
            }
            .into_any()
        } else {
            view! {
                {top}
                <article class="notebook" aria-label="Notebook" data-revision="proposed">
                    {switch}
                    {description}
                    {findings}
                    <CopyCode>{cells}</CopyCode>
                </article>
            }
            .into_any()
        }
    })
}
