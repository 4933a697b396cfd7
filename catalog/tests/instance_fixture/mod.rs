//! Whom the tests of copies make them for.

use catalog::instance::TenantFields;

pub(crate) fn tenant() -> TenantFields {
    TenantFields {
        key: "0145483".into(),
        name: "Acme".into(),
        region: "mock".into(),
        service: "taegis".into(),
        ..TenantFields::default()
    }
}
