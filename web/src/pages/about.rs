//! `/about`: what this is, in which version, and whose work is in it.

use crate::Frame;
use leptos::prelude::*;

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
    let content = view! {
        <h1>"About Huntshelf"</h1>
        <p class="lead">
            "A catalog of threat-hunting procedures: Jupyter notebooks kept as MyST markdown in git, found by ATT&CK, read "
            "with their history, and copied for a tenant, ready to run."
        </p>
        <dl class="facts">
            <div><dt>"Version"</dt><dd>{view.version}</dd></div>
            <div><dt>"ATT&CK release"</dt><dd>{view.attack} ", " <a href="/attack/upgrade">"upgrade"</a></dd></div>
            <div><dt>"Licence"</dt><dd>"Apache-2.0"</dd></div>
        </dl>
        <h2>"MITRE ATT&CK"</h2>
        <p class="notice-text">{view.attack_notice}</p>
    };
    frame.render("About", move || content.into_any())
}
