//! Many notebooks in one process, for `tests/bench`: prints the CPU seconds that one pass over them took.
//!
//! ```text
//! thousand read|convert|render|floor FOLDER
//! ```
//!
//! All files of the folder are loaded before the clock starts, as they are for the programs that it is compared with.

#![allow(clippy::print_stdout, reason = "what it prints is what it is for")]

use catalog::notebook::{ipynb, myst};
use catalog::render::{self, Options};
use std::error::Error;
use std::fs;
use std::hint::black_box;
use std::time::Duration;

#[path = "../benches/sample/floor.rs"]
mod floor;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [what, folder] = arguments.as_slice() else {
        return Err("usage: thousand read|convert|render|floor FOLDER".into());
    };
    let work: fn(&str) -> usize = match what.as_str() {
        "read" => |text| myst::read(text.as_bytes()).cells.len(),
        "convert" => |text| ipynb::write(&myst::read(text.as_bytes())).len(),
        "render" => |text| {
            let rendered = render::notebook(&myst::read(text.as_bytes()), &Options::default());
            rendered.cells.iter().map(|cell| cell.html.len()).sum()
        },
        "floor" => floor::floor,
        _ => return Err(format!("{what} is nothing that can be measured").into()),
    };
    let mut files: Vec<_> = fs::read_dir(folder)?.flatten().map(|entry| entry.path()).collect();
    files.sort();
    let texts = files.iter().map(fs::read_to_string).collect::<Result<Vec<_>, _>>()?;
    let before = cpu_nanoseconds()?;
    let sum: usize = texts.iter().map(|text| work(black_box(text))).sum();
    let taken = Duration::from_nanos(cpu_nanoseconds()? - before);
    black_box(sum);
    println!("{:.6}", taken.as_secs_f64());
    Ok(())
}

/// What this thread has had of a processor; the kernel brings the number up to date where the thread yields.
fn cpu_nanoseconds() -> Result<u64, Box<dyn Error>> {
    std::thread::yield_now();
    let text = fs::read_to_string("/proc/thread-self/schedstat")?;
    Ok(text.split(' ').next().unwrap_or_default().parse()?)
}
