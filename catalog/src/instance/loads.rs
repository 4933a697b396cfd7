//! Names that Python loads, found in its tree.

use super::cells::has_names_of_its_own;
use super::python;
use super::reads::Reads;
use ruff_python_ast::visitor::{Visitor, walk_expr, walk_interpolated_string_element, walk_stmt};
use ruff_python_ast::{
    Arguments, Comprehension, Expr, ExprContext, InterpolatedStringElement, Parameters, Stmt, StmtFunctionDef,
};
use std::collections::HashSet;

/// Looks for names that are loaded. What a function calls its own is no parameter.
pub(super) struct Loads<'r> {
    reads: &'r mut Reads,
    own: Vec<HashSet<String>>,
}

impl<'r> Loads<'r> {
    /// Adds what is loaded to what is read.
    pub(super) fn into(reads: &'r mut Reads) -> Self {
        Self { reads, own: Vec::new() }
    }
}

impl Loads<'_> {
    fn load(&mut self, name: &str) {
        if !self.own.iter().any(|own| own.contains(name)) {
            self.reads.add(name);
        }
    }

    fn defaults(&mut self, parameters: &Parameters) {
        for parameter in parameters.iter_non_variadic_params() {
            if let Some(default) = &parameter.default {
                self.visit_expr(default);
            }
        }
    }

    fn function(&mut self, function: &StmtFunctionDef) {
        for decorator in &function.decorator_list {
            self.visit_decorator(decorator);
        }
        self.defaults(&function.parameters);
        let mut own = Own::default();
        for statement in &function.body {
            own.visit_stmt(statement);
        }
        let mut names: HashSet<String> = own.stored.difference(&own.global).cloned().collect();
        names.extend(parameter_names(&function.parameters));
        self.own.push(names);
        for statement in &function.body {
            self.visit_stmt(statement);
        }
        self.own.pop();
    }

    /// The parts of a comprehension, whose own names are its own. The first thing that it runs over is looked up outside.
    fn comprehension<'a>(&mut self, generators: &'a [Comprehension], parts: &[&'a Expr]) {
        let mut own = Own::default();
        for generator in generators {
            own.visit_expr(&generator.target);
        }
        if let Some(first) = generators.first() {
            self.visit_expr(&first.iter);
        }
        self.own.push(own.stored);
        for (at, generator) in generators.iter().enumerate() {
            if at > 0 {
                self.visit_expr(&generator.iter);
            }
            for condition in &generator.ifs {
                self.visit_expr(condition);
            }
        }
        for part in parts {
            self.visit_expr(part);
        }
        self.own.pop();
    }

    /// Calls that look names up by their text.
    fn call(&mut self, function: &Expr, arguments: &Arguments) {
        match function {
            Expr::Name(name) if ["globals", "locals", "vars", "exec", "eval"].contains(&name.id.as_str()) => {
                self.reads.by_text = true;
            }
            Expr::Attribute(attribute) => match attribute.attr.as_str() {
                "query" | "eval" => self.reads.by_at = true,
                "run_cell_magic" | "run_line_magic" | "run_cell" | "system" | "getoutput" | "magic" => {
                    let mut texts = Texts::default();
                    texts.visit_arguments(arguments);
                    texts.0.iter().for_each(|text| self.reads.mention(text));
                }
                _ => {}
            },
            _ => {}
        }
    }
}

fn parameter_names(parameters: &Parameters) -> impl Iterator<Item = String> + '_ {
    parameters.iter().map(|parameter| parameter.name().as_str().to_owned())
}

