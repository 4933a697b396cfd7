//! Keys that work on every page while nobody types.

use leptos::prelude::*;

/// Wraps the list of keys: `?` shows it, `/` goes to the search, `g m` to the matrix, `g c` to the catalog, `j` and `k`
/// or the arrows go through results. Keys with a modifier stay the browser's.
#[island]
pub fn Keys(children: Children) -> impl IntoView {
    #[cfg(target_arch = "wasm32")]
    browser::listen();
    view! { <div class="keys" on:click=move |event| clicked(&event)>{children()}</div> }
}

#[cfg(not(target_arch = "wasm32"))]
fn clicked(_: &leptos::ev::MouseEvent) {}

#[cfg(target_arch = "wasm32")]
fn clicked(event: &leptos::ev::MouseEvent) {
    browser::clicked(event);
}

#[cfg(target_arch = "wasm32")]
mod browser {
    use leptos::ev;
    use leptos::leptos_dom::helpers::window_event_listener;
    use leptos::prelude::*;
    use std::cell::Cell;
    use wasm_bindgen::JsCast;
    use web_sys::{Element, HtmlDialogElement, HtmlElement, HtmlInputElement};

    /// How long after `g` the second key is waited for, in milliseconds.
    const SECOND_KEY: f64 = 1_500.0;
    /// What results are gone through by.
    const RESULTS: &str = "#results .result h2 a";

    pub(super) fn listen() {
        let waiting = Cell::new(f64::NEG_INFINITY);
        // The page lives as long as its listeners: none is ever taken away.
        let _ = window_event_listener(ev::keydown, move |event| {
            let modified = event.ctrl_key() || event.meta_key() || event.alt_key();
            if modified || event.default_prevented() || is_typing(&event) || is_shown() {
                return;
            }
            let second = event.time_stamp() - waiting.replace(f64::NEG_INFINITY) < SECOND_KEY;
            let done = match event.key().as_str() {
                "m" if second => go("/matrix"),
                "c" if second => go("/"),
                "g" => {
                    waiting.set(event.time_stamp());
                    true
                }
                "/" => search(),
                "?" => show(),
                "j" => step(1),
                "k" => step(-1),
                "ArrowDown" if is_free() => step(1),
                "ArrowUp" if is_free() => step(-1),
                _ => false,
            };
            if done {
                event.prevent_default();
            }
        });
        if window().location().hash().is_ok_and(|hash| hash == "#q") {
            search();
        }
    }

    pub(super) fn clicked(event: &ev::MouseEvent) {
        let Some(target) = event.target().and_then(|target| target.dyn_into::<Element>().ok()) else {
            return;
        };
        let in_button = |selector| target.closest(selector).is_ok_and(|button| button.is_some());
        if in_button("button.show-keys") {
            show();
        } else if in_button("button.close-keys")
            && let Some(dialog) = dialog()
        {
            dialog.close();
        }
    }

    fn is_typing(event: &ev::KeyboardEvent) -> bool {
        event.target().and_then(|target| target.dyn_into::<Element>().ok()).is_some_and(|element| {
            element.matches("input, textarea, select, [contenteditable]").unwrap_or(false)
        })
    }

    fn dialog() -> Option<HtmlDialogElement> {
        document().get_element_by_id("keys")?.dyn_into().ok()
    }

    fn is_shown() -> bool {
        dialog().is_some_and(|dialog| dialog.open())
    }

    fn show() -> bool {
        dialog().is_some_and(|dialog| dialog.show_modal().is_ok())
    }

    fn go(address: &str) -> bool {
        window().location().set_href(address).is_ok()
    }

    /// To the search box; from a page without one to the catalog's.
    fn search() -> bool {
        let input =
            document().get_element_by_id("q").and_then(|input| input.dyn_into::<HtmlInputElement>().ok());
        let Some(input) = input else { return go("/#q") };
        let _ = input.focus();
        input.select();
        true
    }

    /// Whether arrows have nothing else to do: the focus is on no control, or on a result.
    fn is_free() -> bool {
        document().active_element().is_none_or(|element| {
            element.matches(RESULTS).unwrap_or(false) || element.matches("body, main").unwrap_or(false)
        })
    }

    /// To the next result or the one before; before the first is the search box.
    fn step(by: i32) -> bool {
        let Ok(results) = document().query_selector_all(RESULTS) else { return false };
        let count = results.length();
        if count == 0 {
            return false;
        }
        let focused = document().active_element();
        let result = |at: u32| results.item(at).and_then(|node| node.dyn_into::<HtmlElement>().ok());
        let at = (0..count).find(|at| {
            let is_it = |focused: &Element| result(*at).is_some_and(|result| *result == *focused);
            focused.as_ref().is_some_and(is_it)
        });
        let next = match (at, by) {
            (None, 1..) => 0,
            (None, _) => return false,
            (Some(0), ..0) => return search(),
            (Some(at), ..0) => at - 1,
            (Some(at), _) => (at + 1).min(count - 1),
        };
        result(next).is_some_and(|link| link.focus().is_ok())
    }
}
