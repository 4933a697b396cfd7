//! Procedures that people write here: begun from a form, looked at, and taken to a repository as a branch or a patch.

mod taken;

pub use taken::{Destination, Taken, branch_of, take_as_patch, take_to_branch, usual_email};

use crate::app::App;
use crate::http::problem::Problem;
use axum::http::StatusCode;
use catalog::attack::Release;
use catalog::authoring::{Beginning, Form, Ground, Wrong, looked_at};
use catalog::library::Address;
use catalog::lint::{Diagnostic, Settings};
use catalog::mirror::CommitId;
use catalog::notebook::myst;
use catalog::repository::{FieldMapping, Repository};
use serde_json::Value;
use std::sync::Arc;

/// Longest text of a procedure that is taken, in bytes.
pub const LARGEST: usize = 1 << 20;

/// A repository that procedures can be written for, as it is now.
pub struct Home {
    /// What is configured of it.
    pub repository: Repository,
    /// The commit that the catalog shows.
    pub tip: CommitId,
    release: &'static Release,
}

impl Home {
    /// The repository of a name.
    ///
    /// # Errors
    /// 404 where there is none, 409 where it was not synced yet.
    pub fn named(app: &App, name: &str) -> Result<Self, Problem> {
        let state = app.library.repositories().into_iter().find(|state| state.repository.name == name);
        let state = state.ok_or_else(|| Problem::not_found(format!("repository {name}")))?;
        let tip = state.commit.as_deref().and_then(|commit| commit.parse().ok()).ok_or_else(|| {
            Problem::conflict(format!("{name} has no commit yet."))
                .remedy("Sync it first, or begin it with one.")
        })?;
        let team = app.library.team(name);
        let release = team.and_then(|team| team.release(app.library.releases()));
        Ok(Self {
            repository: state.repository,
            tip,
            release: release.unwrap_or_else(|| app.library.release()),
        })
    }

    /// What its team asks of a file.
    pub fn settings(&self, app: &App, path: &str) -> Arc<Settings> {
        app.library.team(&self.repository.name).unwrap_or_default().lint.for_path(path)
    }

    /// Where a new file goes of which nothing is said: below the first folder that its globs name.
    pub fn path_of(&self, file_name: &str) -> String {
        let glob = self.repository.globs.first().map_or("", String::as_str);
        let folders = glob.split('/').take_while(|part| !part.contains(['*', '?', '[', '{']));
        let mut folders: Vec<&str> = folders.collect();
        if folders.len() == glob.split('/').count() {
            folders.pop();
        }
        folders.push(file_name);
        folders.join("/")
    }

    /// Begins a procedure as the team would have it at a path.
    ///
    /// # Errors
    /// Every field that cannot be used.
    pub fn begin(&self, app: &App, form: &Form, path: &str) -> Result<Beginning, Vec<Wrong>> {
        let settings = self.settings(app, path);
        with_ground(app, &settings, self.release, |ground| Beginning::of(form, ground))
    }

    /// What lint finds in a text at a path.
    ///
    /// # Errors
    /// When there is too much to do.
    pub async fn look_at(&self, app: &App, text: &str, path: &str) -> Result<Vec<Diagnostic>, Problem> {
        look(app, text, path, self.settings(app, path), self.repository.fields.clone(), self.release).await
    }

    /// Refuses a place that is taken or not in the catalog, and an id that a procedure has already.
    ///
    /// # Errors
    /// 400 for a path at which no procedure is looked for, 409 where something is there.
    pub async fn check_place(&self, app: &App, text: &str, path: &str) -> Result<(), Problem> {
        // What else a path must not be is said when a commit is made of it.
        if path.split('/').any(|part| matches!(part, "" | "." | "..")) {
            let detail = format!("{path:?} is no path of a file in a repository.");
            return Err(Problem::invalid(detail).remedy("Write one such as hunts/run-keys.md."));
        }
        let counts = self.repository.compile_globs().is_ok_and(|globs| globs.matches(path));
        if !counts {
            let globs = self.repository.globs.join(", ");
            let detail = format!("{path:?} is not among the files that count in {}.", self.repository.name);
            return Err(Problem::invalid(detail).remedy(format!("Its files are those of {globs}.")));
        }
        let id = id_of(text);
        let (repo, tip, at) = (self.repository.name.clone(), self.tip, path.to_owned());
        let (alike, located) = app
            .read(move |library| {
                let located = match id {
                    Some(id) => library.locate(&Address { id, repo: None })?,
                    None => None,
                };
                Ok((library.alike(&repo, tip, &at)?, located))
            })
            .await?;
        if let Some(there) = alike.first() {
            let detail = format!("{there} is in {} already.", self.repository.name);
            return Err(Problem::conflict(detail).remedy("Choose another path, or change that procedure."));
        }
        if let Some(located) = located {
            let entry = located.entry;
            let detail = format!("{} in {} has that id, or once had it.", entry.path, entry.repo);
            return Err(Problem::conflict(detail).remedy("Choose another id: copies and links go by it."));
        }
        Ok(())
    }
}

/// What lint finds in a text that is for no repository in particular.
///
/// # Errors
/// When there is too much to do.
pub async fn look_at(app: &App, text: &str, path: &str) -> Result<Vec<Diagnostic>, Problem> {
    let settings = Arc::new(Settings::default());
    look(app, text, path, settings, FieldMapping::default(), app.library.release()).await
}

/// Lints where long work is done: a text may have a million characters.
async fn look(
    app: &App,
    text: &str,
    path: &str,
    settings: Arc<Settings>,
    fields: FieldMapping,
    release: &'static Release,
) -> Result<Vec<Diagnostic>, Problem> {
    let (text, path) = (text.to_owned(), path.to_owned());
    let found = app.pool.run(move || looked_at(text.as_bytes(), &path, &settings, &fields, release)).await?;
    Ok(found.into_iter().map(|finding| finding.diagnostic).collect())
}

/// The id that a text of MyST gives itself.
fn id_of(text: &str) -> Option<String> {
    let notebook = myst::read(text.as_bytes());
    let id = notebook.hunting()?.get("id").and_then(Value::as_str)?.trim().to_owned();
    (!id.is_empty()).then_some(id)
}

fn with_ground<T>(
    app: &App,
    settings: &Settings,
    release: &Release,
    work: impl FnOnce(&Ground<'_>) -> T,
) -> T {
    let vocabulary = &app.config.instances.vocabulary;
    work(&Ground { settings, release, vocabulary, today: app.clock.now().date_naive() })
}

/// What a procedure has to fit that is for no repository in particular.
pub fn default_ground<T>(app: &App, work: impl FnOnce(&Ground<'_>) -> T) -> T {
    with_ground(app, &Settings::default(), app.library.release(), work)
}

/// A form that cannot be used.
pub fn refused(wrong: &[Wrong]) -> Problem {
    let said: Vec<String> = wrong.iter().map(|one| format!("{}: {}", one.field, one.message)).collect();
    Problem::new(
        StatusCode::BAD_REQUEST,
        "invalid-request",
        "The request is not valid",
        format!("{}.", said.join("; ")),
    )
}
