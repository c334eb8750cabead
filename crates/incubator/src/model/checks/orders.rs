//! Orders against the agreement: C11, C12, C17.

use jiff::civil::Date;

use super::ceiling::{ceiling, placed};
use crate::model::{
    agreement::Agreement,
    course::{course, french},
    finding::{Finding, Level, Rule},
    money::Cents,
    named::Named,
    order::{Order, OrderUnder},
    written::CoveredAct,
};

pub(super) fn findings(agreement: &Agreement, as_of: Date) -> Vec<Finding> {
    let mut findings: Vec<Finding> = agreement
        .orders
        .iter()
        .filter(|order| order.under == OrderUnder::ThisAgreement)
        .filter(|order| order.signed_on.is_none_or(|signed| signed <= as_of))
        .flat_map(|order| {
            let mut found = covered(agreement, order, as_of);
            found.extend(market(order));
            found
        })
        .collect();
    findings.extend(planned(agreement, as_of));
    findings
}

/// C11: not signed while suspended; signed within the period of cover, retroactive cover included; phase, product and service allowed.
fn covered(agreement: &Agreement, order: &Order, as_of: Date) -> Vec<Finding> {
    let mut findings = Vec::new();
    let name = order.name();
    let mut say = |level, text: String, fr: String| {
        findings.push(
            Finding::new(
                Rule::C11,
                level,
                format!("order {name}: {text}"),
                format!("commande {name} : {fr}"),
            )
            .named("order", name.clone()),
        );
    };
    let dates = course(agreement, as_of);
    match (order.signed_on, dates.cover_from) {
        (None, _) if !order.estimate => {
            say(Level::Info, "its day of signature is not known".into(), "date de signature inconnue".into());
        }
        (Some(signed), None) => say(
            Level::Block,
            format!("signed on {signed}, while the agreement has not taken effect"),
            format!("signée le {}, alors que la convention n'a pas pris effet", french(signed)),
        ),
        (Some(signed), Some(from)) if signed < from => say(
            Level::Block,
            format!("signed on {signed}, before cover begins on {from}"),
            format!("signée le {}, avant le début de la couverture le {}", french(signed), french(from)),
        ),
        (Some(signed), Some(_)) => {
            if let Some(end) = dates.end.filter(|end| signed > end.on) {
                say(
                    Level::Block,
                    format!("signed on {signed}, after the last day {}", end.on),
                    format!("signée le {}, après le dernier jour {}", french(signed), french(end.on)),
                );
            }
        }
        _ => {}
    }
    if let Some(suspended) = order.signed_on.and_then(|signed| agreement.suspended_on(signed)) {
        say(
            Level::Block,
            format!("signed while execution is suspended since {}", suspended.from),
            format!("signée pendant la suspension ouverte le {}", french(suspended.from)),
        );
    }
    if !agreement.written.covered_acts.is_empty()
        && !agreement.written.covered_acts.contains(&CoveredAct::Commit)
    {
        say(
            Level::Block,
            "the agreement covers no commitment".into(),
            "la convention ne couvre pas l'engagement".into(),
        );
    }
    if let Some(phase) = order.phase
        && !agreement.written.phases_allowed.is_empty()
        && !agreement.written.phases_allowed.contains(&phase)
    {
        say(
            Level::Block,
            format!("the {phase} phase is not covered"),
            format!("la phase de {} n'est pas couverte", phase.fr()),
        );
    }
    if let Some(product) = &order.product
        && !agreement.written.products.is_empty()
        && !agreement.written.products.iter().any(|known| known.key == *product)
    {
        say(
            Level::Block,
            format!("{product} is not in scope"),
            format!("{product} n'entre pas dans l'objet"),
        );
    }
    if !agreement.written.services_allowed.is_empty() {
        for line in
            order.lines.iter().filter(|line| !agreement.written.services_allowed.contains(&line.service))
        {
            say(
                Level::Warning,
                format!("\"{}\" ({}) is not among the costs the agreement lists", line.label, line.service),
                format!("« {} » ({}) n'est pas dans les frais prévus", line.label, line.service.fr()),
            );
        }
    }
    findings
}

/// C12: an order may outlive the agreement, not the market's own rules.
fn market(order: &Order) -> Option<Finding> {
    let (to, limit) = (order.to?, order.market_ends_on?);
    (to > limit).then(|| {
        Finding::new(
            Rule::C12,
            Level::Warning,
            format!("order {} runs until {to}, its market allows until {limit}", order.name()),
            format!(
                "la commande {} court jusqu'au {}, son marché jusqu'au {}",
                order.name(),
                french(to),
                french(limit)
            ),
        )
        .day("runs_until", to)
        .day("allowed_until", limit)
    })
}

/// C17: orders placed and foreseen, within what may be committed; amounts written in thousands are told apart.
fn planned(agreement: &Agreement, as_of: Date) -> Option<Finding> {
    let orders = || agreement.orders.iter().filter(|order| order.estimate || placed(order));
    orders().find(|order| order.estimate && order.under == OrderUnder::ThisAgreement)?;
    let ceiling = ceiling(agreement, as_of).amount()?;
    let planned: Cents =
        orders().filter(|order| order.under == OrderUnder::ThisAgreement).map(Order::total).sum();
    let rounding: Cents = orders().map(Order::rounding).sum();
    let excess = planned - ceiling;
    (excess > Cents::ZERO).then(|| {
        let (note, fr) = if excess <= rounding {
            (
                format!(", within the rounding of the amounts written ({rounding})"),
                format!(", dans l'arrondi des montants écrits ({})", rounding.fr()),
            )
        } else {
            (String::new(), String::new())
        };
        Finding::new(
            Rule::C17,
            Level::Warning,
            format!("planned {planned} exceed the {ceiling} available by {excess}{note}"),
            format!(
                "{} prévus pour {} disponibles, soit {} de plus{fr}",
                planned.fr(),
                ceiling.fr(),
                excess.fr()
            ),
        )
        .money("planned", planned)
        .money("available", ceiling)
        .money("excess", excess)
        .money("rounding", rounding)
    })
}
