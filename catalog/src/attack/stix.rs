//! A release read from a STIX 2.1 bundle, as MITRE publishes them (`enterprise-attack-19.2.json`), into the same table
//! as those that are built in.
//!
//! A bundle is read object by object, and of each only the fields that are wanted; what is kept is bounded whatever it
//! says. Descriptions, mitigations and detections are not read.

use super::actors::{Actor, ActorKind};
use super::id::TacticId;
use super::release::{Release, RetiredTactic, Technique};
use super::{Status, TechniqueId};
use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor};
use sha2::{Digest, Sha256};
use std::collections::{HashMap, HashSet};
use std::fmt;
use std::io::Read;

/// The largest bundle that is read, in bytes. Enterprise 18.1 has 50 MB.
pub const MAX_BUNDLE: u64 = 256 << 20;
/// Most objects in a bundle. Enterprise 18.1 has 25 000, relationships included.
pub const MAX_OBJECTS: usize = 500_000;
/// Most techniques, and most actors, that are kept.
const MAX_KEPT: usize = 10_000;
/// Most tactics.
const MAX_TACTICS: usize = 100;
/// Longest name, in bytes.
const MAX_NAME: usize = 300;
/// Most platforms, phases, references or aliases of one object.
const MAX_LIST: usize = 300;
/// Longest version.
const MAX_VERSION: usize = 16;

/// The sources under which MITRE gives its ids.
const SOURCES: [&str; 3] = ["mitre-attack", "mitre-mobile-attack", "mitre-ics-attack"];

