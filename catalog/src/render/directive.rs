//! MyST directives of both fences, and what MyST does not show.
//!
//! Backtick and tilde fences whose info string begins with `{name}` are code blocks to a markdown parser; colon fences
//! are made into such before it, and targets too. So all are one thing in the tree, also inside lists and quotes.

use std::borrow::Cow;

/// A directive: its name, what stands behind the name, its options, and its body without them.
pub(super) struct Directive<'a> {
    pub(super) name: &'a str,
    pub(super) argument: &'a str,
    pub(super) options: Vec<(&'a str, &'a str)>,
    pub(super) body: &'a str,
}

impl<'a> Directive<'a> {
    /// The value of an option; empty where it is a flag.
    pub(super) fn option(&self, key: &str) -> Option<&'a str> {
        self.options.iter().find(|(own, _)| *own == key).map(|(_, value)| *value)
    }

    /// What others refer to it by.
    pub(super) fn label(&self) -> Option<&'a str> {
        self.option("name").or_else(|| self.option("label")).filter(|label| !label.is_empty())
    }

    /// Whether its `class` option names a class.
    pub(super) fn has_class(&self, class: &str) -> bool {
        self.option("class").is_some_and(|classes| classes.split_whitespace().any(|own| own == class))
    }
}

/// Longest name of a directive.
const MAX_NAME: usize = 60;

/// Most options that are read.
const MAX_OPTIONS: usize = 40;

/// The directive that a target, `(name)=`, is made into.
pub(super) const TARGET: &str = "target";

/// Reads a fence's info string and content as a directive.
pub(super) fn read<'a>(info: &'a str, content: &'a str) -> Option<Directive<'a>> {
    let (name, argument) = name_of(info.trim())?;
    let (options, body) = options_of(content);
    Some(Directive { name, argument, options, body })
}

fn name_of(info: &str) -> Option<(&str, &str)> {
    let (name, argument) = info.strip_prefix('{')?.split_once('}')?;
    let named = !name.is_empty()
        && name.len() <= MAX_NAME
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b':' | b'.' | b'+'));
    named.then_some((name, argument.trim()))
}

/// The `:key: value` lines or the `---` block of options that a body begins with, and the rest.
fn options_of(content: &str) -> (Vec<(&str, &str)>, &str) {
    let mut kept = Vec::new();
    if let Some(block) = content.strip_prefix("---\n") {
        let mut at = 0;
        for line in block.split_inclusive('\n') {
            at += line.len();
            if line.trim_end() == "---" {
                return (kept, &block[at..]);
            }
            if let Some((key, value)) = line.split_once(':') {
                let value = value.trim();
                let quoted =
                    value.strip_prefix(['"', '\'']).and_then(|inner| inner.strip_suffix(['"', '\'']));
                if kept.len() < MAX_OPTIONS {
                    kept.push((key.trim(), quoted.unwrap_or(value)));
                }
            }
        }
        return (Vec::new(), content);
    }
    let mut at = 0;
    for line in content.split_inclusive('\n') {
        let option = line.strip_prefix(':').and_then(|rest| rest.split_once(':'));
        match option {
            Some((key, value)) if !key.is_empty() && !key.contains(char::is_whitespace) => {
                at += line.len();
                if kept.len() < MAX_OPTIONS {
                    kept.push((key, value.trim()));
                }
            }
            _ => break,
        }
    }
    (kept, &content[at..])
}

/// What a line is to MyST.
enum Line<'a> {
    /// The beginning of a directive with colons: what stands before them, how many they are, and the info string.
    Open(&'a str, usize, &'a str),
    /// The end of one that began in an earlier cell.
    Close,
    /// The beginning of a fence that markdown knows: its mark and length.
    Fence(u8, usize),
    /// `(name)=`
    Target(&'a str),
    /// A comment or the break between two blocks.
    Hidden,
    /// Details behind the term on the line before.
    Details,
    Other,
}

