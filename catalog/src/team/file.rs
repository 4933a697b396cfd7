//! `huntshelf.toml`.
//!
//! ```toml
//! [attack]
//! release = "18.1"
//!
//! [search.synonyms]
//! pth = ["pass the hash", "overpass the hash"]
//!
//! [[actors]]
//! name = "Scarlet Otter"
//! aliases = ["SO-17"]
//! techniques = ["T1003.001", "T1558.003"]
//! url = "https://intel.example/scarlet-otter"
//! note = "Seen at two customers in 2026."
//! ```

use super::table::{Lines, Node, Table, read as read_table};
use super::{
    MAX_ACTORS, MAX_ALIASES, MAX_ALIKE, MAX_NAME, MAX_PROSE, MAX_SYNONYMS, MAX_TECHNIQUES, Problems,
    TEAM_FILE, Team, slug,
};
use crate::attack::{Releases, TechniqueId};
use crate::lint::{Severity, TeamSettings};
use crate::report;
use std::sync::Arc;
use url::Url;

/// Most words of one phrase.
const MAX_WORDS: usize = 8;

/// Words and phrases that mean the same: who looks for one finds all.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Synonyms {
    /// As they are written, each once; two at least.
    pub alike: Vec<String>,
    /// Their line in the file.
    pub line: u32,
}

/// An actor that a team knows and ATT&CK does not.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct OwnActor {
    /// What it is in addresses, behind the repository's name and a colon.
    pub slug: String,
    /// Its name.
    pub name: String,
    /// What else it is called.
    pub aliases: Vec<String>,
    /// What it uses, as written.
    pub techniques: Vec<TechniqueId>,
    /// Where more is said of it.
    pub url: Option<String>,
    /// What the team says of it.
    pub note: String,
    /// Its line in the file.
    pub line: u32,
}

/// What there is at the top of the file.
const TABLES: &str = "[attack], [search.synonyms], [[actors]], [lint] and [report]";

pub(super) fn read(team: &mut Team, bytes: &[u8], releases: &Releases, problems: &mut Problems) {
    let Some((entries, lines)) = read_table(bytes, problems) else { return };
    let mut file = Table::new(entries, &lines, "", 1);
    if let Some((node, line)) = file.take("attack") {
        attack(team, node, line, &lines, releases, problems);
    }
    if let Some((node, line)) = file.take("search") {
        search(team, node, line, &lines, problems);
    }
    if let Some((node, line)) = file.take("actors") {
        actors(team, node, line, &lines, releases, problems);
    }
    if file.take("lint").is_some() {
        let settings = TeamSettings::new([(TEAM_FILE, String::from_utf8_lossy(bytes))]);
        for (_, wrong) in settings.problems() {
            problems.say(wrong.line, wrong.severity, &wrong.message, &wrong.help);
        }
        team.lint = Arc::new(settings);
    }
    if file.take("report").is_some() {
        match report::Settings::read(&String::from_utf8_lossy(bytes)) {
            Ok(settings) => team.report = settings,
            Err(wrong) => problems.say(wrong.line, wrong.severity, wrong.message, wrong.help),
        }
    }
    file.unknown(TABLES, problems);
}

/// A value that is to be a table.
fn table<'a>(
    node: Node,
    line: u32,
    lines: &'a Lines,
    name: &'static str,
    problems: &mut Problems,
) -> Option<Table<'a>> {
    match node {
        Node::Table(entries) => Some(Table::new(entries, lines, name, line)),
        other => {
            problems.say(
                line,
                Severity::Error,
                format!("{name} is {} where a table is expected; it is not used", other.kind()),
                format!("write {name} on a line of its own, and its keys below"),
            );
            None
        }
    }
}

fn attack(
    team: &mut Team,
    node: Node,
    line: u32,
    lines: &Lines,
    releases: &Releases,
    problems: &mut Problems,
) {
    let Some(mut table) = table(node, line, lines, "[attack]", problems) else { return };
    if let Some((name, line)) = table.text("release", MAX_NAME, problems) {
        if releases.find(&name).is_some() {
            team.attack_release = Some(name);
        } else {
            problems.say(
                line,
                Severity::Error,
                format!("there is no ATT&CK release {name:?} here: the repository is held to the server's"),
                format!("write one of {}", releases.names()),
            );
        }
    }
    table.unknown("release", problems);
}

fn search(team: &mut Team, node: Node, line: u32, lines: &Lines, problems: &mut Problems) {
    let Some(mut table) = table(node, line, lines, "[search]", problems) else { return };
    if let Some((node, line)) = table.take("synonyms")
        && let Some(table) = self::table(node, line, lines, "[search.synonyms]", problems)
    {
        synonyms(team, table, problems);
    }
    table.unknown("[search.synonyms]", problems);
}

