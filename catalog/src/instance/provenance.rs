//! What a copy says of itself, and whether it is true.

use super::{
    Hold, Prepared, Refusal, Request, TenantFields, UpgradedFrom, Vocabulary, Window, blob_id, instant, plan,
    readable, release,
};
use crate::notebook::{Metadata, Notebook, ipynb, myst};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// What a copy was made from: `metadata.huntshelf`. Nothing in it varies between two makings of the same copy.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Provenance {
    /// `hunting.id` of the procedure.
    pub procedure: Option<String>,
    /// Its repository.
    pub repo: Option<String>,
    /// Its path.
    pub path: Option<String>,
    /// The commit; null when the bytes are not those of any commit.
    pub commit: Option<String>,
    /// The id of the procedure's bytes.
    pub blob: String,
    /// The key of the tenant; null when the copy is tenant-independent.
    pub tenant: Option<String>,
    /// Its region.
    pub region: Option<String>,
    /// The window.
    pub window: Option<Window>,
    /// What was filled in beyond tenant, region, window and file name.
    pub parameters: Metadata,
    /// What became of cells that write to the service.
    pub hold: Hold,
    /// The ids of the cells that were held.
    pub held_cells: Vec<String>,
    /// Those of them that a person released since: they are code again. It is left out where there are none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub released_cells: Vec<String>,
    /// The release of ATT&CK.
    pub attack: Option<String>,
    /// The older copy that it took the place of, and what was carried over from that one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub upgraded_from: Option<UpgradedFrom>,
    /// What made the bytes.
    pub renderer: String,
}

impl Provenance {
    /// As it stands in the notebook's metadata when a copy is made: nothing is released yet.
    pub(super) fn to_value(&self) -> Value {
        let mut value = json!({
            "procedure": self.procedure,
            "repo": self.repo,
            "path": self.path,
            "commit": self.commit,
            "blob": self.blob,
            "tenant": self.tenant,
            "region": self.region,
            "window": self.window.map(|window| json!({ "from": instant(window.from), "to": instant(window.to) })),
            "parameters": self.parameters,
            "hold": self.hold,
            "held_cells": self.held_cells,
            "attack": self.attack,
            "renderer": self.renderer,
        });
        if let (Some(from), Some(map)) = (&self.upgraded_from, value.as_object_mut()) {
            map.insert("upgraded_from".to_owned(), from.to_value());
        }
        value
    }
}

/// What a copy says of itself; none when it says nothing, or nothing that makes sense.
pub fn provenance(copy: &Notebook) -> Option<Provenance> {
    serde_json::from_value(copy.metadata.get("huntshelf")?.clone()).ok()
}

/// Makes the copy anew from its provenance and the procedure's bytes. It is what it says when the bytes are equal; but for
/// one that took the place of an older copy, of which this is what it would be with nothing carried over
/// ([`examine`](super::examine()) tells that apart).
///
/// # Errors
/// When the bytes are not those that it was made from, when another renderer made it, or when no copy can be made.
pub fn verify(
    provenance: &Provenance,
    procedure: &[u8],
    vocabulary: &Vocabulary,
) -> Result<Prepared, Refusal> {
    if provenance.renderer != super::RENDERER {
        return Err(Refusal::new(
            "other-renderer",
            format!("the copy was made by {}, and this is {}", provenance.renderer, super::RENDERER),
            "Verify it with the version that made it.",
        ));
    }
    remake(provenance, procedure, vocabulary)
}

/// The same, whatever made it once.
pub(super) fn remake(
    provenance: &Provenance,
    procedure: &[u8],
    vocabulary: &Vocabulary,
) -> Result<Prepared, Refusal> {
    let blob = blob_id(procedure);
    if blob != provenance.blob {
        return Err(Refusal::new(
            "other-source",
            format!("the copy was made from blob {}, and these bytes are blob {blob}", provenance.blob),
            "Give the procedure as it was at that commit.",
        ));
    }
    let notebook = if provenance.path.as_deref().is_some_and(ipynb::is_path) {
        ipynb::read(procedure)
    } else {
        myst::read(procedure)
    };
    let tenant = provenance.tenant.as_ref().map(|key| TenantFields {
        key: key.clone(),
        region: provenance.region.clone().unwrap_or_default(),
        ..TenantFields::default()
    });
    let request = Request {
        notebook: &notebook,
        procedure: provenance.procedure.as_deref(),
        repo: provenance.repo.as_deref(),
        path: provenance.path.as_deref(),
        commit: provenance.commit.as_deref(),
        blob: &provenance.blob,
        tenant: tenant.as_ref(),
        window: provenance.window,
        parameters: &provenance.parameters,
        hold: provenance.hold,
        vocabulary,
        attack: provenance.attack.as_deref(),
    };
    readable(&request)?;
    let mut made = plan::again(&request)?;
    if let Some(from) = &provenance.upgraded_from {
        made.stamp(from.clone());
    }
    if !provenance.released_cells.is_empty() {
        let stamp = made.provenance.clone();
        release::release_in(&mut made.notebook, &stamp, &provenance.released_cells)?;
        made.bytes = ipynb::write(&made.notebook);
        made.provenance.released_cells.clone_from(&provenance.released_cells);
    }
    Ok(made)
}
