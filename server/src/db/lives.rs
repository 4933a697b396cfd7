//! What becomes of a copy: its state, what came of it, who has it in hand, and when something was last hunted.

use super::instances::{InstanceRow, one_of};
use super::{Database, DbError, from_millis, read, write};
use crate::auth::TenantScope;
use crate::db::instances::{BETWEEN, Instance, Instances};
use chrono::{DateTime, Utc};
use sqlx::FromRow;

/// How far a copy has come.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum State {
    /// Made, and nothing heard of it since.
    #[default]
    Made,
    /// Somebody is at work with it.
    Working,
    /// A notebook came back.
    Returned,
    /// Somebody said what came of it.
    Closed,
    /// It is not to be hunted with.
    Withdrawn,
}

impl State {
    /// All of them, as a copy goes through them.
    pub const ALL: [Self; 5] = [Self::Made, Self::Working, Self::Returned, Self::Closed, Self::Withdrawn];
    /// Those in which something is still to be done.
    pub const OPEN: [Self; 3] = [Self::Made, Self::Working, Self::Returned];

    /// The word for it, in the database, in the API and on the screen.
    pub fn word(self) -> &'static str {
        match self {
            Self::Made => "made",
            Self::Working => "working",
            Self::Returned => "returned",
            Self::Closed => "closed",
            Self::Withdrawn => "withdrawn",
        }
    }

    /// The state of a word.
    pub fn read(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.word() == word)
    }

    /// Whether something is still to be done.
    pub fn is_open(self) -> bool {
        Self::OPEN.contains(&self)
    }
}

/// What kind of thing was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Finding {
    /// Somebody who should not be there.
    Malicious,
    /// What the procedure looks for, done by somebody who may.
    Benign,
    /// Something to be tidied up.
    Hygiene,
    /// Telemetry that is missing.
    VisibilityGap,
}

impl Finding {
    /// All of them, the weightiest first.
    pub const ALL: [Self; 4] = [Self::Malicious, Self::Benign, Self::Hygiene, Self::VisibilityGap];

    /// The word for it, in the database and in the API.
    pub fn word(self) -> &'static str {
        match self {
            Self::Malicious => "malicious",
            Self::Benign => "benign",
            Self::Hygiene => "hygiene",
            Self::VisibilityGap => "visibility-gap",
        }
    }

    /// The finding of a word.
    pub fn read(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.word() == word)
    }
}

/// What a person decided that came of a copy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Disposition {
    /// Something was found.
    Findings(Finding),
    /// It was looked for, and is not there.
    NullFindings,
    /// It cannot be looked for there.
    NotHuntable,
    /// The hunt went wrong.
    Error,
}

impl Disposition {
    /// The words for them in the database and in the API.
    pub const WORDS: [&'static str; 4] = ["findings", "null-findings", "not-huntable", "error"];

    /// The word for it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Findings(_) => Self::WORDS[0],
            Self::NullFindings => Self::WORDS[1],
            Self::NotHuntable => Self::WORDS[2],
            Self::Error => Self::WORDS[3],
        }
    }

    /// What kind of thing was found, if anything was.
    pub fn finding(self) -> Option<Finding> {
        match self {
            Self::Findings(finding) => Some(finding),
            Self::NullFindings | Self::NotHuntable | Self::Error => None,
        }
    }

    /// The disposition of a word, and of the finding's where something was found.
    pub fn read(word: &str, finding: Option<Finding>) -> Option<Self> {
        match (word, finding) {
            ("findings", Some(finding)) => Some(Self::Findings(finding)),
            ("null-findings", None) => Some(Self::NullFindings),
            ("not-huntable", None) => Some(Self::NotHuntable),
            ("error", None) => Some(Self::Error),
            _ => None,
        }
    }

    /// As it is said on the screen.
    pub fn said(self) -> &'static str {
        match self {
            Self::Findings(Finding::Malicious) => "findings: malicious",
            Self::Findings(Finding::Benign) => "findings: benign",
            Self::Findings(Finding::Hygiene) => "findings: hygiene",
            Self::Findings(Finding::VisibilityGap) => "findings: visibility gap",
            Self::NullFindings => "null findings",
            Self::NotHuntable => "not huntable",
            Self::Error => "error",
        }
    }
}

/// Somebody, by their account, and by name as it was then.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    /// The account.
    pub id: String,
    /// Its name then.
    pub name: String,
}

