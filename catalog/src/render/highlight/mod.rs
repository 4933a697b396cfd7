//! Colours for code: small lexers of our own, one file a language.
//!
//! What comes out is escaped text with flat spans, one a token, and single-letter classes:
//!
//! | class | what |
//! |---|---|
//! | `k` | keyword |
//! | `s` | string |
//! | `n` | number |
//! | `c` | comment |
//! | `f` | function |
//! | `a` | name: key, field, decorator, option |
//! | `t` | type or table |
//! | `v` | variable that is filled in |
//! | `o` | operator |
//! | `m` | magic |
//!
//! A lexer colours; it does not judge. Whatever it cannot tell is left as text, nothing is dropped, and every lexer goes
//! over its text once.

mod cql;
mod embedded;
mod eql;
mod esql;
mod json;
mod kql;
mod powershell;
mod python;
mod scan;
mod shell;
mod spl;
mod sql;
mod yaml;
mod yara;

use scan::Scan;
pub(crate) use scan::escape;
use std::ops::Range;

/// A language that is told apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Language {
    /// Python with IPython's magics; the body of a cell magic in its own language.
    Python,
    /// Taegis' query language.
    Cql,
    /// Kusto: Sentinel, Defender.
    Kql,
    /// SQL.
    Sql,
    /// Splunk's search language.
    Spl,
    /// Elastic's event query language.
    Eql,
    /// Elastic's piped language, ES|QL.
    Esql,
    /// YARA rules.
    Yara,
    /// Sigma rules, which are YAML.
    Sigma,
    /// PowerShell.
    PowerShell,
    /// Shells of the Bourne family.
    Shell,
    /// JSON.
    Json,
    /// YAML.
    Yaml,
    /// Anything else.
    Plain,
}

impl Language {
    /// The language of a fence's info string or a lexer's name.
    pub fn of_name(name: &str) -> Self {
        match name.trim().to_ascii_lowercase().as_str() {
            "python" | "python3" | "py" | "ipython" | "ipython3" => Self::Python,
            "cql" | "taegis" => Self::Cql,
            "kql" | "kusto" | "csl" => Self::Kql,
            "sql" | "sqlite" | "postgresql" | "mysql" | "tsql" | "spark-sql" => Self::Sql,
            "spl" | "splunk" | "splunk-spl" => Self::Spl,
            "eql" => Self::Eql,
            "esql" | "es|ql" | "es-ql" => Self::Esql,
            "yara" | "yar" => Self::Yara,
            "sigma" => Self::Sigma,
            "powershell" | "pwsh" | "ps1" | "posh" => Self::PowerShell,
            "bash" | "sh" | "shell" | "zsh" | "console" | "shell-session" => Self::Shell,
            "json" | "jsonl" | "jsonc" => Self::Json,
            "yaml" | "yml" => Self::Yaml,
            _ => Self::Plain,
        }
    }

    /// The language of the body of a cell magic, by the magic's name; none when the body is Python.
    pub fn of_magic(name: &str) -> Option<Self> {
        match name {
            "taegis" => Some(Self::Cql),
            "kql" => Some(Self::Kql),
            "sql" | "sparksql" | "bigquery" => Some(Self::Sql),
            "bash" | "sh" | "script" | "system" | "!" | "sx" => Some(Self::Shell),
            "splunk" | "spl" => Some(Self::Spl),
            "eql" => Some(Self::Eql),
            "esql" | "elastic" => Some(Self::Esql),
            "yara" => Some(Self::Yara),
            "sigma" => Some(Self::Sigma),
            "powershell" | "pwsh" => Some(Self::PowerShell),
            "capture" | "time" | "timeit" | "prun" | "python" | "python3" | "pypy" | "debug" => None,
            _ => Some(Self::Plain),
        }
    }

    /// The language of what stands behind a line magic; none when it is arguments, as a shell would take them.
    pub fn of_line_magic(name: &str) -> Option<Self> {
        match name {
            "kql" => Some(Self::Kql),
            "sql" => Some(Self::Sql),
            "splunk" | "spl" => Some(Self::Spl),
            "eql" => Some(Self::Eql),
            "esql" => Some(Self::Esql),
            _ => None,
        }
    }

