//! Instances: the copies that were made, of what, for whom, by whom.

use super::lives::{Finding, Life, LifeRow, State};
use super::{Database, DbError, from_json, from_millis, read, to_json, write};
use crate::auth::TenantScope;
use chrono::{DateTime, Utc};
use serde_json::Value;
use sqlx::FromRow;
use std::collections::BTreeMap;

/// A copy on record.
#[derive(Debug, Clone, PartialEq)]
pub struct Instance {
    /// Its id.
    pub id: String,
    /// The repository of its procedure.
    pub repo: String,
    /// The procedure's id when the copy was made.
    pub procedure: String,
    /// The path that it had.
    pub path: String,
    /// The title that it had.
    pub title: String,
    /// The commit that the copy was made from.
    pub commit: String,
    /// The blob.
    pub blob: String,
    /// The procedure's techniques.
    pub techniques: Vec<String>,
    /// For which tenant; none for one of a procedure that asks for no tenant.
    pub tenant: Option<InstanceTenant>,
    /// The notebook's file name.
    pub file_name: String,
    /// What became of it.
    pub life: Life,
    /// How many cells were held.
    pub held_cells: u32,
    /// What went in, as it stands in the notebook: `metadata.huntshelf`.
    pub provenance: Value,
    /// What was said about it when it was made.
    pub warnings: Vec<String>,
    /// Where its bytes are, by their SHA-256.
    pub object: String,
    /// Where the bytes are that it was made from, by their SHA-256.
    pub source_object: String,
    /// How many bytes it has.
    pub size: u64,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// By which account.
    pub created_by: String,
    /// That account's name then.
    pub created_name: String,
}

/// The tenant of a copy, as it is now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InstanceTenant {
    /// Our short id.
    pub id: String,
    /// The service's key for it.
    pub key: String,
    /// Its region.
    pub region: String,
    /// Its name.
    pub name: String,
    /// The customer whose it was when the copy was made.
    pub customer_id: String,
    /// That customer's name.
    pub customer: String,
}

/// Which copies are asked for.
#[derive(Debug, Clone, Default)]
pub struct InstanceFilter {
    /// Of this procedure, by every id that it has or had; any procedure, when there are none.
    pub procedures: Vec<String>,
    /// Of this repository.
    pub repo: Option<String>,
    /// Of this technique; a parent finds its sub-techniques.
    pub technique: Option<String>,
    /// For this tenant, by our id or its key.
    pub tenant: Option<String>,
    /// For this customer, by id.
    pub customer: Option<String>,
    /// Made from this commit, full or short.
    pub commit: Option<String>,
    /// Made from one of these commits, full; from any, when there are none.
    pub commits: Vec<String>,
    /// In one of these states; in any, when there are none.
    pub states: Vec<State>,
    /// Of which this came, by its word.
    pub disposition: Option<String>,
    /// In which this was found.
    pub finding: Option<Finding>,
    /// In the hands of somebody of this name: whom it is assigned to, else who made it.
    pub hunter: Option<String>,
    /// Made since then.
    pub since: Option<DateTime<Utc>>,
    /// Closed since then.
    pub closed_since: Option<DateTime<Utc>>,
    /// Closed before then.
    pub closed_before: Option<DateTime<Utc>>,
    /// Older than this one: where the page before ended.
    pub before: Option<String>,
    /// At most so many.
    pub limit: u32,
}

/// Stands between the ids of a list and occurs in none.
pub(super) const BETWEEN: &str = "\u{1f}";

/// Ids as one text in which each stands between two [`BETWEEN`]s: taking one away changes it only if it is there. Both
/// databases know `replace`; neither takes a list of unknown length otherwise.
pub(super) fn one_of<T: AsRef<str>>(ids: &[T]) -> Option<String> {
    let between = |id: &T| format!("{BETWEEN}{}{BETWEEN}", id.as_ref());
    (!ids.is_empty()).then(|| ids.iter().map(between).collect())
}

