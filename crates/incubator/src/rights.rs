//! Who may do what in the incubator. A test walks every cell.

use socle::rights::Grant::{All, No};
use socle::rights::{Assurance, Line, Rights, Role};

/// The table. Columns: head of the incubator, portfolio manager.
pub const RIGHTS: Rights = Rights {
    roles: &[
        Role {
            name: "incubator.head",
            title: "Direction de l’incubateur",
            assurance: Assurance::Two,
            for_people: true,
        },
        Role {
            name: "incubator.portfolio",
            title: "Gestion du portefeuille",
            assurance: Assurance::One,
            for_people: true,
        },
    ],
    lines: &[
        Line { action: "switches.manage", grants: &[All, No] },
        Line { action: "audit.read", grants: &[All, No] },
    ],
};
