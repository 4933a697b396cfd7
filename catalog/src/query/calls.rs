//! Calls in Python that ask a service: of the Taegis SDK, msticpy, and clients of Splunk, Elastic and databases.

use super::QueryLanguage;
use super::magic::is_identifier;
use std::collections::HashSet;

/// The most calls that are told of one cell.
const MAX_CALLS: usize = 200;

/// The longest chain of names before a bracket, in bytes.
const MAX_CHAIN: usize = 200;

/// Names that were given something, over the cells of a notebook.
#[derive(Debug, Default)]
pub(super) struct Names {
    /// Names of texts that are listed as queries.
    told: HashSet<String>,
    /// Names of msticpy's query providers.
    providers: HashSet<String>,
}

impl Names {
    pub(super) fn told(&mut self, name: &str) {
        if self.told.len() < MAX_CALLS {
            self.told.insert(name.to_owned());
        }
    }

    pub(super) fn is_told(&self, name: &str) -> bool {
        self.told.contains(name)
    }
}

/// A call that asks a query.
#[derive(Debug)]
pub(super) struct Call {
    /// Where it stands.
    pub(super) at: usize,
    /// What is called, as written.
    pub(super) name: String,
    /// Where the text begins that it is handed, if it is handed one.
    pub(super) text: Option<usize>,
    /// The name that it is handed instead.
    pub(super) variable: Option<String>,
    /// The name that its answer is given.
    pub(super) assigned: Option<String>,
    /// The language, where the call alone tells it.
    pub(super) language: Option<QueryLanguage>,
}

/// The calls of a cell that ask a query, in order. `strings` are the texts in it. One pass.
pub(super) fn calls(source: &str, strings: &[(usize, &str)], names: &mut Names) -> Vec<Call> {
    let bytes = source.as_bytes();
    let mut found = Vec::new();
    let mut texts = strings.iter().peekable();
    let (mut at, mut comment) = (0, false);
    while at < bytes.len() && found.len() < MAX_CALLS {
        if let Some((start, text)) = texts.next_if(|(start, _)| *start <= at + 1) {
            at = start + text.len() + 1;
            continue;
        }
        match bytes[at] {
            b'\n' => comment = false,
            b'#' => comment = true,
            b'(' if !comment => found.extend(call(source, at, strings, names)),
            _ => {}
        }
        at += 1;
    }
    found
}

/// The call whose bracket opens at a place.
fn call(source: &str, bracket: usize, strings: &[(usize, &str)], names: &mut Names) -> Option<Call> {
    let before = &source.as_bytes()[bracket.saturating_sub(MAX_CHAIN)..bracket];
    let len = before.iter().rev().take_while(|&&byte| is_chain(byte)).count();
    let at = bracket - len;
    let name = &source[at..bracket];
    let (on, method) = name.rsplit_once('.').unwrap_or(("", name));
    if method == "QueryProvider" {
        if let Some(provider) = assigned_before(source, at)
            && names.providers.len() < MAX_CALLS
        {
            names.providers.insert(provider.to_owned());
        }
        return None;
    }
    let last = on.rsplit('.').next().unwrap_or_default();
    let language = match method {
        "exec_query" if !on.is_empty() => None,
        "execute_query"
        | "query_workspace"
        | "query_loganalytics"
        | "event_query"
        | "alerts_service_search"
            if !on.is_empty() =>
        {
            matches!(method, "event_query" | "alerts_service_search").then_some(QueryLanguage::Cql)
        }
        "oneshot" | "export" | "create" if last == "jobs" => Some(QueryLanguage::Spl),
        "search" if last == "eql" => Some(QueryLanguage::Eql),
        "query" if last == "esql" => Some(QueryLanguage::Esql),
        "sql" if last == "spark" => Some(QueryLanguage::Sql),
        "read_sql" | "read_sql_query" if !on.is_empty() => Some(QueryLanguage::Sql),
        _ if is_built_in(on, names) => None,
        _ => return None,
    };
    let built_in = is_built_in(on, names);
    let from = bracket + 1;
    let arguments = &source[from..source.floor_char_boundary(from + 400)];
    // `'?'` asks what a built-in query takes.
    if built_in && (arguments.trim_start().starts_with("'?'") || arguments.trim_start().starts_with("\"?\""))
    {
        return None;
    }
    let mut call = Call {
        at,
        name: name.to_owned(),
        text: None,
        variable: None,
        assigned: assigned_before(source, at).map(str::to_owned),
        language,
    };
    if !built_in {
        let argument = query_argument(arguments);
        let argument_at = from + arguments.len() - argument.len();
        let prefix = argument.bytes().take_while(u8::is_ascii_alphabetic).count();
        let quotes = argument[prefix..].bytes().take_while(|byte| matches!(byte, b'"' | b'\'')).count();
        if prefix <= 2 && quotes > 0 {
            let opens = argument_at + prefix;
            let first = strings.partition_point(|(start, _)| *start <= opens);
            call.text = strings.get(first).map(|(start, _)| *start).filter(|start| *start <= opens + 3);
        } else {
            let name = argument.split([',', ')', '\n']).next().unwrap_or_default().trim();
            call.variable = is_identifier(name).then(|| name.to_owned());
        }
    }
    Some(call)
}

/// The argument that is the query: the first, or the one that is named so.
fn query_argument(arguments: &str) -> &str {
    for key in ["query=", "query =", "cql_query=", "cql=", "sql=", "body="] {
        if let Some(at) = arguments.find(key)
            && !arguments[..at].contains(['(', ')'])
            && arguments[..at].bytes().next_back().is_none_or(|byte| !is_chain(byte))
        {
            return arguments[at + key.len()..].trim_start();
        }
    }
    arguments.trim_start()
}

/// Whether a call on these names is one of a query provider's own queries: `qry_prov.Azure.list_all_signins_geo`.
fn is_built_in(on: &str, names: &Names) -> bool {
    let Some((provider, group)) = on.split_once('.') else { return false };
    let grouped = group.starts_with(|c: char| c.is_ascii_uppercase()) && is_identifier(group);
    grouped
        && (names.providers.contains(provider) || provider.starts_with("qry_") || provider.ends_with("_prov"))
}

/// The name that what begins at a place is given: `NAME = `.
pub(super) fn assigned_before(source: &str, at: usize) -> Option<&str> {
    let window = source.ceil_char_boundary(at.saturating_sub(200));
    let line = source[window..at].rsplit('\n').next()?;
    // A text's own prefix and quotes, and an opening bracket, stand between.
    let line = line.trim_end_matches(['"', '\'']);
    let line = line.trim_end_matches(|c: char| c.is_ascii_alphabetic()).trim_end_matches(['(', ' ']);
    let (name, value) = line.split_once('=')?;
    (value.trim().is_empty() && is_identifier(name.trim())).then(|| name.trim())
}

/// Whether a text is nothing but something to be filled in.
pub(super) fn is_placeholder(text: &str) -> bool {
    let text = text.trim();
    text.starts_with('{')
        && text.find('}') == Some(text.len() - 1)
        && is_identifier(text.trim_matches(['{', '}', ' ']))
}

fn is_chain(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.')
}
