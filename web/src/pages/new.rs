//! `/new`: a procedure begun from a form. One form, a POST to `/new`: `do` says what is to be done with what it holds (`add` a
//! technique, `make` the text, `look` at it, `download`, `patch`, `branch`). `technique` repeats: those that are ticked and
//! the one that is typed.

use crate::Frame;
use crate::components::diagnostics;
use crate::components::forms::{Labelled, summary};
use crate::islands::LiveLint;
use crate::links;
use crate::shell::to_html;
use crate::view::{Diagnostic, FieldError};
use leptos::prelude::*;

/// What the form holds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NewValues {
    /// The repository.
    pub repo: String,
    /// The title.
    pub title: String,
    /// The id; empty where it is made of the title.
    pub id: String,
    /// What is hunted for.
    pub description: String,
    /// Data sources, parted by commas.
    pub data_sources: String,
    /// Tags, parted by commas.
    pub tags: String,
    /// The word of the service.
    pub service: String,
    /// Whether Taegis' parameters have Taegis' own names.
    pub own_names: bool,
    /// The path in the repository.
    pub path: String,
    /// The branch.
    pub branch: String,
    /// What the commit says.
    pub message: String,
    /// The author's mail address.
    pub email: String,
    /// The text; empty until it is made.
    pub source: String,
}

/// A key of `hunting` that the team asks for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OwnKeyField {
    /// Its name.
    pub name: String,
    /// What it is, in a sentence; may be empty.
    pub help: String,
    /// What it may be; anything where there is none.
    pub choices: Vec<String>,
    /// Its value.
    pub value: String,
    /// Whether every procedure has it.
    pub required: bool,
}

/// Whether and how it can be pushed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Push {
    /// There is no repository for it.
    #[default]
    Nowhere,
    /// Who looks may not, or the repository does not allow it: why.
    Not(String),
    /// It can.
    Allowed,
}

/// A branch that was made.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Pushed {
    /// The branch.
    pub branch: String,
    /// Its commit.
    pub commit: String,
    /// The repository.
    pub repo: String,
    /// The commit at the forge, where that is known.
    pub href: Option<String>,
}

/// A text as it was looked at.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Looked {
    /// What lint finds in it.
    pub diagnostics: Vec<Diagnostic>,
    /// Where it can be pasted at the forge.
    pub forge: Option<String>,
}

/// The page.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NewView {
    /// What the form holds.
    pub values: NewValues,
    /// Repositories that it may be for: name and label.
    pub repos: Vec<(String, String)>,
    /// What it is mapped to: id and name.
    pub techniques: Vec<(String, String)>,
    /// All techniques in use: id and name.
    pub known: Vec<(String, String)>,
    /// The name of their release.
    pub release: String,
    /// Services: word and label.
    pub services: Vec<(String, String)>,
    /// Headings that it will have.
    pub sections: Vec<String>,
    /// Names of parameters that copies fill in.
    pub parameters: Vec<String>,
    /// Keys that the team asks for.
    pub keys: Vec<OwnKeyField>,
    /// What is wrong with the form.
    pub errors: Vec<FieldError>,
    /// What was found in the text; none where there is none yet.
    pub looked: Option<Looked>,
    /// Whether it can be pushed.
    pub push: Push,
    /// The branch that was just made.
    pub pushed: Option<Pushed>,
}

/// Fields that are shown, for the list of what is wrong.
const SHOWN: [&str; 12] = [
    "repo",
    "title",
    "id",
    "description",
    "technique",
    "data_sources",
    "tags",
    "service",
    "path",
    "branch",
    "message",
    "email",
];

/// The page.
pub fn page(frame: &Frame, view: NewView) -> String {
    let errors = summary("new", &view.errors, &SHOWN);
    let form = form(&view);
    let pushed = view.pushed.map(done);
    frame.render("New procedure", move || {
        view! {
            <h1>"New procedure"</h1>
            <p class="faint">"A notebook with queries, the checks behind them and your team's sections, which lints clean. Nothing \
                is kept here: take it along as a file, a patch or a branch. Or let one be "
                <a href="/new/draft">"drafted of a notebook"</a> " with which you have found something."</p>
            {pushed}
            {errors}
            <LiveLint>{form}</LiveLint>
        }
        .into_any()
    })
}

