use super::*;
use proptest::prelude::*;

fn read(text: &str) -> Team {
    let mut team = Team::default();
    team.read_file(text.as_bytes(), &Releases::default());
    team
}

fn collection(text: &str) -> Team {
    let mut team = Team::default();
    team.read_collection("collections/first.toml", text.as_bytes());
    team
}

/// Each problem in a line: where, how bad, what.
fn told(team: &Team) -> Vec<String> {
    let one = |wrong: &Wrong| {
        format!("{} {:?} {}", wrong.diagnostic.line, wrong.diagnostic.severity, wrong.diagnostic.message)
    };
    team.problems.iter().map(one).collect()
}

const WHOLE: &str = r#"
[attack]
release = "18.1"

[search.synonyms]
pth = ["pass the hash", "overpass the  hash"]
"golden ticket" = ["forged TGT"]

[[actors]]
name = "Scarlet Otter"
aliases = ["SO-17", "UNC 9917"]
techniques = ["T1003.001", "t1558/003", "T1003.001"]
url = "https://intel.example/otter"
note = """
Seen twice.

Likes RDP."""

[[actors]]
name = "Übler Bär"
"#;

#[test]
fn a_whole_file_is_read() {
    let team = read(WHOLE);
    assert!(team.problems.is_empty(), "{:?}", told(&team));
    assert_eq!(team.release(&Releases::default()).unwrap().version(), "18.1");
    let alike: Vec<_> = team.synonyms.iter().map(|group| group.alike.join(" = ")).collect();
    assert_eq!(alike, ["pth = pass the hash = overpass the hash", "golden ticket = forged TGT"]);
    assert_eq!(team.synonyms[0].line, 6);
    let otter = &team.actors[0];
    assert_eq!((otter.slug.as_str(), otter.line), ("scarlet-otter", 9));
    assert_eq!(otter.aliases, ["SO-17", "UNC 9917"]);
    assert_eq!(
        otter.techniques.iter().map(ToString::to_string).collect::<Vec<_>>(),
        ["T1003.001", "T1558.003"]
    );
    assert_eq!(otter.url.as_deref(), Some("https://intel.example/otter"));
    assert_eq!(otter.note, "Seen twice.\n\nLikes RDP.");
    assert_eq!(team.actors[1].slug, "übler-bär");
}

#[test]
fn what_the_linter_cannot_read_is_said_with_its_line() {
    assert_eq!(told(&read("[lint]\ncell-lines = 80\n")), [""; 0]);
    let team = read("[search.synonyms]\npth = [\"pass the hash\"]\n[lint]\ncell-lines = \"many\"\n");
    assert_eq!(team.problems[0].diagnostic.line, 4);
    assert_eq!(team.synonyms.len(), 1);
}

#[test]
fn what_is_wrong_is_said_with_its_line_and_takes_nothing_else_along() {
    let team = read(
        r#"[attack]
release = "3.0"
colour = 1
[linting]
strict = true
[search.synonyms]
alone = []
n = 5
ok = ["fine", 7, "a \" b", "OK"]
[[actors]]
name = "Otter"
techniques = ["T1003", "T9999", "lsass"]
url = "javascript:alert(1)"
[[actors]]
name = "otter"
[[actors]]
aliases = "Nobody"
"#,
    );
    assert_eq!(
        told(&team),
        [
            "2 Error there is no ATT&CK release \"3.0\" here: the repository is held to the server's",
            "3 Warning there is no key `colour` in [attack]: it is not used",
            "4 Warning there is no table `linting` here: it is not used",
            "7 Warning nothing stands beside \"alone\": it is not used",
            "8 Error `n` of [search.synonyms] is a number where a list of texts in brackets is expected; it is not used",
            "9 Error `ok` of [search.synonyms] is a number where text in quotation marks is expected; it is not used",
            "9 Warning \"a \\\" b\" can be no synonym: it is not used",
            "12 Warning T9999 is in no release of ATT&CK that is known here: it is not used",
            "12 Warning \"lsass\" is no technique id: it is not used",
            "13 Warning \"javascript:alert(1)\" is no address of a page: it is not used",
            "14 Warning \"otter\" stands in line 10 already: this one is not used",
            "16 Error an actor without a name: it is not used",
        ]
    );
    assert_eq!(team.synonyms[0].alike, ["ok", "fine"]);
    assert_eq!(team.actors.len(), 1);
    assert!(
        team.problems.iter().all(|wrong| !wrong.diagnostic.blocking && !wrong.diagnostic.help.is_empty())
    );
}

