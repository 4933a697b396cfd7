//! What reading is measured against.

/// The YAML parser over the front matter, and a walk over comrak's tree: what cannot be undercut by whoever uses these two.
pub(crate) fn floor(text: &str) -> usize {
    let mut count = 0;
    if let Some(front) = text.strip_prefix("---\n").and_then(|rest| rest.split_once("\n---\n")) {
        count += granit_parser::Parser::new_from_str(front.0).flatten().count();
    }
    let arena = comrak::Arena::new();
    let mut options = comrak::Options::default();
    options.extension.table = true;
    options.extension.front_matter_delimiter = Some("---".to_owned());
    count + comrak::parse_document(&arena, text, &options).descendants().count()
}
