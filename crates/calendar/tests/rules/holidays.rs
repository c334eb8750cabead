//! Public holidays.

use std::{collections::BTreeSet, path::Path};

use calendar::{
    CalendarError, HOLIDAY_LAWS, Nature, Territory, WorkingCalendar, easter_sunday, holiday_on, holidays_of,
};
use jiff::civil::{Date, Weekday};

use crate::{day, metropole};

fn statutory(territory: Territory, year: i16) -> Vec<(Date, &'static str)> {
    holidays_of(territory, year)
        .into_iter()
        .filter(|holiday| holiday.nature == Nature::Statutory)
        .map(|holiday| (holiday.date, holiday.name))
        .collect()
}

#[test]
fn easter_falls_where_the_tables_say() {
    for expected in [
        "1583-04-10",
        "1818-03-22",
        "1886-04-25",
        "1943-04-25",
        "1954-04-18",
        "1981-04-19",
        "2000-04-23",
        "2008-03-23",
        "2024-03-31",
        "2026-04-05",
        "2027-03-28",
        "2038-04-25",
        "2049-04-18",
        "2285-03-22",
        "4000-04-09",
    ] {
        assert_eq!(easter_sunday(day(expected).year()), Ok(day(expected)));
    }
    assert_eq!(easter_sunday(1582), Err(CalendarError::EasterBeforeReform { year: 1582 }));
}

#[test]
fn easter_is_a_sunday_between_22_march_and_25_april() {
    for year in 1583..=9999 {
        let easter = easter_sunday(year).expect("Gregorian");
        assert_eq!(easter.weekday(), Weekday::Sunday, "{year}");
        let in_year = (easter.month(), easter.day());
        assert!(((3, 22)..=(4, 25)).contains(&in_year), "{easter}");
    }
}

#[test]
fn eleven_days_in_metropole() {
    let expected = [
        ("2027-01-01", "Jour de l'an"),
        ("2027-03-29", "Lundi de Pâques"),
        ("2027-05-01", "Fête du Travail"),
        ("2027-05-06", "Ascension"),
        ("2027-05-08", "Fête de la Victoire"),
        ("2027-05-17", "Lundi de Pentecôte"),
        ("2027-07-14", "Fête nationale"),
        ("2027-08-15", "Assomption"),
        ("2027-11-01", "Toussaint"),
        ("2027-11-11", "Armistice"),
        ("2027-12-25", "Noël"),
    ];
    assert_eq!(statutory(Territory::Metropole, 2027), expected.map(|(date, name)| (day(date), name)));
}

#[test]
fn good_friday_depends_on_the_commune_in_alsace_moselle() {
    let good_friday = day("2027-03-26");
    assert_eq!(holiday_on(Territory::AlsaceMoselle, good_friday).map(|h| h.name), Some("Vendredi saint"));
    assert_eq!(holiday_on(Territory::AlsaceMoselleWithoutTemple, good_friday), None);
    for territory in [Territory::AlsaceMoselle, Territory::AlsaceMoselleWithoutTemple] {
        assert_eq!(holiday_on(territory, day("2027-12-26")).map(|h| h.name), Some("Saint-Étienne"));
    }
    assert_eq!(holiday_on(Territory::Metropole, good_friday), None);
}

#[test]
fn the_abolition_of_slavery_has_its_own_day_in_each_territory() {
    for (territory, date) in [
        (Territory::Mayotte, "2027-04-27"),
        (Territory::Martinique, "2027-05-22"),
        (Territory::Guadeloupe, "2027-05-27"),
        (Territory::SaintMartin, "2027-05-28"),
        (Territory::Guyane, "2027-06-10"),
        (Territory::SaintBarthelemy, "2027-10-09"),
        (Territory::Reunion, "2027-12-20"),
    ] {
        let days: Vec<_> = statutory(territory, 2027)
            .into_iter()
            .filter(|(_, name)| *name == "Abolition de l'esclavage")
            .map(|(date, _)| date)
            .collect();
        assert_eq!(days, [day(date)], "{territory:?}");
        assert_eq!(statutory(territory, 2027).len(), 12, "{territory:?}");
    }
    assert_eq!(statutory(Territory::SaintPierreEtMiquelon, 2027).len(), 11);
}

#[test]
fn a_day_is_a_holiday_only_in_the_years_of_its_text() {
    let victory = |year: i16| metropole().is_working_day(Date::constant(year, 5, 8));
    // None of these 8 May was a Saturday or a Sunday.
    assert!(victory(1950) && !victory(1953) && !victory(1958));
    assert!(
        victory(1959) && victory(1964) && victory(1981),
        "abolished in April 1959, restored in October 1981"
    );
    assert!(!victory(1985));
    assert_eq!(
        holiday_on(Territory::Metropole, day("1965-05-08")).map(|h| h.name),
        Some("Fête de la Victoire")
    );
    assert_eq!(holiday_on(Territory::Reunion, day("1982-12-20")), None);
    assert!(holiday_on(Territory::Reunion, day("1983-12-20")).is_some());
    assert!(holiday_on(Territory::SaintMartin, day("2017-05-27")).is_some());
    assert!(holiday_on(Territory::SaintMartin, day("2019-05-27")).is_none());
}

