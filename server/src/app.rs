//! The application: what every handler works with, and the router that they hang on.

use crate::auth::{Principal, Role};
use crate::clock::Clock;
use crate::config::Config;
use crate::db::accounts::Account;
use crate::db::{Database, DbError};
use crate::entropy::{self, Entropy};
use crate::http::assets::Assets;
use crate::http::failures::Failures;
use crate::http::host::Hosts;
use crate::http::pool::Pool;
use crate::http::problem::Problem;
use crate::jobs::Jobs;
use crate::jobs::pulls;
use crate::jobs::shared::Shared;
use crate::objects::{ObjectError, Objects};
use crate::rendered::RenderedNotebooks;
use crate::repositories::Repositories;
use crate::routes;
use catalog::library::{Fetch, Library, LibraryError, Settings};
use catalog::repository::Repository;
use serde_json::Value;
use std::ops::Deref;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{Semaphore, watch};

/// What every handler works with. Cheap to clone.
#[derive(Clone)]
pub struct App(Arc<Parts>);

/// The parts of an [`App`].
pub struct Parts {
    /// The settings.
    pub config: Config,
    /// What is on record.
    pub database: Database,
    /// Notebook bytes.
    pub objects: Objects,
    /// Mirrors, index, ATT&CK.
    pub library: Arc<Library>,
    /// Notebooks as HTML.
    pub rendered: RenderedNotebooks,
    /// What was said of the repositories.
    pub repositories: Repositories,
    /// When repositories are synced.
    pub jobs: Jobs,
    /// What other servers on the same database say.
    pub shared: Shared,
    /// Who has tried in vain at what answers without sign-in.
    pub failures: Failures,
    /// How many webhook deliveries are read at once.
    pub deliveries: Semaphore,
    /// Where searches and renders run.
    pub pool: Pool,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Random bytes.
    pub entropy: Arc<dyn Entropy>,
    /// Under which names the server answers.
    pub hosts: Hosts,
    /// Styles and scripts.
    pub assets: Assets,
}

impl Deref for App {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}

/// What comes from outside: the time, random numbers, the network.
pub struct Outside {
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Random bytes.
    pub entropy: Arc<dyn Entropy>,
    /// How a remote is fetched.
    pub fetch: Arc<dyn Fetch>,
}

/// Why the application cannot start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The configuration.
    #[error(transparent)]
    Config(#[from] crate::config::ConfigError),
    /// The data folder.
    #[error("the data folder {path} cannot be used: {source}")]
    Data {
        /// Which.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The database.
    #[error(transparent)]
    Database(#[from] DbError),
    /// The object store.
    #[error(transparent)]
    Objects(#[from] ObjectError),
    /// Mirrors or index.
    #[error(transparent)]
    Library(#[from] LibraryError),
    /// The starter catalog could not be laid out.
    #[error("the starter catalog: {0}")]
    Starter(String),
}

impl App {
    /// Opens everything; nothing is fetched. The repositories' tasks begin, and end when `stop` turns true.
    ///
    /// # Errors
    /// When something cannot be opened; the message says what, and why.
    ///
    /// # Panics
    /// Outside an async runtime.
    pub async fn open(
        config: Config,
        outside: Outside,
        stop: &watch::Receiver<bool>,
    ) -> Result<Self, StartError> {
        let data = config.server.data.clone();
        make_folder(&data).map_err(|source| StartError::Data { path: data.clone(), source })?;
        let database = Database::open(config.database.url.as_deref(), &data).await?;
        let on_record = database.repositories().await?.into_iter().map(|row| row.entry).collect();
        config.mirrored()?;
        let asked = Repositories::of(&config, on_record)?;
        let mut repositories: Vec<Repository> =
            asked.all().into_iter().map(|known| known.repository).collect();
        let starter = repositories.is_empty().then(|| data.join(STARTER).with_extension("git"));
        // There from an earlier start, it can be served at once, and be moved on to a newer history beside that.
        let move_on = starter.clone().filter(|folder| folder.join("HEAD").is_file());
        if let Some(folder) = &starter {
            if move_on.is_none() {
                lay_out(folder.clone()).await?;
            }
            repositories.push(starter_in(folder)?);
        }
        let (fetch, attack, folder) = (outside.fetch, config.attack.clone(), data.clone());
        let library = tokio::task::spawn_blocking(move || {
            let releases = attack.releases()?;
            Library::open(Settings { data: folder, repositories, fetch, releases }).map_err(StartError::from)
        });
        let objects = Objects::folder(&data.join("objects"))?;
        // The task panics only where the library does, and then there is nothing to serve.
        let library = Arc::new(library.await.map_err(|error| StartError::Starter(error.to_string()))??);
        let jobs = Jobs::start(&library, &outside.clock, &outside.entropy, stop);
        if let Some(folder) = move_on {
            tokio::spawn(move_on_and_sync(folder, jobs.clone()));
        }
        let app = Self(Arc::new(Parts {
            repositories: asked,
            shared: Shared::default(),
            failures: Failures::default(),
            deliveries: Semaphore::new(DELIVERIES),
            hosts: Hosts::of(&config),
            pool: Pool::for_this_machine(),
            assets: Assets::embedded(),
            clock: outside.clock,
            entropy: outside.entropy,
            config,
            database,
            objects,
            library,
            rendered: RenderedNotebooks::new(),
            jobs,
        }));
        app.shared.begin(&app.database).await?;
        tokio::spawn(listen(app.clone(), stop.clone()));
        if let Some(every) = app.config.jupyter.pulled_every()? {
            tokio::spawn(pulls::pull(app.clone(), every, stop.clone()));
        }
        Ok(app)
    }

    /// Tells this server, and those that share its database, that something may be new in a repository.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn spread_nudge(&self, repo: &str) -> Result<(), Problem> {
        Ok(self.shared.say(&self.database, &self.jobs, repo, self.clock.now()).await?)
    }

    /// The router with all its layers.
    pub fn router(&self) -> axum::Router {
        routes::router(self)
    }

    /// Reads from the library on the pool.
    ///
    /// # Errors
    /// When the pool is full, or the library says so.
    pub async fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Library) -> Result<T, LibraryError> + Send + 'static,
    ) -> Result<T, Problem> {
        let library = self.library.clone();
        Ok(self.pool.run(move || work(&library)).await??)
    }

    /// An id for a new row.
    pub fn id(&self) -> String {
        entropy::id(self.clock.as_ref(), self.entropy.as_ref())
    }

    /// An account that is not on record yet.
    pub fn new_account(&self, name: &str, role: Role) -> Account {
        Account {
            id: self.id(),
            name: name.to_owned(),
            role,
            created_at: self.clock.now(),
            disabled_at: None,
        }
    }

    /// Puts on record that somebody did something.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn note(
        &self,
        who: &Principal,
        action: &str,
        subject: &str,
        detail: &Value,
    ) -> Result<(), DbError> {
        self.database.note(&self.id(), self.clock.now(), who, (action, subject, detail)).await
    }
}

