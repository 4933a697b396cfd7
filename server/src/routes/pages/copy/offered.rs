//! The tenants that the dialogue offers, and what is to be known of each.

use super::{Filled, SHOWN};
use crate::app::App;
use crate::copies::MOST;
use crate::copies::meanwhile::meanwhile;
use crate::copies::since::Hunted;
use crate::copies::telemetry;
use crate::copies::window::Asked;
use crate::db::customers::Customer;
use crate::db::tenants::{Tenant, TenantFilter};
use crate::http::problem::{Problem, sentence};
use crate::routes::api::field_notes::holding;
use crate::routes::pages::Visitor;
use crate::routes::pages::shared::labels;
use catalog::library::Reading;
use std::collections::BTreeMap;
use web::pages::copy::{TenantChoice, TenantGroup};

/// What is to be known of each tenant before another copy is made for it: who else hunts there, what it does not send or
/// keep, from when a window since the last hunt would be, and field notes.
pub(super) async fn known(
    app: &App,
    visitor: &Visitor,
    reading: &Reading,
    tenants: &[Tenant],
    window: Option<Asked>,
) -> Result<BTreeMap<String, Vec<String>>, Problem> {
    let hunted = Hunted::of(app, &visitor.who, &reading.entry, window).await?;
    let now = app.clock.now();
    let ids: Vec<&str> = tenants.iter().map(|tenant| tenant.id.as_str()).collect();
    let meanwhile = meanwhile(app, &visitor.who, &reading.entry, &ids).await?;
    let notes = holding(app, &visitor.who, None, None).await?;
    let mut known: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for tenant in tenants {
        let (window, otherwise) = hunted.window(window, Some(&tenant.id));
        let about = meanwhile.of(&tenant.id).into_iter().chain(otherwise);
        let about = about.chain(telemetry::about(&reading.procedure.data_sources, tenant, window, now));
        let about = about.map(|one| format!("{}.", sentence(&one.message)));
        let own = notes.iter().filter(|note| {
            note.procedure.is_none() && note.tenant.as_ref().is_some_and(|of| of.id == tenant.id)
        });
        let own = own.map(|note| format!("{} ({})", note.note, note.created_by.name));
        known.insert(tenant.id.clone(), about.chain(own).collect());
    }
    Ok(known)
}

/// The tenants that match what is looked for, a bounded number of them, and those that are chosen.
pub(super) async fn offered(app: &App, visitor: &Visitor, filled: &Filled) -> Result<Vec<Tenant>, Problem> {
    let scope = visitor.who.tenants();
    let tenants = app.database.tenants(&scope);
    let found = TenantFilter {
        text: Some(filled.find.clone()).filter(|text| !text.is_empty()),
        limit: u32::try_from(SHOWN).ok(),
        ..TenantFilter::default()
    };
    let mut offered = tenants.list(&found).await?;
    for id in filled.tenants.iter().take(MOST) {
        if !offered.iter().any(|tenant| tenant.id == *id) {
            offered.extend(tenants.get(id).await?);
        }
    }
    offered.sort_by(|one, other| {
        (&one.customer, &one.name, &one.id).cmp(&(&other.customer, &other.name, &other.id))
    });
    Ok(offered)
}

/// The tenants that match what is looked for, and those that are chosen, by customer.
pub(super) fn groups(
    tenants: &[Tenant],
    customers: &[Customer],
    filled: &Filled,
    service: Option<&str>,
    said: &BTreeMap<String, Vec<String>>,
) -> Vec<TenantGroup> {
    let mut groups: Vec<TenantGroup> = Vec::new();
    for tenant in tenants {
        let chosen = filled.tenants.contains(&tenant.id);
        let retired = tenant.retired_at.map(|_| "It is retired: nobody is to hunt there.".to_owned());
        let closed = retired.or_else(|| {
            service.filter(|service| *service != "other" && *service != tenant.service).map(|service| {
                format!("The procedure queries {service}; this tenant is on {}.", tenant.service)
            })
        });
        let choice = TenantChoice {
            id: tenant.id.clone(),
            name: tenant.name.clone(),
            key: tenant.key.clone(),
            region: tenant.region.clone(),
            service: tenant.service.clone(),
            chosen: chosen && closed.is_none(),
            closed,
            said: said.get(&tenant.id).cloned().unwrap_or_default(),
        };
        match groups.last_mut().filter(|group| group.customer == tenant.customer) {
            Some(group) => group.tenants.push(choice),
            None => groups.push(TenantGroup {
                customer: tenant.customer.clone(),
                labels: customers
                    .iter()
                    .find(|customer| customer.id == tenant.customer_id)
                    .map(|customer| {
                        let fields = labels(&customer.labels).into_iter();
                        fields.map(|field| format!("{}={}", field.key, field.value)).collect()
                    })
                    .unwrap_or_default(),
                tenants: vec![choice],
            }),
        }
    }
    groups
}
