//! Demonstration data: fictional products, incubators and organisations, in the shape of a ministry's portfolio
//! (spec §8): a cohort a year, a third of ideas dropped at the end of the investigation.

use anyhow::Context as _;
use socle::audit::Actor;
use socle::people::{Email, NewMembership};
use socle::service::{Demonstration, Progress};

use crate::model::portfolio::{Content, IncubatorSheet, OrganisationSheet, ProductSheet};
use crate::store::import::import;
use crate::{Incubator, SHEET};

const ACTOR: Actor = Actor::Program("demonstration");

/// Identifier, then the sheet.
const ORGANISATIONS: [(&str, &str); 3] = [
    ("dg-fictive-mobilites", include_str!("../data/demonstration/organisations/dg-fictive-mobilites.md")),
    ("ministere-fictif", include_str!("../data/demonstration/organisations/ministere-fictif.md")),
    ("agence-fictive", include_str!("../data/demonstration/organisations/agence-fictive.md")),
];
const INCUBATORS: [(&str, &str); 2] = [
    ("atelier-fictif", include_str!("../data/demonstration/incubators/atelier-fictif.md")),
    ("fabrique-fictive", include_str!("../data/demonstration/incubators/fabrique-fictive.md")),
];
macro_rules! product {
    ($name:literal) => {
        ($name, include_str!(concat!("../data/demonstration/products/", $name, ".md")))
    };
}
const PRODUCTS: [(&str, &str); 9] = [
    product!("registre-covoiturage"),
    product!("friches-utiles"),
    product!("adresse-solidaire"),
    product!("covoit-rural"),
    product!("carnet-archives"),
    product!("visite-accessible"),
    product!("inventaire-partage"),
    product!("pret-instruments"),
    product!("cantine-locale"),
];

/// Fills an empty incubator; then says what it offers.
pub async fn fill(incubator: &Incubator, progress: &Progress) -> anyhow::Result<Demonstration> {
    if incubator.portfolio().await?.products.is_empty() {
        progress(format!("incubateur : {} services fictifs", PRODUCTS.len()));
        let mut content = Content::default();
        for (slug, text) in ORGANISATIONS {
            content.organisations.insert(slug.to_owned(), OrganisationSheet::parse(text).context(slug)?);
        }
        for (slug, text) in INCUBATORS {
            content.incubators.insert(slug.to_owned(), IncubatorSheet::parse(text).context(slug)?);
        }
        for (slug, text) in PRODUCTS {
            content.products.insert(slug.to_owned(), ProductSheet::parse(text).context(slug)?);
        }
        import(&incubator.database, ACTOR, &content).await?;
        for (name, email, role) in [
            ("Solène Marchetti", "direction@atelier.exemple.fr", "incubator.head"),
            ("Amadou Kerguelen", "portefeuille@atelier.exemple.fr", "incubator.portfolio"),
        ] {
            let role = NewMembership {
                service: SHEET.id.to_owned(),
                role: role.to_owned(),
                tenant: None,
                tenant_name: "Atelier numérique (fictif)".to_owned(),
            };
            let email = Email::parse(email).context("a demonstration address")?;
            incubator.house.people.give_role(ACTOR, email, name.to_owned(), role).await?;
        }
    }
    let accounts = socle::web::demonstration_accounts(&incubator.house, SHEET.id).await?;
    Ok(Demonstration { accounts, operators: Vec::new() })
}
