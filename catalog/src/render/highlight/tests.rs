use super::*;
use proptest::prelude::*;

/// The text of highlighted code: without tags, entities read back.
fn text_of(html: &str) -> String {
    let mut text = String::new();
    let mut rest = html;
    while let Some(open) = rest.find('<') {
        text.push_str(&rest[..open]);
        let close = open + rest[open..].find('>').unwrap();
        let tag = &rest[open..=close];
        let class = tag.strip_prefix("<span class=\"").and_then(|tag| tag.strip_suffix("\">"));
        assert!(tag == "</span>" || class.is_some_and(|class| CLASSES.contains(&class)), "{tag}");
        rest = &rest[close + 1..];
    }
    text.push_str(rest);
    text.replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&#39;", "'")
        .replace("&amp;", "&")
}

fn spans(source: &str, language: Language) -> Vec<(char, String)> {
    let html = highlight(source, language);
    assert_eq!(text_of(&html), source);
    html.split("<span class=\"")
        .skip(1)
        .map(|piece| (piece.chars().next().unwrap(), text_of(&piece[3..piece.find("</span>").unwrap()])))
        .collect()
}

fn has(source: &str, language: Language, class: char, text: &str) {
    let spans = spans(source, language);
    assert!(spans.contains(&(class, text.to_owned())), "{class} {text:?} not in {spans:?}");
}

#[test]
fn word_lists_are_sorted() {
    for words in [
        cql::words(),
        kql::words(),
        sql::words(),
        shell::words(),
        json::words(),
        python::words(),
        spl::words(),
        eql::words(),
        esql::words(),
        yara::words(),
        powershell::words(),
    ] {
        for list in words {
            assert!(list.is_sorted(), "{list:?}");
        }
    }
}

#[test]
fn python_is_coloured() {
    let source =
        "@cached\ndef look(x: int = 7) -> None:\n    '''Doc % s'''\n    return f\"a{x}\" % x  # why\n";
    for (class, text) in [
        ('a', "@cached"),
        ('k', "def"),
        ('f', "look"),
        ('n', "7"),
        ('s', "'''Doc % s'''"),
        ('s', "f\"a{x}\""),
        ('o', "%"),
        ('c', "# why"),
        ('k', "None"),
    ] {
        has(source, Language::Python, class, text);
    }
    has("df.match(x)", Language::Python, 'f', "match");
    has("match x:\n  case 1: pass", Language::Python, 'k', "match");
}

#[test]
fn the_body_of_a_taegis_cell_is_a_query() {
    let source = "# look\n%%taegis search --tenant $TENANT_ID --assign hits\nFROM process WHERE image_path CONTAINS 'lsass' AND pid > 4 EARLIEST={{ EARLIEST }}\n| head 10";
    for (class, text) in [
        ('m', "%%taegis"),
        ('a', "--tenant"),
        ('v', "$TENANT_ID"),
        ('k', "FROM"),
        ('t', "process"),
        ('k', "WHERE"),
        ('s', "'lsass'"),
        ('v', "{{ EARLIEST }}"),
        ('n', "10"),
    ] {
        has(source, Language::Python, class, text);
    }
    assert_eq!(language_of_cell(source, Language::Python).label(), "Taegis");
}

#[test]
fn kql_is_coloured_in_lines_and_cells() {
    let line =
        "x = %kql SecurityEvent | where EventID == 4688 and Name has_any ('a') | project-away B\ny = 1";
    for (class, text) in [
        ('m', "%kql"),
        ('t', "SecurityEvent"),
        ('k', "where"),
        ('n', "4688"),
        ('k', "project-away"),
        ('n', "1"),
    ] {
        has(line, Language::Python, class, text);
    }
    has("%%kql\nlet a = 1d; // c\nT | summarize count() by b", Language::Python, 'k', "summarize");
    assert_eq!(language_of_cell("%kql T", Language::Python), Language::Kql);
}

