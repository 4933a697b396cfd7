//! `/api`: the reference of the HTTP interface.

use crate::Frame;
use leptos::prelude::*;

/// Endpoints that belong together.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EndpointGroup {
    /// What they are about.
    pub title: String,
    /// The endpoints.
    pub endpoints: Vec<Endpoint>,
}

/// One endpoint.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Endpoint {
    /// `GET`
    pub method: String,
    /// `/api/v1/procedures`
    pub path: String,
    /// What it does.
    pub summary: String,
    /// Its parameters: name and what it is.
    pub parameters: Vec<(String, String)>,
}

/// The reference page.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ReferenceView {
    /// The endpoints.
    pub groups: Vec<EndpointGroup>,
}

/// The page.
pub fn page(frame: &Frame, view: ReferenceView) -> String {
    let groups = view.groups.into_iter().map(group).collect_view();
    let content = view! {
        <h1>"API"</h1>
        <p>
            "Everything on these pages can be had as JSON under " <code>"/api/v1"</code> ". Send a token as "
            <code>"Authorization: Bearer …"</code> "; errors are " <code>"application/problem+json"</code>
            ". The whole description: " <a href="/api/openapi.json">"openapi.json"</a> "."
        </p>
        {groups}
    };
    frame.render("API", move || content.into_any())
}

fn group(group: EndpointGroup) -> AnyView {
    let endpoints = group.endpoints.into_iter().map(endpoint).collect_view();
    view! { <section class="endpoints"><h2>{group.title}</h2>{endpoints}</section> }.into_any()
}

fn endpoint(endpoint: Endpoint) -> AnyView {
    let parameters = endpoint
        .parameters
        .into_iter()
        .map(|(name, what)| view! { <div><dt><code>{name}</code></dt><dd>{what}</dd></div> })
        .collect_view();
    let parameters = (!parameters.is_empty()).then(|| view! { <dl class="facts">{parameters}</dl> });
    view! {
        <article class="endpoint">
            <h3><span class="method">{endpoint.method}</span> " " <code>{endpoint.path}</code></h3>
            <p>{endpoint.summary}</p>
            {parameters}
        </article>
    }
    .into_any()
}
