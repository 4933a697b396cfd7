//! Results as one types.

use leptos::prelude::*;

/// Wraps the search form of the catalog.
///
/// While one types, the page's own address is fetched with the header `X-Fragment: results`, and what comes takes the
/// place of what is in `#results`. Enter still sends the form, Escape clears the box. The count is said to those who
/// listen. A list under the box offers what the word at the cursor can become.
#[island]
pub fn LiveSearch(children: Children) -> impl IntoView {
    let said = RwSignal::new(String::new());
    #[cfg(target_arch = "wasm32")]
    let (on_input, on_key, on_press, on_leave) = browser::listen(said);
    #[cfg(not(target_arch = "wasm32"))]
    let (on_input, on_key, on_press, on_leave) = (
        |_: leptos::ev::Event| {},
        |_: leptos::ev::KeyboardEvent| {},
        |_: leptos::ev::MouseEvent| {},
        |_: leptos::ev::FocusEvent| {},
    );
    view! {
        <div
            class="live-search"
            on:input=on_input
            on:keydown=on_key
            on:mousedown=on_press
            on:focusout=on_leave
        >
            {children()}
            <p class="unseen" role="status">{move || said.get()}</p>
        </div>
    }
}

#[cfg(target_arch = "wasm32")]
mod browser;
#[cfg(target_arch = "wasm32")]
mod suggestions;
