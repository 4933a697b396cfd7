//! How a moment is written: the days of a copy's window tell when somebody was hunted in.

use chrono::{DateTime, Duration, Utc};

/// The ways in which a day is written that differ in more than their signs; seconds since 1970 as well.
pub(super) fn forms(at: DateTime<Utc>) -> Vec<String> {
    let mut forms = day(at);
    // A window that ends at midnight looks at the day before.
    if at.format("%H%M%S").to_string() == "000000" {
        forms.extend(day(at - Duration::seconds(1)));
    }
    forms.push(at.timestamp().to_string());
    forms
}

fn day(at: DateTime<Utc>) -> Vec<String> {
    let patterns = [
        "%Y-%m-%d",
        "%d-%m-%Y",
        "%m-%d-%Y",
        "%Y-%d-%m",
        "%-d.%-m.%Y",
        "%-m/%-d/%Y",
        "%Y/%-m/%-d",
        "%-d %b %Y",
        "%-d %B %Y",
        "%b %-d %Y",
        "%B %-d %Y",
        "%b %d %Y",
        "%d %b %Y",
        "%Y %b %d",
        "%-dth %B %Y",
        "%B %-dth %Y",
        "%d-%m-%y",
        "%m-%d-%y",
        "%y-%m-%d",
        "%d %b",
        "%d %B",
        "%b %d",
        "%B %d",
        "%-d %B",
        "%B %-d",
    ];
    patterns.iter().map(|pattern| at.format(pattern).to_string()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_known_in_many_forms() {
        let at = DateTime::parse_from_rfc3339("2026-11-07T00:00:00Z").unwrap().to_utc();
        let forms = forms(at);
        for form in ["2026-11-07", "7.11.2026", "Nov 7 2026", "7 November 2026", "1794009600", "2026-11-06"] {
            assert!(forms.iter().any(|own| own == form), "{form}: {forms:?}");
        }
    }
}
