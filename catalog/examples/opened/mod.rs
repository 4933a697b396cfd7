//! A library of one repository on this machine, for the examples that measure.

use catalog::attack::Releases;
use catalog::library::{Fetch, Library, Settings};
use catalog::mirror::Progress;
use catalog::repository::Repository;
use std::error::Error;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Nothing is fetched here.
struct Nowhere;

impl Fetch for Nowhere {
    fn fetch(&self, _: &Repository, _: &Path, _: &mut dyn FnMut(Progress) -> bool) -> Result<(), String> {
        Err("nothing is fetched here".to_owned())
    }
}

/// The library with its data in `data`, and the name of its repository.
pub(crate) fn opened(data: &str, repository: &str) -> Result<(Library, String), Box<dyn Error>> {
    let repository = Repository::parse(repository)?;
    let name = repository.name.clone();
    let library = Library::open(Settings {
        data: PathBuf::from(data),
        repositories: vec![repository],
        fetch: Arc::new(Nowhere),
        releases: Releases::default(),
    })?;
    Ok((library, name))
}
