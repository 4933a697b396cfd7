//! A repository at a URL: its branch found and fetched by libgit2.
//!
//! Meant to run in a process of its own ([`super::child`]): libgit2 has no time-outs that can be set safely.

use super::MirrorError;
use super::access::Access;
use super::pool::open_bare;
use super::route::Route;
use super::update::{BRANCH, Brought, Limits, Progress, Wanted, choose_tip, peel};
use super::vetted::Resolver;
use super::{past, proposals};
use crate::repository::Location;
use git2::{
    AutotagOption, CertificateCheckStatus, Cred, CredentialType, Direction, ErrorClass, ErrorCode,
    FetchOptions, RemoteCallbacks, RemoteRedirect,
};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

/// How often credentials are tried before a remote that keeps asking is given up.
const ATTEMPTS: usize = 8;
/// Proposals that are fetched together: one that is too large takes only these along.
const AT_ONCE: usize = 25;
/// Bytes and objects of proposals that are fetched together.
const PROPOSAL_BYTES: u64 = 256 << 20;
const PROPOSAL_OBJECTS: u64 = 500_000;

/// Refuses what is no URL that repositories are mirrored from. It was read from configuration already; the child, which
/// is told a URL by whoever starts it, makes sure.
pub(super) fn check_url(url: &str) -> Result<(), MirrorError> {
    match Location::parse(url)? {
        Location::Remote(_) => Ok(()),
        Location::Path(path) => Err(MirrorError::Location {
            location: path.display().to_string(),
            reason: "it is a folder, not a URL".to_owned(),
        }),
    }
}

/// With what, within what, and where from.
pub(super) struct Visit<'a> {
    pub(super) url: &'a str,
    pub(super) access: &'a Access,
    pub(super) limits: Limits,
    pub(super) resolver: &'a dyn Resolver,
}

/// Fetches the branch or tag into the bare repository `target` and tells it with its tip.
pub(super) fn bring(
    target: &Path,
    visit: &Visit<'_>,
    wanted: &Wanted<'_>,
    progress: &mut dyn FnMut(Progress) -> bool,
) -> Result<Brought, MirrorError> {
    let Visit { url, access, limits, resolver } = *visit;
    check_url(url)?;
    let location = Location::Remote(url.to_owned()).display();
    let refuse = |reason: String| MirrorError::Remote {
        location: location.clone(),
        reason: access.scrub(&reason, url),
    };
    let route = Route::find(url, access, resolver).map_err(refuse)?;
    let watch = RefCell::new(Watch { progress, limits, state: Progress::default(), stopped: None });
    let explain = |error: git2::Error| match watch.borrow().stopped {
        Some(Stopped::ByCaller) => MirrorError::Stopped,
        Some(Stopped::TooMuch) => {
            let (mebibytes, objects) = (limits.bytes >> 20, limits.objects);
            refuse(format!("it sent more than the limit of {mebibytes} MiB or {objects} objects"))
        }
        None => refuse(route.explain(explain(&error))),
    };
    let repository = open_bare(target)?;
    let mut remote = repository.remote_anonymous(route.url()).map_err(&explain)?;
    let callbacks = callbacks(access, &route, &watch);
    let mut connection = remote.connect_auth(Direction::Fetch, Some(callbacks), None).map_err(&explain)?;
    let mut head = None;
    let mut advertised = BTreeMap::new();
    for reference in connection.list().map_err(&explain)? {
        // git2 panics over a name that is not UTF-8, which any branch of the remote may have; no such branch is meant.
        let Ok(name) = catch_unwind(AssertUnwindSafe(|| reference.name())) else { continue };
        if name == "HEAD" {
            let target = catch_unwind(AssertUnwindSafe(|| reference.symref_target())).ok().flatten();
            head = target.and_then(|name| name.strip_prefix("refs/heads/")).map(str::to_owned);
        } else if wanted.matters(name) {
            advertised.insert(name.to_owned(), reference.oid());
        }
    }
    let Some((reference, id)) = choose_tip(&location, wanted, head.as_deref(), &advertised)? else {
        return Ok(Brought::default());
    };
    if repository.find_object(id, None).is_err() {
        let mut options = options(self::callbacks(access, &route, &watch));
        let refspec = format!("+{reference}:{BRANCH}");
        connection.remote().download(&[refspec], Some(&mut options)).map_err(&explain)?;
    }
    let tip = peel(&repository, &location, &reference, id)?;
    Ok(Brought {
        tip: Some(tip),
        proposals: proposals::choose(&advertised, wanted.proposals, &reference),
        tags: past::tags(&advertised),
    })
}

