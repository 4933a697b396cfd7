//! Whom a copy is for, and what follows from it.

use super::plan::{For, Plan};
use super::{PARAMETERS, Refusal, TenantFields, cells};
use crate::notebook::Notebook;
use crate::procedure::{self, SERVICES};
use serde_json::Value;

impl Plan<'_> {
    /// Fills in what follows from the tenant. None when the procedure asks for no tenant.
    pub(super) fn for_whom(&mut self) -> Result<Option<For>, Refusal> {
        let vocabulary = self.request.vocabulary;
        if let Some(tenant) = self.request.tenant {
            can_be_hunted(tenant)?;
            service_fits(self.request.notebook, tenant)?;
        }
        let known: Vec<String> = vocabulary.tenant_names().cloned().collect();
        let declared = self.names(&known);
        let has_cell = self.request.notebook.cells.iter().any(|cell| cell.has_tag(PARAMETERS));
        if declared.is_empty() {
            if let Some((cell, name)) = cells::first_mention(self.request.notebook, &known) {
                return Err(if has_cell {
                    Refusal::new(
                        "tenant-not-a-parameter",
                        format!(
                            "cell {cell} names `{name}`, but the cell tagged `parameters` does not declare it: a copy would run against the tenant that the author wrote down, or against none"
                        ),
                        format!("Declare `{name}: str = \"\"` in the cell tagged `parameters`."),
                    )
                } else {
                    Refusal::new(
                        "no-parameters-tag",
                        format!(
                            "cell {cell} names `{name}`, but no cell is tagged `parameters`: what is filled in would be overwritten, and the queries would run against no tenant and find nothing"
                        ),
                        "Put the defaults into one cell and tag it `parameters`.",
                    )
                });
            }
            if self.request.tenant.is_some() {
                self.warn(
                    "tenant-independent",
                    "the procedure asks for no tenant; this copy is the same for every tenant",
                    "Nothing is to be done if the procedure brings its own data.",
                );
            }
            return Ok(None);
        }
        let Some(tenant) = self.request.tenant else { return self.tenant_by_name(&declared) };
        for name in &declared {
            if !vocabulary.fits(name, &tenant.service) {
                return Err(Refusal::new(
                    "wrong-service",
                    format!("the procedure asks for `{name}`, and the tenant is on {}", tenant.service),
                    "Choose a tenant of the service that the procedure queries.",
                ));
            }
            self.derive(name, tenant.key.clone());
        }
        for name in self.names(&vocabulary.region) {
            if !tenant.region.is_empty() {
                self.derive(&name, tenant.region.clone());
            }
        }
        for name in self.names(&vocabulary.name) {
            if !tenant.name.is_empty() {
                self.fill(&name, tenant.name.clone().into());
            }
        }
        if let Some(title) = &tenant.title {
            for name in self.names(&vocabulary.title) {
                self.fill(&name, title.clone().into());
            }
        }
        for (name, value) in &tenant.parameters {
            if self.declares(name) && !self.derived.contains(name) {
                self.fill(name, value.clone());
            }
        }
        let region = Some(tenant.region.clone()).filter(|region| !region.is_empty());
        Ok(Some(For { key: tenant.key.clone(), region }))
    }

    /// Without a tenant of ours, somebody may still name one by its parameter, as on the command line.
    fn tenant_by_name(&mut self, declared: &[String]) -> Result<Option<For>, Refusal> {
        let given = self.request.parameters;
        let mut key: Option<&str> = None;
        for name in declared {
            match given.get(name) {
                Some(Value::String(text)) if text.trim().is_empty() => {
                    return Err(empty(&format!("`{name}`")));
                }
                Some(Value::String(text)) => {
                    if key.is_some_and(|key| key != text) {
                        return Err(Refusal::new(
                            "tenant-conflict",
                            format!("`{name}` is given as another tenant than the names before it"),
                            "Give one tenant.",
                        ));
                    }
                    key = Some(text);
                }
                Some(_) => {
                    return Err(Refusal::new(
                        "tenant-not-text",
                        format!(
                            "`{name}` is given as something that is no text; a tenant key is text, and `0145483` is not `145483`"
                        ),
                        "Give the tenant, or pass the value as text (`-r` on the command line).",
                    ));
                }
                None => {
                    return Err(Refusal::new(
                        "tenant-needed",
                        format!(
                            "the procedure asks for a tenant (`{name}`), and none is given: its queries would run against none and find nothing"
                        ),
                        "Say which tenant the copy is for.",
                    ));
                }
            }
        }
        let Some(key) = key else { return Ok(None) };
        for name in declared {
            self.derive(name, key);
        }
        // One region, whatever it is called; several are parameters like any other.
        let regions = self.names(&self.request.vocabulary.region);
        let mut values = regions
            .iter()
            .map(|name| given.get(name).and_then(Value::as_str).filter(|text| !text.is_empty()));
        let region = values.next().flatten().filter(|first| values.all(|other| other == Some(*first)));
        if let Some(region) = region {
            for name in &regions {
                self.derive(name, region);
            }
        }
        Ok(Some(For { key: key.to_owned(), region: region.map(str::to_owned) }))
    }
}

/// A tenant that is there to be hunted in.
fn can_be_hunted(tenant: &TenantFields) -> Result<(), Refusal> {
    let called = if tenant.name.is_empty() { &tenant.key } else { &tenant.name };
    if tenant.key.trim().is_empty() {
        return Err(empty("the tenant's key"));
    }
    if tenant.retired {
        return Err(Refusal::new(
            "tenant-retired",
            format!(
                "the tenant {called} is retired: it sends nothing any more, and a hunt would find nothing"
            ),
            "Choose an active tenant, or have this one taken up again.",
        ));
    }
    Ok(())
}

fn empty(what: &str) -> Refusal {
    Refusal::new(
        "tenant-empty",
        format!("{what} is empty: the queries would run against no tenant and find nothing"),
        "Say which tenant the copy is for.",
    )
}

/// Whether the procedure's service is the tenant's. What is not known of either stands in nobody's way.
fn service_fits(notebook: &Notebook, tenant: &TenantFields) -> Result<(), Refusal> {
    let (asked, told) = match named_service(notebook) {
        Some(named) => (named, true),
        None => match procedure::service_of(notebook) {
            Some(found) => (found.to_owned(), false),
            None => return Ok(()),
        },
    };
    let own = tenant.service.as_str();
    // `%kql` asks Sentinel and Defender alike, and only a query provider tells which.
    let alike = |service: &str| matches!(service, "sentinel" | "defender");
    if own.is_empty() || asked == "other" || asked == own || !told && alike(&asked) && alike(own) {
        return Ok(());
    }
    Err(Refusal::new(
        "wrong-service",
        format!("the procedure queries {asked}, and the tenant is on {own}"),
        format!("Choose a tenant on {asked}, or a procedure that queries {own}."),
    ))
}

/// The service that the author named.
fn named_service(notebook: &Notebook) -> Option<String> {
    let written = notebook.hunting()?.get("service")?.as_str()?.trim().to_lowercase();
    match written.as_str() {
        "" => None,
        known if SERVICES.contains(&known) => Some(written),
        _ => Some("other".to_owned()),
    }
}
