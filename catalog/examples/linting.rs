//! Files read, understood and linted with all rules and a team's settings, on two threads: prints seconds in all, and the
//! milliseconds of the slowest file alone.
//!
//! ```text
//! linting FOLDER [COUNT]      every .md below it, again and again until there are so many; 10,000 without it
//! ```
//!
//! The files are loaded before the clock starts.

#![allow(clippy::print_stdout, reason = "what it prints is what it is for")]

use catalog::attack::Release;
use catalog::lint::{Around, Files, Level, Settings, lint_in, rules};
use catalog::notebook::myst;
use catalog::procedure::understand;
use catalog::repository::FieldMapping;
use catalog::threads;
use std::error::Error;
use std::fs;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// As in the program.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// What a team asks for.
const TEAM: &str = include_str!("../tests/lint_one_thing/team.toml");

struct Everything;

impl Files for Everything {
    fn is_there(&self, _: &str) -> bool {
        true
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let folder = arguments.next().ok_or("usage: linting FOLDER [COUNT]")?;
    let count = arguments.next().map_or(Ok(10_000), |count| count.parse::<usize>())?;
    let texts = texts(&folder)?;
    let mut settings = Settings::read(TEAM).map_err(|wrong| wrong.message)?;
    // All rules, those on demand too.
    for rule in rules().iter().filter(|rule| !rule.by_default) {
        settings.rules.insert(rule.code.to_owned(), Level::Info);
    }
    let look = |text: &str| {
        let notebook = myst::read(text.as_bytes());
        let understood = understand(&notebook, "hunts/a.md", &FieldMapping::default(), Release::current());
        let around = Around { path: "hunts/a.md", today: None, files: Some(&Everything) };
        lint_in(&notebook, &understood.into_procedure(), &settings, &around).len()
    };
    let bytes: usize = texts.iter().cycle().take(count).map(String::len).sum();
    look(&texts[0]);
    let (next, found) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let begin = Instant::now();
    std::thread::scope(|scope| -> std::io::Result<()> {
        for _ in 0..2 {
            threads::reading().spawn_scoped(scope, || {
                loop {
                    let place = next.fetch_add(1, Ordering::Relaxed);
                    if place >= count {
                        break;
                    }
                    found.fetch_add(look(&texts[place % texts.len()]), Ordering::Relaxed);
                }
            })?;
        }
        Ok(())
    })?;
    let took = begin.elapsed();
    let alone = |text: &String| {
        let begin = Instant::now();
        look(text);
        begin.elapsed()
    };
    let slowest = texts.iter().map(alone).max().unwrap_or(Duration::ZERO);
    println!(
        "{count} files, {} MB, {} findings: {:.2} s; the slowest alone {:.1} ms",
        bytes / 1_000_000,
        found.into_inner(),
        took.as_secs_f64(),
        slowest.as_secs_f64() * 1000.0
    );
    Ok(())
}

/// The texts of the notebooks below a folder.
fn texts(folder: &str) -> Result<Vec<String>, Box<dyn Error>> {
    let (mut texts, mut folders) = (Vec::new(), vec![folder.into()]);
    while let Some(within) = folders.pop() {
        let within: std::path::PathBuf = within;
        for entry in fs::read_dir(within)?.flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|ending| ending == "md") {
                texts.extend(
                    fs::read_to_string(path).ok().filter(|text| myst::looks_like_myst(text.as_bytes())),
                );
            }
        }
    }
    texts.sort();
    if texts.is_empty() { Err("there is no notebook below it".into()) } else { Ok(texts) }
}
