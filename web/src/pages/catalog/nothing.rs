//! What stands in the place of results where there are none: what is near, and how to have what is missing.

use super::address::Address;
use super::facets;
use super::{Begin, Offer, Offers, procedures};
use crate::components::notices::empty;
use crate::links;
use leptos::prelude::*;

/// No result: why that may be, and what to do next.
pub(super) fn nothing(address: &Address, offers: Option<Offers>) -> AnyView {
    if address.is_everything() {
        let content = view! {
            <p>
                "Huntshelf shows what is in its repositories. Once one is synced, its notebooks stand here. "
                <a href="/admin/repositories">"See how the repositories are doing"</a> "."
            </p>
        };
        return empty("No procedures yet", content.into_any());
    }
    let Offers { relatives, without, start, ask, skeleton } = offers.unwrap_or_default();
    let near = !relatives.is_empty() || !without.is_empty();
    let content = view! {
        {list("Near it in ATT&CK", "near-attack", None, relatives)}
        {list("With one condition less", "near-without", Some("Without "), without)}
        {(!near).then(|| tips(address))}
        {missing(start, ask, skeleton)}
        <p><a href="/">"The whole catalog"</a></p>
    };
    empty("Nothing matches", content.into_any())
}

/// Searches that find something, each with its number.
fn list(title: &'static str, id: &'static str, how: Option<&'static str>, offers: Vec<Offer>) -> AnyView {
    if offers.is_empty() {
        return ().into_any();
    }
    let items = offers
        .into_iter()
        .map(|offer| {
            let facet = (!offer.facet.is_empty())
                .then(|| view! { <span class="key">{facets::title(&offer.facet).to_owned()}</span> " " });
            let count = procedures(offer.count);
            view! {
                <li>
                    <a href=links::catalog(&offer.query)>{how} {facet} {offer.label}</a>
                    " "
                    <span class="number">{count}</span>
                </li>
            }
        })
        .collect_view();
    view! {
        <section class="offers" aria-labelledby=id>
            <h2 id=id>{title}</h2>
            <ul>{items}</ul>
        </section>
    }
    .into_any()
}

/// Where nothing is near: how searches are widened.
fn tips(address: &Address) -> AnyView {
    let both = !address.chosen.is_empty() && !address.q.is_empty();
    let without_choices =
        both.then(|| view! { <li><a href=address.without_choices()>"Search without the filters"</a></li> });
    let without_words = both
        .then(|| view! { <li><a href=address.without_words()>"Keep the filters, drop the words"</a></li> });
    view! {
        <ul>
            {without_choices}
            {without_words}
            <li>"Fewer or shorter words: all of them must stand in a procedure. " <code>"OR"</code> " between two widens."</li>
            <li>"A technique by its id or name, such as " <a href="/?q=technique:T1003">"technique:T1003"</a> "."</li>
        </ul>
    }
    .into_any()
}

/// To write what is missing, or to ask for it.
fn missing(start: String, ask: Vec<Begin>, skeleton: String) -> AnyView {
    if start.is_empty() {
        return ().into_any();
    }
    let ask = at_forge("Ask for one", ask);
    let download = (!skeleton.is_empty()).then(|| {
        view! { <li><a href=skeleton download="">"Download one"</a> ": a notebook with its metadata filled in"</li> }
    });
    view! {
        <section class="offers" aria-labelledby="missing">
            <h2 id="missing">"Is it missing?"</h2>
            <ul>
                <li><a href=start>"Start one"</a> ": a form that makes a procedure which lints clean"</li>
                {download}
                {ask}
            </ul>
        </section>
    }
    .into_any()
}

/// The same at each forge, which is named where there are several.
fn at_forge(what: &'static str, begins: Vec<Begin>) -> Vec<AnyView> {
    let several = begins.len() > 1;
    begins
        .into_iter()
        .filter_map(|begin| {
            let href = links::outside(&begin.href)?;
            let label = if several { format!("{what} in {}", begin.repo) } else { what.to_owned() };
            Some(view! { <li><a href=href rel="noreferrer">{label}</a> " at the forge"</li> }.into_any())
        })
        .collect()
}
