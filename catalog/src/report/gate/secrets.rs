//! Credentials, by shapes that their issuers chose to be told by, and by what they are called where they are given.
//! Hashes, GUIDs and base64 are none.

use super::passages::{Origin, Passage};
use super::views::CELL;
use super::{Found, Said};
use crate::instance::secrets_in;
use regex::Regex;
use std::ops::Range;
use std::sync::LazyLock;

/// What stands in for a password where an address is explained.
static EXAMPLE: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"(?i):(?:pass(?:word|wd)?|pwd|secret|token|x+|\*+|\.+|…|[<{$%\[].*)@$").ok()
});

/// What is sent with a request to say who asks, and where a database is with its password. In results it is evidence;
/// elsewhere it is ours.
static SENT: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r#"(?ix)(?-u:\b)authorization['"]?\s*[:=]\s*['"]?(?:bearer|basic|splunk|apikey|ssws|token)\s+[a-z0-9+/=._~-]{16,}
        | (?-u:\b)(?:x-api-?key|x-auth-token|x-vault-token|private-token)['"]?\s*[:=]\s*['"]?[a-z0-9+/=._~-]{16,}
        | (?-u:\b)(?:server|driver|data\ source|host|uid|user\ id)=[^\n]{1,200};\s*(?:password|pwd)=[^;\s'"*<{$]{4,}
        | (?-u:\b)[a-z][a-z0-9+.-]{1,20}://:[^\s/@:*<{$]{6,}@"#,
    )
    .ok()
});

/// A value that is called a secret where it is given: `CLIENT_SECRET = "…"`. In a table the name is in the cell before.
static GIVEN: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(&format!(
        r#"(?i)(?:(?:client|app|consumer|shared|webhook)[_-]?secret|(?:api|secret|secret[_-]?access|signing|encryption)[_-]?key|(?:access|refresh|auth|session|api|bearer|bot)[_-]?token)(['"]?\s*(?:[=:]|{CELL})\s*['"]?)([a-z0-9+/=_.~-]{{16,}})"#,
    ))
    .ok()
});

/// What a hash and a GUID are written with.
static DIGEST: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"^[0-9a-fA-F-]+$").ok());

pub(super) fn check(passage: &Passage, found: &mut Found<'_>) {
    let is_result = passage.origin == Origin::Result;
    for view in &passage.views {
        for (what, range) in secrets_in(view) {
            if what == "an address with a password" {
                let is_example =
                    EXAMPLE.as_ref().is_some_and(|example| example.is_match(&view[range.clone()]));
                // What a host was seen to ask for is a result.
                if is_example || is_result {
                    continue;
                }
            }
            say(passage, view, range, &format!("this looks like {what}"), found);
        }
        if !is_result {
            for hit in SENT.iter().flat_map(|sent| sent.find_iter(view)) {
                say(passage, view, hit.range(), "this looks like what a request says who asks by", found);
            }
        }
        for range in given(view, is_result) {
            say(passage, view, range, "this is called a secret, and looks like one", found);
        }
    }
}

/// Values that are called a secret, hashes and GUIDs apart. What telemetry holds of them (`?access_token=…` in an address) is
/// evidence: in results only what is a pair of name and value counts.
fn given(view: &str, is_result: bool) -> Vec<Range<usize>> {
    let hits = GIVEN.iter().flat_map(|given| given.captures_iter(view));
    hits.filter_map(|hit| {
        let (sign, value) = (hit.get(1)?.as_str(), hit.get(2)?);
        let has = |is: fn(&u8) -> bool| value.as_str().bytes().any(|byte| is(&byte));
        let is_random = has(u8::is_ascii_digit) && has(u8::is_ascii_alphabetic);
        let is_pair = sign.starts_with(['\'', '"']) || sign.contains(CELL);
        let is_digest = || DIGEST.as_ref().is_some_and(|digest| digest.is_match(value.as_str()));
        let is_one = is_random
            && (!is_result || is_pair && has(u8::is_ascii_uppercase) && value.len() >= 20)
            && !is_digest();
        is_one.then(|| value.range())
    })
    .collect()
}

fn say(passage: &Passage, view: &str, range: Range<usize>, message: &str, found: &mut Found<'_>) {
    let help = "take it out and revoke it; where it is evidence, show its first letters only";
    found.blotted(passage, view, range, Said { code: "secret", message, help });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_shape_is_a_regular_expression() {
        assert!(SENT.is_some() && GIVEN.is_some() && DIGEST.is_some());
    }

    #[test]
    fn what_is_called_a_secret_is_one_where_it_is_given() {
        let random = "q8Zt2LxV7mRk4WpN9sYb";
        for (text, in_results) in [
            (format!("CLIENT_SECRET = \"{random}\""), false),
            (format!("AWS_SECRET_ACCESS_KEY={random}"), false),
            (format!("{{'access_token': '{random}'}}"), true),
            (format!("\u{1f}api_key\u{1f}{random}"), true),
        ] {
            assert_eq!(given(&text, false).len(), 1, "{text}");
            assert_eq!(given(&text, true).len(), usize::from(in_results), "{text}");
        }
        for text in [
            "client_secret: ****************",
            "api_key=xxxxxxxxxxxxxxxxxxxxxxxx",
            "access_token: none",
            "refresh_token_expires_in_seconds: 3600",
            "token=9f86d081884c7d659a2feaa0c55ad015",
            "session_token: 9f86d081-884c-7d65-9a2f-eaa0c55ad015",
        ] {
            assert!(given(text, false).is_empty(), "{text}");
        }
        assert!(given("\"api_key\": \"9f86d081884c7d659a2feaa0c55ad015\"", true).is_empty());
    }
}
