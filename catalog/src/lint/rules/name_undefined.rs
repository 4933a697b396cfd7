//! # A name that nothing defines
//!
//! It is read, and no cell assigns, imports or declares it: a slip of the pen, or a cell that was left behind in another
//! notebook. Notebooks with magics that may define names of their own, with `import *`, `exec` or
//! msticpy's `init_notebook` are not looked at.
//!
//! ~~~bad 5
//! # A hunt
//!
//! ```{code-cell} ipython3
//! hits = []
//! print(len(hitz))
//! ```
//! ~~~
//!
//! ~~~good
//! # A hunt
//!
//! ```{code-cell} ipython3
//! import pandas as pd
//! hits = [one for one in range(3)]
//! display(pd.DataFrame(hits), get_ipython(), __name__)
//! ```
//! ~~~

use crate::instance::cell_magic;
use crate::lint::found::Found;
use crate::lint::subject::Subject;
use crate::lint::{Group, Rule, Severity};
use crate::notebook::CellKind;
use regex::Regex;
use std::collections::HashSet;
use std::sync::LazyLock;

pub(super) const RULE: Rule = Rule::new("name-undefined", Group::Code, Severity::Error, check);

/// What Python and IPython bring along, but for what begins with an underscore.
const BUILTINS: &str = "abs aiter all anext any ascii bin bool breakpoint bytearray bytes callable chr classmethod \
    compile complex copyright credits delattr dict dir divmod enumerate eval exec exit filter float format frozenset \
    getattr globals hasattr hash help hex id input int isinstance issubclass iter len license list locals map max \
    memoryview min next object oct open ord pow print property quit range repr reversed round set setattr slice sorted \
    staticmethod str sum super tuple type vars zip display get_ipython In Out \
    ArithmeticError AssertionError AttributeError BaseException BaseExceptionGroup BlockingIOError BrokenPipeError \
    BufferError BytesWarning ChildProcessError ConnectionAbortedError ConnectionError ConnectionRefusedError \
    ConnectionResetError DeprecationWarning EOFError Ellipsis EncodingWarning EnvironmentError Exception ExceptionGroup \
    False FileExistsError FileNotFoundError FloatingPointError FutureWarning GeneratorExit IOError ImportError \
    ImportWarning IndentationError IndexError InterruptedError IsADirectoryError KeyError KeyboardInterrupt LookupError \
    MemoryError ModuleNotFoundError NameError None NotADirectoryError NotImplemented NotImplementedError OSError \
    OverflowError PendingDeprecationWarning PermissionError ProcessLookupError PythonFinalizationError RecursionError \
    ReferenceError ResourceWarning RuntimeError RuntimeWarning StopAsyncIteration StopIteration SyntaxError \
    SyntaxWarning SystemError SystemExit TabError TimeoutError True TypeError UnboundLocalError UnicodeDecodeError \
    UnicodeEncodeError UnicodeError UnicodeTranslateError UnicodeWarning UserWarning ValueError Warning ZeroDivisionError \
    spark sc sqlContext dbutils mssparkutils display_html";

/// Magics of which it is known which names they define.
const KNOWN: [&str; 22] = [
    "taegis",
    "time",
    "timeit",
    "capture",
    "prun",
    "bash",
    "sh",
    "html",
    "HTML",
    "markdown",
    "javascript",
    "js",
    "svg",
    "latex",
    "writefile",
    "file",
    "matplotlib",
    "pip",
    "conda",
    "config",
    "env",
    "autoreload",
];

static GIVEN: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"(?:--assign|--append|%%capture)[ =]+([A-Za-z_][A-Za-z0-9_]*)").ok());

fn check(subject: &Subject<'_>, found: &mut Found<'_>) {
    if !subject.is_python() || subject.code().iter().any(|code| code.opaque || code.wrong.is_some()) {
        return;
    }
    let mut bound: HashSet<&str> = BUILTINS.split_whitespace().collect();
    for (_, cell) in subject.cells(CellKind::Code) {
        if !all_magics_known(&cell.source) {
            return;
        }
        for given in GIVEN.iter().flat_map(|given| given.captures_iter(&cell.source)) {
            bound.extend(given.get(1).map(|name| name.as_str()));
        }
    }
    let code = subject.code();
    bound.extend(code.iter().flat_map(|code| code.binds.iter().map(String::as_str)));
    bound.extend(subject.parameters().iter().map(|parameter| parameter.name.as_str()));
    let mut told: HashSet<&str> = HashSet::new();
    for one in code {
        for (name, at) in &one.loads {
            if !name.starts_with('_') && !bound.contains(name.as_str()) && told.insert(name) {
                found.in_cell(
                    one.cell,
                    *at,
                    format!("nothing defines `{name}`"),
                    "define or import it in a cell above",
                );
            }
        }
    }
}

/// Whether all magics of a cell are among those of which it is known what they define.
fn all_magics_known(source: &str) -> bool {
    if let Some((name, ..)) = cell_magic(source)
        && !KNOWN.contains(&name)
    {
        return false;
    }
    source.lines().all(|line| {
        let Some(rest) = line.trim_start().strip_prefix('%') else { return true };
        let name = rest.trim_start_matches('%').split_whitespace().next().unwrap_or_default();
        name == "load_ext" || name == "reload_ext" || KNOWN.contains(&name)
    })
}
