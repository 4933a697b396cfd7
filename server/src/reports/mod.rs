//! Reports on their way out: of copies, past the gate.

pub mod bundle;
pub mod copy;
pub mod names;
pub mod pdf;
