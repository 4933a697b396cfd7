//! jupytext loses a `hunting` block: the commit is named, the last good values are shown, and a patch brings them back for
//! good.

use acceptance::{Server, Settings, git, python};
use serde_json::json;
use std::path::Path;
use std::process::Command;

/// A working repository in which jupytext and git run as people run them.
struct Work {
    folder: tempfile::TempDir,
}

impl Work {
    fn new() -> Self {
        let work = Self { folder: tempfile::tempdir().expect("a folder") };
        std::fs::create_dir(work.path()).expect("a folder in it");
        git(&work.path(), ["init", "--quiet", "--initial-branch=main"]);
        work
    }

    fn path(&self) -> std::path::PathBuf {
        self.folder.path().join("hunts")
    }

    fn read(&self, file: &str) -> String {
        std::fs::read_to_string(self.path().join(file)).expect("it is there")
    }

    fn write(&self, file: &str, text: &str) {
        let path = self.path().join(file);
        std::fs::create_dir_all(path.parent().expect("it has a folder")).expect("a folder");
        std::fs::write(path, text).expect("it can be written");
    }

    fn commit(&self, who: &str, subject: &str) -> String {
        git(&self.path(), ["add", "--all"]);
        let who = format!("user.name={who}");
        git(
            &self.path(),
            ["-c", &who, "-c", "user.email=who@example.com", "commit", "--quiet", "-m", subject],
        );
        String::from_utf8_lossy(&git(&self.path(), ["rev-parse", "HEAD"])).trim().to_owned()
    }

    /// `jupytext --sync`, as after a save: the text is the newer half.
    fn sync(&self, file: &str) {
        let done = Command::new(python::interpreter())
            .args(["-m", "jupytext", "--sync", file])
            .current_dir(self.path())
            .output()
            .expect("jupytext runs");
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    }

    fn git_apply(&self, arguments: &[&str], patch: &Path) {
        git(
            &self.path(),
            ["apply"].iter().chain(arguments).map(std::ffi::OsStr::new).chain([patch.as_os_str()]),
        );
    }
}

/// A notebook that is half of a pair, without the filter that keeps its block.
fn paired(id: &str) -> String {
    format!(
        "---\njupytext:\n  formats: ipynb,md:myst\n  text_representation:\n    extension: .md\n    format_name: myst\n    \
         format_version: 0.13\nkernelspec:\n  display_name: Python 3\n  language: python\n  name: python3\nhunting:\n  title: \
         Credential dumping\n  id: {id}\n  # Who of the two it is, the reader decides.\n  description: Who opens lsass?\n  \
         attack_technique_ids: [T1003.001]\n  data_sources:\n  - process\n  tags: [windows, 'tier: 1']\n---\n\n# Credential \
         dumping\n\n```{{code-cell}} ipython3\n:tags: [parameters]\n\nTENANT_ID = None\n```\n"
    )
}

