//! `/attack/upgrade`: what becomes of the catalog's procedures when another release of ATT&CK is shown.

use super::Visitor;
use super::shared::Context;
use crate::app::App;
use crate::http::problem::Problem;
use crate::http::query;
use crate::routes::api::upgrade::{UpgradeParams, concerned, mapped};
use axum::extract::{Query, State};
use axum::response::Response;
use catalog::attack::{Becomes, Fate, Release};
use web::pages::matrix::Choice;
use web::pages::upgrade::{Concerned, Technique, UpgradeView, page};

/// Procedures of one page.
const LISTED: usize = 200;

/// The page.
///
/// # Errors
/// When a release is not known, or the index cannot be read.
pub async fn show(
    State(app): State<App>,
    visitor: Visitor,
    Query(params): Query<UpgradeParams>,
) -> Result<Response, Problem> {
    let upgrade = params.upgrade(&app)?;
    let cursor = query::one(params.cursor.as_ref());
    let further_page = cursor.is_some();
    let mapped = mapped(&app, &upgrade, LISTED, cursor).await?;
    let of = |wanted: &dyn Fn(Fate) -> bool| {
        let both = upgrade.techniques.iter().zip(&mapped.counts);
        both.filter(|(one, count)| **count > 0 && wanted(one.fate))
            .map(|(one, count)| technique(one, *count))
            .collect()
    };
    let context = Context::of(&app);
    let choices = |chosen: &Release| {
        let choice = |release: &'static Release| Choice {
            value: release.title(),
            label: release.title(),
            chosen: release.title() == chosen.title(),
        };
        app.library.releases().all().map(choice).collect()
    };
    let procedures = mapped.entries.iter().map(|entry| Concerned {
        id: entry.id.clone(),
        repo: context.has_several().then(|| entry.repo.clone()),
        title: entry.procedure.title.clone(),
        techniques: concerned(entry, &upgrade)
            .map(|(id, becomes)| format!("{id} {}", told(becomes)))
            .collect(),
    });
    let mut counted = upgrade.techniques.iter().zip(&mapped.counts);
    let replaced = counted.any(|(one, count)| one.fate == Fate::Replaced && *count > 0);
    let view = UpgradeView {
        from: choices(upgrade.from),
        to: choices(upgrade.to),
        is_shown: upgrade.to.title() == app.library.release().title(),
        setting: upgrade.to.title(),
        tactics: upgrade.tactics.clone(),
        certain: of(&|fate| fate == Fate::Replaced),
        uncertain: of(&Fate::is_uncertain),
        renamed: of(&|fate| fate == Fate::Renamed),
        total: mapped.repos.values().sum(),
        procedures: procedures.collect(),
        patches: if replaced { mapped.repos.keys().cloned().collect() } else { Vec::new() },
        further_page,
        next: mapped.next.clone(),
    };
    visitor.render(&app, page, view).await
}

fn technique(becomes: &Becomes, count: usize) -> Technique {
    Technique { id: becomes.id.to_string(), name: becomes.name.clone(), becomes: told(becomes), count }
}

/// What becomes of a technique, in words.
fn told(becomes: &Becomes) -> String {
    let Becomes { fate, next, new_name, tactics, .. } = becomes;
    match (fate, next) {
        (Fate::Replaced, Some(next)) => format!("becomes {next} {new_name}"),
        (Fate::Replaced | Fate::Retired, _) => "is no longer in use, and nothing replaced it".to_owned(),
        (Fate::Lost, _) => "is not in that release".to_owned(),
        (Fate::Moved, _) => format!("stands under {}", tactics.join(", ")),
        (Fate::Renamed, _) => format!("is called {new_name}"),
    }
}
