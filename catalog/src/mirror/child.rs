//! Fetching in a process of its own.
