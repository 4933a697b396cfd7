//! Upgrades of copies: nothing that a hunter wrote is ever lost, no output survives, and the copy can still be verified.

#![allow(clippy::format_push_string, reason = "what is made here is short")]

mod hundred;
mod rules;
mod scene;
