//! What goes on with one procedure for the tenants that a copy is about to be made for. Asked before every copy, so it is
//! found by an index, however many copies are on record.

use super::instances::{Instance, InstanceRow, Instances};
use super::{DbError, read};
use chrono::{DateTime, Utc};

/// So few tenants are asked for one by one; of more, all of the procedure's copies are looked through.
const FEW: usize = 8;

/// Whose copies, and which.
#[derive(Debug, Clone)]
pub struct GoingOn<'a> {
    /// Of this repository.
    pub repo: &'a str,
    /// Of this procedure, by every id that it has or had.
    pub procedures: &'a [String],
    /// For these tenants.
    pub tenants: &'a [&'a str],
    /// Open ones that were made since then.
    pub made_since: DateTime<Utc>,
    /// Hunted ones that were closed since then.
    pub closed_since: DateTime<Utc>,
    /// At most so many of each procedure and tenant that are asked for.
    pub limit: u32,
}

/// The query, with what is asked of the tenant.
macro_rules! query {
    ($tenant:literal) => {
        concat!(
            "SELECT i.*, t.tenant_key, t.region, t.name AS tenant, c.name AS customer
               FROM instances i JOIN tenants t ON t.id = i.tenant_id
                 LEFT JOIN customers c ON c.id = i.customer_id
               WHERE i.repo = $1 AND i.procedure_id = $2 AND ",
            $tenant,
            " AND (i.state IN ('made', 'working', 'returned') AND i.created_at >= $4
                OR i.state = 'closed' AND i.disposition IN ('findings', 'null-findings') AND i.closed_at >= $5)
              ORDER BY i.id DESC LIMIT $6"
        )
    };
}

impl Instances<'_> {
    /// Copies that are open, and those that were hunted with, newest first within each procedure and tenant.
    ///
    /// # Errors
    /// When the driver fails.
    pub async fn going_on(&self, asked: &GoingOn<'_>) -> Result<Vec<Instance>, DbError> {
        let few: Vec<Option<&str>> = match asked.tenants {
            few if few.len() <= FEW => few.iter().copied().map(Some).collect(),
            _ => vec![None],
        };
        let mut found = Vec::new();
        for procedure in asked.procedures {
            for tenant in &few {
                let text =
                    if tenant.is_some() { query!("i.tenant_id = $3") } else { query!("i.tenant_id <> $3") };
                let rows = read!(self.db, |pool| sqlx::query_as::<_, InstanceRow>(text)
                    .bind(asked.repo)
                    .bind(procedure)
                    .bind(tenant.unwrap_or_default())
                    .bind(asked.made_since.timestamp_millis())
                    .bind(asked.closed_since.timestamp_millis())
                    .bind(i64::from(asked.limit))
                    .fetch_all(pool)
                    .await)?;
                for row in rows {
                    found.push(Instance::try_from(row)?);
                }
            }
        }
        Ok(found)
    }
}
