//! POST `/coverage`: what a pasted text of intel names, and what of it the catalog hunts.
//!
//! The text is read and forgotten: it is in no address, no log and no row.

use crate::app::App;
use crate::auth::Principal;
use crate::http::cache::Cache;
use crate::http::problem::Problem;
use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use catalog::attack::{Intel, read_intel};
use catalog::index::{Entry, Filters, Search};
use catalog::library::{Library, LibraryError};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Techniques whose procedures are named; of the others only the number is known.
const LOOKED_UP: usize = 40;
/// Procedures that are named of each.
const NAMED: usize = 5;
/// CVEs that are looked for in the catalog.
const CVES: usize = 20;

/// A text of intel beside the catalog.
pub struct Covered {
    /// What it names.
    pub intel: Intel,
    /// Of each technique, in the same order.
    pub techniques: Vec<Hunted>,
    /// Of each actor: how many of its techniques are hunted.
    pub actors: Vec<usize>,
    /// Of the first CVEs: how many procedures mention it.
    pub cves: Vec<usize>,
    /// Techniques that some procedure hunts; one that was replaced and what replaced it are one.
    pub covered: Vec<String>,
    /// Techniques that are named and that none hunts.
    pub gaps: Vec<String>,
}

/// What hunts a technique.
#[derive(Default)]
pub struct Hunted {
    /// How many procedures.
    pub count: u64,
    /// The first of them.
    pub procedures: Vec<Entry>,
}

/// Reads a text and looks for what it names.
///
/// # Errors
/// When the index cannot be read.
pub fn look(library: &Library, text: &str) -> Result<Covered, LibraryError> {
    let intel = read_intel(text, library.release(), library.lexicon().actors());
    let coverage = library.coverage(&Search::default())?;
    let (mut covered, mut gaps) = (Vec::new(), Vec::new());
    let mut techniques = Vec::new();
    let mut left = LOOKED_UP;
    for mention in &intel.techniques {
        let id = mention.mapping.in_use();
        let count = coverage.of(id);
        let list = if count > 0 { &mut covered } else { &mut gaps };
        if !list.iter().any(|own| own == id) {
            list.push(id.to_owned());
        }
        let mut hunted = Hunted { count, procedures: Vec::new() };
        if count > 0 && left > 0 {
            left -= 1;
            let filters = Filters { technique: vec![id.to_owned()], ..Filters::default() };
            let found = library.search(&Search { filters, limit: NAMED, ..Search::default() })?;
            hunted.procedures = found.hits.into_iter().map(|hit| hit.entry).collect();
        }
        techniques.push(hunted);
    }
    let actors = intel.actors.iter().map(|mention| coverage.hunted(&mention.actor.techniques)).collect();
    let mut cves = Vec::new();
    for cve in intel.cves.iter().take(CVES) {
        cves.push(
            library.search(&Search { text: format!("\"{cve}\""), limit: 1, ..Search::default() })?.total,
        );
    }
    Ok(Covered { intel, techniques, actors, cves, covered, gaps })
}

/// A text of intel.
#[derive(Debug, Default, Deserialize, ToSchema)]
pub struct IntelText {
    /// As it was copied; the first 256 KiB are read. It is not kept.
    pub text: String,
}

/// What a text names, and what of it is hunted.
#[derive(Debug, Serialize, ToSchema)]
pub struct CoverageAnswer {
    /// Techniques, in the order of the text.
    pub techniques: Vec<CoveredTechnique>,
    /// Groups, software and campaigns, in the order of the text.
    pub actors: Vec<CoveredActor>,
    /// `CVE-2024-3400`, each once.
    pub cves: Vec<String>,
    /// How many of the techniques some procedure hunts.
    pub covered: usize,
    /// How many techniques are named, one that was replaced counted as what replaced it.
    pub of: usize,
    /// Bytes at the end of the text that were not read.
    pub cut: usize,
}

/// A technique that a text names.
#[derive(Debug, Serialize, ToSchema)]
pub struct CoveredTechnique {
    /// `T1003.001`
    pub id: String,
    /// With its parent's name before it; empty for an id of no release.
    pub name: String,
    /// `active`, `revoked`, `deprecated`, `foreign`, `unknown`.
    #[schema(value_type = String)]
    pub status: catalog::attack::Status,
    /// What replaced it; its procedures are those that are named.
    pub replaced_by: Option<String>,
    /// Its first place in the text, as it stands there.
    pub written_as: String,
    /// How often it is named.
    pub mentions: usize,
    /// How many procedures hunt it.
    pub count: u64,
    /// The first five, of the first forty hunted techniques.
    pub procedures: Vec<CoveringProcedure>,
}

/// A procedure that hunts a technique.
#[derive(Debug, Serialize, ToSchema)]
pub struct CoveringProcedure {
    /// How it is addressed.
    pub id: String,
    /// Its repository.
    pub repo: String,
    /// Its title.
    pub title: String,
}

