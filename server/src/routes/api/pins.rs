//! GET `/repos/{name}/pins`, DELETE `/repos/{name}/pins/{commit}`: the commits that a mirror keeps because copies name them.

use super::item::seconds;
use crate::app::App;
use crate::auth::{Principal, Role};
use crate::http::problem::Problem;
use axum::Json;
use axum::extract::{Path, State};
use catalog::library::Pin;
use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;

/// The commits that are kept.
#[derive(Debug, Serialize, ToSchema)]
pub struct PinsAnswer {
    /// Newest first.
    pub pins: Vec<PinItem>,
}

/// One commit that is kept.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct PinItem {
    /// Which one, in full.
    pub commit: String,
    /// When it was committed, RFC 3339; null where the mirror has lost it.
    pub committed_at: Option<String>,
    /// First line of its message; null likewise.
    pub subject: Option<String>,
    /// Who wrote it; null likewise.
    pub author: Option<String>,
    /// Whether the branch has it too: it would stay without being kept.
    pub on_branch: bool,
    /// Copies on record that name it.
    pub copies: u64,
}

/// What became of a commit that was let go.
#[derive(Debug, Serialize, ToSchema)]
pub struct PurgeAnswer {
    /// Which one.
    pub commit: String,
    /// Whether it can still be read: the branch has it, or another commit that is kept grew from it.
    pub readable: bool,
    /// Copies on record that name it. The bytes that each was made from stay in the object store, and prove it.
    pub copies: u64,
}

impl App {
    /// The commits that a repository keeps.
    ///
    /// # Errors
    /// 403 without the role, 404 when there is no such repository.
    pub async fn pins(&self, who: &Principal, repo: &str) -> Result<Vec<(Pin, u64)>, Problem> {
        who.require(Role::Admin)?;
        let name = repo.to_owned();
        let kept = self.read(move |library| library.kept(&name)).await?;
        let copies = self.database.instances(&who.tenants()).of_commits(repo).await?;
        let counted = |pin: Pin| {
            let count = copies.get(&pin.commit).copied().unwrap_or_default();
            (pin, count)
        };
        Ok(kept.into_iter().map(counted).collect())
    }

    /// Lets a commit go that was kept, on record. The next sync makes the mirror anew without it.
    ///
    /// # Errors
    /// 403 without the role, 404 when there is no such repository, or the commit is not kept.
    pub async fn purge(&self, who: &Principal, repo: &str, commit: &str) -> Result<PurgeAnswer, Problem> {
        let pins = self.pins(who, repo).await?;
        let Some((_, copies)) = pins.into_iter().find(|(pin, _)| pin.commit == commit) else {
            let short: String = commit.chars().take(40).collect();
            return Err(Problem::not_found(format!("commit {short} among those that {repo} keeps"))
                .remedy("Name a commit of the list, in full."));
        };
        // On record first: what is undone cannot be told any more.
        self.note(who, "repository.purge", repo, &json!({"commit": commit, "copies": copies})).await?;
        let (name, id) = (repo.to_owned(), commit.to_owned());
        let readable = self
            .read(move |library| {
                library.purge(&name, &id)?;
                Ok(library.reaches(&name, &id))
            })
            .await?;
        if !readable {
            // What is left of it in the mirror goes with the next sync.
            self.jobs.begin(repo)?;
        }
        Ok(PurgeAnswer { commit: commit.to_owned(), readable, copies })
    }
}

/// The commits that a repository's mirror keeps through rewritten history, because copies name them. For administrators.
#[utoipa::path(
    get, path = "/repos/{name}/pins", tag = "repositories",
    params(("name" = String, Path, description = "The repository's name")),
    responses(
        (status = 200, body = PinsAnswer),
        (status = 403, body = Problem, content_type = "application/problem+json"),
        (status = 404, body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn list(
    State(app): State<App>,
    who: Principal,
    Path(name): Path<String>,
) -> Result<Json<PinsAnswer>, Problem> {
    let item = |(pin, copies): (Pin, u64)| {
        let told = pin.told;
        PinItem {
            commit: pin.commit,
            committed_at: told.as_ref().map(|told| seconds(told.committer.when_seconds)),
            subject: told.as_ref().map(|told| told.subject.clone()),
            author: told.map(|told| told.author.name),
            on_branch: pin.on_branch,
            copies,
        }
    };
    Ok(Json(PinsAnswer { pins: app.pins(&who, &name).await?.into_iter().map(item).collect() }))
}

/// Lets a commit go that was kept: where nothing else reaches it, it cannot be read any more, and the next sync makes the
/// mirror anew without it. Copies that name it stay, with the bytes that they were made from. It goes on record.
#[utoipa::path(
    delete, path = "/repos/{name}/pins/{commit}", tag = "repositories",
    params(
        ("name" = String, Path, description = "The repository's name"),
        ("commit" = String, Path, description = "The commit, in full"),
    ),
    responses(
        (status = 200, body = PurgeAnswer),
        (status = 403, body = Problem, content_type = "application/problem+json"),
        (status = 404, body = Problem, content_type = "application/problem+json"),
    )
)]
pub async fn purge(
    State(app): State<App>,
    who: Principal,
    Path((name, commit)): Path<(String, String)>,
) -> Result<Json<PurgeAnswer>, Problem> {
    Ok(Json(app.purge(&who, &name, &commit).await?))
}

