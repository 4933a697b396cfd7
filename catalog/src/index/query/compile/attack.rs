//! Tactics, techniques and actors in a query.

use super::super::known::Known;
use super::super::parse::Node;
use super::{Clause, Compiler, union};
use crate::attack::{Release, Status, TechniqueId};
use crate::index::analysis::fold;
use crate::index::schema::fact;
use tantivy::Score;
use tantivy::query::{BooleanQuery, EmptyQuery};

/// What it adds that a procedure is mapped to the technique whose name was typed, or to a sub-technique of it: more than
/// any mention of all its words. And what it adds that it is that very technique: as much again.
const NAMED_TECHNIQUE: Score = 40.0;
const NAMED_ITSELF: Score = 40.0;
/// What each technique adds that the named actor uses: less than a mention of the actor.
const ACTOR_TECHNIQUE: Score = 0.05;
/// What a tactic adds to the order when it is certain, and once more when its author named it.
const TACTIC_STEP: Score = 0.25;

impl<'l> Compiler<'_, 'l> {
    /// Words that are a name: what holds them, and what is mapped to what they name.
    pub(super) fn known(&mut self, words: &[Node], known: Known<'l>) -> tantivy::Result<Option<Clause>> {
        let (mut all, mut lifts) = (Vec::new(), Vec::new());
        for word in words {
            if let Some(clause) = self.node(word, &[])? {
                all.push(clause.must);
                lifts.extend(clause.lifts);
            }
        }
        if all.is_empty() {
            return Ok(None);
        }
        let all = if all.len() == 1 { all.remove(0) } else { Box::new(BooleanQuery::intersection(all)) };
        let mut any = vec![all];
        for id in &known.techniques {
            any.push(self.fact(fact::TECHNIQUE, &fold(id), 0.0));
            lifts.push(self.fact(fact::TECHNIQUE, &fold(id), NAMED_TECHNIQUE));
            lifts.push(self.fact(fact::TECHNIQUE_OWN, &fold(id), NAMED_ITSELF));
        }
        for actor in known.actors {
            for technique in &actor.techniques {
                any.push(self.fact(fact::TECHNIQUE, &fold(technique.as_str()), ACTOR_TECHNIQUE));
            }
            if !self.actors.contains(&actor) {
                let what = match &actor.own {
                    Some(own) => format!("an actor of {}'s own", own.repo),
                    None => format!("a {} of ATT&CK", actor.kind.word()),
                };
                self.hints.push(format!(
                    "{} is {what}: what hunts one of its {} techniques is found, too.",
                    actor.name,
                    actor.techniques.len()
                ));
                self.actors.push(actor);
            }
        }
        Ok(union(any).map(|must| Clause { must, lifts }))
    }

    pub(super) fn tactic(&mut self, value: &str) -> Clause {
        let tactics = self.release.expand(value);
        if tactics.is_empty() {
            self.hints
                .push(format!("ATT&CK {} has no tactic \u{201c}{value}\u{201d}.", self.release.version()));
            return Clause::new(EmptyQuery);
        }
        if self.release.tactic(value).is_none() {
            let now: Vec<&str> = (self.release.tactics().iter())
                .filter(|tactic| tactics.contains(&tactic.id))
                .map(|tactic| tactic.name.as_str())
                .collect();
            self.hints.push(format!(
                "\u{201c}{value}\u{201d} is no tactic of ATT&CK {} any more: it became {}.",
                self.release.version(),
                now.join(" and ")
            ));
        }
        let (mut any, mut lifts) = (Vec::new(), Vec::new());
        for tactic in &tactics {
            let id = fold(tactic.as_str());
            any.push(self.fact(fact::TACTIC, &id, 0.0));
            lifts.push(self.fact(fact::TACTIC_CERTAIN, &id, TACTIC_STEP));
            lifts.push(self.fact(fact::TACTIC_NAMED, &id, TACTIC_STEP));
        }
        Clause { must: union(any).unwrap_or_else(|| Box::new(EmptyQuery)), lifts }
    }

    pub(super) fn technique(&mut self, value: &str) -> Clause {
        let ids = technique_ids(self.release, value);
        if ids.is_empty() {
            self.hints
                .push(format!("ATT&CK {} has no technique \u{201c}{value}\u{201d}.", self.release.version()));
        }
        let any = ids.iter().map(|id| self.fact(fact::TECHNIQUE, &fold(id), 0.0)).collect();
        Clause { must: union(any).unwrap_or_else(|| Box::new(EmptyQuery)), lifts: Vec::new() }
    }
}

/// The ids under which procedures are filed that a text means: an id in any spelling (what replaced it, too), or a
/// technique's name.
pub(in crate::index) fn technique_ids(release: &Release, text: &str) -> Vec<String> {
    if let Ok(id) = text.parse::<TechniqueId>() {
        let replaced = release.map(&id).replaced_by;
        return std::iter::once(id.to_string()).chain(replaced).collect();
    }
    let named = release.named(text).filter(|technique| technique.status == Status::Active);
    named.map(|technique| technique.id.to_string()).collect()
}
