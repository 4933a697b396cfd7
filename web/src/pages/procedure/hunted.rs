//! When a procedure was last hunted: by whom, for whom, with which revision, in which window, and what came of it.

use crate::components::{facts, tables};
use crate::links;
use crate::view::{CopyRow, ProcedureHead};
use leptos::prelude::*;

/// One line, with the way to the last hunt for each tenant.
pub(super) fn hunted(head: &ProcedureHead, last: Option<CopyRow>) -> AnyView {
    let Some(row) = last else {
        return view! { <p class="last-hunted faint">"Not yet hunted"</p> }.into_any();
    };
    let (at, by) = row.closed.unwrap_or_default();
    let whom = match row.tenant.as_deref() {
        Some(id) => {
            let href = links::tenant(id);
            view! { " for " <a href=href>{row.tenant_name}</a> " (" {row.customer} ")" }.into_any()
        }
        None => ().into_any(),
    };
    let revision = links::procedure_at(&row.procedure, &row.commit.id, row.repo.as_deref());
    let all = links::procedure(&head.id, "instances", head.link_repo());
    view! {
        <p class="last-hunted">
            "Last hunted " {facts::ago(at)} " by " {by} {whom} ", at "
            <a class="revision" href=revision><code>{row.commit.short().to_owned()}</code></a> ", "
            {tables::window(row.window)} ": " <a href=links::instance(&row.id)>{row.outcome}</a> " · "
            <a href=all>"for each tenant"</a>
        </p>
    }
    .into_any()
}
