//! A bound on how often somebody may try without success at what answers without sign-in.

use chrono::{DateTime, TimeDelta, Utc};
use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};

/// So many failures are borne at once.
const BURST: u32 = 20;
/// One of them is forgotten after this long.
const EACH: TimeDelta = TimeDelta::seconds(3);
/// So many addresses are remembered.
const MOST: usize = 10_000;

/// Who has failed, and until when that is remembered.
#[derive(Debug, Default)]
pub struct Failures(Mutex<HashMap<IpAddr, DateTime<Utc>>>);

impl Failures {
    /// Whether somebody may try.
    pub fn may_try(&self, who: IpAddr, now: DateTime<Utc>) -> bool {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.get(&network(who)).is_none_or(|until| *until <= now + EACH * to_signed(BURST - 1))
    }

    /// Notes that somebody has failed.
    pub fn note(&self, who: IpAddr, now: DateTime<Utc>) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= MOST {
            known.retain(|_, until| *until > now);
        }
        if known.len() >= MOST {
            // Thousands of addresses at once: nobody is told apart any more.
            known.clear();
        }
        let until = known.entry(network(who)).or_insert(now);
        *until = (*until).max(now) + EACH;
    }
}

fn to_signed(count: u32) -> i32 {
    i32::try_from(count).unwrap_or(i32::MAX)
}

/// One who has an IPv6 network has all of its addresses.
fn network(who: IpAddr) -> IpAddr {
    match who.to_canonical() {
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            IpAddr::from([a, b, c, d, 0, 0, 0, 0])
        }
        v4 @ IpAddr::V4(_) => v4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failures_are_borne_up_to_a_bound_and_forgotten_one_by_one() {
        let failures = Failures::default();
        let (who, other): (IpAddr, IpAddr) = ("2001:db8::1".parse().unwrap(), "192.0.2.1".parse().unwrap());
        let now = DateTime::UNIX_EPOCH;
        for tried in 0..BURST {
            assert!(failures.may_try(who, now), "{tried}");
            failures.note(who, now);
        }
        assert!(!failures.may_try(who, now) && !failures.may_try("2001:db8::2".parse().unwrap(), now));
        assert!(failures.may_try(other, now));
        assert!(!failures.may_try(who, now + EACH - TimeDelta::milliseconds(1)));
        assert!(failures.may_try(who, now + EACH));
        failures.note(who, now + EACH);
        assert!(!failures.may_try(who, now + EACH));
        assert!(failures.may_try(who, now + EACH * 100));
    }

    #[test]
    fn no_more_addresses_are_remembered_than_there_is_room_for() {
        let failures = Failures::default();
        for number in 0..25_000_u32 {
            failures.note(IpAddr::from(number.to_be_bytes()), DateTime::UNIX_EPOCH);
        }
        assert!(failures.0.lock().unwrap().len() <= MOST);
    }
}