/// Why a bundle cannot be used: what is wrong with which object, and what to do.
#[derive(Debug, thiserror::Error)]
pub enum StixError {
    /// It is no JSON, or no bundle.
    #[error(
        "it cannot be read as a STIX bundle: {0}. Take the file as MITRE publishes it, enterprise-attack-18.1.json"
    )]
    Json(#[from] serde_json::Error),
    /// It is larger than what is read.
    #[error("it has more than {} MB; take a bundle of one domain and one release", MAX_BUNDLE >> 20)]
    TooLarge,
    /// An object cannot be used.
    #[error("object {object}: {reason}")]
    Object {
        /// Its STIX id, `attack-pattern--…`.
        object: String,
        /// What is wrong with it, and what to do.
        reason: String,
    },
    /// Something that a release needs is missing.
    #[error("{0}")]
    Lacking(&'static str),
    /// It says another version than was given.
    #[error("the bundle says that it is {said}, but {given} was given; leave the version out")]
    Version {
        /// What the bundle says.
        said: String,
        /// What was given.
        given: String,
    },
}

/// Reads a bundle. `version` is for one that does not say which it is.
///
/// # Errors
/// See [`StixError`]. What is read never panics.
pub fn read_bundle(bundle: impl Read, version: Option<&str>) -> Result<Release, StixError> {
    let mut bundle = bundle.take(MAX_BUNDLE + 1);
    let mut gathered = Gathered::default();
    let mut json = serde_json::Deserializer::from_reader(std::io::BufReader::new(&mut bundle));
    let read = Bundle(&mut gathered).deserialize(&mut json).and_then(|()| json.end());
    drop(json);
    if bundle.limit() == 0 {
        return Err(StixError::TooLarge);
    }
    read?;
    gathered.release(version)
}

/// Of one object what is wanted of any.
#[derive(Deserialize)]
struct Object {
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    id: String,
    #[serde(default)]
    name: String,
    #[serde(default)]
    modified: String,
    #[serde(default)]
    external_references: Vec<Reference>,
    #[serde(default)]
    kill_chain_phases: Vec<Phase>,
    #[serde(default)]
    revoked: bool,
    #[serde(default, rename = "x_mitre_deprecated")]
    deprecated: bool,
    #[serde(default)]
    x_mitre_shortname: String,
    #[serde(default)]
    x_mitre_platforms: Vec<String>,
    #[serde(default)]
    x_mitre_version: String,
    #[serde(default)]
    x_mitre_aliases: Vec<String>,
    #[serde(default)]
    aliases: Vec<String>,
    #[serde(default)]
    tactic_refs: Vec<String>,
    #[serde(default)]
    relationship_type: String,
    #[serde(default)]
    source_ref: String,
    #[serde(default)]
    target_ref: String,
}

#[derive(Deserialize)]
struct Reference {
    #[serde(default)]
    source_name: String,
    #[serde(default)]
    external_id: String,
}

#[derive(Deserialize)]
struct Phase {
    #[serde(default)]
    phase_name: String,
}

impl Object {
    /// MITRE's id of it.
    fn external_id(&self) -> Option<&str> {
        let ours = |reference: &&Reference| SOURCES.contains(&reference.source_name.as_str());
        self.external_references.iter().find(ours).map(|reference| reference.external_id.as_str())
    }

    fn refuse(&self, reason: String) -> StixError {
        StixError::Object { object: self.id.chars().take(MAX_NAME).collect(), reason }
    }

    fn in_use(&self) -> bool {
        !self.revoked && !self.deprecated
    }
}

/// What was read of a bundle.
#[derive(Default)]
struct Gathered {
    objects: usize,
    kept: Vec<Object>,
    relationships: Vec<Object>,
    /// The first that could not be used.
    wrong: Option<StixError>,
}

impl Gathered {
    fn take(&mut self, object: Object) {
        let kept = match object.kind.as_str() {
            "relationship" => {
                if matches!(object.relationship_type.as_str(), "revoked-by" | "uses") && object.in_use() {
                    self.relationships.push(object);
                }
                return;
            }
            "attack-pattern" | "x-mitre-tactic" | "x-mitre-matrix" | "x-mitre-collection"
            | "intrusion-set" | "malware" | "tool" | "campaign" => object,
            _ => return,
        };
        let lists = [
            kept.external_references.len(),
            kept.kill_chain_phases.len(),
            kept.x_mitre_platforms.len(),
            kept.x_mitre_aliases.len(),
            kept.aliases.len(),
            kept.tactic_refs.len(),
        ];
        let names = [&kept.name, &kept.x_mitre_shortname, &kept.id, &kept.modified].into_iter();
        let names = names.chain(&kept.x_mitre_platforms).chain(&kept.x_mitre_aliases).chain(&kept.aliases);
        let unfit = |text: &String| text.len() > MAX_NAME || text.contains(char::is_control);
        if lists.iter().any(|length| *length > MAX_LIST) {
            self.wrong
                .get_or_insert_with(|| kept.refuse(format!("a list of it has more than {MAX_LIST} entries")));
        } else if names.into_iter().any(unfit) {
            self.wrong.get_or_insert_with(|| {
                kept.refuse(format!("a name of it has more than {MAX_NAME} bytes or a control character"))
            });
        } else {
            self.kept.push(kept);
        }
    }

    fn of<'a>(&'a self, kind: &'a str) -> impl Iterator<Item = &'a Object> {
        self.kept.iter().filter(move |object| object.kind == kind)
    }

    fn release(mut self, given: Option<&str>) -> Result<Release, StixError> {
        if let Some(wrong) = self.wrong.take() {
            return Err(wrong);
        }
        let version = self.version(given)?;
        let matrix = self.of("x-mitre-matrix").find(|matrix| matrix.in_use()).ok_or(StixError::Lacking(
            "it has no x-mitre-matrix, which says the domain and the order of the tactics; take the whole bundle of a domain",
        ))?;
        let domain = matrix.external_id().unwrap_or_default().to_owned();
        if !(1..=40).contains(&domain.len())
            || !domain.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-')
        {
            return Err(matrix.refuse("its id at MITRE is no domain, such as enterprise-attack".to_owned()));
        }
        let mut release = Release::empty(domain, version);
        self.tactics(&mut release)?;
        retired(&mut release);
        let ids = self.techniques(&mut release)?;
        if release.techniques.is_empty() {
            return Err(StixError::Lacking("it has no attack-pattern; take the whole bundle of a domain"));
        }
        release.modified =
            self.of("x-mitre-collection").map(|own| own.modified.clone()).max().unwrap_or_default();
        let actors = self.actors(&ids)?;
        release.actors = (!actors.is_empty()).then_some(actors);
        let mut release = release.looked_up();
        let facts = format!("{:?}{:?}{:?}", release.tactics, release.retired, release.techniques);
        let hash = Sha256::digest(facts);
        let start = hash.iter().take(8).fold(0, |start, byte| start << 8 | u64::from(*byte));
        release.read_from = format!("{start:016x}");
        Ok(release)
    }

    fn version(&self, given: Option<&str>) -> Result<String, StixError> {
        let said = self.of("x-mitre-collection").map(|own| own.x_mitre_version.as_str());
        let said = said.filter(|version| !version.is_empty()).last();
        let version = match (said, given) {
            (Some(said), Some(given)) if said != given => {
                let said = said.chars().take(MAX_VERSION).collect();
                return Err(StixError::Version { said, given: given.to_owned() });
            }
            (said, given) => said.or(given).ok_or(StixError::Lacking(
                "it does not say which version it is; give it: { path = \"…\", version = \"18.1\" }",
            ))?,
        };
        let number = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        if version.len() > MAX_VERSION || !version.split('.').all(number) {
            return Err(StixError::Lacking("its version is no version; they are written 18.1"));
        }
        Ok(version.to_owned())
    }

    /// In the order of the matrices.
    fn tactics(&self, release: &mut Release) -> Result<(), StixError> {
        let by_id: HashMap<&str, &Object> =
            self.of("x-mitre-tactic").map(|tactic| (tactic.id.as_str(), tactic)).collect();
        let mut seen = HashSet::new();
        for reference in self.of("x-mitre-matrix").filter(|own| own.in_use()).flat_map(|own| &own.tactic_refs)
        {
            let Some(tactic) = by_id.get(reference.as_str()).filter(|tactic| tactic.in_use()) else {
                continue;
            };
            if !seen.insert(reference) {
                continue;
            }
            let id = tactic.external_id().unwrap_or_default();
            let is_id = id
                .strip_prefix("TA")
                .is_some_and(|rest| rest.len() == 4 && rest.bytes().all(|byte| byte.is_ascii_digit()));
            if !is_id || tactic.x_mitre_shortname.is_empty() || release.tactics.len() >= MAX_TACTICS {
                return Err(tactic.refuse("it is no tactic with an id, TA0001, and a short name".to_owned()));
            }
            release.push_tactic(TacticId(id.to_owned()), &tactic.x_mitre_shortname, &tactic.name);
        }
        if release.tactics.is_empty() {
            return Err(StixError::Lacking("its matrix names no tactic; take the whole bundle of a domain"));
        }
        Ok(())
    }

    /// The techniques; answers their ids by those of STIX.
    fn techniques(&self, release: &mut Release) -> Result<HashMap<String, TechniqueId>, StixError> {
        let mut ids = HashMap::new();
        for object in self.of("attack-pattern") {
            let Some(Ok(id)) = object.external_id().map(str::parse::<TechniqueId>) else {
                // Bundles hold a few old ones that never had an id of MITRE's.
                if object.in_use() {
                    return Err(
                        object.refuse("it has no id of MITRE's, T1003.001, among its references".to_owned())
                    );
                }
                continue;
            };
            if ids.len() >= MAX_KEPT {
                return Err(object.refuse(format!("there are more than {MAX_KEPT} techniques")));
            }
            ids.insert(object.id.clone(), id);
        }
        let mut revoked_by = HashMap::new();
        for own in self.relationships.iter().filter(|own| own.relationship_type == "revoked-by") {
            if let (Some(from), Some(to)) = (ids.get(&own.source_ref), ids.get(&own.target_ref)) {
                revoked_by.insert(from, to);
            }
        }
        // An id may have been given twice: what is in use stands before what is not.
        let mut objects: Vec<&Object> = self.of("attack-pattern").collect();
        objects.sort_by_key(|object| !object.in_use());
        for object in objects {
            let Some(id) = ids.get(&object.id) else { continue };
            let phases: Vec<&str> =
                object.kill_chain_phases.iter().map(|phase| phase.phase_name.as_str()).collect();
            release.techniques.push(Technique {
                id: id.clone(),
                name: object.name.clone(),
                parent: id.parent(),
                tactics: release.tactics_of(&phases.join(",")),
                platforms: object.x_mitre_platforms.clone(),
                status: match (object.revoked, object.deprecated) {
                    (true, _) => Status::Revoked,
                    (false, true) => Status::Deprecated,
                    (false, false) => Status::Active,
                },
                revoked_by: revoked_by.get(id).filter(|_| object.revoked).map(|next| (*next).clone()),
            });
        }
        Ok(ids)
    }

    fn actors(&self, techniques: &HashMap<String, TechniqueId>) -> Result<Vec<Actor>, StixError> {
        let mut actors: Vec<Actor> = Vec::new();
        let mut places = HashMap::new();
        for object in self.kept.iter().filter(|object| object.in_use()) {
            let kind = match object.kind.as_str() {
                "intrusion-set" => ActorKind::Group,
                "malware" | "tool" => ActorKind::Software,
                "campaign" => ActorKind::Campaign,
                _ => continue,
            };
            let Some(id) = object.external_id().filter(|id| is_actor(id)) else { continue };
            if actors.len() >= MAX_KEPT {
                return Err(object.refuse(format!("there are more than {MAX_KEPT} actors")));
            }
            let aliases = object.aliases.iter().chain(&object.x_mitre_aliases);
            places.insert(object.id.as_str(), actors.len());
            actors.push(Actor {
                id: id.to_owned(),
                kind,
                name: object.name.clone(),
                aliases: aliases.filter(|alias| **alias != object.name).cloned().collect(),
                techniques: Vec::new(),
                uses: Vec::new(),
                own: None,
            });
        }
        for own in self.relationships.iter().filter(|own| own.relationship_type == "uses") {
            let Some(&user) = places.get(own.source_ref.as_str()) else { continue };
            if let Some(technique) = techniques.get(&own.target_ref) {
                actors[user].techniques.push(technique.clone());
            } else if let Some(&used) = places.get(own.target_ref.as_str()) {
                let id = actors[used].id.clone();
                actors[user].uses.push(id);
            }
        }
        for actor in &mut actors {
            actor.uses.sort();
            actor.uses.dedup();
        }
        actors.sort_by(|one, other| one.id.cmp(&other.id));
        actors.dedup_by(|one, other| one.id == other.id);
        Ok(actors)
    }
}

/// `G0016`, `S0002`, `C0024`
fn is_actor(id: &str) -> bool {
    let digits = id.strip_prefix(['G', 'S', 'C']).unwrap_or_default();
    (4..=6).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit())
}

