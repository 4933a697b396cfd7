//! What other cells do with the names that a copy fills in, and what they do to the service.
//!
//! Cells hold Python, `IPython` magics and queries side by side. Where a cell is Python it is parsed; where it is not, its
//! words are looked at. All of this is a second look, not a proof.

use super::python;
use crate::notebook::{CellKind, Notebook};
use ruff_python_ast::visitor::{Visitor, walk_expr, walk_stmt};
use ruff_python_ast::{Expr, ExprContext, Stmt};

/// Commands of the Taegis command line that may write.
const OBJECTS: [&str; 10] = [
    "investigations",
    "cases",
    "alerts",
    "rules",
    "tenant-profiles",
    "clients",
    "users",
    "sharelinks",
    "orchestration",
    "tenants",
];
/// What they are told to do when they write.
const VERBS: [&str; 21] = [
    "create",
    "update",
    "delete",
    "remove",
    "add",
    "append",
    "stage",
    "unstage",
    "clear",
    "merge",
    "upload",
    "execute",
    "enable",
    "disable",
    "close",
    "archive",
    "assign",
    "resolve",
    "edit",
    "set",
    "invite-users",
];
/// What functions of an SDK are called that write: `VERB_OBJECT…(`.
const CALL_VERBS: [&str; 12] = [
    "create", "update", "delete", "remove", "add", "append", "close", "archive", "post", "merge", "assign",
    "upload",
];
/// What they write.
const CALL_OBJECTS: [&str; 10] = [
    "investigation",
    "case",
    "evidence",
    "alert",
    "incident",
    "comment",
    "bookmark",
    "watchlist",
    "rule",
    "ticket",
];

pub(super) fn is_word(c: char) -> bool {
    c == '_' || c.is_alphanumeric()
}

/// The names in a text, with what stands behind each. Lines that are comments are passed over.
pub(super) fn words(source: &str) -> impl Iterator<Item = (&str, &str)> {
    source.lines().filter(|line| !line.trim_start().starts_with('#')).flat_map(|line| {
        let mut rest = line;
        std::iter::from_fn(move || {
            let begin = rest.find(is_word)?;
            let tail = &rest[begin..];
            let end = tail.find(|c| !is_word(c)).unwrap_or(tail.len());
            rest = &tail[end..];
            Some((&tail[..end], rest))
        })
    })
}

/// Whether `name` occurs in a cell.
pub(super) fn mentions(source: &str, name: &str) -> bool {
    source.contains(name) && words(source).any(|(word, _)| word == name)
}

/// The first code cell that names one of `names`.
pub(super) fn first_mention(notebook: &Notebook, names: &[String]) -> Option<(usize, String)> {
    notebook.cells.iter().enumerate().filter(|(_, cell)| cell.kind == CellKind::Code).find_map(
        |(index, cell)| {
            names.iter().find(|name| mentions(&cell.source, name)).map(|name| (index, name.clone()))
        },
    )
}

/// Whether a cell needs to know the copy's file name: the cache lives in the notebook itself.
pub(super) fn needs_file_name(notebook: &Notebook) -> bool {
    notebook.cells.iter().filter(|cell| cell.kind == CellKind::Code).any(|cell| {
        cell.source.lines().any(|line| {
            let line = line.trim_start();
            line.starts_with('%') && line.split_whitespace().any(|word| word == "--cache")
                || line.starts_with("%generate_report")
        })
    })
}

/// The words of each command that goes to the Taegis command line.
fn commands(source: &str) -> impl Iterator<Item = Vec<&str>> {
    source.lines().filter_map(|line| {
        let line = line.trim_start();
        let line = line
            .split_once("get_ipython().system(")
            .map_or(line, |(_, rest)| rest.trim_start_matches(['"', '\'']));
        let rest = line.trim_start_matches(['%', '!']);
        let mut words = rest.split_whitespace();
        (rest.len() < line.len() || line.starts_with("taegis "))
            .then(|| words.next())
            .flatten()
            .filter(|first| *first == "taegis")
            .map(|_| words.collect())
    })
}

/// A tenant that a command names by its key, if it is not `key`.
pub(crate) fn fixed_tenant(notebook: &Notebook, key: &str) -> Option<(usize, String)> {
    notebook.cells.iter().enumerate().filter(|(_, cell)| cell.kind == CellKind::Code).find_map(
        |(index, cell)| {
            commands(&cell.source).find_map(|command| {
                let mut words = command.iter();
                let mut fixed = None;
                while let Some(word) = words.next() {
                    let value = match word.strip_prefix("--tenant") {
                        Some("") => words.next().copied(),
                        Some(rest) => rest.strip_prefix('='),
                        None => None,
                    };
                    fixed = fixed.or(value.map(|value| value.trim_matches(['"', '\''])).filter(|value| {
                        !value.starts_with(['$', '{']) && !value.is_empty() && *value != key
                    }));
                }
                fixed.map(|fixed| (index, fixed.to_owned()))
            })
        },
    )
}