#[test]
fn other_cell_magics_have_their_languages() {
    has("%%sql\nSELECT a FROM t -- c", Language::Python, 'k', "SELECT");
    has("%%bash\nfor f in *; do echo \"$f\"; done # c", Language::Python, 'k', "for");
    has("%%sigma\ndetection:\n  id: 1", Language::Python, 'a', "detection");
    has("%%time\nimport os", Language::Python, 'k', "import");
    assert_eq!(spans("%%html\nimport <b>", Language::Python).len(), 1);
    has("!ls -la", Language::Python, 'm', "!");
    assert!(!spans("x = (5\n% 3)", Language::Python).iter().any(|(class, _)| *class == 'm'));
}

#[test]
fn data_formats_are_coloured() {
    has("{\"a\": [\"b\", 1, true]}", Language::Json, 'a', "\"a\"");
    has("{\"a\": [\"b\", 1, true]}", Language::Json, 's', "\"b\"");
    has("key: 'v' # c\n- other: true", Language::Yaml, 'a', "key");
    has("key: 'v' # c\n- other: true", Language::Yaml, 'k', "true");
}

#[test]
fn markup_in_code_is_text() {
    for language in Language::ALL {
        let html = highlight("<script>alert(\"x\")</script> & '<b onclick=x>'", language);
        assert!(!html.contains("<script") && !html.contains("<b "), "{html}");
    }
}

#[test]
fn openings_without_end_stay_linear() {
    for piece in [
        "\"",
        "'",
        "/*",
        "{{ ",
        "{a",
        "${",
        "$",
        "'''",
        "%%",
        "@'",
        "a-",
        "\"a\" ",
        "# ",
        "\n%kql ",
        "(",
        "é",
        "`",
        "[a",
        "-a ",
        "$a$ ",
        "<#",
        "@\"\n",
        "a = /",
        "= {",
        "a ",
        "process where ",
        "'''SELECT a FROM b''' ",
    ] {
        let source = piece.repeat(60_000 / piece.len());
        for language in Language::ALL {
            let begun = std::time::Instant::now();
            let html = highlight(&source, language);
            assert!(html.len() >= source.len());
            assert!(begun.elapsed().as_secs() < 3, "{piece:?} {language:?} {:?}", begun.elapsed());
        }
    }
}

proptest! {
    #[test]
    fn no_text_is_lost_or_changed(
        source in "(%%taegis |%%kql\n|%kql |%%bash\n|%%sql\n|\"\"\"|'''|[a-zé_$@{}()<>&'\"%!#/*\\\\:;|=.0-9 \n-]|-- |// |from |let |'''SELECT a FROM |rule |where |<#|#>|\\[a|= /|```){0,60}"
    ) {
        for language in Language::ALL {
            prop_assert_eq!(text_of(&highlight(&source, language)), source.clone());
        }
    }
}

#[test]
fn searches_of_splunk_are_coloured() {
    let source = "index=win EventCode = 4688 NOT user=\"x*\" `sysmon` | stats count(host) AS n by $field$ ```why``` | where n > 5";
    for (class, text) in [
        ('a', "index"),
        ('a', "EventCode"),
        ('n', "4688"),
        ('k', "NOT"),
        ('s', "\"x*\""),
        ('m', "`sysmon`"),
        ('k', "stats"),
        ('f', "count"),
        ('v', "$field$"),
        ('c', "```why```"),
        ('k', "where"),
    ] {
        has(source, Language::Spl, class, text);
    }
    has("%%splunk\nindex=a | head 5", Language::Python, 'k', "head");
    has("x = %splunk index=a | head 5\ny", Language::Python, 'a', "index");
    assert_eq!(language_of_cell("%%splunk\nindex=a", Language::Python).label(), "SPL");
}

