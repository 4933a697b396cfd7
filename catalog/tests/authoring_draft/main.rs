//! Drafts of exploratory notebooks: three worked examples, and that nothing of a tenant survives, whatever the notebook.

#[path = "../dice/mod.rs"]
mod dice;
mod examples;
mod random;
mod services;
