//! `/`: the catalog. What is searched, what was found, and the truth about each repository.
//!
//! A plain GET form: `q`, and one pair for each chosen facet value (`tactic=TA0006`), and `sort`. The island of the search
//! box fetches the same address with the header `X-Fragment: results` and puts what [`results_fragment`] gives in the
//! place of the element `#results`.

mod address;
mod facets;
mod marked;
mod nothing;
pub(crate) mod readiness;
mod results;
mod search;

use super::collections::{Listed, strip};
use super::searches::{self, SavedLink};
use crate::Frame;
use crate::islands::LiveSearch;
use crate::shell::to_html;
use crate::view::{Commit, Standing, Tactic, Technique, When};
use address::Address;
use leptos::prelude::*;
use results::Found;

/// The order of the results.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Sort {
    /// Best first; newest first where nothing was typed.
    #[default]
    Relevance,
    /// Last changed first.
    Changed,
    /// By title.
    Title,
}

/// A chosen facet value: part of the address.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Chosen {
    /// The facet's name, which is the parameter's (`tactic`).
    pub facet: String,
    /// What is filtered by, as it stands in the address.
    pub value: String,
    /// What to show.
    pub label: String,
}

/// A part of what was typed, as it was read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct QueryPart {
    /// The field's name; empty for words, phrases and groups.
    pub field: String,
    /// What is asked of it.
    pub label: String,
    /// Whether it is left out rather than looked for.
    pub negated: bool,
    /// What was typed, without this part.
    pub rest: String,
}

/// What was probably meant: said within a hint.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Correction {
    /// The words of the hint that become a link.
    pub said: String,
    /// What would then be typed.
    pub q: String,
}

/// A search that finds something where this one found nothing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Offer {
    /// Its query string.
    pub query: String,
    /// The facet that it is about; empty for what was typed, and for techniques.
    pub facet: String,
    /// What it is about.
    pub label: String,
    /// How many procedures it finds.
    pub count: u64,
}

/// Where something is begun at a forge.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Begin {
    /// In which repository.
    pub repo: String,
    /// The forge's page, with what it begins with.
    pub href: String,
}

/// What to do where nothing was found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Offers {
    /// What hunts parents and siblings of techniques that were asked for.
    pub relatives: Vec<Offer>,
    /// What there is without one of the conditions.
    pub without: Vec<Offer>,
    /// The address at which a procedure is begun; nothing is offered where it is empty.
    pub start: String,
    /// Where somebody else is asked for it.
    pub ask: Vec<Begin>,
    /// The address of a file to begin with; empty where it is not known what it would hunt for.
    pub skeleton: String,
}

/// One facet: what the results have in common, with counts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Facet {
    /// Its name, which is the parameter's.
    pub name: String,
    /// The values, in the order to be shown. A chosen one should be among them even when its count is 0.
    pub values: Vec<FacetValue>,
}

/// One value of a facet.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FacetValue {
    /// What to filter by.
    pub value: String,
    /// What to show.
    pub label: String,
    /// How many of the results have it.
    pub count: u64,
    /// The value of this list that it is a part of; shown under it.
    pub parent: Option<String>,
}

/// A piece of a result's text with the matches marked.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Snippet {
    /// `title`, `description`, `technique`, `prose` or `code`.
    pub field: String,
    /// Escaped text in which only `<mark>` elements stand. The page holds it to that: other tags are shown as text.
    pub html: String,
}

/// One result.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Item {
    /// `hunting.id`, else `path:` and the path.
    pub id: String,
    /// Its repository.
    pub repo: String,
    /// Whether the id stands in several repositories, so that links must name this one.
    pub repo_in_links: bool,
    /// Its path.
    pub path: String,
    /// Its title.
    pub title: String,
    /// How it stands.
    pub standing: Standing,
    /// `hunting.description`.
    pub description: String,
    /// What it is mapped to.
    pub techniques: Vec<Technique>,
    /// In matrix order.
    pub tactics: Vec<Tactic>,
    /// Telemetry that it reads.
    pub data_sources: Vec<String>,
    /// Its tags.
    pub tags: Vec<String>,
    /// Which service its queries are for.
    pub service: Option<String>,
    /// Why it was found; empty where nothing was typed.
    pub snippets: Vec<Snippet>,
    /// The commit that last changed it.
    pub commit: Commit,
    /// When that was.
    pub updated: When,
    /// Who did.
    pub updated_by: String,
    /// How many errors lint finds in it.
    pub errors: usize,
    /// How many warnings.
    pub warnings: usize,
}

