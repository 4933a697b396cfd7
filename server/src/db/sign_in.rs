//! What people sign in with: sessions, tokens and one-time links. The database knows their hashes only.

use super::accounts::{Account, AccountRow, role};
use super::{Database, DbError, read, write};
use crate::auth::Role;
use crate::entropy::Secret;
use chrono::{DateTime, Utc};
use sqlx::FromRow;

/// A token that may be used, and whose it is.
#[derive(Debug, Clone)]
pub struct TokenUse {
    /// The token's id.
    pub id: String,
    /// What it may be used for, at most; its owner's role bounds it too.
    pub role: Role,
    /// When it was last seen, to the minute or so.
    pub last_used_at: Option<DateTime<Utc>>,
    /// Whose it is.
    pub account: Account,
}

/// A link that may be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Link {
    /// Signs this account in.
    Account(Account),
    /// Makes the first account.
    First,
}

#[derive(FromRow)]
struct TokenRow {
    token_id: String,
    token_role: String,
    last_used_at: Option<i64>,
    #[sqlx(flatten)]
    account: AccountRow,
}

impl Database {
    /// Puts a session on record.
    ///
    /// # Errors
    /// When the driver fails.
    pub async fn create_session(
        &self,
        secret: &Secret,
        account: &Account,
        now: DateTime<Utc>,
        until: DateTime<Utc>,
    ) -> Result<(), DbError> {
        write!(self, |pool| sqlx::query(
            "INSERT INTO sessions (hash, account_id, created_at, expires_at) VALUES ($1, $2, $3, $4)"
        )
        .bind(secret.hash())
        .bind(&account.id)
        .bind(now.timestamp_millis())
        .bind(until.timestamp_millis())
        .execute(pool)
        .await
        .map(|done| done.rows_affected()))?;
        Ok(())
    }

    /// Whose session this is, while it lasts and the account is not disabled.
    ///
    /// # Errors
    /// When the driver fails.
    pub async fn session(&self, secret: &Secret, now: DateTime<Utc>) -> Result<Option<Account>, DbError> {
        read!(self, |pool| sqlx::query_as::<_, AccountRow>(
            "SELECT a.* FROM sessions s JOIN accounts a ON a.id = s.account_id
             WHERE s.hash = $1 AND s.expires_at > $2 AND a.disabled_at IS NULL"
        )
        .bind(secret.hash())
        .bind(now.timestamp_millis())
        .fetch_optional(pool)
        .await)?
        .map(Account::try_from)
        .transpose()
    }

    /// Ends a session, and forgets those that are over.
    ///
    /// # Errors
    /// When the driver fails.
    pub async fn end_session(&self, secret: &Secret, now: DateTime<Utc>) -> Result<(), DbError> {
        write!(self, |pool| sqlx::query("DELETE FROM sessions WHERE hash = $1 OR expires_at <= $2")
            .bind(secret.hash())
            .bind(now.timestamp_millis())
            .execute(pool)
            .await
            .map(|done| done.rows_affected()))?;
        Ok(())
    }

    /// Puts a token on record.
    ///
    /// # Errors
    /// When the driver fails.
    pub async fn create_token(
        &self,
        id: &str,
        secret: &Secret,
        account: &Account,
        role: Role,
        now: DateTime<Utc>,
    ) -> Result<(), DbError> {
        write!(self, |pool| sqlx::query(
            "INSERT INTO tokens (id, hash, account_id, role, created_at) VALUES ($1, $2, $3, $4, $5)"
        )
        .bind(id)
        .bind(secret.hash())
        .bind(&account.id)
        .bind(role.as_str())
        .bind(now.timestamp_millis())
        .execute(pool)
        .await
        .map(|done| done.rows_affected()))?;
        Ok(())
    }

