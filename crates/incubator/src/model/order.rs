//! Purchase orders (*bons de commande*).

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::{
    money::Cents,
    named::named,
    phase::Phase,
    public_budget::{Activity, Resource},
};

named! {
    /// What is bought.
    ServiceKind {
        Devops = "devops", "devops";
        Design = "design", "design";
        Deployment = "deployment", "déploiement";
        Coaching = "coaching", "coaching";
        Hosting = "hosting", "hébergement";
        Communication = "communication", "communication";
        Event = "event", "événement";
        Travel = "travel", "déplacement";
        Equipment = "equipment", "matériel";
        Other = "other", "autre";
    }
}

named! {
    /// Under which agreement the order is or was placed.
    OrderUnder {
        ThisAgreement = "this-agreement", "la présente convention";
        Predecessor = "predecessor", "la convention précédente";
    }
}

/// An order, or one foreseen. Amounts are in cents, taxes included.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Order {
    /// Ten digits in Chorus. Absent for an estimate.
    pub number: Option<String>,
    /// Foreseen only: it commits nothing.
    pub estimate: bool,
    pub under: OrderUnder,
    pub supplier: Option<String>,
    pub product: Option<String>,
    pub phase: Option<Phase>,
    pub signed_on: Option<Date>,
    /// First and last day of the service.
    pub from: Option<Date>,
    pub to: Option<Date>,
    /// The market on which it is placed lets orders run until that day.
    pub market_ends_on: Option<Date>,
    pub lines: Vec<OrderLine>,
}

/// A line of an order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderLine {
    pub label: String,
    pub service: ServiceKind,
    pub amount: Cents,
    /// The amount is known to that precision only: 100 € for "58.8 K€".
    pub rounded_to: Option<Cents>,
    /// What it is for and what is bought with it, when the order says; else as usual for that service.
    #[serde(default)]
    pub activity: Option<Activity>,
    #[serde(default)]
    pub resource: Option<Resource>,
}

impl Order {
    pub fn total(&self) -> Cents {
        self.lines.iter().map(|line| line.amount).sum()
    }

    /// How far the true total may be from the written one: half the precision of each rounded line.
    pub fn rounding(&self) -> Cents {
        self.lines.iter().filter_map(|line| line.rounded_to).map(|step| Cents::new(step.as_i64() / 2)).sum()
    }

    /// How to call it: its number, or what it is.
    pub fn name(&self) -> String {
        match (&self.number, self.lines.first()) {
            (Some(number), _) => number.clone(),
            (None, Some(line)) => format!("estimate: {}", line.label),
            (None, None) => "estimate".into(),
        }
    }
}
