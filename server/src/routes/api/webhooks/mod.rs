//! POST `/webhooks/{github,gitlab,gitea}/{repo}`: a forge says that something is new.
//!
//! Nobody is signed in here: what counts is that the bytes of the body were signed with the repository's secret
//! ([`signature`]). A delivery is only ever a nudge ([`event`] tells whether it is one): nothing in it is believed, the
//! repository's task fetches and sees for itself. A repository without a secret has no such address.

mod event;
mod signature;
#[cfg(test)]
mod tests;

use crate::app::App;
use crate::http::problem::Problem;
use axum::Json;
use axum::body::Bytes;
use axum::extract::{ConnectInfo, FromRequest, Path, Request, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use event::Asks;
use serde::Serialize;
use sha2::{Digest, Sha256};
use signature::Refused;
use std::fmt::Write as _;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use utoipa::ToSchema;

/// Longest id of a delivery.
const MAX_ID: usize = 200;

/// Whose form a delivery has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    GitHub,
    GitLab,
    /// Forgejo, too.
    Gitea,
}

impl Kind {
    fn read(word: &str) -> Option<Self> {
        match word {
            "github" => Some(Self::GitHub),
            "gitlab" => Some(Self::GitLab),
            "gitea" => Some(Self::Gitea),
            _ => None,
        }
    }

    fn word(self) -> &'static str {
        match self {
            Self::GitHub => "github",
            Self::GitLab => "gitlab",
            Self::Gitea => "gitea",
        }
    }
}

/// What becomes of a delivery.
#[derive(Debug, Serialize, ToSchema)]
pub struct WebhookAnswer {
    /// Whether the repository is fetched for it.
    pub fetch: bool,
    /// Why, or why not.
    pub message: &'static str,
}