#[test]
fn a_block_that_jupytext_loses_is_restored_by_a_patch_and_kept_by_the_next_sync() {
    let work = Work::new();
    // The second path is one that git quotes.
    for file in ["dumping.md", "win/a \"quoted\" é.md"] {
        work.write(file, &paired(if file.starts_with("win") { "quoted" } else { "dumping" }));
    }
    work.commit("Ana Duarte", "Add two hunts");
    for file in ["dumping.md", "win/a \"quoted\" é.md"] {
        work.sync(file);
        assert!(
            !work.read(file).contains("hunting:"),
            "jupytext keeps the block by itself now: {}",
            work.read(file)
        );
    }
    let lost = work.commit("Mira Okafor", "Pair them with Jupyter");
    let server = Server::start(Settings::of(work.path()));
    let client = server.client();

    for (id, file) in [("dumping", "dumping.md"), ("quoted", "win/a \"quoted\" é.md")] {
        let before = work.read(file);
        let history = client.json(&format!("/api/v1/procedures/{id}/history"));
        let newest = &history["revisions"][0];
        assert_eq!(newest["commit"], lost.as_str());
        let change = newest["changes"]
            .as_array()
            .expect("changes")
            .iter()
            .find(|change| change["kind"] == "metadata-lost");
        assert!(change.is_some(), "{newest}");
        let told = client.json(&format!("/api/v1/procedures/{id}"));
        assert_eq!(told["standing"], "broken");
        assert_eq!(
            (&told["broken"]["since"], &told["broken"]["by"]),
            (&json!(lost), &json!("Mira Okafor")),
            "{}",
            told["broken"]
        );
        let values = &told["broken"]["restore"]["values"];
        assert_eq!((&values["id"], &values["tags"]), (&json!(id), &json!(["windows", "tier: 1"])), "{told}");
        let page = client.with("accept", "text/html").get(&format!("/procedures/{id}")).expect(200).text();
        assert!(
            page.contains("Who opens lsass?") && page.contains("git apply"),
            "the page offers it: {page}"
        );

        let address = told["broken"]["restore"]["patch"].as_str().expect("an address");
        let patch = work.folder.path().join(format!("{id}.patch"));
        std::fs::write(&patch, client.get(address).expect(200).body).expect("it can be written");
        work.git_apply(&["--check"], &patch);
        work.git_apply(&[], &patch);
        let mended = work.read(file);
        let block = paired(id)
            .split_once("hunting:\n")
            .expect("it has one")
            .1
            .split_once("---")
            .expect("it ends")
            .0
            .to_owned();
        let expected = before.replacen("\n---\n", &format!("\nhunting:\n{block}---\n"), 1).replacen(
            "jupytext:\n",
            "jupytext:\n  notebook_metadata_filter: hunting\n",
            1,
        );
        assert_eq!(mended, expected, "nothing else of it is touched");
    }
    work.commit("Jonas Weber", "Restore the metadata");
    client.post("/api/v1/repos/hunts/sync", &json!({})).expect(200);
    for (id, file) in [("dumping", "dumping.md"), ("quoted", "win/a \"quoted\" é.md")] {
        assert_eq!(client.json(&format!("/api/v1/procedures/{id}"))["standing"], "good");
        work.sync(file);
        let text = work.read(file);
        assert!(text.contains("hunting:") && text.contains("notebook_metadata_filter: hunting"), "{text}");
        // Saved in Jupyter, it is the other half that is newer.
        let json = file.replace(".md", ".ipynb");
        work.write(&json, &work.read(&json).replace("TENANT_ID = None", "TENANT_ID = \\\"\\\""));
        work.sync(&json);
        let text = work.read(file);
        assert!(text.contains("TENANT_ID = \"\"") && text.contains("hunting:"), "{text}");
    }
    work.commit("Jonas Weber", "Save them in Jupyter");
    client.post("/api/v1/repos/hunts/sync", &json!({})).expect(200);
    for id in ["dumping", "quoted"] {
        let told = client.json(&format!("/api/v1/procedures/{id}"));
        assert_eq!(
            (&told["standing"], &told["metadata"]["description"]),
            (&json!("good"), &json!("Who opens lsass?"))
        );
        client.get(&format!("/api/v1/procedures/{id}/restore.patch")).expect(404);
    }
}

#[test]
fn a_patch_leaves_line_ends_and_a_torn_text_below_as_they_are() {
    let work = Work::new();
    let good = paired("dumping").replace("  formats: ipynb,md:myst\n", "");
    for file in ["windows.md", "whole.md", "torn.md"] {
        let text = good.replace("id: dumping", &format!("id: {}", file.trim_end_matches(".md")));
        work.write(file, &text);
    }
    work.commit("Ana Duarte", "Add three hunts");
    let body = good.split_once("\n---\n").expect("it has front matter").1;
    let (head, _) = good.split_once("hunting:\n").expect("it has a block");
    // Saved on Windows without the block; without any front matter; with front matter that cannot be read.
    work.write("windows.md", &format!("{head}---\n{body}").replace('\n', "\r\n"));
    work.write("whole.md", body);
    work.write(
        "torn.md",
        &good.replace("id: dumping", "id: torn").replace("[windows, 'tier: 1']", "[windows, 'tier: 1'"),
    );
    let lost = work.commit("Mira Okafor", "Save them");
    let server = Server::start(Settings { config: None, ..Settings::of(work.path()) });
    let client = server.client();
    let before = ["windows.md", "whole.md", "torn.md"].map(|file| work.read(file));
    for id in ["windows", "whole", "torn"] {
        let told = client.json(&format!("/api/v1/procedures/{id}"));
        assert_eq!(told["broken"]["since"], lost.as_str(), "{id}: {}", told["standing"]);
        let patch = work.folder.path().join(format!("{id}.patch"));
        let text = client.get(&format!("/api/v1/procedures/{id}/restore.patch")).expect(200).body;
        std::fs::write(&patch, text).expect("it can be written");
        work.git_apply(&["--check"], &patch);
        work.git_apply(&[], &patch);
    }
    let after = ["windows.md", "whole.md", "torn.md"].map(|file| work.read(file));
    for ((before, after), below) in
        before.iter().zip(&after).zip([body.replace('\n', "\r\n"), body.to_owned(), body.to_owned()])
    {
        assert!(after.ends_with(&below) && before.ends_with(&below), "{after}");
        assert_eq!(after.matches("\r\n").count() == after.matches('\n').count(), below.contains('\r'));
    }
    work.commit("Jonas Weber", "Restore them");
    client.post("/api/v1/repos/hunts/sync", &json!({})).expect(200);
    for id in ["windows", "whole", "torn"] {
        let told = client.json(&format!("/api/v1/procedures/{id}"));
        assert_eq!(
            (&told["standing"], &told["metadata"]["tags"]),
            (&json!("good"), &json!(["windows", "tier: 1"])),
            "{id}"
        );
    }
}
