//! Who did what, and when. Rows are only ever added.

use super::{Database, DbError, from_json, from_millis, read, to_json, write};
use crate::auth::Principal;
use chrono::{DateTime, Utc};
use serde_json::Value;

/// One thing that somebody did.
#[derive(Debug, Clone, PartialEq)]
pub struct Deed {
    /// Its id.
    pub id: String,
    /// When.
    pub at: DateTime<Utc>,
    /// By whom, by name.
    pub by: String,
    /// What: `tenant.create`, `instance.create`, …
    pub action: String,
    /// To which row.
    pub subject: String,
    /// What else is worth keeping; never a secret.
    pub detail: Value,
}

impl Database {
    /// Notes that `who` did `action` to `subject`.
    ///
    /// # Errors
    /// When the driver fails.
    pub async fn note(
        &self,
        id: &str,
        at: DateTime<Utc>,
        who: &Principal,
        (action, subject, detail): (&str, &str, &Value),
    ) -> Result<(), DbError> {
        write!(self, |pool| sqlx::query(
            "INSERT INTO audit (id, at, account_id, account_name, action, subject, detail)
             VALUES ($1, $2, $3, $4, $5, $6, $7)"
        )
        .bind(id)
        .bind(at.timestamp_millis())
        .bind(&who.id)
        .bind(&who.name)
        .bind(action)
        .bind(subject)
        .bind(to_json(detail))
        .execute(pool)
        .await
        .map(|done| done.rows_affected()))?;
        Ok(())
    }

    /// The newest deeds.
    ///
    /// # Errors
    /// When the driver fails.
    pub async fn deeds(&self, limit: u32) -> Result<Vec<Deed>, DbError> {
        self.deeds_to(None, limit).await
    }

    /// The newest deed of one kind that was done to a row.
    ///
    /// # Errors
    /// When the driver fails.
    pub async fn last_deed(&self, subject: &str, action: &str) -> Result<Option<Deed>, DbError> {
        let row: Option<Row> = read!(self, |pool| {
            sqlx::query_as(
                "SELECT id, at, account_name, action, subject, detail FROM audit
                 WHERE subject = $1 AND action = $2 ORDER BY at DESC, id DESC LIMIT 1",
            )
            .bind(subject)
            .bind(action)
            .fetch_optional(pool)
            .await
        })?;
        row.map(deed).transpose()
    }

    /// The newest deed of one kind that was done to each copy with which something is still to be done, the oldest first.
    ///
    /// # Errors
    /// When the driver fails.
    pub async fn last_deeds_to_open_copies(&self, action: &str) -> Result<Vec<Deed>, DbError> {
        let rows: Vec<Row> = read!(self, |pool| {
            sqlx::query_as(
                "SELECT id, at, account_name, action, subject, detail FROM (
                   SELECT a.*, ROW_NUMBER() OVER (PARTITION BY a.subject ORDER BY a.at DESC, a.id DESC) AS place
                   FROM audit a JOIN instances i ON i.id = a.subject
                   WHERE a.action = $1 AND i.state IN ('made', 'working', 'returned')
                 ) newest WHERE place = 1 ORDER BY at, id",
            )
            .bind(action)
            .fetch_all(pool)
            .await
        })?;
        rows.into_iter().map(deed).collect()
    }

    /// The newest deeds that were done to a row, or to any.
    ///
    /// # Errors
    /// When the driver fails.
    pub async fn deeds_to(&self, subject: Option<&str>, limit: u32) -> Result<Vec<Deed>, DbError> {
        let rows: Vec<Row> = read!(self, |pool| {
            sqlx::query_as(
                "SELECT id, at, account_name, action, subject, detail FROM audit
                 WHERE ($2 IS NULL OR subject = $2) ORDER BY at DESC, id DESC LIMIT $1",
            )
            .bind(i64::from(limit))
            .bind(subject)
            .fetch_all(pool)
            .await
        })?;
        rows.into_iter().map(deed).collect()
    }
}

/// A row as it is read.
type Row = (String, i64, String, String, String, String);

fn deed((id, at, by, action, subject, detail): Row) -> Result<Deed, DbError> {
    let detail = from_json("audit.detail", &detail)?;
    Ok(Deed { id, at: from_millis(at), by, action, subject, detail })
}