/// Takes what a forge delivers: a push to the mirrored branch has the repository fetched.
///
/// Signed with the repository's webhook secret: `X-Hub-Signature-256` (GitHub), `X-Gitlab-Token` or, with a signing token,
/// `webhook-signature` (GitLab), `X-Gitea-Signature` or `X-Forgejo-Signature` (Gitea, Forgejo). No other sign-in is asked
/// for. At most 1 MiB.
#[utoipa::path(
    post, path = "/webhooks/{forge}/{repo}", tag = "repositories", security(()),
    params(
        ("forge" = String, Path, description = "`github`, `gitlab` or `gitea` (Forgejo, too)"),
        ("repo" = String, Path, description = "The repository's name"),
    ),
    request_body(content = String, content_type = "application/json", description = "As the forge sends it"),
    responses(
        (status = 200, body = WebhookAnswer, description = "A ping"),
        (status = 202, body = WebhookAnswer, description = "Noted"),
        (status = 403, body = Problem, content_type = "application/problem+json"),
        (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = 409, body = Problem, content_type = "application/problem+json"),
        (status = 413, body = Problem, content_type = "application/problem+json"),
        (status = 429, body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn receive(
    State(app): State<App>,
    Path((forge, repo)): Path<(String, String)>,
    request: Request,
) -> Result<Response, Problem> {
    let (client, now) = (client(&app, &request), app.clock.now());
    if !app.failures.may_try(client, now) {
        return Err(too_often());
    }
    let taken = take(&app, &forge, &repo, request).await;
    if matches!(&taken, Err(problem) if matches!(problem.status, 403 | 404)) {
        app.failures.note(client, now);
    }
    taken
}

async fn take(app: &App, forge: &str, repo: &str, request: Request) -> Result<Response, Problem> {
    let kind = Kind::read(forge).ok_or_else(missing)?;
    let (repository, place) = app.repositories.webhook(repo).ok_or_else(missing)?;
    let secret = match place.read().await {
        Ok(secret) => secret,
        Err(error) => {
            tracing::warn!(%repo, %error, "a webhook is not taken");
            return Err(missing());
        }
    };
    let headers = request.headers().clone();
    // So many bodies are held at once; the others wait before theirs is read.
    let _room = app.deliveries.acquire().await.map_err(|_| Problem::internal())?;
    let body = match Bytes::from_request(request, app).await {
        Ok(body) => body,
        Err(refused) => return Ok(refused.into_response()),
    };
    let now = app.clock.now();
    signature::check(kind, &headers, &body, &secret, now).map_err(refusal)?;
    match event::read(kind, &headers, &body, &repository) {
        Asks::Ping => {
            let message = "This is the right address, and the secret is the right one.";
            return Ok(Json(WebhookAnswer { fetch: false, message }).into_response());
        }
        Asks::Nothing => {
            let message = "This is nothing that the mirrored repository depends on.";
            return Ok((StatusCode::ACCEPTED, Json(WebhookAnswer { fetch: false, message })).into_response());
        }
        Asks::Fetch => {}
    }
    let delivery = name_of(kind, &headers, &body);
    if !app.database.claim_delivery(repo, &delivery, now).await? {
        return Err(Problem::new(
            StatusCode::CONFLICT,
            "delivered-before",
            "Delivered before",
            "This delivery was taken before, and a delivery counts once: the repository was fetched for it, or will be. \
             Delivered again, by hand too, it fetches nothing.",
        )
        .remedy(
            "To fetch now, use Sync now on the page Repositories, or POST /api/v1/repos/{name}/sync. A new push is a new \
             delivery.",
        ));
    }
    if let Err(error) = app.spread_nudge(repo).await {
        // Its forge may try again.
        app.database.release_delivery(repo, &delivery).await?;
        return Err(error);
    }
    let answer = WebhookAnswer { fetch: true, message: "The repository is fetched." };
    Ok((StatusCode::ACCEPTED, Json(answer)).into_response())
}

/// Who sends: the peer, or whom a trusted proxy names.
fn client(app: &App, request: &Request) -> IpAddr {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|peer| peer.0.ip().to_canonical());
    let peer = peer.unwrap_or(IpAddr::V4(Ipv4Addr::LOCALHOST));
    let forwarded = request.headers().get_all("x-forwarded-for").iter().next_back();
    let forwarded = forwarded.and_then(|value| value.to_str().ok()?.rsplit(',').next()?.trim().parse().ok());
    if app.config.auth.trusted_proxies.contains(&peer) { forwarded.unwrap_or(peer) } else { peer }
}

/// What a delivery is remembered by: its id as the forge gave it, else its body.
fn name_of(kind: Kind, headers: &HeaderMap, body: &[u8]) -> String {
    let names: &[&str] = match kind {
        Kind::GitHub => &["x-github-delivery"],
        // The first is signed; the second is the same for every try at one delivery.
        Kind::GitLab => &["webhook-id", "idempotency-key", "x-gitlab-event-uuid"],
        Kind::Gitea => &["x-forgejo-delivery", "x-gitea-delivery", "x-gogs-delivery", "x-github-delivery"],
    };
    let id = names.iter().find_map(|name| headers.get(*name)?.to_str().ok()).map(str::trim);
    match id.filter(|id| (1..=MAX_ID).contains(&id.len())) {
        Some(id) => format!("{}:{id}", kind.word()),
        None => Sha256::digest(body).iter().fold(format!("{}:sha256:", kind.word()), |mut name, byte| {
            // Writing to a string cannot fail.
            let _ = write!(name, "{byte:02x}");
            name
        }),
    }
}

/// What is not there, and what has no secret, cannot be told apart.
fn missing() -> Problem {
    Problem::not_found("such webhook")
        .remedy("Check the address; the repository needs a webhook secret in its configuration.")
}

fn refusal(refused: Refused) -> Problem {
    let detail = match refused {
        Refused::Unsigned(expected) => format!("The delivery is not signed: {expected} is missing."),
        Refused::Forged => "The signature is not that of this body and the repository's secret.".to_owned(),
        Refused::Stale => "The delivery was signed too long ago, or in the future.".to_owned(),
    };
    Problem::new(StatusCode::FORBIDDEN, "not-signed", "Not signed as it should be", detail)
        .remedy("Give the forge and the server the same secret, and check both clocks.")
}

fn too_often() -> Problem {
    Problem::new(
        StatusCode::TOO_MANY_REQUESTS,
        "too-often",
        "Tried too often",
        "Too many deliveries from this address could not be believed.",
    )
    .remedy("Wait a minute, and check the secret.")
}
