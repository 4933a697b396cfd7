//! What the parameters of a new procedure are called.

use super::super::Service;
use crate::instance::{Vocabulary, python};

/// Names of parameters, as copies fill them in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in super::super) struct Names {
    pub(super) tenant: String,
    pub(super) region: String,
    pub(super) title: String,
    pub(super) from: String,
    pub(super) to: String,
    pub(super) file_name: String,
}

impl Names {
    /// Those that a vocabulary has for a service. With `own`, Taegis' own names where the vocabulary knows them.
    pub(in super::super) fn of(vocabulary: &Vocabulary, service: Service, own: bool) -> Self {
        let is_taegis = service == Service::Taegis;
        let tenant = match service {
            Service::Sentinel | Service::Defender => (&vocabulary.workspace, "WORKSPACE"),
            Service::Taegis if own => (&vocabulary.taegis, "TAEGIS_TENANT_ID"),
            _ => (&vocabulary.tenant, "TENANT_ID"),
        };
        let region = vocabulary.region.iter().find(|name| is_taegis && own && name.starts_with("TAEGIS_"));
        Self {
            tenant: first(tenant.0, tenant.1),
            region: region.cloned().unwrap_or_else(|| first(&vocabulary.region, "REGION")),
            title: first(&vocabulary.title, "INVESTIGATION_TITLE"),
            from: first(&vocabulary.from, "EARLIEST"),
            to: first(&vocabulary.to, "LATEST"),
            file_name: first(&vocabulary.file_name, "TAEGIS_MAGIC_NOTEBOOK_FILENAME"),
        }
    }
}

fn first(names: &[String], otherwise: &str) -> String {
    let usable = names.iter().find(|name| name.is_ascii() && python::is_identifier(name));
    usable.map_or(otherwise, String::as_str).to_owned()
}
