//! What a query can go on with: fields, their values, names of ATT&CK, titles.
//!
//! Names are looked up in a [set of names](names) that is made once for each generation of the index, titles in the sorted
//! words of their column ([`titles`]): what is typed is compared with the beginnings of words only, so that an answer
//! costs the same whatever is in the catalog.

mod names;
mod titles;
mod typed;

pub(super) use names::Names;
pub(super) use titles::is_letter;

use super::analysis::fold;
use super::schema::fact;
use super::shelf::{Index, Snapshot};
use super::{Entry, IndexError};
use crate::team::Lexicon;
use names::Name;
use tantivy::TantivyDocument;
use tantivy::schema::Value;
use typed::Typed;

/// Most that is suggested at once.
pub const MOST: usize = 20;
/// Shortest word that is completed, in characters.
const SHORTEST: usize = 2;
/// Most terms of the dictionary that are looked at for the values of one field.
const MAX_TERMS: usize = 500;

/// What is typed, and where.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Suggest {
    /// The query so far.
    pub text: String,
    /// Where the cursor stands, in characters; at the end without it.
    pub at: Option<usize>,
    /// How many to suggest, 1 to [`MOST`].
    pub limit: usize,
}

/// What the query can go on with.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Suggestions {
    /// The best first, by kind.
    pub items: Vec<Suggestion>,
    /// What of the query is replaced by what is taken, in characters: from here…
    pub from: usize,
    /// …to before this.
    pub to: usize,
}

/// One thing that can be taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suggestion {
    /// What it is.
    pub kind: SuggestionKind,
    /// What to show.
    pub label: String,
    /// What takes the place of what was typed.
    pub insert: String,
    /// What else there is to say of it; may be empty.
    pub detail: String,
    /// How many procedures it finds; none for fields and for procedures themselves.
    pub count: Option<u64>,
    /// For a procedure: its repository and id.
    pub procedure: Option<(String, String)>,
}

/// What a suggestion is, in the order in which they are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum SuggestionKind {
    /// A field of the query language.
    Field,
    /// A tactic.
    Tactic,
    /// A technique.
    Technique,
    /// A procedure, by its title.
    Procedure,
    /// A group, software or campaign.
    Actor,
    /// A tag.
    Tag,
    /// A data source.
    Data,
    /// A platform.
    Platform,
    /// An author.
    Author,
    /// A repository.
    Repo,
    /// A value of any other field.
    Value,
}

impl SuggestionKind {
    /// Its word in the API.
    pub fn word(self) -> &'static str {
        match self {
            Self::Field => "field",
            Self::Tactic => "tactic",
            Self::Technique => "technique",
            Self::Procedure => "procedure",
            Self::Actor => "actor",
            Self::Tag => "tag",
            Self::Data => "data",
            Self::Platform => "platform",
            Self::Author => "author",
            Self::Repo => "repo",
            Self::Value => "value",
        }
    }
}

/// The fields of the query language, and what they take.
const FIELDS: [(&str, &str); 21] = [
    ("tactic", "ATT&CK tactic"),
    ("technique", "ATT&CK technique, with its sub-techniques"),
    ("data", "data source"),
    ("tag", "tag"),
    ("platform", "platform"),
    ("author", "author"),
    ("path", "folder or words of the path"),
    ("repo", "repository"),
    ("service", "service"),
    ("kernel", "kernel of the notebook"),
    ("reads", "what a query reads"),
    ("field", "a field that a query names"),
    ("lookback", "how far a query looks back: >7d"),
    ("change", "a kind of change in its history"),
    ("by", "who changed it, as git has them"),
    ("commit", "a commit that changed it"),
    ("rule", "a rule that says something of it"),
    ("collection", "collection of a repository"),
    ("in", "where the words are to stand"),
    ("is", "how it stands"),
    ("updated", "when it changed: >=2026-01"),
];

/// What `is:` takes.
const STANDINGS: [&str; 8] =
    ["good", "broken", "uncatalogued", "duplicate", "copyable", "unmapped", "revoked", "metadata-lost"];
/// What `in:` takes.
const PLACES: [&str; 5] = ["title", "description", "prose", "code", "query"];

