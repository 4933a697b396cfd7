//! # A link or picture that leads nowhere
//!
//! The file that it names is not in the repository, or lies outside of it: hunters and customers see a gap. Only what is named by
//! a path is looked for, not addresses and not labels.

use super::headings::{closes, opens};
use crate::lint::found::Found;
use crate::lint::subject::Subject;
use crate::lint::{Group, Rule, Severity};
use crate::notebook::CellKind;
use percent_encoding::percent_decode_str;

pub(super) const RULE: Rule = Rule::new("link-broken", Group::Structure, Severity::Warning, check);

fn check(subject: &Subject<'_>, found: &mut Found<'_>) {
    let Some(files) = subject.around.files else { return };
    let folder = subject.around.path.rsplit_once('/').map_or("", |(folder, _)| folder);
    for (index, cell) in subject.cells(CellKind::Markdown) {
        for link in links(&cell.source) {
            let Some(path) = path_of(link.target) else { continue };
            let place = if let Some(path) = path.strip_prefix('/') {
                resolve("", path)
            } else {
                resolve(folder, &path)
            };
            let message = match place {
                Some(place) if place.is_empty() || files.is_there(&place) => continue,
                Some(_) => format!("{:?} is not in the repository", shown(&path)),
                None => format!("{:?} lies outside of the repository", shown(&path)),
            };
            found.in_cell(index, link.at, message, "mend the path, or take the link away");
        }
    }
}

fn shown(path: &str) -> String {
    path.chars().take(100).collect()
}

/// A path from the root; none where it leads out of it.
fn resolve(folder: &str, path: &str) -> Option<String> {
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

/// The path in what a link names, without its mark and percent signs; none for addresses, labels and places in the same file.
fn path_of(target: &str) -> Option<String> {
    let path = target.split(['#', '?']).next().unwrap_or_default();
    let scheme = path.split_once(':').is_some_and(|(scheme, _)| {
        scheme.len() > 1
            && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.'))
    });
    let is_path = !path.is_empty() && !scheme && !path.starts_with("//") && path.contains(['.', '/']);
    is_path.then(|| percent_decode_str(path).decode_utf8_lossy().into_owned())
}

/// What a link names, and its byte in the prose.
struct Link<'t> {
    at: usize,
    target: &'t str,
}

/// The links and pictures of prose, without those in fences and in code.
fn links(source: &str) -> Vec<Link<'_>> {
    let mut links = Vec::new();
    let mut fence = None;
    let mut at = 0;
    for piece in source.split_inclusive('\n') {
        let line = piece.trim_end_matches(['\n', '\r']);
        if let Some(open) = fence {
            if closes(line, open) {
                fence = None;
            }
        } else if let Some(open) = opens(line) {
            fence = Some(open);
            let pictures = ["{image} ", "{figure} ", "{include} ", "{literalinclude} "];
            let info = line.trim_start().trim_start_matches(open.0);
            if let Some(target) = pictures.iter().find_map(|kind| info.strip_prefix(kind)) {
                let target = target.trim();
                links.push(Link { at: at + line.rfind(target).unwrap_or(0), target });
            }
        } else {
            in_line(line, at, &mut links);
        }
        at += piece.len();
    }
    links
}

fn in_line<'t>(line: &'t str, start: usize, links: &mut Vec<Link<'t>>) {
    // `[label]: path`
    if line.starts_with('[')
        && let Some((label, target)) = line.split_once("]: ")
        && !label.contains(']')
        && !label.starts_with("[^")
    {
        let target = target.split_whitespace().next().unwrap_or_default();
        links.push(Link { at: start + label.len() + 3, target: target.trim_matches(['<', '>']) });
        return;
    }
    let mut code = 0;
    let bytes = line.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        if bytes[at] == b'\\' {
            at += 2;
            continue;
        }
        if bytes[at] == b'`' {
            let run = bytes[at..].iter().take_while(|byte| **byte == b'`').count();
            code = if code == run {
                0
            } else if code == 0 {
                run
            } else {
                code
            };
            at += run;
            continue;
        }
        if code == 0
            && bytes[at] == b'<'
            && let Some((begin, target)) = in_tag(&line[at..])
        {
            links.push(Link { at: start + at + begin, target });
            at += begin + target.len();
            continue;
        }
        if code == 0
            && let Some(rest) = line.get(at..).and_then(|rest| rest.strip_prefix("]("))
        {
            let target = match rest.strip_prefix('<') {
                Some(inner) => inner.split('>').next().unwrap_or_default(),
                None => rest.split([')', ' ', '\t']).next().unwrap_or_default(),
            };
            links.push(Link { at: start + at + 2, target });
            at += 2 + target.len();
        }
        at += 1;
    }
}

/// What a tag of HTML shows or leads to, and its byte behind the `<`.
fn in_tag(text: &str) -> Option<(usize, &str)> {
    let tag = &text[..text.find('>')?];
    let name = ["<img ", "<a "].iter().position(|name| tag.starts_with(name))?;
    let attribute = [" src=", " href="][name];
    let begin = tag.find(attribute)? + attribute.len();
    let quote = tag[begin..].chars().next().filter(|quote| matches!(quote, '"' | '\''))?;
    let target = tag[begin + 1..].split(quote).next()?;
    Some((begin + 1, target))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_are_found_in_prose_and_not_in_code() {
        let source = "[a](b.md) ![c](<d e.png>) `[x](y.md)` [f](g/h#i \"t\")\n```\n[no](no.md)\n```\n```{image} j.png\n```\n[k]: l.md \"m\"\n[^n]: o.md\n<img src=\"p.png\" alt='x'> <a class=x href='q.md'>q</a> `<img src=\"r.png\">`\n";
        let found: Vec<_> =
            links(source).into_iter().map(|link| (link.target, &source[link.at..][..1])).collect();
        assert_eq!(
            found,
            [
                ("b.md", "b"),
                ("d e.png", "<"),
                ("g/h#i", "g"),
                ("j.png", "j"),
                ("l.md", "l"),
                ("p.png", "p"),
                ("q.md", "q")
            ]
        );
    }

    #[test]
    fn only_paths_are_looked_for() {
        assert_eq!(path_of("a%20b.md#c").as_deref(), Some("a b.md"));
        for other in
            ["https://example.com/a.md", "mailto:a@b.c", "#a", "label", "//host/a.md", "attachment:a.png", ""]
        {
            assert_eq!(path_of(other), None, "{other}");
        }
        assert_eq!(resolve("a/b", "../c.md").as_deref(), Some("a/c.md"));
        assert_eq!(resolve("a", "../../c.md"), None);
    }
}
