//! The time, passed in rather than taken from the air, so that a test can say what time it is.

use chrono::{DateTime, Utc};

/// Tells the time.
pub trait Clock: Send + Sync {
    /// Now.
    fn now(&self) -> DateTime<Utc>;
}

/// The machine's clock.
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> DateTime<Utc> {
        Utc::now()
    }
}

/// A time in seconds since 1970. Commits can claim any time: what RFC 3339 cannot write in every zone (years before 1 and
/// after 9999) is held at its borders.
pub fn from_seconds(seconds: i64) -> DateTime<Utc> {
    const DAY: i64 = 86_400;
    let held = seconds.clamp(-62_135_596_800 + DAY, 253_402_300_799 - DAY);
    DateTime::from_timestamp(held, 0).unwrap_or_default()
}
