//! Notebook against notebook.
//!
//! [`unified`](unified()) compares two texts by lines; [`changes`](changes()) compares two revisions by meaning: metadata
//! by field, cells by content, each change a sentence that a hunter understands; [`notebooks`](notebooks()) puts both side
//! by side, field by field and cell by cell. [`LineBook`] tells which lines of two texts are the same, as git does, and
//! [`blame`] what that says of lines and cells.

pub mod blame;
mod cells;
mod change;
mod changes;
mod fields;
mod lines;
mod matching;
mod notebooks;
mod parameters;
mod queries;
mod unified;

pub use change::{CHANGE_KINDS, Change, renamed};
pub use changes::changes;
pub use fields::{FieldDiff, FieldStatus};
pub use lines::{Edit, LineBook};
pub(crate) use matching::{Place, places};
pub use notebooks::{CellDiff, CellSide, CellStatus, LeftOut, NotebookDiff, notebooks};
pub use unified::{Hunk, Line, Unified, new_file, patch, unified};
