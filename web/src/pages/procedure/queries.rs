//! What a procedure asks services for: the first thing to know before trusting that it found nothing.

use super::Query;
use leptos::prelude::*;

/// The queries with their languages and data sources, each leading to its cell.
pub(super) fn list(queries: Vec<Query>) -> AnyView {
    if queries.is_empty() {
        return ().into_any();
    }
    let rows = queries
        .into_iter()
        .map(|query| {
            let href = format!("#cell-{}", query.cell);
            let sources = if query.data_sources.is_empty() {
                "no table told".to_owned()
            } else {
                query.data_sources.join(", ")
            };
            let look_back = query
                .look_back
                .map(|written| view! { <span class="faint">", back to " <code>{written}</code></span> });
            view! {
                <li>
                    <a href=href>{sources}</a> " " <span class="faint">{query.language} ", line " {query.line}</span> {look_back}
                </li>
            }
        })
        .collect_view();
    view! { <h2>"Queries"</h2> <ul class="queries">{rows}</ul> }.into_any()
}
