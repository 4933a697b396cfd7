//! What stands at the cursor.

use crate::index::query::parse::{Node, parse};

/// Most words before the cursor that are taken for the beginning of one name.
const WORDS: usize = 4;

/// The word or field at the cursor. Places are bytes of the text.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Typed {
    /// The value of a field, up to the cursor; what to replace, with the field's name.
    Value { name: String, value: String, from: usize, to: usize },
    /// Words up to the cursor.
    Words {
        /// Where each run of words that ends at the cursor begins, and the run; the longest first.
        runs: Vec<(usize, String)>,
        /// The words of the longest run.
        words: Vec<String>,
        /// Where the word at the cursor ends.
        to: usize,
    },
}

impl Typed {
    /// What stands at a character of the text, or at its end; nothing where the cursor stands behind a blank.
    pub(super) fn at(text: &str, at: Option<usize>) -> Option<Self> {
        let cursor = at.and_then(|at| text.char_indices().nth(at)).map_or(text.len(), |(byte, _)| byte);
        let leaves = parse(text).leaves;
        let place = leaves.iter().position(|(at, _)| at.start < cursor && cursor <= at.end)?;
        let (span, leaf) = &leaves[place];
        let so_far = &text[span.start..cursor];
        match leaf {
            Node::Field { name, .. } => {
                let (_, value) = so_far.split_once(':')?;
                let (open, value) = value.strip_prefix('"').map_or((false, value), |value| (true, value));
                // A quotation mark that nobody has closed yet runs on over what is typed behind.
                let unclosed = open && !text[span.start + name.len() + 2..span.end].ends_with('"');
                let to = if unclosed { cursor } else { span.end };
                let value = value.trim_end_matches('"').to_owned();
                Some(Self::Value { name: name.clone(), value, from: span.start, to })
            }
            Node::Word { text: word, .. } if so_far.ends_with(':') && word.len() == so_far.len() => {
                let name = so_far.trim_end_matches(':').to_ascii_lowercase();
                Some(Self::Value { name, value: String::new(), from: span.start, to: span.end })
            }
            Node::Word { .. } => {
                let beside = |pair: &[(std::ops::Range<usize>, Node)]| {
                    let words = pair.iter().all(|(_, node)| matches!(node, Node::Word { .. }));
                    words && text[pair[0].0.end..pair[1].0.start].trim().is_empty()
                };
                let before = (1..WORDS.min(place + 1))
                    .take_while(|back| beside(&leaves[place - back..=place - back + 1]))
                    .count();
                let starts = leaves[place - before..=place].iter().map(|(at, _)| at.start);
                let runs: Vec<(usize, String)> =
                    starts.map(|start| (start, text[start..cursor].to_owned())).collect();
                let words = runs[0].1.split_whitespace().map(str::to_owned).collect();
                Some(Self::Words { runs, words, to: span.end })
            }
            Node::Phrase(_) => {
                let phrase = so_far.trim_matches('"').to_owned();
                let unclosed = !text[span.start + 1..span.end].ends_with('"');
                let to = if unclosed { cursor } else { span.end };
                let words = phrase.split_whitespace().map(str::to_owned).collect();
                Some(Self::Words { runs: vec![(span.start, phrase)], words, to })
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn value(text: &str, at: Option<usize>) -> (String, String, usize, usize) {
        match Typed::at(text, at) {
            Some(Typed::Value { name, value, from, to }) => (name, value, from, to),
            other => panic!("{text}: {other:?}"),
        }
    }

    #[test]
    fn a_field_is_completed_up_to_the_cursor_and_replaced_whole() {
        assert_eq!(value("lsass tac -tactic:cred", None), ("tactic".into(), "cred".into(), 11, 22));
        assert_eq!(value("tag:golden x", Some(6)), ("tag".into(), "go".into(), 0, 10));
        assert_eq!(value("tag:", None), ("tag".into(), String::new(), 0, 4));
        assert_eq!(value("tag:\"golden t", None), ("tag".into(), "golden t".into(), 0, 13));
        assert_eq!(value("tag:\"golden lsass", Some(11)), ("tag".into(), "golden".into(), 0, 11));
        assert_eq!(value("tag:\"golden ticket\" x", Some(9)), ("tag".into(), "gold".into(), 0, 19));
    }

    #[test]
    fn words_are_completed_with_those_before_them() {
        let Some(Typed::Words { runs, words, to }) = Typed::at("tag:x lsass mem", None) else { panic!() };
        assert_eq!(runs, [(6, "lsass mem".to_owned()), (12, "mem".to_owned())]);
        assert_eq!((words, to), (vec!["lsass".to_owned(), "mem".to_owned()], 15));
        assert_eq!(Typed::at("lsass ", None), None);
        assert_eq!(Typed::at("", None), None);
    }

    proptest! {
        #[test]
        fn any_text_and_place_can_be_asked_about(text in r#"([a-zé:"()* -]|OR|tag:|[^a-z]){0,80}"#, at in 0usize..100) {
            match Typed::at(&text, Some(at)) {
                Some(Typed::Value { from, to, .. }) => prop_assert!(text.get(from..to).is_some()),
                Some(Typed::Words { runs, to, .. }) => {
                    for (from, _) in runs {
                        prop_assert!(text.get(from..to).is_some());
                    }
                }
                None => {}
            }
        }
    }
}
