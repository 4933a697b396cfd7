//! GET and POST `/tenants`, PATCH `/tenants/{id}`: the environments of our customers.

mod checks;

pub use checks::{TenantError, check};

use super::item::moment;
use crate::app::App;
use crate::auth::{Forbidden, Principal, Role};
use crate::db::DbError;
use crate::db::tenants::{Tenant, TenantFilter, TenantSource};
use crate::entropy;
use crate::http::problem::Problem;
use crate::http::query;
use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use utoipa::{IntoParams, ToSchema};

/// Which tenants are asked for.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct TenantParams {
    /// Those of this very key.
    pub key: Option<String>,
    /// Those of this customer, by id.
    pub customer: Option<String>,
    /// Those that have this text in their name, key, region or labels, or in their customer's name or labels; a label is
    /// written `sector=health`.
    pub q: Option<String>,
    /// Those in this region.
    pub region: Option<String>,
    /// Those on this service.
    pub service: Option<String>,
    /// `yes`: those that are retired; `no`: the others.
    pub retired: Option<String>,
    /// How many: 100, at most 500.
    pub limit: Option<String>,
    /// Where to go on: `next` of the page before.
    pub cursor: Option<String>,
}

impl TenantParams {
    /// What they ask for, `limit` at most.
    ///
    /// # Errors
    /// 400 when a value cannot be.
    pub fn filter(&self, by_default: usize) -> Result<TenantFilter, Problem> {
        let limit = query::limit(self.limit.as_ref(), by_default, 500)?;
        let retired = match query::one(self.retired.as_ref()).as_deref() {
            None => None,
            Some("yes") => Some(true),
            Some("no") => Some(false),
            Some(other) => return Err(Problem::invalid(format!("retired is {other}; it is yes or no."))),
        };
        Ok(TenantFilter {
            key: query::one(self.key.as_ref()),
            customer: query::one(self.customer.as_ref()),
            text: query::one(self.q.as_ref()),
            region: query::one(self.region.as_ref()),
            service: query::one(self.service.as_ref()),
            retired,
            after: query::one(self.cursor.as_ref()),
            limit: u32::try_from(limit).ok(),
        })
    }
}

/// A page of tenants, and the cursor of the next one.
///
/// # Errors
/// When the database fails.
pub async fn page(
    app: &App,
    who: &Principal,
    mut filter: TenantFilter,
) -> Result<(Vec<Tenant>, Option<String>), Problem> {
    let asked = filter.limit.unwrap_or(100);
    // One more than asked for tells whether there is a next page.
    filter.limit = Some(asked + 1);
    let mut tenants = app.database.tenants(&who.tenants()).list(&filter).await?;
    let further = tenants.len() > asked as usize;
    tenants.truncate(asked as usize);
    let next = tenants.last().filter(|_| further).map(|last| last.id.clone());
    Ok((tenants, next))
}

/// Tenants.
#[derive(Debug, Serialize, ToSchema)]
pub struct TenantsAnswer {
    /// This page, by customer and name.
    pub tenants: Vec<TenantItem>,
    /// The cursor of the next page.
    pub next: Option<String>,
}

/// One tenant.
#[derive(Debug, Serialize, ToSchema)]
pub struct TenantItem {
    /// Our short id.
    pub id: String,
    /// The customer's id.
    pub customer: String,
    /// The customer's name.
    pub customer_name: String,
    /// What holds its telemetry.
    pub service: String,
    /// The service's region.
    pub region: String,
    /// As the service knows it; always text.
    pub key: String,
    /// What people call it.
    pub name: String,
    /// Labels.
    pub labels: BTreeMap<String, String>,
    /// Values for parameters of procedures.
    #[schema(value_type = Object)]
    pub parameters: Map<String, Value>,
    /// Its time zone.
    pub time_zone: String,
    /// What it sends, as procedures name it, with the days for which it is kept where that is known.
    pub data_sources: Vec<TenantSource>,
    /// Since when it gets no copies any more, RFC 3339; null for one that is active.
    pub retired_at: Option<String>,
    /// RFC 3339.
    pub created_at: String,
    /// RFC 3339.
    pub updated_at: String,
}

impl From<Tenant> for TenantItem {
    fn from(tenant: Tenant) -> Self {
        Self {
            id: tenant.id,
            customer: tenant.customer_id,
            customer_name: tenant.customer,
            service: tenant.service,
            region: tenant.region,
            key: tenant.key,
            name: tenant.name,
            labels: tenant.labels,
            parameters: tenant.parameters,
            time_zone: tenant.time_zone,
            data_sources: tenant.data_sources,
            retired_at: tenant.retired_at.map(moment),
            created_at: moment(tenant.created_at),
            updated_at: moment(tenant.updated_at),
        }
    }
}