fn form(view: &NewView) -> AnyView {
    view! {
        <form class="new copy" method="post" action="/new">
            {what(view)}
            {mapped(view)}
            {how(view)}
            {keys(view)}
            <p><button class="primary" name="do" value="make">"Make the text"</button>
                {(!view.values.source.is_empty()).then_some(" It replaces the text below.")}</p>
            {text(view)}
        </form>
    }
    .into_any()
}

fn field(view: &NewView, name: &str, label: &str, help: &str) -> Labelled {
    Labelled::new(name, label, help, &view.errors).of("new")
}

fn what(view: &NewView) -> AnyView {
    let values = &view.values;
    let repo = (!view.repos.is_empty()).then(|| {
        let help = "Its team's sections, keys and rules are kept to";
        field(view, "repo", "Repository", help).choice(view.repos.clone(), &values.repo)
    });
    view! {
        <fieldset>
            <legend>"What it is"</legend>
            {repo}
            {field(view, "title", "Title", "").required().line("text", values.title.clone(), String::new())}
            {field(view, "description", "Description", "What it hunts for, in a sentence").lines(
                &values.description, "2", String::new())}
            <div class="fields">
                {field(view, "id", "Id", "It stays when the file moves; made of the title where it is empty")
                    .line("text", values.id.clone(), String::new())}
                {field(view, "tags", "Tags", "Parted by commas")
                    .line("text", values.tags.clone(), "windows, persistence".to_owned())}
            </div>
        </fieldset>
    }
    .into_any()
}

/// What it is mapped to: techniques that are ticked, and a field with all of them to choose from.
fn mapped(view: &NewView) -> AnyView {
    let chosen = view
        .techniques
        .iter()
        .map(|(id, name)| {
            view! {
                <label class="option">
                    <input type="checkbox" name="technique" value=id.clone() checked=true />
                    <span><a href=links::technique(id)>{id.clone()}</a> " " {name.clone()}</span>
                </label>
            }
        })
        .collect_view();
    let known = view
        .known
        .iter()
        .map(|(id, name)| view! { <option value=id.clone()>{name.clone()}</option> })
        .collect_view();
    let error =
        view.errors.iter().find(|error| error.field == "technique").map(|error| error.message.clone());
    let wrong = error.is_some().then_some("true");
    let said = error.map(|error| view! { <p class="error" id="new-technique-error">{error}</p> });
    let described =
        if wrong.is_some() { "new-technique-help new-technique-error" } else { "new-technique-help" };
    view! {
        <fieldset>
            <legend>"ATT&CK"</legend>
            <div class="options">{chosen}</div>
            <div class="field">
                <label for="new-technique">"Add a technique"</label>
                <div class="filter">
                    <input id="new-technique" name="technique" type="text" list="techniques" autocomplete="off"
                        spellcheck="false" aria-describedby=described aria-invalid=wrong />
                    <button name="do" value="add">"Add"</button>
                </div>
                <datalist id="techniques">{known}</datalist>
                <p class="help" id="new-technique-help">"An id or a name of " {view.release.clone()} ". One that is not ticked is \
                    left out."</p>
                {said}
            </div>
        </fieldset>
    }
    .into_any()
}

fn how(view: &NewView) -> AnyView {
    let values = &view.values;
    view! {
        <fieldset>
            <legend>"How it hunts"</legend>
            <div class="fields">
                {field(view, "service", "Service", "").choice(view.services.clone(), &values.service)}
                {field(view, "data_sources", "Data sources", "Parted by commas; each gets queries of its own. Of Taegis they are schemas")
                    .line("text", values.data_sources.clone(), "process, auth".to_owned())}
            </div>
            <label class="option">
                <input type="checkbox" name="own_names" value="yes" checked=values.own_names />
                <span>"Taegis' own names for its parameters (" <code>"TAEGIS_TENANT_ID"</code> ")"</span>
            </label>
            <p class="help">"Parameters that copies fill in: " {view.parameters.join(", ")} "."</p>
            <p class="help">"Sections: " {view.sections.join(", ")} "."</p>
        </fieldset>
    }
    .into_any()
}

