//! `/`: the catalog. With the header `X-Fragment: results`, the results alone, for the island of the search box.

use super::collections::listed;
use super::offers::offers;
use super::searches;
use super::shared::{Context, standing, tactic, technique};
use super::{Visitor, html, wants_fragment};
use crate::app::App;
use crate::http::problem::Problem;
use crate::routes::api::item::DiagnosticCounts;
use crate::routes::api::procedures::{Searched, query_string};
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use catalog::attack::Release;
use catalog::index::{self, Filters, Found, Hit, PartKind, Search};
use catalog::library::{Library, RepositoryState};
use std::collections::{HashMap, HashSet};
use std::time::{Duration, Instant};
use web::pages::catalog::{
    CatalogView, Chosen, Correction, Facet, FacetValue, Item, QueryPart, Readiness, Snippet, Sort, page,
    results_fragment,
};
use web::pages::collections::Listed;

/// Collections that are shown before the results.
const SHOWN: usize = 5;

/// In which order facets are shown; others follow by name.
const ORDER: [&str; 8] =
    ["tactic", "technique", "data_source", "platform", "tag", "standing", "repo", "author"];

/// The catalog, or its results alone.
///
/// # Errors
/// When a parameter cannot be, or the index cannot be read.
pub async fn show(
    State(app): State<App>,
    visitor: Visitor,
    Searched(params): Searched,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let search = params.search()?;
    let fragment = wants_fragment(&headers, "results");
    let (context, frame) = (Context::of(&app), visitor.frame(&app));
    let saved = searches::named(&app, &visitor).await?;
    let mut asked = search.clone();
    asked.filters.further.retain(|name, _| app.library.facets().contains(name));
    let query = query_string(&asked);
    let made = app
        .read(move |library| {
            let began = Instant::now();
            let found = library.search(&search)?;
            let took = began.elapsed();
            let mut view = view(&context, &search, found, took, library.repositories(), library.release());
            (view.saved, view.query) = (saved, query);
            if view.total == 0 && !search.is_everything() {
                let found = library.offers(&search)?;
                view.offers = Some(offers(&context, &search, &view.chosen, found, library.release()));
            }
            if search.text.trim().is_empty() && view.chosen.is_empty() && search.cursor.is_none() {
                view.collections = begin_with(library);
            }
            Ok(if fragment { results_fragment(view) } else { page(&frame, view) })
        })
        .await?;
    Ok(html(made))
}

/// The first collections; those that are to start with come before the others.
fn begin_with(library: &Library) -> Vec<Listed> {
    let lexicon = library.lexicon();
    let mut collections: Vec<Listed> = lexicon.collections().iter().map(listed).collect();
    collections.sort_by_key(|collection| !collection.name.starts_with("start"));
    collections.truncate(SHOWN);
    collections
}

fn view(
    context: &Context,
    search: &Search,
    found: Found,
    took: Duration,
    repositories: Vec<RepositoryState>,
    release: &Release,
) -> CatalogView {
    let mut facets: Vec<Facet> = found
        .facets
        .into_iter()
        .map(|(name, values)| Facet {
            name,
            values: values
                .into_iter()
                .map(|value| FacetValue {
                    value: value.value,
                    label: value.label,
                    count: value.count,
                    parent: value.parent,
                })
                .collect(),
        })
        .collect();
    facets.sort_by_key(|facet| ORDER.iter().position(|name| *name == facet.name).unwrap_or(ORDER.len()));
    let chosen = chosen(&search.filters, &mut facets);
    CatalogView {
        q: search.text.clone(),
        parts: query_parts(&search.text, &found.not_fields, release),
        chosen,
        sort: match search.sort {
            index::Sort::Relevance => Sort::Relevance,
            index::Sort::Changed => Sort::Changed,
            index::Sort::Title => Sort::Title,
        },
        further_page: search.cursor.is_some(),
        total: found.total as u64,
        took_us: u64::try_from(took.as_micros()).unwrap_or(u64::MAX),
        hints: found.hints,
        offers: None,
        corrections: found
            .corrections
            .into_iter()
            .map(|one| Correction { said: one.said, q: one.query })
            .collect(),
        facets,
        items: items(context, found.hits),
        next: found.next,
        collections: Vec::new(),
        query: String::new(),
        saved: Vec::new(),
        repositories: repositories.into_iter().map(|state| readiness(context, state)).collect(),
    }
}

/// The query as it was read; what is ATT&CK's by its name, what is no field as words.
fn query_parts(text: &str, not_fields: &[String], release: &Release) -> Vec<QueryPart> {
    index::parts(text)
        .into_iter()
        .map(|part| {
            if not_fields.contains(&part.field) {
                let label = format!("{} {}", part.field, part.text);
                return QueryPart { field: String::new(), label, negated: part.negated, rest: part.rest };
            }
            let label = match part.kind {
                PartKind::Phrase => format!("\u{201c}{}\u{201d}", part.text),
                _ => value_label(&part.field, &part.text, release),
            };
            QueryPart { field: part.field, label, negated: part.negated, rest: part.rest }
        })
        .collect()
}

/// A value of a field or a facet as it is shown: what is ATT&CK's by its name.
pub fn value_label(field: &str, value: &str, release: &Release) -> String {
    let name = match field {
        "tactic" => release.tactic(value).map(|tactic| tactic.name.clone()),
        "technique" => release.technique(value).map(|found| format!("{} {}", found.id, found.name)),
        _ => None,
    };
    name.unwrap_or_else(|| value.to_owned())
}

