//! What was found: how much, in which order, and each result with why it was found.

use super::address::Address;
use super::facets;
use super::marked::only_marks;
use super::nothing::nothing;
use super::{Correction, Item, Offers, QueryPart, Snippet, Sort, procedures};
use crate::components::facts::message;
use crate::components::notices::{Weight, notice};
use crate::components::{attack, facts, paging};
use crate::links;
use crate::view::Standing;
use leptos::prelude::*;

/// What a search gave, without its facets.
pub(super) struct Found {
    pub(super) total: u64,
    pub(super) took_us: u64,
    pub(super) parts: Vec<QueryPart>,
    pub(super) hints: Vec<String>,
    pub(super) corrections: Vec<Correction>,
    pub(super) offers: Option<Offers>,
    pub(super) items: Vec<Item>,
    pub(super) next: Option<String>,
    pub(super) further_page: bool,
    pub(super) save: AnyView,
}

/// Count, order, chips of what was chosen, hints, results, pages.
pub(super) fn list(found: Found, address: &Address) -> AnyView {
    let count = procedures(found.total);
    let took = format!("in {}", duration(found.took_us));
    let items = if found.items.is_empty() {
        nothing(address, found.offers)
    } else {
        let items = found.items.into_iter().map(item).collect_view();
        view! { <ol class="results">{items}</ol> }.into_any()
    };
    view! {
        <div class="found-head">
            <p><strong id="count">{count}</strong> " " <span class="faint">{took}</span></p>
            {order(address)}
        </div>
        {parts(found.parts, address)}
        {chosen(address)}
        {found.save}
        {hints(found.hints, &found.corrections, address)}
        {items}
        {paging::paging(
            found.further_page.then(|| address.first_page()),
            found.next.as_deref().map(|cursor| address.next_page(cursor)),
        )}
    }
    .into_any()
}

/// What was read otherwise than written; what was probably meant is a link.
fn hints(hints: Vec<String>, corrections: &[Correction], address: &Address) -> AnyView {
    hints
        .into_iter()
        .map(|hint| {
            let meant = corrections.iter().find_map(|one| {
                let (before, behind) = hint.rsplit_once(&one.said)?;
                let href = address.asking(&one.q);
                let said = one.said.clone();
                Some(view! { <p>{message(before)} <a href=href>{said}</a> {message(behind)}</p> }.into_any())
            });
            notice(Weight::Note, meant.unwrap_or_else(|| view! { <p>{message(&hint)}</p> }.into_any()))
        })
        .collect_view()
        .into_any()
}

fn order(address: &Address) -> AnyView {
    // Without words there is nothing to be relevant to: the best is then the newest.
    let best = if address.q.is_empty() { "Newest" } else { "Best" };
    let orders = [(Sort::Relevance, best), (Sort::Changed, "Last changed"), (Sort::Title, "Title")];
    let links = orders
        .into_iter()
        .filter(|(sort, _)| {
            !(address.q.is_empty() && *sort == Sort::Changed && address.sort != Sort::Changed)
        })
        .map(|(sort, label)| {
            let current = (sort == address.sort).then_some("true");
            view! { <li><a href=address.sorted(sort) aria-current=current>{label}</a></li> }
        })
        .collect_view();
    view! { <nav class="order" aria-label="Order of the results"><ul>{links}</ul></nav> }.into_any()
}

/// The query as it was read, each part with a way to take it back.
fn parts(parts: Vec<QueryPart>, address: &Address) -> AnyView {
    if parts.is_empty() {
        return ().into_any();
    }
    let chips = parts
        .into_iter()
        .map(|part| {
            let href = address.asking(&part.rest);
            let not = part.negated.then(|| view! { <span class="not">"not "</span> });
            let key = (!part.field.is_empty())
                .then(|| view! { <span class="key">{facets::title(&part.field).to_owned()}</span> " " });
            view! {
                <li>
                    <a class="chip removable" href=href>
                        <span class="unseen">"Remove "</span>
                        {not}
                        {key}
                        {part.label}
                    </a>
                </li>
            }
        })
        .collect_view();
    view! { <ul class="chips query-parts" aria-label="The query, part by part">{chips}</ul> }.into_any()
}

