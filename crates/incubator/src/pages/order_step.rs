use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::get;
use serde::Deserialize;
use socle::pages::{FormErrors, Page, format};
use socle::web::{Asked, Filled, Problem, Visitor, answered, page, redirect};

use super::agreement::sentence;
use super::agreement_head::{address, head};
use super::order::of;
use super::typed;
use crate::Incubator;
use crate::model::named::Named as _;
use crate::model::order::ServiceKind;
use crate::model::purchase::OrderStep;
use crate::store::agreement::Filed;
use crate::store::order::{NewOrderLine, Placed};
use crate::store::order_move::{self, Move, Refused};

pub fn routes() -> Router<Arc<Incubator>> {
    Router::new().route("/incubateur/conventions/{reference}/commandes/{id}/{step}", get(ask).post(advance))
}

/// What was typed for a step; each step reads its own fields.
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
struct Typed {
    amount: String,
    day: String,
    number: String,
    supplier: String,
    document: String,
    note: String,
    /// Why the finance desk goes past a refusal.
    reason: String,
    /// Version of the order that the person saw.
    version: String,
}

#[derive(Template)]
#[template(path = "agreement/order_step.html")]
struct StepPage {
    page: Page,
    address: String,
    order: String,
    total: String,
    step: &'static str,
    title: &'static str,
    about: &'static str,
    button: &'static str,
    refused: Vec<String>,
    may_override: bool,
    version: i64,
    typed: Typed,
    errors: FormErrors,
}

/// The right that a step asks for.
pub(super) fn right(step: OrderStep) -> &'static str {
    match step {
        OrderStep::Foresee | OrderStep::RequestQuote | OrderStep::ReceiveQuote | OrderStep::Abandon => {
            "order.prepare"
        }
        OrderStep::ApproveQuote | OrderStep::Certify => "order.approve",
        OrderStep::Reserve | OrderStep::Sign | OrderStep::Pay | OrderStep::Close => "order.commit",
    }
}

/// What each step is called on the page.
pub(super) const ACTIONS: [(OrderStep, &str, &str, &str); 9] = [
    (
        OrderStep::RequestQuote,
        "Demander un devis",
        "Notez que le devis est demandé au titulaire.",
        "Noter la demande",
    ),
    (
        OrderStep::ReceiveQuote,
        "Enregistrer le devis",
        "Le montant du devis remplace le montant prévu.",
        "Enregistrer le devis",
    ),
    (
        OrderStep::ApproveQuote,
        "Valider le devis",
        "Vous validez seul, au vu du besoin de l’équipe.",
        "Valider le devis",
    ),
    (
        OrderStep::Reserve,
        "Réserver les crédits",
        "Les AE sont mises de côté jusqu’à la signature.",
        "Réserver",
    ),
    (
        OrderStep::Sign,
        "Signer la commande",
        "L’engagement est inscrit au registre des crédits.",
        "Enregistrer la signature",
    ),
    (
        OrderStep::Certify,
        "Certifier le service fait",
        "Vous certifiez seul ce qui a été livré et qui est conforme.",
        "Certifier",
    ),
    (
        OrderStep::Pay,
        "Enregistrer un paiement",
        "Seul ce qui est certifié se paie.",
        "Enregistrer le paiement",
    ),
    (OrderStep::Close, "Solder la commande", "Ce qui n’a pas été payé est rendu au plafond.", "Solder"),
    (OrderStep::Abandon, "Abandonner la commande", "Elle sort des prévisions.", "Abandonner"),
];

/// What came back of a step.
#[derive(Default)]
struct Back {
    typed: Typed,
    errors: FormErrors,
    refused: Vec<String>,
}

fn form(
    incubator: &Incubator,
    visitor: &Visitor,
    (filed, placed): (&Filed, &Placed),
    step: OrderStep,
    back: Back,
) -> Result<Response, Problem> {
    let (_, title, about, button) =
        ACTIONS.iter().find(|(known, ..)| *known == step).ok_or(Problem::NotFound)?;
    let (page_of, ..) = head(visitor, filed, incubator.today(), "/credits");
    let (errors, blocked) = (back.errors.clone(), !back.refused.is_empty());
    let shown = StepPage {
        page: page_of,
        address: format!("{}/commandes/{}", address(&filed.agreement.written.reference), placed.row.id),
        order: placed.row.title.clone(),
        total: placed.total().fr(),
        step: step.as_str(),
        title,
        about,
        button,
        may_override: blocked && step == OrderStep::Sign,
        refused: back.refused,
        version: placed.row.version,
        typed: back.typed,
        errors: back.errors,
    };
    let mut answer = answered(page(&shown), &errors);
    if blocked {
        *answer.status_mut() = StatusCode::CONFLICT;
    }
    Ok(answer)
}

/// The step that an address names.
fn named(step: &str) -> Result<OrderStep, Problem> {
    OrderStep::from_name(step).filter(|step| *step != OrderStep::Foresee).ok_or(Problem::NotFound)
}

async fn ask(
    State(incubator): State<Arc<Incubator>>,
    visitor: Visitor,
    Path((reference, id, step)): Path<(String, i64, String)>,
    Asked(typed): Asked<Typed>,
) -> Result<Response, Problem> {
    let step = named(&step)?;
    let (filed, _, placed) = of(&incubator, &visitor, right(step), (&reference, id)).await?;
    if placed.stage.after(step).is_none() {
        return Ok(redirect(&format!("{}/commandes/{id}", address(&reference))));
    }
    // A form that something else began: what Chorus says is certified.
    form(&incubator, &visitor, (&filed, &placed), step, Back { typed, ..Back::default() })
}

