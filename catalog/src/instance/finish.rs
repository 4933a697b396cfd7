//! The finished notebook: the injected cell, cells that are held, and what the copy says of itself.

use super::plan::{For, Plan};
use super::{Hold, INJECTED, PARAMETERS, Prepared, Provenance, RENDERER, Refusal, cells, python};
use crate::notebook::{Cell, CellKind, Notebook, ipynb};
use serde_json::{Value, json};

impl Plan<'_> {
    /// Makes the notebook.
    pub(super) fn finish(mut self) -> Result<Prepared, Refusal> {
        let (tenant, file_name): (Option<For>, String) =
            (self.tenant.take(), std::mem::take(&mut self.file_name));
        let place = |name: &str| {
            self.declared.iter().position(|parameter| parameter.name == name).unwrap_or(self.declared.len())
        };
        let mut injected = std::mem::take(&mut self.values);
        injected.sort_by_key(|(name, _)| place(name));
        if !injected.is_empty() {
            let language =
                self.request.notebook.metadata.get("kernelspec").and_then(|spec| spec.get("language"));
            if let Some(language) =
                language.and_then(Value::as_str).filter(|name| !name.eq_ignore_ascii_case("python"))
            {
                return Err(Refusal::new(
                    "not-python",
                    format!("the procedure is written in {language}; parameters are filled in as Python"),
                    "Take the copy without parameters, or write the procedure in Python.",
                ));
            }
        }
        let mut notebook = Notebook {
            metadata: self.request.notebook.metadata.clone(),
            cells: self.request.notebook.cells.clone(),
            ..Notebook::default()
        };
        inject(&mut notebook, &injected);
        for cell in &mut notebook.cells {
            cell.outputs.clear();
            cell.execution_count = None;
            cell.metadata.shift_remove("execution");
            cell.metadata.shift_remove("papermill");
            // papermill gives every cell its list of tags.
            cell.metadata.entry("tags").or_insert_with(|| json!([]));
        }
        let held = if self.request.hold == Hold::Writes { hold(&mut notebook) } else { Vec::new() };
        let ids = ipynb::ids(&notebook);
        for (cell, id) in notebook.cells.iter_mut().zip(&ids) {
            cell.id = Some(id.clone());
        }
        let text = |text: Option<&str>| text.map(str::to_owned);
        let provenance = Provenance {
            procedure: text(self.request.procedure),
            repo: text(self.request.repo),
            path: text(self.request.path),
            commit: text(self.request.commit),
            blob: self.request.blob.to_owned(),
            tenant: tenant.as_ref().map(|tenant| tenant.key.clone()),
            region: tenant.and_then(|tenant| tenant.region),
            window: self.request.window,
            parameters: injected.iter().filter(|(name, _)| !self.derived.contains(name)).cloned().collect(),
            hold: self.request.hold,
            held_cells: held.iter().map(|index| ids[*index].clone()).collect(),
            released_cells: Vec::new(),
            attack: text(self.request.attack),
            upgraded_from: None,
            renderer: RENDERER.to_owned(),
        };
        notebook.metadata.shift_remove("papermill");
        notebook.metadata.insert("huntshelf".to_owned(), provenance.to_value());
        let tenant_independent = provenance.tenant.is_none();
        let bytes = ipynb::write(&notebook);
        Ok(Prepared {
            notebook,
            bytes,
            file_name,
            provenance,
            injected,
            tenant_independent,
            warnings: self.warnings,
        })
    }
}

/// Puts the cell with what was filled in where papermill puts it.
fn inject(notebook: &mut Notebook, values: &[(String, Value)]) {
    let injected = notebook.cells.iter().position(|cell| cell.has_tag(INJECTED));
    if values.is_empty() {
        return;
    }
    let mut source = String::from("# Parameters\n");
    for (name, value) in values {
        source.push_str(name);
        source.push_str(" = ");
        python::literal(value, &mut source);
        source.push('\n');
    }
    let mut cell = Cell::new(CellKind::Code, source);
    cell.metadata.insert("tags".to_owned(), json!([INJECTED, "remove_cell"]));
    match (injected, notebook.cells.iter().position(|cell| cell.has_tag(PARAMETERS))) {
        (Some(at), _) => notebook.cells[at] = cell,
        (None, Some(at)) => notebook.cells.insert(at + 1, cell),
        (None, None) => notebook.cells.insert(0, cell),
    }
}

/// Makes the cells that write to the service raw ones; which they were.
fn hold(notebook: &mut Notebook) -> Vec<usize> {
    let mut held = Vec::new();
    for (index, cell) in notebook.cells.iter_mut().enumerate() {
        if cell.kind == CellKind::Code && cells::writes(&cell.source) {
            cell.kind = CellKind::Raw;
            for key in ["collapsed", "scrolled"] {
                cell.metadata.shift_remove(key);
            }
            held.push(index);
        }
    }
    held
}
