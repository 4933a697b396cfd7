//! Pieces of text with the matches marked.
