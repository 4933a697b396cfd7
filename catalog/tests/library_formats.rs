//! What else a repository may hold: ipynb files, pairs, sidecars, raw front matter, other formats of jupytext.

#![allow(
    clippy::unwrap_used,
    clippy::semicolon_if_nothing_returned,
    reason = "clippy knows of tests only, not of what they share"
)]

mod library_fixture;

use catalog::attack::Releases;
use catalog::library::{Library, Settings};
use catalog::procedure::Standing;
use catalog::repository::{Repository, Sidecar};
use library_fixture::{NoRemote, Shelf, address, entries, follow, now, procedure, state};
use std::sync::Arc;

/// A notebook as Jupyter writes it.
fn ipynb(hunting: &str, source: &str) -> String {
    format!(
        r##"{{"cells": [{{"cell_type": "markdown", "metadata": {{}}, "source": ["# Notes on a hunt\n", "{source}"]}},
{{"cell_type": "code", "execution_count": 1, "metadata": {{"tags": ["parameters"]}}, "source": ["DAYS = 7"], "outputs":
[{{"output_type": "stream", "name": "stdout", "text": ["seven days\n"]}}]}}],
"metadata": {{"kernelspec": {{"display_name": "Python 3", "language": "python", "name": "python3"}}{hunting}}},
"nbformat": 4, "nbformat_minor": 4}}"##
    )
}

const HUNTING: &str =
    r#", "hunting": {"id": "paired", "title": "Hunt paired", "attack_technique_ids": ["T1003"]}"#;

/// The same notebook in MyST markdown, without metadata of its own.
fn bare(prose: &str) -> String {
    format!(
        "---\njupytext:\n  text_representation:\n    extension: .md\n    format_name: myst\nkernelspec:\n  display_name: Python \
         3\n  language: python\n  name: python3\n---\n\n# LSASS\n\n{prose}\n\n```{{code-cell}} ipython3\nprint(1)\n```\n"
    )
}

const SIDECAR: &str = "id: WIN-170105\ntitle: LSASS Memory Read Access\ncollaborators: ['@ana']\ncreation_date: 2017/01/05\n\
                       platform: Windows\nhypothesis: Somebody reads the memory of LSASS.\nattack_mappings:\n- technique: \
                       T1003\n  sub_technique: 001\n  tactics: [TA0006]\n- technique: T1036\n  sub_technique: 010\n";

fn changes(library: &Library, id: &str) -> Vec<Vec<String>> {
    let history = library.history(&address(id), 100, None).unwrap().unwrap();
    let kinds = |revision: &catalog::index::Revision| {
        revision.changes.iter().map(|change| change.kind.clone()).collect::<Vec<_>>()
    };
    history.revisions.iter().map(kinds).collect()
}

#[test]
fn an_ipynb_file_is_a_procedure_like_any_other() {
    let shelf = Shelf::new();
    let text = ipynb(HUNTING, "Some prose about wdigest.");
    shelf.write("hunts/paired.ipynb", &text);
    shelf.write("hunts/.ipynb_checkpoints/paired-checkpoint.ipynb", &text);
    shelf.write("hunts/broken.ipynb", "{\"cells\": [");
    shelf.commit("Notebooks");
    let library = shelf.open();
    library.sync("hunts", now()).unwrap();
    let found = entries(&library);
    let standings: Vec<_> = found.iter().map(|entry| (entry.path.as_str(), entry.standing)).collect();
    assert_eq!(standings, [("hunts/broken.ipynb", Standing::Broken), ("hunts/paired.ipynb", Standing::Good)]);
    assert!(
        found[0].problems.iter().any(|problem| problem.blocking && problem.line == 1),
        "{:?}",
        found[0].problems
    );
    let read = library.read(&address("paired"), None).unwrap().unwrap();
    assert_eq!(read.bytes, text.as_bytes());
    assert_eq!(read.notebook.cells.len(), 2);
    assert_eq!(read.notebook.cells[1].outputs.len(), 1);
    let compared = library.compare(&address("paired"), None, None).unwrap().unwrap();
    let shown = format!("{:?}", compared.unified);
    assert!(shown.contains("DAYS = 7") && !shown.contains("cell_type"), "{shown}");
}

