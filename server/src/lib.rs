//! The server: HTTP, accounts, database, jobs, command line. What a procedure is, `catalog` knows; what a page looks like,
//! `web`.
//!
//! A request passes [`http::layers`], is asked who it comes from ([`auth::extract`]), reaches one file of [`routes`], and
//! that file loads from the library ([`app::App::read`], on a pool of threads) and from the database ([`db`]), and
//! answers. [`jobs`] decides when repositories are synced. [`cli`] is the other way in.

pub mod app;
pub mod auth;
pub mod authoring;
pub mod cli;
pub mod clock;
pub mod config;
pub mod copies;
pub mod db;
pub mod drafts;
pub mod entropy;
pub mod http;
pub mod jobs;
pub mod junit;
pub mod jupyter;
pub mod objects;
pub mod rendered;
pub mod reports;
pub mod repositories;
pub mod roster;
pub mod routes;
#[cfg(test)]
mod sample;
pub mod serve;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
