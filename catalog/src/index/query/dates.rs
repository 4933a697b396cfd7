//! Dates as `updated:` takes them.

use chrono::{DateTime, Months, NaiveDate, Utc};

/// The seconds since 1970 UTC that a value stands for: from the first to before the second.
///
/// `2026`, `2026-03`, `2026-03-09` or RFC 3339; with `>`, `>=`, `<`, `<=` before it; or two with `..` between them,
/// each of which may be missing.
pub(super) fn range(value: &str) -> Option<(i64, i64)> {
    let value = value.trim();
    if let Some((from, to)) = value.split_once("..") {
        let from = if from.is_empty() { i64::MIN } else { span(from)?.0 };
        let to = if to.is_empty() { i64::MAX } else { span(to)?.1 };
        return Some((from, to));
    }
    for (sign, bounds) in [
        (">=", (|(from, _)| (from, i64::MAX)) as fn((i64, i64)) -> (i64, i64)),
        ("<=", |(_, to)| (i64::MIN, to)),
        (">", |(_, to)| (to, i64::MAX)),
        ("<", |(from, _)| (i64::MIN, from)),
        ("=", |span| span),
    ] {
        if let Some(date) = value.strip_prefix(sign) {
            return Some(bounds(span(date)?));
        }
    }
    span(value)
}

fn span(date: &str) -> Option<(i64, i64)> {
    let date = date.trim();
    if let Ok(time) = DateTime::parse_from_rfc3339(date) {
        let second = time.with_timezone(&Utc).timestamp();
        return Some((second, second + 1));
    }
    let mut numbers = date.split('-');
    let year = number(numbers.next()?, 4)?;
    let month = numbers.next().map(|month| number(month, 2));
    let day = numbers.next().map(|day| number(day, 2));
    if numbers.next().is_some() {
        return None;
    }
    let first = NaiveDate::from_ymd_opt(
        i32::try_from(year).ok()?,
        month.unwrap_or(Some(1))?,
        day.unwrap_or(Some(1))?,
    )?;
    let next = match (month, day) {
        (_, Some(_)) => first.succ_opt()?,
        (Some(_), None) => first.checked_add_months(Months::new(1))?,
        (None, None) => first.checked_add_months(Months::new(12))?,
    };
    let seconds = |date: NaiveDate| Some(date.and_hms_opt(0, 0, 0)?.and_utc().timestamp());
    Some((seconds(first)?, seconds(next)?))
}

fn number(text: &str, digits: usize) -> Option<u32> {
    (text.len() <= digits && text.bytes().all(|byte| byte.is_ascii_digit())).then(|| text.parse().ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_is_its_whole_day_month_or_year() {
        assert_eq!(range("1970-01-02"), Some((86_400, 172_800)));
        assert_eq!(range("1970-01"), Some((0, 31 * 86_400)));
        assert_eq!(range("1970"), Some((0, 365 * 86_400)));
    }

    #[test]
    fn signs_and_ranges_are_open_where_they_should_be() {
        assert_eq!(range(">=1970-01-02"), Some((86_400, i64::MAX)));
        assert_eq!(range(">1970-01-02"), Some((172_800, i64::MAX)));
        assert_eq!(range("<1970-01-02"), Some((i64::MIN, 86_400)));
        assert_eq!(range("<=1970-01-02"), Some((i64::MIN, 172_800)));
        assert_eq!(range("1970-01-01..1970-01-02"), Some((0, 172_800)));
        assert_eq!(range("1970-01-02.."), Some((86_400, i64::MAX)));
    }

    #[test]
    fn what_is_no_date_is_none() {
        for text in ["", "yesterday", "2026-13-01", "2026-02-30", "2026-01-01-01", ">=", "99999", "-5"] {
            assert_eq!(range(text), None, "{text}");
        }
    }
}
