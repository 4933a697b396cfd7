//! Mirrors and indexes one repository, then searches it: the library without a server.
//!
//!     cargo run --release -p catalog --example shelve -- REPOSITORY DATA [WORDS]

use catalog::index::Search;
use catalog::library::{Fetch, Library, Settings};
use catalog::mirror;
use catalog::repository::Repository;
use std::path::Path;
use std::sync::Arc;

/// Fetches in this process: good enough for a remote that one trusts.
struct InProcess;

impl Fetch for InProcess {
    fn fetch(&self, repository: &Repository, directory: &Path) -> Result<(), String> {
        mirror::update(repository, directory, &mut |_| true).map(drop).map_err(|error| error.to_string())
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [repository, data, words @ ..] = arguments.as_slice() else {
        return Err("usage: shelve REPOSITORY DATA [WORDS]".into());
    };
    let repository = Repository::parse(repository)?;
    let name = repository.name.clone();
    let library = Library::open(Settings {
        data: data.into(),
        repositories: vec![repository],
        fetch: Arc::new(InProcess),
    })?;
    let report = library.sync(&name, chrono::Utc::now())?;
    println!(
        "{} commits, {} files, {} blobs in {} ms",
        report.commits, report.files, report.blobs_read, report.took_ms
    );
    let found = library.search(&Search { text: words.join(" "), limit: 20, ..Search::default() })?;
    println!("{} found", found.total);
    for hit in found.hits {
        println!("  {}  {}", hit.entry.id, hit.entry.procedure.title);
    }
    Ok(())
}
