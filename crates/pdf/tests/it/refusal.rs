use pdf::{Image, PdfError};
use serde_json::json;

use crate::{bars, document, made_at};

fn refusal(body: &'static str, images: &[Image]) -> String {
    let refused =
        document(body).render(&json!({ "name": "Nantes" }), images, made_at()).expect_err("a refusal");
    assert!(matches!(refused, PdfError::Template(_)));
    refused.to_string()
}

#[test]
fn a_fault_says_the_file_the_line_and_what_is_wrong() {
    assert!(
        refusal("= Titre\n#data.nom", &[])
            .starts_with("letter.typ:4:7: dictionary does not contain key \"nom\"")
    );
    assert!(refusal("= Titre\n#let", &[]).starts_with("letter.typ:4:5: expected"));
}

#[test]
fn only_what_was_given_is_read() {
    for body in [
        r#"#read("/etc/passwd")"#,
        r#"#read("../../etc/passwd")"#,
        r#"#json("/Cargo.toml")"#,
        r#"#image("/images/7.svg", alt: "Une image")"#,
        r#"#import "other.typ""#,
        r#"#import "@preview/cetz:0.3.4""#,
        r#"#picture("bars.svg", alt: "Des barres")"#,
    ] {
        assert!(refusal(body, &[]).starts_with("letter.typ:3:"), "{body}");
    }
    let outside = r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><image href="/etc/passwd.png" width="9" height="9"/></svg>"#;
    refusal(r#"#picture("outside.svg", alt: "Une image")"#, &[Image::svg("outside.svg", outside)]);
}

#[test]
fn text_never_becomes_code_and_documents_have_no_clock() {
    refusal(r#"#eval("1 + 1")"#, &[]);
    refusal(r#"#std.eval("1 + 1")"#, &[]);
    refusal("#datetime.today()", &[]);
}

#[test]
fn an_image_without_an_alternative_is_refused() {
    assert!(refusal(r#"#chart("bars.svg", caption: "Trajets")"#, &[bars()]).contains("alternative"));
    assert!(
        refusal(r#"#chart("bars.svg", alt: " ", caption: "Trajets")"#, &[bars()]).contains("alternative")
    );
    // By the engine too, for a template that goes around ours.
    assert!(refusal(r#"#image("/images/0.svg")"#, &[bars()]).contains("alt text"));
}

#[test]
fn headings_out_of_order_are_refused() {
    assert!(refusal("== Sous-titre", &[]).contains("heading"));
    assert!(refusal("= Titre\n=== Sous-sous-titre", &[]).contains("heading"));
}

#[test]
fn a_warning_is_a_fault() {
    assert!(refusal(r#"#text(font: "Une Police")[texte]"#, &[]).contains("unknown font family"));
}

#[test]
fn two_images_of_one_name_are_refused() {
    let refused = document("= Titre").render(&json!({}), &[bars(), bars()], made_at()).unwrap_err();
    assert_eq!(refused.to_string(), r#"two images are named "bars.svg""#);
}

#[test]
fn data_that_is_no_json_is_refused() {
    let data = std::collections::BTreeMap::from([((1, 2), "key")]);
    let refused = document("= Titre").render(&data, &[], made_at()).unwrap_err();
    assert_eq!(refused.to_string(), "the data of letter.typ cannot be written as JSON");
}

#[test]
fn a_row_of_another_width_is_refused() {
    let body = r#"#data-table(columns: (column("Commande"), column("Montant")), rows: (("BC-1",),))"#;
    assert!(refusal(body, &[]).contains("2 columns, a row of 1 cells"));
}
