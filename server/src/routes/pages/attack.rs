//! `/matrix`, `/techniques/{id}`, `/actors/{id}`: ATT&CK with what the catalog hunts of it.

use super::shared::{Context, standing};
use super::{Visitor, html};
use crate::app::App;
use crate::http::problem::Problem;
use crate::http::query;
use crate::routes::api::asked::{Asked, AttackParams, Narrowed, asked};
use crate::routes::api::procedures::Searched;
use crate::routes::api::technique::{release_of, unknown};
use axum::extract::{Path, State};
use axum::response::Response;
use axum_extra::extract::Query;
use catalog::attack::{self, ActorKind, Actors, Release, Status, TechniqueId};
use catalog::index::{Coverage, Filters, Search};
use catalog::library::{EventKind, TechniqueEvent};
use catalog::team::Shelved;
use serde::Deserialize;
use web::pages::actor::{self, ActorView, Own};
use web::pages::matrix::{self, Cell, Choice, Column, MatrixView};
use web::pages::technique::past::{Event, Kind, Past};
use web::pages::technique::{self, Listed, Named, TechniqueView};

/// Procedures that the page of a technique lists.
const LISTED: usize = 50;

/// Events that the page of a technique shows at once.
const PAST: usize = 20;

/// Which page of a technique's history.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Further {
    /// The cursor.
    history: Option<String>,
}

/// How the matrix is shown.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Shown {
    /// `list` for a list.
    r#as: Option<String>,
}

/// The matrix.
///
/// # Errors
/// When a parameter cannot be, or the index cannot be read.
pub async fn matrix(
    State(app): State<App>,
    visitor: Visitor,
    Query(params): Query<AttackParams>,
    Searched(search): Searched,
    Query(shown): Query<Shown>,
) -> Result<Response, Problem> {
    let Asked { matrix: made, actors, about, share, coverage, narrowed } =
        asked(&app, &params, &search).await?;
    let asked_about = actors
        .iter()
        .map(|actor| matrix::Asked {
            id: actor.id.clone(),
            name: actor.name.clone(),
            hunted: coverage.hunted(&actor.techniques),
            of: actor.techniques.len(),
        })
        .collect();
    let view = MatrixView {
        choices: choices(&app, &made, &coverage, &narrowed),
        nobody: query::one(params.actor.as_ref()).filter(|_| actors.is_empty()),
        narrowed: narrowed
            .into_iter()
            .map(|one| matrix::Narrowed { key: one.key, title: one.title, value: one.value })
            .collect(),
        asked: asked_about,
        about: about.len(),
        about_hunted: coverage.hunted(&about),
        procedures: coverage.total,
        hunted: share.hunted,
        of: share.of,
        as_list: shown.r#as.as_deref() == Some("list"),
        columns: made
            .columns
            .into_iter()
            .map(|column| Column {
                id: column.id,
                name: column.name,
                cells: column.cells.into_iter().map(cell).collect(),
            })
            .collect(),
        hints: coverage.hints,
    };
    visitor.render(&app, matrix::page, view).await
}

