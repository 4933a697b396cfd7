//! Copies of several procedures for a scope: tenants by name, by label, by region, by customer.

use super::window::Asked;
use super::{Made, Order, Wanted, make_for, named};
use crate::app::App;
use crate::auth::{Principal, Role};
use crate::db::tenants::{Tenant, TenantFilter};
use crate::http::problem::Problem;
use crate::routes::api::missing;
use axum::http::StatusCode;
use catalog::instance::Hold;
use catalog::library::Address;
use catalog::notebook::Metadata;
use serde::Deserialize;
use std::collections::{BTreeMap, HashSet};
use utoipa::ToSchema;

/// So many copies are made at a time.
pub const MOST: usize = 2_000;
/// So many procedures are named at a time.
const PROCEDURES: usize = 100;
/// So many tenants that were left out are listed; the others are counted.
const LEFT_OUT: usize = 1_000;

/// Which tenants: those for which everything that is said holds.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Scope {
    /// These, by our id, or by a key that only one has.
    #[serde(default)]
    pub tenants: Vec<String>,
    /// Those with these labels, their own or their customer's: `{"sector": "health"}`.
    #[serde(default)]
    pub labels: BTreeMap<String, String>,
    /// Those in this region.
    #[serde(default)]
    pub region: Option<String>,
    /// Those of this customer, by id or name.
    #[serde(default)]
    pub customer: Option<String>,
}

impl Scope {
    /// Whether nothing is said.
    pub fn is_empty(&self) -> bool {
        self.tenants.is_empty() && self.labels.is_empty() && self.region.is_none() && self.customer.is_none()
    }
}

/// What is asked for.
#[derive(Debug, Clone, Default)]
pub struct ManyOrder {
    /// Of which procedures, by their ids.
    pub procedures: Vec<String>,
    /// For which tenants.
    pub scope: Scope,
    /// For which stretch of time; none is filled in without one.
    pub window: Option<Asked>,
    /// With which parameters.
    pub parameters: Metadata,
    /// What becomes of cells that write; by default held where there is more than one tenant.
    pub hold: Option<Hold>,
    /// Only say what would be made.
    pub dry_run: bool,
}

/// A tenant that was left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeftOut {
    /// Its id, or what it was asked for by.
    pub tenant: String,
    /// What people call it, where it is known.
    pub name: String,
    /// Why.
    pub reason: String,
}

/// What came of it.
#[derive(Debug, Clone)]
pub struct Many {
    /// The tenants that the scope came to.
    pub resolved: Vec<Tenant>,
    /// Those that it did not, and why: what was named and does not fit, what is retired, what lacks a label.
    pub left_out: Vec<LeftOut>,
    /// How many further ones there are of these.
    pub left_out_unlisted: usize,
    /// What was made of each procedure.
    pub made: Vec<Made>,
}

/// Makes what is asked for.
///
/// # Errors
/// When who asks may not, nothing or too much is asked for, or there is no such procedure. That a tenant is refused is no
/// error.
pub async fn make_many(app: &App, who: &Principal, order: ManyOrder) -> Result<Many, Problem> {
    who.require(Role::Hunter)?;
    let procedures = each_once(&order.procedures);
    if procedures.is_empty() || procedures.len() > PROCEDURES {
        return Err(Problem::invalid(format!("1 to {PROCEDURES} procedures are named at a time."))
            .remedy("Name them by their ids, in `procedures`."));
    }
    if order.scope.is_empty() {
        return Err(Problem::new(
            StatusCode::BAD_REQUEST,
            "empty-scope",
            "The scope is empty",
            "No tenant, label, region or customer is named: that would be everybody.",
        )
        .remedy("Say for whom the copies are: name tenants, labels, a region or a customer."));
    }
    let Resolved { tenants, left_out, unlisted } = resolve(app, who, &order.scope).await?;
    if tenants.is_empty() {
        let why =
            left_out.first().map_or(String::new(), |one| format!(" {}: {}.", one.name_or_id(), one.reason));
        return Err(Problem::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "scope-fits-nobody",
            "The scope fits no tenant",
            format!("No tenant is active and has everything that the scope says.{why}"),
        )
        .remedy(
            "Look at the labels and regions of the tenants; a label is a tenant's own or its customer's.",
        ));
    }
    if tenants.len() * procedures.len() > MOST {
        return Err(Problem::invalid(format!(
            "At most {MOST} copies are made at a time; these are {} procedures for {} tenants.",
            procedures.len(),
            tenants.len()
        ))
        .remedy("Narrow the scope, or name fewer procedures at a time."));
    }
    // All of them are looked up before anything is made.
    let mut addresses = Vec::with_capacity(procedures.len());
    for id in procedures {
        let address = Address { id, repo: None };
        let asked = address.clone();
        if app.read(move |library| library.locate(&asked)).await?.is_none() {
            return Err(missing(app, address).await);
        }
        addresses.push(address);
    }
    let hold = order.hold.unwrap_or(if tenants.len() > 1 { Hold::Writes } else { Hold::None });
    let mut made = Vec::with_capacity(addresses.len());
    for address in addresses {
        let one = Order {
            address,
            at: None,
            tenants: Vec::new(),
            window: order.window,
            parameters: order.parameters.clone(),
            hold: Some(hold),
            dry_run: order.dry_run,
        };
        made.push(make_for(app, who, one, Wanted::These(tenants.clone())).await?);
    }
    Ok(Many { resolved: tenants, left_out, left_out_unlisted: unlisted, made })
}

