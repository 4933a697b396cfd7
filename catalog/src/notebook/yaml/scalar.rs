//! What a plain scalar is by the rules of YAML 1.1, in `PyYAML`'s reading of them: a number, a date, a boolean, or text.

use chrono::NaiveDate;
use std::fmt::Write as _;

/// What a plain scalar is.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Plain {
    /// Nothing, `~`, `null`.
    Null,
    /// `yes`, `off`, `True`, …
    Bool(bool),
    /// An integer in any of the spellings.
    Int(i128),
    /// An integer that is too large for us.
    HugeInt,
    /// A number with a point, `.inf`, `.nan`.
    Float(f64),
    /// A date, with or without a time; whether there is such a day.
    Date(bool),
    /// `<<`
    Merge,
    /// `=`
    Equals,
    /// Written like a number, but not one (`0x_`).
    Malformed,
    /// Text.
    Text,
}

/// What a plain scalar is by `PyYAML`'s implicit resolvers.
pub(crate) fn resolve(text: &str) -> Plain {
    match text.as_bytes() {
        [] | b"~" => Plain::Null,
        [b'y' | b'Y' | b'n' | b'N' | b't' | b'T' | b'f' | b'F' | b'o' | b'O', ..] => match text {
            "yes" | "Yes" | "YES" | "true" | "True" | "TRUE" | "on" | "On" | "ON" => Plain::Bool(true),
            "no" | "No" | "NO" | "false" | "False" | "FALSE" | "off" | "Off" | "OFF" => Plain::Bool(false),
            "null" | "Null" | "NULL" => Plain::Null,
            _ => Plain::Text,
        },
        b"<<" => Plain::Merge,
        b"=" => Plain::Equals,
        [b'0'..=b'9' | b'-' | b'+' | b'.', ..] => resolve_float(text)
            .or_else(|| resolve_int(text))
            .or_else(|| resolve_date(text))
            .unwrap_or(Plain::Text),
        _ => Plain::Text,
    }
}

/// The text without its sign, and whether that was a minus.
fn unsigned(text: &str) -> (&str, bool) {
    text.strip_prefix('-')
        .map_or_else(|| (text.strip_prefix('+').unwrap_or(text), false), |rest| (rest, true))
}

fn digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}

fn spaced_digits(text: &str) -> bool {
    text.bytes().all(|b| b.is_ascii_digit() || b == b'_')
}

/// `[0-9][0-9_]*`
fn number_body(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_digit()) && spaced_digits(text)
}

/// `[0-5]?[0-9]`
fn base_sixty(text: &str) -> bool {
    match text.as_bytes() {
        [d] => d.is_ascii_digit(),
        [t, d] => (b'0'..=b'5').contains(t) && d.is_ascii_digit(),
        _ => false,
    }
}

fn resolve_float(text: &str) -> Option<Plain> {
    let (body, minus) = unsigned(text);
    let signed = |value: f64| Some(Plain::Float(if minus { -value } else { value }));
    match body {
        ".inf" | ".Inf" | ".INF" => return signed(f64::INFINITY),
        ".nan" | ".NaN" | ".NAN" if body.len() == text.len() => return Some(Plain::Float(f64::NAN)),
        _ => {}
    }
    let (whole, fraction) = body.split_once('.')?;
    if whole.contains(':') {
        let mut parts = whole.split(':');
        if !parts.next().is_some_and(number_body) || !parts.all(base_sixty) || !spaced_digits(fraction) {
            return None;
        }
        let mut value = 0.0;
        let mut base = 1.0;
        let clean = body.replace('_', "");
        for part in clean.split(':').rev() {
            value += part.parse::<f64>().ok()? * base;
            base *= 60.0;
        }
        return signed(value);
    }
    let (fraction, exponent) =
        fraction.split_once(['e', 'E']).map_or((fraction, None), |(f, e)| (f, Some(e)));
    if let Some(exponent) = exponent
        && !exponent.strip_prefix(['-', '+']).is_some_and(digits)
    {
        return None;
    }
    let shaped = if whole.is_empty() {
        // `.5`, and only without a sign.
        body.len() == text.len() && number_body(fraction)
    } else {
        number_body(whole) && spaced_digits(fraction)
    };
    if !shaped {
        return None;
    }
    signed(body.replace('_', "").to_lowercase().parse().ok()?)
}

fn resolve_int(text: &str) -> Option<Plain> {
    let (body, minus) = unsigned(text);
    let radix = |digits: &str, radix: u32| {
        let digits = digits.replace('_', "");
        if digits.is_empty() {
            return Plain::Malformed;
        }
        i128::from_str_radix(&digits, radix)
            .map_or(Plain::HugeInt, |value| Plain::Int(if minus { -value } else { value }))
    };
    if let Some(rest) = body.strip_prefix("0b")
        && !rest.is_empty()
        && rest.bytes().all(|b| matches!(b, b'0' | b'1' | b'_'))
    {
        return Some(radix(rest, 2));
    }
    if let Some(rest) = body.strip_prefix("0x")
        && !rest.is_empty()
        && rest.bytes().all(|b| b.is_ascii_hexdigit() || b == b'_')
    {
        return Some(radix(rest, 16));
    }
    if body == "0" {
        return Some(Plain::Int(0));
    }
    if let Some(rest) = body.strip_prefix('0') {
        let octal = !rest.is_empty() && rest.bytes().all(|b| matches!(b, b'0'..=b'7' | b'_'));
        return octal.then(|| radix(body, 8));
    }
    if !body.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    if body.contains(':') {
        let mut parts = body.split(':');
        if !parts.next().is_some_and(number_body) || !parts.all(base_sixty) {
            return None;
        }
        let mut value: i128 = 0;
        for part in body.replace('_', "").split(':') {
            let Some(next) =
                part.parse::<i128>().ok().and_then(|part| value.checked_mul(60)?.checked_add(part))
            else {
                return Some(Plain::HugeInt);
            };
            value = next;
        }
        return Some(Plain::Int(if minus { -value } else { value }));
    }
    spaced_digits(body).then(|| radix(body, 10))
}

