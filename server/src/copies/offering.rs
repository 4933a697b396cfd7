//! Takes a proposal to its repository: as a patch that `git am` takes, or as one commit on a new branch. It goes on record, with
//! what it was made of and where it went.

use super::upstream::{Looked, Wanted, look};
use crate::app::App;
use crate::auth::Principal;
use crate::authoring::usual_email;
use crate::entropy::sha256;
use crate::http::problem::{Problem, sentence};
use axum::http::StatusCode;
use catalog::authoring::upstream::{Part, Standing};
use catalog::mirror::{CommitId, OWN_BRANCHES, Offer, OfferError, Person};
use serde_json::json;
use std::collections::BTreeSet;
use std::str::FromStr;

/// Longest message, in characters.
const MAX_MESSAGE: usize = 5_000;
/// Longest name that is made of a procedure's id, in characters.
const MAX_NAME: usize = 60;

/// As what a proposal is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum As {
    /// A patch.
    Patch,
    /// A branch of the repository.
    Branch,
}

/// What is asked for.
#[derive(Debug, Clone)]
pub struct Order {
    /// Which of the versions that came back; the newest without it.
    pub version: Option<String>,
    /// The keys of the cells that go in.
    pub cells: BTreeSet<String>,
    /// As what.
    pub form: As,
    /// What the commit says; something plain where it is empty.
    pub message: String,
    /// The branch; one is named where it is empty.
    pub branch: String,
}

/// What came of it.
#[derive(Debug, Clone)]
pub enum Taken {
    /// A patch.
    Patch {
        /// What to call the file.
        file_name: String,
        /// The patch.
        text: String,
    },
    /// A branch.
    Branch {
        /// The branch.
        branch: String,
        /// The commit.
        commit: String,
        /// How many cells went in.
        cells: usize,
    },
}

/// Makes a proposal and takes it where it is to go.
///
/// # Errors
/// As for [`look`]; 422 when nothing can be proposed so or the message must not leave; 409 and 502 when the repository does not
/// take it.
pub async fn take(app: &App, who: &Principal, id: &str, order: Order) -> Result<Taken, Problem> {
    if order.message.chars().count() > MAX_MESSAGE {
        return Err(Problem::invalid(format!("A message has at most {MAX_MESSAGE} characters.")));
    }
    let said = format!("{}\n{}", order.message, order.branch);
    let wanted = Wanted { version: order.version.clone(), cells: Some(order.cells.clone()), message: said };
    let looked = look(app, who, id, wanted).await?;
    looked.may_go()?;
    let repo = looked.copy.repo.clone();
    if order.form == As::Branch && !app.library.may_be_offered(&repo) {
        return Err(told(&OfferError::NotAllowed { repository: repo }));
    }
    let offer = offer(app, who, &order, &looked);
    let base = base(app, &looked).await?;
    let (library, form, branch) = (app.library.clone(), order.form, offer.branch.clone());
    let work = move || match form {
        As::Patch => library.offer_as_patch(&repo, base, &offer).map(|text| (text, None)),
        As::Branch => library
            .offer(&repo, base, &offer)
            .map(|offered| (offered.branch, Some(offered.commit.to_string()))),
    };
    // A remote may take its time: not on the pool that answers readers.
    let done = tokio::task::spawn_blocking(work).await.map_err(|_| Problem::internal())?;
    let (made, commit) = done.map_err(|error| told(&error))?;
    let cells = looked.proposal.taken();
    let detail = json!({
        "as": if form == As::Patch { "patch" } else { "branch" },
        "repo": looked.copy.repo,
        "path": looked.reading.path,
        "base": base.to_string(),
        "version": looked.version.id,
        "cells": cells,
        "sha256": sha256(looked.proposal.text.as_bytes()),
        "branch": commit.as_ref().map(|_| &made),
        "commit": commit,
    });
    app.note(who, "instance.propose", id, &detail).await?;
    Ok(match commit {
        None => {
            let name = branch.strip_prefix(OWN_BRANCHES).unwrap_or(&branch).replace('/', "-");
            Taken::Patch { file_name: format!("{name}.patch"), text: made }
        }
        Some(commit) => Taken::Branch { branch: made, commit, cells },
    })
}

