//! Looking at files, on every core.

use super::super::files::{self, File};
use super::super::say;
use super::trees::Trees;
use anyhow::Context;
use catalog::attack::Release;
use catalog::index::{Sketch, nearly_same};
use catalog::lint::{Among, Around, Finding, Severity, lint_among, lint_in, mend};
use catalog::notebook::{ipynb, myst};
use catalog::procedure::{Understood, understand};
use catalog::repository::FieldMapping;
use catalog::threads;
use chrono::NaiveDate;
use std::collections::{BTreeMap, HashMap};
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};

/// A file and what was found in it.
pub(super) struct Linted {
    /// What to call it.
    pub(super) name: String,
    /// Its path from the root of its repository.
    pub(super) path: String,
    /// Its text, where something was found.
    pub(super) text: String,
    /// Its procedure's id, and which tree it is in.
    id: Option<(String, usize)>,
    /// What its text is like.
    sketch: Option<Sketch>,
    pub(super) findings: Vec<Finding>,
}

impl Linted {
    pub(super) fn count(&self, severity: Severity) -> usize {
        self.findings.iter().filter(|finding| finding.diagnostic.severity == severity).count()
    }
}

/// What other files have to do with one.
#[derive(Default)]
struct Others {
    /// The paths of those with the same id.
    same_id: Vec<String>,
    /// The paths of those that are nearly the same, and what share of both is, in percent.
    alike: Vec<(String, u32)>,
}

/// How files are looked at.
pub(super) struct Look {
    pub(super) trees: Trees,
    pub(super) today: NaiveDate,
    /// Whether what is certain is mended in the files.
    pub(super) fix: bool,
}

impl Look {
    /// Lints files, in their order; those that are no notebooks are left out.
    pub(super) fn at(&self, paths: &[PathBuf]) -> anyhow::Result<Vec<Linted>> {
        let next = AtomicUsize::new(0);
        let work = || {
            let mut done = Vec::new();
            while let Some(path) = paths.get(next.fetch_add(1, Ordering::Relaxed)) {
                let linted = files::read(path.clone()).and_then(|file| self.one(file));
                match linted {
                    Ok(linted) => done.extend(linted.map(|linted| (path, linted))),
                    Err(error) => return Err(error),
                }
            }
            Ok(done)
        };
        let count = std::thread::available_parallelism().map_or(1, usize::from).min(paths.len().max(1));
        let mut linted = Vec::new();
        std::thread::scope(|scope| -> anyhow::Result<()> {
            let start = |_| threads::reading().spawn_scoped(scope, work);
            let started: Vec<_> = (0..count).map(start).collect::<Result<_, _>>()?;
            for thread in started {
                let done = thread.join().map_err(|_| anyhow::anyhow!("a thread stopped: nothing is told"))?;
                linted.extend(done?);
            }
            Ok(())
        })?;
        linted.sort_by_key(|(path, _)| *path);
        self.among(&mut linted)?;
        Ok(linted.into_iter().map(|(_, linted)| linted).collect())
    }

    /// Tells of ids that several files have, and of files that are nearly the same.
    fn among(&self, linted: &mut [(&PathBuf, Linted)]) -> anyhow::Result<()> {
        let mut holders: HashMap<&(String, usize), Vec<usize>> = HashMap::new();
        for (place, (_, one)) in linted.iter().enumerate() {
            if let Some(id) = &one.id {
                holders.entry(id).or_default().push(place);
            }
        }
        let path = |place: &usize| linted[*place].1.path.clone();
        let mut around: BTreeMap<usize, Others> = BTreeMap::new();
        for places in holders.into_values().filter(|places| places.len() > 1) {
            for place in &places {
                let others = places.iter().filter(|other| *other != place);
                around.entry(*place).or_default().same_id = others.map(path).collect();
            }
        }
        let sketches: Vec<Option<Sketch>> = linted.iter().map(|(_, one)| one.sketch).collect();
        for (place, near) in
            nearly_same(&sketches).into_iter().enumerate().filter(|(_, near)| !near.is_empty())
        {
            let near = near.iter().map(|(other, share)| (path(other), u32::from(*share)));
            around.entry(place).or_default().alike = near.collect();
        }
        for (place, Others { same_id, alike }) in around {
            let (path, one) = &mut linted[place];
            let File { name, bytes, .. } = files::read((*path).clone())?;
            let notebook = if ipynb::is_path(&name) { ipynb::read(&bytes) } else { myst::read(&bytes) };
            let placed =
                self.trees.place(path).with_context(|| format!("{name} cannot be found any more"))?;
            let around = Around { path: &placed.path, today: Some(self.today), files: None };
            let among = Among { same_id: &same_id, alike: &alike, looked_at: None };
            let told = lint_among(&notebook, &placed.settings(), &around, &among);
            if !told.is_empty() {
                one.findings.extend(told);
                one.findings.sort_by_key(|finding| finding.diagnostic.line);
                one.text = String::from_utf8_lossy(&bytes).into_owned();
            }
        }
        Ok(())
    }

    /// Lints one file; none when it is no notebook.
    fn one(&self, file: File) -> anyhow::Result<Option<Linted>> {
        let File { path, name, bytes } = file;
        let is_json = ipynb::is_path(&name);
        if !is_json && !myst::looks_like_myst(&bytes) && myst::other_format(&bytes).is_none() {
            return Ok(None);
        }
        let placed = self.trees.place(&path).with_context(|| format!("{name} cannot be found any more"))?;
        let settings = placed.settings();
        let around = Around { path: &placed.path, today: Some(self.today), files: Some(placed.files()) };
        let found = |bytes: &[u8]| -> Option<(Vec<Finding>, Option<String>, Option<Sketch>)> {
            if let Some(other) = myst::other_format(bytes).filter(|_| !is_json) {
                return Some((vec![other.into()], None, None));
            }
            let notebook = if is_json { ipynb::read(bytes) } else { myst::read(bytes) };
            let understood = understand(&notebook, &name, &FieldMapping::default(), Release::current());
            // JSON that says nothing of hunting.
            if is_json && matches!(understood, Understood::Uncatalogued(_)) {
                return None;
            }
            let procedure = understood.into_procedure();
            Some((lint_in(&notebook, &procedure, &settings, &around), procedure.id, Sketch::of(&notebook)))
        };
        let Some((mut findings, mut id, sketch)) = found(&bytes) else { return Ok(None) };
        let mut text = String::from_utf8_lossy(&bytes).into_owned();
        if self.fix && !is_json && text.as_bytes() == bytes {
            let mended = mend(&text, &findings);
            if mended != text {
                std::fs::write(&path, &mended).with_context(|| path.display().to_string())?;
                say(&format!("mended: {name}"));
                (findings, id, _) = found(mended.as_bytes()).unwrap_or_default();
                text = mended;
            }
        }
        if findings.is_empty() {
            text = String::new();
        }
        let id = id.map(|id| (id, placed.number));
        Ok(Some(Linted { path: placed.path.clone(), name, text, id, sketch, findings }))
    }
}
