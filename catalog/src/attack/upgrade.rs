//! What becomes of techniques between two releases of a domain: what was replaced for certain, what somebody must look
//! at, and what is only called otherwise.

use super::{Release, Status, Tactic, Technique, TechniqueId};

/// Two releases of a domain compared.
#[derive(Debug, Clone)]
pub struct Upgrade {
    /// The release that is left.
    pub from: &'static Release,
    /// The release that comes.
    pub to: &'static Release,
    /// The tactics that are no more, with the names of what took their place.
    pub tactics: Vec<(String, Vec<String>)>,
    /// The techniques of which something changes, by id.
    pub techniques: Vec<Becomes>,
}

/// What becomes of a technique.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Becomes {
    /// Its id.
    pub id: TechniqueId,
    /// Its name in the release that is left, with its parent's before it.
    pub name: String,
    /// What becomes of it.
    pub fate: Fate,
    /// For a replaced one: what replaced it, in use. The chain is followed.
    pub next: Option<TechniqueId>,
    /// What it is called in the release that comes; of a replaced one, what replaced it.
    pub new_name: String,
    /// Its tactics by name in the release that comes; of a replaced one those of what replaced it.
    pub tactics: Vec<String>,
}

/// What becomes of a technique, the most certain first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fate {
    /// It was revoked, and one that is in use took its place: the patch says so.
    Replaced,
    /// It is deprecated, or revoked without a replacement in use.
    Retired,
    /// The release that comes does not know it.
    Lost,
    /// It stands in other tactics, beyond what the renaming of a tactic explains.
    Moved,
    /// It, or its parent, only has another name.
    Renamed,
}

impl Fate {
    /// The word for it, as the API says it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Replaced => "replaced",
            Self::Retired => "retired",
            Self::Lost => "lost",
            Self::Moved => "moved",
            Self::Renamed => "renamed",
        }
    }

    /// Whether somebody must look at what is mapped to it.
    pub fn is_uncertain(self) -> bool {
        matches!(self, Self::Retired | Self::Lost | Self::Moved)
    }
}

impl Upgrade {
    /// Compares two releases; none when they are of two domains.
    pub fn between(from: &'static Release, to: &'static Release) -> Option<Self> {
        if from.domain() != to.domain() {
            return None;
        }
        let gone = from
            .tactics()
            .iter()
            .filter(|tactic| !to.tactics().iter().any(|own| own.short_name == tactic.short_name));
        let tactics = gone.map(|tactic| (tactic.name.clone(), replaced_by(tactic, to))).collect();
        let techniques =
            from.techniques().iter().filter_map(|technique| becomes(technique, from, to)).collect();
        Some(Self { from, to, tactics, techniques })
    }

    /// What becomes of a technique; none when it stays as it is.
    pub fn of(&self, id: &str) -> Option<&Becomes> {
        self.techniques.binary_search_by(|own| own.id.as_str().cmp(id)).ok().map(|at| &self.techniques[at])
    }
}

/// The names of what took a tactic's place.
fn replaced_by(tactic: &Tactic, to: &Release) -> Vec<String> {
    let ids = to.expand(&tactic.short_name);
    to.tactics().iter().filter(|own| ids.contains(&own.id)).map(|own| own.name.clone()).collect()
}

fn becomes(technique: &Technique, from: &Release, to: &Release) -> Option<Becomes> {
    let id = &technique.id;
    let resolved = to.resolve(id);
    let fate = match to.map(id).status {
        Status::Active if technique.status != Status::Active => return None,
        Status::Active if moved(technique, from, resolved?, to) => Fate::Moved,
        Status::Active if from.full_name(id) != to.full_name(id) => Fate::Renamed,
        Status::Active => return None,
        Status::Revoked if resolved.is_some() => Fate::Replaced,
        Status::Revoked | Status::Deprecated if technique.status == Status::Deprecated => return None,
        Status::Revoked | Status::Deprecated => Fate::Retired,
        Status::Foreign | Status::Unknown => Fate::Lost,
    };
    let in_tactic = |tactic: &&Tactic| resolved.is_some_and(|own| own.tactics.contains(&tactic.id));
    Some(Becomes {
        id: id.clone(),
        name: from.full_name(id),
        fate,
        next: resolved.filter(|_| fate == Fate::Replaced).map(|own| own.id.clone()),
        new_name: resolved.map(|own| to.full_name(&own.id)).unwrap_or_default(),
        tactics: to.tactics().iter().filter(in_tactic).map(|tactic| tactic.name.clone()).collect(),
    })
}

/// Whether its tactics are others than those that took the place of the ones it had.
fn moved(old: &Technique, from: &Release, new: &Technique, to: &Release) -> bool {
    let images: Vec<_> = (from.tactics().iter())
        .filter(|tactic| old.tactics.contains(&tactic.id))
        .map(|tactic| to.expand(&tactic.short_name))
        .collect();
    let left = images.iter().any(|image| !image.iter().any(|id| new.tactics.contains(id)));
    let gained = new.tactics.iter().any(|id| !images.iter().flatten().any(|own| own == id));
    left || gained
}

#[cfg(test)]
mod tests {
    use super::*;

    fn upgrade() -> Upgrade {
        Upgrade::between(Release::find("18.1").unwrap(), Release::find("19.2").unwrap()).unwrap()
    }

    #[test]
    fn what_was_revoked_is_replaced_for_certain() {
        let upgrade = upgrade();
        let one = upgrade.of("T1562.001").unwrap();
        assert_eq!((one.fate, one.next.as_ref().unwrap().as_str()), (Fate::Replaced, "T1685"));
        assert_eq!(one.tactics, ["Defense Impairment"]);
        assert!(upgrade.of("T1003.001").is_none(), "nothing changes");
        assert!(upgrade.of("T9999").is_none());
    }

    #[test]
    fn a_tactic_that_was_split_is_said_and_moves_nothing_by_itself() {
        let upgrade = upgrade();
        assert_eq!(
            upgrade.tactics,
            [("Defense Evasion".to_owned(), vec!["Stealth".to_owned(), "Defense Impairment".to_owned()])]
        );
        assert!(upgrade.of("T1055").is_none_or(|one| one.fate != Fate::Moved));
    }

    #[test]
    fn every_technique_in_use_stays_in_use_or_is_told() {
        let upgrade = upgrade();
        for technique in upgrade.from.techniques().iter().filter(|one| one.status == Status::Active) {
            let told = upgrade.of(technique.id.as_str());
            match upgrade.to.map(&technique.id).status {
                Status::Active => {
                    assert!(told.is_none_or(|one| matches!(one.fate, Fate::Moved | Fate::Renamed)));
                }
                _ => assert!(matches!(told.unwrap().fate, Fate::Replaced | Fate::Retired | Fate::Lost)),
            }
        }
        for one in upgrade.techniques.iter().filter(|one| one.fate == Fate::Replaced) {
            let next = one.next.as_ref().unwrap();
            assert_eq!(upgrade.to.map(next).status, Status::Active, "{next}");
        }
    }

    #[test]
    fn domains_are_not_compared() {
        assert!(Upgrade::between(Release::current(), Release::find("mobile 18.1").unwrap()).is_none());
        let same = Upgrade::between(Release::current(), Release::current()).unwrap();
        assert!(same.tactics.is_empty() && same.techniques.iter().all(|one| one.fate == Fate::Replaced));
    }
}
