//! Idempotency keys: a request that comes again is answered as it was the first time.

use super::{Database, DbError, read, write};
use crate::auth::Principal;
use chrono::{DateTime, Duration, Utc};

/// How a key stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Claim {
    /// Nobody used it: go on, and then [`answer`](Database::answer_key) or [`release`](Database::release_key).
    Ours,
    /// The same request is at work.
    AtWork,
    /// It was used with another request.
    OtherRequest,
    /// The same request was answered so.
    Answered {
        /// The HTTP status.
        status: u16,
        /// The body.
        body: String,
    },
}

/// A claim whose request died is up for grabs after this long.
const STALE: Duration = Duration::minutes(5);
/// Answers are kept for this long.
const KEPT: Duration = Duration::days(2);

impl Database {
    /// Claims a key for a request, given by its hash.
    ///
    /// # Errors
    /// When the driver fails.
    pub async fn claim_key(
        &self,
        who: &Principal,
        key: &str,
        request: &str,
        now: DateTime<Utc>,
    ) -> Result<Claim, DbError> {
        write!(self, |pool| sqlx::query(
            "DELETE FROM idempotency_keys WHERE created_at < $1 OR (status IS NULL AND created_at < $2)"
        )
        .bind((now - KEPT).timestamp_millis())
        .bind((now - STALE).timestamp_millis())
        .execute(pool)
        .await
        .map(|done| done.rows_affected()))?;
        let rows = write!(self, |pool| {
            sqlx::query(
            "INSERT INTO idempotency_keys (account_id, key_text, request, created_at) VALUES ($1, $2, $3, $4)
             ON CONFLICT (account_id, key_text) DO NOTHING"
        )
        .bind(&who.id)
        .bind(key)
        .bind(request)
        .bind(now.timestamp_millis())
        .execute(pool)
        .await
        .map(|done| done.rows_affected())
        })?;
        if rows == 1 {
            return Ok(Claim::Ours);
        }
        let found: Option<(String, Option<i64>, Option<String>)> = read!(self, |pool| sqlx::query_as(
            "SELECT request, status, answer FROM idempotency_keys WHERE account_id = $1 AND key_text = $2"
        )
        .bind(&who.id)
        .bind(key)
        .fetch_optional(pool)
        .await)?;
        Ok(match found {
            Some((own, ..)) if own != request => Claim::OtherRequest,
            Some((_, Some(status), Some(body))) => Claim::Answered {
                status: u16::try_from(status)
                    .map_err(|_| DbError::Contradiction(format!("{status} is no HTTP status")))?,
                body,
            },
            // Released in this very moment: the next try will have it.
            _ => Claim::AtWork,
        })
    }

    /// Keeps the answer that a claimed key got.
    ///
    /// # Errors
    /// When the driver fails.
    pub async fn answer_key(
        &self,
        who: &Principal,
        key: &str,
        status: u16,
        body: &str,
    ) -> Result<(), DbError> {
        write!(self, |pool| sqlx::query(
            "UPDATE idempotency_keys SET status = $3, answer = $4 WHERE account_id = $1 AND key_text = $2"
        )
        .bind(&who.id)
        .bind(key)
        .bind(i64::from(status))
        .bind(body)
        .execute(pool)
        .await
        .map(|done| done.rows_affected()))?;
        Ok(())
    }

    /// Gives a claimed key back: the request failed and may be tried again.
    ///
    /// # Errors
    /// When the driver fails.
    pub async fn release_key(&self, who: &Principal, key: &str) -> Result<(), DbError> {
        write!(self, |pool| sqlx::query(
            "DELETE FROM idempotency_keys WHERE account_id = $1 AND key_text = $2 AND status IS NULL"
        )
        .bind(&who.id)
        .bind(key)
        .execute(pool)
        .await
        .map(|done| done.rows_affected()))?;
        Ok(())
    }
}
