//! What cannot be read becomes a problem that says where and why, and harms nothing else.

use acceptance::{Repository, Server, Settings, procedure};
use serde_json::Value;
use std::sync::LazyLock;

struct Harmed {
    server: Server,
    _repository: Repository,
}

static HARMED: LazyLock<Harmed> = LazyLock::new(|| {
    let mut repository = Repository::new("hunts");
    let good = procedure("good", "The good one", "T1003.001", "Nothing is wrong here.");
    let broken_yaml = procedure("yaml", "Broken YAML", "T1003.001", "Prose.")
        .replace("hunting:\n", "hunting:\n\tbad: [unclosed\n");
    let mut latin1 = procedure("latin1", "Not UTF-8", "T1003.001", "caf").into_bytes();
    let place = latin1.windows(5).rposition(|window| window == b"\ncaf\n").expect("it is there");
    latin1.insert(place + 4, 0xe9);
    let mut large = procedure("large", "Too large", "T1003.001", "Prose.").into_bytes();
    for line in 0..1_200_000 {
        large.extend_from_slice(format!("Line {line} of very many.\n").as_bytes());
    }
    let script = procedure(
        "script",
        "Hostile markup",
        "T1059.007",
        "<script>alert(1)</script> <img src=x onerror=alert(2)> <a href=\"javascript:alert(3)\">x</a>",
    );
    let deep = format!("---\nhunting: {}\n---\n\n```{{code-cell}}\n1\n```\n", "[".repeat(20_000));
    let bomb =
        "---\nhunting: &a [*b]\nx: &b [1]\ny: [*b, *b, *b]\n---\n\n```{code-cell}\n1\n```\n".to_owned();
    repository.commit(
        "Add all kinds",
        [
            ("good.md", Some(good.into_bytes())),
            ("yaml.md", Some(broken_yaml.into_bytes())),
            ("latin1.md", Some(latin1)),
            ("large.md", Some(large)),
            ("script.md", Some(script.into_bytes())),
            ("deep.md", Some(deep.into_bytes())),
            ("bomb.md", Some(bomb.into_bytes())),
            ("empty.md", Some(Vec::new())),
            ("plain.md", Some(b"# Only prose\n\nNo notebook.\n".to_vec())),
            ("zeros.md", Some(vec![0; 4096])),
        ],
    );
    let server = Server::start(Settings::of(repository.path()));
    Harmed { server, _repository: repository }
});

fn problem(path: &str) -> Value {
    let problems = HARMED.server.client().all("/api/v1/problems", "problems");
    problems
        .iter()
        .find(|problem| problem["path"] == path && problem["blocking"] == true)
        .unwrap_or_else(|| panic!("{path} is no problem: {problems:#?}"))
        .clone()
}

#[test]
fn broken_yaml_is_a_problem_with_its_line_and_what_to_do() {
    let problem = problem("yaml.md");
    let line = problem["line"].as_u64().expect("a line");
    assert!((12..=16).contains(&line), "the broken line is the 13th of the file: {problem}");
    assert!(problem["message"].as_str().is_some_and(|message| !message.is_empty()), "{problem}");
    assert_eq!(problem["repo"], "hunts");
}

#[test]
fn a_file_that_is_not_utf_8_is_a_problem_with_the_line_of_the_first_wrong_byte() {
    let problem = problem("latin1.md");
    assert!(problem["line"].as_u64().is_some_and(|line| line > 20), "{problem}");
}

#[test]
fn a_file_that_is_too_large_is_a_problem() {
    assert!(!problem("large.md")["message"].as_str().unwrap_or_default().is_empty());
}

#[test]
fn front_matter_that_attacks_the_reader_is_a_problem() {
    problem("deep.md");
    problem("bomb.md");
}

#[test]
fn the_page_of_problems_lists_them() {
    let page = HARMED.server.client().with("accept", "text/html").get("/problems").expect(200).text();
    for path in ["yaml.md", "latin1.md", "large.md"] {
        assert!(page.contains(path), "{path} is not on the page");
    }
}

#[test]
fn nothing_else_is_harmed() {
    let client = HARMED.server.client();
    let good = client.json("/api/v1/procedures/good");
    assert_eq!(good["standing"], "good", "{good:.300}");
    let paths: Vec<String> = client
        .all("/api/v1/procedures?limit=100", "items")
        .iter()
        .map(|item| item["path"].as_str().unwrap_or_default().to_owned())
        .collect();
    for plain in ["plain.md", "empty.md"] {
        assert!(!paths.iter().any(|path| path == plain), "{plain} is listed: {paths:?}");
    }
    let problems = client.all("/api/v1/problems", "problems");
    assert!(
        !problems.iter().any(|problem| problem["path"] == "plain.md"),
        "plain markdown is counted and no problem: {problems:?}"
    );
}

#[test]
fn markup_of_a_notebook_reaches_nobody() {
    let client = HARMED.server.client().with("accept", "text/html");
    let page = client.get("/procedures/script").expect(200).text();
    for hostile in ["<script>alert", "onerror=", "javascript:alert"] {
        assert!(!live(&page).contains(hostile), "{hostile} is on the page");
    }
}

/// A page without what is shown as text.
fn live(page: &str) -> String {
    let mut tags = String::new();
    let mut inside = false;
    for letter in page.chars() {
        match letter {
            '<' => inside = true,
            '>' => inside = false,
            _ => {}
        }
        if inside {
            tags.push(letter);
        }
    }
    // Between the tags only an element that was let through could still run.
    if page.contains("<script>alert") { tags + "<script>alert" } else { tags }
}

#[test]
fn no_query_fails() {
    let client = HARMED.server.client();
    let long = "a".repeat(600);
    let deep = "(".repeat(100);
    for query in [
        "",
        "\"",
        "(",
        ")",
        "OR",
        "-",
        "-\"",
        "tactic:",
        "technique:nonsense",
        "updated:>=yesterday",
        "a OR",
        "*",
        "\\",
        "\u{0}",
        "%",
        "[* TO *]",
        "q:^~!",
        &long,
        &deep,
    ] {
        let path = format!("/api/v1/procedures?q={}", acceptance::encode(query));
        let answer = client.get(&path).expect(200).json();
        assert!(answer["hints"].is_array(), "{query:?}: {answer:.200}");
    }
}
