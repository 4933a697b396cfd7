//! Reading the `hunting` block: tolerant of how things are written, and clear about what should be written instead.

use super::{MAX_ID, PATH_PREFIX, SERVICES};
use crate::lint::{Diagnostic, Severity};
use crate::notebook::{Described, Notebook};
use crate::repository::FieldMapping;
use serde_json::Value;

/// The most entries that are read of one list.
pub(super) const MAX_ENTRIES: usize = 1000;

/// Longest entry of a list, in characters; what is longer is cut.
pub(super) const MAX_ENTRY: usize = 500;

/// Longest text field, in characters.
const MAX_FIELD: usize = 20_000;

/// The most diagnostics about one file's metadata.
const MAX_DIAGNOSTICS: usize = 200;

/// What an author wrote, and where.
pub(super) struct Named {
    /// The text, trimmed.
    pub(super) text: String,
    /// The dotted path of its place in the front matter.
    pub(super) key: String,
}

/// How strictly a list is looked at.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Listing {
    /// One of the six fields: a text where a list belongs is worth a warning, and is split at commas.
    Recommended,
    /// A team's own key: one text is one entry.
    Own,
}

/// A `hunting` block being read, with what is found wrong on the way.
pub(super) struct Fields<'a> {
    notebook: &'a Notebook,
    diagnostics: Vec<Diagnostic>,
}

impl<'a> Fields<'a> {
    pub(super) fn new(notebook: &'a Notebook) -> Self {
        Self { notebook, diagnostics: Vec::new() }
    }

    pub(super) fn into_diagnostics(self) -> Vec<Diagnostic> {
        self.diagnostics
    }

    pub(super) fn say(&mut self, diagnostic: Diagnostic) {
        // What is blocking is never crowded out.
        if self.diagnostics.len() < MAX_DIAGNOSTICS || diagnostic.blocking {
            self.diagnostics.push(diagnostic);
        }
    }

    /// Says something about a key (`hunting.tags[0]`), at its line or at that of what it stands in.
    pub(super) fn say_at(&mut self, key: &str, mut diagnostic: Diagnostic) {
        let mut key = key;
        let mut line = self.line_of(key);
        while line == 0 {
            let Some(end) = key.rfind(['.', '[']) else { break };
            key = &key[..end];
            line = self.line_of(key);
        }
        if let Some(described) = self.described() {
            // A line of a diagnostic is one of the notebook.
            if line > 0 {
                diagnostic.message = format!("{} ({}, line {line})", diagnostic.message, described.file);
            }
            line = 0;
        }
        self.say(diagnostic.at(line, 0));
    }

