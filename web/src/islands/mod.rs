//! What runs in the browser. Everything here only makes quicker what works without it.
