//! jupytext, papermill, nbformat and taegis-magic, asked in processes of their own.

use crate::workspace;
use serde_json::Value;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The Python of the tests' environment: `HUNTSHELF_TEST_PYTHON`, else what `tests/run setup` has made.
pub fn interpreter() -> PathBuf {
    let python = std::env::var_os("HUNTSHELF_TEST_PYTHON")
        .map_or_else(|| workspace().join("tests/.cache/venv/bin/python"), PathBuf::from);
    assert!(python.is_file(), "no Python at {}: run `tests/run setup` first", python.display());
    python
}

/// A program of the environment, such as `papermill`.
pub fn program(name: &str) -> PathBuf {
    interpreter().with_file_name(name)
}

/// Runs one of the scripts of `tests/conformance/`: JSON on its standard input, JSON on its standard output.
pub fn ask(script: &str, question: &Value) -> Value {
    let mut command = command(&workspace().join("tests/conformance").join(script));
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("python runs");
    let mut input = child.stdin.take().expect("it is piped");
    let question = question.to_string();
    // Beside the reading: either side may fill its pipe.
    let writer = std::thread::spawn(move || input.write_all(question.as_bytes()));
    let done = child.wait_with_output().expect("python ends");
    let _ = writer.join();
    assert!(done.status.success(), "{script} fails: {}", done.status);
    serde_json::from_slice(&done.stdout).unwrap_or_else(|error| panic!("{script} answers no JSON: {error}"))
}

/// A Python script, ready to be run.
pub fn command(script: &Path) -> Command {
    let mut command = Command::new(interpreter());
    command.arg(script).env("PYTHONDONTWRITEBYTECODE", "1").env("PYTHONWARNINGS", "ignore");
    command
}
