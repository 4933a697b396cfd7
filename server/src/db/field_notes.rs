//! Field notes: what hunters know of a procedure, of a tenant, or of both together, until it expires.

use super::instances::{BETWEEN, one_of};
use super::lives::Named;
use super::{Database, DbError, from_millis, read, write};
use crate::auth::TenantScope;
use chrono::{DateTime, Utc};
use sqlx::FromRow;

/// A field note.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldNote {
    /// Our short id.
    pub id: String,
    /// The repository and the id of the procedure that it is about, as it was then.
    pub procedure: Option<(String, String)>,
    /// The tenant that it is about: its id and its name.
    pub tenant: Option<Named>,
    /// What there is to know.
    pub note: String,
    /// When it holds no longer.
    pub expires_at: Option<DateTime<Utc>>,
    /// When it was written.
    pub created_at: DateTime<Utc>,
    /// By whom.
    pub created_by: Named,
    /// When it was taken back.
    pub withdrawn_at: Option<DateTime<Utc>>,
}

#[derive(FromRow)]
struct Row {
    id: String,
    repo: Option<String>,
    procedure_id: Option<String>,
    tenant_id: Option<String>,
    tenant: Option<String>,
    note: String,
    expires_at: Option<i64>,
    created_at: i64,
    created_by: String,
    created_name: String,
    withdrawn_at: Option<i64>,
}

impl From<Row> for FieldNote {
    fn from(row: Row) -> Self {
        Self {
            id: row.id,
            procedure: row.repo.zip(row.procedure_id),
            tenant: row.tenant_id.map(|id| Named { id, name: row.tenant.unwrap_or_default() }),
            note: row.note,
            expires_at: row.expires_at.map(from_millis),
            created_at: from_millis(row.created_at),
            created_by: Named { id: row.created_by, name: row.created_name },
            withdrawn_at: row.withdrawn_at.map(from_millis),
        }
    }
}

/// Which field notes are asked for.
#[derive(Debug, Clone, Default)]
pub struct NoteFilter {
    /// About this procedure: its repository, and every id that it has or had.
    pub procedure: Option<(String, Vec<String>)>,
    /// About this tenant.
    pub tenant: Option<String>,
    /// Of procedure and tenant together, also what is about either alone.
    pub for_pair: bool,
    /// Only those that hold at this time: neither expired nor taken back.
    pub at: Option<DateTime<Utc>>,
    /// At most so many.
    pub limit: u32,
}

/// The field notes that somebody may see.
pub struct FieldNotes<'a> {
    db: &'a Database,
}

impl Database {
    /// The field notes within a scope.
    pub fn field_notes<'a>(&'a self, _scope: &'a TenantScope) -> FieldNotes<'a> {
        FieldNotes { db: self }
    }
}

impl FieldNotes<'_> {
    /// Those asked for, newest first.
    ///
    /// # Errors
    /// When the driver fails.
    pub async fn list(&self, filter: &NoteFilter) -> Result<Vec<FieldNote>, DbError> {
        let (repo, ids) = filter.procedure.as_ref().map(|(repo, ids)| (repo, one_of(ids))).unzip();
        let rows = read!(self.db, |pool| sqlx::query_as::<_, Row>(
            "SELECT n.*, t.name AS tenant FROM field_notes n LEFT JOIN tenants t ON t.id = n.tenant_id
             WHERE ($1 IS NULL OR ($4 = 1 AND n.procedure_id IS NULL)
                    OR (n.repo = $1 AND replace($2, $7 || n.procedure_id || $7, '') <> $2))
               AND ($3 IS NULL OR n.tenant_id = $3 OR ($4 = 1 AND n.tenant_id IS NULL))
               AND ($5 IS NULL OR (n.withdrawn_at IS NULL AND (n.expires_at IS NULL OR n.expires_at > $5)))
             ORDER BY n.created_at DESC, n.id DESC LIMIT $6"
        )
        .bind(repo)
        .bind(ids.flatten())
        .bind(&filter.tenant)
        .bind(i64::from(filter.for_pair))
        .bind(filter.at.map(|at| at.timestamp_millis()))
        .bind(i64::from(filter.limit))
        .bind(BETWEEN)
        .fetch_all(pool)
        .await)?;
        Ok(rows.into_iter().map(FieldNote::from).collect())
    }

    /// One of them.
    ///
    /// # Errors
    /// When the driver fails.
    pub async fn get(&self, id: &str) -> Result<Option<FieldNote>, DbError> {
        let row = read!(self.db, |pool| {
            sqlx::query_as::<_, Row>(
            "SELECT n.*, t.name AS tenant FROM field_notes n LEFT JOIN tenants t ON t.id = n.tenant_id WHERE n.id = $1"
        )
        .bind(id)
        .fetch_optional(pool)
        .await
        })?;
        Ok(row.map(FieldNote::from))
    }

    /// Puts one on record.
    ///
    /// # Errors
    /// When the driver fails.
    pub async fn create(&self, note: &FieldNote) -> Result<(), DbError> {
        let (repo, procedure) = note.procedure.clone().unzip();
        write!(self.db, |pool| {
            sqlx::query(
            "INSERT INTO field_notes (id, repo, procedure_id, tenant_id, note, expires_at, created_at, created_by,
                                      created_name, withdrawn_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)"
        )
        .bind(&note.id)
        .bind(repo)
        .bind(procedure)
        .bind(note.tenant.as_ref().map(|tenant| &tenant.id))
        .bind(&note.note)
        .bind(note.expires_at.map(|at| at.timestamp_millis()))
        .bind(note.created_at.timestamp_millis())
        .bind(&note.created_by.id)
        .bind(&note.created_by.name)
        .bind(note.withdrawn_at.map(|at| at.timestamp_millis()))
        .execute(pool)
        .await
        .map(|_| ())
        })?;
        Ok(())
    }

    /// Writes what can change of one: until when it holds, whether it was taken back. Whether it was there.
    ///
    /// # Errors
    /// When the driver fails.
    pub async fn update(&self, note: &FieldNote) -> Result<bool, DbError> {
        Ok(write!(self.db, |pool| sqlx::query(
            "UPDATE field_notes SET expires_at = $2, withdrawn_at = $3 WHERE id = $1"
        )
        .bind(&note.id)
        .bind(note.expires_at.map(|at| at.timestamp_millis()))
        .bind(note.withdrawn_at.map(|at| at.timestamp_millis()))
        .execute(pool)
        .await
        .map(|done| done.rows_affected() == 1))?)
    }
}
