//! From a request to a copy: what is filled in, what stands in the way, and the finished notebook.

use super::file_name::file_name;
use super::{
    Hold, INJECTED, PARAMETERS, Parameter, Prepared, Provenance, RENDERER, Refusal, Request, cells, instant,
    python, read_parameters,
};
use crate::lint::{Diagnostic, Severity};
use crate::notebook::{Cell, CellKind, Notebook, ipynb};
use serde_json::{Value, json};

/// Makes a copy of a procedure that could be read.
pub(super) fn prepare(request: &Request<'_>) -> Result<Prepared, Refusal> {
    let declared = read_parameters(request.notebook).map_err(|diagnostic| {
        Refusal::new(
            &diagnostic.code,
            format!("line {}: {}", diagnostic.line, diagnostic.message),
            diagnostic.help,
        )
    })?;
    let mut plan =
        Plan { request, declared: &declared, values: Vec::new(), derived: Vec::new(), warnings: Vec::new() };
    let tenant = plan.tenant()?;
    plan.given()?;
    plan.window();
    let file_name = file_name(request, tenant.as_ref());
    plan.file_name(&file_name);
    plan.check_cells(tenant.as_ref())?;
    plan.finish(tenant, file_name)
}

/// Whom a copy is for, as its bytes say it.
pub(super) struct For {
    pub(super) key: String,
    pub(super) region: Option<String>,
}

struct Plan<'a> {
    request: &'a Request<'a>,
    declared: &'a [Parameter],
    /// What is filled in; sorted into the order of the procedure's own cell at the end.
    values: Vec<(String, Value)>,
    /// Those of them that follow from tenant, region, window and file name.
    derived: Vec<String>,
    warnings: Vec<Diagnostic>,
}