fn line_of(text: &str) -> Line<'_> {
    let trimmed = text.trim_start_matches([' ', '\t', '>']);
    match trimmed.as_bytes() {
        [mark @ (b':' | b'`' | b'~'), second, third, ..] if mark == second && mark == third => {
            let run = trimmed.bytes().take_while(|b| b == mark).count();
            let info = trimmed[run..].trim();
            match mark {
                b':' if name_of(info).is_some() => Line::Open(&text[..text.len() - trimmed.len()], run, info),
                b':' if info.is_empty() => Line::Close,
                b'`' if info.contains('`') => Line::Other,
                b':' => Line::Other,
                mark => Line::Fence(*mark, run),
            }
        }
        [b'%', ..] if text == "%" || text.starts_with("% ") => Line::Hidden,
        [b'+', b'+', b'+', ..] if text.starts_with("+++") => Line::Hidden,
        [b':', b' ', ..] if text.len() - trimmed.len() <= 3 => Line::Details,
        [b'(', ..] if text.starts_with('(') => {
            match text.trim_end().strip_suffix(")=").map(|target| &target[1..]) {
                Some(target) if !target.is_empty() && target.len() <= 200 => Line::Target(target),
                _ => Line::Other,
            }
        }
        _ => Line::Other,
    }
}

/// Markdown with colon fences of directives and targets as tilde fences, without MyST's comments, and with a blank line
/// before each definition, as comrak wants it.
pub(super) fn prepare(source: &str) -> Cow<'_, str> {
    let special = |line: &[u8]| {
        matches!(line.first(), Some(b'%' | b'(' | b'+'))
            || line.iter().find(|b| !matches!(b, b' ' | b'\t' | b'>')) == Some(&b':')
    };
    if !source.as_bytes().split(|b| *b == b'\n').any(special) {
        return Cow::Borrowed(source);
    }
    // Longer than any run in the text, so that nothing in a body closes it.
    let longest = longest_run(source, b'~');
    if longest > 100 {
        return Cow::Borrowed(source);
    }
    let tildes = "~".repeat(longest.max(2) + 1);
    let mut out = String::with_capacity(source.len() + 64);
    let mut colon: Option<(usize, &str)> = None;
    let mut fence: Option<(u8, usize)> = None;
    // Whether the line before is text that can be a term.
    let mut term = false;
    for line in source.split_inclusive('\n') {
        let text = line.trim_end_matches(['\n', '\r']);
        let trimmed = text.trim_start_matches([' ', '\t', '>']);
        if let Some((len, before)) = colon {
            if is_close(trimmed, b':', len) {
                out.extend([before, &tildes, "\n"]);
                colon = None;
            } else {
                out.push_str(line);
            }
            continue;
        }
        if let Some((mark, len)) = fence {
            if is_close(trimmed, mark, len) {
                fence = None;
            }
            out.push_str(line);
            continue;
        }
        let was_term = std::mem::replace(&mut term, false);
        match line_of(text) {
            Line::Open(before, run, info) => {
                out.extend([before, &tildes, info, "\n"]);
                colon = Some((run, before));
            }
            Line::Close | Line::Hidden => out.push('\n'),
            Line::Fence(mark, run) => {
                fence = Some((mark, run));
                out.push_str(line);
            }
            Line::Target(name) => {
                out.extend([&tildes, "{", TARGET, "} ", name, "\n", &tildes, "\n"]);
            }
            Line::Details => {
                if was_term {
                    out.push('\n');
                }
                out.push_str(line);
            }
            Line::Other => {
                term = !trimmed.is_empty();
                out.push_str(line);
            }
        }
    }
    if let Some((_, before)) = colon {
        if !out.ends_with('\n') {
            out.push('\n');
        }
        out.extend([before, &tildes]);
    }
    Cow::Owned(out)
}

fn is_close(trimmed: &str, mark: u8, len: usize) -> bool {
    let trimmed = trimmed.trim_end();
    trimmed.len() >= len && trimmed.bytes().all(|b| b == mark)
}

fn longest_run(text: &str, mark: u8) -> usize {
    let (mut longest, mut run) = (0, 0);
    for byte in text.bytes() {
        run = if byte == mark { run + 1 } else { 0 };
        longest = longest.max(run);
    }
    longest
}
