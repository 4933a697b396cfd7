//! A customer's copies of a period: those that were made in it, and those that were closed in it.

use super::instances::{Instance, InstanceRow, Instances};
use super::{DbError, read};
use chrono::{DateTime, Utc};

impl Instances<'_> {
    /// The copies for a customer that were made or closed from `from` to before `to`, the oldest first; at most `limit`.
    ///
    /// # Errors
    /// When the driver fails.
    pub async fn of_period(
        &self,
        customer: &str,
        (from, to): (DateTime<Utc>, DateTime<Utc>),
        limit: u32,
    ) -> Result<Vec<Instance>, DbError> {
        read!(self.db, |pool| sqlx::query_as::<_, InstanceRow>(
            "SELECT i.*, t.tenant_key, t.region, t.name AS tenant, c.name AS customer
             FROM instances i LEFT JOIN tenants t ON t.id = i.tenant_id LEFT JOIN customers c ON c.id = i.customer_id
             WHERE i.customer_id = $1
               AND ((i.created_at >= $2 AND i.created_at < $3) OR (i.closed_at >= $2 AND i.closed_at < $3))
             ORDER BY i.created_at, i.id LIMIT $4"
        )
        .bind(customer)
        .bind(from.timestamp_millis())
        .bind(to.timestamp_millis())
        .bind(i64::from(limit))
        .fetch_all(pool)
        .await)?
        .into_iter()
        .map(Instance::try_from)
        .collect()
    }
}
