use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::{Path, State};
use axum::response::Response;
use axum::routing::get;
use jiff::civil::Date;
use socle::pages::{Page, format};
use socle::rights::Scope;
use socle::web::{Asked, Problem, Visitor, page};

use super::agreement::sentence;
use super::agreement_head::{address, found, head};
use super::done::Done;
use super::order_step::{ACTIONS, right};
use crate::model::money::Cents;
use crate::model::named::Named as _;
use crate::model::order::ServiceKind;
use crate::model::purchase::{OrderStage, OrderStep};
use crate::model::tenant::Tenant;
use crate::store::agreement::Filed;
use crate::store::order::{self, Consumed, Placed};
use crate::store::{chorus_certification, day};
use crate::{Incubator, SHEET};

pub fn routes() -> Router<Arc<Incubator>> {
    Router::new().route("/incubateur/conventions/{reference}/commandes/{id}", get(show))
}

struct StepLine {
    what: String,
    day: String,
    amount: String,
    note: String,
}

/// A thing that may be done now.
struct Action {
    step: &'static str,
    title: &'static str,
}

#[derive(Template)]
#[template(path = "agreement/order.html")]
struct OrderPage {
    page: Page,
    agreement: String,
    address: String,
    title: String,
    stage: &'static str,
    product: String,
    supplier: String,
    market: String,
    number: String,
    period: String,
    need: String,
    lines: Vec<(String, &'static str, String)>,
    total: String,
    committed: String,
    certified: String,
    paid: String,
    steps: Vec<StepLine>,
    actions: Vec<Action>,
    /// Nothing can be done by this reader: who can.
    waits_for: &'static str,
    /// What Chorus says is certified and is not here.
    chorus: Option<ChorusSays>,
}

/// A certification that Chorus tells, to be made here by whoever certifies.
struct ChorusSays {
    missing: String,
    latest: String,
    /// The form, begun; none for who does not certify.
    certify: Option<String>,
}

pub(super) async fn of(
    incubator: &Incubator,
    visitor: &Visitor,
    action: &str,
    (reference, id): (&str, i64),
) -> Result<(Filed, Scope, Placed), Problem> {
    let (filed, scope) = found(incubator, visitor, action, reference).await?;
    let placed = order::find(&incubator.database, filed.id, id).await?.ok_or(Problem::NotFound)?;
    if !Tenant::covers(&scope, reference, &placed.row.product) {
        return Err(Problem::NotFound);
    }
    Ok((filed, scope, placed))
}

async fn show(
    State(incubator): State<Arc<Incubator>>,
    visitor: Visitor,
    Path((reference, id)): Path<(String, i64)>,
    Asked(done): Asked<Done>,
) -> Result<Response, Problem> {
    let (filed, _, placed) = of(&incubator, &visitor, "agreement.read", (&reference, id)).await?;
    let (page_of, head, _) = head(&visitor, &filed, incubator.today(), "/credits");
    let row = &placed.row;
    let sums: Consumed = order::consumed(incubator.database.read(), row.id, Date::MAX).await?;
    let steps = order::steps(&incubator.database, row.id).await?;
    let allowed = |step: OrderStep| visitor.allow(&SHEET, right(step)).is_ok();
    let possible = |step: OrderStep| {
        placed.stage.after(step).is_some()
            && match step {
                OrderStep::Certify => sums.committed > sums.certified,
                OrderStep::Pay => sums.certified > sums.paid,
                OrderStep::Close => sums.certified == sums.paid,
                _ => true,
            }
    };
    let actions: Vec<Action> = ACTIONS
        .iter()
        .filter(|(step, ..)| possible(*step) && allowed(*step))
        .map(|(step, title, ..)| Action { step: step.as_str(), title })
        .collect();
    let waits_for = match placed.stage {
        OrderStage::Estimate | OrderStage::QuoteRequested => "Le devis est attendu.",
        OrderStage::QuoteReceived => "L’intrapreneur ou le chargé de suivi valide le devis.",
        OrderStage::QuoteApproved => "La gestion budgétaire réserve les crédits ou signe la commande.",
        OrderStage::Reserved => "La gestion budgétaire signe la commande.",
        OrderStage::Signed if sums.certified > sums.paid => "La gestion budgétaire enregistre le paiement.",
        OrderStage::Signed => "L’intrapreneur ou le chargé de suivi certifie le service fait.",
        OrderStage::Closed => "Tout est payé\u{a0}: il n’y a plus rien à faire.",
        OrderStage::Abandoned => "Il n’y a rien à faire.",
    };
    let awaited = chorus_certification::awaited(incubator.database.read(), row.id, sums.certified).await?;
    let chorus = awaited.filter(|_| placed.stage == OrderStage::Signed).map(|(latest, missing)| {
        let day = day::date(latest.day);
        let note = format!("Chorus, pièce {}", latest.document);
        let typed = [("amount", missing.fr()), ("day", day.to_string()), ("note", note)];
        ChorusSays {
            missing: missing.fr(),
            latest: format!("{} du {}", latest.document, format::date(day)),
            certify: allowed(OrderStep::Certify)
                .then(|| url::form_urlencoded::Serializer::new(String::new()).extend_pairs(typed).finish()),
        }
    });
    let or_dash = |text: &str| if text.is_empty() { "–".to_owned() } else { text.to_owned() };
    let date = |number: Option<i32>| number.map(|number| format::date(day::date(number)));
    let period = match (date(row.from_day), date(row.to_day)) {
        (Some(from), Some(to)) => format!("du {from} au {to}"),
        (Some(from), None) => format!("à partir du {from}"),
        (None, Some(to)) => format!("jusqu’au {to}"),
        (None, None) => "–".to_owned(),
    };
    let products = &filed.agreement.written.products;
    let shown = OrderPage {
        page: done.announce(page_of),
        agreement: head.title,
        address: format!("{}/commandes/{}", address(&filed.agreement.written.reference), row.id),
        title: row.title.clone(),
        stage: placed.stage.fr(),
        product: products
            .iter()
            .find(|one| one.key == row.product)
            .map_or_else(|| "–".to_owned(), |one| one.name.clone()),
        supplier: or_dash(&row.supplier),
        market: or_dash(&row.market),
        number: or_dash(row.number.as_deref().unwrap_or_default()),
        period,
        need: row.need.clone(),
        lines: placed
            .lines
            .iter()
            .map(|line| {
                let service = ServiceKind::from_name(&line.service).unwrap_or(ServiceKind::Other);
                (line.label.clone(), service.fr(), Cents::new(line.amount).fr())
            })
            .collect(),
        total: placed.total().fr(),
        committed: sums.committed.fr(),
        certified: sums.certified.fr(),
        paid: sums.paid.fr(),
        steps: steps
            .into_iter()
            .map(|one| StepLine {
                what: sentence(OrderStep::from_name(&one.step).map_or("", |step| step.fr())),
                day: format::date(day::date(one.day)),
                amount: one.amount.map_or_else(String::new, |cents| Cents::new(cents).fr()),
                note: one.note,
            })
            .collect(),
        actions,
        waits_for,
        chorus,
    };
    Ok(page(&shown))
}
