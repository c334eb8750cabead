//! How often people are told of their duties.

use jiff::civil::{Date, Weekday};

use super::named::named;

named! {
    /// One digest a month unless one asks otherwise: "one's own reporting is not the team's priority" (manifesto, third
    /// commitment).
    DigestPeriod {
        Monthly = "monthly", "une fois par mois";
        Weekly = "weekly", "chaque semaine";
        Never = "never", "jamais";
    }
}

impl DigestPeriod {
    /// What nobody has chosen.
    pub const USUAL: Self = Self::Monthly;

    /// Is a digest due on that day? Monthly: from the first weekday of the month on. Weekly: from Monday on, and not at
    /// the weekend.
    pub fn is_due(self, today: Date, last: Option<Date>) -> bool {
        if matches!(today.weekday(), Weekday::Saturday | Weekday::Sunday) {
            return false;
        }
        match self {
            Self::Never => false,
            Self::Monthly => last.is_none_or(|last| last.first_of_month() < today.first_of_month()),
            Self::Weekly => last.is_none_or(|last| monday(last) < monday(today)),
        }
    }
}

/// The Monday of its week.
fn monday(day: Date) -> Date {
    let since = i64::from(day.weekday().to_monday_zero_offset());
    day.saturating_sub(jiff::Span::new().days(since))
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn a_month_is_told_once_on_a_weekday() {
        let monthly = DigestPeriod::Monthly;
        assert!(!monthly.is_due(date(2026, 8, 1), Some(date(2026, 7, 1))), "a Saturday");
        assert!(monthly.is_due(date(2026, 8, 3), Some(date(2026, 7, 1))));
        assert!(!monthly.is_due(date(2026, 8, 4), Some(date(2026, 8, 3))));
        assert!(monthly.is_due(date(2026, 8, 4), None));
    }

    #[test]
    fn a_week_is_told_once() {
        let weekly = DigestPeriod::Weekly;
        assert!(weekly.is_due(date(2026, 11, 30), Some(date(2026, 11, 27))), "Monday after Friday");
        assert!(!weekly.is_due(date(2026, 12, 4), Some(date(2026, 11, 30))));
        assert!(!DigestPeriod::Never.is_due(date(2026, 12, 4), None));
    }
}