/// `2026-11-24`, with or without a time.
fn resolve_date(text: &str) -> Option<Plain> {
    fn take<'a>(rest: &mut &'a str, most: usize) -> &'a str {
        let end = rest.bytes().take(most).take_while(u8::is_ascii_digit).count();
        let (taken, left) = rest.split_at(end);
        *rest = left;
        taken
    }
    let mut rest = text;
    let year = take(&mut rest, 4);
    rest = rest.strip_prefix('-').filter(|_| year.len() == 4)?;
    let month = take(&mut rest, 2);
    rest = rest.strip_prefix('-').filter(|_| !month.is_empty())?;
    let day = take(&mut rest, 2);
    if day.is_empty() {
        return None;
    }
    let day_exists = NaiveDate::from_ymd_opt(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?)
        .is_some_and(|_| year != "0000");
    if rest.is_empty() {
        return (month.len() == 2 && day.len() == 2).then_some(Plain::Date(day_exists));
    }
    let blank = |text: &str| text.trim_start_matches([' ', '\t']).len();
    rest = match rest.strip_prefix(['T', 't']) {
        Some(rest) => rest,
        None if blank(rest) < rest.len() => rest.trim_start_matches([' ', '\t']),
        None => return None,
    };
    let hour = take(&mut rest, 2);
    rest = rest.strip_prefix(':').filter(|_| !hour.is_empty())?;
    let minute = take(&mut rest, 2);
    rest = rest.strip_prefix(':').filter(|_| minute.len() == 2)?;
    let second = take(&mut rest, 2);
    if second.len() != 2 {
        return None;
    }
    if let Some(fraction) = rest.strip_prefix('.') {
        rest = fraction.trim_start_matches(|c: char| c.is_ascii_digit());
    }
    let zone = rest.trim_start_matches([' ', '\t']);
    let mut zone_exists = true;
    if zone.is_empty() {
        // Blanks at the end are no part of a plain scalar.
        if !rest.is_empty() {
            return None;
        }
    } else if zone != "Z" {
        let mut rest = zone.strip_prefix(['-', '+'])?;
        let hours = take(&mut rest, 2);
        if hours.is_empty() {
            return None;
        }
        if !rest.is_empty() {
            rest = rest.strip_prefix(':')?;
            if take(&mut rest, 2).len() != 2 || !rest.is_empty() {
                return None;
            }
        }
        zone_exists = hours.parse::<u32>().is_ok_and(|hours| hours < 24);
    }
    let within = |text: &str, most: u32| text.parse::<u32>().is_ok_and(|value| value <= most);
    Some(Plain::Date(
        day_exists && zone_exists && within(hour, 23) && within(minute, 59) && within(second, 59),
    ))
}

/// A date as `PyYAML` writes it, whichever of the spellings it has.
pub(super) fn date_literal(text: &str) -> String {
    let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
    let day_end =
        text.match_indices('-').nth(1).map_or(text.len(), |(at, _)| at + 1 + digits(&text[at + 1..]));
    let (day, rest) = text.split_at(day_end);
    let numbers: Vec<u32> = day.split('-').filter_map(|part| part.parse().ok()).collect();
    let [year, month, day] = numbers.as_slice() else { return text.to_owned() };
    let mut out = format!("{year:04}-{month:02}-{day:02}");
    let rest = rest.trim_start_matches(['T', 't', ' ', '\t']);
    if rest.is_empty() {
        return out;
    }
    let time_end = rest.find(|c: char| !c.is_ascii_digit() && c != ':' && c != '.').unwrap_or(rest.len());
    let (time, zone) = rest.split_at(time_end);
    let (clock, fraction) = time.split_once('.').unwrap_or((time, ""));
    let hour = if digits(clock) == 1 { "0" } else { "" };
    let _ = write!(out, " {hour}{clock}");
    let fraction = format!("{fraction:0<6.6}");
    if fraction != "000000" {
        let _ = write!(out, ".{fraction}");
    }
    let zone = zone.trim_matches([' ', '\t']);
    if zone == "Z" {
        out += "+00:00";
    } else if let Some(sign) = zone.chars().next() {
        let (hours, minutes) = zone[1..].split_once(':').unwrap_or((&zone[1..], "00"));
        let zero = hours.parse() == Ok(0_u32) && minutes == "00";
        let _ = write!(out, "{}{hours:0>2}:{minutes}", if zero { '+' } else { sign });
    }
    out
}