#[test]
fn queries_of_elastic_are_coloured() {
    let source =
        "sequence by host.id with maxspan=5m\n  [process where process.name == \"a\" and length(x) > 3] // c";
    for (class, text) in [
        ('k', "sequence"),
        ('t', "process"),
        ('k', "where"),
        ('s', "\"a\""),
        ('n', "5m"),
        ('f', "length"),
        ('c', "// c"),
    ] {
        has(source, Language::Eql, class, text);
    }
    let source =
        "FROM logs-*, metrics-* METADATA _id\n| WHERE x == ?p | STATS n = COUNT(*) BY host.name | LIMIT 5";
    for (class, text) in [
        ('k', "FROM"),
        ('t', "logs-*"),
        ('t', "metrics-*"),
        ('k', "METADATA"),
        ('v', "?p"),
        ('k', "STATS"),
        ('f', "COUNT"),
    ] {
        has(source, Language::Esql, class, text);
    }
}

#[test]
fn rules_are_coloured() {
    let source = "rule Bad : tag {\n meta:\n  author = \"a\"\n strings:\n  $a = { 6A 40 ?? }\n  $r = /ab\\/c/i\n condition:\n  all of them and #a > 2 and uint16(0) == 0x5A4D // c\n}";
    for (class, text) in [
        ('k', "rule"),
        ('f', "Bad"),
        ('a', "author"),
        ('v', "$a"),
        ('s', "{ 6A 40 ?? }"),
        ('s', "/ab\\/c/"),
        ('k', "them"),
        ('v', "#a"),
        ('t', "uint16"),
        ('n', "0x5A4D"),
    ] {
        has(source, Language::Yara, class, text);
    }
    let source = "detection:\n  selection:\n    Image|endswith: '\\a.exe'\n  condition: selection and not 1 of filter*";
    for (class, text) in [('a', "Image"), ('f', "|endswith"), ('k', "and"), ('k', "not"), ('k', "of")] {
        has(source, Language::Sigma, class, text);
    }
}

#[test]
fn powershell_is_coloured() {
    let source = "<# c #>\nfunction Get-It { param([string]$Name) }\nGet-Process -Name \"a`\"b\" | Where-Object { $_.CPU -gt 5 } # d";
    for (class, text) in [
        ('c', "<# c #>"),
        ('k', "function"),
        ('t', "string"),
        ('v', "$Name"),
        ('f', "Get-Process"),
        ('a', "-Name"),
        ('s', "\"a`\"b\""),
        ('v', "$_"),
        ('o', "-gt"),
        ('c', "# d"),
    ] {
        has(source, Language::PowerShell, class, text);
    }
}

#[test]
fn queries_in_long_strings_are_coloured_as_what_they_are() {
    has("df = spark.sql(\n'''\nSELECT a FROM b -- c\n''')", Language::Python, 'k', "SELECT");
    has(
        "q = f\"\"\"SecurityEvent | where EventID == {x} | summarize count()\"\"\"",
        Language::Python,
        'k',
        "summarize",
    );
    has("q = \"\"\"index=a | stats count\"\"\"", Language::Python, 'k', "stats");
    has("'''A docstring about | pipes.'''", Language::Python, 's', "'''A docstring about | pipes.'''");
    assert!(spans("'''SELECT x FROM \"'''", Language::Python).contains(&('s', "'''".to_owned())));
}

#[test]
fn a_long_string_that_ends_in_a_backslash_is_coloured_to_its_end() {
    assert_eq!(text_of(&highlight("'''FROM a WHERE b \\", Language::Python)), "'''FROM a WHERE b \\");
}

#[test]
fn tokens_are_told_as_they_are_written() {
    let source = "%%taegis search --tenant $T\nFROM process WHERE é = 'ü' EARLIEST=-7d # c\n```\nx = {\"a\": 1.5, 'b': None}";
    for language in Language::ALL {
        let told: Vec<(char, String)> = tokens(source, language)
            .into_iter()
            .map(|token| (token.class.chars().next().unwrap(), source[token.range].to_owned()))
            .collect();
        assert_eq!(told, spans(source, language), "{language:?}");
    }
}
