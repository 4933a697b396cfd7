//! The facets: what the results have in common, with counts, each a link that narrows or widens the search.

use super::address::Address;
use super::{Facet, FacetValue};
use leptos::prelude::*;

/// Values of a facet that are shown at once; the rest unfolds.
const SHOWN: usize = 8;

/// The sidebar; on a narrow screen the same, folded.
pub(super) fn sidebar(facets: Vec<Facet>, address: &Address) -> AnyView {
    if facets.iter().all(|facet| facet.values.is_empty()) {
        return ().into_any();
    }
    let count = address.chosen.len();
    let chosen = (count > 0).then(|| format!(" ({count} chosen)"));
    let facets = facets
        .into_iter()
        .filter(|facet| !facet.values.is_empty())
        .map(|facet| one(facet, address))
        .collect_view();
    view! {
        <details class="facets" id="facets">
            <summary>"Filters"{chosen}</summary>
            <nav aria-label="Filters">{facets}</nav>
        </details>
    }
    .into_any()
}

/// What a facet is called on the page.
pub(super) fn title(name: &str) -> &str {
    match name {
        "tactic" => "Tactic",
        "technique" => "Technique",
        "data_source" | "data" => "Data source",
        "tag" => "Tag",
        "platform" => "Platform",
        "author" => "Author",
        "repo" => "Repository",
        "standing" => "Standing",
        "service" => "Service",
        "sort" => "Order",
        other => other,
    }
}

fn one(facet: Facet, address: &Address) -> AnyView {
    let Facet { name, mut values } = facet;
    // What is chosen must be seen, however rare it is.
    let rest = values.split_off(values.len().min(SHOWN));
    let (chosen, rest): (Vec<_>, Vec<_>) =
        rest.into_iter().partition(|value| address.holds(&name, &value.value));
    let id = format!("facet-{name}");
    let (heading, labelled_by) = (format!("{id}-title"), format!("{id}-title"));
    let more = (!rest.is_empty()).then(|| {
        let label = format!("{} more", rest.len());
        let items = rest.into_iter().map(|value| link(&name, value, address)).collect_view();
        view! { <details class="more" id=format!("{id}-more")><summary>{label}</summary><ul>{items}</ul></details> }
    });
    let items = values.into_iter().chain(chosen).map(|value| link(&name, value, address)).collect_view();
    view! {
        <section class="facet" aria-labelledby=labelled_by>
            <h2 id=heading>{title(&name).to_owned()}</h2>
            <ul>{items}</ul>
            {more}
        </section>
    }
    .into_any()
}

fn link(name: &str, value: FacetValue, address: &Address) -> AnyView {
    let chosen = address.holds(name, &value.value);
    let href = if chosen { address.without(name, &value.value) } else { address.with(name, &value.value) };
    view! {
        <li>
            <a href=href aria-current=chosen.then_some("true")>
                <span class="label">{value.label}</span>
                " "
                <span class="number">{value.count}</span>
            </a>
        </li>
    }
    .into_any()
}
