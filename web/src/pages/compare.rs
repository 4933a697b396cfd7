//! `/changes/compare`: the catalog at two moments. What came, what went, what is otherwise.

use crate::Frame;
use crate::components::notices::{Weight, empty, notice};
use crate::links;
use crate::view::Commit;
use leptos::prelude::*;

/// How a procedure changed between the moments.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum How {
    /// It was not there before.
    Added,
    /// It is there no longer.
    Deleted,
    /// It is another.
    #[default]
    Changed,
    /// It came and went again.
    CameAndWent,
}

/// What became of one procedure.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Became {
    /// How.
    pub how: How,
    /// How it is addressed.
    pub id: String,
    /// Its title.
    pub title: String,
    /// Its path.
    pub path: String,
    /// Its path before, where that was another.
    pub from_path: Option<String>,
    /// The commit of the older side.
    pub from: Option<String>,
    /// The newest commit between the moments that touched it.
    pub last: String,
    /// How many did.
    pub revisions: usize,
    /// Techniques that it has and had not.
    pub gained: Vec<String>,
    /// Techniques that it had and has no longer.
    pub lost: Vec<String>,
    /// What else changed, in words.
    pub kinds: Vec<String>,
    /// Who changed it.
    pub authors: Vec<String>,
}

/// One repository between the moments.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Between {
    /// The repository.
    pub repo: String,
    /// The commit of the older side; none where nothing was there yet.
    pub from: Option<Commit>,
    /// The commit of the newer side.
    pub to: Option<Commit>,
    /// How many commits lie between.
    pub commits: usize,
    /// Whether the oldest revisions are missing.
    pub cut: bool,
    /// What became of its procedures.
    pub procedures: Vec<Became>,
}

/// The page.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CompareView {
    /// The older side as it was asked for.
    pub from: String,
    /// The newer side.
    pub to: String,
    /// The repository that was asked for.
    pub repo: String,
    /// All repositories; empty where there is one.
    pub repos: Vec<String>,
    /// Tags that can be named.
    pub tags: Vec<String>,
    /// The repositories compared.
    pub compared: Vec<Between>,
    /// Repositories that do not have what the moments name.
    pub left_out: Vec<String>,
}

/// The page.
pub fn page(frame: &Frame, view: CompareView) -> String {
    let several = view.compared.len() > 1 || !view.repos.is_empty();
    let left_out = (!view.left_out.is_empty()).then(|| {
        let content = view! {
            <p>"Left out, since they have no such tag or commit: " {view.left_out.join(", ")} "."</p>
        };
        notice(Weight::Caution, content.into_any())
    });
    let nothing = view.compared.iter().all(|one| one.procedures.is_empty()).then(|| {
        let content = view! { <p>"Between these two moments no procedure changed."</p> };
        empty("Nothing changed", content.into_any())
    });
    let form = form(&view);
    let compared = view.compared.into_iter().map(|one| between(one, several)).collect_view();
    let content = view! {
        <h1>"The catalog at two moments"</h1>
        <p class="lead">
            "What is new since the last quarter, release or report. " <a href="/changes">"All changes, one by one"</a>
        </p>
        {form}
        {left_out}
        {nothing}
        {compared}
    };
    frame.render("Compare", move || content.into_any())
}

