//! # A file at an absolute path
//!
//! It is there for its author, and for nobody else.
//!
//! ~~~bad 5
//! # A hunt
//!
//! ```{code-cell} ipython3
//! import pandas as pd
//! hosts = pd.read_csv("/home/ana/hosts.csv")
//! ```
//! ~~~

use crate::lint::found::Found;
use crate::lint::subject::Subject;
use crate::lint::{Group, Rule, Severity};

pub(super) const RULE: Rule = Rule::new("path-absolute", Group::Code, Severity::Warning, check);

/// Calls that take a path.
const TAKES_PATH: [&str; 6] = ["open", "Path", "PurePath", "savefig", "load", "chdir"];

fn check(subject: &Subject<'_>, found: &mut Found<'_>) {
    for code in subject.code() {
        for call in &code.calls {
            let method = call.method();
            let takes =
                TAKES_PATH.contains(&method) || method.starts_with("read_") || method.starts_with("to_");
            let Some(path) = call.first.as_deref().filter(|path| takes && is_absolute(path)) else {
                continue;
            };
            let shown: String = path.chars().take(80).collect();
            found.in_cell(
                code.cell,
                call.at,
                format!("`{shown}` is a path on its author's machine"),
                "write a path beside the notebook, or make it a parameter",
            );
        }
    }
}

fn is_absolute(path: &str) -> bool {
    let drive = path.as_bytes();
    path.starts_with("~/")
        || path.starts_with('/') && path.len() > 1
        || path.starts_with(r"\\") && path.len() > 2
        || drive.len() > 2
            && drive[0].is_ascii_alphabetic()
            && drive[1] == b':'
            && matches!(drive[2], b'\\' | b'/')
}