/// What became of a copy.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Life {
    /// How far it has come.
    pub state: State,
    /// What came of it; only of a closed one.
    pub disposition: Option<Disposition>,
    /// What the hunter has to say.
    pub note: String,
    /// An investigation, a ticket.
    pub link: String,
    /// The window that was hunted, where it is not the copy's own.
    pub hunted: Option<(DateTime<Utc>, DateTime<Utc>)>,
    /// Who is to hunt with it.
    pub assignee: Option<Named>,
    /// When it was closed, and by whom.
    pub closed: Option<(DateTime<Utc>, Named)>,
    /// How often it was changed.
    pub version: i64,
    /// The copy in whose place it was made.
    pub replaces: Option<String>,
}

/// The columns of a life.
#[derive(FromRow)]
pub(super) struct LifeRow {
    state: String,
    disposition: Option<String>,
    finding: Option<String>,
    note: String,
    link: String,
    hunted_from: Option<i64>,
    hunted_to: Option<i64>,
    assignee_id: Option<String>,
    assignee_name: Option<String>,
    closed_at: Option<i64>,
    closed_by: Option<String>,
    closed_name: Option<String>,
    version: i64,
    replaces: Option<String>,
}

impl TryFrom<LifeRow> for Life {
    type Error = DbError;

    fn try_from(row: LifeRow) -> Result<Self, DbError> {
        let contradiction =
            |column: &str, word: &str| DbError::Contradiction(format!("instances.{column} is {word}"));
        let finding = match &row.finding {
            Some(word) => Some(Finding::read(word).ok_or_else(|| contradiction("finding", word))?),
            None => None,
        };
        let disposition = match &row.disposition {
            Some(word) => {
                Some(Disposition::read(word, finding).ok_or_else(|| contradiction("disposition", word))?)
            }
            None => None,
        };
        let named = |id: Option<String>, name: Option<String>| {
            Some(Named { id: id?, name: name.unwrap_or_default() })
        };
        Ok(Self {
            state: State::read(&row.state).ok_or_else(|| contradiction("state", &row.state))?,
            disposition,
            note: row.note,
            link: row.link,
            hunted: row.hunted_from.map(from_millis).zip(row.hunted_to.map(from_millis)),
            assignee: named(row.assignee_id, row.assignee_name),
            closed: row.closed_at.map(from_millis).zip(named(row.closed_by, row.closed_name)),
            version: row.version,
            replaces: row.replaces,
        })
    }
}

/// Of what the last hunts are asked for.
#[derive(Debug, Clone, Default)]
pub struct HuntedFilter {
    /// Of this repository.
    pub repo: Option<String>,
    /// Of this procedure, by every id that it has or had; any procedure, when there are none.
    pub procedures: Vec<String>,
    /// For this tenant.
    pub tenant: Option<String>,
    /// For this customer.
    pub customer: Option<String>,
    /// Closed since then.
    pub since: Option<DateTime<Utc>>,
    /// At most so many.
    pub limit: u32,
}

