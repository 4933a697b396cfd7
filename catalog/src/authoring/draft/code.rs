//! The Python of a cell as a draft changes it: statements, what they bind and read, texts, comments, and named values, each
//! with its place.

use crate::instance::python;
use ruff_python_ast::token::TokenKind;
use ruff_python_ast::visitor::{Visitor, walk_expr, walk_stmt};
use ruff_python_ast::{Expr, ExprContext, ModModule, Stmt};
use ruff_python_parser::Parsed;
use ruff_text_size::Ranged;
use std::collections::HashSet;
use std::ops::Range;

/// A cell's Python.
#[derive(Debug, Default)]
pub(super) struct Code {
    /// The statements of the cell itself, in order.
    pub(super) statements: Vec<Statement>,
    /// Texts, outermost only.
    pub(super) texts: Vec<Text>,
    /// Comments.
    pub(super) comments: Vec<Range<usize>>,
    /// Whole numbers.
    pub(super) numbers: Vec<Range<usize>>,
    /// Values that have a name.
    pub(super) named: Vec<Named>,
    /// Calls, the outer before the inner.
    pub(super) calls: Vec<Call>,
}

/// A statement of a cell.
#[derive(Debug)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each says another thing, and none follows from the others"
)]
pub(super) struct Statement {
    pub(super) at: Range<usize>,
    /// Names that it binds for the cells behind it.
    pub(super) binds: HashSet<String>,
    /// Names that it reads as soon as it runs.
    pub(super) loads: HashSet<String>,
    /// The one name that it assigns, and the place of the value.
    pub(super) assigns: Option<(String, Range<usize>)>,
    /// Whether it only brings in modules.
    pub(super) imports: bool,
    /// Whether it is one expression, whose value is shown where it is the last.
    pub(super) shows: bool,
    /// Whether it has no statements inside it.
    pub(super) simple: bool,
    /// Whether it is a line of a magic or a shell.
    pub(super) escapes: bool,
}

/// A text.
#[derive(Debug, Clone)]
pub(super) struct Text {
    pub(super) at: Range<usize>,
    /// What is between its quotes.
    pub(super) body: Range<usize>,
    /// Whether names in braces are filled in.
    pub(super) formatted: bool,
    /// Whether it can be made so.
    pub(super) plain: bool,
    /// What is filled in, braces included.
    pub(super) holes: Vec<Range<usize>>,
}

/// A value with a name: `name = …`, `call(name=…)`, `{"name": …}`, `name == …`.
#[derive(Debug)]
pub(super) struct Named {
    pub(super) name: String,
    pub(super) value: Range<usize>,
    /// What a text says or how a number is written; none for anything else.
    pub(super) literal: Option<String>,
    /// The call whose argument it is.
    pub(super) call: Option<String>,
}

/// A call.
#[derive(Debug)]
pub(super) struct Call {
    pub(super) at: Range<usize>,
    /// What is called, as written: `pd.read_csv`.
    pub(super) name: String,
    /// Its first argument.
    pub(super) first: Option<Range<usize>>,
    /// Whether all its arguments are whole numbers, and which.
    pub(super) numbers: Option<Vec<u32>>,
    /// Names of its keywords.
    pub(super) keywords: Vec<String>,
    /// Whether it has no argument.
    pub(super) bare: bool,
    /// Whether it runs once, with its statement: in no loop, branch or function.
    pub(super) once: bool,
}

impl Code {
    /// Reads a cell without a cell magic; none when it is no Python, or too long.
    pub(super) fn read(source: &str) -> Option<Self> {
        python::parse(source, |parsed| parsed.has_valid_syntax().then(|| Self::of(source, parsed))).flatten()
    }

    fn of(source: &str, parsed: &Parsed<ModModule>) -> Self {
        let mut code = Self::default();
        code.tokens(source, parsed);
        for statement in parsed.suite() {
            let mut look = Look {
                code: &mut code,
                binds: HashSet::new(),
                loads: HashSet::new(),
                own: HashSet::new(),
                deep: 0,
                inside: 0,
            };
            look.visit_stmt(statement);
            let Look { binds, mut loads, own, .. } = look;
            loads.retain(|name| !own.contains(name));
            let assigns = match statement {
                Stmt::Assign(assign) => match assign.targets.as_slice() {
                    [Expr::Name(name)] => Some((name.id.to_string(), bytes(&*assign.value))),
                    _ => None,
                },
                Stmt::AnnAssign(assign) => match (&*assign.target, &assign.value) {
                    (Expr::Name(name), Some(value)) => Some((name.id.to_string(), bytes(&**value))),
                    _ => None,
                },
                _ => None,
            };
            code.statements.push(Statement {
                at: bytes(statement),
                binds,
                loads,
                assigns,
                imports: matches!(statement, Stmt::Import(_) | Stmt::ImportFrom(_)),
                shows: matches!(statement, Stmt::Expr(_)),
                simple: matches!(
                    statement,
                    Stmt::Expr(_) | Stmt::Assign(_) | Stmt::AnnAssign(_) | Stmt::AugAssign(_)
                ),
                escapes: matches!(statement, Stmt::IpyEscapeCommand(_)),
            });
        }
        code
    }

