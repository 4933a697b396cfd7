//! `/admin/repositories/new` and `/admin/repositories/{name}`: adding a repository, changing and removing one that was
//! added.

use super::Visitor;
use super::customers::is_of_form;
use crate::app::{App, STARTER};
use crate::auth::Role;
use crate::config::RepositoryEntry;
use crate::http::problem::Problem;
use axum::extract::{Form, Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use catalog::repository::{FieldMapping, Forge};
use std::collections::BTreeMap;
use web::pages::repositories::{RepositoryForm, form_fields, form_page};
use web::view::FieldError;

/// What a form holds, by the names of its fields.
type Filled = BTreeMap<String, String>;

/// The form for a new one.
///
/// # Errors
/// 403 without the role.
pub async fn begin(State(app): State<App>, visitor: Visitor) -> Result<Response, Problem> {
    visitor.who.require(Role::Admin)?;
    visitor.render(&app, form_page, form(&app, None, Filled::new())).await
}

/// Adds one and goes to the list, where its first sync is shown.
///
/// # Errors
/// 403 without the role.
pub async fn add(
    State(app): State<App>,
    visitor: Visitor,
    Form(filled): Form<Filled>,
) -> Result<Response, Problem> {
    visitor.who.require(Role::Admin)?;
    let done = match read(&filled, None) {
        Ok(entry) => app.add_repository(&visitor.who, entry).await,
        Err(problem) => Err(problem),
    };
    answer(&app, &visitor, None, filled, done).await
}

/// The form of one that was added.
///
/// # Errors
/// 403 without the role, 404 when there is none, 409 when it stands in the configuration.
pub async fn show(
    State(app): State<App>,
    visitor: Visitor,
    Path(name): Path<String>,
) -> Result<Response, Problem> {
    visitor.who.require(Role::Admin)?;
    let entry = app.on_record(&name)?.entry;
    visitor.render(&app, form_page, form(&app, Some(name), written(&entry))).await
}

/// Changes one.
///
/// # Errors
/// As [`show`].
pub async fn change(
    State(app): State<App>,
    visitor: Visitor,
    Path(name): Path<String>,
    Form(filled): Form<Filled>,
) -> Result<Response, Problem> {
    visitor.who.require(Role::Admin)?;
    let before = app.on_record(&name)?.entry;
    let done = match read(&filled, Some(before)) {
        Ok(entry) => app.change_repository(&visitor.who, &name, entry).await.map(|()| name.clone()),
        Err(problem) => Err(problem),
    };
    answer(&app, &visitor, Some(name), filled, done).await
}

/// Removes one.
///
/// # Errors
/// As [`show`].
pub async fn remove(
    State(app): State<App>,
    visitor: Visitor,
    Path(name): Path<String>,
) -> Result<Redirect, Problem> {
    app.remove_repository(&visitor.who, &name).await?;
    Ok(Redirect::to("/admin/repositories"))
}

async fn answer(
    app: &App,
    visitor: &Visitor,
    name: Option<String>,
    filled: Filled,
    done: Result<String, Problem>,
) -> Result<Response, Problem> {
    match done {
        Ok(name) => {
            let list = web::links::with_query("/admin/repositories", [("asked", name.as_str())]);
            Ok(Redirect::to(&list).into_response())
        }
        Err(problem) if is_of_form(&problem) => {
            let mut form = form(app, name, filled);
            form.errors = vec![FieldError { field: String::new(), message: problem.detail }];
            let page = visitor.render(app, form_page, form).await?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
        }
        Err(problem) => Err(problem),
    }
}

fn form(app: &App, name: Option<String>, values: Filled) -> RepositoryForm {
    let secrets = &app.config.secrets;
    let has_starter = app.library.repositories().iter().any(|state| state.repository.name == STARTER);
    RepositoryForm {
        notes: name.as_deref().map(|name| app.notes_of(name)).unwrap_or_default(),
        replaces_starter: name.is_none() && has_starter && app.repositories.named(STARTER).is_none(),
        name,
        allow_private: values.get("allow_private").is_some_and(|value| !value.is_empty()),
        push: values.get("push").is_some_and(|value| !value.is_empty()),
        values: values.into_iter().filter(|(field, _)| form_fields().any(|known| known == field)).collect(),
        errors: Vec::new(),
        variables: (!secrets.variables.is_empty()).then(|| secrets.variables.join(", ")),
        files: secrets.folder.is_some(),
        webhooks_at: format!("{}/api/v1/webhooks", app.config.reached_at()),
    }
}

/// The entry that a form stands for. What has no field stays as it was before.
fn read(filled: &Filled, before: Option<RepositoryEntry>) -> Result<RepositoryEntry, Problem> {
    let said = |name: &str| {
        filled.get(name).map(|value| value.trim()).filter(|value| !value.is_empty()).map(str::to_owned)
    };
    let lines = |name: &str| {
        let lines = filled.get(name).map(String::as_str).unwrap_or_default().lines();
        lines.map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect::<Vec<_>>()
    };
    let keys = |name: &str, usual: Vec<String>| match said(name) {
        Some(keys) => {
            keys.split(',').map(str::trim).filter(|key| !key.is_empty()).map(str::to_owned).collect()
        }
        None => usual,
    };
    let url = said("url").ok_or_else(|| Problem::invalid("A repository has a URL."))?;
    let usual = FieldMapping::default();
    let needed = ["forge_commit", "forge_file", "forge_line", "forge_edit", "forge_issue"];
    let forge = match needed.map(said) {
        [Some(commit), Some(file), Some(line), Some(edit), Some(issue)] => {
            let (new, ask, proposal) = (said("forge_new"), said("forge_ask"), said("forge_proposal"));
            Some(Forge { commit, file, line, edit, issue, new, ask, proposal })
        }
        pages if pages.iter().all(Option::is_none) => None,
        _ => return Err(Problem::invalid("Of the pages of the forge, the first five belong together.")),
    };
    Ok(RepositoryEntry {
        name: said("name"),
        branch: said("branch"),
        tag: said("tag"),
        token_env: said("token_env"),
        token_file: said("token_file").map(Into::into),
        token_user: said("token_user"),
        ssh_key_file: said("ssh_key_file").map(Into::into),
        known_hosts_file: said("known_hosts_file").map(Into::into),
        host_keys: lines("host_keys"),
        allow_private: said("allow_private").is_some(),
        push: said("push").is_some(),
        proposals: lines("proposals"),
        globs: Some(lines("globs")).filter(|globs| !globs.is_empty()),
        ignore: lines("ignore"),
        interval: said("interval"),
        forge,
        fields: FieldMapping {
            tactics: keys("tactics", usual.tactics),
            techniques: keys("techniques", usual.techniques),
            authors: keys("authors", usual.authors),
            platforms: keys("platforms", usual.platforms),
            facets: keys("facets", usual.facets),
        },
        webhook_secret_env: said("webhook_secret_env"),
        webhook_secret_file: said("webhook_secret_file").map(Into::into),
        url: url.clone(),
        ..before.unwrap_or_else(|| RepositoryEntry::of(&url))
    })
}

/// The form that stands for an entry.
fn written(entry: &RepositoryEntry) -> Filled {
    let usual = FieldMapping::default();
    let keys =
        |keys: &[String], usual: &[String]| if keys == usual { String::new() } else { keys.join(", ") };
    let file = |file: &Option<std::path::PathBuf>| {
        file.as_ref().map(|file| file.display().to_string()).unwrap_or_default()
    };
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let mut filled = vec![
        ("url", entry.url.clone()),
        ("branch", text(&entry.branch)),
        ("interval", text(&entry.interval)),
        ("tag", text(&entry.tag)),
        ("token_env", text(&entry.token_env)),
        ("token_file", file(&entry.token_file)),
        ("token_user", text(&entry.token_user)),
        ("ssh_key_file", file(&entry.ssh_key_file)),
        ("known_hosts_file", file(&entry.known_hosts_file)),
        ("host_keys", entry.host_keys.join("\n")),
        ("proposals", entry.proposals.join("\n")),
        ("globs", entry.globs.as_deref().unwrap_or_default().join("\n")),
        ("ignore", entry.ignore.join("\n")),
        ("tactics", keys(&entry.fields.tactics, &usual.tactics)),
        ("techniques", keys(&entry.fields.techniques, &usual.techniques)),
        ("authors", keys(&entry.fields.authors, &usual.authors)),
        ("platforms", keys(&entry.fields.platforms, &usual.platforms)),
        ("facets", keys(&entry.fields.facets, &usual.facets)),
        ("webhook_secret_env", text(&entry.webhook_secret_env)),
        ("webhook_secret_file", file(&entry.webhook_secret_file)),
    ];
    let ticked = [("allow_private", entry.allow_private), ("push", entry.push)];
    filled.extend(ticked.iter().filter(|(_, is)| *is).map(|(name, _)| (*name, "yes".to_owned())));
    if let Some(Forge { commit, file, line, edit, issue, new, ask, proposal }) = entry.forge.clone() {
        let pages = [
            ("forge_commit", commit),
            ("forge_file", file),
            ("forge_line", line),
            ("forge_edit", edit),
            ("forge_issue", issue),
            ("forge_new", new.unwrap_or_default()),
            ("forge_ask", ask.unwrap_or_default()),
            ("forge_proposal", proposal.unwrap_or_default()),
        ];
        filled.extend(pages);
    }
    filled.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_form_says_is_what_it_shows_again() {
        let checked = ["allow_private", "push"].map(|name| (name.to_owned(), "yes".to_owned()));
        let filled: Filled = form_fields()
            .filter(|name| *name != "name")
            .map(|name| (name.to_owned(), format!("{name}-1")))
            .chain(checked)
            .collect();
        let entry = read(&filled, None).unwrap();
        assert_eq!(written(&entry), filled);
        assert_eq!(read(&written(&entry), Some(entry.clone())).unwrap(), entry);
    }
}
