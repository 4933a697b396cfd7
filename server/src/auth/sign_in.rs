//! Signing in: what a session, a token and a one-time link are worth.

use super::{Principal, Role, is_name};
use crate::app::App;
use crate::db::accounts::Account;
use crate::db::sign_in::Link;
use crate::db::{Database, DbError};
use crate::entropy::{self, Secret};
use chrono::{DateTime, Duration, Utc};

/// How long a session lasts.
pub const SESSION: Duration = Duration::days(30);
/// How long a one-time link can be used.
pub const LINK: Duration = Duration::hours(24);
/// What every token begins with, so that it is known for what it is when it turns up somewhere.
pub const TOKEN_PREFIX: &str = "hs_";
/// A token's last use is noted no more often than this.
const TOUCH: Duration = Duration::minutes(1);

/// Why somebody was not signed in.
#[derive(Debug, thiserror::Error)]
pub enum SignInError {
    /// The token is unknown or revoked, or its account is disabled.
    #[error("This token is not known, or no longer valid.")]
    Token,
    /// The link is unknown, used, or too old.
    #[error("This link was used already, or is too old. Ask for a new one.")]
    Link,
    /// The name cannot be one.
    #[error("A name has 1 to 64 characters and no blank at its ends.")]
    Name,
    /// The database failed.
    #[error(transparent)]
    Database(#[from] DbError),
}

/// Who a token stands for: its account, with the lesser of the two roles.
///
/// # Errors
/// When the database fails.
pub async fn by_token(db: &Database, token: &str, now: DateTime<Utc>) -> Result<Option<Principal>, DbError> {
    if !token.starts_with(TOKEN_PREFIX) {
        return Ok(None);
    }
    let Some(found) = db.token(&Secret::brought(token)).await? else { return Ok(None) };
    if found.last_used_at.is_none_or(|last| now - last >= TOUCH) {
        // Nobody waits for the writer because of a note.
        let (db, id) = (db.clone(), found.id);
        tokio::spawn(async move {
            if let Err(error) = db.touch_token(&id, now).await {
                tracing::warn!(%error, "a token's use could not be noted");
            }
        });
    }
    Ok(Some(Principal {
        id: found.account.id,
        name: found.account.name,
        role: found.role.min(found.account.role),
    }))
}

/// Who a session stands for.
///
/// # Errors
/// When the database fails.
pub async fn by_session(
    db: &Database,
    session: &str,
    now: DateTime<Utc>,
) -> Result<Option<Principal>, DbError> {
    Ok(db.session(&Secret::brought(session), now).await?.map(Principal::from))
}

/// Who a name stands for that a trusted proxy vouches for.
///
/// # Errors
/// When the database fails.
pub async fn by_name(db: &Database, name: &str) -> Result<Option<Principal>, DbError> {
    Ok(db.account_named(name).await?.filter(|account| account.disabled_at.is_none()).map(Principal::from))
}

impl From<Account> for Principal {
    fn from(account: Account) -> Self {
        Self { id: account.id, name: account.name, role: account.role }
    }
}

/// Begins a session for who brought a token.
///
/// # Errors
/// [`SignInError::Token`] when it is worth nothing.
pub async fn with_token(app: &App, token: &str) -> Result<Secret, SignInError> {
    let found = app.database.token(&Secret::brought(token.trim())).await?.ok_or(SignInError::Token)?;
    // A session has its account's role; a token for less must not become more.
    if found.role < found.account.role {
        return Err(SignInError::Token);
    }
    begin(app, &found.account).await
}

/// Uses a link up and begins a session. A link for the first account makes it, under the name given.
///
/// # Errors
/// [`SignInError::Link`] when it is worth nothing, [`SignInError::Name`] when the name cannot be one.
pub async fn with_link(app: &App, link: &str, name: &str) -> Result<Secret, SignInError> {
    let (secret, now) = (Secret::brought(link), app.clock.now());
    let account = match app.database.link(&secret, now).await?.ok_or(SignInError::Link)? {
        Link::Account(account) => {
            if !app.database.use_link(&secret, now).await? {
                return Err(SignInError::Link);
            }
            account
        }
        Link::First => {
            if !is_name(name) {
                return Err(SignInError::Name);
            }
            let account = app.new_account(name, Role::Admin);
            if !app.database.use_link(&secret, now).await?
                || !app.database.create_first_account(&account).await?
            {
                return Err(SignInError::Link);
            }
            account
        }
    };
    begin(app, &account).await
}

async fn begin(app: &App, account: &Account) -> Result<Secret, SignInError> {
    let (secret, now) = (Secret::new("", app.entropy.as_ref()), app.clock.now());
    app.database.create_session(&secret, account, now, now + SESSION).await?;
    Ok(secret)
}

/// A one-time link, in full, for an account, or for making the first one.
///
/// # Errors
/// When the database fails.
pub async fn link(
    db: &Database,
    account: Option<&Account>,
    reached_at: &str,
    (now, entropy): (DateTime<Utc>, &dyn entropy::Entropy),
) -> Result<String, DbError> {
    let secret = Secret::new("", entropy);
    db.create_link(&secret, account, now, now + LINK).await?;
    Ok(format!("{reached_at}/login?link={}", secret.reveal()))
}

/// Where to go on after signing in: a path of ours, or the catalog. Never another site.
pub fn next(asked: &str) -> &str {
    // Browsers read `\` as `/` and drop controls, so that `/\evil` and `/<tab>/evil` name another host.
    let local = asked.starts_with('/')
        && !asked.starts_with("//")
        && !asked.chars().any(|letter| letter == '\\' || letter.is_control());
    if local { asked } else { "/" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_never_goes_on_to_another_site() {
        assert_eq!(next("/procedures/x?repo=a"), "/procedures/x?repo=a");
        for away in
            ["", "https://evil.example", "//evil.example", "/\\evil.example", "/\t/evil.example", "evil"]
        {
            assert_eq!(next(away), "/", "{away:?}");
        }
    }
}
