//! What pages are made of: plain functions from values to views.
//!
//! Each gives an [`AnyView`](leptos::prelude::AnyView): types that end at a component's border keep compile times short.

pub(crate) mod attack;
pub(crate) mod diagnostics;
pub(crate) mod facts;
pub(crate) mod field_notes;
pub(crate) mod forms;
pub(crate) mod head;
pub(crate) mod notices;
pub(crate) mod paging;
pub(crate) mod paragraphs;
pub(crate) mod tables;
