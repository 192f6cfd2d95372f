//! Points in time as servers write them.

/// Reads `2026-11-21T08:49:00Z` (RFC 3339, a space for the `T` and a missing zone accepted) as
/// seconds since the epoch.
pub(super) fn parse_rfc3339(text: &str) -> Option<i64> {
    let (date, time) = text.split_once(['T', 't', ' '])?;
    let mut date = date.split('-');
    let year = number(date.next()?, 4)?;
    let month = number(date.next()?, 2)?;
    let day = number(date.next()?, 2)?;
    let zone_at = time.find(['Z', 'z', '+', '-']).unwrap_or(time.len());
    let (clock, zone) = time.split_at_checked(zone_at)?;
    let clock = clock.split('.').next()?;
    let mut clock = clock.split(':');
    let hour = number(clock.next()?, 2)?;
    let minute = number(clock.next()?, 2)?;
    let second = number(clock.next()?, 2)?;
    let in_range = (1..=12).contains(&month)
        && (1..=31).contains(&day)
        && hour < 24
        && minute < 60
        && second <= 60
        && date.next().is_none()
        && clock.next().is_none();
    if !in_range {
        return None;
    }
    days_since_epoch(year, month, day)
        .checked_mul(86_400)?
        .checked_add(hour.checked_mul(3600)?)?
        .checked_add(minute.checked_mul(60)?)?
        .checked_add(second)?
        .checked_sub(zone_offset(zone)?)
}

/// Reads `Sat, 21 Nov 2026 08:49:00 GMT` (RFC 9110 §5.6.7; the obsolete forms are nobody's any
/// more) as seconds since the epoch.
pub(super) fn parse_http_date(text: &str) -> Option<i64> {
    let (_, rest) = text.split_once(", ")?;
    let mut parts = rest.split(' ');
    let (day, month, year) = (parts.next()?, parts.next()?, parts.next()?);
    let (time, zone) = (parts.next()?, parts.next()?);
    let month = MONTHS
        .iter()
        .position(|name| *name == month)?
        .checked_add(1)?;
    if zone != "GMT" || parts.next().is_some() {
        return None;
    }
    let zero = if month < 10 { "0" } else { "" };
    parse_rfc3339(
        &[
            year,
            "-",
            zero,
            &month.to_string(),
            "-",
            day,
            "T",
            time,
            "Z",
        ]
        .concat(),
    )
}

const MONTHS: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];

fn zone_offset(zone: &str) -> Option<i64> {
    if matches!(zone, "" | "Z" | "z") {
        return Some(0);
    }
    let (sign, offset) = match zone.strip_prefix('-') {
        Some(offset) => (-60, offset),
        None => (60, zone.strip_prefix('+')?),
    };
    let (hours, minutes) = offset.split_once(':')?;
    number(hours, 2)?
        .checked_mul(60)?
        .checked_add(number(minutes, 2)?)?
        .checked_mul(sign)
}

fn number(digits: &str, length: usize) -> Option<i64> {
    let all_digits = digits.len() == length && digits.bytes().all(|byte| byte.is_ascii_digit());
    all_digits.then(|| digits.parse().ok()).flatten()
}

/// The proleptic Gregorian calendar, counted in years that begin in March so that the leap day
/// is the last of its year.
#[allow(clippy::arithmetic_side_effects)] // four-digit years cannot overflow
fn days_since_epoch(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let month_from_march = (month + 9) % 12;
    let day_of_year = (153 * month_from_march + 2) / 5 + day - 1;
    let leap_days = year / 4 - year / 100 + year / 400;
    365 * year + leap_days + day_of_year - 719_468
}

#[cfg(test)]
mod tests {
    use super::{parse_http_date, parse_rfc3339};

    #[test]
    fn reads_http_dates() {
        for (text, seconds) in [
            ("Sat, 21 Nov 2026 08:49:00 GMT", Some(1_795_250_940)),
            ("Thu, 01 Jan 1970 00:00:00 GMT", Some(0)),
            ("Sat, 21 Foo 2026 08:49:00 GMT", None),
            ("Sat, 21 Nov 2026 08:49:00 CET", None),
            ("120", None),
        ] {
            assert_eq!(parse_http_date(text), seconds, "{text}");
        }
    }

    #[test]
    fn reads_what_servers_write() {
        for (text, seconds) in [
            ("1970-01-01T00:00:00Z", Some(0)),
            ("2026-11-21T08:49:00Z", Some(1_795_250_940)),
            ("2026-11-21 08:49:00", Some(1_795_250_940)),
            ("2026-11-21T08:49:00.123456Z", Some(1_795_250_940)),
            ("2026-11-21T10:49:00+02:00", Some(1_795_250_940)),
            ("2026-11-21T03:19:00-05:30", Some(1_795_250_940)),
            ("2024-02-29T00:00:00Z", Some(1_709_164_800)),
            ("2024-03-01T00:00:00Z", Some(1_709_251_200)),
            ("2026-13-01T00:00:00Z", None),
            ("2026-11-21", None),
            ("2026-11-21T08:49Z", None),
            ("Sat, 21 Nov 2026 08:49:00 GMT", None),
            ("1795250940", None),
            ("", None),
        ] {
            assert_eq!(parse_rfc3339(text), seconds, "{text}");
        }
    }
}
