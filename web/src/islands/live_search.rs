//! Results as one types.

use leptos::prelude::*;

/// Wraps the search form of the catalog.
///
/// While one types, the page's own address is fetched with the header `X-Fragment: results`, and what comes takes the
/// place of what is in `#results`. Enter still sends the form. `/` anywhere on the page goes to the box, Escape in it
/// clears it. The count is said to those who listen.
#[island]
pub fn LiveSearch(children: Children) -> impl IntoView {
    let said = RwSignal::new(String::new());
    #[cfg(target_arch = "wasm32")]
    let (on_input, on_key) = browser::listen(said);
    #[cfg(not(target_arch = "wasm32"))]
    let (on_input, on_key) = (|_: leptos::ev::Event| {}, |_: leptos::ev::KeyboardEvent| {});
    view! {
        <div class="live-search" on:input=on_input on:keydown=on_key>
            {children()}
            <p class="unseen" role="status">{move || said.get()}</p>
        </div>
    }
}

#[cfg(target_arch = "wasm32")]
mod browser;
