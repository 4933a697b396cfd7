//! What a procedure asks services for: the first thing to know before trusting that it found nothing.

use super::Query;
use leptos::prelude::*;

/// Fields of a query that the page names; the cell shows the rest.
const FIELDS: usize = 12;

/// The queries with what they read, by which fields and how far back, each leading to its cell.
pub(super) fn list(queries: Vec<Query>) -> AnyView {
    if queries.is_empty() {
        return ().into_any();
    }
    let rows = queries.into_iter().map(row).collect_view();
    view! { <h2>"Queries"</h2> <ul class="queries">{rows}</ul> }.into_any()
}

fn row(query: Query) -> AnyView {
    let href = format!("#cell-{}", query.cell);
    let sources = if !query.data_sources.is_empty() {
        query.data_sources.join(", ")
    } else if query.unread {
        "a query that cannot be read".to_owned()
    } else {
        "no table told".to_owned()
    };
    let language = query.language.unwrap_or_else(|| "language unknown".to_owned());
    let look_back = query.look_back.map(|written| view! { ", back to " <code>{written}</code> });
    let call = query.call.map(|call| view! { ", asked by " <code>{call}</code> });
    let assigned = query.assigned.map(|name| view! { ", kept as " <code>{name}</code> });
    let shown = query.shown.then(|| view! { <div class="faint">"Shown, not run"</div> });
    let no_tenant = query
        .no_tenant
        .then(|| view! { <div class="unsaid">"No " <code>"--tenant"</code> ": whose data it reads is not said"</div> });
    view! {
        <li>
            <a href=href>{sources}</a>
            " "
            <span class="faint">{language} ", line " {query.line} {look_back} {call} {assigned}</span>
            {fields(query.fields)}
            {shown}
            {no_tenant}
        </li>
    }
    .into_any()
}

/// The first fields, and how many more there are.
fn fields(mut fields: Vec<String>) -> AnyView {
    if fields.is_empty() {
        return ().into_any();
    }
    let more = fields.len().saturating_sub(FIELDS);
    fields.truncate(FIELDS);
    let more = (more > 0).then(|| format!(" and {more} more"));
    view! { <div class="faint">"Fields: " {fields.join(", ")} {more}</div> }.into_any()
}