/// A tenant to be put on record.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewTenant {
    /// Our short id; one is made where none is given.
    #[serde(default)]
    pub id: Option<String>,
    /// The customer's id.
    pub customer: String,
    /// What holds its telemetry: taegis, sentinel, defender, splunk, elastic, other.
    #[serde(default = "taegis")]
    pub service: String,
    /// The service's region.
    #[serde(default)]
    pub region: String,
    /// As the service knows it: text, so that `"000145483"` keeps its zeros.
    pub key: String,
    /// What people call it; the key where none is given.
    #[serde(default)]
    pub name: String,
    /// Labels.
    #[serde(default)]
    pub labels: BTreeMap<String, String>,
    /// Values for parameters of procedures.
    #[serde(default)]
    #[schema(value_type = Object)]
    pub parameters: Map<String, Value>,
    /// Its time zone; UTC where none is given.
    #[serde(default = "utc")]
    pub time_zone: String,
    /// What it sends.
    #[serde(default)]
    pub data_sources: Vec<TenantSource>,
}

fn taegis() -> String {
    "taegis".to_owned()
}

fn utc() -> String {
    "UTC".to_owned()
}

/// What of a tenant is to be changed; what is left out stays.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TenantPatch {
    /// The customer's id.
    pub customer: Option<String>,
    /// What holds its telemetry.
    pub service: Option<String>,
    /// The service's region.
    pub region: Option<String>,
    /// As the service knows it.
    pub key: Option<String>,
    /// What people call it.
    pub name: Option<String>,
    /// All labels.
    pub labels: Option<BTreeMap<String, String>>,
    /// All parameter values.
    #[schema(value_type = Option<Object>)]
    pub parameters: Option<Map<String, Value>>,
    /// Its time zone.
    pub time_zone: Option<String>,
    /// All that it sends.
    pub data_sources: Option<Vec<TenantSource>>,
    /// True retires it: it keeps its copies and gets no new ones. False takes it up again.
    pub retired: Option<bool>,
}

/// Why a tenant could not be put on record as asked.
#[derive(Debug)]
pub enum Refusal {
    /// A field is wrong.
    Field(TenantError),
    /// Anything else.
    Problem(Problem),
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Field(error) => error.into(),
            Refusal::Problem(problem) => problem,
        }
    }
}

impl From<Problem> for Refusal {
    fn from(problem: Problem) -> Self {
        Self::Problem(problem)
    }
}

impl From<DbError> for Refusal {
    fn from(error: DbError) -> Self {
        Self::Problem(error.into())
    }
}

impl From<Forbidden> for Refusal {
    fn from(error: Forbidden) -> Self {
        Self::Problem(error.into())
    }
}

/// Puts a tenant on record.
///
/// # Errors
/// When it cannot be, or its key is taken.
pub async fn add(app: &App, who: &Principal, new: NewTenant) -> Result<Tenant, Refusal> {
    who.require(Role::Lead)?;
    let (scope, now) = (who.tenants(), app.clock.now());
    let customer = app.database.customers(&scope).get(&new.customer).await?;
    let customer = customer.ok_or(Refusal::Field(TenantError::Customer(new.customer)))?;
    let id = new.id.map(|id| id.trim().to_owned()).filter(|id| !id.is_empty());
    let name = new.name.trim();
    let tenant = Tenant {
        id: id.unwrap_or_else(|| entropy::short_id(app.entropy.as_ref())),
        customer_id: customer.id,
        customer: customer.name,
        service: new.service,
        region: new.region,
        name: if name.is_empty() { new.key.clone() } else { name.to_owned() },
        key: new.key,
        labels: new.labels,
        parameters: new.parameters,
        time_zone: new.time_zone,
        data_sources: new.data_sources,
        retired_at: None,
        created_at: now,
        updated_at: now,
    };
    check(&tenant).map_err(Refusal::Field)?;
    let tenants = app.database.tenants(&scope);
    if tenants.get(&tenant.id).await?.is_some() {
        return Err(Problem::conflict(format!("The id {} is taken.", tenant.id)).into());
    }
    tenants.create(&tenant).await?;
    let noted = json!({"service": tenant.service, "region": tenant.region, "key": tenant.key});
    app.note(who, "tenant.create", &tenant.id, &noted).await?;
    Ok(tenant)
}