#[derive(FromRow)]
pub(super) struct InstanceRow {
    id: String,
    repo: String,
    procedure_id: String,
    path: String,
    title: String,
    commit_id: String,
    blob_id: String,
    techniques: String,
    tenant_id: Option<String>,
    tenant_key: Option<String>,
    region: Option<String>,
    tenant: Option<String>,
    customer_id: Option<String>,
    customer: Option<String>,
    file_name: String,
    #[sqlx(flatten)]
    life: LifeRow,
    held_cells: i64,
    provenance: String,
    warnings: String,
    object: String,
    source_object: String,
    size: i64,
    created_at: i64,
    created_by: String,
    created_name: String,
}

impl TryFrom<InstanceRow> for Instance {
    type Error = DbError;

    fn try_from(row: InstanceRow) -> Result<Self, DbError> {
        Ok(Self {
            id: row.id,
            repo: row.repo,
            procedure: row.procedure_id,
            path: row.path,
            title: row.title,
            commit: row.commit_id,
            blob: row.blob_id,
            techniques: row.techniques.split_whitespace().map(str::to_owned).collect(),
            tenant: row.tenant_id.map(|id| InstanceTenant {
                id,
                key: row.tenant_key.unwrap_or_default(),
                region: row.region.unwrap_or_default(),
                name: row.tenant.unwrap_or_default(),
                customer_id: row.customer_id.unwrap_or_default(),
                customer: row.customer.unwrap_or_default(),
            }),
            file_name: row.file_name,
            life: row.life.try_into()?,
            held_cells: u32::try_from(row.held_cells).unwrap_or_default(),
            provenance: from_json("instances.provenance", &row.provenance)?,
            warnings: from_json("instances.warnings", &row.warnings)?,
            object: row.object,
            source_object: row.source_object,
            size: u64::try_from(row.size).unwrap_or_default(),
            created_at: from_millis(row.created_at),
            created_by: row.created_by,
            created_name: row.created_name,
        })
    }
}

/// The copies that somebody may see: those for the tenants of their scope. For now that is every one.
pub struct Instances<'a> {
    pub(super) db: &'a Database,
}

impl Database {
    /// The copies within a scope.
    pub fn instances<'a>(&'a self, _scope: &'a TenantScope) -> Instances<'a> {
        Instances { db: self }
    }
}

