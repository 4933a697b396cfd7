//! Pieces of text with the matches marked.
//!
//! A stored text is never analyzed whole: a scan for what the words begin with finds candidates, and only a window
//! around one of them is cut into tokens and compared. What is not a mark is escaped.

use super::Snippet;
use super::analysis::{Analyzer, Kind};
use super::query::compile::Needle;
use aho_corasick::{AhoCorasick, MatchKind};
use std::ops::Range;

/// How much text a snippet shows, in bytes.
const WINDOW: usize = 240;
/// How much of that stands before the first match.
const BEFORE: usize = 60;
/// How much further tokens are looked at, so that none is cut.
const MARGIN: usize = 110;
/// Most candidates of one text that are looked at.
const MAX_CANDIDATES: usize = 12;
/// Longest text that is shown whole, in bytes.
const MAX_WHOLE: usize = 400;

/// Cuts snippets for one search.
pub(super) struct Cutter<'a> {
    needles: &'a [Needle],
    scanner: AhoCorasick,
}

impl<'a> Cutter<'a> {
    /// None when there is nothing to mark.
    pub(super) fn new(needles: &'a [Needle]) -> Option<Self> {
        if needles.is_empty() {
            return None;
        }
        let scanner = AhoCorasick::builder()
            .ascii_case_insensitive(true)
            .match_kind(MatchKind::LeftmostFirst)
            .build(needles.iter().map(|needle| &needle.scan))
            .ok()?;
        Some(Self { needles, scanner })
    }

    /// The best piece of a text, if one of the words stands in it.
    pub(super) fn cut(&self, field: &str, text: &str, analyzer: &mut Analyzer) -> Option<Snippet> {
        let mut best: Option<(usize, Range<usize>, Vec<Range<usize>>)> = None;
        let mut looked_at = 0;
        for (candidates, found) in self.scanner.find_iter(text).enumerate() {
            if candidates == MAX_CANDIDATES {
                break;
            }
            // Within a window that was looked at already there is nothing new.
            if found.start() < looked_at {
                continue;
            }
            let window = if text.len() <= MAX_WHOLE { 0..text.len() } else { window(text, found.start()) };
            looked_at = window.end;
            let (different, marks) = self.marks(text, &window, analyzer);
            if different > best.as_ref().map_or(0, |(different, ..)| *different) {
                best = Some((different, window, marks));
            }
            if different >= self.needles.len() {
                break;
            }
        }
        let (_, window, marks) = best?;
        Some(Snippet { field: field.to_owned(), html: html(text, &window, &marks) })
    }

    /// What is to be marked within a window, and how many different words that is.
    fn marks(
        &self,
        text: &str,
        window: &Range<usize>,
        analyzer: &mut Analyzer,
    ) -> (usize, Vec<Range<usize>>) {
        let from = text.floor_char_boundary(window.start.saturating_sub(MARGIN));
        let to = text.ceil_char_boundary((window.end + MARGIN).min(text.len()));
        let mut marks: Vec<Range<usize>> = Vec::new();
        let mut seen = vec![false; self.needles.len()];
        analyzer.analyze(&text[from..to], |token| {
            let place = from + token.start..from + token.end;
            if place.start < window.start || place.end > window.end {
                return;
            }
            for (needle, seen) in self.needles.iter().zip(&mut seen) {
                let hit = if needle.prefix {
                    token.text.starts_with(&needle.token)
                } else {
                    token.kind != Kind::Surface && token.text == needle.token
                };
                if hit {
                    *seen = true;
                    marks.push(place.clone());
                }
            }
        });
        marks.sort_unstable_by_key(|mark| (mark.start, std::cmp::Reverse(mark.end)));
        marks.dedup_by(|next, before| {
            let within = next.start < before.end;
            if within {
                before.end = before.end.max(next.end);
            }
            within
        });
        (seen.iter().filter(|seen| **seen).count(), marks)
    }
}

