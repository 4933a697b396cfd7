//! What is put into the HTML behind the sanitizer: formulas, and references to what comes later in the notebook.
//!
//! In the HTML that is sanitized a word stands for each. It holds a hash of the very text that it was made from: no text
//! can hold its own hash, so no author can write such a word. And a word counts only where it stands as text, never
//! within a tag.

use super::highlight::escape;
use super::{Page, places};
use sha2::{Digest, Sha256};
use std::fmt::Write;

/// What such a word begins with.
const PREFIX: &str = "huntshelflater";

/// Something that is put in late.
pub(super) enum Late {
    /// HTML of our own making.
    Html(String),
    /// A reference to a label.
    Reference(Reference),
}

/// A reference to a target, a heading, a figure, a table or a formula.
pub(super) struct Reference {
    /// The label as written.
    pub(super) label: String,
    /// The words of the author; `%s` and `{number}` stand for the number. None for what the label's thing is called.
    pub(super) text: Option<String>,
    /// Whether the number is asked for rather than the title.
    pub(super) number: bool,
}

/// What a label names.
#[derive(Default, Clone)]
pub(super) struct Label {
    /// The title of the heading or the caption behind it.
    pub(super) title: String,
    /// `Figure 2`, `Table 1`, `(3)`.
    pub(super) number: Option<String>,
}

/// The hash that words made from this text hold.
pub(super) fn hash_of(source: &str) -> String {
    let mut hex = String::with_capacity(32);
    for byte in &Sha256::digest(source.as_bytes())[..16] {
        let _ = write!(hex, "{byte:02x}");
    }
    hex
}

impl Page<'_> {
    /// Keeps something for later and writes the word that stands for it.
    pub(super) fn later(&mut self, late: Late, out: &mut String) {
        let hash = self.hash.get_or_insert_with(|| hash_of(&self.source));
        let _ = write!(out, "{PREFIX}{hash}x{}x", self.late.len());
        self.late.push((hash.clone(), late));
    }

    /// Puts in what was kept.
    pub(super) fn fill(&self, html: &mut String) {
        if self.late.is_empty() || !html.contains(PREFIX) {
            return;
        }
        let mut out = String::with_capacity(html.len() * 2);
        let mut rest = html.as_str();
        while !rest.is_empty() {
            let (text, tag) = rest.split_at(rest.find('<').unwrap_or(rest.len()));
            self.fill_text(text, &mut out);
            let (tag, behind) = tag.split_at(end_of_tag(tag));
            out.push_str(tag);
            rest = behind;
        }
        *html = out;
    }

    fn fill_text(&self, text: &str, out: &mut String) {
        let mut rest = text;
        while let Some(at) = rest.find(PREFIX) {
            out.push_str(&rest[..at]);
            let word = &rest[at + PREFIX.len()..];
            let found = word.split_once('x').and_then(|(hash, behind)| {
                let (index, behind) = behind.split_once('x')?;
                let (own, late) = self.late.get(index.parse::<usize>().ok()?)?;
                (own == hash).then_some((late, behind))
            });
            if let Some((late, behind)) = found {
                match late {
                    Late::Html(html) => out.push_str(html),
                    Late::Reference(reference) => self.refer(reference, out),
                }
                rest = behind;
            } else {
                out.push_str(PREFIX);
                rest = word;
            }
        }
        out.push_str(rest);
    }

    /// A reference as a link to what it names; as its own words where nothing is named so.
    fn refer(&self, reference: &Reference, out: &mut String) {
        let href = places::fragment_href(&reference.label);
        let anchor = &href[1..];
        let label = self.labels.get(anchor).cloned().or_else(|| {
            let heading = self.headings.iter().find(|heading| heading.anchor == anchor)?;
            Some(Label { title: heading.text.clone(), number: None })
        });
        let Some(label) = label else {
            out.push_str("<span class=\"unlinked\" title=\"Nothing here has this name\">");
            escape(reference.text.as_deref().unwrap_or(&reference.label), out);
            out.push_str("</span>");
            return;
        };
        let number = label.number.as_deref();
        let digits = number.map(|number| number.trim_matches(|c: char| !c.is_ascii_digit()));
        out.push_str("<a class=\"ref\" href=\"");
        escape(&href, out);
        out.push_str("\">");
        match (&reference.text, digits) {
            (Some(text), Some(digits)) => {
                escape(
                    &text.replace("%s", digits).replace("{number}", digits).replace("{name}", &label.title),
                    out,
                );
            }
            (Some(text), None) => escape(text, out),
            (None, _) => {
                let title = Some(label.title.as_str()).filter(|title| !title.is_empty());
                let (first, second) = if reference.number { (number, title) } else { (title, number) };
                escape(first.or(second).unwrap_or(&reference.label), out);
            }
        }
        out.push_str("</a>");
    }
}

/// Behind the tag that a text begins with, as the sanitizer writes tags: values in double quotes.
fn end_of_tag(text: &str) -> usize {
    let mut quoted = false;
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'"' => quoted = !quoted,
            b'>' if !quoted => return at + 1,
            _ => {}
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_filled_in_text_and_nowhere_else() {
        let mut page = Page { source: "s".to_owned(), ..Page::default() };
        let mut word = String::new();
        page.later(Late::Html("<math></math>".to_owned()), &mut word);
        let mut html = format!("<p title=\"{word} >\">{word}<b>{word}</b></p>{PREFIX}0x0x{PREFIX}");
        page.fill(&mut html);
        assert_eq!(
            html,
            format!("<p title=\"{word} >\"><math></math><b><math></math></b></p>{PREFIX}0x0x{PREFIX}")
        );
    }

    #[test]
    fn a_word_of_another_text_is_text() {
        let mut page = Page { source: "s".to_owned(), ..Page::default() };
        page.later(Late::Html("<math></math>".to_owned()), &mut String::new());
        let forged = format!("{PREFIX}{}x0x", hash_of("t"));
        let mut html = forged.clone();
        page.fill(&mut html);
        assert_eq!(html, forged);
    }
}
