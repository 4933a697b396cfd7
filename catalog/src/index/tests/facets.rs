//! Counts and choices.

use super::*;
use proptest::prelude::*;

fn counts(found: &Found, facet: &str) -> Vec<(String, u64)> {
    found.facets[facet].iter().map(|one| (one.value.clone(), one.count)).collect()
}

fn three() -> Shelf {
    Shelf::with([
        put("a.md")
            .technique("T1003.001")
            .tactic("TA0006", TacticOrigin::Author)
            .tag("Azure")
            .data("process"),
        put("b.md")
            .technique("T1003.002")
            .tactic("TA0006", TacticOrigin::Technique)
            .tag("azure")
            .data("auth"),
        put("c.md")
            .technique("T1059.001")
            .tactic("TA0002", TacticOrigin::Possible)
            .tag("linux")
            .data("process"),
    ])
}

#[test]
fn a_facet_ignores_its_own_choice_and_heeds_the_others() {
    let found = three().filter(|filters| {
        filters.tag = vec!["AZURE".into()];
        filters.data_source = vec!["scwx.process".into()];
    });
    assert_eq!(paths(&found), ["a.md"]);
    assert_eq!(counts(&found, "tag"), [("Azure".into(), 1), ("linux".into(), 1)]);
    assert_eq!(counts(&found, "data_source"), [("auth".into(), 1), ("process".into(), 1)]);
    assert_eq!(counts(&found, "tactic"), [("TA0006".into(), 1)]);
}

#[test]
fn tactics_come_in_matrix_order_with_their_names() {
    let found = three().find("");
    let tactics: Vec<(&str, u64)> =
        found.facets["tactic"].iter().map(|one| (&*one.label, one.count)).collect();
    assert_eq!(tactics, [("Execution", 1), ("Credential Access", 2)]);
}

#[test]
fn a_parent_counts_its_sub_techniques_and_finds_them() {
    let shelf = three();
    let found = shelf.find("");
    let parent = &found.facets["technique"][0];
    assert_eq!((&*parent.value, &*parent.label, parent.count), ("T1003", "T1003 OS Credential Dumping", 2));
    let labels: Vec<&str> = found.facets["technique"].iter().map(|one| &*one.label).collect();
    assert!(labels.contains(&"T1003.001 LSASS Memory"), "{labels:?}");
    for one in &found.facets["technique"] {
        let parent = one.value.split_once('.').map(|(parent, _)| parent);
        assert_eq!(one.parent.as_deref(), parent, "{}", one.value);
    }
    assert!(found.facets["tag"].iter().all(|one| one.parent.is_none()));
    assert_eq!(shelf.filter(|filters| filters.technique = vec!["attack.t1003".into()]).total, 2);
}

#[test]
fn several_values_of_one_facet_widen_it() {
    let shelf = three();
    assert_eq!(shelf.filter(|filters| filters.tag = vec!["azure".into(), "linux".into()]).total, 3);
}

#[test]
fn an_unknown_value_matches_nothing_and_is_shown_as_chosen() {
    let shelf = three();
    for choose in [
        (|filters, value| filters.tactic = vec![value]) as fn(&mut Filters, String),
        |filters, value| filters.technique = vec![value],
        |filters, value| filters.data_source = vec![value],
        |filters, value| filters.tag = vec![value],
        |filters, value| filters.platform = vec![value],
        |filters, value| filters.author = vec![value],
        |filters, value| filters.repo = vec![value],
        |filters, value| filters.standing = vec![value],
    ] {
        for value in ["nonsense", "", "\0"] {
            assert_eq!(shelf.filter(|filters| choose(filters, value.into())).total, 0);
        }
    }
    let found = shelf.filter(|filters| filters.tag = vec!["nonsense".into()]);
    assert_eq!(counts(&found, "tag").last(), Some(&("nonsense".into(), 0)));
}

#[test]
fn a_retired_tactic_filters_by_what_took_its_place() {
    let shelf = Shelf::with([put("a.md").tactic("TA0112", TacticOrigin::Author), put("b.md")]);
    let found = shelf.filter(|filters| filters.tactic = vec!["Defense Evasion".into()]);
    assert_eq!(paths(&found), ["a.md"]);
}

