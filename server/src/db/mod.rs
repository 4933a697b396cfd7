//! What is on record: one database behind one enum, SQLite or PostgreSQL.
//!
//! Each query is one text that both understand; [`read!`] and [`write!`] run it on the pool at hand. SQLite has one
//! connection that writes and several that read, so that readers never wait and writers never find the file locked by
//! each other. Rows come back as plain structs; "not found" is an `Option`, since that is normal.
//!
//! Rows of tenants and of what was made for them are reached only through a [`TenantScope`](crate::auth::TenantScope).

pub mod accounts;
pub mod audit;
#[cfg(test)]
mod conformance;
pub mod customers;
pub mod defects;
pub mod field_notes;
pub mod follows;
pub mod going_on;
pub mod idempotency;
pub mod instances;
pub mod lint_results;
pub mod lives;
pub mod not_leaks;
pub mod periods;
pub mod releases;
pub mod repositories;
pub mod returns;
pub mod reviews;
pub mod roster;
pub mod searches;
pub mod sign_in;
pub mod tenants;
pub mod webhooks;

use chrono::{DateTime, Utc};
use serde::de::DeserializeOwned;
use sqlx::migrate::Migrator;
use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions};
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
};
use std::path::Path;
use std::time::Duration;

static SQLITE: Migrator = sqlx::migrate!("../migrations/sqlite");
static POSTGRES: Migrator = sqlx::migrate!("../migrations/postgres");

/// The database.
#[derive(Debug, Clone)]
pub enum Database {
    /// A file in the data folder.
    Sqlite(Sqlite),
    /// A server that several of ours may share.
    Postgres(PgPool),
}

/// One connection that writes, several that read.
#[derive(Debug, Clone)]
pub struct Sqlite {
    writer: SqlitePool,
    readers: SqlitePool,
}

/// What can go wrong with the database.
#[derive(Debug, thiserror::Error)]
pub enum DbError {
    /// The driver failed: the file is locked, the server is away, …
    #[error("the database failed: {0}")]
    Driver(sqlx::Error),
    /// What was to be written is taken, or contradicts what is there.
    #[error("{0} is taken")]
    Taken(String),
    /// Rows contradict each other or hold what nobody wrote.
    #[error("the database contradicts itself: {0}")]
    Contradiction(String),
    /// The database could not be opened or brought up to date.
    #[error("the database {place} cannot be opened: {reason}")]
    Open {
        /// Which.
        place: String,
        /// Why.
        reason: String,
    },
}

impl From<sqlx::Error> for DbError {
    fn from(error: sqlx::Error) -> Self {
        Self::Driver(error)
    }
}

/// Runs a query on a connection that reads.
macro_rules! read {
    ($db:expr, |$pool:ident| $query:expr) => {
        match $db {
            $crate::db::Database::Sqlite($crate::db::Sqlite { readers: $pool, .. }) => $query,
            $crate::db::Database::Postgres($pool) => $query,
        }
    };
}

/// Runs a query on the connection that writes.
macro_rules! write {
    ($db:expr, |$pool:ident| $query:expr) => {
        match $db {
            $crate::db::Database::Sqlite($crate::db::Sqlite { writer: $pool, .. }) => $query,
            $crate::db::Database::Postgres($pool) => $query,
        }
    };
}

pub(crate) use {read, write};

impl Database {
    /// Opens the SQLite file, making it when there is none, and brings it up to date.
    ///
    /// # Errors
    /// When the file cannot be used, or was written by a newer version of this program.
    pub async fn sqlite(file: &Path) -> Result<Self, DbError> {
        let failed = |error: &dyn std::fmt::Display| DbError::Open {
            place: file.display().to_string(),
            reason: error.to_string(),
        };
        let options = SqliteConnectOptions::new()
            .filename(file)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(Duration::from_secs(10));
        let writer = SqlitePoolOptions::new()
            .max_connections(1)
            .connect_with(options.clone())
            .await
            .map_err(|error| failed(&error))?;
        SQLITE.run(&writer).await.map_err(|error| failed(&error))?;
        // Readers wait for nobody, so a few are plenty; they cannot write even by mistake.
        let readers = SqlitePoolOptions::new()
            .max_connections(4)
            .connect_lazy_with(options.read_only(true).create_if_missing(false));
        Ok(Self::Sqlite(Sqlite { writer, readers }))
    }

