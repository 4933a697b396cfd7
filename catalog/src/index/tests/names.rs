//! What the names of techniques and actors find, and what a misspelt word finds.

use super::*;

fn hunts() -> Shelf {
    Shelf::with([
        put("mapped.md")
            .title("Who reads it")
            .technique("T1003.001")
            .prose("Handles opened with odd rights."),
        put("mentions.md")
            .title("Notes on LSASS memory")
            .prose("LSASS memory, LSASS memory and LSASS memory again."),
        put("old.md").title("Tools switched off").technique("T1562.001").prose("Sensors that stop."),
        put("new.md").title("Tools switched off, anew").technique("T1685").prose("Sensors that stop."),
        put("other.md")
            .title("Something else")
            .technique("T1566.001")
            .prose("Kerberoasting of service tickets."),
    ])
}

#[test]
fn the_name_of_a_technique_lifts_what_is_mapped_to_it_above_what_mentions_it() {
    let found = hunts().find("LSASS Memory");
    assert_eq!(paths(&found), ["mapped.md", "mentions.md"]);
    assert_eq!(paths(&hunts().find("OS Credential Dumping: LSASS Memory"))[0], "mapped.md");
}

#[test]
fn the_very_technique_comes_before_its_sub_techniques_however_often_these_say_its_words() {
    let words = "Steal or forge Kerberos tickets";
    let fillers = (0..60).map(|at| put(&format!("filler{at}.md")).prose("Something else entirely."));
    let shelf = Shelf::with(fillers.chain([
        put("sub.md").title(words).technique("T1558.003").prose(&format!("{words}. ").repeat(20)),
        put("itself.md").technique("T1558").prose(&"One word and another. ".repeat(100)),
        put("mentions.md").title(words).prose(&format!("{words}. ").repeat(20)),
    ]));
    assert_eq!(paths(&shelf.find(words)), ["itself.md", "sub.md", "mentions.md"]);
}

#[test]
fn the_name_that_a_technique_had_finds_what_is_mapped_to_its_successor() {
    let name = Release::current().technique("T1562.001").unwrap().name.clone();
    assert_eq!(hunts().paths(&name), ["new.md", "old.md"]);
}

#[test]
fn an_actor_finds_what_hunts_its_techniques_and_says_so() {
    let shelf = hunts();
    let found = shelf.find("mimikatz");
    let hit = found.hits.iter().find(|hit| hit.entry.path == "mapped.md").unwrap();
    let told = hit.snippets.iter().find(|snippet| snippet.field == "actor").unwrap();
    assert_eq!(told.html, "covers <mark>T1003.001</mark>, used by Mimikatz");
    assert!(
        found.hints.iter().any(|hint| hint.starts_with("Mimikatz is a software of ATT&CK")),
        "{:?}",
        found.hints
    );
    assert!(paths(&found).iter().all(|path| path != "mentions.md"));
    assert!(shelf.find("APT29").total > 0);
    assert_eq!(shelf.find("mimikatz sensors").total, 0, "every word still has to be there");
    assert_eq!(shelf.find("-mimikatz").total, 5, "what is left out is the word");
}

#[test]
fn a_misspelt_word_is_forgiven_only_where_nothing_was_found_and_said() {
    let shelf = hunts();
    let found = shelf.find("kerberosting");
    assert_eq!(paths(&found), ["other.md"]);
    assert_eq!(
        found.hints[0],
        "No procedure has \u{201c}kerberosting\u{201d}. Shown is what has \u{201c}kerberoasting\u{201d}."
    );
    assert!(shelf.find("kerberoasting").hints.is_empty());
    let endless = format!("k{}", "erberosting".repeat(20));
    for text in
        [endless.as_str(), "zzzzzz", "xkerberoasting", "handles sensors", "ker", "-kerberosting title:x"]
    {
        assert!(shelf.find(text).hints.iter().all(|hint| !hint.contains("Shown is")), "{text}");
    }
}

#[test]
fn a_filter_never_widens_a_search_that_was_mended() {
    let shelf = hunts();
    let search = |filters| Search { text: "kerberosting".into(), filters, limit: 10, ..Search::default() };
    let all = shelf.search(&search(Filters::default())).total;
    let filters = Filters { technique: vec!["T1003.001".into()], ..Filters::default() };
    assert!(shelf.search(&search(filters)).total <= all);
}

#[test]
fn a_search_that_was_mended_has_further_pages() {
    let shelf =
        Shelf::with((0..5).map(|at| put(&format!("{at}.md")).prose("Kerberoasting of tickets.").at(at)));
    let page =
        |cursor| shelf.search(&Search { text: "kerberosting".into(), limit: 2, cursor, ..Search::default() });
    let (mut seen, mut cursor) = (Vec::new(), None);
    loop {
        let found = page(cursor);
        assert!(found.hints.iter().all(|hint| !hint.contains("begin anew")), "{:?}", found.hints);
        seen.extend(paths(&found));
        cursor = found.next;
        if cursor.is_none() {
            break;
        }
    }
    assert_eq!(seen, ["4.md", "3.md", "2.md", "1.md", "0.md"]);
}
