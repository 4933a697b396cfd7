//! The choice of a theme, without a request.

use leptos::prelude::*;

/// Wraps the form that chooses a theme: a click sets the cookie that the server reads and switches the page at once.
#[island]
pub fn ThemeChoice(children: Children) -> impl IntoView {
    view! { <div class="theme-choice" on:click=move |event| choose(&event)>{children()}</div> }
}

#[cfg(not(target_arch = "wasm32"))]
fn choose(_: &leptos::ev::MouseEvent) {}

#[cfg(target_arch = "wasm32")]
fn choose(event: &leptos::ev::MouseEvent) {
    use wasm_bindgen::JsCast;

    let Some(button) = event
        .target()
        .and_then(|target| target.dyn_into::<web_sys::Element>().ok())
        .and_then(|target| target.closest("button[name=theme]").ok().flatten())
    else {
        return;
    };
    let (Some(word), Some(document)) = (button.get_attribute("value"), button.owner_document()) else {
        return;
    };
    let Some(root) = document.document_element() else { return };
    // A year for a choice; to leave it to the system is to have none.
    let age = if word == "system" { 0 } else { 31_536_000 };
    let secure = if window().location().protocol().is_ok_and(|protocol| protocol == "https:") {
        "; Secure"
    } else {
        ""
    };
    let cookie = format!("theme={word}; Path=/; Max-Age={age}; SameSite=Lax{secure}");
    if js_sys::Reflect::set(&document, &"cookie".into(), &cookie.into()).is_err() {
        return;
    }
    let switched = if word == "system" {
        root.remove_attribute("data-theme")
    } else {
        root.set_attribute("data-theme", &word)
    };
    if switched.is_err() {
        return;
    }
    event.prevent_default();
    if let Some(buttons) = button.parent_element().map(|form| form.children()) {
        for index in 0..buttons.length() {
            if let Some(other) = buttons.item(index).filter(|other| other.has_attribute("aria-pressed")) {
                let pressed = if other == button { "true" } else { "false" };
                let _ = other.set_attribute("aria-pressed", pressed);
            }
        }
    }
}
