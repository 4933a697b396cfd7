//! `/customers`: who we work for. `/customers/{id}`: one of them, with its tenants.
//!
//! `POST /customers` and `POST /customers/{id}` take `name`, `labels` and `contacts` (both one a line, `key=value` for
//! labels). `POST /tenants` takes the fields of [`TenantForm`](crate::pages::tenants::TenantForm).

use crate::Frame;
use crate::pages::tenants::TenantForm;
use crate::view::{CopyRow, Field, FieldError, TenantRow};

/// One row of the list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CustomerRow {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Sector, tier, …
    pub labels: Vec<Field>,
    /// Its tenants.
    pub tenants: Vec<TenantRow>,
}

/// What the form holds, as it was filled in.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CustomerForm {
    /// Its name.
    pub name: String,
    /// `key=value`, one a line.
    pub labels: String,
    /// One a line.
    pub contacts: String,
    /// What is wrong with it.
    pub errors: Vec<FieldError>,
}

/// The list of customers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CustomersView {
    /// All of them, by name.
    pub customers: Vec<CustomerRow>,
    /// The form for a new one; none for somebody who may not.
    pub form: Option<CustomerForm>,
}

/// One customer.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CustomerView {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Sector, tier, …
    pub labels: Vec<Field>,
    /// Whom to ask.
    pub contacts: Vec<String>,
    /// Its tenants.
    pub tenants: Vec<TenantRow>,
    /// Copies made for it, newest first: the latest few.
    pub copies: Vec<CopyRow>,
    /// The form to change it; none for somebody who may not.
    pub form: Option<CustomerForm>,
    /// The form for a new tenant; none for somebody who may not.
    pub tenant_form: Option<TenantForm>,
}

/// The list.
pub fn page(frame: &Frame, view: CustomersView) -> String {
    let _ = view;
    frame.render("Customers", ())
}

/// One customer.
pub fn customer_page(frame: &Frame, view: CustomerView) -> String {
    let title = view.name;
    frame.render(&title, ())
}
