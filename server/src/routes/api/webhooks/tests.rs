//! Deliveries as forges send them, from files: a line a header, an empty line, the body. Their signatures were made by
//! another program.

use crate::auth::Role;
use crate::sample::{REMOTE, Sample};
use crate::testing::{Remotes, TestAnswer};
use axum::extract::ConnectInfo;
use axum::http::Request;
use catalog::library::Cause;
use chrono::Duration;
use std::net::SocketAddr;
use std::sync::Arc;

const SECRET: &str = "4f0c-an-example-of-a-secret-91be";
const SIGNING: &str = "whsec_LNJn03sS5wrYwTTLKF8Wu0yL+gL/PNQQhgppFCq1lPE=";

/// A delivery: where it goes, its headers, its body.
#[derive(Clone)]
struct Delivery {
    to: &'static str,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

impl Delivery {
    fn read(to: &'static str, text: &'static str) -> Self {
        let (head, body) = text.split_once("\n\n").unwrap();
        let header =
            |line: &str| line.split_once(": ").map(|(name, value)| (name.to_owned(), value.to_owned()));
        Self { to, headers: head.lines().map(|line| header(line).unwrap()).collect(), body: body.into() }
    }

    fn without(mut self, unwanted: &[&str]) -> Self {
        self.headers.retain(|(name, _)| !unwanted.iter().any(|one| name.eq_ignore_ascii_case(one)));
        self
    }

