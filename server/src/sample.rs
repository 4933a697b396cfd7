//! A small real repository for the endpoint tests: a procedure that is renamed and changed, one that breaks, one without
//! metadata, one whose id is taken, one that asks for no tenant, one with an id that must be encoded.

use crate::auth::Role;
use crate::config::{Config, Flags};
use crate::testing::{Remotes, TestApp, TestUser};
use git2::{Oid, Repository, Signature, Time};
use std::path::PathBuf;
use std::sync::Arc;
use tempfile::TempDir;

/// The repository, and an application that mirrors it.
pub(crate) struct Sample {
    pub(crate) test: TestApp,
    /// The commits, oldest first.
    pub(crate) commits: Vec<String>,
    /// Its working folder.
    pub(crate) folder: PathBuf,
    _temp: TempDir,
}

/// Where [`Sample::remote`] is.
pub(crate) const REMOTE: &str = "https://git.example.com/team/hunts.git";

/// A procedure with everything.
pub(crate) fn procedure(id: &str, title: &str, technique: &str, query: &str) -> String {
    format!(
        "---\njupytext:\n  notebook_metadata_filter: hunting\n  text_representation: {{extension: .md, format_name: myst, format_version: 0.13}}\nkernelspec: {{name: python3, display_name: Python 3, language: python}}\nhunting:\n  title: {title}\n  id: {id}\n  description: Finds {title} in process telemetry.\n  attack_technique_ids: [{technique}]\n  data_sources: [process]\n  tags: [windows]\n---\n\n# {title}\n\nSome prose <script>alert(1)</script>.\n\n```{{code-cell}}\n:tags: [parameters]\n\nTENANT_ID: str = \"\"  # whose\nREGION: str = \"us1\"\nEARLIEST: str = \"-7d\"\nLATEST: str = \"-0d\"\nLIMIT = 100  # how many\n```\n\n## The query\n\n```{{code-cell}}\n%%taegis alerts search --tenant $TENANT_ID --region $REGION --earliest $EARLIEST --latest $LATEST --limit $LIMIT\n{query}\n```\n"
    )
}

const UNCATALOGUED: &str = "---\njupytext:\n  text_representation: {extension: .md, format_name: myst}\nkernelspec: {name: python3, display_name: Python 3}\n---\n\n# Notes on lsass\n\n```{code-cell}\nprint(1)\n```\n";

const INDEPENDENT: &str = "---\njupytext:\n  notebook_metadata_filter: hunting\n  text_representation: {extension: .md, format_name: myst}\nkernelspec: {name: python3, display_name: Python 3, language: python}\nhunting:\n  title: Stacking by hand\n  id: stacking\n  description: Brings its own data.\n  attack_technique_ids: [T1036]\n---\n\n# Stacking by hand\n\n```{code-cell}\n:tags: [parameters]\n\nLIMIT = 3\n```\n\n```{code-cell}\nprint(LIMIT)\n```\n";

impl Sample {
    /// Builds and opens it.
    pub(crate) async fn open() -> Self {
        let (temp, folder, commits) = Self::build();
        let test = TestApp::open(&temp.path().join("data"), &[&folder]).await;
        Self { test, commits, folder, _temp: temp }
    }

    /// Builds and opens it as the remote at [`REMOTE`], with further settings for it as in the configuration file.
    pub(crate) async fn remote(settings: &str) -> (Self, Arc<Remotes>) {
        let (temp, folder, commits) = Self::build();
        let file = temp.path().join("huntshelf.toml");
        std::fs::write(&file, format!("[[repositories]]\nurl = '{REMOTE}'\n{settings}")).unwrap();
        let flags = Flags { file: Some(file), data: Some(temp.path().join("data")), ..Flags::default() };
        let remotes = Arc::<Remotes>::default();
        remotes.serve(REMOTE, &folder);
        let test = TestApp::with_remotes(Config::load(&flags).unwrap(), remotes.clone()).await;
        test.app.jobs.sync("hunts").await.unwrap();
        // That of the start, and the one just asked for.
        remotes.reached().await;
        (Self { test, commits, folder, _temp: temp }, remotes)
    }

