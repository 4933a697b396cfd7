//! `/customers` and `/customers/{id}`: whom we work for.

use super::Visitor;
use super::shared::{Context, labels, lines, pairs, tenant};
use super::tenants::empty_form;
use crate::app::App;
use crate::auth::Role;
use crate::copies::evidence::Period;
use crate::db::customers::Customer;
use crate::db::instances::InstanceFilter;
use crate::db::lives::HuntedFilter;
use crate::db::tenants::TenantFilter;
use crate::http::problem::Problem;
use crate::routes::api::customers::{CustomerPatch, NewCustomer, add, amend};
use axum::extract::{Form, Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;
use std::collections::BTreeMap;
use web::pages::customers::{CustomerForm, CustomerRow, CustomerView, CustomersView, customer_page, page};
use web::pages::tenants::TenantForm;
use web::view::FieldError;

/// So many of a customer's copies are on its page.
const COPIES: u32 = 20;
/// So many of its tenants.
const TENANTS: u32 = 100;
/// So many of its last hunts.
const HUNTED: u32 = 50;

/// What the form holds.
#[derive(Debug, Default, Deserialize)]
pub struct Filled {
    #[serde(default)]
    name: String,
    #[serde(default)]
    labels: String,
    #[serde(default)]
    contacts: String,
}

impl Filled {
    fn contacts(&self) -> Vec<String> {
        self.contacts.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect()
    }

    fn labels(&self) -> Result<BTreeMap<String, String>, Problem> {
        pairs(&self.labels)
            .map_err(|line| Problem::invalid(format!("A label is written key=value; this is not: {line}")))
    }

    /// The form again, with what is wrong.
    fn again(self, problem: &Problem) -> CustomerForm {
        CustomerForm {
            name: self.name,
            labels: self.labels,
            contacts: self.contacts,
            errors: vec![FieldError { field: String::new(), message: problem.detail.clone() }],
        }
    }
}

/// Whether a problem is one that the form can show: what was filled in is wrong.
pub fn is_of_form(problem: &Problem) -> bool {
    matches!(problem.status, 400 | 409)
}

/// The customers.
///
/// # Errors
/// When the database fails.
pub async fn show(State(app): State<App>, visitor: Visitor) -> Result<Response, Problem> {
    list(&app, &visitor, None).await
}

async fn list(app: &App, visitor: &Visitor, form: Option<CustomerForm>) -> Result<Response, Problem> {
    let scope = visitor.who.tenants();
    let mut counts = app.database.tenants(&scope).count_each().await?;
    let customers = app.database.customers(&scope).list().await?;
    let rows = customers.into_iter().map(|customer| CustomerRow {
        labels: labels(&customer.labels),
        tenants: counts.remove(&customer.id).unwrap_or_default(),
        id: customer.id,
        name: customer.name,
    });
    let may = visitor.who.role >= Role::Lead;
    let form = may.then(|| form.unwrap_or_default());
    visitor.render(app, page, CustomersView { customers: rows.collect(), form }).await
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
    let new = filled.labels().map(|labels| NewCustomer {
        name: filled.name.clone(),
        labels,
        contacts: filled.contacts(),
    });
    let done = match new {
        Ok(new) => add(&app, &visitor.who, new).await,
        Err(problem) => Err(problem),
    };
    match done {
        Ok(customer) => Ok(Redirect::to(&web::links::customer(&customer.id)).into_response()),
        Err(problem) if is_of_form(&problem) => {
            let page = list(&app, &visitor, Some(filled.again(&problem))).await?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
        }
        Err(problem) => Err(problem),
    }
}

/// One customer.
///
/// # Errors
/// 404 when there is none.
pub async fn show_one(
    State(app): State<App>,
    visitor: Visitor,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    one(&app, &visitor, &id, None, None).await
}

/// The page of one customer, with its forms as they were filled in.
///
/// # Errors
/// 404 when there is none.
pub async fn one(
    app: &App,
    visitor: &Visitor,
    id: &str,
    form: Option<CustomerForm>,
    tenant_form: Option<TenantForm>,
) -> Result<Response, Problem> {
    let (scope, context) = (visitor.who.tenants(), Context::of(app));
    let customer = app.database.customers(&scope).get(id).await?;
    let customer = customer.ok_or_else(|| Problem::not_found(format!("customer {id}")))?;
    let of = TenantFilter {
        customer: Some(customer.id.clone()),
        limit: Some(TENANTS + 1),
        ..TenantFilter::default()
    };
    let mut tenants = app.database.tenants(&scope).list(&of).await?;
    let more_tenants = tenants.len() > TENANTS as usize;
    tenants.truncate(TENANTS as usize);
    let of =
        InstanceFilter { customer: Some(customer.id.clone()), limit: COPIES, ..InstanceFilter::default() };
    let copies = app.database.instances(&scope).list(&of).await?;
    let of = HuntedFilter { customer: Some(customer.id.clone()), limit: HUNTED, ..HuntedFilter::default() };
    let hunted = app.database.instances(&scope).last_hunted(&of).await?;
    let may = visitor.who.role >= Role::Lead;
    let view = CustomerView {
        form: may.then(|| form.unwrap_or_else(|| as_filled(&customer))),
        tenant_form: may.then(|| tenant_form.unwrap_or_else(|| empty_form(&customer.id))),
        labels: labels(&customer.labels),
        contacts: customer.contacts,
        id: customer.id,
        name: customer.name,
        tenants: tenants.iter().map(tenant).collect(),
        more_tenants,
        hunted: hunted.into_iter().map(|copy| context.copy(copy)).collect(),
        copies: copies.into_iter().map(|copy| context.copy(copy)).collect(),
        quarter: Period::quarter(app.clock.now().date_naive()).from.to_string(),
        evidence_until: (visitor.who.role >= Role::Hunter).then(|| app.clock.now().date_naive().to_string()),
    };
    visitor.render(app, customer_page, view).await
}

fn as_filled(customer: &Customer) -> CustomerForm {
    CustomerForm {
        name: customer.name.clone(),
        labels: lines(&customer.labels),
        contacts: customer.contacts.join("\n"),
        errors: Vec::new(),
    }
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
    let patch = filled.labels().map(|labels| CustomerPatch {
        name: Some(filled.name.clone()),
        labels: Some(labels),
        contacts: Some(filled.contacts()),
    });
    let done = match patch {
        Ok(patch) => amend(&app, &visitor.who, &id, patch).await,
        Err(problem) => Err(problem),
    };
    match done {
        Ok(customer) => Ok(Redirect::to(&web::links::customer(&customer.id)).into_response()),
        Err(problem) if is_of_form(&problem) => {
            let page = one(&app, &visitor, &id, Some(filled.again(&problem)), None).await?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
        }
        Err(problem) => Err(problem),
    }
}

#[cfg(test)]
mod tests {
    use crate::auth::Role;
    use crate::sample::Sample;

    #[tokio::test]
    async fn forms_put_a_customer_and_a_tenant_on_record() {
        let sample = Sample::open().await;
        let lead = sample.user(Role::Lead).await;
        let made = lead
            .form("/customers", &[("name", "Clinic"), ("labels", "sector=health"), ("contacts", "Ana\nBen")])
            .await;
        assert_eq!(made.status, 303);
        let place = made.header("location").to_owned();
        let page = lead.get(&place).await.text();
        assert!(page.contains("health") && page.contains("Ben"));
        let customer = place.rsplit('/').next().unwrap();
        let fields = [
            ("customer", customer),
            ("name", "Ward"),
            ("service", "taegis"),
            ("key", "007"),
            ("region", "us1"),
            ("parameters", "LIMIT=5"),
        ];
        let made = lead.form("/tenants", &fields).await;
        assert_eq!(made.status, 303, "{}", made.text());
        let page = lead.get(made.header("location")).await.text();
        assert!(page.contains("007") && page.contains("LIMIT"));
        let twice = lead.form("/tenants", &fields).await;
        assert_eq!(twice.status, 422);
        assert!(twice.text().contains("is taken"));
    }

    #[test]
    fn a_quarter_begins_on_the_first_of_its_first_month() {
        for (day, first) in
            [("2026-01-31", "2026-01-01"), ("2026-09-30", "2026-07-01"), ("2026-12-31", "2026-10-01")]
        {
            assert_eq!(super::Period::quarter(day.parse().unwrap()).from.to_string(), first);
        }
    }

    #[tokio::test]
    async fn a_line_that_is_no_label_is_shown_again() {
        let sample = Sample::open().await;
        let lead = sample.user(Role::Lead).await;
        let answer = lead.form("/customers", &[("name", "Clinic"), ("labels", "health")]).await;
        assert_eq!(answer.status, 422);
        assert!(answer.text().contains("key=value; this is not: health"));
    }

    #[tokio::test]
    async fn somebody_who_may_not_change_anything_gets_no_form() {
        let sample = Sample::open().await;
        let viewer = sample.user(Role::Viewer).await;
        assert!(!viewer.get("/customers").await.text().contains("action=\"/customers\""));
        assert_eq!(viewer.form("/customers", &[("name", "x")]).await.status, 403);
    }
}