/// How one repository stands: the truth in numbers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Readiness {
    /// Its name.
    pub repo: String,
    /// Files that are `good`.
    pub procedures: u64,
    /// MyST notebooks without `hunting`.
    pub uncatalogued: u64,
    /// Files whose newest revision cannot be used.
    pub broken: u64,
    /// Files whose id is taken.
    pub duplicates: u64,
    /// Files some revision of which lost its metadata.
    pub metadata_ever_lost: u64,
    /// Procedures that name a revoked or deprecated technique.
    pub revoked_techniques: u64,
    /// Procedures of which a copy can be made.
    pub copyable: u64,
    /// Plain markdown files within the globs: counted, and no problem.
    pub plain: u64,
    /// When the last sync that worked ended; none before the first.
    pub synced: Option<When>,
    /// Whether a sync is going on.
    pub syncing: bool,
    /// What the last sync failed with, and when.
    pub error: Option<(When, String)>,
}

/// The catalog page.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CatalogView {
    /// What was typed.
    pub q: String,
    /// How that was read, part by part; empty where it says no more than the text itself.
    pub parts: Vec<QueryPart>,
    /// What was chosen besides, in the order of the address.
    pub chosen: Vec<Chosen>,
    /// The order asked for.
    pub sort: Sort,
    /// Whether this is a further page: the address holds a cursor.
    pub further_page: bool,
    /// How many match in all.
    pub total: u64,
    /// How long the search took, in microseconds.
    pub took_us: u64,
    /// What the query was not read as, and what to try.
    pub hints: Vec<String>,
    /// What of the hints can be tried at once.
    pub corrections: Vec<Correction>,
    /// What to do where nothing was found.
    pub offers: Option<Offers>,
    /// The facets, in the order to be shown; names that the page knows get a title, others show their name.
    pub facets: Vec<Facet>,
    /// This page of results.
    pub items: Vec<Item>,
    /// The cursor of the next page.
    pub next: Option<String>,
    /// The search as a query string in its one spelling; empty where nothing is asked for.
    pub query: String,
    /// What the viewer has saved, by name.
    pub saved: Vec<SavedLink>,
    /// Collections to begin with, where nothing was asked for.
    pub collections: Vec<Listed>,
    /// Every repository, in the configured order.
    pub repositories: Vec<Readiness>,
}

/// What a facet is called on pages.
pub(crate) fn facet_title(name: &str) -> &str {
    facets::title(name)
}

/// `1 procedure`, `12 procedures`.
pub(crate) fn procedures(count: u64) -> String {
    match count {
        1 => "1 procedure".to_owned(),
        count => format!("{} procedures", results::thousands(count)),
    }
}

/// The whole page.
pub fn page(frame: &Frame, view: CatalogView) -> String {
    let address = Address::of(&view);
    let title = if view.q.is_empty() { "Catalog".to_owned() } else { view.q.clone() };
    frame.render(&title, move || {
        let form = search::form(&view);
        view! {
            <h1 class="unseen">"Catalog"</h1>
            <LiveSearch>{form}</LiveSearch>
            <p class="begin"><a href="/new">"New procedure"</a></p>
            <div id="results">{inside(view, &address)}</div>
        }
        .into_any()
    })
}

/// The inside of `#results` alone, for the island of the search box.
pub fn results_fragment(view: CatalogView) -> String {
    let address = Address::of(&view);
    to_html(move || inside(view, &address))
}

fn inside(view: CatalogView, address: &Address) -> AnyView {
    let facets = facets::sidebar(view.facets, address);
    let readiness = readiness::list(view.repositories);
    let found = Found {
        total: view.total,
        took_us: view.took_us,
        parts: view.parts,
        hints: view.hints,
        corrections: view.corrections,
        offers: view.offers,
        items: view.items,
        next: view.next,
        further_page: view.further_page,
        save: searches::save(&view.saved, &view.query, &address.as_words()),
    };
    let saved = searches::strip(view.saved, &view.query);
    let collections = strip(view.collections);
    view! {
        {readiness}
        {saved}
        {collections}
        <div class="catalog">
            {facets}
            <section class="found" aria-label="Results">{results::list(found, address)}</section>
        </div>
    }
    .into_any()
}
