//! Copies of procedures and with values that nobody would write by hand, beside what papermill prepares of them.

use acceptance::python;
use catalog::instance::{Hold, Request, TenantFields, Vocabulary, blob_id, prepare};
use catalog::notebook::{Metadata, myst};
use serde_json::{Value, json};

/// So many procedures are generated.
const PROCEDURES: usize = 200;

/// Values that break programs which write them down carelessly.
fn values() -> Vec<Value> {
    let texts = [
        "\"",
        "'",
        "\"\"\"",
        "'''",
        "say \"it's\"",
        "\\",
        "ends with \\",
        "\\n",
        "\\N{DASH}",
        "\\u0041",
        "a\nb",
        "a\r\nb",
        "a\tb\u{b}c\u{c}d",
        "{",
        "}",
        "{x}",
        "{{ x }}",
        "{{}",
        "$HOME",
        "${HOME}",
        "$$",
        "%s %d",
        "#",
        "# comment",
        "\u{2028}",
        "a\u{2029}b",
        "\u{85}",
        "\u{0}",
        "\u{7f}",
        "\u{feff}",
        "😀",
        "👩‍💻 e\u{301}",
        "ß日本",
        "0145483",
        "None",
        "",
        " ",
        "True",
        "1e5",
        "\\x00\\",
        "\"); import os; os.system(\"x",
        "]]>",
        "</script>",
        "a\\\"b",
        "\\'",
    ];
    let mut values: Vec<Value> = texts.iter().map(|text| json!(text)).collect();
    values.push(json!("x'\"\\\n😀".repeat(1_000)));
    values.extend([
        json!(0),
        json!(-1),
        json!(i64::MAX),
        json!(u64::MAX),
        json!(0.1),
        json!(1e300),
        json!(-2.5e-10),
        json!(1e16),
        json!(100_000.0),
        json!(true),
        json!(false),
        json!(null),
        json!([]),
        json!({}),
        json!(texts.to_vec()),
        json!({"a\"b": ["'", {"\\": null}], "😀": {"$HOME": [1, 2.5, true]}}),
    ]);
    values
}

/// Numbers that look random and are the same everywhere.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, below: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap_or_default() % below
    }
}

/// A procedure with parameters of many kinds, and cells around it.
fn procedure(dice: &mut Dice, names: &[String]) -> String {
    let defaults =
        ["None", "\"x\"", "5", "0.5", "[1, 2]", "{\"a\": 1}", "f\"{1}\"", "dict(a=1)", "(1, 2)", "True"];
    let comments = ["", "  # help", "  # type: int more", "  # \"quoted\""];
    let mut text =
        String::from("---\nkernelspec: {name: python3, display_name: Python 3, language: python}\n");
    text.push_str(["", "hunting: {id: a, title: 'T: x'}\n", "extra: [1, {b: 'c'}]\n"][dice.roll(3)]);
    text.push_str("---\n\n");
    let others = [
        "# Title\n\nText with `code` and 😀.\n\n",
        "+++ {\"tags\": [\"remove_cell\"]}\n\nInternal.\n\n+++\n\n",
        "```{code-cell} ipython3\nimport json\nx = \"\"\"a\n  b\"\"\"\n```\n\n",
        "```{code-cell} ipython3\n:tags: [remove_input, x-y]\n\n%time 1\n```\n\n",
        "```{raw-cell}\n:tags: [remove_cell]\n\n%save\n```\n\n",
        "````{code-cell} ipython3\nprint(\"\"\"\n```\n\"\"\")\n````\n\n",
        "```{code-cell} ipython3\n```\n\n",
    ];
    for _ in 0..dice.roll(4) {
        text.push_str(others[dice.roll(others.len())]);
    }
    text.push_str("```{code-cell} ipython3\n:tags: [parameters");
    text.push_str(["", ", remove_cell"][dice.roll(2)]);
    text.push_str("]\n\n");
    for name in names {
        let default = defaults[dice.roll(defaults.len())];
        let annotation = ["", ": str", ": list[str]"][dice.roll(3)];
        text.extend([name, annotation, " = ", default, comments[dice.roll(comments.len())], "\n"]);
    }
    text.push_str("```\n\n");
    for _ in 0..dice.roll(4) {
        text.push_str(others[dice.roll(others.len())]);
    }
    text.extend(["```{code-cell} ipython3\nprint(", &names.join(", "), ")\n```\n"]);
    text
}

#[test]
fn generated_procedures_with_hostile_values_are_what_papermill_prepares() {
    let values = values();
    let mut dice = Dice(41);
    let mut next = 0;
    let mut cases = Vec::new();
    for number in 0..PROCEDURES {
        let names: Vec<String> = (0..=dice.roll(5)).map(|at| format!("NAME_{at}")).collect();
        let text = procedure(&mut dice, &names);
        let mut given = Metadata::new();
        for name in &names {
            given.insert(name.clone(), values[next % values.len()].clone());
            next += 1;
        }
        let notebook = myst::read(text.as_bytes());
        let tenant = TenantFields { key: "0145483".to_owned(), ..TenantFields::default() };
        let copy = prepare(&Request {
            notebook: &notebook,
            procedure: None,
            repo: None,
            path: Some("generated.md"),
            commit: None,
            blob: &blob_id(text.as_bytes()),
            tenant: Some(&tenant),
            window: None,
            parameters: &given,
            hold: Hold::None,
            vocabulary: &Vocabulary::default(),
            attack: None,
        })
        .unwrap_or_else(|refusal| panic!("{number}: {refusal:?}\n{text}"));
        let copy = String::from_utf8(copy.bytes).expect("UTF-8");
        cases.push(json!({"name": number, "myst": text, "copy": copy, "values": given}));
    }
    assert!(next >= 2 * values.len(), "every value was taken, in more than one place");
    let answers = python::ask("copies.py", &Value::Array(cases));
    let answers = answers.as_array().expect("a list");
    let wrong: Vec<&Value> =
        answers.iter().filter(|answer| answer["problems"] != json!([])).take(5).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert_eq!(answers.len(), PROCEDURES);
    println!(
        "copies: {PROCEDURES} generated procedures with {next} hostile values equal papermill --prepare-only"
    );
}
