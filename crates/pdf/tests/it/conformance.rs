use serde_json::json;

use crate::made_at;
use crate::reading::Reading;
use pdf::{Image, Template};

const SAMPLE: Template = Template::new("sample", include_str!("../../examples/sample.typ"));

fn sample() -> Vec<u8> {
    let data = json!({
        "title": "Compte rendu d'exécution",
        "reference": "CONV-2026-017",
        "date": "1er décembre 2026",
        "summary": "Ce que la convention a permis de faire.",
        "facts": [["Convention", "Preuve de covoiturage"], ["Plafond", "720\u{202f}000,00\u{a0}€"]],
        "orders": [
            { "name": "BC-1", "holder": "Société Alpha", "committed": "10\u{202f}000,00\u{a0}€", "paid": "2\u{202f}500,00\u{a0}€" },
            { "name": "BC-2", "holder": "Coopérative Bêta", "committed": "5\u{202f}000,00\u{a0}€", "paid": "0,00\u{a0}€" },
        ],
        "committed": "15\u{202f}000,00\u{a0}€",
        "paid": "2\u{202f}500,00\u{a0}€",
        "chart": "Les trajets montent de juillet à août.",
        "people": [{ "name": "Camille Exemple", "role": "Directrice" }, { "name": "Dominique Modèle", "role": "Responsable" }],
    });
    SAMPLE.render(&data, &[Image::svg("journeys.svg", crate::BARS)], made_at()).expect("a document")
}

#[test]
fn a_document_says_what_it_is() {
    let reading = Reading::of(&sample());
    let catalog = reading.file.catalog().unwrap();

    assert_eq!(catalog.get(b"Lang").unwrap().as_str().unwrap(), b"fr");
    assert!(catalog.get(b"MarkInfo").unwrap().as_dict().unwrap().get(b"Marked").unwrap().as_bool().unwrap());
    let description = reading.description().unwrap();
    for said in [
        "<pdfaid:part>3</pdfaid:part>",
        "<pdfaid:conformance>A</pdfaid:conformance>",
        "<pdfuaid:part>1</pdfuaid:part>",
        "Compte rendu d&apos;exécution",
        "Incubateur des territoires d&apos;exemple",
        "2026-12-01T09:00:00",
    ] {
        assert!(description.contains(said), "{said} is not in {description}");
    }
}

#[test]
fn a_reader_goes_through_headings_lists_and_tables() {
    let reading = Reading::of(&sample());

    assert_eq!(
        reading.texts("H1"),
        ["Ce qui a été convenu", "Ce qui a été payé", "Ce qui a été mesuré", "Signatures"]
    );
    assert_eq!(reading.texts("H2"), ["Trajets validés", "Ce qui reste à faire"]);
    assert_eq!(reading.texts("Lbl")[..2], ["Convention", "Plafond"]);
    let columns: Vec<_> = cells(&reading, "Column");
    assert_eq!(columns, ["Bon de commande", "Titulaire", "Engagé", "Payé"]);
    assert_eq!(cells(&reading, "Row"), ["BC-1", "BC-2", "Total"]);
    assert_eq!(reading.all("TD").len(), 9);
    assert_eq!(
        reading.texts("TR").last().copied(),
        Some("Total15\u{202f}000,00\u{a0}€2\u{202f}500,00\u{a0}€")
    );
    assert_eq!(
        reading.texts("P")[..2],
        ["Référence : CONV-2026-017 – 1er décembre 2026", "Ce que la convention a permis de faire."]
    );
}

#[test]
fn a_chart_has_an_alternative_and_a_caption() {
    let reading = Reading::of(&sample());

    let figure = reading.all("Figure")[0];
    assert_eq!(figure.alternative.as_deref(), Some("Les trajets montent de juillet à août."));
    assert!(reading.texts("Caption").iter().any(|caption| caption.contains("Trajets validés par mois")));
}

#[test]
fn a_page_says_its_number_and_what_it_belongs_to() {
    let reading = Reading::of(&sample());

    let all = reading.pages.len();
    for (page, rank) in reading.pages.iter().zip(1..) {
        assert!(page.contains(&format!("page {rank} sur {all}")), "{page}");
        assert!(page.contains("Incubateur des territoires d'exemple"), "{page}");
        assert!(page.contains("CONV-2026-017"), "{page}");
    }
    // They are not read aloud on each page.
    assert!(!reading.root.text.contains("page 1 sur"));
}

#[test]
fn every_font_is_in_the_file() {
    let reading = Reading::of(&sample());

    let descriptors: Vec<_> = reading
        .file
        .objects
        .values()
        .filter_map(|object| object.as_dict().ok())
        .filter(|dictionary| dictionary.has_type(b"FontDescriptor"))
        .collect();
    let fonts = reading.file.objects.values().filter_map(|object| object.as_dict().ok());
    let written_with = fonts
        .filter(|font| {
            font.get(b"Subtype").and_then(lopdf::Object::as_name).is_ok_and(|kind| kind == b"Type0")
        })
        .count();
    assert_eq!(descriptors.len(), written_with);
    assert!(!descriptors.is_empty());
    assert!(descriptors.iter().all(|one| one.has(b"FontFile2") || one.has(b"FontFile3")));
}

#[test]
fn equal_input_gives_equal_bytes() {
    assert!(sample() == sample());
}

fn cells<'a>(reading: &'a Reading, scope: &str) -> Vec<&'a str> {
    let cells = reading.all("TH").into_iter();
    cells.filter(|cell| cell.scope.as_deref() == Some(scope)).map(|cell| cell.text.as_str()).collect()
}