    /// Whose token this is, while it is not revoked and the account is not disabled.
    ///
    /// # Errors
    /// When the driver fails.
    pub async fn token(&self, secret: &Secret) -> Result<Option<TokenUse>, DbError> {
        let row = read!(self, |pool| sqlx::query_as::<_, TokenRow>(
            "SELECT t.id AS token_id, t.role AS token_role, t.last_used_at, a.*
             FROM tokens t JOIN accounts a ON a.id = t.account_id
             WHERE t.hash = $1 AND t.revoked_at IS NULL AND a.disabled_at IS NULL"
        )
        .bind(secret.hash())
        .fetch_optional(pool)
        .await)?;
        let Some(row) = row else { return Ok(None) };
        Ok(Some(TokenUse {
            id: row.token_id,
            role: role(&row.token_role)?,
            last_used_at: row.last_used_at.map(super::from_millis),
            account: row.account.try_into()?,
        }))
    }

    /// Notes that a token was used.
    ///
    /// # Errors
    /// When the driver fails.
    pub async fn touch_token(&self, id: &str, now: DateTime<Utc>) -> Result<(), DbError> {
        write!(self, |pool| sqlx::query("UPDATE tokens SET last_used_at = $2 WHERE id = $1")
            .bind(id)
            .bind(now.timestamp_millis())
            .execute(pool)
            .await
            .map(|done| done.rows_affected()))?;
        Ok(())
    }

    /// Puts a one-time link on record; without an account it makes the first one.
    ///
    /// # Errors
    /// When the driver fails.
    pub async fn create_link(
        &self,
        secret: &Secret,
        account: Option<&Account>,
        now: DateTime<Utc>,
        until: DateTime<Utc>,
    ) -> Result<(), DbError> {
        write!(self, |pool| sqlx::query(
            "INSERT INTO links (hash, account_id, created_at, expires_at) VALUES ($1, $2, $3, $4)"
        )
        .bind(secret.hash())
        .bind(account.map(|account| &account.id))
        .bind(now.timestamp_millis())
        .bind(until.timestamp_millis())
        .execute(pool)
        .await
        .map(|done| done.rows_affected()))?;
        Ok(())
    }

    /// What a link is for, while it can be used. Looking does not use it: mail programs look at links.
    ///
    /// # Errors
    /// When the driver fails.
    pub async fn link(&self, secret: &Secret, now: DateTime<Utc>) -> Result<Option<Link>, DbError> {
        let found: Option<(Option<String>,)> = read!(self, |pool| sqlx::query_as(
            "SELECT account_id FROM links WHERE hash = $1 AND used_at IS NULL AND expires_at > $2"
        )
        .bind(secret.hash())
        .bind(now.timestamp_millis())
        .fetch_optional(pool)
        .await)?;
        match found {
            None => Ok(None),
            // Once there is somebody, nobody becomes admin by a link.
            Some((None,)) => Ok((!self.has_accounts().await?).then_some(Link::First)),
            Some((Some(id),)) => Ok(read!(self, |pool| sqlx::query_as::<_, AccountRow>(
                "SELECT * FROM accounts WHERE id = $1 AND disabled_at IS NULL"
            )
            .bind(&id)
            .fetch_optional(pool)
            .await)?
            .map(Account::try_from)
            .transpose()?
            .map(Link::Account)),
        }
    }

    /// Uses a link up. Whether it was there to be used: of two that try, one succeeds.
    ///
    /// # Errors
    /// When the driver fails.
    pub async fn use_link(&self, secret: &Secret, now: DateTime<Utc>) -> Result<bool, DbError> {
        let rows = write!(self, |pool| sqlx::query(
            "UPDATE links SET used_at = $2 WHERE hash = $1 AND used_at IS NULL AND expires_at > $2"
        )
        .bind(secret.hash())
        .bind(now.timestamp_millis())
        .execute(pool)
        .await
        .map(|done| done.rows_affected()))?;
        Ok(rows == 1)
    }

    /// Withdraws the links that would make the first account.
    ///
    /// # Errors
    /// When the driver fails.
    pub async fn withdraw_first_links(&self) -> Result<(), DbError> {
        write!(self, |pool| sqlx::query("DELETE FROM links WHERE account_id IS NULL")
            .execute(pool)
            .await
            .map(|done| done.rows_affected()))?;
        Ok(())
    }
}
