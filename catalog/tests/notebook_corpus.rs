//! Every MyST version in the Threat Hunter Playbook's history, against what jupytext reads.
//!
//! The corpus is no part of the project: `HUNTSHELF_CORPUS` names its folder, by default `../shared/corpus` beside the
//! workspace. Without it the test says that it skipped.

use catalog::notebook::{CellKind, myst};
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::Command;

fn corpus() -> Option<PathBuf> {
    let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/corpus");
    let folder = std::env::var_os("HUNTSHELF_CORPUS").map_or_else(beside, PathBuf::from);
    folder.join("threathunter-playbook.bundle").exists().then_some(folder)
}

fn git(folder: &Path, arguments: &[&str]) -> Vec<u8> {
    let output = Command::new("git").arg("-C").arg(folder).args(arguments).output().expect("git runs");
    assert!(output.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}

#[test]
fn every_version_of_the_playbook_reads_as_jupytext_reads_it() {
    let Some(folder) = corpus() else {
        println!("skipped: no corpus");
        return;
    };
    let temporary = tempfile::tempdir().expect("a temporary folder");
    let bundle = folder.join("threathunter-playbook.bundle");
    git(
        temporary.path(),
        &["clone", "-q", "--mirror", bundle.to_str().expect("a path in UTF-8"), "playbook"],
    );
    let repository = temporary.path().join("playbook");
    let packed = std::fs::read(folder.join("../golden/threathunter_playbook_cells.jsonl.gz"))
        .expect("the golden file");
    let mut lines = String::new();
    flate2::read::GzDecoder::new(packed.as_slice())
        .read_to_string(&mut lines)
        .expect("the golden file unpacks");
    let mut wrong = Vec::new();
    let mut count = 0;
    for line in lines.lines() {
        let expected: Value = serde_json::from_str(line).expect("a line is JSON");
        let blob = expected["blob"].as_str().expect("a blob");
        let bytes = git(&repository, &["cat-file", "blob", blob]);
        assert!(myst::looks_like_myst(&bytes), "{blob} is a candidate");
        let notebook = myst::read(&bytes);
        count += 1;
        if let Ok(text) = std::str::from_utf8(&bytes) {
            assert_eq!(myst::write(&notebook), text, "{blob} is written back as it was");
        }
        let cells: Vec<Value> = notebook
            .cells
            .iter()
            .map(|cell| {
                let kind = match cell.kind {
                    CellKind::Markdown => "markdown",
                    CellKind::Code => "code",
                    CellKind::Raw => "raw",
                };
                let digest = Sha256::digest(cell.source.as_bytes());
                let hash = u64::from_be_bytes(digest[..8].try_into().expect("eight bytes"));
                let hash = format!("{hash:016x}");
                let lines = cell.source.split('\n').count();
                // The golden file writes 0 for a cell without metadata.
                let metadata =
                    if cell.metadata.is_empty() { Value::from(0) } else { cell.metadata.clone().into() };
                serde_json::json!([kind, lines, hash, metadata])
            })
            .collect();
        let keys: Vec<&str> = notebook.metadata.keys().map(String::as_str).collect();
        let missing = expected["meta_keys"]
            .as_array()
            .expect("keys")
            .iter()
            .filter_map(Value::as_str)
            .find(|key| *key != "jupyter" && !keys.contains(key));
        if Value::from(cells.clone()) != expected["cells"] || missing.is_some() {
            let first =
                cells.iter().zip(expected["cells"].as_array().expect("cells")).position(|(a, b)| a != b);
            wrong.push(format!(
                "{blob} {}: key {missing:?}, cell {first:?}, {} cells of {}, {:?}",
                expected["path"],
                cells.len(),
                expected["cells"].as_array().map_or(0, Vec::len),
                notebook.blocking().map(|d| &d.code)
            ));
        }
    }
    assert!(wrong.is_empty(), "{} of {count} differ:\n{}", wrong.len(), wrong.join("\n"));
    assert_eq!(count, 607);
}
