//! A committee: the moment when those who pay and those who build decide together.

use super::named::named;

named! {
    /// What it is held for.
    CommitteeKind {
        /// Ends an investigation: is a team put together?
        Launch = "launch", "comité de lancement";
        Investment = "investment", "comité d’investissement";
        Strategic = "strategic", "comité stratégique";
        /// Ends the support: who carries the product from now on?
        Exit = "exit", "comité de sortie";
        Coordination = "coordination", "point de coordination";
    }
}

impl CommitteeKind {
    /// Whether agreements count it as a committee: a coordination point decides nothing.
    pub fn decides(self) -> bool {
        self != Self::Coordination
    }

    /// What is usually on its agenda (spec §7.2, §7.3 and the practice of committees: impact before money, decision last).
    pub fn agenda(self) -> &'static str {
        match self {
            Self::Launch => {
                "Ce que l’enquête a montré\nLe problème et les usagers\nL’intrapreneur et son équipe\nLa stratégie des six prochains mois\nL’enveloppe et le critère de réussite\nDécision"
            }
            Self::Investment | Self::Strategic => {
                "L’impact face aux objectifs\nLes conditions du dernier comité\nL’argent\nLes obligations et la conformité\nLa suite proposée\nDécision"
            }
            Self::Exit => {
                "L’impact\nQui porte le service demain\nCe qui doit être remis\nL’argent et le calendrier\nDécision"
            }
            Self::Coordination => "Où en est l’équipe\nCe qui bloque\nLa suite",
        }
    }
}
