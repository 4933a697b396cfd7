//! A JSON Schema of the `hunting` block as a team has it, so that editors complete it and programs check it.

use super::own::{KeyKind, OwnKey};
use super::rules;
use super::settings::{Level, Settings};
use crate::attack::Release;
use crate::procedure::{MAX_ID, SERVICES};
use serde_json::{Map, Value, json};

/// The schema, in draft 2020-12, of the value of `hunting`: what a procedure says of itself, with what the team asks for. What
/// is an error where it is missing is required.
pub fn schema(settings: &Settings) -> Value {
    let mut properties = properties(settings);
    let mut required: Vec<&str> = vec!["title", "id"];
    let recommended = [
        ("description-missing", "description"),
        ("techniques-missing", "attack_technique_ids"),
        ("data-sources-missing", "data_sources"),
        ("tags-missing", "tags"),
    ];
    for (code, key) in recommended {
        if settings.rules.get(code) == Some(&Level::Error) {
            required.push(key);
        }
    }
    for (key, own) in &settings.keys {
        let asked = own_key(own);
        let known = properties.shift_remove(key);
        // What we know of a key, and what the team asks of it, hold both.
        let both = match known {
            Some(mut known) => {
                if let Some(known) = known.as_object_mut() {
                    known.insert("allOf".to_owned(), json!([asked]));
                }
                known
            }
            None => asked,
        };
        properties.insert(key.clone(), both);
        if own.required && !required.contains(&key.as_str()) {
            required.push(key);
        }
    }
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "hunting",
        "description": "What a hunting procedure says of itself: the `hunting` block of its front matter.",
        "type": "object",
        "properties": properties,
        "required": required,
    })
}

fn properties(settings: &Settings) -> Map<String, Value> {
    let release = Release::current();
    let text = |description: &str| json!({"type": "string", "minLength": 1, "description": description});
    let texts = |description: &str| json!({"type": "array", "items": {"type": "string", "minLength": 1}, "description": description});
    let one_or_many = |description: &str, examples: &[&str]| {
        json!({
            "anyOf": [{"type": "string", "minLength": 1}, {"type": "array", "items": {"type": "string", "minLength": 1}}],
            "description": description,
            "examples": examples,
        })
    };
    let tactics: Vec<&str> = release.tactics().iter().map(|tactic| tactic.id.as_str()).collect();
    let mut techniques = texts("The ATT&CK techniques that are hunted.");
    techniques["items"] = json!({
        "type": "string",
        "pattern": "^[Tt][0-9]{4}(\\.[0-9]{3})?$",
        "examples": ["T1059", "T1059.001"],
    });
    let mut title = text("What is hunted, in a line.");
    title["pattern"] = json!("^\\S(.*\\S)?$");
    let known = json!({
        "title": title,
        "id": {
            "type": "string",
            "minLength": 1,
            "maxLength": MAX_ID,
            "pattern": "^(?!path:)\\S(.*\\S)?$",
            "description": "Names the procedure. It is unique in the repository, and stays the same when the file moves.",
        },
        "description": text("What it hunts for and why, in a sentence or two."),
        "attack_technique_ids": techniques,
        "attack_tactic_ids": one_or_many("ATT&CK tactics that are meant besides those of the techniques.", &tactics),
        "data_sources": texts("What the queries read."),
        "tags": texts("Words to filter by."),
        "authors": texts("Who wrote it."),
        "platforms": one_or_many("ATT&CK's platforms.", &["Windows", "Linux", "macOS", "IaaS", "SaaS"]),
        "service": {"enum": SERVICES, "description": "What its queries are for."},
        "parameters": {
            "type": ["object", "array"],
            "description": "What is known of its parameters besides their defaults, by name.",
            "additionalProperties": parameter(),
            "items": {"allOf": [parameter(), {"type": "object", "required": ["name"]}]},
        },
        "lint": {"type": "object", "properties": {"ignore": waivers(settings)}, "description": "What the linter is told."},
    });
    match known {
        Value::Object(known) => known,
        _ => Map::new(),
    }
}

/// What is declared of a parameter: a kind, or a mapping.
fn parameter() -> Value {
    json!({
        "type": ["string", "object", "null"],
        "properties": {
            "name": {"type": "string"},
            "type": {"type": "string"},
            "choices": {"type": "array", "minItems": 1},
            "pattern": {"type": "string", "description": "What all of the text looks like."},
            "minimum": {"type": ["number", "string"]},
            "maximum": {"type": ["number", "string"]},
            "help": {"type": "string"},
            "required": {"type": "boolean"},
        },
    })
}