    /// What the fields come from, where that is a file beside the notebook.
    fn described(&self) -> Option<&'a Described> {
        self.notebook.layout.sidecar.as_ref()
    }

    fn line_of(&self, key: &str) -> u32 {
        match self.described() {
            Some(described) => {
                described.lines.iter().find(|(path, _)| path == key).map_or(0, |(_, line)| *line)
            }
            None => self.notebook.line_of(key),
        }
    }

    pub(super) fn value(&self, key: &str) -> Option<&'a Value> {
        self.notebook.hunting()?.get(key).filter(|value| !value.is_null())
    }

    /// The id, if it can name the procedure. Whatever keeps it from that is blocking.
    pub(super) fn id(&mut self) -> Option<String> {
        const HELP: &str =
            "write `id:` and a text that is unique in the repository and stays the same when the file moves";
        let value = self.value("id");
        let id = match value {
            None => None,
            Some(Value::String(text)) => Some(text.clone()),
            Some(Value::Number(number)) => {
                self.say_at(
                    "hunting.id",
                    Diagnostic::new(
                        "id-not-text",
                        Severity::Warning,
                        format!("the id is read as the number {number}, which may not be what was written"),
                        "put the id in quotes",
                    ),
                );
                Some(number.to_string())
            }
            Some(other) => {
                let message = format!("the id is {} where a text is expected", kind(other));
                self.say_at(
                    "hunting.id",
                    Diagnostic::new("id-invalid", Severity::Error, message, HELP).blocking(),
                );
                return None;
            }
        };
        let Some(id) = id.filter(|id| !id.trim().is_empty()) else {
            self.say_at(
                "hunting.id",
                Diagnostic::new("id-missing", Severity::Error, "`hunting` has no id", HELP).blocking(),
            );
            return None;
        };
        let trimmed = id.trim();
        let wrong = if trimmed.starts_with(PATH_PREFIX) {
            Some(format!("the id begins with `{PATH_PREFIX}`, which addresses files without an id"))
        } else if trimmed.chars().count() > MAX_ID {
            Some(format!("the id is longer than {MAX_ID} characters"))
        } else if trimmed.contains(char::is_control) {
            Some("the id contains control characters".to_owned())
        } else {
            None
        };
        if let Some(message) = wrong {
            self.say_at(
                "hunting.id",
                Diagnostic::new("id-invalid", Severity::Error, message, HELP).blocking(),
            );
            return None;
        }
        if trimmed.len() != id.len() {
            self.blanks("id");
        }
        Some(trimmed.to_owned())
    }

    pub(super) fn title(&mut self) -> Option<String> {
        let title = self.text("title")?;
        if let Some(Value::String(written)) = self.value("title")
            && written.trim().len() != written.len()
        {
            self.blanks("title");
        }
        Some(title)
    }

    fn blanks(&mut self, key: &str) {
        let message = format!("the {key} has blanks before or after it");
        self.say_at(
            &format!("hunting.{key}"),
            Diagnostic::new(&format!("{key}-blanks"), Severity::Warning, message, "take them away"),
        );
    }

    /// A text field, trimmed; none when it is missing, empty or no text.
    pub(super) fn text(&mut self, key: &str) -> Option<String> {
        let value = self.value(key)?;
        let text = match value {
            Value::String(text) => text.trim(),
            Value::Number(_) | Value::Bool(_) => {
                self.not_text(key, value);
                return Some(value.to_string());
            }
            Value::Array(_) | Value::Object(_) | Value::Null => {
                self.not_text(key, value);
                return None;
            }
        };
        if text.is_empty() {
            return None;
        }
        let cut = cut(text, MAX_FIELD);
        if cut.len() < text.len() {
            self.say_at(
                &format!("hunting.{key}"),
                Diagnostic::new(
                    "field-too-long",
                    Severity::Warning,
                    format!("the {key} is longer than {MAX_FIELD} characters and was cut"),
                    "move the long text into a cell",
                ),
            );
        }
        Some(cut.to_owned())
    }

    fn not_text(&mut self, key: &str, value: &Value) {
        self.say_at(
            &format!("hunting.{key}"),
            Diagnostic::new(
                "field-not-text",
                Severity::Warning,
                format!("`{key}` is {} where a text is expected", kind(value)),
                "write a text; put it in quotes if it looks like a number or a date",
            ),
        );
    }

    /// The entries of a list, trimmed, in order, once each.
    pub(super) fn list(&mut self, key: &str, listing: Listing) -> Vec<String> {
        let mut entries: Vec<String> = Vec::new();
        for named in self.named(key, listing) {
            if !entries.contains(&named.text) {
                entries.push(named.text);
            }
        }
        entries
    }

    /// The entries of several keys, in order, once each.
    pub(super) fn of_keys(&mut self, keys: &[String]) -> Vec<String> {
        let mut entries: Vec<String> = Vec::new();
        for key in keys {
            for entry in self.list(key, Listing::Own) {
                if !entries.contains(&entry) {
                    entries.push(entry);
                }
            }
        }
        entries
    }

    /// The entries of a list with their places.
    pub(super) fn named(&mut self, key: &str, listing: Listing) -> Vec<Named> {
        match self.value(key) {
            Some(value) => self.entries(&format!("hunting.{key}"), value, listing),
            None => Vec::new(),
        }
    }

    pub(super) fn entries(&mut self, path: &str, value: &Value, listing: Listing) -> Vec<Named> {
        let key = path.strip_prefix("hunting.").unwrap_or(path);
        let mut named = Vec::new();
        match value {
            Value::Array(values) => {
                for (index, value) in values.iter().take(MAX_ENTRIES).enumerate() {
                    let key = format!("{path}[{index}]");
                    match entry(value) {
                        Some(text) if !text.is_empty() => named.push(Named { text, key }),
                        Some(_) => {}
                        None => self.say_at(
                            &key,
                            Diagnostic::new(
                                "entry-not-text",
                                Severity::Warning,
                                format!("an entry of the list is {} where a text is expected", kind(value)),
                                "write one text an entry",
                            ),
                        ),
                    }
                }
                if values.len() > MAX_ENTRIES {
                    self.say_at(
                        path,
                        Diagnostic::new(
                            "list-too-long",
                            Severity::Warning,
                            format!("`{key}` has more than {MAX_ENTRIES} entries; the rest is left out"),
                            "shorten it",
                        ),
                    );
                }
            }
            Value::String(text) if listing == Listing::Own => {
                let text = cut(text.trim(), MAX_ENTRY).to_owned();
                if !text.is_empty() {
                    named.push(Named { text, key: path.to_owned() });
                }
            }
            Value::Object(_) if listing == Listing::Own => {}
            Value::Null => {}
            Value::Object(_) => self.not_a_list(path, key, value),
            scalar => {
                if listing == Listing::Recommended {
                    self.not_a_list(path, key, value);
                }
                let text = match scalar {
                    Value::String(text) => text.clone(),
                    other => other.to_string(),
                };
                let parts = text.split([',', '\n']).map(|part| cut(part.trim(), MAX_ENTRY));
                named.extend(
                    parts
                        .filter(|part| !part.is_empty())
                        .take(MAX_ENTRIES)
                        .map(|part| Named { text: part.to_owned(), key: path.to_owned() }),
                );
            }
        }
        named
    }

    fn not_a_list(&mut self, path: &str, key: &str, value: &Value) {
        self.say_at(
            path,
            Diagnostic::new(
                "field-not-a-list",
                Severity::Warning,
                format!("`{key}` is {} where a list is expected", kind(value)),
                format!("write `{key}: [one, two]`"),
            ),
        );
    }

    /// The tactics that the author named under the configured keys.
    pub(super) fn tactics(&mut self, mapping: &FieldMapping) -> Vec<Named> {
        let mut named = Vec::new();
        for key in &mapping.tactics {
            let Some(value) = self.value(key) else { continue };
            let path = format!("hunting.{key}");
            // A text of several tactics is as usual as a list; a name has no comma.
            match value {
                Value::String(text) => named.extend(
                    text.split([',', '\n'])
                        .map(|part| cut(part.trim(), MAX_ENTRY))
                        .filter(|part| !part.is_empty())
                        .take(MAX_ENTRIES)
                        .map(|part| Named { text: part.to_owned(), key: path.clone() }),
                ),
                value => named.extend(self.entries(&path, value, Listing::Own)),
            }
        }
        named
    }

    /// The data sources in lower case, without the prefix `scwx.`, once each.
    pub(super) fn data_sources(&mut self) -> Vec<String> {
        let mut sources: Vec<String> = Vec::new();
        for written in self.list("data_sources", Listing::Recommended) {
            let source = normal_data_source(&written);
            if !source.is_empty() && !sources.contains(&source) {
                sources.push(source);
            }
        }
        sources
    }

    /// The service that the author named.
    pub(super) fn service(&mut self) -> Option<String> {
        let written = match self.value("service")? {
            Value::String(text) => text.trim().to_lowercase(),
            _ => return None,
        };
        if written.is_empty() {
            return None;
        }
        if !SERVICES.contains(&written.as_str()) {
            self.say_at(
                "hunting.service",
                Diagnostic::new(
                    "service-unknown",
                    Severity::Info,
                    format!("{:?} is none of the services that are told apart", cut(&written, MAX_ENTRY)),
                    format!("it counts as `other`; known are {}", SERVICES.join(", ")),
                ),
            );
            return Some("other".to_owned());
        }
        Some(written)
    }

    /// Says which recommended fields are missing.
    pub(super) fn say_what_is_missing(
        &mut self,
        description: Option<&str>,
        techniques: bool,
        tactics: bool,
        data_sources: &[String],
        tags: &[String],
    ) {
        let untitled = has_no_title(self.notebook);
        let block = self.described().map_or("hunting", |described| &described.file);
        let mut missing = |code: &str, severity: Severity, what: &str, help: &str| {
            self.say_at("hunting", Diagnostic::new(code, severity, format!("`{block}` has no {what}"), help));
        };
        if untitled {
            missing(
                "title-missing",
                Severity::Warning,
                "title",
                "write `title:`; until then the first heading is shown",
            );
        }
        if description.is_none() {
            missing(
                "description-missing",
                Severity::Info,
                "description",
                "say in a sentence or two what is hunted and why",
            );
        }
        if !techniques {
            let severity = if tactics { Severity::Info } else { Severity::Warning };
            let help = "write `attack_technique_ids: [T1059.001]`; the procedure is not found by technique until then";
            missing("techniques-missing", severity, "technique", help);
        }
        if data_sources.is_empty() {
            missing("data-sources-missing", Severity::Info, "data source", "write `data_sources: [process]`");
        }
        if tags.is_empty() {
            missing(
                "tags-missing",
                Severity::Info,
                "tag",
                "write `tags: [windows]` with words that your team filters by",
            );
        }
    }
}

