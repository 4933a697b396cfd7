//! GET `/matrix`, `/techniques`, `/actors`: ATT&CK with what the catalog hunts of it.

use super::asked::{Asked, AttackParams, asked};
use super::procedures::{SearchParams, Searched};
use crate::app::App;
use crate::auth::Principal;
use crate::http::problem::Problem;
use crate::http::query;
use axum::Json;
use axum::extract::State;
use axum_extra::extract::Query;
use catalog::attack::{Actor, Cell, Release, Technique, TechniqueId};
use catalog::index::{Coverage, Search};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// The matrix with the number of procedures that hunt each technique.
#[derive(Debug, Serialize, ToSchema)]
pub struct MatrixAnswer {
    /// `enterprise-attack`
    pub domain: String,
    /// `19.2`
    pub version: String,
    /// How many procedures count.
    pub procedures: usize,
    /// How many techniques and sub-techniques some procedure hunts.
    pub hunted: usize,
    /// How many there are.
    pub of: usize,
    /// The tactics, in order.
    pub tactics: Vec<TacticColumn>,
    /// MITRE's notice.
    pub notice: String,
}

/// A tactic and its techniques.
#[derive(Debug, Serialize, ToSchema)]
pub struct TacticColumn {
    /// `TA0006`
    pub id: String,
    /// `credential-access`
    pub short_name: String,
    /// `Credential Access`
    pub name: String,
    /// Its techniques, by name.
    pub techniques: Vec<TechniqueCell>,
}

/// A technique in a tactic.
#[derive(Debug, Serialize, ToSchema)]
pub struct TechniqueCell {
    /// `T1003`
    pub id: String,
    /// Its name.
    pub name: String,
    /// How many procedures hunt it, its sub-techniques included.
    pub count: u64,
    /// Whether the actor that was asked about uses it or one of its sub-techniques.
    pub asked: bool,
    /// Its sub-techniques.
    #[schema(no_recursion)]
    pub sub_techniques: Vec<TechniqueCell>,
}

impl From<Cell> for TechniqueCell {
    fn from(cell: Cell) -> Self {
        Self {
            id: cell.id,
            name: cell.name,
            count: cell.count,
            asked: cell.wanted,
            sub_techniques: cell.subs.into_iter().map(Self::from).collect(),
        }
    }
}

/// The matrix of a release, narrowed as a search is.
#[utoipa::path(
    get, path = "/matrix", tag = "attack", params(AttackParams, SearchParams),
    responses((status = 200, body = MatrixAnswer), (status = 400, body = Problem, content_type = "application/problem+json"))
)]
pub async fn matrix(
    State(app): State<App>,
    _who: Principal,
    Query(params): Query<AttackParams>,
    Searched(search): Searched,
) -> Result<Json<MatrixAnswer>, Problem> {
    let Asked { matrix, coverage, share, .. } = asked(&app, &params, &search).await?;
    let tactics = matrix.columns.into_iter().map(|column| TacticColumn {
        id: column.id,
        short_name: column.short_name,
        name: column.name,
        techniques: column.cells.into_iter().map(TechniqueCell::from).collect(),
    });
    Ok(Json(MatrixAnswer {
        tactics: tactics.collect(),
        domain: matrix.domain,
        version: matrix.version,
        procedures: coverage.total,
        hunted: share.hunted,
        of: share.of,
        notice: matrix.notice,
    }))
}

/// A technique as lists show it.
#[derive(Debug, Serialize, ToSchema)]
pub struct TechniqueItem {
    /// `T1003.001`
    pub id: String,
    /// Its name.
    pub name: String,
    /// Ids of its tactics.
    pub tactics: Vec<String>,
    /// `active`, `revoked`, `deprecated`.
    #[schema(value_type = String)]
    pub status: catalog::attack::Status,
    /// What replaced it.
    pub replaced_by: Option<String>,
    /// How many procedures hunt it.
    pub procedures: u64,
}

impl TechniqueItem {
    /// What a release and the catalog say of one.
    pub fn of(technique: &Technique, release: &Release, coverage: &Coverage) -> Self {
        let mapping = release.map(&technique.id);
        Self {
            procedures: coverage.of(&mapping.id),
            id: mapping.id,
            name: mapping.name,
            tactics: mapping.tactics,
            status: mapping.status,
            replaced_by: mapping.replaced_by,
        }
    }
}

