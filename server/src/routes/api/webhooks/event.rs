//! What a delivery asks for. Its body is looked at only to leave out what cannot matter: where that cannot be told, the
//! repository is fetched.
//!
//! Events and their names: <https://docs.github.com/en/webhooks/webhook-events-and-payloads>,
//! <https://docs.gitlab.com/user/project/integrations/webhook_events/>,
//! <https://docs.gitea.com/usage/repository/webhooks>.

use super::Kind;
use axum::http::HeaderMap;
use catalog::repository::Repository;
use serde::Deserialize;

/// What a delivery asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Asks {
    /// An answer.
    Ping,
    /// Something may be new.
    Fetch,
    /// Nothing that we depend on.
    Nothing,
}

/// What is looked at of a body.
#[derive(Debug, Default, Deserialize)]
struct Payload {
    #[serde(rename = "ref")]
    reference: Option<String>,
    /// GitLab's word for the event, also where the header says "System Hook".
    object_kind: Option<String>,
    event_name: Option<String>,
    #[serde(default)]
    repository: Home,
    #[serde(default)]
    project: Home,
}

#[derive(Debug, Default, Deserialize)]
struct Home {
    default_branch: Option<String>,
}

/// What a delivery asks of a repository.
pub(super) fn read(kind: Kind, headers: &HeaderMap, body: &[u8], repository: &Repository) -> Asks {
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let payload = payload(body);
    let event = match kind {
        Kind::GitHub => header("x-github-event"),
        Kind::Gitea => header("x-forgejo-event").or(header("x-gitea-event")).or(header("x-github-event")),
        Kind::GitLab => match &payload {
            Some(payload) => payload.object_kind.as_deref().or(payload.event_name.as_deref()),
            None => header("x-gitlab-event"),
        },
    };
    match event {
        Some("ping") => Asks::Ping,
        Some("push" | "Push Hook" | "tag_push" | "Tag Push Hook") => match payload {
            Some(payload) if !is_mirrored(&payload, repository) => Asks::Nothing,
            _ => Asks::Fetch,
        },
        // A proposal was opened, changed, or closed; or nobody says what this is.
        Some(
            "pull_request" | "pull_request_sync" | "merge_request" | "Merge Request Hook" | "System Hook",
        )
        | None => Asks::Fetch,
        Some(_) => Asks::Nothing,
    }
}

/// A body as JSON, or in the form that GitHub and Gitea send on request: `payload=` and JSON, percent-encoded.
fn payload(body: &[u8]) -> Option<Payload> {
    if let Ok(payload) = serde_json::from_slice(body) {
        return Some(payload);
    }
    let (_, json) = url::form_urlencoded::parse(body).find(|(name, _)| name == "payload")?;
    serde_json::from_str(&json).ok()
}

/// Whether a push was to what is mirrored, or to a proposal.
fn is_mirrored(payload: &Payload, repository: &Repository) -> bool {
    let Some(reference) = payload.reference.as_deref() else { return true };
    if repository.proposals.iter().any(|pattern| pattern.part(reference).is_some()) {
        return true;
    }
    if let Some(tag) = repository.tag.as_deref() {
        return reference.strip_prefix("refs/tags/") == Some(tag);
    }
    let default = payload.repository.default_branch.as_deref().or(payload.project.default_branch.as_deref());
    match repository.branch.as_deref().or(default) {
        Some(branch) => reference.strip_prefix("refs/heads/") == Some(branch),
        None => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::{HeaderName, HeaderValue};
    use proptest::prelude::*;

    fn told(kind: Kind, header: (&'static str, &str), body: &str, branch: Option<&str>) -> Asks {
        let mut repository = Repository::parse("https://git.example.com/hunts.git").unwrap();
        repository.branch = branch.map(str::to_owned);
        let headers = HeaderMap::from_iter([(
            HeaderName::from_static(header.0),
            HeaderValue::from_str(header.1).unwrap(),
        )]);
        read(kind, &headers, body.as_bytes(), &repository)
    }

    #[test]
    fn a_push_matters_when_it_is_to_the_mirrored_branch() {
        let push = ("x-github-event", "push");
        let to = |reference: &str| {
            format!(r#"{{"ref": "{reference}", "repository": {{"default_branch": "trunk"}}}}"#)
        };
        for (reference, branch, asks) in [
            ("refs/heads/main", Some("main"), Asks::Fetch),
            ("refs/heads/main-2", Some("main"), Asks::Nothing),
            ("refs/tags/main", Some("main"), Asks::Nothing),
            ("refs/heads/trunk", None, Asks::Fetch),
            ("refs/heads/other", None, Asks::Nothing),
        ] {
            assert_eq!(told(Kind::GitHub, push, &to(reference), branch), asks, "{reference} {branch:?}");
        }
        assert_eq!(told(Kind::GitHub, push, r#"{"ref": "refs/heads/x"}"#, None), Asks::Fetch);
        assert_eq!(told(Kind::GitHub, push, "neither JSON nor a form", Some("main")), Asks::Fetch);
        let form = "payload=%7B%22ref%22%3A%20%22refs%2Fheads%2Fother%22%7D";
        assert_eq!(told(Kind::GitHub, push, form, Some("main")), Asks::Nothing);
    }

    #[test]
    fn a_push_to_the_mirrored_tag_or_to_a_proposal_matters() {
        let repository = Repository {
            tag: Some("v1".to_owned()),
            proposals: vec!["refs/heads/feature/*".parse().unwrap()],
            ..Repository::parse("https://git.example.com/hunts.git").unwrap()
        };
        for (reference, asks) in [
            ("refs/tags/v1", Asks::Fetch),
            ("refs/tags/v2", Asks::Nothing),
            ("refs/heads/v1", Asks::Nothing),
            ("refs/heads/feature/dcsync", Asks::Fetch),
        ] {
            let body = format!(r#"{{"object_kind": "tag_push", "ref": "{reference}"}}"#);
            let told = read(Kind::GitLab, &HeaderMap::new(), body.as_bytes(), &repository);
            assert_eq!(told, asks, "{reference}");
        }
    }

    #[test]
    fn proposals_matter_and_most_else_does_not() {
        for (kind, header, body, asks) in [
            (Kind::GitHub, ("x-github-event", "pull_request"), "{}", Asks::Fetch),
            (Kind::GitHub, ("x-github-event", "issues"), "{}", Asks::Nothing),
            (Kind::GitHub, ("x-github-event", "ping"), "{}", Asks::Ping),
            (Kind::Gitea, ("x-gitea-event", "pull_request"), "{}", Asks::Fetch),
            (Kind::Gitea, ("x-gitea-event", "release"), "{}", Asks::Nothing),
            (Kind::GitLab, ("x-gitlab-event", "x"), r#"{"object_kind": "merge_request"}"#, Asks::Fetch),
            (Kind::GitLab, ("x-gitlab-event", "x"), r#"{"object_kind": "note"}"#, Asks::Nothing),
            (
                Kind::GitLab,
                ("x-gitlab-event", "System Hook"),
                r#"{"event_name": "user_create"}"#,
                Asks::Nothing,
            ),
            (Kind::GitLab, ("x-gitlab-event", "System Hook"), "?", Asks::Fetch),
        ] {
            assert_eq!(told(kind, header, body, None), asks, "{header:?} {body}");
        }
    }

    proptest! {
        #[test]
        fn no_body_makes_it_panic(body in proptest::collection::vec(any::<u8>(), 0..300)) {
            payload(&body);
        }
    }
}
