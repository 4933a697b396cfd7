//! Credentials, by shapes that their issuers chose to be told by. Hashes, GUIDs and base64 are none.

use super::passages::{Origin, Passage};
use super::{Found, Said};
use crate::instance::secrets_in;
use regex::Regex;
use std::sync::LazyLock;

/// What stands in for a password where an address is explained.
static EXAMPLE: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"(?i):(?:pass(?:word|wd)?|pwd|secret|token|x+|\*+|\.+|…|[<{$%\[].*)@$").ok()
});

/// What is sent with a request to say who asks. In results it is evidence; elsewhere it is ours.
static BEARER: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"(?i)\bauthorization['\x22]?\s*[:=]\s*['\x22]?(?:bearer|basic)\s+[a-z0-9+/=._~-]{16,}").ok()
});

pub(super) fn check(passage: &Passage, found: &mut Found<'_>) {
    for view in &passage.views {
        for (what, range) in secrets_in(view) {
            if what == "an address with a password" {
                let is_example =
                    EXAMPLE.as_ref().is_some_and(|example| example.is_match(&view[range.clone()]));
                // What a host was seen to ask for is a result.
                if is_example || passage.origin == Origin::Result {
                    continue;
                }
            }
            say(passage, view, range, &format!("this looks like {what}"), found);
        }
        if passage.origin != Origin::Result {
            for hit in BEARER.iter().flat_map(|bearer| bearer.find_iter(view)) {
                say(passage, view, hit.range(), "this looks like what a request says who asks by", found);
            }
        }
    }
}

fn say(passage: &Passage, view: &str, range: std::ops::Range<usize>, message: &str, found: &mut Found<'_>) {
    let help = "take it out and revoke it; where it is evidence, show its first letters only";
    found.blotted(passage, view, range, Said { code: "secret", message, help });
}