fn has_no_title(notebook: &Notebook) -> bool {
    let title = notebook.hunting().and_then(|hunting| hunting.get("title"));
    title.is_none_or(|title| title.is_null() || title.as_str().is_some_and(|text| text.trim().is_empty()))
}

/// `scwx.Process` as `process`.
pub fn normal_data_source(written: &str) -> String {
    let lower = written.trim().to_lowercase();
    lower.strip_prefix("scwx.").unwrap_or(&lower).trim().to_owned()
}

/// An entry of a list as text; a person may be written `{name, email}`.
fn entry(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(cut(text.trim(), MAX_ENTRY).to_owned()),
        Value::Number(_) | Value::Bool(_) => Some(value.to_string()),
        Value::Object(map) => Some(cut(map.get("name")?.as_str()?.trim(), MAX_ENTRY).to_owned()),
        Value::Null => Some(String::new()),
        Value::Array(_) => None,
    }
}

pub(super) fn cut(text: &str, chars: usize) -> &str {
    // Most are short; only what has more bytes than characters allowed needs counting.
    if text.len() <= chars {
        return text;
    }
    text.char_indices().nth(chars).map_or(text, |(end, _)| &text[..end])
}

/// What a value is, for messages.
pub(super) fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "empty",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "a mapping",
    }
}
