//! Query strings: repeated keys, empty values of forms, and bounds.

use crate::http::problem::Problem;
use chrono::{DateTime, NaiveDate, Utc};

/// The values of a repeated key that say something: forms send empty ones for what was left alone.
pub fn said(values: &[String]) -> Vec<String> {
    values.iter().map(|value| value.trim()).filter(|value| !value.is_empty()).map(str::to_owned).collect()
}

/// The value of a key, if it says something.
pub fn one(value: Option<&String>) -> Option<String> {
    value.map(|value| value.trim()).filter(|value| !value.is_empty()).map(str::to_owned)
}

/// How many results are asked for: `by_default` when nothing is said, never more than `most`.
///
/// # Errors
/// 400 when it is no number from 1.
pub fn limit(asked: Option<&String>, by_default: usize, most: usize) -> Result<usize, Problem> {
    match one(asked) {
        None => Ok(by_default),
        Some(text) => match text.parse::<usize>() {
            Ok(0) | Err(_) => {
                Err(Problem::invalid(format!("limit is {text}; it is a number from 1 to {most}.")))
            }
            Ok(number) => Ok(number.min(most)),
        },
    }
}

/// A moment: RFC 3339, or a day, which begins at midnight UTC.
///
/// # Errors
/// 400 when it is neither.
pub fn moment(name: &str, asked: Option<&String>) -> Result<Option<DateTime<Utc>>, Problem> {
    let Some(text) = one(asked) else { return Ok(None) };
    if let Ok(moment) = DateTime::parse_from_rfc3339(&text) {
        return Ok(Some(moment.to_utc()));
    }
    text.parse::<NaiveDate>()
        .ok()
        .and_then(|day| day.and_hms_opt(0, 0, 0))
        .map(|moment| Some(moment.and_utc()))
        .ok_or_else(|| {
            Problem::invalid(format!(
                "{name} is {text}; it is a day (2026-11-24) or a moment (2026-11-24T08:00:00Z)."
            ))
        })
}

/// A commit as it is asked for: 4 to 40 hexadecimal digits.
///
/// # Errors
/// 400 when it is none.
pub fn commit(name: &str, asked: Option<&String>) -> Result<Option<String>, Problem> {
    let Some(text) = one(asked) else { return Ok(None) };
    if (4..=40).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Ok(Some(text.to_ascii_lowercase()));
    }
    Err(Problem::invalid(format!(
        "{name} is {text}; it is a commit id, full or short (4 to 40 hexadecimal digits)."
    )))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[expect(clippy::unnecessary_wraps, reason = "as a parameter that was sent")]
    fn text(text: &str) -> Option<String> {
        Some(text.to_owned())
    }

    #[test]
    fn what_a_form_left_empty_says_nothing() {
        assert_eq!(said(&[String::new(), " a ".into(), "b".into()]), ["a", "b"]);
        assert_eq!(one(text("  ").as_ref()), None);
    }

    #[test]
    fn a_limit_is_a_number_from_one_and_bounded() {
        assert_eq!(limit(None, 20, 100), Ok(20));
        assert_eq!(limit(text("").as_ref(), 20, 100), Ok(20));
        assert_eq!(limit(text("7").as_ref(), 20, 100), Ok(7));
        assert_eq!(limit(text("1000").as_ref(), 20, 100), Ok(100));
        for bad in ["0", "-1", "x", "1e3"] {
            assert!(limit(text(bad).as_ref(), 20, 100).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_moment_is_a_day_or_an_instant() {
        let day = moment("since", text("2026-11-24").as_ref()).unwrap().unwrap();
        assert_eq!(day.to_rfc3339(), "2026-11-24T00:00:00+00:00");
        assert!(moment("since", text("2026-11-24T08:00:00+01:00").as_ref()).unwrap().is_some());
        assert!(moment("since", text("yesterday").as_ref()).is_err());
    }

    #[test]
    fn a_commit_is_hexadecimal() {
        assert_eq!(commit("at", text("ABCD12").as_ref()).unwrap().unwrap(), "abcd12");
        for bad in ["abc", "HEAD", "../x", &"a".repeat(41)] {
            assert!(commit("at", text(bad).as_ref()).is_err(), "{bad}");
        }
    }
}
