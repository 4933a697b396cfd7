//! Old sins: what was found once and is not to be told again, so that a collection can begin to be linted.
//!
//! A finding is known again by its code, its file, and what stands on its line; not by the line's number, so that it stays
//! known when lines above it come and go.

use super::Finding;
use crate::notebook::hex;
use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};
use std::collections::BTreeMap;

/// The largest file of old findings that is read, in bytes.
pub const MAX_BASELINE: usize = 16 << 20;

/// Longest excerpt that is kept for people, in characters.
const MAX_EXCERPT: usize = 80;

/// A finding as it is known again: its file's path, its code, and a hash of its line.
type Known = (String, String, String);

/// What was found once. Each of the same kind counts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Baseline {
    known: BTreeMap<Known, Old>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Old {
    count: usize,
    excerpt: String,
}

/// One that is in a baseline and was not found any more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mended {
    /// The file.
    pub path: String,
    /// The rule's code.
    pub code: String,
    /// What stood on the line.
    pub excerpt: String,
    /// How many of them.
    pub count: usize,
}

impl Baseline {
    /// Adds what was found in a file. What keeps a file out of the catalog is no old sin.
    pub fn add(&mut self, path: &str, text: &str, findings: &[Finding]) {
        let lines: Vec<&str> = text.lines().collect();
        for finding in findings.iter().filter(|finding| !finding.diagnostic.blocking) {
            let excerpt = excerpt(finding, &lines);
            let old = self
                .known
                .entry(key(path, finding, excerpt))
                .or_insert_with(|| Old { count: 0, excerpt: excerpt.chars().take(MAX_EXCERPT).collect() });
            old.count += 1;
        }
    }

    /// Takes out of what was found in a file what is known, and out of the baseline what is taken: what is left of that at the
    /// end is [mended](Self::mended).
    pub fn sift(&mut self, path: &str, text: &str, findings: &mut Vec<Finding>) {
        let lines: Vec<&str> = text.lines().collect();
        findings.retain(|finding| {
            let excerpt = excerpt(finding, &lines);
            let old =
                self.known.get_mut(&key(path, finding, excerpt)).filter(|_| !finding.diagnostic.blocking);
            match old.filter(|old| old.count > 0) {
                Some(old) => {
                    old.count -= 1;
                    false
                }
                None => true,
            }
        });
    }

    /// What is left of some files: it was not found any more, and can be taken out.
    pub fn mended(&self, was_looked_at: impl Fn(&str) -> bool) -> Vec<Mended> {
        let left = self.known.iter().filter(|((path, ..), old)| old.count > 0 && was_looked_at(path));
        left.map(|((path, code, _), old)| Mended {
            path: path.clone(),
            code: code.clone(),
            excerpt: old.excerpt.clone(),
            count: old.count,
        })
        .collect()
    }

    /// How many findings it holds.
    pub fn len(&self) -> usize {
        self.known.values().map(|old| old.count).sum()
    }

    /// Whether it holds none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Its file: JSON, one finding a line, in an order that stays.
    pub fn write(&self) -> String {
        let mut out = String::from("{\"version\": 1, \"findings\": [\n");
        let mut lines = Vec::new();
        for ((path, code, line), old) in self.known.iter().filter(|(_, old)| old.count > 0) {
            lines.push(format!(
                "  {}",
                json!({"path": path, "code": code, "line": line, "count": old.count, "excerpt": old.excerpt})
            ));
        }
        out.push_str(&lines.join(",\n"));
        out.push_str("\n]}\n");
        out
    }

