//! `huntshelf diff` as it is typed: two notebooks compared for people, for programs, and for a pull request.

use acceptance::{program, python, run};
use serde_json::{Value, json};
use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};

const OLD: &str = r#"---
jupytext:
  notebook_metadata_filter: hunting
  text_representation: {extension: .md, format_name: myst, format_version: 0.13}
kernelspec: {name: python3, display_name: Python 3, language: python}
hunting:
  title: LSASS reads
  id: lsass
  description: Who reads the memory of LSASS.
  attack_technique_ids: [T1003.001]
  data_sources: [process]
  tags: [windows]
  authors: [Ada]
---

# LSASS reads

What this hunt is about, in so many words.

+++ {"tags": ["remove_cell"]}

Look at the parent first.

+++

```{code-cell} ipython3
:tags: [parameters, remove_cell]

TENANT_ID: str = None
DAYS = 7
```

```{code-cell} ipython3
%%taegis events search --tenant $TENANT_ID --assign reads
FROM process
WHERE target_image CONTAINS 'lsass'
EARLIEST=-7d
| head 100
```

```{code-cell} ipython3
reads.groupby("host").size()
```

## Findings

None so far, as far as anybody knows.
"#;

/// The same, with a change of everything that a hunter asks for.
fn new() -> String {
    let guidance = "+++ {\"tags\": [\"remove_cell\"]}\n\nLook at the parent first.\n\n+++\n\n";
    let moved = OLD.replace(guidance, "") + "\n" + guidance;
    moved
        .replace("title: LSASS reads", "title: LSASS reads, again")
        .replace("[T1003.001]", "[T1003.001, T1055]")
        .replace("authors: [Ada]", "authors: [Ada, Bob]\n  tlp: GREEN")
        .replace("DAYS = 7", "DAYS = 30\nHOST = None")
        .replace("EARLIEST=-7d", "EARLIEST=-30d")
        .replace("```{code-cell} ipython3\nreads", "```{code-cell} ipython3\n:tags: [remove_output]\n\nreads")
        .replace("None so far, as far", "None so far, at least as far")
        .replace("## Findings", "## Scope\n\nAll hosts of the tenant.\n\n+++\n\n## Findings")
}

fn written(folder: &Path, old: &str, new: &str) {
    for (name, text) in [("old.md", old), ("new.md", new)] {
        std::fs::write(folder.join(name), text).expect("the folder can be written");
    }
}

/// Runs `huntshelf diff` in a folder, with something on its standard input.
fn diff(folder: &Path, arguments: &[&str], input: &str) -> Output {
    let mut command = Command::new(program());
    command.arg("diff").args(arguments).current_dir(folder);
    let command = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("huntshelf starts");
    // Who reads nothing of it may be gone before all is written.
    let _ = child.stdin.take().expect("its input").write_all(input.as_bytes());
    child.wait_with_output().expect("it ends")
}

fn told(folder: &Path, arguments: &[&str]) -> String {
    let done = diff(folder, arguments, "");
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    String::from_utf8(done.stdout).expect("what it prints is text")
}

#[test]
fn a_comparison_reads_well_without_colours() {
    let folder = tempfile::tempdir().expect("a folder");
    written(folder.path(), OLD, &new());
    insta::assert_snapshot!(told(folder.path(), &["old.md", "new.md"]));
    assert_eq!(
        told(folder.path(), &["old.md", "old.md"]),
        "--- old.md\n+++ old.md\n\nThe notebooks say the same.\n"
    );
}

#[test]
fn a_comment_on_a_pull_request_says_first_what_changed() {
    let folder = tempfile::tempdir().expect("a folder");
    written(folder.path(), OLD, &new());
    insta::assert_snapshot!(told(folder.path(), &["old.md", "new.md", "--format", "markdown"]));
}

#[test]
fn programs_get_the_shape_of_the_api() {
    let folder = tempfile::tempdir().expect("a folder");
    written(folder.path(), OLD, &new());
    let text = told(folder.path(), &["old.md", "new.md", "--format", "json"]);
    let told: Value = serde_json::from_str(&text).expect("it is JSON");
    assert_eq!((&told["from"], &told["to"]), (&json!("old.md"), &json!("new.md")));
    let status = |status: &str| {
        told["cells"].as_array().expect("cells").iter().filter(|cell| cell["status"] == status).count()
    };
    assert_eq!((status("changed"), status("added"), status("removed"), status("same")), (4, 1, 0, 2));
    assert!(told["unified"].as_str().expect("a text").starts_with("--- old.md\n+++ new.md\n@@"), "{text}");
    let fields: Vec<&str> =
        told["metadata"].as_array().expect("fields").iter().filter_map(|f| f["key"].as_str()).collect();
    assert_eq!(fields, ["hunting.title", "hunting.attack_technique_ids", "hunting.authors", "hunting.tlp"]);
}

