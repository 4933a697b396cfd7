//! The git server of the catalog's own tests, over http.

#[path = "../../catalog/tests/mirror_fixture/http.rs"]
#[expect(clippy::unwrap_used, reason = "it is of the tests of the catalog, where a failure is the test's")]
#[allow(dead_code, reason = "a part of it is of use here")]
mod http;

pub(crate) use http::{Manners, Server};

use std::path::Path;
use std::process::Command;

/// A `git` that knows nobody's configuration.
fn git_command(home: &Path) -> Command {
    let mut command = Command::new("git");
    command
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .env("HOME", home)
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .args(["-c", "safe.directory=*", "-c", "gc.auto=0"]);
    command
}
