//! Newer lists loaded over the committed ones, and files refused.

mod common;

use common::{REFERENCE, file, insee, inside, point, shared, squares};
use geography::{AomSource, InputError, Placer, Reference};

/// The message of a refusal, after checking that it left no trace.
fn refusal<T: std::fmt::Debug>(load: impl FnOnce(&mut Reference) -> Result<T, InputError>) -> String {
    let mut reference = REFERENCE.clone();
    let message = load(&mut reference).expect_err("a refusal").to_string();
    assert!(reference.to_pack() == REFERENCE.to_pack(), "the refused file changed the reference");
    message
}

#[test]
fn detailed_boundaries_replace_those_of_their_communes_only() {
    let mut reference = REFERENCE.clone();
    let Some(lot) = shared("geo/communes_46_detail_cog2026.geojson", 2026) else { return };
    let report = reference.load_boundaries(&lot).unwrap();
    assert_eq!((report.replaced, report.added), (312, 0));
    assert_ne!(reference.outline(&insee("46042")), REFERENCE.outline(&insee("46042")));
    assert_eq!(reference.outline(&insee("12202")), REFERENCE.outline(&insee("12202")));
    assert_eq!(reference.editions().detailed_boundaries[0].source, "communes_46_detail_cog2026.geojson");
    assert_eq!(Placer::new(&reference).place(point(44.4475, 1.4431)), inside("46042"));
    // And what was loaded is written back.
    let again = Reference::from_pack(&reference.to_pack()).unwrap();
    assert_eq!(again.outline(&insee("46042")), reference.outline(&insee("46042")));
    assert_eq!(again.to_pack(), reference.to_pack());
}

#[test]
fn a_commune_without_outline_gets_one() {
    let mut reference = REFERENCE.clone();
    let report = reference.load_boundaries(&squares(2026, &[("98735", -17.56, -149.58, 0.04)])).unwrap();
    assert_eq!((report.replaced, report.added), (0, 1));
    assert!(reference.without_polygon().all(|commune| commune.code != insee("98735")));
    assert_eq!(Placer::new(&reference).place(point(-17.53, -149.56)), inside("98735"));
}

