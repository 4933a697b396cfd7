//! Text to tree.

use crate::index::document::cut;
use std::ops::Range;

/// Longest text that is read, in characters.
pub(in crate::index) const MAX_CHARS: usize = 512;
/// Most words, phrases and fields.
pub(in crate::index) const MAX_TERMS: usize = 32;
/// Deepest parentheses.
pub(in crate::index) const MAX_DEPTH: usize = 8;

/// What was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::index) struct Parsed {
    /// All that must hold.
    pub(in crate::index) root: Node,
    /// Where each part of the root stands in the text, in bytes: from what negates it to its end.
    pub(in crate::index) spans: Vec<Range<usize>>,
    /// Where every word, phrase and field stands, in bytes.
    pub(in crate::index) leaves: Vec<(Range<usize>, Node)>,
    /// What was not read as it was written.
    pub(in crate::index) hints: Vec<String>,
}

/// A part of a query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::index) enum Node {
    /// All of these.
    And(Vec<Node>),
    /// One of these.
    Or(Vec<Node>),
    /// Not this.
    Not(Box<Node>),
    /// A word; as a prefix, too.
    Word { text: String, prefix: bool },
    /// Words in this order.
    Phrase(String),
    /// A field and its value, as written.
    Field { name: String, value: String },
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Token {
    Open,
    Close,
    Or,
    Not,
    Leaf(Node),
}

/// Reads a query. Any text is one.
pub(in crate::index) fn parse(text: &str) -> Parsed {
    let mut hints = Vec::new();
    let mut text = text;
    if let Some((end, _)) = text.char_indices().nth(MAX_CHARS) {
        text = &text[..end];
        hints.push(format!("Only the first {MAX_CHARS} characters were read."));
    }
    let mut tokens = tokens(text, &mut hints);
    if let Some((Token::Leaf(Node::Word { prefix, .. }), _)) = tokens.last_mut() {
        *prefix = true;
    }
    let mut parser = Parser {
        tokens: tokens.into_iter(),
        leaves: Vec::new(),
        end: 0,
        unopened: 0,
        too_deep: 0,
        dropped: 0,
    };
    let (nodes, spans) = parser.group(0).into_iter().unzip();
    let root = Node::And(nodes);
    if parser.dropped > 0 {
        hints.push(format!("Only the first {MAX_TERMS} words, phrases and fields were read."));
    }
    if parser.too_deep > 0 {
        hints.push(format!("Parentheses deeper than {MAX_DEPTH} were not looked at."));
    }
    if parser.unopened > 0 {
        hints.push("A closing parenthesis without an opening one was not looked at.".to_owned());
    }
    Parsed { root, spans, leaves: parser.leaves, hints }
}

struct Parser {
    tokens: std::vec::IntoIter<(Token, Range<usize>)>,
    leaves: Vec<(Range<usize>, Node)>,
    /// Where the last token ended.
    end: usize,
    unopened: usize,
    too_deep: usize,
    dropped: usize,
}

