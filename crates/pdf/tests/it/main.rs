//! Documents, read back from their bytes.

mod conformance;
mod long_table;
mod reading;
mod refusal;
mod typed_text;

use pdf::{Image, Template};

/// Nine o'clock on a day of December.
fn made_at() -> jiff::Timestamp {
    "2026-12-01T09:00:00Z".parse().expect("an instant")
}

const BARS: &str = r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 400 120" font-size="14">
  <rect x="20" y="60" width="80" height="50" fill="#3d4f6b"/>
  <rect x="140" y="20" width="80" height="90" fill="#3d4f6b"/>
  <text x="60" y="50" text-anchor="middle">juillet</text>
</svg>"##;

/// What a document begins with, then `body`.
fn document(body: &'static str) -> Template {
    Template::new(
        "letter",
        format!(
            r#"#import "/house.typ": *
#show: frame.with(service: "Service d'exemple", title: "Une lettre", reference: "R-1", date: "1er décembre 2026")
{body}"#
        )
        .leak(),
    )
}

fn bars() -> Image {
    Image::svg("bars.svg", BARS)
}
