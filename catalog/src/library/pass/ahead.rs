//! Reading ahead: on a first start nothing else wants the processors, so notebooks that will be compared are read and
//! understood on all of them.

use super::{Pass, Stop};
use crate::library::LibraryError;
use crate::library::chain::Chain;
use crate::library::examine::{self, Examined, Source};
use crate::mirror::MirrorError;
use crate::threads;
use std::collections::HashSet;
use std::num::NonZero;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// How many chains are read ahead together: their notebooks have to fit into what is kept.
pub(super) const TOGETHER: usize = 32;

/// The most threads that read.
const MOST_READERS: usize = 8;

/// A text that will be asked for.
type Wanted = (Source, String);

impl Pass<'_> {
    /// Reads what comparing these chains will ask for, where that is worth more than one thread.
    pub(super) fn read_ahead(&mut self, chains: &[Chain]) -> Result<(), Stop> {
        let cores = std::thread::available_parallelism().map_or(1, NonZero::get);
        if !self.alone || cores == 1 {
            return Ok(());
        }
        let mut wanted: Vec<Wanted> = Vec::new();
        let mut known = HashSet::new();
        for touched in chains.iter().flat_map(|chain| &chain.revisions) {
            // What came is read where it stands at the tip.
            if let Some(before) = touched.text_before() {
                let texts = [Some(before), touched.text_after()];
                wanted.extend(texts.into_iter().flatten().filter(|text| known.insert(text.clone())));
            }
        }
        let next = AtomicUsize::new(0);
        let (mirror, repository, releases) = (self.mirror, self.repository, self.releases);
        let read = |(source, path): &Wanted| -> Result<(Arc<Examined>, usize), MirrorError> {
            let contents = examine::contents(*source, path, |blob, most| mirror.blob(blob, most))?;
            let blobs = 1 + usize::from(contents.sidecar.is_some());
            Ok((Arc::new(examine::examine(&contents, path, repository, releases)), blobs))
        };
        let examined = &self.examined;
        let reader = || -> Result<usize, MirrorError> {
            let mut blobs_read = 0;
            while let Some(text) = wanted.get(next.fetch_add(1, Ordering::Relaxed)) {
                let (notebook, blobs) = read(text)?;
                blobs_read += blobs;
                examined.insert(text.clone(), notebook);
            }
            Ok(blobs_read)
        };
        let readers = cores.min(MOST_READERS).min(wanted.len());
        let outcomes: Vec<_> = std::thread::scope(|scope| {
            let start = |_| threads::reading().spawn_scoped(scope, reader);
            let running: Vec<_> = (0..readers).map(start).collect();
            running.into_iter().map(|started| started.map(std::thread::ScopedJoinHandle::join)).collect()
        });
        for outcome in outcomes {
            let outcome =
                outcome.map_err(|error| LibraryError::Index(format!("no thread to read on: {error}")))?;
            let blobs_read = outcome.map_err(|_| LibraryError::Index("a reader gave up".to_owned()))?;
            self.done.blobs_read += blobs_read.map_err(self.failed())?;
        }
        Ok(())
    }
}
