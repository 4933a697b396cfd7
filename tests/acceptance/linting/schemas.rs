//! What the linter writes, under the published schemas of SARIF and JUnit, and the schema of `hunting` under procedures.

use super::{CLEAN, folder, lint, said};
use acceptance::{corpus, git, python, workspace};
use catalog::lint::{Settings, schema};
use catalog::notebook::{Notebook, myst};
use serde_json::{Value, json};
use std::fs;
use std::path::{Path, PathBuf};

/// SARIF and JUnit of a folder.
fn written(at: &Path) -> (Value, String) {
    let sarif = lint(at, &["--format", "sarif", "."]);
    let sarif = serde_json::from_str(&said(&sarif)).expect("JSON");
    (sarif, said(&lint(at, &["--format", "junit", "."])))
}

/// A clone of a bare repository that can be linted.
fn checked_out(bare: &Path, into: &Path) -> PathBuf {
    let tree = into.join("tree");
    git(into, ["clone".as_ref(), "--quiet".as_ref(), bare.as_os_str(), tree.as_os_str()]);
    tree
}

fn hostile() -> tempfile::TempDir {
    let folder = folder();
    let odd = CLEAN.replace("print(1)", "print(\"\u{1}]]>\", \"<&\u{fffe}\", hitz)");
    fs::write(folder.path().join("é & \"quoted\" <b> #%41.md"), odd).expect("it can be written");
    fs::write(folder.path().join("latin.md"), [CLEAN.as_bytes(), b"\ncaf\xe9\n"].concat()).expect("it is");
    fs::write(folder.path().join("broken.md"), "---\njupytext: &a {}\n---\n\n```{code-cell}\n")
        .expect("it is");
    fs::write(
        folder.path().join("huntshelf.toml"),
        "[[lint.text]]\ncode = \"own-code\"\npattern = \"hunt\"\nmessage = \"<own> & \\\"message\\\"\"\n",
    )
    .expect("it can be written");
    folder
}

#[test]
fn sarif_and_junit_are_valid_under_their_published_schemas() {
    let hostile = hostile();
    let mut all = vec![written(hostile.path()), written(&workspace().join("catalog/procedures"))];
    let folder = tempfile::tempdir().expect("a folder");
    for (name, bare) in
        [("playbook", corpus::playbook(folder.path())), ("generated", corpus::generated(300, folder.path()))]
    {
        let Some(bare) = bare else { continue };
        let into = folder.path().join(format!("{name}-clone"));
        fs::create_dir(&into).expect("it can be made");
        all.push(written(&checked_out(&bare, &into)));
    }
    let results: usize =
        all.iter().filter_map(|(sarif, _)| sarif["runs"][0]["results"].as_array()).map(Vec::len).sum();
    assert!(results > 5, "{results}");
    println!("{results} findings of {} folders", all.len());
    let (sarif, junit): (Vec<Value>, Vec<String>) = all.into_iter().unzip();
    let answer = python::ask("valid_lint.py", &json!({"sarif": sarif, "junit": junit}));
    for kind in ["sarif", "junit"] {
        for (at, wrong) in answer[kind].as_array().expect("one for each").iter().enumerate() {
            assert_eq!(*wrong, json!([]), "{kind} {at}");
        }
    }
}

#[test]
fn the_published_schemas_refuse_what_is_wrong() {
    let folder = folder();
    let (sarif, junit) = written(folder.path());
    let mut broken = sarif.clone();
    broken["runs"][0]["results"][0]["level"] = json!("bad");
    let mut lineless = sarif;
    lineless["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["region"]["startLine"] = json!(0);
    let junit = junit.replacen("<testcase name=", "<testcase nam=", 1);
    let answer = python::ask("valid_lint.py", &json!({"sarif": [broken, lineless], "junit": [junit]}));
    for wrong in [&answer["sarif"][0], &answer["sarif"][1], &answer["junit"][0]] {
        assert_ne!(*wrong, json!([]));
    }
}

fn hunting(text: &str) -> Value {
    let notebook: Notebook = myst::read(text.as_bytes());
    json!(notebook.hunting().expect("it has a block"))
}

#[test]
fn starter_procedures_fit_the_schema_of_hunting_and_broken_ones_do_not() {
    let starter: Vec<Value> = fs::read_dir(workspace().join("catalog/procedures"))
        .expect("the folder")
        .flatten()
        .filter(|entry| entry.path().extension().is_some_and(|ending| ending == "md"))
        .map(|entry| hunting(&fs::read_to_string(entry.path()).expect("it can be read")))
        .collect();
    assert!(starter.len() >= 30);
    let edits = [
        ("  title: A hunt\n", ""),
        ("id: a-hunt", "id: 2026"),
        ("id: a-hunt", "id: path:a"),
        ("title: A hunt", "title: \" A hunt\""),
        ("[T1059.001]", "[TXXXX]"),
        ("[T1059.001]", "T1059.001"),
        ("tags: [one]", "tags: [1]"),
        ("tags: [one]", "tags: [one]\n  service: chronicle"),
        ("tags: [one]", "tags: [one]\n  lint: {ignore: [{rule: cell-long}]}"),
        ("tags: [one]", "tags: [one]\n  lint: {ignore: {no-such-rule: why}}"),
    ];
    let broken: Vec<Value> = edits.iter().map(|(find, put)| hunting(&CLEAN.replace(find, put))).collect();
    let team = Settings::read(
        "[lint.rules]\ntags-missing = 'error'\n[lint.keys.owner]\ntype = 'text'\nrequired = true\npattern = '^[a-z]+$'\n\
         [lint.keys.maturity]\nchoices = ['draft', 'tried']\n[lint.keys.due]\ntype = 'date'\n[lint.keys.tags]\nchoices = ['one', 'two']\n",
    )
    .expect("they can be read");
    let with = |more: &str| hunting(&CLEAN.replace("tags: [one]", &format!("tags: [one]\n{more}")));
    let fits = [
        with("  owner: maren"),
        with(
            "  owner: maren\n  maturity: [draft]\n  due: \"2027-01-31\"\n  lint: {ignore: {cell-long: one table}}",
        ),
    ];
    let fits_not = [
        hunting(CLEAN),
        with("  owner: Maren O."),
        with("  owner: maren\n  maturity: old"),
        with("  owner: maren\n  due: soon"),
        hunting(&CLEAN.replace("tags: [one]", "tags: [three]\n  owner: maren")),
        hunting(&CLEAN.replace("  tags: [one]\n", "  owner: maren\n")),
    ];
    let question = json!({"schemas": [
        {"schema": schema(&Settings::default()), "values": starter},
        {"schema": schema(&Settings::default()), "values": broken},
        {"schema": schema(&team), "values": fits},
        {"schema": schema(&team), "values": fits_not},
    ]});
    let answer = python::ask("valid_lint.py", &question);
    for (at, good) in [(0, true), (1, false), (2, true), (3, false)] {
        for (value, wrong) in answer["schemas"][at].as_array().expect("one for each").iter().enumerate() {
            assert_eq!(*wrong == json!([]), good, "{at}, {value}: {wrong}");
        }
    }
}
