//! One event.

use jiff::{Timestamp, civil::Date, tz::TimeZone};

use super::{
    Alarm, IcsError,
    content_line::{push_line, push_text},
};

/// The longest UID, in octets (RFC 7986, section 5.3: "less than 255").
const MAX_UID_OCTETS: usize = 254;

/// When an event takes place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    /// Whole days, first and last included (the writer puts the excluded end that the RFC wants). Shown without making
    /// the reader busy (TRANSP:TRANSPARENT).
    AllDay { first: Date, last: Date },
    /// From an instant to another, written in UTC and shown by each reader in local time. Fractions of a second are
    /// dropped.
    Timed { starts: Timestamp, ends: Timestamp },
}

/// Does the event hold?
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum EventStatus {
    #[default]
    Confirmed,
    Tentative,
    /// Write the event again with the same UID and a higher sequence.
    Cancelled,
}

/// An event to write (VEVENT, RFC 5545, section 3.6.1).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IcsEvent {
    /// Identifies the event for ever, in every calendar (section 3.8.4.7): 1 to 254 octets. A UUID, or what identifies
    /// the thing in the program, `@`, and the site's name. No personal data.
    pub uid: String,
    /// The instant at which this version is written (DTSTAMP, section 3.8.7.2).
    pub stamped_at: Timestamp,
    /// Number of the version, from 0; raised at each change (section 3.8.7.4).
    pub sequence: u32,
    pub status: EventStatus,
    pub when: When,
    /// The title.
    pub summary: String,
    pub description: Option<String>,
    pub location: Option<String>,
    /// A page about the event: an absolute URI in ASCII.
    pub url: Option<String>,
    pub alarms: Vec<Alarm>,
}

impl IcsEvent {
    /// A confirmed event, first version, with nothing optional.
    pub fn new(
        uid: impl Into<String>,
        stamped_at: Timestamp,
        when: When,
        summary: impl Into<String>,
    ) -> Self {
        Self {
            uid: uid.into(),
            stamped_at,
            sequence: 0,
            status: EventStatus::default(),
            when,
            summary: summary.into(),
            description: None,
            location: None,
            url: None,
            alarms: Vec::new(),
        }
    }

    pub(super) fn write(&self, out: &mut String) -> Result<(), IcsError> {
        if self.uid.is_empty() || self.uid.len() > MAX_UID_OCTETS || self.uid.chars().any(char::is_control) {
            return Err(IcsError::Uid { uid: self.uid.clone() });
        }
        push_line(out, "BEGIN", "VEVENT");
        push_text(out, "UID", &self.uid);
        push_line(out, "DTSTAMP", &self.instant(self.stamped_at)?);
        self.write_when(out)?;
        push_line(out, "SEQUENCE", &self.sequence.to_string());
        let status = match self.status {
            EventStatus::Confirmed => "CONFIRMED",
            EventStatus::Tentative => "TENTATIVE",
            EventStatus::Cancelled => "CANCELLED",
        };
        push_line(out, "STATUS", status);
        push_text(out, "SUMMARY", &self.summary);
        if let Some(description) = &self.description {
            push_text(out, "DESCRIPTION", description);
        }
        if let Some(location) = &self.location {
            push_text(out, "LOCATION", location);
        }
        if let Some(url) = &self.url {
            if !is_uri(url) {
                return Err(IcsError::Url { uid: self.uid.clone(), url: url.clone() });
            }
            push_line(out, "URL", url);
        }
        for alarm in &self.alarms {
            alarm.write(out);
        }
        push_line(out, "END", "VEVENT");
        Ok(())
    }

    fn write_when(&self, out: &mut String) -> Result<(), IcsError> {
        let reversed = || IcsError::EndBeforeStart { uid: self.uid.clone() };
        match self.when {
            When::AllDay { first, last } => {
                if last < first {
                    return Err(reversed());
                }
                // DTEND is the day after the last one (section 3.8.2.2).
                let end = last
                    .tomorrow()
                    .map_err(|_| IcsError::Year { uid: self.uid.clone(), year: last.year() })?;
                push_line(out, "DTSTART;VALUE=DATE", &self.day(first)?);
                push_line(out, "DTEND;VALUE=DATE", &self.day(end)?);
                push_line(out, "TRANSP", "TRANSPARENT");
            }
            When::Timed { starts, ends } => {
                if ends.as_second() <= starts.as_second() {
                    return Err(reversed());
                }
                push_line(out, "DTSTART", &self.instant(starts)?);
                push_line(out, "DTEND", &self.instant(ends)?);
                push_line(out, "TRANSP", "OPAQUE");
            }
        }
        Ok(())
    }

    /// A DATE (section 3.3.4): `20270301`.
    fn day(&self, day: Date) -> Result<String, IcsError> {
        if day.year() < 0 {
            return Err(IcsError::Year { uid: self.uid.clone(), year: day.year() });
        }
        Ok(format!("{:04}{:02}{:02}", day.year(), day.month(), day.day()))
    }

    /// A DATE-TIME in UTC (section 3.3.5, form 2): `20270301T083000Z`.
    fn instant(&self, instant: Timestamp) -> Result<String, IcsError> {
        let utc = TimeZone::UTC.to_datetime(instant);
        let day = self.day(utc.date())?;
        Ok(format!("{day}T{:02}{:02}{:02}Z", utc.hour(), utc.minute(), utc.second()))
    }
}

/// A scheme, a colon, then visible ASCII characters (RFC 3986, section 3): enough to keep a line a line.
fn is_uri(text: &str) -> bool {
    let Some((scheme, rest)) = text.split_once(':') else { return false };
    scheme.starts_with(|first: char| first.is_ascii_alphabetic())
        && scheme.bytes().all(|octet| octet.is_ascii_alphanumeric() || b"+-.".contains(&octet))
        && !rest.is_empty()
        && rest.bytes().all(|octet| octet.is_ascii_graphic())
}