#[test]
fn what_a_notebook_is_written_in_makes_no_difference() {
    let folder = tempfile::tempdir().expect("a folder");
    written(folder.path(), OLD, &new());
    for name in ["old", "new"] {
        let at = |ending: &str| folder.path().join(format!("{name}.{ending}"));
        run(["convert".as_ref(), at("md").as_os_str(), at("ipynb").as_os_str()]);
    }
    let text = told(folder.path(), &["old.md", "old.ipynb"]);
    assert!(text.contains("say the same"), "{text}");
    let cells = |text: &str| text.split("\nCells: ").nth(1).map(str::to_owned);
    let (myst, ipynb) =
        (told(folder.path(), &["old.md", "new.md"]), told(folder.path(), &["old.ipynb", "new.ipynb"]));
    assert_eq!(cells(&myst), cells(&ipynb));
}

#[test]
fn one_side_may_be_standard_input_or_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    written(folder.path(), OLD, &new());
    let piped = diff(folder.path(), &["-", "new.md"], OLD);
    let piped = String::from_utf8_lossy(&piped.stdout).replace("--- standard input", "--- old.md");
    assert_eq!(piped, told(folder.path(), &["old.md", "new.md"]));
    let came = told(folder.path(), &["/dev/null", "old.md"]);
    assert!(came.contains("Added: LSASS reads") && came.contains("Cells: 6 added"), "{came}");
    let went = told(folder.path(), &["old.md", "/dev/null"]);
    assert!(went.contains("Deleted: LSASS reads") && went.contains("Cells: 6 removed"), "{went}");
}

#[test]
fn git_shows_differences_with_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let at = folder.path();
    let git = |arguments: &[&str]| {
        let done = Command::new("git")
            .args(["-c", "user.name=A", "-c", "user.email=a@example.com"])
            .args(arguments)
            .current_dir(at)
            .stdin(Stdio::null())
            .output()
            .expect("git runs");
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        String::from_utf8_lossy(&done.stdout).into_owned()
    };
    git(&["init", "--quiet"]);
    std::fs::write(at.join("lsass.md"), OLD).expect("the folder can be written");
    git(&["add", "."]);
    git(&["commit", "--quiet", "--message", "One"]);
    std::fs::write(at.join("lsass.md"), new()).expect("the folder can be written");
    std::fs::write(at.join("more.md"), OLD).expect("the folder can be written");
    git(&["add", "."]);
    git(&["commit", "--quiet", "--message", "Two"]);
    let tool = format!("'{}' diff", program().display());
    let shown = git(&["difftool", "--no-prompt", "--extcmd", &tool, "HEAD~1"]);
    assert!(shown.contains("Parameter HOST added with default None"), "{shown}");
    assert!(shown.contains("--- /dev/null") && shown.contains("Added: LSASS reads"), "{shown}");
}

#[test]
fn what_cannot_be_compared_is_an_error_that_says_why() {
    let folder = tempfile::tempdir().expect("a folder");
    written(folder.path(), OLD, "{\"cells\": ");
    std::fs::rename(folder.path().join("new.md"), folder.path().join("new.ipynb")).expect("it is there");
    for (arguments, reason) in [
        (["old.md", "nothing.md"], "nothing.md cannot be read"),
        (["old.md", "new.ipynb"], "new.ipynb cannot be compared"),
        (["-", "-"], "only one of the two can be standard input"),
    ] {
        let done = diff(folder.path(), &arguments, OLD);
        let message = String::from_utf8_lossy(&done.stderr);
        assert_eq!(done.status.code(), Some(1), "{message}");
        assert!(message.contains(reason), "{message}");
        assert!(done.stdout.is_empty());
    }
}

#[test]
fn nothing_in_a_notebook_acts_on_a_terminal() {
    let folder = tempfile::tempdir().expect("a folder");
    let hostile = OLD.replace("What this hunt", "\u{1b}[2J\u{9b}31m\u{202e}What this hunt");
    written(folder.path(), OLD, &hostile);
    for format in ["text", "markdown"] {
        let text = told(folder.path(), &["old.md", "new.md", "--format", format]);
        assert!(text.contains('␛') && !text.contains(['\u{1b}', '\u{9b}', '\u{202e}']), "{text:?}");
    }
}

/// What a reader of markdown makes of a comment: which kinds of tokens, and which HTML.
#[test]
fn a_comment_is_what_it_seems_whatever_the_notebook_says() {
    let folder = tempfile::tempdir().expect("a folder");
    let hostile = new()
        .replace("LSASS reads, again", "\"@team [x](http://e.example) ![y](z) <img src=x> #1\"")
        .replace(
            "All hosts",
            "```\n</details>\n<script>alert(1)</script>\n\n@team\n/approve\n\n````\n\nAll hosts",
        );
    written(folder.path(), OLD, &hostile);
    let comment = told(folder.path(), &["old.md", "new.md", "--format", "markdown"]);
    let read = python::ask("read_comment.py", &json!({"comment": comment}));
    assert_eq!(read["links"], json!([]), "{comment}");
    assert_eq!(read["images"], json!(0), "{comment}");
    assert_eq!(read["mentions"], json!([]), "{comment}");
    let html = read["html"].as_array().expect("a list");
    let ours = |text: &str| {
        text.starts_with("<!-- huntshelf diff -->")
            || text.starts_with("<details><summary>")
            || text == "</details>"
    };
    assert!(html.iter().all(|text| ours(text.as_str().unwrap_or_default().trim())), "{html:?}");
    assert_eq!(read["opened"], read["closed"], "{comment}");
}
