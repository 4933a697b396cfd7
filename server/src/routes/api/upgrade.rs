//! GET `/attack/upgrade`: what becomes of the catalog's procedures when another release of ATT&CK is shown; and the patch.

use super::asked::unknown;
use super::patches;
use crate::app::App;
use crate::auth::Principal;
use crate::http::problem::Problem;
use crate::http::query;
use axum::Json;
use axum::extract::{Query, State};
use axum::response::Response;
use catalog::attack::{Becomes, NOTICE, Upgrade};
use catalog::index::{Entry, Mapped};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// Between which releases, and which page.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub struct UpgradeParams {
    /// The release that is left: `18.1`, `mobile-attack 18.1`; the shown one without it.
    pub from: Option<String>,
    /// The release that comes; the newest that is known of that domain without it.
    pub to: Option<String>,
    /// How many procedures: 100, at most 500.
    pub limit: Option<String>,
    /// Where to go on: `next` of the page before.
    pub cursor: Option<String>,
    /// For the patch: the repository.
    pub repo: Option<String>,
}

impl UpgradeParams {
    /// The releases compared.
    ///
    /// # Errors
    /// 400 for a release that is not known, and for two of different domains.
    pub fn upgrade(&self, app: &App) -> Result<Upgrade, Problem> {
        let releases = app.library.releases();
        let named = |name: String| releases.find(&name).ok_or_else(|| unknown(&name, releases));
        let from = query::one(self.from.as_ref()).map(named).transpose()?;
        let from = from.unwrap_or_else(|| app.library.release());
        let to = query::one(self.to.as_ref()).map(named).transpose()?;
        let to = to.or_else(|| releases.newest(Some(from.domain()), None)).unwrap_or(from);
        Upgrade::between(from, to).ok_or_else(|| {
            Problem::invalid(format!("{} and {} are of two domains.", from.title(), to.title()))
        })
    }
}

/// What becomes of techniques and procedures.
#[derive(Debug, Serialize, ToSchema)]
pub struct UpgradeAnswer {
    /// `enterprise-attack 18.1`
    pub from: String,
    /// `enterprise-attack 19.2`
    pub to: String,
    /// The release that the catalog shows.
    pub shown: String,
    /// Tactics that are no more.
    pub tactics: Vec<TacticBecomes>,
    /// Techniques of which something changes, those that no procedure names too.
    pub techniques: Vec<TechniqueBecomes>,
    /// How many procedures that concerns.
    pub total: usize,
    /// This page of them, by repository and path.
    pub procedures: Vec<ProcedureBecomes>,
    /// The cursor of the next page.
    pub next: Option<String>,
    /// MITRE's notice.
    pub notice: &'static str,
}

/// What took a tactic's place.
#[derive(Debug, Serialize, ToSchema)]
pub struct TacticBecomes {
    /// `Defense Evasion`
    pub name: String,
    /// `Stealth`, `Defense Impairment`
    pub becomes: Vec<String>,
}

/// What becomes of a technique.
#[derive(Debug, Serialize, ToSchema)]
pub struct TechniqueBecomes {
    /// `T1562.001`
    pub id: String,
    /// Its name before.
    pub name: String,
    /// `replaced` (for certain), `retired`, `lost`, `moved` (somebody must look) or `renamed`.
    pub fate: &'static str,
    /// What replaced it.
    pub replaced_by: Option<String>,
    /// What it, or what replaced it, is called.
    pub new_name: String,
    /// The names of its tactics after.
    pub tactics: Vec<String>,
    /// How many procedures are mapped to it.
    pub procedures: usize,
}

/// A procedure and those of its techniques of which something changes.
#[derive(Debug, Serialize, ToSchema)]
pub struct ProcedureBecomes {
    /// How it is addressed.
    pub id: String,
    /// Its repository.
    pub repo: String,
    /// Its path.
    pub path: String,
    /// Its title.
    pub title: String,
    /// Ids of the techniques, as it names them.
    pub techniques: Vec<String>,
}

/// The techniques of an entry of which something changes, as it names them.
pub fn concerned<'a>(entry: &'a Entry, upgrade: &'a Upgrade) -> impl Iterator<Item = (&'a str, &'a Becomes)> {
    let becomes = |mapping: &'a catalog::attack::Mapping| {
        upgrade.of(&mapping.id).or_else(|| upgrade.of(mapping.in_use()))
    };
    entry.procedure.techniques.iter().filter_map(move |own| Some((own.id.as_str(), becomes(own)?)))
}

/// Reads what a page asks for.
///
/// # Errors
/// When the index cannot be read.
pub async fn mapped(
    app: &App,
    upgrade: &Upgrade,
    limit: usize,
    cursor: Option<String>,
) -> Result<Mapped, Problem> {
    let upgrade = upgrade.clone();
    app.read(move |library| library.upgrade(&upgrade, limit, cursor.as_deref())).await
}

