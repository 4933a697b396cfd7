//! What a release says of the technique ids in a file, and the file with the revoked ones replaced.
//!
//! Only ids in the metadata that names techniques are looked at, at the place where they stand: nothing else of the file
//! changes, not even its line endings.

use super::{Release, Status, TechniqueId};
use crate::notebook::{ipynb, myst};
use crate::repository::FieldMapping;

/// The key of nested mappings, in which the two halves of an id may stand apart.
const NESTED: &str = "attack_mappings";

/// An id in a file that the release does not have in use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stale {
    /// Line in the file, from 1.
    pub line: u32,
    /// The id as it is canonical.
    pub id: String,
    /// Its name, as far as it is known.
    pub name: String,
    /// What the release says of it.
    pub status: Status,
    /// What replaced it, in use.
    pub replaced_by: Option<TechniqueId>,
    /// Whether [`Remapped::text`] has the replacement: not where the id's halves stand apart.
    pub replaced: bool,
}

/// A file looked through for ids that a release does not have in use.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Remapped {
    /// The text with those replaced that can be.
    pub text: String,
    /// What was found, in the order of the file.
    pub stale: Vec<Stale>,
}

/// Looks through the text of a notebook, `MyST` or ipynb by its path.
pub fn remap(text: &str, path: &str, fields: &FieldMapping, release: &Release) -> Remapped {
    let regions = if ipynb::is_path(path) { in_json(text, fields) } else { in_front_matter(text, fields) };
    let mut remapped = Remapped::default();
    let mut at = 0;
    for (line, piece) in (1..).zip(text.split_inclusive('\n')) {
        let region = regions.iter().find(|region| region.from < at + piece.len() && at < region.to);
        match region {
            Some(region) => {
                let inside = region.from.saturating_sub(at)..(region.to - at).min(piece.len());
                look_through(piece, inside, line, region.apart, release, &mut remapped);
            }
            None => remapped.text.push_str(piece),
        }
        at += piece.len();
    }
    remapped
}

/// Where techniques are named.
struct Region {
    from: usize,
    to: usize,
    /// Whether the halves of an id may stand apart.
    apart: bool,
}

fn keys(fields: &FieldMapping) -> impl Iterator<Item = &str> {
    ["attack_technique_ids", NESTED].into_iter().chain(fields.techniques.iter().map(String::as_str))
}

/// From the line of a key to that of the next one beside it.
fn in_front_matter(text: &str, fields: &FieldMapping) -> Vec<Region> {
    let notebook = myst::read(text.as_bytes());
    let lines = &notebook.layout.front_matter_lines;
    let mut starts = vec![0];
    starts.extend(text.match_indices('\n').map(|(at, _)| at + 1));
    let start = |line: usize| starts.get(line.saturating_sub(1)).copied().unwrap_or(text.len());
    let end_of_block = starts
        .iter()
        .skip(1)
        .copied()
        .find(|at| text[*at..].starts_with("---") || text[*at..].starts_with("..."))
        .unwrap_or(text.len());
    let mut regions: Vec<Region> = Vec::new();
    for key in keys(fields) {
        let path = format!("hunting.{key}");
        let Some((_, line)) = lines.iter().find(|(own, _)| *own == path) else { continue };
        let below = |own: &str| {
            own.strip_prefix(&path).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
        };
        let next = lines.iter().filter(|(own, at)| at > line && !below(own)).map(|(_, at)| *at).min();
        let from = start(*line as usize);
        let to = next.map_or(end_of_block, |next| start(next as usize)).max(from);
        if !regions.iter().any(|region| region.from == from) {
            regions.push(Region { from, to, apart: key == NESTED });
        }
    }
    regions
}

/// From a key of the `hunting` block to the end of its list.
fn in_json(text: &str, fields: &FieldMapping) -> Vec<Region> {
    let Some(hunting) = text.rfind("\"hunting\"") else { return Vec::new() };
    let mut regions: Vec<Region> = Vec::new();
    for key in keys(fields).filter(|key| *key != NESTED) {
        let quoted = format!("\"{key}\"");
        let Some(from) = text[hunting..].find(&quoted).map(|at| hunting + at + quoted.len()) else {
            continue;
        };
        let to = text[from..].find(']').map_or(text.len(), |at| from + at);
        if !regions.iter().any(|region| region.from == from) {
            regions.push(Region { from, to, apart: false });
        }
    }
    regions
}

/// One line, of which a part is looked at.
fn look_through(
    line: &str,
    inside: std::ops::Range<usize>,
    number: u32,
    apart: bool,
    release: &Release,
    out: &mut Remapped,
) {
    let comment = line.find(" #").unwrap_or(line.len());
    let mut done = 0;
    for (start, end) in ids(line) {
        if start < inside.start || end > inside.end || start >= comment {
            continue;
        }
        let written = &line[start..end];
        let Ok(id) = written.parse::<TechniqueId>() else { continue };
        let mapping = release.map(&id);
        if mapping.status == Status::Active {
            continue;
        }
        let next = release.resolve(&id).map(|technique| technique.id.clone());
        let replaced = next.as_ref().filter(|_| !apart);
        if let Some(next) = replaced {
            out.text.push_str(&line[done..start]);
            out.text.push_str(&spelled_like(written, next.as_str()));
            done = end;
        }
        out.stale.push(Stale {
            line: number,
            id: mapping.id,
            name: mapping.name,
            status: mapping.status,
            replaced: replaced.is_some(),
            replaced_by: next,
        });
    }
    out.text.push_str(&line[done..]);
}

