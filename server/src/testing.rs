//! For tests: a clock that stands still, random numbers that repeat, and the whole application in a temporary folder.

use crate::app::{App, Outside};
use crate::auth::Role;
use crate::auth::sign_in::TOKEN_PREFIX;
use crate::clock::Clock;
use crate::config::{Config, RepositoryEntry};
use crate::entropy::{Entropy, Secret};
use axum::Router;
use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, HeaderValue, Request, StatusCode, header, request};
use catalog::library::Fetch;
use catalog::mirror::Progress;
use catalog::repository::{Location, Repository};
use chrono::{DateTime, Duration, Utc};
use serde_json::Value;
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use tokio::sync::watch;
use tower::ServiceExt;

/// A clock that stands still until it is told otherwise. It begins at noon on 24 November 2026.
pub struct FixedClock(Mutex<DateTime<Utc>>);

impl Default for FixedClock {
    fn default() -> Self {
        Self(Mutex::new(crate::clock::from_seconds(1_795_521_600)))
    }
}

impl FixedClock {
    /// Moves it on.
    ///
    /// # Panics
    /// When a test panicked while it held the clock.
    pub fn advance(&self, by: Duration) {
        *self.0.lock().expect("no test panics while it holds the clock") += by;
    }
}

impl Clock for FixedClock {
    fn now(&self) -> DateTime<Utc> {
        *self.0.lock().expect("no test panics while it holds the clock")
    }
}

/// Random numbers that are the same each time (splitmix64).
#[derive(Default)]
pub struct SeededEntropy(Mutex<u64>);

impl Entropy for SeededEntropy {
    fn fill(&self, bytes: &mut [u8]) {
        let mut state = self.0.lock().expect("no test panics while it holds the generator");
        for chunk in bytes.chunks_mut(8) {
            *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let mut word = *state;
            word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            word ^= word >> 31;
            chunk.copy_from_slice(&word.to_le_bytes()[..chunk.len()]);
        }
    }
}

/// The whole application in a temporary folder, with repositories of the test's own. Requests go through the real router
/// with all its layers; nothing listens on the network.
pub struct TestApp {
    /// The application.
    pub app: App,
    /// The time.
    pub clock: Arc<FixedClock>,
    /// Its data folder.
    pub data: PathBuf,
    /// What URLs stand for.
    pub remotes: Arc<Remotes>,
    router: Router,
    _stop: watch::Sender<bool>,
}

/// Fetches folders of this machine, also as what certain URLs stand for, and refuses everything else: a test touches no
/// network.
#[derive(Default)]
pub struct Remotes {
    folders: Mutex<HashMap<String, PathBuf>>,
    /// Held while no fetch may end.
    gate: Arc<tokio::sync::Mutex<()>>,
    fetches: AtomicUsize,
    reached: tokio::sync::Notify,
}

impl Remotes {
    /// Has a URL stand for a folder.
    ///
    /// # Panics
    /// When a test panicked while it held this.
    pub fn serve(&self, url: &str, folder: &Path) {
        let mut folders = self.folders.lock().expect("no test panics while it holds this");
        folders.insert(url.to_owned(), folder.to_owned());
    }

    /// No fetch of a URL ends until what comes back is dropped; each tells first that it has three of twelve objects.
    ///
    /// # Panics
    /// While a fetch goes on.
    pub fn hold(&self) -> impl Drop + use<> {
        self.gate.clone().try_lock_owned().expect("no fetch goes on")
    }

    /// Returns when a fetch of a URL has come as far as [`hold`](Self::hold) lets it.
    pub async fn reached(&self) {
        self.reached.notified().await;
    }

    /// How often a URL was fetched.
    pub fn fetches(&self) -> usize {
        self.fetches.load(Ordering::SeqCst)
    }
}

impl Fetch for Remotes {
    fn fetch(
        &self,
        repository: &Repository,
        mirror: &Path,
        progress: &mut dyn FnMut(Progress) -> bool,
    ) -> Result<(), String> {
        let mut repository = repository.clone();
        if let Location::Remote(url) = &repository.location {
            let folder = self.folders.lock().expect("no test panics while it holds this").get(url).cloned();
            repository.location = Location::Path(folder.ok_or("tests touch no network")?);
            self.fetches.fetch_add(1, Ordering::SeqCst);
            let some = Progress {
                received_objects: 3,
                total_objects: 12,
                received_bytes: 4_500,
                ..Progress::default()
            };
            progress(some.clone());
            self.reached.notify_one();
            while self.gate.try_lock().is_err() {
                if !progress(some.clone()) {
                    return Err("stopped".to_owned());
                }
                std::thread::sleep(std::time::Duration::from_millis(5));
            }
        }
        catalog::mirror::update(&repository, mirror, progress).map(|_| ()).map_err(|error| error.to_string())
    }
}

