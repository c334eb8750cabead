//! Documents: one PDF engine, one look.
//!
//! A document is a typst template that the crate of its owner ships, and data. Nothing else goes in: the data is a file that the template
//! reads, never a part of its source; only the files registered here can be read; the fonts are the ones of this crate. What comes out is
//! PDF/A-3a and PDF/UA-1: tagged, in French, with its fonts. Equal input gives equal bytes.
//!
//! The look is in `house.typ`, which every template imports:
//!
//! ```
//! use pdf::{Image, Template};
//!
//! static LETTER: Template = Template::new(
//!     "letter",
//!     r#"
//! #import "/house.typ": *
//! #show: frame.with(service: "Service d'exemple", title: data.title, reference: data.reference, date: "1er décembre 2026")
//! = Ce qui a été fait
//! #facts(("Territoire", data.territory), ("Trajets", "1 204"))
//! #chart("growth.svg", alt: "Les trajets montent de 800 à 1 204.", caption: "Trajets par mois")
//! "#,
//! );
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let data = serde_json::json!({ "title": "Bilan", "reference": "2026-12", "territory": "Pays d'Ancenis" });
//! let growth = r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 20"><rect width="40" height="20" fill="#444"/></svg>"##;
//! let made_at = "2026-12-01T09:00:00Z".parse()?;
//! let file = LETTER.render(&data, &[Image::svg("growth.svg", growth)], made_at)?;
//! assert!(file.starts_with(b"%PDF-1.7"));
//! # Ok(())
//! # }
//! ```
//!
//! A render takes the processor for a while: on a server it goes through `spawn_blocking`.

mod error;
mod fonts;
mod image;
mod sources;
mod template;
mod writable;

pub use error::{Fault, PdfError, Place};
pub use image::Image;
pub use template::Template;
