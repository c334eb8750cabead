//! What the committed reference says of France.

mod common;

use common::{REFERENCE, insee};
use geography::{AomSource, Area, EpciKind, Standing};

fn today(code: &str) -> Vec<String> {
    REFERENCE.resolve(&insee(code)).iter().map(|commune| commune.code.to_string()).collect()
}

fn found(beginning: &str) -> Vec<&'static str> {
    REFERENCE.search_by_name(beginning, 3).iter().map(|commune| commune.name.as_str()).collect()
}

#[test]
fn cahors_says_what_it_belongs_to() {
    let cahors = REFERENCE.commune(&insee("46042")).unwrap();
    assert_eq!((cahors.name.as_str(), cahors.population), ("Cahors", Some(20_050)));
    assert_eq!(REFERENCE.department(&cahors.department).unwrap().name, "Lot");
    assert_eq!(REFERENCE.region(&cahors.region).unwrap().name, "Occitanie");
    let epci = REFERENCE.epci(&cahors.epci.unwrap()).unwrap();
    assert_eq!((epci.code.as_str(), epci.kind), ("200023737", EpciKind::Ca));
    assert_eq!(cahors.time_zone().as_str(), "Europe/Paris");
    let centre = cahors.centre.unwrap();
    assert!(
        (centre.latitude.degrees() - 44.45).abs() < 0.02 && (centre.longitude.degrees() - 1.44).abs() < 0.02
    );
    // INSEE: 64.72 km².
    let surface = REFERENCE.outline(&cahors.code).unwrap().surface().hectares();
    assert!((surface - 6472.0).abs() < 100.0, "{surface}");
}

#[test]
fn each_list_has_its_year_and_its_full_length() {
    let editions = REFERENCE.editions();
    assert_eq!((editions.communes.year, editions.epcis.year, editions.boundaries.year), (2026, 2026, 2026));
    assert!(matches!(REFERENCE.aom_source(), AomSource::EpciStandsIn(edition) if edition.year == 2026));
    assert_eq!(REFERENCE.communes().len(), 34_969);
    assert_eq!(REFERENCE.arrondissements().len(), 45);
    assert_eq!(REFERENCE.epcis().len(), 1_255);
    assert_eq!(REFERENCE.departments().len(), 109);
    assert_eq!(REFERENCE.regions().len(), 26);
    assert!(REFERENCE.past_communes().len() > 4_200);
}

#[test]
fn without_a_list_an_epci_stands_for_its_aom() {
    for commune in REFERENCE.communes() {
        assert_eq!(
            commune.aom.map(|aom| aom.to_string()),
            commune.epci.map(|epci| epci.to_string()),
            "{}",
            commune.code
        );
    }
    let cahors = REFERENCE.commune(&insee("46042")).unwrap();
    assert_eq!(REFERENCE.aom(&cahors.aom.unwrap()).unwrap().name, "CA du Grand Cahors");
}

#[test]
fn an_island_may_be_in_no_epci() {
    let ouessant = REFERENCE.commune(&insee("29155")).unwrap();
    assert_eq!((ouessant.epci, ouessant.aom), (None, None));
}

#[test]
fn an_area_lists_its_communes() {
    let lot = REFERENCE.commune(&insee("46042")).unwrap().department;
    assert_eq!(REFERENCE.communes_in(Area::Department(lot)).count(), 312);
    let epci = "200023737".parse().unwrap();
    assert!(REFERENCE.communes_in(Area::Epci(epci)).all(|commune| commune.department == lot));
    assert_eq!(REFERENCE.communes_in(Area::Epci("999999999".parse().unwrap())).count(), 0);
}

#[test]
fn a_merged_commune_leads_to_the_commune_of_today() {
    // Champtoceaux, delegated in Orée d'Anjou, which was 49069 until 2025.
    assert_eq!(today("49069"), ["49126"]);
    assert_eq!(REFERENCE.past_commune(&insee("49069")).unwrap().standing, Standing::Delegated);
    // The official code knows better than the chain of events: 55245 is a commune again, without Lamarche.
    assert_eq!(today("55273"), ["55386"]);
    // From a whole department to two, and into an arrondissement of Lyon.
    assert_eq!(today("20004"), ["2A004"]);
    assert_eq!(today("69232"), ["69123"]);
    // Collectivities since 2007.
    assert_eq!(today("97127"), ["97801"]);
}

#[test]
fn a_shared_out_commune_leads_to_each_of_its_heirs() {
    assert_eq!(today("51606"), ["51235", "51313", "51369"]);
}

#[test]
fn a_commune_set_up_again_is_itself_and_remembers_where_it_came_from() {
    assert_eq!(today("15031"), ["15031"]);
    let detachment = REFERENCE.detachment(&insee("15031")).unwrap();
    assert_eq!((detachment.from, detachment.year), (insee("15141"), 2025));
}

#[test]
fn an_arrondissement_leads_to_its_commune_and_an_unknown_code_nowhere() {
    assert_eq!(today("75104"), ["75056"]);
    assert_eq!(today("00000"), Vec::<String>::new());
}

#[test]
fn every_past_code_leads_somewhere_and_has_a_name() {
    for past in REFERENCE.past_communes() {
        assert!(!past.name.is_empty() && !REFERENCE.resolve(&past.code).is_empty(), "{past:?}");
        assert!(REFERENCE.commune(&past.code).is_none());
    }
}

#[test]
fn communes_without_polygon_are_listed() {
    let mainland: Vec<_> = REFERENCE
        .without_polygon()
        .filter(|commune| commune.department.as_str().len() == 2)
        .map(|commune| commune.code.to_string())
        .collect();
    assert_eq!(mainland, ["12218", "14581", "15031", "15035", "15047", "15171", "49126", "69114"]);
    let overseas = REFERENCE
        .without_polygon()
        .filter(|commune| commune.department.as_str().len() == 3)
        .collect::<Vec<_>>();
    assert_eq!(overseas.len(), 92);
    assert!(overseas.iter().all(|commune| commune.department.as_str() >= "975"));
}

#[test]
fn an_autocompletion_forgives_accents_hyphens_and_articles() {
    assert_eq!(found("cahors")[0], "Cahors");
    assert_eq!(found("SAINT CERE")[0], "Saint-Céré");
    assert_eq!(found("st-cere"), ["Saint-Céré"]);
    assert_eq!(found("hay les r"), ["L'Haÿ-les-Roses"]);
    assert_eq!(found("l’hay"), ["L'Haÿ-les-Roses"]);
    assert_eq!(found("par")[0], "Paris");
    assert_eq!(found("oeuil")[0], "Œuilly");
    assert!(found("").is_empty() && found("zzz").is_empty());
}

#[test]
fn demonstration_points_are_inside_their_commune() {
    for commune in REFERENCE.communes().iter().step_by(50) {
        let Some(outline) = REFERENCE.outline(&commune.code) else { continue };
        for (northward, eastward) in [(0.0, 0.0), (0.3, 0.8), (0.999, 0.001), (1.0, 1.0)] {
            let point = REFERENCE.point_inside(&commune.code, northward, eastward).unwrap();
            assert!(outline.contains(point), "{} {northward} {eastward}", commune.code);
        }
        assert!(outline.contains(outline.centroid()));
    }
    assert_eq!(REFERENCE.point_inside(&insee("98735"), 0.5, 0.5), None);
}
