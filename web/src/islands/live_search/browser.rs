//! The part of the live search that only a browser can do.

use super::suggestions::{self, Done, Shared};
use leptos::ev;
use leptos::leptos_dom::helpers::{TimeoutHandle, set_timeout_with_handle};
use leptos::prelude::*;
use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{AbortController, Element, HtmlFormElement, HtmlInputElement, RequestInit, Response};

/// Long enough to not ask for every letter of a word, short enough to feel immediate.
const PAUSE: Duration = Duration::from_millis(120);

/// What is under way: the pause after a key, and the request whose answer is awaited.
#[derive(Default)]
struct UnderWay {
    pause: Option<TimeoutHandle>,
    request: Option<AbortController>,
}

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
    let under_way = Rc::new(RefCell::new(UnderWay::default()));
    let list = Shared::default();
    if let Some(input) = search_box() {
        suggestions::introduce(&input);
    }
    let changed = {
        let (under_way, list) = (Rc::clone(&under_way), Rc::clone(&list));
        move |input: &HtmlInputElement| {
            ask_soon(&under_way, said);
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

/// Asks after the pause; what was to be asked or answered before is dropped.
fn ask_soon(under_way: &Rc<RefCell<UnderWay>>, said: RwSignal<String>) {
    let mut now = under_way.borrow_mut();
    if let Some(pause) = now.pause.take() {
        pause.clear();
    }
    if let Some(request) = now.request.take() {
        request.abort();
    }
    let again = Rc::clone(under_way);
    now.pause = set_timeout_with_handle(
        move || {
            let Ok(abort) = AbortController::new() else { return };
            again.borrow_mut().request = Some(abort.clone());
            spawn_local(async move {
                // An error is either our own abort, or a request that failed: then the results stay as they are, and
                // Enter, which sends the form, shows what is the matter.
                let _ = ask(&abort, said).await;
            });
        },
        PAUSE,
    )
    .ok();
}

/// The address that sending the form would lead to.
fn address() -> Result<String, JsValue> {
    let form: HtmlFormElement =
        search_box().and_then(|input| input.form()).ok_or_else(|| JsValue::from("no form"))?;
    let data = web_sys::FormData::new_with_form(&form)?;
    let query = web_sys::UrlSearchParams::new()?;
    for pair in js_sys::try_iter(&data)?.into_iter().flatten() {
        let pair = js_sys::Array::from(&pair?);
        if let (Some(name), Some(value)) = (pair.get(0).as_string(), pair.get(1).as_string())
            && !value.is_empty()
        {
            query.append(&name, &value);
        }
    }
    let query = String::from(query.to_string());
    Ok(if query.is_empty() { "/".to_owned() } else { format!("/?{query}") })
}

async fn ask(abort: &AbortController, said: RwSignal<String>) -> Result<(), JsValue> {
    let address = address()?;
    let results = document().get_element_by_id("results").ok_or_else(|| JsValue::from("no results"))?;
    results.set_attribute("aria-busy", "true")?;
    let answer = fetch(&address, abort).await;
    if abort.signal().aborted() {
        return Ok(());
    }
    results.remove_attribute("aria-busy")?;
    let Some(html) = answer? else {
        // Signed out, or an error page: what the server has to say is a page, not a fragment.
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

/// The fragment; nothing where the server answered with something else.
async fn fetch(address: &str, abort: &AbortController) -> Result<Option<String>, JsValue> {
    let init = RequestInit::new();
    let headers = web_sys::Headers::new()?;
    headers.set("X-Fragment", "results")?;
    init.set_headers(&headers);
    init.set_signal(Some(&abort.signal()));
    let response: Response =
        JsFuture::from(window().fetch_with_str_and_init(address, &init)).await?.dyn_into()?;
    if !response.ok() || response.redirected() {
        return Ok(None);
    }
    Ok(JsFuture::from(response.text()?).await?.as_string())
}

/// Ids of what the reader has unfolded, so that new results do not fold it again.
fn unfolded(results: &Element) -> Result<Vec<String>, JsValue> {
    let open = results.query_selector_all("details[id][open]")?;
    let ids = (0..open.length())
        .filter_map(|index| open.item(index))
        .filter_map(|node| node.dyn_ref::<Element>().map(Element::id));
    Ok(ids.collect())
}