    fn build() -> (TempDir, PathBuf, Vec<String>) {
        let temp = tempfile::tempdir().unwrap();
        let folder = temp.path().join("hunts");
        let mut options = git2::RepositoryInitOptions::new();
        options.initial_head("main");
        let repository = Repository::init_opts(&folder, &options).unwrap();
        let lsass = |query: &str| procedure("lsass", "LSASS reads", "T1003.001", query);
        let broken = procedure("brittle", "Brittle", "T1059", "FROM process");
        let mut commits = vec![commit(
            &repository,
            "Ana",
            "Add the first hunts",
            &[
                ("old/lsass.md", Some(lsass("FROM process"))),
                ("brittle.md", Some(broken.clone())),
                ("README.md", Some("# Hunts\n".to_owned())),
            ],
        )];
        commits.push(commit(
            &repository,
            "Ben",
            "Move the hunt",
            &[("old/lsass.md", None), ("hunts/lsass.md", Some(lsass("FROM process")))],
        ));
        commits.push(commit(
            &repository,
            "Cleo",
            "Narrow the query",
            &[
                ("hunts/lsass.md", Some(lsass("FROM process WHERE target = 'lsass.exe'"))),
                ("notes/lsass.md", Some(UNCATALOGUED.to_owned())),
                ("stacking.md", Some(INDEPENDENT.to_owned())),
                ("twin.md", Some(procedure("lsass", "A twin", "T1003", "FROM process"))),
            ],
        ));
        let without_close = broken.replacen("tags: [windows]\n---", "tags: [windows\n---", 1);
        commits.push(commit(&repository, "Dan", "Break it", &[("brittle.md", Some(without_close))]));
        (temp, folder, commits)
    }

    /// Somebody with a role.
    pub(crate) async fn user(&self, role: Role) -> TestUser {
        self.test.user(&format!("{role} of the test"), role).await
    }

    /// A customer with one tenant of key `0145483`, whose id comes back.
    pub(crate) async fn tenant(&self) -> String {
        let lead = self.user(Role::Lead).await;
        let customer = lead.post("/api/v1/customers", &serde_json::json!({"name": "Clinic"})).await.json();
        let tenant = serde_json::json!({"customer": customer["id"], "key": "0145483", "region": "mock", "name": "Ward"});
        lead.post("/api/v1/tenants", &tenant).await.json()["id"].as_str().unwrap().to_owned()
    }

    /// Commits further changes.
    pub(crate) fn commit(&self, subject: &str, files: &[(&str, Option<String>)]) -> String {
        commit(&Repository::open(&self.folder).unwrap(), "Eve", subject, files)
    }
}

/// Commits changes: a text, or nothing for a file that goes. Each commit is an hour after the one before.
pub(crate) fn commit(
    repository: &Repository,
    author: &str,
    subject: &str,
    files: &[(&str, Option<String>)],
) -> String {
    let parent = repository.head().ok().map(|head| head.peel_to_commit().unwrap());
    let hours = parent.as_ref().map_or(0, |parent| (parent.time().seconds() - 1_790_000_000) / 3_600 + 1);
    let mut index = repository.index().unwrap();
    for (path, text) in files {
        match text {
            None => index.remove_path(path.as_ref()).unwrap(),
            Some(text) => {
                let blob: Oid = repository.blob(text.as_bytes()).unwrap();
                let entry = git2::IndexEntry {
                    ctime: git2::IndexTime::new(0, 0),
                    mtime: git2::IndexTime::new(0, 0),
                    dev: 0,
                    ino: 0,
                    mode: 0o100_644,
                    uid: 0,
                    gid: 0,
                    file_size: 0,
                    id: blob,
                    flags: 0,
                    flags_extended: 0,
                    path: path.as_bytes().to_vec(),
                };
                index.add(&entry).unwrap();
            }
        }
    }
    index.write().unwrap();
    let tree = repository.find_tree(index.write_tree().unwrap()).unwrap();
    let email = format!("{}@example.com", author.to_lowercase());
    let when = Time::new(1_790_000_000 + hours * 3_600, 120);
    let signature = Signature::new(author, &email, &when).unwrap();
    let parents: Vec<_> = parent.iter().collect();
    repository.commit(Some("HEAD"), &signature, &signature, subject, &tree, &parents).unwrap().to_string()
}
