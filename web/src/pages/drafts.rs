//! `/new/draft`: an exploratory notebook becomes the draft of a procedure. A form with `file` and `repo` is sent by POST; the
//! answer shows the draft once, with what is to be said of it.

use crate::Frame;
use crate::components::facts;
use crate::components::forms::Labelled;
use crate::components::notices::{Weight, notice};
use crate::links;
use leptos::prelude::*;

/// The form.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DraftView {
    /// Why no draft was made.
    pub error: Option<String>,
    /// Repositories by whose rules it can be made.
    pub repos: Vec<String>,
    /// The one that was chosen; nothing for none.
    pub repo: String,
}

/// A draft.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MadeView {
    /// What to call its file.
    pub file_name: String,
    /// Its text.
    pub source: String,
    /// The repository by whose rules it was made; nothing for none.
    pub repo: String,
    /// Its title.
    pub title: String,
    /// Its id.
    pub id: String,
    /// Notes by what they are about, as sentences.
    pub notes: Vec<(&'static str, Vec<String>)>,
    /// How many errors lint finds.
    pub errors: usize,
    /// How many warnings.
    pub warnings: usize,
    /// What lint finds.
    pub found: Vec<Found>,
}

/// What lint finds in a draft.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Found {
    /// The line of the draft, from 1; 0 for the whole.
    pub line: u32,
    /// The rule.
    pub code: String,
    /// How bad it is.
    pub severity: &'static str,
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub help: String,
}

/// The form.
pub fn page(frame: &Frame, view: DraftView) -> String {
    let DraftView { error, repos, repo } = view;
    let error =
        error.map(|error| notice(Weight::Alarm, view! { <p>{facts::message(&error)}</p> }.into_any()));
    let file =
        Labelled::new("file", "Notebook", "An ipynb of a Python kernel, 64 MiB at most", &[]).required();
    let options = repos
        .into_iter()
        .map(|name| {
            let selected = name == repo;
            view! { <option value=name.clone() selected=selected>{name.clone()}</option> }
        })
        .collect_view();
    let content = view! {
        <p class="crumbs"><a href="/">"Catalog"</a> " / " <a href="/new">"New procedure"</a></p>
        <h1>"A draft of a notebook"</h1>
        <p class="lead">
            "What an exploration leaves behind becomes the draft of a procedure: outputs dropped, tenant and window made parameters, \
             a check behind each query, and a list of what was guessed, changed and left out."
        </p>
        {error}
        <form class="sheet" method="post" action="/new/draft" enctype="multipart/form-data">
            <p>"Nothing in the notebook is executed, and neither it nor its draft is kept here."</p>
            {file.files()}
            <div class="field">
                <label for="f-repo">"By the rules of"</label>
                <select id="f-repo" name="repo" aria-describedby="f-repo-help">
                    <option value="">"No team"</option>
                    {options}
                </select>
                <p class="help" id="f-repo-help">"Its huntshelf.toml says which sections are asked for, and which names must not stand in a file."</p>
            </div>
            <p class="submit"><button class="primary">"Make the draft"</button></p>
        </form>
    };
    frame.render("A draft of a notebook", move || content.into_any())
}

/// A draft that was made.
pub fn made_page(frame: &Frame, view: MadeView) -> String {
    let notes = view
        .notes
        .into_iter()
        .map(|(label, notes)| {
            let items = notes.iter().map(|note| view! { <li>{facts::message(note)}</li> }).collect_view();
            view! { <section><h2>{label}</h2><ul class="dotted">{items}</ul></section> }
        })
        .collect_view();
    let counts = format!("{} errors, {} warnings", view.errors, view.warnings);
    let found = view
        .found
        .into_iter()
        .map(|one| {
            let place = if one.line > 0 { format!("line {}: ", one.line) } else { String::new() };
            view! {
                <li>
                    {one.severity} ", " {place} {facts::message(&one.message)} " "
                    <span class="faint">{facts::message(&one.help)}</span> " " <a href=links::rule(&one.code)><code>{one.code.clone()}</code></a>
                </li>
            }
        })
        .collect_view();
    let content = view! {
        <p class="crumbs"><a href="/">"Catalog"</a> " / " <a href="/new/draft">"A draft of a notebook"</a></p>
        <h1>"The draft"</h1>
        <p class="lead">"Download it now: it is not kept. Work through the lists, then put it into a repository."</p>
        <form method="post" action="/new">
            <input type="hidden" name="repo" value=view.repo />
            <input type="hidden" name="title" value=view.title />
            <input type="hidden" name="id" value=view.id />
            <input type="hidden" name="source" value=view.source.clone() />
            <p class="submit">
                <button class="primary" name="do" value="download">"Download " {view.file_name}</button>
                <button name="do" value="look">"Go on with it: mend it, patch, branch"</button>
                <a class="button" href="/new/draft">"Another notebook"</a>
            </p>
        </form>
        {notes}
        <section>
            <h2>"What lint finds"</h2>
            <p>{counts}</p>
            <ul>{found}</ul>
        </section>
        <section>
            <h2>"Its text"</h2>
            <pre class="file-text" tabindex="0" role="region" aria-label="Text of the draft"><code>{view.source}</code></pre>
        </section>
    };
    frame.render("The draft", move || content.into_any())
}
