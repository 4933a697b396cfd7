//! Python, as far as copies need it: names, literals, and reading a cell without falling over hostile ones.

use crate::notebook::python_text;
use ruff_python_ast::{Expr, ModModule, Number, UnaryOp};
use ruff_python_parser::{Mode, ParseOptions, Parsed, parse_expression, parse_unchecked};
use serde_json::{Map, Value};
use std::fmt::Write;

/// The longest cell that is parsed, in bytes. It bounds how deep the parser and its tree can nest.
pub(super) const LONGEST: usize = 32 << 10;
/// Stack for that depth, in bytes. Only what is used of it is ever touched.
pub(crate) const DEEP: usize = 64 << 20;
/// How deep a value may nest.
const DEPTH: usize = 32;
/// How many bytes a value may have as JSON.
const SIZE: usize = 64 << 10;

const KEYWORDS: [&str; 35] = [
    "False", "None", "True", "and", "as", "assert", "async", "await", "break", "class", "continue", "def",
    "del", "elif", "else", "except", "finally", "for", "from", "global", "if", "import", "in", "is",
    "lambda", "nonlocal", "not", "or", "pass", "raise", "return", "try", "while", "with", "yield",
];

/// Whether `name` can be assigned to: a Python name that is no keyword.
pub(crate) fn is_identifier(name: &str) -> bool {
    let mut chars = name.chars();
    chars.next().is_some_and(|c| c == '_' || c.is_alphabetic())
        && chars.all(|c| c == '_' || c.is_alphanumeric())
        && name.len() <= 255
        && !KEYWORDS.contains(&name)
}

/// Whether a value is small enough to be filled in.
pub(super) fn fits(value: &Value) -> bool {
    fn depth(value: &Value, left: usize) -> bool {
        match value {
            Value::Array(items) => left > 0 && items.iter().all(|item| depth(item, left - 1)),
            Value::Object(map) => left > 0 && map.values().all(|item| depth(item, left - 1)),
            _ => true,
        }
    }
    depth(value, DEPTH) && value.to_string().len() <= SIZE
}

/// Writes a value as the Python literal that papermill writes for it.
pub(super) fn literal(value: &Value, out: &mut String) {
    match value {
        Value::Null => out.push_str("None"),
        Value::Bool(true) => out.push_str("True"),
        Value::Bool(false) => out.push_str("False"),
        Value::Number(number) if number.is_f64() => {
            out.push_str(&python_text::float(number.as_f64().unwrap_or(0.0)));
        }
        Value::Number(number) => {
            let _ = write!(out, "{number}");
        }
        Value::String(text) => string(text, out),
        Value::Array(items) => {
            out.push('[');
            for (at, item) in items.iter().enumerate() {
                if at > 0 {
                    out.push_str(", ");
                }
                literal(item, out);
            }
            out.push(']');
        }
        Value::Object(map) => {
            out.push('{');
            for (at, (key, item)) in map.iter().enumerate() {
                if at > 0 {
                    out.push_str(", ");
                }
                string(key, out);
                out.push_str(": ");
                literal(item, out);
            }
            out.push('}');
        }
    }
}

/// Python's `unicode_escape` between double quotes: nothing but printable ASCII is left of any text.
fn string(text: &str, out: &mut String) {
    out.push('"');
    for c in text.chars() {
        let _ = match (c, u32::from(c)) {
            ('"', _) => write!(out, "\\\""),
            ('\\', _) => write!(out, "\\\\"),
            ('\n', _) => write!(out, "\\n"),
            ('\r', _) => write!(out, "\\r"),
            ('\t', _) => write!(out, "\\t"),
            (' '..='~', _) => write!(out, "{c}"),
            (_, code) if code <= 0xff => write!(out, "\\x{code:02x}"),
            (_, code) if code <= 0xffff => write!(out, "\\u{code:04x}"),
            (_, code) => write!(out, "\\U{code:08x}"),
        };
    }
    out.push('"');
}

/// Parses a cell as IPython does and hands it to `look`. None when the cell is too long to be parsed.
///
/// The parser nests as deep as the cell does, and so do those who look at its tree; hence a stack of its own where the thread's is
/// not deep enough (see [`crate::threads`]).
pub(crate) fn parse<T>(source: &str, look: impl FnOnce(&Parsed<ModModule>) -> T) -> Option<T> {
    if source.len() > LONGEST {
        return None;
    }
    stacker::maybe_grow(DEEP, DEEP, || {
        parse_unchecked(source, ParseOptions::from(Mode::Ipython))
            .try_into_module()
            .map(|parsed| look(&parsed))
    })
}

/// Parses one expression as `eval` does and hands it to `look`. None when it is none, or too long.
pub(super) fn expression<T>(source: &str, look: impl FnOnce(&Expr) -> T) -> Option<T> {
    let source = source.trim();
    if source.is_empty() || source.len() > LONGEST {
        return None;
    }
    stacker::maybe_grow(DEEP, DEEP, || {
        let parsed = parse_expression(source).ok()?;
        Some(look(parsed.expr()))
    })
}

/// Whether a text is one expression.
pub(super) fn is_expression(text: &str) -> bool {
    // Nearly always it is a name.
    text.split('.').all(is_identifier) || expression(text, |_| ()).is_some()
}

/// The value of an expression that is a literal.
pub(crate) fn value(expression: &Expr) -> Option<Value> {
    match expression {
        Expr::NoneLiteral(_) => Some(Value::Null),
        Expr::BooleanLiteral(literal) => Some(Value::Bool(literal.value)),
        Expr::StringLiteral(literal) => Some(Value::String(literal.value.to_str().to_owned())),
        Expr::NumberLiteral(literal) => match &literal.value {
            Number::Int(int) => int.as_i64().map(Value::from).or_else(|| int.as_u64().map(Value::from)),
            Number::Float(float) => serde_json::Number::from_f64(*float).map(Value::Number),
            Number::Complex { .. } => None,
        },
        Expr::UnaryOp(unary) if unary.op == UnaryOp::USub => match value(&unary.operand)? {
            Value::Number(number) => match (number.as_i64(), number.as_f64()) {
                (Some(int), _) => int.checked_neg().map(Value::from),
                (None, Some(float)) if number.is_f64() => {
                    serde_json::Number::from_f64(-float).map(Value::Number)
                }
                _ => None,
            },
            _ => None,
        },
        Expr::List(list) => list.elts.iter().map(value).collect(),
        Expr::Tuple(tuple) => tuple.elts.iter().map(value).collect(),
        Expr::Dict(dict) => {
            let mut map = Map::new();
            for item in &dict.items {
                let Some(Value::String(key)) = item.key.as_ref().and_then(value) else { return None };
                map.insert(key, value(&item.value)?);
            }
            Some(Value::Object(map))
        }
        _ => None,
    }
}