#[test]
fn a_revoked_technique_is_counted_as_what_replaced_it() {
    let shelf = Shelf::with([put("a.md").technique("T1562.001")]);
    let found = shelf.filter(|filters| filters.technique = vec!["T1562.001".into()]);
    assert_eq!(found.total, 1);
    assert!(counts(&found, "technique").contains(&("T1685".into(), 1)));
    assert!(!counts(&found, "technique").iter().any(|(value, _)| value == "T1562.001"));
}

#[test]
fn a_long_facet_lists_the_most_frequent_and_what_was_chosen() {
    let mut all: Vec<Put> = (0..60).map(|at| put(&format!("{at}.md")).tag(&format!("tag{at:02}"))).collect();
    all.push(put("more.md").tag("tag59"));
    let shelf = Shelf::with(all);
    let found = shelf.filter(|filters| filters.tag = vec!["tag58".into()]);
    let tags = counts(&found, "tag");
    assert_eq!(tags.len(), 51);
    assert_eq!(tags[0], ("tag59".into(), 2));
    assert_eq!(tags[50], ("tag58".into(), 1));
}

#[test]
fn deleted_entries_are_not_counted() {
    let shelf = three();
    let batch = shelf.batch();
    batch.remove(REPO, "a.md").unwrap();
    batch.commit(json!({})).unwrap();
    let found = shelf.find("");
    assert_eq!(found.total, 2);
    assert_eq!(counts(&found, "tactic"), [("TA0002".into(), 1), ("TA0006".into(), 1)]);
}

const TACTICS: [&str; 3] = ["TA0002", "TA0006", "TA0112"];
const TECHNIQUES: [&str; 5] = ["T1003", "T1003.001", "T1059.001", "T1562.001", "T1685"];
const TAGS: [&str; 4] = ["Azure", "azure", "linux", "tlp red"];
const DATA: [&str; 3] = ["process", "scwx.process", "auth"];
const STANDINGS: [Standing; 3] = [Standing::Good, Standing::Broken, Standing::Uncatalogued];

fn any_put(at: usize) -> impl Strategy<Value = Put> {
    let some = |list: &'static [&'static str]| proptest::sample::subsequence(list, 0..=2.min(list.len()));
    (some(&TACTICS), some(&TECHNIQUES), some(&TAGS), some(&DATA), 0..STANDINGS.len(), 0..4i64).prop_map(
        move |(tactics, techniques, tags, data, standing, second)| {
            let mut one = put(&format!("{at:02}.md")).title("Hunt").at(second).with(|entry| {
                entry.standing = STANDINGS[standing];
            });
            for tactic in tactics {
                one = one.tactic(tactic, TacticOrigin::Technique);
            }
            for technique in techniques {
                one = one.technique(technique);
            }
            for tag in tags {
                one = one.tag(tag);
            }
            for source in data {
                one = one.data(source);
            }
            if second < 3 {
                one = one.meta("status", json!(if second == 0 { "draft" } else { "Done" }));
            }
            one
        },
    )
}

fn any_filters() -> impl Strategy<Value = Filters> {
    let some = |list: &'static [&'static str]| {
        proptest::sample::subsequence(list, 0..=2.min(list.len()))
            .prop_map(|values| values.into_iter().map(str::to_owned).collect::<Vec<_>>())
    };
    (
        some(&["TA0002", "credential-access", "Defense Evasion", "nonsense"]),
        some(&["T1003", "T1003.001", "T1685", "T1562.001"]),
        some(&["process", "auth"]),
        some(&["azure", "Linux"]),
        some(&["good", "broken"]),
    )
        .prop_map(|(tactic, technique, data_source, tag, standing)| Filters {
            tactic,
            technique,
            data_source,
            tag,
            standing,
            ..Filters::default()
        })
}

