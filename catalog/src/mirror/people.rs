//! Who people are: co-authors that messages name, and names as a `.mailmap` has them.

use super::walk::line;
use super::{BlobId, CommitId, Content, Mirror, MirrorError};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

/// The file that says who is who, at the root of a repository (gitmailmap(5)).
const MAILMAP: &str = ".mailmap";
/// The largest mailmap that is read, in bytes.
const MAX_MAILMAP: usize = 1 << 20;

/// Co-authors of one commit that are kept.
const CO_AUTHORS: usize = 20;
/// Bytes at the end of a message in which trailers are looked for.
const TRAILERS: usize = 8 << 10;
/// How a trailer that names one begins, in whatever case.
const CO_AUTHORED: &str = "co-authored-by";

/// A name and an address, as git has them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// The name.
    pub name: String,
    /// The address.
    pub email: String,
}

/// Names and addresses that stand for others.
pub struct Mailmap(Option<git2::Mailmap>);

impl Mailmap {
    /// Reads a mailmap. Lines that are none are passed over, as by git; what is no text or too large maps nobody.
    pub fn read(bytes: &[u8]) -> Self {
        let text = std::str::from_utf8(bytes).ok().filter(|text| text.len() <= MAX_MAILMAP);
        // Git heeds no case in what is mapped; libgit2 does.
        let text = text
            .map(|text| text.lines().flat_map(|line| [mapped_in_lower_case(line), "\n".into()]).collect());
        Self(text.and_then(|text: String| git2::Mailmap::from_buffer(&text).ok()))
    }

    /// Names somebody as the mailmap has them.
    pub(super) fn name(&self, name: &mut String, email: &mut String) {
        let Some(mailmap) = &self.0 else { return };
        // The time does not matter; a name that git would not write stays as it is.
        let (low_name, low_email) = (name.to_lowercase(), email.to_lowercase());
        let Ok(given) = git2::Signature::new(&low_name, &low_email, &git2::Time::new(0, 0)) else { return };
        let Ok(real) = mailmap.resolve_signature(&given) else { return };
        for (own, low, real) in [(name, low_name, real.name_bytes()), (email, low_email, real.email_bytes())]
        {
            // What is not mapped keeps its spelling.
            if real != low.trim().as_bytes() {
                *own = line(real, false);
            }
        }
    }
}

/// A line with what it maps (the last address, and the name before it where there are two) in lower case.
fn mapped_in_lower_case(written: &str) -> Cow<'_, str> {
    let Some(last) = written.rfind('<') else { return Cow::Borrowed(written) };
    let begins = written[..last].find('>').map_or(last, |end| end + 1);
    let (kept, mapped) = written.split_at(begins);
    Cow::Owned(format!("{kept}{}", mapped.to_lowercase()))
}

impl Mirror {
    /// The blob of the mailmap that a commit left, where there is one.
    ///
    /// # Errors
    /// When the commit or its tree is missing.
    pub fn mailmap_at(&self, commit: CommitId) -> Result<Option<BlobId>, MirrorError> {
        self.entry_at(commit, MAILMAP)
    }

    /// Reads a mailmap. One that is not there or too large maps nobody.
    ///
    /// # Errors
    /// When the mirror cannot be opened.
    pub fn mailmap(&self, blob: Option<BlobId>) -> Result<Mailmap, MirrorError> {
        Ok(match blob.map(|blob| self.blob(blob, MAX_MAILMAP)).transpose()? {
            Some(Content::Bytes(bytes)) => Mailmap::read(&bytes),
            _ => Mailmap(None),
        })
    }
}

/// Whom the trailers of a message name as co-authors, each once.
pub(super) fn co_authors(message: &[u8]) -> Vec<Person> {
    let tail = &message[message.len().saturating_sub(TRAILERS)..];
    let mut found: Vec<Person> = Vec::new();
    if !mentions(tail) {
        return found;
    }
    let text = String::from_utf8_lossy(tail);
    // The last paragraph holds the trailers.
    let last = text.trim_end().rsplit("\n\n").next().unwrap_or_default();
    for person in last.lines().filter_map(co_author) {
        if found.len() < CO_AUTHORS && !found.contains(&person) {
            found.push(person);
        }
    }
    found
}

