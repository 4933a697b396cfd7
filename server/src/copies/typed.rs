//! What somebody types for a parameter, as a value of its kind.

use super::indicators;
use super::window;
use catalog::instance::{Declared, Kind, Parameter};
use chrono::SecondsFormat;
use serde_json::Value;

/// The value that a text stands for. Text stays text unless the kind says otherwise; a moment is taken to be in `zone`.
///
/// # Errors
/// What would be right, in a sentence.
pub fn typed(
    parameter: &Parameter,
    declared: Option<&Declared>,
    text: &str,
    zone: &str,
) -> Result<Value, String> {
    let name = &parameter.name;
    let text = text.trim();
    let value = match parameter.kind(declared) {
        Some(Kind::Integer) => {
            let number = text.replace('_', "").parse::<i64>();
            number.map(Value::from).map_err(|_| format!("{name} is a whole number."))?
        }
        Some(Kind::Number) => number(text).ok_or_else(|| format!("{name} is a number."))?,
        Some(Kind::Boolean) => match text.to_ascii_lowercase().as_str() {
            "true" | "yes" | "1" | "on" => Value::Bool(true),
            "false" | "no" | "0" | "off" => Value::Bool(false),
            _ => return Err(format!("{name} is True or False.")),
        },
        Some(Kind::List) => match serde_json::from_str(text) {
            Ok(value @ Value::Array(_)) => value,
            _ => text.lines().map(str::trim).filter(|line| !line.is_empty()).map(Value::from).collect(),
        },
        Some(Kind::Indicators) => indicators::read(text).values.into_iter().map(Value::from).collect(),
        Some(Kind::Mapping) => match serde_json::from_str(text) {
            Ok(value @ Value::Object(_)) => value,
            _ => return Err(format!("{name} is written as JSON: {{\"key\": \"value\"}}.")),
        },
        Some(Kind::DateTime) => moment(text, zone).map_err(|wrong| format!("{name}: {wrong}"))?,
        Some(Kind::Choice) => {
            let choices = parameter.choices(declared);
            let found = choices.iter().find(|choice| shown(choice) == text);
            found.cloned().ok_or_else(|| format!("{name} is one of the choices."))?
        }
        Some(Kind::Text | Kind::Date) | None => Value::from(text),
    };
    if let Some(Err(refusal)) = declared.map(|declared| declared.check(&value)) {
        // Beside a field, names stand without the marks that they have in running text.
        let said = format!("{}. {}", crate::http::problem::sentence(&refusal.reason), refusal.remedy);
        return Err(said.replace('`', ""));
    }
    Ok(value)
}

fn number(text: &str) -> Option<Value> {
    let whole = text.replace('_', "").parse::<i64>().ok().map(Value::from);
    whole.or_else(|| text.parse().ok().and_then(serde_json::Number::from_f64).map(Value::Number))
}

/// A moment as it reaches the notebook: in UTC.
fn moment(text: &str, zone: &str) -> Result<Value, String> {
    let at = if let Ok(at) = chrono::DateTime::parse_from_rfc3339(text) {
        at.to_utc()
    } else {
        let zone = window::zone(Some(zone)).map_err(|error| error.to_string())?;
        window::local(text, zone).map_err(|error| error.to_string())?
    };
    Ok(Value::from(at.to_rfc3339_opts(SecondsFormat::AutoSi, true)))
}

/// A choice as the form shows and sends it.
pub fn shown(choice: &Value) -> String {
    match choice {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use catalog::instance::Schema;
    use serde_json::json;

    fn parameter(annotation: Option<&str>, value: Option<Value>) -> Parameter {
        Parameter {
            name: "X".to_owned(),
            annotation: annotation.map(str::to_owned),
            default: String::new(),
            value,
            help: None,
            line: 1,
        }
    }

    fn plain(parameter: &Parameter, text: &str) -> Result<Value, String> {
        typed(parameter, None, text, "UTC")
    }

    #[test]
    fn what_looks_like_a_number_stays_text_where_text_is_asked_for() {
        assert_eq!(plain(&parameter(None, Some(json!("0"))), "0145483"), Ok(json!("0145483")));
        assert_eq!(plain(&parameter(Some("str"), None), "5"), Ok(json!("5")));
        assert_eq!(plain(&parameter(None, None), "5"), Ok(json!("5")));
    }

    #[test]
    fn a_type_is_what_the_author_wrote_or_that_of_the_default() {
        assert_eq!(plain(&parameter(Some("int"), Some(json!("x"))), "5"), Ok(json!(5)));
        assert_eq!(plain(&parameter(Some("int | None"), None), "5"), Ok(json!(5)));
        assert_eq!(plain(&parameter(Some("float"), None), "0.5"), Ok(json!(0.5)));
        assert_eq!(plain(&parameter(None, Some(json!(false))), "True"), Ok(json!(true)));
        assert_eq!(plain(&parameter(Some("list[str]"), None), "a\nb\n"), Ok(json!(["a", "b"])));
        assert_eq!(plain(&parameter(Some("Literal['low', 2]"), None), "2"), Ok(json!(2)));
        assert!(plain(&parameter(Some("Literal['low', 2]"), None), "high").is_err());
        assert!(plain(&parameter(None, Some(json!(1))), "five").is_err());
        assert!(plain(&parameter(None, Some(json!({}))), "a").is_err());
    }

    #[test]
    fn what_is_declared_wins_and_is_held_against_what_is_typed() {
        let text = b"---\nhunting: {id: a, parameters: {X: {type: integer, maximum: 9}, Y: {type: datetime}}}\n---\n";
        let schema = Schema::of(&catalog::notebook::myst::read(text));
        let named = parameter(None, Some(json!("text")));
        assert_eq!(typed(&named, schema.get("X"), "5", "UTC"), Ok(json!(5)));
        let wrong = typed(&named, schema.get("X"), "10", "UTC").unwrap_err();
        assert!(wrong.contains("above 9") && wrong.contains("9 or less"), "{wrong}");
        let at = |text| typed(&named, schema.get("Y"), text, "Europe/Berlin");
        assert_eq!(at("2026-11-30T08:00"), Ok(json!("2026-11-30T07:00:00Z")));
        assert_eq!(at("2026-11-30T08:00:00Z"), Ok(json!("2026-11-30T08:00:00Z")));
        assert!(at("tomorrow").is_err());
    }
}
