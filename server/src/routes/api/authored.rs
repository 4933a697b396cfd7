//! POST `/repos/{name}/procedures`: a procedure that is written here, as a file, a patch, or a branch of the repository.

use super::item::DiagnosticItem;
use crate::app::App;
use crate::auth::Principal;
use crate::authoring::{Destination, Home, LARGEST, refused, take_as_patch, take_to_branch};
use crate::http::body;
use crate::http::problem::Problem;
use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use catalog::authoring::Form;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// What is to be made of it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Made {
    /// The text, and what lint says of it. Nothing is changed anywhere.
    #[default]
    File,
    /// A patch too, as `git am` takes it.
    Patch,
    /// A branch with one commit at the remote.
    Branch,
}

/// A procedure that is to be written.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct NewProcedure {
    /// What is to be made of it: `file`, `patch` or `branch`.
    #[serde(rename = "as")]
    pub made: Made,
    /// Its whole text, in place of what follows down to `keys`.
    pub source: Option<String>,
    /// Its title, 120 characters at most.
    pub title: String,
    /// Its id; made of the title where it is empty.
    pub id: String,
    /// What it hunts for, in a sentence.
    pub description: String,
    /// Ids of techniques, one to eight.
    pub techniques: Vec<String>,
    /// The telemetry that it reads.
    pub data_sources: Vec<String>,
    /// Words that the team filters by.
    pub tags: Vec<String>,
    /// `taegis`, `sentinel`, `defender`, `splunk`, `elastic`, `sql` or `none`.
    pub service: String,
    /// Whether Taegis' parameters have Taegis' own names.
    pub own_names: bool,
    /// Values of further keys of `hunting`.
    pub keys: BTreeMap<String, String>,
    /// Its path; below the first folder of the repository's globs where it is empty.
    pub path: String,
    /// The branch, `huntshelf/…`; made of the path where it is empty.
    pub branch: String,
    /// What the commit says; made of the path where it is empty.
    pub message: String,
    /// The author's mail address; made of the account where it is empty.
    pub email: String,
}

/// What was made.
#[derive(Debug, Serialize, ToSchema)]
pub struct NewProcedureAnswer {
    /// The path of the file.
    pub path: String,
    /// Its text.
    pub text: String,
    /// What lint says of it, as the repository's team has its rules.
    pub diagnostics: Vec<DiagnosticItem>,
    /// The patch, where one was asked for.
    pub patch: Option<String>,
    /// The branch that was made, where one was asked for.
    pub branch: Option<String>,
    /// Its commit.
    pub commit: Option<String>,
}

