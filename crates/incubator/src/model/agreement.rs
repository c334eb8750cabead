//! An agreement: what was written and signed, and what happened since.

use jiff::civil::Date;
use serde::Serialize;

use super::{
    body::{Body, BodyKey},
    clause::Clause,
    contribution::Contribution,
    credit_plan::CreditPlanLine,
    evidence::{Copy, Evidence},
    expert::Expert,
    imputation::ImputationSet,
    ledger::LedgerEntry,
    money::Cents,
    named::named,
    order::{Order, ServiceKind},
    party::{Party, PartyRole},
    phase::Phase,
    predecessor::Predecessor,
    product::Product,
    publication::Publication,
    term::{CoverFrom, EffectRule, Term},
};

named! {
    /// The kinds of agreement.
    Kind {
        /// Between services of the State: décret n° 2004-1085 du 14 octobre 2004.
        Delegation = "delegation", "délégation de gestion";
        /// Between public bodies: code de la commande publique, art. L2511-6.
        Partnership = "partnership", "convention de partenariat";
        Tripartite = "tripartite", "convention tripartite de partenariat";
        Grant = "grant", "attribution de subvention";
        Amendment = "amendment", "avenant";
        Other = "other", "autre convention";
    }
}

named! {
    /// How much the agreement is about.
    Scope {
        Product = "product", "un produit";
        Portfolio = "portfolio", "un portefeuille";
        Incubator = "incubator", "un incubateur et ses produits";
    }
}

named! {
    /// What the period of effect covers. One agreement leaves payments out.
    CoveredAct {
        Commit = "commit", "engager";
        Perform = "perform", "réaliser";
        Pay = "pay", "payer";
    }
}

named! {
    /// Why a party gives notice.
    NoticeKind {
        Termination = "termination", "résiliation avec préavis";
        Breach = "breach", "mise en demeure";
        PartialWithdrawal = "partial-withdrawal", "retrait partiel de l'accompagnement";
    }
}

/// The agreement as written, and the facts known of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Agreement {
    pub reference: String,
    pub title: String,
    pub kind: Kind,
    pub scope: Scope,
    pub legal_bases: Vec<String>,
    pub originals: Option<u16>,
    pub signed_on: Option<Date>,
    pub signed_at: Option<String>,
    /// Which version of the manifesto is annexed.
    pub manifesto: Option<String>,
    pub bodies: Vec<Body>,
    pub parties: Vec<Party>,
    pub products: Vec<Product>,
    pub effect: EffectRule,
    pub cover_from: Option<CoverFrom>,
    pub term: Option<Term>,
    pub covered_acts: Vec<CoveredAct>,
    /// Empty: all.
    pub phases_allowed: Vec<Phase>,
    /// Empty: all.
    pub services_allowed: Vec<ServiceKind>,
    pub predecessor: Option<Predecessor>,
    pub plan: Vec<CreditPlanLine>,
    pub imputations: Vec<ImputationSet>,
    pub contributions: Vec<Contribution>,
    pub clauses: Vec<Clause>,
    pub experts: Vec<Expert>,
    pub orders: Vec<Order>,
    pub ledger: Vec<LedgerEntry>,
    pub publications: Vec<Publication>,
    pub copies: Vec<Copy>,
    pub amendments: Vec<Amendment>,
    pub notices: Vec<Notice>,
    pub suspensions: Vec<Suspended>,
    pub evidence: Vec<Evidence>,
}

/// A change agreed by the parties; nothing before its signature.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Amendment {
    pub number: u16,
    pub requested_on: Option<Date>,
    pub requested_by: Option<BodyKey>,
    pub signed_on: Option<Date>,
    /// The new last day.
    pub until: Option<Date>,
    /// Rows added to the plan of credits.
    pub plan: Vec<CreditPlanLine>,
    pub summary: Option<String>,
}

/// A notice from one party to the others.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Notice {
    pub kind: NoticeKind,
    pub sent_on: Date,
    pub by: BodyKey,
    pub ground: Option<String>,
    /// A satisfactory answer to a formal notice: the agreement goes on.
    pub cured_on: Option<Date>,
}

/// Execution suspended, for want of credits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Suspended {
    pub from: Date,
    /// The last day; `None` while it lasts.
    pub to: Option<Date>,
    pub reason: String,
}

impl Agreement {
    /// The first clause of that key.
    pub fn clause(&self, key: &str) -> Option<&Clause> {
        self.clauses.iter().find(|clause| clause.key == key)
    }

    /// The body's name, or its key when the file does not describe it.
    pub fn name_of<'a>(&'a self, key: &'a BodyKey) -> &'a str {
        self.bodies.iter().find(|body| body.key == *key).map_or(key.0.as_str(), |body| body.name.as_str())
    }

    /// The parties that hold one of these roles.
    pub fn with_roles(&self, roles: &[PartyRole]) -> Vec<BodyKey> {
        self.parties
            .iter()
            .filter(|party| party.roles.iter().any(|role| roles.contains(role)))
            .map(|party| party.body.clone())
            .collect()
    }

    /// What the agreement before leaves, when there is one and it is known.
    pub fn opening_balance(&self) -> Option<Cents> {
        self.predecessor.as_ref().and_then(Predecessor::opening_balance)
    }

    /// The rows of the plan with those that amendments signed by that day add.
    pub fn plan_on(&self, day: Date) -> Vec<CreditPlanLine> {
        let added =
            self.amendments.iter().filter(|amendment| amendment.signed_on.is_some_and(|on| on <= day));
        self.plan.iter().chain(added.flat_map(|amendment| &amendment.plan)).copied().collect()
    }
}
