//! Whether a delivery was signed with the repository's secret. Every comparison takes the same time whatever differs.
//!
//! * GitHub: `X-Hub-Signature-256: sha256=` and the hexadecimal HMAC-SHA-256 of the body
//!   (<https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries>). `X-Hub-Signature`, by SHA-1, is
//!   only kept for old receivers, and not believed here.
//! * Gitea and Forgejo: the same HMAC without a prefix as `X-Gitea-Signature` and `X-Forgejo-Signature`, and with it as
//!   `X-Hub-Signature-256` (<https://docs.gitea.com/usage/repository/webhooks>,
//!   <https://forgejo.org/docs/latest/user/webhooks/>).
//! * GitLab: the secret itself as `X-Gitlab-Token`
//!   (<https://docs.gitlab.com/user/project/integrations/webhooks/>), which signs nothing; or, where the webhook has a
//!   signing token (`whsec_` and the key in base64), `webhook-signature` after the Standard Webhooks specification: `v1,`
//!   and the base64 HMAC-SHA-256 of `webhook-id`, `webhook-timestamp` and the body with dots between, several with blanks
//!   between while keys change (<https://gitlab.com/gitlab-org/gitlab/-/merge_requests/230944>,
//!   <https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md>).

use super::Kind;
use axum::http::HeaderMap;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, Utc};
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

/// How far the time in a signature may be from ours, in seconds; five minutes, as the specification's libraries have it.
const TOLERANCE: i64 = 300;
/// Most signatures of one delivery that are looked at.
const MOST: usize = 8;
/// What a signing token begins with.
const SIGNING: &[u8] = b"whsec_";

/// Why a delivery is not believed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Refused {
    /// There is no signature; this header should hold it.
    Unsigned(&'static str),
    /// There is one, of something else or by somebody else.
    Forged,
    /// It is right, and not of now.
    Stale,
}

/// Checks the signature of a body.
pub(super) fn check(
    kind: Kind,
    headers: &HeaderMap,
    body: &[u8],
    secret: &[u8],
    now: DateTime<Utc>,
) -> Result<(), Refused> {
    let sent = |name: &str| headers.get(name).map(axum::http::HeaderValue::as_bytes);
    let by_github = |value: &[u8]| match value.strip_prefix(b"sha256=") {
        Some(digits) => hex_matches(secret, body, digits),
        None => Err(Refused::Forged),
    };
    match kind {
        Kind::GitHub => {
            by_github(sent("x-hub-signature-256").ok_or(Refused::Unsigned("X-Hub-Signature-256"))?)
        }
        Kind::Gitea => {
            if let Some(digits) = sent("x-forgejo-signature").or(sent("x-gitea-signature")) {
                return hex_matches(secret, body, digits);
            }
            by_github(sent("x-hub-signature-256").ok_or(Refused::Unsigned("X-Gitea-Signature"))?)
        }
        Kind::GitLab => {
            if let Some(key) = secret.strip_prefix(SIGNING) {
                return signed(headers, body, key, now);
            }
            let token = sent("x-gitlab-token").ok_or(Refused::Unsigned("X-Gitlab-Token"))?;
            // Two digests by one key are equal where what they are of is, and tell nothing of how much of it is.
            matches(keyed(secret, &[token]), &digest(keyed(secret, &[secret])))
        }
    }
}

/// The form with an id and a time.
fn signed(headers: &HeaderMap, body: &[u8], key: &[u8], now: DateTime<Utc>) -> Result<(), Refused> {
    let sent = |name: &'static str| {
        headers.get(name).and_then(|value| value.to_str().ok()).ok_or(Refused::Unsigned(name))
    };
    let (id, time) = (sent("webhook-id")?, sent("webhook-timestamp")?);
    let signatures = sent("webhook-signature")?;
    // Anybody can sign with no key.
    let key = STANDARD.decode(key).ok().filter(|key| !key.is_empty()).ok_or(Refused::Forged)?;
    let parts = [id.as_bytes(), b".", time.as_bytes(), b".", body];
    let is_right = |signature: &str| {
        let sent = signature.strip_prefix("v1,").and_then(|sent| STANDARD.decode(sent).ok());
        sent.is_some_and(|sent| matches(keyed(&key, &parts), &sent).is_ok())
    };
    if !signatures.split(' ').take(MOST).any(is_right) {
        return Err(Refused::Forged);
    }
    let distance = time.parse::<i64>().ok().map(|time| now.timestamp().saturating_sub(time).saturating_abs());
    match distance {
        Some(0..=TOLERANCE) => Ok(()),
        _ => Err(Refused::Stale),
    }
}

