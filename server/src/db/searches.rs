//! Saved searches: each person their own.

use super::{Database, DbError, from_millis, read, taken, write};
use crate::auth::Principal;
use chrono::{DateTime, Utc};
use sqlx::FromRow;

/// A search that somebody keeps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SavedSearch {
    /// Our short id.
    pub id: String,
    /// Its name, unique among those of its owner.
    pub name: String,
    /// A query string of the catalog, as [`query_string`](crate::routes::api::procedures::query_string) writes it.
    pub query: String,
    /// Since when it is on record.
    pub created_at: DateTime<Utc>,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
}

#[derive(FromRow)]
struct Row {
    id: String,
    name: String,
    query: String,
    created_at: i64,
    updated_at: i64,
}

impl From<Row> for SavedSearch {
    fn from(row: Row) -> Self {
        Self {
            id: row.id,
            name: row.name,
            query: row.query,
            created_at: from_millis(row.created_at),
            updated_at: from_millis(row.updated_at),
        }
    }
}

/// The saved searches of one person: those of others are not there.
pub struct SavedSearches<'a> {
    db: &'a Database,
    owner: &'a str,
}

impl Database {
    /// The saved searches of who asks.
    pub fn searches<'a>(&'a self, who: &'a Principal) -> SavedSearches<'a> {
        SavedSearches { db: self, owner: &who.id }
    }
}

impl SavedSearches<'_> {
    /// All of them, by name.
    ///
    /// # Errors
    /// When the driver fails.
    pub async fn list(&self) -> Result<Vec<SavedSearch>, DbError> {
        let rows = read!(self.db, |pool| {
            sqlx::query_as::<_, Row>(
            "SELECT id, name, query, created_at, updated_at FROM saved_searches WHERE account_id = $1 ORDER BY name"
        )
        .bind(self.owner)
        .fetch_all(pool)
        .await
        })?;
        Ok(rows.into_iter().map(SavedSearch::from).collect())
    }

    /// One of them.
    ///
    /// # Errors
    /// When the driver fails.
    pub async fn get(&self, id: &str) -> Result<Option<SavedSearch>, DbError> {
        let row = read!(self.db, |pool| {
            sqlx::query_as::<_, Row>(
            "SELECT id, name, query, created_at, updated_at FROM saved_searches WHERE account_id = $1 AND id = $2"
        )
        .bind(self.owner)
        .bind(id)
        .fetch_optional(pool)
        .await
        })?;
        Ok(row.map(SavedSearch::from))
    }

    /// Puts one on record, unless there are `most` of them. Whether it was.
    ///
    /// # Errors
    /// [`DbError::Taken`] when the name is.
    pub async fn create(&self, search: &SavedSearch, most: u32) -> Result<bool, DbError> {
        write!(self.db, |pool| sqlx::query(
            "INSERT INTO saved_searches (id, account_id, name, query, created_at, updated_at)
             SELECT $1, $2, $3, $4, CAST($5 AS BIGINT), CAST($6 AS BIGINT)
             WHERE (SELECT COUNT(*) FROM saved_searches WHERE account_id = $2) < CAST($7 AS BIGINT)"
        )
        .bind(&search.id)
        .bind(self.owner)
        .bind(&search.name)
        .bind(&search.query)
        .bind(search.created_at.timestamp_millis())
        .bind(search.updated_at.timestamp_millis())
        .bind(i64::from(most))
        .execute(pool)
        .await
        .map(|done| done.rows_affected() == 1))
        .map_err(taken(|| format!("the name {}", search.name)))
    }

    /// Writes one anew. Whether it was there.
    ///
    /// # Errors
    /// [`DbError::Taken`] when the name is.
    pub async fn update(&self, search: &SavedSearch) -> Result<bool, DbError> {
        write!(self.db, |pool| sqlx::query(
            "UPDATE saved_searches SET name = $3, query = $4, updated_at = $5 WHERE account_id = $1 AND id = $2"
        )
        .bind(self.owner)
        .bind(&search.id)
        .bind(&search.name)
        .bind(&search.query)
        .bind(search.updated_at.timestamp_millis())
        .execute(pool)
        .await
        .map(|done| done.rows_affected() == 1))
        .map_err(taken(|| format!("the name {}", search.name)))
    }

    /// Takes one off the record. Whether it was there.
    ///
    /// # Errors
    /// When the driver fails.
    pub async fn delete(&self, id: &str) -> Result<bool, DbError> {
        Ok(write!(self.db, |pool| sqlx::query(
            "DELETE FROM saved_searches WHERE account_id = $1 AND id = $2"
        )
        .bind(self.owner)
        .bind(id)
        .execute(pool)
        .await
        .map(|done| done.rows_affected() == 1))?)
    }
}
