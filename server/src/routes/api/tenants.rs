//! GET and POST `/tenants`, PATCH `/tenants/{id}`: the environments of our customers.

use super::customers::labels_fit;
use super::item::moment;
use crate::app::App;
use crate::auth::{Forbidden, Principal, Role};
use crate::db::DbError;
use crate::db::tenants::{Tenant, TenantFilter};
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

/// The services that there are.
pub const SERVICES: [&str; 6] = ["taegis", "sentinel", "defender", "splunk", "elastic", "other"];

/// What is wrong with a tenant that somebody wrote.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TenantError {
    /// The customer is not on record.
    #[error("There is no customer {0}.")]
    Customer(String),
    /// The id cannot be one.
    #[error("An id has 1 to 64 letters, digits, hyphens and underscores.")]
    Id,
    /// No name, or far too long a one.
    #[error("A tenant has a name of 1 to 200 characters.")]
    Name,
    /// No such service.
    #[error("{0} is no service: taegis, sentinel, defender, splunk, elastic or other.")]
    Service(String),
    /// No key, or one that cannot be.
    #[error("A key has 1 to 200 characters and no blanks at its ends.")]
    Key,
    /// A region that cannot be.
    #[error("A region has at most 64 letters, digits, dots, hyphens and underscores.")]
    Region,
    /// A zone that nobody knows.
    #[error("{0} is no time zone: UTC, or a name such as Europe/Berlin.")]
    Zone(String),
    /// A label that cannot be one.
    #[error(
        "The label {0} cannot be: keys are letters, digits, dots, hyphens and underscores, values at most 200 characters."
    )]
    Label(String),
    /// A parameter that cannot be one.
    #[error("The parameter {0} cannot be: names are Python identifiers, at most 100 of them.")]
    Parameter(String),
}

impl TenantError {
    /// The field that it is about.
    pub fn field(&self) -> &'static str {
        match self {
            Self::Customer(_) => "customer",
            Self::Id => "id",
            Self::Name => "name",
            Self::Service(_) => "service",
            Self::Key => "key",
            Self::Region => "region",
            Self::Zone(_) => "zone",
            Self::Label(_) => "labels",
            Self::Parameter(_) => "parameters",
        }
    }
}

impl From<TenantError> for Problem {
    fn from(error: TenantError) -> Self {
        Self::invalid(error.to_string())
    }
}

/// Which tenants are asked for.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct TenantParams {
    /// Those of this very key.
    pub key: Option<String>,
    /// Those of this customer, by id.
    pub customer: Option<String>,
    /// Those that have this text in their name, key or region, or in their customer's name.
    pub q: Option<String>,
}

/// Tenants.
#[derive(Debug, Serialize, ToSchema)]
pub struct TenantsAnswer {
    /// By customer and name.
    pub tenants: Vec<TenantItem>,
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
}

fn is_word(text: &str) -> bool {
    text.len() <= 64 && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte))
}

fn is_identifier(name: &str) -> bool {
    let mut letters = name.chars();
    name.len() <= 100
        && letters.next().is_some_and(|first| first.is_ascii_alphabetic() || first == '_')
        && letters.all(|letter| letter.is_ascii_alphanumeric() || letter == '_')
}

/// The shape of an IANA name. Whether there is such a zone, the reader of a window says.
fn is_zone(name: &str) -> bool {
    name.len() <= 64
        && name.bytes().next().is_some_and(|byte| byte.is_ascii_alphabetic())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"/_+-".contains(&byte))
}

/// Whether a tenant can be.
///
/// # Errors
/// What is wrong with it.
pub fn check(tenant: &Tenant) -> Result<(), TenantError> {
    if !is_word(&tenant.id) || tenant.id.is_empty() || tenant.id.contains('.') {
        return Err(TenantError::Id);
    }
    if !(1..=200).contains(&tenant.name.chars().count()) || tenant.name.chars().any(char::is_control) {
        return Err(TenantError::Name);
    }
    if !SERVICES.contains(&tenant.service.as_str()) {
        return Err(TenantError::Service(tenant.service.clone()));
    }
    let key = &tenant.key;
    if !(1..=200).contains(&key.chars().count()) || key.trim() != key || key.chars().any(char::is_control) {
        return Err(TenantError::Key);
    }
    if !is_word(&tenant.region) {
        return Err(TenantError::Region);
    }
    if !is_zone(&tenant.time_zone) {
        return Err(TenantError::Zone(tenant.time_zone.clone()));
    }
    labels_fit(&tenant.labels).map_err(TenantError::Label)?;
    match tenant.parameters.keys().enumerate().find(|(place, name)| *place >= 100 || !is_identifier(name)) {
        Some((_, name)) => Err(TenantError::Parameter(name.clone())),
        None => Ok(()),
    }
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
    tenant.updated_at = app.clock.now();
    check(&tenant).map_err(Refusal::Field)?;
    if !tenants.update(&tenant).await? {
        return Err(missing().into());
    }
    let noted = json!({"service": tenant.service, "region": tenant.region, "key": tenant.key});
    app.note(who, "tenant.change", &tenant.id, &noted).await?;
    Ok(tenant)
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
    let filter = TenantFilter {
        key: query::one(params.key.as_ref()),
        customer: query::one(params.customer.as_ref()),
        text: query::one(params.q.as_ref()),
    };
    let tenants = app.database.tenants(&who.tenants()).list(&filter).await?;
    Ok(Json(TenantsAnswer { tenants: tenants.into_iter().map(TenantItem::from).collect() }))
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

#[cfg(test)]
mod tests {
    use crate::auth::Role;
    use crate::sample::Sample;
    use serde_json::json;

    #[tokio::test]
    async fn a_key_is_text_and_keeps_its_zeros() {
        let sample = Sample::open().await;
        let id = sample.tenant().await;
        let viewer = sample.user(Role::Viewer).await;
        let found = viewer.get("/api/v1/tenants?key=0145483").await.json();
        assert_eq!(
            (&found["tenants"][0]["key"], &found["tenants"][0]["id"]),
            (&json!("0145483"), &json!(id))
        );
        assert_eq!(viewer.get("/api/v1/tenants?q=clin").await.json()["tenants"][0]["name"], "Ward");
        assert_eq!(viewer.get("/api/v1/tenants?key=145483").await.json()["tenants"], json!([]));
    }

    #[tokio::test]
    async fn what_cannot_be_is_refused() {
        let sample = Sample::open().await;
        let id = sample.tenant().await;
        let lead = sample.user(Role::Lead).await;
        let path = format!("/api/v1/tenants/{id}");
        for body in [
            json!({"service": "oracle"}),
            json!({"key": " 1"}),
            json!({"region": "a/b"}),
            json!({"time_zone": "../etc"}),
            json!({"parameters": {"not a name": 1}}),
            json!({"customer": "nobody"}),
        ] {
            assert_eq!(lead.patch(&path, &body).await.status, 400, "{body}");
        }
        assert_eq!(lead.patch(&path, &json!({"key": 145_483})).await.status, 422);
        let changed =
            lead.patch(&path, &json!({"parameters": {"LIMIT": 5}, "time_zone": "Europe/Berlin"})).await;
        assert_eq!(changed.json()["parameters"]["LIMIT"], 5);
    }
}