impl Parser {
    /// What is and-ed up to the closing parenthesis, each with where it stands.
    fn group(&mut self, depth: usize) -> Vec<(Node, Range<usize>)> {
        let mut nodes: Vec<(Node, Range<usize>)> = Vec::new();
        let mut negated = false;
        // Where what negates the next node begins.
        let mut begins = None;
        // The node before an `OR` waits for the one behind it.
        let mut either = false;
        let mut flattened = 0;
        while let Some((token, at)) = self.tokens.next() {
            self.end = at.end;
            let node = match token {
                Token::Close if flattened > 0 => {
                    flattened -= 1;
                    continue;
                }
                Token::Close if depth > 0 => break,
                Token::Close => {
                    self.unopened += 1;
                    continue;
                }
                Token::Open if depth == MAX_DEPTH => {
                    self.too_deep += 1;
                    flattened += 1;
                    continue;
                }
                Token::Open => {
                    let mut inner: Vec<Node> =
                        self.group(depth + 1).into_iter().map(|(node, _)| node).collect();
                    match inner.len() {
                        0 => continue,
                        1 => inner.remove(0),
                        _ => Node::And(inner),
                    }
                }
                Token::Or => {
                    either = !nodes.is_empty();
                    continue;
                }
                Token::Not => {
                    negated = !negated;
                    begins = begins.or(Some(at.start));
                    continue;
                }
                Token::Leaf(_) if self.leaves.len() == MAX_TERMS => {
                    self.dropped += 1;
                    continue;
                }
                Token::Leaf(leaf) => {
                    self.leaves.push((at.clone(), leaf.clone()));
                    leaf
                }
            };
            let at = begins.take().unwrap_or(at.start)..self.end;
            let node = if std::mem::take(&mut negated) { Node::Not(Box::new(node)) } else { node };
            if !std::mem::take(&mut either) {
                nodes.push((node, at));
                continue;
            }
            match nodes.pop() {
                Some((Node::Or(mut any), before)) => {
                    any.push(node);
                    nodes.push((Node::Or(any), before.start..at.end));
                }
                Some((first, before)) => nodes.push((Node::Or(vec![first, node]), before.start..at.end)),
                None => nodes.push((node, at)),
            }
        }
        nodes
    }
}

/// The tokens, and where each stands.
fn tokens(text: &str, hints: &mut Vec<String>) -> Vec<(Token, Range<usize>)> {
    let mut tokens = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let start = text.len() - rest.len();
        let after = &rest[first.len_utf8()..];
        let (token, used) = match first {
            '(' => (Some(Token::Open), 1),
            ')' => (Some(Token::Close), 1),
            '"' => {
                let (phrase, used) = quoted(after, hints);
                (Some(Token::Leaf(Node::Phrase(phrase.to_owned()))), 1 + used)
            }
            // `-word` leaves out; `--switch` and a lone dash are as written.
            '-' if after.starts_with(|next: char| next != '-' && !next.is_whitespace()) => {
                (Some(Token::Not), 1)
            }
            _ => word(rest, hints),
        };
        tokens.extend(token.map(|token| (token, start..start + used)));
        rest = rest[used..].trim_start();
    }
    tokens
}

/// What stands up to the closing quotation mark, and how long that is with the mark.
fn quoted<'a>(text: &'a str, hints: &mut Vec<String>) -> (&'a str, usize) {
    if let Some(end) = text.find('"') {
        (&text[..end], end + 1)
    } else {
        hints.push(
            "A quotation mark without its second one: all behind it was read as one phrase.".to_owned(),
        );
        (text, text.len())
    }
}

/// Reads a word, an operator or a field; answers how long it is. `AND` is nothing: all is and-ed.
fn word(text: &str, hints: &mut Vec<String>) -> (Option<Token>, usize) {
    let end =
        text.find(|char: char| char.is_whitespace() || matches!(char, '(' | ')' | '"')).unwrap_or(text.len());
    let word = &text[..end];
    let token = match word {
        "OR" | "|" | "||" => Token::Or,
        "AND" | "&&" => return (None, end),
        "NOT" => Token::Not,
        _ => {
            if let Some((name, value)) = word.split_once(':')
                && is_name(name)
            {
                if value.is_empty() && text[end..].starts_with('"') {
                    let (value, used) = quoted(&text[end + 1..], hints);
                    return (Some(field(name, value)), end + 1 + used);
                }
                // A path behind a drive or a hive, or a URL, is no value of a field.
                if !value.is_empty() && !value.starts_with(['\\', '/']) {
                    return (Some(field(name, value)), end);
                }
            }
            let (text, prefix) = match word.strip_suffix('*') {
                Some(text) => (text, true),
                None => (word, false),
            };
            Token::Leaf(Node::Word { text: text.to_owned(), prefix })
        }
    };
    (Some(token), end)
}

fn field(name: &str, value: &str) -> Token {
    Token::Leaf(Node::Field { name: name.to_ascii_lowercase(), value: cut(value.trim(), 400).to_owned() })
}

