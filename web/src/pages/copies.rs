//! `/instances`: the copies that were made. `/instances/{id}`: one of them, with its provenance.
//!
//! The list is filtered by a GET form with `procedure`, `tenant` and `customer`; further pages by `cursor`.

use crate::Frame;
use crate::view::{CopyRow, Field};

/// The list of copies.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CopiesView {
    /// Filtered by this procedure's id.
    pub procedure: String,
    /// Filtered by this tenant's id.
    pub tenant: String,
    /// Filtered by this customer's id.
    pub customer: String,
    /// This page, newest first.
    pub copies: Vec<CopyRow>,
    /// Whether this is a further page: the address holds a cursor.
    pub further_page: bool,
    /// The cursor of the next page.
    pub next: Option<String>,
}

/// One copy.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CopyDetailView {
    /// What it is, of what, for whom, by whom.
    pub copy: CopyRow,
    /// The procedure's path at that commit.
    pub path: String,
    /// The blob that it was made from.
    pub blob: String,
    /// SHA-256 of the file.
    pub sha256: String,
    /// The tenant's key at that time.
    pub tenant_key: String,
    /// The tenant's region at that time.
    pub region: String,
    /// The resolved window, `2026-11-01T00:00:00Z` to …; none when none was injected.
    pub window: Option<(String, String)>,
    /// The values filled in, as Python writes them.
    pub parameters: Vec<Field>,
    /// `writes` or `none`.
    pub hold: String,
    /// The cells held, from 0.
    pub held_cells: Vec<usize>,
    /// The ATT&CK release at that time.
    pub attack: String,
    /// The renderer's version.
    pub renderer: String,
    /// What was warned of when it was made.
    pub warnings: Vec<String>,
}

/// The list.
pub fn page(frame: &Frame, view: CopiesView) -> String {
    let _ = view;
    frame.render("Copies", ())
}

/// One copy.
pub fn copy_page(frame: &Frame, view: CopyDetailView) -> String {
    let title = view.copy.file_name;
    frame.render(&title, ())
}