/// `hunting.lint.ignore`.
fn waivers(settings: &Settings) -> Value {
    let own = settings.texts.iter().map(|own| own.code.as_str());
    let codes: Vec<&str> = rules().iter().map(|rule| rule.code).chain(own).collect();
    let reason = json!({"type": "string", "pattern": "\\S", "description": "Why it is right here."});
    let until = json!({"type": "string", "pattern": DAY, "description": "The last day on which it holds."});
    json!({
        "description": "Rules that are not told of this procedure.",
        "anyOf": [
            {
                "type": "array",
                "items": {
                    "type": "object",
                    "required": ["rule", "reason"],
                    "properties": {"rule": {"enum": codes}, "reason": reason, "until": until},
                    "additionalProperties": false,
                },
            },
            {
                "type": "object",
                "propertyNames": {"enum": codes},
                "additionalProperties": {
                    "anyOf": [
                        reason,
                        {
                            "type": "object",
                            "required": ["reason"],
                            "properties": {"reason": reason, "until": until},
                            "additionalProperties": false,
                        },
                    ],
                },
            },
        ],
    })
}

/// A day, as far as its shape goes.
const DAY: &str = "^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$";

/// What a team asks of a key.
fn own_key(own: &OwnKey) -> Value {
    let mut of_text = Map::new();
    if !own.choices.is_empty() {
        of_text.insert("enum".to_owned(), json!(own.choices));
    }
    if let Some(pattern) = own.pattern.as_ref().filter(|pattern| is_shared(pattern.as_str())) {
        of_text.insert("pattern".to_owned(), json!(pattern.as_str()));
    }
    let mut asked = match own.kind {
        Some(KeyKind::Text) => {
            of_text.insert("type".to_owned(), json!("string"));
            of_text
        }
        Some(KeyKind::Date) => {
            of_text.insert("type".to_owned(), json!("string"));
            of_text.entry("pattern").or_insert(json!(DAY));
            of_text.insert("format".to_owned(), json!("date"));
            of_text
        }
        Some(KeyKind::List) => {
            of_text.insert("type".to_owned(), json!("string"));
            object(json!({"type": "array", "items": of_text}))
        }
        Some(KeyKind::Integer) => object(json!({"type": "integer"})),
        Some(KeyKind::Number) => object(json!({"type": "number"})),
        Some(KeyKind::Boolean) => object(json!({"type": "boolean"})),
        Some(KeyKind::Mapping) => object(json!({"type": "object"})),
        None if of_text.is_empty() => Map::new(),
        None => object(json!({"anyOf": [of_text, {"type": "array", "items": of_text}]})),
    };
    if own.required {
        asked.insert("not".to_owned(), json!({"enum": ["", null]}));
    }
    if let Some(help) = own.help.as_ref().or(own.message.as_ref()) {
        asked.insert("description".to_owned(), json!(help));
    }
    Value::Object(asked)
}

fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(map) => map,
        _ => Map::new(),
    }
}

/// Whether a regular expression of Rust means the same in JSON Schema, whose are those of ECMAScript.
fn is_shared(pattern: &str) -> bool {
    let others = [
        "(?i", "(?m", "(?s", "(?x", "(?u", "(?U", "(?R", "(?P", "(?-", "\\A", "\\z", "\\p", "\\P", "\\x{",
        "\\b{", "[[:", "&&", "--", "~~",
    ];
    !others.iter().any(|other| pattern.contains(other))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_team_asks_for_is_in_the_schema() {
        let settings = Settings::read(
            "[lint.rules]\ntags-missing = 'error'\n[lint.keys.owner]\ntype = 'text'\nrequired = true\npattern = '^[a-z]+$'\nhelp = 'Who looks after it.'\n[lint.keys.tags]\nchoices = ['a', 'b']\n[lint.keys.ticket]\npattern = '(?i)hunt-'\n[[lint.text]]\ncode = 'own-one'\npattern = 'x'\nmessage = 'm'\n",
        )
        .unwrap();
        let schema = schema(&settings);
        assert_eq!(schema["required"], json!(["title", "id", "tags", "owner"]));
        let owner = &schema["properties"]["owner"];
        assert_eq!(
            (&owner["pattern"], &owner["description"]),
            (&json!("^[a-z]+$"), &json!("Who looks after it."))
        );
        assert_eq!(schema["properties"]["tags"]["allOf"][0]["anyOf"][1]["items"]["enum"], json!(["a", "b"]));
        assert_eq!(schema["properties"]["ticket"], json!({}));
        let codes =
            &schema["properties"]["lint"]["properties"]["ignore"]["anyOf"][1]["propertyNames"]["enum"];
        assert!(codes.as_array().unwrap().contains(&json!("own-one")));
    }
}