#[test]
fn wrong_boundaries_are_refused_by_feature_and_field() {
    let load = |content: &str| {
        let content = content.to_owned();
        refusal(move |reference| reference.load_boundaries(&file("lot.geojson", 2026, &content)))
    };
    let feature = |code: &str, geometry: &str| {
        format!(
            r#"{{"features":[{{"properties":{{"code":"46042"}},"geometry":{{"type":"Polygon","coordinates":[[[1,44],[2,44],[2,45],[1,44]]]}}}},
               {{"properties":{{"code":{code}}},"geometry":{geometry}}}]}}"#
        )
    };
    let square = r#"{"type":"Polygon","coordinates":[[[1,44],[2,44],[2,45],[1,44]]]}"#;
    assert_eq!(
        load(&feature(r#""49069""#, square)),
        "lot.geojson, feature 2: properties.code is \"49069\", expected a commune or an arrondissement of 2026 (today 49126)"
    );
    assert_eq!(
        load(&feature(r#""46042""#, square)),
        "lot.geojson, feature 2: properties.code is \"46042\", expected a code seen only once"
    );
    assert!(
        load(&feature("46001", square))
            .contains("feature 2: properties.code is 46001, expected a commune code as text")
    );
    assert!(
        load(&feature(r#""4600""#, square)).contains("properties.code is \"4600\", expected five characters")
    );
    assert!(
        load(&feature(r#""46001""#, "null"))
            .contains("geometry.type is absent, expected Polygon or MultiPolygon")
    );
    let swapped = r#"{"type":"Polygon","coordinates":[[[44,1],[44,2],[45,200],[44,1]]]}"#;
    assert!(
        load(&feature(r#""46001""#, swapped))
            .contains("geometry of 46001 is [45,200], expected [longitude, latitude]")
    );
    let open = r#"{"type":"Polygon","coordinates":[[[1,44],[2,44],[2,45],[1.5,45]]]}"#;
    assert!(load(&feature(r#""46001""#, open)).contains("the last equal to the first"));
    let flat = r#"{"type":"Polygon","coordinates":[[[1,44],[2,44],[1,44],[1,44]]]}"#;
    assert!(load(&feature(r#""46001""#, flat)).contains("expected rings enclosing a surface"));
    let whole = feature(r#""46001""#, square);
    assert!(load(&whole[..whole.len() - 3]).contains("expected well-formed, complete JSON"));
    assert!(load(r#"{"features":[]}"#).contains("at least one feature"));
}

#[test]
fn an_older_list_of_aoms_follows_communes_to_today() {
    let Some(list) = shared("cog/commune_aom_2023.csv", 2023) else { return };
    let mut reference = REFERENCE.clone();
    let report = reference.load_aom(&list).unwrap();
    assert_eq!((report.communes, report.recoded, report.disputed.len()), (34_868, 81, 0));
    assert!(matches!(reference.aom_source(), AomSource::List(edition) if edition.year == 2023));
    let aom = |code: &str| {
        let aom = reference.commune(&insee(code)).unwrap().aom;
        aom.map(|code| reference.aom(&code).unwrap().name.clone())
    };
    // A local authority, a region standing for a community without the competence.
    assert_eq!(aom("46042").as_deref(), Some("CA du Grand Cahors"));
    assert_eq!(aom("01001").as_deref(), Some("Région Auvergne-Rhône-Alpes"));
    // Listed under its past code; set up again in 2025; in no list.
    assert_eq!(aom("49126").as_deref(), Some("CA Mauges Communauté"));
    assert!(report.inherited.contains(&insee("15031")));
    assert_eq!(aom("15031"), aom("15141"));
    assert_eq!(aom("29155"), None);
    assert!(report.without.contains(&insee("29155")));
    // And back.
    let mut again = Reference::from_pack(&reference.to_pack()).unwrap();
    assert_eq!(again.aom_source(), reference.aom_source());
    again.forget_aom_list();
    assert!(again.to_pack() == REFERENCE.to_pack());
}

#[test]
fn wrong_lists_of_aoms_are_refused_by_line_and_field() {
    let load = |rows: &str| {
        let content = format!("code_insee,siren_aom,nom_aom,forme_juridique\n{rows}");
        refusal(move |reference| reference.load_aom(&file("aom.csv", 2025, &content)))
    };
    assert_eq!(
        load("46042,20002373,CA du Grand Cahors,CA\n"),
        "aom.csv, line 2: siren_aom is \"20002373\", expected a SIREN: nine digits"
    );
    assert!(
        load("46042,200023737,CA,CA\n00000,200023737,CA,CA\n").contains("line 3: code_insee is \"00000\"")
    );
    assert!(
        load("46042,200023737,CA,CA\n46042,200023737,CA,CA\n").contains("seen once, this one is on line 2")
    );
    assert!(load("46042,200023737,CA,CA\n46001,200023737,CB,CA\n").contains("line 3: nom_aom is \"CB\""));
    assert!(load("46042,200023737,CA,CA\n46001,2000").contains("line 3: number of fields is 2, expected 4"));
    assert!(load("46042,200023737,CA,CA\n").contains("for 1 of the 34"));
    let no_column = refusal(|reference| reference.load_aom(&file("aom.csv", 2025, "code,siren\n1,2\n")));
    assert!(
        no_column.contains("line 1: header is \"code,siren\", expected a column code_insee"),
        "{no_column}"
    );
}

#[test]
fn movements_teach_past_codes() {
    let header = "MOD,DATE_EFF,TYPECOM_AV,COM_AV,LIBELLE_AV,TYPECOM_AP,COM_AP,LIBELLE_AP\n";
    let load = |reference: &mut Reference, rows: &str| {
        reference.load_movements(&file("mvt.csv", 2027, &format!("{header}{rows}")))
    };
    let mut reference = REFERENCE.clone();
    // A made-up history: 46998 was shared between Cahors and 46999, itself merged into Albas later.
    let rows = "30,1990-01-01,COM,46998,Avant,COM,46042,Cahors\n\
                30,1990-01-01,COM,46998,Avant,COM,46999,Milieu\n\
                32,2019-01-01,COM,46999,Milieu,COM,46001,Albas\n\
                32,2019-01-01,COM,46999,Milieu,COMD,46999,Milieu\n";
    let report = load(&mut reference, rows).unwrap();
    assert_eq!((report.added, report.changed), (2, 0));
    let today = |code: &str| {
        reference.resolve(&insee(code)).iter().map(|commune| commune.code.to_string()).collect::<Vec<_>>()
    };
    assert_eq!(today("46998"), ["46001", "46042"]);
    assert_eq!(today("46999"), ["46001"]);
    assert_eq!(reference.past_commune(&insee("46998")).unwrap().name, "Avant");
    // Codes the list does not speak of are kept.
    assert_eq!(today("51606").len(), 3);
    let wrong = |rows: &'static str| refusal(move |reference| load(reference, rows));
    assert_eq!(
        wrong("32,01/01/2019,COM,46999,Milieu,COM,46001,Albas\n"),
        "mvt.csv, line 2: DATE_EFF is \"01/01/2019\", expected a date, YYYY-MM-DD"
    );
    assert!(wrong("32,2019-01-01,COMX,46999,Milieu,COM,46001,Albas\n").contains("TYPECOM_AV is \"COMX\""));
    assert!(wrong("32,2019-01-01,,,,,,\n").contains("COM_AV is \"\", expected a code"));
}

#[test]
fn movements_that_turn_in_circles_end() {
    let rows = "MOD,DATE_EFF,TYPECOM_AV,COM_AV,LIBELLE_AV,TYPECOM_AP,COM_AP,LIBELLE_AP\n\
                50,2000-01-01,COM,46998,Ici,COM,46999,Là\n50,2000-01-01,COM,46999,Là,COM,46998,Ici\n";
    let mut reference = REFERENCE.clone();
    reference.load_movements(&file("mvt.csv", 2027, rows)).unwrap();
    assert!(reference.resolve(&insee("46998")).is_empty());
}

#[test]
fn the_published_movements_teach_nothing_the_pack_does_not_know() {
    let Some(movements) = shared("cog/mouvements_communes_2026.csv.gz", 2026) else { return };
    let mut reference = REFERENCE.clone();
    let report = reference.load_movements(&movements).unwrap();
    assert_eq!((report.added, report.changed), (0, 0));
}
