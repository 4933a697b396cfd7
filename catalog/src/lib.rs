//! What a hunting procedure is.
//!
//! A *procedure* is a Jupyter notebook kept as MyST markdown in a git repository, with a `hunting` block of metadata.
//! This crate reads notebooks ([`notebook`]), understands them ([`procedure`], [`attack`]), mirrors the repositories that
//! hold them (`mirror`), finds them (`index`), compares their revisions ([`diff`]), renders them safely ([`render`]) and
//! prepares per-tenant copies ([`instance`]); new ones begin in [`authoring`]. [`library`](crate::library) ties these together: open, sync, search, read.
//!
//! Everything here is plain and blocking, and knows nothing of HTTP, databases or pages. Without the cargo features
//! `mirror` and `index` neither libgit2 nor tantivy is linked.

pub mod attack;
pub mod authoring;
pub mod diff;
#[cfg(feature = "index")]
pub mod index;
pub mod instance;
#[cfg(all(feature = "mirror", feature = "index"))]
pub mod library;
pub mod lint;
#[cfg(feature = "mirror")]
pub mod mirror;
pub mod notebook;
pub mod procedure;
pub mod query;
pub mod render;
pub mod report;
pub mod repository;
#[cfg(feature = "mirror")]
pub mod starter;
pub mod team;
pub mod threads;
