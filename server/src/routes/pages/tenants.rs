//! `/tenants` and `/tenants/{id}`: the environments of our customers.

use super::Visitor;
use super::customers::{is_of_form, one as customer_with};
use super::shared::{Context, field_notes, lines, pairs, readable, tenant as row};
use crate::app::App;
use crate::auth::Role;
use crate::db::instances::InstanceFilter;
use crate::db::lives::HuntedFilter;
use crate::db::tenants::{Tenant, TenantFilter, TenantSource};
use crate::http::problem::Problem;
use crate::http::query;
use crate::roster::table;
use crate::routes::api::field_notes::holding;
use crate::routes::api::tenants::{
    NewTenant, Refusal, TenantParams, TenantPatch, add, amend, page as load_page, remove,
};
use axum::extract::{Form, Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use catalog::procedure::SERVICES;
use serde::Deserialize;
use serde_json::{Map, Value};
use web::pages::tenants::{TenantForm, TenantView, TenantsView, page, tenant_page};
use web::view::{Field, FieldError};

/// So many of a tenant's copies are on its page.
const COPIES: u32 = 50;
/// So many tenants are on a page.
const ROWS: usize = 200;

/// What the form holds; see [`TenantForm`].
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Filled {
    customer: String,
    id: String,
    name: String,
    service: String,
    key: String,
    region: String,
    zone: String,
    labels: String,
    parameters: String,
    data_sources: String,
}

/// The form for a new tenant of a customer.
pub fn empty_form(customer: &str) -> TenantForm {
    TenantForm {
        customer: customer.to_owned(),
        service: SERVICES[0].to_owned(),
        services: services(),
        zone: "UTC".to_owned(),
        ..TenantForm::default()
    }
}

fn services() -> Vec<String> {
    SERVICES.iter().map(|service| (*service).to_owned()).collect()
}

impl Filled {
    fn labels(&self) -> Result<std::collections::BTreeMap<String, String>, FieldError> {
        pairs(&self.labels).map_err(|line| FieldError {
            field: "labels".to_owned(),
            message: format!("A label is written key=value; this is not: {line}"),
        })
    }

    fn parameters(&self) -> Result<Map<String, Value>, FieldError> {
        let pairs = pairs(&self.parameters).map_err(|line| FieldError {
            field: "parameters".to_owned(),
            message: format!("A parameter is written NAME=value; this is not: {line}"),
        })?;
        // Text, whatever it looks like: what a parameter's type makes of it, the making of a copy says.
        Ok(pairs.into_iter().map(|(name, value)| (name, Value::String(value))).collect())
    }

    fn data_sources(&self) -> Result<Vec<TenantSource>, FieldError> {
        let written = self.data_sources.lines().map(str::trim).filter(|line| !line.is_empty());
        table::sources(written.map(str::to_owned).collect())
            .map_err(|message| FieldError { field: "data_sources".to_owned(), message })
    }

    fn again(self, error: FieldError) -> TenantForm {
        TenantForm {
            customer: self.customer,
            id: self.id,
            name: self.name,
            service: self.service,
            services: services(),
            key: self.key,
            region: self.region,
            zone: self.zone,
            labels: self.labels,
            parameters: self.parameters,
            data_sources: self.data_sources,
            errors: vec![error],
        }
    }
}

/// What of a refusal the form can show.
///
/// # Errors
/// The rest.
fn shown(refusal: Refusal) -> Result<FieldError, Problem> {
    match refusal {
        Refusal::Field(error) => {
            Ok(FieldError { field: error.field().to_owned(), message: error.to_string() })
        }
        Refusal::Problem(problem) if is_of_form(&problem) => {
            Ok(FieldError { field: String::new(), message: problem.detail })
        }
        Refusal::Problem(problem) => Err(problem),
    }
}

/// The tenants, by customer and name.
///
/// # Errors
/// When the database fails.
pub async fn show(
    State(app): State<App>,
    visitor: Visitor,
    Query(params): Query<TenantParams>,
) -> Result<Response, Problem> {
    let filter = params.filter(ROWS)?;
    let asked = [
        ("q", &params.q),
        ("customer", &params.customer),
        ("service", &params.service),
        ("region", &params.region),
        ("retired", &params.retired),
    ];
    let asked = asked.into_iter().filter_map(|(name, value)| Some((name, query::one(value.as_ref())?)));
    let (tenants, next) = load_page(&app, &visitor.who, filter).await?;
    let view = TenantsView {
        asked: asked.collect(),
        in_all: app.database.tenants(&visitor.who.tenants()).count().await?,
        further_page: query::one(params.cursor.as_ref()).is_some(),
        tenants: tenants.iter().map(row).collect(),
        next,
        may_change: visitor.who.role >= Role::Lead,
    };
    visitor.render(&app, page, view).await
}

/// Puts one on record.
///
/// # Errors
/// 403 without the role.
pub async fn create(
    State(app): State<App>,
    visitor: Visitor,
    Form(filled): Form<Filled>,
) -> Result<Response, Problem> {
    let new = filled.labels().and_then(|labels| {
        Ok(NewTenant {
            id: Some(filled.id.clone()),
            customer: filled.customer.clone(),
            service: filled.service.clone(),
            region: filled.region.trim().to_owned(),
            key: filled.key.trim().to_owned(),
            name: filled.name.clone(),
            labels,
            parameters: filled.parameters()?,
            time_zone: zone(&filled.zone),
            data_sources: filled.data_sources()?,
        })
    });
    let error = match new {
        Ok(new) => match add(&app, &visitor.who, new).await {
            Ok(tenant) => return Ok(Redirect::to(&web::links::tenant(&tenant.id)).into_response()),
            Err(refusal) => shown(refusal)?,
        },
        Err(error) => error,
    };
    let customer = filled.customer.clone();
    let page = customer_with(&app, &visitor, &customer, None, Some(filled.again(error))).await?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
}

fn zone(filled: &str) -> String {
    let filled = filled.trim();
    if filled.is_empty() { "UTC".to_owned() } else { filled.to_owned() }
}

/// One tenant, with its copies, by its id; a key leads there, or to the tenants that have it.
///
/// # Errors
/// 404 when there is none.
pub async fn show_one(
    State(app): State<App>,
    visitor: Visitor,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let scope = visitor.who.tenants();
    let tenants = app.database.tenants(&scope);
    if tenants.get(&id).await?.is_none() {
        let of_key = TenantFilter { key: Some(id.clone()), ..TenantFilter::default() };
        match tenants.list(&of_key).await?.as_slice() {
            [] => {}
            [only] => return Ok(Redirect::to(&web::links::tenant(&only.id)).into_response()),
            _ => {
                let those = web::links::with_query("/tenants", [("q", id.as_str())]);
                return Ok(Redirect::to(&those).into_response());
            }
        }
    }
    one(&app, &visitor, &id, None).await
}

async fn one(app: &App, visitor: &Visitor, id: &str, form: Option<TenantForm>) -> Result<Response, Problem> {
    let (scope, context) = (visitor.who.tenants(), Context::of(app));
    let tenant = app.database.tenants(&scope).get(id).await?;
    let tenant = tenant.ok_or_else(|| Problem::not_found(format!("tenant {id}")))?;
    let of = InstanceFilter { tenant: Some(tenant.id.clone()), limit: COPIES, ..InstanceFilter::default() };
    let copies = app.database.instances(&scope).list(&of).await?;
    let of = HuntedFilter { tenant: Some(tenant.id.clone()), limit: COPIES, ..HuntedFilter::default() };
    let hunted = app.database.instances(&scope).last_hunted(&of).await?;
    let may = visitor.who.role >= Role::Lead;
    let view = TenantView {
        tenant: row(&tenant),
        notes: field_notes(&context, holding(app, &visitor.who, None, Some(&tenant.id)).await?, true, false),
        may_write: visitor.who.role >= Role::Hunter,
        zone: tenant.time_zone.clone(),
        data_sources: tenant.data_sources.iter().map(source).collect(),
        retired: tenant.retired_at.map(|at| context.moment(at)),
        may_delete: may && copies.is_empty(),
        parameters: tenant
            .parameters
            .iter()
            .map(|(key, value)| Field { key: key.clone(), value: readable(value) })
            .collect(),
        hunted: hunted.into_iter().map(|copy| context.copy(copy)).collect(),
        copies: copies.into_iter().map(|copy| context.copy(copy)).collect(),
        form: may.then(|| form.unwrap_or_else(|| as_filled(&tenant))),
    };
    visitor.render(app, tenant_page, view).await
}

fn as_filled(tenant: &Tenant) -> TenantForm {
    TenantForm {
        customer: tenant.customer_id.clone(),
        id: tenant.id.clone(),
        name: tenant.name.clone(),
        service: tenant.service.clone(),
        services: services(),
        key: tenant.key.clone(),
        region: tenant.region.clone(),
        zone: tenant.time_zone.clone(),
        labels: lines(&tenant.labels),
        parameters: tenant
            .parameters
            .iter()
            .map(|(name, value)| format!("{name}={}", readable(value)))
            .collect::<Vec<_>>()
            .join("\n"),
        data_sources: tenant.data_sources.iter().map(written).collect::<Vec<_>>().join("\n"),
        errors: Vec::new(),
    }
}

/// A data source as people read it.
fn source(source: &TenantSource) -> Field {
    let kept = source.retention_days.map_or_else(String::new, |days| format!("kept for {days} days"));
    Field { key: source.name.clone(), value: kept }
}

/// A data source as the form holds it.
fn written(source: &TenantSource) -> String {
    table::source(source)
}

/// Whether to retire.
#[derive(Debug, Deserialize)]
pub struct Retire {
    retired: String,
}

/// Retires one, or takes it up again.
///
/// # Errors
/// 403 without the role, 404 when there is none.
pub async fn retire(
    State(app): State<App>,
    visitor: Visitor,
    Path(id): Path<String>,
    Form(sent): Form<Retire>,
) -> Result<Redirect, Problem> {
    let patch = TenantPatch { retired: Some(sent.retired == "yes"), ..TenantPatch::default() };
    amend(&app, &visitor.who, &id, patch).await?;
    Ok(Redirect::to(&web::links::tenant(&id)))
}

/// Takes one off the record that has no copies.
///
/// # Errors
/// 403 without the role, 404 when there is none, 409 when it has copies.
pub async fn delete(
    State(app): State<App>,
    visitor: Visitor,
    Path(id): Path<String>,
) -> Result<Redirect, Problem> {
    let customer = app.database.tenants(&visitor.who.tenants()).get(&id).await?.map(|one| one.customer_id);
    remove(&app, &visitor.who, &id).await?;
    Ok(Redirect::to(&web::links::customer(&customer.unwrap_or_default())))
}

/// Changes one.
///
/// # Errors
/// 403 without the role, 404 when there is none.
pub async fn change(
    State(app): State<App>,
    visitor: Visitor,
    Path(id): Path<String>,
    Form(filled): Form<Filled>,
) -> Result<Response, Problem> {
    let was = app.database.tenants(&visitor.who.tenants()).get(&id).await?;
    let patch = filled.labels().and_then(|labels| {
        let mut parameters = filled.parameters()?;
        // What was left as it was shown stays what it was: a number that came by the API does not become text.
        for (name, value) in was.iter().flat_map(|was| &was.parameters) {
            if let Some(shown) = parameters.get_mut(name).filter(|shown| readable(shown) == readable(value)) {
                *shown = value.clone();
            }
        }
        Ok(TenantPatch {
            customer: Some(filled.customer.clone()).filter(|customer| !customer.is_empty()),
            service: Some(filled.service.clone()),
            region: Some(filled.region.trim().to_owned()),
            key: Some(filled.key.trim().to_owned()),
            name: Some(filled.name.clone()),
            labels: Some(labels),
            parameters: Some(parameters),
            time_zone: Some(zone(&filled.zone)),
            data_sources: Some(filled.data_sources()?),
            retired: None,
        })
    });
    let error = match patch {
        Ok(patch) => match amend(&app, &visitor.who, &id, patch).await {
            Ok(tenant) => return Ok(Redirect::to(&web::links::tenant(&tenant.id)).into_response()),
            Err(refusal) => shown(refusal)?,
        },
        Err(error) => error,
    };
    let page = one(&app, &visitor, &id, Some(filled.again(error))).await?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
}
