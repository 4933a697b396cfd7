//! `/coverage`: a text of intel, and what it names beside what the catalog hunts.
//!
//! `POST /coverage` takes `text` and answers with this page, the text in its form again.

use crate::Frame;
use crate::components::facts::counted;
use crate::components::forms::Labelled;
use crate::components::notices::{Weight, empty, sentences};
use crate::components::tables::{Tally, tally};
use crate::links;
use leptos::prelude::*;

/// A procedure that hunts a technique.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Covering {
    /// How it is addressed.
    pub id: String,
    /// Its repository, where links must name it.
    pub repo: Option<String>,
    /// Its title.
    pub title: String,
}

/// A technique that the text names.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Technique {
    /// `T1003.001`
    pub id: String,
    /// Its id, or that of what replaced it.
    pub in_use: String,
    /// With its parent's name before it.
    pub name: String,
    /// Whether it has a page here.
    pub known: bool,
    /// Why it is not in use, in words.
    pub status: Option<String>,
    /// As the text has it first.
    pub written: String,
    /// How often the text names it.
    pub mentions: usize,
    /// How many procedures hunt it.
    pub count: u64,
    /// The first of them.
    pub procedures: Vec<Covering>,
}

/// An actor that the text names.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Actor {
    /// `G0016`
    pub id: String,
    /// `group`, `software` or `campaign`.
    pub kind: String,
    /// `APT29`
    pub name: String,
    /// How many of its techniques are hunted.
    pub hunted: usize,
    /// How many it uses.
    pub of: usize,
}

/// A CVE that the text names.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Cve {
    /// `CVE-2024-3400`
    pub id: String,
    /// How many procedures mention it; none where nobody looked.
    pub procedures: Option<usize>,
}

/// What was found in the text.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Found {
    /// Techniques, in the order of the text.
    pub techniques: Vec<Technique>,
    /// Actors, in the order of the text.
    pub actors: Vec<Actor>,
    /// CVEs, in the order of the text.
    pub cves: Vec<Cve>,
    /// How many of the techniques are hunted.
    pub covered: usize,
    /// How many there are.
    pub of: usize,
    /// Their ids, for links.
    pub ids: Vec<String>,
    /// Bytes at the end that were not read.
    pub cut: usize,
    /// Whether the text names more than is shown.
    pub full: bool,
}

/// The page.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CoverageView {
    /// The text, to be shown in the form again.
    pub text: String,
    /// What was found; none before there was a text.
    pub found: Option<Found>,
}

/// The page.
pub fn page(frame: &Frame, view: CoverageView) -> String {
    let rows = if view.found.is_some() { "6" } else { "14" };
    let help = "A report, an advisory, a chat. Ids, names of techniques and actors, and CVEs are found. The text is neither stored nor logged.";
    let field =
        Labelled::new("text", "Intel", help, &[]).of("coverage").lines(&view.text, rows, String::new());
    let found = view.found.map(found);
    let content = view! {
        <h1>"Coverage"</h1>
        <p class="lead">"Paste this morning’s intel and see which of it the catalog hunts."</p>
        <form class="coverage-form" method="post" action="/coverage#found">
            {field}
            <p class="submit"><button class="primary">"Show coverage"</button></p>
        </form>
        {found}
    };
    frame.render("Coverage", move || content.into_any())
}

fn found(found: Found) -> AnyView {
    let mut said = Vec::new();
    if found.cut > 0 {
        said.push(format!("The text is too long: its last {} KB were not read.", found.cut.div_ceil(1024)));
    }
    if found.full {
        said.push("The text names more than is shown here.".to_owned());
    }
    if found.ids.len() < found.of {
        said.push(format!("The links below take {} of the {} techniques.", found.ids.len(), found.of));
    }
    let said = sentences(Weight::Caution, said);
    if found.techniques.is_empty() && found.actors.is_empty() && found.cves.is_empty() {
        let way = view! {
            <p>"No id or name of a technique, no actor and no CVE is in it. " <a href="/">"Search the catalog for words"</a> "."</p>
        };
        let nothing = empty("Nothing that ATT&CK knows", way.into_any());
        return view! { <section id="found" aria-label="What was found">{said} {nothing}</section> }
            .into_any();
    }
    let told = (found.of > 0).then(|| {
        let gaps = found.of - found.covered;
        let gaps = (gaps > 0).then(|| view! { " " <strong>{format!("{gaps} not.")}</strong> });
        let told = format!("The catalog hunts {} of {} techniques.", found.covered, found.of);
        view! { <p class="lead" role="status">{told} {gaps}</p> }
    });
    let links = links_of(&found.ids);
    let (hunted, gaps): (Vec<_>, Vec<_>) = found.techniques.into_iter().partition(|one| one.count > 0);
    view! {
        <section id="found" class="coverage" aria-labelledby="found-heading">
            <h2 id="found-heading" class="unseen">"What was found"</h2>
            {said} {told} {links}
            {techniques("Hunted", hunted)}
            {techniques("Not hunted", gaps)}
            {actors(found.actors)}
            {cves(found.cves)}
        </section>
    }
    .into_any()
}

