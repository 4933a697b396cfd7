//! What files and folders of a pack are called: names that every system takes, whatever a tenant or a procedure is called.

use crate::db::instances::Instance;

/// Longest part that comes from a copy's file name.
const LONGEST: usize = 60;

/// The folder of a copy: the day on which it was made, its file's name, its id. It begins with a digit and ends with the id,
/// so that it is neither hidden, nor one of the names that Windows keeps for itself, nor alike for two copies.
pub(super) fn folder(copy: &Instance) -> String {
    let stem = copy.file_name.strip_suffix(".ipynb").unwrap_or(&copy.file_name);
    format!("{}_{}_{}", copy.created_at.format("%Y-%m-%d"), plain(stem, LONGEST), plain(&copy.id, 40))
}

/// A text as letters, digits, hyphens and underscores alone.
pub(super) fn plain(text: &str, most: usize) -> String {
    let mut plain = String::new();
    for letter in text.chars() {
        let kept = letter.is_ascii_alphanumeric() || letter == '_';
        if kept {
            plain.push(letter);
        } else if !plain.ends_with('-') {
            plain.push('-');
        }
        if plain.len() >= most {
            break;
        }
    }
    let plain = plain.trim_matches('-');
    if plain.is_empty() { "x".to_owned() } else { plain.to_owned() }
}

/// The source's file.
pub(super) fn source(path: &str) -> &'static str {
    if catalog::notebook::ipynb::is_path(path) { "source.ipynb" } else { "source.md" }
}

#[cfg(test)]
mod tests {
    use super::plain;

    #[test]
    fn no_name_leads_elsewhere_or_is_one_that_a_system_keeps() {
        for (text, name) in [
            ("../../etc/passwd", "etc-passwd"),
            ("C:\\Windows\\..", "C-Windows"),
            ("a:b|c?d*e<f>g\"h", "a-b-c-d-e-f-g-h"),
            ("Kunde & Söhne GmbH.", "Kunde-S-hne-GmbH"),
            (".hidden", "hidden"),
            ("\u{202e}gpj.exe", "gpj-exe"),
            ("", "x"),
            ("...", "x"),
            ("a\0b\nc", "a-b-c"),
        ] {
            assert_eq!(plain(text, 60), name, "{text:?}");
        }
        assert_eq!(plain(&"x".repeat(500), 60).len(), 60);
    }
}
