//! Words that are a name of ATT&CK: of a technique, its id too, or of an actor whose techniques are looked for as well.

use super::parse::{Node, parse};
use crate::attack::{Actor, EVERYDAY, TechniqueId};
use crate::team::Lexicon;
use std::ops::Range;

/// Most words of a name.
const WORDS: usize = 8;
/// Shortest name that is looked for among other words, in letters and digits: `at` is a technique, `net` is software.
const SHORTEST: usize = 4;

/// Most names of actors in one query: each is a search for all of its techniques.
const ACTORS: usize = 4;

/// Words that are a name.
#[derive(Debug)]
pub(in crate::index) struct Known<'a> {
    /// Which of the nodes they are.
    pub(in crate::index) at: Range<usize>,
    /// Ids of the techniques that have the name or id, in use or not, with those that replaced them.
    pub(in crate::index) techniques: Vec<String>,
    /// Actors of the name.
    pub(in crate::index) actors: Vec<&'a Actor>,
}

/// The names among words that stand beside each other, the longest first, no word in two of them.
pub(in crate::index) fn names<'a>(nodes: &[Node], lexicon: &'a Lexicon) -> Vec<Known<'a>> {
    let (release, actors) = (lexicon.release(), lexicon.actors());
    let mut found: Vec<Known<'a>> = Vec::new();
    let mut start = 0;
    while start < nodes.len() {
        let run = nodes[start..].iter().take(WORDS).map_while(word).collect::<Vec<_>>();
        let known = (1..=run.len()).rev().find_map(|count| {
            let name = run[..count].join(" ");
            let long = name.chars().filter(|c| c.is_alphanumeric()).count() >= SHORTEST;
            let mut techniques: Vec<String> = Vec::new();
            let by_id = name.parse::<TechniqueId>().ok().and_then(|id| release.technique(&id));
            let by_name = release.named(&name).filter(|_| long || count == nodes.len());
            for technique in by_id.into_iter().chain(by_name) {
                let replaced = release.resolve(&technique.id).map(|next| next.id.to_string());
                for id in std::iter::once(technique.id.to_string()).chain(replaced) {
                    if !techniques.contains(&id) {
                        techniques.push(id);
                    }
                }
            }
            let everyday = EVERYDAY.contains(&name.to_lowercase().as_str());
            let room = found.iter().filter(|known| !known.actors.is_empty()).count() < ACTORS;
            let actors: Vec<_> = if long && !everyday && room { actors.find(&name) } else { Vec::new() };
            let at = start..start + count;
            (!techniques.is_empty() || !actors.is_empty()).then_some(Known { at, techniques, actors })
        });
        start = known.as_ref().map_or(start + 1, |known| known.at.end);
        found.extend(known);
    }
    found
}

/// Whether words are taken for the name of an actor.
pub(in crate::index) fn is_actor(name: &str, lexicon: &Lexicon) -> bool {
    match parse(name).root {
        Node::And(nodes) => {
            let whole = 0..nodes.len();
            names(&nodes, lexicon).iter().any(|known| known.at == whole && !known.actors.is_empty())
        }
        _ => false,
    }
}

pub(super) fn word(node: &Node) -> Option<&str> {
    match node {
        Node::Word { text, .. } | Node::Phrase(text) => Some(text),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::attack::Release;

    fn told(text: &str) -> Vec<String> {
        let Node::And(nodes) = parse(text).root else { panic!("a query is an and") };
        let name = |known: &Known<'_>| {
            let actors = known.actors.iter().map(|actor| actor.id.as_str());
            format!(
                "{:?} {}",
                known.at,
                known.techniques.iter().map(String::as_str).chain(actors).collect::<Vec<_>>().join(",")
            )
        };
        names(&nodes, &Lexicon::of(Release::current())).iter().map(name).collect()
    }

    #[test]
    fn names_of_techniques_and_actors_are_found_among_words() {
        assert_eq!(told("lsass memory"), ["0..2 T1003.001"]);
        assert_eq!(told("OS Credential Dumping: LSASS Memory"), ["0..5 T1003.001"]);
        assert_eq!(told("windows \"cozy bear\" lateral"), ["1..2 G0016,S0046"]);
        assert_eq!(
            told("Disable or Modify Tools")[0].split(',').count(),
            2,
            "what it was and what replaced it"
        );
        assert_eq!(told("t1562.001"), ["0..1 T1562.001,T1685"]);
        assert!(told("net at reg page").is_empty());
        assert!(told("at")[0].contains("T1053.002"), "alone it is the technique");
        assert!(told("tactic:execution rundll").is_empty());
        assert_eq!(told("mimikatz ryuk conti emotet qakbot trickbot").len(), ACTORS);
    }
}
