//! Demonstration data: fictional products, incubators and organisations, in the shape of a ministry's portfolio
//! (spec §8): a cohort a year, a third of ideas dropped at the end of the investigation.

mod calls;
mod committees;
mod members;

use anyhow::Context as _;
use jiff::Span;
use jiff::civil::Date;
use socle::audit::Actor;
use socle::people::{Email, NewMembership};
use socle::service::{Demonstration, Progress};

use crate::model::body::BodyKey;
use crate::model::fact::Fact;
use crate::model::money::Cents;
use crate::model::order::ServiceKind;
use crate::model::portfolio::{Content, IncubatorSheet, OrganisationSheet, ProductSheet};
use crate::model::visa::Visa;
use crate::store::agreement::{self, Knowledge};
use crate::store::credit_request::{self, NewRequest};
use crate::store::fact;
use crate::store::import::import;
use crate::store::order::{self, NewOrder, NewOrderLine};
use crate::store::order_move::{self, Move};
use crate::{Incubator, SHEET, demo_team, file, shipped};

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
    product!("registre-preuve-covoiturage"),
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
        progress("incubateur : sept conventions, dont les cinq qui ont fondé cette maison".to_owned());
        file_agreements(incubator).await?;
        demo_team::fill(incubator).await?;
        progress("incubateur : cinq appels, dont un ouvert et un en auditions".to_owned());
        calls::open(incubator).await?;
        let jury = invite(incubator).await?;
        calls::judge(incubator, jury.try_into().map_err(|_| anyhow::anyhow!("two juries"))?).await?;
    }
    let accounts = socle::web::demonstration_accounts(&incubator.house, SHEET.id).await?;
    Ok(Demonstration { accounts, operators: Vec::new() })
}

/// Who signs in: name, address, role, what it is limited to.
const PEOPLE: [(&str, &str, &str, Option<&str>); 12] = [
    ("Solène Marchetti", "direction@atelier.exemple.fr", "incubator.head", None),
    ("Amadou Kerguelen", "portefeuille@atelier.exemple.fr", "incubator.portfolio", None),
    ("Lucie Abadie", "finances@atelier.exemple.fr", "incubator.finance", None),
    ("Bastien Oyarzabal", "juridique@atelier.exemple.fr", "incubator.legal", None),
    ("Nour Castelnau", "dpo@atelier.exemple.fr", "incubator.dpo", None),
    ("Gaël Tremblay", "ssi@atelier.exemple.fr", "incubator.security", None),
    ("Maïwenn Fournel", "carnet@atelier.exemple.fr", "product.lead", Some("service:carnet-archives")),
    ("Théo Valadier", "equipe-carnet@atelier.exemple.fr", "product.member", Some("service:carnet-archives")),
    ("Odile Rambert", "suivi@ministere.exemple.fr", "agreement.officer", Some("convention:atelier-fictif")),
    ("Karim Joubert", "budget@ministere.exemple.fr", "agreement.sponsor", Some("convention:atelier-fictif")),
    ("Aurore Delahousse", "jury@ministere.exemple.fr", "call.jury", Some("appel:intrapreneurs-en-cours")),
    ("Firmin Okoro", "jury-regions@ministere.exemple.fr", "call.jury", Some("appel:intrapreneurs-regions")),
];

/// Gives the roles; the numbers of the members of the jury.
async fn invite(incubator: &Incubator) -> anyhow::Result<Vec<i64>> {
    let mut jury = Vec::new();
    for (name, email, role, tenant) in PEOPLE {
        let tenant_name = match tenant {
            Some("service:carnet-archives") => "Carnet d’archives",
            Some(tenant) if tenant.ends_with(calls::HEARD) => "Jury de la deuxième édition",
            Some(tenant) if tenant.ends_with(calls::DELIBERATED) => "Jury des régions",
            Some(_) => "Délégation du ministère fictif",
            None => "Atelier numérique (fictif)",
        };
        let role = NewMembership {
            service: SHEET.id.to_owned(),
            role: role.to_owned(),
            tenant: tenant.map(str::to_owned),
            tenant_name: tenant_name.to_owned(),
        };
        let email = Email::parse(email).context("a demonstration address")?;
        let is_jury = role.role == "call.jury";
        let given = incubator.house.people.give_role(ACTOR, email, name.to_owned(), role).await?;
        if is_jury {
            jury.push(given.agent_id);
        }
    }
    Ok(jury)
}

/// A fictional agreement in force, with days counted from the one of the demonstration.
const IN_FORCE: &str = include_str!("../data/demonstration/agreements/atelier-fictif.yaml");

/// A fictional agreement in preparation.
const IN_PREPARATION: &str = include_str!("../data/demonstration/agreements/en-preparation.yaml");

