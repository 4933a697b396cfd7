//! What servers that share a database tell each other: that something may be new in a repository.

use super::Jobs;
use crate::db::{Database, DbError};
use chrono::{DateTime, Utc};
use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// How often something was said to be new in each repository, as far as this server has seen to it.
#[derive(Debug, Default)]
pub struct Shared(Mutex<HashMap<String, i64>>);

impl Shared {
    fn seen(&self) -> MutexGuard<'_, HashMap<String, i64>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What was said until now is seen to by the syncs of this server's start.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn begin(&self, database: &Database) -> Result<(), DbError> {
        let told = database.nudges().await?;
        self.seen().extend(told);
        Ok(())
    }

    /// Says it to every other server, and sees to it here.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn say(
        &self,
        database: &Database,
        jobs: &Jobs,
        repo: &str,
        now: DateTime<Utc>,
    ) -> Result<(), DbError> {
        if database.is_shared() {
            let number = database.nudge(repo, now).await?;
            let mut seen = self.seen();
            let own = seen.entry(repo.to_owned()).or_insert(0);
            *own = number.max(*own);
        }
        jobs.nudge(repo);
        Ok(())
    }

    /// Looks for what others have said, and sees to it.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn listen(&self, database: &Database, jobs: &Jobs) -> Result<(), DbError> {
        let told = database.nudges().await?;
        let mut seen = self.seen();
        for (repo, number) in told {
            if seen.get(&repo).is_none_or(|own| *own < number) {
                // A repository that is not there yet is synced when it comes.
                jobs.nudge(&repo);
                seen.insert(repo, number);
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Clock;
    use crate::sample::Sample;
    use catalog::library::Cause;

    #[tokio::test(flavor = "multi_thread")]
    async fn what_another_server_was_told_is_fetched_here_once() {
        let (sample, remote) = Sample::remote("").await;
        let (app, now) = (&sample.test.app, sample.test.clock.now());
        let (database, jobs) = (&app.database, &app.jobs);
        database.nudge("hunts", now).await.unwrap();
        let shared = Shared::default();
        shared.begin(database).await.unwrap();
        let before = remote.fetches();
        shared.listen(database, jobs).await.unwrap();
        database.nudge("hunts", now).await.unwrap();
        database.nudge("hunts", now).await.unwrap();
        database.nudge("gone", now).await.unwrap();
        shared.listen(database, jobs).await.unwrap();
        remote.reached().await;
        shared.listen(database, jobs).await.unwrap();
        // Whoever asks is answered by a sync after the one that was told of.
        jobs.sync("hunts").await.unwrap();
        assert_eq!(remote.fetches(), before + 2);
        let syncs = app.library.syncs("hunts", None, 2).unwrap().syncs;
        assert_eq!([syncs[0].cause, syncs[1].cause], [Cause::Demand, Cause::Webhook]);
    }
}
