//! What is known of a file besides its text.

use chrono::NaiveDate;

/// The files of a tree, as far as links between them go.
pub trait Files {
    /// Whether there is a file or a folder at a path from the tree's root, without a slash at its end.
    fn is_there(&self, path: &str) -> bool;
}

/// What is known of a file besides its text. What is not known is not looked at.
#[derive(Clone, Copy, Default)]
pub struct Around<'a> {
    /// Its path from the root of its tree.
    pub path: &'a str,
    /// The day, which tells what has expired.
    pub today: Option<NaiveDate>,
    /// The files of its tree.
    pub files: Option<&'a dyn Files>,
}
