//! One release of ATT&CK as a table of facts, and what is asked of it.

use super::actors::Actor;
use super::id::{TacticId, TechniqueId, after_site, strip_prefix_ignore_case};
use super::{Mapping, Status};
use std::collections::{BTreeSet, HashMap};
use std::sync::LazyLock;

/// The embedded tables, the newest of a domain first; `tables/README.md` says what is in them and how they are made.
static BUILT_IN: [LazyLock<Release>; 4] = [
    LazyLock::new(|| Release::parse(include_str!("tables/enterprise-19.2.tsv"))),
    LazyLock::new(|| Release::parse(include_str!("tables/enterprise-18.1.tsv"))),
    LazyLock::new(|| Release::parse(include_str!("tables/mobile-18.1.tsv"))),
    LazyLock::new(|| Release::parse(include_str!("tables/ics-18.1.tsv"))),
];

/// Chains of revoked techniques are two long in fact; more than this is a circle.
const MAX_CHAIN: usize = 16;

/// Longest text that is looked up as a technique's name.
const MAX_NAME: usize = 300;

/// Longest text that is looked up as a tactic.
const MAX_TACTIC_TEXT: usize = 200;

/// One domain of ATT&CK at one version.
#[derive(Debug)]
pub struct Release {
    domain: String,
    version: String,
    pub(super) modified: String,
    notice: String,
    pub(super) tactics: Vec<Tactic>,
    pub(super) retired: Vec<RetiredTactic>,
    /// In the order of their ids, so that a parent is followed by its sub-techniques.
    pub(super) techniques: Vec<Technique>,
    by_id: HashMap<TechniqueId, usize>,
    /// By name, alone and with its parent's before it, in the letters that all spellings share.
    by_name: HashMap<String, Vec<usize>>,
    /// Its own actors, with their techniques as it was written; those that are built in where there are none.
    pub(super) actors: Option<Vec<Actor>>,
    /// A hash of what was read; empty for a built-in one.
    pub(super) read_from: String,
}

/// A tactic: a column of the matrix.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tactic {
    /// `TA0006`
    pub id: TacticId,
    /// `credential-access`
    pub short_name: String,
    /// `Credential Access`
    pub name: String,
    /// Its column in the matrix, from 0.
    pub rank: usize,
}

/// A tactic of earlier releases, and what took its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RetiredTactic {
    /// The id that it had; a tactic that took its place may have it now.
    pub id: String,
    /// `defense-evasion`
    pub short_name: String,
    /// `Defense Evasion`
    pub name: String,
    /// What took its place, in matrix order.
    pub replaced_by: Vec<TacticId>,
}

/// A technique or sub-technique.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Technique {
    /// `T1003.001`
    pub id: TechniqueId,
    /// `LSASS Memory`, without its parent's name.
    pub name: String,
    /// The technique that it is a part of.
    pub parent: Option<TechniqueId>,
    /// Its tactics in matrix order. Of a revoked one those that it last had, retired ones replaced.
    pub tactics: Vec<TacticId>,
    /// `Windows`, `Linux`, …
    pub platforms: Vec<String>,
    /// Whether it is in use.
    pub status: Status,
    /// What replaced it, if it was revoked: the next of the chain, which may have been revoked itself.
    pub revoked_by: Option<TechniqueId>,
}

