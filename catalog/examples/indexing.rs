//! A whole repository indexed, for `tests/bench`: prints seconds, CPU seconds and the most memory of its own, in MB.
//!
//! ```text
//! indexing ours REPOSITORY DATA        the catalog with its history, from nothing, into the folder DATA
//! indexing tantivy REPOSITORY DATA     what it cannot do without: the words of the tip's files by tantivy alone
//! ```
//!
//! For tantivy the files are loaded before the clock starts.

#![allow(clippy::print_stdout, reason = "what it prints is what it is for")]

mod opened;

use opened::opened;
use std::error::Error;
use std::fs;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};
use tantivy::schema::{STORED, STRING, Schema, TEXT};
use tantivy::{IndexWriter, doc};

/// As in the program.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// How often a second the kernel counts; it is 100 wherever Linux is.
const TICKS: f64 = 100.0;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["ours", repository, data] => measured(|| ours(repository, data)),
        ["tantivy", repository, data] => {
            let texts = texts(repository)?;
            measured(|| raw(&texts, data))
        }
        _ => Err("usage: indexing ours|tantivy REPOSITORY DATA".into()),
    }
}

fn ours(repository: &str, data: &str) -> Result<(), Box<dyn Error>> {
    let (library, name) = opened(data, repository)?;
    library.sync(&name, chrono::Utc::now())?;
    Ok(())
}

/// The paths and texts of all files in markdown at the tip.
fn texts(repository: &str) -> Result<Vec<(String, String)>, Box<dyn Error>> {
    let archive = Command::new("git").args(["-C", repository, "archive", "--format=tar", "HEAD"]).output()?;
    let folder = tempfile::tempdir()?;
    let tar = folder.path().join("tip.tar");
    fs::write(&tar, archive.stdout)?;
    let unpacked = Command::new("tar").arg("-xf").arg(&tar).arg("-C").arg(folder.path()).status()?;
    assert!(unpacked.success(), "tar unpacks what git packed");
    let (mut texts, mut folders) = (Vec::new(), vec![folder.path().to_owned()]);
    while let Some(within) = folders.pop() {
        for entry in fs::read_dir(within)?.flatten() {
            let path = entry.path();
            if entry.file_type()?.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "md") {
                texts.push((path.display().to_string(), fs::read_to_string(&path)?));
            }
        }
    }
    Ok(texts)
}

fn raw(texts: &[(String, String)], data: &str) -> Result<(), Box<dyn Error>> {
    let mut schema = Schema::builder();
    let (path, text) = (schema.add_text_field("path", STRING | STORED), schema.add_text_field("text", TEXT));
    fs::create_dir_all(data)?;
    let index = tantivy::Index::create_in_dir(data, schema.build())?;
    let mut writer: IndexWriter = index.writer_with_num_threads(2, 96 << 20)?;
    for (at, words) in texts {
        writer.add_document(doc!(path => at.as_str(), text => words.as_str()))?;
    }
    writer.commit()?;
    writer.wait_merging_threads()?;
    Ok(())
}

/// Does it, and prints what it took.
fn measured(work: impl FnOnce() -> Result<(), Box<dyn Error>>) -> Result<(), Box<dyn Error>> {
    let most = Arc::new(AtomicU64::new(0));
    let watched = Arc::clone(&most);
    std::thread::spawn(move || {
        loop {
            watched.fetch_max(anonymous().unwrap_or(0), Ordering::Relaxed);
            std::thread::sleep(Duration::from_millis(20));
        }
    });
    let (before, begin) = (cpu_seconds()?, Instant::now());
    work()?;
    let (seconds, cpu) = (begin.elapsed().as_secs_f64(), cpu_seconds()? - before);
    println!("{seconds:.3} {cpu:.2} {}", most.load(Ordering::Relaxed) >> 10);
    Ok(())
}

/// What this process has had of processors.
fn cpu_seconds() -> Result<f64, Box<dyn Error>> {
    let text = fs::read_to_string("/proc/self/stat")?;
    let after_name = text.rsplit(") ").next().unwrap_or_default();
    let ticks = after_name.split(' ').skip(11).take(2).map(str::parse::<f64>).sum::<Result<f64, _>>()?;
    Ok(ticks / TICKS)
}

/// Its own memory, in KB.
fn anonymous() -> Option<u64> {
    let text = fs::read_to_string("/proc/self/status").ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("RssAnon:"))?;
    line.trim().trim_end_matches(" kB").parse().ok()
}
