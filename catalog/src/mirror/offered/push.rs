//! Pushes a commit to a remote as a branch that is new there. Meant to run in a process of its own ([`super::super::child`]).

use super::super::CommitId;
use super::super::pool::open_bare;
use super::super::remote::{Visit, check_url, enter, explain};
use super::super::route::Route;
use super::super::update::Progress;
use git2::{Direction, ErrorClass, ErrorCode, PushOptions, RemoteCallbacks, RemoteRedirect};
use serde::{Deserialize, Serialize};
use std::cell::{Cell, RefCell};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

/// Bytes of what a remote says beside the outcome that are kept.
const SAID: usize = 2_000;

/// Why a branch is not at the remote. Texts hold no secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(in super::super) enum NotPushed {
    /// There is one of that name.
    BranchExists,
    /// It does not let us in, or not write.
    NoCredentials(String),
    /// It let us in and did not take the branch.
    Refused(String),
    /// It was not reached, or fell silent.
    Unreachable(String),
}

/// What a remote told while it was spoken to.
#[derive(Default)]
struct Told {
    denied: Cell<bool>,
    /// Why it did not take the reference.
    refused: RefCell<Option<String>>,
    /// What its hooks said.
    beside: RefCell<Vec<u8>>,
}

impl Told {
    fn beside(&self) -> String {
        let text = String::from_utf8_lossy(&self.beside.borrow()).into_owned();
        let words: Vec<_> =
            text.split(|c: char| c.is_control()).map(str::trim).filter(|w| !w.is_empty()).collect();
        words.join("; ")
    }
}

/// Makes `reference`, in full, at the remote: the commit, which the bare repository in `directory` has.
pub(in super::super) fn push(
    directory: &Path,
    visit: &Visit<'_>,
    commit: CommitId,
    reference: &str,
    progress: &mut dyn FnMut(Progress) -> bool,
) -> Result<(), NotPushed> {
    let Visit { url, access, resolver, .. } = *visit;
    let scrub = |said: String| access.scrub(&said, url);
    check_url(url).map_err(|error| NotPushed::Unreachable(scrub(error.to_string())))?;
    let route = Route::find(url, access, resolver).map_err(|said| NotPushed::Unreachable(scrub(said)))?;
    let told = Told::default();
    let trouble = |error: git2::Error, inside: bool| {
        let said = scrub(route.explain(explain(&error)));
        let beside = Some(scrub(told.beside())).filter(|beside| !beside.is_empty());
        let said = beside.map_or(said.clone(), |beside| format!("{said} ({beside})"));
        if told.denied.get() || keeps_out(&error) {
            NotPushed::NoCredentials(said)
        } else if inside && !matches!(error.class(), ErrorClass::Os | ErrorClass::Ssl) {
            NotPushed::Refused(said)
        } else {
            NotPushed::Unreachable(said)
        }
    };
    let repository = open_bare(directory).map_err(|error| NotPushed::Unreachable(error.to_string()))?;
    let mut remote = repository.remote_anonymous(route.url()).map_err(|error| trouble(error, false))?;
    let mut callbacks = RemoteCallbacks::new();
    enter(&mut callbacks, access, &route, || told.denied.set(true));
    let mut connection =
        remote.connect_auth(Direction::Push, Some(callbacks), None).map_err(|error| trouble(error, false))?;
    for head in connection.list().map_err(|error| trouble(error, false))? {
        // git2 panics over a name that is not UTF-8, which is not ours.
        if catch_unwind(AssertUnwindSafe(|| head.name())).is_ok_and(|name| name == reference) {
            return Err(NotPushed::BranchExists);
        }
    }
    let progress = RefCell::new((Progress::default(), progress));
    let mut callbacks = RemoteCallbacks::new();
    enter(&mut callbacks, access, &route, || told.denied.set(true));
    listen(&mut callbacks, &told, &progress);
    let mut options = PushOptions::new();
    options.remote_callbacks(callbacks).follow_redirects(RemoteRedirect::None).packbuilder_parallelism(1);
    // Not forced: where somebody made the branch meanwhile, the remote refuses to move it.
    let refspec = format!("{commit}:{reference}");
    let pushed = connection.remote().push(&[refspec], Some(&mut options));
    drop(options);
    pushed.map_err(|error| trouble(error, true))?;
    let refused = told.refused.borrow_mut().take();
    match refused {
        None => Ok(()),
        Some(status) => {
            let beside = told.beside();
            let said = if beside.is_empty() { status } else { format!("{status} ({beside})") };
            Err(NotPushed::Refused(scrub(said)))
        }
    }
}

/// Hears what the remote says, and tells how far it is: bytes that went out, and lines that it said.
fn listen<'a>(
    callbacks: &mut RemoteCallbacks<'a>,
    told: &'a Told,
    progress: &'a RefCell<(Progress, &mut dyn FnMut(Progress) -> bool)>,
) {
    let tell = move |change: &dyn Fn(&mut Progress)| {
        let mut progress = progress.borrow_mut();
        change(&mut progress.0);
        let now = progress.0.clone();
        (progress.1)(now)
    };
    callbacks.push_transfer_progress(move |sent, total, bytes| {
        tell(&|progress| {
            progress.received_objects = sent as u64;
            progress.total_objects = total as u64;
            progress.received_bytes = bytes as u64;
        });
    });
    callbacks.pack_progress(move |_, _, _| {
        tell(&|progress| progress.messages += 1);
    });
    callbacks.sideband_progress(move |text| {
        let mut beside = told.beside.borrow_mut();
        let room = SAID.saturating_sub(beside.len()).min(text.len());
        beside.extend(text.iter().take(room));
        tell(&|progress| progress.messages += 1)
    });
    callbacks.push_update_reference(move |_, status| {
        if let Some(status) = status {
            *told.refused.borrow_mut() = Some(status.chars().take(SAID).collect());
        }
        Ok(())
    });
}

/// Whether an error says that we may not write, rather than that something went wrong.
fn keeps_out(error: &git2::Error) -> bool {
    let said = error.message();
    error.code() == ErrorCode::Auth
        || ["status code: 401", "status code: 403", "status code: 404", "read only", "permission", "denied"]
            .iter()
            .any(|words| said.to_ascii_lowercase().contains(words))
}
