//! Held cells that somebody released, and with them the bytes that a copy was handed out as before.

use super::instances::Instances;
use super::lives::Named;
use super::{DbError, from_json, from_millis, read, to_json, write};
use chrono::{DateTime, Utc};
use serde_json::Value;
use sqlx::FromRow;

/// That held cells of a copy were released.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Release {
    /// Its id.
    pub id: String,
    /// Of which copy.
    pub instance: String,
    /// Which cells, by their ids in the notebook.
    pub cells: Vec<String>,
    /// Why.
    pub reason: String,
    /// Where the bytes are that were handed out before, by their SHA-256.
    pub before: String,
    /// Where those are that are handed out from then on.
    pub object: String,
    /// When.
    pub created_at: DateTime<Utc>,
    /// Who did it.
    pub created_by: Named,
}

#[derive(FromRow)]
struct Row {
    id: String,
    instance_id: String,
    cells: String,
    reason: String,
    before_object: String,
    object: String,
    created_at: i64,
    created_by: String,
    created_name: String,
}

impl TryFrom<Row> for Release {
    type Error = DbError;

    fn try_from(row: Row) -> Result<Self, DbError> {
        Ok(Self {
            id: row.id,
            instance: row.instance_id,
            cells: from_json("releases.cells", &row.cells)?,
            reason: row.reason,
            before: row.before_object,
            object: row.object,
            created_at: from_millis(row.created_at),
            created_by: Named { id: row.created_by, name: row.created_name },
        })
    }
}

impl Instances<'_> {
    /// What was released of a copy, the oldest first.
    ///
    /// # Errors
    /// When the driver fails.
    pub async fn releases(&self, instance: &str) -> Result<Vec<Release>, DbError> {
        let rows = read!(self.db, |pool| sqlx::query_as::<_, Row>(
            "SELECT * FROM releases WHERE instance_id = $1 ORDER BY created_at, id"
        )
        .bind(instance)
        .fetch_all(pool)
        .await)?;
        rows.into_iter().map(Release::try_from).collect()
    }

    /// Puts a release on record and hands the copy out as its bytes from now on, with what it says of itself. Answers
    /// whether it did: not where the copy was handed out as other bytes than before the release, since somebody else released
    /// cells at the same time.
    ///
    /// # Errors
    /// When the driver fails.
    pub async fn release(&self, release: &Release, size: u64, provenance: &Value) -> Result<bool, DbError> {
        Ok(write!(self.db, |pool| {
            let mut transaction = pool.begin().await?;
            let changed = sqlx::query(
                "UPDATE instances SET object = $3, size = $4, provenance = $5 WHERE id = $1 AND object = $2",
            )
            .bind(&release.instance)
            .bind(&release.before)
            .bind(&release.object)
            .bind(i64::try_from(size).unwrap_or(i64::MAX))
            .bind(to_json(provenance))
            .execute(&mut *transaction)
            .await?
            .rows_affected()
                == 1;
            if changed {
                sqlx::query(
                    "INSERT INTO releases (id, instance_id, cells, reason, before_object, object, created_at, created_by,
                        created_name)
                     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
                )
                .bind(&release.id)
                .bind(&release.instance)
                .bind(to_json(&release.cells))
                .bind(&release.reason)
                .bind(&release.before)
                .bind(&release.object)
                .bind(release.created_at.timestamp_millis())
                .bind(&release.created_by.id)
                .bind(&release.created_by.name)
                .execute(&mut *transaction)
                .await?;
                transaction.commit().await?;
            }
            changed
        }))
    }
}
