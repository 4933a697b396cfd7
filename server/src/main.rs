//! The `huntshelf` program.
fn main() {}
