//! GET and POST `/customers`, PATCH `/customers/{id}`: whom we work for.

use super::item::moment;
use crate::app::App;
use crate::auth::{Principal, Role};
use crate::db::customers::Customer;
use crate::entropy;
use crate::http::problem::Problem;
use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// What is wrong with a customer that somebody wrote.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CustomerError {
    /// No name, or far too long a one.
    #[error("A customer has a name of 1 to 200 characters.")]
    Name,
    /// A label that cannot be one.
    #[error(
        "The label {0} cannot be: keys are letters, digits, dots, hyphens and underscores, values at most 200 characters."
    )]
    Label(String),
    /// Too many contacts, or too long ones.
    #[error("There are at most 50 contacts, of at most 200 characters each.")]
    Contacts,
}

impl From<CustomerError> for Problem {
    fn from(error: CustomerError) -> Self {
        Self::invalid(error.to_string())
    }
}

/// All customers.
#[derive(Debug, Serialize, ToSchema)]
pub struct CustomersAnswer {
    /// By name.
    pub customers: Vec<CustomerItem>,
}

/// One customer.
#[derive(Debug, Serialize, ToSchema)]
pub struct CustomerItem {
    /// Our short id.
    pub id: String,
    /// The name.
    pub name: String,
    /// Labels.
    pub labels: BTreeMap<String, String>,
    /// Whom to talk to.
    pub contacts: Vec<String>,
    /// RFC 3339.
    pub created_at: String,
    /// RFC 3339.
    pub updated_at: String,
}

impl From<Customer> for CustomerItem {
    fn from(customer: Customer) -> Self {
        Self {
            id: customer.id,
            name: customer.name,
            labels: customer.labels,
            contacts: customer.contacts,
            created_at: moment(customer.created_at),
            updated_at: moment(customer.updated_at),
        }
    }
}

/// A customer to be put on record.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewCustomer {
    /// The name, unique.
    pub name: String,
    /// Labels: sector, tier, …
    #[serde(default)]
    pub labels: BTreeMap<String, String>,
    /// Whom to talk to.
    #[serde(default)]
    pub contacts: Vec<String>,
}

/// What of a customer is to be changed; what is left out stays.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CustomerPatch {
    /// The name.
    pub name: Option<String>,
    /// All labels.
    pub labels: Option<BTreeMap<String, String>>,
    /// All contacts.
    pub contacts: Option<Vec<String>>,
}

/// Whether labels can be: what a scope's `labels` will select by.
pub fn labels_fit(labels: &BTreeMap<String, String>) -> Result<(), String> {
    let fits = |key: &str| {
        (1..=64).contains(&key.len())
            && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte))
    };
    let bad = |(key, value): &(&String, &String)| !fits(key) || value.chars().count() > 200;
    match labels.iter().enumerate().find(|(place, label)| *place >= 100 || bad(label)) {
        Some((_, (key, _))) => Err(key.clone()),
        None => Ok(()),
    }
}

/// Whether a customer can be.
///
/// # Errors
/// What is wrong with it.
pub fn check(customer: &Customer) -> Result<(), CustomerError> {
    if !(1..=200).contains(&customer.name.chars().count()) || customer.name.chars().any(char::is_control) {
        return Err(CustomerError::Name);
    }
    labels_fit(&customer.labels).map_err(CustomerError::Label)?;
    if customer.contacts.len() > 50 || customer.contacts.iter().any(|contact| contact.chars().count() > 200) {
        return Err(CustomerError::Contacts);
    }
    Ok(())
}

/// Puts a customer on record.
///
/// # Errors
/// When it cannot be, or its name is taken.
pub async fn add(app: &App, who: &Principal, new: NewCustomer) -> Result<Customer, Problem> {
    who.require(Role::Lead)?;
    let now = app.clock.now();
    let customer = Customer {
        id: entropy::short_id(app.entropy.as_ref()),
        name: new.name.trim().to_owned(),
        labels: new.labels,
        contacts: new.contacts,
        created_at: now,
        updated_at: now,
    };
    check(&customer)?;
    app.database.customers(&who.tenants()).create(&customer).await?;
    app.note(who, "customer.create", &customer.id, &json!({"name": customer.name})).await?;
    Ok(customer)
}

