use std::collections::HashMap;
use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::{get, post};
use serde::Deserialize;
use socle::pages::{Choice, FormErrors, Page, format};
use socle::rights::{Grant, Scope};
use socle::web::{Asked, Filled, Name, Problem, Visitor, answered, page, redirect};

use super::agreement::sentence;
use super::agreement_head::{Head, address, found, head, refused};
use super::credit_request::asked_words;
use super::credits_year::{YearRow, rows};
use super::done::Done;
use super::typed;
use crate::model::ledger::LedgerKind;
use crate::model::money::Cents;
use crate::model::named::Named as _;
use crate::model::outlook::outlook;
use crate::model::tenant::Tenant;
use crate::store::agreement::Filed;
use crate::store::ledger::{self, NewLine, NotReversed};
use crate::store::{credit_request, day, order};
use crate::{Incubator, SHEET};

pub fn routes() -> Router<Arc<Incubator>> {
    Router::new()
        .route("/incubateur/conventions/{reference}/credits", get(show).post(record))
        .route("/incubateur/conventions/{reference}/credits/annuler", post(reverse))
}

/// What the finance desk records by hand; the rest comes from orders.
const BY_HAND: [LedgerKind; 5] = [
    LedgerKind::Availability,
    LedgerKind::CarryOver,
    LedgerKind::Receipt,
    LedgerKind::CreditOpening,
    LedgerKind::Refund,
];

