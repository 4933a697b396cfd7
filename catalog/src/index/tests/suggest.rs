//! What is suggested while a hunter types.

use super::*;

fn shelf() -> Shelf {
    let mapped = |path: &str, technique: &str| {
        let id: TechniqueId = technique.parse().unwrap();
        let mapping = Release::current().map(&id);
        let tactics = (mapping.tactics.iter())
            .map(|id| TacticMapping { id: id.clone(), name: String::new(), from: TacticOrigin::Technique })
            .collect();
        put(path).with(|entry| {
            entry.procedure.techniques = vec![mapping];
            entry.procedure.tactics = tactics;
        })
    };
    Shelf::with([
        mapped("lsass.md", "T1003.001").title("Who reads the memory of LSASS").with(|entry| {
            entry.procedure.tags = vec!["Golden Ticket".into(), "azure".into()];
            entry.procedure.data_sources = vec!["scwx.process".into()];
            entry.updated_at = 1;
        }),
        mapped("sam.md", "T1003.002").title("Dumping the SAM").with(|entry| {
            entry.procedure.tags = vec!["azure".into()];
            entry.procedure.metadata.insert("severity".into(), json!("high"));
            entry.updated_at = 2;
        }),
        put("memory.md").title("Memory (of everything)"),
    ])
}

fn suggest(shelf: &Shelf, text: &str) -> Suggestions {
    let asked = Suggest { text: text.into(), at: None, limit: 20 };
    shelf.index.suggest(&asked, &Lexicon::of(Release::current())).unwrap()
}

/// `kind insert count`, without what nothing hunts.
fn told(suggestions: &Suggestions) -> Vec<String> {
    (suggestions.items.iter())
        .filter(|item| item.count != Some(0))
        .map(|item| {
            let count = item.count.map_or(String::new(), |count| format!(" {count}"));
            format!("{} {}{count}", item.kind.word(), item.insert)
        })
        .collect()
}

#[test]
fn values_of_a_field_come_with_counts_the_most_frequent_first() {
    let shelf = shelf();
    for (typed, first) in [
        ("tag:", &["tag tag:azure 2", "tag tag:\"Golden Ticket\" 1"][..]),
        ("-tag:tick", &["tag tag:\"Golden Ticket\" 1"]),
        ("tag:\"golden t", &["tag tag:\"Golden Ticket\" 1"]),
        ("data:pro", &["data data:process 1"]),
        ("tactic:cred", &["tactic tactic:credential-access 2"]),
        ("tactic:TA0006", &["tactic tactic:credential-access 2"]),
        ("technique:T1003", &["technique technique:T1003 2", "technique technique:T1003.001 1"]),
        ("technique:lsass", &["technique technique:T1003.001 1"]),
        ("repo:pl", &["repo repo:playbook 3"]),
        ("is:g", &["value is:good 3"]),
        ("in:ti", &["value in:title"]),
        ("severity:h", &["value severity:high 1"]),
    ] {
        let told = told(&suggest(&shelf, typed));
        assert_eq!(told[..told.len().min(first.len())], *first, "{typed}: {told:?}");
    }
}

#[test]
fn words_become_names_and_titles() {
    let shelf = shelf();
    let found = suggest(&shelf, "x lsass mem");
    assert_eq!((found.from, found.to), (2, 11), "both words are the name");
    assert!(told(&found).contains(&"technique technique:T1003.001 1".to_owned()), "{found:?}");

    let found = suggest(&shelf, "mem");
    let titles: Vec<_> = (found.items.iter())
        .filter(|item| item.kind == SuggestionKind::Procedure)
        .map(|item| item.label.as_str())
        .collect();
    assert_eq!(titles, ["Memory (of everything)", "Who reads the memory of LSASS"]);
    assert_eq!(
        found.items.iter().find_map(|item| item.procedure.clone()),
        Some((REPO.to_owned(), "id-memory.md".to_owned()))
    );
    assert!(told(&suggest(&shelf, "tac")).contains(&"field tactic:".to_owned()));
}

#[test]
fn an_actor_is_offered_by_any_of_its_names_and_found_when_taken() {
    let shelf = shelf();
    for typed in ["apt29", "cozy be", "G0016", "mimik"] {
        let found = suggest(&shelf, typed);
        let actor = found.items.iter().find(|item| item.kind == SuggestionKind::Actor).unwrap();
        assert!(actor.count > Some(0), "{typed}: {actor:?}");
        assert_eq!(Some(shelf.find(&actor.insert).total as u64), actor.count, "{typed}");
    }
}

#[test]
fn what_nothing_hunts_comes_last_marked_so() {
    let found = suggest(&shelf(), "dump");
    let counts: Vec<_> = found.items.iter().map(|item| item.count).collect();
    let first = counts.iter().position(|count| *count == Some(0)).unwrap();
    assert!(counts[first..].iter().all(|count| *count == Some(0)), "{found:?}");
    assert!(first > 0, "{found:?}");
}

#[test]
fn every_value_that_is_offered_finds_as_many_as_it_says() {
    let shelf = shelf();
    for field in ["tactic", "technique", "tag", "data", "platform", "author", "repo", "is", "severity"] {
        for item in suggest(&shelf, &format!("{field}:")).items {
            assert_eq!(Some(shelf.find(&item.insert).total as u64), item.count, "{item:?}");
        }
    }
}

#[test]
fn what_was_taken_out_is_offered_no_more() {
    let shelf = shelf();
    assert!(!suggest(&shelf, "tag:gold").items.is_empty());
    let batch = shelf.batch();
    batch.remove(REPO, "lsass.md").unwrap();
    batch.commit(json!({})).unwrap();
    assert!(suggest(&shelf, "tag:gold").items.is_empty());
    assert!(told(&suggest(&shelf, "lsass")).is_empty());
}

#[test]
fn nothing_is_offered_for_nothing() {
    let shelf = shelf();
    for typed in ["", " ", "a", "lsass ", "(", "\"", "nothing:x", "zzzz"] {
        assert!(suggest(&shelf, typed).items.is_empty(), "{typed}");
    }
}
