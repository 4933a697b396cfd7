//! Values that are shaped like a credential. Only shapes that issuers chose to be told by: a hash or a GUID is none.

use regex::{Regex, RegexSet};
use serde_json::Value;
use std::ops::Range;
use std::sync::LazyLock;

/// What it is, and how it looks. `\b` of ASCII, for the other one is slow where letters are not.
const SHAPES: [(&str, &str); 30] = [
    ("a key of AWS", r"(?-u:\b)(?:AKIA|ASIA)[0-9A-Z]{16}(?-u:\b)"),
    ("a token of GitHub", r"(?-u:\b)(?:gh[pousr]_[A-Za-z0-9]{36,}|github_pat_[A-Za-z0-9_]{22,})"),
    ("a token of GitLab", r"(?-u:\b)glpat-[A-Za-z0-9_-]{20,}"),
    ("a token of Slack", r"(?-u:\b)xox[abeoprs]-[A-Za-z0-9-]{10,}"),
    ("a key of Google", r"(?-u:\b)AIza[0-9A-Za-z_-]{35}"),
    ("a key of Stripe", r"(?-u:\b)[rs]k_live_[0-9A-Za-z]{20,}"),
    ("a token of npm", r"(?-u:\b)npm_[A-Za-z0-9]{36}"),
    ("a token of PyPI", r"(?-u:\b)pypi-AgEI[A-Za-z0-9_-]{50,}"),
    ("a token of HashiCorp Vault", r"(?-u:\b)hv[sbr]\.[A-Za-z0-9_-]{24,}"),
    (
        "a secret of an Azure application",
        r"(?:^|[^A-Za-z0-9_~.-])[A-Za-z0-9_~.-]{3}[0-9]Q~[A-Za-z0-9_~.-]{31,34}",
    ),
    ("a key of an Azure storage account", r"(?i)(?-u:\b)AccountKey=[A-Za-z0-9+/]{80,}={0,2}"),
    ("a signature of Azure storage", r"(?i)[?&]sig=[A-Za-z0-9%+/]{30,}"),
    ("a JSON web token", r"(?-u:\b)eyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}"),
    ("a private key", r"-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY"),
    ("a token of Google", r"(?-u:\b)(?:ya29\.[A-Za-z0-9_-]{40,}|GOCSPX-[A-Za-z0-9_-]{24,})"),
    ("a token of GitLab", r"(?-u:\b)(?:glrt|gldt|glft|glptt|glsoat|glimt|glagent|glcbt)-[A-Za-z0-9_-]{20,}"),
    (
        "an address that a chat takes messages by",
        r"//(?:hooks\.slack\.com/(?:services|workflows|triggers)/[A-Za-z0-9]{6,}/|(?:ptb\.|canary\.)?discord(?:app)?\.com/api/webhooks/[0-9]{15,}/|[a-z0-9-]+\.webhook\.office\.com/webhookb2/)[A-Za-z0-9_@/-]{16,}",
    ),
    ("a token of Slack", r"(?-u:\b)xapp-[0-9]-[A-Z0-9]{6,}-[0-9]{8,}-[a-f0-9]{32,}"),
    ("a key of Azure", r"(?-u:\b)SharedAccessKey=[A-Za-z0-9+/]{40,}={0,2}"),
    (
        "a key of a language model's maker",
        r"(?-u:\b)sk-(?:ant-[a-z0-9]+-[A-Za-z0-9_-]{60,}|proj-[A-Za-z0-9_-]{40,}|[A-Za-z0-9]{20}T3BlbkFJ[A-Za-z0-9]{20})",
    ),
    ("a token of Hugging Face", r"(?-u:\b)hf_[A-Za-z0-9]{34}(?-u:\b)"),
    ("a key of a mailer", r"(?-u:\b)SG\.[A-Za-z0-9_-]{22}\.[A-Za-z0-9_-]{43}"),
    (
        "a token of a cloud",
        r"(?-u:\b)(?:do[opr]_v1_[a-f0-9]{64}|dapi[a-f0-9]{32}(?:-[0-9])?(?-u:\b)|dckr_pat_[A-Za-z0-9_-]{24,}|NRAK-[A-Z0-9]{27})",
    ),
    ("a token of Grafana", r"(?-u:\b)glsa_[A-Za-z0-9]{32}_[a-f0-9]{8}"),
    ("a token of Atlassian", r"(?-u:\b)ATATT3[A-Za-z0-9_=-]{60,}"),
    ("a token of Okta", r"(?-u:\b)SSWS 00[A-Za-z0-9_-]{38,}"),
    ("a token of Linear", r"(?-u:\b)lin_api_[A-Za-z0-9]{40}"),
    ("a token of Terraform", r"(?-u:\b)[A-Za-z0-9]{14}\.atlasv1\.[A-Za-z0-9_=-]{60,}"),
    ("a private key", r"(?-u:\b)AGE-SECRET-KEY-1[A-Z0-9]{50,}"),
    ("an address with a password", r"(?-u:\b)[a-z][a-z0-9+.-]*://[^\s/:@]+:[^\s/@]+@"),
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
