//! Our reading of notebooks beside jupytext's, cell by cell.
//!
//! The catalog's own functions are called, in this process: a thousand processes would say the same, slowly.

use acceptance::{Repository, corpus, git, python, workspace};
use catalog::notebook::{CellKind, Notebook, ipynb, myst};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

/// Cells as jupytext tells them.
fn cells(notebook: &Notebook) -> Value {
    let told = |kind| match kind {
        CellKind::Markdown => "markdown",
        CellKind::Code => "code",
        CellKind::Raw => "raw",
    };
    notebook
        .cells
        .iter()
        .map(|cell| json!({"cell_type": told(cell.kind), "metadata": cell.metadata, "source": cell.source}))
        .collect()
}

struct Case {
    name: String,
    text: String,
}

/// How often we said the same, and where not.
#[derive(Default)]
struct Tally {
    same: usize,
    refused_by_both: usize,
    different: Vec<String>,
}

fn compare(cases: &[Case]) -> Tally {
    let asked: Value =
        cases.iter().map(|case| json!({"name": case.name, "text": case.text, "format": "myst"})).collect();
    let theirs = python::ask("jupytext_cells.py", &asked);
    let mut tally = Tally::default();
    for (case, theirs) in cases.iter().zip(theirs.as_array().expect("a list")) {
        let ours = myst::read(case.text.as_bytes());
        match (ours.blocking(), theirs.get("error")) {
            (Some(_), Some(_)) => tally.refused_by_both += 1,
            // Refused on purpose: what jupytext resolves, and a bomb could use.
            (Some(refused), None)
                if refused.message.contains("anchor") || refused.message.contains("alias") =>
            {
                tally.refused_by_both += 1;
            }
            (Some(refused), None) => {
                tally.different.push(format!("{}: we refuse it: {}", case.name, refused.message));
            }
            (None, Some(error)) => {
                tally.different.push(format!("{}: jupytext refuses it: {error}", case.name));
            }
            (None, None) => {
                let own = cells(&ours);
                if own == theirs["cells"] {
                    tally.same += 1;
                } else {
                    tally.different.push(format!(
                        "{}: {}",
                        case.name,
                        first_difference(&own, &theirs["cells"])
                    ));
                }
            }
        }
    }
    tally
}

fn first_difference(ours: &Value, theirs: &Value) -> String {
    let (ours, theirs) = (ours.as_array().expect("a list"), theirs.as_array().expect("a list"));
    let at =
        ours.iter().zip(theirs).position(|(own, other)| own != other).unwrap_or(ours.len().min(theirs.len()));
    let show = |cells: &[Value]| {
        let text = cells.get(at).map_or("nothing".to_owned(), Value::to_string);
        text.chars().take(600).collect::<String>()
    };
    format!(
        "of {} and {} cells, cell {at}:\n  ours   {}\n  theirs {}",
        ours.len(),
        theirs.len(),
        show(ours),
        show(theirs)
    )
}

/// Most of them, at once: thousands of lines help nobody.
fn assert_same(what: &str, cases: &[Case], tally: &Tally) {
    println!(
        "{what}: {} texts, {} read the same, {} refused by both, {} different",
        cases.len(),
        tally.same,
        tally.refused_by_both,
        tally.different.len()
    );
    let some: Vec<&String> = tally.different.iter().take(8).collect();
    assert!(
        some.is_empty(),
        "{what}: {} of {} differ\n{}",
        tally.different.len(),
        cases.len(),
        some.iter().map(|line| line.as_str()).collect::<Vec<_>>().join("\n")
    );
}

fn is_markdown(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "md")
}

#[test]
fn starter_procedures_are_read_as_jupytext_reads_them() {
    let folder = workspace().join("catalog/procedures");
    let mut paths: Vec<PathBuf> = std::fs::read_dir(folder)
        .expect("the starter catalog is there")
        .map(|entry| entry.expect("it can be listed").path())
        .filter(|path| is_markdown(path))
        .collect();
    paths.sort();
    let cases: Vec<Case> = paths
        .iter()
        .map(|path| Case {
            name: path.display().to_string(),
            text: std::fs::read_to_string(path).expect("UTF-8"),
        })
        .collect();
    assert!(cases.len() >= 24);
    let tally = compare(&cases);
    assert_same("starter procedures", &cases, &tally);
    assert_eq!(tally.same, cases.len());
}

#[test]
fn versions_of_the_playbook_are_read_as_jupytext_reads_them() {
    let folder = tempfile::tempdir().expect("a folder");
    let Some(repository) = corpus::playbook(folder.path()) else { return };
    // jupytext reads 130 a second: every third of them.
    let cases: Vec<Case> = versions(&repository).into_iter().step_by(3).collect();
    assert!(cases.len() > 200, "{} versions", cases.len());
    let tally = compare(&cases);
    assert_same("playbook", &cases, &tally);
}