    /// The name for people; empty for plain text.
    pub fn label(self) -> &'static str {
        match self {
            Self::Python => "Python",
            Self::Cql => "Taegis",
            Self::Kql => "KQL",
            Self::Sql => "SQL",
            Self::Spl => "SPL",
            Self::Eql => "EQL",
            Self::Esql => "ES|QL",
            Self::Yara => "YARA",
            Self::Sigma => "Sigma",
            Self::PowerShell => "PowerShell",
            Self::Shell => "Shell",
            Self::Json => "JSON",
            Self::Yaml => "YAML",
            Self::Plain => "",
        }
    }

    /// The class of a `code` element that holds it.
    pub fn class(self) -> &'static str {
        match self {
            Self::Python => "language-python",
            Self::Cql => "language-cql",
            Self::Kql => "language-kql",
            Self::Sql => "language-sql",
            Self::Spl => "language-spl",
            Self::Eql => "language-eql",
            Self::Esql => "language-esql",
            Self::Yara => "language-yara",
            Self::Sigma => "language-sigma",
            Self::PowerShell => "language-powershell",
            Self::Shell => "language-shell",
            Self::Json => "language-json",
            Self::Yaml => "language-yaml",
            Self::Plain => "language-plain",
        }
    }

    /// All of them.
    pub const ALL: [Self; 14] = [
        Self::Python,
        Self::Cql,
        Self::Kql,
        Self::Sql,
        Self::Spl,
        Self::Eql,
        Self::Esql,
        Self::Yara,
        Self::Sigma,
        Self::PowerShell,
        Self::Shell,
        Self::Json,
        Self::Yaml,
        Self::Plain,
    ];
}

/// What a token is; the letter is its class.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Class {
    Keyword,
    String,
    Number,
    Comment,
    Function,
    Name,
    Type,
    Variable,
    Operator,
    Magic,
}

/// A coloured part of a code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// Where it stands, in bytes.
    pub range: Range<usize>,
    /// One of [`CLASSES`].
    pub class: &'static str,
}

impl Class {
    fn name(self) -> &'static str {
        match self {
            Self::Keyword => "k",
            Self::String => "s",
            Self::Number => "n",
            Self::Comment => "c",
            Self::Function => "f",
            Self::Name => "a",
            Self::Type => "t",
            Self::Variable => "v",
            Self::Operator => "o",
            Self::Magic => "m",
        }
    }
}

/// The classes that occur, for the sanitizer and the stylesheet.
pub const CLASSES: [&str; 10] = ["k", "s", "n", "c", "f", "a", "t", "v", "o", "m"];

/// Code as escaped text with coloured spans; no element around it.
pub fn highlight(source: &str, language: Language) -> String {
    let mut scan = Scan::new(source);
    lex(&mut scan, language);
    scan.finish()
}

/// The coloured parts of a code, from its beginning on; what lies between them has no colour.
pub fn tokens(source: &str, language: Language) -> Vec<Token> {
    let mut scan = Scan::for_tokens(source);
    lex(&mut scan, language);
    scan.into_tokens()
}

/// Colours what is left of a text.
fn lex(scan: &mut Scan<'_>, language: Language) {
    match language {
        Language::Python => python::lex(scan),
        Language::Cql => cql::lex(scan),
        Language::Kql => kql::lex(scan),
        Language::Sql => sql::lex(scan),
        Language::Spl => spl::lex(scan),
        Language::Eql => eql::lex(scan),
        Language::Esql => esql::lex(scan),
        Language::Yara => yara::lex(scan),
        Language::PowerShell => powershell::lex(scan),
        Language::Shell => shell::lex(scan),
        Language::Json => json::lex(scan),
        Language::Yaml => yaml::lex(scan, false),
        Language::Sigma => yaml::lex(scan, true),
        Language::Plain => scan.plain_to(scan.end()),
    }
}

/// What a code cell is, for its label: the language of its cell magic's body, of its only `%kql` line, or Python.
pub fn language_of_cell(source: &str, kernel: Language) -> Language {
    let first = source
        .lines()
        .map(str::trim)
        .find(|line| !line.is_empty() && !line.starts_with('#'))
        .unwrap_or_default();
    let name =
        |line: &str| line.trim_start_matches('%').split_whitespace().next().unwrap_or_default().to_owned();
    if first.starts_with("%%") {
        return Language::of_magic(&name(first)).unwrap_or(kernel);
    }
    let named = name(first);
    if first.starts_with('%') && (named == "taegis" || Language::of_line_magic(&named).is_some()) {
        return Language::of_magic(&named).unwrap_or(kernel);
    }
    kernel
}

#[cfg(test)]
mod tests;