/// What the form of the matrix offers.
fn choices(app: &App, made: &attack::Matrix, coverage: &Coverage, narrowed: &[Narrowed]) -> matrix::Choices {
    let chosen = |key: &str| narrowed.iter().find(|one| one.key == key).map(|one| one.value.as_str());
    let choices = |key: &str, mut values: Vec<String>| -> Vec<Choice> {
        let chosen = chosen(key);
        // What is chosen must be seen, whether it is there or not.
        if let Some(own) = chosen.filter(|own| !values.iter().any(|value| value.eq_ignore_ascii_case(own))) {
            values.push(own.to_owned());
        }
        let is = |value: &String| chosen.is_some_and(|own| own.eq_ignore_ascii_case(value));
        values.into_iter().map(|value| Choice { chosen: is(&value), label: value.clone(), value }).collect()
    };
    let facet = |name: &str| -> Vec<String> {
        let counts = coverage.facets.get(name).map(Vec::as_slice).unwrap_or_default();
        counts.iter().filter(|count| count.count > 0).map(|count| count.value.clone()).collect()
    };
    let is_shown = |release: &&Release| release.domain() == made.domain && release.version() == made.version;
    let releases = app.library.releases();
    let shown = releases.all().find(is_shown).unwrap_or_else(|| app.library.release());
    let lexicon = app.library.lexicon_of(shown);
    let mut platforms = shown.platforms();
    for named in facet("platform") {
        if !platforms.iter().any(|platform| platform.eq_ignore_ascii_case(&named)) {
            platforms.push(named);
        }
    }
    platforms.sort_by_key(|platform| platform.to_lowercase());
    let offered = |kind| matches!(kind, ActorKind::Own | ActorKind::Group | ActorKind::Campaign);
    let mut actors: Vec<String> = (lexicon.actors().all().iter())
        .filter(|actor| offered(actor.kind))
        .map(|actor| actor.name.clone())
        .collect();
    actors.sort_by_key(|name| name.to_lowercase());
    actors.dedup();
    matrix::Choices {
        releases: releases
            .all()
            .map(|release| Choice {
                value: release.title(),
                label: release.title(),
                chosen: is_shown(&release),
            })
            .collect(),
        platforms: choices("platform", platforms),
        collections: choices("collection", lexicon.collections().iter().map(Shelved::full_name).collect()),
        data_sources: facet("data_source"),
        tags: facet("tag"),
        actors,
    }
}

fn cell(cell: attack::Cell) -> Cell {
    Cell {
        id: cell.id,
        name: cell.name,
        count: cell.count,
        wanted: cell.wanted,
        asked: cell.asked,
        subs: cell.subs.into_iter().map(self::cell).collect(),
    }
}

fn named(release: &Release, id: &TechniqueId, coverage: &Coverage) -> Named {
    Named { id: id.to_string(), name: release.full_name(id), count: coverage.of(id.as_str()) }
}

/// A technique, of the shown release or of the domain that has it.
///
/// # Errors
/// 404 for an id of no release; when the index cannot be read.
pub async fn technique(
    State(app): State<App>,
    visitor: Visitor,
    Path(id): Path<String>,
    Query(further): Query<Further>,
) -> Result<Response, Problem> {
    let id: TechniqueId = id.parse().map_err(|_| unknown(&id))?;
    let release = release_of(&app.library, &id)?;
    let (context, frame) = (Context::of(&app), visitor.frame(&app));
    let page = app
        .read(move |library| {
            let coverage = library.coverage(&Search::default())?;
            let cursor = query::one(further.history.as_ref());
            let past = library.technique_history(release, &id, PAST, cursor.as_deref())?;
            let past = Past {
                total: past.total,
                further_page: cursor.is_some(),
                next: past.next,
                events: past.events.into_iter().map(|event| happened(&context, event)).collect(),
            };
            let filters = Filters { technique: vec![id.to_string()], ..Filters::default() };
            let found = library.search(&Search { filters, limit: LISTED, ..Search::default() })?;
            let procedures = found.hits.into_iter().map(|hit| Listed {
                id: hit.entry.id.clone(),
                repo: context.has_several().then(|| hit.entry.repo.clone()),
                title: hit.entry.procedure.title.clone(),
                description: hit.entry.procedure.description.clone(),
                standing: standing(hit.entry.standing),
            });
            let view = TechniqueView {
                total: found.total,
                procedures: procedures.collect(),
                past,
                ..about(release, library.lexicon_of(release).actors(), &id, &coverage)
            };
            Ok(technique::page(&frame, view))
        })
        .await?;
    Ok(html(page))
}