/// Reads what a step needs.
fn read(
    incubator: &Incubator,
    placed: &Placed,
    step: OrderStep,
    typed: &Typed,
    errors: &mut FormErrors,
) -> Option<Move> {
    let today = incubator.today();
    let cut = |text: &str| text.trim().chars().take(500).collect::<String>();
    match step {
        OrderStep::Foresee => None,
        OrderStep::RequestQuote => Some(Move::RequestQuote { need: placed.row.need.clone() }),
        OrderStep::ReceiveQuote => {
            let amount = typed::amount(errors, "amount", &typed.amount);
            let supplier = typed::text(
                errors,
                "supplier",
                &typed.supplier,
                "Indiquez l’entreprise qui a fait le devis.",
                120,
            );
            let document =
                typed::text(errors, "document", &typed.document, "Indiquez le numéro du devis.", 200);
            let service = placed.lines.first().and_then(|line| ServiceKind::from_name(&line.service));
            Some(Move::ReceiveQuote {
                supplier,
                document,
                lines: vec![NewOrderLine {
                    label: placed.row.title.clone(),
                    service: service.unwrap_or(ServiceKind::Other),
                    activity: placed.lines.first().map(|line| line.activity.clone()).unwrap_or_default(),
                    resource: placed.lines.first().map(|line| line.resource.clone()).unwrap_or_default(),
                    amount: amount?,
                }],
            })
        }
        OrderStep::ApproveQuote => Some(Move::ApproveQuote),
        OrderStep::Reserve => Some(Move::Reserve { document: cut(&typed.document) }),
        OrderStep::Sign => {
            let number = typed.number.trim().to_owned();
            if number.len() != 10 || !number.bytes().all(|byte| byte.is_ascii_digit()) {
                errors.add(
                    "number",
                    "Indiquez les dix chiffres de l’engagement Chorus, par exemple 1404518242.",
                );
            }
            let day = typed::past_day(errors, "day", &typed.day, today)?;
            let reason = cut(&typed.reason);
            Some(Move::Sign { number, day, overridden: (!reason.is_empty()).then_some(reason) })
        }
        OrderStep::Certify => {
            let amount = typed::amount(errors, "amount", &typed.amount);
            let day = typed::past_day(errors, "day", &typed.day, today);
            let note = typed::text(
                errors,
                "note",
                &typed.note,
                "Dites ce qui a été livré, et où en est la preuve.",
                500,
            );
            Some(Move::Certify { day: day?, amount: amount?, note })
        }
        OrderStep::Pay => {
            let amount = typed::amount(errors, "amount", &typed.amount);
            let day = typed::past_day(errors, "day", &typed.day, today);
            let document = typed::text(
                errors,
                "document",
                &typed.document,
                "Indiquez le numéro de la demande de paiement.",
                200,
            );
            Some(Move::Pay { day: day?, amount: amount?, document })
        }
        OrderStep::Close => Some(Move::Close { day: today }),
        OrderStep::Abandon => Some(Move::Abandon { reason: cut(&typed.note) }),
    }
}

/// Why nothing was done, in words.
fn words(refused: &Refused) -> Vec<String> {
    match refused {
        Refused::Stage(stage) => {
            vec![format!("La commande est déjà «\u{a0}{}\u{a0}»\u{a0}: rechargez la page.", stage.fr())]
        }
        Refused::Findings(findings) => findings.iter().map(|finding| sentence(finding.fr())).collect(),
        Refused::MoreThanLeft { asked, left } => {
            vec![format!("{} dépasse ce qui reste\u{a0}: {}.", asked.fr(), left.fr())]
        }
        Refused::NotAllPaid { left } => vec![format!("{} sont certifiés et pas encore payés.", left.fr())],
        Refused::Day { not_before: Some(first), not_after } => vec![format!(
            "Le jour doit être entre le {} et le {}.",
            format::date(*first),
            format::date(*not_after)
        )],
        Refused::Day { not_before: None, .. } => vec!["Ce jour est dans l’avenir.".to_owned()],
        Refused::NumberTaken(number) => vec![format!(
            "Une autre commande porte déjà le numéro {number}\u{a0}: vérifiez les dix chiffres."
        )],
        Refused::Empty => vec!["Le devis n’a aucune ligne.".to_owned()],
    }
}

async fn advance(
    State(incubator): State<Arc<Incubator>>,
    visitor: Visitor,
    Path((reference, id, step)): Path<(String, i64, String)>,
    Filled(typed): Filled<Typed>,
) -> Result<Response, Problem> {
    let step = named(&step)?;
    let (filed, _, placed) = of(&incubator, &visitor, right(step), (&reference, id)).await?;
    if typed.version.parse::<i64>().is_ok_and(|seen| seen != placed.row.version) {
        let changed = "La commande a changé depuis que vous avez ouvert cette page\u{a0}: relisez-la, puis recommencez.";
        let back = Back { typed, refused: vec![changed.to_owned()], ..Back::default() };
        return form(&incubator, &visitor, (&filed, &placed), step, back);
    }
    let mut errors = FormErrors::default();
    let read = read(&incubator, &placed, step, &typed, &mut errors);
    let (Some(one), true) = (read, errors.is_empty()) else {
        let back = Back { typed, errors, ..Back::default() };
        return form(&incubator, &visitor, (&filed, &placed), step, back);
    };
    let knowledge = incubator.knowledge().await?;
    match order_move::advance(&incubator.database, &knowledge, visitor.actor(), &placed, one).await? {
        Ok(()) => Ok(redirect(&format!("{}/commandes/{id}?fait=commande-avancee", address(&reference)))),
        Err(refused) => {
            let back = Back { typed, refused: words(&refused), ..Back::default() };
            form(&incubator, &visitor, (&filed, &placed), step, back)
        }
    }
}
