//! Procedures that somebody follows: each person their own.

use super::{Database, DbError, from_millis, read, write};
use crate::auth::Principal;
use chrono::{DateTime, Utc};
use sqlx::FromRow;

/// A procedure that somebody follows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Follow {
    /// The repository.
    pub repo: String,
    /// The procedure, by the id that it had then.
    pub procedure: String,
    /// The newest revision that they have seen, by its commit.
    pub seen: String,
    /// Since when they follow it.
    pub created_at: DateTime<Utc>,
    /// When they last looked.
    pub seen_at: DateTime<Utc>,
}

#[derive(FromRow)]
struct Row {
    repo: String,
    procedure_id: String,
    seen_commit: String,
    created_at: i64,
    seen_at: i64,
}

impl From<Row> for Follow {
    fn from(row: Row) -> Self {
        Self {
            repo: row.repo,
            procedure: row.procedure_id,
            seen: row.seen_commit,
            created_at: from_millis(row.created_at),
            seen_at: from_millis(row.seen_at),
        }
    }
}

/// What one person follows: what others do is not there.
pub struct Follows<'a> {
    db: &'a Database,
    owner: &'a str,
}

impl Database {
    /// What who asks follows.
    pub fn follows<'a>(&'a self, who: &'a Principal) -> Follows<'a> {
        Follows { db: self, owner: &who.id }
    }
}

impl Follows<'_> {
    /// All of them, by repository and id.
    ///
    /// # Errors
    /// When the driver fails.
    pub async fn list(&self) -> Result<Vec<Follow>, DbError> {
        let rows = read!(self.db, |pool| {
            sqlx::query_as::<_, Row>(
            "SELECT repo, procedure_id, seen_commit, created_at, seen_at FROM follows WHERE account_id = $1
             ORDER BY repo, procedure_id"
        )
        .bind(self.owner)
        .fetch_all(pool)
        .await
        })?;
        Ok(rows.into_iter().map(Follow::from).collect())
    }

    /// Begins to follow, unless they follow `most` already. Whether they follow it now.
    ///
    /// # Errors
    /// When the driver fails.
    pub async fn begin(&self, follow: &Follow, most: u32) -> Result<bool, DbError> {
        write!(self.db, |pool| sqlx::query(
            "INSERT INTO follows (account_id, repo, procedure_id, seen_commit, created_at, seen_at)
             SELECT $1, $2, $3, $4, CAST($5 AS BIGINT), CAST($6 AS BIGINT)
             WHERE (SELECT COUNT(*) FROM follows WHERE account_id = $1) < CAST($7 AS BIGINT)
             ON CONFLICT (account_id, repo, procedure_id) DO NOTHING"
        )
        .bind(self.owner)
        .bind(&follow.repo)
        .bind(&follow.procedure)
        .bind(&follow.seen)
        .bind(follow.created_at.timestamp_millis())
        .bind(follow.seen_at.timestamp_millis())
        .bind(i64::from(most))
        .execute(pool)
        .await
        .map(|_| ()))?;
        Ok(self.list().await?.iter().any(|one| one.repo == follow.repo && one.procedure == follow.procedure))
    }

    /// Notes that they have seen a revision. Whether they follow that procedure.
    ///
    /// # Errors
    /// When the driver fails.
    pub async fn saw(
        &self,
        repo: &str,
        procedure: &str,
        commit: &str,
        now: DateTime<Utc>,
    ) -> Result<bool, DbError> {
        Ok(write!(self.db, |pool| sqlx::query(
            "UPDATE follows SET seen_commit = $4, seen_at = $5
             WHERE account_id = $1 AND repo = $2 AND procedure_id = $3"
        )
        .bind(self.owner)
        .bind(repo)
        .bind(procedure)
        .bind(commit)
        .bind(now.timestamp_millis())
        .execute(pool)
        .await
        .map(|done| done.rows_affected() == 1))?)
    }

    /// Ends it. Whether they followed.
    ///
    /// # Errors
    /// When the driver fails.
    pub async fn end(&self, repo: &str, procedure: &str) -> Result<bool, DbError> {
        Ok(write!(self.db, |pool| sqlx::query(
            "DELETE FROM follows WHERE account_id = $1 AND repo = $2 AND procedure_id = $3"
        )
        .bind(self.owner)
        .bind(repo)
        .bind(procedure)
        .execute(pool)
        .await
        .map(|done| done.rows_affected() == 1))?)
    }
}
