//! Threads on which notebooks are read.

use crate::instance::DEEP;
use std::thread::Builder;

/// A thread with room on its stack for Python as deep as any cell nests. Elsewhere every cell that is parsed is given a stack of
/// its own, which costs more than to parse it.
pub fn reading() -> Builder {
    // What is called until a cell is parsed takes its part.
    Builder::new().stack_size(DEEP + (8 << 20))
}