#[test]
fn what_is_no_toml_gives_nothing_and_says_so() {
    let team = read("[attack]\nrelease = \"18.1\"\n[search\n");
    assert!(told(&team)[0].starts_with("3 Error the file cannot be read as TOML, and nothing of it is used"));
    assert_eq!(team.attack_release, None);
    assert!(told(&read("\u{feff}[attack]\n")).is_empty());
    let mut team = Team::default();
    team.read_file(b"a = 1\nb = \"\xff\"\n", &Releases::default());
    team.read_file(&vec![b'#'; MAX_FILE + 1], &Releases::default());
    assert!(told(&team)[0].starts_with("2 Error the file is not UTF-8"));
    assert!(told(&team)[1].contains("nothing of it is used"));
    for kind in ["attack = 1", "search = []", "actors = \"x\"", "actors = [1]", "search.synonyms = 2"] {
        assert_eq!(read(kind).problems.len(), 1, "{kind}");
    }
}

#[test]
fn a_collection_is_read_in_its_order() {
    let team = collection(
        "title = \"Start here\"\nwhy = \"One a day.\"\nowner = \"Maren\"\nprocedures = [\n  \"b\",\n  \"a\",\n  \"b\",\n]\nsection = 1\n",
    );
    assert_eq!(
        told(&team),
        [
            "7 Warning \"b\" stands in line 5 already",
            "9 Warning there is no key `section` here: it is not used"
        ]
    );
    let first = &team.collections[0];
    assert_eq!(
        (first.name.as_str(), first.title.as_str(), first.owner.as_deref()),
        ("first", "Start here", Some("Maren"))
    );
    let members: Vec<_> = first.members.iter().map(|member| (member.written.as_str(), member.line)).collect();
    assert_eq!(members, [("b", 5), ("a", 6)]);
}

#[test]
fn a_collection_that_cannot_be_shown_says_why() {
    assert!(told(&collection("procedures = [\"a\"]"))[0].contains("without a title"));
    assert!(told(&collection("title = \"A\"\nprocedures = []"))[0].contains("without procedures"));
    let mut team = Team::default();
    team.read_collection("collections/what is this.toml", b"title = \"A\"\nprocedures = [\"a\"]");
    assert!(told(&team)[0].contains("can name no collection"));
    assert!(team.collections.is_empty());
}

#[test]
fn every_size_is_bounded() {
    let ids = |count| (0..count).map(|n| format!("\"id-{n}\"")).collect::<Vec<_>>().join(", ");
    let team = collection(&format!("title = \"A\"\nprocedures = [{}]", ids(MAX_MEMBERS + 1)));
    assert_eq!(team.collections[0].members.len(), MAX_MEMBERS);
    assert_eq!(team.problems.len(), 1);
    let lines =
        (0..=MAX_SYNONYMS).map(|n| format!("word{n} = [\"other{n}\"]\n")).collect::<Vec<_>>().concat();
    let team = read(&format!("[search.synonyms]\n{lines}"));
    assert_eq!((team.synonyms.len(), team.problems.len()), (MAX_SYNONYMS, 1));
    let actors =
        (0..=MAX_ACTORS).map(|n| format!("[[actors]]\nname = \"actor {n}\"\n")).collect::<Vec<_>>().concat();
    let team = read(&actors);
    assert_eq!((team.actors.len(), team.problems.len()), (MAX_ACTORS, 1));
    let many = (0..500).map(|n| format!("key{n} = 1\n")).collect::<Vec<_>>().concat();
    assert_eq!(read(&many).problems.len(), MAX_PROBLEMS);
    // Neither deep brackets nor long dotted keys exhaust the stack.
    assert_eq!(read(&format!("a = {}", "[".repeat(100_000))).problems.len(), 1);
    assert_eq!(read(&format!("{}a = 1", "a.".repeat(100_000))).problems.len(), 1);
    assert_eq!(read(&format!("[{}a]", "a.".repeat(100_000))).problems.len(), 1);
}