fn form(view: &CompareView) -> AnyView {
    let tags = view.tags.iter().cloned().map(|tag| view! { <option value=tag></option> }).collect_view();
    let list = (!view.tags.is_empty()).then_some("moments");
    let side = |name: &'static str, label: &'static str, value: String, hint: &'static str| {
        view! {
            <label>
                {label}
                " "
                <input type="search" name=name value=value placeholder=hint list=list autocomplete="off" spellcheck="false" />
            </label>
        }
    };
    let repos = (!view.repos.is_empty()).then(|| {
        let asked = view.repo.clone();
        let options = view
            .repos
            .iter()
            .map(|repo| {
                let chosen = *repo == asked;
                view! { <option value=repo.clone() selected=chosen>{repo.clone()}</option> }
            })
            .collect_view();
        view! { <label>"Repository " <select name="repo"><option value="">"all"</option>{options}</select></label> }
    });
    view! {
        <form class="matrix-form changes-form" method="get" action="/changes/compare" aria-label="Two moments">
            {side("from", "From", view.from.clone(), "90 days ago")}
            {side("to", "To", view.to.clone(), "now")}
            {repos}
            <datalist id="moments">{tags}</datalist>
            <button>"Compare"</button>
            <p class="help">
                "Each side is a day (2026-09-30, as it ended), a moment (2026-09-30T12:00:00Z), a tag, or a commit of the branch."
            </p>
        </form>
    }
    .into_any()
}

fn between(between: Between, several: bool) -> AnyView {
    let Between { repo, from, to, commits, cut, procedures } = between;
    if procedures.is_empty() {
        return ().into_any();
    }
    let side = |commit: Option<Commit>| match commit {
        Some(commit) => crate::components::facts::commit(commit),
        None => "nothing".into_any(),
    };
    let said = if commits == 1 { "one commit".to_owned() } else { format!("{commits} commits") };
    let cut = cut.then(|| {
        let content = view! { <p>"There is more between these moments than can be compared: the oldest revisions are not in it."</p> };
        notice(Weight::Caution, content.into_any())
    });
    let groups = [
        (How::Added, "New"),
        (How::Changed, "Changed"),
        (How::Deleted, "Gone"),
        (How::CameAndWent, "Came and went"),
    ]
    .map(|(how, label)| {
        let own: Vec<Became> = procedures.iter().filter(|one| one.how == how).cloned().collect();
        if own.is_empty() {
            return ().into_any();
        }
        let count = own.len();
        let rows = own.into_iter().map(|one| row(&repo, several, one)).collect_view();
        view! {
            <section class="became">
                <h3>{label} " " <span class="faint">{count}</span></h3>
                <ul>{rows}</ul>
            </section>
        }
        .into_any()
    });
    view! {
        <section class="between">
            <h2>{repo}</h2>
            <p class="faint">"From " {side(from)} " to " {side(to)} ", " {said}</p>
            {cut}
            {groups.collect_view()}
        </section>
    }
    .into_any()
}

fn row(repo: &str, several: bool, one: Became) -> AnyView {
    let repo = several.then_some(repo);
    let href = match (one.how, &one.from) {
        (How::Changed, Some(from)) => links::diff(&one.id, from, &one.last, repo),
        (How::Deleted | How::CameAndWent, _) => links::procedure(&one.id, "history", repo),
        _ => links::procedure(&one.id, "", repo),
    };
    let moved = one.from_path.map(|from| view! { <span class="moved">"was " <code>{from}</code></span> " " });
    let chips = |class: &'static str, sign: &'static str, said: &'static str, ids: Vec<String>| {
        ids.into_iter()
            .map(|id| {
                let href = links::technique(&id);
                view! { <a class=class href=href>{sign} <span class="unseen">{said}</span> {id}</a> " " }
            })
            .collect_view()
    };
    let revisions =
        if one.revisions == 1 { "one change".to_owned() } else { format!("{} changes", one.revisions) };
    let kinds = (!one.kinds.is_empty()).then(|| view! { <p class="kinds">{one.kinds.join(", ")}</p> });
    view! {
        <li>
            <p class="subject"><a href=href>{one.title}</a> " " <code class="faint path">{one.path}</code></p>
            <p class="who-when">{revisions} " by " {one.authors.join(", ")} " " {moved}</p>
            <p class="gained-lost">
                {chips("chip gain", "+", "gained ", one.gained)} {chips("chip loss", "−", "lost ", one.lost)}
            </p>
            {kinds}
        </li>
    }
    .into_any()
}
