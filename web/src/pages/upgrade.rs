//! `/attack/upgrade`: what becomes of the catalog's procedures between two releases of ATT&CK. Further pages: `?cursor=`.

use super::matrix::Choice;
use super::technique::technique;
use crate::Frame;
use crate::components::notices::empty;
use crate::components::paging;
use crate::components::tables::{Tally, tally};
use crate::links;
use leptos::prelude::*;

/// A technique of which something changes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Technique {
    /// `T1562.001`
    pub id: String,
    /// Its name in the release that is left.
    pub name: String,
    /// What becomes of it, in words: `becomes T1685 …`.
    pub becomes: String,
    /// How many procedures are mapped to it.
    pub count: usize,
}

/// A procedure that is concerned.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Concerned {
    /// How it is addressed.
    pub id: String,
    /// Its repository, where links must name it.
    pub repo: Option<String>,
    /// Its title.
    pub title: String,
    /// What it names and what becomes of that, in words.
    pub techniques: Vec<String>,
}

/// The page of an upgrade.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct UpgradeView {
    /// The releases to leave.
    pub from: Vec<Choice>,
    /// The releases to come to.
    pub to: Vec<Choice>,
    /// Whether the catalog shows the release that comes.
    pub is_shown: bool,
    /// What `attack.release` is to say.
    pub setting: String,
    /// Tactics that are no more, and what took their place.
    pub tactics: Vec<(String, Vec<String>)>,
    /// Techniques that were replaced for certain.
    pub certain: Vec<Technique>,
    /// Techniques that somebody must look at.
    pub uncertain: Vec<Technique>,
    /// Techniques that only have another name.
    pub renamed: Vec<Technique>,
    /// How many procedures are concerned.
    pub total: usize,
    /// The procedures of this page.
    pub procedures: Vec<Concerned>,
    /// Repositories that a patch can be had for.
    pub patches: Vec<String>,
    /// Whether this is a further page.
    pub further_page: bool,
    /// The cursor of the next page.
    pub next: Option<String>,
}

impl UpgradeView {
    fn address(&self, path: &str, more: &[(&str, &str)]) -> String {
        let chosen = |list: &[Choice]| list.iter().find(|one| one.chosen).map(|one| one.value.clone());
        let (from, to) = (chosen(&self.from).unwrap_or_default(), chosen(&self.to).unwrap_or_default());
        let own = [("from", from.as_str()), ("to", to.as_str())];
        links::with_query(path, own.into_iter().chain(more.iter().copied()))
    }
}

/// The page.
pub fn page(frame: &Frame, view: UpgradeView) -> String {
    let first = view.further_page.then(|| view.address("/attack/upgrade", &[]));
    let next = view.next.as_deref().map(|cursor| view.address("/attack/upgrade", &[("cursor", cursor)]));
    let patches = view
        .patches
        .iter()
        .map(|repo| {
            let href = view.address("/attack/upgrade.patch", &[("repo", repo)]);
            view! { <li><a href=href download="">"Patch for " {repo.clone()}</a></li> }
        })
        .collect_view();
    let patches = (!view.patches.is_empty()).then(|| {
        view! {
            <p>"One patch a repository makes the certain replacements, and nothing else. Take it to a clone: "
                <code>"git apply FILE"</code> ". It begins with the files that no patch can change, if there are any: they are changed by hand."</p>
            <ul class="matrix-links">{patches}</ul>
        }
    });
    let then = if view.is_shown {
        view! { <p>"The catalog shows this release."</p> }.into_any()
    } else {
        let setting = format!("attack.release = \"{}\"", view.setting);
        view! {
            <p>"To show it, put " <code>{setting}</code> " into the server's configuration and start it again: the index is \
                built anew beside the old one. The procedures may be changed before or after."</p>
        }
        .into_any()
    };
    let tactics = view
        .tactics
        .iter()
        .map(|(name, next)| {
            let next = if next.is_empty() { "nothing".to_owned() } else { next.join(" and ") };
            view! { <p class="hint">"The tactic " {name.clone()} " became " {next} "."</p> }
        })
        .collect_view();
    let none = (view.total == 0).then(|| {
        let content = view! { <p>"No procedure names a technique of which something changes."</p> };
        empty("Nothing changes", content.into_any())
    });
    let form = form(&view);
    let concerned = match view.total {
        1 => "1 procedure names".to_owned(),
        total => format!("{total} procedures name"),
    };
    let content = view! {
        <h1>"Upgrade of ATT&CK"</h1>
        {form}
        <p role="status">{concerned} " a technique of which something changes."</p>
        {tactics}
        {none}
        {group("Replaced for certain", view.certain)}
        {patches}
        {group("To be looked at", view.uncertain)}
        {group("Only called otherwise", view.renamed)}
        {procedures(view.procedures)}
        {paging::paging(first, next)}
        <h2>"Then"</h2>
        {then}
    };
    frame.render("Upgrade of ATT&CK", move || content.into_any())
}

fn form(view: &UpgradeView) -> AnyView {
    let options = |list: &[Choice]| {
        list.iter()
            .map(|release| {
                let (value, label) = (release.value.clone(), release.value.clone());
                view! { <option value=value selected=release.chosen>{label}</option> }
            })
            .collect_view()
    };
    view! {
        <form class="matrix-form" method="get" action="/attack/upgrade">
            <label>"From" <select name="from">{options(&view.from)}</select></label>
            <label>"To" <select name="to">{options(&view.to)}</select></label>
            <button>"Compare"</button>
        </form>
    }
    .into_any()
}

fn group(heading: &'static str, list: Vec<Technique>) -> AnyView {
    if list.is_empty() {
        return ().into_any();
    }
    let lines = list.into_iter().map(|one| Tally {
        class: String::new(),
        what: view! { {technique(&one.id, &one.name)} " " <span class="faint">{one.becomes}</span> }
            .into_any(),
        count: one.count.into_any(),
    });
    let table = tally(["Technique", "Procedures"], lines.collect());
    view! { <section><h2>{heading}</h2> {table}</section> }.into_any()
}

fn procedures(list: Vec<Concerned>) -> AnyView {
    if list.is_empty() {
        return ().into_any();
    }
    let items = list
        .into_iter()
        .map(|one| {
            let href = links::procedure(&one.id, "", one.repo.as_deref());
            view! { <li><a href=href>{one.title}</a> <p class="faint">{one.techniques.join("; ")}</p></li> }
        })
        .collect_view();
    view! { <section><h2>"Procedures"</h2><ul class="listed">{items}</ul></section> }.into_any()
}
