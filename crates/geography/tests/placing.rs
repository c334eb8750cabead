//! "In which commune does this point lie?", told by places.

mod common;

use common::{PLACER, REFERENCE, distance_to, in_country, insee, inside, point, squares};
use geography::{How, Metres, Placement, Placer, place_by_scan};

#[test]
fn in_front_of_the_cathedral_of_cahors_is_cahors() {
    assert_eq!(PLACER.place(point(44.4475, 1.4431)), inside("46042"));
}

#[test]
fn every_overseas_department_is_there() {
    for (latitude, longitude, code) in [
        (16.2412, -61.5361, "97120"),
        (14.6037, -61.0667, "97209"),
        (4.9372, -52.3260, "97302"),
        (-20.8789, 55.4481, "97411"),
        (-12.7806, 45.2278, "97611"),
    ] {
        assert_eq!(PLACER.place(point(latitude, longitude)), inside(code));
    }
}

#[test]
fn paris_lyon_and_marseille_are_communes_as_long_as_no_arrondissement_is_drawn() {
    for (latitude, longitude, code) in
        [(48.8530, 2.3499, "75056"), (45.7640, 4.8357, "69123"), (43.2965, 5.3698, "13055")]
    {
        let point = point(latitude, longitude);
        assert_eq!(PLACER.place(point), inside(code));
        assert_eq!(PLACER.arrondissement(point), None);
    }
}

#[test]
fn an_arrondissement_once_drawn_says_more_than_the_commune() {
    let mut reference = REFERENCE.clone();
    let report = reference.load_boundaries(&squares(2026, &[("75104", 48.85, 2.34, 0.01)])).unwrap();
    assert_eq!(report.arrondissements, 1);
    let placer = Placer::new(&reference);
    let notre_dame = point(48.8530, 2.3499);
    assert_eq!(placer.place(notre_dame), inside("75056"));
    assert_eq!(placer.arrondissement(notre_dame), Some(insee("75104")));
}

#[test]
fn across_the_border_is_the_neighbouring_country() {
    for (latitude, longitude, code) in [
        (46.2044, 6.1432, "99140"),
        (43.7384, 7.4246, "99138"),
        (49.6117, 6.1319, "99137"),
        (50.8467, 4.3525, "99131"),
        (48.5750, 7.8150, "99109"),
        (42.5063, 1.5218, "99130"),
        (42.4640, 1.9810, "99134"),
        (51.1279, 1.3134, "99132"),
        (3.8430, -51.8350, "99416"),
        (18.0260, -63.0458, "99445"),
    ] {
        assert_eq!(PLACER.place(point(latitude, longitude)), in_country(code), "{latitude} {longitude}");
    }
}

#[test]
fn a_border_town_is_not_taken_by_the_coarse_outline_of_the_country_beside_it() {
    assert_eq!(PLACER.place(point(46.1934, 6.2342)), inside("74012"));
    assert_eq!(PLACER.place(point(43.3587, -1.7745)), inside("64260"));
    assert_eq!(PLACER.place(point(18.0679, -63.0823)), inside("97801"));
}

#[test]
fn a_neighbouring_country_comes_before_a_commune_that_is_nearer() {
    // West of the beach of Hendaye, in the bay: the Spanish outline is within 1 km, and so is Hendaye.
    let bay = point(43.3830, -1.7900);
    match PLACER.place(bay) {
        Placement::Country { code, how: How::NearestWithin(Metres(metres)) } => {
            assert_eq!(code.as_str(), "99134");
            assert!(metres <= 1000.0);
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_few_hundred_metres_off_the_coast_is_the_nearest_commune() {
    let Metres(near) = distance_to(PLACER.place(point(43.4832, -1.5680)), "64122");
    let Metres(far) = distance_to(PLACER.place(point(43.4832, -1.5720)), "64122");
    // 0.004° of longitude further west, 324 m at this latitude, along a coast that is not quite north-south.
    assert!((far - near - 322.0).abs() < 10.0, "{near} {far}");
    assert_eq!(PLACER.place(point(43.4832, -1.5850)), Placement::Nowhere);
}

#[test]
fn the_middle_of_the_atlantic_and_the_ends_of_the_earth_are_nowhere() {
    for (latitude, longitude) in
        [(45.0, -30.0), (90.0, 0.0), (-90.0, 180.0), (0.0, -180.0), (0.0, 180.0), (52.0, 25.0)]
    {
        assert_eq!(PLACER.place(point(latitude, longitude)), Placement::Nowhere, "{latitude} {longitude}");
    }
}

#[test]
fn a_commune_without_outline_takes_the_points_near_its_town_hall() {
    let conques = REFERENCE.commune(&insee("12218")).unwrap();
    assert!(REFERENCE.without_polygon().any(|commune| commune.code == conques.code));
    let town_hall = conques.centre.unwrap();
    assert_eq!(distance_to(PLACER.place(town_hall), "12218"), Metres(0.0));
    let Metres(metres) = distance_to(PLACER.place(point(44.604, 2.397_208)), "12218");
    assert!((metres - 500.0).abs() < 5.0);
}

#[test]
fn ties_go_to_the_smaller_surface_then_to_the_smaller_code() {
    let mut reference = REFERENCE.clone();
    // In the middle of the Atlantic: a large square around a small one, and two equal squares sharing a side.
    let drawn = [
        ("46001", 45.0, -30.0, 0.2),
        ("46042", 45.1, -29.9, 0.05),
        ("46102", 46.0, -30.0, 0.1),
        ("46100", 46.0, -29.9, 0.1),
    ];
    reference.load_boundaries(&squares(2026, &drawn)).unwrap();
    let placer = Placer::new(&reference);
    for (latitude, longitude, code) in [
        (45.05, -29.95, "46001"),
        (45.12, -29.88, "46042"),
        (45.10, -29.88, "46042"),
        (45.00, -30.00, "46001"),
        (46.05, -29.95, "46102"),
        (46.05, -29.90, "46100"),
        (46.10, -29.90, "46100"),
    ] {
        let point = point(latitude, longitude);
        assert_eq!(placer.place(point), inside(code), "{latitude} {longitude}");
        assert_eq!(place_by_scan(&reference, point), inside(code));
    }
    // North of both, nearest to the corner they share.
    assert!(distance_to(placer.place(point(46.105, -29.90)), "46100") > Metres(500.0));
}