fn keys(view: &NewView) -> AnyView {
    if view.keys.is_empty() {
        return ().into_any();
    }
    let fields = view
        .keys
        .iter()
        .map(|key| {
            let name = format!("keys.{}", key.name);
            let help = if key.required || key.help.is_empty() {
                key.help.clone()
            } else {
                format!("{} (may be left out)", key.help)
            };
            let field = field(view, &name, &key.name, &help);
            if key.choices.is_empty() {
                field.line("text", key.value.clone(), String::new())
            } else {
                let none = (String::new(), "–".to_owned());
                let choices = key.choices.iter().map(|choice| (choice.clone(), choice.clone()));
                field.choice(std::iter::once(none).chain(choices).collect(), &key.value)
            }
        })
        .collect_view();
    view! {
        <fieldset>
            <legend>"What your team asks for"</legend>
            <div class="fields">{fields}</div>
        </fieldset>
    }
    .into_any()
}

/// The text, what lint says of it, and where it can go.
fn text(view: &NewView) -> AnyView {
    let values = &view.values;
    if values.source.is_empty() {
        return ().into_any();
    }
    view! {
        <fieldset id="text">
            <legend>"The text"</legend>
            {field(view, "source", "MyST markdown", "Change what you like: lint looks at it as you write, or at a press").lines(
                &values.source, "28", String::new())}
            <p><button name="do" value="look">"Look at it"</button></p>
            <div id="lint">{looked(view.looked.clone())}</div>
        </fieldset>
        <fieldset>
            <legend>"Take it along"</legend>
            {place(view)}
            {ways(view)}
        </fieldset>
    }
    .into_any()
}

/// The inside of `#lint` alone, for the island of the form: nothing where there is no text.
pub fn looked_fragment(looked: Option<Looked>) -> String {
    to_html(move || self::looked(looked))
}

/// What lint finds in the text, in one line and in full, and where the text can be pasted as it was looked at.
fn looked(looked: Option<Looked>) -> AnyView {
    let Some(Looked { diagnostics, forge }) = looked else { return ().into_any() };
    let forge = forge.as_deref().and_then(links::outside);
    let forge = forge.map(
        |href| view! { <p><a class="button" href=href rel="noreferrer">"Begin it at the forge"</a></p> },
    );
    let found = if diagnostics.is_empty() {
        view! { <p class="notice">"Lint finds nothing in it."</p> }.into_any()
    } else {
        view! {
            <p>{diagnostics::summary(&diagnostics)}</p>
            {diagnostics::list(diagnostics, None)}
        }
        .into_any()
    };
    view! { {found} {forge} }.into_any()
}

fn place(view: &NewView) -> AnyView {
    if view.push == Push::Nowhere {
        return ().into_any();
    }
    let values = &view.values;
    view! {
        {field(view, "path", "Path", "In the repository").line("text", values.path.clone(), String::new())}
        <div class="fields">
            {field(view, "message", "What the commit says", "Made of the path where it is empty")
                .line("text", values.message.clone(), String::new())}
            {field(view, "email", "Your mail address", "As commits have it; made of your account where it is empty")
                .line("text", values.email.clone(), String::new())}
        </div>
    }
    .into_any()
}

fn ways(view: &NewView) -> AnyView {
    let patch = (view.push != Push::Nowhere)
        .then(|| view! { <button name="do" value="patch">"Get as patch"</button> });
    let branch = match &view.push {
        Push::Nowhere => ().into_any(),
        Push::Not(why) => view! { <p class="help">{why.clone()}</p> }.into_any(),
        Push::Allowed => view! {
            {field(view, "branch", "Branch", "New at the remote, with one commit; begins with huntshelf/")
                .line("text", view.values.branch.clone(), String::new())}
            <p><button class="primary" name="do" value="branch">"Take to a branch"</button></p>
        }
        .into_any(),
    };
    view! {
        <p><button name="do" value="download">"Download"</button> " " {patch}</p>
        {branch}
    }
    .into_any()
}

/// That a branch was made, and what comes next.
fn done(pushed: Pushed) -> AnyView {
    let Pushed { branch, commit, repo, href } = pushed;
    let short: String = commit.chars().take(10).collect();
    let commit = match href.as_deref().and_then(links::outside) {
        Some(href) => view! { <a href=href rel="noreferrer"><code>{short}</code></a> }.into_any(),
        None => view! { <code>{short}</code> }.into_any(),
    };
    view! {
        <div class="notice" role="status">
            <p>"The branch " <code>{branch}</code> " is at the remote of " {repo} ", with the commit " {commit}
                ". Propose and merge it there; the next sync brings it into the catalog."</p>
        </div>
    }
    .into_any()
}
