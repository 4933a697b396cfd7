//! A comparison as a comment on a pull request.
//!
//! What the notebooks hold is somebody else's text: it stands in fences that it cannot close, or has every sign escaped
//! that a forge would act on. It mentions nobody, refers to nothing, links nowhere and commands nothing.

use super::Compared;
use super::shown::{Excerpt, besides, counts, differs, excerpts, heading, left_out, plain, whole};
use catalog::diff::CellDiff;
use std::fmt::Write as _;

/// The longest comment, in characters. GitHub takes 65,536.
const LONGEST: usize = 60_000;

/// Kept for what is said of what does not fit.
const KEPT: usize = 500;

/// The most sentences.
const MAX_SENTENCES: usize = 60;

/// The longest sentence, in characters.
const LONGEST_SENTENCE: usize = 400;

/// The most lines of one fold.
const MAX_LINES: usize = 400;

/// The longest fence. Longer runs within are broken.
const LONGEST_FENCE: usize = 40;

/// Comes first in every comment, so that a script finds its own to replace it.
const MARK: &str = "<!-- huntshelf diff -->\n";

/// Writes a comparison as a comment.
pub(super) fn write(compared: &Compared) -> String {
    let diff = &compared.notebooks;
    let mut comment = Comment { out: MARK.to_owned(), chars: MARK.len() };
    let name = if compared.new == "/dev/null" { &compared.old } else { &compared.new };
    let title = if compared.title.is_empty() { name } else { &compared.title };
    comment.take(&format!("### {}\n\nFile: {}\n\n", inert(title), inert(name)));
    if diff.is_same() && compared.changes.is_empty() {
        comment.take("The notebooks say the same.\n");
        return comment.out;
    }
    for change in compared.changes.iter().take(MAX_SENTENCES) {
        comment.take(&format!("- {}\n", inert(&change.text)));
    }
    let more = compared.changes.len().saturating_sub(MAX_SENTENCES);
    if more > 0 {
        comment.take(&format!("- and {more} further changes\n"));
    }
    comment.take(&format!("\nCells: {}\n", counts(diff)));
    if !diff.metadata.is_empty() {
        let mut lines = Vec::new();
        for field in &diff.metadata {
            for (sign, value) in [('-', &field.before), ('+', &field.after)] {
                for line in value.iter().flat_map(|value| value.lines()) {
                    lines.push(format!("{sign}{}: {line}", field.key));
                }
            }
        }
        comment.fold(&format!("Metadata: {} fields", diff.metadata.len()), &[], &lines);
    }
    let mut cut = 0;
    for cell in diff.cells.iter().filter(|cell| differs(cell)) {
        let lines = lines(cell);
        let besides = besides(cell);
        if (!lines.is_empty() || !besides.is_empty()) && !comment.fold(&heading(cell), &besides, &lines) {
            cut += 1;
        }
    }
    let mut notes = Vec::new();
    if cut > 0 {
        notes.push(format!("{cut} of the changed cells"));
    }
    notes.extend(left_out(&diff.left_out));
    if !notes.is_empty() {
        comment.end(&format!("\nToo much for a comment; left out: {}.\n", notes.join(", ")));
    }
    comment.out
}

fn lines(cell: &CellDiff) -> Vec<String> {
    let shown = excerpts(cell).into_iter().map(|excerpt| match excerpt {
        Excerpt::Line(line) => format!("{}{}", line.sign, whole(line)),
        Excerpt::Same(lines) => format!("@@ {lines} the same @@"),
    });
    let mut lines: Vec<String> = shown.collect();
    if cell.left_out > 0 {
        lines.push(format!("@@ {} more left out @@", cell.left_out));
    }
    lines
}

struct Comment {
    out: String,
    chars: usize,
}

impl Comment {
    /// Adds a part where there is room for it.
    fn take(&mut self, part: &str) -> bool {
        let chars = part.chars().count();
        let fits = self.chars + chars + KEPT <= LONGEST;
        if fits {
            self.out.push_str(part);
            self.chars += chars;
        }
        fits
    }

    /// Adds the last part, for which room was kept.
    fn end(&mut self, part: &str) {
        self.out.extend(part.chars().take(KEPT));
    }

    /// Adds lines that are folded under a summary; as many of them as there is room for. Answers whether there was any.
    fn fold(&mut self, summary: &str, notes: &[String], lines: &[String]) -> bool {
        let lines: Vec<String> = lines.iter().map(|line| unfenced(&plain(line))).collect();
        let mut notes: String =
            notes.iter().flat_map(|note| ["- ".to_owned(), inert(note), "\n".to_owned()]).collect();
        if !notes.is_empty() {
            notes.push('\n');
        }
        let fence = fence(&lines);
        let mut shown = lines.len().min(MAX_LINES);
        loop {
            let mut body: String = lines[..shown].iter().flat_map(|line| [line.as_str(), "\n"]).collect();
            if shown < lines.len() {
                // Writing to a string cannot fail.
                let _ = writeln!(body, "@@ {} more lines @@", lines.len() - shown);
            }
            let fenced =
                if lines.is_empty() { String::new() } else { format!("{fence}diff\n{body}{fence}\n\n") };
            if self.take(&format!("\n<details><summary>{summary}</summary>\n\n{notes}{fenced}</details>\n")) {
                return true;
            }
            if shown == 0 {
                return false;
            }
            shown /= 2;
        }
    }
}

/// A fence that none of the lines closes.
fn fence(lines: &[String]) -> String {
    let longest = lines.iter().map(|line| longest_run(line)).max().unwrap_or_default();
    "`".repeat(longest.max(2) + 1)
}

fn longest_run(line: &str) -> usize {
    let (mut longest, mut run) = (0, 0);
    for c in line.chars() {
        run = if c == '`' { run + 1 } else { 0 };
        longest = longest.max(run);
    }
    longest
}