impl Index {
    /// What the word or field at the cursor can become. Only values that occur in the catalog, the most frequent first;
    /// names of ATT&CK that nothing hunts come last.
    ///
    /// # Errors
    /// When the index cannot be read; never because of what was typed.
    pub fn suggest(&self, asked: &Suggest, lexicon: &Lexicon) -> Result<Suggestions, IndexError> {
        let limit = asked.limit.clamp(1, MOST);
        let Some(typed) = Typed::at(&asked.text, asked.at) else { return Ok(Suggestions::default()) };
        let snapshot = self.current();
        let names = snapshot.names(&self.vocabulary, lexicon)?;
        let (items, from, to) = match typed {
            Typed::Value { name, value, from, to } => {
                (self.values(&snapshot, (&names, lexicon), &name, &fold(&value), limit)?, from, to)
            }
            Typed::Words { runs, words, to } => {
                let prefix = fold(words.last().map_or("", String::as_str));
                if prefix.chars().count() < SHORTEST {
                    return Ok(Suggestions::default());
                }
                let mut items: Vec<Suggestion> = (FIELDS.iter())
                    .filter(|(name, _)| name.starts_with(&prefix))
                    .take(2)
                    .map(|(name, takes)| field(name, takes))
                    .collect();
                // The longest run of words that some name begins with is what is replaced.
                let mut from = runs.last().map_or(to, |(from, _)| *from);
                for (start, run) in &runs {
                    let found = names.starting(&fold(run), None);
                    if !found.is_empty() {
                        from = *start;
                        items.extend(found.into_iter().map(|name| plain(name, lexicon)));
                        break;
                    }
                }
                items.extend(self.titled(&snapshot, &words)?);
                (few(items, limit), from, to)
            }
        };
        let characters = |byte: usize| asked.text[..byte].chars().count();
        Ok(Suggestions { items, from: characters(from), to: characters(to) })
    }

    /// The values of a field that begin so, or a word of which does.
    fn values(
        &self,
        snapshot: &Snapshot,
        (names, lexicon): (&Names, &Lexicon),
        name: &str,
        prefix: &str,
        limit: usize,
    ) -> Result<Vec<Suggestion>, IndexError> {
        let kind = match name {
            "tactic" => SuggestionKind::Tactic,
            "technique" => SuggestionKind::Technique,
            "tag" => SuggestionKind::Tag,
            "data" => SuggestionKind::Data,
            "platform" => SuggestionKind::Platform,
            "author" => SuggestionKind::Author,
            "repo" => SuggestionKind::Repo,
            _ => SuggestionKind::Value,
        };
        if kind != SuggestionKind::Value {
            let names = names.starting(prefix, Some(kind));
            return Ok(names.into_iter().take(limit).map(of_field).collect());
        }
        let value = |value: &str, count| Suggestion {
            kind,
            label: value.to_owned(),
            insert: written(name, value),
            detail: String::new(),
            count,
            procedure: None,
        };
        let begins = |word: &&&str| word.starts_with(prefix);
        Ok(match name {
            "in" => PLACES.iter().filter(begins).map(|word| value(word, None)).collect(),
            "updated" | "lookback" | "commit" => Vec::new(),
            "collection" => (lexicon.collections().iter())
                .map(|shelved| (shelved.full_name(), shelved.collection.title.clone()))
                .filter(|(name, title)| {
                    let begins = |text: &str| fold(text).starts_with(prefix);
                    begins(name) || begins(title) || name.split_once('/').is_some_and(|(_, own)| begins(own))
                })
                .take(limit)
                .map(|(name, title)| Suggestion { detail: title, ..value(&name, None) })
                .collect(),
            _ => {
                let key = match name {
                    "is" => fact::IS.to_owned(),
                    "reads" => fact::READS.to_owned(),
                    "field" => fact::FIELD.to_owned(),
                    "change" => fact::CHANGE.to_owned(),
                    "rule" => fact::RULE.to_owned(),
                    "by" => fact::BY.to_owned(),
                    "path" => fact::PATH.to_owned(),
                    "kernel" => fact::KERNEL.to_owned(),
                    "service" => fact::SERVICE.to_owned(),
                    other => format!("{}{}", fact::META, fold(other)),
                };
                let mut found = self.facts(snapshot, &key, prefix)?;
                found.retain(|(found, _)| name != "is" || STANDINGS.contains(&found.as_str()));
                found.sort_unstable_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
                found.truncate(limit);
                found.into_iter().map(|(found, count)| value(&found, Some(count))).collect()
            }
        })
    }

