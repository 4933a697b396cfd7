//! Accounts: the people whose names stand in everything on record.

use super::{Database, DbError, from_millis, read, taken, write};
use crate::auth::Role;
use chrono::{DateTime, Utc};
use sqlx::FromRow;

/// Somebody who can sign in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// Its id.
    pub id: String,
    /// The name, unique.
    pub name: String,
    /// What they may do.
    pub role: Role,
    /// Since when it exists.
    pub created_at: DateTime<Utc>,
    /// Since when it can no longer be used.
    pub disabled_at: Option<DateTime<Utc>>,
}

#[derive(FromRow)]
pub(super) struct AccountRow {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) role: String,
    pub(super) created_at: i64,
    pub(super) disabled_at: Option<i64>,
}

impl TryFrom<AccountRow> for Account {
    type Error = DbError;

    fn try_from(row: AccountRow) -> Result<Self, DbError> {
        Ok(Self {
            role: role(&row.role)?,
            id: row.id,
            name: row.name,
            created_at: from_millis(row.created_at),
            disabled_at: row.disabled_at.map(from_millis),
        })
    }
}

pub(super) fn role(text: &str) -> Result<Role, DbError> {
    text.parse().map_err(|_| DbError::Contradiction(format!("{text} is no role")))
}

impl Database {
    /// Puts an account on record.
    ///
    /// # Errors
    /// [`DbError::Taken`] when the name is.
    pub async fn create_account(&self, account: &Account) -> Result<(), DbError> {
        write!(self, |pool| sqlx::query(
            "INSERT INTO accounts (id, name, role, created_at, disabled_at) VALUES ($1, $2, $3, $4, NULL)"
        )
        .bind(&account.id)
        .bind(&account.name)
        .bind(account.role.as_str())
        .bind(account.created_at.timestamp_millis())
        .execute(pool)
        .await
        .map(|_| ()))
        .map_err(taken(|| format!("the name {}", account.name)))
    }

    /// Puts the first account on record, and nothing when there is one already.
    ///
    /// # Errors
    /// When the driver fails.
    pub async fn create_first_account(&self, account: &Account) -> Result<bool, DbError> {
        let rows = write!(self, |pool| sqlx::query(
            "INSERT INTO accounts (id, name, role, created_at, disabled_at)
             SELECT $1, $2, $3, $4, NULL WHERE NOT EXISTS (SELECT 1 FROM accounts)"
        )
        .bind(&account.id)
        .bind(&account.name)
        .bind(account.role.as_str())
        .bind(account.created_at.timestamp_millis())
        .execute(pool)
        .await
        .map(|done| done.rows_affected()))
        .map_err(taken(|| format!("the name {}", account.name)))?;
        Ok(rows == 1)
    }

    /// The account of a name.
    ///
    /// # Errors
    /// When the driver fails.
    pub async fn account_named(&self, name: &str) -> Result<Option<Account>, DbError> {
        read!(self, |pool| sqlx::query_as::<_, AccountRow>("SELECT * FROM accounts WHERE name = $1")
            .bind(name)
            .fetch_optional(pool)
            .await)?
        .map(Account::try_from)
        .transpose()
    }

    /// All accounts, by name.
    ///
    /// # Errors
    /// When the driver fails.
    pub async fn accounts(&self) -> Result<Vec<Account>, DbError> {
        read!(self, |pool| sqlx::query_as::<_, AccountRow>("SELECT * FROM accounts ORDER BY name")
            .fetch_all(pool)
            .await)?
        .into_iter()
        .map(Account::try_from)
        .collect()
    }

    /// Whether there is anybody.
    ///
    /// # Errors
    /// When the driver fails.
    pub async fn has_accounts(&self) -> Result<bool, DbError> {
        let count: i64 =
            read!(self, |pool| sqlx::query_scalar("SELECT COUNT(*) FROM accounts").fetch_one(pool).await)?;
        Ok(count > 0)
    }

    /// Shuts an account: its sessions end, its tokens and links stop working. Whether there was one.
    ///
    /// # Errors
    /// When the driver fails.
    pub async fn disable_account(&self, name: &str, now: DateTime<Utc>) -> Result<bool, DbError> {
        let rows = write!(self, |pool| sqlx::query(
            "UPDATE accounts SET disabled_at = $2 WHERE name = $1 AND disabled_at IS NULL"
        )
        .bind(name)
        .bind(now.timestamp_millis())
        .execute(pool)
        .await
        .map(|done| done.rows_affected()))?;
        Ok(rows == 1)
    }
}
