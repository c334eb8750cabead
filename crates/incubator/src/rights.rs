//! Who may do what in the incubator. A test walks every cell.
//!
//! A product's people act within `service:IDENTIFIER`, an agreement's within `convention:REFERENCE`,
//! a jury within `appel:IDENTIFIER` ([`crate::model::tenant::Tenant`]); the incubator's own act everywhere.

use socle::rights::Grant::{All, No, Own};
use socle::rights::{Assurance, Line, Rights, Role};

const fn role(name: &'static str, title: &'static str, assurance: Assurance) -> Role {
    Role { name, title, assurance, for_people: true }
}

/// The table. Columns: head of the incubator, portfolio manager, finance officer, legal officer, data protection officer,
/// security officer, intrapreneur, member of the team, coach, follow-up officer, sponsor, accountant, jury member.
pub const RIGHTS: Rights = Rights {
    roles: &[
        role("incubator.head", "Direction de l’incubateur", Assurance::Two),
        role("incubator.portfolio", "Gestion du portefeuille", Assurance::One),
        role("incubator.finance", "Gestion budgétaire", Assurance::Two),
        role("incubator.legal", "Affaires juridiques", Assurance::One),
        role("incubator.dpo", "Protection des données", Assurance::Two),
        role("incubator.security", "Sécurité des systèmes d’information", Assurance::One),
        role("product.lead", "Intrapreneur", Assurance::One),
        role("product.member", "Membre de l’équipe", Assurance::One),
        role("product.coach", "Coach", Assurance::One),
        role("agreement.officer", "Chargé de suivi", Assurance::One),
        role("agreement.sponsor", "Commanditaire", Assurance::One),
        role("agreement.accountant", "Contrôle budgétaire et comptable", Assurance::One),
        role("call.jury", "Membre de jury", Assurance::One),
    ],
    lines: &[
        // What is written, computed and spent; not the bank details.
        Line {
            action: "agreement.read",
            grants: &[All, All, All, All, All, All, Own, Own, Own, Own, Own, Own, No],
        },
        Line { action: "agreement.write", grants: &[All, No, All, All, No, No, No, No, No, No, No, No, No] },
        // Publications, copies, amendments, notices, suspensions, declarations.
        Line { action: "fact.record", grants: &[All, All, All, All, No, No, No, No, No, No, No, No, No] },
        // Chooses what is hidden, sends to data.gouv.fr.
        Line { action: "publication.send", grants: &[All, No, No, All, No, No, No, No, No, No, No, No, No] },
        Line {
            action: "duty.evidence",
            grants: &[All, All, All, All, All, All, Own, No, No, Own, No, No, No],
        },
        Line { action: "bank.read", grants: &[No, No, All, No, No, No, No, No, No, No, No, No, No] },
        Line { action: "ledger.write", grants: &[No, No, All, No, No, No, No, No, No, No, No, No, No] },
        Line { action: "order.prepare", grants: &[No, All, All, No, No, No, Own, No, No, Own, No, No, No] },
        // Alone: "peut décider seul, devis et services faits compris" (seeds 000, 001 and 002, article 2).
        Line { action: "order.approve", grants: &[No, No, No, No, No, No, Own, No, No, Own, No, No, No] },
        Line { action: "order.commit", grants: &[No, No, All, No, No, No, No, No, No, No, No, No, No] },
        Line {
            action: "committee.read",
            grants: &[All, All, All, All, All, All, Own, Own, Own, Own, Own, Own, No],
        },
        // Its day, its agenda, who is asked, its minutes.
        Line {
            action: "committee.prepare",
            grants: &[All, All, No, No, No, No, Own, No, No, Own, No, No, No],
        },
        Line { action: "committee.opinion", grants: &[All, No, No, No, No, No, No, No, No, No, Own, No, No] },
        // What it decided, and whether its conditions are met.
        Line { action: "committee.decide", grants: &[All, All, No, No, No, No, No, No, No, No, No, No, No] },
        Line {
            action: "hypothesis.close",
            grants: &[All, All, No, No, No, No, Own, No, Own, No, No, No, No],
        },
        // The pages of a product's team: objectives and indicators.
        Line {
            action: "product.read",
            grants: &[All, All, All, All, All, All, Own, Own, Own, Own, Own, Own, No],
        },
        Line {
            action: "objective.write",
            grants: &[All, All, No, No, No, No, Own, Own, Own, No, No, No, No],
        },
        Line {
            action: "indicator.write",
            grants: &[All, All, No, No, No, No, Own, Own, Own, No, No, No, No],
        },
        // What its product answers to the standards, and what the product is.
        Line {
            action: "compliance.write",
            grants: &[All, All, No, No, All, All, Own, Own, Own, No, No, No, No],
        },
        // Who is in the team, since when, paid by what.
        Line { action: "member.write", grants: &[All, All, No, No, No, No, Own, No, No, No, No, No, No] },
        // Letters and criteria are about the intrapreneur, who does not write them.
        Line { action: "mission.write", grants: &[All, All, No, All, No, No, No, No, Own, Own, No, No, No] },
        // What experts declared, and what was decided about it.
        Line {
            action: "interests.write",
            grants: &[All, All, No, All, All, No, Own, No, No, Own, No, No, No],
        },
        // Accounts are rendered by the incubator, and received by the sponsor or the accountant.
        Line { action: "account.write", grants: &[All, All, All, No, No, No, No, No, No, No, No, No, No] },
        Line {
            action: "account.acknowledge",
            grants: &[No, No, No, No, No, No, No, No, No, No, Own, Own, No],
        },
        // Calls: what they say; the course of an edition and its candidates; the marks of a member of its jury.
        Line { action: "call.read", grants: &[All, All, No, No, No, No, No, No, No, No, No, No, No] },
        Line { action: "call.write", grants: &[All, All, No, No, No, No, No, No, No, No, No, No, No] },
        Line { action: "call.organise", grants: &[All, All, No, No, No, No, No, No, No, No, No, No, No] },
        Line { action: "call.judge", grants: &[No, No, No, No, No, No, No, No, No, No, No, No, Own] },
        Line { action: "switches.manage", grants: &[All, No, No, No, No, No, No, No, No, No, No, No, No] },
        Line { action: "audit.read", grants: &[All, No, No, No, No, No, No, No, No, No, No, No, No] },
    ],
};