/// Each text of a notebook that ever was in a repository, once.
fn versions(repository: &Path) -> Vec<Case> {
    let log =
        git(repository, ["log", "--format=", "--raw", "--no-abbrev", "--no-renames", "main", "--", "*.md"]);
    let mut blobs: Vec<(String, String)> = String::from_utf8_lossy(&log)
        .lines()
        .filter_map(|line| {
            let (facts, path) = line.split_once('\t')?;
            let blob = facts.split(' ').nth(3)?;
            (!blob.bytes().all(|digit| digit == b'0')).then(|| (blob.to_owned(), path.to_owned()))
        })
        .collect();
    blobs.sort();
    blobs.dedup_by(|one, other| one.0 == other.0);
    blobs
        .into_iter()
        .filter_map(|(blob, path)| {
            let text = String::from_utf8(git(repository, ["cat-file", "blob", &blob])).ok()?;
            (text.contains("{code-cell}") || text.contains("format_name: myst"))
                .then(|| Case { name: format!("{path} {blob}"), text })
        })
        .collect()
}

#[test]
fn generated_notebooks_are_read_as_jupytext_reads_them() {
    let folder = tempfile::tempdir().expect("a folder");
    let Some(path) = corpus::generated(400, folder.path()) else { return };
    let repository = Repository::at(path);
    let listed = git(repository.path(), ["ls-tree", "-r", "--name-only", "main"]);
    let cases: Vec<Case> = String::from_utf8_lossy(&listed)
        .lines()
        .filter(|path| is_markdown(Path::new(path)))
        .filter_map(|path| {
            let text = String::from_utf8(repository.show("main", path)).ok()?;
            Some(Case { name: path.to_owned(), text })
        })
        .collect();
    assert!(cases.len() > 350, "{} notebooks", cases.len());
    let tally = compare(&cases);
    assert_same("generated", &cases, &tally);
}

#[test]
fn the_pairs_of_jupytexts_own_tests_are_read_as_it_reads_them() {
    let folder = std::env::var_os("HUNTSHELF_JUPYTEXT_PAIRS")
        .map_or_else(|| workspace().join("tests/.cache/jupytext-1.19.6/tests/data/notebooks"), PathBuf::from)
        .join("outputs/ipynb_to_myst");
    let Ok(listed) = std::fs::read_dir(&folder) else {
        eprintln!("skipped: jupytext's pairs are not at {}: run `tests/run setup`", folder.display());
        return;
    };
    let listed = listed.map(|entry| entry.expect("it can be listed").path());
    let mut paths: Vec<PathBuf> = listed.filter(|path| is_markdown(path)).collect();
    paths.sort();
    let cases: Vec<Case> = paths
        .iter()
        .map(|path| Case {
            name: path.file_name().expect("a name").to_string_lossy().into_owned(),
            text: std::fs::read_to_string(path).expect("UTF-8"),
        })
        .collect();
    assert!(cases.len() >= 58, "{} in {}", cases.len(), folder.display());
    let tally = compare(&cases);
    assert_same("jupytext's pairs", &cases, &tally);
}

/// Pieces of which texts are made that nobody would write, and somebody will.
const PIECES: &[&str] = &[
    "# A heading\n",
    "Some prose with `code` and a trailing blank. \n",
    "\n",
    "\n\n\n",
    "+++\n",
    "+++ {\"tags\": [\"remove_cell\"]}\n",
    "++++ {\"slideshow\": {\"slide_type\": \"slide\"}}\n",
    "```{code-cell} ipython3\nx = 1\n```\n",
    "```{code-cell}\n:tags: [parameters, remove_cell]\n\nTENANT_ID: str = None\n```\n",
    "```{code-cell} python\n---\ntags: [a, b]\nname: second\n---\nprint(1)\n\n\n```\n",
    "````{code-cell}\n```\nfenced\n```\n````\n",
    "~~~{code-cell}\ntilde = True\n~~~\n",
    "   ```{code-cell}\nindented = 1\n   ```\n",
    "    ```{code-cell}\n    too_far = 1\n    ```\n",
    "``` {code-cell}\nnot_a_cell = 1\n```\n",
    "```{code-cell}\n```\n",
    "```{code-cell} ipython3\n%%taegis alerts --tenant $TENANT_ID --region $REGION\nFROM process EARLIEST=-7d\n```\n",
    "```{raw-cell}\n:tags: [closing]\n\n%%taegis investigations create\n```\n",
    "```{raw-cell}\n---\nformat: text/html\n---\n<b>raw</b>\n```\n",
    "```python\nonly = 'code'\n```\n",
    "> ```{code-cell}\n> quoted = 1\n> ```\n",
    "- a list\n\n  ```{code-cell}\n  in_a_list = 1\n  ```\n",
    ":::{note}\nA note.\n:::\n",
    ":::{note}\n\n```{code-cell}\nin_a_note = 1\n```\n\n:::\n",
    "```{note}\n```{code-cell}\n1\n```\n```\n",
    "<!-- a comment\n```{code-cell}\nin_a_comment = 1\n```\n-->\n",
    "<div>\n\n```{code-cell}\nafter_html = 1\n```\n\n</div>\n",
    "<div>\n```{code-cell}\nin_html = 1\n```\n</div>\n",
    "| a | b |\n|---|---|\n| 1 | 2 |\n",
    "A paragraph\n+++\nand its end.\n",
    "Setext\n======\n",
    "---\n",
    "(target)=\n",
    "$$\na = b\n$$\n",
    "A tab\there, an umlaut \u{fc}, an emoji \u{1f50e}.\n",
    "[ref]: https://example.com 'title'\n",
    "* * *\n",
    "1. one\n2. two\n",
    "{code-cell}\n",
    "```{code-cell}\n:one: 1\n:two: \"2\"\n:three: [3, {\"four\": 4}]\nx\n```\n",
    "```{code-cell}\n\n:tags: [late]\n```\n",
    "```{code-cell}\nunclosed = 1\n",
];

