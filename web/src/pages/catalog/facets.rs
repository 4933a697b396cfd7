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

/// A value with those that are a part of it.
struct Branch {
    value: FacetValue,
    parts: Vec<FacetValue>,
}

/// Values in their order, each with its parts in theirs. A part whose whole is not there stands by itself.
fn branches(values: Vec<FacetValue>) -> Vec<Branch> {
    let (parts, wholes): (Vec<_>, Vec<_>) = values.into_iter().partition(|value| value.parent.is_some());
    let mut branches: Vec<Branch> =
        wholes.into_iter().map(|value| Branch { value, parts: Vec::new() }).collect();
    for part in parts {
        match branches.iter_mut().find(|branch| Some(&branch.value.value) == part.parent.as_ref()) {
            Some(branch) => branch.parts.push(part),
            None => branches.push(Branch { value: part, parts: Vec::new() }),
        }
    }
    branches
}

fn one(facet: Facet, address: &Address) -> AnyView {
    let Facet { name, values } = facet;
    let mut values = branches(values);
    // What is chosen must be seen, however rare it is.
    let rest = values.split_off(values.len().min(SHOWN));
    let holds = |value: &FacetValue| address.holds(&name, &value.value);
    let (chosen, rest): (Vec<_>, Vec<_>) =
        rest.into_iter().partition(|branch| holds(&branch.value) || branch.parts.iter().any(holds));
    let id = format!("facet-{name}");
    let (heading, labelled_by) = (format!("{id}-title"), format!("{id}-title"));
    let more = (!rest.is_empty()).then(|| {
        let label = format!("{} more", rest.len());
        let items = rest.into_iter().map(|value| item(&name, value, address)).collect_view();
        view! { <details class="more" id=format!("{id}-more")><summary>{label}</summary><ul>{items}</ul></details> }
    });
    let items = values.into_iter().chain(chosen).map(|value| item(&name, value, address)).collect_view();
    view! {
        <section class="facet" aria-labelledby=labelled_by>
            <h2 id=heading>{title(&name).to_owned()}</h2>
            <ul>{items}</ul>
            {more}
        </section>
    }
    .into_any()
}

/// A value, with its parts folded below it; unfolded where one of them is chosen.
fn item(name: &str, branch: Branch, address: &Address) -> AnyView {
    let Branch { value, parts } = branch;
    let open = parts.iter().any(|part| address.holds(name, &part.value));
    let parts = (!parts.is_empty()).then(|| {
        let id = format!("facet-{name}-{}", value.value);
        let (count, whole) = (parts.len(), value.value.clone());
        let word = if count == 1 { "sub-technique" } else { "sub-techniques" };
        let items =
            parts.into_iter().map(|part| view! { <li>{link(name, part, address)}</li> }).collect_view();
        view! {
            <details class="more parts" id=id open=open>
                <summary>{count} " " {word} <span class="unseen">" of " {whole}</span></summary>
                <ul>{items}</ul>
            </details>
        }
    });
    view! { <li>{link(name, value, address)} {parts}</li> }.into_any()
}

fn link(name: &str, value: FacetValue, address: &Address) -> AnyView {
    let chosen = address.holds(name, &value.value);
    let href = if chosen { address.without(name, &value.value) } else { address.with(name, &value.value) };
    view! {
        <a href=href aria-current=chosen.then_some("true")>
            <span class="label">{value.label}</span>
            " "
            <span class="number">{value.count}</span>
        </a>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_stand_under_their_whole_and_those_without_by_themselves() {
        let value = |value: &str, parent: Option<&str>| FacetValue {
            value: value.to_owned(),
            parent: parent.map(str::to_owned),
            ..FacetValue::default()
        };
        let branches = branches(vec![
            value("T1003", None),
            value("T1003.001", Some("T1003")),
            value("T1059", None),
            value("T1055.012", Some("T1055")),
            value("T1003.002", Some("T1003")),
        ]);
        let told: Vec<(&str, Vec<&str>)> = branches
            .iter()
            .map(|branch| {
                let parts = branch.parts.iter().map(|part| part.value.as_str());
                (branch.value.value.as_str(), parts.collect())
            })
            .collect();
        assert_eq!(
            told,
            [("T1003", vec!["T1003.001", "T1003.002"]), ("T1059", vec![]), ("T1055.012", vec![])]
        );
    }
}