    fn tokens(&mut self, source: &str, parsed: &Parsed<ModModule>) {
        let mut open: Vec<usize> = Vec::new();
        let mut filled: Vec<Range<usize>> = Vec::new();
        let mut last = 0;
        for token in parsed.tokens() {
            let at = bytes(token);
            match token.kind() {
                TokenKind::String if open.is_empty() => {
                    self.texts.extend(text(source, at, false, Vec::new()));
                }
                TokenKind::FStringStart | TokenKind::TStringStart => {
                    if open.is_empty() {
                        filled.clear();
                        last = at.end;
                    }
                    open.push(at.start);
                }
                TokenKind::FStringMiddle | TokenKind::TStringMiddle if open.len() == 1 => {
                    if at.start > last {
                        filled.push(last..at.start);
                    }
                    last = at.end;
                }
                TokenKind::FStringEnd | TokenKind::TStringEnd => {
                    if let Some(start) = open.pop().filter(|_| open.is_empty()) {
                        if at.start > last {
                            filled.push(last..at.start);
                        }
                        self.texts.extend(text(source, start..at.end, true, std::mem::take(&mut filled)));
                    }
                }
                TokenKind::Comment => self.comments.push(at),
                TokenKind::Int if open.is_empty() => self.numbers.push(at),
                _ => {}
            }
        }
    }

    /// The text that begins at a place.
    pub(super) fn text_at(&self, place: usize) -> Option<&Text> {
        self.texts.iter().find(|text| text.at.start == place)
    }
}

/// A literal by its range: prefix and quotes are told from its first letters.
fn text(source: &str, at: Range<usize>, formatted: bool, holes: Vec<Range<usize>>) -> Option<Text> {
    let written = source.get(at.clone())?;
    let prefix = written.bytes().take_while(u8::is_ascii_alphabetic).count();
    let quote = written.as_bytes().get(prefix)?;
    let quotes = if written.get(prefix..)?.as_bytes().starts_with(&[*quote; 3]) { 3 } else { 1 };
    let body = at.start + prefix + quotes..at.end.checked_sub(quotes)?;
    let plain = !written.get(..prefix)?.contains(['b', 'B', 't', 'T']);
    (body.start <= body.end).then_some(Text { at, body, formatted, plain, holes })
}

/// The bytes of something.
fn bytes(ranged: &impl Ranged) -> Range<usize> {
    ranged.range().start().to_usize()..ranged.range().end().to_usize()
}

/// What is called, as it is written; nothing of what has no name.
fn dotted(expression: &Expr) -> String {
    match expression {
        Expr::Name(name) => name.id.to_string(),
        Expr::Attribute(attribute) => format!("{}.{}", dotted(&attribute.value), attribute.attr),
        _ => String::new(),
    }
}

fn literal(expression: &Expr) -> Option<String> {
    match expression {
        Expr::StringLiteral(text) => Some(text.value.to_str().to_owned()),
        Expr::NumberLiteral(_) => match python::value(expression)? {
            serde_json::Value::Number(number) if number.is_u64() => Some(number.to_string()),
            _ => None,
        },
        _ => None,
    }
}

struct Look<'c> {
    code: &'c mut Code,
    binds: HashSet<String>,
    loads: HashSet<String>,
    /// Names that comprehensions and functions keep to themselves.
    own: HashSet<String>,
    /// How many functions it stands in.
    deep: usize,
    /// How many loops, branches and comprehensions.
    inside: usize,
}

impl Look<'_> {
    fn bind(&mut self, name: &str) {
        let names = if self.deep == 0 { &mut self.binds } else { &mut self.own };
        names.insert(name.to_owned());
    }

    fn load(&mut self, name: &str) {
        if self.deep == 0 && !self.binds.contains(name) {
            self.loads.insert(name.to_owned());
        }
    }

    fn named(&mut self, name: String, value: &Expr, call: Option<&str>) {
        let named =
            Named { name, value: bytes(value), literal: literal(value), call: call.map(str::to_owned) };
        self.code.named.push(named);
    }

    fn call(&mut self, call: &ruff_python_ast::ExprCall) {
        let name = dotted(&call.func);
        for keyword in &call.arguments.keywords {
            if let Some(arg) = &keyword.arg {
                self.named(arg.to_string(), &keyword.value, Some(&name));
            }
        }
        let number = |expression: &Expr| literal(expression).and_then(|text| text.parse().ok());
        let first = call.arguments.args.first();
        self.code.calls.push(Call {
            at: bytes(call),
            name,
            first: first.map(bytes),
            numbers: call.arguments.args.iter().map(number).collect(),
            keywords: call
                .arguments
                .keywords
                .iter()
                .filter_map(|one| one.arg.as_ref().map(ToString::to_string))
                .collect(),
            bare: call.arguments.args.is_empty() && call.arguments.keywords.is_empty(),
            once: self.deep == 0 && self.inside == 0,
        });
    }
}

