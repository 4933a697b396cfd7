//! GET `/instances`: the copies that were made, newest first.

use super::InstanceItem;
use crate::app::App;
use crate::auth::Principal;
use crate::copies::life::LifeError;
use crate::db::instances::InstanceFilter;
use crate::db::lives::{Disposition, Finding, State as Life};
use crate::http::problem::Problem;
use crate::http::query;
use axum::Json;
use axum::extract::{Query, State};
use catalog::attack::TechniqueId;
use catalog::library::Address;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// Which copies are asked for.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct InstanceParams {
    /// Of this procedure.
    pub procedure: Option<String>,
    /// Of this repository.
    pub repo: Option<String>,
    /// Of this technique; a parent finds its sub-techniques.
    pub technique: Option<String>,
    /// For this tenant, by our id or its key.
    pub tenant: Option<String>,
    /// For this customer, by id.
    pub customer: Option<String>,
    /// Made from this commit, full or short.
    pub commit: Option<String>,
    /// In this state: `made`, `working`, `returned`, `closed`, `withdrawn`; or `open`, which is the first three.
    pub state: Option<String>,
    /// Of which this came: `findings`, `null-findings`, `not-huntable`, `error`.
    pub disposition: Option<String>,
    /// In which this was found: `malicious`, `benign`, `hygiene`, `visibility-gap`.
    pub finding: Option<String>,
    /// In the hands of somebody of this name: whom it is assigned to, else who made it.
    pub hunter: Option<String>,
    /// Made since then: a day or a moment.
    pub since: Option<String>,
    /// Closed since then: a day or a moment.
    pub closed_since: Option<String>,
    /// Closed before then: a day or a moment.
    pub closed_before: Option<String>,
    /// How many: 100, at most 500.
    pub limit: Option<String>,
    /// Where to go on: `next` of the page before.
    pub cursor: Option<String>,
}

/// A page of copies.
#[derive(Debug, Serialize, ToSchema)]
pub struct InstancesAnswer {
    /// This page, newest first.
    pub instances: Vec<InstanceItem>,
    /// The cursor of the next page.
    pub next: Option<String>,
}

impl InstanceParams {
    /// What they ask for.
    ///
    /// # Errors
    /// 400 when a value cannot be.
    pub fn filter(&self) -> Result<InstanceFilter, Problem> {
        let limit = query::limit(self.limit.as_ref(), 100, 500)?;
        let technique = query::one(self.technique.as_ref()).map(|written| {
            written.parse::<TechniqueId>().map(|id| id.as_str().to_owned()).map_err(|_| {
                Problem::invalid(format!("technique is {written}; it is an ATT&CK id such as T1003.001."))
            })
        });
        Ok(InstanceFilter {
            procedures: query::one(self.procedure.as_ref()).into_iter().collect(),
            repo: query::one(self.repo.as_ref()),
            technique: technique.transpose()?,
            tenant: query::one(self.tenant.as_ref()),
            customer: query::one(self.customer.as_ref()),
            commit: query::commit("commit", self.commit.as_ref())?,
            commits: Vec::new(),
            states: states(self.state.as_ref())?,
            disposition: disposition(self.disposition.as_ref())?,
            finding: finding(self.finding.as_ref())?,
            hunter: query::one(self.hunter.as_ref()),
            since: query::moment("since", self.since.as_ref())?,
            closed_since: query::moment("closed_since", self.closed_since.as_ref())?,
            closed_before: query::moment("closed_before", self.closed_before.as_ref())?,
            before: query::one(self.cursor.as_ref()),
            limit: u32::try_from(limit).unwrap_or(500),
        })
    }
}

fn states(asked: Option<&String>) -> Result<Vec<Life>, Problem> {
    match query::one(asked).as_deref() {
        None => Ok(Vec::new()),
        Some("open") => Ok(Life::OPEN.to_vec()),
        Some(word) => Life::read(word)
            .map(|state| vec![state])
            .ok_or_else(|| Problem::invalid(LifeError::State(word.to_owned()).to_string())),
    }
}

fn disposition(asked: Option<&String>) -> Result<Option<String>, Problem> {
    match query::one(asked) {
        Some(word) if !Disposition::WORDS.contains(&word.as_str()) => {
            Err(Problem::invalid(LifeError::Disposition(word).to_string()))
        }
        word => Ok(word),
    }
}

fn finding(asked: Option<&String>) -> Result<Option<Finding>, Problem> {
    let Some(word) = query::one(asked) else { return Ok(None) };
    Finding::read(&word).map(Some).ok_or_else(|| Problem::invalid(LifeError::Finding(word).to_string()))
}

/// The copies that were made, newest first.
#[utoipa::path(
    get, path = "/instances", tag = "copies", params(InstanceParams),
    responses((status = 200, body = InstancesAnswer))
)]
pub async fn list(
    State(app): State<App>,
    who: Principal,
    Query(params): Query<InstanceParams>,
) -> Result<Json<InstancesAnswer>, Problem> {
    let (instances, next) = page(&app, &who, params.filter()?).await?;
    Ok(Json(InstancesAnswer { instances: instances.into_iter().map(InstanceItem::from).collect(), next }))
}

/// A page of copies, and the cursor of the next one. A procedure is found by every id that it had.
///
/// # Errors
/// When the database or the index fails.
pub async fn page(
    app: &App,
    who: &Principal,
    mut filter: InstanceFilter,
) -> Result<(Vec<crate::db::instances::Instance>, Option<String>), Problem> {
    if let [id] = filter.procedures.as_slice() {
        let address = Address { id: id.clone(), repo: filter.repo.clone() };
        if let Some(found) = app.read(move |library| library.locate(&address)).await? {
            filter.procedures.push(found.entry.id);
            filter.procedures.extend(found.entry.former_ids);
        }
    }
    let asked = filter.limit as usize;
    // One more than asked for tells whether there is a next page.
    filter.limit += 1;
    let mut instances = app.database.instances(&who.tenants()).list(&filter).await?;
    let further = instances.len() > asked;
    instances.truncate(asked);
    let next = instances.last().filter(|_| further).map(|last| last.id.clone());
    Ok((instances, next))
}
