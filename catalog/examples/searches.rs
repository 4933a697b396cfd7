//! Searches in process, for `tests/bench`: the best twenty and how many there are, by us and by raw tantivy on the very
//! same index.
//!
//! ```text
//! searches DATA REPOSITORY < {"KIND": ["QUERY", …]} > {"KIND": {"ours": [µs, …], "tantivy": [µs, …]}}
//! ```
//!
//! A query is `"word"`, `"word" "word"` or `"word" OR "word"`, of words that are their own stems and no names of ATT&CK:
//! what raw tantivy is asked for is made of them here. Both take turns, and each number is the median of many.

#![allow(clippy::print_stdout, reason = "what it prints is what it is for")]

mod opened;

use catalog::index::Search;
use opened::opened;
use serde_json::json;
use std::collections::BTreeMap;
use std::error::Error;
use std::path::{Path, PathBuf};
use std::time::Instant;
use tantivy::collector::{Count, TopDocs};
use tantivy::query::{BooleanQuery, Occur, Query, TermQuery};
use tantivy::schema::IndexRecordOption;
use tantivy::{Index, Searcher, Term};

/// How often each query is asked.
const TIMES: usize = 60;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [data, repository] = arguments.as_slice() else {
        return Err("usage: searches DATA REPOSITORY".into());
    };
    let kinds: BTreeMap<String, Vec<String>> = serde_json::from_reader(std::io::stdin())?;
    let (library, _) = opened(data, repository)?;
    let searcher = raw(&PathBuf::from(data).join("index"))?;
    let mut told = BTreeMap::new();
    for (kind, queries) in kinds {
        let (mut ours, mut tantivy) = (Vec::new(), Vec::new());
        for text in queries {
            let search = Search { text: text.clone(), limit: 20, ..Search::default() };
            let query = made(&searcher, &text)?;
            let (mut own, mut theirs) = (Vec::new(), Vec::new());
            for _ in 0..TIMES {
                let begin = Instant::now();
                let found = library.rank(&search)?.total;
                own.push(begin.elapsed());
                let begin = Instant::now();
                let top = TopDocs::with_limit(20).order_by_score();
                let (count, _) = searcher.search(&query, &(Count, top))?;
                theirs.push(begin.elapsed());
                assert_eq!(found, count, "{text}");
            }
            for (times, all) in [(own, &mut ours), (theirs, &mut tantivy)] {
                let mut times = times;
                times.sort_unstable();
                all.push(times[TIMES / 2].as_secs_f64() * 1e6);
            }
        }
        told.insert(kind, json!({"ours": ours, "tantivy": tantivy}));
    }
    println!("{}", serde_json::to_string(&told)?);
    Ok(())
}

/// The index, as tantivy alone sees it.
fn raw(folder: &Path) -> Result<Searcher, Box<dyn Error>> {
    let index = std::fs::read_dir(folder)?.flatten().map(|entry| entry.path()).find(|path| path.is_dir());
    Ok(Index::open_in_dir(index.ok_or("there is no index")?)?.reader()?.searcher())
}

fn made(searcher: &Searcher, text: &str) -> Result<Box<dyn Query>, Box<dyn Error>> {
    let field = searcher.schema().get_field("text")?;
    let occur = if text.contains(" OR ") { Occur::Should } else { Occur::Must };
    let words = text.split('"').filter(|word| !matches!(word.trim(), "" | "OR"));
    let term = |word| -> (Occur, Box<dyn Query>) {
        let term = Term::from_field_text(field, word);
        (occur, Box::new(TermQuery::new(term, IndexRecordOption::WithFreqs)))
    };
    let mut clauses: Vec<_> = words.map(term).collect();
    Ok(match clauses.len() {
        1 => clauses.remove(0).1,
        _ => Box::new(BooleanQuery::new(clauses)),
    })
}
