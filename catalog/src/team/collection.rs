//! `collections/NAME.toml`: procedures worth reading in an order.
//!
//! ```toml
//! title = "Start here"
//! why = "A first week at the shelf: one hunt a day."
//! owner = "Maren"
//! procedures = ["lsass-handle-access", "kerberoasting"]
//! ```

use super::table::{Table, read as read_table};
use super::{MAX_MEMBERS, MAX_NAME, MAX_PROSE, Problems};
use crate::lint::Severity;

/// Procedures in an order, and why.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Collection {
    /// The file's name without its ending: `start-here`.
    pub name: String,
    /// The file.
    pub path: String,
    /// Its title.
    pub title: String,
    /// Why one reads these, and in this order. Plain text; may have paragraphs.
    pub why: String,
    /// Who looks after it.
    pub owner: Option<String>,
    /// The procedures, in order, each once.
    pub members: Vec<Member>,
}

/// A procedure of a collection.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Member {
    /// Its id as the file has it.
    pub written: String,
    /// Its line in the file.
    pub line: u32,
    /// The id that it has today; none while the repository has no such procedure. Known once the index was asked.
    pub id: Option<String>,
}

impl Collection {
    /// The ids of the procedures that are there.
    pub fn ids(&self) -> impl Iterator<Item = &str> {
        self.members.iter().filter_map(|member| member.id.as_deref())
    }

    /// Whether a procedure is in it.
    pub fn holds(&self, id: &str) -> bool {
        self.ids().any(|own| own == id)
    }
}

/// Whether a file's stem can name a collection: it stands in addresses and in searches.
fn is_name(stem: &str) -> bool {
    (1..=64).contains(&stem.len())
        && stem.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-'))
        && stem.starts_with(|c: char| c.is_ascii_alphanumeric())
}

pub(super) fn read(path: &str, bytes: &[u8], problems: &mut Problems) -> Option<Collection> {
    let file = path.rsplit_once('/').map_or(path, |(_, file)| file);
    let name = file.strip_suffix(".toml").unwrap_or(file);
    if !is_name(name) {
        problems.say(
            0,
            Severity::Error,
            "the file's name can name no collection",
            "use 1 to 64 of A-Z a-z 0-9 . _ - before .toml, beginning with a letter or digit",
        );
        return None;
    }
    let (entries, lines) = read_table(bytes, problems)?;
    let mut table = Table::new(entries, &lines, "", 1);
    let title = table.text("title", MAX_NAME, problems);
    let why = table.text("why", MAX_PROSE, problems).map(|(why, _)| why).unwrap_or_default();
    let owner = table.text("owner", MAX_NAME, problems).map(|(owner, _)| owner);
    let mut members: Vec<Member> = Vec::new();
    let mut seen = std::collections::HashMap::new();
    for (written, line) in table.texts("procedures", MAX_MEMBERS, problems) {
        if let Some(before) = seen.get(&written) {
            problems.say(
                line,
                Severity::Warning,
                format!("{written:?} stands in line {before} already"),
                "name each procedure once",
            );
            continue;
        }
        seen.insert(written.clone(), line);
        members.push(Member { written, line, id: None });
    }
    table.unknown("title, why, owner and procedures", problems);
    let Some((title, _)) = title else {
        problems.say(
            1,
            Severity::Error,
            "a collection without a title is not shown",
            "write `title = \"…\"`",
        );
        return None;
    };
    if members.is_empty() {
        problems.say(
            1,
            Severity::Error,
            "a collection without procedures is not shown",
            "write their ids: `procedures = [\"…\", \"…\"]`",
        );
        return None;
    }
    Some(Collection { name: name.to_owned(), path: path.to_owned(), title, why, owner, members })
}
