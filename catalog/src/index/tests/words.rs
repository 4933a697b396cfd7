//! What words, phrases and fields find.

use super::*;

fn one() -> Shelf {
    Shelf::with([
        put("hunts/identity/lsass.md")
            .title("Read access to LSASS")
            .technique("T1003.001")
            .tactic("TA0006", TacticOrigin::Technique)
            .data("scwx.process")
            .tag("Golden Ticket")
            .prose("Adversaries dumping credentials, event 4688.")
            .code(r"cmd = 'rundll32.exe C:\\Windows\\System32\\comsvcs.dll -EncodedCommand HKLM\\Software\\Run'")
            .with(|entry| {
                entry.authors = vec!["Rosa Übermut".into()];
                entry.procedure.platforms = vec!["Windows".into()];
                entry.procedure.service = Some("taegis".into());
                entry.copyable = true;
                entry.updated_at = 1_772_323_200; // 2026-03-01
            })
            .meta("status", json!("production"))
            .meta("references", json!([{"url": "https://example.org/a"}])),
        put("hunts/cloud/other.md").title("Something else").prose("Nothing to see."),
    ])
}

fn finds(text: &str) {
    let shelf = one();
    assert_eq!(shelf.paths(text), ["hunts/identity/lsass.md"], "{text}");
}

fn misses(text: &str) {
    assert_eq!(one().find(text).total, 0, "{text}");
}

#[test]
fn a_sub_technique_is_found_by_its_name_and_by_its_parents() {
    finds("lsass memory");
    finds("\"os credential dumping\"");
    finds("T1003.001");
    finds("t1003");
}

#[test]
fn what_is_written_in_one_piece_is_found_whole_and_in_parts() {
    for text in
        ["rundll32", "rundll32.exe", "4688", "comsvcs", "System32", r"HKLM\Software\Run", "encodedcommand"]
    {
        finds(text);
    }
    finds(r"C:\Windows\System32\comsvcs.dll");
    finds("\"-EncodedCommand\"");
}

#[test]
fn what_is_written_apart_and_in_one_piece_meet() {
    let shelf = Shelf::with([
        put("a.md").prose("pass-the-hash with ProcessName"),
        put("b.md").prose("pass the hash with process name"),
    ]);
    assert_eq!(shelf.paths("pass-the-hash"), ["a.md", "b.md"]);
    assert_eq!(shelf.paths("\"pass the hash\""), ["a.md", "b.md"]);
    assert_eq!(shelf.paths("ProcessName"), ["a.md", "b.md"]);
    assert_eq!(shelf.paths("\"process name\""), ["a.md", "b.md"]);
}

#[test]
fn each_word_may_stand_in_another_part() {
    finds("lsass adversaries rundll32 golden rosa");
    misses("lsass nothing");
}

#[test]
fn words_are_found_in_every_form_and_without_accents() {
    finds("credential dump");
    finds("ubermut");
}

#[test]
fn the_last_word_matches_as_a_prefix() {
    finds("advers");
    finds("lsass adversari");
    finds("rundll32.e");
    misses("advers lsass");
    finds("advers* lsass");
}

#[test]
fn phrases_hold_their_order_and_do_not_leave_their_part() {
    finds("\"dumping credentials\"");
    misses("\"event adversaries\"");
    misses("\"lsass adversaries\"");
}

#[test]
fn words_are_left_out_and_alternatives_taken() {
    let shelf = one();
    assert_eq!(shelf.paths("-lsass"), ["hunts/cloud/other.md"]);
    assert_eq!(shelf.paths("lsass OR nothing").len(), 2);
    assert_eq!(shelf.paths("(lsass OR nothing) -dumping"), ["hunts/cloud/other.md"]);
    assert!(shelf.find("-EncodedCommand").hints[0].contains("quote it"));
}