/// One event of a technique's history.
fn happened(context: &Context, event: TechniqueEvent) -> Event {
    let revision = event.revision;
    Event {
        kind: match event.kind {
            EventKind::Added => Kind::Added,
            EventKind::Deleted => Kind::Deleted,
            EventKind::Gained => Kind::Gained,
            EventKind::Lost => Kind::Lost,
            EventKind::Remapped => Kind::Remapped,
            EventKind::MetadataLost => Kind::MetadataLost,
            EventKind::MetadataRestored => Kind::MetadataRestored,
        },
        gained: event.gained,
        lost: event.lost,
        procedure: event.today.map(|entry| (entry.id, entry.procedure.title)),
        repo: context.has_several().then(|| revision.repo.clone()),
        commit: context.commit(&revision.repo, &revision.commit),
        path: revision.path,
        subject: revision.subject,
        author: revision.author_name,
        committed: context.when(revision.committed_at.0),
    }
}

/// What ATT&CK says of a technique.
fn about(release: &'static Release, actors: &Actors, id: &TechniqueId, coverage: &Coverage) -> TechniqueView {
    let mapping = release.map(id);
    let own = release.technique(id);
    let status = match mapping.status {
        Status::Active => None,
        Status::Revoked => Some("It was revoked.".to_owned()),
        Status::Deprecated => Some("It is deprecated and was not replaced.".to_owned()),
        Status::Foreign | Status::Unknown => Some("It is not in this release.".to_owned()),
    };
    let in_use = release.resolve(id).map_or_else(|| id.clone(), |technique| technique.id.clone());
    let used_by = [
        (ActorKind::Own, "Actors of our own"),
        (ActorKind::Group, "Groups"),
        (ActorKind::Software, "Software"),
        (ActorKind::Campaign, "Campaigns"),
    ]
    .map(|(kind, word)| {
        let of_kind = actors.using(in_use.as_str()).filter(|actor| actor.kind == kind);
        let mut named: Vec<Named> =
            of_kind.map(|actor| Named { id: actor.id.clone(), name: actor.name.clone(), count: 0 }).collect();
        named.sort_by_key(|one| one.name.to_lowercase());
        (word.to_owned(), named)
    });
    TechniqueView {
        id: id.to_string(),
        name: release.full_name(id),
        release: format!("{} {}", release.domain(), release.version()),
        status,
        replaced_by: mapping
            .replaced_by
            .as_deref()
            .and_then(|next| next.parse().ok())
            .map(|next| named(release, &next, coverage)),
        tactics: release
            .tactics()
            .iter()
            .filter(|tactic| mapping.tactics.iter().any(|own| own == tactic.id.as_str()))
            .map(|tactic| Named { id: tactic.id.to_string(), name: tactic.name.clone(), count: 0 })
            .collect(),
        platforms: own.map(|own| own.platforms.clone()).unwrap_or_default(),
        parent: id.parent().map(|parent| named(release, &parent, coverage)),
        subs: release
            .children(id)
            .map(|sub| Named { name: sub.name.clone(), ..named(release, &sub.id, coverage) })
            .collect(),
        used_by: used_by.into_iter().filter(|(_, actors)| !actors.is_empty()).collect(),
        outside: format!("https://attack.mitre.org/techniques/{}/", id.as_str().replace('.', "/")),
        ..TechniqueView::default()
    }
}

/// An actor.
///
/// # Errors
/// 404 for one that ATT&CK does not know; when the index cannot be read.
pub async fn actor(
    State(app): State<App>,
    visitor: Visitor,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let release = app.library.release();
    let coverage = app.read(|library| library.coverage(&Search::default())).await?;
    let lexicon = app.library.lexicon();
    let actors = lexicon.actors();
    let actor = actors
        .get(&id)
        .ok_or_else(|| Problem::not_found(format!("actor {id} in ATT&CK {}", actors.version())))?;
    let (hunted, gaps): (Vec<Named>, Vec<Named>) = actor
        .techniques
        .iter()
        .map(|id| named(release, id, &coverage))
        .partition(|technique| technique.count > 0);
    let section = match actor.kind {
        ActorKind::Group => Some("groups"),
        ActorKind::Software => Some("software"),
        ActorKind::Campaign => Some("campaigns"),
        ActorKind::Own => None,
    };
    let resolved = format!("{} {}", release.domain(), release.version());
    let (origin, outside) = match &actor.own {
        Some(own) => (None, own.url.clone()),
        None => (
            Some(format!("{}, resolved to {resolved}", actors.version())),
            section.map(|section| format!("https://attack.mitre.org/{section}/{}/", actor.id)),
        ),
    };
    let uses = actor.uses.iter().filter_map(|id| actors.get(id));
    let view = ActorView {
        id: actor.id.clone(),
        kind: actor.kind.word().to_owned(),
        name: actor.name.clone(),
        aliases: actor.aliases.clone(),
        release: origin.unwrap_or(resolved),
        own: actor.own.as_ref().map(|own| Own { repo: own.repo.clone(), note: own.note.clone() }),
        hunted,
        gaps,
        uses: uses.map(|used| Named { id: used.id.clone(), name: used.name.clone(), count: 0 }).collect(),
        outside,
    };
    visitor.render(&app, actor::page, view).await
}

