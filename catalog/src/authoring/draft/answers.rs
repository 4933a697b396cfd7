//! What was asked, and whether it was answered: a cell behind each query that tells "nothing found" from "nothing looked at".

use super::code::{Call, Code, Statement};
use super::edits::Edits;
use super::notes::NoteKind;
use super::taegis::is_search;
use super::work::{Answer, Piece, Work};
use crate::notebook::CellKind;
use crate::notebook::{Cell, Notebook};
use crate::query::queries;

/// Finds what Python asks, and gives each answer a name.
pub(super) fn name(work: &mut Work<'_>) {
    let mut notes = Vec::new();
    let mut at = 0;
    while at < work.pieces.len() {
        let answer = work.new_name("answer");
        let Some(piece) = work.pieces.get_mut(at) else { break };
        if piece.taegis {
            let parts = split(piece);
            at += parts.len();
            let from = at - parts.len();
            work.pieces.splice(from..=from, parts);
            continue;
        }
        if let Some(code) = piece.code() {
            let before = piece.answers.len();
            let unnamed = python(piece, &code, &answer);
            for text in unnamed {
                notes.push((piece.number, text));
            }
            if piece.answers.len() > before && work.service == "splunk" {
                streams(&mut work.pieces, at);
            }
        }
        at += 1;
    }
    for (cell, text) in notes {
        work.notes.of_cell(NoteKind::LookAt, cell, text);
    }
    within_the_window(&mut work.pieces);
}

/// What a window leaves of a table counts, too: of an export of other days nothing was looked at.
fn within_the_window(pieces: &mut [Piece]) {
    let mut tables: Vec<String> = Vec::new();
    for piece in pieces {
        if let Some(code) = piece.code() {
            let narrowed = code.statements.iter().find_map(|one| {
                let (name, value) = one.assigns.as_ref()?;
                let value = piece.source.get(value.clone())?;
                let is_of = |table: &String| {
                    let after = value.strip_prefix(table.as_str()).unwrap_or_default();
                    ["[", ".loc[", ".query("].iter().any(|how| after.starts_with(how))
                };
                (value.contains("window_from") && tables.iter().any(is_of)).then(|| name.clone())
            });
            if let Some(name) = narrowed.filter(|_| piece.answers.is_empty()) {
                piece.answers.push(Answer { name, of: "the window".to_owned(), table: true });
            }
        }
        tables.extend(piece.answers.iter().filter(|answer| answer.table).map(|answer| answer.name.clone()));
    }
}

/// A cell with several searches of Taegis, each at the end of a cell of its own: a check stands behind each.
fn split(piece: &Piece) -> Vec<Piece> {
    let Some(code) = piece.code() else { return vec![piece.clone()] };
    let ends: Vec<usize> = code
        .statements
        .iter()
        .filter(|statement| is_search(&piece.source, statement))
        .map(|statement| statement.at.end)
        .collect();
    if ends.len() != piece.answers.len() {
        return vec![piece.clone()];
    }
    let mut parts = Vec::new();
    let mut from = 0;
    for (end, answer) in ends.iter().zip(&piece.answers) {
        let source = super::work::plain(piece.source.get(from..*end).unwrap_or_default());
        parts.push(Piece { source, answers: vec![answer.clone()], ..piece.clone() });
        from = *end;
    }
    let rest = super::work::plain(piece.source.get(from..).unwrap_or_default());
    if !rest.trim().is_empty() {
        parts.push(Piece { source: rest, answers: Vec::new(), taegis: false, ..piece.clone() });
    }
    parts
}

