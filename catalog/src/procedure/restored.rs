//! A lost `hunting` block put back into the file that lost it, and what keeps it there the next time.
//!
//! Only the front matter is touched (of an ipynb file its metadata): every byte below stays, and so do the line endings. A
//! notebook without `notebook_metadata_filter: hunting` loses the block with its next `jupytext --sync`, so the filter comes
//! with it.

use crate::notebook::{Metadata, Notebook, myst, yaml_block};
use serde::Serialize as _;
use serde_json::Value;

/// The block's key, and the one that keeps it.
const HUNTING: &str = "hunting";
const FILTER: &str = "notebook_metadata_filter";

/// A byte order mark, which hides front matter from every tool that reads it.
const MARK: char = '\u{feff}';

/// A notebook as it was when it last had its block.
#[derive(Debug, Clone, Copy)]
pub struct LastGood<'a> {
    /// Its text; none for what was no text of `MyST`.
    pub text: Option<&'a str>,
    /// What was in it.
    pub notebook: &'a Notebook,
    /// The block.
    pub hunting: &'a Metadata,
}

/// Texts that a `MyST` file could have again, the one that changes least first; whether one of them can be read, and says what
/// it said, is for the caller to see.
pub fn restored(text: &str, good: &LastGood<'_>) -> Vec<String> {
    let own = text.strip_prefix(MARK).unwrap_or(text);
    // Where the mark alone was in the way.
    let mut texts: Vec<String> = (own.len() < text.len()).then(|| own.to_owned()).into_iter().collect();
    let before = good.text.and_then(Front::of);
    if let Some(front) = Front::of(own) {
        let blocks = before.iter().filter_map(|before| before.block(HUNTING));
        for (block, next) in blocks.chain([(written(good.hunting), None)]) {
            texts.push(front.with(block, next.as_deref()).kept().text());
        }
        if let Some(before) = &before {
            texts.push(before.above(front.rest).kept().text());
        }
    }
    // The front matter went whole, or what is left of it is none.
    let written = myst::write(&Notebook { metadata: good.notebook.metadata.clone(), ..Notebook::default() });
    if let Some(front) = before.or_else(|| Front::of(&written)) {
        texts.push(front.above(own).kept().text());
    }
    texts.retain(|restored| restored != text);
    texts
}

/// The lines of a block as jupytext would write it.
fn written(hunting: &Metadata) -> Vec<String> {
    let mut map = Metadata::new();
    map.insert(HUNTING.to_owned(), Value::Object(hunting.clone()));
    yaml_block(&map).lines().map(str::to_owned).collect()
}

/// A text that begins with front matter.
struct Front<'t> {
    /// The rule above, as it is.
    open: &'t str,
    /// The lines between the rules, each with its end.
    lines: Vec<String>,
    /// The rule below, as it is.
    close: &'t str,
    /// All that follows.
    rest: &'t str,
    /// How lines end here.
    end: &'static str,
}

impl<'t> Front<'t> {
    fn of(text: &'t str) -> Option<Self> {
        let mut lines = text.split_inclusive('\n');
        let open = lines.next().filter(|line| line.trim_end() == "---")?;
        let mut inside = Vec::new();
        let mut length = open.len();
        for line in lines {
            length += line.len();
            if line.trim_end() == "---" || line.starts_with("...") {
                let end = if open.ends_with("\r\n") { "\r\n" } else { "\n" };
                return Some(Self { open, lines: inside, close: line, rest: &text[length..], end });
            }
            inside.push(line.to_owned());
        }
        None
    }

    fn text(&self) -> String {
        [self.open]
            .into_iter()
            .chain(self.lines.iter().map(String::as_str))
            .chain([self.close, self.rest])
            .collect()
    }

    /// The lines of a key at the root, without their ends, and the key that stood behind it.
    fn block(&self, key: &str) -> Option<(Vec<String>, Option<String>)> {
        let at = self.lines.iter().position(|line| root_key(line) == Some(key))?;
        let below = self.lines[at + 1..]
            .iter()
            .take_while(|line| line.starts_with([' ', '\t']) || line.trim().is_empty());
        let mut block: Vec<String> = self.lines[at..=at]
            .iter()
            .chain(below)
            .map(|line| line.trim_end_matches(['\n', '\r']).to_owned())
            .collect();
        let after = at + block.len();
        while block.last().is_some_and(|line| line.trim().is_empty()) {
            block.pop();
        }
        let next = self.lines[after..].iter().find_map(|line| root_key(line)).map(str::to_owned);
        Some((block, next))
    }

