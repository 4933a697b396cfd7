//! Procedures in the making: what is written here before a repository has it.
//!
//! [`Beginning`] is a procedure begun from a [`Form`]; [`draft`] makes one of an exploratory notebook; [`upstream`] takes
//! back to a procedure what was mended in a copy.

mod begin;
mod draft;
pub mod upstream;

pub use begin::{Beginning, Form, Ground, MAX_TECHNIQUES, OUR_SECTIONS, Service, Wrong, looked_at};
pub use draft::{Draft, Note, NoteKind, Options, Refused, draft};