    /// Reads what [`write`](Self::write) wrote.
    ///
    /// # Errors
    /// What is wrong with it, in words.
    pub fn read(text: &str) -> Result<Self, String> {
        if text.len() > MAX_BASELINE {
            return Err(format!("it has more than {MAX_BASELINE} bytes"));
        }
        let root: Map<String, Value> = serde_json::from_str(text).map_err(|error| error.to_string())?;
        if root.get("version").and_then(Value::as_u64) != Some(1) {
            return Err(
                "it is of no version that is known here: write it anew with --write-baseline".to_owned()
            );
        }
        let findings = root.get("findings").and_then(Value::as_array).ok_or("it has no list `findings`")?;
        let mut baseline = Self::default();
        for (place, one) in findings.iter().enumerate() {
            let field = |name: &str| one.get(name).and_then(Value::as_str).map(str::to_owned);
            let count =
                one.get("count").and_then(Value::as_u64).and_then(|count| usize::try_from(count).ok());
            let (Some(path), Some(code), Some(line), Some(count)) =
                (field("path"), field("code"), field("line"), count)
            else {
                return Err(format!("finding {} lacks path, code, line or count", place + 1));
            };
            let excerpt = field("excerpt").unwrap_or_default();
            let old = baseline.known.entry((path, code, line)).or_insert(Old { count: 0, excerpt });
            old.count = old.count.saturating_add(count);
        }
        Ok(baseline)
    }
}

/// What a finding is known again by: its line, or what it says where it is about no line.
fn excerpt<'f>(finding: &'f Finding, lines: &[&'f str]) -> &'f str {
    let one = &finding.diagnostic;
    let line = usize::try_from(one.line).ok().and_then(|line| line.checked_sub(1));
    line.and_then(|line| lines.get(line)).map_or(one.message.as_str(), |line| line.trim())
}

fn key(path: &str, finding: &Finding, excerpt: &str) -> Known {
    let digest = Sha256::digest(excerpt.as_bytes());
    (path.to_owned(), finding.diagnostic.code.clone(), hex(&digest[..8]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lint::{Diagnostic, Severity};

    fn finding(code: &str, line: u32) -> Finding {
        Diagnostic::new(code, Severity::Warning, "m", "h").at(line, 0).into()
    }

    #[test]
    fn what_is_known_is_known_again_when_lines_move_and_each_counts() {
        let mut baseline = Baseline::default();
        baseline.add("a.md", "one\ntwo\ntwo\n", &[finding("x", 2), finding("x", 3), finding("y", 0)]);
        assert_eq!(baseline.len(), 3);
        let mut again = Baseline::read(&baseline.write()).unwrap();
        assert_eq!(again, baseline);
        let moved = "zero\none\n  two\ntwo\ntwo\n";
        let mut findings = vec![finding("x", 3), finding("x", 4), finding("x", 5), finding("z", 3)];
        again.sift("a.md", moved, &mut findings);
        assert_eq!(findings, [finding("x", 5), finding("z", 3)]);
        let mended = again.mended(|_| true);
        assert_eq!((mended.len(), mended[0].code.as_str(), mended[0].count), (1, "y", 1));
        assert!(again.mended(|path| path != "a.md").is_empty());
        // Another file's are its own.
        let mut findings = vec![finding("x", 2)];
        Baseline::read(&baseline.write()).unwrap().sift("b.md", "one\ntwo\n", &mut findings);
        assert_eq!(findings.len(), 1);
    }

    #[test]
    fn what_keeps_a_file_out_of_the_catalog_is_no_old_sin() {
        let blocking = Finding::from(Diagnostic::new("x", Severity::Error, "m", "h").blocking());
        let mut baseline = Baseline::default();
        baseline.add("a.md", "", &[blocking]);
        assert!(baseline.is_empty());
    }

    #[test]
    fn another_file_is_told_from_a_baseline() {
        for text in
            ["", "[]", "{}", "{\"version\": 2, \"findings\": []}", "{\"version\": 1, \"findings\": [{}]}"]
        {
            assert!(Baseline::read(text).is_err(), "{text}");
        }
        assert!(Baseline::read("{\"version\": 1, \"findings\": []}").unwrap().is_empty());
    }
}
