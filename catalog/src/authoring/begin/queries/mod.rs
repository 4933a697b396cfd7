//! The code of a new procedure, service by service: parameters, what is set up, queries each with the cell that looks at its
//! answer, and what is written at the end.
//!
//! Queries name their tenant, window and limit in their service's own words. The first of each pair is the control: how much
//! there was to look at.

mod elastic;
mod kusto;
mod names;
mod none;
mod splunk;
mod sql;
mod taegis;

pub(super) use names::Names;

use super::{Beginning, Service};
use serde_json::Value;

/// Rows beyond which a query is not read.
const MAX_ROWS: usize = 10_000;

/// The cells that ask a service.
#[derive(Debug)]
pub(super) struct Asked {
    /// The cell of defaults.
    pub(super) parameters: String,
    /// The cell that runs before all queries.
    pub(super) setup: String,
    /// Queries, each with the cell behind it.
    pub(super) queries: Vec<(String, String)>,
    /// Raw: keeps what was found as evidence.
    pub(super) staging: String,
    /// Raw: tells that it is done.
    pub(super) closing: String,
}

/// What asks the service of a procedure.
pub(super) fn asked(beginning: &Beginning) -> Asked {
    match beginning.service {
        Service::Taegis => taegis::asked(beginning),
        Service::Sentinel | Service::Defender => kusto::asked(beginning),
        Service::Splunk => splunk::asked(beginning),
        Service::Elastic => elastic::asked(beginning),
        Service::Sql => sql::asked(beginning),
        Service::None => none::asked(beginning),
    }
}

/// The data sources of which each gets a pair of queries, with the names that their answers are given: `telemetry` and
/// `hits`, then `telemetry_2` and `hits_2`. `read` tells what a query calls a source; of one that it cannot name, and where
/// none is given, `otherwise` is read.
fn sources(
    beginning: &Beginning,
    read: impl Fn(&str) -> Option<String>,
    otherwise: &str,
) -> Vec<(String, String, String)> {
    let mut named: Vec<String> = Vec::new();
    for source in &beginning.data_sources {
        let name = read(source).unwrap_or_else(|| otherwise.to_owned());
        if !named.contains(&name) {
            named.push(name);
        }
    }
    if named.is_empty() {
        named.push(otherwise.to_owned());
    }
    let numbered = |what: &str, place: usize| match place {
        0 => what.to_owned(),
        place => format!("{what}_{}", place + 1),
    };
    let named = named.into_iter().enumerate();
    named.map(|(place, name)| (name, numbered("telemetry", place), numbered("hits", place))).collect()
}

/// A source as a name in a query: letters, digits and underscores, with dots, hyphens and colons within.
fn as_name(source: &str, within: &str) -> Option<String> {
    let plain = |char: char| char.is_ascii_alphanumeric() || char == '_' || within.contains(char);
    let begins = source.starts_with(|char: char| char.is_ascii_alphabetic() || char == '_');
    (begins && source.chars().all(plain)).then(|| source.to_owned())
}

/// The line of Python that empties the names of all answers.
fn emptied(sources: &[(String, String, String)]) -> String {
    let names: Vec<&str> =
        sources.iter().flat_map(|(_, one, other)| [one.as_str(), other.as_str()]).collect();
    format!(
        "# Emptied first: a query that fails leaves None behind, never the rows of an earlier run.\n{} = None",
        names.join(" = ")
    )
}

/// The title of an investigation as a text of Python, without what a command line would stumble over.
fn title(beginning: &Beginning) -> String {
    let plain: String = beginning
        .title
        .chars()
        .filter(|char| !matches!(char, '"' | '\'' | '\\' | '$' | '`' | '{' | '}'))
        .collect();
    let words: Vec<&str> = plain.split_whitespace().collect();
    Value::from(format!("Hunt: {}", words.join(" ")).trim_end()).to_string()
}

