//! The pack of a committee: everything that those who decide need, from what is already known. Nobody writes it.
//!
//! It begins with one page: impact against its targets, money left, decision asked (spec §5.5 and §10: no product before
//! kept any of it).

mod chart;
mod measured;
mod money;
mod owed;
mod past;

use jiff::civil::Date;
use pdf::{Image, PdfError, Template};
use serde::Serialize;
use socle::pages::format;

use self::measured::{MeasureRow, Measured, ObjectiveRow};
use self::money::Money;
use self::owed::{OwedRow, Provision};
use self::past::{ConditionRow, DecidedRow, HypothesisRow};
use crate::model::named::Named as _;
use crate::model::outlook::{Outlook, outlook};
use crate::store::agreement::Filed;
use crate::store::committee::Committee;
use crate::store::{ServiceError, attendee, day, decision, indicator, objective, opinion};
use crate::{Incubator, SHEET};

const TEMPLATE: Template =
    Template::new("committee_pack", include_str!("../../documents/committee_pack.typ"));

/// What the document shows. Amounts and days are written the French way.
#[derive(Debug, Serialize)]
pub struct Pack {
    service: &'static str,
    title: String,
    date: String,
    /// Products, in a sentence.
    summary: String,
    facts: Vec<[String; 2]>,
    agenda: Vec<String>,
    invited: Vec<[String; 3]>,
    products: Vec<ProductPack>,
    /// One drawing for each indicator that has values.
    #[serde(skip)]
    images: Vec<(String, String)>,
}

/// What concerns one product.
#[derive(Debug, Serialize)]
struct ProductPack {
    name: String,
    mission: String,
    stage: String,
    asked: String,
    measures: Vec<MeasureRow>,
    money: Option<Money>,
    phases: Vec<[String; 2]>,
    decided: Vec<DecidedRow>,
    conditions: Vec<ConditionRow>,
    hypotheses: Vec<HypothesisRow>,
    objectives: Vec<ObjectiveRow>,
    measured: Vec<Measured>,
    owed: Vec<OwedRow>,
    provisions: Vec<Provision>,
    opinions: Vec<[String; 3]>,
}

/// Gathers what is known on the day of today, for the products given (identifier, name).
pub async fn gather(
    incubator: &Incubator,
    committee: &Committee,
    filed: Option<&Filed>,
    products: &[(String, String)],
) -> Result<Pack, ServiceError> {
    let today = incubator.today();
    let row = &committee.row;
    let outlook = filed.map(|filed| outlook(&filed.agreement, &incubator.library, today));
    let mut pack = Pack {
        service: SHEET.name,
        title: format!("Dossier du {}", committee.kind().fr()),
        date: format::date(day::date(row.day)),
        summary: products.iter().map(|(_, name)| name.as_str()).collect::<Vec<_>>().join(", "),
        facts: Vec::new(),
        agenda: row
            .agenda
            .lines()
            .map(str::trim)
            .filter(|line| !line.is_empty())
            .map(str::to_owned)
            .collect(),
        invited: Vec::new(),
        products: Vec::new(),
        images: Vec::new(),
    };
    let mut fact = |term: &str, told: &str| {
        if !told.is_empty() {
            pack.facts.push([term.to_owned(), told.to_owned()]);
        }
    };
    fact("Convention", filed.map_or("", |filed| filed.agreement.written.title.as_str()));
    fact("Présidence", &row.chair);
    fact("Lieu", &row.place);
    fact("Chiffres arrêtés au", &format::date(today));
    for one in attendee::of(&incubator.database, row.id).await? {
        pack.invited.push([one.name, one.body, one.function]);
    }
    let opinions = opinion::of(&incubator.database, row.id).await?;
    for (slug, name) in products {
        let (mut part, images) = product(incubator, (slug, name), (filed, outlook.as_ref()), today).await?;
        part.asked.clone_from(&row.asked);
        part.opinions = opinions.iter().filter(|one| one.product == *slug).map(past::opinion).collect();
        pack.products.push(part);
        pack.images.extend(images);
    }
    Ok(pack)
}

async fn product(
    incubator: &Incubator,
    (slug, name): (&str, &str),
    (filed, outlook): (Option<&Filed>, Option<&Outlook>),
    today: Date,
) -> Result<(ProductPack, Vec<(String, String)>), ServiceError> {
    let portfolio = incubator.portfolio().await?;
    let sheet = portfolio.product(slug).map(|one| &one.sheet);
    let indicators = indicator::of(&incubator.database, slug).await?;
    let (measured, images): (Vec<_>, Vec<_>) =
        indicators.iter().map(|one| measured::measured(slug, &one.indicator, today)).unzip();
    let decided = decision::of_product(&incubator.database, slug).await?;
    let money = match filed.zip(outlook) {
        Some((filed, outlook)) => {
            Some(money::money(incubator, (filed, outlook), slug, past::envelope(&decided, today)).await?)
        }
        None => None,
    };
    let part = ProductPack {
        name: name.to_owned(),
        mission: sheet.map_or_else(String::new, |sheet| sheet.mission.clone()),
        stage: sheet
            .and_then(|sheet| sheet.history.on(today))
            .map_or_else(|| "non renseignée".to_owned(), |one| one.stage.title().to_owned()),
        asked: String::new(),
        measures: indicators.iter().map(|one| measured::row(&one.indicator, today)).collect(),
        money,
        phases: sheet.map_or_else(Vec::new, |sheet| past::phases(&sheet.history)),
        conditions: past::conditions(&decided),
        hypotheses: past::hypotheses(&decided),
        decided: decided.iter().map(past::decided).collect(),
        objectives: measured::objectives(&objective::of(&incubator.database, slug).await?, today),
        measured,
        owed: outlook.map_or_else(Vec::new, |outlook| owed::owed(outlook, name)),
        provisions: outlook.map_or_else(Vec::new, |outlook| owed::provisions(outlook, name)),
        opinions: Vec::new(),
    };
    Ok((part, images.into_iter().flatten().collect()))
}

/// The bytes of the document. It takes the processor for a while.
pub fn render(pack: &Pack, made_at: jiff::Timestamp) -> Result<Vec<u8>, PdfError> {
    let images: Vec<Image> =
        pack.images.iter().map(|(name, drawing)| Image::svg(name.clone(), drawing)).collect();
    TEMPLATE.render(pack, &images, made_at)
}
