//! MyST directives of both fences, and what MyST does not show.
//!
//! Backtick and tilde fences whose info string begins with `{name}` are code blocks to a markdown parser; colon fences
//! are made into such before it. So both are one thing in the tree, also inside lists and quotes.

use std::borrow::Cow;

/// A directive: its name, what stands behind the name, and its body without options.
pub(super) struct Directive<'a> {
    pub(super) name: &'a str,
    pub(super) argument: &'a str,
    pub(super) body: &'a str,
}

/// Longest name of a directive.
const MAX_NAME: usize = 60;

/// Reads a fence's info string and content as a directive.
pub(super) fn read<'a>(info: &'a str, content: &'a str) -> Option<Directive<'a>> {
    let (name, argument) = name_of(info.trim())?;
    Some(Directive { name, argument, body: without_options(content) })
}

fn name_of(info: &str) -> Option<(&str, &str)> {
    let (name, argument) = info.strip_prefix('{')?.split_once('}')?;
    let named = !name.is_empty()
        && name.len() <= MAX_NAME
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b':' | b'.' | b'+'));
    named.then_some((name, argument.trim()))
}

/// A body without its `:key: value` lines or its `---` block of options.
fn without_options(content: &str) -> &str {
    if let Some(block) = content.strip_prefix("---\n") {
        let mut at = 0;
        for line in block.split_inclusive('\n') {
            at += line.len();
            if line.trim_end() == "---" {
                return &block[at..];
            }
        }
        return content;
    }
    let mut at = 0;
    for line in content.split_inclusive('\n') {
        let option = line.strip_prefix(':').and_then(|rest| rest.split_once(':'));
        match option {
            Some((key, _)) if !key.is_empty() && !key.contains(char::is_whitespace) => at += line.len(),
            _ => break,
        }
    }
    &content[at..]
}

/// Markdown with colon fences of directives as tilde fences, and without MyST's comments and targets. Each line stays
/// one line.
pub(super) fn prepare(source: &str) -> Cow<'_, str> {
    let special = |line: &str| line.starts_with(['%', '(']) || line.trim_start().starts_with(":::");
    if !source.lines().any(special) {
        return Cow::Borrowed(source);
    }
    // Longer than any run in the text, so that nothing in a body closes it.
    let longest = longest_run(source, b'~');
    if longest > 100 {
        return Cow::Borrowed(source);
    }
    let tildes = "~".repeat(longest.max(2) + 1);
    let mut out = String::with_capacity(source.len() + 64);
    let mut colon: Option<usize> = None;
    let mut fence: Option<(u8, usize)> = None;
    for line in source.split_inclusive('\n') {
        let text = line.trim_end_matches(['\n', '\r']);
        let trimmed = text.trim_start();
        let indented = text.len() - trimmed.len() > 3;
        if let Some(len) = colon {
            if !indented && is_close(trimmed, b':', len) {
                out.push_str(&tildes);
                out.push('\n');
                colon = None;
            } else {
                out.push_str(line);
            }
            continue;
        }
        if let Some((mark, len)) = fence {
            if !indented && is_close(trimmed, mark, len) {
                fence = None;
            }
            out.push_str(line);
            continue;
        }
        let first = trimmed.bytes().next().unwrap_or_default();
        let run = trimmed.bytes().take_while(|&b| b == first).count();
        if !indented && run >= 3 {
            let info = trimmed[run..].trim();
            match first {
                b':' if name_of(info).is_some() => {
                    out.push_str(&tildes);
                    out.push_str(info);
                    out.push('\n');
                    colon = Some(run);
                    continue;
                }
                // The end of an admonition that began in an earlier cell.
                b':' if info.is_empty() => {
                    out.push('\n');
                    continue;
                }
                b'~' => fence = Some((b'~', run)),
                b'`' if !info.contains('`') => fence = Some((b'`', run)),
                _ => {}
            }
        }
        let comment = text == "%" || text.starts_with("% ");
        let target = text.starts_with('(') && text.trim_end().ends_with(")=");
        if comment || target {
            out.push('\n');
        } else {
            out.push_str(line);
        }
    }
    if colon.is_some() {
        if !out.ends_with('\n') {
            out.push('\n');
        }
        out.push_str(&tildes);
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
