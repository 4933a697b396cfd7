//! `/api/v1`: one file an endpoint. The OpenAPI document is made from what the handlers say of themselves.

#![allow(clippy::missing_errors_doc, reason = "the responses of each endpoint say it, where callers read it")]

pub mod asked;
pub mod attack;
pub mod authored;
pub mod blame;
pub mod changes;
pub mod collections;
pub mod compared;
pub mod coverage;
pub mod customers;
pub mod defects;
pub mod diff;
pub mod drafts;
pub mod evidence;
pub mod field_notes;
pub mod follows;
pub mod history;
pub mod instances;
pub mod item;
pub mod layers;
pub mod lint;
pub mod lint_results;
pub mod notebook;
pub mod offers;
pub mod once;
pub mod openapi;
pub mod patches;
pub mod pins;
pub mod problems;
pub mod procedure;
pub mod procedures;
pub mod proposals;
pub mod recall;
pub mod report;
pub mod repos;
pub mod restore;
pub mod reviews;
pub mod roster;
pub mod schema;
pub mod searches;
pub mod skeleton;
pub mod source;
pub mod suggest;
pub mod syncs;
pub mod technique;
pub mod tenants;
pub mod upgrade;
pub mod webhooks;

use crate::app::App;
use crate::http::problem::Problem;
use crate::http::query;
use axum::Router;
use axum::extract::DefaultBodyLimit;
use catalog::library::Address;
use serde::Deserialize;
use utoipa::openapi::OpenApi;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::{IntoParams, OpenApi as _};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

#[derive(utoipa::OpenApi)]
#[openapi(
    info(
        title = "Huntshelf",
        description = "A catalog of threat-hunting procedures: find them, read them, see how they changed, take a copy for a tenant. Errors are RFC 9457 problems. Send a token as `Authorization: Bearer hs_…`.",
    ),
    components(schemas(Problem)),
    modifiers(&Bearer),
    security(("token" = [])),
)]
struct Described;

/// Says how a token is sent.
struct Bearer;

impl utoipa::Modify for Bearer {
    fn modify(&self, document: &mut OpenApi) {
        let components = document.components.get_or_insert_default();
        let bearer = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).build();
        components.add_security_scheme("token", SecurityScheme::Http(bearer));
    }
}

/// The endpoints and their description.
pub fn router() -> (Router<App>, OpenApi) {
    let (api, described) = endpoints().split_for_parts();
    (api.merge(Router::new().route("/api/openapi.json", axum::routing::get(openapi::get))), described)
}

/// The endpoints that may take longer than others.
pub fn untimed() -> Router<App> {
    slow().split_for_parts().0
}

/// The description of all of them.
pub fn description() -> OpenApi {
    endpoints().merge(slow()).split_for_parts().1
}

/// What is wrong with procedures, and what they are held to.
fn checked() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(problems::list))
        .routes(routes!(problems::counts))
        .routes(routes!(problems::mending_patch))
        .routes(routes!(lint::list))
        .routes(routes!(lint::get))
        .routes(routes!(lint::badge))
        .routes(routes!(schema::get))
        .merge(
            OpenApiRouter::new()
                .routes(routes!(lint_results::list, lint_results::add))
                .layer(DefaultBodyLimit::max(crate::junit::LARGEST)),
        )
}

