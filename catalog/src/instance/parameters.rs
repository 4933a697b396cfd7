//! What the cell tagged `parameters` declares.

use super::{PARAMETERS, python};
use crate::lint::{Diagnostic, Severity};
use crate::notebook::{Cell, CellKind, Notebook};
use ruff_python_ast::{Expr, Stmt};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// One parameter: `NAME: annotation = default  # help`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Parameter {
    /// Its name, a Python identifier.
    pub name: String,
    /// What stands behind the colon.
    pub annotation: Option<String>,
    /// The default as written.
    pub default: String,
    /// The default's value, when it is a literal; an expression has none.
    pub value: Option<Value>,
    /// The comment at the end of its line.
    pub help: Option<String>,
    /// Its line in the file, from 1; 0 when that is not known.
    pub line: u32,
}

/// The parameters of a notebook, in order; none when its `parameters` cell cannot be read ([`read_parameters`] says
/// why).
pub fn parameters(notebook: &Notebook) -> Vec<Parameter> {
    read_parameters(notebook).unwrap_or_default()
}

/// The parameters of a notebook, in order, from the first cell tagged `parameters`.
///
/// # Errors
/// When the cell is no code, or cannot be parsed.
pub fn read_parameters(notebook: &Notebook) -> Result<Vec<Parameter>, Diagnostic> {
    match notebook.cells.iter().enumerate().find(|(_, cell)| cell.has_tag(PARAMETERS)) {
        Some((index, cell)) => declared(cell, index),
        None => Ok(Vec::new()),
    }
}

/// What a cell declares.
///
/// # Errors
/// As for [`read_parameters`].
pub(crate) fn declared(cell: &Cell, index: usize) -> Result<Vec<Parameter>, Diagnostic> {
    let fault = |code: &str, message: String, help: &str| {
        Diagnostic::new(code, Severity::Error, message, help).at(cell.source_line, 0).in_cell(index)
    };
    if cell.kind != CellKind::Code {
        return Err(fault(
            "parameters-not-code",
            "the cell tagged `parameters` is no code cell".to_owned(),
            "Make it a code cell, or move the tag to the cell that holds the defaults.",
        ));
    }
    python::parse(&cell.source, |parsed| {
        if let Some(error) = parsed.errors().first() {
            let at = usize::from(error.location.start());
            return Err(fault(
                "parameters-syntax",
                format!("the cell tagged `parameters` is no Python: {}", error.error),
                "Mend the line; the cell should hold assignments only.",
            )
            .at(line_of(cell, at), 0));
        }
        let mut found: Vec<Parameter> = Vec::new();
        for statement in parsed.suite() {
            if let Some(parameter) = parameter(cell, statement) {
                match found.iter_mut().find(|known| known.name == parameter.name) {
                    Some(known) => *known = parameter,
                    None => found.push(parameter),
                }
            }
        }
        Ok(found)
    })
    .unwrap_or_else(|| {
        Err(fault(
            "parameters-too-large",
            format!("the cell tagged `parameters` has more than {} bytes", python::LONGEST),
            "Keep data in a cell of its own, or in a file.",
        ))
    })
}

/// The line of the file that holds byte `at` of the cell's source.
fn line_of(cell: &Cell, at: usize) -> u32 {
    let before = cell.source.get(..at).unwrap_or(&cell.source);
    let lines = u32::try_from(before.matches('\n').count()).unwrap_or(u32::MAX);
    if cell.source_line == 0 { 0 } else { cell.source_line.saturating_add(lines) }
}

fn parameter(cell: &Cell, statement: &Stmt) -> Option<Parameter> {
    let (target, annotation, default, range) = match statement {
        Stmt::AnnAssign(assign) => {
            (&*assign.target, Some(&*assign.annotation), &**assign.value.as_ref()?, assign.range)
        }
        Stmt::Assign(assign) => match assign.targets.as_slice() {
            [target] => (target, None, &*assign.value, assign.range),
            _ => return None,
        },
        _ => return None,
    };
    let Expr::Name(name) = target else { return None };
    let text = |from: usize, to: usize| cell.source.get(from..to).unwrap_or("").to_owned();
    let span = |expression: &Expr| {
        let range = ruff_text_size::Ranged::range(expression);
        text(range.start().into(), range.end().into())
    };
    let behind = cell.source.get(range.end().into()..).unwrap_or("").lines().next().unwrap_or("");
    let comment = behind.trim_start().strip_prefix('#').map(str::trim);
    // `# type: int  What it is`, as before annotations.
    let typed = comment.and_then(|comment| comment.strip_prefix("type:")).map(str::trim_start);
    let (comment_type, help) = match typed {
        Some(rest) => {
            let (kind, help) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
            (Some(kind.to_owned()), Some(help.trim()))
        }
        None => (None, comment),
    };
    Some(Parameter {
        name: name.id.to_string(),
        annotation: annotation.map(span).or(comment_type),
        default: span(default),
        value: python::value(default),
        help: help.filter(|help| !help.is_empty()).map(str::to_owned),
        line: line_of(cell, range.start().into()),
    })
}