#[test]
fn of_a_pair_the_notebook_in_markdown_counts() {
    let shelf = Shelf::new();
    let md = procedure("paired", "T1003", "The same.");
    let steps: Vec<Box<dyn Fn()>> = vec![
        Box::new(|| shelf.write("a.ipynb", ipynb(HUNTING, "One."))),
        Box::new(|| shelf.write("a.md", &md)),
        Box::new(|| shelf.write("a.ipynb", ipynb(HUNTING, "Two."))),
        Box::new(|| {
            shelf.write("README.md", "# No notebook\n");
            shelf.write("README.ipynb", ipynb("", "Alone, since its neighbour is no notebook."));
            shelf.write("b.md", procedure("b", "T1059", "A pair from the start."));
            shelf.write("b.ipynb", ipynb("", "Three."));
        }),
        Box::new(|| shelf.write("a.md", format!("{md}\nAnd more.\n"))),
        Box::new(|| std::fs::remove_file(shelf.work().join("b.ipynb")).unwrap()),
        Box::new(|| std::fs::remove_file(shelf.work().join("a.md")).unwrap()),
    ];
    let followed = follow(&shelf, &steps[..6]);
    let named = |entries: &[catalog::index::Entry]| {
        entries.iter().map(|entry| (entry.path.clone(), entry.standing)).collect::<Vec<_>>()
    };
    let three =
        [("README.ipynb", Standing::Uncatalogued), ("a.md", Standing::Good), ("b.md", Standing::Good)];
    assert_eq!(named(&followed), three.map(|(path, standing)| (path.to_owned(), standing)));
    let library = shelf.open();
    assert_eq!(state(&library).readiness.plain, 2, "README.md, and the other half of a");
    let led_to = library.procedure_at("hunts", "a.ipynb").unwrap().unwrap();
    assert_eq!(led_to.path, "a.md");
    let alone = follow(&shelf, &steps[6..]);
    let three =
        [("README.ipynb", Standing::Uncatalogued), ("a.ipynb", Standing::Good), ("b.md", Standing::Good)];
    assert_eq!(named(&alone), three.map(|(path, standing)| (path.to_owned(), standing)));
}

#[test]
fn a_sidecar_describes_the_notebook_beside_it() {
    let shelf = Shelf::new();
    shelf.write("lsass/notebook.md", bare("Prose."));
    shelf.write("lsass/metadata.yaml", SIDECAR);
    shelf.write("lsass/README.md", "# Not a notebook\n");
    let first = shelf.commit("A hunt with a sidecar");
    let library = shelf.open();
    library.sync("hunts", now()).unwrap();
    let entry = entries(&library).remove(0);
    assert_eq!((entry.id.as_str(), entry.standing), ("WIN-170105", Standing::Good));
    let procedure = &entry.procedure;
    assert_eq!(procedure.title, "LSASS Memory Read Access");
    assert_eq!(procedure.description, "Somebody reads the memory of LSASS.");
    assert_eq!(entry.authors, ["@ana"]);
    assert_eq!(procedure.platforms, ["Windows"]);
    let ids: Vec<_> = procedure.techniques.iter().map(|technique| technique.id.as_str()).collect();
    assert_eq!(ids, ["T1003.001", "T1036.010"], "as they are written, although YAML 1.1 reads 010 as eight");
    assert_eq!(procedure.metadata.get("created").and_then(|value| value.as_str()), Some("2017/01/05"));

    shelf.write("lsass/metadata.yaml", SIDECAR.replace("LSASS Memory Read Access", "Who reads LSASS"));
    shelf.commit("A better title");
    library.sync("hunts", now()).unwrap();
    assert_eq!(changes(&library, "WIN-170105"), [vec!["title-changed"], vec!["added"]]);
    let read = library.read(&address("WIN-170105"), None).unwrap().unwrap();
    assert_eq!(read.procedure.title, "Who reads LSASS");
    assert_eq!(read.described_by.as_deref(), Some("lsass/metadata.yaml"));
    assert_eq!(read.bytes, bare("Prose.").as_bytes(), "nothing of the sidecar is in the notebook");
    let before = library.read(&address("WIN-170105"), Some(&first)).unwrap().unwrap();
    assert!(before.past);
    assert_eq!(before.procedure.title, "LSASS Memory Read Access");
    let compared = library.compare(&address("WIN-170105"), Some(&first), None).unwrap().unwrap();
    assert_eq!(compared.changes[0].kind, "title-changed");

    std::fs::remove_file(shelf.work().join("lsass/metadata.yaml")).unwrap();
    shelf.commit("Tidy up");
    library.sync("hunts", now()).unwrap();
    let entry = entries(&library).remove(0);
    assert_eq!((entry.id.as_str(), entry.standing), ("WIN-170105", Standing::Broken));
    let read = library.read(&address("WIN-170105"), None).unwrap().unwrap();
    assert_eq!(read.procedure.title, "Who reads LSASS", "the last good revision");
    assert_eq!(changes(&library, "WIN-170105")[0], ["metadata-lost"]);
}