/// The stretch to show around a match: it begins and ends between words where it can.
fn window(text: &str, at: usize) -> Range<usize> {
    let start = text.floor_char_boundary(at.saturating_sub(BEFORE));
    let end = text.ceil_char_boundary((start + WINDOW).min(text.len()));
    let start = if start == 0 {
        0
    } else {
        text[start..at].find(char::is_whitespace).map_or(start, |blank| start + blank)
    };
    let end = if end == text.len() {
        end
    } else {
        text[at..end].rfind(char::is_whitespace).map_or(end, |blank| at + blank)
    };
    start..end
}

fn html(text: &str, window: &Range<usize>, marks: &[Range<usize>]) -> String {
    let mut html = String::with_capacity(window.len() + 13 * marks.len() + 8);
    if window.start > 0 {
        html.push('…');
    }
    let mut at = window.start;
    for mark in marks {
        escape(&text[at..mark.start], &mut html);
        html.push_str("<mark>");
        escape(&text[mark.clone()], &mut html);
        html.push_str("</mark>");
        at = mark.end;
    }
    escape(&text[at..window.end], &mut html);
    let trimmed = html.trim_end().len();
    html.truncate(trimmed);
    if window.end < text.len() {
        html.push('…');
    }
    html
}

pub(super) fn escape(text: &str, html: &mut String) {
    for char in text.chars() {
        match char {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '"' => html.push_str("&quot;"),
            '\'' => html.push_str("&#39;"),
            _ => html.push(char),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn needle(token: &str, prefix: bool, scan: &str) -> Needle {
        Needle { token: token.into(), prefix, scan: scan.into() }
    }

    fn cut(needles: &[Needle], text: &str) -> Option<String> {
        let cutter = Cutter::new(needles)?;
        cutter.cut("prose", text, &mut Analyzer::default()).map(|snippet| snippet.html)
    }

    #[test]
    fn every_form_of_a_word_is_marked() {
        let html = cut(&[needle("dump", false, "dump")], "Dumping, dumps and a dumpster.").unwrap();
        assert_eq!(html, "<mark>Dumping</mark>, <mark>dumps</mark> and a dumpster.");
    }

    #[test]
    fn a_prefix_marks_the_whole_word() {
        let html = cut(&[needle("cred", true, "cred")], "Steals credentials.").unwrap();
        assert_eq!(html, "Steals <mark>credentials</mark>.");
    }

    #[test]
    fn what_an_author_wrote_is_escaped() {
        let html = cut(&[needle("lsass", false, "lsass")], "<script>lsass & 'co'</script>").unwrap();
        assert_eq!(html, "&lt;script&gt;<mark>lsass</mark> &amp; &#39;co&#39;&lt;/script&gt;");
    }

    #[test]
    fn the_window_with_the_most_words_is_shown() {
        let filler = "something else entirely ".repeat(40);
        let text = format!("lsass alone. {filler} Here lsass memory is read. {filler}");
        let needles = [needle("lsass", false, "lsass"), needle("memori", false, "memor")];
        let html = cut(&needles, &text).unwrap();
        assert!(html.contains("<mark>lsass</mark> <mark>memory</mark>"), "{html}");
        assert!(html.starts_with('…') && html.ends_with('…') && html.len() < WINDOW + 60);
    }

    proptest! {
        #[test]
        fn marks_only_are_added_to_any_text(text in any::<String>(), more in r"([a-z<>&é🦀 .\\-]|lsass){0,900}") {
            let text = format!("{text}{more}");
            let needles = [needle("lsass", false, "lsass"), needle("a", true, "a")];
            if let Some(html) = cut(&needles, &text) {
                let plain = html.replace("<mark>", "").replace("</mark>", "");
                prop_assert!(!plain.contains(['<', '>', '"', '\'']));
                prop_assert_eq!(html.matches("<mark>").count(), html.matches("</mark>").count());
            }
        }
    }
}
