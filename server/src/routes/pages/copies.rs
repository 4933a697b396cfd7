//! `/instances`, `/procedures/{id}/instances`: the copies that were made.

use super::Visitor;
use super::shared::{Context, field_notes, head};
use crate::app::App;
use crate::auth::Role;
use crate::db::instances::InstanceFilter;
use crate::db::lives::HuntedFilter;
use crate::http::problem::Problem;
use crate::http::query;
use crate::routes::api::defects::Named;
use crate::routes::api::field_notes::holding;
use crate::routes::api::instances::list::{InstanceParams, page as load_page};
use crate::routes::api::instances::zip as zipped;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use axum_extra::extract::Form;
use serde::Deserialize;
use std::collections::HashSet;
use web::pages::copies::{CopiesView, ProcedureCopiesView, page, procedure_page};

/// So many of a procedure's copies are on its page.
const COPIES: u32 = 20;
/// For so many tenants its page says when it was last hunted.
const HUNTED: u32 = 200;

/// The copies, newest first.
///
/// # Errors
/// When a parameter cannot be, or the database fails.
pub async fn show(
    State(app): State<App>,
    visitor: Visitor,
    Query(params): Query<InstanceParams>,
) -> Result<Response, Problem> {
    let (copies, next) = load_page(&app, &visitor.who, params.filter()?).await?;
    let context = Context::of(&app);
    let InstanceParams { procedure, technique, tenant, customer, commit, state, .. } = &params;
    let InstanceParams { disposition, finding, hunter, since, closed_since, closed_before, .. } = &params;
    let asked = [
        ("state", state),
        ("disposition", disposition),
        ("finding", finding),
        ("procedure", procedure),
        ("technique", technique),
        ("tenant", tenant),
        ("customer", customer),
        ("hunter", hunter),
        ("since", since),
        ("closed_since", closed_since),
        ("closed_before", closed_before),
        ("commit", commit),
    ];
    let view = CopiesView {
        asked: asked
            .into_iter()
            .filter_map(|(name, value)| Some((name, query::one(value.as_ref())?)))
            .collect(),
        copies: copies.into_iter().map(|copy| context.copy(copy)).collect(),
        further_page: query::one(params.cursor.as_ref()).is_some(),
        next,
    };
    visitor.render(&app, page, view).await
}

/// Those of one procedure, and when it was last hunted for whom.
///
/// # Errors
/// 404 when there is no such procedure.
pub async fn of_procedure(
    State(app): State<App>,
    visitor: Visitor,
    Path(id): Path<String>,
    Query(named): Query<Named>,
) -> Result<Response, Problem> {
    let (address, entry) = named.entry(&app, &id).await?;
    let (scope, context) = (visitor.who.tenants(), Context::of(&app));
    let instances = app.database.instances(&scope);
    let (repo, procedures) = (Some(entry.repo.clone()), entry.names());
    let of = HuntedFilter {
        repo: repo.clone(),
        procedures: procedures.clone(),
        limit: HUNTED,
        ..HuntedFilter::default()
    };
    let mut hunted = instances.last_hunted(&of).await?;
    // Under several ids of the procedure the newest hunt for a tenant counts; they come newest first.
    let mut seen = HashSet::new();
    hunted.retain(|copy| seen.insert(copy.tenant.as_ref().map(|tenant| tenant.id.clone())));
    let of = InstanceFilter { repo, procedures, limit: COPIES, ..InstanceFilter::default() };
    let copies = instances.list(&of).await?;
    let view = ProcedureCopiesView {
        head: head(&entry, &entry.procedure.title, &[], address.repo.is_some(), None),
        hunted: hunted.into_iter().map(|copy| context.copy(copy)).collect(),
        copies: copies.into_iter().map(|copy| context.copy(copy)).collect(),
        notes: field_notes(&context, holding(&app, &visitor.who, Some(&entry), None).await?, false, true),
        may_write: visitor.who.role >= Role::Hunter,
    };
    visitor.render(&app, procedure_page, view).await
}

/// Which copies.
#[derive(Debug, Default, Deserialize)]
pub struct Chosen {
    #[serde(default)]
    instance: Vec<String>,
}

/// Several copies in one file.
///
/// # Errors
/// When none or too many are named, or one is not there.
pub async fn zip(
    State(app): State<App>,
    visitor: Visitor,
    Form(chosen): Form<Chosen>,
) -> Result<Response, Problem> {
    zipped::answer(&app, &visitor.who, &chosen.instance).await
}