impl LeftOut {
    /// What it is called.
    pub fn name_or_id(&self) -> &str {
        if self.name.is_empty() { &self.tenant } else { &self.name }
    }
}

fn each_once(ids: &[String]) -> Vec<String> {
    let mut seen = HashSet::new();
    let said = ids.iter().map(|id| id.trim()).filter(|id| !id.is_empty());
    said.filter(|id| seen.insert(*id)).map(str::to_owned).collect()
}

/// What a scope came to.
struct Resolved {
    tenants: Vec<Tenant>,
    left_out: Vec<LeftOut>,
    unlisted: usize,
}

async fn resolve(app: &App, who: &Principal, scope: &Scope) -> Result<Resolved, Problem> {
    let sight = who.tenants();
    let rows = app.database.tenants(&sight);
    let customers = app.database.customers(&sight).list().await?;
    let customer = match &scope.customer {
        None => None,
        Some(wanted) => {
            let found = customers
                .iter()
                .find(|one| one.id == *wanted)
                .or_else(|| customers.iter().find(|one| one.name == *wanted));
            Some(found.ok_or_else(|| Problem::not_found(format!("customer {wanted}")))?.id.clone())
        }
    };
    let mut left_out = Vec::new();
    let candidates = if scope.tenants.is_empty() {
        let filter = TenantFilter {
            customer: customer.clone(),
            region: scope.region.clone(),
            ..TenantFilter::default()
        };
        rows.list(&filter).await?
    } else {
        let mut candidates: Vec<Tenant> = Vec::new();
        for name in each_once(&scope.tenants) {
            match named(&rows, &name).await? {
                Ok(tenant) if candidates.iter().any(|one| one.id == tenant.id) => {}
                Ok(tenant) => candidates.push(tenant),
                Err(refusal) => {
                    left_out.push(LeftOut { tenant: name, name: String::new(), reason: refusal.reason });
                }
            }
        }
        candidates
    };
    let of_customer: BTreeMap<&String, &BTreeMap<String, String>> =
        customers.iter().map(|one| (&one.id, &one.labels)).collect();
    let is_named = !scope.tenants.is_empty();
    let mut tenants = Vec::new();
    for tenant in candidates {
        let label = |key: &String| {
            tenant.labels.get(key).or_else(|| of_customer.get(&tenant.customer_id)?.get(key)).cloned()
        };
        let reason = if customer.as_ref().is_some_and(|id| *id != tenant.customer_id) {
            Some(format!("it is a tenant of {}", tenant.customer))
        } else if scope.region.as_ref().is_some_and(|region| *region != tenant.region) {
            Some(format!(
                "it is in region {}",
                if tenant.region.is_empty() { "none" } else { &tenant.region }
            ))
        } else {
            match scope.labels.iter().find(|(key, value)| label(key).as_ref() != Some(value)) {
                Some((key, _)) => match label(key) {
                    None => Some(format!("neither it nor its customer has the label {key}")),
                    // Of those that nobody named, this is what choosing by labels is about.
                    Some(_) if !is_named => continue,
                    Some(other) => Some(format!("its {key} is {other}")),
                },
                None => tenant.retired_at.map(|_| "it is retired".to_owned()),
            }
        };
        match reason {
            None => tenants.push(tenant),
            Some(reason) => left_out.push(LeftOut { tenant: tenant.id, name: tenant.name, reason }),
        }
    }
    let unlisted = left_out.len().saturating_sub(LEFT_OUT);
    left_out.truncate(LEFT_OUT);
    Ok(Resolved { tenants, left_out, unlisted })
}
