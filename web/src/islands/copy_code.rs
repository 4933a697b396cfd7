//! Takes the text of a cell to the clipboard.

use leptos::prelude::*;

/// Wraps the notebook: a click on a cell's copy button takes the cell's text to the clipboard, and says so.
///
/// The buttons are on the page from the start and shown once the islands are awake.
#[island]
pub fn CopyCode(children: Children) -> impl IntoView {
    let said = RwSignal::new(String::new());
    view! {
        <div class="copies-code" on:click=move |event| copy(&event, said)>
            {children()}
            <p class="unseen" role="status">{move || said.get()}</p>
        </div>
    }
}

#[cfg(not(target_arch = "wasm32"))]
fn copy(_: &leptos::ev::MouseEvent, _: RwSignal<String>) {}

#[cfg(target_arch = "wasm32")]
fn copy(event: &leptos::ev::MouseEvent, said: RwSignal<String>) {
    use wasm_bindgen::JsCast;
    use wasm_bindgen_futures::{JsFuture, spawn_local};

    let Some(button) = event
        .target()
        .and_then(|target| target.dyn_into::<web_sys::Element>().ok())
        .and_then(|target| target.closest("button.copy-code").ok().flatten())
    else {
        return;
    };
    let text = button
        .closest(".cell")
        .ok()
        .flatten()
        .and_then(|cell| cell.query_selector("pre").ok().flatten())
        .and_then(|code| code.text_content())
        .unwrap_or_default();
    // Browsers have no clipboard for pages that come over plain http from elsewhere.
    let navigator = window().navigator();
    let clipboard = js_sys::Reflect::get(&navigator, &"clipboard".into());
    let Some(clipboard) = clipboard.ok().filter(wasm_bindgen::JsValue::is_object) else {
        said.set("This browser allows no copying here: select the text instead.".to_owned());
        return;
    };
    let writing = clipboard.unchecked_into::<web_sys::Clipboard>().write_text(&text);
    spawn_local(async move {
        let word = if JsFuture::from(writing).await.is_ok() { "Copied" } else { "Not copied" };
        button.set_text_content(Some(word));
        said.set(word.to_owned());
        set_timeout(
            move || {
                button.set_text_content(Some("Copy"));
                said.set(String::new());
            },
            std::time::Duration::from_secs(2),
        );
    });
}