impl TestApp {
    /// Opens an application whose data lie in `data` and that mirrors the repositories in these folders, each synced.
    ///
    /// # Panics
    /// When it cannot be opened.
    pub async fn open(data: &Path, repositories: &[&Path]) -> Self {
        let mut config = Config::default();
        config.server.data = data.to_path_buf();
        config.repositories =
            repositories.iter().map(|path| RepositoryEntry::of(&path.to_string_lossy())).collect();
        let test = Self::with(config).await;
        for state in test.app.library.repositories() {
            test.app.jobs.sync(&state.repository.name).await.expect("the test's repository can be synced");
        }
        test
    }

    /// Opens an application with settings of the test's own; nothing is waited for.
    ///
    /// # Panics
    /// When it cannot be opened.
    pub async fn with(config: Config) -> Self {
        Self::with_remotes(config, Arc::default()).await
    }

    /// The same, where URLs stand for folders.
    ///
    /// # Panics
    /// When it cannot be opened.
    pub async fn with_remotes(config: Config, remotes: Arc<Remotes>) -> Self {
        let (stop, stopping) = watch::channel(false);
        let clock = Arc::new(FixedClock::default());
        let data = config.server.data.clone();
        let outside = Outside {
            clock: clock.clone(),
            entropy: Arc::new(SeededEntropy::default()),
            fetch: remotes.clone(),
        };
        let app = App::open(config, outside, &stopping).await.expect("the application opens");
        Self { router: app.router(), app, clock, data, remotes, _stop: stop }
    }

    /// Somebody with a role, signed in by a token.
    ///
    /// # Panics
    /// When the database fails.
    pub async fn user(&self, name: &str, role: Role) -> TestUser {
        let found = self.app.database.account_named(name).await.expect("the database answers");
        let is_new = found.is_none();
        let account = found.unwrap_or_else(|| self.app.new_account(name, role));
        if is_new {
            self.app.database.create_account(&account).await.expect("the name is free");
        }
        let secret = Secret::new(TOKEN_PREFIX, self.app.entropy.as_ref());
        let now = self.app.clock.now();
        self.app.database.create_token(&self.app.id(), &secret, &account, role, now).await.expect("a token");
        TestUser { router: self.router.clone(), credentials: Some(format!("Bearer {}", secret.reveal())) }
    }

    /// Nobody in particular.
    pub fn anonymous(&self) -> TestUser {
        TestUser { router: self.router.clone(), credentials: None }
    }
}

/// Somebody who sends requests.
#[derive(Clone)]
pub struct TestUser {
    router: Router,
    credentials: Option<String>,
}

impl TestUser {
    /// The token that they send; empty for nobody.
    pub fn token(&self) -> &str {
        self.credentials.as_deref().and_then(|sent| sent.strip_prefix("Bearer ")).unwrap_or_default()
    }

    /// GET.
    pub async fn get(&self, path: &str) -> TestAnswer {
        self.send(Request::get(path)).await
    }

    /// POST with a JSON body.
    pub async fn post(&self, path: &str, body: &Value) -> TestAnswer {
        self.send_with(Request::post(path).header(header::CONTENT_TYPE, "application/json"), body.to_string())
            .await
    }

    /// PATCH with a JSON body.
    pub async fn patch(&self, path: &str, body: &Value) -> TestAnswer {
        self.send_with(
            Request::patch(path).header(header::CONTENT_TYPE, "application/json"),
            body.to_string(),
        )
        .await
    }

    /// POST as a form sends it.
    pub async fn form(&self, path: &str, fields: &[(&str, &str)]) -> TestAnswer {
        let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let request = Request::post(path).header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        self.send_with(request, body).await
    }

    /// A request of the test's own, without a body.
    pub async fn send(&self, request: request::Builder) -> TestAnswer {
        self.send_with(request, String::new()).await
    }

    /// A request of the test's own. `Host` and who asks are added where the test did not say otherwise.
    ///
    /// # Panics
    /// When the request is none.
    pub async fn send_with(&self, request: request::Builder, body: impl Into<Body>) -> TestAnswer {
        let mut request = request.body(body.into()).expect("the test's request is one");
        let headers = request.headers_mut();
        if !headers.contains_key(header::HOST) {
            headers.insert(header::HOST, HeaderValue::from_static("127.0.0.1:8080"));
        }
        if let Some(credentials) = &self.credentials {
            let value = HeaderValue::from_str(credentials).expect("tokens are plain");
            headers.insert(header::AUTHORIZATION, value);
        }
        let response = match self.router.clone().oneshot(request).await {
            Ok(response) => response,
            Err(never) => match never {},
        };
        let (parts, body) = response.into_parts();
        let body = axum::body::to_bytes(body, usize::MAX).await.expect("the answer can be read");
        TestAnswer { status: parts.status, headers: parts.headers, body }
    }
}

/// What came back.
#[derive(Debug)]
pub struct TestAnswer {
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: Bytes,
}

impl TestAnswer {
    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The body as JSON.
    ///
    /// # Panics
    /// When it is none.
    pub fn json(&self) -> Value {
        match serde_json::from_slice(&self.body) {
            Ok(value) => value,
            Err(error) => panic!("{error}: {}", self.text()),
        }
    }

    /// A header as text; empty when it is not there.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }
}