#[cfg(test)]
mod tests {
    use crate::auth::Role;
    use crate::sample::Sample;

    #[tokio::test]
    async fn the_matrix_keeps_what_it_was_narrowed_by_and_takes_each_back() {
        let sample = Sample::open().await;
        let viewer = sample.user(Role::Viewer).await;
        let page = viewer
            .get("/matrix?release=enterprise-attack+19.2&platform=Windows&platform=Linux&tag=windows&tactic=TA0006")
            .await
            .text();
        assert!(page.contains("<option value=\"Windows\" selected"), "the first is in the control");
        assert!(
            page.contains("<input type=\"hidden\" name=\"platform\" value=\"Linux\""),
            "the second is kept"
        );
        assert!(page.contains("<input type=\"hidden\" name=\"tactic\" value=\"TA0006\""));
        assert!(page.contains("name=\"tag\" value=\"windows\""));
        let without_tag = "/matrix?release=enterprise-attack%2019.2&amp;platform=Windows&amp;platform=Linux&amp;tactic=TA0006\"";
        assert!(page.contains(without_tag), "{page}");
        assert!(page.contains("href=\"/matrix?release=enterprise-attack%2019.2\""), "all of them");
        assert!(
            page.contains("/api/v1/layers/matrix.svg?release=enterprise-attack%2019.2&amp;platform=Windows")
        );
    }

    #[tokio::test]
    async fn what_a_form_leaves_empty_narrows_nothing() {
        let sample = Sample::open().await;
        let viewer = sample.user(Role::Viewer).await;
        let plain = viewer.get("/matrix").await.text();
        let query = "release=&platform=&data_source=&tag=&collection=&actor=&show=&q=&further=x";
        let page = viewer.get(&format!("/matrix?{query}")).await.text();
        assert!(!page.contains("matrix-narrowed"));
        let told = |page: &str| page[page.find("matrix-told").unwrap()..].to_owned();
        assert_eq!(told(&page), told(&plain));
    }

    #[tokio::test]
    async fn gaps_of_an_actor_are_counted_marked_and_one_link_away() {
        let sample = Sample::open().await;
        let viewer = sample.user(Role::Viewer).await;
        let page = viewer.get("/matrix?actor=APT29").await.text();
        assert!(page.contains("Show only these") && page.contains("class=\"gap asked\""));
        assert!(page.contains("actor=APT29&amp;show=gaps"));
        let gaps = viewer.get("/matrix?actor=APT29&show=gaps").await.text();
        assert!(!gaps.contains("Show only these") && !gaps.contains(" aside\""), "nothing else is shown");
        let list = viewer.get("/matrix?actor=APT29&show=gaps&as=list").await.text();
        assert!(list.contains("/techniques/T1003.002") && !list.contains("/techniques/T1003.001\""));
        let nobody = viewer.get("/matrix?actor=Nobody%20Known").await.text();
        assert!(nobody.contains("knows no group, software or campaign"));
        assert_eq!(viewer.get("/matrix?show=some").await.status, 400);
    }
}
