//! What stands in the way of a copy, and what its reader should know: the ways in which a hunt looks at nothing, or at
//! something else than it was asked to, and says so nowhere.

use super::plan::Plan;
use super::reads::{self, Reads, Unread, unread};
use super::{INJECTED, PARAMETERS, Refusal, cells, expand, fixed, loads, schema, secrets};
use crate::notebook::CellKind;
use crate::query::{Query, QueryKind, queries};
use serde_json::Value;

impl Plan<'_> {
    /// What stands in the way in the procedure itself, whatever it is given; answers what its cells read.
    pub(super) fn check_cells(&mut self) -> Result<Reads, Refusal> {
        let notebook = self.request.notebook;
        self.warnings.extend(self.schema.diagnostics.iter().cloned());
        if let Some(tenant) = &self.tenant
            && let Some((cell, fixed)) = cells::fixed_tenant(notebook, &tenant.key)
        {
            return Err(Refusal::new(
                "tenant-fixed",
                format!("cell {cell} queries the tenant `{fixed}` by name, whomever the copy is for"),
                "Write `--tenant $TENANT_ID` there, with the name that the `parameters` cell declares.",
            ));
        }
        self.check_order()?;
        self.check_assignments()?;
        let reads = Reads::of(notebook);
        self.check_computed(&reads)?;
        let asked = queries(notebook);
        self.check_tenant_is_read(&reads, &asked)?;
        self.warn_of_queries(&asked);
        Ok(reads)
    }

    /// What stands in the way of what is filled in.
    pub(super) fn check_values(&mut self, reads: &Reads) -> Result<(), Refusal> {
        self.check_schema()?;
        self.check_given_are_read(reads)?;
        self.warn_of_unread(reads);
        self.warn_of_values();
        self.warn_of_lines();
        Ok(())
    }

    /// What was injected once, above the defaults, is overwritten by them.
    fn check_order(&self) -> Result<(), Refusal> {
        let place = |tag| self.request.notebook.cells.iter().position(|cell| cell.has_tag(tag));
        match (place(INJECTED), place(PARAMETERS)) {
            (Some(injected), Some(defaults)) if injected < defaults && !self.values.is_empty() => {
                Err(Refusal::new(
                    "injected-before-parameters",
                    format!(
                        "cell {injected} is tagged `injected-parameters` and stands above the defaults in cell {defaults}: these would overwrite what is filled in"
                    ),
                    "Remove that cell from the procedure.",
                ))
            }
            _ => Ok(()),
        }
    }

    /// Names that a later cell assigns again.
    fn check_assignments(&mut self) -> Result<(), Refusal> {
        let notebook = self.request.notebook;
        let Some(first) = notebook.cells.iter().position(|cell| cell.has_tag(PARAMETERS)) else {
            return Ok(());
        };
        // The one that is replaced.
        let replaced = notebook.cells.iter().position(|cell| cell.has_tag(INJECTED));
        let names: Vec<String> = self.values.iter().map(|(name, _)| name.clone()).collect();
        for (index, cell) in notebook.cells.iter().enumerate().skip(first + 1) {
            if cell.kind != CellKind::Code || Some(index) == replaced {
                continue;
            }
            for name in cells::assigned(&cell.source, &names) {
                if self.is_tenants(&name) {
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
        Ok(())
    }

    fn is_tenants(&self, name: &str) -> bool {
        self.request.vocabulary.tenant_names().any(|known| known == name)
    }

    /// Names that the cell with the defaults computes from what is filled in behind it.
    fn check_computed(&mut self, reads: &Reads) -> Result<(), Refusal> {
        let notebook = self.request.notebook;
        let Some(defaults) = notebook.cells.iter().find(|cell| cell.has_tag(PARAMETERS)) else {
            return Ok(());
        };
        for (target, from) in loads::computed(&defaults.source) {
            let early = from
                .iter()
                .find(|name| **name != target && self.values.iter().any(|(filled, _)| filled == *name));
            let filled = self.values.iter().any(|(filled, _)| *filled == target);
            let Some(name) = early.filter(|_| !filled && reads.has(&target)) else { continue };
            let reason = format!(
                "the cell tagged `parameters` computes `{target}` from `{name}` before `{name}` is filled in: `{target}` holds what the author wrote down"
            );
            let remedy = format!("Compute `{target}` in a cell below.");
            if self.is_tenants(name) {
                return Err(Refusal::new("tenant-read-too-early", reason, remedy));
            }
            self.warn("parameter-read-too-early", reason, remedy);
        }
        Ok(())
    }

    /// A tenant that is filled in and read by nobody is not the one that is queried.
    fn check_tenant_is_read(&mut self, reads: &Reads, asked: &[Query]) -> Result<(), Refusal> {
        let notebook = self.request.notebook;
        let names: Vec<String> =
            self.values.iter().map(|(name, _)| name.clone()).filter(|name| self.is_tenants(name)).collect();
        let Some(first) = names.first().filter(|_| !names.iter().any(|name| reads.has(name))) else {
            return Ok(());
        };
        let mention = names.iter().find_map(|name| unread(notebook, name).map(|found| (name, found)));
        let meant = mention.filter(|(_, (_, how))| *how != Unread::Text);
        let mut run = asked.iter().filter(|query| query.kind == QueryKind::Run).peekable();
        // A query of Taegis without a tenant's flag is warned of by itself.
        let fixed = run.peek().is_some() && !run.any(|query| query.tenant == Some(false));
        let name = meant.map_or(first, |(name, _)| name);
        let (why, remedy) = self.why_unread(name);
        let reason = format!(
            "`{name}` holds the tenant, but {why}: the queries run against whatever tenant they find"
        );
        if meant.is_some() || fixed {
            return Err(Refusal::new("tenant-not-read", reason, remedy));
        }
        self.warn("tenant-not-read", reason, remedy);
        Ok(())
    }

    /// Why a name is not read, and what would have it read.
    fn why_unread(&self, name: &str) -> (String, String) {
        match unread(self.request.notebook, name) {
            Some((cell, Unread::Body)) => (
                format!("cell {cell} names it in the body of `%%taegis`, where nothing is filled in"),
                format!("Write `%%taegis … -t` in cell {cell}, and `{{{{ {name} }}}}` in its body."),
            ),
            Some((cell, Unread::Template)) => (
                format!("cell {cell} names it in a template, and not as `{{{{ {name} }}}}`"),
                format!("Write `{{{{ {name} }}}}` in the body of cell {cell}."),
            ),
            Some((cell, Unread::Line)) => (
                format!("cell {cell} names it where IPython fills nothing in"),
                format!(
                    "Write `${name}` there: not between single quotes, nor beside a brace that is no Python."
                ),
            ),
            Some((cell, Unread::Text)) => (
                format!("no cell reads it; cell {cell} only mentions it in a text or a comment"),
                format!("Have the queries use `{name}`, or leave it out."),
            ),
            None => {
                ("no cell reads it".to_owned(), format!("Have the queries use `{name}`, or leave it out."))
            }
        }
    }

    /// Queries that look elsewhere than they are told.
    fn warn_of_queries(&mut self, asked: &[Query]) {
        let mut told = Vec::new();
        for query in asked {
            if query.kind == QueryKind::Run && query.tenant == Some(false) && !told.contains(&query.cell) {
                told.push(query.cell);
                self.warn(
                    "query-without-tenant",
                    format!(
                        "the query in cell {} names no tenant: it runs against the one that whoever runs it belongs to",
                        query.cell
                    ),
                    "Write `--tenant $TENANT_ID` there, with the name that the `parameters` cell declares.",
                );
            }
        }
        for (cell, words) in fixed::fixed_windows(asked) {
            self.warn(
                "window-fixed",
                format!("the query in cell {cell} has a fixed window, `{words}`: it looks there whatever the copy is given"),
                "Have the query read `EARLIEST` and `LATEST`.",
            );
        }
        let vocabulary = self.request.vocabulary;
        for name in self.names(&[vocabulary.from.as_slice(), vocabulary.to.as_slice()].concat()) {
            let default = self.declared.iter().find(|parameter| parameter.name == name);
            let default = default.and_then(|parameter| parameter.value.as_ref()).and_then(Value::as_str);
            if let Some(date) = default.filter(|text| fixed::is_date(text))
                && !self.values.iter().any(|(filled, _)| *filled == name)
            {
                self.warn(
                    "window-fixed",
                    format!("`{name}` is `{date}` by default, and no window is given: the copy looks there"),
                    "Give a window.",
                );
            }
        }
    }

    /// What is declared of parameters, held against what they are.
    fn check_schema(&mut self) -> Result<(), Refusal> {
        let mut unknown = Vec::new();
        for declared in &self.schema.declared {
            let filled = self.values.iter().find(|(name, _)| *name == declared.name).map(|(_, value)| value);
            let parameter = self.declared.iter().find(|parameter| parameter.name == declared.name);
            match (filled, parameter) {
                (Some(value), _) => declared.check(value)?,
                (None, Some(parameter)) => {
                    if declared.required && parameter.value.as_ref().is_some_and(schema::is_empty) {
                        return Err(declared.empty());
                    }
                }
                (None, None) => unknown.push(declared.name.clone()),
            }
        }
        for name in unknown {
            self.warn(
                "schema-unknown-parameter",
                format!("`hunting.parameters` declares `{name}`, and the cell tagged `parameters` does not hold it"),
                "Write it into that cell, with its default.",
            );
        }
        Ok(())
    }

    /// What somebody gave, and nothing reads: the copy would not do what was asked for.
    fn check_given_are_read(&mut self, reads: &Reads) -> Result<(), Refusal> {
        for name in self.request.parameters.keys() {
            let by_magic = self.request.vocabulary.file_name.contains(name);
            if by_magic || self.derived.contains(name) || self.is_tenants(name) || reads.has(name) {
                continue;
            }
            let (why, remedy) = self.why_unread(name);
            return Err(Refusal::new(
                "parameter-not-read",
                format!("`{name}` is given, but {why}: the copy would not do what was asked for"),
                remedy,
            ));
        }
        Ok(())
    }

    fn warn_of_unread(&mut self, reads: &Reads) {
        let vocabulary = self.request.vocabulary;
        let names: Vec<String> = self.values.iter().map(|(name, _)| name.clone()).collect();
        let read = |side: &[String]| side.iter().any(|name| reads.has(name));
        for name in names {
            if reads.has(&name) || vocabulary.file_name.contains(&name) || self.is_tenants(&name) {
                continue;
            }
            let (why, remedy) = self.why_unread(&name);
            let side = [(&vocabulary.from, "beginning"), (&vocabulary.to, "end")]
                .into_iter()
                .find(|(side, _)| side.contains(&name));
            match side.filter(|(side, _)| self.derived.contains(&name) && !read(side)) {
                Some((_, end)) => self.warn(
                    "window-not-read",
                    format!(
                        "`{name}` holds the window's {end}, but {why}: the queries look at the time that their author wrote down"
                    ),
                    remedy,
                ),
                None => self.warn("parameter-never-read", format!("`{name}` is filled in, but {why}"), remedy),
            }
        }
    }

    /// Values that do not belong into a notebook.
    fn warn_of_values(&mut self) {
        let shaped: Vec<(String, &str)> = self
            .values
            .iter()
            .filter_map(|(name, value)| secrets::shape(value).map(|shape| (name.clone(), shape)))
            .collect();
        for (name, shape) in shaped {
            self.warn(
                "value-secret",
                format!("the value of `{name}` looks like {shape}, and would stand in the copy for everybody to read"),
                "Have the notebook read it from the environment where it runs.",
            );
        }
    }

    /// Values that do not reach Taegis' command line as they are.
    fn warn_of_lines(&mut self) {
        let vocabulary = self.request.vocabulary;
        let free = |name: &str| vocabulary.title.iter().chain(&vocabulary.name).any(|known| known == name);
        let mut found: Vec<(&str, usize, String)> = Vec::new();
        for (cell, line) in reads::taegis_lines(self.request.notebook) {
            for reference in expand::references(line).unwrap_or_default() {
                let name = reference.expression.trim();
                let filled = self.values.iter().find(|(filled, _)| filled == name).map(|(_, value)| value);
                let default = || {
                    let parameter = self.declared.iter().find(|parameter| parameter.name == name)?;
                    parameter.value.as_ref()
                };
                let Some(Value::String(value)) = filled.or_else(default) else { continue };
                let quotes = expand::quotes_at(line, reference.at.start);
                let code = if !expand::survives(value, quotes) {
                    "value-breaks-line"
                } else if free(name) && quotes == expand::Quotes::None {
                    "variable-unquoted"
                } else {
                    continue;
                };
                if !found.iter().any(|(known, _, other)| *known == code && other == name) {
                    found.push((code, cell, name.to_owned()));
                }
            }
        }
        for (code, cell, name) in found {
            let (message, help) = if code == "value-breaks-line" {
                (
                    format!(
                        "the value of `{name}` breaks the `%taegis` line in cell {cell}: it does not arrive there as it is"
                    ),
                    format!(
                        "Write `\"${name}\"` in that line, and give a value without quotes and without a backslash at its end."
                    ),
                )
            } else {
                (
                    format!(
                        "the `%taegis` line in cell {cell} has `${name}` without quotes: it breaks on a value with a blank"
                    ),
                    format!("Write `\"${name}\"` there."),
                )
            };
            self.warn(code, message, help);
        }
    }
}
