//! Notebooks as HTML, kept while nothing that they show can have changed: the same bytes, the same renderer, and the same
//! repository around them, where links lead.

mod places;

use catalog::library::{Library, Reading};
use catalog::render::{self, Options, RENDERER, Rendered};
use places::RevisionPlaces;
use std::sync::Arc;

/// So many bytes of HTML are kept.
const KEPT: u64 = 64 << 20;

/// What one notebook's HTML depends on.
#[derive(Debug, PartialEq, Eq, Hash)]
struct Key {
    renderer: &'static str,
    blob: String,
    repo: String,
    path: String,
    /// What outputs and attachments are addressed by, and pictures and files read from.
    id: String,
    commit: String,
    past: bool,
    /// The tip that the index stands for: it says which procedures there are.
    tip: Option<String>,
}

/// The notebooks that were rendered lately.
pub struct RenderedNotebooks(moka::sync::Cache<Key, Arc<Rendered>>);

impl RenderedNotebooks {
    /// None yet.
    pub fn new() -> Self {
        let kept = moka::sync::Cache::builder().max_capacity(KEPT);
        Self(kept.weigher(|_, rendered: &Arc<Rendered>| weight(rendered)).build())
    }

    /// A revision as HTML, its links and pictures leading to this server.
    pub fn of(&self, library: &Library, reading: &Reading) -> Arc<Rendered> {
        let key = Key {
            renderer: RENDERER,
            blob: reading.blob.clone(),
            repo: reading.entry.repo.clone(),
            path: reading.path.clone(),
            id: reading.entry.id.clone(),
            commit: reading.commit.clone(),
            past: reading.past,
            tip: library.tip(&reading.entry.repo),
        };
        self.0.get_with(key, || {
            let places = RevisionPlaces::of(library, reading);
            Arc::new(render::notebook(&reading.notebook, &Options::at(&reading.path, &places)))
        })
    }
}

impl Default for RenderedNotebooks {
    fn default() -> Self {
        Self::new()
    }
}

/// Bytes of HTML, and something for what is around them.
fn weight(rendered: &Rendered) -> u32 {
    let cells = rendered.cells.iter().map(|cell| {
        let outputs: usize = cell.outputs.iter().map(String::len).sum();
        cell.html.len() + outputs + 200
    });
    u32::try_from(cells.sum::<usize>()).unwrap_or(u32::MAX)
}
