//! Windows: the stretch of time that a copy looks at, as people say it, resolved to a pair of moments.
//!
//! *Since last hunted* is another pair for each tenant: [`Asked`] is what a request comes to before the tenant is known.

use catalog::instance::Window;
use chrono::{DateTime, Days, Duration, LocalResult, NaiveDateTime, SubsecRound, TimeZone, Utc};
use chrono_tz::Tz;
use serde::Deserialize;
use utoipa::ToSchema;

/// `{from, to}` in RFC 3339, `{last: "7d", zone}`, or `{since: "last-hunted", last: "7d", zone}`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(untagged)]
pub enum WindowSpec {
    /// From one moment to another.
    Between(Between),
    /// The last so many days, hours or minutes.
    Last(Last),
    /// Since the procedure was last hunted for the tenant.
    Since(Since),
}

/// From one moment to another, RFC 3339.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Between {
    /// Where it begins.
    pub from: String,
    /// Where it ends.
    pub to: String,
}

/// The last so many days, hours or minutes.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Last {
    /// `7d`, `24h`, `90m`.
    pub last: String,
    /// Whose days: where clocks change, a day there has 23 or 25 hours. UTC without it.
    pub zone: Option<String>,
}

/// From the end of what was last hunted with the procedure for the tenant until now.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Since {
    /// `last-hunted`.
    pub since: SinceWhat,
    /// How far to look back where it was never hunted: `7d`, `24h`, `90m`.
    pub last: String,
    /// Whose days; UTC without it.
    pub zone: Option<String>,
}

/// Since what.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum SinceWhat {
    /// Since the procedure was last hunted for the tenant.
    LastHunted,
}

/// What a request for a window comes to before it is known for whom.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asked {
    /// The same for everybody.
    Same(Window),
    /// From the end of what was last hunted; this one where nothing was. Both end now.
    SinceHunted(Window),
}

impl Asked {
    /// The window of somebody of whom it is not known when something was hunted.
    pub fn otherwise(self) -> Window {
        match self {
            Self::Same(window) | Self::SinceHunted(window) => window,
        }
    }
}

/// What is wrong with a window.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WindowError {
    /// No moment.
    #[error("{0} is no moment: write 2026-11-24T08:00:00Z, with a zone.")]
    Moment(String),
    /// No stretch of time.
    #[error("{0} is no stretch of time: write 7d, 24h or 90m; ten years at most.")]
    Stretch(String),
    /// No zone.
    #[error("{0} is no time zone: write UTC, or a name such as Europe/Berlin.")]
    Zone(String),
    /// It ends before it begins.
    #[error("The window ends before it begins.")]
    Backwards,
}

impl WindowSpec {
    /// The pair of moments.
    ///
    /// # Errors
    /// When it is none.
    pub fn resolve(&self, now: DateTime<Utc>) -> Result<Asked, WindowError> {
        Ok(match self {
            Self::Between(between) => Asked::Same(between.resolve()?),
            Self::Last(Last { last, zone }) => Asked::Same(until(now, last, zone.as_deref())?),
            Self::Since(Since { last, zone, .. }) => Asked::SinceHunted(until(now, last, zone.as_deref())?),
        })
    }
}

impl Between {
    /// The pair of moments.
    ///
    /// # Errors
    /// When it is none.
    pub fn resolve(&self) -> Result<Window, WindowError> {
        ordered(moment(&self.from)?, moment(&self.to)?)
    }
}

/// The last so many days, hours or minutes before now.
fn until(now: DateTime<Utc>, last: &str, of: Option<&str>) -> Result<Window, WindowError> {
    let to = now.trunc_subsecs(0);
    ordered(before(to, last, zone(of)?)?, to)
}

/// A zone by its name; UTC where none is given.
///
/// # Errors
/// When there is none of that name.
pub fn zone(name: Option<&str>) -> Result<Tz, WindowError> {
    match name.map(str::trim).filter(|name| !name.is_empty()) {
        None => Ok(Tz::UTC),
        Some(name) => name.parse().map_err(|_| WindowError::Zone(name.to_owned())),
    }
}

/// A moment as a form's field holds it, `2026-11-01T00:00`, on the clocks of a zone.
///
/// # Errors
/// When it is none, or the clocks skip it.
pub fn local(text: &str, zone: Tz) -> Result<DateTime<Utc>, WindowError> {
    let wrong = || WindowError::Moment(text.to_owned());
    let parsed = ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"]
        .iter()
        .find_map(|format| NaiveDateTime::parse_from_str(text.trim(), format).ok())
        .ok_or_else(wrong)?;
    match zone.from_local_datetime(&parsed) {
        LocalResult::Single(at) | LocalResult::Ambiguous(at, _) => Ok(at.to_utc()),
        LocalResult::None => Err(wrong()),
    }
}

