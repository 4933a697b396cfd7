//! What came of the copy dialogue: the copies made, and the tenants for which none was.

use super::Refusal;
use crate::Frame;
use crate::components::notices::{Weight, empty, sentences};
use crate::components::{facts, head};
use crate::links;
use crate::view::{Commit, ProcedureHead};
use leptos::prelude::*;

/// A copy that was made.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MadeCopy {
    /// The instance's id.
    pub id: String,
    /// The name of its file.
    pub file_name: String,
    /// The tenant's id; none for a tenant-independent copy.
    pub tenant: Option<String>,
    /// The tenant's name.
    pub tenant_name: String,
    /// The customer's name.
    pub customer: String,
    /// The tenant's region.
    pub region: String,
}

/// A tenant for which no copy was made.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RefusedTenant {
    /// The tenant's name; empty when it is about all.
    pub tenant: String,
    /// Why, and what to do.
    pub refusal: Refusal,
}

/// What came of it. *All as one zip* is a POST to `/instances.zip` with `instance`, repeated.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CopyResultView {
    /// Of what.
    pub head: ProcedureHead,
    /// The revision that was copied.
    pub commit: Commit,
    /// The copies made.
    pub made: Vec<MadeCopy>,
    /// What to know about them.
    pub warnings: Vec<String>,
    /// Tenants for which none was made.
    pub refused: Vec<RefusedTenant>,
}

/// What came of it.
pub fn result_page(frame: &Frame, view: CopyResultView) -> String {
    let title = format!("Copies of {}", view.head.title);
    let said = match view.made.len() {
        0 => "No copy was made".to_owned(),
        1 => "One copy made".to_owned(),
        count => format!("{count} copies made"),
    };
    let made = made(view.made, view.commit, &view.head);
    let content = view! {
        {head::head(&view.head, head::Tab::Copy)}
        <h2>{said}</h2>
        {sentences(Weight::Caution, view.warnings)}
        {refused(view.refused)}
        {made}
    };
    frame.render(&title, move || content.into_any())
}

fn made(copies: Vec<MadeCopy>, commit: Commit, head: &ProcedureHead) -> AnyView {
    if copies.is_empty() {
        let back = super::action(head);
        let content = view! { <p>"Nothing was written. "<a href=back>"Back to the dialogue"</a></p> };
        return empty("Nothing to download", content.into_any());
    }
    let zip = (copies.len() > 1).then(|| {
        let ids = copies
            .iter()
            .map(|copy| {
                let id = copy.id.clone();
                view! { <input type="hidden" name="instance" value=id /> }
            })
            .collect_view();
        view! {
            <form method="post" action="/instances.zip"><button class="primary">"Download all as one zip"</button>{ids}</form>
        }
    });
    let rows = copies
        .into_iter()
        .map(|copy| {
            let tenant = match copy.tenant {
                Some(id) => view! { <a href=links::tenant(&id)>{copy.tenant_name}</a> }.into_any(),
                None => view! { <span class="faint">"no tenant"</span> }.into_any(),
            };
            view! {
                <tr>
                    <th scope="row" data-label="File"><a href=links::instance(&copy.id)><code>{copy.file_name}</code></a></th>
                    <td data-label="Tenant">{tenant}</td>
                    <td data-label="Customer">{(!copy.customer.is_empty()).then_some(copy.customer)}</td>
                    <td data-label="Region">{copy.region}</td>
                    <td><a class="button" href=links::instance_file(&copy.id) download="">"Download"</a></td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <p class="faint">"Made of revision " {facts::commit(commit)}</p>
        {zip}
        <table class="rows">
            <caption class="unseen">"Copies made"</caption>
            <thead>
                <tr>
                    <th scope="col">"File"</th>
                    <th scope="col">"Tenant"</th>
                    <th scope="col">"Customer"</th>
                    <th scope="col">"Region"</th>
                    <th scope="col"><span class="unseen">"Download"</span></th>
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </table>
    }
    .into_any()
}

fn refused(refused: Vec<RefusedTenant>) -> AnyView {
    if refused.is_empty() {
        return ().into_any();
    }
    let entries = refused
        .into_iter()
        .map(|RefusedTenant { tenant, refusal }| {
            let tenant = if tenant.is_empty() { "All tenants".to_owned() } else { tenant };
            view! {
                <li>
                    <p><strong>{tenant}</strong> ": " {facts::message(&refusal.reason)} " " <code class="faint">{refusal.code}</code></p>
                    <p class="help">"What to do: " {facts::message(&refusal.remedy)}</p>
                </li>
            }
        })
        .collect_view();
    view! {
        <section class="notice alarm" aria-labelledby="refused">
            <h3 id="refused">"Refused"</h3>
            <ul>{entries}</ul>
        </section>
    }
    .into_any()
}
