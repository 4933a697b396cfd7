//! Repositories that were added on the page or through the API.

use super::{Database, DbError, from_json, from_millis, read, taken, to_json, write};
use crate::config::RepositoryEntry;
use chrono::{DateTime, Utc};

/// One repository on record.
#[derive(Debug, Clone, PartialEq)]
pub struct RepositoryRow {
    /// Its name.
    pub name: String,
    /// What was said of it.
    pub entry: RepositoryEntry,
    /// Since when it is on record.
    pub created_at: DateTime<Utc>,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
}

impl Database {
    /// All of them, the oldest first.
    ///
    /// # Errors
    /// When the driver fails, or an entry is none.
    pub async fn repositories(&self) -> Result<Vec<RepositoryRow>, DbError> {
        let rows: Vec<(String, String, i64, i64)> = read!(self, |pool| {
            sqlx::query_as(
                "SELECT name, entry, created_at, updated_at FROM repositories ORDER BY created_at, name",
            )
            .fetch_all(pool)
            .await
        })?;
        rows.into_iter()
            .map(|(name, entry, created_at, updated_at)| {
                Ok(RepositoryRow {
                    entry: from_json("repositories.entry", &entry)?,
                    name,
                    created_at: from_millis(created_at),
                    updated_at: from_millis(updated_at),
                })
            })
            .collect()
    }

    /// Puts one on record.
    ///
    /// # Errors
    /// [`DbError::Taken`] when the name is.
    pub async fn create_repository(&self, row: &RepositoryRow) -> Result<(), DbError> {
        write!(self, |pool| sqlx::query(
            "INSERT INTO repositories (name, entry, created_at, updated_at) VALUES ($1, $2, $3, $4)"
        )
        .bind(&row.name)
        .bind(to_json(&row.entry))
        .bind(row.created_at.timestamp_millis())
        .bind(row.updated_at.timestamp_millis())
        .execute(pool)
        .await
        .map(|done| done.rows_affected()))
        .map_err(taken(|| format!("the name {}", row.name)))?;
        Ok(())
    }

    /// Writes what is said of one anew. Whether it was there.
    ///
    /// # Errors
    /// When the driver fails.
    pub async fn update_repository(
        &self,
        name: &str,
        entry: &RepositoryEntry,
        now: DateTime<Utc>,
    ) -> Result<bool, DbError> {
        Ok(write!(self, |pool| sqlx::query(
            "UPDATE repositories SET entry = $2, updated_at = $3 WHERE name = $1"
        )
        .bind(name)
        .bind(to_json(entry))
        .bind(now.timestamp_millis())
        .execute(pool)
        .await
        .map(|done| done.rows_affected() == 1))?)
    }

    /// Takes one off the record. Whether it was there.
    ///
    /// # Errors
    /// When the driver fails.
    pub async fn delete_repository(&self, name: &str) -> Result<bool, DbError> {
        Ok(write!(self, |pool| sqlx::query("DELETE FROM repositories WHERE name = $1")
            .bind(name)
            .execute(pool)
            .await
            .map(|done| done.rows_affected() == 1))?)
    }
}
