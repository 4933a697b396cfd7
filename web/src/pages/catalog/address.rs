//! The catalog's whole state as an address, and the addresses one step away from it.

use super::{CatalogView, Chosen, Sort};
use crate::links;

/// What stands in the address, but for the cursor: every step but "next page" begins at the first page.
#[derive(Debug, Clone)]
pub(super) struct Address {
    /// What was typed.
    pub(super) q: String,
    /// What was chosen.
    pub(super) chosen: Vec<Chosen>,
    /// The order.
    pub(super) sort: Sort,
}

impl Sort {
    /// The word for it in the address.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Relevance => "relevance",
            Self::Changed => "changed",
            Self::Title => "title",
        }
    }
}

impl Address {
    pub(super) fn of(view: &CatalogView) -> Self {
        Self { q: view.q.clone(), chosen: view.chosen.clone(), sort: view.sort }
    }

    /// Whether nothing was typed or chosen.
    pub(super) fn is_everything(&self) -> bool {
        self.q.is_empty() && self.chosen.is_empty()
    }

    /// The search in words: what was typed and what was chosen.
    pub(super) fn as_words(&self) -> String {
        let labels = self.chosen.iter().map(|one| if one.label.is_empty() { &one.value } else { &one.label });
        let words = std::iter::once(&self.q).chain(labels).filter(|text| !text.is_empty());
        words.map(String::as_str).collect::<Vec<_>>().join(", ")
    }

    pub(super) fn holds(&self, facet: &str, value: &str) -> bool {
        self.chosen.iter().any(|chosen| chosen.facet == facet && chosen.value == value)
    }

    /// This very search, at its first page.
    pub(super) fn first_page(&self) -> String {
        self.write(&self.q, |_| true, None, self.sort, None)
    }

    pub(super) fn next_page(&self, cursor: &str) -> String {
        self.write(&self.q, |_| true, None, self.sort, Some(cursor))
    }

    pub(super) fn with(&self, facet: &str, value: &str) -> String {
        self.write(&self.q, |_| true, Some((facet, value)), self.sort, None)
    }

    pub(super) fn without(&self, facet: &str, value: &str) -> String {
        self.write(&self.q, |chosen| chosen.facet != facet || chosen.value != value, None, self.sort, None)
    }

    /// The same for other words.
    pub(super) fn asking(&self, q: &str) -> String {
        self.write(q, |_| true, None, self.sort, None)
    }

    pub(super) fn without_words(&self) -> String {
        self.asking("")
    }

    pub(super) fn without_choices(&self) -> String {
        self.write(&self.q, |_| false, None, self.sort, None)
    }

    pub(super) fn sorted(&self, sort: Sort) -> String {
        self.write(&self.q, |_| true, None, sort, None)
    }

    fn write(
        &self,
        q: &str,
        keep: impl Fn(&Chosen) -> bool,
        more: Option<(&str, &str)>,
        sort: Sort,
        cursor: Option<&str>,
    ) -> String {
        let mut pairs = Vec::new();
        if !q.is_empty() {
            pairs.push(("q", q));
        }
        let kept = self.chosen.iter().filter(|chosen| keep(chosen));
        pairs.extend(kept.map(|chosen| (chosen.facet.as_str(), chosen.value.as_str())));
        pairs.extend(more);
        if sort != Sort::default() {
            pairs.push(("sort", sort.word()));
        }
        pairs.extend(cursor.map(|cursor| ("cursor", cursor)));
        links::with_query("/", pairs)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address() -> Address {
        let chosen = |facet: &str, value: &str| Chosen {
            facet: facet.to_owned(),
            value: value.to_owned(),
            label: String::new(),
        };
        Address {
            q: "lsass dump".to_owned(),
            chosen: vec![chosen("tactic", "TA0006"), chosen("tag", "a&b")],
            sort: Sort::Changed,
        }
    }

    #[test]
    fn every_step_keeps_the_rest_of_the_search() {
        assert_eq!(address().first_page(), "/?q=lsass%20dump&tactic=TA0006&tag=a%26b&sort=changed");
        assert_eq!(address().without("tactic", "TA0006"), "/?q=lsass%20dump&tag=a%26b&sort=changed");
        assert_eq!(
            address().with("tactic", "TA0002"),
            "/?q=lsass%20dump&tactic=TA0006&tag=a%26b&tactic=TA0002&sort=changed"
        );
        assert_eq!(address().without_choices(), "/?q=lsass%20dump&sort=changed");
        assert_eq!(address().sorted(Sort::Relevance), "/?q=lsass%20dump&tactic=TA0006&tag=a%26b");
    }

    #[test]
    fn only_the_next_page_holds_a_cursor() {
        assert!(address().next_page("g3/x").ends_with("&cursor=g3%2Fx"));
        assert!(!address().with("tag", "x").contains("cursor"));
    }
}
