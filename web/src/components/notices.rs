//! What a reader must not miss, above what they came for.

use crate::components::facts::message;
use leptos::prelude::*;

/// How much a notice matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Weight {
    /// Worth knowing.
    Note,
    /// To be taken into account.
    Caution,
    /// Something is wrong or refused.
    Alarm,
}

/// A notice with anything in it.
pub(crate) fn notice(weight: Weight, content: AnyView) -> AnyView {
    let class = match weight {
        Weight::Note => "notice",
        Weight::Caution => "notice caution",
        Weight::Alarm => "notice alarm",
    };
    view! { <div class=class role="note">{content}</div> }.into_any()
}

/// Several sentences as notices of one weight.
pub(crate) fn sentences(weight: Weight, sentences: Vec<String>) -> AnyView {
    sentences
        .into_iter()
        .map(|sentence| notice(weight, view! { <p>{message(&sentence)}</p> }.into_any()))
        .collect_view()
        .into_any()
}

/// Nothing is here yet: what that means and what to do.
pub(crate) fn empty(title: impl Into<String>, content: AnyView) -> AnyView {
    let title = title.into();
    view! { <div class="empty"><p class="empty-title">{title}</p>{content}</div> }.into_any()
}