/// What was chosen, labelled as its facet labels it. A chosen value that none of the results has joins its facet, so that
/// it can be taken back.
fn chosen(filters: &Filters, facets: &mut Vec<Facet>) -> Vec<Chosen> {
    let mut chosen = Vec::new();
    // Of what is no facet, nothing can be chosen.
    let known: HashSet<String> = facets.iter().map(|facet| facet.name.clone()).collect();
    for (facet, values) in filters.chosen() {
        if filters.further.contains_key(facet) && !known.contains(facet) {
            continue;
        }
        for value in values {
            let place = facets.iter().position(|known| known.name == facet).unwrap_or_else(|| {
                facets.push(Facet { name: facet.to_owned(), values: Vec::new() });
                facets.len() - 1
            });
            let known = &mut facets[place].values;
            let label = known.iter().find(|known| known.value.eq_ignore_ascii_case(value));
            let label = label.map(|known| known.label.clone());
            let label = label.unwrap_or_else(|| {
                known.push(FacetValue {
                    value: value.clone(),
                    label: value.clone(),
                    ..FacetValue::default()
                });
                value.clone()
            });
            chosen.push(Chosen { facet: facet.to_owned(), value: value.clone(), label });
        }
    }
    chosen
}

fn items(context: &Context, hits: Vec<Hit>) -> Vec<Item> {
    let mut repos_of: HashMap<String, Vec<String>> = HashMap::new();
    for hit in &hits {
        let repos = repos_of.entry(hit.entry.id.clone()).or_default();
        if !repos.contains(&hit.entry.repo) {
            repos.push(hit.entry.repo.clone());
        }
    }
    let several = |id: &str| repos_of.get(id).is_some_and(|repos| repos.len() > 1);
    hits.into_iter()
        .map(|Hit { entry, snippets }| {
            let counts = DiagnosticCounts::of(&entry.problems);
            Item {
                repo_in_links: several(&entry.id) || context.has_several(),
                commit: context.commit(&entry.repo, &entry.commit),
                id: entry.id,
                repo: entry.repo,
                path: entry.path,
                title: entry.procedure.title,
                standing: standing(entry.standing),
                description: entry.procedure.description,
                techniques: entry.procedure.techniques.into_iter().map(technique).collect(),
                tactics: entry.procedure.tactics.into_iter().map(tactic).collect(),
                data_sources: entry.procedure.data_sources,
                tags: entry.procedure.tags,
                service: entry.procedure.service,
                snippets: snippets
                    .into_iter()
                    .map(|snippet| Snippet { field: snippet.field, html: snippet.html })
                    .collect(),
                updated: context.when(entry.updated_at),
                updated_by: entry.updated_by,
                errors: counts.error,
                warnings: counts.warning,
            }
        })
        .collect()
}

/// How a repository stands.
pub fn readiness(context: &Context, state: RepositoryState) -> Readiness {
    let numbers = state.readiness;
    Readiness {
        repo: state.repository.name,
        procedures: numbers.procedures,
        uncatalogued: numbers.uncatalogued,
        broken: numbers.broken,
        duplicates: numbers.duplicates,
        metadata_ever_lost: numbers.metadata_ever_lost,
        revoked_techniques: numbers.revoked_techniques,
        copyable: numbers.copyable,
        plain: numbers.plain,
        synced: state.synced_at.map(|at| context.moment(at)),
        syncing: state.syncing,
        error: state.error.map(|(at, message)| (context.moment(at), message)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_is_shown_back_part_by_part() {
        let parts =
            query_parts("lsass -tactic:TA0006 technique:T1003 foo:bar", &["foo".into()], Release::current());
        let told: Vec<_> =
            parts.iter().map(|part| (part.negated, part.label.as_str(), part.rest.as_str())).collect();
        assert_eq!(
            told,
            [
                (false, "lsass", "-tactic:TA0006 technique:T1003 foo:bar"),
                (true, "Credential Access", "lsass technique:T1003 foo:bar"),
                (false, "T1003 OS Credential Dumping", "lsass -tactic:TA0006 foo:bar"),
                (false, "foo bar", "lsass -tactic:TA0006 technique:T1003"),
            ]
        );
        assert_eq!(parts[3].field, "", "what is no field is not shown as one");
    }

    #[tokio::test]
    async fn each_part_of_a_query_can_be_taken_back_by_a_link() {
        let sample = crate::sample::Sample::open().await;
        let viewer = sample.user(crate::auth::Role::Viewer).await;
        let page = viewer.get("/?q=lsass%20-tag%3Aazure&sort=title").await.text();
        assert!(page.contains("href=\"/?q=lsass&amp;sort=title\""), "{page}");
        assert!(!viewer.get("/?q=lsass").await.text().contains("query-parts"));
    }

    #[tokio::test]
    async fn what_was_probably_meant_is_one_link_away() {
        let sample = crate::sample::Sample::open().await;
        let viewer = sample.user(crate::auth::Role::Viewer).await;
        let page = viewer.get("/?q=lsass%20source%3Aprocess&tag=windows").await.text();
        assert!(
            page.contains("href=\"/?q=lsass%20data%3Aprocess&amp;tag=windows\">data:process</a>"),
            "{page}"
        );
    }

    #[test]
    fn a_chosen_value_that_finds_nothing_can_still_be_taken_back() {
        let filters = Filters { tag: vec!["gone".into()], ..Filters::default() };
        let mut facets = Vec::new();
        let chosen = chosen(&filters, &mut facets);
        assert_eq!(chosen[0].label, "gone");
        assert_eq!(facets[0].values[0].count, 0);
    }
}
