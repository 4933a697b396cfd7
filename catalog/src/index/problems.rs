//! Which files something is wrong with: how many by rule, by severity and by repository, and a page of them.

use super::columns::Columns;
use super::lookup::{stored, with_term};
use super::schema::fact;
use super::shelf::{Index, Snapshot};
use super::{Entry, IndexError, cursor};
use crate::lint::Severity;
use std::collections::{BTreeMap, HashSet};
use tantivy::{DocAddress, Term};

/// Most files of one page.
const MAX_PAGE: usize = 500;

/// Which problems.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Asked {
    /// Of this rule alone.
    pub rule: Option<String>,
    /// Of this severity alone.
    pub severity: Option<Severity>,
    /// In this repository alone.
    pub repo: Option<String>,
    /// Only files of which something can be mended with certainty.
    pub mendable: bool,
    /// The files first that nobody has changed for the longest time; else by repository and path.
    pub oldest_first: bool,
}

impl Asked {
    /// Whether a problem of a file is one of these.
    pub fn takes(&self, code: &str, severity: Severity) -> bool {
        self.rule.as_ref().is_none_or(|rule| rule == code) && self.severity.is_none_or(|own| own == severity)
    }
}

/// How many files have problems.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ProblemCounts {
    /// All of them.
    pub files: usize,
    /// Those of which something can be mended with certainty.
    pub mendable: usize,
    /// By severity, the worst first; a file counts for each that it has.
    pub severities: Vec<(Severity, usize)>,
    /// By rule, those with the most files first.
    pub rules: Vec<(String, usize)>,
    /// By repository, by name.
    pub repos: BTreeMap<String, usize>,
}

/// Where a file stands: what it is sorted by, then repository and path.
type Place = (i64, Vec<u8>);

impl Index {
    /// Files with problems: a page, and the cursor of the next. A cursor that is not ours begins anew.
    ///
    /// # Errors
    /// When the index cannot be read.
    pub fn with_problems(
        &self,
        asked: &Asked,
        limit: usize,
        cursor: Option<&str>,
    ) -> Result<(Vec<Entry>, Option<String>), IndexError> {
        let limit = limit.clamp(1, MAX_PAGE);
        let after = cursor.and_then(cursor::text).and_then(|text| {
            let (age, key) = text.split_once('\n')?;
            Some((age.parse::<i64>().ok()?, key.as_bytes().to_vec()))
        });
        let snapshot = self.current();
        let mut found: Vec<(Place, DocAddress)> = Vec::new();
        for address in self.problematic(&snapshot, asked)? {
            let columns = self.columns_of(&snapshot, address)?;
            let age = if asked.oldest_first { columns.updated[address.doc_id as usize] } else { 0 };
            let place = (age, columns.keys.of(address.doc_id).to_vec());
            if after.as_ref().is_none_or(|after| place > *after) {
                found.push((place, address));
            }
        }
        found.sort_unstable();
        let more = found.len() > limit;
        found.truncate(limit);
        let next = found
            .last()
            .filter(|_| more)
            .map(|((age, key), _)| cursor::of_text(&format!("{age}\n{}", String::from_utf8_lossy(key))));
        let entries = found.into_iter().map(|(_, address)| stored(&snapshot, address, self.fields.entry));
        Ok((entries.collect::<Result<_, _>>()?, next))
    }

    /// How many files have problems, in one repository or in all.
    ///
    /// # Errors
    /// When the index cannot be read.
    pub fn problem_counts(&self, repo: Option<&str>) -> Result<ProblemCounts, IndexError> {
        let snapshot = self.current();
        let mut counts = ProblemCounts::default();
        for address in self.having(&snapshot, fact::IS, "problematic")? {
            let columns = self.columns_of(&snapshot, address)?;
            let name = String::from_utf8_lossy(repo_of(columns.keys.of(address.doc_id))).into_owned();
            counts.files += usize::from(repo.is_none_or(|repo| repo == name));
            *counts.repos.entry(name).or_default() += 1;
        }
        let count = |name: &str, value: &str| -> Result<usize, IndexError> {
            let mut count = 0;
            for address in self.having(&snapshot, name, value)? {
                count += usize::from(self.is_of(&snapshot, address, repo)?);
            }
            Ok(count)
        };
        counts.mendable = count(fact::IS, "mendable")?;
        for severity in Severity::ALL.into_iter().rev() {
            counts.severities.push((severity, count(fact::SEVERITY, severity.word())?));
        }
        for (rule, _) in self.facts(&snapshot, fact::RULE, "")? {
            let files = count(fact::RULE, &rule)?;
            if files > 0 {
                counts.rules.push((rule, files));
            }
        }
        counts.rules.sort_by(|one, other| other.1.cmp(&one.1).then_with(|| one.0.cmp(&other.0)));
        Ok(counts)
    }

    fn problematic(&self, snapshot: &Snapshot, asked: &Asked) -> Result<Vec<DocAddress>, IndexError> {
        let mut found = match &asked.rule {
            Some(rule) => self.having(snapshot, fact::RULE, rule)?,
            None => self.having(snapshot, fact::IS, "problematic")?,
        };
        let severity = asked.severity.map(|severity| (fact::SEVERITY, severity.word()));
        let mendable = asked.mendable.then_some((fact::IS, "mendable"));
        for (name, value) in severity.into_iter().chain(mendable) {
            let so: HashSet<DocAddress> = self.having(snapshot, name, value)?.into_iter().collect();
            found.retain(|address| so.contains(address));
        }
        let mut kept = Vec::with_capacity(found.len());
        for address in found {
            if self.is_of(snapshot, address, asked.repo.as_deref())? {
                kept.push(address);
            }
        }
        Ok(kept)
    }

    fn having(&self, snapshot: &Snapshot, name: &str, value: &str) -> Result<Vec<DocAddress>, IndexError> {
        with_term(snapshot, &Term::from_field_text(self.fields.fact, &fact::whole(name, value)))
    }

    fn columns_of<'s>(&self, snapshot: &'s Snapshot, address: DocAddress) -> Result<&'s Columns, IndexError> {
        Ok(snapshot.columns(address.segment_ord as usize, &self.vocabulary)?)
    }

    fn is_of(
        &self,
        snapshot: &Snapshot,
        address: DocAddress,
        repo: Option<&str>,
    ) -> Result<bool, IndexError> {
        let Some(repo) = repo else { return Ok(true) };
        Ok(repo_of(self.columns_of(snapshot, address)?.keys.of(address.doc_id)) == repo.as_bytes())
    }
}

/// The repository in a document's key.
pub(super) fn repo_of(key: &[u8]) -> &[u8] {
    key.split(|byte| *byte == 0).next().unwrap_or_default()
}
