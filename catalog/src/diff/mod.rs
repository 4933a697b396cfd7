//! Notebook against notebook.
//!
//! [`unified`](unified()) compares two texts by lines; [`changes`](changes()) compares two revisions by meaning: metadata
//! by field, cells by content, each change a sentence that a hunter understands.

mod cells;
mod change;
mod changes;
mod unified;

pub use change::{CHANGE_KINDS, Change, renamed};
pub use changes::changes;
pub use unified::{Hunk, Line, Unified, patch, unified};
