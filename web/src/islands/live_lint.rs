//! What lint finds, as one writes.

use leptos::prelude::*;

/// Wraps the form of a new procedure.
///
/// While one writes, the form is sent to its own address with the header `X-Fragment: lint`, and what comes takes the place of
/// what is in `#lint`. Its first line is said to those who listen.
#[island]
pub fn LiveLint(children: Children) -> impl IntoView {
    let said = RwSignal::new(String::new());
    #[cfg(target_arch = "wasm32")]
    let on_input = browser::listen(said);
    #[cfg(not(target_arch = "wasm32"))]
    let on_input = |_: leptos::ev::Event| {};
    view! {
        <div class="live-lint" on:input=on_input>
            {children()}
            <p class="unseen" role="status">{move || said.get()}</p>
        </div>
    }
}

#[cfg(target_arch = "wasm32")]
mod browser {
    use crate::islands::asking::{Asking, fragment, held};
    use leptos::ev;
    use leptos::prelude::*;
    use std::time::Duration;
    use wasm_bindgen::{JsCast, JsValue};
    use web_sys::{AbortController, Element, HtmlFormElement};

    /// Long enough to not be told of every half of a word.
    const PAUSE: Duration = Duration::from_millis(350);
    /// Fields on which it depends what is found.
    const READ: [&str; 3] = ["source", "path", "repo"];

    pub(super) fn listen(said: RwSignal<String>) -> impl FnMut(ev::Event) {
        let asking = Asking::default();
        move |event: ev::Event| {
            let field = event.target().and_then(|target| target.dyn_into::<Element>().ok());
            let Some(field) = field else { return };
            if field.get_attribute("name").is_some_and(|name| READ.contains(&name.as_str()))
                && let Some(form) = field.closest("form").ok().flatten()
                && let Ok(form) = form.dyn_into::<HtmlFormElement>()
            {
                asking.soon(PAUSE, move |abort| ask(form, abort, said));
            }
        }
    }

    async fn ask(
        form: HtmlFormElement,
        abort: AbortController,
        said: RwSignal<String>,
    ) -> Result<(), JsValue> {
        let Some(found) = document().get_element_by_id("lint") else { return Ok(()) };
        let sent = held(&form, true)?;
        sent.set("do", "look");
        found.set_attribute("aria-busy", "true")?;
        let answer = fragment("/new", "lint", Some(sent), &abort).await;
        if abort.signal().aborted() {
            return Ok(());
        }
        found.remove_attribute("aria-busy")?;
        // Without an answer what stands there is of another text: better nothing.
        let html = answer.ok().flatten().unwrap_or_else(|| {
            "<p class=\"faint\">The server did not look at it as it is now: press the button.</p>".to_owned()
        });
        found.set_inner_html(&html);
        let first = found.first_element_child().and_then(|first| first.text_content());
        said.set(first.unwrap_or_default());
        Ok(())
    }
}
