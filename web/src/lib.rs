//! The pages of Huntshelf.
//!
//! Plain view structs in, HTML out: this crate reads no database, no repository and no clock, and knows nothing of the
//! crate `catalog`. The server loads what a page shows, fills the page's view struct and calls its `page` function:
//!
//! ```
//! # #[cfg(feature = "ssr")] {
//! use web::{Frame, pages::error};
//! let html = error::page(&Frame::default(), error::ErrorView::not_found("/nowhere"));
//! assert!(html.starts_with("<!DOCTYPE html>"));
//! # }
//! ```
//!
//! Two builds of it exist. With the feature `ssr` (the default) it is the server's: [`pages`] and what they are made of.
//! With `hydrate`, compiled to WebAssembly, it is the browser's: the [`islands`] alone, which make two things quicker that
//! work without them. The two features never meet in one build: leptos drops every event handler where `ssr` is on.

pub mod islands;

#[cfg(feature = "ssr")]
mod components;
#[cfg(feature = "ssr")]
pub mod links;
#[cfg(feature = "ssr")]
pub mod pages;
#[cfg(feature = "ssr")]
mod shell;
#[cfg(feature = "ssr")]
mod style;
#[cfg(feature = "ssr")]
pub mod view;

#[cfg(feature = "ssr")]
pub use shell::{Assets, Frame, Person, Theme, Viewer};
#[cfg(feature = "ssr")]
pub use style::STYLE;

/// The mark, for the browser's tab; served as `/assets/icon.svg`.
#[cfg(feature = "ssr")]
pub const ICON: &str = include_str!("../style/icon.svg");