impl Release {
    /// The release that the catalog shows where nothing else is configured: enterprise 19.2. Parsed once.
    pub fn current() -> &'static Release {
        &BUILT_IN[0]
    }

    /// The releases that are built in, the newest of a domain first. Each is parsed when it is first asked for.
    pub fn built_in() -> impl Iterator<Item = &'static Release> {
        BUILT_IN.iter().map(|release| &**release)
    }

    /// A built-in release by its name, as [`Releases::find`](super::Releases::find) reads it.
    pub fn find(name: &str) -> Option<&'static Release> {
        super::Releases::default().find(name)
    }

    /// Reads a table of ours. Rows that cannot be read are left out; a test holds that there are none.
    fn parse(table: &str) -> Release {
        let mut release = Release::empty(String::new(), String::new());
        for row in table.lines() {
            let mut fields = row.split('\t');
            let mut next = || fields.next().unwrap_or_default();
            match next() {
                "notice" => next().clone_into(&mut release.notice),
                "release" => {
                    next().clone_into(&mut release.domain);
                    next().clone_into(&mut release.version);
                    next().clone_into(&mut release.modified);
                }
                "tactic" => {
                    let (id, short_name, name) = (next(), next(), next());
                    release.push_tactic(TacticId(id.to_owned()), short_name, name);
                }
                "retired" => {
                    let (id, short_name, name) = (next(), next(), next());
                    let replaced_by = release.tactics_of(next());
                    release.retired.push(RetiredTactic {
                        id: id.to_owned(),
                        short_name: short_name.to_owned(),
                        name: name.to_owned(),
                        replaced_by,
                    });
                }
                "technique" => {
                    let (id, name, tactics, platforms, status, revoked_by) =
                        (next(), next(), next(), next(), next(), next());
                    let Ok(id) = id.parse::<TechniqueId>() else { continue };
                    release.techniques.push(Technique {
                        parent: id.parent(),
                        id,
                        name: name.to_owned(),
                        tactics: release.tactics_of(tactics),
                        platforms: platforms
                            .split(',')
                            .filter(|p| !p.is_empty())
                            .map(str::to_owned)
                            .collect(),
                        status: match status {
                            "revoked" => Status::Revoked,
                            "deprecated" => Status::Deprecated,
                            _ => Status::Active,
                        },
                        revoked_by: revoked_by.parse().ok(),
                    });
                }
                _ => {}
            }
        }
        release.looked_up()
    }

    /// One of which nothing is known yet.
    pub(super) fn empty(domain: String, version: String) -> Release {
        Release {
            domain,
            version,
            modified: String::new(),
            notice: super::NOTICE.to_owned(),
            tactics: Vec::new(),
            retired: Vec::new(),
            techniques: Vec::new(),
            by_id: HashMap::new(),
            by_name: HashMap::new(),
            actors: None,
            read_from: String::new(),
        }
    }

    /// Adds a tactic behind those that there are.
    pub(super) fn push_tactic(&mut self, id: TacticId, short_name: &str, name: &str) {
        self.tactics.push(Tactic {
            id,
            short_name: short_name.to_owned(),
            name: name.to_owned(),
            rank: self.tactics.len(),
        });
    }

    /// The same with its techniques in order, and found by id and name.
    pub(super) fn looked_up(mut self) -> Release {
        self.techniques.sort_by(|one, other| one.id.cmp(&other.id));
        self.techniques.dedup_by(|one, other| one.id == other.id);
        self.by_id = self.techniques.iter().enumerate().map(|(at, own)| (own.id.clone(), at)).collect();
        for at in 0..self.techniques.len() {
            let id = &self.techniques[at].id;
            let (own, full) = (squeezed(&self.techniques[at].name), squeezed(&self.full_name(id)));
            for key in [Some(&own), Some(&full).filter(|full| **full != own)].into_iter().flatten() {
                self.by_name.entry(key.clone()).or_default().push(at);
            }
        }
        self
    }

    /// The techniques of a name, in any case and punctuation, with or without the parent's name before it; revoked and
    /// deprecated ones too.
    pub fn named(&self, name: &str) -> impl Iterator<Item = &Technique> {
        let found = if name.len() <= MAX_NAME { self.by_name.get(&squeezed(name)) } else { None };
        found.into_iter().flatten().map(|&at| &self.techniques[at])
    }

    /// Short names, comma-separated, as tactics in matrix order; retired ones replaced.
    pub(super) fn tactics_of(&self, short_names: &str) -> Vec<TacticId> {
        let named: Vec<&str> = short_names.split(',').collect();
        let replaced: Vec<&TacticId> = (self.retired.iter())
            .filter(|retired| named.contains(&retired.short_name.as_str()))
            .flat_map(|retired| &retired.replaced_by)
            .collect();
        (self.tactics.iter())
            .filter(|tactic| named.contains(&tactic.short_name.as_str()) || replaced.contains(&&tactic.id))
            .map(|tactic| tactic.id.clone())
            .collect()
    }

    /// `enterprise-attack`, as Navigator layers and STIX bundles name it.
    pub fn domain(&self) -> &str {
        &self.domain
    }

    /// `19.2`
    pub fn version(&self) -> &str {
        &self.version
    }

    /// Its domain and version: `enterprise-attack 19.2`.
    pub fn title(&self) -> String {
        format!("{} {}", self.domain, self.version)
    }

    /// What tells its facts from those of every other: domain, version and, of one read from a bundle, a hash of it.
    pub fn fingerprint(&self) -> String {
        format!("{} {} {}", self.domain, self.version, self.read_from).trim_end().to_owned()
    }

    /// When MITRE last changed it, RFC 3339; empty where the table does not say.
    pub fn modified(&self) -> &str {
        &self.modified
    }

    /// MITRE's notice, which goes with every copy of these facts.
    pub fn notice(&self) -> &str {
        &self.notice
    }

    /// The tactics in matrix order.
    pub fn tactics(&self) -> &[Tactic] {
        &self.tactics
    }

    /// The tactics of earlier releases that are no more.
    pub fn retired_tactics(&self) -> &[RetiredTactic] {
        &self.retired
    }

    /// All techniques, revoked and deprecated ones too, by id.
    pub fn techniques(&self) -> &[Technique] {
        &self.techniques
    }

    /// The platforms of the techniques in use, by name.
    pub fn platforms(&self) -> Vec<String> {
        let in_use = self.techniques.iter().filter(|technique| technique.status == Status::Active);
        // ATT&CK writes out that an asset of a plant has none.
        let named = in_use.flat_map(|technique| &technique.platforms).filter(|platform| *platform != "None");
        let named: BTreeSet<&String> = named.collect();
        named.into_iter().cloned().collect()
    }

    /// One technique by its canonical id.
    pub fn technique(&self, id: impl AsRef<str>) -> Option<&Technique> {
        self.by_id.get(id.as_ref()).map(|&at| &self.techniques[at])
    }

    /// The sub-techniques of a technique, those in use.
    pub fn children<'a>(&'a self, parent: &'a TechniqueId) -> impl Iterator<Item = &'a Technique> {
        let at = self.by_id.get(parent).map_or(self.techniques.len(), |at| at + 1);
        (self.techniques[at..].iter())
            .take_while(move |technique| technique.parent.as_ref() == Some(parent))
            .filter(|technique| technique.status == Status::Active)
    }

    /// The technique's name with its parent's before it, as MITRE's site shows it: `OS Credential Dumping: LSASS Memory`.
    /// Empty when the release does not know it.
    pub fn full_name(&self, id: &TechniqueId) -> String {
        let own = self.technique(id).map_or("", |technique| technique.name.as_str());
        match id.parent().and_then(|parent| self.technique(&parent)) {
            Some(parent) => format!("{}: {own}", parent.name),
            None => own.to_owned(),
        }
    }

    /// The name of a mapped technique as [`full_name`](Self::full_name) gives it; that of another domain's alone.
    pub fn name_of(&self, mapping: &Mapping) -> String {
        let full = mapping.id.parse().map(|id| self.full_name(&id)).unwrap_or_default();
        if full.is_empty() { mapping.name.clone() } else { full }
    }

    /// What the release says of a technique: name, tactics, and what replaced it.
    ///
    /// A revoked technique has the tactics of what replaced it, so that it is found where its successor is.
    pub fn map(&self, id: &TechniqueId) -> Mapping {
        let Some(technique) = self.technique(id) else {
            let foreign = self.foreign(id);
            return Mapping {
                id: id.to_string(),
                name: foreign.map_or_else(String::new, |(_, technique)| technique.name.clone()),
                tactics: Vec::new(),
                status: if foreign.is_some() { Status::Foreign } else { Status::Unknown },
                parent: id.parent().map(String::from),
                replaced_by: None,
                domain: foreign.map(|(release, _)| release.domain.clone()),
            };
        };
        let replacement = self.replacement(technique);
        let tactics = &replacement.unwrap_or(technique).tactics;
        Mapping {
            id: id.to_string(),
            name: technique.name.clone(),
            tactics: tactics.iter().map(TacticId::to_string).collect(),
            status: technique.status,
            parent: technique.parent.as_ref().map(TechniqueId::to_string),
            replaced_by: replacement.map(|technique| technique.id.to_string()),
            domain: None,
        }
    }

    /// The technique of another built-in domain that has this id.
    fn foreign(&self, id: &TechniqueId) -> Option<(&'static Release, &'static Technique)> {
        Self::built_in()
            .filter(|release| release.domain != self.domain)
            .find_map(|release| Some((release, release.technique(id)?)))
    }

    /// The technique in use that an id stands for: itself, or what replaced it. None for one that is deprecated, of
    /// another domain or unknown.
    pub fn resolve(&self, id: impl AsRef<str>) -> Option<&Technique> {
        let technique = self.technique(id)?;
        match technique.status {
            Status::Active => Some(technique),
            Status::Revoked => self.replacement(technique).filter(|next| next.status == Status::Active),
            Status::Deprecated | Status::Foreign | Status::Unknown => None,
        }
    }

    /// The end of a revoked technique's chain.
    fn replacement(&self, technique: &Technique) -> Option<&Technique> {
        let mut at = self.technique(technique.revoked_by.as_ref()?)?;
        for _ in 0..MAX_CHAIN {
            match &at.revoked_by {
                None => return Some(at),
                Some(next) => at = self.technique(next)?,
            }
        }
        None
    }

    /// One tactic of this release by id, short name or name, in any usual spelling: `TA0006`, `credential-access`,
    /// `Credential Access`, `attack.credential_access`, `CredentialAccess`, the site's URL.
    ///
    /// A retired one is not found here: see [`expand`](Self::expand).
    pub fn tactic(&self, text: &str) -> Option<&Tactic> {
        let key = tactic_key(text)?;
        self.tactics.iter().find(|tactic| matches(&key, tactic.id.as_str(), &tactic.short_name))
    }

    /// A tactic of an earlier release, in any usual spelling of its name. Its id may be another's by now and is not
    /// looked at.
    pub fn retired_tactic(&self, text: &str) -> Option<&RetiredTactic> {
        let key = tactic_key(text)?;
        self.retired.iter().find(|retired| squeezed(&retired.short_name) == key)
    }

    /// The tactics that a text stands for: one, or those that took a retired one's place, or none.
    pub fn expand(&self, text: &str) -> Vec<TacticId> {
        if let Some(tactic) = self.tactic(text) {
            return vec![tactic.id.clone()];
        }
        self.retired_tactic(text).map(|retired| retired.replaced_by.clone()).unwrap_or_default()
    }

    /// The column of a tactic in the matrix, by its id; behind all others when the release does not know it.
    pub fn rank(&self, tactic: &str) -> usize {
        self.tactics.iter().position(|own| own.id.as_str() == tactic).unwrap_or(self.tactics.len())
    }
}

fn matches(key: &str, id: &str, short_name: &str) -> bool {
    key.eq_ignore_ascii_case(id) || squeezed(short_name) == key
}

/// A tactic's text reduced to what all its spellings share: lower-case letters and digits.
fn tactic_key(text: &str) -> Option<String> {
    let text = text.trim();
    if text.is_empty() || text.len() > MAX_TACTIC_TEXT {
        return None;
    }
    let text = after_site(text, "tactics").unwrap_or(text);
    let text = strip_prefix_ignore_case(text, "attack.").unwrap_or(text);
    let key = squeezed(text);
    (!key.is_empty()).then_some(key)
}

fn squeezed(text: &str) -> String {
    let mut key = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => key.push_str("and"),
            _ if c.is_ascii_alphanumeric() => key.push(c.to_ascii_lowercase()),
            // Anything else than a separator makes it another word.
            ' ' | '-' | '_' | '.' | ':' | '/' | ',' | '(' | ')' | '\'' | '"' => {}
            _ => key.push(c),
        }
    }
    key
}