fn keyed(key: &[u8], parts: &[&[u8]]) -> Hmac<Sha256> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes keys of every length");
    for part in parts {
        mac.update(part);
    }
    mac
}

fn digest(mac: Hmac<Sha256>) -> [u8; 32] {
    mac.finalize().into_bytes().into()
}

fn matches(mac: Hmac<Sha256>, sent: &[u8]) -> Result<(), Refused> {
    mac.verify_slice(sent).map_err(|_| Refused::Forged)
}

fn hex_matches(secret: &[u8], body: &[u8], digits: &[u8]) -> Result<(), Refused> {
    let sent = unhex(digits).ok_or(Refused::Forged)?;
    matches(keyed(secret, &[body]), &sent)
}

/// The 32 bytes that 64 hexadecimal digits stand for.
fn unhex(digits: &[u8]) -> Option<[u8; 32]> {
    let mut bytes = [0; 32];
    if digits.len() != 2 * bytes.len() {
        return None;
    }
    for (byte, pair) in bytes.iter_mut().zip(digits.chunks(2)) {
        let digit = |digit: u8| char::from(digit).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
        *byte = digit(pair[0])? << 4 | digit(pair[1])?;
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::{HeaderName, HeaderValue};
    use proptest::prelude::*;

    fn headers(pairs: &[(&'static str, String)]) -> HeaderMap {
        let pair = |(name, value): &(&'static str, String)| {
            (HeaderName::from_static(name), HeaderValue::from_str(value).unwrap())
        };
        pairs.iter().map(pair).collect()
    }

    fn hex(secret: &[u8], body: &[u8]) -> String {
        digest(keyed(secret, &[body])).iter().fold(String::new(), |text, byte| format!("{text}{byte:02x}"))
    }

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(seconds, 0).unwrap()
    }

    #[test]
    fn the_digests_are_those_of_the_documentation() {
        // The example of GitHub's page on validating deliveries.
        let sent = headers(&[(
            "x-hub-signature-256",
            "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17".to_owned(),
        )]);
        let secret = b"It's a Secret to Everybody";
        assert_eq!(check(Kind::GitHub, &sent, b"Hello, World!", secret, at(0)), Ok(()));
        assert_eq!(check(Kind::GitHub, &sent, b"Hello, World?", secret, at(0)), Err(Refused::Forged));
        // Its prefix is part of it, and Gitea's own header has none.
        let bare = headers(&[("x-hub-signature-256", hex(secret, b"Hello, World!"))]);
        assert_eq!(check(Kind::GitHub, &bare, b"Hello, World!", secret, at(0)), Err(Refused::Forged));
        assert_eq!(check(Kind::Gitea, &sent, b"Hello, World!", secret, at(0)), Ok(()));
    }

    #[test]
    fn a_signature_by_sha_1_alone_is_none() {
        let sent =
            headers(&[("x-hub-signature", "sha1=0123456789012345678901234567890123456789".to_owned())]);
        assert_eq!(
            check(Kind::GitHub, &sent, b"", b"secret", at(0)),
            Err(Refused::Unsigned("X-Hub-Signature-256"))
        );
    }

    #[test]
    fn a_wrong_signature_of_forgejo_is_not_rescued_by_a_right_one_of_gitea() {
        let sent = headers(&[
            ("x-forgejo-signature", hex(b"other", b"body")),
            ("x-gitea-signature", hex(b"secret", b"body")),
        ]);
        assert_eq!(check(Kind::Gitea, &sent, b"body", b"secret", at(0)), Err(Refused::Forged));
    }

    fn standard(key: &[u8], id: &str, time: &str, body: &[u8]) -> String {
        let parts = [id.as_bytes(), b".", time.as_bytes(), b".", body];
        format!("v1,{}", STANDARD.encode(digest(keyed(key, &parts))))
    }

    #[test]
    fn the_signed_form_is_of_id_time_and_body_and_of_now() {
        // The example of the Standard Webhooks libraries.
        let secret = b"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
        let body = br#"{"test": 2432232314}"#;
        let with = |time: &str, signature: &str| {
            headers(&[
                ("webhook-id", "msg_p5jXN8AQM9LWM0D4loKWxJek".to_owned()),
                ("webhook-timestamp", time.to_owned()),
                ("webhook-signature", signature.to_owned()),
            ])
        };
        let right = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";
        let sent = with("1614265330", right);
        let told = |sent: &HeaderMap, now| check(Kind::GitLab, sent, body, secret, at(now));
        assert_eq!(told(&sent, 1_614_265_330), Ok(()));
        assert_eq!(told(&sent, 1_614_265_330 + TOLERANCE), Ok(()));
        assert_eq!(told(&sent, 1_614_265_331 + TOLERANCE), Err(Refused::Stale));
        assert_eq!(told(&sent, 1_614_265_329 - TOLERANCE), Err(Refused::Stale));
        assert_eq!(told(&with("1614265331", right), 1_614_265_330), Err(Refused::Forged));
        let two = with("1614265330", &format!("v1,AAAA v1a,x {right}"));
        assert_eq!(told(&two, 1_614_265_330), Ok(()), "while keys change, there are several");
        let token = headers(&[("x-gitlab-token", String::from_utf8_lossy(secret).into_owned())]);
        assert_eq!(told(&token, 1_614_265_330), Err(Refused::Unsigned("webhook-id")));
        // Signed by ourselves, with a time that is none.
        let key = STANDARD.decode(&secret[SIGNING.len()..]).unwrap();
        let id = "msg_p5jXN8AQM9LWM0D4loKWxJek";
        for time in ["", "soon", "99999999999999999999", "-1614265330"] {
            assert_eq!(
                told(&with(time, &standard(&key, id, time, body)), 0),
                Err(Refused::Stale),
                "{time:?}"
            );
        }
    }

    proptest! {
        #[test]
        fn no_altered_body_passes(
            body in proptest::collection::vec(any::<u8>(), 1..200),
            secret in proptest::collection::vec(any::<u8>(), 1..80),
            place in any::<prop::sample::Index>(),
            bit in 0..8_u32,
            cut in any::<bool>(),
        ) {
            let mut altered = body.clone();
            let place = place.index(body.len());
            if cut { altered.truncate(place) } else { altered[place] ^= 1 << bit }
            let time = "1614265330";
            let signing = [SIGNING, STANDARD.encode(&secret).as_bytes()].concat();
            let cases = [
                (Kind::GitHub, secret.clone(), vec![("x-hub-signature-256", format!("sha256={}", hex(&secret, &body)))]),
                (Kind::Gitea, secret.clone(), vec![("x-gitea-signature", hex(&secret, &body))]),
                (Kind::Gitea, secret.clone(), vec![("x-forgejo-signature", hex(&secret, &body))]),
                (Kind::GitLab, signing, vec![
                    ("webhook-id", "id".to_owned()),
                    ("webhook-timestamp", time.to_owned()),
                    ("webhook-signature", standard(&secret, "id", time, &body)),
                ]),
            ];
            for (kind, secret, pairs) in cases {
                let headers = headers(&pairs);
                prop_assert_eq!(check(kind, &headers, &body, &secret, at(1_614_265_330)), Ok(()));
                prop_assert_eq!(check(kind, &headers, &altered, &secret, at(1_614_265_330)), Err(Refused::Forged));
            }
        }

        #[test]
        fn no_header_makes_it_panic_or_pass(value in "[ -~]{0,120}", secret in "[ -~]{1,40}") {
            for (kind, name) in [
                (Kind::GitHub, "x-hub-signature-256"),
                (Kind::Gitea, "x-gitea-signature"),
                (Kind::GitLab, "x-gitlab-token"),
                (Kind::GitLab, "webhook-signature"),
            ] {
                prop_assume!(value.trim() != secret.trim());
                let sent = headers(&[(name, value.clone())]);
                prop_assert!(check(kind, &sent, b"body", secret.as_bytes(), at(0)).is_err());
            }
        }
    }
}