/// Fetches what proposals name, as far as it is not there. Anybody may make a proposal, so that the branch is served
/// whatever becomes of these: they come after it, some at a time, within limits of their own.
pub(super) fn bring_proposals(
    target: &Path,
    visit: &Visit<'_>,
    wanted: &[(String, git2::Oid)],
    progress: &mut dyn FnMut(Progress) -> bool,
) -> Result<(), MirrorError> {
    let Visit { url, access, limits, resolver } = *visit;
    let location = Location::Remote(url.to_owned()).display();
    let refuse = |reason: String| MirrorError::Remote {
        location: location.clone(),
        reason: access.scrub(&reason, url),
    };
    let repository = open_bare(target)?;
    let missing: Vec<_> =
        wanted.iter().filter(|(_, id)| repository.find_object(*id, None).is_err()).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let route = Route::find(url, access, resolver).map_err(refuse)?;
    let limits =
        Limits { bytes: limits.bytes.min(PROPOSAL_BYTES), objects: limits.objects.min(PROPOSAL_OBJECTS) };
    let mut outcome = Ok(());
    let mut failures = 0;
    for some in missing.chunks(AT_ONCE) {
        let watch = RefCell::new(Watch {
            progress: &mut *progress,
            limits,
            state: Progress::default(),
            stopped: None,
        });
        let specs: Vec<_> = some.iter().map(|(name, _)| format!("+{name}:{BRANCH}")).collect();
        let mut options = options(callbacks(access, &route, &watch));
        let fetched = repository
            .remote_anonymous(route.url())
            .and_then(|mut remote| remote.download(&specs, Some(&mut options)));
        drop(options);
        let Err(error) = fetched else { continue };
        outcome = Err(match watch.into_inner().stopped {
            Some(Stopped::ByCaller) => return Err(MirrorError::Stopped),
            Some(Stopped::TooMuch) => refuse(format!(
                "proposals have more than {} MiB or {} objects",
                limits.bytes >> 20,
                limits.objects
            )),
            None => refuse(route.explain(explain(&error))),
        });
        failures += 1;
        if failures == ATTEMPTS {
            break;
        }
    }
    outcome
}

fn options(callbacks: RemoteCallbacks<'_>) -> FetchOptions<'_> {
    let mut options = FetchOptions::new();
    options
        .remote_callbacks(callbacks)
        .download_tags(AutotagOption::None)
        .follow_redirects(RemoteRedirect::None)
        .update_fetchhead(false);
    options
}

#[derive(Clone, Copy)]
enum Stopped {
    ByCaller,
    TooMuch,
}

struct Watch<'a> {
    progress: &'a mut dyn FnMut(Progress) -> bool,
    limits: Limits,
    state: Progress,
    stopped: Option<Stopped>,
}

impl Watch<'_> {
    fn go_on(&mut self) -> bool {
        if self.state.received_bytes > self.limits.bytes
            || self.state.received_objects.max(self.state.total_objects) > self.limits.objects
        {
            self.stopped = Some(Stopped::TooMuch);
        } else if !(self.progress)(self.state.clone()) {
            self.stopped = Some(Stopped::ByCaller);
        }
        self.stopped.is_none()
    }
}