/// Where ids stand in a line: `T1059`, `T1059.001` or `T1059/001`, no letter or digit beside them.
fn ids(line: &str) -> Vec<(usize, usize)> {
    let bytes = line.as_bytes();
    let digits = |at: usize, count: usize| {
        bytes.get(at..at + count).is_some_and(|part| part.iter().all(u8::is_ascii_digit))
    };
    let word = |at: usize| bytes.get(at).is_some_and(|b| b.is_ascii_alphanumeric() || *b == b'_');
    let mut found = Vec::new();
    for (at, byte) in bytes.iter().enumerate() {
        if !byte.eq_ignore_ascii_case(&b't') || at > 0 && word(at - 1) || !digits(at + 1, 4) {
            continue;
        }
        let mut end = at + 5;
        if matches!(bytes.get(end), Some(b'.' | b'/')) && digits(end + 1, 3) && !word(end + 4) {
            end += 4;
        }
        if !word(end) {
            found.push((at, end));
        }
    }
    found
}

/// An id in the spelling of another: `t1059/001` where that is how it was written.
fn spelled_like(written: &str, id: &str) -> String {
    let id = if written.contains('/') { id.replace('.', "/") } else { id.to_owned() };
    if written.starts_with('t') { id.to_ascii_lowercase() } else { id }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn new(text: &str, path: &str) -> Remapped {
        remap(text, path, &FieldMapping::default(), Release::current())
    }

    const TEXT: &str = "---\r\nhunting:\r\n  id: a  # T1562.001 in a comment\r\n  attack_technique_ids:\r\n  - T1562.001  # was \
                        T1562.001\r\n  - 't1073'\r\n  - attack.t1003/001\r\n  - T9999\r\n  description: about \
                        T1562.001\r\njupytext:\r\n  text_representation: {format_name: myst}\r\n---\r\n\r\nT1562.001 in \
                        prose.\r\n";

    #[test]
    fn only_ids_in_the_list_change() {
        let remapped = new(TEXT, "a.md");
        let expected = TEXT.replace("  - T1562.001  #", "  - T1685  #").replace("'t1073'", "'t1574.001'");
        assert_eq!(remapped.text, expected);
        let told: Vec<_> =
            remapped.stale.iter().map(|stale| (stale.line, stale.id.as_str(), stale.replaced)).collect();
        assert_eq!(told, [(5, "T1562.001", true), (6, "T1073", true), (8, "T9999", false)]);
    }

    #[test]
    fn a_list_on_one_line_and_one_in_json_are_read_as_well() {
        let flow = "---\nhunting:\n  attack_technique_ids: [T1562.001, T1003]\n  tags: [T1562.001]\n---\n";
        assert_eq!(new(flow, "a.md").text, flow.replacen("T1562.001", "T1685", 1));
        let json = "{\"cells\": [{\"source\": \"T1562.001\"}], \"metadata\": {\"hunting\": {\"attack_technique_ids\": [\"T1562.001\"], \
                    \"tags\": [\"T1562.001\"]}}}";
        assert_eq!(new(json, "a.ipynb").text, json.replacen("[\"T1562.001\"", "[\"T1685\"", 1));
    }

    #[test]
    fn halves_that_stand_apart_are_told_and_left() {
        let text = "---\nhunting:\n  attack_mappings:\n  - technique: T1562\n    sub_technique: '001'\n---\n";
        let remapped = new(text, "a.md");
        assert_eq!(remapped.text, text);
        assert!(!remapped.stale[0].replaced && remapped.stale[0].replaced_by.is_some());
    }

    #[test]
    fn what_was_replaced_is_in_use() {
        let remapped = new(TEXT, "a.md");
        assert!(new(&remapped.text, "a.md").stale.iter().all(|stale| stale.status == Status::Unknown));
    }

    proptest! {
        #[test]
        fn nothing_is_lost(text in "(---\n)?(hunting:\n)?(  attack_technique_ids: ?\n)?((  - )?[Tt]1(073|562\\.001|003)[ ,.#/\n'é]?){0,6}(---\n)?\\PC{0,20}") {
            for path in ["a.md", "a.ipynb"] {
                let remapped = new(&text, path);
                prop_assert_eq!(remapped.text.matches('\n').count(), text.matches('\n').count());
                if remapped.stale.iter().all(|stale| !stale.replaced) {
                    prop_assert_eq!(&remapped.text, &text);
                }
            }
        }
    }
}