fn endpoints() -> OpenApiRouter<App> {
    let v1 = OpenApiRouter::new()
        .routes(routes!(procedures::search))
        .routes(routes!(procedure::get))
        .routes(routes!(source::get))
        .routes(routes!(skeleton::get))
        .routes(routes!(authored::create))
        .routes(routes!(notebook::get))
        .routes(routes!(history::get))
        .routes(routes!(diff::get, diff::upload))
        .routes(routes!(blame::get))
        .routes(routes!(restore::patch))
        .routes(routes!(defects::list, defects::create))
        .routes(routes!(defects::change))
        .routes(routes!(recall::list))
        .routes(routes!(recall::recall))
        .routes(routes!(reviews::list, reviews::create))
        .routes(routes!(follows::begin, follows::end))
        .routes(routes!(follows::list))
        .routes(routes!(changes::list))
        .routes(routes!(changes::compare))
        .routes(routes!(proposals::list))
        .routes(routes!(proposals::get))
        .routes(routes!(proposals::copy))
        .merge(checked())
        .routes(routes!(suggest::suggest))
        .routes(routes!(attack::matrix))
        .routes(routes!(layers::layer))
        .routes(routes!(attack::techniques))
        .routes(routes!(technique::get))
        .routes(routes!(attack::list_actors))
        .routes(routes!(collections::list))
        .routes(routes!(collections::get))
        .routes(routes!(upgrade::upgrade))
        .routes(routes!(upgrade::patch))
        .routes(routes!(coverage::read))
        .routes(routes!(customers::list, customers::create))
        .routes(routes!(customers::change))
        .routes(routes!(tenants::list, tenants::create))
        .routes(routes!(tenants::change, tenants::delete))
        .routes(routes!(roster::get))
        .merge(
            OpenApiRouter::new()
                .routes(routes!(roster::import))
                .layer(DefaultBodyLimit::max(crate::roster::LARGEST)),
        )
        .routes(routes!(searches::list, searches::create))
        .routes(routes!(searches::change, searches::delete))
        .routes(routes!(instances::create::create))
        .routes(routes!(instances::list::list, instances::many::create))
        .routes(routes!(field_notes::list, field_notes::create))
        .routes(routes!(field_notes::change))
        .routes(routes!(instances::csv::csv))
        .merge(
            OpenApiRouter::new()
                .routes(routes!(instances::returning::bring))
                .routes(routes!(drafts::create))
                .routes(routes!(instances::verify::file))
                .routes(routes!(instances::verify::get, instances::verify::post))
                .layer(DefaultBodyLimit::max(crate::copies::returned::LARGEST)),
        )
        .routes(routes!(instances::returning::list))
        .routes(routes!(instances::returning::get))
        .routes(routes!(instances::returning::notebook))
        .routes(routes!(instances::one::get, instances::change::change))
        .routes(routes!(instances::notebook::get))
        .routes(routes!(instances::notebook::get_myst))
        .routes(routes!(instances::jupyter::open))
        .routes(routes!(instances::jupyter::bring))
        .routes(routes!(instances::zip::zip))
        .routes(routes!(instances::release::get, instances::release::post))
        .routes(routes!(instances::upgrade::create))
        .routes(routes!(instances::proposal::get, instances::proposal::post))
        .routes(routes!(report::markdown))
        .routes(routes!(report::html))
        .routes(routes!(instances::report::get, instances::report::post))
        .routes(routes!(instances::report::markdown))
        .routes(routes!(instances::report::html))
        .routes(routes!(instances::report::manifest))
        .routes(routes!(instances::report::not_a_leak))
        .routes(routes!(repos::list, repos::add))
        .routes(routes!(repos::change, repos::remove))
        .routes(routes!(syncs::list))
        .routes(routes!(pins::list))
        .routes(routes!(pins::purge))
        .routes(routes!(webhooks::receive));
    OpenApiRouter::with_openapi(Described::openapi()).nest("/api/v1", v1)
}

fn slow() -> OpenApiRouter<App> {
    let slow = OpenApiRouter::new()
        .routes(routes!(repos::sync))
        .routes(routes!(evidence::of_copy))
        .routes(routes!(evidence::of_customer));
    OpenApiRouter::new().nest("/api/v1", slow)
}

/// Which revision of which procedure.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Which {
    /// The repository, where the id stands in several.
    pub repo: Option<String>,
    /// A commit of the branch, full or short; the newest revision without it.
    pub at: Option<String>,
}

impl Which {
    /// The address of an id.
    pub fn address(&self, id: &str) -> Address {
        Address { id: id.to_owned(), repo: query::one(self.repo.as_ref()) }
    }

    /// The commit asked for.
    ///
    /// # Errors
    /// 400 when it is none.
    pub fn commit(&self) -> Result<Option<String>, Problem> {
        query::commit("at", self.at.as_ref())
    }
}

/// There is no such procedure: it never was, or it was deleted.
pub async fn missing(app: &App, address: Address) -> Problem {
    let id = address.id.clone();
    match app.read(move |library| library.gone(&address)).await {
        Ok(Some(gone)) => {
            let deleted = gone.deleted;
            let at = item::seconds(deleted.committed_at.0);
            let (commit, by, last) = (deleted.commit, deleted.author_name, gone.located.entry.commit);
            let detail = format!("The procedure {id} was deleted by {by} in commit {commit}, {at}.");
            Problem::new(axum::http::StatusCode::GONE, "gone", "Deleted", detail)
                .remedy(format!("Its history is still there; `?at={last}` reads it as it was last."))
        }
        Ok(None) => no_procedure(&id),
        Err(problem) => problem,
    }
}

/// There is no such procedure.
pub fn no_procedure(id: &str) -> Problem {
    Problem::not_found(format!("procedure {id}"))
        .remedy("An id that changed is found by searching for the title.")
}