/// Writes the days: "@-240" is 240 days before `today`; "@Y" and "@Z" are its year and the next.
fn dated(text: &str, today: Date) -> String {
    let mut pieces = text.split('@');
    let mut dated = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let digits = piece.chars().skip(1).take_while(char::is_ascii_digit).count();
        match (piece.chars().next(), piece.get(1..=digits).and_then(|days| days.parse::<i32>().ok())) {
            (Some('Y'), _) => dated.push_str(&today.year().to_string()),
            (Some('Z'), _) => dated.push_str(&(today.year() + 1).to_string()),
            (Some(sign), Some(days)) if sign == '-' || sign == '+' => {
                let days = if sign == '-' { -days } else { days };
                dated.push_str(&today.saturating_add(Span::new().days(days)).to_string());
            }
            _ => dated.push('@'),
        }
        dated.push_str(piece.get(digits + 1..).unwrap_or_default());
    }
    dated
}

async fn file_agreements(incubator: &Incubator) -> anyhow::Result<()> {
    let knowledge = incubator.knowledge().await?;
    let (database, keyring) = (&incubator.database, &incubator.keyring);
    for (name, text) in shipped::ALL {
        let agreement = file::read(name, text, &incubator.library)?;
        agreement::file(database, keyring, &knowledge, ACTOR, agreement).await?.ok();
    }
    let text = dated(IN_PREPARATION, incubator.today());
    let draft = file::read("en-preparation.yaml", &text, &incubator.library)?;
    if let Ok(id) = agreement::file(database, keyring, &knowledge, ACTOR, draft).await? {
        let asked = Fact::Visa(Visa {
            body: BodyKey("cbcm".to_owned()),
            asked_on: incubator.today().saturating_sub(Span::new().days(9)),
            opinion: None,
            given_on: None,
            note: Some("Dossier envoyé par courriel.".to_owned()),
        });
        fact::record(database, &knowledge, ACTOR, id, asked).await?;
    }
    let text = dated(IN_FORCE, incubator.today());
    let in_force = file::read("atelier-fictif.yaml", &text, &incubator.library)?;
    if let Ok(id) = agreement::file(database, keyring, &knowledge, ACTOR, in_force).await? {
        place_orders(incubator, &knowledge, id).await?;
        committees::fill(incubator, id).await?;
        members::fill(incubator, &knowledge).await?;
        let asked = NewRequest {
            year: incubator.today().year(),
            ae: Some(Cents::euros(40_000)),
            cp: Some(Cents::euros(40_000)),
            requested_on: incubator.today().saturating_sub(Span::new().days(12)),
            document: "Courrier fictif 131".to_owned(),
        };
        credit_request::ask(database, ACTOR, id, asked).await?;
    }
    Ok(())
}

/// One order under way, one whose quote waits for its approval, one foreseen.
async fn place_orders(incubator: &Incubator, knowledge: &Knowledge, agreement: i64) -> anyhow::Result<()> {
    let ago = |days: i32| incubator.today().saturating_sub(Span::new().days(days));
    let line = |label: &str, service, euros| NewOrderLine {
        label: label.to_owned(),
        service,
        activity: String::new(),
        resource: String::new(),
        amount: Cents::euros(euros),
    };
    let quote = |label: &str, service, euros| Move::ReceiveQuote {
        supplier: "Coopérative fictive du code".to_owned(),
        document: "devis D-2041".to_owned(),
        lines: vec![line(label, service, euros)],
    };
    let under_way = [
        quote("Développement, premier semestre", ServiceKind::Devops, 96_000),
        Move::ApproveQuote,
        Move::Reserve { document: "réservation 12".to_owned() },
        Move::Sign { number: "1409990001".to_owned(), day: ago(180), overridden: None },
        Move::Certify {
            day: ago(120),
            amount: Cents::euros(48_000),
            note: "procès-verbal du premier trimestre".to_owned(),
        },
        Move::Pay { day: ago(95), amount: Cents::euros(48_000), document: "DP 5001".to_owned() },
    ];
    let waiting = [quote("Tests avec des visiteurs malvoyants", ServiceKind::Design, 22_400)];
    for (product, title, service, euros, moves) in [
        (
            "carnet-archives",
            "Développement, premier semestre",
            ServiceKind::Devops,
            90_000,
            under_way.to_vec(),
        ),
        (
            "visite-accessible",
            "Tests avec des visiteurs malvoyants",
            ServiceKind::Design,
            25_000,
            waiting.to_vec(),
        ),
        (
            "carnet-archives",
            "Déploiement dans dix services d’archives",
            ServiceKind::Deployment,
            60_000,
            Vec::new(),
        ),
    ] {
        let new = NewOrder {
            product: product.to_owned(),
            title: title.to_owned(),
            supplier: String::new(),
            market: "Marché fictif de réalisation".to_owned(),
            phase: None,
            need: String::new(),
            from: Some(ago(175)),
            to: None,
            market_ends_on: None,
            lines: vec![line(title, service, euros)],
            signed: None,
        };
        let id = order::foresee(&incubator.database, knowledge, ACTOR, agreement, new).await?;
        for one in moves {
            let placed = order::find(&incubator.database, agreement, id).await?.context("an order")?;
            let done = order_move::advance(&incubator.database, knowledge, ACTOR, &placed, one).await?;
            done.map_err(|refused| anyhow::anyhow!("a demonstration order is refused: {refused:?}"))?;
        }
    }
    Ok(())
}