fn callbacks<'a>(access: &'a Access, route: &'a Route, watch: &'a RefCell<Watch<'_>>) -> RemoteCallbacks<'a> {
    let mut callbacks = RemoteCallbacks::new();
    callbacks.transfer_progress(|counts| {
        let mut watch = watch.borrow_mut();
        watch.state.received_objects = counts.received_objects() as u64;
        watch.state.total_objects = counts.total_objects() as u64;
        watch.state.indexed_objects = (counts.indexed_objects() + counts.indexed_deltas()) as u64;
        watch.state.received_bytes = counts.received_bytes() as u64;
        watch.go_on()
    });
    callbacks.sideband_progress(|_| {
        let mut watch = watch.borrow_mut();
        watch.state.messages += 1;
        watch.go_on()
    });
    enter(&mut callbacks, access, route, || {});
    callbacks
}

/// Has a remote entered with what there is, and its host checked. `denied` is called where it wants what we do not have.
pub(super) fn enter<'a>(
    callbacks: &mut RemoteCallbacks<'a>,
    access: &'a Access,
    route: &'a Route,
    denied: impl Fn() + 'a,
) {
    callbacks.certificate_check(|certificate, _| match certificate.as_hostkey() {
        Some(shown) => route.check_host_key(shown.hostkey().unwrap_or_default()),
        // TLS is not for libgit2 to speak here.
        None => Ok(CertificateCheckStatus::CertificatePassthrough),
    });
    let mut credentials = credentials(access);
    callbacks.credentials(move |_, user, allowed| {
        let found = credentials(user, allowed);
        if found.is_err() {
            denied();
        }
        found
    });
}

/// What is answered, one after the other, to a remote that asks who we are.
fn credentials(
    access: &Access,
) -> impl FnMut(Option<&str>, CredentialType) -> Result<Cred, git2::Error> + '_ {
    let mut attempts = 0;
    let mut agent = access.agent;
    let mut keys = access.keys.iter();
    let mut login = access.login.as_ref();
    move |user, allowed| {
        attempts += 1;
        if attempts > ATTEMPTS {
            return Err(git2::Error::from_str("it keeps asking for credentials"));
        }
        let user = user.unwrap_or("git");
        if allowed.contains(CredentialType::USERNAME) {
            return Cred::username(user);
        }
        if allowed.contains(CredentialType::SSH_KEY) {
            if std::mem::take(&mut agent) {
                return Cred::ssh_key_from_agent(user);
            }
            if let Some(key) = keys.next() {
                return Cred::ssh_key(user, None, key, None);
            }
            return Err(git2::Error::from_str(
                "it accepts none of the keys that we have, from the agent and from files",
            ));
        }
        if !allowed.contains(CredentialType::USER_PASS_PLAINTEXT) {
            return Err(git2::Error::from_str("it asks for what we do not have: neither key nor token"));
        }
        match (login.take(), &access.login) {
            (Some(login), _) => Cred::userpass_plaintext(&login.user, login.token.reveal()),
            (None, Some(refused)) => Err(git2::Error::new(
                ErrorCode::Auth,
                ErrorClass::Http,
                format!("it does not accept the token of {}", refused.place),
            )),
            (None, None) => Err(git2::Error::from_str(
                "it asks for a user and a password or token, and none is configured; token_file or token_env names one",
            )),
        }
    }
}

/// What libgit2 said, in words that say what to do.
pub(super) fn explain(error: &git2::Error) -> String {
    let said = error.message().trim();
    match (error.class(), error.code()) {
        (_, ErrorCode::Auth) => format!("it did not let us in ({said})"),
        _ if said.contains("cannot redirect") => {
            format!("it sends us to another host ({said}); name that address if it is the right one")
        }
        _ if said.contains("status code: 404") => {
            format!("there is no such repository, or it asks for credentials to be seen ({said})")
        }
        _ => said.to_owned(),
    }
}
