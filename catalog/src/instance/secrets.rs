//! Values that are shaped like a credential. Only shapes that issuers chose to be told by: a hash or a GUID is none.

use regex::{Regex, RegexSet};
use serde_json::Value;
use std::ops::Range;
use std::sync::LazyLock;

/// What it is, and how it looks.
const SHAPES: [(&str, &str); 15] = [
    ("a key of AWS", r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b"),
    ("a token of GitHub", r"\b(?:gh[pousr]_[A-Za-z0-9]{36,}|github_pat_[A-Za-z0-9_]{22,})"),
    ("a token of GitLab", r"\bglpat-[A-Za-z0-9_-]{20,}"),
    ("a token of Slack", r"\bxox[abeoprs]-[A-Za-z0-9-]{10,}"),
    ("a key of Google", r"\bAIza[0-9A-Za-z_-]{35}"),
    ("a key of Stripe", r"\b[rs]k_live_[0-9A-Za-z]{20,}"),
    ("a token of npm", r"\bnpm_[A-Za-z0-9]{36}"),
    ("a token of PyPI", r"\bpypi-AgEI[A-Za-z0-9_-]{50,}"),
    ("a token of HashiCorp Vault", r"\bhv[sbr]\.[A-Za-z0-9_-]{24,}"),
    (
        "a secret of an Azure application",
        r"(?:^|[^A-Za-z0-9_~.-])[A-Za-z0-9_~.-]{3}[0-9]Q~[A-Za-z0-9_~.-]{31,34}",
    ),
    ("a key of an Azure storage account", r"(?i)\bAccountKey=[A-Za-z0-9+/]{80,}={0,2}"),
    ("a signature of Azure storage", r"(?i)[?&]sig=[A-Za-z0-9%+/]{30,}"),
    ("a JSON web token", r"\beyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}"),
    ("a private key", r"-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY"),
    ("an address with a password", r"\b[a-z][a-z0-9+.-]*://[^\s/:@]+:[^\s/@]+@"),
];

static SET: LazyLock<Option<RegexSet>> =
    LazyLock::new(|| RegexSet::new(SHAPES.iter().map(|(_, shape)| shape)).ok());

/// What a value is shaped like, if it is shaped like a credential.
pub(super) fn shape(value: &Value) -> Option<&'static str> {
    match value {
        Value::String(text) => {
            let found = SET.as_ref()?.matches(text).iter().next()?;
            Some(SHAPES[found].0)
        }
        Value::Array(list) => list.iter().find_map(shape),
        Value::Object(map) => map.values().find_map(shape),
        _ => None,
    }
}

static EACH: LazyLock<Vec<Regex>> =
    LazyLock::new(|| SHAPES.iter().filter_map(|(_, shape)| Regex::new(shape).ok()).collect());

/// What in a text is shaped like a credential, and its bytes.
pub(crate) fn secrets_in(text: &str) -> Vec<(&'static str, Range<usize>)> {
    let Some(set) = SET.as_ref() else { return Vec::new() };
    let shapes = set.matches(text).into_iter().filter_map(|at| Some((SHAPES[at].0, EACH.get(at)?)));
    shapes.flat_map(|(what, shape)| shape.find_iter(text).map(move |hit| (what, hit.range()))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_shape_is_a_regular_expression() {
        assert!(SET.is_some());
        assert_eq!(EACH.len(), SHAPES.len());
    }
}
