//! What a procedure asks of a copy, found out by making one for nobody: whether one can be made, which cells write, what
//! is filled in, and what is left to be said.

use catalog::instance::{
    Hold, Parameter, Refusal, Request, Schema, TenantFields, Vocabulary, parameters, try_out,
};
use catalog::library::Reading;
use catalog::notebook::{CellKind, Metadata};
use serde_json::Value;

/// What a procedure asks.
#[derive(Debug, Clone, Default)]
pub struct Trial {
    /// Why no copy can be made at all.
    pub refused: Option<Refusal>,
    /// Whether its copies are the same for every tenant.
    pub tenant_independent: bool,
    /// Its parameters, in the order of the notebook.
    pub parameters: Vec<Parameter>,
    /// What it declares of them.
    pub schema: Schema,
    /// The cells that write to the service, from 0, with their first line.
    pub writes: Vec<(usize, String)>,
}

/// Tries it.
pub fn trial(reading: &Reading, vocabulary: &Vocabulary) -> Trial {
    // A key that no service gives, so that a tenant that the author wrote down is noticed.
    let nobody = TenantFields { key: "huntshelf-trial".to_owned(), ..TenantFields::default() };
    let tried = try_out(&Request {
        notebook: &reading.notebook,
        procedure: None,
        repo: None,
        path: Some(&reading.path),
        commit: None,
        blob: &reading.blob,
        tenant: Some(&nobody),
        window: None,
        parameters: &Metadata::new(),
        hold: Hold::Writes,
        vocabulary,
        attack: None,
    });
    let parameters = parameters(&reading.notebook);
    let schema = Schema::of(&reading.notebook);
    match tried {
        Err(refusal) => Trial { refused: Some(refusal), parameters, schema, ..Trial::default() },
        Ok(copy) => {
            let held = |index: usize| reading.notebook.cells.get(index).map(|cell| cell.kind);
            // The injected cell moved those behind it by one.
            let shift = copy.notebook.cells.len().saturating_sub(reading.notebook.cells.len());
            let raw = copy.notebook.cells.iter().enumerate().filter(|(_, cell)| cell.kind == CellKind::Raw);
            let writes = raw
                .filter_map(|(index, cell)| {
                    let index = [index, index.saturating_sub(shift)].into_iter().find(|index| {
                        reading.notebook.cells.get(*index).is_some_and(|own| own.source == cell.source)
                    })?;
                    (held(index) == Some(CellKind::Code)).then(|| {
                        (index, cell.source.lines().next().unwrap_or_default().chars().take(120).collect())
                    })
                })
                .collect();
            Trial { refused: None, tenant_independent: copy.tenant_independent, parameters, schema, writes }
        }
    }
}

/// A parameter's type as far as it is known: what its author wrote, else that of its default.
pub fn kind(parameter: &Parameter) -> String {
    match (&parameter.annotation, &parameter.value) {
        (Some(annotation), _) => annotation.clone(),
        (None, Some(Value::String(_))) => "str".to_owned(),
        (None, Some(Value::Bool(_))) => "bool".to_owned(),
        (None, Some(Value::Number(number))) => if number.is_f64() { "float" } else { "int" }.to_owned(),
        (None, Some(Value::Array(_))) => "list".to_owned(),
        (None, Some(Value::Object(_))) => "dict".to_owned(),
        (None, Some(Value::Null) | None) => String::new(),
    }
}

/// From what a parameter is filled in by itself, as the dialogue says it.
pub fn filled_from(name: &str, vocabulary: &Vocabulary) -> Option<&'static str> {
    let is = |names: &[String]| names.iter().any(|known| known == name);
    if vocabulary.tenant_names().any(|known| known == name) {
        Some("the tenant's key")
    } else if is(&vocabulary.region) {
        Some("the tenant's region")
    } else if is(&vocabulary.name) {
        Some("the tenant's name")
    } else if is(&vocabulary.from) {
        Some("the window's beginning")
    } else if is(&vocabulary.to) {
        Some("the window's end")
    } else if is(&vocabulary.file_name) {
        Some("the copy's file name")
    } else {
        None
    }
}
