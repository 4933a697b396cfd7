//! What forges say: something may be new. Only that it was said since the last sync counts, not how often.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::sync::Notify;
use tokio::time::{Instant, sleep_until};

/// After a sync that a nudge led to, the next such one begins when nothing was said for so long.
const QUIET: Duration = Duration::from_secs(2);
/// However much is said, a nudge waits no longer than this.
const PATIENCE: Duration = Duration::from_secs(30);

/// The nudges of one repository.
#[derive(Default)]
pub(super) struct Nudges {
    said: AtomicBool,
    wake: Notify,
}

impl Nudges {
    /// Something may be new.
    pub(super) fn note(&self) {
        self.said.store(true, Ordering::Release);
        self.wake.notify_one();
    }

    /// What was said until now is being seen to.
    pub(super) fn take(&self) -> bool {
        self.said.swap(false, Ordering::AcqRel)
    }

    /// Returns when something was said since the last [`take`](Self::take).
    async fn said(&self) {
        // What was said and taken may have left a permit behind: it is only looked at once more.
        while !self.said.load(Ordering::Acquire) {
            self.wake.notified().await;
        }
    }

    /// Returns when it is time for a sync: at once when something is said after a while of silence; while much is said
    /// (`followed` is when the last sync for a nudge ended), when it has ended.
    pub(super) async fn settled(&self, followed: Option<Instant>) {
        self.said().await;
        let first = Instant::now();
        if followed.is_none_or(|followed| first.duration_since(followed) > QUIET) {
            return;
        }
        let latest = first + PATIENCE;
        loop {
            self.take();
            let now = Instant::now();
            tokio::select! {
                () = sleep_until(latest.min(now + QUIET)) => return,
                () = self.said() => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn the_first_nudge_is_followed_at_once_and_a_flood_once_more_when_it_has_ended() {
        let nudges = Nudges::default();
        let begin = Instant::now();
        nudges.note();
        nudges.settled(None).await;
        assert_eq!(begin.elapsed(), Duration::ZERO);
        assert!(nudges.take());

        // Said again and again for ten seconds.
        let flood = async {
            for _ in 0..100 {
                nudges.note();
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        };
        tokio::join!(nudges.settled(Some(Instant::now())), flood);
        let took = begin.elapsed();
        assert!((Duration::from_secs(11)..Duration::from_secs(13)).contains(&took), "{took:?}");
        assert!(!nudges.take(), "all of it is seen to by that sync");
    }

    #[tokio::test(start_paused = true)]
    async fn what_never_ends_is_not_waited_for() {
        let nudges = Nudges::default();
        let begin = Instant::now();
        let flood = async {
            loop {
                nudges.note();
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        };
        tokio::select! {
            () = nudges.settled(Some(begin)) => {}
            () = flood => {}
        }
        assert_eq!(begin.elapsed(), PATIENCE);
    }
}
