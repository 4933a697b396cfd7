//! GET `/matrix`, `/layers/…`, `/techniques`, `/actors`: ATT&CK with what the catalog hunts of it.

use super::procedures::{SearchParams, Searched};
use crate::app::App;
use crate::auth::Principal;
use crate::http::cache::Cache;
use crate::http::problem::Problem;
use crate::http::query;
use crate::routes::api::source::disposition;
use axum::Json;
use axum::extract::{Path, State};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use axum_extra::extract::Query;
use catalog::attack::{Actor, Cell, Matrix, NOTICE, Release, Releases, Technique, TechniqueId};
use catalog::index::{Coverage, Search};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// Which release, and whose techniques.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub struct AttackParams {
    /// `enterprise-attack 19.2`, `18.1`, `mobile-attack 18.1`, `ics-attack 18.1`; the shown one without it.
    pub release: Option<String>,
    /// The domain alone: `enterprise-attack`, `mobile-attack`, `ics-attack`.
    pub domain: Option<String>,
    /// The version alone: `19.2`.
    pub version: Option<String>,
    /// A group, software, campaign or actor of a repository's own, by id or name.
    pub actor: Option<String>,
    /// A collection, `name` or `repo/name`: as `collection:` in `q`.
    pub collection: Option<String>,
    /// Techniques that are asked about, by id, as an actor's are; repeated. `technique` narrows the procedures instead.
    pub about: Vec<String>,
}

/// Most techniques that are asked about in one address.
pub const MOST_ABOUT: usize = 200;

impl AttackParams {
    /// The techniques that are asked about by id, as a release has them in use.
    ///
    /// # Errors
    /// 400 for what is no id, and for too many.
    pub fn about(&self, release: &Release) -> Result<Vec<TechniqueId>, Problem> {
        let about = query::said(&self.about);
        if about.len() > MOST_ABOUT {
            return Err(Problem::invalid(format!(
                "about is given {} times; at most {MOST_ABOUT}.",
                about.len()
            )));
        }
        let mut ids = Vec::new();
        for text in about {
            let id: TechniqueId = text.parse().map_err(|_| {
                Problem::invalid(format!("about is {text}; it is the id of a technique, T1003.001."))
            })?;
            ids.push(release.resolve(&id).map_or(id, |technique| technique.id.clone()));
        }
        ids.sort();
        ids.dedup();
        Ok(ids)
    }

    /// A search within the collection that is asked for.
    ///
    /// # Errors
    /// 400 for what can name none.
    pub fn within(&self, mut search: SearchParams) -> Result<SearchParams, Problem> {
        if let Some(name) = query::one(self.collection.as_ref()) {
            let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-' | '/');
            if !name.chars().all(fits) {
                return Err(Problem::invalid(format!("collection is {name}; it is a name or repo/name.")));
            }
            let text = search.q.take().unwrap_or_default();
            search.q = Some(format!("collection:{name} {text}").trim_end().to_owned());
        }
        Ok(search)
    }

    /// The release that is asked for.
    ///
    /// # Errors
    /// 400 when there is none.
    pub fn release(&self, app: &App) -> Result<&'static Release, Problem> {
        let releases = app.library.releases();
        if let Some(name) = query::one(self.release.as_ref()) {
            return releases.find(&name).ok_or_else(|| unknown(&name, releases));
        }
        let (domain, version) = (query::one(self.domain.as_ref()), query::one(self.version.as_ref()));
        if domain.is_none() && version.is_none() {
            return Ok(app.library.release());
        }
        releases.newest(domain.as_deref(), version.as_deref()).ok_or_else(|| {
            unknown(&[domain, version].into_iter().flatten().collect::<Vec<_>>().join(" "), releases)
        })
    }
}

/// 400 for a release that is not known.
pub fn unknown(name: &str, releases: &Releases) -> Problem {
    Problem::invalid(format!("There is no ATT&CK release {name}; there are {}.", releases.names()))
}

/// A matrix with what was asked for.
pub struct Asked {
    /// The matrix.
    pub matrix: Matrix,
    /// The actors whose techniques are asked about.
    pub actors: Vec<Actor>,
    /// The techniques that are asked about by id.
    pub about: Vec<TechniqueId>,
    /// How the search's results are spread.
    pub coverage: Coverage,
}

