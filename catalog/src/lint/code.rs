//! The Python of a notebook as rules look at it: what each cell binds, reads, brings in and calls.

use crate::instance::python;
use crate::notebook::{CellKind, Notebook};
use ruff_python_ast::visitor::{
    Visitor, walk_except_handler, walk_expr, walk_parameter, walk_pattern, walk_stmt, walk_type_param,
};
use ruff_python_ast::{ExceptHandler, Expr, ExprContext, Parameter, Pattern, Stmt, TypeParam};
use ruff_text_size::Ranged;
use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

/// Magics under which Python stands.
const WRAPPERS: [&str; 4] = ["time", "timeit", "capture", "prun"];

/// The Python of one cell.
#[derive(Debug, Default)]
pub(super) struct CellCode {
    /// The cell, from 0.
    pub(super) cell: usize,
    /// Where it stops being Python, as a byte of the cell, and why.
    pub(super) wrong: Option<(usize, String)>,
    /// Names that it binds, in any scope.
    pub(super) binds: HashSet<String>,
    /// Names that it reads, with their bytes in the cell.
    pub(super) loads: Vec<(String, usize)>,
    /// Modules that it brings in, with their bytes: the first part of their names.
    pub(super) imports: Vec<(String, usize)>,
    /// What it calls.
    pub(super) calls: Vec<Call>,
    /// What the names that come in stand for, where they are others: `np` for `numpy`, `loads` for `pickle.loads`.
    pub(super) stands_for: Vec<(String, String)>,
    /// Whether names come in that are not written down: `from x import *`, `exec`, `globals`, msticpy's `init_notebook`.
    pub(super) opaque: bool,
}

/// A call.
#[derive(Debug)]
pub(super) struct Call {
    /// What is called, as it is written: `pd.read_pickle`; of what has no name, the last part alone.
    pub(super) name: String,
    /// Its byte in the cell.
    pub(super) at: usize,
    /// Its first argument, where that is a text.
    pub(super) first: Option<String>,
    /// The words of its first argument, where that is a list that begins with texts.
    pub(super) words: Vec<String>,
}

impl Call {
    /// The last part of its name.
    pub(super) fn method(&self) -> &str {
        self.name.rsplit('.').next().unwrap_or_default()
    }
}

/// What a call calls, whatever name its module or function came in under: `pickle.loads` for `loads`.
pub(super) fn meant<'c>(stands_for: &HashMap<&'c str, &'c str>, call: &'c Call) -> Cow<'c, str> {
    let (first, rest) = call.name.split_once('.').unwrap_or((&call.name, ""));
    match stands_for.get(first) {
        Some(meant) if rest.is_empty() => (*meant).into(),
        Some(meant) => format!("{meant}.{rest}").into(),
        None => (&call.name).into(),
    }
}

/// What the names stand for that come in anywhere in a notebook.
pub(super) fn stands_for(code: &[CellCode]) -> HashMap<&str, &str> {
    let all = code.iter().flat_map(|code| &code.stands_for);
    all.map(|(bound, meant)| (bound.as_str(), meant.as_str())).collect()
}

/// The Python of a notebook's code cells. Cells of other magics, and those too long to be parsed, are left out.
pub(super) fn read_cells(notebook: &Notebook) -> Vec<CellCode> {
    let code = notebook.cells.iter().enumerate().filter(|(_, cell)| cell.kind == CellKind::Code);
    code.filter_map(|(index, cell)| read_cell(index, &cell.source)).collect()
}

fn read_cell(index: usize, source: &str) -> Option<CellCode> {
    let start = body(source)?;
    let (start, source) = (start, &source[start..]);
    python::parse(source, |parsed| {
        let mut code = CellCode { cell: index, ..CellCode::default() };
        code.wrong = parsed
            .errors()
            .first()
            .map(|error| (start + error.location.start().to_usize(), error.error.to_string()));
        let mut look = Look { start, code: &mut code };
        for statement in parsed.suite() {
            look.visit_stmt(statement);
        }
        code
    })
}

/// Where the Python of a cell begins; none when a magic says that it is none.
fn body(source: &str) -> Option<usize> {
    let blank = source.len() - source.trim_start().len();
    let Some(magic) = source[blank..].strip_prefix("%%") else { return Some(0) };
    let name = magic.split_whitespace().next().unwrap_or_default();
    let end = source[blank..].find('\n').map_or(source.len(), |end| blank + end + 1);
    WRAPPERS.contains(&name).then_some(end)
}

struct Look<'c> {
    start: usize,
    code: &'c mut CellCode,
}

