//! Customers: whom we work for.

use super::{Database, DbError, from_json, from_millis, read, taken, to_json, write};
use crate::auth::TenantScope;
use chrono::{DateTime, Utc};
use sqlx::FromRow;
use std::collections::BTreeMap;

/// A customer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Customer {
    /// Our short id.
    pub id: String,
    /// The name, unique.
    pub name: String,
    /// Labels: sector, tier, …
    pub labels: BTreeMap<String, String>,
    /// Whom to talk to.
    pub contacts: Vec<String>,
    /// Since when it is on record.
    pub created_at: DateTime<Utc>,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
}

#[derive(FromRow)]
struct CustomerRow {
    id: String,
    name: String,
    labels: String,
    contacts: String,
    created_at: i64,
    updated_at: i64,
}

impl TryFrom<CustomerRow> for Customer {
    type Error = DbError;

    fn try_from(row: CustomerRow) -> Result<Self, DbError> {
        Ok(Self {
            id: row.id,
            name: row.name,
            labels: from_json("customers.labels", &row.labels)?,
            contacts: from_json("customers.contacts", &row.contacts)?,
            created_at: from_millis(row.created_at),
            updated_at: from_millis(row.updated_at),
        })
    }
}

/// The customers that somebody may see. For now a scope holds every one of them.
pub struct Customers<'a> {
    db: &'a Database,
}

impl Database {
    /// The customers within a scope.
    pub fn customers<'a>(&'a self, _scope: &'a TenantScope) -> Customers<'a> {
        Customers { db: self }
    }
}

impl Customers<'_> {
    /// All of them, by name.
    ///
    /// # Errors
    /// When the driver fails.
    pub async fn list(&self) -> Result<Vec<Customer>, DbError> {
        read!(self.db, |pool| sqlx::query_as::<_, CustomerRow>("SELECT * FROM customers ORDER BY name")
            .fetch_all(pool)
            .await)?
        .into_iter()
        .map(Customer::try_from)
        .collect()
    }

    /// One of them.
    ///
    /// # Errors
    /// When the driver fails.
    pub async fn get(&self, id: &str) -> Result<Option<Customer>, DbError> {
        read!(self.db, |pool| sqlx::query_as::<_, CustomerRow>("SELECT * FROM customers WHERE id = $1")
            .bind(id)
            .fetch_optional(pool)
            .await)?
        .map(Customer::try_from)
        .transpose()
    }

    /// Puts one on record.
    ///
    /// # Errors
    /// [`DbError::Taken`] when the name is.
    pub async fn create(&self, customer: &Customer) -> Result<(), DbError> {
        write!(self.db, |pool| sqlx::query(
            "INSERT INTO customers (id, name, labels, contacts, created_at, updated_at)
             VALUES ($1, $2, $3, $4, $5, $6)"
        )
        .bind(&customer.id)
        .bind(&customer.name)
        .bind(to_json(&customer.labels))
        .bind(to_json(&customer.contacts))
        .bind(customer.created_at.timestamp_millis())
        .bind(customer.updated_at.timestamp_millis())
        .execute(pool)
        .await
        .map(|_| ()))
        .map_err(taken(|| format!("the name {}", customer.name)))
    }

    /// Writes one anew. Whether it was there.
    ///
    /// # Errors
    /// [`DbError::Taken`] when the name is.
    pub async fn update(&self, customer: &Customer) -> Result<bool, DbError> {
        write!(self.db, |pool| sqlx::query(
            "UPDATE customers SET name = $2, labels = $3, contacts = $4, updated_at = $5 WHERE id = $1"
        )
        .bind(&customer.id)
        .bind(&customer.name)
        .bind(to_json(&customer.labels))
        .bind(to_json(&customer.contacts))
        .bind(customer.updated_at.timestamp_millis())
        .execute(pool)
        .await
        .map(|done| done.rows_affected() == 1))
        .map_err(taken(|| format!("the name {}", customer.name)))
    }
}
