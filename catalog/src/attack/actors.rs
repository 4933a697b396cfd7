//! Who uses which technique: groups, software and campaigns of ATT&CK.

use super::intel::Names;
use super::{Release, TechniqueId};
use crate::team::OwnActor;
use std::collections::HashMap;
use std::sync::{Mutex, OnceLock, PoisonError};

/// The embedded table; `tables/README.md` says what is in it.
const TABLE: &str = include_str!("tables/actors-18.1.tsv");

/// Names of actors that are everyday words; such an actor is found by its id or another of its names.
pub(crate) const EVERYDAY: [&str; 38] = [
    "agenda",
    "anchor",
    "backspace",
    "bitter",
    "calendar",
    "carbon",
    "chaos",
    "denis",
    "embargo",
    "epic",
    "equation",
    "expand",
    "explosive",
    "flame",
    "inception",
    "james",
    "kevin",
    "mango",
    "mercury",
    "meteor",
    "milan",
    "mirage",
    "nickel",
    "page",
    "photo",
    "ping",
    "platinum",
    "play",
    "plead",
    "route",
    "royal",
    "shark",
    "silence",
    "snake",
    "solar",
    "soldier",
    "spark",
    "tick",
];

/// What kind of actor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ActorKind {
    /// `G0016`
    Group,
    /// `S0002`: malware and tools.
    Software,
    /// `C0024`
    Campaign,
    /// `hunts:scarlet-otter`: one that a team names in its own repository.
    Own,
}

impl ActorKind {
    /// The word for it: `group`, `software`, `campaign`; `actor` for a team's own.
    pub fn word(self) -> &'static str {
        match self {
            Self::Group => "group",
            Self::Software => "software",
            Self::Campaign => "campaign",
            Self::Own => "actor",
        }
    }
}

/// A group, a piece of software or a campaign of ATT&CK, or an actor of a team's own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor {
    /// `G0016`, `hunts:scarlet-otter`
    pub id: String,
    /// What it is.
    pub kind: ActorKind,
    /// `APT29`
    pub name: String,
    /// What others call it.
    pub aliases: Vec<String>,
    /// What it uses, by id, resolved to a release: those in use there, revoked ones replaced.
    pub techniques: Vec<TechniqueId>,
    /// Ids of the software that it uses.
    pub uses: Vec<String>,
    /// For a team's own: where it comes from.
    pub own: Option<Origin>,
}

/// Where a team's own actor comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    /// The repository whose `huntshelf.toml` names it.
    pub repo: String,
    /// Where more is said of it.
    pub url: Option<String>,
    /// What the team says of it.
    pub note: String,
}

/// All actors, resolved to one release.
#[derive(Debug, Clone)]
pub struct Actors {
    version: String,
    /// The release that they are resolved to.
    release: (String, String),
    all: Vec<Actor>,
    by_id: HashMap<String, usize>,
    by_name: HashMap<String, Vec<usize>>,
    by_technique: HashMap<TechniqueId, Vec<usize>>,
    /// What a text names them and the release's techniques by; made when a text is first read.
    pub(super) names: OnceLock<Names>,
}

