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
    for command in ["serve", "convert", "instantiate", "attack", "admin", "config"] {
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

#[test]
fn revoked_technique_ids_are_told_and_the_patch_that_replaces_them_applies() {
    let folder = tempfile::tempdir().expect("a folder");
    let in_folder = |program: &str, arguments: &[&str]| {
        Command::new(program).args(arguments).current_dir(folder.path()).output().expect("it starts")
    };
    let text = "---\nhunting:\n  id: a\n  attack_technique_ids:\n  - T1562.001\n  - T1003\njupytext:\n  text_representation: \
                {format_name: myst}\n---\n\nT1562.001 in prose stays.\n";
    std::fs::create_dir(folder.path().join("hunts")).expect("a folder below");
    let names = ["a.md", "a b.md", "é.md", "\"q\".md", "back\\slash.md"].map(|name| format!("hunts/{name}"));
    for name in &names {
        std::fs::write(folder.path().join(name), text).expect("it can be written");
    }
    let program = env!("CARGO_BIN_EXE_huntshelf");
    let checked = in_folder(program, &["attack", "check", "hunts"]);
    assert_eq!(checked.status.code(), Some(1));
    let told = String::from_utf8_lossy(&checked.stdout).into_owned();
    assert!(told.contains("hunts/a.md:5: T1562.001 ") && told.contains("T1685"), "{told}");
    assert_eq!(in_folder(program, &["attack", "check", "hunts", "--to", "18.1"]).status.code(), Some(0));
    assert_eq!(in_folder(program, &["attack", "check", "hunts", "--to", "1.0"]).status.code(), Some(1));

    // A repository that is held to a release is checked against that one.
    assert!(in_folder("git", &["init", "-q"]).status.success());
    let pin = folder.path().join("huntshelf.toml");
    std::fs::write(&pin, "[attack]\nrelease = \"18.1\"\n").expect("it can be written");
    let checked = in_folder(program, &["attack", "check", "hunts"]);
    assert_eq!(checked.status.code(), Some(0));
    assert!(String::from_utf8_lossy(&checked.stderr).contains("holds its files to ATT&CK 18.1"));
    assert_eq!(in_folder(program, &["attack", "check", "hunts", "--to", "19.2"]).status.code(), Some(1));
    std::fs::write(&pin, "[attack]\nrelease = \"3.0\"\n").expect("it can be written");
    let checked = in_folder(program, &["attack", "check", "hunts"]);
    assert_eq!(checked.status.code(), Some(1), "the server's release, and that is said");
    assert!(
        String::from_utf8_lossy(&checked.stderr).contains("huntshelf.toml:2: there is no ATT&CK release")
    );
    std::fs::write(&pin, "[attack]\nrelease = \"18.1\"\n").expect("it can be written");
    std::fs::create_dir_all(folder.path().join("other/.git")).expect("a second repository");
    std::fs::write(folder.path().join("other/a.md"), text).expect("it can be written");
    let both = in_folder(program, &["attack", "check", "hunts", "other"]);
    assert!(String::from_utf8_lossy(&both.stderr).contains("name one with --to"), "{both:?}");
    std::fs::remove_file(&pin).expect("it can be removed");

    let patch = in_folder(program, &["attack", "remap", "hunts", "--to", "19.2"]);
    assert!(patch.status.success());
    std::fs::write(folder.path().join("remap.patch"), &patch.stdout).expect("it can be written");
    let applied = in_folder("git", &["apply", "remap.patch"]);
    assert!(applied.status.success(), "{}", String::from_utf8_lossy(&applied.stderr));
    for name in &names {
        let now = std::fs::read_to_string(folder.path().join(name)).expect("it is there");
        assert_eq!(now, text.replacen("T1562.001", "T1685", 1), "{name}");
    }
}

#[test]
fn a_bundle_is_a_release_to_check_against() {
    let folder = tempfile::tempdir().expect("a folder");
    let note = folder.path().join("a.md");
    std::fs::write(&note, "---\nhunting:\n  attack_technique_ids: [T1003]\njupytext: {}\n---\n")
        .expect("written");
    let bundle = folder.path().join("new.json");
    std::fs::write(
        &bundle,
        r#"{"type": "bundle", "objects": [
            {"type": "x-mitre-collection", "id": "c", "x_mitre_version": "20.0"},
            {"type": "x-mitre-matrix", "id": "m", "tactic_refs": ["t"],
             "external_references": [{"source_name": "mitre-attack", "external_id": "enterprise-attack"}]},
            {"type": "x-mitre-tactic", "id": "t", "name": "Credential Access", "x_mitre_shortname": "credential-access",
             "external_references": [{"source_name": "mitre-attack", "external_id": "TA0006"}]},
            {"type": "attack-pattern", "id": "p", "name": "Dumping", "kill_chain_phases": [{"phase_name": "credential-access"}],
             "external_references": [{"source_name": "mitre-attack", "external_id": "T1777"}]},
            {"type": "attack-pattern", "id": "q", "name": "Old Dumping", "revoked": true,
             "external_references": [{"source_name": "mitre-attack", "external_id": "T1003"}]},
            {"type": "relationship", "id": "r", "relationship_type": "revoked-by", "source_ref": "q", "target_ref": "p"}]}"#,
    )
    .expect("written");
    let (note, file) = (note.to_str().expect("UTF-8"), bundle.to_str().expect("UTF-8"));
    let told = huntshelf(&["attack", "check", note, "--bundle", file]);
    assert!(String::from_utf8_lossy(&told.stdout).contains("T1777 Dumping replaced it"), "{told:?}");
    assert_eq!(
        huntshelf(&["attack", "check", note, "--bundle", file, "--to", "19.2"]).status.code(),
        Some(0)
    );
    std::fs::write(&bundle, "{}").expect("written");
    let refused = huntshelf(&["attack", "check", note, "--bundle", file]);
    assert_eq!(refused.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&refused.stderr).contains("new.json"));
}
