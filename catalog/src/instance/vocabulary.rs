//! Which tenant field goes by which parameter name.

use crate::notebook::Metadata;
use serde::{Deserialize, Serialize};

/// What a copy needs to know of a tenant.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct TenantFields {
    /// The key, as the service knows it. Text, always.
    pub key: String,
    /// What people call it.
    pub name: String,
    /// The region, as the service knows it; may be empty.
    pub region: String,
    /// Which service it is on; empty when that is not known.
    pub service: String,
    /// What an investigation for it is to be called, when somebody said so.
    pub title: Option<String>,
    /// Its own values for parameters, by name. Those that a procedure does not declare are left out.
    pub parameters: Metadata,
    /// Whether it is retired: nothing is hunted in it any more.
    #[serde(default)]
    pub retired: bool,
}

/// The parameter names that procedures use. Only those that a procedure declares itself are filled in.
///
/// The default knows both published vocabularies (`TENANT_ID`, `REGION`, `INVESTIGATION_TITLE` and `TAEGIS_TENANT_ID`,
/// `TAEGIS_ENVIRONMENT`, `INVESTIGATION_TITLE`) and the names of msticpy's workspaces.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Vocabulary {
    /// Names of the tenant's key, on any service.
    pub tenant: Vec<String>,
    /// Names of the tenant's key on Taegis only.
    pub taegis: Vec<String>,
    /// Names of the tenant's key on Sentinel and Defender only: msticpy calls it a workspace.
    pub workspace: Vec<String>,
    /// Names of the region.
    pub region: Vec<String>,
    /// Names of the tenant's name.
    pub name: Vec<String>,
    /// Names of the investigation's title.
    pub title: Vec<String>,
    /// Names of the copy's own file name. The first is filled in even where it is not declared, if a cell needs it.
    pub file_name: Vec<String>,
    /// Names of the window's beginning.
    pub from: Vec<String>,
    /// Names of the window's end.
    pub to: Vec<String>,
}

impl Default for Vocabulary {
    fn default() -> Self {
        let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        Self {
            tenant: names(&["TENANT_ID"]),
            taegis: names(&["TAEGIS_TENANT_ID"]),
            workspace: names(&["WORKSPACE", "WORKSPACE_NAME", "WORKSPACE_ID"]),
            region: names(&["REGION", "TAEGIS_ENVIRONMENT"]),
            name: names(&["TENANT_NAME", "CUSTOMER_NAME"]),
            title: names(&["INVESTIGATION_TITLE"]),
            file_name: names(&["TAEGIS_MAGIC_NOTEBOOK_FILENAME"]),
            from: names(&["EARLIEST", "START", "START_TIME", "FROM"]),
            to: names(&["LATEST", "END", "END_TIME", "TO"]),
        }
    }
}

impl Vocabulary {
    /// Every name of a tenant's key.
    pub fn tenant_names(&self) -> impl Iterator<Item = &String> {
        self.tenant.iter().chain(&self.taegis).chain(&self.workspace)
    }

    /// Whether a tenant of `service` can go by `name`. An unknown service can go by any.
    pub(super) fn fits(&self, name: &str, service: &str) -> bool {
        let is = |names: &[String]| names.iter().any(|known| known == name);
        match service {
            "" => true,
            "taegis" => !is(&self.workspace),
            "sentinel" | "defender" => !is(&self.taegis),
            _ => !is(&self.workspace) && !is(&self.taegis),
        }
    }
}
