//! Tenants: one environment of a customer on one service.

use super::{Database, DbError, anywhere, from_json, from_millis, read, taken, to_json, write};
use crate::auth::TenantScope;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use sqlx::FromRow;
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// A tenant.
#[derive(Debug, Clone, PartialEq)]
pub struct Tenant {
    /// Our short id.
    pub id: String,
    /// Whose it is.
    pub customer_id: String,
    /// That customer's name.
    pub customer: String,
    /// What holds its telemetry: `taegis`, `sentinel`, …
    pub service: String,
    /// The service's region.
    pub region: String,
    /// As the service knows it. Always text: `000145483` is not a number.
    pub key: String,
    /// What people call it.
    pub name: String,
    /// Labels.
    pub labels: BTreeMap<String, String>,
    /// Values for parameters of procedures, by name.
    pub parameters: Map<String, Value>,
    /// Its time zone, as the IANA names it.
    pub time_zone: String,
    /// What it sends, as procedures name it.
    pub data_sources: Vec<TenantSource>,
    /// Since when it gets no copies any more.
    pub retired_at: Option<DateTime<Utc>>,
    /// Since when it is on record.
    pub created_at: DateTime<Utc>,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
}

/// A data source that a tenant sends.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TenantSource {
    /// As procedures name it: `process`, `netflow`, …
    pub name: String,
    /// For how many days it is kept, where that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retention_days: Option<u32>,
}

/// Which tenants are asked for.
#[derive(Debug, Clone, Default)]
pub struct TenantFilter {
    /// Those of this very key.
    pub key: Option<String>,
    /// Those of this customer.
    pub customer: Option<String>,
    /// Those that have this text in their name, key, region or labels, or in their customer's name or labels.
    pub text: Option<String>,
    /// Those in this region.
    pub region: Option<String>,
    /// Those on this service.
    pub service: Option<String>,
    /// Those that are retired, or those that are not.
    pub retired: Option<bool>,
    /// Those that stand after this one: where the page before ended.
    pub after: Option<String>,
    /// At most so many; all of them without it.
    pub limit: Option<u32>,
}

#[derive(FromRow)]
struct TenantRow {
    id: String,
    customer_id: String,
    customer: String,
    service: String,
    region: String,
    tenant_key: String,
    name: String,
    labels: String,
    parameters: String,
    time_zone: String,
    data_sources: String,
    retired_at: Option<i64>,
    created_at: i64,
    updated_at: i64,
}

impl TryFrom<TenantRow> for Tenant {
    type Error = DbError;

    fn try_from(row: TenantRow) -> Result<Self, DbError> {
        Ok(Self {
            id: row.id,
            customer_id: row.customer_id,
            customer: row.customer,
            service: row.service,
            region: row.region,
            key: row.tenant_key,
            name: row.name,
            labels: from_json("tenants.labels", &row.labels)?,
            parameters: from_json("tenants.parameters", &row.parameters)?,
            time_zone: row.time_zone,
            data_sources: from_json("tenants.data_sources", &row.data_sources)?,
            retired_at: row.retired_at.map(from_millis),
            created_at: from_millis(row.created_at),
            updated_at: from_millis(row.updated_at),
        })
    }
}

/// The tenants that somebody may see. For now a scope holds every one of them.
pub struct Tenants<'a> {
    db: &'a Database,
}

impl Database {
    /// The tenants within a scope.
    pub fn tenants<'a>(&'a self, _scope: &'a TenantScope) -> Tenants<'a> {
        Tenants { db: self }
    }
}

