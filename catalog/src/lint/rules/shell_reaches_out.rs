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
//!
//! ~~~bad 5
//! # A hunt
//!
//! ```{code-cell} ipython3
//! import subprocess
//! subprocess.run(["wget", "https://example.com/list.txt"], check=True)
//! ```
//! ~~~

use crate::instance::cell_magic;
use crate::lint::code::{Call, meant, stands_for};
use crate::lint::found::Found;
use crate::lint::subject::Subject;
use crate::lint::{Group, Rule, Severity};
use crate::notebook::CellKind;

pub(super) const RULE: Rule = Rule::new("shell-reaches-out", Group::Safety, Severity::Warning, check);

const COMMANDS: [&str; 14] = [
    "curl",
    "wget",
    "nc",
    "ncat",
    "netcat",
    "socat",
    "telnet",
    "ssh",
    "scp",
    "sftp",
    "rsync",
    "ftp",
    "Invoke-WebRequest",
    "Invoke-RestMethod",
];

/// Calls of Python that run a command.
const RUNNERS: [&str; 9] = [
    "os.system",
    "os.popen",
    "subprocess.run",
    "subprocess.call",
    "subprocess.check_call",
    "subprocess.check_output",
    "subprocess.Popen",
    "subprocess.getoutput",
    "subprocess.getstatusoutput",
];

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
    let stands_for = stands_for(subject.code());
    for code in subject.code() {
        let runs = |call: &&Call| RUNNERS.contains(&&*meant(&stands_for, call));
        for call in code.calls.iter().filter(runs) {
            let listed = call.words.join(" ");
            if let Some(name) = reaching(call.first.as_deref().unwrap_or(&listed)) {
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