fn synonyms(team: &mut Team, table: Table<'_>, problems: &mut Problems) {
    for (word, line, others) in table.rest(MAX_ALIKE, problems) {
        if team.synonyms.len() == MAX_SYNONYMS {
            problems.say(
                line,
                Severity::Warning,
                format!("there are more than {MAX_SYNONYMS} synonyms: this and what follows is not used"),
                "keep those that hunters type",
            );
            return;
        }
        let mut alike: Vec<String> = Vec::new();
        for (text, line) in std::iter::once((word, line)).chain(others) {
            let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
            if !text.contains(char::is_alphanumeric)
                || text.chars().count() > MAX_NAME
                || text.split(' ').count() > MAX_WORDS
                || text.contains('"')
            {
                problems.say(
                    line,
                    Severity::Warning,
                    format!(
                        "{:?} can be no synonym: it is not used",
                        text.chars().take(60).collect::<String>()
                    ),
                    format!("write a word or a phrase of at most {MAX_WORDS} words, without quotation marks"),
                );
            } else if !alike.iter().any(|own| own.to_lowercase() == text.to_lowercase())
                && alike.len() < MAX_ALIKE
            {
                alike.push(text);
            }
        }
        if alike.len() > 1 {
            team.synonyms.push(Synonyms { alike, line });
        } else if let Some(alone) = alike.first() {
            problems.say(
                line,
                Severity::Warning,
                format!("nothing stands beside {alone:?}: it is not used"),
                "write what means the same in brackets behind it",
            );
        }
    }
}

fn actors(
    team: &mut Team,
    node: Node,
    line: u32,
    lines: &Lines,
    releases: &Releases,
    problems: &mut Problems,
) {
    const NAME: &str = "[[actors]]";
    let Node::List(nodes) = node else {
        problems.say(
            line,
            Severity::Error,
            format!("`actors` is {} where {NAME} is expected; it is not used", node.kind()),
            format!("write {NAME} with two brackets before each actor"),
        );
        return;
    };
    for node in nodes {
        let line = lines.at(node.span().start);
        if team.actors.len() == MAX_ACTORS {
            problems.say(
                line,
                Severity::Warning,
                format!("there are more than {MAX_ACTORS} actors: this and what follows is not used"),
                "keep those that are hunted",
            );
            return;
        }
        let Some(table) = table(node.into_inner(), line, lines, NAME, problems) else { continue };
        if let Some(actor) = actor(table, releases, problems) {
            if let Some(other) = team.actors.iter().find(|other| other.slug == actor.slug) {
                problems.say(
                    line,
                    Severity::Warning,
                    format!("{:?} stands in line {} already: this one is not used", actor.name, other.line),
                    "make one of the two, or give it another name",
                );
            } else {
                team.actors.push(actor);
            }
        }
    }
}

fn actor(mut table: Table<'_>, releases: &Releases, problems: &mut Problems) -> Option<OwnActor> {
    let line = table.line;
    let name = table.text("name", MAX_NAME, problems);
    let aliases = table.texts("aliases", MAX_ALIASES, problems).into_iter().map(|(alias, _)| alias).collect();
    let mut techniques: Vec<TechniqueId> = Vec::new();
    for (text, line) in table.texts("techniques", MAX_TECHNIQUES, problems) {
        match text.parse::<TechniqueId>() {
            Ok(id) if techniques.contains(&id) => {}
            Ok(id) if releases.all().any(|release| release.technique(&id).is_some()) => {
                techniques.push(id);
            }
            Ok(id) => problems.say(
                line,
                Severity::Warning,
                format!("{id} is in no release of ATT&CK that is known here: it is not used"),
                "check the id",
            ),
            Err(_) => problems.say(
                line,
                Severity::Warning,
                format!("{text:?} is no technique id: it is not used"),
                "write an id such as T1059 or T1059.001",
            ),
        }
    }
    let url = table.text("url", 2000, problems).and_then(|(text, line)| {
        let url = Url::parse(&text).ok().filter(|url| matches!(url.scheme(), "https" | "http"));
        if url.is_none() {
            problems.say(
                line,
                Severity::Warning,
                format!(
                    "{:?} is no address of a page: it is not used",
                    text.chars().take(100).collect::<String>()
                ),
                "write an address that begins with https://",
            );
        }
        url.map(|url| url.to_string())
    });
    let note = table.text("note", MAX_PROSE, problems).map(|(note, _)| note).unwrap_or_default();
    table.unknown("name, aliases, techniques, url and note", problems);
    let slug = name.as_ref().map(|(name, _)| slug(name)).unwrap_or_default();
    match name {
        Some((name, _)) if !slug.is_empty() => {
            Some(OwnActor { slug, name, aliases, techniques, url, note, line })
        }
        _ => {
            problems.say(
                line,
                Severity::Error,
                "an actor without a name: it is not used",
                "write `name = \"…\"` below [[actors]]",
            );
            None
        }
    }
}
