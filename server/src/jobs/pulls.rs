//! Copies that were sent to Jupyter, brought back on a schedule: `[jupyter] pull_every`.
//!
//! One task does it, one copy after the other, so that nothing is fetched twice at once; what somebody brings back meanwhile is kept
//! once, by its bytes. A file that is as it was handed out, or as it last came back, makes no version.

use super::{jittered, stopped};
use crate::app::App;
use crate::auth::{Principal, Role};
use crate::copies::in_jupyter::{self, DEED, Pulled};
use crate::db::audit::Deed;
use crate::http::problem::Problem;
use std::collections::HashMap;
use std::time::Duration;
use tokio::sync::watch;

/// When each file was last changed, as Jupyter said: what has not changed since is not fetched. By copy.
pub type Seen = HashMap<String, String>;

/// What came of one round.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Round {
    /// Versions that are new.
    pub brought: usize,
    /// Files that are as they were, or are not there any more.
    pub unchanged: usize,
    /// Copies of which it cannot be told.
    pub failed: usize,
}

/// Brings copies back again and again, until the server stops.
pub(crate) async fn pull(app: App, every: Duration, mut stop: watch::Receiver<bool>) {
    let every = jittered(every, app.entropy.as_ref());
    let mut seen = Seen::new();
    loop {
        tokio::select! {
            () = tokio::time::sleep(every) => {}
            () = stopped(&mut stop) => return,
        }
        let done = tokio::select! {
            done = round(&app, &mut seen) => done,
            () = stopped(&mut stop) => return,
        };
        match done {
            Ok(Round { brought: 0, failed: 0, .. }) => {}
            Ok(Round { brought, unchanged, failed }) => {
                tracing::info!(brought, unchanged, failed, "copies were brought back from Jupyter");
            }
            Err(problem) => tracing::warn!(?problem, "no copy can be brought back from Jupyter"),
        }
    }
}

