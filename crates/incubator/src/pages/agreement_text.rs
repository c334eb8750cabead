use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use socle::pages::{Page, format};
use socle::rights::Grant;
use socle::web::{Name, Problem, Visitor, page};

use super::agreement::sentence;
use super::agreement_head::{Head, found, head};
use crate::model::bank_details::BankDetails;
use crate::model::money::Cents;
use crate::model::named::Named as _;
use crate::store::agreement_bank::with_bank;
use crate::{Incubator, SHEET};

pub fn routes() -> Router<Arc<Incubator>> {
    Router::new()
        .route("/incubateur/conventions/{reference}/texte", get(show))
        .route("/incubateur/conventions/{reference}/coordonnees-bancaires", get(bank))
}

/// A party.
struct Party {
    name: String,
    roles: String,
    represented: String,
    signed: String,
}

/// A clause, and what it opens.
struct ClauseLine {
    article: String,
    what: String,
    text: String,
    /// When the printed reference is not the right one.
    refers: String,
    opens: &'static str,
}

struct PlanRow {
    year: String,
    ae: String,
    cp: String,
    nature: &'static str,
}

/// A contribution, without its bank details.
struct Contribution {
    funder: String,
    amount: String,
    payment: String,
    fund: String,
}

#[derive(Template)]
#[template(path = "agreement/text.html")]
struct TextPage {
    page: Page,
    head: Head,
    reference: String,
    legal_bases: Vec<String>,
    manifesto: String,
    parties: Vec<Party>,
    products: Vec<(String, String)>,
    plan: Vec<PlanRow>,
    contributions: Vec<Contribution>,
    clauses: Vec<ClauseLine>,
    may_read_bank: bool,
}

async fn show(
    State(incubator): State<Arc<Incubator>>,
    visitor: Visitor,
    Name(reference): Name,
) -> Result<Response, Problem> {
    let (filed, _) = found(&incubator, &visitor, "agreement.read", &reference).await?;
    let (page_of, head, _) = head(&visitor, &filed, incubator.today(), "/texte");
    let agreement = &filed.agreement;
    let written = &agreement.written;
    let parties = written
        .parties
        .iter()
        .map(|party| {
            let signed = match (&party.signed_by, party.signed_on.or(written.signed_on)) {
                (Some(name), Some(day)) => format!("{name}, le {}", format::date(day)),
                (Some(name), None) => name.clone(),
                (None, Some(day)) => format!("sans nom de signataire, le {}", format::date(day)),
                (None, None) => "pas de signature connue".to_owned(),
            };
            Party {
                name: agreement.name_of(&party.body).to_owned(),
                roles: party.roles.iter().map(|role| role.fr()).collect::<Vec<_>>().join(", "),
                represented: party.represented_by.clone().unwrap_or_else(|| "–".to_owned()),
                signed,
            }
        })
        .collect();
    let known = |amount: Option<Cents>| amount.map_or_else(|| "n.c.".to_owned(), Cents::fr);
    let clauses = written
        .clauses
        .iter()
        .map(|clause| {
            let kind = incubator.library.clauses.get(&clause.key);
            ClauseLine {
                article: clause.article.clone(),
                what: sentence(kind.map_or(clause.key.as_str(), |kind| kind.fr.as_str())),
                text: clause.text.clone(),
                refers: clause.refers_to.as_ref().map_or_else(String::new, |one| {
                    format!("Le texte renvoie à «\u{a0}{}\u{a0}»\u{a0}: lire {}.", one.printed, one.meant)
                }),
                opens: if kind.is_some_and(|kind| !kind.duties.is_empty()) { "oui" } else { "non" },
            }
        })
        .collect();
    let shown = TextPage {
        page: page_of,
        head,
        reference,
        legal_bases: written.legal_bases.clone(),
        manifesto: written.manifesto.clone().unwrap_or_else(|| "–".to_owned()),
        parties,
        products: written.products.iter().map(|one| (one.key.clone(), one.name.clone())).collect(),
        plan: written
            .plan
            .iter()
            .map(|line| PlanRow {
                year: line.year.to_string(),
                ae: known(line.ae.map(|ae| ae.0)),
                cp: known(line.cp.map(|cp| cp.0)),
                nature: line.nature.fr(),
            })
            .collect(),
        contributions: written
            .contributions
            .iter()
            .map(|one| Contribution {
                funder: agreement.name_of(&one.funder).to_owned(),
                amount: one.amount.fr(),
                payment: one.payment.fr().to_owned(),
                fund: one.fund.clone().unwrap_or_else(|| "–".to_owned()),
            })
            .collect(),
        clauses,
        may_read_bank: !written.contributions.is_empty() && visitor.grant(&SHEET, "bank.read") != Grant::No,
    };
    Ok(page(&shown))
}

/// Where money goes, for those who pay it.
struct Account {
    use_of: String,
    holder: String,
    rib: String,
    iban: String,
}

#[derive(Template)]
#[template(path = "agreement/bank.html")]
struct BankPage {
    page: Page,
    title: String,
    accounts: Vec<Account>,
}

fn account(use_of: String, bank: &BankDetails) -> Account {
    let groups: Vec<&str> =
        bank.iban.as_bytes().chunks(4).filter_map(|four| std::str::from_utf8(four).ok()).collect();
    Account {
        use_of,
        holder: bank.holder.clone(),
        rib: format!("{} {} {} {}", bank.bank, bank.branch, bank.account, bank.key),
        iban: groups.join("\u{a0}"),
    }
}

async fn bank(
    State(incubator): State<Arc<Incubator>>,
    visitor: Visitor,
    Name(reference): Name,
) -> Result<Response, Problem> {
    let (filed, _) = found(&incubator, &visitor, "bank.read", &reference).await?;
    let filed = with_bank(&incubator.database, &incubator.keyring, visitor.actor(), filed).await?;
    let (page_of, head, _) = head(&visitor, &filed, incubator.today(), "/texte");
    let agreement = &filed.agreement;
    let mut accounts = Vec::new();
    for one in &agreement.written.contributions {
        let funder = agreement.name_of(&one.funder);
        accounts.extend(
            one.pay_to.as_ref().map(|bank| account(format!("Reçoit le versement de {funder}"), bank)),
        );
        accounts.extend(
            one.refund_to.as_ref().map(|bank| account(format!("Reçoit ce qui est rendu à {funder}"), bank)),
        );
    }
    Ok(page(&BankPage { page: page_of, title: head.title, accounts }))
}