fn chosen<'a>(filters: &'a mut Filters, facet: &str) -> &'a mut Vec<String> {
    match facet {
        "tactic" => &mut filters.tactic,
        "technique" => &mut filters.technique,
        "data_source" => &mut filters.data_source,
        "tag" => &mut filters.tag,
        "platform" => &mut filters.platform,
        "author" => &mut filters.author,
        "repo" => &mut filters.repo,
        "standing" => &mut filters.standing,
        further => filters.further.entry(further.to_owned()).or_default(),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, ..ProptestConfig::default() })]

    #[test]
    fn counts_are_the_totals_that_choosing_them_gives(
        puts in proptest::collection::vec(any::<u8>(), 1..12)
            .prop_flat_map(|seeds| (0..seeds.len()).map(any_put).collect::<Vec<_>>()),
        filters in any_filters(),
        word in prop_oneof![Just(""), Just("hunt"), Just("tag:azure"), Just("-technique:T1003")],
    ) {
        let shelf = Shelf::with_facet("status");
        shelf.put(puts);
        let search = Search { text: word.into(), filters: filters.clone(), limit: 1, ..Search::default() };
        let found = shelf.search(&search);
        for (facet, values) in &found.facets {
            for value in values {
                let mut narrowed = search.clone();
                *chosen(&mut narrowed.filters, facet) = vec![value.value.clone()];
                prop_assert_eq!(
                    shelf.search(&narrowed).total as u64, value.count, "{} {} under {:?}", facet, value.value, filters
                );
            }
        }
        for facet in ["tactic", "technique", "tag", "data_source", "standing", "status"] {
            let mut narrowed = search.clone();
            let own = chosen(&mut narrowed.filters, facet);
            if own.is_empty() {
                own.push("linux".into());
                prop_assert!(shelf.search(&narrowed).total <= found.total);
            }
        }
    }
}

#[test]
fn a_further_key_that_is_configured_is_counted_and_chosen_like_any_other_facet() {
    let shelf = Shelf::with_facet("review.state");
    shelf.put([
        put("a.md").meta("review", json!({"state": "Draft"})).tag("azure"),
        put("b.md").meta("review", json!({"state": ["done", "draft"]})),
        put("c.md").meta("review", json!({"state": "done"})).tag("azure"),
        put("d.md").meta("state", json!("draft")),
    ]);
    assert_eq!(counts(&shelf.find(""), "review.state"), [("done".to_owned(), 2), ("Draft".to_owned(), 2)]);
    let choose = |values: &[&str], tag: &[&str]| {
        let own = |values: &[&str]| values.iter().map(|value| (*value).to_owned()).collect::<Vec<_>>();
        shelf.filter(|filters| {
            filters.further.insert("review.state".into(), own(values));
            filters.further.insert("state".into(), vec!["no facet, not heeded".into()]);
            filters.tag = own(tag);
        })
    };
    let mut found = paths(&choose(&["draft"], &[]));
    found.sort();
    assert_eq!(found, ["a.md", "b.md"]);
    assert_eq!(
        counts(&choose(&["draft"], &[]), "review.state")[0],
        ("done".to_owned(), 2),
        "its own choice aside"
    );
    assert_eq!(choose(&["draft", "done"], &["azure"]).total, 2);
    assert_eq!(choose(&["never"], &[]).total, 0, "what nothing has widens nothing");
    let asked = choose(&["never"], &[]);
    assert_eq!(
        counts(&asked, "review.state").last(),
        Some(&("never".to_owned(), 0)),
        "and can be taken back"
    );
    assert!(!Shelf::new().find("").facets.contains_key("review.state"));
}

#[test]
fn coverage_counts_every_technique_of_the_results_and_heeds_no_choice_of_techniques() {
    let shelf = Shelf::with([
        put("a.md").title("One").technique("T1003.001"),
        put("b.md").title("One").technique("T1003.002").tag("windows"),
        put("c.md").title("Two").technique("T1562.001"),
    ]);
    let coverage = |text: &str, filters: Filters| {
        let search = Search { text: text.into(), filters, ..Search::default() };
        let coverage = shelf.index.coverage(&search, &Lexicon::of(Release::current())).unwrap();
        let told = coverage.techniques.iter().map(|(id, count)| format!("{id} {count}"));
        (coverage.total, told.collect::<Vec<_>>().join(", "))
    };
    let ones = "T1003 2, T1003.001 1, T1003.002 1";
    assert_eq!(coverage("one", Filters::default()), (2, ones.to_owned()));
    let chosen = Filters { technique: vec!["T1003.001".into()], ..Filters::default() };
    assert_eq!(coverage("one", chosen), (2, ones.to_owned()));
    let tagged = Filters { tag: vec!["windows".into()], ..Filters::default() };
    assert_eq!(coverage("", tagged), (1, "T1003 1, T1003.002 1".to_owned()));
    assert_eq!(coverage("two", Filters::default()).1, "T1562 1, T1562.001 1, T1685 1");
}