/// A line whose runs of backticks a fence can outdo.
fn unfenced(line: &str) -> String {
    if longest_run(line) < LONGEST_FENCE {
        return line.to_owned();
    }
    let mut run = 0;
    let kept = line.chars().filter(|c| {
        run = if *c == '`' { run + 1 } else { 0 };
        run < LONGEST_FENCE
    });
    kept.collect()
}

/// One line of text in which nothing is markup, a mention, a reference or a link.
///
/// A backslash keeps a sign from being markup. Mentions, references and links are found in the text that is made of it, so a
/// word joiner, which is not seen, parts the sign from what follows.
fn inert(text: &str) -> String {
    let text: String = plain(text).chars().take(LONGEST_SENTENCE).collect();
    let mut out = String::with_capacity(text.len());
    for (at, c) in text.char_indices() {
        // What is left is no markup in any flavour: quotes, commas, colons and the like.
        if c.is_ascii_punctuation() && !"\"',;:/=?%".contains(c) {
            out.push('\\');
        }
        out.push(c);
        let next = text[at + c.len_utf8()..].chars().next();
        if next.is_some_and(|next| !next.is_whitespace()) && refers(&text[..at], c, next) {
            out.push('\u{2060}');
        }
    }
    out
}

/// Whether a sign makes a mention, a reference or a link of what follows it: `@name`, `#1`, `!1`, `GH-1`, `https://`, `www.`.
fn refers(before: &str, sign: char, next: Option<char>) -> bool {
    let behind = |word: &str| {
        before
            .len()
            .checked_sub(word.len())
            .and_then(|at| before.get(at..))
            .is_some_and(|end| end.eq_ignore_ascii_case(word))
    };
    match sign {
        '@' | '#' | '!' | '$' | '%' | '~' | '&' | '^' | '*' | '[' => true,
        ':' => next == Some('/'),
        '.' => behind("www"),
        '-' => behind("gh"),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use catalog::attack::Release;
    use catalog::diff;
    use catalog::notebook::{Cell, CellKind, Notebook};
    use catalog::procedure::understand;
    use catalog::repository::FieldMapping;
    use serde_json::json;

    fn comment(old: &Notebook, new: &Notebook) -> String {
        let read = |notebook: &Notebook| {
            understand(notebook, "a.md", &FieldMapping::default(), Release::current()).into_procedure()
        };
        let (was, is) = (read(old), read(new));
        let sides = (Some((old, &was)), Some((new, &is)));
        write(&Compared {
            old: "old.md".into(),
            new: "new.md".into(),
            title: is.title.clone(),
            changes: diff::changes(sides.0, sides.1),
            notebooks: diff::notebooks(sides.0, sides.1),
        })
    }

    fn notebook(title: &str, cells: &[String]) -> Notebook {
        let mut notebook = Notebook::default();
        notebook.metadata.insert("hunting".into(), json!({"id": "a", "title": title}));
        notebook.cells = cells.iter().map(|source| Cell::new(CellKind::Code, source.clone())).collect();
        notebook
    }

    #[test]
    fn what_is_written_in_a_notebook_mentions_nobody_and_is_no_markup() {
        assert_eq!(inert("a @team"), "a \\@\u{2060}team");
        assert_eq!(inert("#1 !2 GH-3"), "\\#\u{2060}1 \\!\u{2060}2 GH\\-\u{2060}3");
        assert_eq!(inert("https://x www.x"), "https:\u{2060}//x www\\.\u{2060}x");
        assert_eq!(inert("<b>[a](b)`"), "\\<b\\>\\[\u{2060}a\\]\\(b\\)\\`");
        assert_eq!(inert("a\n/approve\u{202e}"), "a␊/approve\u{fffd}");
    }

    #[test]
    fn no_line_closes_its_fence() {
        for run in [3, 4, 17, 5_000] {
            let hostile = format!("x\n{}\n</details>\n@team", "`".repeat(run));
            let told = comment(&notebook("a", &[]), &notebook("a", &[hostile]));
            let opened = told.lines().find(|line| line.starts_with("```")).unwrap();
            let fence = opened.strip_suffix("diff").unwrap();
            assert!(fence.len() <= LONGEST_FENCE + 1, "{}", fence.len());
            let inside: Vec<&str> = told.lines().skip_while(|line| *line != opened).skip(1).collect();
            let closed = inside.iter().position(|line| line.trim_start().starts_with(fence)).unwrap();
            assert!(inside[closed - 1].contains("@team"), "{told}");
        }
    }

    #[test]
    fn a_comment_stays_below_what_a_forge_takes_and_says_what_is_left_out() {
        let many: Vec<String> =
            (0..300).map(|n| format!("cell {n}\n{}", "a line of words\n".repeat(40))).collect();
        let told = comment(&notebook("a", &[]), &notebook("b", &many));
        assert!(told.chars().count() <= LONGEST, "{}", told.chars().count());
        assert!(told.contains("and ") && told.contains("further changes"), "{told}");
        assert!(
            told.trim_end().ends_with('.') && told.contains("Too much for a comment; left out: "),
            "{told}"
        );
        let one = comment(&notebook("a", &[]), &notebook("a", &["é line\n".repeat(40_000)]));
        assert!(one.chars().count() <= LONGEST && one.contains("more lines @@"), "{}", one.chars().count());
    }

    #[test]
    fn two_that_are_equal_are_said_to_be() {
        let same = notebook("LSASS", &["x".into()]);
        assert_eq!(
            comment(&same, &same),
            "<!-- huntshelf diff -->\n### LSASS\n\nFile: new\\.md\n\nThe notebooks say the same.\n"
        );
    }
}
