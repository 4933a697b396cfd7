//! Which procedures are mapped to given techniques: how many to each, how many in each repository, and a page of them.

use super::columns::Columns;
use super::lookup::{stored, with_term};
use super::problems::repo_of;
use super::schema::fact;
use super::shelf::Index;
use super::{Entry, IndexError, cursor};
use std::collections::BTreeMap;
use tantivy::{DocAddress, Term};

/// Most procedures of one page.
const MAX_PAGE: usize = 500;

/// The procedures that are mapped to given techniques.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Mapped {
    /// How many are mapped to each technique, in the order in which these were given.
    pub counts: Vec<usize>,
    /// How many there are in each repository.
    pub repos: BTreeMap<String, usize>,
    /// This page, by repository and path.
    pub entries: Vec<Entry>,
    /// The cursor of the next page.
    pub next: Option<String>,
}

impl Index {
    /// The procedures that are mapped to one of these techniques, by id, as they are written or by what replaced them in
    /// the shown release; of one repository or of all.
    ///
    /// # Errors
    /// When the index cannot be read.
    pub fn mapped(
        &self,
        techniques: &[&str],
        repo: Option<&str>,
        limit: usize,
        cursor: Option<&str>,
    ) -> Result<Mapped, IndexError> {
        let snapshot = self.current();
        let after = cursor.and_then(cursor::text);
        let mut mapped = Mapped::default();
        let mut keys: BTreeMap<Vec<u8>, DocAddress> = BTreeMap::new();
        for technique in techniques {
            let fact = fact::whole(fact::TECHNIQUE_OWN, &technique.to_lowercase());
            let mut count = 0;
            for address in with_term(&snapshot, &Term::from_field_text(self.fields.fact, &fact))? {
                let columns: &Columns = snapshot.columns(address.segment_ord as usize, &self.vocabulary)?;
                let key = columns.keys.of(address.doc_id);
                if repo.is_none_or(|repo| repo.as_bytes() == repo_of(key)) {
                    count += 1;
                    keys.insert(key.to_vec(), address);
                }
            }
            mapped.counts.push(count);
        }
        for key in keys.keys() {
            *mapped.repos.entry(String::from_utf8_lossy(repo_of(key)).into_owned()).or_default() += 1;
        }
        let limit = limit.clamp(1, MAX_PAGE);
        let mut rest = keys
            .iter()
            .filter(|(key, _)| after.as_ref().is_none_or(|after| key.as_slice() > after.as_bytes()));
        let page: Vec<_> = rest.by_ref().take(limit).collect();
        if rest.next().is_some() {
            mapped.next = page.last().map(|(key, _)| cursor::of_text(&String::from_utf8_lossy(key)));
        }
        let entries = page.into_iter().map(|(_, address)| stored(&snapshot, *address, self.fields.entry));
        mapped.entries = entries.collect::<Result<_, _>>()?;
        Ok(mapped)
    }
}