    fn with(self, name: &str, value: &str) -> Self {
        let mut delivery = self.without(&[name]);
        delivery.headers.push((name.to_owned(), value.to_owned()));
        delivery
    }
}

macro_rules! delivery {
    ($forge:literal, $file:literal) => {
        Delivery::read(
            concat!("/api/v1/webhooks/", $forge, "/hunts"),
            include_str!(concat!("deliveries/", $file, ".http")),
        )
    };
}

/// A repository whose secret stands in a file, and where it does.
async fn hunts(secret: &str) -> (Sample, Arc<Remotes>, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("secret");
    std::fs::write(&file, format!("{secret}\n")).unwrap();
    let settings = format!("branch = 'main'\nwebhook_secret_file = '{}'\n", file.display());
    let (sample, remote) = Sample::remote(&settings).await;
    (sample, remote, folder)
}

async fn send(sample: &Sample, delivery: &Delivery) -> TestAnswer {
    let mut request = Request::post(delivery.to);
    for (name, value) in &delivery.headers {
        request = request.header(name, value);
    }
    sample.test.anonymous().send_with(request, delivery.body.clone()).await
}

/// Waits until a sync for a webhook has ended, and gives how many were fetched since.
async fn followed(sample: &Sample, remote: &Remotes, before: usize) -> usize {
    remote.reached().await;
    // Whoever asks is answered by a sync after that.
    sample.test.app.jobs.sync("hunts").await.unwrap();
    let syncs = sample.test.app.library.syncs("hunts", None, 2).unwrap().syncs;
    assert_eq!(syncs[1].cause, Cause::Webhook);
    remote.fetches() - before - 1
}

#[tokio::test(flavor = "multi_thread")]
async fn a_push_is_fetched_and_found_whichever_forge_says_so() {
    for (secret, delivery) in [
        (SECRET, delivery!("github", "github-push")),
        (SECRET, delivery!("github", "github-pull-request")),
        (SECRET, delivery!("gitlab", "gitlab-push-token")),
        (SIGNING, delivery!("gitlab", "gitlab-push-signed")),
        (SECRET, delivery!("gitea", "gitea-push")),
        (SECRET, delivery!("gitea", "forgejo-push")),
        (SECRET, delivery!("gitea", "gitea-push").without(&["x-gitea-signature", "x-gogs-signature"])),
    ] {
        let (sample, remote, _secret) = hunts(secret).await;
        let new = crate::sample::procedure("fresh", "Fresh", "T1071", "FROM netflow");
        sample.commit("Add one", &[("fresh.md", Some(new))]);
        let before = remote.fetches();
        let answer = send(&sample, &delivery).await;
        assert_eq!(
            (answer.status.as_u16(), &answer.json()["fetch"]),
            (202, &true.into()),
            "{}",
            answer.text()
        );
        assert_eq!(followed(&sample, &remote, before).await, 1, "{}", delivery.to);
        let viewer = sample.user(Role::Viewer).await;
        assert_eq!(viewer.get("/api/v1/procedures/fresh").await.status, 200);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn forged_replayed_oversized_and_unsigned_deliveries_are_refused_and_nothing_is_fetched() {
    let (sample, remote, _secret) = hunts(SECRET).await;
    let before = remote.fetches();
    let push = delivery!("github", "github-push");
    let token = delivery!("gitlab", "gitlab-push-token");
    let gitea = delivery!("gitea", "gitea-push");
    let altered = |delivery: &Delivery| {
        let mut delivery = delivery.clone();
        delivery.body.push(b' ');
        delivery
    };
    let signatures = ["x-hub-signature-256", "x-gitea-signature", "x-gogs-signature"];
    let forged = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17";
    for (what, delivery) in [
        ("altered", altered(&push)),
        ("altered", altered(&gitea)),
        ("forged", push.clone().with("x-hub-signature-256", forged)),
        ("forged", token.clone().with("x-gitlab-token", "4f0c-an-example-of-a-secret-91bf")),
        ("unsigned", push.clone().without(&["x-hub-signature-256", "x-hub-signature"])),
        ("by SHA-1 alone", push.clone().without(&["x-hub-signature-256"])),
        ("unsigned", token.clone().without(&["x-gitlab-token"])),
        ("unsigned", gitea.clone().without(&signatures)),
        ("of another forge", Delivery { to: push.to, ..gitea.clone().without(&["x-hub-signature-256"]) }),
    ] {
        let answer = send(&sample, &delivery).await;
        assert_eq!(answer.status, 403, "{what}: {}", answer.text());
        assert_eq!(answer.header("content-type"), "application/problem+json");
    }
    let large = Delivery { body: vec![b' '; 1024 * 1024 + 1], ..push.clone() };
    assert_eq!(send(&sample, &large).await.status, 413);
    assert_eq!(remote.fetches(), before);

    for (delivery, id) in [(push, "x-github-delivery"), (gitea, "x-gitea-delivery")] {
        assert_eq!(send(&sample, &delivery).await.status, 202);
        let replayed = send(&sample, &delivery).await;
        assert_eq!(replayed.status, 409, "replayed, or delivered again by hand");
        let told = replayed.json();
        assert_eq!(
            told["type"].as_str().map(|kind| kind.ends_with("delivered-before")),
            Some(true),
            "{told}"
        );
        assert!(replayed.text().contains("/api/v1/repos/{name}/sync"), "{told}");
        // Without an id, it is the body that counts once.
        let nameless = delivery.without(&[id, "x-github-delivery", "x-gogs-delivery"]);
        assert_eq!(send(&sample, &nameless).await.status, 202);
        assert_eq!(send(&sample, &nameless).await.status, 409, "replayed");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_signed_form_is_refused_when_it_is_old() {
    let (sample, remote, _secret) = hunts(SIGNING).await;
    let signed = delivery!("gitlab", "gitlab-push-signed");
    let before = remote.fetches();
    assert_eq!(send(&sample, &delivery!("gitlab", "gitlab-push-token")).await.status, 403, "a mere token");
    assert_eq!(send(&sample, &signed.clone().with("webhook-id", "another")).await.status, 403);
    assert_eq!(remote.fetches(), before);
    assert_eq!(send(&sample, &signed).await.status, 202);
    assert_eq!(send(&sample, &signed).await.status, 409);
    sample.test.clock.advance(Duration::minutes(6));
    let stale = send(&sample, &signed).await;
    assert_eq!(stale.status, 403);
    assert!(stale.json()["detail"].as_str().unwrap().contains("too long ago"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flood_of_a_thousand_leads_to_two_fetches() {
    let (sample, remote, _secret) = hunts(SECRET).await;
    let before = remote.fetches();
    let held = remote.hold();
    let push = delivery!("github", "github-push");
    let first = send(&sample, &push.clone().with("x-github-delivery", "flood-0")).await;
    assert_eq!(first.status, 202);
    remote.reached().await;
    let sends = (1..1_000).map(|number| {
        let delivery = push.clone().with("x-github-delivery", &format!("flood-{number}"));
        let sample = &sample;
        async move { send(sample, &delivery).await.status }
    });
    for sent in sends {
        assert_eq!(sent.await, 202);
    }
    assert_eq!(remote.fetches(), before + 1, "what comes meanwhile waits for the next one");
    drop(held);
    assert_eq!(followed(&sample, &remote, before).await, 2);
}

#[tokio::test]
async fn a_ping_and_what_does_not_matter_are_answered_and_fetch_nothing() {
    let (sample, remote, _secret) = hunts(SECRET).await;
    let before = remote.fetches();
    let ping = send(&sample, &delivery!("github", "github-ping")).await;
    assert_eq!((ping.status.as_u16(), &ping.json()["fetch"]), (200, &false.into()), "{}", ping.text());
    let elsewhere = send(&sample, &delivery!("github", "github-push-elsewhere")).await;
    assert_eq!((elsewhere.status.as_u16(), &elsewhere.json()["fetch"]), (202, &false.into()));
    sample.test.app.jobs.sync("hunts").await.unwrap();
    assert_eq!(remote.fetches(), before + 1);
}

#[tokio::test]
async fn what_has_no_secret_looks_like_what_is_not_there() {
    let (sample, _) = Sample::remote("").await;
    let push = delivery!("github", "github-push");
    let without = send(&sample, &push).await;
    let unknown = send(&sample, &Delivery { to: "/api/v1/webhooks/github/none", ..push.clone() }).await;
    let no_forge = send(&sample, &Delivery { to: "/api/v1/webhooks/bitbucket/hunts", ..push.clone() }).await;
    assert_eq!(without.status, 404);
    assert_eq!((&without.body, &without.body), (&unknown.body, &no_forge.body));
    // A secret that was taken away, or is empty, closes it as well.
    let (sample, _, secret) = hunts(SECRET).await;
    std::fs::write(secret.path().join("secret"), "\n").unwrap();
    assert_eq!(send(&sample, &push).await.body, without.body);
    // One that was exchanged counts at once.
    std::fs::write(secret.path().join("secret"), "exchanged").unwrap();
    assert_eq!(send(&sample, &push).await.status, 403);
    std::fs::write(secret.path().join("secret"), SECRET).unwrap();
    assert_eq!(send(&sample, &push).await.status, 202);
}

#[tokio::test]
async fn who_cannot_be_believed_time_and_again_is_not_listened_to_for_a_while() {
    let (sample, _, _secret) = hunts(SECRET).await;
    let push = delivery!("github", "github-push");
    let from = async |peer: &str, signature: &str| {
        let peer: SocketAddr = peer.parse().unwrap();
        let mut request = Request::post(push.to).extension(ConnectInfo(peer));
        for (name, value) in &push.headers {
            let value = if name == "X-Hub-Signature-256" { signature } else { value };
            request = request.header(name, value);
        }
        sample.test.anonymous().send_with(request, push.body.clone()).await.status.as_u16()
    };
    let right = &push.headers.iter().find(|(name, _)| name == "X-Hub-Signature-256").unwrap().1;
    for _ in 0..20 {
        assert_eq!(from("192.0.2.1:5", "sha256=00").await, 403);
    }
    assert_eq!(from("192.0.2.1:5", right).await, 429);
    assert_eq!(from("192.0.2.2:5", right).await, 202);
    sample.test.clock.advance(Duration::minutes(2));
    assert_eq!(from("192.0.2.1:5", right).await, 409);
}

#[tokio::test]
async fn credentials_of_a_forge_are_none_of_ours() {
    let (sample, _, _secret) = hunts(SECRET).await;
    let with = delivery!("gitea", "forgejo-push").with("authorization", "Bearer of-the-forge");
    assert_eq!(send(&sample, &with).await.status, 202);
    assert_eq!(sample.test.anonymous().get("/api/v1/webhooks/gitea/hunts").await.status, 405);
    assert!(REMOTE.ends_with("/hunts.git"));
}