/// Whether a call asks a service, and whether what it gives is a table.
fn asks(call: &Call) -> Option<bool> {
    let (on, method) = call.name.rsplit_once('.').unwrap_or(("", &call.name));
    let last = on.rsplit('.').next().unwrap_or_default();
    let built_in = on.split_once('.').is_some_and(|(provider, group)| {
        (provider.starts_with("qry_") || provider.ends_with("_prov"))
            && group.starts_with(|c: char| c.is_ascii_uppercase())
    });
    match method {
        "exec_query" if !on.is_empty() => Some(true),
        "execute_query"
        | "query_workspace"
        | "query_loganalytics"
        | "event_query"
        | "alerts_service_search"
            if !on.is_empty() =>
        {
            Some(false)
        }
        "oneshot" | "export" | "create" if last == "jobs" => Some(false),
        "search" if last == "eql" => Some(false),
        "query" if last == "esql" => Some(false),
        "sql" if last == "spark" => Some(false),
        "read_sql" | "read_sql_query" | "read_csv" | "read_json" | "read_parquet" | "read_excel"
        | "read_feather" => Some(true),
        "run_cell_magic" | "run_line_magic" => Some(false),
        _ => built_in.then_some(true),
    }
}

/// Names the answers of one cell; what it cannot name it says.
fn python(piece: &mut Piece, code: &Code, answer: &str) -> Vec<&'static str> {
    let mut edits = Edits::default();
    let mut answers: Vec<Answer> = Vec::new();
    let mut unnamed = Vec::new();
    let of = of(piece);
    let last = code.statements.len();
    for call in &code.calls {
        let Some(table) = asks(call) else { continue };
        let Some((place, statement)) = holding(code, call) else { continue };
        if !call.once {
            unnamed.push("it asks in a loop, a branch or a function: write there how much it looked at, so that nothing found can be told from nothing asked.");
            continue;
        }
        let label = if call
            .name
            .rsplit('.')
            .next()
            .is_some_and(|name| name.starts_with("read_") && !name.starts_with("read_sql"))
        {
            "the export".to_owned()
        } else {
            of.clone()
        };
        let whole = |range: &std::ops::Range<usize>| *range == call.at;
        match &statement.assigns {
            Some((name, value)) if whole(value) => {
                answers.push(Answer { name: name.clone(), of: label, table });
            }
            // A reader around a stream: what it was read into counts.
            Some((name, _)) if is_stream(call) => {
                answers.push(Answer { name: name.clone(), of: label, table: false });
            }
            _ if statement.simple && !inside_other(code, call) => {
                let name = unused(answer, &answers);
                let written = piece.source.get(call.at.clone()).unwrap_or_default();
                if statement.shows && whole(&statement.at) {
                    let shown = if place + 1 == last { format!("\n{name}") } else { String::new() };
                    edits.put(call.at.clone(), format!("{name} = {written}{shown}"));
                } else {
                    edits.put(statement.at.start..statement.at.start, format!("{name} = {written}\n"));
                    edits.put(call.at.clone(), name.clone());
                }
                answers.push(Answer { name, of: label, table });
            }
            _ => unnamed
                .push("its query has no name for what it answers: write below it how much it looked at."),
        }
    }
    if !edits.is_empty() {
        let changed = edits.apply_to_python(&piece.source);
        if !piece.becomes(changed) {
            answers.retain(|one| super::work::has_word(&piece.source, &one.name));
            unnamed.push("its query has no name for what it answers: write below it how much it looked at.");
        }
    }
    for one in answers {
        if !piece.answers.iter().any(|known| known.name == one.name) {
            piece.answers.push(one);
        }
    }
    unnamed
}

fn unused(stem: &str, taken: &[Answer]) -> String {
    let is_taken = |name: &str| taken.iter().any(|one| one.name == name);
    if !is_taken(stem) {
        return stem.to_owned();
    }
    (2..10_000).map(|number| format!("{stem}_{number}")).find(|name| !is_taken(name)).unwrap_or_default()
}

fn is_stream(call: &Call) -> bool {
    call.name.contains("jobs.")
        || call.name.ends_with("event_query")
        || call.name.ends_with("alerts_service_search")
}

fn holding<'c>(code: &'c Code, call: &Call) -> Option<(usize, &'c Statement)> {
    code.statements
        .iter()
        .enumerate()
        .find(|(_, one)| one.at.start <= call.at.start && call.at.end <= one.at.end)
}

