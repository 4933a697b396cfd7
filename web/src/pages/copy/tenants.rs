//! For whom: tenants by customer, with a filter that keeps everything else as it was filled in.

use super::{CopyView, TenantChoice, TenantGroup};
use crate::links;
use leptos::prelude::*;

/// More tenants than fit on a screen get the filter.
const FILTERED_FROM: usize = 8;

pub(super) fn choose(view: &CopyView) -> AnyView {
    let error = view
        .errors
        .iter()
        .find(|error| error.field == "tenant")
        .map(|error| view! { <p class="error">{error.message.clone()}</p> });
    let about = if view.tenant_independent {
        "This procedure knows no tenant parameter: a copy holds nothing of a tenant, and choosing one only puts it on \
         record."
    } else {
        "One copy is made for each. Its key and region are filled into the notebook's parameters."
    };
    let none = view.groups.iter().all(|group| group.tenants.is_empty()).then(|| {
        if view.tenants_in_all == 0 {
            view! { <p>"There are no tenants yet. "<a href="/customers">"Add a customer and its tenants"</a>"."</p> }
                .into_any()
        } else {
            view! { <p>"No tenant matches the filter."</p> }.into_any()
        }
    });
    let groups = view.groups.iter().cloned().map(group).collect_view();
    let scope = links::with_query("/instances/new", [("procedure", view.head.id.as_str())]);
    view! {
        <fieldset class="tenants" id="f-tenant">
            <legend>"Tenants"</legend>
            <p class="help">
                {about} " " <a href=scope>"For all tenants with a label, of a customer or in a region"</a>
                " there is another form."
            </p>
            {filter(view)}
            {error}
            {none}
            {groups}
            <label class="option">
                <input type="checkbox" name="independent" value="yes" checked=view.independent />
                <span>"A copy without a tenant, for training"</span>
            </label>
        </fieldset>
    }
    .into_any()
}

/// A button that sends the whole form by GET: the page comes back narrowed, with all that was filled in.
fn filter(view: &CopyView) -> AnyView {
    if view.tenants_in_all < FILTERED_FROM && view.find.is_empty() {
        return ().into_any();
    }
    let here = links::procedure(&view.head.id, "copy", None);
    view! {
        <div class="filter">
            <label for="find">"Find a tenant"</label>
            <input id="find" name="find" type="search" value=view.find.clone() placeholder="name, key, customer, label"
                autocomplete="off" spellcheck="false" />
            <button formmethod="get" formaction=here formnovalidate=true>"Filter"</button>
        </div>
    }
    .into_any()
}

fn group(group: TenantGroup) -> AnyView {
    if group.tenants.is_empty() {
        return ().into_any();
    }
    let labels =
        (!group.labels.is_empty()).then(|| view! { <span class="faint">{group.labels.join(", ")}</span> });
    let tenants = group.tenants.into_iter().map(choice).collect_view();
    view! {
        <fieldset class="customer">
            <legend>{group.customer} " " {labels}</legend>
            <ul>{tenants}</ul>
        </fieldset>
    }
    .into_any()
}

fn choice(tenant: TenantChoice) -> AnyView {
    let closed = tenant.closed.is_some();
    view! {
        <li>
            <label class="option">
                <input type="checkbox" name="tenant" value=tenant.id checked=tenant.chosen disabled=closed />
                <span>
                    {tenant.name} " " <span class="faint">{tenant.service} " " {tenant.region} " " <code>{tenant.key}</code></span>
                    {tenant.said.into_iter().map(|said| view! { <span class="said-of">{said}</span> }).collect_view()}
                    {tenant.closed.map(|reason| view! { <span class="closed">{reason}</span> })}
                </span>
            </label>
        </li>
    }
    .into_any()
}
