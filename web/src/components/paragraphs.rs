//! Plain text of several lines.

use leptos::prelude::*;

/// The paragraphs of a text, as empty lines part them.
pub(crate) fn paragraphs(text: &str) -> AnyView {
    let each = |part: &str| {
        let part = part.trim().to_owned();
        (!part.is_empty()).then(|| view! { <p>{part}</p> })
    };
    text.split("\n\n").filter_map(each).collect_view().into_any()
}