/// The tactics of the built-in releases of the domain that are no more: what their tables say took their place, else
/// what has their id now. A bundle itself does not say.
fn retired(release: &mut Release) {
    let short = |text: &str| {
        let tactic = release.tactics.iter().find(|own| own.short_name == text);
        tactic.map(|tactic| tactic.id.clone())
    };
    let mut found: Vec<RetiredTactic> = Vec::new();
    for built_in in Release::built_in().filter(|own| own.domain() == release.domain()) {
        let known = built_in.retired_tactics().iter().map(|own| {
            let names = built_in.tactics().iter().filter(|tactic| own.replaced_by.contains(&tactic.id));
            let replaced_by = names.filter_map(|tactic| short(&tactic.short_name)).collect();
            RetiredTactic { replaced_by, ..own.clone() }
        });
        let renamed = built_in.tactics().iter().map(|own| RetiredTactic {
            id: own.id.to_string(),
            short_name: own.short_name.clone(),
            name: own.name.clone(),
            replaced_by: release
                .tactics
                .iter()
                .filter(|new| new.id == own.id)
                .map(|new| new.id.clone())
                .collect(),
        });
        for one in known.chain(renamed) {
            let is_new = found.iter().all(|other| other.short_name != one.short_name);
            if is_new && short(&one.short_name).is_none() && !one.replaced_by.is_empty() {
                found.push(one);
            }
        }
    }
    release.retired = found;
}

