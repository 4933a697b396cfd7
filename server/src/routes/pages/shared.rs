//! What several pages show, made from what the library and the database know.

use crate::app::App;
use crate::db;
use crate::db::defects::Severity;
use crate::db::instances::Instance;
use crate::db::lint_results::{LintResult, LintUpload};
use crate::db::lives::Disposition;
use crate::db::tenants::Tenant;
use crate::routes::api::defects::Marked;
use crate::routes::api::item::moment;
use catalog::attack::{Mapping, Status, TacticMapping, TacticOrigin};
use catalog::index::{self, Entry, RevisionStatus};
use catalog::library::RepositoryState;
use catalog::lint;
use catalog::procedure;
use catalog::repository::{Forge, Repository};
use chrono::{DateTime, Utc};
use serde_json::Value;
use std::collections::BTreeMap;
use web::pages::history::{Revision, Status as RevisionKind};
use web::view::{
    Change, Commit, CopyRow, Defect, Diagnostic, Field, FieldNote, ProcedureHead, Severity as Weight, Stale,
    Standing, Tactic, TacticOrigin as Origin, Technique, TechniqueStatus, TenantRow, When,
};

/// What pages need beside what they show: the time, and where forges stand.
#[derive(Clone)]
pub struct Context {
    now: i64,
    repositories: Vec<Repository>,
    /// Repositories whose last sync failed, with when the last one ended that worked, and when that one failed.
    stale: Vec<(String, Option<DateTime<Utc>>, DateTime<Utc>)>,
}

impl Context {
    /// As it is now.
    pub fn of(app: &App) -> Self {
        let states = app.library.repositories();
        let stale = |state: &RepositoryState| {
            let (failed, _) = state.error.as_ref()?;
            Some((state.repository.name.clone(), state.synced_at, *failed))
        };
        Self {
            now: app.clock.now().timestamp(),
            stale: states.iter().filter_map(stale).collect(),
            repositories: states.into_iter().map(|state| state.repository).collect(),
        }
    }

    /// With these repositories, at no particular time.
    #[cfg(test)]
    pub fn with(repositories: Vec<Repository>) -> Self {
        Self { now: 0, repositories, stale: Vec::new() }
    }

    /// How old what is shown of a repository is, where its last sync failed.
    pub fn stale(&self, repo: &str) -> Option<Stale> {
        let (_, synced, failed) = self.stale.iter().find(|(name, ..)| name == repo)?;
        Some(Stale { synced: synced.map(|at| self.moment(at)), failed: self.moment(*failed) })
    }

    /// A moment in seconds since 1970.
    pub fn when(&self, seconds: i64) -> When {
        When::new(seconds, self.now)
    }

    /// A moment.
    pub fn moment(&self, at: DateTime<Utc>) -> When {
        self.when(at.timestamp())
    }

    /// Whether there is more than one repository, so that an id alone may not say which.
    pub fn has_several(&self) -> bool {
        self.repositories.len() > 1
    }

    /// The branch of a repository, when one is configured.
    pub fn branch(&self, repo: &str) -> Option<&str> {
        self.repositories.iter().find(|repository| repository.name == repo)?.branch.as_deref()
    }

    /// Every repository that has a forge, with its branch (the remote's `HEAD` where none is configured).
    pub fn forges(&self) -> impl Iterator<Item = (&str, &str, &Forge)> {
        self.repositories.iter().filter_map(|repository| {
            let branch = repository.branch.as_deref().unwrap_or("HEAD");
            Some((repository.name.as_str(), branch, repository.forge.as_ref()?))
        })
    }

    /// The forge of a repository.
    pub fn forge(&self, repo: &str) -> Option<&Forge> {
        self.repositories.iter().find(|repository| repository.name == repo)?.forge.as_ref()
    }

    /// A commit and its link.
    pub fn commit(&self, repo: &str, id: &str) -> Commit {
        Commit { id: id.to_owned(), forge: self.forge(repo).and_then(|forge| forge.commit_url(id)) }
    }

