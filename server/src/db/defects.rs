//! Defects: revisions that somebody found to be wrong, from one until another mends it.

use super::{Database, DbError, from_millis, read, write};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use sqlx::FromRow;
use utoipa::ToSchema;

/// How much a defect matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Worth knowing.
    Low,
    /// Results are to be looked at again.
    Medium,
    /// A hunt with it may have looked at nothing.
    High,
}

impl Severity {
    /// The word for it, in the database, in the API and on the screen.
    pub fn word(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
        }
    }

    /// The severity of a word.
    pub fn read(word: &str) -> Option<Self> {
        [Self::Low, Self::Medium, Self::High].into_iter().find(|one| one.word() == word)
    }
}

/// A defect.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Defect {
    /// Our short id.
    pub id: String,
    /// The repository.
    pub repo: String,
    /// The procedure, by the id that it had then.
    pub procedure: String,
    /// Its path then.
    pub path: String,
    /// The first revision that is defective, by its commit.
    pub from: String,
    /// The revision that mended it.
    pub mended: Option<String>,
    /// How much it matters.
    pub severity: Severity,
    /// What is wrong.
    pub reason: String,
    /// When it was marked.
    pub created_at: DateTime<Utc>,
    /// By whom: their account, and their name then.
    pub created_by: (String, String),
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
    /// When it was taken back.
    pub withdrawn_at: Option<DateTime<Utc>>,
}

#[derive(FromRow)]
struct Row {
    id: String,
    repo: String,
    procedure_id: String,
    path: String,
    from_commit: String,
    mended_commit: Option<String>,
    severity: String,
    reason: String,
    created_at: i64,
    created_by: String,
    created_name: String,
    updated_at: i64,
    withdrawn_at: Option<i64>,
}

impl TryFrom<Row> for Defect {
    type Error = DbError;

    fn try_from(row: Row) -> Result<Self, DbError> {
        let severity = Severity::read(&row.severity)
            .ok_or_else(|| DbError::Contradiction(format!("defects.severity is {}", row.severity)))?;
        Ok(Self {
            id: row.id,
            repo: row.repo,
            procedure: row.procedure_id,
            path: row.path,
            from: row.from_commit,
            mended: row.mended_commit,
            severity,
            reason: row.reason,
            created_at: from_millis(row.created_at),
            created_by: (row.created_by, row.created_name),
            updated_at: from_millis(row.updated_at),
            withdrawn_at: row.withdrawn_at.map(from_millis),
        })
    }
}

impl Database {
    /// The defects of a procedure under any of its ids, those that were taken back included; the newest first.
    ///
    /// # Errors
    /// When the driver fails.
    pub async fn defects(&self, repo: &str, ids: &[String]) -> Result<Vec<Defect>, DbError> {
        let mut found = Vec::new();
        for id in ids {
            let rows = read!(self, |pool| sqlx::query_as::<_, Row>(
                "SELECT * FROM defects WHERE repo = $1 AND procedure_id = $2"
            )
            .bind(repo)
            .bind(id)
            .fetch_all(pool)
            .await)?;
            for row in rows {
                found.push(Defect::try_from(row)?);
            }
        }
        found.sort_by(|one, other| (other.created_at, &other.id).cmp(&(one.created_at, &one.id)));
        Ok(found)
    }

    /// One defect.
    ///
    /// # Errors
    /// When the driver fails.
    pub async fn defect(&self, id: &str) -> Result<Option<Defect>, DbError> {
        read!(self, |pool| sqlx::query_as::<_, Row>("SELECT * FROM defects WHERE id = $1")
            .bind(id)
            .fetch_optional(pool)
            .await)?
        .map(Defect::try_from)
        .transpose()
    }

    /// Puts a defect on record.
    ///
    /// # Errors
    /// When the driver fails.
    pub async fn create_defect(&self, defect: &Defect) -> Result<(), DbError> {
        write!(self, |pool| {
            sqlx::query(
            "INSERT INTO defects (id, repo, procedure_id, path, from_commit, mended_commit, severity, reason, created_at,
             created_by, created_name, updated_at, withdrawn_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)"
        )
        .bind(&defect.id)
        .bind(&defect.repo)
        .bind(&defect.procedure)
        .bind(&defect.path)
        .bind(&defect.from)
        .bind(&defect.mended)
        .bind(defect.severity.word())
        .bind(&defect.reason)
        .bind(defect.created_at.timestamp_millis())
        .bind(&defect.created_by.0)
        .bind(&defect.created_by.1)
        .bind(defect.updated_at.timestamp_millis())
        .bind(defect.withdrawn_at.map(|at| at.timestamp_millis()))
        .execute(pool)
        .await
        .map(|_| ())
        })?;
        Ok(())
    }

    /// Writes what can change of a defect: what mended it, severity, reason, whether it was taken back. Whether it was there.
    ///
    /// # Errors
    /// When the driver fails.
    pub async fn update_defect(&self, defect: &Defect) -> Result<bool, DbError> {
        Ok(write!(self, |pool| {
            sqlx::query(
            "UPDATE defects SET mended_commit = $2, severity = $3, reason = $4, updated_at = $5, withdrawn_at = $6
             WHERE id = $1"
        )
        .bind(&defect.id)
        .bind(&defect.mended)
        .bind(defect.severity.word())
        .bind(&defect.reason)
        .bind(defect.updated_at.timestamp_millis())
        .bind(defect.withdrawn_at.map(|at| at.timestamp_millis()))
        .execute(pool)
        .await
        .map(|done| done.rows_affected() == 1)
        })?)
    }
}