#[test]
fn a_library_that_followed_sidecars_holds_what_one_made_anew_does() {
    let shelf = Shelf::new();
    let own = procedure("own", "T1059", "Its own block counts.");
    let folder = shelf.work().join("lsass");
    let steps: Vec<Box<dyn Fn()>> = vec![
        Box::new(|| shelf.write("lsass/notebook.md", bare("Prose."))),
        Box::new(|| shelf.write("lsass/metadata.yaml", SIDECAR)),
        Box::new(|| shelf.write("own/notebook.md", &own)),
        Box::new(|| shelf.write("own/metadata.yaml", SIDECAR.replace("WIN-170105", "never-used"))),
        Box::new(|| shelf.write("own/metadata.yaml", SIDECAR.replace("WIN-170105", "still-never-used"))),
        Box::new(|| shelf.write("lsass/notebook.md", bare("More prose."))),
        Box::new(|| shelf.write("lsass/metadata.yaml", "id: [unclosed\n")),
        Box::new(|| shelf.write("lsass/metadata.yaml", SIDECAR.replace("T1003", "T1555"))),
        Box::new(|| std::fs::rename(&folder, shelf.work().join("moved")).unwrap()),
        Box::new(|| {
            shelf.write("second/notebook.md", bare("Bears the same id as an older one."));
            shelf.write("second/metadata.yaml", SIDECAR);
        }),
        Box::new(|| std::fs::remove_file(shelf.work().join("moved/metadata.yaml")).unwrap()),
        Box::new(|| std::fs::remove_dir_all(shelf.work().join("moved")).unwrap()),
    ];
    let followed = follow(&shelf, &steps[..10]);
    let found: Vec<_> =
        followed.iter().map(|entry| (entry.path.as_str(), entry.id.as_str(), entry.standing)).collect();
    assert_eq!(
        found,
        [
            ("moved/notebook.md", "WIN-170105", Standing::Good),
            ("own/notebook.md", "own", Standing::Good),
            ("second/notebook.md", "path:second/notebook.md", Standing::Duplicate),
        ]
    );
    let library = shelf.open();
    assert_eq!(
        changes(&library, "own"),
        [["added"]],
        "a sidecar that it has no use for is none of its history"
    );
    let own = library.read(&address("own"), None).unwrap().unwrap();
    assert!(!library.read(&address("own"), Some(&own.commit)).unwrap().unwrap().past);
    assert_eq!(own.described_by, None);
    let told = changes(&library, "WIN-170105");
    let told: Vec<_> = told.iter().map(|kinds| kinds.join(" ")).collect();
    assert_eq!(told[0], "renamed");
    assert!(told[1].contains("metadata-restored") && told[2].contains("metadata-lost"), "{told:?}");
    let last = follow(&shelf, &steps[10..]);
    assert_eq!(last.iter().map(|entry| entry.id.as_str()).collect::<Vec<_>>(), ["own", "WIN-170105"]);
}

#[test]
fn a_sidecar_that_cannot_be_used_says_so_and_harms_nothing() {
    let shelf = Shelf::new();
    shelf.write("a/notebook.md", bare("Prose."));
    shelf.write("a/metadata.yaml", "title: one\nauthor: *alias\n");
    shelf.write("b/notebook.md", bare("Prose."));
    shelf.write("b/metadata.yaml", "kind: something else\n");
    shelf.write("c/notebook.md", bare("Prose."));
    shelf.write("c/metadata.yaml", format!("id: x\ntext: {}\n", "x".repeat(100_000)));
    shelf.write("d/notebook.md", bare("Prose."));
    shelf.write("d/metadata.yaml", "id: d\nattack_mappings:\n- technique: T9999\n");
    shelf.commit("Sidecars of all kinds");
    let library = shelf.open();
    library.sync("hunts", now()).unwrap();
    let found = entries(&library);
    for entry in &found[..3] {
        assert_eq!(entry.standing, Standing::Uncatalogued, "{}", entry.path);
        let problem = entry.problems.iter().find(|problem| problem.code == "sidecar-unusable").unwrap();
        assert!(problem.message.starts_with("metadata.yaml") && !problem.blocking, "{}", problem.message);
    }
    assert!(found[0].problems[0].message.contains("line 2"), "{}", found[0].problems[0].message);
    assert_eq!(found[3].standing, Standing::Good);
    let unknown = found[3].problems.iter().find(|problem| problem.message.contains("T9999")).unwrap();
    assert!(unknown.message.contains("metadata.yaml, line ") && unknown.line == 0, "{}", unknown.message);
}

