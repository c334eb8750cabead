//! Money: what the agreement allows, what the product used, what is left.

use serde::Serialize;
use socle::pages::format;

use crate::Incubator;
use crate::model::ledger::{LedgerKind, ae_of};
use crate::model::money::Cents;
use crate::model::named::Named as _;
use crate::model::outlook::Outlook;
use crate::model::purchase::OrderStage;
use crate::store::agreement::Filed;
use crate::store::decision::Envelope;
use crate::store::{ServiceError, order};

#[derive(Debug, Serialize)]
pub struct Money {
    /// What is left to commit, in words, for the first page.
    left: String,
    /// Term and amount.
    facts: Vec<[String; 2]>,
    /// Order, stage, amount, committed, certified, paid.
    orders: Vec<[String; 6]>,
    total: [String; 6],
    warnings: Vec<String>,
}

/// The money of a product's agreement on the day of its outlook; the envelope is that of the last decision.
pub async fn money(
    incubator: &Incubator,
    (filed, outlook): (&Filed, &Outlook),
    slug: &str,
    envelope: Option<Envelope>,
) -> Result<Money, ServiceError> {
    let known = |amount: Option<Cents>| amount.map_or_else(|| "n.c.".to_owned(), Cents::fr);
    let ledger = &filed.agreement.ledger;
    let available = ae_of(ledger, LedgerKind::Availability, outlook.day);
    let mut facts = vec![
        ["Peut être engagé en tout".to_owned(), known(outlook.ceiling)],
        ["Engagé".to_owned(), outlook.committed.fr()],
        ["Reste à engager".to_owned(), known(outlook.left())],
        ["Service fait".to_owned(), outlook.certified.fr()],
        ["Payé".to_owned(), outlook.paid.fr()],
    ];
    if available > Cents::ZERO {
        facts.insert(1, ["AE mises à disposition".to_owned(), available.fr()]);
    }
    if let Some(day) = outlook.exhausted_on() {
        facts.push(["Crédits tous engagés, au rythme actuel".to_owned(), format::date(day)]);
    }
    if let Some(end) = &outlook.standing.course.end {
        facts.push(["Dernier jour de la convention".to_owned(), format::date(end.on)]);
    }
    let mut orders = Vec::new();
    let mut sums = [Cents::ZERO; 4];
    for placed in order::list(&incubator.database, filed.id).await? {
        if placed.row.product != slug || placed.stage == OrderStage::Abandoned {
            continue;
        }
        let used = order::consumed(incubator.database.read(), placed.row.id, outlook.day).await?;
        for (sum, amount) in sums.iter_mut().zip([placed.total(), used.committed, used.certified, used.paid])
        {
            *sum = *sum + amount;
        }
        orders.push([
            placed.row.title.clone(),
            placed.stage.fr().to_owned(),
            placed.total().fr(),
            used.committed.fr(),
            used.certified.fr(),
            used.paid.fr(),
        ]);
    }
    if let Some(one) = envelope {
        let told = format!("{}, du {} au {}", one.amount.fr(), format::date(one.from), format::date(one.to));
        facts.push(["Enveloppe du dernier comité".to_owned(), told]);
    }
    let [amount, committed, certified, paid] = sums.map(Cents::fr);
    let attention = [crate::model::finding::Level::Block, crate::model::finding::Level::Warning];
    let findings = outlook.findings.iter().filter(|one| attention.contains(&one.level));
    Ok(Money {
        left: known(outlook.left()),
        facts,
        orders,
        total: ["Total".to_owned(), String::new(), amount, committed, certified, paid],
        warnings: findings.map(|one| one.fr().to_owned()).collect(),
    })
}
