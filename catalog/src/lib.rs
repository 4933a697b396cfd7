//! What a hunting procedure is.
