//! The form, field by field: cleaned, or refused with what to do.

use super::own_keys::values;
use super::queries::Names;
use super::{Beginning, Form, Ground, MAX_TECHNIQUES, OUR_SECTIONS, Service, Wrong};
use crate::attack::TechniqueId;
use crate::procedure::normal_data_source;
use std::collections::BTreeMap;

/// Longest title, description, id and entry of a list, in characters.
const MAX_TITLE: usize = 120;
const MAX_DESCRIPTION: usize = 1_000;
const MAX_ID: usize = 60;
const MAX_ENTRY: usize = 80;
/// Most data sources, each of which gets queries of its own, and most tags.
const MAX_SOURCES: usize = 6;
const MAX_TAGS: usize = 20;
/// Most sections that a team can have asked for.
const MAX_SECTIONS: usize = 40;
/// Titles that are a template's.
const PLACEHOLDERS: [&str; 9] =
    ["todo", "tbd", "fixme", "xxx", "changeme", "change me", "title", "description", "placeholder"];
const PLACEHOLDER_BEGINNINGS: [&str; 3] = ["replace this", "lorem ipsum", "insert your"];
/// What a title becomes of which nothing is left.
const UNTITLED: &str = "A new procedure";

pub(super) fn check(form: &Form, ground: &Ground<'_>) -> Result<Beginning, Vec<Wrong>> {
    let mut wrong = Vec::new();
    let mut say = |field: &str, message: String| wrong.push(Wrong { field: field.to_owned(), message });
    let title = text(&form.title, MAX_TITLE);
    match &title {
        Err(message) => say("title", message.clone()),
        Ok(title) if title.is_empty() => say("title", "say what the procedure is called".to_owned()),
        Ok(title) if is_placeholder(title) => {
            say("title", "this is a template's; say what is hunted".to_owned());
        }
        Ok(_) => {}
    }
    let title = title.unwrap_or_default();
    let id = match form.id.trim() {
        "" => id_of(&title),
        given => given.to_owned(),
    };
    if let Err(message) = check_id(&id) {
        say("id", message);
    }
    let description = text(&form.description, MAX_DESCRIPTION).unwrap_or_else(|message| {
        say("description", message);
        String::new()
    });
    if is_placeholder(&description) {
        say(
            "description",
            "this is a template's; say what the procedure hunts for, in a sentence".to_owned(),
        );
    }
    let description =
        if description.is_empty() { "What this hunts for, in a sentence.".to_owned() } else { description };
    let techniques = techniques(&form.techniques, ground).unwrap_or_else(|message| {
        say("techniques", message);
        Vec::new()
    });
    let service =
        if form.service.trim().is_empty() { Some(Service::Taegis) } else { Service::of(&form.service) };
    if service.is_none() {
        let known: Vec<_> = Service::ALL.iter().map(|service| service.word()).collect();
        say("service", format!("there is no such service here; choose one of {}", known.join(", ")));
    }
    let service = service.unwrap_or(Service::None);
    let data_sources = sources(&form.data_sources, service).unwrap_or_else(|message| {
        say("data_sources", message);
        Vec::new()
    });
    let tags = entries(&form.tags, MAX_TAGS).unwrap_or_else(|message| {
        say("tags", message);
        Vec::new()
    });
    let tags = if tags.is_empty() { vec!["draft".to_owned()] } else { tags };
    let keys = values(&form.keys, ground, &id).unwrap_or_else(|mut more| {
        wrong.append(&mut more);
        BTreeMap::new()
    });
    if !wrong.is_empty() {
        return Err(wrong);
    }
    Ok(Beginning {
        names: Names::of(ground.vocabulary, service, form.own_names),
        kernel: ground.settings.kernels.first().map_or("python3", String::as_str).to_owned(),
        sections: sections(&ground.settings.sections),
        title,
        id,
        description,
        techniques,
        data_sources,
        tags,
        service,
        keys,
    })
}

/// A title of any text: blanks become single ones, what is too long is cut.
pub(in crate::authoring) fn as_title(text: &str) -> String {
    let cut: String = one_line(text).chars().take(MAX_TITLE).collect();
    match cut.trim_end() {
        "" => UNTITLED.to_owned(),
        title if is_placeholder(title) => UNTITLED.to_owned(),
        title => title.to_owned(),
    }
}

/// An id made of a title: lower-case letters, digits and hyphens.
pub(in crate::authoring) fn id_of(title: &str) -> String {
    let letters: String = title
        .chars()
        .map(|char| if char.is_ascii_alphanumeric() { char.to_ascii_lowercase() } else { '-' })
        .collect();
    let words: Vec<&str> = letters.split('-').filter(|word| !word.is_empty()).collect();
    let id: String = words.join("-").chars().take(MAX_ID).collect();
    match id.trim_end_matches('-') {
        "" => "new-procedure".to_owned(),
        id if PLACEHOLDERS.contains(&id) => format!("{id}-procedure"),
        id => id.to_owned(),
    }
}