    /// The same with a block more: before a key that stood behind it, else at the end.
    fn with(&self, block: Vec<String>, before: Option<&str>) -> Self {
        let mut lines = self.lines.clone();
        let at = before.and_then(|key| lines.iter().position(|line| root_key(line) == Some(key)));
        let at = at.unwrap_or(lines.len());
        lines.splice(at..at, block.into_iter().map(|line| line + self.end));
        Self { lines, ..*self }
    }

    /// This front matter above another text, whose lines end in its own way.
    fn above<'o>(&self, rest: &'o str) -> Front<'o> {
        let end = if rest.split_inclusive('\n').next().is_some_and(|line| line.ends_with("\r\n")) {
            "\r\n"
        } else {
            "\n"
        };
        let rule = if end == "\n" { "---\n" } else { "---\r\n" };
        let own = |line: &String| format!("{}{end}", line.trim_end_matches(['\n', '\r']));
        Front { open: rule, lines: self.lines.iter().map(own).collect(), close: rule, rest, end }
    }

    /// The line of jupytext's settings: at the root, or under `jupyter`.
    fn jupytext(&self) -> Option<usize> {
        let mut under = None;
        self.lines.iter().position(|line| {
            under = root_key(line).or(under);
            under == Some("jupytext") && root_key(line).is_some()
                || under == Some("jupyter") && line.trim_start().starts_with("jupytext:")
        })
    }

    /// The same with a filter that keeps the block.
    fn kept(mut self) -> Self {
        let Some(at) = self.jupytext() else {
            let end = self.end;
            let block = [format!("jupytext:{end}"), format!("  {FILTER}: {HUNTING}{end}")];
            self.lines.splice(0..0, block);
            return self;
        };
        let line = &self.lines[at];
        let indent = line.len() - line.trim_start().len();
        let value = line.split_once(':').map_or("", |(_, value)| value).trim_start();
        if let Some(inside) = value.strip_prefix('{') {
            let flow_at = line.len() - inside.len();
            if !self.lines[at..].concat().contains(FILTER) {
                let more = if inside.trim_start().starts_with('}') { "" } else { ", " };
                self.lines[at].insert_str(flow_at, &format!("{FILTER}: {HUNTING}{more}"));
            }
        } else if value.trim().is_empty() || value.starts_with('#') {
            let deeper = |line: &&String| line.trim().is_empty() || depth(line) > indent;
            let below = self.lines[at + 1..].iter().take_while(deeper).count();
            let inner = &self.lines[at + 1..=at + below];
            let of_child =
                inner.iter().find(|line| !line.trim().is_empty() && !line.trim_start().starts_with('#'));
            let inner_indent = of_child.map_or(indent + 2, |line| depth(line));
            let named = |line: &String| {
                depth(line) == inner_indent && line.trim_start().starts_with(&format!("{FILTER}:"))
            };
            match inner.iter().position(named) {
                Some(found) => {
                    let line = &mut self.lines[at + 1 + found];
                    let written = line.split_once(':').map_or("", |(_, value)| value).to_owned();
                    if let Some(names) = naming(&written) {
                        *line = format!("{}{FILTER}: {names}{}", " ".repeat(inner_indent), self.end);
                    }
                }
                None => {
                    self.lines.insert(
                        at + 1,
                        format!("{}{FILTER}: {HUNTING}{}", " ".repeat(inner_indent), self.end),
                    );
                }
            }
        }
        self
    }
}

/// The key that begins at the very left of a line.
fn root_key(line: &str) -> Option<&str> {
    let (key, _) = line.split_once(':')?;
    (!key.is_empty() && !key.starts_with([' ', '\t', '#', '-'])).then(|| key.trim_matches(['"', '\'']))
}

