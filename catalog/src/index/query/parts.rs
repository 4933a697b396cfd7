//! A query shown back part by part, each with what is left without it.

use super::parse::{Node, Parsed, parse};
use std::ops::Range;

/// A part of a query: one of all that must hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// What it is.
    pub kind: PartKind,
    /// Whether it is left out rather than looked for.
    pub negated: bool,
    /// For a field its name, else empty.
    pub field: String,
    /// The word, the phrase, the value, or the text of a group.
    pub text: String,
    /// The query without it.
    pub rest: String,
}

/// What a part of a query is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PartKind {
    /// A word.
    Word,
    /// A phrase.
    Phrase,
    /// A field and its value.
    Field,
    /// What stands between `OR`s or in parentheses.
    Group,
}

/// The parts of a query. None where it is words alone, of which its text says all there is to say.
pub fn parts(text: &str) -> Vec<Part> {
    let Parsed { root: Node::And(nodes), spans, .. } = parse(text) else { return Vec::new() };
    if nodes.iter().all(|node| matches!(node, Node::Word { .. })) {
        return Vec::new();
    }
    nodes.into_iter().zip(spans).map(|(node, at)| part(node, text, at)).collect()
}

fn part(node: Node, text: &str, at: Range<usize>) -> Part {
    let (negated, node) = match node {
        Node::Not(inner) => (true, *inner),
        node => (false, node),
    };
    let rest = without(text, &at);
    let (kind, field, text) = match node {
        Node::Word { text, .. } => (PartKind::Word, String::new(), text),
        Node::Phrase(text) => (PartKind::Phrase, String::new(), text),
        Node::Field { name, value } => (PartKind::Field, name, value),
        _ => {
            let written = &text[at];
            let written =
                if negated { written.trim_start_matches("NOT").trim_start_matches('-') } else { written };
            (PartKind::Group, String::new(), written.trim().to_owned())
        }
    };
    Part { kind, negated, field, text, rest }
}

/// A text without what stands at a place. A blank stands there instead: what was parted by it stays parted.
pub(in crate::index) fn without(text: &str, at: &Range<usize>) -> String {
    let before = text.get(..at.start).unwrap_or_default().trim_end();
    let behind = text.get(at.end..).unwrap_or_default().trim_start();
    let blank = if before.is_empty() || behind.is_empty() { "" } else { " " };
    format!("{before}{blank}{behind}")
}

#[cfg(test)]
mod tests {
    use super::super::parse::{MAX_CHARS, MAX_TERMS};
    use super::*;
    use proptest::prelude::*;

    fn told(text: &str) -> Vec<(String, String)> {
        let said = |part: &Part| {
            let not = if part.negated { "not " } else { "" };
            let field = if part.field.is_empty() { String::new() } else { format!("{} ", part.field) };
            format!("{not}{field}{}", part.text)
        };
        parts(text).iter().map(|part| (said(part), part.rest.clone())).collect()
    }

    fn pairs(told: &[(String, String)]) -> Vec<(&str, &str)> {
        told.iter().map(|(said, rest)| (said.as_str(), rest.as_str())).collect()
    }

    #[test]
    fn every_part_is_told_with_what_is_left_without_it() {
        let parts = told(r#"lsass -tag:azure "golden ticket" data:process OR data:auth"#);
        assert_eq!(
            pairs(&parts),
            [
                ("lsass", r#"-tag:azure "golden ticket" data:process OR data:auth"#),
                ("not tag azure", r#"lsass "golden ticket" data:process OR data:auth"#),
                ("golden ticket", "lsass -tag:azure data:process OR data:auth"),
                ("data:process OR data:auth", r#"lsass -tag:azure "golden ticket""#),
            ]
        );
        assert_eq!(pairs(&told("a(b c)d")), [("a", "(b c)d"), ("(b c)", "a d"), ("d", "a(b c)")]);
        assert_eq!(pairs(&told("NOT (a OR b) c")), [("not (a OR b)", "c"), ("c", "NOT (a OR b)")]);
    }

    #[test]
    fn words_alone_need_no_telling() {
        assert!(parts("lsass memory").is_empty() && parts("").is_empty());
    }

    /// Which word is the last, and so a beginning, changes when the last is taken away.
    fn plain(node: Node) -> Node {
        match node {
            Node::Word { text, .. } => Node::Word { text, prefix: false },
            Node::Not(inner) => Node::Not(Box::new(plain(*inner))),
            Node::And(nodes) => Node::And(nodes.into_iter().map(plain).collect()),
            Node::Or(nodes) => Node::Or(nodes.into_iter().map(plain).collect()),
            node => node,
        }
    }

    fn nodes(text: &str) -> Vec<Node> {
        match parse(text).root {
            Node::And(nodes) => nodes.into_iter().map(plain).collect(),
            node => vec![plain(node)],
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]
        #[test]
        fn without_a_part_the_others_are_read_as_before(
            text in r#"([a-c]|[a-c]\*|tag:a|tag:"|-|\(|\)|"|  ?|é| OR | NOT |AND ){0,24}"#
        ) {
            prop_assume!(text.chars().count() <= MAX_CHARS);
            prop_assume!(parse(&text).leaves.len() < MAX_TERMS);
            let whole = nodes(&text);
            for (at, part) in parts(&text).into_iter().enumerate() {
                let mut others = whole.clone();
                others.remove(at);
                prop_assert_eq!(nodes(&part.rest), others, "{:?} without {:?}: {:?}", &text, at, &part.rest);
            }
        }
    }
}