impl Instances<'_> {
    /// Those asked for, newest first.
    ///
    /// # Errors
    /// When the driver fails.
    pub async fn list(&self, filter: &InstanceFilter) -> Result<Vec<Instance>, DbError> {
        read!(self.db, |pool| sqlx::query_as::<_, InstanceRow>(
            "SELECT i.*, t.tenant_key, t.region, t.name AS tenant, c.name AS customer
               FROM instances i LEFT JOIN tenants t ON t.id = i.tenant_id
                 LEFT JOIN customers c ON c.id = i.customer_id
               WHERE ($1 IS NULL OR replace($1, $11 || i.procedure_id || $11, '') <> $1)
                 AND ($2 IS NULL OR i.repo = $2)
                 AND ($3 IS NULL OR i.techniques LIKE '% ' || $3 || ' %' OR i.techniques LIKE '% ' || $3 || '.%')
                 AND ($4 IS NULL OR i.tenant_id = $4 OR t.tenant_key = $4)
                 AND ($5 IS NULL OR i.customer_id = $5)
                 AND ($6 IS NULL OR substr(i.commit_id, 1, length($6)) = $6)
                 AND ($7 IS NULL OR replace($7, $11 || i.state || $11, '') <> $7)
                 AND ($8 IS NULL OR i.created_at >= $8)
                 AND ($9 IS NULL OR i.id < $9)
                 AND ($12 IS NULL OR i.disposition = $12)
                 AND ($13 IS NULL OR i.finding = $13)
                 AND ($14 IS NULL OR COALESCE(i.assignee_name, i.created_name) = $14)
                 AND ($15 IS NULL OR i.closed_at >= $15)
                 AND ($16 IS NULL OR i.closed_at < $16)
                 AND ($17 IS NULL OR replace($17, $11 || i.commit_id || $11, '') <> $17)
               ORDER BY i.id DESC LIMIT $10"
        )
        .bind(one_of(&filter.procedures))
        .bind(&filter.repo)
        .bind(&filter.technique)
        .bind(&filter.tenant)
        .bind(&filter.customer)
        .bind(&filter.commit)
        .bind(one_of(&filter.states.iter().map(|state| state.word()).collect::<Vec<_>>()))
        .bind(filter.since.map(|since| since.timestamp_millis()))
        .bind(&filter.before)
        .bind(i64::from(filter.limit))
        .bind(BETWEEN)
        .bind(&filter.disposition)
        .bind(filter.finding.map(Finding::word))
        .bind(&filter.hunter)
        .bind(filter.closed_since.map(|since| since.timestamp_millis()))
        .bind(filter.closed_before.map(|before| before.timestamp_millis()))
        .bind(one_of(&filter.commits))
        .fetch_all(pool)
        .await)?
        .into_iter()
        .map(Instance::try_from)
        .collect()
    }

    /// How many there are of each commit of a repository.
    ///
    /// # Errors
    /// When the driver fails.
    pub async fn of_commits(&self, repo: &str) -> Result<BTreeMap<String, u64>, DbError> {
        let rows: Vec<(String, i64)> = read!(self.db, |pool| {
            sqlx::query_as("SELECT commit_id, COUNT(*) FROM instances WHERE repo = $1 GROUP BY commit_id")
                .bind(repo)
                .fetch_all(pool)
                .await
        })?;
        Ok(rows
            .into_iter()
            .map(|(commit, count)| (commit, u64::try_from(count).unwrap_or_default()))
            .collect())
    }

    /// One of them.
    ///
    /// # Errors
    /// When the driver fails.
    pub async fn get(&self, id: &str) -> Result<Option<Instance>, DbError> {
        read!(self.db, |pool| sqlx::query_as::<_, InstanceRow>(
            "SELECT i.*, t.tenant_key, t.region, t.name AS tenant, c.name AS customer
             FROM instances i LEFT JOIN tenants t ON t.id = i.tenant_id LEFT JOIN customers c ON c.id = i.customer_id
             WHERE i.id = $1"
        )
        .bind(id)
        .fetch_optional(pool)
        .await)?
        .map(Instance::try_from)
        .transpose()
    }

    /// Puts copies on record: all of them or none.
    ///
    /// # Errors
    /// When the driver fails.
    pub async fn create(&self, instances: &[Instance]) -> Result<(), DbError> {
        write!(self.db, |pool| {
            let mut transaction = pool.begin().await?;
            for instance in instances {
                sqlx::query(
                    "INSERT INTO instances (id, repo, procedure_id, path, title, commit_id, blob_id, techniques, tenant_id,
                        customer_id, file_name, state, held_cells, provenance, warnings, object, source_object, size,
                        created_at, created_by, created_name, assignee_id, assignee_name, replaces, note, link)
                     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19,
                        $20, $21, $22, $23, $24, $25, $26)",
                )
                .bind(&instance.id)
                .bind(&instance.repo)
                .bind(&instance.procedure)
                .bind(&instance.path)
                .bind(&instance.title)
                .bind(&instance.commit)
                .bind(&instance.blob)
                // With blanks around each, so that one is found by its borders.
                .bind(format!(" {} ", instance.techniques.join(" ")))
                .bind(instance.tenant.as_ref().map(|tenant| &tenant.id))
                .bind(instance.tenant.as_ref().map(|tenant| &tenant.customer_id))
                .bind(&instance.file_name)
                .bind(instance.life.state.word())
                .bind(i64::from(instance.held_cells))
                .bind(to_json(&instance.provenance))
                .bind(to_json(&instance.warnings))
                .bind(&instance.object)
                .bind(&instance.source_object)
                .bind(i64::try_from(instance.size).unwrap_or(i64::MAX))
                .bind(instance.created_at.timestamp_millis())
                .bind(&instance.created_by)
                .bind(&instance.created_name)
                .bind(instance.life.assignee.as_ref().map(|who| &who.id))
                .bind(instance.life.assignee.as_ref().map(|who| &who.name))
                .bind(&instance.life.replaces)
                .bind(&instance.life.note)
                .bind(&instance.life.link)
                .execute(&mut *transaction)
                .await?;
            }
            transaction.commit().await
        })?;
        Ok(())
    }
}
