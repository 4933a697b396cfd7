//! One procedure in a list, and the small pieces that answers share.

use crate::clock::from_seconds;
use catalog::attack::{Mapping, Status, TacticMapping, TacticOrigin};
use catalog::index::{Change, Entry, Snippet};
use catalog::lint::{Diagnostic, Severity};
use catalog::procedure::Standing;
use chrono::{DateTime, SecondsFormat, Utc};
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

/// One procedure in a list.
#[derive(Debug, Serialize, ToSchema)]
pub struct Item {
    /// `hunting.id`, else `path:` and the path.
    pub id: String,
    /// Its repository.
    pub repo: String,
    /// Its path.
    pub path: String,
    /// `good`, `broken`, `uncatalogued` or `duplicate`.
    #[schema(value_type = String)]
    pub standing: Standing,
    /// Its title.
    pub title: String,
    /// What it hunts for.
    pub description: String,
    /// Its ATT&CK techniques.
    pub techniques: Vec<TechniqueItem>,
    /// Its ATT&CK tactics, in matrix order.
    pub tactics: Vec<TacticItem>,
    /// The telemetry that it reads.
    pub data_sources: Vec<String>,
    /// Its tags.
    pub tags: Vec<String>,
    /// Which service its queries are for.
    pub service: Option<String>,
    /// The `hunting` block whole, as written.
    #[schema(value_type = Object)]
    pub metadata: Map<String, Value>,
    /// The commit that last changed it.
    pub commit: String,
    /// When that was, RFC 3339.
    pub updated_at: String,
    /// Who did.
    pub updated_by: String,
    /// How much lint finds.
    pub diagnostics: DiagnosticCounts,
    /// Why it was found.
    pub snippets: Vec<SnippetItem>,
}

/// A technique.
#[derive(Debug, Serialize, ToSchema)]
pub struct TechniqueItem {
    /// `T1003.001`
    pub id: String,
    /// Its name; empty when the release does not know it.
    pub name: String,
    /// Ids of its tactics.
    pub tactics: Vec<String>,
    /// `active`, `deprecated`, `revoked` or `unknown`.
    #[schema(value_type = String)]
    pub status: Status,
    /// For a revoked one: what replaced it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub replaced_by: Option<String>,
}

/// A tactic.
#[derive(Debug, Serialize, ToSchema)]
pub struct TacticItem {
    /// `TA0006`
    pub id: String,
    /// Its name.
    pub name: String,
    /// `author`, `technique`, or `possible`.
    #[schema(value_type = String)]
    pub from: TacticOrigin,
}

/// How much lint finds.
#[derive(Debug, Default, Serialize, ToSchema)]
pub struct DiagnosticCounts {
    /// Errors.
    pub error: usize,
    /// Warnings.
    pub warning: usize,
}

/// A piece of a text with the matches marked.
#[derive(Debug, Serialize, ToSchema)]
pub struct SnippetItem {
    /// `title`, `description`, `technique`, `prose` or `code`.
    pub field: String,
    /// Escaped text in which only `<mark>` elements stand.
    pub html: String,
}

/// What a revision changed in meaning.
#[derive(Debug, Serialize, ToSchema)]
pub struct ChangeItem {
    /// `technique-added`, `metadata-lost`, …
    pub kind: String,
    /// The cell it is about, from 0.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cell: Option<usize>,
    /// The metadata key it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// The value before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<String>,
    /// The value after.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
    /// The change as a sentence.
    pub text: String,
}

/// One finding of lint.
#[derive(Debug, Serialize, ToSchema)]
pub struct DiagnosticItem {
    /// The rule.
    pub code: String,
    /// `info`, `warning` or `error`.
    #[schema(value_type = String)]
    pub severity: Severity,
    /// Whether it keeps the file from being good.
    pub blocking: bool,
    /// The cell it is about, from 0.
    pub cell: Option<usize>,
    /// From 1; 0 when it is about the file as a whole.
    pub line: u32,
    /// In characters, from 1; 0 when it is about the line as a whole.
    pub column: u32,
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    pub help: String,
}

/// A moment in RFC 3339, UTC, to the second.
pub fn moment(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Secs, true)
}

/// Seconds since 1970 as [`moment`] writes them.
pub fn seconds(at: i64) -> String {
    moment(from_seconds(at))
}

impl Item {
    /// What an entry says, with why it was found.
    pub fn of(entry: Entry, snippets: Vec<Snippet>) -> Self {
        let procedure = entry.procedure;
        Self {
            id: entry.id,
            repo: entry.repo,
            path: entry.path,
            standing: entry.standing,
            title: procedure.title,
            description: procedure.description,
            techniques: procedure.techniques.into_iter().map(TechniqueItem::from).collect(),
            tactics: procedure.tactics.into_iter().map(TacticItem::from).collect(),
            data_sources: procedure.data_sources,
            tags: procedure.tags,
            service: procedure.service,
            metadata: procedure.metadata,
            commit: entry.commit,
            updated_at: seconds(entry.updated_at),
            updated_by: entry.updated_by,
            diagnostics: DiagnosticCounts::of(&entry.problems),
            snippets: snippets.into_iter().map(SnippetItem::from).collect(),
        }
    }
}

impl DiagnosticCounts {
    /// How many of each.
    pub fn of(diagnostics: &[Diagnostic]) -> Self {
        let count = |severity| diagnostics.iter().filter(|one| one.severity == severity).count();
        Self { error: count(Severity::Error), warning: count(Severity::Warning) }
    }
}

impl From<Mapping> for TechniqueItem {
    fn from(mapping: Mapping) -> Self {
        Self {
            id: mapping.id,
            name: mapping.name,
            tactics: mapping.tactics,
            status: mapping.status,
            replaced_by: mapping.replaced_by,
        }
    }
}

impl From<TacticMapping> for TacticItem {
    fn from(mapping: TacticMapping) -> Self {
        Self { id: mapping.id, name: mapping.name, from: mapping.from }
    }
}

impl From<Snippet> for SnippetItem {
    fn from(snippet: Snippet) -> Self {
        Self { field: snippet.field, html: snippet.html }
    }
}

impl From<Change> for ChangeItem {
    fn from(change: Change) -> Self {
        Self {
            kind: change.kind,
            cell: change.cell,
            key: change.key,
            before: change.before,
            after: change.after,
            text: change.text,
        }
    }
}

impl From<Diagnostic> for DiagnosticItem {
    fn from(found: Diagnostic) -> Self {
        Self {
            code: found.code,
            severity: found.severity,
            blocking: found.blocking,
            cell: found.cell,
            line: found.line,
            column: found.column,
            message: found.message,
            help: found.help,
        }
    }
}
