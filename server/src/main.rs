//! The `huntshelf` program.

use mimalloc::MiMalloc;
use std::process::ExitCode;

/// Gives memory back that a first index took, which the C library's allocator keeps.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> ExitCode {
    server::cli::main()
}
