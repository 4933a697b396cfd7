//! GET `/techniques/{id}`: a technique, who uses it, and when procedures gained and lost it.

use super::asked::AttackParams;
use super::attack::TechniqueItem;
use super::history::RevisionEntry;
use crate::app::App;
use crate::auth::Principal;
use crate::http::problem::Problem;
use crate::http::query;
use axum::Json;
use axum::extract::{Path, State};
use axum_extra::extract::Query;
use catalog::attack::{Release, TechniqueId};
use catalog::index::Search;
use catalog::library::{EventKind, Library, TechniqueEvent};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// Which page of its history.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub struct PastParams {
    /// How many events: 100, at most 500.
    pub limit: Option<String>,
    /// Where its history goes on: `next` of the page before.
    pub cursor: Option<String>,
}

/// A technique with what the catalog knows of it.
#[derive(Debug, Serialize, ToSchema)]
pub struct TechniqueAnswer {
    /// What lists show of it.
    #[serde(flatten)]
    pub technique: TechniqueItem,
    /// With its parent's name before it.
    pub full_name: String,
    /// `enterprise-attack`
    pub domain: String,
    /// `19.2`
    pub version: String,
    /// Its platforms.
    pub platforms: Vec<String>,
    /// The technique that it is a part of.
    pub parent: Option<String>,
    /// Its sub-techniques.
    pub sub_techniques: Vec<TechniqueItem>,
    /// Groups, software and campaigns that use it, and the repositories' own actors.
    pub used_by: Vec<User>,
    /// When procedures gained or lost it or a sub-technique of it, newest first.
    pub history: Vec<TechniqueEventItem>,
    /// How many such events there are in all.
    pub events: usize,
    /// The cursor of the next page of its history.
    pub next: Option<String>,
    /// MITRE's notice.
    pub notice: String,
}

/// Who uses a technique.
#[derive(Debug, Serialize, ToSchema)]
pub struct User {
    /// `G0016`
    pub id: String,
    /// `group`, `software`, `campaign`, `actor`.
    pub kind: &'static str,
    /// `APT29`
    pub name: String,
}

/// A revision in which a procedure gained or lost the technique.
#[derive(Debug, Serialize, ToSchema)]
pub struct TechniqueEventItem {
    /// `added` or `deleted` with the procedure, `gained`, `lost`, `remapped`, `metadata-lost`, `metadata-restored`.
    #[schema(value_type = String)]
    pub kind: EventKind,
    /// Ids that it gained, as written: this one's, its sub-techniques', those that it replaced.
    pub gained: Vec<String>,
    /// Ids that it lost, likewise.
    pub lost: Vec<String>,
    /// The procedure's repository.
    pub repo: String,
    /// The procedure's id today; none when it is gone.
    pub procedure: Option<String>,
    /// Its title today.
    pub title: Option<String>,
    /// The revision.
    #[serde(flatten)]
    pub revision: RevisionEntry,
}

impl From<TechniqueEvent> for TechniqueEventItem {
    fn from(event: TechniqueEvent) -> Self {
        let (procedure, title) = event.today.map(|entry| (entry.id, entry.procedure.title)).unzip();
        Self {
            kind: event.kind,
            gained: event.gained,
            lost: event.lost,
            repo: event.revision.repo.clone(),
            procedure,
            title,
            revision: event.revision.into(),
        }
    }
}

/// The release that a technique is looked up in: the one that is asked for, else the shown one or, for an id of another
/// domain, that one's.
///
/// # Errors
/// 404 for an id of no release.
pub fn release_of(library: &Library, id: &TechniqueId) -> Result<&'static Release, Problem> {
    let all = std::iter::once(library.release()).chain(library.releases().all());
    all.into_iter().find(|release| release.technique(id).is_some()).ok_or_else(|| unknown(id.as_str()))
}

/// There is no such technique.
pub fn unknown(id: &str) -> Problem {
    Problem::not_found(format!("technique {id} in any release of ATT&CK that is known here"))
}