/// Whom a line names as a co-author.
fn co_author(written: &str) -> Option<Person> {
    let (key, value) = written.split_once(':')?;
    if !key.trim().eq_ignore_ascii_case(CO_AUTHORED) {
        return None;
    }
    let (name, email) = value.trim().trim_end_matches('>').split_once('<')?;
    let person = Person { name: line(name.as_bytes(), false), email: line(email.as_bytes(), false) };
    (!person.name.is_empty()).then_some(person)
}

/// The paragraphs of a message without the trailers that name co-authors, who are told of as people.
pub(super) fn without_co_authors(body: &str) -> String {
    let (above, last) = body.rsplit_once("\n\n").map_or(("", body), |(above, last)| (above, last));
    if !mentions(last.as_bytes()) {
        return body.to_owned();
    }
    let rest: Vec<&str> = last.lines().filter(|line| co_author(line).is_none()).collect();
    format!("{above}\n\n{}", rest.join("\n")).trim().to_owned()
}

fn mentions(tail: &[u8]) -> bool {
    tail.windows(CO_AUTHORED.len()).any(|window| window.eq_ignore_ascii_case(CO_AUTHORED.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn named(mailmap: &str, name: &str, email: &str) -> (String, String) {
        let (mut name, mut email) = (name.to_owned(), email.to_owned());
        Mailmap::read(mailmap.as_bytes()).name(&mut name, &mut email);
        (name, email)
    }

    #[test]
    fn a_mailmap_names_people_as_git_does() {
        let mailmap = "# who is who\nAna Diaz <ana@example.com> <ana@old.example>\nBo <bo@example.com> B <b@example.com>\n";
        assert_eq!(named(mailmap, "ana", "ANA@old.example"), ("Ana Diaz".into(), "ana@example.com".into()));
        assert_eq!(named(mailmap, "B", "b@example.com"), ("Bo".into(), "bo@example.com".into()));
        let other = "Ana Diaz <ana@example.com> Ana D <Shared@Example.com>\n";
        assert_eq!(
            named(other, "ana d", "shared@example.com"),
            ("Ana Diaz".into(), "ana@example.com".into())
        );
        assert_eq!(named(other, "Cleo", "Shared@example.com"), ("Cleo".into(), "Shared@example.com".into()));
        assert_eq!(named(mailmap, "C", "b@example.com"), ("C".into(), "b@example.com".into()));
        assert_eq!(named("\u{1}<<>>", "C", "c@example.com"), ("C".into(), "c@example.com".into()));
    }

    #[test]
    fn co_authors_stand_in_the_last_paragraph() {
        let message = b"Tune the query\n\nCo-authored-by: Not One <x@example.com>\nin the prose.\n\n\
            Reviewed-by: Cleo <cleo@example.com>\nco-authored-by: Ana Diaz <ana@example.com>\n\
            Co-Authored-By: Bo <bo@example.com>\nCo-authored-by: Bo <bo@example.com>\nCo-authored-by: nobody\n";
        let names: Vec<_> = co_authors(message).into_iter().map(|person| person.name).collect();
        assert_eq!(names, ["Ana Diaz", "Bo"]);
        assert!(co_authors(b"Tune the query\n").is_empty());
    }

    #[test]
    fn who_is_told_of_as_a_person_is_not_told_of_again_in_the_message() {
        let body = "Why it is so.\n\nCo-authored-by: this stays\n\nReviewed-by: Cleo <cleo@example.com>\n\
            Co-Authored-By: Bo <bo@example.com>";
        let told = "Why it is so.\n\nCo-authored-by: this stays\n\nReviewed-by: Cleo <cleo@example.com>";
        assert_eq!(without_co_authors(body), told);
        assert_eq!(without_co_authors("Co-authored-by: Bo <bo@example.com>"), "");
        assert_eq!(without_co_authors("One.\n\nTwo."), "One.\n\nTwo.");
    }

    proptest! {
        #[test]
        fn no_message_or_mailmap_does_harm(bytes in proptest::collection::vec(any::<u8>(), 0..400), name in "\\PC{0,20}") {
            let message = [b"x\n\nCo-authored-by: ".as_slice(), &bytes].concat();
            prop_assert!(co_authors(&message).len() <= CO_AUTHORS);
            let _ = without_co_authors(&String::from_utf8_lossy(&message));
            let (mut name, mut email) = (name, "a@example.com".to_owned());
            Mailmap::read(&bytes).name(&mut name, &mut email);
        }
    }
}