/// An actor that a text names.
#[derive(Debug, Serialize, ToSchema)]
pub struct CoveredActor {
    /// `G0016`; `hunts:scarlet-otter` for one of a repository's own.
    pub id: String,
    /// `group`, `software`, `campaign`; `actor` for one of a repository's own.
    pub kind: &'static str,
    /// `APT29`
    pub name: String,
    /// Its first place in the text, as it stands there.
    pub written_as: String,
    /// How many of its techniques some procedure hunts.
    pub hunted: usize,
    /// How many techniques it uses.
    pub of: usize,
}

/// What a text of threat intelligence names (techniques by id or name, actors, CVEs), and which procedures hunt it. The
/// text is neither stored nor logged.
#[utoipa::path(
    post, path = "/coverage", tag = "attack", request_body = IntelText,
    responses(
        (status = 200, body = CoverageAnswer),
        (status = 413, body = Problem, content_type = "application/problem+json")
    )
)]
pub async fn read(
    State(app): State<App>,
    _who: Principal,
    Json(body): Json<IntelText>,
) -> Result<Response, Problem> {
    let release = app.library.release();
    let answer = app
        .read(move |library| {
            let found = look(library, &body.text)?;
            let written = |at: &std::ops::Range<usize>| body.text[at.clone()].to_owned();
            let techniques = found.intel.techniques.iter().zip(found.techniques).map(|(mention, hunted)| {
                let mapping = &mention.mapping;
                CoveredTechnique {
                    name: release.name_of(mapping),
                    id: mapping.id.clone(),
                    status: mapping.status,
                    replaced_by: mapping.replaced_by.clone(),
                    written_as: written(&mention.at),
                    mentions: mention.count,
                    count: hunted.count,
                    procedures: hunted
                        .procedures
                        .into_iter()
                        .map(|entry| CoveringProcedure {
                            id: entry.id,
                            repo: entry.repo,
                            title: entry.procedure.title,
                        })
                        .collect(),
                }
            });
            let actors = found.intel.actors.iter().zip(&found.actors).map(|(mention, hunted)| CoveredActor {
                id: mention.actor.id.clone(),
                kind: mention.actor.kind.word(),
                name: mention.actor.name.clone(),
                written_as: written(&mention.at),
                hunted: *hunted,
                of: mention.actor.techniques.len(),
            });
            Ok(CoverageAnswer {
                techniques: techniques.collect(),
                actors: actors.collect(),
                covered: found.covered.len(),
                of: found.covered.len() + found.gaps.len(),
                cut: found.intel.left_out,
                cves: found.intel.cves,
            })
        })
        .await?;
    Ok(([Cache::Never.header()], Json(answer)).into_response())
}

#[cfg(test)]
mod tests {
    use crate::auth::Role;
    use crate::sample::Sample;
    use serde_json::json;

    #[tokio::test]
    async fn a_text_is_set_beside_the_catalog() {
        let sample = Sample::open().await;
        let viewer = sample.user(Role::Viewer).await;
        let text = "APT29 was dumping LSASS (t1003/001), then T1562.001 and masquerading. CVE-2024-3400.";
        let answer = viewer.post("/api/v1/coverage", &json!({"text": text})).await;
        assert_eq!((answer.status.as_u16(), answer.header("cache-control")), (200, "private, no-store"));
        let answer = answer.json();
        let told: Vec<String> = answer["techniques"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| format!("{} {} {} {}", one["id"], one["status"], one["replaced_by"], one["count"]))
            .collect();
        assert_eq!(
            told,
            [
                "\"T1003.001\" \"active\" null 1",
                "\"T1562.001\" \"revoked\" \"T1685\" 0",
                "\"T1036\" \"active\" null 1"
            ]
        );
        let lsass = &answer["techniques"][0];
        assert_eq!(lsass["name"], "OS Credential Dumping: LSASS Memory");
        assert_eq!((&lsass["written_as"], &lsass["mentions"]), (&json!("dumping LSASS"), &json!(2)));
        assert_eq!(lsass["procedures"][0]["id"], "lsass");
        assert_eq!(answer["actors"][0]["id"], "G0016");
        assert!(answer["actors"][0]["hunted"].as_u64() < answer["actors"][0]["of"].as_u64());
        assert_eq!(answer["cves"], json!(["CVE-2024-3400"]));
        assert_eq!((&answer["covered"], &answer["of"], &answer["cut"]), (&json!(2), &json!(3), &json!(0)));
    }

    #[tokio::test]
    async fn what_is_too_long_is_cut_or_refused_and_a_text_is_never_in_an_address() {
        let sample = Sample::open().await;
        let viewer = sample.user(Role::Viewer).await;
        let long = viewer.post("/api/v1/coverage", &json!({"text": "x".repeat(300_000)})).await;
        assert_eq!(long.json()["cut"], 300_000 - catalog::attack::MOST_TEXT);
        let longer = viewer.post("/api/v1/coverage", &json!({"text": "x".repeat(1_100_000)})).await;
        assert_eq!(longer.status, 413);
        assert_eq!(viewer.get("/api/v1/coverage?text=T1003").await.status, 405);
    }
}
