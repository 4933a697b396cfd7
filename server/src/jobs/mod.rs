//! When repositories are synced: at the start, at their interval, when their forge says that something is new, and when
//! somebody asks.
//!
//! One task a repository decides, one thread a running sync works. Whoever asks while a sync runs is answered by the
//! next one: the running one may have fetched before the commit that they want to see. What forges say ([`nudges`]) is
//! gathered: many of them lead to one sync at once and one when they have ended.

mod nudges;
pub mod pulls;
pub mod shared;

use crate::clock::Clock;
use crate::entropy::Entropy;
use crate::http::problem::Problem;
use catalog::library::{Cause, Library, SyncReport};
use nudges::Nudges;
use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::Instant;

type Answer = Result<SyncReport, Problem>;
/// Somebody asks for a sync, and may wait for it.
type Ask = Option<oneshot::Sender<Answer>>;

/// Asks for syncs.
#[derive(Clone)]
pub struct Jobs(Arc<Tasks>);

/// The tasks, and what new ones are begun with.
struct Tasks {
    running: RwLock<HashMap<String, Task>>,
    library: Arc<Library>,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
    stop: watch::Receiver<bool>,
}

/// How a repository's task is reached. It ends when this is gone.
struct Task {
    asks: mpsc::Sender<Ask>,
    nudges: Arc<Nudges>,
}

/// What a repository's task works with.
struct Work {
    library: Arc<Library>,
    clock: Arc<dyn Clock>,
    repo: String,
}

/// So many may wait for one sync; more than that is somebody gone mad.
const WAITING: usize = 256;

/// How nice a sync is to what is served meanwhile; a thread of its own has 0, and 19 is the nicest.
const LOW_PRIORITY: i32 = 10;

impl Jobs {
    /// Starts a task for each repository. They end when `stop` turns true, or its sender is gone.
    ///
    /// # Panics
    /// Outside an async runtime.
    pub fn start(
        library: &Arc<Library>,
        clock: &Arc<dyn Clock>,
        entropy: &Arc<dyn Entropy>,
        stop: &watch::Receiver<bool>,
    ) -> Self {
        let jobs = Self(Arc::new(Tasks {
            running: RwLock::default(),
            library: library.clone(),
            clock: clock.clone(),
            entropy: entropy.clone(),
            stop: stop.clone(),
        }));
        for state in library.repositories() {
            jobs.add(&state.repository.name, state.repository.interval);
        }
        jobs
    }

    /// Starts the task of a repository that the library has, in the place of one of the same name. Its first sync begins
    /// at once.
    ///
    /// # Panics
    /// Outside an async runtime.
    pub fn add(&self, repo: &str, interval: Duration) {
        let tasks = &self.0;
        let (ask, asks) = mpsc::channel(WAITING);
        let nudges = Arc::<Nudges>::default();
        let work = Work { library: tasks.library.clone(), clock: tasks.clock.clone(), repo: repo.to_owned() };
        let interval = jittered(interval, tasks.entropy.as_ref());
        tokio::spawn(keep_in_sync(work, (asks, nudges.clone()), interval, tasks.stop.clone()));
        let mut running = tasks.running.write().unwrap_or_else(PoisonError::into_inner);
        running.insert(repo.to_owned(), Task { asks: ask, nudges });
    }

    /// Ends the task of a repository, after the sync that it may be at.
    pub fn remove(&self, repo: &str) {
        self.0.running.write().unwrap_or_else(PoisonError::into_inner).remove(repo);
    }

    /// Syncs a repository now, and answers when that is in the index.
    ///
    /// # Errors
    /// When there is no such repository, the sync fails, or the server stops.
    pub async fn sync(&self, repo: &str) -> Answer {
        let (answer, answered) = oneshot::channel();
        self.ask(repo, Some(answer))?;
        answered.await.unwrap_or_else(|_| Err(stopping()))
    }

    /// Has a repository synced, and does not wait for that.
    ///
    /// # Errors
    /// When there is no such repository, or the server stops.
    pub fn begin(&self, repo: &str) -> Result<(), Problem> {
        self.ask(repo, None)
    }

    fn ask(&self, repo: &str, ask: Ask) -> Result<(), Problem> {
        let running = self.0.running.read().unwrap_or_else(PoisonError::into_inner);
        let task = running.get(repo).ok_or_else(|| Problem::not_found(format!("repository {repo}")))?;
        match task.asks.try_send(ask) {
            // Whoever does not wait is served by what others wait for.
            Ok(()) | Err(mpsc::error::TrySendError::Full(None)) => Ok(()),
            Err(mpsc::error::TrySendError::Full(Some(_))) => Err(crate::http::pool::PoolError::Full.into()),
            Err(mpsc::error::TrySendError::Closed(_)) => Err(stopping()),
        }
    }