/// Whether a call stands in another that asks.
fn inside_other(code: &Code, call: &Call) -> bool {
    code.calls.iter().any(|other| {
        other.at != call.at
            && other.at.start <= call.at.start
            && call.at.end <= other.at.end
            && asks(other).is_some()
    })
}

/// What a cell's queries read.
fn of(piece: &Piece) -> String {
    let cell = Cell::new(CellKind::Code, piece.source.clone());
    let notebook = Notebook { cells: vec![cell], ..Notebook::default() };
    let mut names: Vec<String> = Vec::new();
    for name in queries(&notebook).into_iter().flat_map(|query| query.data_sources) {
        if super::suggest::is_source(&name) && !names.contains(&name) && names.len() < 4 {
            names.push(name);
        }
    }
    if names.is_empty() { "the answer".to_owned() } else { names.join(", ") }
}

/// What streams give is counted where it was read into something.
fn streams(pieces: &mut [Piece], at: usize) {
    let Some(piece) = pieces.get(at) else { return };
    let Some(own) = piece.code() else { return };
    let is_direct = |answer: &Answer| {
        own.statements.iter().any(|one| {
            one.assigns.as_ref().is_some_and(|(name, value)| {
                *name == answer.name && own.calls.iter().any(|call| call.at == *value && is_stream(call))
            })
        })
    };
    let waiting: Vec<Answer> = piece.answers.iter().filter(|answer| is_direct(answer)).cloned().collect();
    for answer in waiting {
        let read = (at..pieces.len()).find_map(|place| {
            let code = pieces.get(place)?.code()?;
            let into = code
                .statements
                .iter()
                .find(|one| one.loads.contains(&answer.name) && one.assigns.is_some())?;
            Some((place, into.assigns.as_ref()?.0.clone()))
        });
        if let Some((place, name)) = read {
            if let Some(piece) = pieces.get_mut(at) {
                piece.answers.retain(|one| one.name != answer.name);
            }
            if let Some(piece) = pieces.get_mut(place) {
                piece.answers.push(Answer { name, ..answer });
            }
        }
    }
}

/// The cell that is put behind one that asks.
pub(super) fn check(piece: &Piece, tenant: Option<&str>) -> Option<String> {
    let mut lines = Vec::new();
    for answer in &piece.answers {
        let Answer { name, of, table } = answer;
        if piece.taegis {
            let tenant = tenant.unwrap_or("TENANT_ID");
            lines.push(format!("assert \"_taegis_magic_result\" in dir(), \"{name} was not answered: read the message above, this is no null finding\""));
            lines.push(format!(
                "assert _taegis_magic_result.tenant_id == {tenant}, \"the answer is another tenant's\""
            ));
            lines.push("assert _taegis_magic_result.status.upper().startswith(\"SUCC\"), f\"the query ended as {_taegis_magic_result.status}\"".to_owned());
        } else if *table {
            lines.push(format!("assert hasattr({name}, \"columns\"), \"{name} was not answered: read the message above, this is no null finding\""));
        } else {
            lines.push(format!("assert {name} is not None, \"{name} was not answered: read the message above, this is no null finding\""));
        }
        if tenant == Some("WORKSPACE_ID") && *table {
            lines.push(format!("assert \"TenantId\" not in {name} or set({name}[\"TenantId\"].astype(str).str.lower()) <= {{WORKSPACE_ID.lower()}}, \"the answer is another workspace's\""));
        }
        lines.push(format!(
            "print(f\"Looked at: {{len({name})}} rows of {}\")",
            of.replace(['{', '}', '"', '\\'], "")
        ));
        lines.push(format!("if len({name}) == 0:"));
        lines.push("    print(\"NOT HUNTABLE: there was nothing to look at. Do not close this copy as a null finding.\")".to_owned());
        if piece.taegis {
            lines.push(
                "del _taegis_magic_result  # the next query is not to be taken for answered by this one"
                    .to_owned(),
            );
        }
    }
    (!lines.is_empty()).then(|| lines.join("\n"))
}
