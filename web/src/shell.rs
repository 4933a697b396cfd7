//! What stands around every page: the document, the header with its navigation, the footer; and how a page becomes HTML.

use crate::islands::{Keys, ThemeChoice};
use hydration_context::SsrSharedContext;
use leptos::prelude::*;
use std::sync::Arc;

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
    /// Makes a whole document of a page's content, which is made where islands find what they need.
    pub(crate) fn render(&self, title: &str, content: impl FnOnce() -> AnyView + 'static) -> String {
        let title = format!("{title} · Huntshelf");
        let theme = self.viewer.theme.map(Theme::word);
        let css = self.assets.css.clone();
        let boot = self.assets.boot.clone();
        let frame = self.clone();
        // Where notebooks go that are dropped on the page, where who looks may bring some back.
        let may = |person: &Person| matches!(person.role.as_str(), "hunter" | "lead" | "admin");
        let returns = self.viewer.person.as_ref().filter(|person| may(person)).map(|_| "/instances/return");
        // The doctype makes the browser keep to standards; leptos has no view for it.
        let html = to_html(move || {
            view! {
                <html lang="en" data-theme=theme>
                    <head>
                        <meta charset="utf-8" />
                        <meta name="viewport" content="width=device-width, initial-scale=1" />
                        <meta name="color-scheme" content="light dark" />
                        <title>{title}</title>
                        <link rel="icon" type="image/svg+xml" href="/assets/icon.svg" />
                        <link rel="stylesheet" href=css />
                        {boot.map(|boot| view! { <script type="module" src=boot></script> })}
                    </head>
                    <body data-returns=returns>
                        <a class="skip" href="#content">"Skip to content"</a>
                        {top(&frame)}
                        <main id="content" tabindex="-1">{content()}</main>
                        {bottom(&frame)}
                    </body>
                </html>
            }
        });
        format!("<!DOCTYPE html>{html}")
    }
}

/// The entries of the navigation: label, address.
const SECTIONS: [(&str, &str); 9] = [
    ("Catalog", "/"),
    ("Matrix", "/matrix"),
    ("Coverage", "/coverage"),
    ("Changes", "/changes"),
    ("Copies", "/instances"),
    ("Customers", "/customers"),
    ("Tenants", "/tenants"),
    ("Problems", "/problems"),
    ("Repositories", "/admin/repositories"),
];

/// Whether the page at `here` belongs to the section at `section`.
fn belongs(here: &str, section: &str) -> bool {
    let path = here.split(['?', '#']).next().unwrap_or_default();
    match section {
        "/" => {
            path == "/"
                || path.starts_with("/procedures/")
                || path == "/collections"
                || path.starts_with("/collections/")
        }
        "/changes" => path == section || path.starts_with("/changes/") || path == "/following",
        "/matrix" => path == section || path.starts_with("/techniques/") || path.starts_with("/actors/"),
        _ => path.strip_prefix(section).is_some_and(|rest| rest.is_empty() || rest.starts_with('/')),
    }
}

fn top(frame: &Frame) -> AnyView {
    let navigation = frame.viewer.person.is_some().then(|| {
        let entries = SECTIONS
            .map(|(label, href)| {
                let current = belongs(&frame.here, href).then_some("page");
                view! { <li><a href=href aria-current=current>{label}</a></li> }
            })
            .collect_view();
        view! { <nav class="sections" aria-label="Main"><ul>{entries}</ul></nav> }
    });
    let person = frame.viewer.person.clone().map(|person| {
        view! {
            <p class="person"><span class="name">{person.name}</span>" "<span class="role">{person.role}</span></p>
            <form method="post" action="/logout"><button class="quiet">"Sign out"</button></form>
        }
    });
    view! {
        <header class="top">
            <a class="mark" href="/"><span class="spines" aria-hidden="true"></span>"Huntshelf"</a>
            {navigation}
            <div class="who">{theme_choice(frame)} {person}</div>
        </header>
    }
    .into_any()
}

/// Three buttons in a plain form; the island around them makes the switch without a request.
fn theme_choice(frame: &Frame) -> AnyView {
    let buttons = [("light", "Light theme"), ("dark", "Dark theme"), ("system", "Theme of the system")]
        .map(|(word, label)| {
            let chosen = frame.viewer.theme.map_or("system", Theme::word) == word;
            let class = format!("theme-{word}");
            view! {
                <button
                    class=class
                    name="theme"
                    value=word
                    title=label
                    aria-label=label
                    aria-pressed=if chosen { "true" } else { "false" }
                ></button>
            }
        })
        .collect_view();
    let here = frame.here.clone();
    view! {
        <ThemeChoice>
            <form method="post" action="/theme">
                <input type="hidden" name="next" value=here />
                <div class="theme" role="group" aria-label="Theme">{buttons}</div>
            </form>
        </ThemeChoice>
    }
    .into_any()
}

fn bottom(frame: &Frame) -> AnyView {
    let version = frame.version.clone();
    view! {
        <footer class="bottom">
            <p>
                "Huntshelf "
                {version}
            </p>
            <ul>
                <li><a href="/api">"API"</a></li>
                <li><a href="/about">"About"</a></li>
            </ul>
            <Keys>{keys()}</Keys>
        </footer>
    }
    .into_any()
}

/// The keys that the island around it listens to, and the button that shows them once it does.
fn keys() -> AnyView {
    let rows = [
        ("/", "Search"),
        ("j  k", "Next and previous result; the arrows, too"),
        ("Enter", "Open the result"),
        ("g m", "Matrix"),
        ("g c", "Catalog"),
        ("↓  ↑", "In the search box: choose a suggestion; Enter or Tab takes it"),
        ("Esc", "Close the suggestions, then clear the search"),
        ("?", "These keys"),
    ]
    .map(|(key, meaning)| view! { <div><dt><kbd>{key}</kbd></dt><dd>{meaning}</dd></div> })
    .collect_view();
    view! {
        <button type="button" class="quiet show-keys" aria-haspopup="dialog" aria-keyshortcuts="Shift+?">"Keys"</button>
        <dialog id="keys" aria-labelledby="keys-title">
            <h2 id="keys-title">"Keys"</h2>
            <dl>{rows}</dl>
            <button type="button" class="close-keys">"Close"</button>
        </dialog>
    }
    .into_any()
}

/// Renders a view under an owner of its own, which is gone afterwards. Nothing in it waits: data is loaded before.
pub(crate) fn to_html<V: IntoView + 'static>(view: impl FnOnce() -> V) -> String {
    let owner = Owner::new_root(Some(Arc::new(SsrSharedContext::new_islands())));
    let html = owner.with(|| view().to_html());
    owner.unset_with_forced_cleanup();
    html
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_belongs_to_one_section() {
        for (here, section) in [
            ("/?q=lsass", "/"),
            ("/procedures/a/history", "/"),
            ("/collections/a/start", "/"),
            ("/tenants/acme", "/tenants"),
            ("/admin/repositories", "/admin/repositories"),
        ] {
            let found: Vec<_> = SECTIONS.iter().filter(|(_, href)| belongs(here, href)).collect();
            assert_eq!(found.len(), 1, "{here}");
            assert_eq!(found[0].1, section, "{here}");
        }
    }
}