    /// The exact values of a fact that begin so, each with how many live procedures have it.
    pub(super) fn facts(
        &self,
        snapshot: &Snapshot,
        key: &str,
        prefix: &str,
    ) -> Result<Vec<(String, u64)>, IndexError> {
        let begin = fact::whole(key, prefix);
        let skipped = fact::whole(key, "").len();
        let mut counts = std::collections::BTreeMap::new();
        for reader in snapshot.searcher.segment_readers() {
            let inverted = reader.inverted_index(self.fields.fact)?;
            let mut terms = inverted.terms().range().ge(&begin).into_stream()?;
            let mut room = MAX_TERMS;
            while room > 0 && terms.advance() && terms.key().starts_with(begin.as_bytes()) {
                room -= 1;
                let Some(Ok(value)) = terms.key().get(skipped..).map(std::str::from_utf8) else { continue };
                *counts.entry(value.to_owned()).or_insert(0) += u64::from(terms.value().doc_freq);
            }
        }
        let live = snapshot.live(&self.vocabulary)?;
        Ok(counts.into_iter().map(|(value, count)| (value, count.min(live))).collect())
    }

    /// The procedures whose title has these words, the last one as a beginning.
    fn titled(&self, snapshot: &Snapshot, words: &[String]) -> Result<Vec<Suggestion>, IndexError> {
        let words: Vec<String> =
            words.iter().map(|word| fold(word)).filter(|word| !word.is_empty()).collect();
        let mut found = Vec::new();
        for address in titles::with(snapshot, &self.vocabulary, &words)? {
            let document: TantivyDocument = snapshot.searcher.doc(address)?;
            let json = document.get_first(self.fields.entry).and_then(|value| value.as_str());
            let entry: Entry = serde_json::from_str(json.unwrap_or_default())?;
            found.push(Suggestion {
                kind: SuggestionKind::Procedure,
                insert: written("", &entry.procedure.title),
                label: entry.procedure.title,
                detail: entry.procedure.techniques.first().map_or(String::new(), |first| first.id.clone()),
                count: None,
                procedure: Some((entry.repo, entry.id)),
            });
        }
        Ok(found)
    }
}

/// Some of each kind: the first of every kind before the second of any, what finds nothing last.
fn few(mut items: Vec<Suggestion>, limit: usize) -> Vec<Suggestion> {
    let mut seen: Vec<(SuggestionKind, usize)> = Vec::new();
    let mut ranked: Vec<(bool, usize, Suggestion)> = (items.drain(..))
        .map(|item| {
            let place = if let Some((_, place)) = seen.iter_mut().find(|(kind, _)| *kind == item.kind) {
                *place += 1;
                *place
            } else {
                seen.push((item.kind, 0));
                0
            };
            (item.count == Some(0), place, item)
        })
        .collect();
    ranked.sort_by_key(|(nothing, place, item)| (*nothing, *place, item.kind));
    ranked.truncate(limit);
    ranked.sort_by_key(|(nothing, place, item)| (*nothing, item.kind, *place));
    ranked.into_iter().map(|(.., item)| item).collect()
}

fn field(name: &str, takes: &str) -> Suggestion {
    Suggestion {
        kind: SuggestionKind::Field,
        label: format!("{name}:"),
        insert: format!("{name}:"),
        detail: takes.to_owned(),
        count: None,
        procedure: None,
    }
}

fn of_field(name: &Name) -> Suggestion {
    Suggestion {
        kind: name.kind,
        label: name.label.clone(),
        insert: written(name.field(), &name.value),
        detail: name.detail.clone(),
        count: Some(name.count),
        procedure: None,
    }
}

/// A name among plain words. An actor is looked for by its name, for which there is no field; by its id where the name
/// alone is not taken for one.
fn plain(name: &Name, lexicon: &Lexicon) -> Suggestion {
    let mut item = of_field(name);
    if name.kind == SuggestionKind::Actor {
        let by_name = super::query::is_actor(&name.label, lexicon);
        item.insert = if by_name { name.label.clone() } else { name.value.clone() };
    }
    item
}

/// `name:value` or, without a name, the value, as the parser reads it back.
fn written(name: &str, value: &str) -> String {
    let value = value.replace('"', " ");
    let bare = !value.is_empty()
        && !value.starts_with(['-', '\\', '/'])
        && !value.ends_with('*')
        && !value.contains(|char: char| char.is_whitespace() || matches!(char, '(' | ')'));
    match (name, bare) {
        ("", true) => value,
        ("", false) => format!("\"{value}\""),
        (name, true) => format!("{name}:{value}"),
        (name, false) => format!("{name}:\"{value}\""),
    }
}
