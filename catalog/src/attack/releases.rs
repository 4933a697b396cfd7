//! The releases that a catalog knows, and the one that it shows.

use super::Release;
use std::cmp::Reverse;

/// The releases that are known: the built-in ones and those that were read from bundles; one of them is shown.
#[derive(Debug, Clone)]
pub struct Releases {
    /// Enterprise before the other domains, the newest of a domain first.
    known: Vec<&'static Release>,
    shown: &'static Release,
}

impl Default for Releases {
    /// The built-in ones; [`Release::current`] is shown.
    fn default() -> Self {
        Self::with(Vec::new())
    }
}

impl Releases {
    /// The built-in ones and more; one of the same domain and version stands in the place of a built-in one. What is
    /// shown stays [`Release::current`] until something else is chosen, so that a bundle can be looked at first.
    pub fn with(more: Vec<Release>) -> Self {
        // They are read once, at the start, and are needed to the end: whoever holds one holds a plain reference, as to
        // those that are built in.
        let more = more.into_iter().map(|release| -> &'static Release { Box::leak(Box::new(release)) });
        let mut known: Vec<&'static Release> = Vec::new();
        for release in more.chain(Release::built_in()) {
            if !known.iter().any(|other| is(other, release.domain(), Some(release.version()))) {
                known.push(release);
            }
        }
        known.sort_by_key(|release| {
            let domain = ["enterprise-attack", "mobile-attack", "ics-attack"];
            let domain = domain.iter().position(|own| *own == release.domain()).unwrap_or(domain.len());
            (domain, release.domain(), Reverse(numbers(release.version())))
        });
        let current = Release::current();
        let shown = known.iter().find(|own| is(own, current.domain(), Some(current.version())));
        Self { shown: shown.copied().unwrap_or(current), known }
    }

    /// The same with another release shown; none where it is not known. See [`find`](Self::find) for its name.
    #[must_use]
    pub fn showing(&self, name: &str) -> Option<Self> {
        Some(Self { known: self.known.clone(), shown: self.find(name)? })
    }

    /// The release that the catalog shows.
    pub fn shown(&self) -> &'static Release {
        self.shown
    }

    /// Every release that is known: enterprise before the other domains, the newest of a domain first.
    pub fn all(&self) -> impl Iterator<Item = &'static Release> + use<'_> {
        self.known.iter().copied()
    }

    /// A release by its version, `19.2`, of the enterprise domain, or with its domain before it: `enterprise 18.1`,
    /// `mobile-attack 18.1`, `mobile-18.1`.
    pub fn find(&self, name: &str) -> Option<&'static Release> {
        let name = name.trim();
        let (domain, version) = name.rsplit_once(['-', ' ', '@']).unwrap_or(("enterprise", name));
        self.newest(Some(domain), Some(version))
    }

    /// The newest release of a domain, `mobile-attack` or `mobile`, and version, as far as these are given.
    pub fn newest(&self, domain: Option<&str>, version: Option<&str>) -> Option<&'static Release> {
        self.all().find(|release| is(release, domain.unwrap_or(release.domain()), version))
    }

    /// The names of all, for messages: `enterprise-attack 19.2, …`.
    pub fn names(&self) -> String {
        self.all().map(Release::title).collect::<Vec<_>>().join(", ")
    }
}

fn is(release: &Release, domain: &str, version: Option<&str>) -> bool {
    let short = |domain: &str| domain.trim_end_matches("-attack").to_ascii_lowercase();
    short(domain) == short(release.domain()) && version.is_none_or(|version| version == release.version())
}

/// A version as it is ordered: 9.10 after 9.9.
fn numbers(version: &str) -> Vec<u64> {
    version.split('.').map(|part| part.parse().unwrap_or(0)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_release_is_found_by_version_and_domain() {
        let releases = Releases::default();
        assert_eq!(releases.shown().version(), "19.2");
        for name in
            ["18.1", " enterprise 18.1", "enterprise-attack 18.1", "Enterprise@18.1", "enterprise-18.1"]
        {
            let found = releases.find(name).unwrap();
            assert_eq!((found.domain(), found.version()), ("enterprise-attack", "18.1"), "{name}");
        }
        assert_eq!(releases.find("mobile 18.1").unwrap().domain(), "mobile-attack");
        assert!(
            releases.find("17.0").is_none()
                && releases.find("").is_none()
                && releases.find("x 18.1").is_none()
        );
        assert_eq!(
            releases.names(),
            "enterprise-attack 19.2, enterprise-attack 18.1, mobile-attack 18.1, ics-attack 18.1"
        );
    }

    #[test]
    fn another_release_is_shown_once_it_is_chosen() {
        let releases = Releases::default().showing("18.1").unwrap();
        assert_eq!(releases.shown().version(), "18.1");
        assert!(releases.showing("18.2").is_none());
    }

    #[test]
    fn versions_are_ordered_as_numbers() {
        assert!(
            numbers("9.10") > numbers("9.9")
                && numbers("19.0") > numbers("9.10")
                && numbers("19.2") > numbers("19")
        );
    }
}
