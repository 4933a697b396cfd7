//! Reviews: that somebody looked a revision through, and at what of it.

use super::{Database, DbError, from_millis, read, write};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use sqlx::FromRow;
use utoipa::ToSchema;

/// What of a procedure was looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum ReviewKind {
    /// That it runs, and does what it says.
    Technical,
    /// That it finds what it hunts.
    Detection,
    /// That the report can go to a customer.
    Report,
}

impl ReviewKind {
    /// All of them, in their order on the page.
    pub const ALL: [Self; 3] = [Self::Technical, Self::Detection, Self::Report];

    /// The word for it, in the database and in the API.
    pub fn word(self) -> &'static str {
        match self {
            Self::Technical => "technical",
            Self::Detection => "detection",
            Self::Report => "report",
        }
    }

    /// The kind of a word.
    pub fn read(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.word() == word)
    }
}

/// A review.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Review {
    /// Our short id.
    pub id: String,
    /// The repository.
    pub repo: String,
    /// The procedure, by the id that it had then.
    pub procedure: String,
    /// Its path then.
    pub path: String,
    /// The revision, by its commit.
    pub commit: String,
    /// Its blob.
    pub blob: String,
    /// What was looked at.
    pub kind: ReviewKind,
    /// What there is to say; may be empty.
    pub note: String,
    /// When.
    pub created_at: DateTime<Utc>,
    /// By whom: their account, and their name then.
    pub created_by: (String, String),
}

#[derive(FromRow)]
struct Row {
    id: String,
    repo: String,
    procedure_id: String,
    path: String,
    commit_id: String,
    blob_id: String,
    kind: String,
    note: String,
    created_at: i64,
    created_by: String,
    created_name: String,
}

impl TryFrom<Row> for Review {
    type Error = DbError;

    fn try_from(row: Row) -> Result<Self, DbError> {
        let kind = ReviewKind::read(&row.kind)
            .ok_or_else(|| DbError::Contradiction(format!("reviews.kind is {}", row.kind)))?;
        Ok(Self {
            id: row.id,
            repo: row.repo,
            procedure: row.procedure_id,
            path: row.path,
            commit: row.commit_id,
            blob: row.blob_id,
            kind,
            note: row.note,
            created_at: from_millis(row.created_at),
            created_by: (row.created_by, row.created_name),
        })
    }
}

impl Database {
    /// The reviews of a procedure under any of its ids, the newest first, at most 200.
    ///
    /// # Errors
    /// When the driver fails.
    pub async fn reviews(&self, repo: &str, ids: &[String]) -> Result<Vec<Review>, DbError> {
        let mut found = Vec::new();
        for id in ids {
            let rows = read!(self, |pool| {
                sqlx::query_as::<_, Row>(
                "SELECT * FROM reviews WHERE repo = $1 AND procedure_id = $2 ORDER BY created_at DESC LIMIT 200"
            )
            .bind(repo)
            .bind(id)
            .fetch_all(pool)
            .await
            })?;
            for row in rows {
                found.push(Review::try_from(row)?);
            }
        }
        found.sort_by(|one, other| (other.created_at, &other.id).cmp(&(one.created_at, &one.id)));
        found.truncate(200);
        Ok(found)
    }

    /// Puts a review on record.
    ///
    /// # Errors
    /// When the driver fails.
    pub async fn create_review(&self, review: &Review) -> Result<(), DbError> {
        write!(self, |pool| {
            sqlx::query(
            "INSERT INTO reviews (id, repo, procedure_id, path, commit_id, blob_id, kind, note, created_at, created_by,
             created_name) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)"
        )
        .bind(&review.id)
        .bind(&review.repo)
        .bind(&review.procedure)
        .bind(&review.path)
        .bind(&review.commit)
        .bind(&review.blob)
        .bind(review.kind.word())
        .bind(&review.note)
        .bind(review.created_at.timestamp_millis())
        .bind(&review.created_by.0)
        .bind(&review.created_by.1)
        .execute(pool)
        .await
        .map(|_| ())
        })?;
        Ok(())
    }
}
