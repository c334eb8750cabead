//! What people write in an account, and what is written for them before they begin.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::{
    account::AccountAsked,
    account_figures::AccountFigures,
    agreement::Agreement,
    course::french,
    duty::{Duty, DutyStatus},
    money::Cents,
    named::Named as _,
};

/// The three texts of an account.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountText {
    /// What advanced.
    pub progress: String,
    /// Beside the orders foreseen.
    pub orders: String,
    /// Beside the consumption foreseen.
    pub consumption: String,
}

/// What a text begins with: from the duties done, the phases and orders of the period, and lines that the products tell
/// (objectives, indicators).
pub fn prepared(
    agreement: &Agreement,
    asked: &AccountAsked,
    today: Date,
    (duties, told): (&[Duty], &[String]),
    figures: &AccountFigures,
) -> AccountText {
    let until = std::cmp::min(asked.counted_until(today), today);
    let from = asked.from.unwrap_or(Date::MIN);
    let mut lines = phases(agreement, from, until);
    lines.extend(duties.iter().filter_map(|duty| done(duty, from, until)));
    lines.extend(orders(figures, asked.from.is_some()));
    lines.extend(told.iter().cloned());
    AccountText {
        progress: listed(&lines, "Rien de notable n’est inscrit pour cette période."),
        orders: foreseen(figures),
        consumption: consumption(figures),
    }
}

fn listed(lines: &[String], none: &str) -> String {
    if lines.is_empty() {
        return none.to_owned();
    }
    lines.iter().map(|line| format!("- {line}")).collect::<Vec<_>>().join("\n")
}

/// The phase each product began in the period, or is in.
fn phases(agreement: &Agreement, from: Date, until: Date) -> Vec<String> {
    let mut lines = Vec::new();
    for product in &agreement.written.products {
        let begun = product.phases.iter().filter(|entry| entry.from <= until);
        let Some(latest) = begun.max_by_key(|entry| entry.from) else { continue };
        let phase = latest.phase.fr();
        lines.push(if latest.from >= from {
            format!("{}\u{a0}: entrée en phase de {phase} le {}.", product.name, french(latest.from))
        } else {
            format!("{}\u{a0}: phase de {phase}.", product.name)
        });
    }
    lines
}

fn done(duty: &Duty, from: Date, until: Date) -> Option<String> {
    let (DutyStatus::Done { on } | DutyStatus::DoneLate { on }) = duty.status else { return None };
    if on < from || on > until || duty.clause.starts_with("account.") {
        return None;
    }
    let product = duty.product.as_ref().map_or_else(String::new, |name| format!(" ({name})"));
    Some(format!("Échéance tenue le {}\u{a0}: {}{product}.", french(on), duty.fr))
}

fn orders(figures: &AccountFigures, of_period: bool) -> Vec<String> {
    let mut lines = Vec::new();
    for order in &figures.orders {
        let Some(number) = &order.number else { continue };
        let sums = if of_period { order.period } else { order.total };
        let parts = [("engagé", sums.committed), ("service fait", sums.certified), ("payé", sums.paid)];
        let told: Vec<String> = parts
            .iter()
            .filter(|(_, amount)| *amount != Cents::ZERO)
            .map(|(what, amount)| format!("{what} {}", amount.fr()))
            .collect();
        if !told.is_empty() {
            lines.push(format!("Commande {number}, {}\u{a0}: {}.", order.title, told.join(", ")));
        }
    }
    lines
}

fn foreseen(figures: &AccountFigures) -> String {
    let lines: Vec<String> = figures
        .foreseen
        .iter()
        .map(|order| {
            let period = match (order.from, order.to) {
                (Some(from), Some(to)) => format!(", du {} au {}", french(from), french(to)),
                (Some(from), None) => format!(", à partir du {}", french(from)),
                (None, Some(to)) => format!(", jusqu’au {}", french(to)),
                (None, None) => String::new(),
            };
            format!("{}, {}{period}.", order.title, order.amount.fr())
        })
        .collect();
    listed(&lines, "Aucune commande n’est prévue à ce jour.")
}

fn consumption(figures: &AccountFigures) -> String {
    let ae: Cents = figures.consumption.iter().map(|month| month.ae).sum();
    let cp: Cents = figures.consumption.iter().map(|month| month.cp).sum();
    if ae == Cents::ZERO && cp == Cents::ZERO {
        return "Aucune consommation n’est prévue au-delà de cette période.".to_owned();
    }
    let left = figures.left_ae().map(|left| left - ae);
    let after = left.map_or_else(String::new, |left| {
        if left < Cents::ZERO {
            format!(" Il manquerait {} d’AE.", (Cents::ZERO - left).fr())
        } else {
            format!(" Il resterait {} d’AE à engager.", left.fr())
        }
    });
    format!(
        "Les commandes signées et prévues conduiraient à engager encore {} d’AE et à payer encore {} de CP.{after}",
        ae.fr(),
        cp.fr()
    )
}