impl Plan<'_> {
    fn declares(&self, name: &str) -> bool {
        self.declared.iter().any(|parameter| parameter.name == name)
    }

    fn fill(&mut self, name: &str, value: Value) {
        self.values.retain(|(known, _)| known != name);
        self.values.push((name.to_owned(), value));
    }

    /// Fills in a value that follows from something else in the provenance.
    fn derive(&mut self, name: &str, value: impl Into<Value>) {
        self.fill(name, value.into());
        self.derived.push(name.to_owned());
    }

    fn warn(&mut self, code: &str, message: impl Into<String>, help: &str) {
        self.warnings.push(Diagnostic::new(code, Severity::Warning, message, help));
    }

    fn names(&self, names: &[String]) -> Vec<String> {
        names.iter().filter(|name| self.declares(name)).cloned().collect()
    }

    /// Fills in what follows from the tenant. None when the procedure asks for no tenant.
    fn tenant(&mut self) -> Result<Option<For>, Refusal> {
        let vocabulary = self.request.vocabulary;
        let known: Vec<String> = vocabulary.tenant_names().cloned().collect();
        let declared = self.names(&known);
        let has_cell = self.request.notebook.cells.iter().any(|cell| cell.has_tag(PARAMETERS));
        if declared.is_empty() {
            if let Some((cell, name)) = cells::first_mention(self.request.notebook, &known) {
                return Err(if has_cell {
                    Refusal::new(
                        "tenant-not-a-parameter",
                        format!(
                            "cell {cell} names `{name}`, but the cell tagged `parameters` does not declare it: a copy would run against the tenant that the author wrote down, or against none"
                        ),
                        format!("Declare `{name}: str = \"\"` in the cell tagged `parameters`."),
                    )
                } else {
                    Refusal::new(
                        "no-parameters-tag",
                        format!(
                            "cell {cell} names `{name}`, but no cell is tagged `parameters`: what is filled in would be overwritten, and the queries would run against no tenant and find nothing"
                        ),
                        "Put the defaults into one cell and tag it `parameters`.",
                    )
                });
            }
            if self.request.tenant.is_some() {
                self.warn(
                    "tenant-independent",
                    "the procedure asks for no tenant; this copy is the same for every tenant",
                    "Nothing is to be done if the procedure brings its own data.",
                );
            }
            return Ok(None);
        }
        let Some(tenant) = self.request.tenant.filter(|tenant| !tenant.key.is_empty()) else {
            return self.tenant_by_name(&declared);
        };
        for name in &declared {
            if !vocabulary.fits(name, &tenant.service) {
                return Err(Refusal::new(
                    "wrong-service",
                    format!("the procedure asks for `{name}`, and the tenant is on {}", tenant.service),
                    "Choose a tenant of the service that the procedure queries.",
                ));
            }
            self.derive(name, tenant.key.clone());
        }
        for name in self.names(&vocabulary.region) {
            if !tenant.region.is_empty() {
                self.derive(&name, tenant.region.clone());
            }
        }
        for name in self.names(&vocabulary.name) {
            if !tenant.name.is_empty() {
                self.fill(&name, tenant.name.clone().into());
            }
        }
        if let Some(title) = &tenant.title {
            for name in self.names(&vocabulary.title) {
                self.fill(&name, title.clone().into());
            }
        }
        for (name, value) in &tenant.parameters {
            if self.declares(name) && !self.derived.contains(name) {
                self.fill(name, value.clone());
            }
        }
        let region = Some(tenant.region.clone()).filter(|region| !region.is_empty());
        Ok(Some(For { key: tenant.key.clone(), region }))
    }

    /// Without a tenant of ours, somebody may still name one by its parameter, as on the command line.
    fn tenant_by_name(&mut self, declared: &[String]) -> Result<Option<For>, Refusal> {
        let given = self.request.parameters;
        let mut key: Option<&str> = None;
        for name in declared {
            match given.get(name) {
                Some(Value::String(text)) if !text.is_empty() => {
                    if key.is_some_and(|key| key != text) {
                        return Err(Refusal::new(
                            "tenant-conflict",
                            format!("`{name}` is given as another tenant than the names before it"),
                            "Give one tenant.",
                        ));
                    }
                    key = Some(text);
                }
                Some(_) => {
                    return Err(Refusal::new(
                        "tenant-not-text",
                        format!(
                            "`{name}` is given as something that is no text; a tenant key is text, and `0145483` is not `145483`"
                        ),
                        "Give the tenant, or pass the value as text (`-r` on the command line).",
                    ));
                }
                None => {
                    return Err(Refusal::new(
                        "tenant-needed",
                        format!(
                            "the procedure asks for a tenant (`{name}`), and none is given: its queries would run against none and find nothing"
                        ),
                        "Say which tenant the copy is for.",
                    ));
                }
            }
        }
        let Some(key) = key else { return Ok(None) };
        for name in declared {
            self.derive(name, key);
        }
        // One region, whatever it is called; several are parameters like any other.
        let regions = self.names(&self.request.vocabulary.region);
        let mut values = regions
            .iter()
            .map(|name| given.get(name).and_then(Value::as_str).filter(|text| !text.is_empty()));
        let region = values.next().flatten().filter(|first| values.all(|other| other == Some(*first)));
        if let Some(region) = region {
            for name in &regions {
                self.derive(name, region);
            }
        }
        Ok(Some(For { key: key.to_owned(), region: region.map(str::to_owned) }))
    }

    /// Checks and fills in the parameters that were given by name.
    fn given(&mut self) -> Result<(), Refusal> {
        for (name, value) in self.request.parameters {
            if !python::is_identifier(name) {
                return Err(Refusal::new(
                    "not-an-identifier",
                    format!("`{name}` is no Python name"),
                    "Parameter names begin with a letter or `_` and hold letters, digits and `_`.",
                ));
            }
            if !self.declares(name) && !self.request.vocabulary.file_name.contains(name) {
                let known: Vec<&str> =
                    self.declared.iter().map(|parameter| parameter.name.as_str()).collect();
                return Err(Refusal::new(
                    "unknown-parameter",
                    format!("the procedure has no parameter `{name}`"),
                    if known.is_empty() {
                        "It declares no parameters.".to_owned()
                    } else {
                        format!("It declares {}.", known.join(", "))
                    },
                ));
            }
            if !python::fits(value) {
                return Err(Refusal::new(
                    "value-too-large",
                    format!("the value of `{name}` is too large or nested too deep"),
                    "Give large data to the notebook as a file.",
                ));
            }
            let filled = self.values.iter().find(|(known, _)| known == name).map(|(_, value)| value);
            if self.derived.contains(name) && filled.is_some_and(|filled| filled != value) {
                return Err(Refusal::new(
                    "tenant-conflict",
                    format!("`{name}` follows from the tenant and is given as something else too"),
                    "Leave the parameter out, or choose the other tenant.",
                ));
            }
            if !self.derived.contains(name) {
                self.fill(name, value.clone());
            }
        }
        Ok(())
    }

    fn window(&mut self) {
        let Some(window) = self.request.window else { return };
        let vocabulary = self.request.vocabulary;
        let (from, to) = (self.names(&vocabulary.from), self.names(&vocabulary.to));
        for (names, at) in [(&from, window.from), (&to, window.to)] {
            for name in names {
                if !self.request.parameters.contains_key(name) {
                    self.derive(name, instant(at));
                }
            }
        }
        match (from.is_empty(), to.is_empty()) {
            (true, true) => self.warn(
                "window-not-used",
                "the procedure declares no parameter for the window: it looks at the time that its author wrote down",
                "Declare `EARLIEST` and `LATEST` in the cell tagged `parameters`, and use them in the queries.",
            ),
            (false, true) => self.warn(
                "window-end-not-used",
                format!("the procedure declares `{}` and no end: the window reaches to the time of the run", from[0]),
                "Declare `LATEST` too, and use it in the queries.",
            ),
            (true, false) => self.warn(
                "window-begin-not-used",
                format!("the procedure declares `{}` and no beginning of the window", to[0]),
                "Declare `EARLIEST` too, and use it in the queries.",
            ),
            (false, false) => {}
        }
    }

    fn file_name(&mut self, file_name: &str) {
        let needed = cells::needs_file_name(self.request.notebook);
        let names = &self.request.vocabulary.file_name;
        let mut fill = self.names(names);
        if needed && fill.is_empty() {
            fill.extend(names.first().cloned());
        }
        for name in fill {
            if !self.request.parameters.contains_key(&name) {
                self.derive(&name, file_name);
            }
        }
    }

    /// What stands in the way in other cells.
    fn check_cells(&mut self, tenant: Option<&For>) -> Result<(), Refusal> {
        let notebook = self.request.notebook;
        if let Some(tenant) = tenant
            && let Some((cell, fixed)) = cells::fixed_tenant(notebook, &tenant.key)
        {
            return Err(Refusal::new(
                "tenant-fixed",
                format!("cell {cell} queries the tenant `{fixed}` by name, whomever the copy is for"),
                "Write `--tenant $TENANT_ID` there, with the name that the `parameters` cell declares.",
            ));
        }
        let Some(first) = notebook.cells.iter().position(|cell| cell.has_tag(PARAMETERS)) else {
            return Ok(());
        };
        let names: Vec<String> = self.values.iter().map(|(name, _)| name.clone()).collect();
        let tenant_names: Vec<&String> = self.request.vocabulary.tenant_names().collect();
        for (index, cell) in notebook.cells.iter().enumerate().skip(first + 1) {
            if cell.kind != CellKind::Code || cell.has_tag(INJECTED) {
                continue;
            }
            for name in cells::assigned(&cell.source, &names) {
                if tenant_names.contains(&&name) {
                    return Err(Refusal::new(
                        "tenant-assigned-again",
                        format!(
                            "cell {index} assigns `{name}` after it was filled in: the queries would run against another tenant, or none"
                        ),
                        "Assign the name in the cell tagged `parameters` only.",
                    ));
                }
                self.warn(
                    "parameter-assigned-again",
                    format!("cell {index} assigns `{name}` after it was filled in"),
                    "Assign the name in the cell tagged `parameters` only.",
                );
            }
        }
        let rest: Vec<&Cell> = notebook.cells.iter().filter(|cell| !cell.has_tag(PARAMETERS)).collect();
        for name in names {
            let derived_file_name = self.request.vocabulary.file_name.contains(&name);
            if !derived_file_name && !rest.iter().any(|cell| cells::mentions(&cell.source, &name)) {
                self.warn(
                    "parameter-never-read",
                    format!("`{name}` is filled in, but no cell reads it"),
                    "Use the name in the queries, or drop the parameter.",
                );
            }
        }
        Ok(())
    }

    fn finish(mut self, tenant: Option<For>, file_name: String) -> Result<Prepared, Refusal> {
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
            attack: text(self.request.attack),
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