/// Pieces that jupytext cannot open.
const REFUSED: &[&str] = &[
    "A form\u{c}feed, a line\u{2028}separator.\n",
    "```{code-cell}\n:tags: remove_cell\n\n1\n```\n",
    "```{code-cell}\n:tags:\n\n1\n```\n",
    "+++ {not json}\n\nText.\n",
    "```{code-cell}\n:tags: [unclosed\n\n1\n```\n",
];

/// Front matter.
const HEADS: &[&str] = &[
    "---\njupytext:\n  text_representation:\n    extension: .md\n    format_name: myst\nkernelspec:\n  display_name: Python 3\n  \
     language: python\n  name: python3\n---\n",
    "---\nkernelspec: {display_name: Python 3, name: python3}\nhunting:\n  title: ' Padded'\n  id: '0145483'\n  \
     attack_technique_ids: [T1003]\n---\n\n",
    "---\njupyter:\n  kernelspec:\n    display_name: P\n    name: p\n  hunting: {id: a, n: 0123, y: yes, t: 12:30:45}\n...\n",
    "",
    "----\nkernelspec: {display_name: Python 3, name: python3}\n----\n",
    "---\nauthor: 2026-01-02\nkernelspec: {display_name: P, name: p}\nmulti: >-\n  folded\n  text\n\n  more\nlit: |\n  kept\n   as is\n---\n",
];

/// Front matter that jupytext cannot open.
const REFUSED_HEADS: &[&str] = &[
    // A tab within a plain scalar: PyYAML gives up.
    "---\nkernelspec: {display_name: Python 3, name: python3}\nhunting:\n  title: A\ttab\n---\n",
    "---\nkernelspec: {display_name: Python 3, name: python3}\nhunting: {description: }\n---\n",
    "---\nkernelspec: {name: python3}\n---\n",
    "---\ntitle: [unclosed\n---\n",
];

#[test]
fn texts_that_nobody_would_write_are_read_as_jupytext_reads_them() {
    // Always the same ones: a failure is found again.
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut below = |count: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        usize::try_from(state % count as u64).expect("it is below a usize")
    };
    let cases: Vec<Case> = (0..1500)
        .map(|number| {
            let heads = if below(16) == 0 { REFUSED_HEADS } else { HEADS };
            let mut text = heads[below(heads.len())].to_owned();
            for _ in 0..=below(7) {
                text.push_str(PIECES[below(PIECES.len())]);
            }
            // What jupytext cannot open, now and then.
            if below(8) == 0 {
                text.push_str(REFUSED[below(REFUSED.len())]);
            }
            Case { name: format!("text {number}: {text:?}"), text }
        })
        .collect();
    let tally = compare(&cases);
    assert_same("made up", &cases, &tally);
}

/// What is written as ipynb is valid and reads back as the same cells, in nbformat as in our own reader.
#[test]
fn what_is_written_as_ipynb_is_the_same_notebook_to_nbformat() {
    let folder = workspace().join("catalog/procedures");
    let (mut asked, mut expected) = (Vec::new(), Vec::new());
    for entry in std::fs::read_dir(folder).expect("the starter catalog is there") {
        let path = entry.expect("it can be listed").path();
        if !is_markdown(&path) {
            continue;
        }
        let notebook = myst::read(&std::fs::read(&path).expect("it can be read"));
        let written = ipynb::write(&notebook);
        let text = String::from_utf8(written).expect("JSON is UTF-8");
        asked.push(json!({"name": path.display().to_string(), "text": text, "format": "ipynb"}));
        expected.push(cells(&notebook));
    }
    let theirs = python::ask("jupytext_cells.py", &Value::Array(asked.clone()));
    for ((case, own), theirs) in asked.iter().zip(&expected).zip(theirs.as_array().expect("a list")) {
        assert_eq!(theirs.get("error"), None, "{}", case["name"]);
        assert_eq!(own, &theirs["cells"], "{}", case["name"]);
    }
}