#[test]
fn a_lexicon_says_what_all_repositories_say() {
    let mut hunts = read(WHOLE);
    hunts.read_collection("collections/first.toml", b"title = \"First\"\nprocedures = [\"a\"]");
    let mut others = read("[search.synonyms]\nPTH = [\"wce\"]");
    others.read_collection("collections/first.toml", b"title = \"Other\"\nprocedures = [\"a\"]");
    let release = Release::current();
    let lexicon = Lexicon::of_teams(
        release,
        &[("hunts".to_owned(), hunts.into()), ("others".to_owned(), others.into())],
    );
    assert_eq!(lexicon.alike("pth"), ["pass the hash", "overpass the hash", "wce"]);
    assert_eq!(lexicon.alike("Pass-the-Hash"), ["pth", "overpass the hash"]);
    assert!(lexicon.alike("hash").is_empty());
    let otter = lexicon.actors().get("hunts:scarlet-otter").unwrap();
    assert_eq!(lexicon.actors().find("so 17"), [otter]);
    assert!(lexicon.actors().using("T1558.003").any(|actor| actor == otter));
    assert_eq!(otter.own.as_ref().unwrap().repo, "hunts");
    assert_eq!(lexicon.collections_named("First").len(), 2);
    assert_eq!(lexicon.collections_named("others/first")[0].collection.title, "Other");
    assert!(lexicon.collections_named("hunts/other").is_empty());
    assert!(Lexicon::of(release).actors().get("hunts:scarlet-otter").is_none());
    assert_ne!(lexicon.fingerprint(), Lexicon::of(release).fingerprint());
    let silent = Lexicon::of_teams(release, &[("hunts".to_owned(), std::sync::Arc::default())]);
    assert_eq!(
        silent.fingerprint(),
        Lexicon::of(release).fingerprint(),
        "a page goes on once nothing was read"
    );
}

/// Text that is more often nearly right than noise.
fn files() -> impl Strategy<Value = String> {
    let line = prop_oneof![
        Just("[attack]".to_owned()),
        Just("[search.synonyms]".to_owned()),
        Just("[[actors]]".to_owned()),
        "(release|name|aliases|techniques|url|note|title|why|owner|procedures|x) = (\"[^\"\n]{0,12}\"|[0-9]{1,3}|true)",
        "[a-z]{1,5}(\\.[a-z]{1,5})? = \\[(\"[^\"\n]{0,9}\", ){0,4}\\]",
        "[a-z]{1,3} = \\{ [a-z] = \\[\\], [a-z]{2} = [0-9] \\}",
        "\\PC{0,20}",
    ];
    prop::collection::vec(line, 0..24).prop_map(|lines| lines.join("\n"))
}

proptest! {
    #[test]
    fn any_text_is_read_within_bounds(text in files()) {
        let mut team = read(&text);
        team.read_collection("collections/first.toml", text.as_bytes());
        let lines = u32::try_from(text.lines().count()).unwrap().max(1);
        prop_assert!(team.problems.len() <= 2 * MAX_PROBLEMS);
        for wrong in &team.problems {
            prop_assert!(wrong.diagnostic.line <= lines + 1, "{}: {text:?}", wrong.diagnostic.line);
            prop_assert!(!wrong.diagnostic.message.contains('\n'));
            prop_assert!(wrong.diagnostic.message.chars().count() < 700);
        }
        for group in &team.synonyms {
            prop_assert!((2..=MAX_ALIKE).contains(&group.alike.len()));
        }
        for actor in &team.actors {
            prop_assert!(!actor.slug.is_empty() && actor.name.chars().count() <= MAX_NAME);
        }
        for collection in &team.collections {
            prop_assert!((1..=MAX_MEMBERS).contains(&collection.members.len()));
        }
    }

    #[test]
    fn any_bytes_are_read(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let mut team = Team::default();
        team.read_file(&bytes, &Releases::default());
        team.read_collection("collections/first.toml", &bytes);
    }
}

#[test]
fn what_is_no_file_of_a_team_is_a_problem_and_nothing_worse() {
    let deep = ["a = ", &"[".repeat(20_000)].concat();
    let tables = format!("[{}]", vec!["a"; 20_000].join("."));
    let inline = ["a = ", &"{ b = ".repeat(20_000)].concat();
    for text in
        [deep.as_str(), &tables, &inline, "a = \u{0}", "\u{feff}[", "[[actors]]\n".repeat(2_000).as_str()]
    {
        let team = read(text);
        assert!(!team.problems.is_empty() && team.problems.len() <= MAX_PROBLEMS);
        assert!(team.actors.is_empty() && !collection(text).problems.is_empty());
    }
    for bytes in [&b"\xff\xfe[\x00"[..], b"title = \"\xc3\x28\""] {
        let mut team = Team::default();
        team.read_file(bytes, &Releases::default());
        team.read_collection("collections/a.toml", bytes);
        assert!(team.problems.len() >= 2 && team.collections.is_empty());
    }
    assert!(read("").problems.is_empty(), "a file that says nothing is none");
    assert!(!collection("").problems.is_empty(), "a collection of nothing is");
}
