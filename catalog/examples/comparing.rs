//! Pairs of notebooks compared in one process, for `tests/bench`: prints the seconds that each took, as JSON.
//!
//! ```text
//! comparing FOLDER      with 0.old.ipynb, 0.new.ipynb, 1.old.ipynb, …
//! ```
//!
//! Reading them is not counted, as it is not for the program that it is compared with.

#![allow(clippy::print_stdout, reason = "what it prints is what it is for")]

use catalog::attack::Release;
use catalog::diff;
use catalog::notebook::{Notebook, ipynb};
use catalog::procedure::{Procedure, understand};
use catalog::repository::FieldMapping;
use std::error::Error;
use std::fs;
use std::hint::black_box;
use std::path::PathBuf;
use std::time::Instant;

fn main() -> Result<(), Box<dyn Error>> {
    let folder = PathBuf::from(std::env::args().nth(1).ok_or("usage: comparing FOLDER")?);
    let read = |number: usize, side: &str| -> Option<(Notebook, Procedure)> {
        let notebook = ipynb::read(&fs::read(folder.join(format!("{number}.{side}.ipynb"))).ok()?);
        let understood = understand(&notebook, "a.md", &FieldMapping::default(), Release::current());
        Some((notebook, understood.into_procedure()))
    };
    let pairs = (0..).map_while(|number| read(number, "old").zip(read(number, "new")));
    let mut seconds = Vec::new();
    for ((old, was), (new, is)) in pairs {
        let begin = Instant::now();
        black_box(diff::notebooks(black_box(Some((&old, &was))), black_box(Some((&new, &is)))));
        seconds.push(begin.elapsed().as_secs_f64());
    }
    println!("{}", serde_json::to_string(&seconds)?);
    Ok(())
}
