//! `huntshelf convert` as it is typed: every notebook at the tip of a repository, there and back.

use super::jupyter::assert_opened;
use super::writing::RoundTrip;
use super::{Case, ask, is_markdown};
use acceptance::{corpus, git, run};
use serde_json::Value;
use std::path::Path;

#[test]
fn whole_repositories_go_through_the_command_line_and_back() {
    let folder = tempfile::tempdir().expect("a folder");
    let Some(playbook) = corpus::playbook(folder.path()) else { return };
    // jupytext keeps none of those as they were, but most of these.
    let Some(generated) = corpus::generated(30, folder.path()) else { return };
    let (mut texts, mut notebooks, mut back) = (Vec::new(), Vec::new(), Vec::new());
    for repository in [playbook, generated] {
        let listed = git(&repository, ["ls-tree", "-r", "--name-only", "main"]);
        let listed = String::from_utf8(listed).expect("its paths are text");
        for path in listed.lines().filter(|path| is_markdown(Path::new(path))) {
            let bytes = git(&repository, ["show".to_owned(), format!("main:{path}")]);
            let [there, notebook, here] = ["a.md", "a.ipynb", "b.md"].map(|name| folder.path().join(name));
            std::fs::write(&there, &bytes).expect("the folder can be written");
            run(["convert".as_ref(), there.as_os_str(), notebook.as_os_str()]);
            run(["convert".as_ref(), notebook.as_os_str(), here.as_os_str()]);
            let read = |path| std::fs::read_to_string(path).expect("it was written, in UTF-8");
            texts.push(Case { name: path.to_owned(), text: read(&there) });
            notebooks.push(Case { name: path.to_owned(), text: read(&notebook) });
            back.push(Some(read(&here)));
        }
    }
    assert!(texts.len() > 80, "{} texts", texts.len());
    for ((text, myst), ipynb) in texts.iter().zip(ask(&texts, "myst")).zip(ask(&notebooks, "ipynb")) {
        assert_eq!(myst.get("error"), None, "{}", text.name);
        assert_eq!(ipynb["cells"], myst["cells"], "{}: the notebook's cells", text.name);
        // What a text says of its own format is no matter of the notebook.
        let metadata = |told: &Value| {
            let mut metadata = told["metadata"].clone();
            metadata.as_object_mut().expect("metadata").remove("jupytext");
            metadata
        };
        assert_eq!(metadata(&ipynb), metadata(&myst), "{}: the notebook's metadata", text.name);
    }
    assert_opened("command line", &notebooks, notebooks.len());
    let trip = RoundTrip::from(&texts, back);
    trip.assert("command line");
    assert!(trip.kept > 20, "jupytext keeps {} of {}", trip.kept, texts.len());
}
