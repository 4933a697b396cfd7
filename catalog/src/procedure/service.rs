//! Which service a procedure's queries are for, told by its magics and imports.

use crate::notebook::{CellKind, Notebook};

/// The services that are told apart.
pub const SERVICES: [&str; 6] = ["taegis", "sentinel", "defender", "splunk", "elastic", "other"];

/// The most lines that are looked at in one cell.
const MAX_LINES: usize = 2000;

/// The service that the first query magic belongs to; without one, that of the first import or query provider.
///
/// `%kql` serves Sentinel and Defender alike: a query provider tells which, and Sentinel is meant where none does.
pub(crate) fn service(notebook: &Notebook) -> Option<&'static str> {
    let (mut magic, mut import, mut provider) = (None, None, None);
    for cell in notebook.cells.iter().filter(|cell| cell.kind != CellKind::Markdown) {
        for line in cell.source.lines().take(MAX_LINES) {
            let line = line.trim_start();
            let first = line.bytes().next().unwrap_or_default();
            if first == b'%' {
                magic = magic.or_else(|| of_magic(line));
            } else if matches!(first, b'i' | b'f') {
                import = import.or_else(|| of_import(line));
            }
            if provider.is_none() && line.contains("QueryProvider(") {
                provider = of_provider(line);
            }
        }
    }
    match magic.or(provider).or(import) {
        Some("sentinel") => provider.or(Some("sentinel")),
        found => found,
    }
}

fn of_magic(line: &str) -> Option<&'static str> {
    let name = line.trim_start_matches('%').split_whitespace().next()?;
    match name {
        "taegis" | "generate_report" => Some("taegis"),
        "kql" => Some("sentinel"),
        "splunk" | "spl" => Some("splunk"),
        "eql" | "esql" | "elastic" | "elasticsearch" => Some("elastic"),
        _ => None,
    }
}

fn of_import(line: &str) -> Option<&'static str> {
    let module = line.strip_prefix("import ").or_else(|| line.strip_prefix("from "))?.trim_start();
    match module.split(|c: char| !(c.is_alphanumeric() || c == '_')).next()? {
        "taegis_sdk_python" | "taegis_magic" => Some("taegis"),
        "msticpy" => Some("sentinel"),
        "splunklib" => Some("splunk"),
        "elasticsearch" | "elasticsearch_dsl" | "eland" | "eql" => Some("elastic"),
        _ => None,
    }
}

fn of_provider(line: &str) -> Option<&'static str> {
    let argument = line.split_once("QueryProvider(")?.1.trim_start().trim_start_matches("data_environment=");
    let name = argument.trim_start_matches(['"', '\'']).split(['"', '\'', ')', ',']).next()?;
    match name.to_ascii_lowercase().as_str() {
        "mssentinel" | "azuresentinel" | "loganalytics" | "mssentinel_new" | "msgraph" => Some("sentinel"),
        "m365d" | "mde" | "m365dgraph" | "securitygraph" => Some("defender"),
        "splunk" => Some("splunk"),
        "elastic" => Some("elastic"),
        _ => None,
    }
}