fn depth(line: &str) -> usize {
    line.len() - line.trim_start_matches(' ').len()
}

/// A filter as written, made to name the block. None where it does already, or is written in a way of its own.
fn naming(written: &str) -> Option<String> {
    let value = written.split(" #").next().unwrap_or_default().trim();
    let value = value.trim_matches(['"', '\'']);
    if value.starts_with(['{', '[', '|', '>', '&', '*', '!']) {
        return None;
    }
    let names: Vec<&str> = value.split(',').map(str::trim).filter(|name| !name.is_empty()).collect();
    let plain = |name: &&&str| matches!(name.trim_start_matches('+'), "all" | HUNTING);
    let against = format!("-{HUNTING}");
    if names.iter().any(|name| plain(&name)) && !names.contains(&against.as_str()) {
        return None;
    }
    let others = names.iter().filter(|name| **name != against && !plain(name)).copied();
    Some([HUNTING].into_iter().chain(others).collect::<Vec<_>>().join(","))
}

/// An ipynb file with the block in its metadata again. None where it has none to put it in.
pub fn restored_ipynb(text: &str, hunting: &Metadata) -> Option<String> {
    let metadata = object_at(text, &["metadata"])?;
    let inside = &text[metadata..];
    let child = inside.trim_start_matches([' ', '\t', '\r']).strip_prefix('\n').map(|rest| {
        let blanks = rest.len() - rest.trim_start_matches([' ', '\t']).len();
        &rest[..blanks]
    });
    let value = Value::Object(hunting.clone());
    let end = if text.contains("\r\n") { "\r\n" } else { "\n" };
    let block = match child.filter(|indent| !indent.is_empty()) {
        Some(indent) => {
            let unit = &indent[..indent.len().div_ceil(2)];
            let mut bytes = Vec::new();
            let formatter = serde_json::ser::PrettyFormatter::with_indent(unit.as_bytes());
            value.serialize(&mut serde_json::Serializer::with_formatter(&mut bytes, formatter)).ok()?;
            let text = String::from_utf8(bytes).ok()?;
            format!("{end}{indent}\"{HUNTING}\": {}", text.replace('\n', &format!("{end}{indent}")))
        }
        None => format!("\"{HUNTING}\": {value}"),
    };
    let more = if inside.trim_start().starts_with('}') { "" } else { "," };
    let mut restored = text.to_owned();
    // jupytext's settings, where the notebook is half of a pair, stand behind: first what is further down.
    if let Some(jupytext) = object_at(text, &["metadata", "jupytext"]).filter(|_| !text.contains(FILTER)) {
        let more = if text[jupytext..].trim_start().starts_with('}') { "" } else { ", " };
        restored.insert_str(jupytext, &format!("\"{FILTER}\": \"{HUNTING}\"{more}"));
    }
    restored.insert_str(metadata, &format!("{block}{more}"));
    Some(restored)
}

/// Where the inside of an object begins that keys lead to, in JSON that is valid.
fn object_at(text: &str, keys: &[&str]) -> Option<usize> {
    let bytes = text.as_bytes();
    let (mut depth, mut found, mut at) = (0_usize, 0_usize, 0);
    // The last text at the depth of what is looked for, when it may be a key.
    let mut key: Option<&str> = None;
    while at < bytes.len() {
        match bytes[at] {
            b'"' => {
                let begin = at + 1;
                at = begin;
                while at < bytes.len() && bytes[at] != b'"' {
                    at += 1 + usize::from(bytes[at] == b'\\');
                }
                key = text.get(begin..at).filter(|_| depth == found + 1);
            }
            b'{' => {
                depth += 1;
                if depth == found + 2 && key.is_some_and(|key| keys.get(found) == Some(&key)) {
                    found += 1;
                    if found == keys.len() {
                        return Some(at + 1);
                    }
                }
                key = None;
            }
            b'[' => depth += 1,
            b'}' | b']' => {
                depth = depth.checked_sub(1)?;
                if depth <= found && found > 0 {
                    // What led here has ended without the next key.
                    return None;
                }
            }
            b',' => key = None,
            _ => {}
        }
        at += 1;
    }
    None
}

#[cfg(test)]
mod tests;