/// Every technique of a release, with the number of procedures that hunt it.
#[utoipa::path(
    get, path = "/techniques", tag = "attack", params(AttackParams),
    responses((status = 200, body = Vec<TechniqueItem>))
)]
pub async fn techniques(
    State(app): State<App>,
    _who: Principal,
    Query(params): Query<AttackParams>,
) -> Result<Json<Vec<TechniqueItem>>, Problem> {
    let release = params.release(&app)?;
    let coverage = app.read(|library| library.coverage(&Search::default())).await?;
    Ok(Json(release.techniques().iter().map(|one| TechniqueItem::of(one, release, &coverage)).collect()))
}

/// An actor as lists show it.
#[derive(Debug, Serialize, ToSchema)]
pub struct ActorItem {
    /// `G0016`; `hunts:scarlet-otter` for one of a repository's own.
    pub id: String,
    /// `group`, `software`, `campaign`; `actor` for one of a repository's own.
    pub kind: &'static str,
    /// `APT29`
    pub name: String,
    /// What others call it.
    pub aliases: Vec<String>,
    /// The techniques that it uses, resolved to the shown release.
    pub techniques: Vec<String>,
    /// How many of these some procedure hunts.
    pub hunted: usize,
}

/// Which actors.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub struct ActorParams {
    /// An id, a name or an alias; every actor without it.
    pub q: Option<String>,
}

/// Groups, software, campaigns and the repositories' own actors, with how much of what they do is hunted.
#[utoipa::path(
    get, path = "/actors", tag = "attack", params(ActorParams),
    responses((status = 200, body = Vec<ActorItem>))
)]
pub async fn list_actors(
    State(app): State<App>,
    _who: Principal,
    Query(params): Query<ActorParams>,
) -> Result<Json<Vec<ActorItem>>, Problem> {
    let q = query::one(params.q.as_ref());
    let found = app
        .read(move |library| {
            let coverage = library.coverage(&Search::default())?;
            let lexicon = library.lexicon();
            let actors = lexicon.actors();
            let chosen: Vec<&Actor> = match &q {
                Some(text) => actors.find(text),
                None => actors.all().iter().collect(),
            };
            Ok(chosen.into_iter().map(|actor| item(actor, &coverage)).collect())
        })
        .await?;
    Ok(Json(found))
}

fn item(actor: &Actor, coverage: &Coverage) -> ActorItem {
    ActorItem {
        id: actor.id.clone(),
        kind: actor.kind.word(),
        name: actor.name.clone(),
        aliases: actor.aliases.clone(),
        techniques: actor.techniques.iter().map(TechniqueId::to_string).collect(),
        hunted: coverage.hunted(&actor.techniques),
    }
}

#[cfg(test)]
mod tests {
    use crate::auth::Role;
    use crate::sample::Sample;

    #[tokio::test]
    async fn the_matrix_counts_the_procedures_of_each_technique() {
        let sample = Sample::open().await;
        let viewer = sample.user(Role::Viewer).await;
        let matrix = viewer.get("/api/v1/matrix").await.json();
        assert_eq!(
            (matrix["domain"].as_str(), matrix["version"].as_str()),
            (Some("enterprise-attack"), Some("19.2"))
        );
        let column = matrix["tactics"].as_array().unwrap().iter().find(|one| one["id"] == "TA0006").unwrap();
        let dumping =
            column["techniques"].as_array().unwrap().iter().find(|one| one["id"] == "T1003").unwrap();
        assert!(dumping["count"].as_u64().unwrap() >= 1);
        assert!(dumping["sub_techniques"].as_array().unwrap().iter().any(|sub| sub["count"] != 0));
        let old = viewer.get("/api/v1/matrix?domain=enterprise-attack&version=18.1").await.json();
        assert_eq!(old["tactics"].as_array().unwrap().len(), 14);
        assert_eq!(viewer.get("/api/v1/matrix?release=1.0").await.status, 400);
    }

    #[tokio::test]
    async fn actors_and_techniques_say_what_is_hunted() {
        let sample = Sample::open().await;
        let viewer = sample.user(Role::Viewer).await;
        let actors = viewer.get("/api/v1/actors?q=mimikatz").await.json();
        assert!(actors[0]["hunted"].as_u64().unwrap() >= 1, "{actors}");
        let all = viewer.get("/api/v1/techniques").await.json();
        assert_eq!(all.as_array().unwrap().len(), 858);
    }
}
