//! Reports made in one process, for `tests/bench`: prints the seconds that each notebook took, as JSON: for the markdown, for
//! the gate, and for the file of HTML.
//!
//! ```text
//! reporting FILE.ipynb…
//! ```
//!
//! Reading them is not counted, as it is not for the program that it is compared with.

#![allow(clippy::print_stdout, reason = "what it prints is what it is for")]

use catalog::notebook::ipynb;
use catalog::report::gate::{Gate, Known, Names, check};
use catalog::report::{About, Naming, Settings, export, html};
use std::error::Error;
use std::fs;
use std::hint::black_box;
use std::time::Instant;

/// As in the program.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> Result<(), Box<dyn Error>> {
    let others = (0..500).map(|number| Known {
        names: vec![format!("Customer {number} Holdings")],
        keys: vec![format!("{}", 100_000 + number * 37)],
    });
    let names = Names { this: Known::default(), others: others.collect() };
    let mut seconds = Vec::new();
    for path in std::env::args().skip(1) {
        let notebook = ipynb::read(&fs::read(path)?);
        if seconds.is_empty() {
            // What is made once by a process, as nbconvert's templates are.
            black_box(export(black_box(&notebook), &Naming::default()));
        }
        let begin = Instant::now();
        black_box(export(black_box(&notebook), &Naming::default()));
        let markdown = begin.elapsed().as_secs_f64();
        let begin = Instant::now();
        black_box(check(black_box(&notebook), &Gate { names: Some(&names), ..Gate::default() }));
        let gate = begin.elapsed().as_secs_f64();
        let begin = Instant::now();
        black_box(html(black_box(&notebook), &About::default(), &Settings::default()));
        seconds.push([markdown, gate, begin.elapsed().as_secs_f64()]);
    }
    println!("{}", serde_json::to_string(&seconds)?);
    Ok(())
}