fn chosen(address: &Address) -> AnyView {
    if address.chosen.is_empty() {
        return ().into_any();
    }
    let chips = address
        .chosen
        .iter()
        .map(|chosen| {
            let href = address.without(&chosen.facet, &chosen.value);
            let facet = facets::title(&chosen.facet).to_owned();
            let label = if chosen.label.is_empty() { chosen.value.clone() } else { chosen.label.clone() };
            view! {
                <li>
                    <a class="chip removable" href=href>
                        <span class="unseen">"Remove "</span>
                        <span class="key">{facet}</span>
                        " "
                        {label}
                    </a>
                </li>
            }
        })
        .collect_view();
    view! {
        <ul class="chips chosen" aria-label="Chosen filters">
            {chips}
            <li><a class="clear" href=address.without_choices()>"Clear all"</a></li>
        </ul>
    }
    .into_any()
}

fn item(item: Item) -> AnyView {
    let href = links::procedure(&item.id, "", item.repo_in_links.then_some(item.repo.as_str()));
    let (mut marked_title, mut snippets) = (None, Vec::new());
    for Snippet { field, html } in item.snippets {
        let html = only_marks(&html);
        match field.as_str() {
            "title" if marked_title.is_none() => marked_title = Some(html),
            _ => snippets.push((field, html)),
        }
    }
    // A snippet of the description says better why it was found than the whole of it.
    let description = (!item.description.is_empty()
        && !snippets.iter().any(|(field, _)| field == "description"))
    .then(|| view! { <p class="description">{item.description}</p> });
    let snippets = snippets.into_iter().map(snippet).collect_view();
    let title = match marked_title {
        Some(html) => view! { <a href=href inner_html=html></a> }.into_any(),
        None => view! { <a href=href>{item.title}</a> }.into_any(),
    };
    let class = match item.standing {
        Standing::Good => "result",
        Standing::Broken => "result is-broken",
        Standing::Uncatalogued => "result is-uncatalogued",
        Standing::Duplicate => "result is-duplicate",
    };
    let lint = lint(item.errors, item.warnings);
    view! {
        <li class=class>
            <article>
                <header>
                    <h2>{title}</h2>
                    {facts::standing(item.standing)}
                    <p class="id"><code title=item.path>{item.id}</code></p>
                </header>
                {description}
                {snippets}
                <div class="mapped">{attack::techniques(item.techniques)} {attack::tactics(item.tactics)}</div>
                <div class="about">
                    {facts::values("Data sources", "data_source", "chip data", item.data_sources)}
                    {facts::values("Tags", "tag", "chip tag", item.tags)}
                    <p class="changed">
                        {item.service.map(|service| view! { <span class="service">{service}</span> })}
                        <span class="repo">{item.repo}</span>
                        <span>{facts::ago(item.updated)} " by " {item.updated_by} " " {facts::commit(item.commit)}</span>
                        {lint}
                    </p>
                </div>
            </article>
        </li>
    }
    .into_any()
}

fn snippet((field, html): (String, String)) -> AnyView {
    let code = field == "code";
    let class = if code { "snippet of-code" } else { "snippet" };
    view! { <p class=class><span class="of">{field}</span><span inner_html=html></span></p> }.into_any()
}

fn lint(errors: usize, warnings: usize) -> AnyView {
    view! {
        {(errors > 0).then(|| view! { <span class="severity error">{facts::counted(errors, "error")}</span> })}
        {(warnings > 0).then(|| view! { <span class="severity warning">{facts::counted(warnings, "warning")}</span> })}
    }
    .into_any()
}

/// `12 345`, with thin no-break spaces.
pub(super) fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::with_capacity(digits.len() * 2);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push('\u{202f}');
        }
        out.push(digit);
    }
    out
}

/// Microseconds, in milliseconds or seconds.
fn duration(microseconds: u64) -> String {
    match microseconds {
        0..1_000_000 => format!("{}.{} ms", microseconds / 1_000, microseconds % 1_000 / 100),
        _ => format!("{}.{} s", microseconds / 1_000_000, microseconds % 1_000_000 / 100_000),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_durations_are_written_to_be_read() {
        assert_eq!(thousands(1_234_567), "1\u{202f}234\u{202f}567");
        assert_eq!(thousands(999), "999");
        assert_eq!(duration(2_345), "2.3 ms");
        assert_eq!(duration(1_250_000), "1.2 s");
    }
}