#[cfg(test)]
mod tests {
    use crate::auth::Role;
    use crate::sample::{Sample, procedure};
    use axum::http::Request;
    use serde_json::json;

    /// A repository of which a copy was made, before its history was rewritten; and the commit that the copy names.
    async fn rewritten() -> (Sample, String) {
        let (sample, _) = Sample::remote("").await;
        let tenant = sample.tenant().await;
        let hunter = sample.user(Role::Hunter).await;
        let secret =
            procedure("lsass", "With something in it that nobody should read", "T1003", "FROM process");
        let commit = sample.commit("A mistake", &[("hunts/lsass.md", Some(secret))]);
        sample.test.app.jobs.sync("hunts").await.unwrap();
        let made = hunter.post("/api/v1/procedures/lsass/instances", &json!({"tenants": [tenant]})).await;
        assert_eq!(made.status, 201, "{}", made.text());
        let repository = git2::Repository::open(&sample.folder).unwrap();
        let before = repository.head().unwrap().peel_to_commit().unwrap().parent(0).unwrap();
        repository.reset(before.as_object(), git2::ResetType::Hard, None).unwrap();
        sample.test.app.jobs.sync("hunts").await.unwrap();
        (sample, commit)
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_commit_that_copies_name_is_kept_until_an_administrator_purges_it_on_record() {
        let (sample, commit) = rewritten().await;
        let admin = sample.user(Role::Admin).await;
        let read = format!("/api/v1/procedures/lsass/source?at={commit}");
        assert_eq!(admin.get(&read).await.status, 200, "it is kept");
        let told = admin.get("/api/v1/repos/hunts/pins").await.json();
        let pin = &told["pins"][0];
        assert_eq!((&pin["commit"], &pin["subject"]), (&json!(commit), &json!("A mistake")), "{told}");
        assert_eq!((&pin["copies"], &pin["on_branch"]), (&json!(1), &json!(false)));
        let page = admin.get("/admin/repositories/hunts/pins").await.text();
        assert!(page.contains("A mistake") && page.contains("1 copy"), "{page}");

        let path = format!("/api/v1/repos/hunts/pins/{commit}");
        for role in [Role::Viewer, Role::Lead] {
            let user = sample.user(role).await;
            assert_eq!(user.send(Request::delete(&path)).await.status, 403);
            assert_eq!(user.get("/api/v1/repos/hunts/pins").await.status, 403);
            assert_eq!(user.get("/admin/repositories/hunts/pins").await.status, 403);
        }
        let purged = admin.send(Request::delete(&path)).await;
        assert_eq!(purged.status, 200, "{}", purged.text());
        assert_eq!((&purged.json()["copies"], &purged.json()["readable"]), (&json!(1), &json!(false)));
        assert_eq!(admin.get(&read).await.status, 404);
        assert_eq!(admin.send(Request::delete(&path)).await.status, 404, "it is kept no more");
        let deeds = sample.test.app.database.deeds(20).await.unwrap();
        let deed = deeds.iter().find(|deed| deed.action == "repository.purge").unwrap();
        assert_eq!((deed.subject.as_str(), &deed.detail), ("hunts", &json!({"commit": commit, "copies": 1})));
        // The copy stays, with its bytes.
        let copies = admin.get(&format!("/api/v1/instances?commit={commit}")).await.json();
        let id = copies["instances"][0]["id"].as_str().unwrap().to_owned();
        assert_eq!(admin.get(&format!("/api/v1/instances/{id}/notebook.ipynb")).await.status, 200);
        assert!(admin.get("/admin/repositories/hunts/pins").await.text().contains("No commit is kept"));
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn the_page_purges_as_well() {
        let (sample, commit) = rewritten().await;
        let admin = sample.user(Role::Admin).await;
        let purge = format!("/admin/repositories/hunts/pins/{commit}");
        assert_eq!(sample.user(Role::Lead).await.form(&purge, &[]).await.status, 403);
        let done = admin.form(&purge, &[]).await;
        assert_eq!((done.status.as_u16(), done.header("location")), (303, "/admin/repositories/hunts/pins"));
        assert_eq!(admin.form(&purge, &[]).await.status, 404);
        assert_eq!(admin.get("/admin/repositories/none/pins").await.status, 404);
    }
}