/// The parameters of every service that is asked by Python.
fn parameters(beginning: &Beginning, tenant: &str, more: &str) -> String {
    let Names { title: name, from, to, .. } = &beginning.names;
    format!(
        "{tenant}\n\
         {name}: str = {}  # title of the investigation\n\
         {from}: str = \"-7d\"  # beginning of the window: a look-back such as -7d, or a moment in UTC\n\
         {to}: str = \"now\"  # its end\n\
         {more}MAX_ROWS: int = {MAX_ROWS}  # more rows than these are not read: the hunt stops there and says so\n",
        title(beginning)
    )
}

/// Python that reads a look-back or a moment, and the window of a copy as `since` and `until`.
fn window(names: &Names) -> String {
    let (from, to) = (&names.from, &names.to);
    format!(
        r#"def moment(written):
    """A look-back such as -7d, now, or a moment such as 2026-01-31T00:00:00Z, in UTC."""
    if written == "now":
        return datetime.now(timezone.utc)
    found = re.fullmatch(r"-(\d+)([mhdw])", written)
    if found:
        unit = {{"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}}[found[2]]
        return datetime.now(timezone.utc) - timedelta(**{{unit: int(found[1])}})
    read = datetime.fromisoformat(written.replace("Z", "+00:00"))
    return read.replace(tzinfo=timezone.utc) if read.tzinfo is None else read.astimezone(timezone.utc)


since, until = moment({from}), moment({to})
assert since < until, "the window ends before it begins: nothing would be looked at""#
    )
}

/// The cell behind a control: it stops where there is no answer, and tells how much there was to look at. `count` is Python
/// for the number, `own` what tells that the answer is the tenant's.
fn counted(source: &str, telemetry: &str, count: &str, own: &str) -> String {
    let looked_at = telemetry.replace("telemetry", "looked_at");
    format!(
        r#"assert {telemetry} is not None, "{telemetry} was not answered: read the message above, this is no null finding"
{own}# The control: how much was there to look at. Without it "no rows" and "no telemetry" read the same.
{looked_at} = {count}
print(f"Looked at: {{{looked_at}}} rows of {source} from {{since:%Y-%m-%d %H:%M}} to {{until:%Y-%m-%d %H:%M}} UTC")
if {looked_at} == 0:
    print("NOT HUNTABLE: the window holds no {source}. Do not close this copy as a null finding.")
"#
    )
}

/// The cell behind a query: it stops where there is no answer, where it was cut, or where it is another tenant's.
fn answered(source: &str, hits: &str, own: &str) -> String {
    let looked_at = hits.replace("hits", "looked_at");
    format!(
        r#"assert {hits} is not None, "{hits} was not answered: read the message above, this is no null finding"
{own}assert len({hits}) < MAX_ROWS, "{hits} stopped at the row limit: narrow the query or shorten the window, and run again"
print(f"{hits}: {{len({hits})}} rows, of {{{looked_at}}} rows of {source} that were looked at")
if {looked_at} == 0:
    print("NOT HUNTABLE: no {source} was there to be looked at.")
"#
    )
}

/// Raw cells of services in which nothing can be staged from here.
fn raw_cells(beginning: &Beginning, tenant: &str, sources: &[(String, String, String)]) -> (String, String) {
    let title = &beginning.names.title;
    let rows: Vec<String> = sources.iter().map(|(name, _, hits)| format!("\"{name}\": {hits}")).collect();
    let staging = format!(
        "# Staging: what is evidence, once somebody has looked at the rows.\n\
         evidence = {{{}}}\n\
         print({{source: len(rows) for source, rows in evidence.items()}})",
        rows.join(", ")
    );
    let closing = format!(
        "# Closing: what the case is called where the team keeps its cases.\n\
         print(f\"{{{title}}}: {{{tenant}}}, {{since:%Y-%m-%d}} to {{until:%Y-%m-%d}}\")"
    );
    (staging, closing)
}