fn check_id(id: &str) -> Result<(), String> {
    let plain = |char: char| char.is_ascii_alphanumeric() || "-_.".contains(char);
    let well = id.chars().all(plain) && id.starts_with(|char: char| char.is_ascii_alphanumeric());
    if !well || id.chars().count() > MAX_ID {
        return Err(format!(
            "an id has 1 to {MAX_ID} letters (a to z), digits, `-`, `_` and `.`, and begins with a letter or digit"
        ));
    }
    if is_placeholder(id) { Err("this is a template's id".to_owned()) } else { Ok(()) }
}

fn is_placeholder(text: &str) -> bool {
    let plain = text.trim().trim_matches(['*', '_', '<', '>', '[', ']', '.', '…']).trim().to_lowercase();
    PLACEHOLDERS.contains(&plain.as_str())
        || PLACEHOLDER_BEGINNINGS.iter().any(|begin| plain.starts_with(begin))
}

/// One line of text without what nobody sees: it would move lines or hide what is written.
fn one_line(text: &str) -> String {
    let unseen = |char: char| {
        matches!(char, '\u{ad}' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff0}'..='\u{fffb}' | '\u{fffe}' | '\u{ffff}')
    };
    let seen: String =
        text.chars().map(|char| if char.is_control() || unseen(char) { ' ' } else { char }).collect();
    seen.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn text(written: &str, most: usize) -> Result<String, String> {
    let text = one_line(written);
    match text.chars().count() {
        count if count > most => Err(format!("it has {count} characters; at most {most} are taken")),
        _ => Ok(text),
    }
}

/// Entries of a list, each once.
fn entries(written: &[String], most: usize) -> Result<Vec<String>, String> {
    let mut entries: Vec<String> = Vec::new();
    for entry in written {
        let entry = text(entry, MAX_ENTRY)?;
        if !entry.is_empty() && !entries.contains(&entry) {
            entries.push(entry);
        }
    }
    if entries.len() > most { Err(format!("at most {most} are taken")) } else { Ok(entries) }
}

fn techniques(written: &[String], ground: &Ground<'_>) -> Result<Vec<TechniqueId>, String> {
    let release = ground.release;
    let mut ids: Vec<TechniqueId> = Vec::new();
    for text in written.iter().map(|text| text.trim()).filter(|text| !text.is_empty()) {
        let shown: String = text.chars().take(40).collect();
        let id = text.parse::<TechniqueId>().ok();
        let known = id.as_ref().and_then(|id| release.technique(id));
        let Some(known) = known else {
            return Err(format!(
                "{} has no technique {shown}; give an id such as T1059.001",
                release.title()
            ));
        };
        let Some(in_use) = release.resolve(&known.id) else {
            return Err(format!(
                "{shown} ({}) is deprecated in {}; choose another",
                known.name,
                release.title()
            ));
        };
        if !ids.contains(&in_use.id) {
            ids.push(in_use.id.clone());
        }
    }
    match ids.len() {
        0 => Err("name at least one technique of ATT&CK, such as T1059.001".to_owned()),
        count if count > MAX_TECHNIQUES => Err(format!("at most {MAX_TECHNIQUES} are taken")),
        _ => Ok(ids),
    }
}

/// Data sources; of Taegis they are the schemas that its queries read.
fn sources(written: &[String], service: Service) -> Result<Vec<String>, String> {
    let sources = entries(written, MAX_SOURCES)?;
    if service != Service::Taegis {
        return Ok(sources);
    }
    let mut schemas: Vec<String> = Vec::new();
    for source in &sources {
        let schema = normal_data_source(source);
        let plain = |char: char| char.is_ascii_lowercase() || char.is_ascii_digit() || char == '_';
        if !schema.chars().all(plain) || !schema.starts_with(|char: char| char.is_ascii_lowercase()) {
            return Err(format!(
                "{source:?} is no schema of Taegis; give one such as process, auth or netflow"
            ));
        }
        if !schemas.contains(&schema) {
            schemas.push(schema);
        }
    }
    if schemas.is_empty() {
        // What the first query reads until its author says otherwise is said in the metadata, too.
        schemas.push("process".to_owned());
    }
    Ok(schemas)
}

fn sections(asked: &[String]) -> Vec<String> {
    let asked: Vec<String> =
        asked.iter().map(|name| one_line(name)).filter(|name| !name.is_empty()).take(MAX_SECTIONS).collect();
    if asked.is_empty() { OUR_SECTIONS.map(str::to_owned).to_vec() } else { asked }
}