fn is_name(name: &str) -> bool {
    name.starts_with(|char: char| char.is_ascii_alphabetic())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn word(text: &str) -> Node {
        Node::Word { text: text.into(), prefix: false }
    }

    fn last(text: &str) -> Node {
        Node::Word { text: text.into(), prefix: true }
    }

    fn field(name: &str, value: &str) -> Node {
        Node::Field { name: name.into(), value: value.into() }
    }

    fn root(text: &str) -> Vec<Node> {
        match parse(text).root {
            Node::And(nodes) => nodes,
            other => vec![other],
        }
    }

    #[test]
    fn words_are_and_ed_and_the_last_is_a_prefix() {
        assert_eq!(root("lsass mem"), [word("lsass"), last("mem")]);
    }

    #[test]
    fn a_word_with_a_star_is_a_prefix_anywhere() {
        assert_eq!(root("kerb* ticket"), [last("kerb"), last("ticket")]);
    }

    #[test]
    fn or_stands_between_its_neighbours() {
        assert_eq!(
            root("lsass OR sam OR ntds dump"),
            [Node::Or(vec![word("lsass"), word("sam"), word("ntds")]), last("dump")]
        );
        assert_eq!(root("OR lsass"), [last("lsass")]);
    }

    #[test]
    fn a_dash_leaves_out_and_two_are_a_switch() {
        assert_eq!(root("-lsass a"), [Node::Not(Box::new(word("lsass"))), last("a")]);
        assert_eq!(root("--cache a"), [word("--cache"), last("a")]);
        assert_eq!(root("NOT lsass a"), [Node::Not(Box::new(word("lsass"))), last("a")]);
    }

    #[test]
    fn phrases_fields_and_parentheses_are_read() {
        assert_eq!(
            root(r#"("os credential" OR tag:"golden ticket") -tactic:TA0006"#),
            [
                Node::Or(vec![Node::Phrase("os credential".into()), field("tag", "golden ticket")]),
                Node::Not(Box::new(field("tactic", "TA0006")))
            ]
        );
    }

    #[test]
    fn paths_and_urls_are_words() {
        assert_eq!(root(r"C:\Windows x"), [word(r"C:\Windows"), last("x")]);
        assert_eq!(root("https://example.org x"), [word("https://example.org"), last("x")]);
    }

    #[test]
    fn what_does_not_close_is_read_all_the_same_and_said() {
        let parsed = parse(r#"a) (b "c d"#);
        assert_eq!(parsed.hints.len(), 2, "{:?}", parsed.hints);
        assert_eq!(
            parsed.root,
            Node::And(vec![word("a"), Node::And(vec![word("b"), Node::Phrase("c d".into())])])
        );
    }

    fn measure(node: &Node) -> (usize, usize) {
        let many = |nodes: &[Node]| {
            nodes.iter().map(measure).fold((0, 0), |sum, (terms, depth)| (sum.0 + terms, sum.1.max(depth)))
        };
        match node {
            Node::And(nodes) | Node::Or(nodes) => {
                let (terms, depth) = many(nodes);
                (terms, depth + 1)
            }
            Node::Not(node) => measure(node),
            _ => (1, 0),
        }
    }

    proptest! {
        #[test]
        fn any_text_is_a_query_within_bounds(text in r#"([a-z:"()* -]|OR|NOT|[^a-z]){0,700}"#) {
            let (terms, depth) = measure(&parse(&text).root);
            prop_assert!(terms <= MAX_TERMS);
            // Each pair of parentheses can hold one `and` and one `or`.
            prop_assert!(depth <= 2 * (MAX_DEPTH + 1) + 1, "{depth}");
        }

        #[test]
        fn deep_parentheses_are_bounded(depth in 0usize..600) {
            let (_, measured) = measure(&parse(&format!("{}x y", "(a ".repeat(depth))).root);
            prop_assert!(measured <= MAX_DEPTH + 1);
        }
    }
}
