//! Files: what was read by a name of somebody's machine becomes a parameter; what was written goes beside the notebook.

use super::code::Call;
use super::edits::{Edits, quoted};
use super::notes::NoteKind;
use super::work::{Parameter, Work};
use crate::notebook::CellKind;

/// Calls that take a path besides those that begin with `read_` and `to_`.
const TAKES: [&str; 9] =
    ["open", "Path", "PurePath", "savefig", "load", "chdir", "mkdir", "makedirs", "write_text"];

pub(super) fn paths(work: &mut Work<'_>) {
    for at in 0..work.pieces.len() {
        let Some(piece) = work.pieces.get(at).filter(|piece| piece.kind == CellKind::Code) else { continue };
        let Some(code) = piece.code() else { continue };
        let mut edits = Edits::default();
        let mut told: Vec<(usize, &'static str)> = Vec::new();
        let mut parameters: Vec<(String, Parameter)> = Vec::new();
        let source = piece.source.clone();
        let number = piece.number;
        for call in &code.calls {
            let text = call
                .first
                .as_ref()
                .and_then(|first| code.text_at(first.start))
                .filter(|text| Some(&text.at) == call.first.as_ref());
            let Some(text) = text else { continue };
            let body = source.get(text.body.clone()).unwrap_or_default();
            if is_export(call) && !body.contains("://") {
                let name = name_for(&code, call, work, &parameters);
                let default = format!("{}{}", name.trim_end_matches("_FILE").to_lowercase(), ending(body));
                edits.put(text.at.clone(), name.clone());
                let help = "the file to read, beside this notebook".to_owned();
                parameters.push((name, Parameter { default: quoted(&default), kind: "str", help }));
                told.push((number, "it read a file by its name: that is a parameter now. Whoever runs a copy puts the export there."));
            } else if takes_path(call) && is_absolute(body) {
                edits.put(text.at.clone(), quoted(base(body)));
                told.push((
                    number,
                    "it named a folder of your machine: the file lies beside the notebook now.",
                ));
            }
        }
        for text in &code.texts {
            let body = source.get(text.body.clone()).unwrap_or_default();
            let is_file = is_absolute(body)
                && of_a_person(body)
                && !text.formatted
                && !body.contains(char::is_whitespace);
            if is_file && edits.put(text.at.clone(), quoted(base(body))) {
                told.push((
                    number,
                    "it named a folder of your machine: the file lies beside the notebook now.",
                ));
            }
        }
        let changed = if edits.is_empty() { None } else { edits.apply_to_python(&source) };
        if let (Some(changed), Some(piece)) = (changed, work.pieces.get_mut(at)) {
            piece.source = changed;
            work.parameters.extend(parameters);
            for (cell, text) in told {
                work.notes.of_cell(NoteKind::Changed, cell, text);
            }
        }
    }
}

fn is_export(call: &Call) -> bool {
    let method = call.name.rsplit('.').next().unwrap_or_default();
    matches!(method, "read_csv" | "read_json" | "read_parquet" | "read_excel" | "read_feather")
}

fn takes_path(call: &Call) -> bool {
    let method = call.name.rsplit('.').next().unwrap_or_default();
    TAKES.contains(&method) || method.starts_with("read_") || method.starts_with("to_")
}

/// A name for the parameter, after what is read.
fn name_for(code: &super::code::Code, call: &Call, work: &Work<'_>, taken: &[(String, Parameter)]) -> String {
    let into = code.statements.iter().find(|one| one.at.start <= call.at.start && call.at.end <= one.at.end);
    let name = into.and_then(|one| one.assigns.as_ref()).map_or("EXPORT", |(name, _)| name.as_str());
    let stem = format!("{}_FILE", name.to_uppercase());
    let mut name = work.new_name(&stem);
    while taken.iter().any(|(known, _)| *known == name) {
        name.push('2');
    }
    name
}

fn ending(path: &str) -> String {
    let ending = base(path).split_once('.').map_or("csv", |(_, ending)| ending);
    let is_plain =
        ending.len() <= 10 && ending.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'.');
    format!(".{}", if is_plain { ending } else { "csv" })
}

fn base(path: &str) -> &str {
    let base = path.trim_end_matches(['/', '\\']).rsplit(['/', '\\']).next().unwrap_or_default();
    if base.is_empty() { "." } else { base }
}

/// Whether a path begins at the root of a machine.
fn is_absolute(path: &str) -> bool {
    let drive = path.as_bytes();
    path.starts_with("~/")
        || path.starts_with('/') && path.len() > 1
        || path.starts_with("\\\\")
        || drive.len() > 2
            && drive[0].is_ascii_alphabetic()
            && drive[1] == b':'
            && matches!(drive[2], b'\\' | b'/')
}

/// Whether it lies where people keep their files: other paths are what is hunted.
fn of_a_person(path: &str) -> bool {
    let lower = path.to_lowercase().replace('\\', "/");
    ["/home/", "/users/", "~/", "/mnt/", "/media/", "/volumes/", "/root/"]
        .iter()
        .any(|folder| lower.contains(folder))
        && ["csv", "json", "parquet", "xlsx", "xls", "png", "pkl", "feather", "html", "txt", "zip", "gz"]
            .iter()
            .any(|ending| lower.ends_with(&format!(".{ending}")))
}
