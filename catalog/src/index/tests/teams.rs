//! What teams say in their repositories, in searches: synonyms, actors of their own, collections.

use super::*;
use crate::team::Team;
use std::sync::Arc;

fn lexicon(file: &str, collections: &[(&str, &[&str])]) -> Lexicon {
    let mut team = Team::default();
    team.read_file(file.as_bytes(), &crate::attack::Releases::default());
    for (name, ids) in collections {
        let text = format!("title = {name:?}\nprocedures = {ids:?}");
        team.read_collection(&format!("collections/{name}.toml"), text.as_bytes());
    }
    for member in team.collections.iter_mut().flat_map(|collection| &mut collection.members) {
        member.id = Some(member.written.clone());
    }
    assert_eq!(team.problems, []);
    Lexicon::of_teams(Release::current(), &[(REPO.to_owned(), Arc::new(team))])
}

fn shelf() -> Shelf {
    let shelf = Shelf::new();
    let batch = shelf.batch();
    for (path, prose) in [
        ("a.md", "Finds pass the hash with a new logon."),
        ("b.md", "Looks for pth on the wire."),
        ("c.md", "The hash of a file that one may pass."),
        ("d.md", "Nothing of the kind."),
    ] {
        let mut put = put(path);
        put.text.prose = prose.to_owned();
        if path == "d.md" {
            put.entry.procedure.techniques = vec![Release::current().map(&"T1558.003".parse().unwrap())];
        }
        batch.put(&put.entry, &put.text).unwrap();
    }
    batch.commit(json!({})).unwrap();
    shelf
}

fn found(shelf: &Shelf, text: &str, lexicon: &Lexicon) -> (Vec<String>, Vec<String>) {
    let search = Search { text: text.into(), limit: 100, ..Search::default() };
    let found = shelf.index.search(&search, lexicon).unwrap();
    let mut paths = paths(&found);
    paths.sort();
    (paths, found.hints)
}

#[test]
fn either_of_two_synonyms_finds_both() {
    let shelf = shelf();
    let own = lexicon("[search.synonyms]\npth = [\"pass the hash\"]", &[]);
    for text in ["pth", "PTH", "\"pass the hash\"", "pass-the-hash", "pth (wire OR logon)"] {
        let (paths, hints) = found(&shelf, text, &own);
        assert_eq!(paths[..], ["a.md", "b.md"], "{text}");
        assert!(hints.iter().any(|hint| hint.starts_with("Also searched:")), "{text}: {hints:?}");
    }
    assert_eq!(
        found(&shelf, "pass the hash", &own).0,
        ["a.md", "b.md", "c.md"],
        "its words, or what it means"
    );
    assert_eq!(found(&shelf, "nothing OR pth", &own).0, ["a.md", "b.md", "d.md"]);
    assert_eq!(found(&shelf, "in:prose pth", &own).0, ["a.md", "b.md"]);
    assert_eq!(found(&shelf, "in:title pth", &own).0, [""; 0]);
    assert_eq!(found(&shelf, "pth", &Lexicon::of(Release::current())).0, ["b.md"]);
    // What is left out is left out as it is written.
    assert_eq!(found(&shelf, "-pth", &own).0, ["a.md", "c.md", "d.md"]);
    assert_eq!(found(&shelf, "hash pass", &own).0, ["a.md", "c.md"], "no phrase");
}

#[test]
fn synonyms_have_no_end_only_in_the_file() {
    let shelf = shelf();
    let others = |n: usize| (0..15).map(|m| format!("\"s{n}x{m}\"")).collect::<Vec<_>>().join(", ");
    let all = (0..20).map(|n| format!("w{n} = [{}]\n", others(n))).collect::<Vec<_>>().concat();
    let own = lexicon(&format!("[search.synonyms]\n{all}"), &[]);
    let text = (0..20).map(|n| format!("w{n}")).collect::<Vec<_>>().join(" OR ");
    let (_, hints) = found(&shelf, &text, &own);
    assert!(hints.iter().any(|hint| hint == "Only the first 32 synonyms were searched."), "{hints:?}");
}

#[test]
fn an_actor_of_a_teams_own_is_found_as_any_other() {
    let shelf = shelf();
    let own = lexicon(
        "[[actors]]\nname = \"Scarlet Otter\"\naliases = [\"SO-17\"]\ntechniques = [\"T1558.003\"]",
        &[],
    );
    for text in ["scarlet otter", "SO-17", "ScarletOtter"] {
        assert_eq!(found(&shelf, text, &own).0, ["d.md"], "{text}");
    }
    let search = Search { text: "scarlet otter".into(), limit: 1, ..Search::default() };
    let hit = shelf.index.search(&search, &own).unwrap();
    assert_eq!(
        hit.hits[0].snippets.last().unwrap().html,
        "covers <mark>T1558.003</mark>, used by Scarlet Otter (playbook)"
    );
    assert!(hit.hints[0].starts_with("Scarlet Otter is an actor of playbook's own"));
    assert_eq!(found(&shelf, "scarlet otter", &Lexicon::of(Release::current())).0, [""; 0]);
}

#[test]
fn a_collection_is_a_field_like_others() {
    let shelf = shelf();
    let own = lexicon("", &[("first", &["id-a.md", "id-d.md"]), ("second", &["id-d.md", "id-none"])]);
    assert_eq!(found(&shelf, "collection:first", &own).0, ["a.md", "d.md"]);
    assert_eq!(found(&shelf, "collection:Playbook/FIRST hash", &own).0, ["a.md"]);
    assert_eq!(found(&shelf, "collection:first collection:second", &own).0, ["d.md"]);
    assert_eq!(found(&shelf, "-collection:first", &own).0, ["b.md", "c.md"]);
    assert_eq!(found(&shelf, "collection:other/first", &own).0, [""; 0]);
    let (paths, hints) = found(&shelf, "collection:third", &own);
    assert!(paths.is_empty());
    assert_eq!(hints, ["There is no collection \u{201c}third\u{201d}."]);
    let all = Search { text: "collection:first".into(), ..Search::default() };
    assert_eq!(shelf.index.coverage(&all, &own).unwrap().of("T1558.003"), 1);
}

#[test]
fn a_page_of_other_words_begins_anew() {
    let shelf = shelf();
    let own = lexicon("[search.synonyms]\npth = [\"pass the hash\"]", &[]);
    let search = Search { text: "pth".into(), limit: 1, ..Search::default() };
    let next = shelf.index.search(&search, &own).unwrap().next;
    let again = Search { cursor: next, ..search };
    let hints = |lexicon: &Lexicon| shelf.index.search(&again, lexicon).unwrap().hints;
    assert!(!hints(&own).iter().any(|hint| hint.contains("begin anew")));
    assert!(hints(&Lexicon::of(Release::current())).iter().any(|hint| hint.contains("begin anew")));
}
