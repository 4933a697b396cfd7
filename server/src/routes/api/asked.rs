//! What the matrix and everything that is made of it is asked for: release, filters, whose techniques.

use super::procedures::SearchParams;
use crate::app::App;
use crate::http::problem::Problem;
use crate::http::query;
use catalog::attack::{Actor, Caption, Matrix, Release, Releases, Share, Show, TechniqueId};
use catalog::index::Coverage;
use serde::Deserialize;
use utoipa::IntoParams;

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
    /// `asked` for the techniques alone that are asked about, `gaps` for those that nobody hunts; all without it.
    pub show: Option<String>,
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

    /// Which techniques are shown.
    ///
    /// # Errors
    /// 400 for a word that says none.
    pub fn show(&self) -> Result<Show, Problem> {
        match query::one(self.show.as_ref()).as_deref() {
            None | Some("all") => Ok(Show::All),
            Some("asked") => Ok(Show::Asked),
            Some("gaps") => Ok(Show::Gaps),
            Some(other) => Err(Problem::invalid(format!("show is {other}; it is all, asked or gaps."))),
        }
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
    /// Of all techniques that the platform has, how many are hunted, whichever of them are shown.
    pub share: Share,
    /// How the search's results are spread.
    pub coverage: Coverage,
    /// What all of it was narrowed by.
    pub narrowed: Vec<Narrowed>,
}

impl Asked {
    /// What a file of the matrix says of itself.
    pub fn caption(&self) -> Caption {
        let name = match self.actors.first() {
            Some(actor) => format!("What we hunt of {}", actor.name),
            None if !self.about.is_empty() => format!("What we hunt of {} techniques", self.about.len()),
            None => "What we hunt".to_owned(),
        };
        let told = |one: &Narrowed| (one.title.clone(), one.value.clone());
        Caption { name, narrowed: self.narrowed.iter().map(told).collect(), procedures: self.coverage.total }
    }
}

/// Something that a matrix was narrowed by: part of its address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Narrowed {
    /// The parameter.
    pub key: String,
    /// What it is called.
    pub title: String,
    /// Its value.
    pub value: String,
}

/// What an address narrows a matrix by, in the order in which it is shown.
fn narrowed(params: &AttackParams, search: &SearchParams, coverage: &Coverage) -> Vec<Narrowed> {
    let one = |value: &Option<String>| query::one(value.as_ref()).into_iter().collect::<Vec<_>>();
    let own = [
        ("q", "Procedures with", one(&search.q)),
        ("platform", "Platform", query::said(&search.platform)),
        ("data_source", "Data source", query::said(&search.data_source)),
        ("tag", "Tag", query::said(&search.tag)),
        ("collection", "Collection", one(&params.collection)),
        ("tactic", "Tactic", query::said(&search.tactic)),
        ("author", "Author", query::said(&search.author)),
        ("repo", "Repository", query::said(&search.repo)),
        ("standing", "Standing", query::said(&search.standing)),
    ];
    // Of what is no facet, nothing is narrowed.
    let further = search.further.iter().filter(|(name, _)| coverage.facets.contains_key(*name));
    let further = further.map(|(name, values)| (name.as_str(), name.as_str(), query::said(values)));
    let asked = [
        ("actor", "Techniques of", one(&params.actor)),
        ("about", "Technique", query::said(&params.about)),
        ("show", "Techniques shown", one(&params.show)),
    ];
    (own.into_iter().chain(further).chain(asked))
        .flat_map(|(key, title, values)| {
            values.into_iter().map(move |value| Narrowed {
                key: key.to_owned(),
                title: title.to_owned(),
                value,
            })
        })
        .collect()
}

/// Makes the matrix that the parameters ask for.
///
/// # Errors
/// When a parameter cannot be, or the index cannot be read.
pub async fn asked(app: &App, params: &AttackParams, search: &SearchParams) -> Result<Asked, Problem> {
    let release = params.release(app)?;
    let (params, written) = (params.clone(), search.clone());
    let search = params.within(written.clone())?.search()?;
    let actor = query::one(params.actor.as_ref());
    let (about, show) = (params.about(release)?, params.show()?);
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
        let mut matrix = Matrix::new(release, &coverage.techniques, &wanted);
        matrix.on_platforms(release, &search.filters.platform);
        let (share, _) = matrix.shares();
        matrix.show(show);
        let narrowed = narrowed(&params, &written, &coverage);
        Ok(Asked { matrix, actors: found, about, share, coverage, narrowed })
    })
    .await
}