/// Changes a customer.
///
/// # Errors
/// 404 when there is none; when it cannot be as asked, or its name is taken.
pub async fn amend(app: &App, who: &Principal, id: &str, patch: CustomerPatch) -> Result<Customer, Problem> {
    who.require(Role::Lead)?;
    let (scope, missing) = (who.tenants(), || Problem::not_found(format!("customer {id}")));
    let customers = app.database.customers(&scope);
    let mut customer = customers.get(id).await?.ok_or_else(missing)?;
    if let Some(name) = patch.name {
        name.trim().clone_into(&mut customer.name);
    }
    customer.labels = patch.labels.unwrap_or(customer.labels);
    customer.contacts = patch.contacts.unwrap_or(customer.contacts);
    customer.updated_at = app.clock.now();
    check(&customer)?;
    if !customers.update(&customer).await? {
        return Err(missing());
    }
    app.note(who, "customer.change", &customer.id, &json!({"name": customer.name})).await?;
    Ok(customer)
}

/// All customers, by name.
#[utoipa::path(get, path = "/customers", tag = "customers", responses((status = 200, body = CustomersAnswer)))]
pub async fn list(State(app): State<App>, who: Principal) -> Result<Json<CustomersAnswer>, Problem> {
    let customers = app.database.customers(&who.tenants()).list().await?;
    Ok(Json(CustomersAnswer { customers: customers.into_iter().map(CustomerItem::from).collect() }))
}

/// Puts a customer on record.
#[utoipa::path(
    post, path = "/customers", tag = "customers", request_body = NewCustomer,
    responses(
        (status = 201, body = CustomerItem),
        (status = 409, body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn create(
    State(app): State<App>,
    who: Principal,
    Json(new): Json<NewCustomer>,
) -> Result<(StatusCode, Json<CustomerItem>), Problem> {
    Ok((StatusCode::CREATED, Json(add(&app, &who, new).await?.into())))
}

/// Changes a customer.
#[utoipa::path(
    patch, path = "/customers/{id}", tag = "customers", request_body = CustomerPatch,
    params(("id" = String, Path, description = "Our short id")),
    responses(
        (status = 200, body = CustomerItem),
        (status = 404, body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn change(
    State(app): State<App>,
    who: Principal,
    Path(id): Path<String>,
    Json(patch): Json<CustomerPatch>,
) -> Result<Json<CustomerItem>, Problem> {
    Ok(Json(amend(&app, &who, &id, patch).await?.into()))
}

#[cfg(test)]
mod tests {
    use crate::auth::Role;
    use crate::sample::Sample;
    use serde_json::json;

    #[tokio::test]
    async fn a_customer_is_made_changed_and_listed() {
        let sample = Sample::open().await;
        let lead = sample.user(Role::Lead).await;
        let made = lead.post("/api/v1/customers", &json!({"name": "Clinic", "labels": {"tier": "1"}})).await;
        assert_eq!(made.status, 201);
        let path = format!("/api/v1/customers/{}", made.json()["id"].as_str().unwrap());
        let changed = lead.patch(&path, &json!({"contacts": ["Ana"]})).await.json();
        assert_eq!((&changed["labels"]["tier"], &changed["contacts"][0]), (&json!("1"), &json!("Ana")));
        let listed = lead.get("/api/v1/customers").await.json();
        assert_eq!(listed["customers"][0], changed);
    }

    #[tokio::test]
    async fn what_cannot_be_is_refused() {
        let sample = Sample::open().await;
        let lead = sample.user(Role::Lead).await;
        lead.post("/api/v1/customers", &json!({"name": "Clinic"})).await;
        for (body, status) in [
            (json!({"name": "Clinic"}), 409),
            (json!({"name": "  "}), 400),
            (json!({"name": "x", "labels": {"a b": "c"}}), 400),
            (json!({"name": "x", "lables": {}}), 422),
            (json!({}), 422),
        ] {
            let answer = lead.post("/api/v1/customers", &body).await;
            assert_eq!(answer.status, status, "{body}");
            assert_eq!(answer.header("content-type"), "application/problem+json");
        }
        assert_eq!(lead.patch("/api/v1/customers/none", &json!({})).await.status, 404);
        let hunter = sample.user(Role::Hunter).await;
        assert_eq!(hunter.post("/api/v1/customers", &json!({"name": "y"})).await.status, 403);
    }
}
