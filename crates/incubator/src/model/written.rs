//! What was written and signed.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::{
    body::Body,
    clause::Clause,
    contribution::Contribution,
    credit_plan::CreditPlanLine,
    imputation::ImputationSet,
    named::named,
    order::ServiceKind,
    party::Party,
    phase::Phase,
    predecessor::Predecessor,
    product::Product,
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

/// The agreement as its parties wrote it. Bank details are left out of its JSON.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Written {
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
}
