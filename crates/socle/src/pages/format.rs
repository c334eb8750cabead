//! Dates, amounts and numbers as French people read them. No-break spaces keep a number with its unit.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

const MONTHS: [&str; 12] = [
    "janvier",
    "février",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "août",
    "septembre",
    "octobre",
    "novembre",
    "décembre",
];
/// Between a number and its unit.
const NO_BREAK: char = '\u{a0}';
/// Between groups of three digits.
const NARROW: char = '\u{202f}';

/// `22 novembre 2026`, `1er mai 2026`.
pub fn date(date: Date) -> String {
    let day = if date.day() == 1 { "1er".to_owned() } else { date.day().to_string() };
    format!("{day}{NO_BREAK}{} {}", month_name(date.month()), date.year())
}

/// `novembre 2026`.
pub fn month(date: Date) -> String {
    format!("{} {}", month_name(date.month()), date.year())
}

/// `nov.`, under the bars of a chart.
pub fn short_month(date: Date) -> String {
    const SHORT: [&str; 12] =
        ["janv.", "févr.", "mars", "avr.", "mai", "juin", "juil.", "août", "sept.", "oct.", "nov.", "déc."];
    SHORT[usize::from(date.month().unsigned_abs() - 1)].to_owned()
}

fn month_name(month: i8) -> &'static str {
    usize::try_from(month - 1).ok().and_then(|index| MONTHS.get(index)).copied().unwrap_or_default()
}

/// `14 h 05`, in the given zone.
pub fn time(at: Timestamp, zone: &TimeZone) -> String {
    let local = zone.to_datetime(at);
    format!("{}{NO_BREAK}h{NO_BREAK}{:02}", local.hour(), local.minute())
}

/// `22 novembre 2026 à 14 h 05`, in the given zone.
pub fn date_time(at: Timestamp, zone: &TimeZone) -> String {
    format!("{} à {}", date(zone.to_datetime(at).date()), time(at, zone))
}

/// The zone of metropolitan France, in which pages that have no place of their own speak.
pub fn paris() -> TimeZone {
    // The zone is shipped with the program; without it UTC is the honest answer.
    TimeZone::get("Europe/Paris").unwrap_or(TimeZone::UTC)
}

/// `1 234 567`.
pub fn integer(number: i64) -> String {
    let digits = number.unsigned_abs().to_string();
    let mut grouped = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            grouped.push(NARROW);
        }
        grouped.push(digit);
    }
    if number < 0 { format!("−{grouped}") } else { grouped }
}

/// `1 234,56 €`, from euro cents.
pub fn euros(cents: i64) -> String {
    let sign = if cents < 0 { "−" } else { "" };
    let cents = cents.unsigned_abs();
    format!("{sign}{},{:02}{NO_BREAK}€", integer(i64::try_from(cents / 100).unwrap_or(i64::MAX)), cents % 100)
}

/// `12,3 %`; a dash when there is nothing to share.
pub fn percent(part: i64, all: i64) -> String {
    if all <= 0 {
        return "–".to_owned();
    }
    let tenths = (part * 1_000 + all / 2) / all;
    format!("{},{}{NO_BREAK}%", tenths / 10, tenths % 10)
}

/// `12,5 km` from metres; below one kilometre, `900 m`.
pub fn distance(metres: i64) -> String {
    if metres.abs() < 1_000 {
        return format!("{}{NO_BREAK}m", integer(metres));
    }
    let tenths = (metres + 50 * metres.signum()) / 100;
    let (whole, tenth) = (tenths / 10, (tenths % 10).abs());
    if tenth == 0 {
        format!("{}{NO_BREAK}km", integer(whole))
    } else {
        format!("{},{tenth}{NO_BREAK}km", integer(whole))
    }
}

/// `1 h 25 min`, `25 min`, `40 s`.
pub fn duration(seconds: i64) -> String {
    match seconds {
        0..60 => format!("{seconds}{NO_BREAK}s"),
        60..3_600 => format!("{}{NO_BREAK}min", seconds / 60),
        _ if seconds % 3_600 < 60 => format!("{}{NO_BREAK}h", seconds / 3_600),
        _ => format!("{}{NO_BREAK}h{NO_BREAK}{:02}{NO_BREAK}min", seconds / 3_600, seconds % 3_600 / 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_the_french_way() {
        assert_eq!(integer(1_234_567), "1\u{202f}234\u{202f}567");
        assert_eq!(integer(-12), "−12");
        assert_eq!(euros(123_456), "1\u{202f}234,56\u{a0}€");
        assert_eq!(euros(5), "0,05\u{a0}€");
        assert_eq!(distance(900), "900\u{a0}m");
        assert_eq!(distance(12_549), "12,5\u{a0}km");
        assert_eq!(distance(12_000), "12\u{a0}km");
        assert_eq!(duration(5_100), "1\u{a0}h\u{a0}25\u{a0}min");
    }

    #[test]
    fn dates_are_written_the_french_way() {
        let at: Timestamp = "2026-11-22T13:05:00Z".parse().expect("an instant");
        assert_eq!(date_time(at, &paris()), "22\u{a0}novembre 2026 à 14\u{a0}h\u{a0}05");
        assert_eq!(date(Date::constant(2026, 5, 1)), "1er\u{a0}mai 2026");
    }
}