/// One technique: what it is, who uses it, which procedures gained and lost it when.
#[utoipa::path(
    get, path = "/techniques/{id}", tag = "attack",
    params(("id" = String, Path, description = "T1003.001"), AttackParams, PastParams),
    responses(
        (status = 200, body = TechniqueAnswer),
        (status = 404, body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn get(
    State(app): State<App>,
    _who: Principal,
    Path(id): Path<String>,
    Query(params): Query<AttackParams>,
    Query(past): Query<PastParams>,
) -> Result<Json<TechniqueAnswer>, Problem> {
    let id: TechniqueId = id.parse().map_err(|_| unknown(&id))?;
    let named = [&params.release, &params.domain, &params.version];
    let release = if named.into_iter().any(|name| query::one(name.as_ref()).is_some()) {
        params.release(&app)?
    } else {
        release_of(&app.library, &id)?
    };
    let known = release.technique(&id).ok_or_else(|| unknown(id.as_str()))?;
    let limit = query::limit(past.limit.as_ref(), 100, 500)?;
    let cursor = query::one(past.cursor.as_ref());
    let answer = app
        .read(move |library| {
            let coverage = library.coverage(&Search::default())?;
            let past = library.technique_history(release, &id, limit, cursor.as_deref())?;
            let lexicon = library.lexicon_of(release);
            let in_use = release.resolve(&id).map_or(id.as_str(), |technique| technique.id.as_str());
            let item = |technique| TechniqueItem::of(technique, release, &coverage);
            Ok(TechniqueAnswer {
                technique: item(known),
                full_name: release.full_name(&id),
                domain: release.domain().to_owned(),
                version: release.version().to_owned(),
                platforms: known.platforms.clone(),
                parent: known.parent.as_ref().map(TechniqueId::to_string),
                sub_techniques: release.children(&id).map(item).collect(),
                used_by: (lexicon.actors().using(in_use))
                    .map(|actor| User {
                        id: actor.id.clone(),
                        kind: actor.kind.word(),
                        name: actor.name.clone(),
                    })
                    .collect(),
                history: past.events.into_iter().map(TechniqueEventItem::from).collect(),
                events: past.total,
                next: past.next,
                notice: release.notice().to_owned(),
            })
        })
        .await?;
    Ok(Json(answer))
}

#[cfg(test)]
mod tests {
    use crate::auth::Role;
    use crate::sample::{Sample, procedure};

    #[tokio::test]
    async fn a_technique_is_told_with_its_past() {
        let sample = Sample::open().await;
        let viewer = sample.user(Role::Viewer).await;
        sample.commit(
            "Map it elsewhere",
            &[("hunts/lsass.md", Some(procedure("lsass", "LSASS", "T1055", "FROM process")))],
        );
        sample.commit("Drop the twin", &[("twin.md", None)]);
        sample.test.app.jobs.sync("hunts").await.unwrap();
        let answer = viewer.get("/api/v1/techniques/T1003.001").await.json();
        assert_eq!(
            (answer["full_name"].as_str(), answer["parent"].as_str()),
            (Some("OS Credential Dumping: LSASS Memory"), Some("T1003"))
        );
        assert!(answer["used_by"].as_array().unwrap().iter().any(|actor| actor["id"] == "S0002"));
        let told = |answer: &serde_json::Value| -> Vec<(String, String)> {
            let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
            answer["history"]
                .as_array()
                .unwrap()
                .iter()
                .map(|one| (text(&one["kind"]), text(&one["subject"])))
                .collect()
        };
        let row = |kind: &str, subject: &str| (kind.to_owned(), subject.to_owned());
        assert_eq!(told(&answer), [row("lost", "Map it elsewhere"), row("added", "Add the first hunts")]);
        assert_eq!(answer["history"][0]["procedure"], "lsass");
        assert_eq!(
            (&answer["history"][0]["author"]["name"], &answer["history"][0]["lost"][0]),
            (&"Eve".into(), &"T1003.001".into())
        );
        let parent = viewer.get("/api/v1/techniques/T1003?limit=2").await.json();
        assert_eq!(
            (parent["events"].as_u64(), told(&parent)),
            (Some(4), vec![row("deleted", "Drop the twin"), row("lost", "Map it elsewhere")])
        );
        assert_eq!(parent["history"][0]["procedure"], serde_json::Value::Null);
        let next = parent["next"].as_str().unwrap();
        let rest = viewer.get(&format!("/api/v1/techniques/T1003?limit=2&cursor={next}")).await.json();
        assert_eq!((told(&rest).len(), rest["next"].is_null()), (2, true));
        assert!(parent["sub_techniques"].as_array().unwrap().iter().any(|sub| sub["id"] == "T1003.001"));
    }

    #[tokio::test]
    async fn a_technique_of_another_domain_is_found_there_and_one_of_none_is_not() {
        let sample = Sample::open().await;
        let viewer = sample.user(Role::Viewer).await;
        assert_eq!(viewer.get("/api/v1/techniques/T0800").await.json()["domain"], "ics-attack");
        let old = viewer.get("/api/v1/techniques/T1562.001?release=18.1").await.json();
        assert_eq!((&old["version"], &old["status"]), (&"18.1".into(), &"active".into()));
        for id in ["T9999", "LSASS", "T0800?release=19.2"] {
            assert_eq!(viewer.get(&format!("/api/v1/techniques/{id}")).await.status, 404, "{id}");
        }
    }

    #[tokio::test]
    async fn the_page_tells_it_too() {
        let sample = Sample::open().await;
        let viewer = sample.user(Role::Viewer).await;
        let page = viewer.get("/techniques/T1003").await.text();
        assert!(page.contains("In our catalog over time") && page.contains("added with it"));
        assert!(page.contains("Add the first hunts") && page.contains("<code>T1003.001</code>"));
        assert!(!viewer.get("/techniques/T1566").await.text().contains("over time"));
        let broken = viewer.get("/techniques/T1059").await.text();
        assert!(broken.contains("metadata lost") && broken.contains("Break it"), "{broken}");
    }
}