impl Tenants<'_> {
    /// Those asked for, by customer and name.
    ///
    /// # Errors
    /// When the driver fails.
    pub async fn list(&self, filter: &TenantFilter) -> Result<Vec<Tenant>, DbError> {
        read!(self.db, |pool| sqlx::query_as::<_, TenantRow>(
            r"SELECT t.*, c.name AS customer FROM tenants t JOIN customers c ON c.id = t.customer_id
              WHERE ($1 IS NULL OR t.tenant_key = $1) AND ($2 IS NULL OR t.customer_id = $2)
                AND ($3 IS NULL OR lower(t.name) LIKE $3 ESCAPE '\' OR lower(t.tenant_key) LIKE $3 ESCAPE '\'
                     OR lower(t.region) LIKE $3 ESCAPE '\' OR lower(c.name) LIKE $3 ESCAPE '\'
                     OR lower(t.labels) LIKE $4 ESCAPE '\' OR lower(c.labels) LIKE $4 ESCAPE '\')
                AND ($5 IS NULL OR t.region = $5) AND ($6 IS NULL OR t.service = $6)
                AND ($7 = 0 OR ($7 = 1) = (t.retired_at IS NOT NULL))
                AND ($8 IS NULL OR (c.name, t.name, t.id) > (
                  SELECT co.name, o.name, o.id FROM tenants o JOIN customers co ON co.id = o.customer_id WHERE o.id = $8))
              ORDER BY c.name, t.name, t.id LIMIT $9"
        )
        .bind(&filter.key)
        .bind(&filter.customer)
        .bind(filter.text.as_deref().map(anywhere))
        .bind(filter.text.as_deref().and_then(of_label))
        .bind(&filter.region)
        .bind(&filter.service)
        .bind(match filter.retired {
            None => 0_i64,
            Some(true) => 1,
            Some(false) => 2,
        })
        .bind(&filter.after)
        .bind(filter.limit.map_or(i64::MAX, i64::from))
        .fetch_all(pool)
        .await)?
        .into_iter()
        .map(Tenant::try_from)
        .collect()
    }

    /// One of them.
    ///
    /// # Errors
    /// When the driver fails.
    pub async fn get(&self, id: &str) -> Result<Option<Tenant>, DbError> {
        read!(self.db, |pool| sqlx::query_as::<_, TenantRow>(
            "SELECT t.*, c.name AS customer FROM tenants t JOIN customers c ON c.id = t.customer_id WHERE t.id = $1"
        )
        .bind(id)
        .fetch_optional(pool)
        .await)?
        .map(Tenant::try_from)
        .transpose()
    }

    /// Puts one on record.
    ///
    /// # Errors
    /// [`DbError::Taken`] when the service has that key in that region already.
    pub async fn create(&self, tenant: &Tenant) -> Result<(), DbError> {
        write!(self.db, |pool| sqlx::query(
            "INSERT INTO tenants (id, customer_id, service, region, tenant_key, name, labels, parameters, time_zone,
                                  created_at, updated_at, data_sources, retired_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)"
        )
        .bind(&tenant.id)
        .bind(&tenant.customer_id)
        .bind(&tenant.service)
        .bind(&tenant.region)
        .bind(&tenant.key)
        .bind(&tenant.name)
        .bind(to_json(&tenant.labels))
        .bind(to_json(&tenant.parameters))
        .bind(&tenant.time_zone)
        .bind(tenant.created_at.timestamp_millis())
        .bind(tenant.updated_at.timestamp_millis())
        .bind(to_json(&tenant.data_sources))
        .bind(tenant.retired_at.map(|at| at.timestamp_millis()))
        .execute(pool)
        .await
        .map(|_| ()))
        .map_err(taken(|| taken_key(tenant)))
    }

    /// Writes one anew. Whether it was there.
    ///
    /// # Errors
    /// [`DbError::Taken`] when the service has that key in that region already.
    pub async fn update(&self, tenant: &Tenant) -> Result<bool, DbError> {
        write!(self.db, |pool| sqlx::query(
            "UPDATE tenants SET customer_id = $2, service = $3, region = $4, tenant_key = $5, name = $6, labels = $7,
                    parameters = $8, time_zone = $9, updated_at = $10, data_sources = $11, retired_at = $12
             WHERE id = $1"
        )
        .bind(&tenant.id)
        .bind(&tenant.customer_id)
        .bind(&tenant.service)
        .bind(&tenant.region)
        .bind(&tenant.key)
        .bind(&tenant.name)
        .bind(to_json(&tenant.labels))
        .bind(to_json(&tenant.parameters))
        .bind(&tenant.time_zone)
        .bind(tenant.updated_at.timestamp_millis())
        .bind(to_json(&tenant.data_sources))
        .bind(tenant.retired_at.map(|at| at.timestamp_millis()))
        .execute(pool)
        .await
        .map(|done| done.rows_affected() == 1))
        .map_err(taken(|| taken_key(tenant)))
    }
}

impl Tenants<'_> {
    /// How many there are.
    ///
    /// # Errors
    /// When the driver fails.
    pub async fn count(&self) -> Result<u64, DbError> {
        let count: i64 =
            read!(self.db, |pool| sqlx::query_scalar("SELECT COUNT(*) FROM tenants").fetch_one(pool).await)?;
        Ok(u64::try_from(count).unwrap_or_default())
    }

    /// The time zones in which there are any, by name.
    ///
    /// # Errors
    /// When the driver fails.
    pub async fn zones(&self) -> Result<Vec<String>, DbError> {
        Ok(read!(self.db, |pool| sqlx::query_scalar(
            "SELECT DISTINCT time_zone FROM tenants ORDER BY time_zone"
        )
        .fetch_all(pool)
        .await)?)
    }

    /// How many each customer has.
    ///
    /// # Errors
    /// When the driver fails.
    pub async fn count_each(&self) -> Result<BTreeMap<String, u64>, DbError> {
        let rows: Vec<(String, i64)> = read!(self.db, |pool| sqlx::query_as(
            "SELECT customer_id, COUNT(*) FROM tenants GROUP BY customer_id"
        )
        .fetch_all(pool)
        .await)?;
        Ok(rows.into_iter().map(|(id, count)| (id, u64::try_from(count).unwrap_or_default())).collect())
    }

    /// Takes one off the record, if no copy was ever made for it. Whether it was there, and had none.
    ///
    /// # Errors
    /// When the driver fails.
    pub async fn delete(&self, id: &str) -> Result<bool, DbError> {
        Ok(write!(self.db, |pool| sqlx::query(
            "DELETE FROM tenants WHERE id = $1 AND NOT EXISTS (SELECT 1 FROM instances WHERE tenant_id = $1)"
        )
        .bind(id)
        .execute(pool)
        .await
        .map(|done| done.rows_affected() == 1))?)
    }
}

/// The text of a label as it stands in JSON: of `sector=health` the pair, so that one is found as it is written. None for
/// what JSON itself is made of.
fn of_label(text: &str) -> Option<String> {
    if !text.chars().any(char::is_alphanumeric) {
        return None;
    }
    let quoted = |text: &str| to_json(&text.trim()).trim_matches('"').to_owned();
    Some(match text.split_once('=') {
        Some((key, value)) => anywhere(&format!("\"{}\":\"{}", quoted(key), quoted(value))),
        None => anywhere(&quoted(text)),
    })
}

fn taken_key(tenant: &Tenant) -> String {
    format!("the key {} of {} in region {}", tenant.key, tenant.service, tenant.region)
}