    /// One finding, linked to its line.
    pub fn diagnostic(&self, repo: &str, commit: &str, path: &str, found: lint::Diagnostic) -> Diagnostic {
        let forge = self.forge(repo).and_then(|forge| match found.line {
            0 => forge.file_url(commit, path),
            line => forge.line_url(commit, path, line),
        });
        Diagnostic {
            forge,
            explained: lint::rule(&found.code).is_some(),
            code: found.code,
            severity: match found.severity {
                lint::Severity::Info => Weight::Info,
                lint::Severity::Warning => Weight::Warning,
                lint::Severity::Error => Weight::Error,
            },
            blocking: found.blocking,
            cell: found.cell,
            line: found.line,
            column: found.column,
            message: found.message,
            help: found.help,
        }
    }

    /// What another linter found.
    pub fn found_by(&self, upload: &LintUpload, found: LintResult) -> Diagnostic {
        let commit: String = upload.commit.chars().take(12).collect();
        let help = format!("Found by {} at {commit}", upload.tool);
        let LintResult { path, line, code, severity, message } = found;
        let own = lint::Diagnostic::new(&code, severity, message, help).at(line, 0);
        Diagnostic { explained: false, ..self.diagnostic(&upload.repo, &upload.commit, &path, own) }
    }

    /// One revision.
    pub fn revision(&self, revision: index::Revision) -> Revision {
        Revision {
            commit: self.commit(&revision.repo, &revision.commit),
            subject: revision.subject,
            body: String::new(),
            author: revision.author_name,
            co_authors: revision.co_authors.into_iter().map(|(name, _)| name).collect(),
            authored: self.when(revision.authored_at.0),
            status: match revision.status {
                RevisionStatus::Added => RevisionKind::Added,
                RevisionStatus::Modified => RevisionKind::Modified,
                RevisionStatus::Renamed => RevisionKind::Renamed,
                RevisionStatus::Deleted => RevisionKind::Deleted,
            },
            path: revision.path,
            previous_path: revision.previous_path,
            changes: revision.changes.into_iter().map(change).collect(),
            defective: None,
        }
    }

    /// One revision, with the worst of what is known to be wrong with it.
    pub fn judged(&self, revision: index::Revision, marked: &[Marked]) -> Revision {
        let worst =
            marked.iter().filter(|one| one.holds(revision.order)).map(|one| one.defect.severity).max();
        Revision { defective: worst.map(Severity::word), ..self.revision(revision) }
    }

    /// A defect.
    pub fn defect(&self, defect: db::defects::Defect) -> Defect {
        Defect {
            from: self.commit(&defect.repo, &defect.from),
            mended: defect.mended.as_ref().map(|commit| self.commit(&defect.repo, commit)),
            id: defect.id,
            severity: defect.severity.word(),
            reason: defect.reason,
            by: defect.created_by.1,
            at: self.moment(defect.created_at),
            withdrawn: defect.withdrawn_at.is_some(),
        }
    }

    /// One row of a list of copies.
    pub fn copy(&self, instance: Instance) -> CopyRow {
        let own = own_window(&instance);
        let (tenant, life) = (instance.tenant, instance.life);
        CopyRow {
            id: instance.id,
            procedure: instance.procedure,
            title: instance.title,
            commit: self.commit(&instance.repo, &instance.commit),
            repo: Some(instance.repo),
            tenant_name: tenant.as_ref().map(|tenant| tenant.name.clone()).unwrap_or_default(),
            customer: tenant.as_ref().map(|tenant| tenant.customer.clone()).unwrap_or_default(),
            tenant: tenant.map(|tenant| tenant.id),
            made: self.moment(instance.created_at),
            made_by: instance.created_name,
            file_name: instance.file_name,
            state: life.state.word(),
            outcome: life.disposition.map_or("", Disposition::said),
            assignee: life.assignee.map(|who| who.name).unwrap_or_default(),
            closed: life.closed.map(|(at, by)| (self.moment(at), by.name)),
            window: life.hunted.map(|(from, to)| (moment(from), moment(to))).or(own),
        }
    }
}

/// Field notes as pages show them: of the procedure or the tenant that a page is about itself, nothing is said.
pub fn field_notes(
    context: &Context,
    notes: Vec<db::field_notes::FieldNote>,
    procedure: bool,
    tenant: bool,
) -> Vec<FieldNote> {
    let shown = |note: db::field_notes::FieldNote| FieldNote {
        id: note.id,
        procedure: note.procedure.map(|(_, id)| id).filter(|_| procedure),
        tenant: note.tenant.map(|one| (one.id, one.name)).filter(|_| tenant),
        note: note.note,
        by: note.created_by.name,
        at: context.moment(note.created_at),
        expires: note.expires_at.map(|at| context.moment(at)),
    };
    notes.into_iter().map(shown).collect()
}