    /// Connects to PostgreSQL and brings it up to date. Several servers may do so at once: the migrations are locked.
    ///
    /// # Errors
    /// When the URL is not one, the server is away, or its schema was written by a newer version of this program.
    pub async fn postgres(url: &str) -> Result<Self, DbError> {
        // The URL holds a password: messages name the host only.
        let options: PgConnectOptions = url.parse().map_err(|error: sqlx::Error| DbError::Open {
            place: "named by database.url".to_owned(),
            reason: error.to_string(),
        })?;
        Self::postgres_with(options).await
    }

    pub(crate) async fn postgres_with(options: PgConnectOptions) -> Result<Self, DbError> {
        let place = format!("at {}", options.get_host());
        let failed =
            |error: &dyn std::fmt::Display| DbError::Open { place: place.clone(), reason: error.to_string() };
        let pool = PgPoolOptions::new()
            .max_connections(8)
            .acquire_timeout(Duration::from_secs(10))
            .connect_with(options)
            .await
            .map_err(|error| failed(&error))?;
        POSTGRES.run(&pool).await.map_err(|error| failed(&error))?;
        Ok(Self::Postgres(pool))
    }

    /// Opens what the configuration names: `postgres://…`, or `huntshelf.db` in the data folder.
    ///
    /// # Errors
    /// As [`sqlite`](Self::sqlite) and [`postgres`](Self::postgres).
    pub async fn open(url: Option<&str>, data: &Path) -> Result<Self, DbError> {
        match url {
            None => Self::sqlite(&data.join("huntshelf.db")).await,
            Some(url) if url.starts_with("postgres://") || url.starts_with("postgresql://") => {
                Self::postgres(url).await
            }
            Some(url) => match url.strip_prefix("sqlite:") {
                Some(file) => Self::sqlite(Path::new(file.strip_prefix("//").unwrap_or(file))).await,
                None => Err(DbError::Open {
                    place: "named by database.url".to_owned(),
                    reason: "it begins with neither postgres:// nor sqlite:".to_owned(),
                }),
            },
        }
    }

    /// Closes all connections; what was written is on disk.
    pub async fn close(&self) {
        match self {
            Self::Sqlite(sqlite) => {
                sqlite.readers.close().await;
                sqlite.writer.close().await;
            }
            Self::Postgres(pool) => pool.close().await,
        }
    }
}

/// A refused `UNIQUE` as [`DbError::Taken`], anything else as it is.
pub(crate) fn taken(what: impl FnOnce() -> String) -> impl FnOnce(sqlx::Error) -> DbError {
    move |error| match &error {
        sqlx::Error::Database(refused) if refused.is_unique_violation() => DbError::Taken(what()),
        _ => DbError::Driver(error),
    }
}

/// A time as it is on record.
pub(crate) fn from_millis(millis: i64) -> DateTime<Utc> {
    DateTime::from_timestamp_millis(millis).unwrap_or_default()
}

/// A structure as it is on record.
pub(crate) fn from_json<T: DeserializeOwned>(column: &str, text: &str) -> Result<T, DbError> {
    serde_json::from_str(text)
        .map_err(|error| DbError::Contradiction(format!("{column} is not what was written: {error}")))
}

/// A structure for the record.
pub(crate) fn to_json<T: serde::Serialize>(value: &T) -> String {
    // Maps with string keys, lists and strings: nothing here fails to serialize.
    serde_json::to_string(value).expect("plain structures serialize")
}

/// `text` for a `LIKE … ESCAPE '\'` that finds it anywhere, nothing in it being a wildcard.
pub(crate) fn anywhere(text: &str) -> String {
    let mut pattern = String::from("%");
    for letter in text.to_lowercase().chars() {
        if matches!(letter, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(letter);
    }
    pattern.push('%');
    pattern
}