#[test]
fn every_field_finds_what_it_names() {
    for text in [
        "tactic:TA0006",
        "tactic:credential-access",
        "tactic:\"Credential Access\"",
        "technique:T1003",
        "technique:T1003.001",
        "technique:\"LSASS Memory\"",
        "data:process",
        "data:scwx.process",
        "tag:\"golden ticket\"",
        "tag:golden",
        "platform:windows",
        "author:rosa",
        "author:\"Rosa Übermut\"",
        "path:hunts/identity",
        "path:identity/",
        "path:lsass.md",
        "repo:playbook lsass",
        "service:taegis",
        "is:copyable",
        "-is:unmapped",
        "updated:>=2026-01-01",
        "updated:2026-03",
        "status:production",
        "references.url:example.org",
        "in:title lsass",
        "in:prose adversaries",
        "in:code rundll32",
        "in:code comsvcs.dll",
        "in:prose \"dumping credentials\"",
        "in:technique \"credential dumping\"",
    ] {
        finds(text);
    }
    for text in [
        "tactic:TA0001",
        "technique:T1059",
        "data:auth",
        "repo:other",
        "is:broken",
        "updated:>2026-03-01 lsass",
        "status:draft",
        "in:title adversaries",
        "in:code adversaries",
        "in:title (in:code adversaries)",
    ] {
        misses(text);
    }
}

#[test]
fn an_unknown_value_of_a_field_finds_nothing_and_says_so() {
    let shelf = one();
    for text in ["tactic:nonsense", "technique:T9999x", "is:fine", "updated:yesterday"] {
        let found = shelf.find(text);
        assert_eq!((found.total, found.hints.len()), (0, 1), "{text}");
    }
}

#[test]
fn a_field_that_there_is_not_is_read_as_words() {
    let shelf = one();
    let found = shelf.find("source:process");
    assert_eq!(found.total, 0);
    assert_eq!(found.hints, ["There is no field source:. Did you mean data:process? It was read as words."]);
    finds("event:4688");
}

#[test]
fn what_was_probably_meant_can_be_searched_at_once() {
    let shelf = one();
    let meant = |text: &str| {
        let found = shelf.find(text);
        found.corrections.into_iter().map(|one| (one.said, one.query)).collect::<Vec<_>>()
    };
    let pair = |said: &str, query: &str| vec![(said.to_owned(), query.to_owned())];
    assert_eq!(meant("lsass -source:process x"), pair("data:process", "lsass -data:process x"));
    assert_eq!(meant("tags:\"golden ticket\""), pair("tag:\"golden ticket\"", "tag:\"golden ticket\""));
    assert_eq!(meant("Title:lsass"), pair("in:title lsass", "in:title lsass"));
    assert_eq!(meant("dumping Title:lsass"), pair("in:title lsass", "dumping (in:title lsass)"));
    assert_eq!(meant("(os:windows)"), pair("platform:windows", "(platform:windows)"));
    assert_eq!(meant("-enc"), pair("\"-enc\"", "\"-enc\""));
    assert!(meant("NOT enc").is_empty());
    assert!(meant("foo:bar lsass tag:golden").is_empty());
    assert_eq!(shelf.find("foo:bar source:x status:production").not_fields, ["foo", "source"]);
    assert_eq!(meant("lsas dumping"), pair("lsass", "lsass dumping"));
}

#[test]
fn a_retired_tactic_finds_what_took_its_place() {
    let shelf = Shelf::with([
        put("a.md").tactic("TA0112", TacticOrigin::Technique),
        put("b.md").tactic("TA0005", TacticOrigin::Author),
        put("c.md").tactic("TA0006", TacticOrigin::Author),
    ]);
    let found = shelf.find("tactic:defense-evasion");
    assert_eq!(paths(&found), ["b.md", "a.md"]);
    assert!(found.hints[0].contains("Stealth and Defense Impairment"), "{:?}", found.hints);
}

