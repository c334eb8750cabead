use serde_json::json;

use crate::reading::Reading;
use crate::{document, made_at};

/// A table in a figure used to be cut at the end of its page, without a word.
#[test]
fn five_hundred_rows_are_all_there_under_the_header_of_each_page() {
    for body in [
        r#"= Commandes
#data-table(
  caption: "Commandes",
  columns: (column("Commande"), column("Montant", amount: true)),
  rows: data.rows,
  total: ("Somme", "500"),
)"#,
        r#"= Commandes
#data-table(
  columns: (column("Commande"), column("Montant", amount: true)),
  rows: data.rows,
  total: ("Somme", "500"),
)"#,
    ] {
        let rows: Vec<_> = (1..=500).map(|rank| [format!("commande-{rank}"), format!("{rank},00")]).collect();
        let reading = Reading::of(&document(body).render(&json!({ "rows": rows }), &[], made_at()).unwrap());

        let read: Vec<_> = reading.texts("TR");
        assert_eq!(read.len(), 502);
        for (row, rank) in read[1..=500].iter().zip(1..) {
            assert_eq!(*row, format!("commande-{rank}{rank},00"));
        }
        assert_eq!(read[501], "Somme500");
        let shown: usize = reading.pages.iter().map(|page| page.matches("commande-").count()).sum();
        assert_eq!(shown, 500);
        assert!(reading.pages.len() > 10);
        let with_rows = reading.pages.iter().filter(|page| page.contains("commande-"));
        assert!(
            with_rows.into_iter().all(|page| page.contains("Montant")),
            "a page has rows without their header"
        );
    }
}

#[test]
fn a_table_without_a_row_says_so() {
    let body = r#"= Commandes
#data-table(caption: "Commandes", columns: (column("Commande"), column("Montant", amount: true)), rows: ())"#;
    let reading = Reading::of(&document(body).render(&json!({}), &[], made_at()).unwrap());

    assert!(reading.root.text.contains("Aucune ligne."));
    assert!(reading.all("Table").is_empty());
}
