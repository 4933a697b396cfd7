//! The roster: customers and tenants as one table. What it holds is compared with what is on record, shown, and written
//! all at once or not at all.

pub mod plan;
pub mod table;

use crate::app::App;
use crate::auth::{Principal, Role};
use crate::db::tenants::TenantFilter;
use crate::entropy;
use crate::http::problem::Problem;
use axum::http::StatusCode;
use plan::{Plan, Record};
use serde_json::json;

/// Largest table that is read, in bytes.
pub const LARGEST: usize = 8 << 20;

/// Everything on record as a table.
///
/// # Errors
/// When the database fails.
pub async fn export(app: &App, who: &Principal) -> Result<String, Problem> {
    let scope = who.tenants();
    let customers = app.database.customers(&scope).list().await?;
    let tenants = app.database.tenants(&scope).list(&TenantFilter::default()).await?;
    Ok(table::write(&customers, &tenants))
}

/// What a table would change.
///
/// # Errors
/// 403 without the role, 400 when it is no such table.
pub async fn preview(app: &App, who: &Principal, text: &str) -> Result<Plan, Problem> {
    who.require(Role::Lead)?;
    let lines = table::read(text).map_err(|error| {
        Problem::invalid(error.to_string())
            .remedy("The table that is exported shows the columns and how they are written.")
    })?;
    let scope = who.tenants();
    let record = Record {
        customers: app.database.customers(&scope).list().await?,
        tenants: app.database.tenants(&scope).list(&TenantFilter::default()).await?,
    };
    Ok(plan::plan(lines, record, app.clock.now(), || entropy::short_id(app.entropy.as_ref())))
}

/// Writes what a table changes: all of it, or nothing when a line cannot be.
///
/// # Errors
/// As [`preview`]; 422 when a line cannot be.
pub async fn apply(app: &App, who: &Principal, text: &str) -> Result<Plan, Problem> {
    let plan = preview(app, who, text).await?;
    if let Some((line, reason)) = plan.first_refused() {
        return Err(Problem::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "refused",
            "Nothing was written",
            format!("Line {line}: {reason}"),
        )
        .remedy("Mend the lines that cannot be, or leave them out; the preview lists them."));
    }
    app.database.write_roster(&who.tenants(), &plan.writes).await?;
    let counts = plan.counts();
    let detail = json!({
        "created": counts.created, "changed": counts.changed, "same": counts.same,
        "customers": plan.writes.new_customers.iter().chain(&plan.writes.changed_customers).map(|one| &one.id).collect::<Vec<_>>(),
        "tenants": plan.writes.new_tenants.iter().chain(&plan.writes.changed_tenants).map(|one| &one.id).collect::<Vec<_>>(),
    });
    app.note(who, "roster.import", "roster", &detail).await?;
    Ok(plan)
}
