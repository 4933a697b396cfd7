//! How long a look-back is.

/// A look-back as queries and readers write it (`-7d`, `7d`, `24h`, `90m`, `2w`, `-1d@d`, `7 days`), in seconds; none when it
/// cannot be told. `m` is minutes, `mon` months of thirty days, `y` years of 365.
pub fn seconds(written: &str) -> Option<u64> {
    let text = written.trim().trim_matches(['"', '\'']).trim();
    let text = text.strip_prefix(['-', '+']).unwrap_or(text).trim_start();
    // Splunk and Taegis snap to a unit behind `@`.
    let text = text.split('@').next().unwrap_or_default().trim_end();
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    if digits == 0 || digits > 9 {
        return None;
    }
    let count: u64 = text[..digits].parse().ok()?;
    let unit = text[digits..].trim().to_ascii_lowercase();
    let unit = match unit.as_str() {
        "s" | "sec" | "secs" | "second" | "seconds" => 1,
        "m" | "min" | "mins" | "minute" | "minutes" => 60,
        "h" | "hr" | "hrs" | "hour" | "hours" => 3_600,
        "d" | "day" | "days" => 86_400,
        "w" | "week" | "weeks" => 7 * 86_400,
        "mon" | "month" | "months" => 30 * 86_400,
        "y" | "yr" | "year" | "years" => 365 * 86_400,
        _ => return None,
    };
    count.checked_mul(unit)
}

#[cfg(test)]
mod tests {
    use super::seconds;
    use proptest::prelude::*;

    #[test]
    fn a_look_back_is_so_many_seconds_however_it_is_written() {
        for (written, days) in [("-7d", 7), ("7d", 7), ("168h", 7), ("2w", 14), ("7 days", 7), ("-1d@d", 1)] {
            assert_eq!(seconds(written), Some(days * 86_400), "{written}");
        }
        assert_eq!(seconds("90m"), Some(5_400));
        assert_eq!(seconds("-1mon"), Some(30 * 86_400));
    }

    #[test]
    fn what_is_no_length_of_time_is_none() {
        for written in
            ["", "soon", "d", "7", "{{ EARLIEST }}", "2026-01-01T00:00:00Z", "@d", "-", "99999999999d"]
        {
            assert_eq!(seconds(written), None, "{written}");
        }
    }

    proptest! {
        #[test]
        fn nothing_makes_it_panic(written in "([0-9]{0,12}|[-+@é ]|[a-z]{1,4}){0,8}") {
            seconds(&written);
        }
    }
}
