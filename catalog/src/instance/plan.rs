//! From a request to a copy: what is filled in, from whom it comes, and in which order that is settled.
//!
//! A copy that is made anew is checked; one that is made again, to be compared with what was made once, is not. What is
//! refused today does not make yesterday's copy another one.

use super::file_name::file_name;
use super::{Parameter, Prepared, Refusal, Request, Schema, cells, instant, python, read_parameters};
use crate::lint::{Diagnostic, Severity};
use serde_json::Value;

/// Makes a copy of a procedure that could be read.
pub(super) fn prepare(request: &Request<'_>) -> Result<Prepared, Refusal> {
    let declared = declared(request)?;
    let mut plan = Plan::of(request, &declared)?;
    let reads = plan.check_cells()?;
    plan.check_values(&reads)?;
    plan.finish()
}

/// The same, where nobody has given anything yet: what is left to be given is not missed.
pub(super) fn try_out(request: &Request<'_>) -> Result<Prepared, Refusal> {
    let declared = declared(request)?;
    let mut plan = Plan::of(request, &declared)?;
    plan.check_cells()?;
    plan.finish()
}

/// The same, of what was made once.
pub(super) fn again(request: &Request<'_>) -> Result<Prepared, Refusal> {
    let declared = declared(request)?;
    Plan::of(request, &declared)?.finish()
}

fn declared(request: &Request<'_>) -> Result<Vec<Parameter>, Refusal> {
    read_parameters(request.notebook).map_err(|diagnostic| {
        Refusal::new(
            &diagnostic.code,
            format!("line {}: {}", diagnostic.line, diagnostic.message),
            diagnostic.help,
        )
    })
}

/// Whom a copy is for, as its bytes say it.
pub(super) struct For {
    pub(super) key: String,
    pub(super) region: Option<String>,
}

/// A copy as far as it is settled.
pub(super) struct Plan<'a> {
    pub(super) request: &'a Request<'a>,
    /// What the cell with the defaults declares.
    pub(super) declared: &'a [Parameter],
    /// What the metadata declare of it.
    pub(super) schema: Schema,
    /// Whom it is for; none when the procedure asks for no tenant.
    pub(super) tenant: Option<For>,
    pub(super) file_name: String,
    /// What is filled in; sorted into the order of the procedure's own cell at the end.
    pub(super) values: Vec<(String, Value)>,
    /// Those of them that follow from tenant, region, window and file name.
    pub(super) derived: Vec<String>,
    pub(super) warnings: Vec<Diagnostic>,
}

impl<'a> Plan<'a> {
    fn of(request: &'a Request<'a>, declared: &'a [Parameter]) -> Result<Self, Refusal> {
        let mut plan = Self {
            request,
            declared,
            schema: Schema::of(request.notebook),
            tenant: None,
            file_name: String::new(),
            values: Vec::new(),
            derived: Vec::new(),
            warnings: Vec::new(),
        };
        plan.tenant = plan.for_whom()?;
        plan.given()?;
        plan.window();
        plan.file_name = file_name(request, plan.tenant.as_ref());
        plan.fill_file_name();
        Ok(plan)
    }
}

impl Plan<'_> {
    pub(super) fn declares(&self, name: &str) -> bool {
        self.declared.iter().any(|parameter| parameter.name == name)
    }

    pub(super) fn fill(&mut self, name: &str, value: Value) {
        self.values.retain(|(known, _)| known != name);
        self.values.push((name.to_owned(), value));
    }

    /// Fills in a value that follows from something else in the provenance.
    pub(super) fn derive(&mut self, name: &str, value: impl Into<Value>) {
        self.fill(name, value.into());
        self.derived.push(name.to_owned());
    }

    pub(super) fn warn(&mut self, code: &str, message: impl Into<String>, help: impl Into<String>) {
        self.warnings.push(Diagnostic::new(code, Severity::Warning, message, help));
    }

    /// Those of some names that the procedure declares.
    pub(super) fn names(&self, names: &[String]) -> Vec<String> {
        names.iter().filter(|name| self.declares(name)).cloned().collect()
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

    fn fill_file_name(&mut self) {
        let needed = cells::needs_file_name(self.request.notebook);
        let names = &self.request.vocabulary.file_name;
        let mut fill = self.names(names);
        if needed && fill.is_empty() {
            fill.extend(names.first().cloned());
        }
        for name in fill {
            if !self.request.parameters.contains_key(&name) {
                self.derive(&name, self.file_name.clone());
            }
        }
    }
}
