//! A repository to which things are done.

use crate::text::{Form, Text, sidecar};
use git2::{FileMode, IndexEntry, IndexTime, Oid, Repository, Signature, Time};
use std::collections::{BTreeMap, HashMap};
use std::path::PathBuf;
use tempfile::TempDir;

/// Something that is done to a repository; what `one` and `other` mean is up to its kind, and every number means something.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Deed {
    pub(crate) kind: u8,
    pub(crate) one: u8,
    pub(crate) other: u8,
    /// Whether a commit is made of it and of what was done before.
    pub(crate) commits: bool,
}

impl Deed {
    pub(crate) const KINDS: u8 = 30;
}

/// Few, so that they are met again.
const PATHS: [&str; 8] =
    ["h/a.md", "h/b.md", "h/c.md", "k/a.md", "k/b.md", "h/a.ipynb", "k/a.ipynb", "k/d.ipynb"];
const FOLDERS: [&str; 2] = ["h", "k"];

#[derive(Debug, Clone, PartialEq, Eq)]
enum File {
    Text(Text),
    Sidecar(u8),
    Link,
}

type Files = BTreeMap<String, (File, bool)>;

#[derive(Debug, Clone, Default)]
struct Branch {
    tip: Option<Oid>,
    files: Files,
}

pub(crate) struct World {
    folder: TempDir,
    repository: Repository,
    clock: i64,
    main: Branch,
    side: Option<Branch>,
    on_side: bool,
    /// What each commit left.
    left: HashMap<Oid, Files>,
    gone: Vec<(String, Text)>,
}

