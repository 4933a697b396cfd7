//! The query language of the search box: text to tree ([`parse`]), tree to tantivy's queries ([`compile`]).
//!
//! Words are and-ed, and the last one also matches as a prefix; `word*` does so anywhere. `"a phrase"`, `-not`,
//! parentheses; `OR` stands between its two neighbours, as in Splunk and in web search: `lsass OR sam dump` asks for
//! `dump` with either. `field:value`, `field:"a value"`. `in:title` holds for the words of its parentheses.
//!
//! What a team says to mean the same as a word or phrase is found with it, but in what is left out.
//!
//! Words that are the name of a technique lift what is mapped to it; those that name an actor ([`known`]) also find what hunts
//! its techniques. Misspellings are forgiven only where nothing was found ([`typos`]).
//!
//! It never fails and user text never reaches tantivy's own parser. What cannot be read as a query is searched as
//! words, and a hint says so.

pub(super) mod compile;
mod dates;
mod excluded;
pub(super) mod known;
pub(super) mod parse;
mod parts;
pub(super) mod prefix;
pub(super) mod typos;

pub(super) use known::is_actor;
pub(super) use parts::without;
pub use parts::{Part, PartKind, parts};
