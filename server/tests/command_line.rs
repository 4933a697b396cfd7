//! The program itself, as far as it needs no server. That this stands here also makes `cargo test` build the program
//! with the very dependencies of the tests, which saves the whole workspace's tests from compiling them twice.

use std::process::{Command, Output};

fn huntshelf(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_huntshelf"));
    command.args(arguments).env_clear().output().expect("huntshelf starts")
}

#[test]
fn it_says_what_it_can_do() {
    let told = huntshelf(&["--help"]);
    assert!(told.status.success());
    let help = String::from_utf8(told.stdout).expect("help is text");
    for command in ["serve", "convert", "instantiate", "admin", "config"] {
        assert!(help.contains(command), "{command} is not in {help}");
    }
}

#[test]
fn a_command_line_that_is_wrong_ends_with_2_and_says_why_on_standard_error() {
    let told = huntshelf(&["serve", "--no-such-flag"]);
    assert_eq!(told.status.code(), Some(2));
    assert!(told.stdout.is_empty());
    assert!(String::from_utf8_lossy(&told.stderr).contains("--no-such-flag"));
}

#[test]
fn a_misspelt_setting_is_refused_and_named() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("huntshelf.toml");
    std::fs::write(&file, "[server]\nlistne = \"127.0.0.1:1\"\n").expect("it can be written");
    let told = huntshelf(&["config", "check", "--config", file.to_str().expect("a path in UTF-8")]);
    assert_eq!(told.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&told.stderr).contains("listne"));
}