impl Instances<'_> {
    /// Writes what became of a copy, if nobody else did since it was read. Whether it was written.
    ///
    /// # Errors
    /// When the driver fails.
    pub async fn amend(&self, id: &str, life: &Life) -> Result<bool, DbError> {
        let (at, by) = life.closed.as_ref().map(|(at, by)| (at.timestamp_millis(), by)).unzip();
        Ok(write!(self.db, |pool| {
            sqlx::query(
            "UPDATE instances SET state = $3, disposition = $4, finding = $5, note = $6, link = $7, hunted_from = $8,
                    hunted_to = $9, assignee_id = $10, assignee_name = $11, closed_at = $12, closed_by = $13,
                    closed_name = $14, version = version + 1
             WHERE id = $1 AND version = $2"
        )
        .bind(id)
        .bind(life.version)
        .bind(life.state.word())
        .bind(life.disposition.map(Disposition::word))
        .bind(life.disposition.and_then(Disposition::finding).map(Finding::word))
        .bind(&life.note)
        .bind(&life.link)
        .bind(life.hunted.map(|(from, _)| from.timestamp_millis()))
        .bind(life.hunted.map(|(_, to)| to.timestamp_millis()))
        .bind(life.assignee.as_ref().map(|who| &who.id))
        .bind(life.assignee.as_ref().map(|who| &who.name))
        .bind(at)
        .bind(by.map(|by| &by.id))
        .bind(by.map(|by| &by.name))
        .execute(pool)
        .await
        .map(|done| done.rows_affected() == 1)
        })?)
    }

    /// The last copy with which each procedure was hunted for each tenant, newest first: closed, and not because it could
    /// not be hunted.
    ///
    /// # Errors
    /// When the driver fails.
    pub async fn last_hunted(&self, filter: &HuntedFilter) -> Result<Vec<Instance>, DbError> {
        read!(self.db, |pool| sqlx::query_as::<_, InstanceRow>(
            "SELECT * FROM (
               SELECT i.*, t.tenant_key, t.region, t.name AS tenant, c.name AS customer,
                      ROW_NUMBER() OVER (PARTITION BY i.repo, i.procedure_id, i.tenant_id
                                         ORDER BY i.closed_at DESC, i.id DESC) AS place
               FROM instances i LEFT JOIN tenants t ON t.id = i.tenant_id
                 LEFT JOIN customers c ON c.id = i.customer_id
               WHERE i.state = 'closed' AND i.disposition IN ('findings', 'null-findings')
                 AND ($1 IS NULL OR i.repo = $1)
                 AND ($2 IS NULL OR replace($2, $7 || i.procedure_id || $7, '') <> $2)
                 AND ($3 IS NULL OR i.tenant_id = $3)
                 AND ($4 IS NULL OR i.customer_id = $4)
                 AND ($5 IS NULL OR i.closed_at >= $5)
             ) newest WHERE place = 1 ORDER BY closed_at DESC, id DESC LIMIT $6"
        )
        .bind(&filter.repo)
        .bind(one_of(&filter.procedures))
        .bind(&filter.tenant)
        .bind(&filter.customer)
        .bind(filter.since.map(|since| since.timestamp_millis()))
        .bind(i64::from(filter.limit))
        .bind(BETWEEN)
        .fetch_all(pool)
        .await)?
        .into_iter()
        .map(Instance::try_from)
        .collect()
    }
}

impl Instances<'_> {
    /// The copies of a procedure, under any of its ids, that were made in the place of others: the other's id and theirs.
    /// Those that were withdrawn do not count.
    ///
    /// # Errors
    /// When the driver fails.
    pub async fn replacing(
        &self,
        repo: &str,
        procedures: &[String],
    ) -> Result<Vec<(String, String)>, DbError> {
        Ok(read!(self.db, |pool| sqlx::query_as(
            "SELECT replaces, id FROM instances
             WHERE replaces IS NOT NULL AND state <> 'withdrawn' AND repo = $1
               AND replace($2, $3 || procedure_id || $3, '') <> $2 ORDER BY id"
        )
        .bind(repo)
        .bind(one_of(procedures).unwrap_or_default())
        .bind(BETWEEN)
        .fetch_all(pool)
        .await)?)
    }
}

impl Instances<'_> {
    /// The copies that were made in the place of one, newest first. Those that were withdrawn do not count.
    ///
    /// # Errors
    /// When the driver fails.
    pub async fn in_place_of(&self, id: &str) -> Result<Vec<Instance>, DbError> {
        read!(self.db, |pool| sqlx::query_as::<_, InstanceRow>(
            "SELECT i.*, t.tenant_key, t.region, t.name AS tenant, c.name AS customer
             FROM instances i LEFT JOIN tenants t ON t.id = i.tenant_id LEFT JOIN customers c ON c.id = i.customer_id
             WHERE i.replaces = $1 AND i.state <> 'withdrawn' ORDER BY i.id DESC LIMIT 20"
        )
        .bind(id)
        .fetch_all(pool)
        .await)?
        .into_iter()
        .map(Instance::try_from)
        .collect()
    }
}

impl Database {
    /// The commits from which copies of a procedure were made, under any of its ids.
    ///
    /// # Errors
    /// When the driver fails.
    pub async fn copied_commits(
        &self,
        _scope: &TenantScope,
        repo: &str,
        procedures: &[String],
    ) -> Result<Vec<String>, DbError> {
        Ok(read!(self, |pool| sqlx::query_scalar(
            "SELECT DISTINCT commit_id FROM instances
             WHERE repo = $1 AND replace($2, $3 || procedure_id || $3, '') <> $2 ORDER BY commit_id"
        )
        .bind(repo)
        .bind(one_of(procedures).unwrap_or_default())
        .bind(BETWEEN)
        .fetch_all(pool)
        .await)?)
    }
}
