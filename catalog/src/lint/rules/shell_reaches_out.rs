//! # A shell command that reaches out
//!
//! `curl`, `wget`, `nc`, `ssh`, `scp` and the like fetch or send things from the hunter's machine, unseen in the report.
//!
//! ~~~bad 4
//! # A hunt
//!
//! ```{code-cell} ipython3
//! !curl -s https://example.com/list.txt -o list.txt
//! ```
//! ~~~

use crate::instance::cell_magic;
use crate::lint::found::Found;
use crate::lint::subject::Subject;
use crate::lint::{Group, Rule, Severity};
use crate::notebook::CellKind;

pub(super) const RULE: Rule = Rule::new("shell-reaches-out", Group::Safety, Severity::Warning, check);

const COMMANDS: [&str; 11] =
    ["curl", "wget", "nc", "ncat", "netcat", "ssh", "scp", "sftp", "rsync", "ftp", "Invoke-WebRequest"];

fn check(subject: &Subject<'_>, found: &mut Found<'_>) {
    for (index, cell) in subject.cells(CellKind::Code) {
        let shell = cell_magic(&cell.source)
            .is_some_and(|(name, ..)| matches!(name, "bash" | "sh" | "script" | "cmd" | "!"));
        let mut at = 0;
        for (number, line) in cell.source.split_inclusive('\n').enumerate() {
            let text = line.trim_start();
            let escaped = text.strip_prefix('!').or_else(|| {
                let (_, value) = text.split_once('=')?;
                value.trim_start().strip_prefix('!')
            });
            let command = if shell && number > 0 { Some(text) } else { escaped };
            if let Some(name) = command.and_then(reaching) {
                found.in_cell(
                    index,
                    at,
                    format!("`{name}` reaches out from the hunter's machine"),
                    "keep what is needed beside the notebook, or ask for it in Python, where the report can say so",
                );
            }
            at += line.len();
        }
    }
    for code in subject.code() {
        for call in code.calls.iter().filter(|call| ["os.system", "os.popen"].contains(&call.name.as_str())) {
            if let Some(name) = call.first.as_deref().and_then(reaching) {
                found.in_cell(
                    code.cell,
                    call.at,
                    format!("`{name}` reaches out from the hunter's machine"),
                    "keep what is needed beside the notebook, or ask for it in Python, where the report can say so",
                );
            }
        }
    }
}

/// The first command of a line of shell that reaches out.
fn reaching(line: &str) -> Option<&'static str> {
    if line.starts_with('#') {
        return None;
    }
    line.split(['|', ';', '&', '(']).find_map(|part| {
        let mut words = part
            .split_whitespace()
            .filter(|word| !matches!(*word, "sudo" | "time" | "exec") && !word.contains('='));
        let first = words.next()?.rsplit('/').next()?;
        COMMANDS.into_iter().find(|command| *command == first)
    })
}
