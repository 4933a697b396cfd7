//! How a file stands, and since when it is broken.

use super::{Pass, Stop};
use crate::index::{Broken, Revision};
use crate::library::chain::Chain;
use crate::library::examine::{Examined, Outcome, Source};
use crate::lint::{Diagnostic, Severity};
use crate::procedure::{Procedure, SIDECAR_UNUSED, Standing};
use std::sync::Arc;

/// What is found on the way back from the tip of a broken chain.
#[derive(Default)]
struct Lookback {
    /// The oldest revision after the last good one.
    since: Option<Revision>,
    /// The oldest of those that cannot be read, without one between them that can be.
    unreadable: Option<Revision>,
    /// Whether one that can be read was met.
    ended: bool,
    good: Option<(Revision, Source, Arc<Examined>)>,
}

impl Lookback {
    /// Takes one step back; answers whether that was the last one.
    fn step(&mut self, revision: &Revision, source: Source, examined: Arc<Examined>) -> bool {
        if examined.is_catalogued() {
            self.good = Some((revision.clone(), source, examined));
            return true;
        }
        self.ended |= !matches!(examined.outcome, Outcome::Unusable(_));
        if !self.ended {
            self.unreadable = Some(revision.clone());
        }
        self.since = Some(revision.clone());
        false
    }
}

impl Pass<'_> {
    /// Since when a chain is broken, and its last good revision. What never was good is broken since it cannot be read.
    pub(super) fn broken(
        &mut self,
        chain: &Chain,
        reason: &Diagnostic,
    ) -> Result<(Broken, Option<Arc<Examined>>), Stop> {
        let mut back = Lookback::default();
        let mut found = false;
        for touched in chain.revisions.iter().rev() {
            let Some(source) = touched.after else { continue };
            let examined = self.examine(source, &touched.revision.path)?;
            found = back.step(&touched.revision, source, examined);
            if found {
                break;
            }
        }
        for at in (0..chain.recorded.len()).rev() {
            if found {
                break;
            }
            let Some((source, path)) = self.recorded_text(chain, at)? else { continue };
            let examined = self.examine(source, &path)?;
            found = back.step(&chain.recorded[at], source, examined);
        }
        // Nothing good is new: what the entry knew before still holds.
        let before = chain.entry.as_ref().filter(|_| !found);
        let was_broken = before.and_then(|entry| entry.broken.clone());
        let was_good = before.filter(|entry| entry.broken.is_none() && entry.ever_catalogued);
        if let Some(broken) = was_broken.filter(|broken| broken.last_good_blob.is_some() || !back.ended) {
            let broken = Broken { reason: reason.message.clone(), ..broken };
            let blob = broken.last_good_blob.as_deref();
            let examined = match blob.and_then(|blob| Source::read(blob, broken.last_good_sidecar.as_deref()))
            {
                Some(source) => {
                    let path = broken.last_good_path.clone().unwrap_or_else(|| chain.tip_path().to_owned());
                    Some(self.examine(source, &path)?)
                }
                None => None,
            };
            return Ok((broken, examined));
        }
        let any_good = back.good.is_some() || was_good.is_some();
        let since = if any_good { back.since } else { back.unreadable.or(back.since) };
        let since = since.ok_or(Stop::StartAnew)?;
        let mut broken = Broken {
            since: since.commit,
            by: since.author_name,
            at: since.committed_at.0,
            reason: reason.message.clone(),
            last_good_commit: None,
            last_good_path: None,
            last_good_blob: None,
            last_good_sidecar: None,
        };
        if let Some((revision, source, examined)) = back.good {
            broken.last_good_commit = Some(revision.commit);
            broken.last_good_path = Some(revision.path);
            broken.last_good_blob = Some(source.blob.to_string());
            broken.last_good_sidecar = examined.sidecar_of(source);
            return Ok((broken, Some(examined)));
        }
        let Some(entry) = was_good else { return Ok((broken, None)) };
        broken.last_good_commit = Some(entry.commit.clone());
        broken.last_good_path = Some(entry.path.clone());
        broken.last_good_blob = Some(entry.blob.clone());
        broken.last_good_sidecar.clone_from(&entry.sidecar);
        let source = Source::read(&entry.blob, entry.sidecar.as_deref()).ok_or(Stop::StartAnew)?;
        let examined = self.examine(source, &entry.path)?;
        Ok((broken, Some(examined)))
    }
}

/// How a file stands by itself; none for plain markdown that never was a procedure, and for half of a pair.
pub(super) fn standing(chain: &Chain, examined: &Examined) -> Option<Standing> {
    if chain.paired_with.is_some() {
        return None;
    }
    match (&examined.outcome, chain.ever_catalogued) {
        (Outcome::Catalogued, _) => Some(Standing::Good),
        (Outcome::Unusable(_), _) | (Outcome::Plain | Outcome::Uncatalogued, true) => Some(Standing::Broken),
        (Outcome::Uncatalogued, false) => Some(Standing::Uncatalogued),
        (Outcome::Plain, false) => None,
    }
}

/// Whether a copy can be made: not where the tenant that is filled in would be overwritten without a word.
pub(super) fn copyable(procedure: &Procedure) -> bool {
    !procedure.diagnostics.iter().any(|diagnostic| diagnostic.code == "parameters-tag-missing")
}

/// Why a broken file is broken.
pub(super) fn reason(examined: &Examined) -> Diagnostic {
    let sidecar = examined.procedure.diagnostics.iter().find(|found| found.code == SIDECAR_UNUSED);
    if let (Outcome::Uncatalogued, Some(sidecar)) = (&examined.outcome, sidecar) {
        return sidecar.clone().blocking();
    }
    match &examined.outcome {
        Outcome::Unusable(reason) => reason.clone(),
        Outcome::Plain => Diagnostic::new(
            "metadata-lost",
            Severity::Error,
            "it is no MyST notebook any more: its front matter and cells are gone",
            "Restore the file from its last good revision.",
        )
        .blocking(),
        Outcome::Uncatalogued | Outcome::Catalogued => Diagnostic::new(
            "metadata-lost",
            Severity::Error,
            "its `hunting` metadata was lost",
            "Restore the `hunting` block from the last good revision, and add `notebook_metadata_filter: hunting` under \
             `jupytext:`, without which the next save by jupytext deletes it again.",
        )
        .blocking(),
    }
}
