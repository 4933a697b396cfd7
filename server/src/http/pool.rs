//! A pool of one thread a core for searches and renders, with a bounded queue.
//!
//! What blocks never runs on the async threads. When the queue is full the answer is 503 at once: waiting in a queue
//! that grows helps nobody.

use crossbeam_channel::{Sender, TrySendError, bounded};
use std::panic::{AssertUnwindSafe, catch_unwind};
use tokio::sync::oneshot;

type Job = Box<dyn FnOnce() + Send>;

/// The pool. Its threads end when it is dropped and the queue is empty.
#[derive(Clone)]
pub struct Pool {
    jobs: Sender<Job>,
}

/// Why a piece of work was not done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PoolError {
    /// The queue is full.
    #[error("too many requests are waiting")]
    Full,
    /// The work panicked; the thread goes on with the next.
    #[error("the work panicked")]
    Panicked,
}

impl Pool {
    /// A pool of `threads` with room for `waiting` pieces of work that no thread has taken yet.
    ///
    /// # Panics
    /// When the system gives no thread.
    pub fn new(threads: usize, waiting: usize) -> Self {
        let (jobs, taken) = bounded::<Job>(waiting);
        for number in 0..threads.max(1) {
            let taken = taken.clone();
            catalog::threads::reading()
                .name(format!("work-{number}"))
                .spawn(move || {
                    for job in taken {
                        job();
                    }
                })
                .expect("the system gives a thread at the start");
        }
        Self { jobs }
    }

    /// One thread a core, and thirty-two waiting for each.
    pub fn for_this_machine() -> Self {
        let cores = std::thread::available_parallelism().map_or(2, usize::from);
        Self::new(cores, cores * 32)
    }

    /// Runs `work` on one of the threads.
    ///
    /// # Errors
    /// [`PoolError::Full`] at once when the queue is; [`PoolError::Panicked`] when the work does.
    pub async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, PoolError> {
        let (answer, answered) = oneshot::channel();
        let job = move || {
            // Whoever asked may be gone already; then the work is not worth doing.
            if answer.is_closed() {
                return;
            }
            // What the work held is dropped with it: nothing half-changed is seen afterwards.
            let done = catch_unwind(AssertUnwindSafe(work));
            let _ = answer.send(done.map_err(|_| PoolError::Panicked));
        };
        match self.jobs.try_send(Box::new(job)) {
            Ok(()) => answered.await.unwrap_or(Err(PoolError::Panicked)),
            Err(TrySendError::Full(_) | TrySendError::Disconnected(_)) => Err(PoolError::Full),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc;

    #[tokio::test]
    async fn work_is_answered() {
        assert_eq!(Pool::new(1, 1).run(|| 6 * 7).await, Ok(42));
    }

    #[tokio::test]
    async fn a_panic_harms_nothing_but_its_own_request() {
        let pool = Pool::new(1, 1);
        assert_eq!(pool.run(|| panic!("on purpose")).await, Err::<(), _>(PoolError::Panicked));
        assert_eq!(pool.run(|| 1).await, Ok(1));
    }

    #[tokio::test]
    async fn a_full_queue_refuses_at_once() {
        let pool = Pool::new(1, 1);
        let (begun, has_begun) = mpsc::channel();
        let (let_go, held) = mpsc::channel::<()>();
        let busy = {
            let pool = pool.clone();
            tokio::spawn(async move {
                pool.run(move || {
                    begun.send(()).unwrap();
                    held.recv().unwrap();
                })
                .await
            })
        };
        tokio::task::spawn_blocking(move || has_begun.recv().unwrap()).await.unwrap();
        // The thread is taken, so this one waits in the queue's only place.
        let mut waiting = Box::pin(pool.run(|| 2));
        let waits = std::future::poll_fn(|context| {
            std::task::Poll::Ready(waiting.as_mut().poll(context).is_pending())
        });
        assert!(waits.await);
        assert_eq!(pool.run(|| 3).await, Err(PoolError::Full));
        let_go.send(()).unwrap();
        assert_eq!(waiting.await, Ok(2));
        busy.await.unwrap().unwrap();
    }
}