impl<'a> Visitor<'a> for Loads<'_> {
    fn visit_stmt(&mut self, statement: &'a Stmt) {
        match statement {
            Stmt::FunctionDef(function) => self.function(function),
            Stmt::IpyEscapeCommand(command) => self.reads.escape(command.kind, &command.value),
            Stmt::AugAssign(assign) => {
                if let Expr::Name(name) = &*assign.target {
                    self.load(name.id.as_str());
                }
                walk_stmt(self, statement);
            }
            other => walk_stmt(self, other),
        }
    }

    fn visit_expr(&mut self, expression: &'a Expr) {
        match expression {
            Expr::Name(name) => {
                if name.ctx == ExprContext::Load {
                    self.load(name.id.as_str());
                }
            }
            Expr::IpyEscapeCommand(command) => self.reads.escape(command.kind, &command.value),
            Expr::Lambda(lambda) => {
                let own = lambda.parameters.as_deref().map(|parameters| {
                    self.defaults(parameters);
                    parameter_names(parameters).collect()
                });
                self.own.push(own.unwrap_or_default());
                self.visit_expr(&lambda.body);
                self.own.pop();
            }
            Expr::ListComp(inner) => self.comprehension(&inner.generators, &[&inner.elt]),
            Expr::SetComp(inner) => self.comprehension(&inner.generators, &[&inner.elt]),
            Expr::Generator(inner) => self.comprehension(&inner.generators, &[&inner.elt]),
            Expr::DictComp(_) => walk_expr(self, expression),
            Expr::Call(call) => {
                self.call(&call.func, &call.arguments);
                walk_expr(self, expression);
            }
            Expr::Attribute(attribute) => {
                self.reads.by_text |= attribute.attr.as_str() == "user_ns";
                walk_expr(self, expression);
            }
            Expr::StringLiteral(literal) => self.reads.text(literal.value.to_str()),
            other => walk_expr(self, other),
        }
    }

    fn visit_interpolated_string_element(&mut self, element: &'a InterpolatedStringElement) {
        if let InterpolatedStringElement::Literal(literal) = element {
            self.reads.text(&literal.value);
        }
        walk_interpolated_string_element(self, element);
    }
}

/// Names that a function stores to itself.
#[derive(Default)]
struct Own {
    stored: HashSet<String>,
    global: HashSet<String>,
}

impl<'a> Visitor<'a> for Own {
    fn visit_stmt(&mut self, statement: &'a Stmt) {
        match statement {
            Stmt::FunctionDef(function) => {
                self.stored.insert(function.name.to_string());
            }
            Stmt::ClassDef(class) => {
                self.stored.insert(class.name.to_string());
            }
            Stmt::Global(names) => self.global.extend(names.names.iter().map(ToString::to_string)),
            other => walk_stmt(self, other),
        }
    }

    fn visit_expr(&mut self, expression: &'a Expr) {
        match expression {
            Expr::Name(name) if name.ctx == ExprContext::Store => {
                self.stored.insert(name.id.to_string());
            }
            scoped if has_names_of_its_own(scoped) => {}
            other => walk_expr(self, other),
        }
    }
}

/// The texts in an expression.
#[derive(Default)]
struct Texts<'a>(Vec<&'a str>);

impl<'a> Visitor<'a> for Texts<'a> {
    fn visit_expr(&mut self, expression: &'a Expr) {
        match expression {
            Expr::StringLiteral(literal) => self.0.push(literal.value.to_str()),
            other => walk_expr(self, other),
        }
    }

    fn visit_interpolated_string_element(&mut self, element: &'a InterpolatedStringElement) {
        if let InterpolatedStringElement::Literal(literal) = element {
            self.0.push(&literal.value);
        }
    }
}

/// What the assignments at the top of a cell compute, and the names that they read for it.
pub(super) fn computed(source: &str) -> Vec<(String, Vec<String>)> {
    let computed = python::parse(source, |parsed| {
        let mut found = Vec::new();
        for statement in parsed.suite() {
            let (targets, value) = match statement {
                Stmt::Assign(assign) => (assign.targets.as_slice(), &*assign.value),
                Stmt::AnnAssign(assign) => match &assign.value {
                    Some(value) => (std::slice::from_ref(&*assign.target), &**value),
                    None => continue,
                },
                _ => continue,
            };
            let mut reads = Reads::default();
            Loads::into(&mut reads).visit_expr(value);
            let mut names: Vec<String> = reads.names.into_iter().collect();
            names.sort();
            if names.is_empty() {
                continue;
            }
            let mut own = Own::default();
            for target in targets {
                own.visit_expr(target);
            }
            found.extend(own.stored.into_iter().map(|target| (target, names.clone())));
        }
        found.sort();
        found
    });
    computed.unwrap_or_default()
}
