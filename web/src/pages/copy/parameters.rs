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
    let ParameterField { name, kind, default, help, widget, value } = parameter;
    let label = if kind.is_empty() { name.clone() } else { format!("{name}: {kind}") };
    let field = Labelled::new(&format!("p.{name}"), &label, &help, errors);
    match widget {
        // A number is not of HTML's number type: that one knows neither `0x1f` nor `1_000`, and drops what it cannot read
        // unsaid.
        Widget::Text | Widget::Number => field.line("text", value, default),
        Widget::Lines => field.lines(&value, "4", default),
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
