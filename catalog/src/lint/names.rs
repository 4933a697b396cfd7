//! Words that no procedure may hold, looked for all at once.

use aho_corasick::{AhoCorasick, MatchKind};
use std::hash::{Hash, Hasher};
use std::sync::OnceLock;

/// Longest name, in bytes: longer ones are no names.
const MAX_NAME: usize = 200;

/// Names of customers and keys of tenants.
#[derive(Debug, Clone, Default)]
pub struct Names {
    all: Vec<String>,
    finder: OnceLock<Option<AhoCorasick>>,
}

impl Names {
    /// Adds names; blanks around them do not count, nor do empty ones.
    pub fn add(&mut self, names: impl IntoIterator<Item = String>) {
        let before = self.all.len();
        self.all.extend(
            names
                .into_iter()
                .map(|name| name.trim().to_owned())
                .filter(|name| !name.is_empty() && name.len() <= MAX_NAME),
        );
        if self.all.len() > before {
            self.all.sort_unstable();
            self.all.dedup();
            self.finder = OnceLock::new();
        }
    }

    /// All of them, each once.
    pub fn all(&self) -> &[String] {
        &self.all
    }

    /// The names that stand in a text as whole words, with their case, and the byte of the first place of each.
    pub(super) fn in_text<'n>(&'n self, text: &str) -> Vec<(usize, &'n str)> {
        let finder = self.finder.get_or_init(|| {
            // Overlapping ones are told too: of "North" and "North Wind" both may stand there.
            let built = AhoCorasick::builder().match_kind(MatchKind::Standard).build(&self.all);
            built.ok().filter(|_| !self.all.is_empty())
        });
        let Some(finder) = finder else { return Vec::new() };
        let mut found: Vec<(usize, &str)> = Vec::new();
        for place in finder.find_overlapping_iter(text) {
            let whole = !text[..place.start()].ends_with(char::is_alphanumeric)
                && !text[place.end()..].starts_with(char::is_alphanumeric);
            let name = self.all[place.pattern().as_usize()].as_str();
            if whole && !found.iter().any(|(_, known)| *known == name) {
                found.push((place.start(), name));
            }
        }
        found
    }
}

impl PartialEq for Names {
    fn eq(&self, other: &Self) -> bool {
        self.all == other.all
    }
}

impl Eq for Names {}

impl Hash for Names {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.all.hash(state);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_words_are_found_with_their_case_and_each_once() {
        let mut names = Names::default();
        names.add(["North Wind", "North", " 145483 ", ""].map(str::to_owned));
        assert_eq!(names.all(), ["145483", "North", "North Wind"]);
        let found = names.in_text("north Northern (North Wind) é145483 x North 145483.");
        assert_eq!(found, [(16, "North"), (16, "North Wind"), (45, "145483")]);
        assert_eq!(Names::default().in_text("North"), []);
    }
}
