//! The list under the search box: what the word at the cursor can become.
//!
//! A combobox as ARIA describes it: the focus stays in the box, the arrows choose, Enter and Tab take what was chosen,
//! Escape closes. Nothing is chosen from the start, so that Enter still searches for what was typed.

use leptos::ev;
use leptos::leptos_dom::helpers::{TimeoutHandle, set_timeout_with_handle};
use leptos::prelude::*;
use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{Element, HtmlInputElement, Response};

/// Shorter than the pause before the results are asked for: the list is there first.
const PAUSE: Duration = Duration::from_millis(60);
/// Most rows of the list.
const ROWS: usize = 8;

/// One row.
struct Item {
    insert: String,
    href: Option<String>,
}

/// The list and what is in it.
#[derive(Default)]
pub(super) struct Suggestions {
    pause: Option<TimeoutHandle>,
    items: Vec<Item>,
    /// What of the text is replaced, in characters.
    range: (usize, usize),
    chosen: Option<usize>,
}

pub(super) type Shared = Rc<RefCell<Suggestions>>;

/// Says to those who listen that the box has a list.
pub(super) fn introduce(input: &HtmlInputElement) {
    for (name, value) in [
        ("role", "combobox"),
        ("aria-autocomplete", "list"),
        ("aria-expanded", "false"),
        ("aria-haspopup", "listbox"),
        ("aria-controls", "suggestions"),
    ] {
        let _ = input.set_attribute(name, value);
    }
}

/// Asks what can follow, after a pause.
pub(super) fn ask_soon(shared: &Shared, input: &HtmlInputElement) {
    let (again, input) = (Rc::clone(shared), input.clone());
    let mut now = shared.borrow_mut();
    if let Some(pause) = now.pause.take() {
        pause.clear();
    }
    now.pause = set_timeout_with_handle(
        move || {
            spawn_local(async move {
                // Without an answer there is no list: nothing else depends on it.
                if ask(&again, &input).await.is_err() {
                    close(&again, &input);
                }
            });
        },
        PAUSE,
    )
    .ok();
}

async fn ask(shared: &Shared, input: &HtmlInputElement) -> Result<(), JsValue> {
    let text = input.value();
    let at = characters(&text, input.selection_start()?);
    if text.trim().is_empty() {
        close(shared, input);
        return Ok(());
    }
    let query = web_sys::UrlSearchParams::new()?;
    query.append("q", &text);
    query.append("at", &at.to_string());
    query.append("limit", &ROWS.to_string());
    let address = format!("/api/v1/suggest?{}", String::from(query.to_string()));
    let response: Response = JsFuture::from(window().fetch_with_str(&address)).await?.dyn_into()?;
    if !response.ok() {
        close(shared, input);
        return Ok(());
    }
    let answer = JsFuture::from(response.json()?).await?;
    let focused = document().active_element().is_some_and(|element| element == ***input);
    // The answer to what is no longer typed is none.
    if input.value() == text && focused {
        show(shared, input, &answer)?;
    }
    Ok(())
}

fn show(shared: &Shared, input: &HtmlInputElement, answer: &JsValue) -> Result<(), JsValue> {
    let Some(list) = list() else { return Ok(()) };
    let items = js_sys::Array::from(&get(answer, "items"));
    if items.length() == 0 {
        close(shared, input);
        return Ok(());
    }
    let number = |name| get(answer, name).as_f64().map_or(0, whole);
    let mut now = shared.borrow_mut();
    now.range = (number("from"), number("to"));
    now.items.clear();
    now.chosen = None;
    list.set_text_content(None);
    for item in items.iter() {
        let text = |name| get(&item, name).as_string().unwrap_or_default();
        let row = element("li", "")?;
        row.set_id(&format!("suggestion-{}", now.items.len()));
        row.set_attribute("role", "option")?;
        row.set_attribute("aria-selected", "false")?;
        let count = get(&item, "count").as_f64().map_or(String::new(), |count| count.to_string());
        let kind = match text("kind").as_str() {
            "data" => "data source".to_owned(),
            "repo" => "repository".to_owned(),
            kind => kind.to_owned(),
        };
        let cells = [("kind", kind), ("label", text("label")), ("detail", text("detail")), ("number", count)];
        for (class, text) in cells.into_iter().filter(|(_, text)| !text.is_empty()) {
            let cell = element("span", class)?;
            cell.set_text_content(Some(&text));
            row.append_child(&cell)?;
        }
        list.append_child(&row)?;
        now.items.push(Item { insert: text("insert"), href: get(&item, "href").as_string() });
    }
    list.remove_attribute("hidden")?;
    input.set_attribute("aria-expanded", "true")?;
    input.remove_attribute("aria-activedescendant")
}

