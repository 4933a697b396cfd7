//! `/collections`, `/collections/{repo}/{name}`: procedures that a team thinks worth reading in an order.

use super::Visitor;
use super::shared::{Context, standing, technique};
use crate::app::App;
use crate::http::problem::Problem;
use crate::routes::api::collections::{CollectionItem, Opened, no_collection, open};
use axum::extract::{Path, State};
use axum::response::Response;
use catalog::attack::TechniqueId;
use catalog::team::Shelved;
use web::pages::collections::{CollectionView, Listed, Member, Procedure, list, page};
use web::pages::technique::Named;

/// A collection as lists show it.
pub fn listed(shelved: &Shelved) -> Listed {
    let item = CollectionItem::from(shelved);
    Listed { repo: item.repo, name: item.name, title: item.title, why: item.why, procedures: item.procedures }
}

/// Every collection.
///
/// # Errors
/// When the pool is full.
pub async fn show(State(app): State<App>, visitor: Visitor) -> Result<Response, Problem> {
    let collections = app.library.lexicon().collections().iter().map(listed).collect();
    visitor.render(&app, list, collections).await
}

/// One collection.
///
/// # Errors
/// 404 where there is none of that name; when the index cannot be read.
pub async fn show_one(
    State(app): State<App>,
    visitor: Visitor,
    Path((repo, name)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let none = no_collection(&repo, &name);
    let Opened { shelved, members, coverage } =
        app.read(move |library| open(library, &repo, &name)).await?.ok_or(none)?;
    let context = Context::of(&app);
    let release = app.library.release();
    let covered = coverage.techniques.iter().filter(|(_, count)| **count > 0).map(|(id, count)| Named {
        id: id.clone(),
        name: id.parse::<TechniqueId>().map(|id| release.full_name(&id)).unwrap_or_default(),
        count: *count,
    });
    let members = members.into_iter().map(|(written, entry)| Member {
        written,
        procedure: entry.map(|entry| Procedure {
            id: entry.id,
            repo: context.has_several().then_some(entry.repo),
            title: entry.procedure.title,
            description: entry.procedure.description,
            standing: standing(entry.standing),
            techniques: entry.procedure.techniques.into_iter().map(technique).collect(),
        }),
    });
    let tip = app.library.tip(&shelved.repo);
    let forge = context.forge(&shelved.repo);
    let view = CollectionView {
        listed: listed(&shelved),
        owner: shelved.collection.owner.clone(),
        members: members.collect(),
        covered: covered.collect(),
        file: tip.and_then(|tip| forge?.file_url(&tip, &shelved.collection.path)),
    };
    visitor.render(&app, page, view).await
}
