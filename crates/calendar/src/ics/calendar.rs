//! The calendar that holds the events.

use std::collections::BTreeSet;

use super::{
    IcsError, IcsEvent,
    content_line::{push_line, push_text},
};

/// A calendar to write (VCALENDAR, RFC 5545, section 3.4).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IcsCalendar {
    /// Who writes it (PRODID, section 3.7.3), customarily `-//organisation//product//FR`.
    pub product_id: String,
    /// The name readers show for a subscribed calendar: NAME (RFC 7986, section 5.1), and `X-WR-CALNAME`, the only one
    /// some diaries read.
    pub name: Option<String>,
    pub events: Vec<IcsEvent>,
}

impl IcsCalendar {
    /// The calendar as text: CRLF line ends, no line longer than 75 octets. The same calendar always gives the same
    /// text.
    ///
    /// # Errors
    /// Whatever RFC 5545 does not let us write: see [`IcsError`].
    pub fn render(&self) -> Result<String, IcsError> {
        if self.events.is_empty() {
            return Err(IcsError::NoEvent);
        }
        if self.product_id.is_empty() || self.product_id.chars().any(char::is_control) {
            return Err(IcsError::ProductId { product_id: self.product_id.clone() });
        }
        let mut out = String::new();
        push_line(&mut out, "BEGIN", "VCALENDAR");
        push_line(&mut out, "VERSION", "2.0");
        push_text(&mut out, "PRODID", &self.product_id);
        push_line(&mut out, "CALSCALE", "GREGORIAN");
        if let Some(name) = &self.name {
            push_text(&mut out, "NAME", name);
            push_text(&mut out, "X-WR-CALNAME", name);
        }
        let mut seen = BTreeSet::new();
        for event in &self.events {
            if !seen.insert(event.uid.as_str()) {
                return Err(IcsError::DuplicateUid { uid: event.uid.clone() });
            }
            event.write(&mut out)?;
        }
        push_line(&mut out, "END", "VCALENDAR");
        Ok(out)
    }
}