    /// Notes that something may be new in a repository. Whether there is such a one.
    pub fn nudge(&self, repo: &str) -> bool {
        let running = self.0.running.read().unwrap_or_else(PoisonError::into_inner);
        running.get(repo).map(|task| task.nudges.note()).is_some()
    }
}

fn stopping() -> Problem {
    Problem::new(
        axum::http::StatusCode::SERVICE_UNAVAILABLE,
        "stopping",
        "The server is stopping",
        "The server is stopping.",
    )
    .remedy("Try again when it is back.")
}

/// Nine to eleven tenths of an interval, so that many servers do not fetch in step.
fn jittered(interval: Duration, entropy: &dyn Entropy) -> Duration {
    let mut byte = [0];
    entropy.fill(&mut byte);
    interval.mul_f64(0.9 + 0.2 * f64::from(byte[0]) / 255.0)
}

async fn keep_in_sync(
    work: Work,
    (mut asks, nudges): (mpsc::Receiver<Ask>, Arc<Nudges>),
    interval: Duration,
    mut stop: watch::Receiver<bool>,
) {
    let work = Arc::new(work);
    let mut waiting = Vec::new();
    let mut cause = Cause::Start;
    // When a sync that a nudge led to has ended.
    let mut followed = None;
    loop {
        // What was asked until now is answered by this sync; what is asked from now on, by the next.
        while let Ok(ask) = asks.try_recv() {
            cause = Cause::Demand;
            waiting.extend(ask);
        }
        nudges.take();
        let answer = tokio::select! {
            answer = sync(&work, cause) => answer,
            () = stopped(&mut stop) => return,
        };
        if cause == Cause::Webhook {
            followed = Some(Instant::now());
        }
        for ask in waiting.drain(..) {
            // Who asked may have gone.
            let _ = ask.send(answer.clone());
        }
        cause = tokio::select! {
            () = tokio::time::sleep(interval) => Cause::Interval,
            ask = asks.recv() => match ask {
                Some(ask) => {
                    waiting.extend(ask);
                    Cause::Demand
                }
                None => return,
            },
            () = nudges.settled(followed) => Cause::Webhook,
            () = stopped(&mut stop) => return,
        }
    }
}

async fn stopped(stop: &mut watch::Receiver<bool>) {
    // An error means that the sender is gone, which is a stop too.
    let _ = stop.wait_for(|stop| *stop).await;
}

/// One sync on a thread of its own.
async fn sync(work: &Arc<Work>, cause: Cause) -> Answer {
    let (done, answer) = oneshot::channel();
    let thread = {
        let work = work.clone();
        catalog::threads::reading().name(format!("sync-{}", work.repo)).spawn(move || {
            if work.library.serves() {
                step_back();
            }
            // Nobody listens any more when the server stops.
            let _ = done.send(work.library.sync_because(&work.repo, work.clock.now(), cause));
        })
    };
    let (repo, why) = (&work.repo, cause.word());
    if let Err(error) = thread {
        tracing::error!(%repo, %error, "no thread for a sync");
        return Err(Problem::internal());
    }
    match answer.await {
        Ok(Ok(report)) => {
            if report.from != report.to {
                tracing::info!(%repo, why, to = ?report.to, commits = report.commits, files = report.files, took_ms = report.took_ms, "synced");
            }
            Ok(report)
        }
        Ok(Err(error)) => {
            tracing::warn!(%repo, why, %error, "sync failed; what was there before is served on");
            Err(error.into())
        }
        Err(_) => {
            tracing::error!(%repo, why, "sync panicked");
            Err(Problem::internal())
        }
    }
}

/// Has this thread, and those that it starts, leave the processors to who reads and searches.
fn step_back() {
    // Of a thread, not of the process, on Linux. Where it may not be done, syncs are only in the way.
    if let Err(error) = rustix::process::setpriority_process(None, LOW_PRIORITY) {
        tracing::debug!(%error, "syncs run at the priority of all else");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::SeededEntropy;

    #[test]
    fn servers_do_not_fetch_in_step() {
        let entropy = SeededEntropy::default();
        for _ in 0..100 {
            let interval = jittered(Duration::from_secs(100), &entropy);
            assert!((90..=110).contains(&interval.as_secs()), "{interval:?}");
        }
    }
}
