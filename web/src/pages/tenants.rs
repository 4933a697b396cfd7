//! `/tenants[?q=]`: every tenant. `/tenants/{id}`: one of them, with its copies.
//!
//! `POST /tenants` makes one, `POST /tenants/{id}` changes it; both take the fields of [`TenantForm`] by their names.

use crate::Frame;
use crate::view::{CopyRow, Field, FieldError, TenantRow};

/// What the form holds, as it was filled in. The fields are sent under their names.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TenantForm {
    /// The customer's id; the form sends it as it is, unseen.
    pub customer: String,
    /// Our short id; only for a new one.
    pub id: String,
    /// Its name.
    pub name: String,
    /// The service's word.
    pub service: String,
    /// Services to choose from.
    pub services: Vec<String>,
    /// Its key, as the service knows it.
    pub key: String,
    /// Its region.
    pub region: String,
    /// Its time zone (`Europe/Berlin`).
    pub zone: String,
    /// `key=value`, one a line.
    pub labels: String,
    /// Parameter values, `NAME=value`, one a line.
    pub parameters: String,
    /// What is wrong with it.
    pub errors: Vec<FieldError>,
}

/// The list of tenants.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TenantsView {
    /// What the list is filtered by.
    pub q: String,
    /// The tenants, by customer and name.
    pub tenants: Vec<TenantRow>,
    /// The cursor of the next page.
    pub next: Option<String>,
}

/// One tenant.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TenantView {
    /// Its facts.
    pub tenant: TenantRow,
    /// Its time zone.
    pub zone: String,
    /// Values that its copies are filled with.
    pub parameters: Vec<Field>,
    /// Copies made for it, newest first.
    pub copies: Vec<CopyRow>,
    /// The form to change it; none for somebody who may not.
    pub form: Option<TenantForm>,
}

/// The list.
pub fn page(frame: &Frame, view: TenantsView) -> String {
    let _ = view;
    frame.render("Tenants", ())
}

/// One tenant.
pub fn tenant_page(frame: &Frame, view: TenantView) -> String {
    let title = view.tenant.name;
    frame.render(&title, ())
}