/// Changes a tenant.
///
/// # Errors
/// 404 when there is none; when it cannot be as asked, or its key is taken.
pub async fn amend(app: &App, who: &Principal, id: &str, patch: TenantPatch) -> Result<Tenant, Refusal> {
    who.require(Role::Lead)?;
    let (scope, missing) = (who.tenants(), || Problem::not_found(format!("tenant {id}")));
    let tenants = app.database.tenants(&scope);
    let mut tenant = tenants.get(id).await?.ok_or_else(missing)?;
    if let Some(customer) = patch.customer {
        let found = app.database.customers(&scope).get(&customer).await?;
        let found = found.ok_or(Refusal::Field(TenantError::Customer(customer)))?;
        (tenant.customer_id, tenant.customer) = (found.id, found.name);
    }
    if let Some(name) = patch.name {
        name.trim().clone_into(&mut tenant.name);
    }
    tenant.service = patch.service.unwrap_or(tenant.service);
    tenant.region = patch.region.unwrap_or(tenant.region);
    tenant.key = patch.key.unwrap_or(tenant.key);
    tenant.labels = patch.labels.unwrap_or(tenant.labels);
    tenant.parameters = patch.parameters.unwrap_or(tenant.parameters);
    tenant.time_zone = patch.time_zone.unwrap_or(tenant.time_zone);
    tenant.data_sources = patch.data_sources.unwrap_or(tenant.data_sources);
    if let Some(retired) = patch.retired {
        tenant.retired_at = retired.then(|| tenant.retired_at.unwrap_or(app.clock.now()));
    }
    tenant.updated_at = app.clock.now();
    check(&tenant).map_err(Refusal::Field)?;
    if !tenants.update(&tenant).await? {
        return Err(missing().into());
    }
    let retired = tenant.retired_at.is_some();
    let noted =
        json!({"service": tenant.service, "region": tenant.region, "key": tenant.key, "retired": retired});
    app.note(who, "tenant.change", &tenant.id, &noted).await?;
    Ok(tenant)
}

/// Takes a tenant off the record, if no copy was ever made for it.
///
/// # Errors
/// 404 when there is none, 409 when it has copies.
pub async fn remove(app: &App, who: &Principal, id: &str) -> Result<(), Problem> {
    who.require(Role::Lead)?;
    let (scope, missing) = (who.tenants(), || Problem::not_found(format!("tenant {id}")));
    let tenants = app.database.tenants(&scope);
    let tenant = tenants.get(id).await?.ok_or_else(missing)?;
    if !tenants.delete(id).await? {
        return Err(Problem::new(
            StatusCode::CONFLICT,
            "tenant-has-copies",
            "The tenant has copies",
            format!("Copies were made for {}; what is on record of them names it.", tenant.name),
        )
        .remedy("Retire it: it keeps its copies and gets no new ones."));
    }
    let noted = json!({
        "customer": tenant.customer, "service": tenant.service, "region": tenant.region, "key": tenant.key,
        "name": tenant.name,
    });
    app.note(who, "tenant.delete", id, &noted).await?;
    Ok(())
}

/// Tenants, by customer and name.
#[utoipa::path(
    get, path = "/tenants", tag = "customers", params(TenantParams),
    responses((status = 200, body = TenantsAnswer))
)]
pub async fn list(
    State(app): State<App>,
    who: Principal,
    Query(params): Query<TenantParams>,
) -> Result<Json<TenantsAnswer>, Problem> {
    let (tenants, next) = page(&app, &who, params.filter(100)?).await?;
    Ok(Json(TenantsAnswer { tenants: tenants.into_iter().map(TenantItem::from).collect(), next }))
}

/// Puts a tenant on record.
#[utoipa::path(
    post, path = "/tenants", tag = "customers", request_body = NewTenant,
    responses(
        (status = 201, body = TenantItem),
        (status = 409, body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn create(
    State(app): State<App>,
    who: Principal,
    Json(new): Json<NewTenant>,
) -> Result<(StatusCode, Json<TenantItem>), Problem> {
    Ok((StatusCode::CREATED, Json(add(&app, &who, new).await?.into())))
}

/// Changes a tenant.
#[utoipa::path(
    patch, path = "/tenants/{id}", tag = "customers", request_body = TenantPatch,
    params(("id" = String, Path, description = "Our short id")),
    responses(
        (status = 200, body = TenantItem),
        (status = 404, body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn change(
    State(app): State<App>,
    who: Principal,
    Path(id): Path<String>,
    Json(patch): Json<TenantPatch>,
) -> Result<Json<TenantItem>, Problem> {
    Ok(Json(amend(&app, &who, &id, patch).await?.into()))
}

/// Takes a tenant off the record that no copy was ever made for. One with copies can only be retired.
#[utoipa::path(
    delete, path = "/tenants/{id}", tag = "customers",
    params(("id" = String, Path, description = "Our short id")),
    responses(
        (status = 204),
        (status = 404, body = Problem, content_type = "application/problem+json"),
        (status = 409, body = Problem, content_type = "application/problem+json", description = "It has copies"),
    )
)]
pub async fn delete(
    State(app): State<App>,
    who: Principal,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    remove(&app, &who, &id).await?;
    Ok(StatusCode::NO_CONTENT)
}

#[cfg(test)]
mod tests;
