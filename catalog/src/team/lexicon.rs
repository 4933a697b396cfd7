//! What a search understands words by: the shown release of ATT&CK, and what the teams of the repositories say.

use super::{Collection, Team};
use crate::attack::{Actors, Release};
use std::borrow::Cow;
use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

/// A collection, and the repository that it is of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shelved {
    /// The repository.
    pub repo: String,
    /// The collection.
    pub collection: Collection,
}

impl Shelved {
    /// How a search names it, whatever other repositories have: `repo/name`.
    pub fn full_name(&self) -> String {
        format!("{}/{}", self.repo, self.collection.name)
    }
}

/// What the words of a search mean besides themselves. Of the repositories that somebody may see, and of no other.
#[derive(Debug)]
pub struct Lexicon {
    release: &'static Release,
    actors: Cow<'static, Actors>,
    /// Words and phrases that mean the same.
    alike: Vec<Vec<String>>,
    by_word: HashMap<String, Vec<usize>>,
    collections: Vec<Shelved>,
    fingerprint: u64,
}

impl Lexicon {
    /// That of a release alone: no team said anything.
    pub fn of(release: &'static Release) -> Self {
        Self::of_teams(release, &[])
    }

    /// That of a release and of what repositories, by name, say.
    pub fn of_teams(release: &'static Release, teams: &[(String, Arc<Team>)]) -> Self {
        let mut hash = DefaultHasher::new();
        let mut actors = Cow::Borrowed(Actors::of(release));
        let mut alike: Vec<Vec<String>> = Vec::new();
        let mut by_word: HashMap<String, Vec<usize>> = HashMap::new();
        let mut collections = Vec::new();
        for (repo, team) in teams {
            // A team that says nothing of it changes no search, and one that is not read yet neither.
            if !(team.actors.is_empty() && team.synonyms.is_empty() && team.collections.is_empty()) {
                (repo, &team.actors, &team.synonyms, &team.collections).hash(&mut hash);
            }
            for actor in &team.actors {
                actors.to_mut().add_own(repo, actor, release);
            }
            for synonyms in &team.synonyms {
                for word in &synonyms.alike {
                    by_word.entry(key(word)).or_default().push(alike.len());
                }
                alike.push(synonyms.alike.clone());
            }
            collections.extend(
                team.collections
                    .iter()
                    .map(|collection| Shelved { repo: repo.clone(), collection: collection.clone() }),
            );
        }
        Self { release, actors, alike, by_word, collections, fingerprint: hash.finish() }
    }

    /// The shown release.
    pub fn release(&self) -> &'static Release {
        self.release
    }

    /// Who uses what: ATT&CK's actors, resolved to the release, and the teams' own.
    pub fn actors(&self) -> &Actors {
        &self.actors
    }

    /// What means the same as a word or phrase, without itself, each once. Nobody's case, hyphens and blanks count.
    pub fn alike(&self, words: &str) -> Vec<&str> {
        let own = key(words);
        let mut found: Vec<&str> = Vec::new();
        for group in self.by_word.get(&own).into_iter().flatten() {
            for other in &self.alike[*group] {
                let other_key = key(other);
                if other_key != own && !found.iter().any(|known| key(known) == other_key) {
                    found.push(other);
                }
            }
        }
        found
    }

    /// Whether any synonyms are known.
    pub fn has_synonyms(&self) -> bool {
        !self.alike.is_empty()
    }

    /// Every collection, by the configured order of the repositories and by name.
    pub fn collections(&self) -> &[Shelved] {
        &self.collections
    }

    /// The collections that a name means: of any repository, or `repo/name` of one. Nobody's case counts.
    pub fn collections_named(&self, name: &str) -> Vec<&Shelved> {
        let (repo, name) = match name.split_once('/') {
            Some((repo, name)) => (Some(repo), name),
            None => (None, name),
        };
        let is_it = |shelved: &&Shelved| {
            repo.is_none_or(|repo| shelved.repo.eq_ignore_ascii_case(repo))
                && shelved.collection.name.eq_ignore_ascii_case(name)
        };
        self.collections.iter().filter(is_it).collect()
    }

    /// The collection of a repository that bears exactly this name.
    pub fn collection(&self, repo: &str, name: &str) -> Option<&Shelved> {
        self.collections.iter().find(|shelved| shelved.repo == repo && shelved.collection.name == name)
    }

    /// The collections that a procedure of a repository is in.
    pub fn collections_with<'a>(&'a self, repo: &'a str, id: &'a str) -> impl Iterator<Item = &'a Shelved> {
        self.collections.iter().filter(move |shelved| shelved.repo == repo && shelved.collection.holds(id))
    }

    /// Tells lexicons apart that would find something else.
    pub fn fingerprint(&self) -> u64 {
        self.fingerprint
    }
}

/// What all spellings of a word or phrase share.
fn key(words: &str) -> String {
    let parts =
        words.split(|c: char| c.is_whitespace() || matches!(c, '-' | '_')).filter(|part| !part.is_empty());
    parts.map(str::to_lowercase).collect::<Vec<_>>().join(" ")
}