/// The window that a copy was filled in with.
pub fn own_window(instance: &Instance) -> Option<(String, String)> {
    let side = |key: &str| instance.provenance.get("window")?.get(key)?.as_str().map(str::to_owned);
    Some((side("from")?, side("to")?))
}

/// A change as pages show it.
pub fn change(change: index::Change) -> Change {
    Change { kind: change.kind, text: change.text }
}

/// How a file stands.
pub fn standing(standing: procedure::Standing) -> Standing {
    match standing {
        procedure::Standing::Good => Standing::Good,
        procedure::Standing::Broken => Standing::Broken,
        procedure::Standing::Uncatalogued => Standing::Uncatalogued,
        procedure::Standing::Duplicate => Standing::Duplicate,
    }
}

/// A technique as pages show it.
pub fn technique(mapping: Mapping) -> Technique {
    Technique {
        id: mapping.id,
        name: mapping.name,
        status: match mapping.status {
            Status::Active => TechniqueStatus::Active,
            Status::Deprecated => TechniqueStatus::Deprecated,
            Status::Revoked => TechniqueStatus::Revoked,
            Status::Foreign => TechniqueStatus::Foreign,
            Status::Unknown => TechniqueStatus::Unknown,
        },
        replaced_by: mapping.replaced_by,
    }
}

/// A tactic as pages show it.
pub fn tactic(mapping: TacticMapping) -> Tactic {
    Tactic {
        id: mapping.id,
        name: mapping.name,
        from: match mapping.from {
            TacticOrigin::Author => Origin::Author,
            TacticOrigin::Technique => Origin::Technique,
            TacticOrigin::Possible => Origin::Possible,
        },
    }
}

/// What every page about one procedure says at its top. `named` is whether the request named the repository.
pub fn head(entry: &Entry, title: &str, others: &[String], named: bool, at: Option<String>) -> ProcedureHead {
    ProcedureHead {
        id: entry.id.clone(),
        repo: entry.repo.clone(),
        repo_in_links: named || !others.is_empty(),
        title: title.to_owned(),
        standing: standing(entry.standing),
        at,
    }
}

/// One row of a list of tenants.
pub fn tenant(tenant: &Tenant) -> TenantRow {
    TenantRow {
        id: tenant.id.clone(),
        name: tenant.name.clone(),
        service: tenant.service.clone(),
        key: tenant.key.clone(),
        region: tenant.region.clone(),
        customer: tenant.customer_id.clone(),
        customer_name: tenant.customer.clone(),
        labels: labels(&tenant.labels),
        retired: tenant.retired_at.is_some(),
    }
}

/// Labels as pages show them.
pub fn labels(labels: &BTreeMap<String, String>) -> Vec<Field> {
    labels.iter().map(|(key, value)| Field { key: key.clone(), value: value.clone() }).collect()
}

/// A value as people read it: text as it is, lists with commas, the rest as JSON.
pub fn readable(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(values) if values.iter().all(|value| !value.is_object() && !value.is_array()) => {
            values.iter().map(readable).collect::<Vec<_>>().join(", ")
        }
        other => other.to_string(),
    }
}

/// `key=value`, one a line, as a form holds it.
pub fn lines(labels: &BTreeMap<String, String>) -> String {
    labels.iter().map(|(key, value)| format!("{key}={value}")).collect::<Vec<_>>().join("\n")
}

/// The pairs of `key=value`, one a line; the first line that is none.
///
/// # Errors
/// That line.
pub fn pairs(text: &str) -> Result<BTreeMap<String, String>, String> {
    text.lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .map(|line| match line.split_once('=') {
            Some((key, value)) => Ok((key.trim().to_owned(), value.trim().to_owned())),
            None => Err(line.chars().take(80).collect()),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_are_one_a_line() {
        let pairs = pairs("sector=health\n\n tier = 1 ").unwrap();
        assert_eq!(lines(&pairs), "sector=health\ntier=1");
        assert_eq!(super::pairs("sector"), Err("sector".to_owned()));
    }

    #[test]
    fn values_are_shown_as_people_read_them() {
        assert_eq!(readable(&serde_json::json!(["a", 1, true])), "a, 1, true");
        assert_eq!(readable(&serde_json::json!({"a": 1})), "{\"a\":1}");
    }
}
