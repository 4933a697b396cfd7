//! What forges have delivered, and that something may be new in a repository.

use super::{Database, DbError, read, write};
use chrono::{DateTime, Duration, Utc};

/// Deliveries are remembered for this long.
const KEPT: Duration = Duration::days(14);

impl Database {
    /// Notes a delivery. Whether it is the first of its name.
    ///
    /// # Errors
    /// When the driver fails.
    pub async fn claim_delivery(
        &self,
        repo: &str,
        delivery: &str,
        now: DateTime<Utc>,
    ) -> Result<bool, DbError> {
        Ok(write!(self, |pool| sqlx::query(
            "INSERT INTO webhook_deliveries (repo, delivery, at) VALUES ($1, $2, $3)
             ON CONFLICT (repo, delivery) DO NOTHING"
        )
        .bind(repo)
        .bind(delivery)
        .bind(now.timestamp_millis())
        .execute(pool)
        .await
        .map(|done| done.rows_affected() == 1))?)
    }

    /// Forgets a delivery that could not be followed: its forge may send it again.
    ///
    /// # Errors
    /// When the driver fails.
    pub async fn release_delivery(&self, repo: &str, delivery: &str) -> Result<(), DbError> {
        write!(self, |pool| sqlx::query("DELETE FROM webhook_deliveries WHERE repo = $1 AND delivery = $2")
            .bind(repo)
            .bind(delivery)
            .execute(pool)
            .await
            .map(|done| done.rows_affected()))?;
        Ok(())
    }

    /// Forgets the deliveries of long ago. Gives how many.
    ///
    /// # Errors
    /// When the driver fails.
    pub async fn prune_deliveries(&self, now: DateTime<Utc>) -> Result<u64, DbError> {
        Ok(write!(self, |pool| sqlx::query("DELETE FROM webhook_deliveries WHERE at < $1")
            .bind((now - KEPT).timestamp_millis())
            .execute(pool)
            .await
            .map(|done| done.rows_affected()))?)
    }

    /// Tells every server that shares this database that something may be new in a repository. Gives how often that was
    /// said.
    ///
    /// # Errors
    /// When the driver fails.
    pub async fn nudge(&self, repo: &str, now: DateTime<Utc>) -> Result<i64, DbError> {
        let (number,): (i64,) = write!(self, |pool| sqlx::query_as(
            "INSERT INTO nudges (repo, number, at) VALUES ($1, 1, $2)
             ON CONFLICT (repo) DO UPDATE SET number = nudges.number + 1, at = excluded.at
             RETURNING number"
        )
        .bind(repo)
        .bind(now.timestamp_millis())
        .fetch_one(pool)
        .await)?;
        Ok(number)
    }

    /// How often it was said of each repository that something may be new.
    ///
    /// # Errors
    /// When the driver fails.
    pub async fn nudges(&self) -> Result<Vec<(String, i64)>, DbError> {
        Ok(read!(self, |pool| sqlx::query_as("SELECT repo, number FROM nudges ORDER BY repo")
            .fetch_all(pool)
            .await)?)
    }

    /// Whether other servers may use it as well.
    pub fn is_shared(&self) -> bool {
        matches!(self, Self::Postgres(_))
    }
}
