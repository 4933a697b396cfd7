//! Hosts and ids in a copy's results. They are somebody's, whatever the procedure is about.
//!
//! Results are full of words, and most are nobody's: names of fields, of programs, of verdicts. What is taken is what is
//! shaped like a host, an address, an account or an id, and whatever stands in a column that is headed as one.

use super::shapes;
use crate::notebook::Notebook;
use crate::report::gate::is_common_word;
use regex::Regex;
use serde_json::Value;
use std::collections::BTreeSet;
use std::sync::LazyLock;

/// So much of one output is looked through, in bytes.
const LOOKED_THROUGH: usize = 1 << 20;

/// The most that is taken.
const MOST: usize = 20_000;

/// What the head of a column says where hosts, people or ids stand below.
const HEADS: [&str; 24] = [
    "host",
    "hostname",
    "computer",
    "device",
    "machine",
    "endpoint",
    "sensor",
    "agent",
    "user",
    "username",
    "account",
    "upn",
    "email",
    "tenant",
    "customer",
    "workspace",
    "domain",
    "ip",
    "address",
    "sid",
    "guid",
    "uuid",
    "asset",
    "server",
];

/// Words that have a letter and a digit and are nobody's.
const TRADE: [&str; 24] = [
    "base64",
    "sha1",
    "sha256",
    "sha512",
    "md5",
    "win32",
    "win64",
    "x64",
    "x86",
    "utf8",
    "utf16",
    "ipv4",
    "ipv6",
    "http2",
    "system32",
    "syswow64",
    "rundll32",
    "regsvr32",
    "python3",
    "py3",
    "int64",
    "float64",
    "datetime64",
    "windows10",
];

/// A word that names a machine or an account: letters and digits, or pieces with hyphens.
static NAMED: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"(?x)
        \b[A-Za-z0-9][A-Za-z0-9-]{1,62}\\[A-Za-z0-9._$-]{2,64}\b      # DOMAIN\user
        | \b[A-Za-z0-9-]{2,63}(?:\.[A-Za-z0-9-]{2,63})+\b              # host.example.com
        | \b[A-Za-z][A-Za-z0-9]*(?:[-_][A-Za-z0-9]+)*\b                # srv-dc01, wk1
        | \b[0-9]{5,}\b                                                # an id
        ",
    )
    .ok()
});

static TAG: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"<[^<>]{0,2000}>").ok());

/// What in the results of a notebook is a host or an id.
pub(super) fn of(notebook: &Notebook) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for output in notebook.cells.iter().flat_map(|cell| &cell.outputs) {
        for text in texts(output) {
            let text = text.get(..text.floor_char_boundary(LOOKED_THROUGH)).unwrap_or_default();
            shapes::ids(text).for_each(|id| take(&mut found, id));
            named(text, &mut found);
            below_heads(text, &mut found);
        }
    }
    found
}

fn take(found: &mut BTreeSet<String>, text: &str) {
    if found.len() < MOST {
        found.insert(text.to_owned());
    }
}

/// The texts of an output: printed ones, and those that are shown in each of its forms.
fn texts(output: &Value) -> Vec<String> {
    let mut texts: Vec<String> =
        [&output["text"], &output["evalue"], &output["traceback"]].map(joined).into();
    if let Some(data) = output["data"].as_object() {
        for (kind, value) in data {
            let text = if value.is_object() { value.to_string() } else { joined(value) };
            let is_page = kind.contains("html");
            texts.push(if is_page { rows(&text) } else { text });
        }
    }
    texts.retain(|text| !text.is_empty());
    texts
}

fn joined(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(lines) => lines.iter().filter_map(Value::as_str).collect(),
        _ => String::new(),
    }
}

/// A page as lines of cells.
fn rows(html: &str) -> String {
    let lines =
        html.replace(['\n', '\r'], " ").replace("</tr>", "\n").replace("</td>", "\t").replace("</th>", "\t");
    let plain = TAG.as_ref().map_or(lines.clone(), |tag| tag.replace_all(&lines, "").into_owned());
    plain.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&").replace("&nbsp;", " ")
}

/// Words that are shaped like a host or an account.
fn named(text: &str, found: &mut BTreeSet<String>) {
    for hit in NAMED.iter().flat_map(|named| named.find_iter(text)) {
        let word = hit.as_str();
        let is_file = text.get(hit.end()..).is_some_and(is_ending) || shapes::is_file(word);
        let has_digit = word.bytes().any(|byte| byte.is_ascii_digit());
        let is_host = word.contains('\\') || word.contains('.') || (has_digit && !word.contains('_'));
        if is_host
            && !is_file
            && !TRADE.contains(&word.to_lowercase().as_str())
            && !shapes::is_technique(word)
        {
            take(found, word);
            // A host without its domain, an account without its.
            let is_account = word.contains('\\');
            let tells =
                |part: &&str| part.len() >= 3 && (is_account || part.len() >= 4 && !is_common_word(part));
            let parts = word.split(['\\', '.']).filter(|_| is_account || word.contains('.'));
            parts.filter(tells).for_each(|part| take(found, part));
        }
    }
}

