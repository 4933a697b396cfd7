//! Who a report is for and who else there is, as the record has it.

use crate::app::App;
use crate::auth::Principal;
use crate::db::DbError;
use crate::db::instances::Instance;
use crate::db::tenants::TenantFilter;
use catalog::report::gate::{Known, Names};
use std::collections::BTreeMap;

/// The names for the report of a copy. Every customer on record counts, whoever asks: a name that somebody may not see must
/// not be in their report either. Tenants of the same customer are its own.
///
/// # Errors
/// When the database fails.
pub async fn of_copy(app: &App, who: &Principal, copy: &Instance) -> Result<Names, DbError> {
    let scope = who.tenants();
    let customers = app.database.customers(&scope).list().await?;
    let tenants = app.database.tenants(&scope).list(&TenantFilter::default()).await?;
    let mut known: BTreeMap<String, Known> = BTreeMap::new();
    for customer in customers {
        known.entry(customer.id).or_default().names.push(customer.name);
    }
    for tenant in tenants {
        let known = known.entry(tenant.customer_id).or_default();
        known.names.push(tenant.name);
        known.keys.extend([tenant.key, tenant.id]);
    }
    let mut this = Known::default();
    if let Some(tenant) = &copy.tenant {
        this = known.remove(&tenant.customer_id).unwrap_or_default();
        this.names.extend([tenant.customer.clone(), tenant.name.clone()]);
        this.keys.push(tenant.key.clone());
    }
    Ok(Names { this, others: known.into_values().collect() })
}
