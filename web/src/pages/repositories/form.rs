//! `/admin/repositories/new` and `/admin/repositories/{name}`: adding a repository, and changing one that was added. The
//! forms are POSTs to `/admin/repositories`, `/admin/repositories/{name}` and `/admin/repositories/{name}/remove`.

use crate::Frame;
use crate::components::forms::{Labelled, summary};
use crate::links;
use crate::view::FieldError;
use leptos::prelude::*;
use std::collections::BTreeMap;

/// Adding or changing a repository.
#[expect(clippy::struct_excessive_bools, reason = "each is a box of its own, or a part of the page")]
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RepositoryForm {
    /// Its name, where it is there already.
    pub name: Option<String>,
    /// What the fields hold, by their names.
    pub values: BTreeMap<String, String>,
    /// Whether its host may stand on a private network.
    pub allow_private: bool,
    /// Whether what people write here may be pushed to it.
    pub push: bool,
    /// What is wrong with them.
    pub errors: Vec<FieldError>,
    /// Which variables of the environment may be named; nothing where none may.
    pub variables: Option<String>,
    /// Whether files may be named.
    pub files: bool,
    /// Where the forge delivers to, once there is a secret: the address before the kind of forge.
    pub webhooks_at: String,
    /// Whether adding it takes the starter catalog away.
    pub replaces_starter: bool,
    /// What must be known of it as it is now.
    pub notes: Vec<String>,
}

