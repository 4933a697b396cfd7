//! How a file stands, and since when it is broken.

use super::{Pass, Stop};
use crate::index::Broken;
use crate::library::chain::{Chain, Touched};
use crate::library::examine::{Examined, Outcome, Source};
use crate::lint::{Diagnostic, Severity};
use crate::procedure::{Procedure, SIDECAR_UNUSED, Standing};
use std::sync::Arc;

impl Pass<'_> {
    /// Since when a chain is broken, and its last good revision.
    pub(super) fn broken(
        &mut self,
        chain: &Chain,
        reason: &Diagnostic,
    ) -> Result<(Broken, Option<Arc<Examined>>), Stop> {
        let mut since: Option<&Touched> = None;
        let mut good: Option<(&Touched, Arc<Examined>)> = None;
        for touched in chain.revisions.iter().rev() {
            let Some(source) = touched.after else { continue };
            let examined = self.examine(source, &touched.revision.path)?;
            if examined.is_catalogued() {
                good = Some((touched, examined));
                break;
            }
            since = Some(touched);
        }
        let text = reason.message.clone();
        let state = |touched: &Touched| Broken {
            since: touched.revision.commit.clone(),
            by: touched.revision.author_name.clone(),
            at: touched.revision.committed_at.0,
            reason: text.clone(),
            last_good_commit: None,
            last_good_path: None,
            last_good_blob: None,
            last_good_sidecar: None,
        };
        let mut broken = since.map(state).ok_or(Stop::StartAnew)?;
        if let Some((touched, examined)) = good {
            broken.last_good_commit = Some(touched.revision.commit.clone());
            broken.last_good_path = Some(touched.revision.path.clone());
            broken.last_good_blob = touched.after.map(|source| source.blob.to_string());
            broken.last_good_sidecar = touched.after.and_then(|source| examined.sidecar_of(source));
            return Ok((broken, Some(examined)));
        }
        // Nothing good is new: what the entry knew before still holds.
        let Some(entry) = &chain.entry else { return Ok((broken, None)) };
        if let Some(before) = &entry.broken {
            broken = Broken { reason: broken.reason, ..before.clone() };
        } else if entry.ever_catalogued {
            broken.last_good_commit = Some(entry.commit.clone());
            broken.last_good_path = Some(entry.path.clone());
            broken.last_good_blob = Some(entry.blob.clone());
            broken.last_good_sidecar.clone_from(&entry.sidecar);
        }
        let blob = broken.last_good_blob.as_deref();
        let examined = match blob.and_then(|blob| Source::read(blob, broken.last_good_sidecar.as_deref())) {
            Some(source) => Some(self.examine(source, &entry.path)?),
            None => None,
        };
        Ok((broken, examined))
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
