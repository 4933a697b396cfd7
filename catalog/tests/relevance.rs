//! How well searches find what a hunter wants to see, by the judgements in `tests/relevance/`: on the starter catalog, and on
//! the Threat Hunter Playbook where the corpus is there.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::cast_precision_loss,
    reason = "clippy knows of tests only, not of what they share; it says what it measured; there are few results"
)]

mod library_fixture;

use catalog::attack::Releases;
use catalog::index::Search;
use catalog::library::{Library, Settings};
use catalog::repository::Repository;
use library_fixture::{NoRemote, now, playbook};
use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// What the search reaches today; a change that lowers one of these is to be argued, not let through.
const LEAST: [(&str, f64); 3] = [("nDCG@10", 0.97), ("recall@50", 0.99), ("MRR", 0.965)];

struct Judged {
    query: String,
    wanted: HashSet<String>,
}

fn judgements(with_playbook: bool) -> Vec<Judged> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/relevance/judgements.tsv");
    let is_playbook = |id: &str| id.as_bytes().first().is_some_and(u8::is_ascii_digit);
    let text = std::fs::read_to_string(file).unwrap();
    text.lines()
        .filter(|line| !line.starts_with('#') && !line.is_empty())
        .map(|line| {
            let (query, ids) = line.split_once('\t').unwrap();
            let wanted = ids.split(' ').filter(|id| with_playbook || !is_playbook(id)).map(str::to_owned);
            Judged { query: query.to_owned(), wanted: wanted.collect() }
        })
        .filter(|judged| !judged.wanted.is_empty())
        .collect()
}

#[test]
fn searches_find_what_a_hunter_wants_to_see() {
    let folder = tempfile::tempdir().unwrap();
    let starter = folder.path().join("starter.git");
    catalog::starter::build(&starter).unwrap();
    let playbook = playbook(folder.path());
    let places: Vec<&PathBuf> = std::iter::once(&starter).chain(&playbook).collect();
    let repositories: Vec<Repository> =
        places.iter().map(|place| Repository::parse(place.to_str().unwrap()).unwrap()).collect();
    let names: Vec<String> = repositories.iter().map(|repository| repository.name.clone()).collect();
    let releases = Releases::default();
    let settings =
        Settings { data: folder.path().join("data"), repositories, fetch: Arc::new(NoRemote), releases };
    let library = Library::open(settings).unwrap();
    for name in &names {
        library.sync(name, now()).unwrap();
    }

    let judged = judgements(playbook.is_some());
    let mut sums = [0.0; 3];
    let mut poor = Vec::new();
    for Judged { query, wanted } in &judged {
        let search = Search { text: query.clone(), limit: 50, ..Search::default() };
        let found: Vec<String> =
            library.search(&search).unwrap().hits.into_iter().map(|hit| hit.entry.id).collect();
        let measured = [ndcg(&found, wanted), recall(&found, wanted), reciprocal(&found, wanted)];
        if measured.iter().any(|value| *value < 0.7) {
            let [ndcg, recall, rank] = measured;
            poor.push(format!("{query}: nDCG {ndcg:.2}, recall {recall:.2}, reciprocal rank {rank:.2}"));
        }
        for (sum, value) in sums.iter_mut().zip(measured) {
            *sum += value;
        }
    }
    let means = sums.map(|sum| sum / judged.len() as f64);
    for line in &poor {
        println!("{line}");
    }
    println!(
        "{} queries: nDCG@10 {:.3}, recall@50 {:.3}, MRR {:.3}",
        judged.len(),
        means[0],
        means[1],
        means[2]
    );
    for ((name, least), mean) in LEAST.iter().zip(means) {
        assert!(mean >= *least, "{name} is {mean:.3}, and was at least {least}");
    }
}

fn ndcg(found: &[String], wanted: &HashSet<String>) -> f64 {
    let gain = |place: usize| 1.0 / (place as f64 + 2.0).log2();
    let own: f64 = (0..10).filter(|at| found.get(*at).is_some_and(|id| wanted.contains(id))).map(gain).sum();
    own / (0..wanted.len().min(10)).map(gain).sum::<f64>()
}

fn recall(found: &[String], wanted: &HashSet<String>) -> f64 {
    found.iter().filter(|id| wanted.contains(*id)).count() as f64 / wanted.len() as f64
}

fn reciprocal(found: &[String], wanted: &HashSet<String>) -> f64 {
    found.iter().position(|id| wanted.contains(id)).map_or(0.0, |at| 1.0 / (at as f64 + 1.0))
}
