//! Git repositories, made with git itself.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Runs git in a folder and gives what it printed.
pub fn git<I: AsRef<OsStr>>(folder: &Path, arguments: impl IntoIterator<Item = I>) -> Vec<u8> {
    let mut command = Command::new("git");
    command.arg("-C").arg(folder).args(arguments).stdin(Stdio::null());
    command.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_NOSYSTEM", "1");
    let done = command.output().expect("git runs");
    assert!(done.status.success(), "{command:?}: {}", String::from_utf8_lossy(&done.stderr));
    done.stdout
}

/// A bare repository with the branch `main`, written through `git fast-import`: no checkout, no clock, no identity of
/// the machine's.
pub struct Repository {
    path: PathBuf,
    minutes: u64,
    _keep: Option<tempfile::TempDir>,
}

impl Repository {
    /// A new one; its name is `name`.
    pub fn new(name: &str) -> Self {
        let folder = tempfile::tempdir().expect("a folder for a repository");
        let path = folder.path().join(format!("{name}.git"));
        git(
            folder.path(),
            [
                OsStr::new("init"),
                "--quiet".as_ref(),
                "--bare".as_ref(),
                "-b".as_ref(),
                "main".as_ref(),
                path.as_os_str(),
            ],
        );
        Self { path, minutes: 0, _keep: Some(folder) }
    }

    /// One that is there already and stays.
    pub fn at(path: PathBuf) -> Self {
        Self { path, minutes: 0, _keep: None }
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Commits changes on `main` and gives the commit's id: a path with its new content, or with none to remove it.
    pub fn commit<P: AsRef<str>, C: AsRef<[u8]>>(
        &mut self,
        subject: &str,
        changes: impl IntoIterator<Item = (P, Option<C>)>,
    ) -> String {
        let changes: BTreeMap<String, Option<Vec<u8>>> = changes
            .into_iter()
            .map(|(path, content)| {
                (path.as_ref().to_owned(), content.map(|content| content.as_ref().to_vec()))
            })
            .collect();
        self.minutes += 1;
        let who = format!("A Hunter <hunter@example.com> {} +0000", 1_767_225_600 + self.minutes * 60);
        let mut stream = Vec::new();
        let mut head = format!(
            "commit refs/heads/main\nauthor {who}\ncommitter {who}\ndata {}\n{subject}\n",
            subject.len()
        );
        if self.has_commits() {
            head.push_str("from refs/heads/main^0\n");
        }
        stream.extend_from_slice(head.as_bytes());
        for (path, content) in &changes {
            let mut line = String::new();
            match content {
                None => {
                    let _ = writeln!(line, "D {path}");
                    stream.extend_from_slice(line.as_bytes());
                }
                Some(content) => {
                    let _ = write!(line, "M 100644 inline {path}\ndata {}\n", content.len());
                    stream.extend_from_slice(line.as_bytes());
                    stream.extend_from_slice(content);
                    stream.push(b'\n');
                }
            }
        }
        let mut import = Command::new("git")
            .arg("-C")
            .arg(&self.path)
            .args(["fast-import", "--quiet"])
            .stdin(Stdio::piped())
            .spawn()
            .expect("git runs");
        import.stdin.take().expect("it is piped").write_all(&stream).expect("git reads");
        assert!(import.wait().expect("git ends").success(), "git fast-import fails");
        self.tip()
    }

    fn has_commits(&self) -> bool {
        Command::new("git")
            .arg("-C")
            .arg(&self.path)
            .args(["rev-parse", "--quiet", "--verify", "refs/heads/main"])
            .stdout(Stdio::null())
            .status()
            .expect("git runs")
            .success()
    }

    /// The commit that `main` names.
    pub fn tip(&self) -> String {
        let id = git(&self.path, ["rev-parse", "refs/heads/main"]);
        String::from_utf8_lossy(&id).trim().to_owned()
    }

    /// The bytes of a path as a commit has them.
    pub fn show(&self, commit: &str, path: &str) -> Vec<u8> {
        git(&self.path, ["cat-file", "blob", &format!("{commit}:{path}")])
    }
}

/// A small procedure that Jupyter's tools read; `body` follows its heading.
pub fn procedure(id: &str, title: &str, technique: &str, body: &str) -> String {
    format!(
        "---\njupytext:\n  notebook_metadata_filter: hunting\n  text_representation:\n    extension: .md\n    \
         format_name: myst\n    format_version: 0.13\nkernelspec:\n  display_name: Python 3\n  language: python\n  \
         name: python3\nhunting:\n  title: {title}\n  id: {id}\n  description: What {title} looks for.\n  \
         attack_technique_ids: [{technique}]\n  data_sources: [process]\n  tags: [acceptance]\n---\n\n# {title}\n\n\
         {body}\n\n```{{code-cell}} python\n:tags: [parameters]\n\nTENANT_ID: str = None\nREGION: str = None\n```\n\n\
         ```{{code-cell}} python\nprint(TENANT_ID, REGION)\n```\n"
    )
}
