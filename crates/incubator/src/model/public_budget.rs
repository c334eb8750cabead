//! What products cost, as the programme publishes it: per year, activity (13) and resource (6) (spec § 3.5). Made from orders
//! and their ledger: nobody types it again.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::Serialize;

use super::agreement::Agreement;
use super::checks::{placed, shared_out};
use super::ledger::{LedgerEntry, LedgerKind};
use super::money::Cents;
use super::named::named;
use super::order::{Order, OrderLine, ServiceKind};

named! {
    /// What the money is for. Source: common budget referential of the programme, 2025 (spec § 3.5).
    Activity {
        Data = "data", "données";
        HostingOwn = "hosting", "hébergement hors nuage";
        HostingCloud = "hosting-cloud", "hébergement en nuage";
        Operations = "operations", "exploitation";
        Network = "network", "réseau";
        Administration = "administration", "gestion administrative";
        Security = "security", "sécurité";
        Deployment = "deployment", "déploiement, communication, relations";
        Support = "support", "assistance aux usagers";
        Development = "development", "développement";
        Steering = "steering", "pilotage, intrapreneur, coaching";
        Design = "design", "design";
        Other = "other", "autre";
    }
}

named! {
    /// What is bought with it. Same source.
    Resource {
        Staff = "staff", "personnel";
        Services = "services", "prestations";
        Hardware = "hardware", "matériel";
        Software = "software", "logiciels et services en ligne";
        Overhead = "overhead", "frais généraux";
        Other = "other", "autre";
    }
}

impl ServiceKind {
    /// Where what is bought goes when an order does not say.
    pub fn usual_activity(self) -> Activity {
        match self {
            Self::Devops => Activity::Development,
            Self::Design => Activity::Design,
            Self::Deployment | Self::Communication | Self::Event => Activity::Deployment,
            Self::Coaching => Activity::Steering,
            Self::Hosting => Activity::HostingCloud,
            Self::Travel => Activity::Administration,
            Self::Equipment => Activity::Operations,
            Self::Other => Activity::Other,
        }
    }

    /// What it is bought as when an order does not say.
    pub fn usual_resource(self) -> Resource {
        match self {
            Self::Devops | Self::Design | Self::Deployment | Self::Coaching | Self::Communication => {
                Resource::Services
            }
            Self::Hosting => Resource::Software,
            Self::Event | Self::Travel => Resource::Overhead,
            Self::Equipment => Resource::Hardware,
            Self::Other => Resource::Other,
        }
    }
}

impl OrderLine {
    pub fn activity(&self) -> Activity {
        self.activity.unwrap_or_else(|| self.service.usual_activity())
    }

    pub fn resource(&self) -> Resource {
        self.resource.unwrap_or_else(|| self.service.usual_resource())
    }
}

/// Which part of a budget.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Part {
    /// Key of the product; empty for what an agreement orders as a whole.
    pub product: String,
    pub year: i16,
    pub activity: Activity,
    pub resource: Resource,
}

/// What it comes to, in cents.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Spent {
    /// Committed in the year, less what was released in it.
    pub ae: Cents,
    /// Paid in the year.
    pub cp: Cents,
    /// Foreseen by orders that are not signed.
    pub planned: Cents,
}

/// The budget of the products of an agreement, as of a day. The sum of AE is what the agreement committed by its orders,
/// that of CP what was paid on them: amounts are shared out between the lines of an order, to the cent.
pub fn public_budget(agreement: &Agreement, as_of: Date) -> BTreeMap<Part, Spent> {
    let mut budget = BTreeMap::new();
    for order in &agreement.orders {
        if order.estimate {
            let year = order.from.unwrap_or(as_of).year();
            spread(&mut budget, order, (year, order.total()), |spent, part| {
                spent.planned = spent.planned + part;
            });
        } else if placed(order) {
            ordered(&mut budget, agreement, order, as_of);
        }
    }
    budget.retain(|_, spent| *spent != Spent::default());
    budget
}

fn ordered(budget: &mut BTreeMap<Part, Spent>, agreement: &Agreement, order: &Order, as_of: Date) {
    let ledger = |kind| {
        let of_order = move |entry: &&LedgerEntry| {
            entry.kind == kind && entry.date <= as_of && order.number.is_some() && entry.order == order.number
        };
        agreement.ledger.iter().filter(of_order)
    };
    let committed = ledger(LedgerKind::Commitment).count() > 0;
    if !committed && order.signed_on.is_none_or(|signed| signed <= as_of) {
        // An order of a file that no line of the ledger tells.
        let year = order.signed_on.unwrap_or(as_of).year();
        spread(budget, order, (year, order.total()), |spent, part| spent.ae = spent.ae + part);
    }
    for (kind, sign) in [(LedgerKind::Commitment, 1_i64), (LedgerKind::Release, -1)] {
        for entry in ledger(kind) {
            let Some(ae) = entry.ae else { continue };
            signed(budget, order, (entry.date.year(), ae.0, sign), |spent, part| spent.ae = spent.ae + part);
        }
    }
    for entry in ledger(LedgerKind::Payment) {
        let Some(cp) = entry.cp else { continue };
        signed(budget, order, (entry.date.year(), cp.0, 1), |spent, part| spent.cp = spent.cp + part);
    }
}

/// Shares out an amount that may be below zero: a line that undoes another.
fn signed(
    budget: &mut BTreeMap<Part, Spent>,
    order: &Order,
    (year, amount, sign): (i16, Cents, i64),
    add: fn(&mut Spent, Cents),
) {
    let cents = amount.as_i64().saturating_mul(sign);
    let whole = Cents::new(cents.saturating_abs());
    for (part, share) in parts(order, year).zip(shared_out(whole, &weights(order))) {
        let share = if cents < 0 { Cents::ZERO - share } else { share };
        add(budget.entry(part).or_default(), share);
    }
}

fn spread(
    budget: &mut BTreeMap<Part, Spent>,
    order: &Order,
    (year, amount): (i16, Cents),
    add: fn(&mut Spent, Cents),
) {
    signed(budget, order, (year, amount, 1), add);
}

fn weights(order: &Order) -> Vec<Cents> {
    order.lines.iter().map(|line| line.amount).collect()
}

fn parts(order: &Order, year: i16) -> impl Iterator<Item = Part> {
    order.lines.iter().map(move |line| Part {
        product: order.product.clone().unwrap_or_default(),
        year,
        activity: line.activity(),
        resource: line.resource(),
    })
}

/// A year's cost for each user, in cents, rounded to the nearest; none without users. Source: impact matrix of the programme,
/// "efficient": budget of the year over monthly active users (spec § 6.3).
pub fn cost_per_use(paid: Cents, monthly_users: i64) -> Option<Cents> {
    (monthly_users > 0).then(|| {
        let (paid, users) = (i128::from(paid.as_i64()), i128::from(monthly_users));
        Cents::new(i64::try_from((paid + users / 2) / users).unwrap_or(i64::MAX))
    })
}
