use pdf::Image;
use serde_json::json;

use crate::reading::Reading;
use crate::{document, made_at};

fn read(text: &str) -> String {
    let body = "= Texte\n#data.text";
    let file = document(body).render(&json!({ "text": text }), &[], made_at());
    let reading = Reading::of(&file.unwrap_or_else(|error| panic!("{text:?}: {error}")));
    reading.texts("P").last().copied().unwrap_or_default().to_owned()
}

#[test]
fn what_people_typed_is_never_code() {
    for typed in [
        r#"#read("/etc/passwd")"#,
        "$x^2$ et *gras* et _penché_",
        r#"#import "@preview/cetz:0.3.4""#,
        "= Titre",
        "- liste // remarque /* fin */",
        r#"<étiquette> @renvoi `brut` \u{41} ~ -- '"'"#,
        "https://exemple.fr/#page",
    ] {
        assert_eq!(read(typed), typed);
    }
}

#[test]
fn names_of_other_languages_are_written() {
    for name in [
        "Łukasz Čapek",
        "Nguyễn Thị Ánh",
        "Жанна Сергеевна",
        "Ελένη",
        "Zoe\u{308} Arsène",
        "1\u{202f}204,50\u{a0}€ – l’œuvre",
    ] {
        assert_eq!(read(name), name);
    }
}

#[test]
fn what_is_not_seen_leaves() {
    assert_eq!(read("\u{feff}1 rue\u{200b} des\u{202e} Li\u{ad}las\r\nNantes"), "1 rue des LilasNantes");
}

#[test]
fn a_character_without_a_sign_is_shown_as_one_that_could_not_be_written() {
    assert_eq!(read("Maison 🏠 bleue"), "Maison \u{fffd} bleue");
    assert_eq!(read("a\u{0}b\u{e000}c"), "a\u{fffd}b\u{fffd}c");
    let chart =
        r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 90 30"><text y="20">Maison 🏠</text></svg>"#;
    let images = [Image::svg("house.svg", chart)];
    document(r#"#chart("house.svg", alt: data.alt)"#)
        .render(&json!({ "alt": "🏠" }), &images, made_at())
        .unwrap();
}

/// PDF/A refuses the whole document for one character it does not know.
#[test]
fn no_character_stops_a_document() {
    let every: Vec<char> =
        ('\0'..='\u{ffff}').chain('\u{1f300}'..='\u{1f6ff}').chain('\u{e0000}'..='\u{e01ff}').collect();
    let lines: Vec<String> = every.chunks(64).map(|line| line.iter().collect()).collect();
    let body = "= Texte\n#for line in data.lines { par(line) }";
    document(body).render(&json!({ "lines": lines, "title": "" }), &[], made_at()).unwrap();
}