impl Actors {
    /// Those of ATT&CK 18.1, resolved to [`Release::current`]. Read once.
    pub fn current() -> &'static Actors {
        Self::of(Release::current())
    }

    /// Those of a release: its own, where it was read from a bundle that has some, else those of ATT&CK 18.1, resolved to
    /// it. Each is made when it is first asked for, and kept.
    pub fn of(release: &'static Release) -> &'static Actors {
        static READ: Mutex<Vec<(&'static Release, &'static Actors)>> = Mutex::new(Vec::new());
        let mut read = READ.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, actors)) = read.iter().find(|(own, _)| std::ptr::eq(*own, release)) {
            return actors;
        }
        // There are as many as releases that are known.
        let actors: &'static Actors = Box::leak(Box::new(Self::resolved(release)));
        read.push((release, actors));
        actors
    }

    /// The release's own, where it was read with actors; else those of ATT&CK 18.1, resolved to it.
    fn resolved(release: &Release) -> Actors {
        let (version, all) = match &release.actors {
            Some(own) => (release.version().to_owned(), own.clone()),
            None => built_in(),
        };
        let mut actors = Actors {
            version,
            release: (release.domain().to_owned(), release.version().to_owned()),
            all: Vec::new(),
            by_id: HashMap::new(),
            by_name: HashMap::new(),
            by_technique: HashMap::new(),
            names: OnceLock::new(),
        };
        for mut actor in all {
            let written = actor.techniques.iter();
            actor.techniques = written.filter_map(|id| Some(release.resolve(id)?.id.clone())).collect();
            actor.techniques.sort();
            actor.techniques.dedup();
            actors.add(actor);
        }
        actors
    }

    /// Takes in an actor that a team names in its repository.
    pub(crate) fn add_own(&mut self, repo: &str, actor: &OwnActor, release: &Release) {
        let resolved = actor.techniques.iter().filter_map(|id| Some(release.resolve(id)?.id.clone()));
        let mut techniques: Vec<TechniqueId> = resolved.collect();
        techniques.sort();
        techniques.dedup();
        self.add(Actor {
            id: format!("{repo}:{}", actor.slug),
            kind: ActorKind::Own,
            name: actor.name.clone(),
            aliases: actor.aliases.clone(),
            techniques,
            uses: Vec::new(),
            own: Some(Origin { repo: repo.to_owned(), url: actor.url.clone(), note: actor.note.clone() }),
        });
    }

    fn add(&mut self, actor: Actor) {
        let at = self.all.len();
        self.by_id.entry(actor.id.to_ascii_uppercase()).or_insert(at);
        for name in std::iter::once(&actor.name).chain(&actor.aliases) {
            let holders = self.by_name.entry(key(name)).or_default();
            if !holders.contains(&at) {
                holders.push(at);
            }
        }
        for technique in &actor.techniques {
            self.by_technique.entry(technique.clone()).or_default().push(at);
        }
        self.all.push(actor);
        self.names = OnceLock::new();
    }

    /// Whether they are resolved to a release.
    pub(super) fn are_of(&self, release: &Release) -> bool {
        (self.release.0.as_str(), self.release.1.as_str()) == (release.domain(), release.version())
    }

    /// The ATT&CK version that says who uses what.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// Every actor: ATT&CK's by id, then the teams' own.
    pub fn all(&self) -> &[Actor] {
        &self.all
    }

    /// One actor by its id, `G0016` or `hunts:scarlet-otter`, in any case.
    pub fn get(&self, id: &str) -> Option<&Actor> {
        self.by_id.get(&id.trim().to_ascii_uppercase()).map(|&at| &self.all[at])
    }

    /// The place of an id among all.
    pub(crate) fn place(&self, id: &str) -> Option<usize> {
        self.by_id.get(id).copied()
    }

    /// The actors of a name or alias, whatever its case, blanks and hyphens; several may share one.
    pub fn named<'a>(&'a self, name: &str) -> impl Iterator<Item = &'a Actor> + use<'a> {
        let key = key(name);
        let found = (!key.is_empty()).then(|| self.by_name.get(&key)).flatten();
        found.into_iter().flatten().map(|&at| &self.all[at])
    }

    /// An actor by id, or all of a name.
    pub fn find(&self, text: &str) -> Vec<&Actor> {
        match self.get(text) {
            Some(actor) => vec![actor],
            None => self.named(text).collect(),
        }
    }

    /// Who uses a technique, by the id that the release has in use.
    pub fn using<'a>(&'a self, technique: &str) -> impl Iterator<Item = &'a Actor> + use<'a> {
        self.by_technique.get(technique).into_iter().flatten().map(|&at| &self.all[at])
    }
}

/// The version of the embedded table, and the actors in it with their techniques as it has them.
fn built_in() -> (String, Vec<Actor>) {
    let (mut version, mut all) = (String::new(), Vec::new());
    for row in TABLE.lines() {
        let mut fields = row.split('\t');
        let mut next = || fields.next().unwrap_or_default();
        match next() {
            "actors" => {
                next();
                next().clone_into(&mut version);
            }
            "actor" => {
                let (id, kind, name, aliases, techniques, uses) =
                    (next(), next(), next(), next(), next(), next());
                let list = |text: &str, separator| {
                    text.split(separator).filter(|part| !part.is_empty()).map(str::to_owned).collect()
                };
                all.push(Actor {
                    id: id.to_owned(),
                    kind: match kind {
                        "group" => ActorKind::Group,
                        "campaign" => ActorKind::Campaign,
                        _ => ActorKind::Software,
                    },
                    name: name.to_owned(),
                    aliases: list(aliases, '|'),
                    techniques: techniques.split(',').filter_map(|id| id.parse().ok()).collect(),
                    uses: list(uses, ','),
                    own: None,
                });
            }
            _ => {}
        }
    }
    (version, all)
}

/// What all spellings of a name share: `APT 29`, `apt-29` and `APT29` are one.
fn key(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).take(100).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_read_whole() {
        let actors = Actors::current();
        assert_eq!(actors.version(), "18.1");
        let count = |kind| actors.all().iter().filter(|actor| actor.kind == kind).count();
        assert_eq!(
            [count(ActorKind::Group), count(ActorKind::Software), count(ActorKind::Campaign)],
            [172, 784, 52]
        );
        for actor in actors.all() {
            assert!(actor.uses.iter().all(|used| actors.get(used).is_some()), "{}", actor.id);
        }
    }

    #[test]
    fn an_actor_is_found_by_id_name_and_alias_in_any_spelling() {
        let actors = Actors::current();
        for text in ["G0016", "g0016", "APT29", "apt 29", "Apt-29", "cozy bear", "Midnight Blizzard"] {
            assert_eq!(actors.find(text)[0].id, "G0016", "{text}");
        }
        assert!(actors.find("mimikatz").iter().any(|actor| actor.kind == ActorKind::Software));
        assert!(actors.find("").is_empty() && actors.find("--").is_empty());
    }

    #[test]
    fn techniques_are_those_of_the_release() {
        let actors = Actors::current();
        let release = Release::current();
        for actor in actors.all() {
            for technique in &actor.techniques {
                assert_eq!(release.map(technique).status, super::super::Status::Active, "{technique}");
            }
        }
        assert!(actors.using("T1003.001").any(|actor| actor.id == "S0002"), "Mimikatz reads LSASS");
        // T1562.001 is revoked in 19.2: whoever used it uses what replaced it.
        let old = Actors::of(Release::find("18.1").unwrap());
        assert!(old.using("T1562.001").next().is_some());
        assert!(actors.using("T1562.001").next().is_none());
        assert!(actors.using("T1685").count() >= old.using("T1562.001").count());
    }
}
