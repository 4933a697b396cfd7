//! What stands around every page: the document, the header with its navigation, the footer; and how a page becomes HTML.

use hydration_context::SsrSharedContext;
use leptos::prelude::*;
use std::sync::Arc;

/// The whole stylesheet as one text, for a server that has no bundle.
pub const STYLE: &str = concat!(include_str!("../style/tokens.css"));

/// Where the page's assets are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assets {
    /// The stylesheet.
    pub css: String,
    /// The module that starts the islands; none when they were not built.
    pub boot: Option<String>,
}

impl Default for Assets {
    fn default() -> Self {
        Self { css: "/assets/style.css".to_owned(), boot: None }
    }
}

/// A theme that was chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Theme {
    /// Dark on light.
    Light,
    /// Light on dark.
    Dark,
}

impl Theme {
    /// What the cookie `theme` says: `light` or `dark`; anything else is no choice.
    pub fn read(cookie: &str) -> Option<Self> {
        match cookie {
            "light" => Some(Self::Light),
            "dark" => Some(Self::Dark),
            _ => None,
        }
    }

    /// Its word, in the cookie and on `<html data-theme>`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }
}

/// Somebody signed in.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Person {
    /// Their name.
    pub name: String,
    /// `viewer`, `hunter`, `lead` or `admin`.
    pub role: String,
}

/// Who looks at the page, and how.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Viewer {
    /// Who is signed in; nobody on the sign-in page and on some error pages.
    pub person: Option<Person>,
    /// The theme chosen; none leaves it to the browser.
    pub theme: Option<Theme>,
}

/// What every page is given besides its view.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Frame {
    /// Where its assets are.
    pub assets: Assets,
    /// Who looks at it.
    pub viewer: Viewer,
    /// Its own path and query: which entry of the navigation is current, and where `POST /theme` (fields `theme`, which
    /// is `light`, `dark` or `system`, and `next`) and `POST /logout` come back to.
    pub here: String,
    /// Huntshelf's version, in the footer.
    pub version: String,
}

impl Frame {
    /// Makes a whole document of a page's content.
    pub(crate) fn render(&self, title: &str, content: impl IntoView + 'static) -> String {
        let title = format!("{title} · Huntshelf");
        to_html(move || view! { <html><head><title>{title}</title></head><body>{content}</body></html> })
    }
}

/// Renders a view under an owner of its own, which is gone afterwards. Nothing in it waits: data is loaded before.
pub(crate) fn to_html<V: IntoView + 'static>(view: impl FnOnce() -> V) -> String {
    let owner = Owner::new_root(Some(Arc::new(SsrSharedContext::new_islands())));
    let html = owner.with(|| view().to_html());
    owner.unset_with_forced_cleanup();
    format!("<!DOCTYPE html>{html}")
}
