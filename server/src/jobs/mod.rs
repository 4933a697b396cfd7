//! When repositories are synced: at the start, at their interval, and when somebody asks.
//!
//! One task a repository decides, one thread a running sync works. Whoever asks while a sync runs is answered by the
//! next one: the running one may have fetched before the commit that they want to see.

use crate::clock::Clock;
use crate::entropy::Entropy;
use crate::http::problem::Problem;
use catalog::library::{Library, SyncReport};
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{mpsc, oneshot, watch};

type Answer = Result<SyncReport, Problem>;

/// Asks for syncs.
#[derive(Clone)]
pub struct Jobs {
    asked: Arc<HashMap<String, mpsc::Sender<oneshot::Sender<Answer>>>>,
}

/// What a repository's task works with.
struct Work {
    library: Arc<Library>,
    clock: Arc<dyn Clock>,
    repo: String,
}

/// So many may wait for one sync; more than that is somebody gone mad.
const WAITING: usize = 256;

impl Jobs {
    /// Starts a task for each repository. They end when `stop` turns true, or its sender is gone.
    ///
    /// # Panics
    /// Outside an async runtime.
    pub fn start(
        library: &Arc<Library>,
        clock: &Arc<dyn Clock>,
        entropy: &dyn Entropy,
        stop: &watch::Receiver<bool>,
    ) -> Self {
        let mut asked = HashMap::new();
        for state in library.repositories() {
            let (ask, asks) = mpsc::channel(WAITING);
            let work =
                Work { library: library.clone(), clock: clock.clone(), repo: state.repository.name.clone() };
            let interval = jittered(state.repository.interval, entropy);
            tokio::spawn(keep_in_sync(work, asks, interval, stop.clone()));
            asked.insert(state.repository.name, ask);
        }
        Self { asked: Arc::new(asked) }
    }

    /// Syncs a repository now, and answers when that is in the index.
    ///
    /// # Errors
    /// When there is no such repository, the sync fails, or the server stops.
    pub async fn sync(&self, repo: &str) -> Answer {
        let ask = self.asked.get(repo).ok_or_else(|| Problem::not_found(format!("repository {repo}")))?;
        let (answer, answered) = oneshot::channel();
        match ask.try_send(answer) {
            Ok(()) => answered.await.unwrap_or_else(|_| Err(stopping())),
            Err(mpsc::error::TrySendError::Full(_)) => Err(crate::http::pool::PoolError::Full.into()),
            Err(mpsc::error::TrySendError::Closed(_)) => Err(stopping()),
        }
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
    mut asks: mpsc::Receiver<oneshot::Sender<Answer>>,
    interval: Duration,
    mut stop: watch::Receiver<bool>,
) {
    let work = Arc::new(work);
    let mut waiting = Vec::new();
    loop {
        // What was asked until now is answered by this sync; what is asked from now on, by the next.
        while let Ok(ask) = asks.try_recv() {
            waiting.push(ask);
        }
        let answer = tokio::select! {
            answer = sync(&work) => answer,
            () = stopped(&mut stop) => return,
        };
        for ask in waiting.drain(..) {
            // Who asked may have gone.
            let _ = ask.send(answer.clone());
        }
        tokio::select! {
            () = tokio::time::sleep(interval) => {}
            ask = asks.recv() => match ask {
                Some(ask) => waiting.push(ask),
                None => return,
            },
            () = stopped(&mut stop) => return,
        }
    }
}

async fn stopped(stop: &mut watch::Receiver<bool>) {
    // An error means that the sender is gone, which is a stop too.
    let _ = stop.wait_for(|stop| *stop).await;
}

/// One sync on a thread of its own.
async fn sync(work: &Arc<Work>) -> Answer {
    let (done, answer) = oneshot::channel();
    let thread = {
        let work = work.clone();
        std::thread::Builder::new().name(format!("sync-{}", work.repo)).spawn(move || {
            // Nobody listens any more when the server stops.
            let _ = done.send(work.library.sync(&work.repo, work.clock.now()));
        })
    };
    let repo = &work.repo;
    if let Err(error) = thread {
        tracing::error!(%repo, %error, "no thread for a sync");
        return Err(Problem::internal());
    }
    match answer.await {
        Ok(Ok(report)) => {
            if report.from != report.to {
                tracing::info!(%repo, to = ?report.to, commits = report.commits, files = report.files, took_ms = report.took_ms, "synced");
            }
            Ok(report)
        }
        Ok(Err(error)) => {
            tracing::warn!(%repo, %error, "sync failed; what was there before is served on");
            Err(error.into())
        }
        Err(_) => {
            tracing::error!(%repo, "sync panicked");
            Err(Problem::internal())
        }
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
