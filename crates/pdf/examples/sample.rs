//! Writes a sample document: `cargo run -p pdf --example sample -- /tmp/sample.pdf 500` (the number of orders).

use std::error::Error;
use std::io::Write;
use std::time::Instant;

use pdf::{Image, Template};
use serde_json::json;

const SAMPLE: Template = Template::new("sample", include_str!("sample.typ"));

const CHART: &str = include_str!("journeys.svg");

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let path = arguments.next().ok_or("where to write the document?")?;
    let orders: usize = arguments.next().unwrap_or("8".to_owned()).parse()?;
    let data = json!({
        "title": "Compte rendu d'exécution, novembre 2026",
        "reference": "CONV-2026-017",
        "date": "1er décembre 2026",
        "summary": "Ce que la convention a permis de faire, ce qu'elle a coûté et ce qui reste.",
        "facts": [
            ["Convention", "Preuve de covoiturage, année 2026"],
            ["Donneur d'ordre", "Direction des mobilités d'exemple, bureau des déplacements du quotidien et de la transition"],
            ["Plafond", "720\u{202f}000,00\u{a0}€"],
            ["Échéance", "31 décembre 2026"],
        ],
        "orders": (1..=orders).map(|rank| json!({
            "name": format!("BC-2026-{rank:03}, développement du service"),
            "holder": if rank % 2 == 0 { "Société Alpha" } else { "Coopérative Bêta" },
            "committed": format!("{}\u{202f}{:03},00\u{a0}€", 10 + rank % 70, rank * 37 % 1000),
            "paid": format!("{}\u{202f}{:03},50\u{a0}€", 1 + rank % 9, rank * 91 % 1000),
        })).collect::<Vec<_>>(),
        "committed": "1\u{202f}234\u{202f}567,00\u{a0}€",
        "paid": "934\u{202f}567,00\u{a0}€",
        "chart": "Les trajets validés montent chaque mois, de 610 en juillet à 1 204 en novembre.",
        "people": [
            { "name": "Camille Exemple", "role": "Directrice des mobilités d'exemple" },
            { "name": "Dominique Modèle", "role": "Responsable de l'incubateur" },
        ],
    });
    let images = [Image::svg("journeys.svg", CHART)];
    let mut file = Vec::new();
    for _ in 0..3 {
        let start = Instant::now();
        file = SAMPLE.render(&data, &images, "2026-12-01T09:00:00Z".parse()?)?;
        writeln!(std::io::stdout(), "{} bytes in {} ms", file.len(), start.elapsed().as_millis())?;
    }
    std::fs::write(path, file)?;
    Ok(())
}
