//! Points in time as servers and programs write them. What JavaScript reads of stored tokens
//! (`timeMs` in `members.js`) is written in the same ways; one table tests both.

use crate::text;

/// Reads ISO 8601 or an HTTP date (RFC 9110 §5.6.7) as seconds since the epoch.
///
/// Of ISO 8601 a space may stand for the `T`; the time, its seconds and the zone may be missing, which
/// is UTC; and the zone may have no colon, a name (`UTC`, `GMT`), or both.
pub(super) fn parse(text: &str) -> Option<i64> {
    let text = text.trim();
    let (days, time) = match text::split_once(text, ", ") {
        Some((_weekday, rest)) => named_date(rest)?,
        None => iso_date(text)?,
    };
    let clock_and_zone = match time {
        Some(time) => {
            let is_clock = |c: char| c.is_ascii_digit() || matches!(c, ':' | '.' | ',');
            let end = time.find(|c| !is_clock(c)).unwrap_or(time.len());
            let (clock, zone) = time.split_at_checked(end)?;
            clock_seconds(clock)?.checked_sub(zone_offset(zone)?)?
        }
        None => 0,
    };
    days.checked_mul(86_400)?.checked_add(clock_and_zone)
}

/// `2026-11-21`, and what follows it.
fn iso_date(text: &str) -> Option<(i64, Option<&str>)> {
    let (date, time) = text.split_at_checked(10)?;
    let mut date = date.split('-');
    let (year, month, day) = (date.next()?, date.next()?, date.next()?);
    let days = days_since_epoch(number(year, 4)?, number(month, 2)?, number(day, 2)?)?;
    match time {
        "" => Some((days, None)),
        time => Some((days, Some(time.strip_prefix(['T', 't', ' '])?))),
    }
}

/// `21 Nov 2026`, also with hyphens, and what follows it.
fn named_date(text: &str) -> Option<(i64, Option<&str>)> {
    let mut parts = text.splitn(4, [' ', '-']);
    let (day, month, year) = (parts.next()?, parts.next()?, parts.next()?);
    let month = MONTHS
        .iter()
        .position(|it| it.eq_ignore_ascii_case(month))?;
    let month = i64::try_from(month).ok()?.checked_add(1)?;
    let days = days_since_epoch(number(year, 4)?, month, number(day, day.len().clamp(1, 2))?)?;
    Some((days, Some(parts.next()?)))
}

const MONTHS: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];

/// `08:49`, `08:49:00` or `08:49:00.123`, without the fraction.
fn clock_seconds(clock: &str) -> Option<i64> {
    let (clock, fraction) = match clock.split_once(['.', ',']) {
        Some((clock, fraction)) => (clock, Some(fraction)),
        None => (clock, None),
    };
    let mut parts = clock.split(':');
    let hour = number(parts.next()?, 2)?;
    let minute = number(parts.next()?, 2)?;
    let second = match parts.next() {
        Some(second) => number(second, 2)?,
        None if fraction.is_none() => 0,
        None => return None,
    };
    let is_fraction = |it: &str| !it.is_empty() && it.bytes().all(|byte| byte.is_ascii_digit());
    let in_range = hour < 24 && minute < 60 && second <= 60 && parts.next().is_none();
    if !in_range || !fraction.is_none_or(is_fraction) {
        return None;
    }
    hour.checked_mul(3600)?
        .checked_add(minute.checked_mul(60)?)?
        .checked_add(second)
}

/// `Z`, `+02:00`, `+0200`, `+02`, `UTC`, `GMT`, `+0000 UTC`, or nothing.
fn zone_offset(zone: &str) -> Option<i64> {
    let zone = zone.trim();
    let named = |name: &str| {
        let at = zone.len().checked_sub(name.len())?;
        let (before, end) = zone.split_at_checked(at)?;
        end.eq_ignore_ascii_case(name).then_some(before.trim_end())
    };
    let offset = ["UTC", "GMT", "Z"].into_iter().find_map(named);
    let offset = offset.unwrap_or(zone);
    if offset.is_empty() {
        return Some(0);
    }
    let (sign, offset) = match offset.strip_prefix('-') {
        Some(offset) => (-60, offset),
        None => (60, offset.strip_prefix('+')?),
    };
    let (hours, minutes) = offset.split_at_checked(2)?;
    let minutes = match minutes {
        "" => 0,
        minutes => number(minutes.strip_prefix(':').unwrap_or(minutes), 2)?,
    };
    number(hours, 2)?
        .checked_mul(60)?
        .checked_add(minutes)?
        .checked_mul(sign)
}

