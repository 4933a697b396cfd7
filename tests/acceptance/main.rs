//! What the program shows from outside, each module one part of it.

#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "tests say what they counted and what they skipped"
)]

mod bad_input;
mod comparing;
mod conformance;
mod copies;
mod copies_as_myst;
mod customer;
mod doors;
mod drafts;
mod feeds;
mod hostile_values;
mod in_jupyter;
mod interruption;
mod layers;
mod layout;
mod linting;
mod mended;
mod metadata_lost;
mod new_procedure;
mod playbook;
mod proposals;
mod remote;
mod report;
mod scope;
mod standing;
mod starter;
mod sync;
mod tenants_apart;
mod two_databases;
mod verify;
mod zip_of_copies;
