//! Tables that several pages show: copies, tenants, and tallies of procedures.

use crate::components::facts;
use crate::links;
use crate::view::{CopyRow, TenantRow, When};
use leptos::prelude::*;

/// Copies, one a row. Columns fold into the row on a narrow screen, each with its name before it.
pub(crate) fn copies(rows: Vec<CopyRow>, caption: &'static str) -> AnyView {
    let rows = rows
        .into_iter()
        .map(|row| {
            let procedure = links::procedure_at(&row.procedure, &row.commit.id, row.repo.as_deref());
            let tenant = match row.tenant {
                Some(id) => view! { <a href=links::tenant(&id)>{row.tenant_name}</a> }.into_any(),
                None => view! { <span class="faint">"no tenant"</span> }.into_any(),
            };
            view! {
                <tr>
                    <th scope="row" data-label="File">
                        <a href=links::instance(&row.id)><code>{row.file_name}</code></a>
                    </th>
                    <td data-label="Procedure"><a href=procedure>{row.title}</a></td>
                    <td data-label="Tenant">{tenant} " " <span class="faint">{row.customer}</span></td>
                    <td data-label="Revision"><code title=row.commit.id.clone()>{row.commit.short().to_owned()}</code></td>
                    <td data-label="State">{state(row.state, row.outcome)} {in_hand(&row.assignee, row.closed)}</td>
                    <td data-label="Made">{facts::ago(row.made)} " by " {row.made_by}</td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <table class="rows">
            <caption class="unseen">{caption}</caption>
            <thead>
                <tr>
                    <th scope="col">"File"</th>
                    <th scope="col">"Procedure"</th>
                    <th scope="col">"Tenant"</th>
                    <th scope="col">"Revision"</th>
                    <th scope="col">"State"</th>
                    <th scope="col">"Made"</th>
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </table>
    }
    .into_any()
}

/// How far a copy has come, and what came of it.
pub(crate) fn state(state: &'static str, outcome: &'static str) -> AnyView {
    let class = match (state, outcome) {
        (_, "findings: malicious") => "badge broken",
        (_, "null findings") => "badge gain",
        (_, "not huntable" | "error") | ("withdrawn", _) => "badge uncatalogued",
        ("working" | "returned", _) => "badge renamed",
        _ => "badge",
    };
    let said = if outcome.is_empty() { state } else { outcome };
    view! { <span class=class>{said}</span> }.into_any()
}

/// Who has a copy in hand, or closed it.
fn in_hand(assignee: &str, closed: Option<(When, String)>) -> AnyView {
    match closed {
        Some((at, by)) => view! { " " <span class="faint">{facts::ago(at)} " by " {by}</span> }.into_any(),
        None if assignee.is_empty() => ().into_any(),
        None => view! { " " <span class="faint">{assignee.to_owned()}</span> }.into_any(),
    }
}

/// What a table of last hunts has a row for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Each {
    /// Each tenant, on the page of a procedure.
    Tenant,
    /// Each procedure, on the page of a tenant.
    Procedure,
    /// Each procedure and tenant, on the page of a customer.
    Both,
}

/// When it was last hunted: by whom, at which revision, in which window, and what came of it.
pub(crate) fn hunted(rows: Vec<CopyRow>, each: Each, caption: &'static str) -> AnyView {
    let (tenants, procedures) = (each != Each::Procedure, each != Each::Tenant);
    let rows = rows
        .into_iter()
        .map(|row| {
            let procedure = links::procedure(&row.procedure, "", row.repo.as_deref());
            let revision = links::procedure_at(&row.procedure, &row.commit.id, row.repo.as_deref());
            let tenant = tenants.then(|| match row.tenant.as_deref() {
                Some(id) => {
                    let href = links::tenant(id);
                    view! { <a href=href>{row.tenant_name}</a> " " <span class="faint">{row.customer}</span> }.into_any()
                }
                None => view! { <span class="faint">"no tenant"</span> }.into_any(),
            });
            let procedure = procedures.then(|| view! { <a href=procedure>{row.title}</a> }.into_any());
            let (head, further) = match (procedure, tenant) {
                (Some(procedure), tenant) => (procedure, tenant),
                (None, tenant) => (tenant.unwrap_or_else(|| ().into_any()), None),
            };
            let (at, by) = row.closed.unwrap_or_default();
            view! {
                <tr>
                    <th scope="row" data-label=if procedures { "Procedure" } else { "Tenant" }>{head}</th>
                    {further.map(|tenant| view! { <td data-label="Tenant">{tenant}</td> })}
                    <td data-label="When">{facts::ago(at)} " by " {by}</td>
                    <td data-label="Revision"><a class="revision" href=revision><code>{row.commit.short().to_owned()}</code></a></td>
                    <td data-label="Window">{window(row.window)}</td>
                    <td data-label="What came of it"><a href=links::instance(&row.id)>{state(row.state, row.outcome)}</a></td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <table class="rows">
            <caption class="unseen">{caption}</caption>
            <thead>
                <tr>
                    {procedures.then(|| view! { <th scope="col">"Procedure"</th> })}
                    {tenants.then(|| view! { <th scope="col">"Tenant"</th> })}
                    <th scope="col">"Last hunted"</th>
                    <th scope="col">"Revision"</th>
                    <th scope="col">"Window"</th>
                    <th scope="col">"What came of it"</th>
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </table>
    }
    .into_any()
}

/// A window as days and minutes; exact on hovering.
pub(crate) fn window(window: Option<(String, String)>) -> AnyView {
    let Some((from, to)) = window else {
        return view! { <span class="faint">"the notebook's own"</span> }.into_any();
    };
    let short = |iso: &str| iso.get(..16).unwrap_or(iso).replace('T', " ");
    let (shown_from, shown_to) = (short(&from), short(&to));
    view! { <time datetime=from>{shown_from}</time> " to " <time datetime=to>{shown_to}</time> }.into_any()
}

/// Tenants, one a row; with the customer where it is not the page's own.
pub(crate) fn tenants(rows: Vec<TenantRow>, caption: &'static str, with_customer: bool) -> AnyView {
    let rows = rows
        .into_iter()
        .map(|row| {
            view! {
                <tr>
                    <th scope="row" data-label="Tenant">
                        <a href=links::tenant(&row.id)>{row.name}</a>
                        {row.retired.then(|| view! { " " <span class="badge uncatalogued">"retired"</span> })}
                    </th>
                    <td data-label="Id"><code>{row.id.clone()}</code></td>
                    {with_customer
                        .then(|| {
                            view! {
                                <td data-label="Customer">
                                    <a href=links::customer(&row.customer)>{row.customer_name}</a>
                                </td>
                            }
                        })}
                    <td data-label="Service">{row.service}</td>
                    <td data-label="Region">{row.region}</td>
                    <td data-label="Key"><code>{row.key}</code></td>
                    <td data-label="Labels">{facts::labels(row.labels)}</td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <table class="rows">
            <caption class="unseen">{caption}</caption>
            <thead>
                <tr>
                    <th scope="col">"Tenant"</th>
                    <th scope="col">"Id"</th>
                    {with_customer.then(|| view! { <th scope="col">"Customer"</th> })}
                    <th scope="col">"Service"</th>
                    <th scope="col">"Region"</th>
                    <th scope="col">"Key"</th>
                    <th scope="col">"Labels"</th>
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </table>
    }
    .into_any()
}

/// One line of a tally.
pub(crate) struct Tally {
    /// `gap` where there is nothing, `sub` below another line.
    pub(crate) class: String,
    /// What is counted.
    pub(crate) what: AnyView,
    /// How often.
    pub(crate) count: AnyView,
}

/// Things with a number each.
pub(crate) fn tally(heads: [&'static str; 2], lines: Vec<Tally>) -> AnyView {
    let [what, count] = heads;
    let rows = lines
        .into_iter()
        .map(|line| {
            view! { <tr class=line.class><th scope="row">{line.what}</th><td>{line.count}</td></tr> }
        })
        .collect_view();
    view! {
        <table class="tally">
            <caption class="unseen">{format!("{what}: {}", count.to_lowercase())}</caption>
            <thead><tr><th scope="col">{what}</th><th scope="col">{count}</th></tr></thead>
            <tbody>{rows}</tbody>
        </table>
    }
    .into_any()
}
