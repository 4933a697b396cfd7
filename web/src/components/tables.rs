//! Tables that several pages show: copies, tenants, and tallies of procedures.

use crate::components::facts;
use crate::links;
use crate::view::{CopyRow, TenantRow};
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
                    <th scope="col">"Made"</th>
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </table>
    }
    .into_any()
}

/// Tenants, one a row; with the customer where it is not the page's own.
pub(crate) fn tenants(rows: Vec<TenantRow>, caption: &'static str, with_customer: bool) -> AnyView {
    let rows = rows
        .into_iter()
        .map(|row| {
            view! {
                <tr>
                    <th scope="row" data-label="Tenant"><a href=links::tenant(&row.id)>{row.name}</a></th>
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
