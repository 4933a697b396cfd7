//! What the gate before a report found and somebody judged to be no leak.

use super::lives::Named;
use super::{Database, DbError, from_millis, read, write};
use chrono::{DateTime, Utc};
use sqlx::FromRow;
use std::collections::BTreeSet;

/// A finding that is no leak: the pair of rule and text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotLeak {
    /// The pair, as the gate names it.
    pub finding: String,
    /// What was shown of it.
    pub excerpt: String,
    /// Why it is none.
    pub reason: String,
    /// When it was judged.
    pub created_at: DateTime<Utc>,
    /// By whom.
    pub created_by: Named,
}

#[derive(FromRow)]
struct Row {
    finding: String,
    excerpt: String,
    reason: String,
    created_at: i64,
    created_by: String,
    created_name: String,
}

impl Database {
    /// Puts on record that a finding is no leak. Whether it was not on record before; what was said first stays.
    ///
    /// # Errors
    /// When the driver fails.
    pub async fn add_not_leak(&self, judged: &NotLeak) -> Result<bool, DbError> {
        let added = write!(self, |pool| {
            sqlx::query(
                "INSERT INTO not_leaks (finding, excerpt, reason, created_at, created_by, created_name)
                 VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (finding) DO NOTHING",
            )
            .bind(&judged.finding)
            .bind(&judged.excerpt)
            .bind(&judged.reason)
            .bind(judged.created_at.timestamp_millis())
            .bind(&judged.created_by.id)
            .bind(&judged.created_by.name)
            .execute(pool)
            .await
            .map(|done| done.rows_affected())
        })?;
        Ok(added > 0)
    }

    /// Everything that is no leak, by the names that the gate gives.
    ///
    /// # Errors
    /// When the driver fails.
    pub async fn not_leaks(&self) -> Result<BTreeSet<String>, DbError> {
        Ok(self.judged_no_leaks().await?.into_iter().map(|judged| judged.finding).collect())
    }

    /// The same, with who said so and why, the newest first.
    ///
    /// # Errors
    /// When the driver fails.
    pub async fn judged_no_leaks(&self) -> Result<Vec<NotLeak>, DbError> {
        let rows = read!(self, |pool| sqlx::query_as::<_, Row>(
            "SELECT * FROM not_leaks ORDER BY created_at DESC, finding LIMIT 20000"
        )
        .fetch_all(pool)
        .await)?;
        let judged = rows.into_iter().map(|row| NotLeak {
            finding: row.finding,
            excerpt: row.excerpt,
            reason: row.reason,
            created_at: from_millis(row.created_at),
            created_by: Named { id: row.created_by, name: row.created_name },
        });
        Ok(judged.collect())
    }
}