/// The commit of the branch's tip, on which the proposal stands. It must have the very file that was looked at: else what
/// somebody else wrote meanwhile would be undone.
async fn base(app: &App, looked: &Looked) -> Result<CommitId, Problem> {
    let (repo, path) = (looked.copy.repo.clone(), looked.reading.path.clone());
    let unread = || Problem::conflict(format!("The repository {} was not read yet.", looked.copy.repo));
    let tip = app.library.tip(&repo).ok_or_else(unread)?;
    let base = CommitId::from_str(&tip).map_err(|_| unread())?;
    let there = app.read(move |library| library.file(&repo, &tip, &path, 0)).await?;
    if there.is_some_and(|file| file.blob == looked.reading.blob) {
        return Ok(base);
    }
    Err(Problem::conflict("The procedure changed in this moment.")
        .remedy("Look at what would be proposed again."))
}

fn offer(app: &App, who: &Principal, order: &Order, looked: &Looked) -> Offer {
    let text = looked.proposal.text.clone().into_bytes();
    let branch = match order.branch.trim() {
        "" => {
            let digest = sha256(&text);
            let id = looked.reading.procedure.id.as_deref().unwrap_or("procedure");
            format!("{OWN_BRANCHES}mend-{}-{}", plain(id), digest.get(..8).unwrap_or_default())
        }
        named if named.starts_with(OWN_BRANCHES) => named.to_owned(),
        named => format!("{OWN_BRANCHES}{named}"),
    };
    let message = match order.message.trim() {
        "" => usual_message(looked),
        said => said.to_owned(),
    };
    Offer {
        branch,
        files: vec![(looked.reading.path.clone(), Some(text))],
        author: Person { name: who.name.clone(), email: usual_email(app, who) },
        message,
        at: app.clock.now(),
    }
}

/// What a commit says where nobody says anything.
fn usual_message(looked: &Looked) -> String {
    let count = |part: Part| {
        let cells = looked.proposal.cells.iter();
        cells.filter(|cell| cell.standing == Standing::Taken && cell.part == part).count()
    };
    let parts = [(count(Part::Code), "code"), (count(Part::Guidance), "guidance")];
    let parts: Vec<String> = parts
        .iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, what)| format!("{count} {} of {what}", if *count == 1 { "cell" } else { "cells" }))
        .collect();
    format!(
        "Mend {}\n\nMended by a hunter in a copy of revision {}: {}.",
        looked.reading.procedure.title.trim(),
        super::short(&looked.copy.commit),
        parts.join(" and ")
    )
}

/// Letters, digits and hyphens of a text.
fn plain(text: &str) -> String {
    let mut plain = String::new();
    for c in text.chars().flat_map(char::to_lowercase).take(4 * MAX_NAME) {
        if c.is_ascii_alphanumeric() {
            plain.push(c);
        } else if !plain.is_empty() && !plain.ends_with('-') {
            plain.push('-');
        }
        if plain.len() >= MAX_NAME {
            break;
        }
    }
    match plain.trim_end_matches('-') {
        "" => "hunter".to_owned(),
        plain => plain.to_owned(),
    }
}

/// Why a repository did not take it.
fn told(error: &OfferError) -> Problem {
    let (status, kind) = match error {
        OfferError::NoRepository(_) => (StatusCode::NOT_FOUND, "not-found"),
        OfferError::NotAllowed { .. } => (StatusCode::CONFLICT, "push-not-allowed"),
        OfferError::Branch { .. } => (StatusCode::UNPROCESSABLE_ENTITY, "no-such-branch-name"),
        OfferError::BranchExists { .. } => (StatusCode::CONFLICT, "branch-exists"),
        OfferError::Nothing(_) => (StatusCode::CONFLICT, "nothing-to-commit"),
        OfferError::Path { .. } | OfferError::Excessive(_) | OfferError::Unsaid(_) => {
            (StatusCode::UNPROCESSABLE_ENTITY, "no-commit")
        }
        OfferError::NoCredentials { .. } | OfferError::Refused { .. } | OfferError::Unreachable { .. } => {
            (StatusCode::BAD_GATEWAY, "push-refused")
        }
        OfferError::Mirror(error) => {
            tracing::error!(%error, "a proposal could not be made");
            return Problem::internal();
        }
    };
    let detail = format!("{}.", sentence(&error.to_string()));
    Problem::new(status, kind, "The repository does not take it", detail).remedy(error.remedy())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_branches_are_plain() {
        assert_eq!(plain("T1003 — LSASS/reads"), "t1003-lsass-reads");
        assert_eq!(plain("日本"), "hunter");
        assert!(plain(&"x y".repeat(200)).len() <= MAX_NAME);
    }
}
