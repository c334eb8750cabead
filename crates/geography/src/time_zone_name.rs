use std::fmt;
use std::sync::LazyLock;

use jiff::tz::{TimeZone, TimeZoneDatabase};

use crate::InseeCode;

/// Zones by beginning of commune code, the longest beginning first; elsewhere, Paris.
/// Source: IANA tz database, files `zone.tab` and `backward`; collectivities by INSEE prefix, Polynesian archipelagos
/// (Marquesas, Gambier) and southern lands by commune.
const OVERSEAS: [(&str, &str); 22] = [
    ("98413", "Indian/Reunion"),
    ("98414", "Antarctica/DumontDUrville"),
    ("98415", "Indian/Mayotte"),
    ("98718", "Pacific/Marquesas"),
    ("98719", "Pacific/Gambier"),
    ("98723", "Pacific/Marquesas"),
    ("98731", "Pacific/Marquesas"),
    ("98746", "Pacific/Marquesas"),
    ("98756", "Pacific/Marquesas"),
    ("98757", "Pacific/Marquesas"),
    ("971", "America/Guadeloupe"),
    ("972", "America/Martinique"),
    ("973", "America/Cayenne"),
    ("974", "Indian/Reunion"),
    ("975", "America/Miquelon"),
    ("976", "Indian/Mayotte"),
    ("977", "America/St_Barthelemy"),
    ("978", "America/Marigot"),
    ("984", "Indian/Kerguelen"),
    ("986", "Pacific/Wallis"),
    ("987", "Pacific/Tahiti"),
    ("988", "Pacific/Noumea"),
];

/// Clipperton has no entry in the IANA database; eight hours behind UTC (the sign is POSIX's).
const CLIPPERTON: (&str, &str) = ("989", "Etc/GMT+8");

static BUNDLED: LazyLock<TimeZoneDatabase> = LazyLock::new(TimeZoneDatabase::bundled);

/// The IANA name of a commune's time zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct TimeZoneName(&'static str);

impl TimeZoneName {
    /// The zone of a commune, whether its code is current or past.
    pub fn of(code: &InseeCode) -> Self {
        OVERSEAS
            .iter()
            .chain([&CLIPPERTON])
            .find(|(beginning, _)| code.as_str().starts_with(beginning))
            .map_or(Self("Europe/Paris"), |(_, zone)| Self(zone))
    }

    /// "Europe/Paris", "Indian/Reunion"...
    pub fn as_str(self) -> &'static str {
        self.0
    }

    /// The zone itself, from the database shipped with the program.
    pub fn time_zone(self) -> Result<TimeZone, jiff::Error> {
        BUNDLED.get(self.0)
    }
}

impl fmt::Display for TimeZoneName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::{CLIPPERTON, OVERSEAS, TimeZoneName};

    #[test]
    fn every_zone_is_in_the_shipped_database() {
        for (_, zone) in OVERSEAS.iter().chain([&CLIPPERTON, &("", "Europe/Paris")]) {
            assert!(TimeZoneName(zone).time_zone().is_ok(), "{zone}");
        }
    }

    #[test]
    fn a_day_in_cayenne_does_not_start_with_the_day_in_paris() {
        let zone = |code: &str| TimeZoneName::of(&code.parse().unwrap());
        assert_eq!(zone("97302").as_str(), "America/Cayenne");
        assert_eq!(zone("46042").as_str(), "Europe/Paris");
        assert_eq!(zone("2A004").as_str(), "Europe/Paris");
        assert_eq!(zone("98735").as_str(), "Pacific/Tahiti");
        assert_eq!(zone("98731").as_str(), "Pacific/Marquesas");
    }
}
