//! What the catalog offers where a search found nothing: near it, without one of its conditions, and to write it or ask for
//! it.

use super::shared::Context;
use crate::routes::api::procedures::query_string;
use catalog::attack::{Release, TechniqueId};
use catalog::authoring::MAX_TECHNIQUES;
use catalog::index::{self, LeftOut, PartKind, Search};
use web::links;
use web::pages::catalog::{Begin, Chosen, Offer, Offers};

/// Most repositories in which one is asked for.
const MAX_REPOSITORIES: usize = 3;
/// Longest title that is suggested, in characters.
const MAX_TITLE: usize = 120;

/// What is offered, as the page shows it.
pub fn offers(
    context: &Context,
    search: &Search,
    chosen: &[Chosen],
    offers: index::Offers,
    release: &Release,
) -> Offers {
    let title = title(search, &offers, release);
    let title: String =
        title.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(MAX_TITLE).collect();
    let techniques: Vec<TechniqueId> = offers.named.iter().take(MAX_TECHNIQUES).cloned().collect();
    let relatives = offers.relatives.into_iter().map(|one| Offer {
        query: query_string(&one.search),
        facet: String::new(),
        label: format!("{} {}", one.id, one.name),
        count: one.count,
    });
    let label = |facet: &str, value: &String| {
        let known = chosen.iter().find(|chosen| chosen.facet == facet && chosen.value == *value);
        known.map_or_else(|| value.clone(), |known| known.label.clone())
    };
    let without = offers.without.into_iter().map(|one| {
        let query = query_string(&one.search);
        let (facet, label) = match one.left_out {
            LeftOut::Part(part) => (String::new(), part),
            LeftOut::Filter(facet, values) => {
                let labels: Vec<String> = values.iter().map(|value| label(&facet, value)).collect();
                (facet, labels.join(" or "))
            }
        };
        Offer { query, facet, label, count: one.count }
    });
    let ask = ask(context, search, &title, &techniques);
    let ids = techniques.iter().map(|id| ("technique", id.as_str()));
    let pairs: Vec<(&str, &str)> = std::iter::once(("title", title.as_str())).chain(ids).collect();
    // A file is made at once only where it is known what it hunts for.
    let skeleton =
        (!techniques.is_empty()).then(|| links::with_query("/api/v1/skeleton.md", pairs.iter().copied()));
    Offers {
        relatives: relatives.collect(),
        without: without.collect(),
        start: links::with_query("/new", pairs.iter().copied()),
        ask,
        skeleton: skeleton.unwrap_or_default(),
    }
}

/// What a procedure would be called that this search would find: the words that were typed, else its technique's name.
fn title(search: &Search, offers: &index::Offers, release: &Release) -> String {
    if let Some(id) = offers.named.first() {
        return release.full_name(id);
    }
    let parts = index::parts(&search.text);
    let words: Vec<&str> = (parts.iter())
        .filter(|part| !part.negated && matches!(part.kind, PartKind::Word | PartKind::Phrase))
        .map(|part| part.text.as_str())
        .collect();
    // Words alone have no parts.
    if parts.is_empty() { search.text.clone() } else { words.join(" ") }
}

/// Where the forges take a new issue, in the repositories that are searched.
fn ask(context: &Context, search: &Search, title: &str, techniques: &[TechniqueId]) -> Vec<Begin> {
    let chosen = &search.filters.repo;
    let searched = |repo: &str| chosen.is_empty() || chosen.iter().any(|name| name.trim() == repo);
    let names = techniques.iter().map(|id| format!("ATT&CK {}\n", id.as_str()));
    let body = format!(
        "The catalog has no hunt for this yet.\n\n{}Searched for: {}\n",
        names.collect::<String>(),
        query_string(search)
    );
    let forges = context.forges().filter(|(repo, ..)| searched(repo)).take(MAX_REPOSITORIES);
    forges
        .filter_map(|(repo, _, forge)| {
            let href = forge.ask_url(&format!("Hunt wanted: {title}"), &body)?;
            Some(Begin { repo: repo.to_owned(), href })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::auth::Role;
    use crate::sample::Sample;
    use catalog::index::Filters;
    use catalog::repository::Repository;
    use url::Url;

    fn context() -> Context {
        let urls = [
            "https://github.com/acme/hunts",
            "https://gitlab.com/acme/more",
            "https://git.example.org/x/none",
        ];
        Context::with(urls.map(|url| Repository::parse(url).unwrap()).to_vec())
    }

    fn offered(text: &str, repo: &[&str]) -> Offers {
        let filters =
            Filters { repo: repo.iter().map(|name| (*name).to_owned()).collect(), ..Filters::default() };
        let search = Search { text: text.into(), filters, ..Search::default() };
        let named = vec!["T1003.002".parse().unwrap()];
        let found = index::Offers { named, ..index::Offers::default() };
        offers(&context(), &search, &[], found, Release::current())
    }

    #[test]
    fn a_procedure_is_begun_here_and_asked_for_at_the_forges_of_what_is_searched() {
        let all = offered("technique:T1003.002 & \"x\"", &[]);
        let repos = |begins: &[Begin]| begins.iter().map(|begin| begin.repo.clone()).collect::<Vec<_>>();
        assert!(all.start.ends_with("Security%20Account%20Manager&technique=T1003.002"), "{}", all.start);
        assert_eq!(repos(&all.ask), ["hunts", "more"]);
        assert_eq!(repos(&offered("x", &["more"]).ask), ["more"]);
        assert!(offered("x", &["none"]).ask.is_empty(), "a repository without a forge has no such page");

        let pairs = |href: &str| {
            let url = Url::parse(href).unwrap();
            assert!(href.len() < 6_000, "forges refuse long addresses");
            url.query_pairs().map(|(_, value)| value.into_owned()).collect::<Vec<_>>()
        };
        let ask = pairs(&all.ask[0].href);
        assert_eq!(ask[0], "Hunt wanted: OS Credential Dumping: Security Account Manager");
        assert!(ask[1].contains("ATT&CK T1003.002\n"), "{ask:?}");
    }

    #[tokio::test]
    async fn the_page_of_an_empty_result_links_to_what_is_near_and_to_a_file() {
        let sample = Sample::open().await;
        let viewer = sample.user(Role::Viewer).await;
        let page = viewer.get("/?q=technique:T1003.002&tag=windows").await.text();
        for link in [
            "href=\"/?technique=T1003.001&amp;tag=windows\"",
            "href=\"/?tag=windows\"",
            "href=\"/api/v1/skeleton.md?title=OS%20Credential%20Dumping%3A%20Security%20Account%20Manager&amp;technique=T1003.002\"",
        ] {
            assert!(page.contains(link), "{link} in {page}");
        }
        assert!(!page.contains("Ask for one"), "there is no forge to ask at");
        let page = viewer.get("/?q=%22blue%20zebra%22%20herds%20-tag:x").await.text();
        assert!(page.contains("\"/new?title=blue%20zebra%20herds\""), "{page}");
        assert!(!page.contains("/api/v1/skeleton.md"), "nobody knows what it would hunt for");
    }
}
