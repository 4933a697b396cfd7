//! The program under test.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::LazyLock;

/// The folder of the workspace.
pub fn workspace() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the crate stands in the workspace")
}

static PROGRAM: LazyLock<PathBuf> = LazyLock::new(|| {
    if let Some(given) = std::env::var_os("HUNTSHELF_PROGRAM") {
        return PathBuf::from(given);
    }
    // `cargo test -p acceptance` does not build another package's program: do it here.
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let built = Command::new(cargo)
        .args([
            "build",
            "--quiet",
            "--workspace",
            "--bin",
            "huntshelf",
            "--message-format=json-render-diagnostics",
        ])
        .current_dir(workspace())
        .stderr(Stdio::inherit())
        .output()
        .expect("cargo runs");
    assert!(built.status.success(), "huntshelf does not build");
    String::from_utf8_lossy(&built.stdout)
        .lines()
        .filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok())
        .filter(|message| message["target"]["name"] == "huntshelf")
        .filter_map(|message| message["executable"].as_str().map(PathBuf::from))
        .next_back()
        .expect("cargo says where it put the program")
});

/// Where the `huntshelf` under test is: `HUNTSHELF_PROGRAM`, else what cargo builds now.
pub fn program() -> &'static Path {
    &PROGRAM
}

/// Runs `huntshelf` to its end and gives what it printed.
pub fn run<I: AsRef<std::ffi::OsStr>>(arguments: impl IntoIterator<Item = I>) -> String {
    run_in(arguments, &[])
}

/// The same, with further environment variables.
pub fn run_in<I: AsRef<std::ffi::OsStr>>(
    arguments: impl IntoIterator<Item = I>,
    environment: &[(String, String)],
) -> String {
    let mut command = Command::new(program());
    command.args(arguments).stdin(Stdio::null());
    command.envs(environment.iter().map(|(name, value)| (name, value)));
    let done = command.output().expect("huntshelf starts");
    assert!(done.status.success(), "{command:?}: {}\n{}", done.status, String::from_utf8_lossy(&done.stderr));
    String::from_utf8(done.stdout).expect("what it prints is text")
}
