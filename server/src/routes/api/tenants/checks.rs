//! Whether a tenant that somebody wrote can be one.

use crate::db::tenants::Tenant;
use crate::http::problem::Problem;
use crate::routes::api::customers::labels_fit;
use catalog::procedure::SERVICES;
use std::collections::HashSet;

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
    /// A data source that cannot be one.
    #[error("The data source {0} cannot be: a name of 1 to 100 characters, at most 200 of them, each once.")]
    DataSource(String),
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
            Self::DataSource(_) => "data_sources",
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
    let mut names = HashSet::new();
    let odd = |name: &str| !(1..=100).contains(&name.chars().count()) || name.contains(['=', ';', '\n']);
    if let Some((_, bad)) = tenant
        .data_sources
        .iter()
        .enumerate()
        .find(|(place, one)| *place >= 200 || odd(&one.name) || !names.insert(one.name.to_lowercase()))
    {
        return Err(TenantError::DataSource(bad.name.chars().take(100).collect()));
    }
    match tenant.parameters.keys().enumerate().find(|(place, name)| *place >= 100 || !is_identifier(name)) {
        Some((_, name)) => Err(TenantError::Parameter(name.clone())),
        None => Ok(()),
    }
}