/// What becomes of the catalog between two releases.
#[utoipa::path(
    get, path = "/attack/upgrade", tag = "attack", params(UpgradeParams),
    responses((status = 200, body = UpgradeAnswer), (status = 400, body = Problem, content_type = "application/problem+json"))
)]
pub async fn upgrade(
    State(app): State<App>,
    _who: Principal,
    Query(params): Query<UpgradeParams>,
) -> Result<Json<UpgradeAnswer>, Problem> {
    let upgrade = params.upgrade(&app)?;
    let limit = query::limit(params.limit.as_ref(), 100, 500)?;
    let mapped = mapped(&app, &upgrade, limit, query::one(params.cursor.as_ref())).await?;
    let procedures = mapped.entries.iter().map(|entry| ProcedureBecomes {
        id: entry.id.clone(),
        repo: entry.repo.clone(),
        path: entry.path.clone(),
        title: entry.procedure.title.clone(),
        techniques: concerned(entry, &upgrade).map(|(id, _)| id.to_owned()).collect(),
    });
    let techniques = upgrade.techniques.iter().zip(&mapped.counts).map(|(one, count)| TechniqueBecomes {
        id: one.id.to_string(),
        name: one.name.clone(),
        fate: one.fate.word(),
        replaced_by: one.next.as_ref().map(ToString::to_string),
        new_name: one.new_name.clone(),
        tactics: one.tactics.clone(),
        procedures: *count,
    });
    let tactics = upgrade.tactics.iter().cloned();
    Ok(Json(UpgradeAnswer {
        from: upgrade.from.title(),
        to: upgrade.to.title(),
        shown: app.library.release().title(),
        tactics: tactics.map(|(name, becomes)| TacticBecomes { name, becomes }).collect(),
        techniques: techniques.collect(),
        total: mapped.repos.values().sum(),
        procedures: procedures.collect(),
        next: mapped.next.clone(),
        notice: NOTICE,
    }))
}

/// The patch that replaces, in one repository, what the release that comes has revoked; `git apply` takes it.
#[utoipa::path(
    get, path = "/attack/upgrade.patch", tag = "attack", params(UpgradeParams),
    responses((status = 200, body = String, content_type = "text/x-diff"), (status = 404, body = Problem, content_type = "application/problem+json"))
)]
pub async fn patch(
    State(app): State<App>,
    _who: Principal,
    Query(params): Query<UpgradeParams>,
) -> Result<Response, Problem> {
    let upgrade = params.upgrade(&app)?;
    let repo = patches::repository(params.repo.as_ref())?;
    let name = format!("{repo}-attack-{}.patch", upgrade.to.version());
    let of = repo.clone();
    let patch = app.read(move |library| library.upgrade_patch(&upgrade, &of)).await?;
    patches::answer(&repo, &name, patch)
}

#[cfg(test)]
mod tests {
    use crate::auth::Role;
    use crate::sample::{commit, procedure};
    use crate::testing::TestApp;
    use std::process::Command;

    #[tokio::test]
    async fn an_upgrade_says_what_becomes_of_each_procedure_and_its_patch_applies() {
        let temp = tempfile::tempdir().unwrap();
        let folder = temp.path().join("hunts");
        let repository = git2::Repository::init(&folder).unwrap();
        let files = [
            ("a b.md", procedure("blank", "Blank", "T1562.001", "FROM process")),
            ("é.md", procedure("accent", "Accent", "T1562.001", "FROM process")),
            ("kept.md", procedure("kept", "Kept", "T1003.001", "FROM process")),
            ("side/notebook.md", "---\njupytext: {text_representation: {format_name: myst}}\n---\n\n```{code-cell}\n1\n```\n".to_owned()),
            ("side/metadata.yaml", "id: SIDE\ntitle: Beside\nattack_mappings:\n- technique: T1562\n  sub_technique: 001\n  tactics: [TA0005]\n".to_owned()),
        ];
        let files = files.map(|(path, text)| (path, Some(text)));
        commit(&repository, "Ana", "Add hunts", &files);
        let test = TestApp::open(&temp.path().join("data"), &[&folder]).await;
        let viewer = test.user("vera", Role::Viewer).await;

        let answer = viewer.get("/api/v1/attack/upgrade?from=18.1&to=19.2").await.json();
        assert_eq!(answer["total"], 3, "{answer}");
        assert_eq!(answer["procedures"][0]["techniques"][0], "T1562.001");
        let one =
            answer["techniques"].as_array().unwrap().iter().find(|one| one["id"] == "T1562.001").unwrap();
        assert_eq!((&one["fate"], &one["replaced_by"]), (&"replaced".into(), &"T1685".into()));
        assert_eq!(one["procedures"], 3);
        assert_eq!(answer["tactics"][0]["name"], "Defense Evasion");

        let patch = viewer.get("/attack/upgrade.patch?from=18.1&to=19.2&repo=hunts").await.text();
        let by_hand = "Not in this patch, to be changed by hand: \"side/notebook.md\"\n--- a/a b.md";
        assert!(patch.starts_with(by_hand), "{patch}");
        let file = temp.path().join("up.patch");
        std::fs::write(&file, &patch).unwrap();
        std::fs::write(folder.join("a b.md"), files[0].1.as_ref().unwrap()).unwrap();
        std::fs::write(folder.join("é.md"), files[1].1.as_ref().unwrap()).unwrap();
        let applied = Command::new("git").arg("apply").arg(&file).current_dir(&folder).output().unwrap();
        assert!(applied.status.success(), "{}{patch}", String::from_utf8_lossy(&applied.stderr));
        for (path, text) in &files[..2] {
            let now = std::fs::read_to_string(folder.join(path)).unwrap();
            assert_eq!(now, text.as_ref().unwrap().replace("T1562.001", "T1685"), "{path}");
        }

        let page = viewer.get("/attack/upgrade?from=18.1&to=19.2").await.text();
        assert!(page.contains("T1685") && page.contains("upgrade.patch"));
        assert!(page.contains("The catalog shows this release"));
        let other = viewer.get("/attack/upgrade?from=18.1&to=18.1").await.text();
        assert!(other.contains("attack.release") && !other.contains("upgrade.patch"));
        for wrong in ["from=1.0", "from=18.1&to=mobile-18.1"] {
            assert_eq!(viewer.get(&format!("/api/v1/attack/upgrade?{wrong}")).await.status, 400);
        }
        assert_eq!(viewer.get("/attack/upgrade.patch?repo=none").await.status, 404);
        assert_eq!(viewer.get("/attack/upgrade.patch").await.status, 400);
    }
}
