//! Whose notebook it was: keys and names of the tenant, found where something says that they are.

use super::code::Named;
use super::tidy::is_ours;
use super::work::{Known, Reach, Work};
use crate::attack::TechniqueId;
use crate::report::gate::is_common_word;
use regex::Regex;
use std::sync::LazyLock;

/// The most values of tenants that are looked for.
const MOST: usize = 60;

/// What a tenant goes by, and the parameter for it: words before the value, in code and in prose.
static CUES: LazyLock<Vec<(Regex, &'static str)>> = LazyLock::new(|| {
    let cues = [
        (r#"(?i)--tenant(?:[_-]?id)?[=\s]+["']?([A-Za-z0-9][\w.-]{0,99})"#, "TENANT_ID"),
        (r#"(?i)--(?:region|environment)[=\s]+["']?([A-Za-z0-9][\w.-]{0,99})"#, "REGION"),
        (
            r#"(?i)\bworkspace(?:[\s_-]*(?:id|name))?\s*(?:\(|=|:)\s*["'`]?([A-Za-z0-9][\w.-]{3,99})"#,
            "WORKSPACE_ID",
        ),
        (r#"(?i)\btenant\(\s*["']([A-Za-z0-9][\w.-]{3,99})"#, "DIRECTORY_ID"),
        (
            r#"(?i)tenants?(?:[\s_-]*(?:id|key|number|no\.?))?["'`*]*\s*(?:\(|is\s|=|:|/|#)?\s*["'`(*]*([A-Za-z0-9][\w.-]{3,99})"#,
            "TENANT_ID",
        ),
        (r"(?i)\b([a-z0-9][a-z0-9-]{2,60})\.(?:onmicrosoft|sharepoint|splunkcloud)\.com", "TENANT_NAME"),
        (
            r#"(?:\b[Cc]ustomer|\b[Cc]lient|\b[Tt]enant)(?:'s name)?(?: is|:)?\s+["'`*“]*([A-Z][a-z]{3,}(?:[A-Z][a-z]+)*)\b"#,
            "TENANT_NAME",
        ),
    ];
    cues.into_iter().filter_map(|(cue, name)| Some((Regex::new(cue).ok()?, name))).collect()
});

/// What stands in a value's place and is none.
const NO_VALUES: [&str; 16] = [
    "none",
    "null",
    "true",
    "false",
    "common",
    "organizations",
    "default",
    "main",
    "prod",
    "test",
    "your",
    "tenant",
    "tenant_id",
    "workspace",
    "workspace_id",
    "string",
];

/// The parameter that a value with such a name is, if it is the tenant's.
pub(super) fn parameter_for(name: &str, service: &str) -> Option<&'static str> {
    let lower = name.to_lowercase();
    let last = lower.rsplit('.').next().unwrap_or_default();
    let is_kusto = matches!(service, "sentinel" | "defender");
    let named = last.ends_with("name");
    match last {
        "region" | "taegis_environment" | "taegis_region" | "taegis_env" => Some("REGION"),
        last if last.contains("workspace") => Some(if is_kusto { "WORKSPACE_ID" } else { "TENANT_ID" }),
        last if last.contains("directory_id") || last == "aad_tenant" => Some("DIRECTORY_ID"),
        last if last.contains("tenant") && named => Some("TENANT_NAME"),
        last if last.contains("tenant") && is_kusto => Some("DIRECTORY_ID"),
        last if last.contains("tenant") => Some("TENANT_ID"),
        last if last.contains("customer") && (last.ends_with("id") || last.ends_with("key")) => {
            Some("TENANT_ID")
        }
        "customer" | "customer_name" | "client_name" | "customername" => Some("CUSTOMER_NAME"),
        _ => None,
    }
}

/// Finds what belongs to the tenant, by what stands before it and by names of values.
pub(super) fn find(work: &mut Work<'_>) {
    let mut found: Vec<Known> = Vec::new();
    for piece in &work.pieces {
        if let Some(code) = piece.code() {
            found.extend(code.named.iter().filter_map(|named| of_named(named, work.service)));
        }
        for (cue, name) in CUES.iter() {
            for hit in cue.captures_iter(&piece.source).take(MOST) {
                let value = hit.get(1).map_or("", |value| value.as_str()).trim_end_matches(['.', '-', '_']);
                let is_name = *name == "TENANT_NAME";
                let telling =
                    is_name && !is_common_word(value) || value.bytes().any(|byte| byte.is_ascii_digit());
                let flag = matches!(*name, "REGION") || cue.as_str().starts_with("(?i)--");
                if telling || flag {
                    found.extend(known(value, name_on(name, work.service)));
                }
            }
        }
    }
    // Not all of them have the key under one name.
    for name in work.about.names {
        let is_key = name.bytes().any(|byte| byte.is_ascii_digit());
        let own = if is_key { work.tenant_name() } else { "TENANT_NAME" };
        found.extend(known(name, own).map(|known| Known { reach: known.reach.max(Reach::Words), ..known }));
    }
    for one in found {
        let bare = one.value.trim_start_matches('0').to_owned();
        let joined = one.value.replace('-', "");
        for value in [one.value.clone(), bare, joined] {
            let known = |known: &&mut Known| known.value.eq_ignore_ascii_case(&value);
            if let Some(own) = work.known.iter_mut().find(known) {
                own.reach = own.reach.max(one.reach);
                continue;
            }
            if work.known.len() < MOST && value.len() >= one.value.len().min(4) {
                work.known.push(Known { value, ..one.clone() });
            }
        }
    }
    // The longest first: one may be a part of the other.
    work.known.sort_by(|one, other| {
        other.value.len().cmp(&one.value.len()).then_with(|| one.value.cmp(&other.value))
    });
    // A tenant beside a workspace is the directory.
    let has_workspace = work.known.iter().any(|known| known.name == "WORKSPACE_ID");
    if !has_workspace && work.tenant_name() == "WORKSPACE_ID" {
        for known in work.known.iter_mut().filter(|known| known.name == "DIRECTORY_ID") {
            "TENANT_ID".clone_into(&mut known.name);
        }
    }
}

fn name_on(name: &'static str, service: &str) -> &'static str {
    match (name, service) {
        ("TENANT_ID", "sentinel" | "defender") => "DIRECTORY_ID",
        ("WORKSPACE_ID", other) if !matches!(other, "sentinel" | "defender") => "TENANT_ID",
        (name, _) => name,
    }
}

fn of_named(named: &Named, service: &str) -> Option<Known> {
    let connects =
        named.name == "host" && named.call.as_deref().is_some_and(|call| call.ends_with("connect"));
    let name = match parameter_for(&named.name, service) {
        Some(name) => name,
        None if connects && service == "splunk" => "TENANT_ID",
        None => return None,
    };
    known(named.literal.as_deref()?, name)
}

fn known(value: &str, name: &str) -> Option<Known> {
    let value = value.trim();
    let lower = value.to_lowercase();
    let is_none = value.len() < 2
        || value.len() > 200
        || value.contains('\n')
        || value.starts_with(['$', '{', '<', '%'])
        || NO_VALUES.iter().any(|none| lower == *none || lower.starts_with("your"))
        || value.parse::<TechniqueId>().is_ok()
        || is_ours(value)
        || lower.ends_with("_id")
        || super::window::is_date(value);
    if is_none {
        return None;
    }
    let has_digit = value.bytes().any(|byte| byte.is_ascii_digit());
    let reach = match value.len() {
        _ if name == "REGION" => Reach::Place,
        5.. if has_digit || value.contains('.') => Reach::Anywhere,
        4.. if has_digit || !value.split_whitespace().all(is_common_word) => Reach::Words,
        _ => Reach::Place,
    };
    Some(Known { value: value.to_owned(), name: name.to_owned(), reach })
}