/// A window from two moments.
///
/// # Errors
/// When it ends before it begins.
pub fn ordered(from: DateTime<Utc>, to: DateTime<Utc>) -> Result<Window, WindowError> {
    if from < to { Ok(Window { from, to }) } else { Err(WindowError::Backwards) }
}

fn moment(text: &str) -> Result<DateTime<Utc>, WindowError> {
    DateTime::parse_from_rfc3339(text.trim())
        .map(|at| at.to_utc())
        .map_err(|_| WindowError::Moment(text.to_owned()))
}

fn before(to: DateTime<Utc>, stretch: &str, zone: Tz) -> Result<DateTime<Utc>, WindowError> {
    const TEN_YEARS: u64 = 3_653;
    let wrong = || WindowError::Stretch(stretch.to_owned());
    let text = stretch.trim();
    let split = text.len() - text.chars().last().map_or(0, char::len_utf8);
    let (number, unit) = text.split_at(split);
    let number: u64 = number.parse().map_err(|_| wrong())?;
    let (most, minutes) = match unit {
        "d" => (TEN_YEARS, 0),
        "w" => (TEN_YEARS / 7, 0),
        "h" => (TEN_YEARS * 24, 60),
        "m" => (TEN_YEARS * 24 * 60, 1),
        _ => return Err(wrong()),
    };
    if number == 0 || number > most {
        return Err(wrong());
    }
    if minutes > 0 {
        let minutes = i64::try_from(number * minutes).map_err(|_| wrong())?;
        return Ok(to - Duration::minutes(minutes));
    }
    let days = Days::new(if unit == "w" { number * 7 } else { number });
    // The same time on the clocks there; where they skipped it, the same number of whole days.
    let there = to.with_timezone(&zone);
    there.checked_sub_days(days).map(|at| at.to_utc()).or_else(|| to.checked_sub_days(days)).ok_or_else(wrong)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        moment(text).unwrap()
    }

    fn last(last: &str, zone: Option<&str>) -> Result<Window, WindowError> {
        until(at("2026-10-26T12:00:00Z"), last, zone)
    }

    #[test]
    fn the_last_week_ends_now() {
        let window = last("7d", None).unwrap();
        assert_eq!((window.from, window.to), (at("2026-10-19T12:00:00Z"), at("2026-10-26T12:00:00Z")));
        assert_eq!(last("1w", None), Ok(window));
    }

    #[test]
    fn a_day_on_which_clocks_change_has_another_length() {
        // In Berlin summer time ended on 25 October 2026.
        assert_eq!(last("2d", Some("Europe/Berlin")).unwrap().from, at("2026-10-24T11:00:00Z"));
        assert_eq!(last("48h", Some("Europe/Berlin")).unwrap().from, at("2026-10-24T12:00:00Z"));
    }

    #[test]
    fn what_is_no_window_is_refused() {
        for bad in ["", "d", "0d", "7", "7y", "-7d", "99999999999999999999d", "4000d", "7 d", "7ä"] {
            assert!(matches!(last(bad, None), Err(WindowError::Stretch(_))), "{bad:?}");
        }
        assert!(matches!(last("7d", Some("Berlin")), Err(WindowError::Zone(_))));
        let backwards = Between { from: "2026-11-02T00:00:00Z".into(), to: "2026-11-01T00:00:00Z".into() };
        assert_eq!(backwards.resolve(), Err(WindowError::Backwards));
    }

    #[test]
    fn a_form_names_moments_on_the_clocks_of_its_zone() {
        let berlin = zone(Some("Europe/Berlin")).unwrap();
        assert_eq!(local("2026-11-01T00:00", berlin).unwrap(), at("2026-10-31T23:00:00Z"));
        // Clocks skipped this one.
        assert!(local("2026-03-29T02:30", berlin).is_err());
    }

    #[test]
    fn a_request_says_one_of_them() {
        let spec: WindowSpec = serde_json::from_str(r#"{"last": "7d"}"#).unwrap();
        assert!(matches!(spec, WindowSpec::Last(_)));
        let spec: WindowSpec = serde_json::from_str(r#"{"since": "last-hunted", "last": "7d"}"#).unwrap();
        let asked = spec.resolve(at("2026-10-26T12:00:00Z"));
        assert_eq!(asked, Ok(Asked::SinceHunted(last("7d", None).unwrap())));
        for bad in [
            r#"{"last": "7d", "from": "x"}"#,
            // Where nothing was ever hunted, no window would be filled in.
            r#"{"since": "last-hunted"}"#,
            r#"{"since": "yesterday", "last": "7d"}"#,
        ] {
            assert!(serde_json::from_str::<WindowSpec>(bad).is_err(), "{bad}");
        }
    }
}
