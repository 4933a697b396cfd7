//! `/searches`: the searches that somebody keeps, and how they come to be.
//!
//! `POST /searches` takes `name` and `query` (a query string of the catalog), `POST /searches/{id}` a new `name`,
//! `POST /searches/{id}/delete` nothing. All three lead back to where they were sent from.

use crate::Frame;
use crate::components::forms::{Labelled, summary};
use crate::components::notices::empty;
use crate::links;
use crate::pages::catalog::{Chosen, facet_title, procedures};
use crate::view::FieldError;
use leptos::prelude::*;

/// Saved searches that are shown beside the results of another.
const SHOWN: usize = 8;
/// Longest name, in characters.
const MAX_NAME: usize = 100;

/// A saved search where only its name is shown.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SavedLink {
    /// Its name.
    pub name: String,
    /// Its query string.
    pub query: String,
}

/// A saved search.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Saved {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its query string.
    pub query: String,
    /// What is typed.
    pub q: String,
    /// What is chosen.
    pub chosen: Vec<Chosen>,
    /// How many procedures it finds now, where that was counted.
    pub count: Option<u64>,
}

/// A search that could not be saved, as it was sent.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SaveForm {
    /// The name.
    pub name: String,
    /// Its query string.
    pub query: String,
    /// What is wrong with it.
    pub errors: Vec<FieldError>,
}

/// The list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SearchesView {
    /// All of them, by name.
    pub searches: Vec<Saved>,
    /// One that could not be saved.
    pub form: Option<SaveForm>,
    /// The id of one that could not be renamed, and what is wrong with its name.
    pub wrong: Option<(String, SaveForm)>,
}

/// The list, each with what it asks for and a way to rename and to delete it.
pub fn page(frame: &Frame, view: SearchesView) -> String {
    let none = (view.searches.is_empty() && view.form.is_none()).then(|| {
        let content = view! {
            <p>
                "A search that you need again is saved from its results: type or choose something in the "
                <a href="/">"catalog"</a> " and open " <strong>"Save this search"</strong> "."
            </p>
        };
        empty("No saved searches yet", content.into_any())
    });
    let again = view.form.map(|form| {
        let hidden = form.query.clone();
        view! {
            <section class="sheet" aria-labelledby="save">
                <h2 id="save">"Save a search"</h2>
                <form method="post" action="/searches">
                    {summary("save", &form.errors, &["name"])}
                    <input type="hidden" name="query" value=hidden />
                    {Labelled::new("name", "Name", "", &form.errors).of("save").required().line("text", form.name, String::new())}
                    <p class="submit"><button class="primary">"Save"</button></p>
                </form>
            </section>
        }
    });
    let rows = view.searches.into_iter().map(|saved| {
        let wrong = view.wrong.as_ref().filter(|(id, _)| *id == saved.id).map(|(_, form)| form.clone());
        row(saved, wrong)
    });
    let rows = rows.collect_view();
    let content = view! {
        <p class="crumbs"><a href="/">"Catalog"</a></p>
        <h1>"Saved searches"</h1>
        <p class="faint">"Only you see them."</p>
        {again}
        {none}
        <ul class="cards">{rows}</ul>
    };
    frame.render("Saved searches", move || content.into_any())
}

fn row(saved: Saved, wrong: Option<SaveForm>) -> AnyView {
    let Saved { id, name, query, q, chosen, count } = saved;
    let typed = (!q.is_empty()).then(|| view! { <li><code>{q}</code></li> });
    let chosen = chosen
        .into_iter()
        .map(|one| {
            let facet = facet_title(&one.facet).to_owned();
            view! { <li><span class="chip"><span class="key">{facet}</span> " " {one.label}</span></li> }
        })
        .collect_view();
    let count = count.map(|count| view! { <p class="faint">{procedures(count)} " now"</p> });
    let open = wrong.is_some();
    let errors = wrong.as_ref().map(|form| form.errors.clone()).unwrap_or_default();
    let written = wrong.map_or_else(|| name.clone(), |form| form.name);
    let (rename, delete) = (links::search(&id), format!("{}/delete", links::search(&id)));
    let field = Labelled::new("name", "Name", "", &errors).of(format!("rename-{id}")).required();
    let what = format!("Rename or delete {name}");
    view! {
        <li class="card">
            <h2><a href=links::catalog(&query)>{name.clone()}</a></h2>
            <ul class="chips">{typed}{chosen}</ul>
            {count}
            <details open=open>
                <summary aria-label=what>"Rename or delete"</summary>
                <div class="saved-forms">
                    <form method="post" action=rename>
                        {field.line("text", written, String::new())}
                        <button>"Rename"</button>
                    </form>
                    <form method="post" action=delete>
                        <button class="danger" aria-label=format!("Delete {name}")>"Delete"</button>
                    </form>
                </div>
            </details>
        </li>
    }
    .into_any()
}

/// The first of somebody's saved searches, the one that is shown among them.
pub(crate) fn strip(saved: Vec<SavedLink>, query: &str) -> AnyView {
    if saved.is_empty() {
        return ().into_any();
    }
    let current = saved.iter().position(|one| one.query == query);
    let items = saved
        .into_iter()
        .enumerate()
        .filter(|(place, _)| *place < SHOWN || Some(*place) == current)
        .map(|(place, one)| {
            let here = (Some(place) == current).then_some("page");
            view! { <li><a href=links::catalog(&one.query) aria-current=here>{one.name}</a></li> }
        })
        .collect_view();
    view! {
        <nav class="collection-strip saved-strip" aria-label="Saved searches">
            <ul><li class="faint" aria-hidden="true">"Saved"</li>{items} <li><a href="/searches">"All saved searches"</a></li></ul>
        </nav>
    }
    .into_any()
}

/// A small form to keep the search of a query string; under which name it is kept, where it is.
pub(crate) fn save(saved: &[SavedLink], query: &str, name: &str) -> AnyView {
    if query.is_empty() {
        return ().into_any();
    }
    if let Some(known) = saved.iter().find(|one| one.query == query) {
        let name = known.name.clone();
        return view! {
            <p class="save faint">"Saved as " <strong>{name}</strong> " · " <a href="/searches">"Rename or delete"</a></p>
        }
        .into_any();
    }
    let (query, name): (_, String) = (query.to_owned(), name.chars().take(MAX_NAME).collect());
    view! {
        <details class="save">
            <summary>"Save this search"</summary>
            <form method="post" action="/searches">
                <input type="hidden" name="query" value=query />
                <label for="save-name">"Name"</label>
                <input id="save-name" name="name" type="text" value=name maxlength="100" required=true autocomplete="off" />
                <button>"Save"</button>
                <span class="faint">"Only you see it."</span>
            </form>
        </details>
    }
    .into_any()
}
