//! What somebody wrote, taken to a repository: pushed as a branch of its own, or given as a patch.

use super::Home;
use crate::app::App;
use crate::auth::{Principal, Role};
use crate::http::problem::{Problem, sentence};
use axum::http::StatusCode;
use catalog::mirror::{OWN_BRANCHES, Offer, OfferError, Offered, Person};
use serde_json::json;

/// Longest mail address.
const MAX_EMAIL: usize = 200;

/// Where it goes, and what is said of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Destination {
    /// The path of the file.
    pub path: String,
    /// The branch; made of the file's name where nothing is said.
    pub branch: String,
    /// What the commit says; a line with the title where nothing is said.
    pub message: String,
    /// The author's mail address; made of the account where nothing is said.
    pub email: String,
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Taken {
    /// The commit.
    pub commit: String,
    /// The branch, without `refs/heads/`.
    pub branch: String,
}

/// The branch that a file goes to where nobody names one.
pub fn branch_of(path: &str) -> String {
    let name = path.rsplit('/').next().unwrap_or_default();
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    let plain = |char: char| if char.is_ascii_alphanumeric() || "-_".contains(char) { char } else { '-' };
    let stem: String = stem.chars().map(plain).take(80).collect();
    format!("{OWN_BRANCHES}new/{stem}")
}

/// Pushes a new file as one commit on a branch that is new at the remote, and puts it on record.
///
/// # Errors
/// 403 without the role or where pushing is not allowed, 400 and 409 where it cannot be made, 502 where the remote does
/// not take it.
pub async fn take_to_branch(
    app: &App,
    who: &Principal,
    home: &Home,
    text: &str,
    destination: &Destination,
) -> Result<Taken, Problem> {
    who.require(Role::Hunter)?;
    home.check_place(app, text, &destination.path).await?;
    let offer = offer(app, who, text, destination)?;
    let (library, repo, base) = (app.library.clone(), home.repository.name.clone(), home.tip);
    // It waits for a remote: neither the pool nor the threads that answer are to wait with it.
    let offered = tokio::task::spawn_blocking(move || library.offer(&repo, base, &offer)).await;
    let Offered { commit, branch } =
        offered.map_err(|_| Problem::internal())?.map_err(|error| problem(&error))?;
    let taken = Taken { commit: commit.to_string(), branch };
    let detail = json!({ "path": destination.path, "branch": taken.branch, "commit": taken.commit });
    app.note(who, "procedure.offer", &home.repository.name, &detail).await?;
    Ok(taken)
}

/// The same as a patch that `git am` takes.
///
/// # Errors
/// 400 and 409 where it cannot be made.
pub async fn take_as_patch(
    app: &App,
    who: &Principal,
    home: &Home,
    text: &str,
    destination: &Destination,
) -> Result<String, Problem> {
    home.check_place(app, text, &destination.path).await?;
    let offer = offer(app, who, text, destination)?;
    let (library, repo, base) = (app.library.clone(), home.repository.name.clone(), home.tip);
    let patch = tokio::task::spawn_blocking(move || library.offer_as_patch(&repo, base, &offer)).await;
    patch.map_err(|_| Problem::internal())?.map_err(|error| problem(&error))
}

fn offer(app: &App, who: &Principal, text: &str, destination: &Destination) -> Result<Offer, Problem> {
    let Destination { path, branch, message, email } = destination;
    let otherwise = |given: &str, otherwise: String| match given.trim() {
        "" => otherwise,
        given => given.to_owned(),
    };
    let name = path.rsplit('/').next().unwrap_or_default();
    Ok(Offer {
        branch: otherwise(branch, branch_of(path)),
        files: vec![(path.clone(), Some(text.as_bytes().to_vec()))],
        author: Person { name: who.name.clone(), email: email_of(app, who, email)? },
        message: otherwise(message, format!("Add {name}")),
        at: app.clock.now(),
    })
}

/// The mail address of an author who gives none: the account's name where it is one, else one at this server.
pub fn usual_email(app: &App, who: &Principal) -> String {
    let host = app.config.server.url.as_ref().and_then(|url| url.host_str().map(str::to_owned));
    let host = host.unwrap_or_else(|| "huntshelf.invalid".to_owned());
    let local = |char: char| if char.is_ascii_alphanumeric() || "._-+".contains(char) { char } else { '-' };
    match who.name.split_once('@') {
        Some((local, host)) if !local.is_empty() && host.contains('.') => who.name.clone(),
        _ => format!("{}@{host}", who.name.chars().map(local).collect::<String>()),
    }
}

/// The mail address of an author: what they say, else the usual one.
fn email_of(app: &App, who: &Principal, given: &str) -> Result<String, Problem> {
    let given = given.trim();
    if given.is_empty() {
        return Ok(usual_email(app, who));
    }
    let usual = |char: char| !char.is_whitespace() && !char.is_control() && !"<>,;\"".contains(char);
    let well = given.split_once('@').is_some_and(|(local, host)| !local.is_empty() && !host.is_empty());
    if !well || given.len() > MAX_EMAIL || !given.chars().all(usual) {
        return Err(Problem::invalid("The author's address is no mail address.")
            .remedy("Write one such as you@example.com, or leave it empty."));
    }
    Ok(given.to_owned())
}

/// Why it did not go there, as callers get it.
fn problem(error: &OfferError) -> Problem {
    let detail = format!("{}.", sentence(&error.to_string()));
    let new = |status, kind: &str, title: &str| Problem::new(status, kind, title, detail.clone());
    let problem = match error {
        OfferError::NoRepository(name) => return Problem::not_found(format!("repository {name}")),
        OfferError::NotAllowed { .. } => {
            new(StatusCode::FORBIDDEN, "push-not-allowed", "Pushing is not allowed")
        }
        OfferError::BranchExists { .. } | OfferError::Nothing(_) => Problem::conflict(detail.clone()),
        OfferError::Branch { .. }
        | OfferError::Path { .. }
        | OfferError::Excessive(_)
        | OfferError::Unsaid(_) => Problem::invalid(detail.clone()),
        OfferError::NoCredentials { .. } | OfferError::Refused { .. } | OfferError::Unreachable { .. } => {
            new(StatusCode::BAD_GATEWAY, "push-failed", "The repository did not take it")
        }
        OfferError::Mirror(error) => {
            tracing::error!(%error, "offer");
            return Problem::internal();
        }
    };
    problem.remedy(error.remedy())
}
