//! Customers and tenants written together: all of them or none.

use super::{Database, DbError, taken, to_json, write};
use crate::auth::TenantScope;
use crate::db::customers::Customer;
use crate::db::tenants::Tenant;

/// What is written.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Writes {
    /// Customers that come on record.
    pub new_customers: Vec<Customer>,
    /// Customers that change.
    pub changed_customers: Vec<Customer>,
    /// Tenants that come on record.
    pub new_tenants: Vec<Tenant>,
    /// Tenants that change.
    pub changed_tenants: Vec<Tenant>,
}

impl Database {
    /// Writes customers and tenants, all of them or none.
    ///
    /// # Errors
    /// [`DbError::Taken`] when a name, an id or a key is, or something that changes is gone.
    pub async fn write_roster(&self, _scope: &TenantScope, writes: &Writes) -> Result<(), DbError> {
        let customers = (writes.new_customers.iter().map(|one| (one, true)))
            .chain(writes.changed_customers.iter().map(|one| (one, false)));
        // Those that change first: a key may go from one of them to a new one.
        let tenants = (writes.changed_tenants.iter().map(|one| (one, false)))
            .chain(writes.new_tenants.iter().map(|one| (one, true)));
        write!(self, |pool| {
            let mut transaction = pool.begin().await?;
            for (customer, is_new) in customers {
                let query = if is_new {
                    "INSERT INTO customers (id, name, labels, contacts, created_at, updated_at)
                     VALUES ($1, $2, $3, $4, $6, $5)"
                } else {
                    "UPDATE customers SET name = $2, labels = $3, contacts = $4, updated_at = $5
                     WHERE id = $1 AND created_at = $6"
                };
                let done = sqlx::query(query)
                    .bind(&customer.id)
                    .bind(&customer.name)
                    .bind(to_json(&customer.labels))
                    .bind(to_json(&customer.contacts))
                    .bind(customer.updated_at.timestamp_millis())
                    .bind(customer.created_at.timestamp_millis())
                    .execute(&mut *transaction)
                    .await
                    .map_err(taken(|| format!("the name {}", customer.name)))?;
                if done.rows_affected() != 1 {
                    return Err(gone(&customer.name));
                }
            }
            for (tenant, is_new) in tenants {
                let query = if is_new {
                    "INSERT INTO tenants (id, customer_id, service, region, tenant_key, name, labels, parameters, time_zone,
                                          updated_at, data_sources, retired_at, created_at)
                     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)"
                } else {
                    "UPDATE tenants SET customer_id = $2, service = $3, region = $4, tenant_key = $5, name = $6,
                            labels = $7, parameters = $8, time_zone = $9, updated_at = $10, data_sources = $11,
                            retired_at = $12
                     WHERE id = $1 AND created_at = $13"
                };
                let done = sqlx::query(query)
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
                    .bind(tenant.created_at.timestamp_millis())
                    .execute(&mut *transaction)
                    .await
                    .map_err(taken(|| format!("the key {} or the id {}", tenant.key, tenant.id)))?;
                if done.rows_affected() != 1 {
                    return Err(gone(&tenant.name));
                }
            }
            Ok(transaction.commit().await?)
        })
    }
}

/// Somebody took it off the record since it was read.
fn gone(name: &str) -> DbError {
    DbError::Taken(format!("what was on record as {name}"))
}
