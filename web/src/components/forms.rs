//! Fields of forms: label, control, help and what is wrong with it, tied together for those who listen to a page.

use crate::view::FieldError;
use leptos::prelude::*;

/// One labelled field.
#[derive(Debug, Clone, Default)]
pub(crate) struct Labelled {
    /// Its `name`.
    pub(crate) name: String,
    /// What its `id` begins with: a word of its form, where a page holds several.
    pub(crate) form: String,
    /// Its label.
    pub(crate) label: String,
    /// What is expected, in a sentence; may be empty.
    pub(crate) help: String,
    /// What is wrong with it.
    pub(crate) error: Option<String>,
    /// Whether it must be filled in.
    pub(crate) required: bool,
}

impl Labelled {
    /// A field and what `errors` say of it.
    pub(crate) fn new(name: &str, label: &str, help: &str, errors: &[FieldError]) -> Self {
        Self {
            name: name.to_owned(),
            form: "f".to_owned(),
            label: label.to_owned(),
            help: help.to_owned(),
            error: errors.iter().find(|error| error.field == name).map(|error| error.message.clone()),
            required: false,
        }
    }

    /// The same field, to be filled in.
    pub(crate) fn required(mut self) -> Self {
        self.required = true;
        self
    }

    /// The same field of a form that shares its page with others.
    pub(crate) fn of(mut self, form: impl Into<String>) -> Self {
        self.form = form.into();
        self
    }

    fn id(&self) -> String {
        id_of(&self.form, &self.name)
    }

    /// Ids of what describes it, for `aria-describedby`.
    fn described_by(&self) -> Option<String> {
        let id = self.id();
        let help = (!self.help.is_empty()).then(|| format!("{id}-help"));
        let error = self.error.is_some().then(|| format!("{id}-error"));
        match (help, error) {
            (Some(help), Some(error)) => Some(format!("{help} {error}")),
            (one, other) => one.or(other),
        }
    }

    fn around(self, control: AnyView) -> AnyView {
        let id = self.id();
        let (help_id, error_id) = (format!("{id}-help"), format!("{id}-error"));
        let class = if self.error.is_some() { "field wrong" } else { "field" };
        view! {
            <div class=class>
                <label for=id>{self.label}{self.required.then(|| view! { <span class="needed">" required"</span> })}</label>
                {control}
                {(!self.help.is_empty()).then(|| view! { <p class="help" id=help_id>{self.help}</p> })}
                {self.error.map(|error| view! { <p class="error" id=error_id>{error}</p> })}
            </div>
        }
        .into_any()
    }

    /// One line, of an HTML input type.
    pub(crate) fn line(self, kind: &'static str, value: String, placeholder: String) -> AnyView {
        let control = view! {
            <input
                id=self.id()
                name=self.name.clone()
                type=kind
                value=value
                placeholder=(!placeholder.is_empty()).then_some(placeholder)
                required=self.required
                autocomplete="off"
                spellcheck="false"
                aria-describedby=self.described_by()
                aria-invalid=self.error.is_some().then_some("true")
            />
        }
        .into_any();
        self.around(control)
    }

    /// One or several files.
    pub(crate) fn files(self) -> AnyView {
        let control = view! {
            <input
                id=self.id()
                name=self.name.clone()
                type="file"
                multiple=true
                aria-describedby=self.described_by()
            />
        }
        .into_any();
        self.around(control)
    }

    /// Several lines.
    pub(crate) fn lines(self, value: &str, rows: &'static str, placeholder: String) -> AnyView {
        let control = view! {
            <textarea
                id=self.id()
                name=self.name.clone()
                rows=rows
                placeholder=(!placeholder.is_empty()).then_some(placeholder)
                spellcheck="false"
                aria-describedby=self.described_by()
                aria-invalid=self.error.is_some().then_some("true")
                inner_html=text_of(value)
            ></textarea>
        }
        .into_any();
        self.around(control)
    }

    /// One of several: value and what to show.
    pub(crate) fn choice(self, options: Vec<(String, String)>, value: &str) -> AnyView {
        let options = options
            .into_iter()
            .map(|(option, shown)| {
                let selected = option == value;
                view! { <option value=option selected=selected>{shown}</option> }
            })
            .collect_view();
        let control = view! {
            <select
                id=self.id()
                name=self.name.clone()
                required=self.required
                aria-describedby=self.described_by()
                aria-invalid=self.error.is_some().then_some("true")
            >
                {options}
            </select>
        }
        .into_any();
        self.around(control)
    }
}

/// What is wrong with the form as a whole, or with fields that are not shown, above it.
pub(crate) fn summary(form: &str, errors: &[FieldError], shown: &[&str]) -> AnyView {
    if errors.is_empty() {
        return ().into_any();
    }
    let items = errors
        .iter()
        .map(|error| {
            let message = error.message.clone();
            if shown.contains(&error.field.as_str()) {
                view! { <li><a href=format!("#{}", id_of(form, &error.field))>{message}</a></li> }.into_any()
            } else {
                view! { <li>{message}</li> }.into_any()
            }
        })
        .collect_view();
    view! {
        <div class="notice alarm" role="alert">
            <p>"Nothing was done yet. What to mend:"</p>
            <ul>{items}</ul>
        </div>
    }
    .into_any()
}

/// What stands between the tags of a `textarea`: leptos does not escape its children there, and a browser drops a
/// newline right after the start tag.
fn text_of(value: &str) -> String {
    format!("\n{}", value.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;"))
}

/// The `id` of a field.
fn id_of(form: &str, name: &str) -> String {
    format!("{form}-{name}")
}