impl World {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut options = git2::RepositoryInitOptions::new();
        options.bare(true).initial_head("main");
        let repository = Repository::init_opts(folder.path().join("hunts"), &options).unwrap();
        Self {
            folder,
            repository,
            clock: 1_700_000_000,
            main: Branch::default(),
            side: None,
            on_side: false,
            left: HashMap::new(),
            gone: Vec::new(),
        }
    }

    pub(crate) fn path(&self) -> PathBuf {
        self.folder.path().join("hunts")
    }

    pub(crate) fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// Whether nothing is on the branch that is mirrored.
    pub(crate) fn is_empty(&self) -> bool {
        self.main.tip.is_none()
    }

    /// How many commits the mirrored branch has.
    pub(crate) fn commits(&self) -> usize {
        let mut walk = self.repository.revwalk().unwrap();
        walk.push(self.main.tip.unwrap()).unwrap();
        walk.count()
    }

    fn branch(&mut self) -> &mut Branch {
        match (&mut self.side, self.on_side) {
            (Some(side), true) => side,
            _ => &mut self.main,
        }
    }

    /// Does something, and tells what.
    pub(crate) fn play(&mut self, deed: Deed) -> String {
        let told = self.change(deed);
        if !deed.commits {
            return format!("{told}, and");
        }
        let on = if self.on_side && self.side.is_some() { "side" } else { "main" };
        self.commit(None);
        format!("{told} (on {on})")
    }

    fn commit(&mut self, other: Option<Oid>) {
        self.clock += 60;
        let clock = self.clock;
        let files = self.branch().files.clone();
        let parents: Vec<_> = self.branch().tip.into_iter().chain(other).collect();
        let mut index = git2::Index::new().unwrap();
        for (path, (file, executable)) in &files {
            let (bytes, mode) = match file {
                File::Text(text) => (text.render(path), FileMode::Blob),
                File::Sidecar(number) => (sidecar(*number), FileMode::Blob),
                File::Link => ("elsewhere".to_owned(), FileMode::Link),
            };
            let mode = if *executable && mode == FileMode::Blob { FileMode::BlobExecutable } else { mode };
            let id = self.repository.blob(bytes.as_bytes()).unwrap();
            let time = IndexTime::new(0, 0);
            index
                .add(&IndexEntry {
                    ctime: time,
                    mtime: time,
                    dev: 0,
                    ino: 0,
                    mode: i32::from(mode).cast_unsigned(),
                    uid: 0,
                    gid: 0,
                    file_size: 0,
                    id,
                    flags: 0,
                    flags_extended: 0,
                    path: path.clone().into_bytes(),
                })
                .unwrap();
        }
        let tree = index.write_tree_to(&self.repository).unwrap();
        let tree = self.repository.find_tree(tree).unwrap();
        let who = Signature::new(
            &format!("Person {}", clock / 60 % 3),
            "someone@example.org",
            &Time::new(clock, 60),
        )
        .unwrap();
        let parents: Vec<_> = parents.iter().map(|id| self.repository.find_commit(*id).unwrap()).collect();
        let tip = self
            .repository
            .commit(None, &who, &who, &format!("At {clock}"), &tree, &parents.iter().collect::<Vec<_>>())
            .unwrap();
        drop((parents, tree));
        self.left.insert(tip, files);
        self.branch().tip = Some(tip);
        if let Some(main) = self.main.tip {
            self.repository.reference("refs/heads/main", main, true, "").unwrap();
        }
    }

    /// The path of a notebook that is there.
    fn some(&mut self, number: u8) -> Option<String> {
        let is_text = |file: &File| matches!(file, File::Text(_));
        let paths: Vec<_> = self
            .branch()
            .files
            .iter()
            .filter(|(_, (file, _))| is_text(file))
            .map(|(path, _)| path.clone())
            .collect();
        (!paths.is_empty()).then(|| paths[usize::from(number) % paths.len()].clone())
    }

    /// A path where nothing is.
    fn free(&mut self, number: u8) -> Option<String> {
        let files = &self.branch().files;
        let paths: Vec<_> = PATHS.iter().filter(|path| !files.contains_key(**path)).collect();
        (!paths.is_empty()).then(|| (*paths[usize::from(number) % paths.len()]).to_owned())
    }

    fn text(&mut self, path: &str) -> &mut Text {
        match &mut self.branch().files.get_mut(path).unwrap().0 {
            File::Text(text) => text,
            _ => unreachable!("it is a notebook"),
        }
    }

    fn put(&mut self, path: &str, text: Text) {
        self.branch().files.insert(path.to_owned(), (File::Text(text), false));
    }

    fn change(&mut self, deed: Deed) -> String {
        let Deed { kind, one, other, .. } = deed;
        match kind {
            0..=2 => {
                let Some(path) = self.free(one) else { return "nothing".to_owned() };
                let mut text = Text::new(other % 6, one);
                match other / 6 % 8 {
                    0 => text.form = Form::Plain,
                    1 => text.form = Form::Bare,
                    2 => text.author = Some(one % 3),
                    _ => {}
                }
                let told = format!("add {path}: {text:?}");
                self.put(&path, text);
                return told;
            }
            18 => {
                if let Some(side) = &self.side {
                    let merged = side.clone();
                    return self.merge(&merged, one, other);
                }
                self.side = Some(self.main.clone());
                self.on_side = true;
                return "branch off".to_owned();
            }
            19 => {
                self.on_side = !self.on_side;
                return "go to the other branch".to_owned();
            }
            20 => return self.fast_forward(one, other),
            21 => {
                if let Some((path, text)) = self.gone.get(usize::from(one) % self.gone.len().max(1)).cloned()
                {
                    self.put(&path, text);
                    return format!("restore {path}");
                }
                return "nothing".to_owned();
            }
            22 | 23 => {
                let path = format!("{}/metadata.yaml", FOLDERS[usize::from(one) % 2]);
                if other.is_multiple_of(4) {
                    self.branch().files.remove(&path);
                    return format!("delete {path}");
                }
                self.branch().files.insert(path.clone(), (File::Sidecar(other), false));
                return format!("write {path}: {:?}", sidecar(other));
            }
            _ => {}
        }
        let Some(path) = self.some(one) else { return "nothing".to_owned() };
        self.change_file(&path, kind, one, other)
    }

    fn change_file(&mut self, path: &str, kind: u8, one: u8, other: u8) -> String {
        match kind {
            3 => {
                let at = usize::from(other) % 4;
                let text = self.text(path);
                text.lines[at] = text.lines[at].wrapping_add(50);
                format!("modify {path}")
            }
            4 => {
                self.text(path).technique ^= 1 + other % 3;
                format!("remap {path}")
            }
            5..=7 => {
                let Some(to) = self.free(other) else { return "nothing".to_owned() };
                let (file, executable) = self.branch().files.remove(path).unwrap();
                self.branch().files.insert(to.clone(), (file, executable));
                let before = self.text(&to).clone();
                let text = self.text(&to);
                if other.is_multiple_of(5) {
                    text.lines[0] = text.lines[0].wrapping_add(60);
                }
                if kind == 6 {
                    let mut back = before;
                    back.lines[1] = back.lines[1].wrapping_add(70);
                    if one.is_multiple_of(3) {
                        back.id = other % 6;
                    }
                    self.put(path, back);
                    return format!("move {path} to {to}, and another at the old path");
                }
                format!("move {path} to {to}")
            }
            8 | 9 => {
                if let Some((File::Text(text), _)) = self.branch().files.remove(path) {
                    self.gone.push((path.to_owned(), text));
                }
                format!("delete {path}")
            }
            10 | 11 => {
                self.text(path).id = other % 6;
                format!("id of {path} is {}", other % 6)
            }
            12 | 13 => {
                let Some(second) = self.some(other) else { return "nothing".to_owned() };
                let (one, two) = (self.text(path).clone(), self.text(&second).clone());
                if kind == 12 {
                    self.text(path).id = two.id;
                    self.text(&second).id = one.id;
                    return format!("swap ids of {path} and {second}");
                }
                self.put(path, two);
                self.put(&second, one);
                format!("swap {path} and {second}")
            }
            14 => {
                let Some(to) = self.free(other) else { return "nothing".to_owned() };
                let text = self.text(path).clone();
                self.put(&to, text);
                format!("copy {path} to {to}")
            }
            15 => self.form(path, Form::Bare),
            16 => self.form(path, Form::Whole),
            17 => self.form(path, Form::Plain),
            24 => self.form(path, Form::Unreadable),
            25 => {
                let twin = twin(path);
                let text = self.text(path).clone();
                self.put(&twin, text);
                format!("write {twin} after {path}")
            }
            26 => {
                let to = twin(path);
                let (file, executable) = self.branch().files.remove(path).unwrap();
                self.branch().files.insert(to.clone(), (file, executable));
                format!("convert {path} to {to}")
            }
            27 => {
                let file = self.branch().files.get_mut(path).unwrap();
                file.1 = !file.1;
                format!("chmod {path}")
            }
            28 => {
                self.branch().files.insert(path.to_owned(), (File::Link, false));
                format!("make a link of {path}")
            }
            _ => {
                self.text(path).author = (!other.is_multiple_of(3)).then_some(other);
                format!("authors of {path}")
            }
        }
    }

    fn form(&mut self, path: &str, form: Form) -> String {
        self.text(path).form = form;
        format!("make {path} {form:?}")
    }

    /// Merges the other branch into main: by paths, the first or the second side where both changed one.
    fn merge(&mut self, side: &Branch, one: u8, other: u8) -> String {
        self.on_side = false;
        let (Some(ours), Some(theirs)) = (self.main.tip, side.tip) else {
            self.side = None;
            return "forget the branch".to_owned();
        };
        let files = self.merged(ours, theirs, &self.main.files, &side.files, one);
        self.main.files = files;
        if one % 8 == 7 {
            // What no parent has.
            self.change(Deed { kind: 3 + other % 9, one: other, other: one, commits: false });
        }
        if one % 16 == 9 {
            self.main.files = side.files.clone();
        }
        self.commit(Some(theirs));
        if other.is_multiple_of(2) {
            self.side = None;
        }
        "merge side into main".to_owned()
    }

    /// Merges main into the other branch, and main goes on from there.
    fn fast_forward(&mut self, one: u8, other: u8) -> String {
        let Some(side) = self.side.clone() else { return "nothing".to_owned() };
        let (Some(ours), Some(theirs)) = (side.tip, self.main.tip) else { return "nothing".to_owned() };
        if self.repository.graph_descendant_of(theirs, ours).unwrap() || ours == theirs {
            return "nothing".to_owned();
        }
        self.main.files = self.merged(ours, theirs, &side.files, &self.main.files, one);
        self.main.tip = side.tip;
        self.on_side = false;
        self.commit(Some(theirs));
        if other.is_multiple_of(2) {
            self.side = None;
        }
        "merge main into side, and take that as main".to_owned()
    }

    fn merged(&self, ours: Oid, theirs: Oid, mine: &Files, other: &Files, policy: u8) -> Files {
        let base = self.repository.merge_base(ours, theirs).ok();
        let nothing = Files::new();
        let base = base.and_then(|base| self.left.get(&base)).unwrap_or(&nothing);
        let mut merged = Files::new();
        for path in mine.keys().chain(other.keys()) {
            let (was, one, two) = (base.get(path), mine.get(path), other.get(path));
            let chosen = match (one == was, two == was) {
                (true, _) => two,
                (_, true) => one,
                _ if policy & 1 == 0 => one,
                _ => two,
            };
            if let Some(file) = chosen {
                merged.insert(path.clone(), file.clone());
            }
        }
        merged
    }
}

/// The path of the same notebook in the other format.
fn twin(path: &str) -> String {
    match path.strip_suffix(".md") {
        Some(stem) => format!("{stem}.ipynb"),
        None => path.replace(".ipynb", ".md"),
    }
}
