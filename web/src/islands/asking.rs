//! How the islands ask the server: after a pause, and only for the last that was typed.

use leptos::leptos_dom::helpers::{TimeoutHandle, set_timeout_with_handle};
use leptos::prelude::window;
use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{AbortController, FormData, Headers, HtmlFormElement, RequestInit, Response, UrlSearchParams};

/// What is under way: the pause after a key, and the request whose answer is awaited.
#[derive(Default)]
struct UnderWay {
    pause: Option<TimeoutHandle>,
    request: Option<AbortController>,
}

/// Asks one thing at a time.
#[derive(Clone, Default)]
pub(super) struct Asking(Rc<RefCell<UnderWay>>);

impl Asking {
    /// Asks after a pause; what was to be asked or answered before is dropped.
    pub(super) fn soon<F>(&self, pause: Duration, ask: impl FnOnce(AbortController) -> F + 'static)
    where
        F: Future<Output = Result<(), JsValue>> + 'static,
    {
        let mut now = self.0.borrow_mut();
        if let Some(pause) = now.pause.take() {
            pause.clear();
        }
        if let Some(request) = now.request.take() {
            request.abort();
        }
        let again = Rc::clone(&self.0);
        let asked = move || {
            let Ok(abort) = AbortController::new() else { return };
            again.borrow_mut().request = Some(abort.clone());
            spawn_local(async move {
                // An error is either our own abort, or a request that failed: then the page stays as it is, and sending
                // its form shows what is the matter.
                let _ = ask(abort).await;
            });
        };
        now.pause = set_timeout_with_handle(asked, pause).ok();
    }
}

/// What a form holds; fields that are empty only where they are `wanted`.
pub(super) fn held(form: &HtmlFormElement, wanted: bool) -> Result<UrlSearchParams, JsValue> {
    let held = UrlSearchParams::new()?;
    let fields = JsValue::from(FormData::new_with_form(form)?);
    for pair in js_sys::try_iter(&fields)?.into_iter().flatten() {
        let pair = js_sys::Array::from(&pair?);
        if let (Some(name), Some(value)) = (pair.get(0).as_string(), pair.get(1).as_string())
            && (wanted || !value.is_empty())
        {
            held.append(&name, &value);
        }
    }
    Ok(held)
}

/// A part of the page at an address, as the server makes it now; nothing where it answered with something else: then what it has
/// to say is a page, not a part of one. What is `sent` goes as a form would send it.
pub(super) async fn fragment(
    address: &str,
    name: &str,
    sent: Option<UrlSearchParams>,
    abort: &AbortController,
) -> Result<Option<String>, JsValue> {
    let init = RequestInit::new();
    let headers = Headers::new()?;
    headers.set("X-Fragment", name)?;
    init.set_headers(&headers);
    init.set_signal(Some(&abort.signal()));
    if let Some(sent) = sent {
        init.set_method("POST");
        init.set_body(&sent);
    }
    let response: Response =
        JsFuture::from(window().fetch_with_str_and_init(address, &init)).await?.dyn_into()?;
    if !response.ok() || response.redirected() {
        return Ok(None);
    }
    Ok(JsFuture::from(response.text()?).await?.as_string())
}
