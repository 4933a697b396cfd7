//! The trees that linted files are in, and what their teams ask for.

use super::super::say;
use anyhow::{Context, bail};
use catalog::lint::{Diagnostic, Files, Settings, Severity, TeamSettings};
use catalog::team::{MAX_FILE, TEAM_FILE};
use std::collections::{BTreeMap, HashMap, HashSet};
use std::io::Read as _;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

/// The trees: a repository each, or a folder that is in none.
pub(in crate::cli) struct Trees {
    trees: Vec<Tree>,
    places: HashMap<PathBuf, (usize, String)>,
}

/// One tree on the disk.
struct Tree {
    root: PathBuf,
    team: TeamSettings,
}

/// A file in its tree.
pub(in crate::cli) struct Placed<'t> {
    tree: &'t Tree,
    /// Which of the trees that is.
    pub(in crate::cli) number: usize,
    /// Its path from the tree's root.
    pub(in crate::cli) path: String,
}

impl Placed<'_> {
    /// What its team asks for.
    pub(in crate::cli) fn settings(&self) -> Arc<Settings> {
        self.tree.team.for_path(&self.path)
    }

    /// The files around it.
    pub(in crate::cli) fn files(&self) -> &dyn Files {
        self.tree
    }
}

impl Files for Tree {
    fn is_there(&self, path: &str) -> bool {
        let stays = Path::new(path).components().all(|part| matches!(part, Component::Normal(_)));
        stays && self.root.join(path).symlink_metadata().is_ok()
    }
}

impl Trees {
    /// The trees of some files. The settings are those of `config` where it is named, otherwise of each `huntshelf.toml` from
    /// the root of the tree down to a file.
    ///
    /// # Errors
    /// When one of them cannot be used.
    pub(in crate::cli) fn of(files: &[PathBuf], config: Option<&Path>) -> anyhow::Result<Self> {
        let mut roots: Roots = BTreeMap::new();
        let mut root_of: HashMap<PathBuf, PathBuf> = HashMap::new();
        let mut places = HashMap::new();
        for file in files {
            let Some(full) = whole(file) else { continue };
            let folder = full.parent().unwrap_or(&full).to_owned();
            let root = root_of.entry(folder.clone()).or_insert_with(|| root(&folder)).clone();
            let path = slashed(full.strip_prefix(&root).unwrap_or(&full));
            let found = roots.entry(root.clone()).or_default();
            found.extend(folder.ancestors().take_while(|above| above.starts_with(&root)).map(Path::to_owned));
            places.insert(file.clone(), (root, path));
        }
        let named = config.map(|config| team_text(config).map(|text| (config, text))).transpose()?;
        let mut trees = Vec::new();
        let mut numbers = HashMap::new();
        for (root, folders) in roots {
            let mut texts = Vec::new();
            match &named {
                Some((_, text)) => texts.push((TEAM_FILE.to_owned(), text.clone())),
                None => {
                    for file in folders.iter().map(|folder| folder.join(TEAM_FILE)) {
                        if file.is_file() {
                            texts.push((
                                slashed(file.strip_prefix(&root).unwrap_or(&file)),
                                team_text(&file)?,
                            ));
                        }
                    }
                }
            }
            let team = TeamSettings::new(texts);
            for (path, wrong) in team.problems() {
                let file = named.as_ref().map_or_else(|| root.join(path), |(config, _)| (*config).to_owned());
                told(&file, wrong)?;
            }
            numbers.insert(root.clone(), trees.len());
            trees.push(Tree { root, team });
        }
        let number = |(file, (root, path)): (PathBuf, (PathBuf, String))| (file, (numbers[&root], path));
        let places = places.into_iter().map(number).collect();
        Ok(Self { trees, places })
    }

    /// Where a file stands.
    pub(in crate::cli) fn place(&self, file: &Path) -> Option<Placed<'_>> {
        let (number, path) = self.places.get(file)?;
        Some(Placed { tree: self.trees.get(*number)?, number: *number, path: path.clone() })
    }
}

/// The whole path of a file that is there, or that is to be written into a folder that is there.
fn whole(file: &Path) -> Option<PathBuf> {
    let folder = || {
        let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        Some(folder.canonicalize().ok()?.join(file.file_name()?))
    };
    file.canonicalize().ok().or_else(folder)
}

/// The folders in which a team's file may stand, by the root of their tree.
type Roots = BTreeMap<PathBuf, HashSet<PathBuf>>;

/// Says what is wrong with a team's file; what cannot be used of it ends the command.
fn told(file: &Path, wrong: &Diagnostic) -> anyhow::Result<()> {
    let Diagnostic { severity, line, message, help, .. } = wrong;
    let text = format!("{}:{line}: {message}; {help}", file.display());
    if *severity == Severity::Error {
        bail!("{text}");
    }
    say(&text);
    Ok(())
}

/// The root of the repository that a folder is in; the folder where it is in none.
pub(in crate::cli) fn root(folder: &Path) -> PathBuf {
    let root = folder.ancestors().find(|folder| folder.join(".git").exists());
    root.unwrap_or(folder).to_owned()
}

fn slashed(path: &Path) -> String {
    let parts: Vec<_> = path.components().map(|part| part.as_os_str().to_string_lossy()).collect();
    parts.join("/")
}

/// The text of a team's file.
///
/// # Errors
/// When it cannot be read, or is larger than one may be.
pub(in crate::cli) fn team_text(file: &Path) -> anyhow::Result<String> {
    let about = || file.display().to_string();
    let mut text = String::new();
    let opened = std::fs::File::open(file).with_context(about)?;
    opened.take(MAX_FILE as u64 + 1).read_to_string(&mut text).with_context(about)?;
    if text.len() > MAX_FILE {
        bail!("{} has more than {MAX_FILE} bytes", file.display());
    }
    Ok(text)
}