/// Whether a cell writes to the service, as far as one can see.
pub(crate) fn writes(source: &str) -> bool {
    let by_command = commands(source).any(|command| {
        let mut words = command.iter().skip_while(|word| !OBJECTS.contains(*word));
        words.next().is_some()
            && words.take_while(|word| !word.starts_with('-')).any(|word| VERBS.contains(word))
    });
    by_command
        || words(source).any(|(word, behind)| {
            let called = behind.trim_start().starts_with('(');
            word == "mutation" && behind.starts_with('.')
                || called
                    && CALL_VERBS.iter().any(|verb| {
                        word.strip_prefix(verb)
                            .and_then(|rest| rest.strip_prefix('_'))
                            .is_some_and(|rest| CALL_OBJECTS.iter().any(|object| rest.starts_with(object)))
                    })
        })
}

/// Which of `names` a code cell assigns.
pub(crate) fn assigned(source: &str, names: &[String]) -> Vec<String> {
    let names: Vec<&String> = names.iter().filter(|name| mentions(source, name)).collect();
    if names.is_empty() {
        return Vec::new();
    }
    let first = source.lines().find(|line| !line.trim().is_empty()).unwrap_or("").trim_start();
    // What stands under these is Python still; what stands under any other cell magic is not.
    let wrapped = ["%%time", "%%timeit", "%%capture", "%%prun"].iter().any(|magic| first.starts_with(magic));
    let body = if wrapped { source.split_once(first).map_or("", |(_, body)| body) } else { source };
    let to_name = |name: &String| {
        commands(source).any(|command| {
            command.windows(2).any(|pair| matches!(pair[0], "--assign" | "--append") && pair[1] == name)
        })
    };
    let mut found: Vec<String> =
        names.iter().filter(|name| to_name(name)).map(|name| (*name).clone()).collect();
    if first.starts_with("%%") && !wrapped {
        return found;
    }
    let parsed = python::parse(body, |parsed| {
        let mut stores = Stores { names: &names, found: Vec::new() };
        for statement in parsed.suite() {
            stores.visit_stmt(statement);
        }
        (parsed.has_valid_syntax(), stores.found)
    });
    match parsed {
        Some((true, more)) => found.extend(more),
        // Not Python, or too long: a line that begins with the name and an equals sign.
        parsed => {
            found.extend(parsed.into_iter().flat_map(|(_, more)| more));
            found
                .extend(names.iter().filter(|name| assigned_by_line(body, name)).map(|name| (*name).clone()));
        }
    }
    found.sort();
    found.dedup();
    found
}

fn assigned_by_line(source: &str, name: &str) -> bool {
    source.lines().any(|line| {
        line.trim_start().strip_prefix(name).is_some_and(|rest| {
            let rest = rest.trim_start();
            let rest = if rest.starts_with(':') { rest.split_once('=').map_or("", |_| "=") } else { rest };
            rest.starts_with('=') && !rest.starts_with("==")
        })
    })
}

/// Looks for names that are stored to. What a function does inside itself is its own.
struct Stores<'n> {
    names: &'n [&'n String],
    found: Vec<String>,
}

impl Stores<'_> {
    fn store(&mut self, name: &str) {
        if self.names.iter().any(|known| *known == name) {
            self.found.push(name.to_owned());
        }
    }
}

impl<'a> Visitor<'a> for Stores<'_> {
    fn visit_stmt(&mut self, statement: &'a Stmt) {
        match statement {
            Stmt::FunctionDef(function) => self.store(function.name.as_str()),
            Stmt::ClassDef(class) => self.store(class.name.as_str()),
            Stmt::Import(import) => {
                for alias in &import.names {
                    self.store(alias.asname.as_ref().unwrap_or(&alias.name).as_str());
                }
            }
            Stmt::ImportFrom(import) => {
                for alias in &import.names {
                    self.store(alias.asname.as_ref().unwrap_or(&alias.name).as_str());
                }
            }
            // An annotation without a value assigns nothing.
            Stmt::AnnAssign(assign) if assign.value.is_none() => {}
            other => walk_stmt(self, other),
        }
    }

    fn visit_expr(&mut self, expression: &'a Expr) {
        match expression {
            Expr::Name(name) => {
                if matches!(name.ctx, ExprContext::Store | ExprContext::Del) {
                    self.store(name.id.as_str());
                }
            }
            scoped if has_names_of_its_own(scoped) => {}
            other => walk_expr(self, other),
        }
    }
}

/// Whether what an expression stores stays within it.
pub(super) fn has_names_of_its_own(expression: &Expr) -> bool {
    matches!(
        expression,
        Expr::Lambda(_) | Expr::ListComp(_) | Expr::SetComp(_) | Expr::DictComp(_) | Expr::Generator(_)
    )
}