#[derive(Clone, Default, Deserialize)]
#[serde(default)]
struct NewEntry {
    kind: String,
    day: String,
    ae: String,
    cp: String,
    cash: String,
    document: String,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Reversal {
    line: i64,
    reason: String,
}

struct OrderRow {
    href: String,
    title: String,
    product: String,
    supplier: String,
    stage: &'static str,
    number: String,
    total: String,
}

struct LedgerRow {
    id: i64,
    day: String,
    what: String,
    ae: String,
    cp: String,
    cash: String,
    document: String,
    /// It may still be reversed.
    reversible: bool,
}

#[derive(Template)]
#[template(path = "agreement/credits.html")]
struct CreditsPage {
    page: Page,
    head: Head,
    base: String,
    ceiling: String,
    committed: String,
    left: String,
    orders: Vec<OrderRow>,
    lines: Vec<LedgerRow>,
    kinds: Vec<Choice>,
    new: NewEntry,
    errors: FormErrors,
    may_write: bool,
    may_prepare: bool,
    may_commit: bool,
    years: Vec<YearRow>,
    requests: Vec<RequestRow>,
}

/// Credits that were asked for.
struct RequestRow {
    words: String,
    document: String,
    state: String,
    /// Where the answer is noted; empty once it is, or for whoever does not write.
    href: String,
}

async fn credits_page(
    incubator: &Incubator,
    visitor: &Visitor,
    (filed, scope): (&Filed, &Scope),
    (new, errors): (NewEntry, FormErrors),
    done: &Done,
) -> Result<Response, Problem> {
    let today = incubator.today();
    let (page_of, head, _) = head(visitor, filed, today, "/credits");
    let outlook = outlook(&filed.agreement, &incubator.library, today);
    let reference = &filed.agreement.written.reference;
    let base = address(reference);
    let products: HashMap<&str, &str> =
        filed.agreement.written.products.iter().map(|one| (one.key.as_str(), one.name.as_str())).collect();
    let orders = order::list(&incubator.database, filed.id).await?;
    let seen = orders.iter().filter(|one| Tenant::covers(scope, reference, &one.row.product));
    let visible: Vec<i64> = seen.clone().map(|one| one.row.id).collect();
    let order_rows = seen
        .map(|one| OrderRow {
            href: format!("{base}/commandes/{}", one.row.id),
            title: one.row.title.clone(),
            product: products
                .get(one.row.product.as_str())
                .map_or_else(|| "–".to_owned(), |name| (*name).to_owned()),
            supplier: if one.row.supplier.is_empty() { "–".to_owned() } else { one.row.supplier.clone() },
            stage: one.stage.fr(),
            number: one.row.number.clone().unwrap_or_else(|| "–".to_owned()),
            total: one.total().fr(),
        })
        .collect();
    let mut entries = ledger::list(&incubator.database, filed.id).await?;
    // Lines without an order are the agreement's; those of an order are for whoever sees the order.
    entries.retain(|line| line.order_id.is_none_or(|order| visible.contains(&order)));
    let reversed: Vec<i64> = entries.iter().filter_map(|line| line.reverses).collect();
    let known = |cents: Option<i64>| cents.map_or_else(String::new, |cents| Cents::new(cents).fr());
    let mut lines = Vec::with_capacity(entries.len());
    for line in entries {
        let kind = line.kind()?;
        let undone = line.reverses.is_some();
        lines.push(LedgerRow {
            id: line.id,
            day: format::date(day::date(line.day)),
            what: if undone { format!("Annulation\u{a0}: {}", kind.fr()) } else { sentence(kind.fr()) },
            ae: known(line.ae),
            cp: known(line.cp),
            cash: known(line.cash),
            document: [line.document, line.note]
                .into_iter()
                .filter(|text| !text.is_empty())
                .collect::<Vec<_>>()
                .join(", "),
            reversible: !undone && !reversed.contains(&line.id) && can_be_reversed(kind),
        });
    }
    let may_write = visitor.grant(&SHEET, "ledger.write") != Grant::No;
    let requests = credit_request::of(&incubator.database, filed.id).await?;
    let request = |one: &credit_request::Model| RequestRow {
        words: sentence(&asked_words(one)),
        document: one.document.clone(),
        state: match (one.closed_day, one.ledger_id) {
            (None, _) => "en attente".to_owned(),
            (Some(_), Some(line)) => format!("reçue\u{a0}: ligne {line} du registre"),
            (Some(_), None) => format!("close\u{a0}: {}", one.refused),
        },
        href: if may_write && one.closed_day.is_none() {
            format!("{base}/credits/demande/{}", one.id)
        } else {
            String::new()
        },
    };
    let figure = |amount: Option<Cents>| amount.map_or_else(|| "n.c.".to_owned(), Cents::fr);
    let shown = CreditsPage {
        page: done.announce(page_of),
        head,
        ceiling: figure(outlook.ceiling),
        committed: outlook.committed.fr(),
        left: figure(outlook.left()),
        orders: order_rows,
        lines,
        kinds: BY_HAND
            .iter()
            .map(|kind| Choice::new(kind.as_str(), &sentence(kind.fr()), &new.kind))
            .collect(),
        new,
        errors: errors.clone(),
        may_write,
        years: rows(filed, today, may_write),
        requests: requests.iter().map(request).collect(),
        may_prepare: visitor.grant(&SHEET, "order.prepare") != Grant::No,
        may_commit: visitor.grant(&SHEET, "order.commit") != Grant::No,
        base,
    };
    Ok(answered(page(&shown), &errors))
}

fn can_be_reversed(kind: LedgerKind) -> bool {
    !matches!(kind, LedgerKind::Commitment | LedgerKind::Reservation | LedgerKind::Release)
}

async fn show(
    State(incubator): State<Arc<Incubator>>,
    visitor: Visitor,
    Name(reference): Name,
    Asked(done): Asked<Done>,
) -> Result<Response, Problem> {
    let (filed, scope) = found(&incubator, &visitor, "agreement.read", &reference).await?;
    credits_page(&incubator, &visitor, (&filed, &scope), Default::default(), &done).await
}

/// Records a line of the agreement as a whole.
async fn record(
    State(incubator): State<Arc<Incubator>>,
    visitor: Visitor,
    Name(reference): Name,
    Filled(new): Filled<NewEntry>,
) -> Result<Response, Problem> {
    let (filed, scope) = found(&incubator, &visitor, "ledger.write", &reference).await?;
    let mut errors = FormErrors::default();
    let kind = LedgerKind::from_name(&new.kind).filter(|kind| BY_HAND.contains(kind));
    if kind.is_none() {
        errors.add("kind", "Choisissez ce qui est arrivé.");
    }
    let day = typed::past_day(&mut errors, "day", &new.day, incubator.today());
    let ae = typed::maybe_amount(&mut errors, "ae", &new.ae);
    let cp = typed::maybe_amount(&mut errors, "cp", &new.cp);
    let cash = typed::maybe_amount(&mut errors, "cash", &new.cash);
    // Blank is not zero: a line without the amount its kind counts in says nothing.
    match kind {
        Some(LedgerKind::Receipt | LedgerKind::Refund) if cash.is_none() && errors.is_empty() => {
            errors.add("cash", "Indiquez la somme encaissée ou rendue.");
        }
        Some(LedgerKind::Availability | LedgerKind::CarryOver | LedgerKind::CreditOpening)
            if ae.is_none() && cp.is_none() && errors.is_empty() =>
        {
            errors.add("ae", "Indiquez des AE, des CP, ou les deux.");
        }
        _ => {}
    }
    let document = typed::text(
        &mut errors,
        "document",
        &new.document,
        "Indiquez la pièce\u{a0}: numéro, arrêté, courrier.",
        200,
    );
    let (Some(kind), Some(day), true) = (kind, day, errors.is_empty()) else {
        return credits_page(&incubator, &visitor, (&filed, &scope), (new, errors), &Done::default()).await;
    };
    let of_cash = matches!(kind, LedgerKind::Receipt | LedgerKind::Refund);
    let line = NewLine {
        ae: ae.filter(|_| !of_cash),
        cp: cp.filter(|_| !of_cash),
        cash: cash.filter(|_| of_cash),
        document,
        ..NewLine::of(kind, day)
    };
    let knowledge = incubator.knowledge().await?;
    ledger::record(&incubator.database, &knowledge, visitor.actor(), filed.id, line).await?;
    Ok(redirect(&format!("{}/credits?fait=ligne-ecrite", address(&reference))))
}

async fn reverse(
    State(incubator): State<Arc<Incubator>>,
    visitor: Visitor,
    Name(reference): Name,
    Filled(asked): Filled<Reversal>,
) -> Result<Response, Problem> {
    let (filed, _) = found(&incubator, &visitor, "ledger.write", &reference).await?;
    let reason: String = asked.reason.trim().chars().take(200).collect();
    if reason.is_empty() {
        return Err(refused("Dites pourquoi cette ligne est annulée. Revenez en arrière, puis recommencez."));
    }
    let knowledge = incubator.knowledge().await?;
    let when = (incubator.today(), reason);
    match ledger::reverse(&incubator.database, &knowledge, visitor.actor(), filed.id, asked.line, when)
        .await?
    {
        Ok(()) => Ok(redirect(&format!("{}/credits?fait=ligne-annulee", address(&reference)))),
        Err(NotReversed::Unknown) => Err(Problem::NotFound),
        Err(NotReversed::Already) => {
            Err(refused("Cette ligne est déjà annulée, ou elle en annule une autre."))
        }
        Err(NotReversed::Closed) => {
            Err(refused("Sa commande est soldée\u{a0}: ce qui restait a été rendu, rien ne s’y annule plus."))
        }
        Err(NotReversed::Paid) => {
            Err(refused("Ce qui a été certifié là est déjà payé\u{a0}: annulez d’abord le paiement."))
        }
        Err(NotReversed::OfAnOrder) => {
            Err(refused("Un engagement se défait en soldant sa commande, sur la page de la commande."))
        }
    }
}