fn number(digits: &str, length: usize) -> Option<i64> {
    let all_digits = digits.len() == length && digits.bytes().all(|byte| byte.is_ascii_digit());
    all_digits.then(|| digits.parse().ok()).flatten()
}

/// The proleptic Gregorian calendar, counted in years that begin in March so that the leap day
/// is the last of its year.
#[allow(clippy::arithmetic_side_effects)] // four-digit years cannot overflow
fn days_since_epoch(year: i64, month: i64, day: i64) -> Option<i64> {
    if !(1..=12).contains(&month) || !(1..=31).contains(&day) {
        return None;
    }
    let year = if month <= 2 { year - 1 } else { year };
    let month_from_march = (month + 9) % 12;
    let day_of_year = (153 * month_from_march + 2) / 5 + day - 1;
    let leap_days = year / 4 - year / 100 + year / 400;
    Some(365 * year + leap_days + day_of_year - 719_468)
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn reads_what_servers_write() {
        const AT: Option<i64> = Some(1_795_250_940);
        for (text, seconds) in [
            ("1970-01-01T00:00:00Z", Some(0)),
            ("2026-11-21T08:49:00Z", AT),
            ("2026-11-21t08:49:00z", AT),
            ("2026-11-21 08:49:00", AT),
            (" 2026-11-21 08:49:00\n", AT),
            ("2026-11-21T08:49:00.123456Z", AT),
            ("2026-11-21T08:49:00,123+00:00", AT),
            ("2026-11-21T10:49:00+02:00", AT),
            ("2026-11-21T03:19:00-05:30", AT),
            ("2026-11-21T03:19:00-0530", AT),
            ("2026-11-21T10:49:00+02", AT),
            ("2026-11-21T08:49:00+0000", AT),
            ("2026-11-21T08:49Z", AT),
            ("2026-11-21 08:49", AT),
            ("2026-11-21 08:49:00 UTC", AT),
            ("2026-11-21 08:49:00 +0000", AT),
            ("2026-11-21 10:49:00 +0200 GMT", AT),
            ("2026-11-21 08:49:00.5 +0000 UTC", AT),
            ("Sat, 21 Nov 2026 08:49:00 GMT", AT),
            ("Sat, 21-Nov-2026 08:49:00 UTC", AT),
            ("Saturday, 21 nov 2026 10:49 +0200", AT),
            ("Fri, 1 Jan 2027 00:00:00 GMT", Some(1_798_761_600)),
            ("Thu, 01 Jan 1970 00:00:00 GMT", Some(0)),
            ("2026-11-21", Some(1_795_219_200)),
            ("2024-02-29T00:00:00Z", Some(1_709_164_800)),
            ("2024-03-01T00:00:00Z", Some(1_709_251_200)),
            ("0001-01-01T00:00:00Z", Some(-62_135_596_800)),
            ("2026-13-01T00:00:00Z", None),
            ("2026-11-32T00:00:00Z", None),
            ("2026-11-21T24:00:00Z", None),
            ("2026-11-21T08:60:00Z", None),
            ("2026-11-21T08Z", None),
            ("2026-11-21T08:49.5Z", None),
            ("2026-11-21T08:49:00.Z", None),
            ("2026-11-21T08:49:00 CET", None),
            ("2026-11-21T08:49:00+2", None),
            ("2026-11-21T08:49:00+02:0", None),
            ("2026-11-21X08:49:00Z", None),
            ("2026-11-21T", None),
            ("21-11-2026T08:49:00Z", None),
            ("Sat, 21 Foo 2026 08:49:00 GMT", None),
            ("Sat, 021 Nov 2026 08:49:00 GMT", None),
            ("Sat, 21 Nov 2026 08:49:00 CET", None),
            ("Sat, 21 Nov 2026", None),
            ("1795250940", None),
            ("ü026-11-21T08:49:00Z", None),
            ("120", None),
            ("", None),
        ] {
            assert_eq!(parse(text), seconds, "{text}");
        }
    }
}
