//! The parameters of the notebook, each with what it is by default.

use super::{ParameterField, Widget};
use crate::components::forms::Labelled;
use crate::view::FieldError;
use leptos::prelude::*;

pub(super) fn fields(parameters: &[ParameterField], errors: &[FieldError]) -> AnyView {
    if parameters.is_empty() {
        return ().into_any();
    }
    let fields = parameters.iter().cloned().map(|parameter| field(parameter, errors)).collect_view();
    view! {
        <fieldset class="parameters">
            <legend>"Parameters"</legend>
            <p class="help">"What is left empty keeps the notebook's default."</p>
            {fields}
        </fieldset>
    }
    .into_any()
}

fn field(parameter: ParameterField, errors: &[FieldError]) -> AnyView {
    let ParameterField { name, kind, default, expression, required, help, widget, value } = parameter;
    let label = if kind.is_empty() { name.clone() } else { format!("{name}: {kind}") };
    let help = with_said(help, &widget, expression.then_some(default.as_str()));
    let mut field = Labelled::new(&format!("p.{name}"), &label, &help, errors);
    if required {
        field = field.required();
    }
    match widget {
        // A number is not of HTML's number type: that one knows neither `0x1f` nor `1_000`, and drops what it cannot read
        // unsaid.
        Widget::Text | Widget::Number => field.line("text", value, default),
        Widget::Date => typed_or_kept(field, "date", value, |value| value.len() == 10),
        Widget::DateTime => {
            typed_or_kept(field, "datetime-local", value, |value| value.len() >= 16 && !value.ends_with('Z'))
        }
        Widget::Lines => field.lines(&value, "4", default),
        Widget::Indicators(_) => field.lines(&value, "6", default),
        Widget::Switch => {
            let options = [("True", "True"), ("False", "False")];
            field.choice(
                with_default(&default, options.map(|(value, shown)| (value.to_owned(), shown.to_owned()))),
                &value,
            )
        }
        Widget::Choice(choices) => field.choice(
            with_default(&default, choices.into_iter().map(|choice| (choice.clone(), choice))),
            &value,
        ),
        Widget::Filled(from) => filled(&name, label, help, from),
    }
}

/// What a parameter is for, and what its widget does with what is typed.
fn with_said(help: String, widget: &Widget, expression: Option<&str>) -> String {
    let mut said = Vec::new();
    match widget {
        Widget::Filled(_) => return help,
        Widget::DateTime => said.push("In the time zone of the window.".to_owned()),
        Widget::Lines => said.push("One a line, or JSON.".to_owned()),
        Widget::Indicators(counted) => {
            said.push("One a line, or as they come: hxxp and [.] are undone, each is kept once.".to_owned());
            if !counted.is_empty() {
                said.push(format!("Read as {counted}."));
            }
        }
        _ => {}
    }
    if let Some(default) = expression {
        let default: String = default.chars().take(120).collect();
        said.push(format!("By default an expression, {default}: keep it or replace it."));
    }
    if said.is_empty() || help.is_empty() {
        return help + &said.join(" ");
    }
    let stop = if help.ends_with(['.', '!', '?']) { "" } else { "." };
    format!("{help}{stop} {}", said.join(" "))
}

/// A browser shows nothing in a field of dates that holds no date; what was typed is not to be lost.
fn typed_or_kept(field: Labelled, kind: &'static str, value: String, is: fn(&str) -> bool) -> AnyView {
    let kind = if value.is_empty() || is(&value) { kind } else { "text" };
    field.line(kind, value, String::new())
}

fn with_default(default: &str, options: impl IntoIterator<Item = (String, String)>) -> Vec<(String, String)> {
    std::iter::once((String::new(), format!("default: {default}"))).chain(options).collect()
}

/// Not to be typed: it follows from the tenant or the window.
fn filled(name: &str, label: String, help: String, from: String) -> AnyView {
    let help = (!help.is_empty()).then(|| view! { <p class="help">{help}</p> });
    view! {
        <div class="field filled" id=format!("f-p.{name}")>
            <p class="label">{label}</p>
            <p class="from">"filled in from " {from}</p>
            {help}
        </div>
    }
    .into_any()
}