/// The top of a bundle: `objects` is read as it comes, everything else is passed over.
struct Bundle<'a>(&'a mut Gathered);

impl<'de> DeserializeSeed<'de> for Bundle<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<(), D::Error> {
        json.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Bundle<'_> {
    type Value = ();

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a bundle with `objects`")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let mut found = false;
        while let Some(key) = map.next_key::<String>()? {
            if key == "objects" {
                map.next_value_seed(Objects(&mut *self.0))?;
                found = true;
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        if found { Ok(()) } else { Err(A::Error::missing_field("objects")) }
    }
}

struct Objects<'a>(&'a mut Gathered);

impl<'de> DeserializeSeed<'de> for Objects<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<(), D::Error> {
        json.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for Objects<'_> {
    type Value = ();

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a list of STIX objects")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        let gathered = self.0;
        loop {
            let number = gathered.objects + 1;
            let object = list.next_element::<Object>();
            let object = object.map_err(|error| A::Error::custom(format!("object {number}: {error}")))?;
            let Some(object) = object else { return Ok(()) };
            gathered.objects = number;
            if number > MAX_OBJECTS {
                return Err(A::Error::custom(format!("there are more than {MAX_OBJECTS} objects")));
            }
            gathered.take(object);
        }
    }
}

#[cfg(test)]
mod tests;
