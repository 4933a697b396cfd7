//! The whole program from outside: what the tests in `acceptance/` stand on.
//!
//! [`Server`] starts the real `huntshelf` on a data folder of its own and a free port, and [`Client`] speaks to it;
//! [`Repository`] makes git repositories; [`corpus`] knows the real ones, and [`python`] asks jupytext, papermill and
//! nbformat what they say. All of it panics where something does not hold, as tests do.

#![allow(clippy::missing_panics_doc)]

mod client;
pub mod corpus;
mod program;
pub mod python;
mod repository;
mod server;

pub use client::{Answer, Client, encode};
pub use program::{program, run, run_in, workspace};
pub use repository::{Repository, git, procedure};
pub use server::{Server, Settings};

use std::time::{Duration, Instant};

/// Asks again and again until there is an answer.
pub fn eventually<T>(what: &str, limit: Duration, mut ask: impl FnMut() -> Option<T>) -> T {
    let begin = Instant::now();
    loop {
        if let Some(answer) = ask() {
            return answer;
        }
        assert!(begin.elapsed() < limit, "{what}: not within {limit:?}");
        std::thread::sleep(Duration::from_millis(10));
    }
}
