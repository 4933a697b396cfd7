//! What runs in the browser. Everything here only makes quicker what works without it.
//!
//! The islands wrap HTML that the server has made and listen to what happens in it: they take children and no other
//! properties, so neither a serializer nor a second rendering of the same thing reaches the browser.

#[cfg(target_arch = "wasm32")]
mod asking;
pub mod copy_code;
pub mod keys;
pub mod live_lint;
pub mod live_search;
pub mod theme_choice;

pub use copy_code::CopyCode;
pub use keys::Keys;
pub use live_lint::LiveLint;
pub use live_search::LiveSearch;
pub use theme_choice::ThemeChoice;

/// Makes the islands able to run; the module `boot.js` calls it once, before it wakes each of them.
#[cfg(feature = "hydrate")]
#[wasm_bindgen::prelude::wasm_bindgen]
pub fn hydrate() {
    leptos::mount::hydrate_islands();
}
