//! Places and their clocks, as pages name them.

use geography::{CountryCode, InseeCode, Reference};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use socle::pages::format;

use crate::model::PlaceCode;
use crate::preparation;

/// `Cahors`; the code itself when nobody knows it.
pub fn name(reference: &Reference, code: Option<&str>) -> String {
    let Some(code) = code else { return "lieu inconnu".to_owned() };
    known_name(reference, code).unwrap_or(code).to_owned()
}

/// `Cahors (Lot, 46042)`.
pub fn full_name(reference: &Reference, code: Option<&str>) -> String {
    let short = name(reference, code);
    let Some(code) = code.filter(|code| *code != short) else { return short };
    let department = code
        .parse::<InseeCode>()
        .ok()
        .and_then(|code| reference.commune(&code))
        .and_then(|commune| reference.department(&commune.department));
    match department {
        Some(department) => format!("{short} ({}, {code})", department.name),
        None => format!("{short} ({code})"),
    }
}

fn known_name<'r>(reference: &'r Reference, code: &str) -> Option<&'r str> {
    if let Some(country) = code.parse::<CountryCode>().ok().and_then(|code| reference.country(&code)) {
        return Some(&country.name);
    }
    let code: InseeCode = code.parse().ok()?;
    let commune = reference.commune(&code).map(|commune| commune.name.as_str());
    commune.or_else(|| reference.past_commune(&code).map(|past| past.name.as_str()))
}

/// An instant on the clocks of a place, in two parts: `22 novembre 2026`, `14 h 05`. The hour says so when it is not
/// that of Paris.
pub fn local(at: Timestamp, place: Option<&str>) -> (String, String) {
    let zone = preparation::zone(place.map(|code| PlaceCode(code.to_owned())).as_ref());
    let hour = format::time(at, &zone);
    let elsewhere = zone.to_offset(at) != format::paris().to_offset(at);
    (
        format::date(zone.to_datetime(at).date()),
        if elsewhere { format!("{hour} (heure locale)") } else { hour },
    )
}

/// `22 novembre 2026 à 14 h 05`, on the clocks of a place.
pub fn local_moment(at: Timestamp, place: Option<&str>) -> String {
    let (date, hour) = local(at, place);
    format!("{date} à {hour}")
}

/// `22 novembre 2026 à 14 h 05`, in Paris.
pub fn moment(at: impl Into<Timestamp>) -> String {
    format::date_time(at.into(), &format::paris())
}

/// `22 novembre 2026`, in Paris.
pub fn day(at: impl Into<Timestamp>) -> String {
    format::date(today(at.into(), &format::paris()))
}

/// The date of an instant.
pub fn today(at: Timestamp, zone: &TimeZone) -> jiff::civil::Date {
    zone.to_datetime(at).date()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn overseas_departures_are_told_by_their_own_clocks() {
        let at: Timestamp = "2026-11-25T07:30:00Z".parse().expect("an instant");
        assert_eq!(local_moment(at, Some("46042")), "25\u{a0}novembre 2026 à 8\u{a0}h\u{a0}30");
        assert_eq!(
            local_moment(at, Some("97411")),
            "25\u{a0}novembre 2026 à 11\u{a0}h\u{a0}30 (heure locale)"
        );
        assert_eq!(local_moment(at, None), "25\u{a0}novembre 2026 à 8\u{a0}h\u{a0}30");
    }
}