#[test]
fn two_holidays_on_one_day_make_one_day_of_rest() {
    let both: Vec<_> =
        holidays_of(Territory::Guyane, 2030).into_iter().filter(|h| h.date == day("2030-06-10")).collect();
    assert_eq!(both.len(), 2);
    let guyane = WorkingCalendar::new(Territory::Guyane);
    assert!(!guyane.is_business_day(day("2030-06-10")));
}

#[test]
fn a_customary_day_counts_only_on_request() {
    let schoelcher = day("2027-07-21");
    let guadeloupe = WorkingCalendar::new(Territory::Guadeloupe);
    assert!(guadeloupe.is_working_day(schoelcher));
    assert!(!guadeloupe.with_customary_days().is_working_day(schoelcher));
}

#[test]
fn every_line_of_the_table_can_be_cited_and_none_overlaps() {
    for law in HOLIDAY_LAWS {
        assert!(!law.name.is_empty() && !law.source.is_empty() && !law.territories.is_empty());
        assert!(law.last_year.is_none_or(|last| law.first_year <= last), "{}", law.name);
    }
    for territory in Territory::ALL {
        for year in 1802..=2100 {
            let mut names: Vec<_> = holidays_of(*territory, year).into_iter().map(|h| h.name).collect();
            names.sort_unstable();
            let listed = names.len();
            names.dedup();
            assert_eq!(names.len(), listed, "one name twice in {territory:?} {year}");
        }
    }
}

#[test]
fn a_department_has_its_territory() {
    for (code, expected) in [
        ("35", Some(Territory::Metropole)),
        ("01", Some(Territory::Metropole)),
        ("2A", Some(Territory::Metropole)),
        ("67", Some(Territory::AlsaceMoselle)),
        ("57", Some(Territory::AlsaceMoselle)),
        ("971", Some(Territory::Guadeloupe)),
        ("975", Some(Territory::SaintPierreEtMiquelon)),
        ("978", Some(Territory::SaintMartin)),
        ("988", None),
        ("20", None),
        ("00", None),
        ("96", None),
        ("+1", None),
        ("", None),
        ("é", None),
    ] {
        assert_eq!(Territory::of_department(code), expected, "{code:?}");
    }
}

/// The file counts usages as holidays, and writes both Alsatian zones alike: compared with everything we know.
#[test]
fn the_shared_file_of_holidays_agrees_day_for_day() {
    let path =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/data/divers/jours_feries_2020_2030.csv");
    if !path.exists() {
        println!("SKIPPED: {} is absent, holidays were not compared with it", path.display());
        return;
    }
    let mut theirs = BTreeSet::new();
    for row in csv::Reader::from_path(&path).expect("readable").deserialize() {
        let (date, names, zone): (Date, String, String) = row.expect("date, libelle, zone");
        let territory = match zone.as_str() {
            "métropole" => Territory::Metropole,
            "Alsace-Moselle (57)" | "Alsace-Moselle (67-68)" => Territory::AlsaceMoselle,
            "Guadeloupe" => Territory::Guadeloupe,
            "Martinique" => Territory::Martinique,
            "Guyane" => Territory::Guyane,
            "La Réunion" => Territory::Reunion,
            "Mayotte" => Territory::Mayotte,
            "Saint-Barthélemy" => Territory::SaintBarthelemy,
            "Saint-Martin" => Territory::SaintMartin,
            other => panic!("zone {other:?} is unknown"),
        };
        theirs.extend(names.split("; ").map(|name| (territory, date, name.to_owned())));
    }
    let compared: BTreeSet<Territory> = theirs.iter().map(|(territory, ..)| *territory).collect();
    assert_eq!(compared.len(), 9);
    let ours: BTreeSet<_> = compared
        .iter()
        .flat_map(|territory| (2020..=2030).map(move |year| (*territory, year)))
        .flat_map(|(territory, year)| {
            holidays_of(territory, year).into_iter().map(move |h| (territory, h.date, h.name.to_owned()))
        })
        .collect();
    assert_eq!(
        ours.difference(&theirs).collect::<Vec<_>>(),
        Vec::<&(Territory, Date, String)>::new(),
        "ours only"
    );
    assert_eq!(
        theirs.difference(&ours).collect::<Vec<_>>(),
        Vec::<&(Territory, Date, String)>::new(),
        "theirs only"
    );
    println!("compared {} holidays", ours.len());
}