/// Takes the list away.
pub(super) fn close(shared: &Shared, input: &HtmlInputElement) {
    let mut now = shared.borrow_mut();
    if let Some(pause) = now.pause.take() {
        pause.clear();
    }
    now.items.clear();
    now.chosen = None;
    if let Some(list) = list() {
        let _ = list.set_attribute("hidden", "");
        list.set_text_content(None);
    }
    let _ = input.set_attribute("aria-expanded", "false");
    let _ = input.remove_attribute("aria-activedescendant");
}

/// What a key does.
pub(super) enum Done {
    /// Nothing that the list cares about.
    Nothing,
    /// The list took the key.
    Handled,
    /// Something was taken: the text is another.
    Taken,
}

/// Handles a key in the box while the list is open.
pub(super) fn key(shared: &Shared, input: &HtmlInputElement, event: &ev::KeyboardEvent) -> Done {
    let (count, chosen) = {
        let now = shared.borrow();
        (now.items.len(), now.chosen)
    };
    let modified = event.ctrl_key() || event.meta_key() || event.alt_key();
    if count == 0 || modified {
        return Done::Nothing;
    }
    let next = match (event.key().as_str(), chosen) {
        ("ArrowDown", None) => Some(0),
        ("ArrowDown", Some(at)) => (at + 1 < count).then_some(at + 1),
        ("ArrowUp", None) => Some(count - 1),
        ("ArrowUp", Some(at)) => at.checked_sub(1),
        ("Enter" | "Tab", Some(at)) if !event.shift_key() => {
            event.prevent_default();
            return take(shared, input, at);
        }
        ("Escape", _) => {
            event.prevent_default();
            close(shared, input);
            return Done::Handled;
        }
        ("Enter" | "Tab", _) => {
            close(shared, input);
            return Done::Nothing;
        }
        _ => return Done::Nothing,
    };
    event.prevent_default();
    choose(shared, input, next);
    Done::Handled
}

/// Takes the row that was pressed.
pub(super) fn press(shared: &Shared, input: &HtmlInputElement, event: &ev::MouseEvent) -> Done {
    let row = event
        .target()
        .and_then(|target| target.dyn_into::<Element>().ok())
        .and_then(|target| target.closest("#suggestions [role=option]").ok().flatten());
    let Some(at) = row.and_then(|row| row.id().strip_prefix("suggestion-")?.parse().ok()) else {
        return Done::Nothing;
    };
    // The focus stays in the box.
    event.prevent_default();
    take(shared, input, at)
}

fn choose(shared: &Shared, input: &HtmlInputElement, next: Option<usize>) {
    let mut now = shared.borrow_mut();
    let select = |at: usize, selected: &str| {
        if let Some(row) = document().get_element_by_id(&format!("suggestion-{at}")) {
            let _ = row.set_attribute("aria-selected", selected);
        }
    };
    if let Some(before) = now.chosen {
        select(before, "false");
    }
    now.chosen = next;
    let _ = match next {
        Some(at) => {
            select(at, "true");
            input.set_attribute("aria-activedescendant", &format!("suggestion-{at}"))
        }
        None => input.remove_attribute("aria-activedescendant"),
    };
}

fn take(shared: &Shared, input: &HtmlInputElement, at: usize) -> Done {
    let taken = {
        let now = shared.borrow();
        now.items.get(at).map(|item| (item.insert.clone(), item.href.clone(), now.range))
    };
    let Some((mut insert, href, (from, to))) = taken else { return Done::Nothing };
    close(shared, input);
    if let Some(href) = href {
        let _ = window().location().set_href(&href);
        return Done::Handled;
    }
    let text = input.value();
    let before: String = text.chars().take(from).collect();
    let behind: String = text.chars().skip(to).collect();
    if behind.is_empty() && !insert.ends_with(':') {
        insert.push(' ');
    }
    let cursor = u32::try_from(before.encode_utf16().count() + insert.encode_utf16().count()).ok();
    input.set_value(&format!("{before}{insert}{behind}"));
    let _ = input.set_selection_start(cursor);
    let _ = input.set_selection_end(cursor);
    Done::Taken
}

fn list() -> Option<Element> {
    document().get_element_by_id("suggestions")
}

fn element(name: &str, class: &str) -> Result<Element, JsValue> {
    let element = document().create_element(name)?;
    element.set_class_name(class);
    Ok(element)
}

fn get(object: &JsValue, name: &str) -> JsValue {
    js_sys::Reflect::get(object, &name.into()).unwrap_or(JsValue::UNDEFINED)
}

/// A number of JSON as one of ours; they are all small.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a place in 512 characters")]
fn whole(number: f64) -> usize {
    number.clamp(0.0, 100_000.0) as usize
}

/// How many characters stand before a place that the browser counts in UTF-16; all where it gives none.
fn characters(text: &str, at: Option<u32>) -> usize {
    let Some(at) = at else { return text.chars().count() };
    let mut units = 0;
    text.chars()
        .take_while(|char| {
            units += char.len_utf16();
            units <= at as usize
        })
        .count()
}
