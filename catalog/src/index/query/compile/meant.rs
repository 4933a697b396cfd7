//! Fields that there are not: read as words, and what was probably meant instead.

use super::super::parse::Node;
use super::{Clause, Compiler, Place};
use std::ops::Range;

/// A place of what was typed, and what was probably meant there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::index) struct Edit {
    /// Where, in bytes.
    pub(in crate::index) at: Range<usize>,
    /// What to put there.
    pub(in crate::index) put: String,
    /// How a hint says it.
    pub(in crate::index) said: String,
}

impl Edit {
    /// A lone word behind a dash, quoted: probably a switch.
    pub(super) fn quoting(root: &Node, spans: &[Range<usize>]) -> Option<Self> {
        let (Node::And(nodes), [at]) = (root, spans) else { return None };
        let [Node::Not(inner)] = nodes.as_slice() else { return None };
        let Node::Word { text, .. } = &**inner else { return None };
        // `NOT word` is longer.
        let said = format!("\"-{text}\"");
        (at.len() == text.len() + 1).then(|| Self { at: at.clone(), put: said.clone(), said })
    }

    /// The text with this edit made; none where it has no such place.
    pub(in crate::index) fn made(&self, text: &str) -> Option<String> {
        let (before, behind) = (text.get(..self.at.start)?, text.get(self.at.end..)?);
        Some(format!("{before}{}{behind}", self.put))
    }
}

impl Compiler<'_, '_> {
    /// Not a field that there is: read as words.
    pub(super) fn no_field(
        &mut self,
        name: &str,
        value: &str,
        places: &[Place],
    ) -> tantivy::Result<Option<Clause>> {
        let meant = match name {
            "source" | "sources" | "datasource" | "data_source" | "data_sources" | "data-source"
            | "table" => "data",
            "tactics" | "phase" => "tactic",
            "t" | "ttp" | "mitre" | "attack" | "techniques" | "attack_technique_ids" => "technique",
            "tags" | "label" => "tag",
            "platforms" | "os" => "platform",
            "by" | "authors" | "owner" => "author",
            "file" | "folder" | "filename" | "dir" => "path",
            "repository" | "project" => "repo",
            "status" | "standing" | "state" => "is",
            "date" | "changed" | "modified" => "updated",
            "collections" | "set" | "list" => "collection",
            "title" | "description" | "prose" | "code" | "query" => "in",
            _ => "",
        };
        let quoted =
            if value.contains(char::is_whitespace) { format!("\"{value}\"") } else { value.to_owned() };
        let said = match meant {
            "" => None,
            "in" => Some(format!("in:{name} {quoted}")),
            meant => Some(format!("{meant}:{quoted}")),
        };
        self.hints.push(match &said {
            Some(said) => format!("There is no field {name}:. Did you mean {said}? It was read as words."),
            None => format!("No procedure has a field {name}:. It was read as words."),
        });
        if let Some(said) = said {
            let alone = self.leaves.len() == 1;
            let written = self.leaves.iter().find(|(_, leaf)| {
                matches!(leaf, Node::Field { name: own, value: of } if own == name && of == value)
            });
            // `in:` holds for all words of its parentheses; here it is to hold for this one.
            let put = if meant == "in" && !alone { format!("({said})") } else { said.clone() };
            self.edits.extend(written.map(|(at, _)| Edit { at: at.clone(), put, said }));
        }
        if !self.not_fields.iter().any(|known| known == name) {
            self.not_fields.push(name.to_owned());
        }
        let words = [name, value].map(|text| Node::Word { text: text.to_owned(), prefix: false });
        self.all(&words, places)
    }
}
