//! Notebooks that came back for copies, each version that differs from the one before.

use super::instances::Instances;
use super::lives::Named;
use super::{DbError, from_millis, read, write};
use chrono::{DateTime, Utc};
use sqlx::FromRow;

/// A notebook that came back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Returned {
    /// Its id.
    pub id: String,
    /// For which copy.
    pub instance: String,
    /// Where its bytes are, by their SHA-256.
    pub object: String,
    /// What the file was called.
    pub file_name: String,
    /// How many bytes it has.
    pub size: u64,
    /// When it came.
    pub created_at: DateTime<Utc>,
    /// Who brought it.
    pub created_by: Named,
}

#[derive(FromRow)]
struct Row {
    id: String,
    instance_id: String,
    object: String,
    file_name: String,
    size: i64,
    created_at: i64,
    created_by: String,
    created_name: String,
}

impl From<Row> for Returned {
    fn from(row: Row) -> Self {
        Self {
            id: row.id,
            instance: row.instance_id,
            object: row.object,
            file_name: row.file_name,
            size: u64::try_from(row.size).unwrap_or_default(),
            created_at: from_millis(row.created_at),
            created_by: Named { id: row.created_by, name: row.created_name },
        }
    }
}

impl Instances<'_> {
    /// What came back for a copy, newest first.
    ///
    /// # Errors
    /// When the driver fails.
    pub async fn returns(&self, instance: &str) -> Result<Vec<Returned>, DbError> {
        let rows = read!(self.db, |pool| sqlx::query_as::<_, Row>(
            "SELECT * FROM returns WHERE instance_id = $1 ORDER BY id DESC LIMIT 200"
        )
        .bind(instance)
        .fetch_all(pool)
        .await)?;
        Ok(rows.into_iter().map(Returned::from).collect())
    }

    /// The version with these bytes, by their SHA-256, if it came back before.
    ///
    /// # Errors
    /// When the driver fails.
    pub async fn returned(&self, instance: &str, object: &str) -> Result<Option<Returned>, DbError> {
        let row = read!(self.db, |pool| sqlx::query_as::<_, Row>(
            "SELECT * FROM returns WHERE instance_id = $1 AND object = $2"
        )
        .bind(instance)
        .bind(object)
        .fetch_optional(pool)
        .await)?;
        Ok(row.map(Returned::from))
    }

    /// Puts on record that a notebook came back. Answers whether these bytes had not come before.
    ///
    /// # Errors
    /// When the driver fails.
    pub async fn add_return(&self, returned: &Returned) -> Result<bool, DbError> {
        let added = write!(self.db, |pool| {
            sqlx::query(
            "INSERT INTO returns (id, instance_id, object, file_name, size, created_at, created_by, created_name)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (instance_id, object) DO NOTHING"
        )
        .bind(&returned.id)
        .bind(&returned.instance)
        .bind(&returned.object)
        .bind(&returned.file_name)
        .bind(i64::try_from(returned.size).unwrap_or(i64::MAX))
        .bind(returned.created_at.timestamp_millis())
        .bind(&returned.created_by.id)
        .bind(&returned.created_by.name)
        .execute(pool)
        .await
        .map(|done| done.rows_affected())
        })?;
        Ok(added > 0)
    }
}