/// Whether a word goes on as the name of a file does.
fn is_ending(behind: &str) -> bool {
    behind.strip_prefix('.').is_some_and(|rest| {
        shapes::is_file(&format!(
            "x.{}",
            rest.split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default()
        ))
    })
}

/// What stands in columns that are headed as hosts or ids: between separators, or flush with the head.
fn below_heads(text: &str, found: &mut BTreeSet<String>) {
    for block in text.split("\n\n") {
        let mut lines = block.lines().filter(|line| line.chars().any(char::is_alphanumeric));
        let Some(head) = lines.next() else { continue };
        let lines: Vec<&str> = lines.collect();
        match ['\t', '|', ';', ','].into_iter().find(|mark| head.contains(*mark)) {
            Some(mark) => {
                let columns: Vec<usize> = head
                    .split(mark)
                    .enumerate()
                    .filter(|(_, name)| is_head(name))
                    .map(|(at, _)| at)
                    .collect();
                for line in lines {
                    let cells: Vec<&str> = line.split(mark).collect();
                    for cell in columns.iter().filter_map(|at| cells.get(*at)) {
                        value(cell, found);
                    }
                }
            }
            None => flush(head, &lines, found),
        }
        for line in block.lines() {
            // `host: wk`, `"hostname": "wk"`, `HOST=wk`
            if let Some((_, behind)) = line.split_once([':', '=']).filter(|(name, _)| is_head(name)) {
                value(behind.trim_end_matches([',', '}', ']']), found);
            }
        }
    }
}

/// Columns of pandas: they end where their heads end.
fn flush(head: &str, lines: &[&str], found: &mut BTreeSet<String>) {
    let ends = |line: &str| -> Vec<(usize, String)> {
        let mut words = Vec::new();
        let mut word = String::new();
        for (at, c) in line.chars().chain([' ']).enumerate() {
            if c.is_whitespace() {
                if !word.is_empty() {
                    words.push((at, std::mem::take(&mut word)));
                }
            } else {
                word.push(c);
            }
        }
        words
    };
    let heads: Vec<usize> =
        ends(head).into_iter().filter(|(_, word)| is_head(word)).map(|(end, _)| end).collect();
    if heads.is_empty() {
        return;
    }
    for line in lines {
        for (_, word) in ends(line).into_iter().filter(|(end, _)| heads.contains(end)) {
            value(&word, found);
        }
    }
}

/// Whether words head a column of hosts, people or ids.
fn is_head(words: &str) -> bool {
    let lower = words.to_lowercase();
    let mut parts = lower.split(|c: char| !c.is_alphanumeric()).filter(|part| !part.is_empty());
    words.len() <= 60
        && parts.any(|part| {
            let part = part.strip_suffix("id").filter(|rest| rest.len() > 2).unwrap_or(part);
            HEADS.contains(&part) || HEADS.contains(&part.strip_suffix('s').unwrap_or(part))
        })
}

fn value(cell: &str, found: &mut BTreeSet<String>) {
    let value = cell.trim().trim_matches(['"', '\'', '[', ']', '{', '}']).trim();
    let says = value.chars().filter(|c| c.is_alphanumeric()).count();
    let is_nothing =
        ["nan", "none", "null", "true", "false", "unknown"].contains(&value.to_lowercase().as_str());
    if says >= 2
        && value.len() <= 200
        && !is_nothing
        && !value.chars().all(|c| c.is_ascii_digit() && says < 4)
    {
        take(found, value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::notebook::{Cell, CellKind};
    use serde_json::json;

    fn found(output: Value) -> BTreeSet<String> {
        let mut cell = Cell::new(CellKind::Code, "x");
        cell.outputs = vec![output];
        of(&Notebook { cells: vec![cell], ..Notebook::default() })
    }

    #[test]
    fn hosts_and_ids_are_found_and_programs_are_not() {
        let text =
            "on srv-dc01 by WARD\\ana from 10.3.2.1, pid 48211: rundll32.exe and powershell.exe, T1059.001\n";
        let found = found(json!({"output_type": "stream", "text": [text]}));
        for own in ["srv-dc01", "WARD\\ana", "WARD", "10.3.2.1", "48211"] {
            assert!(found.contains(own), "{own}: {found:?}");
        }
        for nobodys in ["rundll32", "rundll32.exe", "powershell.exe", "T1059.001", "powershell"] {
            assert!(!found.contains(nobodys), "{nobodys}: {found:?}");
        }
    }

    #[test]
    fn columns_say_what_stands_in_them() {
        let pandas = "    hostname    image\n0  reception  cmd.exe\n1    archive  cmd.exe\n";
        let of_pandas = found(json!({"output_type": "execute_result", "data": {"text/plain": pandas}}));
        assert!(of_pandas.contains("reception") && of_pandas.contains("archive"), "{of_pandas:?}");
        let html = "<table><tr><th></th><th>user_name</th><th>image</th></tr><tr><th>0</th><td>ana</td><td>cmd</td></tr></table>";
        let of_html = found(json!({"output_type": "execute_result", "data": {"text/html": html}}));
        assert!(of_html.contains("ana") && !of_html.contains("cmd"), "{of_html:?}");
        let said = found(json!({"output_type": "stream", "text": "host: reception\n"}));
        assert!(said.contains("reception"));
    }
}