impl Look<'_> {
    fn bind(&mut self, name: &str) {
        if !self.code.binds.contains(name) {
            self.code.binds.insert(name.to_owned());
        }
    }

    fn import(&mut self, module: &str, at: usize) {
        let first = module.split('.').next().unwrap_or_default();
        self.code.imports.push((first.to_owned(), self.start + at));
    }
}

/// What is called, as it is written.
fn dotted(expression: &Expr) -> String {
    match expression {
        Expr::Name(name) => name.id.to_string(),
        Expr::Attribute(attribute) => {
            let mut name = dotted(&attribute.value);
            if !name.is_empty() {
                name.push('.');
            }
            name.push_str(attribute.attr.as_str());
            name
        }
        _ => String::new(),
    }
}

/// The texts that a list begins with.
fn words(expression: &Expr) -> Vec<String> {
    let entries = match expression {
        Expr::List(list) => &list.elts,
        Expr::Tuple(tuple) => &tuple.elts,
        _ => return Vec::new(),
    };
    let text = |entry: &Expr| entry.as_string_literal_expr().map(|text| text.value.to_str().to_owned());
    entries.iter().map_while(text).collect()
}

impl<'a> Visitor<'a> for Look<'_> {
    fn visit_stmt(&mut self, statement: &'a Stmt) {
        match statement {
            Stmt::FunctionDef(function) => self.bind(function.name.as_str()),
            Stmt::ClassDef(class) => self.bind(class.name.as_str()),
            Stmt::Global(global) => global.names.iter().for_each(|name| self.bind(name.as_str())),
            Stmt::Import(import) => {
                for alias in &import.names {
                    let name = alias.name.as_str();
                    self.import(name, alias.range.start().to_usize());
                    let bound = alias.asname.as_ref().map_or(name, |name| name.as_str());
                    self.bind(bound.split('.').next().unwrap_or_default());
                    if bound != name {
                        self.code.stands_for.push((bound.to_owned(), name.to_owned()));
                    }
                }
            }
            Stmt::ImportFrom(import) => {
                if let Some(module) = import.module.as_ref().filter(|_| import.level == 0) {
                    self.import(module.as_str(), module.range.start().to_usize());
                }
                for alias in &import.names {
                    self.code.opaque |= alias.name.as_str() == "*";
                    let bound = alias.asname.as_ref().unwrap_or(&alias.name).as_str();
                    self.bind(bound);
                    if let Some(module) = import.module.as_ref().filter(|_| import.level == 0) {
                        let meant = format!("{module}.{}", alias.name);
                        self.code.stands_for.push((bound.to_owned(), meant));
                    }
                }
            }
            _ => {}
        }
        walk_stmt(self, statement);
    }

    fn visit_expr(&mut self, expression: &'a Expr) {
        match expression {
            Expr::Name(name) if name.ctx == ExprContext::Load => {
                self.code.loads.push((name.id.to_string(), self.start + name.range.start().to_usize()));
            }
            Expr::Name(name) => self.bind(name.id.as_str()),
            Expr::Call(call) => {
                let name = dotted(&call.func);
                self.code.opaque |= ["exec", "eval", "globals", "locals", "vars"].contains(&name.as_str())
                    || name.ends_with("init_notebook");
                let first = call.arguments.args.first().and_then(|first| match first {
                    Expr::StringLiteral(text) => Some(text.value.to_str().to_owned()),
                    _ => None,
                });
                let words = call.arguments.args.first().map(words).unwrap_or_default();
                let at = self.start + call.func.range().start().to_usize();
                self.code.calls.push(Call { name, at, first, words });
            }
            _ => {}
        }
        walk_expr(self, expression);
    }

    fn visit_parameter(&mut self, parameter: &'a Parameter) {
        self.bind(parameter.name.as_str());
        walk_parameter(self, parameter);
    }

    fn visit_type_param(&mut self, parameter: &'a TypeParam) {
        self.bind(parameter.name().as_str());
        walk_type_param(self, parameter);
    }

    fn visit_except_handler(&mut self, handler: &'a ExceptHandler) {
        let ExceptHandler::ExceptHandler(inner) = handler;
        if let Some(name) = &inner.name {
            self.bind(name.as_str());
        }
        walk_except_handler(self, handler);
    }

    fn visit_pattern(&mut self, pattern: &'a Pattern) {
        match pattern {
            Pattern::MatchAs(bound) => bound.name.iter().for_each(|name| self.bind(name.as_str())),
            Pattern::MatchStar(bound) => bound.name.iter().for_each(|name| self.bind(name.as_str())),
            Pattern::MatchMapping(bound) => bound.rest.iter().for_each(|name| self.bind(name.as_str())),
            _ => {}
        }
        walk_pattern(self, pattern);
    }
}