/// Looks once at every open copy that was sent, for whoever sent it.
///
/// # Errors
/// When the database fails. That Jupyter does not do it is no error.
pub async fn round(app: &App, seen: &mut Seen) -> Result<Round, Problem> {
    let sent = app.database.last_deeds_to_open_copies(DEED).await?;
    let accounts = app.database.accounts().await?;
    seen.retain(|copy, _| sent.iter().any(|deed| deed.subject == *copy));
    let mut round = Round::default();
    for Deed { subject, by, detail, .. } in sent {
        // Who may not bring anything back any more has nothing brought back.
        let sender = accounts.iter().find(|one| one.name == by && one.disabled_at.is_none());
        let sender = sender.cloned().map(Principal::from).filter(|who| who.role >= Role::Hunter);
        let (Some(who), Some(path)) = (sender, detail["path"].as_str()) else { continue };
        match in_jupyter::pull(app, &who, &subject, path, seen.get(&subject).map(String::as_str)).await {
            Ok(Pulled { brought, changed_at }) => {
                if brought {
                    round.brought += 1;
                } else {
                    round.unchanged += 1;
                }
                seen.extend(changed_at.map(|at| (subject, at)));
            }
            Err(problem) => {
                round.failed += 1;
                tracing::warn!(copy = subject, %path, detail = problem.detail, "a copy is not brought back from Jupyter");
            }
        }
    }
    Ok(round)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::Sample;
    use axum::extract::{Path, Query, State};
    use axum::http::StatusCode;
    use axum::routing::get;
    use axum::{Json, Router};
    use serde_json::{Value, json};
    use std::sync::{Arc, Mutex, PoisonError};

    /// Content, and how often it was changed; none where the server fails.
    type File = Option<(Value, usize)>;

    /// What a Jupyter server keeps.
    #[derive(Clone, Default)]
    struct Contents(Arc<Mutex<HashMap<String, File>>>);

    impl Contents {
        fn with<T>(&self, work: impl FnOnce(&mut HashMap<String, File>) -> T) -> T {
            work(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
        }

        /// Changes the only notebook there.
        fn change(&self, work: impl FnOnce(&mut Value)) {
            self.with(|files| {
                let only = files.iter_mut().find(|(path, _)| {
                    std::path::Path::new(path).extension().is_some_and(|ending| ending == "ipynb")
                });
                let (content, times) = only.unwrap().1.as_mut().unwrap();
                work(content);
                *times += 1;
            });
        }

        async fn serve(&self) -> String {
            let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
            let address = format!("http://{}", listener.local_addr().unwrap());
            let router =
                Router::new().route("/api/contents/{*path}", get(read).put(write)).with_state(self.clone());
            tokio::spawn(async move { axum::serve(listener, router).await });
            address
        }
    }

    async fn read(
        State(contents): State<Contents>,
        Path(path): Path<String>,
        Query(asked): Query<HashMap<String, String>>,
    ) -> Result<Json<Value>, StatusCode> {
        let found = contents.with(|files| files.get(&path).cloned()).ok_or(StatusCode::NOT_FOUND)?;
        let (content, times) = found.ok_or(StatusCode::INTERNAL_SERVER_ERROR)?;
        let content = if asked["content"] == "1" { content } else { Value::Null };
        Ok(Json(json!({"path": path, "last_modified": format!("time {times}"), "content": content})))
    }

    async fn write(
        State(contents): State<Contents>,
        Path(path): Path<String>,
        Json(mut body): Json<Value>,
    ) -> Json<Value> {
        contents.with(|files| files.insert(path.clone(), Some((body["content"].take(), 0))));
        Json(json!({"path": path}))
    }

    #[tokio::test]
    async fn what_was_changed_in_jupyter_comes_back_by_itself_and_nothing_else_does() {
        let jupyter = Contents::default();
        let token = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(token.path(), "secret").unwrap();
        let (url, file) = (jupyter.serve().await, token.path().display().to_string());
        let settings = format!("\n[jupyter]\nurl = '{url}'\ntoken_file = '{file}'\npull_every = '15m'\n");
        let (sample, _remotes) = Sample::remote(&settings).await;
        let (app, hunter) = (&sample.test.app, sample.user(Role::Hunter).await);
        let make = async || {
            let made = hunter.post("/api/v1/procedures/stacking/instances", &json!({})).await.json();
            made["instances"][0]["id"].as_str().unwrap().to_owned()
        };
        let (id, unsent) = (make().await, make().await);
        let sent = hunter.post(&format!("/api/v1/instances/{id}/jupyter"), &json!({})).await;
        assert_eq!(sent.status, 200, "{}", sent.text());

        let mut seen = Seen::new();
        let unchanged = Round { unchanged: 1, ..Round::default() };
        let brought = Round { brought: 1, ..Round::default() };
        assert_eq!(round(app, &mut seen).await.unwrap(), unchanged, "it is as it was handed out");
        let state =
            async |id: &str| hunter.get(&format!("/api/v1/instances/{id}")).await.json()["state"].clone();
        assert_eq!(state(&id).await, "made");

        jupyter.change(|notebook| notebook["cells"][1]["source"] = "LIMIT = 4".into());
        assert_eq!(round(app, &mut seen).await.unwrap(), brought);
        assert_eq!((state(&id).await, state(&unsent).await), (json!("returned"), json!("made")));
        assert_eq!(round(app, &mut seen).await.unwrap(), unchanged);
        // Saved again, and Jupyter noted that it trusts a cell: nothing of a hunter's. After a start nothing was seen yet.
        jupyter.change(|notebook| notebook["cells"][1]["metadata"]["trusted"] = true.into());
        assert_eq!(round(app, &mut Seen::new()).await.unwrap(), unchanged);
        let versions = hunter.get(&format!("/api/v1/instances/{id}/returns")).await.json();
        assert_eq!(versions["versions"].as_array().unwrap().len(), 1, "{versions}");
        assert_eq!(versions["versions"][0]["by"], "hunter of the test", "{versions}");

        let paths: Vec<String> = jupyter.with(|files| files.keys().cloned().collect());
        let kept = jupyter
            .with(|files| paths.iter().map(|path| files.insert(path.clone(), None)).collect::<Vec<_>>());
        assert_eq!(round(app, &mut seen).await.unwrap(), Round { failed: 1, ..Round::default() });
        jupyter.with(HashMap::clear);
        assert_eq!(round(app, &mut seen).await.unwrap(), unchanged, "what is gone is no failure");
        jupyter.with(|files| files.extend(paths.into_iter().zip(kept.into_iter().flatten())));

        // What is closed is left alone.
        jupyter.change(|notebook| notebook["cells"][1]["source"] = "LIMIT = 5".into());
        hunter.patch(&format!("/api/v1/instances/{id}"), &json!({"disposition": "null-findings"})).await;
        assert_eq!(round(app, &mut seen).await.unwrap(), Round::default());
    }
}