/// How a field is filled in.
#[derive(Clone, Copy)]
enum Input {
    Line(&'static str),
    Lines(&'static str),
}

/// A field: name, label, help, how.
type Field = (&'static str, &'static str, &'static str, Input);

const URL: [Field; 1] = [(
    "url",
    "URL",
    "https://… or ssh://…, without credentials",
    Input::Line("https://github.com/acme/hunts.git"),
)];

const PLACE: [Field; 4] = [
    (
        "name",
        "Name",
        "In links and in copies, for good. The last part of the URL where it is left empty",
        Input::Line(""),
    ),
    ("branch", "Branch", "The remote's HEAD where it is left empty", Input::Line("main")),
    ("tag", "Tag", "In place of a branch", Input::Line("v1")),
    ("interval", "Fetch every", "30s, 5m, 1h, 1d; five minutes where it is left empty", Input::Line("5m")),
];

const FILES: [Field; 2] = [
    (
        "globs",
        "Files that count",
        "One glob a line; every markdown and ipynb file where it is left empty",
        Input::Lines("hunts/**/*.md"),
    ),
    ("ignore", "Files that do not", "One glob a line", Input::Lines("drafts/**")),
];

const ACCESS: [Field; 3] = [
    ("token_env", "Variable with the token for https", "", Input::Line("HUNTS_TOKEN")),
    ("token_file", "Or the file with it", "Its path below the folder of secrets", Input::Line("hunts.token")),
    ("token_user", "User that it is sent with", "What forges take where it is left empty", Input::Line("")),
];

const SSH: [Field; 3] = [
    (
        "ssh_key_file",
        "File with the key for ssh",
        "Its path below the folder of secrets; this user's keys where it is left empty",
        Input::Line("hunts.key"),
    ),
    ("known_hosts_file", "File with known hosts", "Its path below the folder of secrets", Input::Line("")),
    ("host_keys", "Keys of the ssh host", "One a line", Input::Lines("SHA256:…")),
];

const PROPOSALS: [Field; 1] = [(
    "proposals",
    "Proposals",
    "Patterns of references, one a line: fetched beside the branch, never in the catalog",
    Input::Lines("refs/pull/*/head"),
)];

const WEBHOOK: [Field; 2] = [
    ("webhook_secret_env", "Variable with its secret", "", Input::Line("HUNTS_WEBHOOK")),
    (
        "webhook_secret_file",
        "Or the file with it",
        "Its path below the folder of secrets",
        Input::Line("hunts.webhook"),
    ),
];

const KEYS: [Field; 5] = [
    ("tactics", "Tactics", "", Input::Line("attack_tactic_ids, tactics")),
    ("techniques", "Techniques", "", Input::Line("attack_technique_ids")),
    ("authors", "Authors", "", Input::Line("authors, author")),
    ("platforms", "Platforms", "", Input::Line("platforms")),
    ("facets", "Further facets", "They count from the next start of the server", Input::Line("status")),
];

const FORGE: [Field; 8] = [
    ("forge_commit", "A commit", "", Input::Line("https://git.example.com/hunts/commit/{commit}")),
    ("forge_file", "A file", "", Input::Line("…/blob/{commit}/{path}")),
    ("forge_line", "A line", "", Input::Line("…/blob/{commit}/{path}#L{line}")),
    ("forge_edit", "Editing a file", "", Input::Line("…/edit/{branch}/{path}")),
    ("forge_issue", "A new issue", "", Input::Line("…/issues/new")),
    ("forge_new", "A new file with content", "May be left empty", Input::Line("")),
    ("forge_ask", "A new issue with a text", "May be left empty", Input::Line("")),
    ("forge_proposal", "A proposal", "With {number}; may be left empty", Input::Line("")),
];

/// The names of all fields that hold text.
pub fn fields() -> impl Iterator<Item = &'static str> {
    let all: [&[Field]; 9] = [&URL, &PLACE, &FILES, &ACCESS, &SSH, &PROPOSALS, &WEBHOOK, &KEYS, &FORGE];
    all.into_iter().flatten().map(|(name, ..)| *name)
}

fn shown(fields: &[Field], form: &RepositoryForm, without: &[&str]) -> AnyView {
    let one = |(name, label, help, input): &Field| {
        let value = form.values.get(*name).cloned().unwrap_or_default();
        let mut field = Labelled::new(name, label, help, &form.errors).of("repository");
        if *name == "url" {
            field = field.required();
        }
        match input {
            Input::Line(example) => field.line("text", value, (*example).to_owned()),
            Input::Lines(example) => field.lines(&value, "3", (*example).to_owned()),
        }
    };
    fields.iter().filter(|(name, ..)| !without.contains(name)).map(one).collect_view().into_any()
}

fn shown_in_rows(fields: &[Field], form: &RepositoryForm) -> AnyView {
    view! { <div class="fields">{shown(fields, form, &[])}</div> }.into_any()
}

fn filled(fields: &[Field], form: &RepositoryForm) -> bool {
    fields.iter().any(|(name, ..)| form.values.get(*name).is_some_and(|value| !value.is_empty()))
}

/// The page.
#[expect(clippy::needless_pass_by_value, reason = "as every page is rendered")]
pub fn page(frame: &Frame, form: RepositoryForm) -> String {
    let title =
        form.name.as_ref().map_or_else(|| "Add a repository".to_owned(), |name| format!("Change {name}"));
    let (heading, content) = (title.clone(), whole(&form));
    let content = view! {
        <p class="crumbs"><a href="/admin/repositories">"Repositories"</a></p>
        <h1>{heading}</h1>
        {content}
    };
    frame.render(&title, move || content.into_any())
}

fn whole(form: &RepositoryForm) -> AnyView {
    let action = match &form.name {
        Some(name) => format!("/admin/repositories/{}", links::encode(name)),
        None => "/admin/repositories".to_owned(),
    };
    let names: Vec<&str> = fields().collect();
    let without: &[&str] = if form.name.is_some() { &["name"] } else { &[] };
    let secrets = match (&form.variables, form.files) {
        (None, false) => "The configuration lets no secrets be named here: set secrets.folder or secrets.variables there first.".to_owned(),
        (Some(names), false) => format!("A secret is named, never typed in: the variable of the environment that holds it, one of {names}."),
        (None, true) => "A secret is named, never typed in: the file below the folder of secrets that holds it.".to_owned(),
        (Some(names), true) => format!("A secret is named, never typed in: the variable of the environment that holds it (one of {names}), or the file below the folder of secrets."),
    };
    let may_name = form.variables.is_some() || form.files || filled(&WEBHOOK, form) || filled(&ACCESS, form);
    let webhook = {
        let name = form.name.clone().unwrap_or_else(|| "NAME".to_owned());
        let at = |forge: &str| format!("{}/{forge}/{}", form.webhooks_at, links::encode(&name));
        view! {
            <p class="help">
                "With a secret, the forge can say that something is new. Its webhook delivers pushes (and pull requests) to "
                <code>{at("github")}</code> ", " <code>{at("gitlab")}</code> " or " <code>{at("gitea")}</code>
                " (Forgejo, too), as JSON, with the same secret."
            </p>
        }
    };
    let starter = form.replaces_starter.then(|| {
        view! { <p class="help">"The starter catalog is served while there is no other repository: it goes when this one is added."</p> }
    });
    let notes = form.notes.iter().map(|note| view! { <p class="notice">{note.clone()}</p> }).collect_view();
    let remove = form.name.as_ref().map(|name| {
        let action = format!("/admin/repositories/{}/remove", links::encode(name));
        let label = format!("Remove {name}");
        view! {
            <details class="sheet">
                <summary>"Remove this repository"</summary>
                <p>"Its procedures leave the catalog and its mirror is deleted here; nothing happens at the forge. Copies that were made from it stay on record."</p>
                <form method="post" action=action><p class="submit"><button>{label}</button></p></form>
            </details>
        }
    });
    let submit = if form.name.is_some() { "Save" } else { "Add" };
    let (keys_open, forge_open) = (filled(&KEYS, form), filled(&FORGE, form));
    view! {
        {notes}
        <form method="post" action=action class="repository">
            {summary("repository", &form.errors, &names)}
            {starter}
            {shown(&URL, form, &[])}
            <div class="fields">{shown(&PLACE, form, without)}</div>
            <div class="fields">{shown(&FILES, form, &[])}</div>
            <fieldset>
                <legend>"Access"</legend>
                <p class="help">{secrets}</p>
                {may_name.then(|| shown_in_rows(&ACCESS, form))}
                <div class="fields">{shown(&SSH, form, if form.files { &[] } else { &["ssh_key_file", "known_hosts_file"] })}</div>
                <label class="option">
                    <input type="checkbox" name="allow_private" value="yes" checked=form.allow_private />
                    "Its host may stand on a private network"
                </label>
                <label class="option">
                    <input type="checkbox" name="push" value="yes" checked=form.push />
                    <span>"What hunters write here may be pushed to it, as branches " <code>"huntshelf/…"</code></span>
                </label>
            </fieldset>
            <fieldset>
                <legend>"Webhook"</legend>
                {may_name.then(|| view! { {shown_in_rows(&WEBHOOK, form)} {webhook} })}
                {(!may_name).then(|| view! { <p class="help">"A webhook needs a secret, which is named as above."</p> })}
            </fieldset>
            <div class="fields">{shown(&PROPOSALS, form, &[])}</div>
            <details class="sheet" open=keys_open>
                <summary>"Keys of the metadata"</summary>
                <p class="help">"Which keys of " <code>"hunting"</code> " hold what, with commas between. The usual ones where it is left empty."</p>
                <div class="fields">{shown(&KEYS, form, &[])}</div>
            </details>
            <details class="sheet" open=forge_open>
                <summary>"Pages of the forge"</summary>
                <p class="help">"Guessed from the URL for GitHub, GitLab and Gitea. Of another forge, fill in the first five."</p>
                <div class="fields">{shown(&FORGE, form, &[])}</div>
            </details>
            <p class="submit"><button class="primary">{submit}</button></p>
        </form>
        {remove}
    }
    .into_any()
}