/// The data folder holds sessions and customers' names: nobody else on the machine reads it.
///
/// # Errors
/// When it is not there and cannot be made.
pub fn make_folder(path: &Path) -> std::io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

/// So many webhook deliveries are read at once: as many MiB at most.
const DELIVERIES: usize = 32;

/// How often a server looks for what others say that share its database.
const LISTEN: Duration = Duration::from_secs(3);
/// How many times it has looked when deliveries of long ago are forgotten; once an hour.
const PRUNE: u32 = 1_200;

/// Hears what other servers say, and forgets what is old, until the server stops.
async fn listen(app: App, mut stop: watch::Receiver<bool>) {
    let mut times = 0_u32;
    loop {
        if times.is_multiple_of(PRUNE)
            && let Err(error) = app.database.prune_deliveries(app.clock.now()).await
        {
            tracing::warn!(%error, "old webhook deliveries are still on record");
        }
        times = times.wrapping_add(1);
        tokio::select! {
            () = tokio::time::sleep(LISTEN) => {}
            _ = stop.wait_for(|stop| *stop) => return,
        }
        if !app.database.is_shared() {
            continue;
        }
        app.follow_record().await;
        if let Err(error) = app.shared.listen(&app.database, &app.jobs).await {
            tracing::warn!(%error, "what other servers say is not heard");
        }
    }
}

/// The name of the starter catalog's repository.
pub(crate) const STARTER: &str = "starter";

/// The starter catalog as a repository.
fn starter_in(folder: &Path) -> Result<Repository, StartError> {
    let failed = |error: &dyn std::fmt::Display| StartError::Starter(error.to_string());
    let folder = folder.to_str().ok_or_else(|| failed(&"the data folder's path is not UTF-8"))?;
    Repository::named(STARTER, folder).map_err(|error| failed(&error))
}

/// Lays the starter catalog out as a repository, or completes or moves on what is there.
async fn lay_out(folder: PathBuf) -> Result<(), StartError> {
    let failed = |error: &dyn std::fmt::Display| StartError::Starter(error.to_string());
    tokio::task::spawn_blocking(move || catalog::starter::build(&folder))
        .await
        .map_err(|error| failed(&error))?
        .map_err(|error| failed(&error))?;
    Ok(())
}

async fn move_on_and_sync(folder: PathBuf, jobs: Jobs) {
    match lay_out(folder).await {
        // How that went stands in the repository's state.
        Ok(()) => drop(jobs.sync(STARTER).await),
        Err(error) => tracing::warn!(%error, "the starter catalog stays as it was"),
    }
}