fn links_of(ids: &[String]) -> AnyView {
    if ids.is_empty() {
        return ().into_any();
    }
    let to = |path: &str, key: &'static str| links::with_query(path, ids.iter().map(|id| (key, id.as_str())));
    view! {
        <ul class="matrix-links">
            <li><a href=to("/", "technique")>"Search these"</a></li>
            <li><a href=to("/matrix", "about")>"In the matrix"</a></li>
            <li><a href=to("/api/v1/layers/layer.json", "about")>"Navigator layer"</a></li>
        </ul>
    }
    .into_any()
}

fn techniques(heading: &'static str, list: Vec<Technique>) -> AnyView {
    if list.is_empty() {
        return ().into_any();
    }
    let count = list.len();
    let rows = list.into_iter().map(technique).collect_view();
    view! {
        <section>
            <h3>{heading} " " <span class="faint">{count}</span></h3>
            <ul class="coverage-list">{rows}</ul>
        </section>
    }
    .into_any()
}

fn technique(one: Technique) -> AnyView {
    let label = view! { <code>{one.id.clone()}</code> " " {one.name} };
    let label = if one.known {
        view! { <a href=links::technique(&one.id)>{label}</a> }.into_any()
    } else {
        label.into_any()
    };
    let status = one.status.map(|status| view! { <span class="faint">{status}</span> });
    let times = (one.mentions > 1).then(|| format!(", {} times", one.mentions));
    let rest = usize::try_from(one.count).unwrap_or(usize::MAX).saturating_sub(one.procedures.len());
    let class = if one.count == 0 { "gap" } else { "hunted" };
    let all = links::with_query("/", [("technique", one.in_use.as_str())]);
    let hunts = if one.count == 0 {
        view! { <p class="none">"No procedure hunts it"</p> }.into_any()
    } else {
        let named = !one.procedures.is_empty();
        let items = one
            .procedures
            .into_iter()
            .map(|own| {
                view! { <li><a href=links::procedure(&own.id, "", own.repo.as_deref())>{own.title}</a></li> }
            })
            .collect_view();
        let rest = (rest > 0).then(|| {
            let label = if named { format!("{rest} more") } else { counted(rest, "procedure") };
            view! { <li><a href=all>{label}</a></li> }
        });
        view! { <ul class="by">{items}{rest}</ul> }.into_any()
    };
    view! {
        <li class=class>
            <div>
                <p>{label} " " {status}</p>
                <p class="faint">"“" {one.written} "”" {times}</p>
            </div>
            {hunts}
        </li>
    }
    .into_any()
}

fn actors(list: Vec<Actor>) -> AnyView {
    if list.is_empty() {
        return ().into_any();
    }
    let lines = list.into_iter().map(|one| Tally {
        class: if one.of > 0 && one.hunted == 0 { "gap".to_owned() } else { String::new() },
        what: view! {
            <a href=links::actor(&one.id)>{one.name}</a> " " <span class="faint">{one.kind} " " {one.id.clone()}</span>
        }
        .into_any(),
        count: view! { {one.hunted} " of " {one.of} }.into_any(),
    });
    let table = tally(["Who", "Techniques hunted"], lines.collect());
    view! { <section><h3>"Actors and software"</h3> {table}</section> }.into_any()
}

fn cves(list: Vec<Cve>) -> AnyView {
    if list.is_empty() {
        return ().into_any();
    }
    let lines = list.into_iter().map(|one| {
        let phrase = format!("\"{}\"", one.id);
        let href = links::with_query("/", [("q", phrase.as_str())]);
        Tally {
            class: if one.procedures == Some(0) { "gap".to_owned() } else { String::new() },
            what: view! { <a href=href>{one.id}</a> }.into_any(),
            count: one
                .procedures
                .map_or_else(|| "not looked for".to_owned(), |count| count.to_string())
                .into_any(),
        }
    });
    let table = tally(["CVE", "Procedures that mention it"], lines.collect());
    view! { <section><h3>"CVEs"</h3> {table}</section> }.into_any()
}
