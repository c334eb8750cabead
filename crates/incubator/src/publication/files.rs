//! The files of a published agreement. The same text gives the same bytes: what was sent can be told from what was not.

use std::fmt::Write as _;
use std::io::{Cursor, Write as _};

use jiff::Timestamp;
use jiff::civil::time;
use pdf::{PdfError, Template};
use serde_json::json;
use socle::pages::format;

use super::dataset::{PublishedFile, dataset, with_files};
use super::text::PublicText;
use crate::SHEET;

const TEMPLATE: Template =
    Template::new("agreement_public", include_str!("../../documents/agreement_public.typ"));

/// Noon in Paris, on the day the text is told as of.
fn made_at(text: &PublicText) -> Timestamp {
    let noon = format::paris().to_ambiguous_timestamp(text.day.to_datetime(time(12, 0, 0, 0)));
    noon.compatible().unwrap_or(Timestamp::UNIX_EPOCH)
}

/// The tagged PDF. It takes the processor for a while.
pub fn pdf(text: &PublicText) -> Result<Vec<u8>, PdfError> {
    let data = json!({"service": SHEET.name, "text": text});
    TEMPLATE.render(&data, &[], made_at(text))
}

/// The same in plain text.
pub fn plain(text: &PublicText) -> String {
    let mut told = format!("{}\n{}\n", text.title, text.date);
    let mut part = |title: &str, lines: Vec<String>| {
        if !lines.is_empty() {
            // Writing to a string does not fail.
            let _ = write!(told, "\n{}\n\n{}\n", title.to_uppercase(), lines.join("\n"));
        }
    };
    let joined = |cells: &[String]| cells.iter().filter(|one| !one.is_empty()).cloned().collect::<Vec<_>>();
    part("L’essentiel", text.facts.iter().map(|[label, value]| format!("{label} : {value}")).collect());
    part("Les parties", text.parties.iter().map(|row| format!("- {}", joined(row).join(" ; "))).collect());
    part("Services numériques", text.products.iter().map(|one| format!("- {one}")).collect());
    let plan =
        text.plan.iter().map(|[year, ae, cp, nature]| format!("- {year} : AE {ae}, CP {cp} ({nature})"));
    part("Les crédits", plan.collect());
    let paid = text.contributions.iter().map(|row| format!("- {}", joined(row).join(" ; ")));
    part("Les participations", paid.collect());
    part(
        "Les imputations",
        text.imputations.iter().map(|[label, code]| format!("- {label} : {code}")).collect(),
    );
    let clauses = text.clauses.iter();
    part(
        "Les clauses",
        clauses.map(|[article, what, says]| format!("Article {article}. {what}. {says}")).collect(),
    );
    let amendments = text.amendments.iter();
    part("Les avenants", amendments.map(|(title, all)| format!("{title} : {}", all.join(" ; "))).collect());
    let hidden = text.hidden.iter();
    part(
        "Ce qui est occulté",
        hidden
            .map(|one| format!("- {} ({}). {} Source : {}.", one.what, one.places, one.why, one.source))
            .collect(),
    );
    told
}

/// The files that are published.
pub fn published(text: &PublicText) -> Result<Vec<PublishedFile>, PdfError> {
    let name = |end: &str| format!("convention-{}.{end}", text.reference);
    Ok(vec![
        PublishedFile {
            key: "pdf",
            name: name("pdf"),
            title: "Texte de la convention",
            format: "pdf",
            mime: "application/pdf",
            kind: "main",
            bytes: pdf(text)?,
        },
        PublishedFile {
            key: "text",
            name: name("txt"),
            title: "Texte de la convention, sans mise en page",
            format: "txt",
            mime: "text/plain",
            kind: "other",
            bytes: plain(text).into_bytes(),
        },
    ])
}

/// The metadata as a file.
pub fn metadata(text: &PublicText, organisation: Option<&str>, files: &[PublishedFile]) -> Vec<u8> {
    format!("{:#}\n", with_files(dataset(text, organisation), files)).into_bytes()
}

/// Why a pack was not made.
#[derive(Debug, thiserror::Error)]
pub enum PackError {
    #[error(transparent)]
    Pdf(#[from] PdfError),
    #[error(transparent)]
    Zip(#[from] zip::result::ZipError),
    #[error(transparent)]
    Written(#[from] std::io::Error),
}

/// Everything that whoever publishes by hand needs, in one zip.
pub fn pack(text: &PublicText, organisation: Option<&str>) -> Result<Vec<u8>, PackError> {
    let mut files = published(text)?;
    let metadata = metadata(text, organisation, &files);
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default();
    let readme = read_me(text, &files);
    let mut members: Vec<(String, Vec<u8>)> = files.drain(..).map(|file| (file.name, file.bytes)).collect();
    members.push(("metadonnees.json".to_owned(), metadata));
    members.push(("LISEZ-MOI.txt".to_owned(), readme.into_bytes()));
    for (name, bytes) in members {
        zip.start_file(name, options)?;
        zip.write_all(&bytes)?;
    }
    Ok(zip.finish()?.into_inner())
}

fn read_me(text: &PublicText, files: &[PublishedFile]) -> String {
    let mut told = format!("{}\n{}\n\nCe dossier contient\n", text.title, text.date);
    for file in files {
        let _ = writeln!(told, "- {} : {}", file.name, file.title.to_lowercase());
    }
    told.push_str(
        "- metadonnees.json : la description, dans la forme des jeux de données de data.gouv.fr\n\
         \nCe qu’il faut en faire\n\
         1. Relire le texte : rien ne doit désigner une personne, ni donner un compte.\n\
         2. Publier le PDF et le texte, avec la description et la licence qu’elle nomme (Licence Ouverte 2.0).\n\
         3. Inscrire dans l’incubateur l’adresse et le jour de la publication : ce jour peut faire entrer la convention en vigueur.\n",
    );
    told
}
