//! Words that some customer may be called by, and that any report may hold: the language's, the trade's, the makers' of what
//! is hunted in.

use std::collections::HashSet;
use std::sync::LazyLock;

static WORDS: LazyLock<HashSet<&'static str>> =
    LazyLock::new(|| include_str!("dictionary.txt").split_whitespace().collect());

/// Whether a name is a word, in any case and number.
pub(crate) fn is_word(name: &str) -> bool {
    let lower = name.to_lowercase();
    let single = lower.strip_suffix('s').unwrap_or(&lower);
    WORDS.contains(lower.as_str()) || WORDS.contains(single)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_known_in_any_case() {
        for word in ["Target", "Apple", "SHELL", "orange", "Windows", "Services", "prod", "Microsoft"] {
            assert!(is_word(word), "{word}");
        }
        for name in ["Initech", "Globex", "Contoso", "acme"] {
            assert!(!is_word(name), "{name}");
        }
    }
}