#[test]
fn a_revoked_technique_is_found_by_its_own_id_and_by_what_replaced_it() {
    let shelf = Shelf::with([put("old.md").technique("T1562.001"), put("new.md").technique("T1685")]);
    for text in ["technique:T1562.001", "technique:T1685"] {
        assert_eq!(shelf.paths(text), ["new.md", "old.md"], "{text}");
    }
    assert_eq!(shelf.paths("technique:T1562.001 -technique:T1562"), Vec::<String>::new());
}

#[test]
fn a_title_counts_more_than_a_mention() {
    let shelf = Shelf::with([
        put("mention.md").title("Other").prose("kerberoasting once, among many other words that say little"),
        put("title.md").title("Kerberoasting").prose("Other words that say little, for a whole long while"),
        put("filler.md").title("Nothing").prose("at all"),
    ]);
    assert_eq!(paths(&shelf.find("kerberoasting")), ["title.md", "mention.md"]);
}

#[test]
fn a_tactic_that_was_named_ranks_above_one_that_follows() {
    let shelf = Shelf::with([
        put("possible.md").tactic("TA0004", TacticOrigin::Possible).at(30),
        put("certain.md").tactic("TA0004", TacticOrigin::Technique).at(20),
        put("named.md").tactic("TA0004", TacticOrigin::Author).at(10),
    ]);
    let order = ["named.md", "certain.md", "possible.md"];
    assert_eq!(paths(&shelf.find("tactic:TA0004")), order);
    assert_eq!(paths(&shelf.filter(|filters| filters.tactic = vec!["TA0004".into()])), order);
}

#[test]
fn snippets_show_where_words_stand_and_escape_the_rest() {
    let shelf = Shelf::with([put("a.md")
        .title("LSASS <b>")
        .prose("Reads the memory of lsass.exe & more.")
        .code("x = 'lsass'")]);
    let found = shelf.find("lsass");
    let snippets: Vec<(&str, &str)> =
        found.hits[0].snippets.iter().map(|snippet| (&*snippet.field, &*snippet.html)).collect();
    assert_eq!(
        snippets,
        [
            ("title", "<mark>LSASS</mark> &lt;b&gt;"),
            ("prose", "Reads the memory of <mark>lsass.exe</mark> &amp; more."),
            ("code", "x = &#39;<mark>lsass</mark>&#39;"),
        ]
    );
    assert!(shelf.find("").hits[0].snippets.is_empty());
}

#[test]
fn a_search_never_fails_whatever_was_typed() {
    let shelf = one();
    for text in [
        "(((((((((((",
        "\"",
        "-",
        "a:b:c:",
        "updated:",
        "in:",
        "*",
        "a* b* c* d*",
        "OR OR",
        "资料 🦀",
        "\0\u{1}",
    ] {
        shelf.find(text);
    }
    shelf.find(&"((a OR -b) \"c d\" x:y ".repeat(100));
}

#[test]
fn what_the_readiness_of_a_repository_counts_can_be_asked_for() {
    let shelf = Shelf::with([
        put("lost.md").with(|entry| entry.metadata_ever_lost = true),
        put("old.md").technique("T1562.001"),
        put("sound.md").technique("T1003.001"),
    ]);
    assert_eq!(shelf.paths("is:metadata-lost"), ["lost.md"]);
    assert_eq!(shelf.paths("is:revoked"), ["old.md"]);
}

#[test]
fn a_phrase_that_only_later_procedures_hold_is_left_out() {
    let shelf = Shelf::with([
        put("a.md").title("One").prose("nothing"),
        put("b.md").title("Two").prose("nothing"),
        put("c.md").title("Three").prose("powershell -EncodedCommand"),
        put("d.md").title("Four").prose("command encoded"),
    ]);
    assert_eq!(shelf.paths("-EncodedCommand"), ["a.md", "b.md", "d.md"]);
    assert_eq!(shelf.paths("-\"encoded command\""), ["a.md", "b.md", "d.md"]);
    assert_eq!(shelf.paths("-(encoded command)"), ["a.md", "b.md"]);
}
