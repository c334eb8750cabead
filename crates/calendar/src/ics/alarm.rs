//! A reminder before an event.

use super::content_line::{push_line, push_text};

const MINUTES_IN_DAY: u32 = 24 * 60;

/// A reminder shown on the screen (VALARM with ACTION:DISPLAY, RFC 5545, section 3.6.6).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alarm {
    /// Minutes before the start of the event. An all-day event starts at 0 h, local time of the reader: an alarm 900
    /// minutes before rings at 9 h the day before.
    pub minutes_before: u32,
    /// What it says; required by the RFC.
    pub description: String,
}

impl Alarm {
    pub(super) fn write(&self, out: &mut String) {
        push_line(out, "BEGIN", "VALARM");
        push_line(out, "ACTION", "DISPLAY");
        push_text(out, "DESCRIPTION", &self.description);
        push_line(out, "TRIGGER", &self.trigger());
        push_line(out, "END", "VALARM");
    }

    /// A duration counted back from the start (section 3.3.6): days, then hours and minutes, empty parts left out.
    fn trigger(&self) -> String {
        let days = self.minutes_before / MINUTES_IN_DAY;
        let (hours, minutes) = (self.minutes_before % MINUTES_IN_DAY / 60, self.minutes_before % 60);
        let date = if days > 0 { format!("{days}D") } else { String::new() };
        // The grammar wants hours before minutes without a gap; both are optional as long as one is there.
        let time = match (hours, minutes) {
            (0, 0) if days > 0 => String::new(),
            (0, 0) => return "PT0S".to_owned(),
            (0, minutes) => format!("T{minutes}M"),
            (hours, 0) => format!("T{hours}H"),
            (hours, minutes) => format!("T{hours}H{minutes}M"),
        };
        format!("-P{date}{time}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trigger_is_a_negative_duration() {
        let trigger = |minutes_before| Alarm { minutes_before, description: String::new() }.trigger();
        assert_eq!(trigger(0), "PT0S");
        assert_eq!(trigger(15), "-PT15M");
        assert_eq!(trigger(900), "-PT15H");
        assert_eq!(trigger(90), "-PT1H30M");
        assert_eq!(trigger(7 * MINUTES_IN_DAY), "-P7D");
        assert_eq!(trigger(MINUTES_IN_DAY + 61), "-P1DT1H1M");
    }
}