impl<'a> Visitor<'a> for Look<'_> {
    fn visit_stmt(&mut self, statement: &'a Stmt) {
        let (mut deep, mut inside) = (0, 0);
        match statement {
            Stmt::FunctionDef(function) => {
                self.bind(function.name.as_str());
                self.own.extend(function.parameters.iter().map(|one| one.name().to_string()));
                deep = 1;
            }
            Stmt::ClassDef(class) => {
                self.bind(class.name.as_str());
                deep = 1;
            }
            Stmt::Import(import) => {
                for alias in &import.names {
                    let name = alias.asname.as_ref().unwrap_or(&alias.name).as_str();
                    self.bind(name.split('.').next().unwrap_or_default());
                }
            }
            Stmt::ImportFrom(import) => {
                for alias in &import.names {
                    self.bind(alias.asname.as_ref().unwrap_or(&alias.name).as_str());
                }
            }
            Stmt::Assign(assign) => {
                for target in &assign.targets {
                    if let Expr::Name(name) = target {
                        self.named(name.id.to_string(), &assign.value, None);
                    } else if let Expr::Subscript(subscript) = target
                        && let Some(key) = literal(&subscript.slice)
                    {
                        self.named(key, &assign.value, None);
                    }
                }
            }
            Stmt::AnnAssign(assign) => {
                if let (Expr::Name(name), Some(value)) = (&*assign.target, &assign.value) {
                    self.named(name.id.to_string(), value, None);
                }
            }
            Stmt::For(_) | Stmt::While(_) | Stmt::If(_) | Stmt::Try(_) | Stmt::With(_) | Stmt::Match(_) => {
                inside = 1;
            }
            _ => {}
        }
        self.deep += deep;
        self.inside += inside;
        walk_stmt(self, statement);
        self.deep -= deep;
        self.inside -= inside;
    }

    fn visit_expr(&mut self, expression: &'a Expr) {
        let mut inside = 0;
        match expression {
            Expr::Name(name) if name.ctx == ExprContext::Load => self.load(name.id.as_str()),
            Expr::Name(name) => self.bind(name.id.as_str()),
            Expr::Call(call) => self.call(call),
            Expr::Dict(dict) => {
                for item in &dict.items {
                    if let Some(key) = item.key.as_ref().and_then(literal) {
                        self.named(key, &item.value, None);
                    }
                }
            }
            Expr::Compare(compare) => {
                let name = dotted(&compare.left);
                if let Some(right) = compare.comparators.first().filter(|_| !name.is_empty()) {
                    self.named(name, right, None);
                }
            }
            Expr::Lambda(lambda) => {
                let parameters = lambda.parameters.iter().flat_map(|all| all.iter());
                self.own.extend(parameters.map(|one| one.name().to_string()));
                inside = 1;
            }
            Expr::ListComp(_) | Expr::SetComp(_) | Expr::DictComp(_) | Expr::Generator(_) | Expr::If(_) => {
                inside = 1;
            }
            _ => {}
        }
        let own = matches!(
            expression,
            Expr::ListComp(_) | Expr::SetComp(_) | Expr::DictComp(_) | Expr::Generator(_)
        );
        if own {
            self.comprehension(expression);
        }
        self.inside += inside;
        walk_expr(self, expression);
        self.inside -= inside;
    }
}

impl Look<'_> {
    /// Names that a comprehension binds are its own.
    fn comprehension(&mut self, expression: &Expr) {
        let generators = match expression {
            Expr::ListComp(one) => &one.generators,
            Expr::SetComp(one) => &one.generators,
            Expr::DictComp(one) => &one.generators,
            Expr::Generator(one) => &one.generators,
            _ => return,
        };
        for generator in generators {
            let mut targets = Targets(&mut self.own);
            targets.visit_expr(&generator.target);
        }
    }
}

/// The names that a target holds.
struct Targets<'o>(&'o mut HashSet<String>);

impl<'a> Visitor<'a> for Targets<'_> {
    fn visit_expr(&mut self, expression: &'a Expr) {
        if let Expr::Name(name) = expression {
            self.0.insert(name.id.to_string());
        }
        walk_expr(self, expression);
    }
}
