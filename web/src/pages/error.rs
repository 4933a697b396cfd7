//! What is shown when something cannot be: what happened, where, and a way out.

use crate::Frame;
use leptos::prelude::*;

/// A way out of an error.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct WayOut {
    /// What it says.
    pub label: String,
    /// Where it leads, on this server.
    pub href: String,
}

/// An error page.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ErrorView {
    /// The HTTP status.
    pub status: u16,
    /// What happened, in a few words.
    pub title: String,
    /// What happened, in a sentence or two, and what to do next.
    pub detail: String,
    /// Where to go from here.
    pub ways_out: Vec<WayOut>,
    /// What to name when asking the operator; empty when there is none.
    pub request_id: String,
}

fn way(label: &str, href: &str) -> WayOut {
    WayOut { label: label.to_owned(), href: href.to_owned() }
}

impl ErrorView {
    /// 404: nothing here, or nothing that the viewer may see.
    pub fn not_found(path: &str) -> Self {
        Self {
            status: 404,
            title: "Nothing here".to_owned(),
            detail: format!(
                "There is nothing at {path}, or it is not yours to see. A procedure that was renamed or given another \
                 id is found by searching for its title."
            ),
            ways_out: vec![way("Search the catalog", "/"), way("Problems", "/problems")],
            request_id: String::new(),
        }
    }

    /// 403: the viewer may not do this.
    pub fn forbidden(what: &str) -> Self {
        Self {
            status: 403,
            title: "Not with your role".to_owned(),
            detail: format!("{what} Ask an administrator for a role that may, or go back."),
            ways_out: vec![way("To the catalog", "/")],
            request_id: String::new(),
        }
    }

    /// 500: our own fault.
    pub fn failed(request_id: &str) -> Self {
        Self {
            status: 500,
            title: "That went wrong here".to_owned(),
            detail: "The fault is ours, not yours. Nothing was changed. Try again; if it stays, give the operator the \
                     number below: the log says more."
                .to_owned(),
            ways_out: vec![way("To the catalog", "/")],
            request_id: request_id.to_owned(),
        }
    }

    /// 503: too much to do, or the first sync is not done.
    pub fn busy(detail: &str) -> Self {
        Self {
            status: 503,
            title: "Not ready at this moment".to_owned(),
            detail: format!("{detail} Try again in a few seconds."),
            ways_out: vec![way("Try the catalog", "/")],
            request_id: String::new(),
        }
    }

    /// 421: a `Host` that this server does not answer to.
    pub fn refused_host(host: &str) -> Self {
        Self {
            status: 421,
            title: "This server does not answer to that name".to_owned(),
            detail: format!(
                "You asked for “{host}”. So that a foreign page cannot reach it under a name of its own, Huntshelf \
                 answers only to names in its configuration. An operator adds this one under `http.hosts`."
            ),
            ways_out: Vec::new(),
            request_id: String::new(),
        }
    }
}

/// The page.
pub fn page(frame: &Frame, view: ErrorView) -> String {
    let title = view.title.clone();
    let ways = view
        .ways_out
        .into_iter()
        .map(|way| view! { <li><a class="button" href=way.href>{way.label}</a></li> });
    let ways = ways.collect_view();
    let request = (!view.request_id.is_empty())
        .then(|| view! { <p class="faint">"Request " <code>{view.request_id}</code></p> });
    let content = view! {
        <section class="sheet alone error-page">
            <p class="status">{view.status}</p>
            <h1>{view.title}</h1>
            <p>{view.detail}</p>
            {request}
            <ul class="ways">{ways}</ul>
        </section>
    };
    frame.render(&title, move || content.into_any())
}