#[test]
fn what_a_sidecar_is_called_and_what_its_keys_mean_is_configured() {
    let shelf = Shelf::new();
    shelf.write("a/notebook.md", bare("Prose."));
    shelf.write("a/hunt.yml", "id: a\nname: Named otherwise\nattack_technique_ids: [T1003]\n");
    shelf.commit("A sidecar of our own");
    let mut repository = Repository::parse(shelf.work().to_str().unwrap()).unwrap();
    repository.sidecar = Sidecar {
        file: "hunt.yml".into(),
        fields: [("title".to_owned(), "name".to_owned())].into(),
        mappings: String::new(),
    };
    let library = Library::open(Settings {
        data: shelf.folder.path().join("own"),
        repositories: vec![repository],
        fetch: Arc::new(NoRemote),
        releases: Releases::default(),
    })
    .unwrap();
    library.sync("hunts", now()).unwrap();
    let entry = entries(&library).remove(0);
    assert_eq!((entry.id.as_str(), entry.procedure.title.as_str()), ("a", "Named otherwise"));
    assert_eq!(entry.procedure.techniques[0].id, "T1003");
}

#[test]
fn front_matter_in_a_leading_raw_cell_counts() {
    let shelf = Shelf::new();
    let front = "{\"cell_type\": \"raw\", \"metadata\": {}, \"source\": \"---\\nhunting:\\n  id: raw\\n  title: In a raw \
                 cell\\n---\"},";
    shelf.write("raw.ipynb", ipynb("", "Prose.").replace("{\"cells\": [", &format!("{{\"cells\": [{front}")));
    let text = bare("Prose.").replace(
        "# LSASS",
        "```{raw-cell}\n\n---\nhunting:\n  id: raw-myst\n  title: In a raw cell of MyST\n---\n```\n\n# LSASS",
    );
    shelf.write("raw.myst.md", text);
    shelf.commit("Raw cells");
    let library = shelf.open();
    library.sync("hunts", now()).unwrap();
    let found = entries(&library);
    let found: Vec<_> =
        found.iter().map(|entry| (entry.id.as_str(), entry.procedure.title.as_str())).collect();
    assert_eq!(found, [("raw", "In a raw cell"), ("raw-myst", "In a raw cell of MyST")]);
}

#[test]
fn a_notebook_in_another_format_of_jupytext_is_named_as_such() {
    let shelf = Shelf::new();
    let text = "---\njupyter:\n  jupytext:\n    text_representation:\n      extension: .md\n      format_name: markdown\n      \
                format_version: '1.3'\n  hunting:\n    id: other\n---\n\n# A hunt\n\n```python\nprint(1)\n```\n";
    shelf.write("other.md", text);
    shelf.write("notes.md", "---\nformat_name: markdown\n---\n\n# About formats\n");
    shelf.commit("Another format");
    let library = shelf.open();
    library.sync("hunts", now()).unwrap();
    let (problems, _) = library.problems(&catalog::index::Asked::default(), 100, None).unwrap();
    assert_eq!(problems.len(), 1, "{problems:?}");
    let found = &problems[0];
    assert_eq!((found.path.as_str(), found.diagnostic.code.as_str()), ("other.md", "format-other"));
    assert_eq!((found.diagnostic.line, found.diagnostic.column), (6, 20));
    assert!(found.diagnostic.help.contains("--to md:myst"), "{}", found.diagnostic.help);
    assert_eq!(state(&library).readiness.plain, 1);
}

#[test]
fn a_sidecar_beside_many_notebooks_makes_no_history_of_each() {
    let shelf = Shelf::new();
    let notebook = |number: usize| format!("hunts/{number:03}.md");
    let steps: Vec<Box<dyn Fn()>> = vec![
        Box::new(|| {
            for number in 0..120 {
                shelf.write(&notebook(number), bare(&format!("Prose {number}.")));
            }
        }),
        Box::new(|| shelf.write("hunts/metadata.yaml", SIDECAR)),
        Box::new(|| shelf.write("hunts/metadata.yaml", SIDECAR.replace("LSASS Memory", "A better title"))),
    ];
    let followed = follow(&shelf, &steps);
    assert_eq!(followed.len(), 100, "the first page");
    assert!(followed.iter().all(|entry| entry.procedure.title == "A better title Read Access"));
    let library = shelf.open();
    assert_eq!(changes(&library, "WIN-170105").len(), 1);
}
