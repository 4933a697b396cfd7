//! The panel beside a procedure: its metadata, and what can be done with it.

use super::{Alike, Detail, ForgeLinks, Nearly, Parameter, Query, queries};
use crate::components::facts;
use crate::links;
use crate::view::{Commit, ProcedureHead, When};
use leptos::prelude::*;

/// What the panel shows.
pub(super) struct Facts {
    pub(super) head: ProcedureHead,
    pub(super) path: String,
    pub(super) described_by: Option<String>,
    pub(super) commit: Commit,
    pub(super) updated: When,
    pub(super) updated_by: String,
    pub(super) authors: Vec<String>,
    pub(super) data_sources: Vec<String>,
    pub(super) tags: Vec<String>,
    pub(super) platforms: Vec<String>,
    pub(super) service: Option<String>,
    pub(super) kernel: Option<String>,
    pub(super) further: Vec<Detail>,
    pub(super) parameters: Vec<Parameter>,
    pub(super) queries: Vec<Query>,
    pub(super) not_copyable: Option<String>,
    pub(super) nearly: Vec<Nearly>,
    pub(super) similar: Vec<Alike>,
    pub(super) forge: ForgeLinks,
}

/// Copy, metadata, forge.
pub(super) fn panel(facts: Facts) -> AnyView {
    let Facts { head, path, commit, updated, updated_by, .. } = facts;
    let copy = copy(&head, facts.not_copyable);
    let permalink = links::procedure_at(&head.id, &commit.id, head.link_repo());
    let authors = facts::values("Authors", "author", "chip data", facts.authors);
    let row = |label: &'static str, value: AnyView| view! { <div><dt>{label}</dt><dd>{value}</dd></div> };
    let described_by = facts.described_by.map(|sidecar| {
        let href = links::repository_file(&head.repo, &commit.id, &sidecar);
        row("Described by", view! { <a href=href><code>{sidecar}</code></a> }.into_any())
    });
    let optional =
        |label: &'static str, value: Option<String>| value.map(|value| row(label, value.into_any()));
    let listed = |label: &'static str, empty: bool, value: AnyView| (!empty).then(|| row(label, value));
    let no_data = facts.data_sources.is_empty();
    let (no_tags, no_platforms) = (facts.tags.is_empty(), facts.platforms.is_empty());
    let further = facts.further.into_iter().map(detail).collect_view();
    view! {
        <aside class="panel" aria-label="About this procedure">
            {copy}
            <details class="about-it">
            <summary>"About this procedure"</summary>
            <dl class="facts">
                {row("Id", view! { <code>{head.id}</code> }.into_any())}
                {row("Repository", head.repo.into_any())}
                {row("Path", view! { <code>{path}</code> }.into_any())}
                {described_by}
                {row("Changed", view! { {facts::moment(updated)} " by " {updated_by} }.into_any())}
                {row("Commit", view! { {facts::commit(commit)} " " <a href=permalink>"Permalink"</a> }.into_any())}
                {row("Authors", authors)}
                {optional("Service", facts.service)}
                {listed("Data sources", no_data, facts::values("Data sources", "data_source", "chip data", facts.data_sources))}
                {listed("Tags", no_tags, facts::values("Tags", "tag", "chip tag", facts.tags))}
                {listed("Platforms", no_platforms, facts::values("Platforms", "platform", "chip data", facts.platforms))}
                {optional("Kernel", facts.kernel)}
                {further}
            </dl>
            {queries::list(facts.queries)}
            {parameters(facts.parameters)}
            {nearly(facts.nearly)}
            {similar(facts.similar)}
            {forge(facts.forge)}
            </details>
        </aside>
    }
    .into_any()
}

fn detail(detail: Detail) -> AnyView {
    let Detail { key, mut values } = detail;
    let value = if values.len() == 1 {
        address(values.remove(0))
    } else {
        let values = values.into_iter().map(|value| view! { <li>{address(value)}</li> }).collect_view();
        view! { <ul class="values">{values}</ul> }.into_any()
    };
    view! { <div><dt><code>{key}</code></dt><dd>{value}</dd></div> }.into_any()
}

/// A text, which can be followed if it is a web address and nothing else.
fn address(text: String) -> AnyView {
    match links::outside(&text) {
        Some(href) if !text.contains(char::is_whitespace) => {
            view! { <a href=href rel="noreferrer">{text}</a> }.into_any()
        }
        _ => text.into_any(),
    }
}

fn copy(head: &ProcedureHead, not_copyable: Option<String>) -> AnyView {
    if let Some(reason) = not_copyable {
        let said = view! { <strong>"No copy can be made"</strong> ": " {facts::message(&reason)} };
        return view! { <div class="take"><p class="refused">{said}</p></div> }.into_any();
    }
    let pairs = head.link_repo().map(|repo| ("repo", repo)).into_iter();
    let pairs = pairs.chain(head.at.as_deref().map(|at| ("at", at)));
    let href = links::with_query(&links::procedure(&head.id, "copy", None), pairs);
    view! { <div class="take"><a class="button primary" href=href>"Take a copy"</a></div> }.into_any()
}

fn parameters(parameters: Vec<Parameter>) -> AnyView {
    if parameters.is_empty() {
        return ().into_any();
    }
    let rows = parameters
        .into_iter()
        .map(|parameter| {
            let help =
                (!parameter.help.is_empty()).then(|| view! { <dd class="faint">{parameter.help}</dd> });
            view! {
                <div>
                    <dt><code>{parameter.name}</code> " " {parameter.kind}</dt>
                    <dd><code>{parameter.default}</code></dd>
                    {help}
                </div>
            }
        })
        .collect_view();
    view! { <h2>"Parameters"</h2> <dl class="facts">{rows}</dl> }.into_any()
}

fn nearly(list: Vec<Nearly>) -> AnyView {
    if list.is_empty() {
        return ().into_any();
    }
    let items = list
        .into_iter()
        .map(|one| {
            let said = match one.alike {
                100.. => "the same text".to_owned(),
                part => format!("about {part}\u{a0}% of the text"),
            };
            view! {
                <li>
                    <a href=links::procedure(&one.id, "", one.repo.as_deref())>{one.title}</a>
                    " "
                    <span class="faint">{said}</span>
                </li>
            }
        })
        .collect_view();
    view! { <h2>"Nearly the same"</h2> <ul class="similar">{items}</ul> }.into_any()
}

fn similar(list: Vec<Alike>) -> AnyView {
    if list.is_empty() {
        return ().into_any();
    }
    let items = list
        .into_iter()
        .map(|one| {
            let shared = one.shared.join(", ");
            view! {
                <li>
                    <a href=links::procedure(&one.id, "", one.repo.as_deref())>{one.title}</a>
                    " "
                    <span class="faint">"shares " {shared}</span>
                </li>
            }
        })
        .collect_view();
    view! { <h2>"Similar procedures"</h2> <ul class="similar">{items}</ul> }.into_any()
}

fn forge(forge: ForgeLinks) -> AnyView {
    let link = |url: Option<String>, label: &'static str| {
        url.as_deref()
            .and_then(links::outside)
            .map(|href| view! { <li><a href=href rel="noreferrer">{label}</a></li> })
    };
    let (file, edit, issue) =
        (link(forge.file, "File"), link(forge.edit, "Edit"), link(forge.issue, "New issue"));
    if file.is_none() && edit.is_none() && issue.is_none() {
        return ().into_any();
    }
    view! { <h2>"At the forge"</h2> <ul class="forge">{file} {edit} {issue}</ul> }.into_any()
}
