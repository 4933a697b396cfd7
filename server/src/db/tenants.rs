//! Tenants: one environment of a customer on one service.

use super::{Database, DbError, anywhere, from_json, from_millis, read, taken, to_json, write};
use crate::auth::TenantScope;
use chrono::{DateTime, Utc};
use serde_json::{Map, Value};
use sqlx::FromRow;
use std::collections::BTreeMap;

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
    /// Since when it is on record.
    pub created_at: DateTime<Utc>,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
}

/// Which tenants are asked for.
#[derive(Debug, Clone, Default)]
pub struct TenantFilter {
    /// Those of this very key.
    pub key: Option<String>,
    /// Those of this customer.
    pub customer: Option<String>,
    /// Those that have this text in their name, key, region, or their customer's name.
    pub text: Option<String>,
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
                     OR lower(t.region) LIKE $3 ESCAPE '\' OR lower(c.name) LIKE $3 ESCAPE '\')
              ORDER BY c.name, t.name, t.id"
        )
        .bind(&filter.key)
        .bind(&filter.customer)
        .bind(filter.text.as_deref().map(anywhere))
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
                                  created_at, updated_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)"
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
                    parameters = $8, time_zone = $9, updated_at = $10
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
        .execute(pool)
        .await
        .map(|done| done.rows_affected() == 1))
        .map_err(taken(|| taken_key(tenant)))
    }
}

fn taken_key(tenant: &Tenant) -> String {
    format!("the key {} of {} in region {}", tenant.key, tenant.service, tenant.region)
}
