//! `/about`: what this is, in which version, and whose work is in it.

use crate::Frame;

/// The about page.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AboutView {
    /// Huntshelf's version.
    pub version: String,
    /// The ATT&CK release that ids are resolved against.
    pub attack: String,
    /// MITRE's notice, word for word.
    pub attack_notice: String,
}

/// The page.
pub fn page(frame: &Frame, view: AboutView) -> String {
    let _ = view;
    frame.render("About", ())
}