/// Begins a procedure for a repository from a form, or takes one whose text is given, and returns it as a file, as a patch for
/// `git am`, or as a new branch with one commit at the remote (hunters and above, where the repository is configured with
/// `push = true`). A path or an id that is taken is refused.
#[utoipa::path(
    post, path = "/repos/{name}/procedures", tag = "repositories",
    params(("name" = String, Path, description = "The repository's name")),
    request_body = NewProcedure,
    responses(
        (status = 200, body = NewProcedureAnswer, description = "A file or a patch"),
        (status = 201, body = NewProcedureAnswer, description = "A branch was made"),
        (status = 400, body = Problem, content_type = "application/problem+json"),
        (status = 403, body = Problem, content_type = "application/problem+json"),
        (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = 409, body = Problem, content_type = "application/problem+json"),
        (status = 502, body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn create(
    State(app): State<App>,
    who: Principal,
    Path(name): Path<String>,
    body: Bytes,
) -> Result<Response, Problem> {
    let asked: NewProcedure = body::read(&body)?;
    let home = Home::named(&app, &name)?;
    let (text, path) = written(&app, &home, &asked)?;
    home.check_place(&app, &text, &path).await?;
    let diagnostics = home.look_at(&app, &text, &path).await?.into_iter().map(DiagnosticItem::from).collect();
    let destination =
        Destination { path: path.clone(), branch: asked.branch, message: asked.message, email: asked.email };
    let mut answer = NewProcedureAnswer { path, text, diagnostics, patch: None, branch: None, commit: None };
    let mut status = StatusCode::OK;
    match asked.made {
        Made::File => {}
        Made::Patch => {
            answer.patch = Some(take_as_patch(&app, &who, &home, &answer.text, &destination).await?);
        }
        Made::Branch => {
            let taken = take_to_branch(&app, &who, &home, &answer.text, &destination).await?;
            (answer.branch, answer.commit) = (Some(taken.branch), Some(taken.commit));
            status = StatusCode::CREATED;
        }
    }
    Ok((status, Json(answer)).into_response())
}

/// The text that is meant, and its path.
fn written(app: &App, home: &Home, asked: &NewProcedure) -> Result<(String, String), Problem> {
    let path = asked.path.trim().to_owned();
    if let Some(source) = &asked.source {
        if source.len() > LARGEST {
            return Err(Problem::invalid(format!("The text has more than {LARGEST} bytes.")));
        }
        if path.is_empty() {
            return Err(Problem::invalid("Of a text that is given, the path must be given too."));
        }
        return Ok((source.clone(), path));
    }
    let form = Form {
        title: asked.title.clone(),
        id: asked.id.clone(),
        description: asked.description.clone(),
        techniques: asked.techniques.clone(),
        data_sources: asked.data_sources.clone(),
        tags: asked.tags.clone(),
        service: asked.service.clone(),
        own_names: asked.own_names,
        keys: asked.keys.clone(),
    };
    let at = if path.is_empty() { home.path_of("new.md") } else { path.clone() };
    let begun = home.begin(app, &form, &at).map_err(|wrong| refused(&wrong))?;
    let path = if path.is_empty() { home.path_of(&begun.file_name()) } else { path };
    Ok((begun.text(), path))
}

#[cfg(test)]
mod tests {
    use crate::auth::Role;
    use crate::sample::Sample;
    use serde_json::json;

    #[tokio::test]
    async fn a_procedure_is_made_as_a_file_and_as_a_patch_that_git_takes() {
        let sample = Sample::open().await;
        let viewer = sample.user(Role::Viewer).await;
        let form = json!({ "title": "Run keys", "techniques": ["T1547.001"], "as": "patch" });
        let answer = viewer.post("/api/v1/repos/hunts/procedures", &form).await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        let made = answer.json();
        assert_eq!((&made["path"], &made["diagnostics"]), (&json!("run-keys.md"), &json!([])));
        let patch = made["patch"].as_str().unwrap();
        assert!(patch.contains("Subject: [PATCH] Add run-keys.md"), "{patch}");
        assert!(patch.contains("+++ b/run-keys.md"), "{patch}");
        let source = json!({ "source": made["text"], "path": "hunts/own.md", "as": "file" });
        let own = viewer.post("/api/v1/repos/hunts/procedures", &source).await;
        assert_eq!(own.status, 200);
        assert_eq!(own.json()["path"], "hunts/own.md");
    }

    #[tokio::test]
    async fn what_is_taken_or_not_allowed_is_refused_with_a_reason() {
        let sample = Sample::open().await;
        let hunter = sample.user(Role::Hunter).await;
        let viewer = sample.user(Role::Viewer).await;
        let post = async |body| hunter.post("/api/v1/repos/hunts/procedures", &body).await;
        let form = json!({ "title": "Run keys", "techniques": ["T1547.001"] });
        let with = |more: serde_json::Value| {
            let mut form = form.clone();
            form.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            form
        };
        let same_path = post(with(json!({ "path": "readme.md" }))).await;
        assert_eq!(same_path.status, 409, "{}", same_path.text());
        let same_id = post(with(json!({ "id": "lsass" }))).await;
        assert_eq!(same_id.status, 409);
        assert!(same_id.text().contains("has that id"), "{}", same_id.text());
        let no_file_of_ours = post(with(json!({ "path": "run-keys.txt" }))).await;
        assert_eq!(no_file_of_ours.status, 400);
        let wrong = post(json!({ "title": "", "techniques": [] })).await;
        assert_eq!(wrong.status, 400);
        assert!(
            wrong.text().contains("title: ") && wrong.text().contains("techniques: "),
            "{}",
            wrong.text()
        );
        let branch = with(json!({ "as": "branch" }));
        let not_allowed = post(branch.clone()).await;
        assert_eq!(not_allowed.status, 403);
        assert!(not_allowed.text().contains("push = true"), "{}", not_allowed.text());
        let viewers = viewer.post("/api/v1/repos/hunts/procedures", &branch).await;
        assert_eq!(viewers.status, 403);
        assert_eq!(post(with(json!({ "path": "../x.md" }))).await.status, 400);
        assert_eq!(hunter.post("/api/v1/repos/none/procedures", &form).await.status, 404);
    }
}