/// Makes the matrix that the parameters ask for.
///
/// # Errors
/// When a parameter cannot be, or the index cannot be read.
pub async fn asked(app: &App, params: &AttackParams, search: &SearchParams) -> Result<Asked, Problem> {
    let release = params.release(app)?;
    let search = params.within(search.clone())?.search()?;
    let actor = query::one(params.actor.as_ref());
    let about = params.about(release)?;
    app.read(move |library| {
        let coverage = library.coverage(&search)?;
        let found: Vec<Actor> = match actor {
            Some(text) => library.lexicon_of(release).actors().find(&text).into_iter().cloned().collect(),
            None => Vec::new(),
        };
        let mut wanted: Vec<TechniqueId> =
            found.iter().flat_map(|actor| actor.techniques.clone()).chain(about.clone()).collect();
        wanted.sort();
        wanted.dedup();
        let matrix = Matrix::new(release, &coverage.techniques, &wanted);
        Ok(Asked { matrix, actors: found, about, coverage })
    })
    .await
}

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
    pub notice: &'static str,
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
    let Asked { matrix, coverage, .. } = asked(&app, &params, &search).await?;
    let (share, _) = matrix.shares();
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
        notice: NOTICE,
    }))
}

/// The matrix as a file: `library.json` or `layer.json` for a Navigator layer, `matrix.csv`.
#[utoipa::path(
    get, path = "/layers/{file}", tag = "attack",
    params(("file" = String, Path, description = "library.json, layer.json or matrix.csv"), AttackParams, SearchParams),
    responses((status = 200, body = String), (status = 404, body = Problem, content_type = "application/problem+json"))
)]
pub async fn layer(
    State(app): State<App>,
    _who: Principal,
    Path(file): Path<String>,
    Query(params): Query<AttackParams>,
    Searched(search): Searched,
) -> Result<Response, Problem> {
    if !matches!(file.as_str(), "library.json" | "layer.json" | "matrix.csv") {
        return Err(Problem::not_found(format!(
            "{file} here; there are library.json, layer.json and matrix.csv"
        )));
    }
    let Asked { matrix, actors, about, .. } = asked(&app, &params, &search).await?;
    let (kind, body) = if file == "matrix.csv" {
        ("text/csv; charset=utf-8", matrix.csv())
    } else {
        let name = match actors.first() {
            Some(actor) => format!("What we hunt of {}", actor.name),
            None if !about.is_empty() => format!("What we hunt of {} techniques", about.len()),
            None => "What we hunt".to_owned(),
        };
        ("application/json", matrix.layer(&name).to_string())
    };
    let headers = [
        Cache::Never.header(),
        (header::CONTENT_TYPE, HeaderValue::from_static(kind)),
        (header::CONTENT_DISPOSITION, disposition("attachment", &file)),
    ];
    Ok((headers, body).into_response())
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
    fn of(technique: &Technique, release: &Release, coverage: &Coverage) -> Self {
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
    async fn a_layer_and_a_table_are_files() {
        let sample = Sample::open().await;
        let viewer = sample.user(Role::Viewer).await;
        let layer = viewer.get("/api/v1/layers/library.json?actor=APT29").await;
        assert!(layer.header("content-disposition").contains("attachment"));
        assert_eq!(layer.json()["versions"]["layer"], "4.5");
        assert_eq!(layer.json()["name"], "What we hunt of APT29");
        assert!(viewer.get("/api/v1/layers/matrix.csv").await.text().starts_with("tactic,technique,name"));
        let about = viewer.get("/api/v1/layers/layer.json?about=T1003.001&about=T1562.001").await.json();
        assert_eq!(about["name"], "What we hunt of 2 techniques");
        let asked =
            |id: &str| about["techniques"].as_array().unwrap().iter().any(|one| one["techniqueID"] == id);
        assert!(asked("T1685"), "what replaced it");
        assert_eq!(viewer.get("/api/v1/layers/layer.json?about=LSASS").await.status, 400);
        assert_eq!(viewer.get("/api/v1/layers/other.json").await.status, 404);
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
