//! The form that narrows the matrix, and what it is narrowed by as links that take each back. Nothing of it needs
//! JavaScript.

use super::{Choice, MatrixView};
use leptos::prelude::*;

/// The parameters that have a control. What else the address says is kept, hidden.
const CONTROLS: [&str; 7] = ["q", "platform", "data_source", "tag", "collection", "actor", "show"];

/// Which techniques can be shown alone.
const SHOWN: [(&str, &str); 2] = [("asked", "those asked about"), ("gaps", "those nobody hunts")];

/// The form.
pub(super) fn form(view: &MatrixView) -> AnyView {
    let choices = &view.choices;
    let any = |label: &str| Choice { label: label.to_owned(), ..Choice::default() };
    let with_any = |label: &str, choices: &[Choice]| {
        std::iter::once(any(label)).chain(choices.iter().cloned()).collect::<Vec<_>>()
    };
    let show = SHOWN.map(|(value, label)| Choice {
        value: value.to_owned(),
        label: label.to_owned(),
        chosen: view.value("show") == value,
    });
    let platform = (!choices.platforms.is_empty())
        .then(|| select("platform", "Platform", with_any("any", &choices.platforms)));
    let collection = (!choices.collections.is_empty())
        .then(|| select("collection", "Collection", with_any("any", &choices.collections)));
    let list = view.as_list.then(|| view! { <input type="hidden" name="as" value="list" /> });
    view! {
        <form class="matrix-form" method="get" action="/matrix" role="search" aria-label="Narrow the matrix">
            {select("release", "Release", choices.releases.clone())}
            {platform}
            {line(view, "data_source", "Data source", "any", &choices.data_sources)}
            {line(view, "tag", "Tag", "any", &choices.tags)}
            {collection}
            {line(view, "actor", "Techniques of", "APT29, Mimikatz, C0024", &choices.actors)}
            {select("show", "Techniques shown", with_any("all", &show))}
            {line(view, "q", "Procedures with", "words, or author:ana", &[])}
            {kept(view)} {list}
            <button>"Show"</button>
            <p class="help">
                "A platform counts the procedures that name it, and shows the techniques that ATT&CK has for it and                  those that are hunted. The other filters count procedures; whose techniques are asked about marks them."
            </p>
        </form>
    }
    .into_any()
}

fn select(name: &'static str, label: &'static str, choices: Vec<Choice>) -> AnyView {
    let options = choices
        .into_iter()
        .map(|choice| view! { <option value=choice.value selected=choice.chosen>{choice.label}</option> })
        .collect_view();
    view! { <label>{label} <select name=name>{options}</select></label> }.into_any()
}

/// One line to type into, with what may be meant.
fn line(
    view: &MatrixView,
    name: &'static str,
    label: &'static str,
    placeholder: &'static str,
    offered: &[String],
) -> AnyView {
    let id = format!("matrix-{name}");
    let options = (!offered.is_empty()).then(|| {
        let options =
            offered.iter().cloned().map(|value| view! { <option value=value></option> }).collect_view();
        view! { <datalist id=id.clone()>{options}</datalist> }
    });
    let list = options.is_some().then_some(id);
    view! {
        <label>
            {label}
            " "
            <input
                type="search"
                name=name
                value=view.value(name)
                placeholder=placeholder
                list=list
                autocomplete="off"
                spellcheck="false"
            />
        </label>
        {options}
    }
    .into_any()
}

/// What no control holds: a second value of one parameter, and what has no control.
fn kept(view: &MatrixView) -> AnyView {
    let mut held: Vec<&str> = Vec::new();
    let mut kept = Vec::new();
    for one in &view.narrowed {
        if CONTROLS.contains(&one.key.as_str()) && !held.contains(&one.key.as_str()) {
            held.push(&one.key);
        } else {
            kept.push(one.clone());
        }
    }
    kept.into_iter()
        .map(|one| view! { <input type="hidden" name=one.key value=one.value /> })
        .collect_view()
        .into_any()
}

/// What the matrix is narrowed by; each part leads to the matrix without it.
pub(super) fn chips(view: &MatrixView) -> AnyView {
    if view.narrowed.is_empty() {
        return ().into_any();
    }
    let shape = view.shape();
    // Techniques that are asked about by id come by the dozen, from a text that was pasted.
    let about = view.narrowed.iter().filter(|one| one.key == "about").count();
    let many = (about > 1).then(|| {
        let href = view.address("/matrix", |one| one.key != "about", shape);
        chip("Techniques".to_owned(), format!("{about} by id"), href)
    });
    let chips = view
        .narrowed
        .iter()
        .filter(|one| about < 2 || one.key != "about")
        .map(|one| {
            let href =
                view.address("/matrix", |other| (&other.key, &other.value) != (&one.key, &one.value), shape);
            let label = SHOWN.iter().find(|(value, _)| one.key == "show" && *value == one.value);
            let label = label.map_or_else(|| one.value.clone(), |(_, label)| (*label).to_owned());
            chip(one.title.clone(), label, href)
        })
        .collect_view();
    let all = view.address("/matrix", |_| false, shape);
    view! {
        <ul class="chips chosen matrix-narrowed" aria-label="Chosen filters">
            {chips} {many}
            <li><a class="clear" href=all>"Clear all"</a></li>
        </ul>
    }
    .into_any()
}

fn chip(title: String, label: String, href: String) -> AnyView {
    view! {
        <li>
            <a class="chip removable" href=href>
                <span class="unseen">"Remove "</span>
                <span class="key">{title}</span>
                " "
                {label}
            </a>
        </li>
    }
    .into_any()
}
