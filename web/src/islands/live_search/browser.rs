//! The part of the live search that only a browser can do.

use super::suggestions::{self, Done, Shared};
use crate::islands::asking::{Asking, fragment, held};
use leptos::ev;
use leptos::prelude::*;
use std::rc::Rc;
use std::time::Duration;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{AbortController, Element, HtmlInputElement};

/// Long enough to not ask for every letter of a word, short enough to feel immediate.
const PAUSE: Duration = Duration::from_millis(120);

/// The handlers of the wrapped form: of what is typed, of keys, of presses, of leaving. `said` is what is announced.
#[allow(clippy::type_complexity, reason = "four handlers, each of a type without a name")]
pub(super) fn listen(
    said: RwSignal<String>,
) -> (
    impl FnMut(ev::Event),
    impl FnMut(ev::KeyboardEvent),
    impl FnMut(ev::MouseEvent),
    impl FnMut(ev::FocusEvent),
) {
    let asking = Asking::default();
    let list = Shared::default();
    if let Some(input) = search_box() {
        suggestions::introduce(&input);
    }
    let changed = {
        let list = Rc::clone(&list);
        move |input: &HtmlInputElement| {
            asking.soon(PAUSE, move |abort| ask(abort, said));
            suggestions::ask_soon(&list, input);
        }
    };
    let on_input = {
        let changed = changed.clone();
        move |_: ev::Event| {
            if let Some(input) = search_box() {
                changed(&input);
            }
        }
    };
    let on_key = {
        let (list, changed) = (Rc::clone(&list), changed.clone());
        move |event: ev::KeyboardEvent| {
            let Some(input) = search_box() else { return };
            match suggestions::key(&list, &input, &event) {
                Done::Taken => changed(&input),
                Done::Nothing if event.key() == "Escape" && !input.value().is_empty() => {
                    event.prevent_default();
                    input.set_value("");
                    changed(&input);
                }
                Done::Handled | Done::Nothing => {}
            }
        }
    };
    let on_press = {
        let list = Rc::clone(&list);
        move |event: ev::MouseEvent| {
            if let Some(input) = search_box()
                && let Done::Taken = suggestions::press(&list, &input, &event)
            {
                changed(&input);
            }
        }
    };
    let on_leave = move |_: ev::FocusEvent| {
        if let Some(input) = search_box() {
            suggestions::close(&list, &input);
        }
    };
    (on_input, on_key, on_press, on_leave)
}

fn search_box() -> Option<HtmlInputElement> {
    document().get_element_by_id("q")?.dyn_into().ok()
}

/// The address that sending the form would lead to.
fn address() -> Result<String, JsValue> {
    let form = search_box().and_then(|input| input.form()).ok_or_else(|| JsValue::from("no form"))?;
    let query = String::from(held(&form, false)?.to_string());
    Ok(if query.is_empty() { "/".to_owned() } else { format!("/?{query}") })
}

async fn ask(abort: AbortController, said: RwSignal<String>) -> Result<(), JsValue> {
    let address = address()?;
    let results = document().get_element_by_id("results").ok_or_else(|| JsValue::from("no results"))?;
    results.set_attribute("aria-busy", "true")?;
    let answer = fragment(&address, "results", None, &abort).await;
    if abort.signal().aborted() {
        return Ok(());
    }
    results.remove_attribute("aria-busy")?;
    let Some(html) = answer? else {
        // Signed out, or an error page.
        return window().location().set_href(&address);
    };
    let unfolded = unfolded(&results)?;
    results.set_inner_html(&html);
    for id in unfolded {
        if let Some(details) = document().get_element_by_id(&id) {
            details.set_attribute("open", "")?;
        }
    }
    window().history()?.replace_state_with_url(&JsValue::NULL, "", Some(&address))?;
    let count = results.query_selector("#count")?.and_then(|count| count.text_content());
    said.set(count.unwrap_or_default());
    Ok(())
}

/// Ids of what the reader has unfolded, so that new results do not fold it again.
fn unfolded(results: &Element) -> Result<Vec<String>, JsValue> {
    let open = results.query_selector_all("details[id][open]")?;
    let ids = (0..open.length())
        .filter_map(|index| open.item(index))
        .filter_map(|node| node.dyn_ref::<Element>().map(Element::id));
    Ok(ids.collect())
}
