//! What a check found.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::Serialize;

use super::{money::Cents, named::named};

named! {
    /// How much it matters.
    Level {
        Block = "block", "bloquant";
        Warning = "warning", "alerte";
        Info = "info", "information";
    }
}

named! {
    /// Which rule spoke. C1 to C20 are those of the finance desk; the last ones belong to clauses and standing.
    Rule {
        C1 = "C1", "engagements dans le plafond";
        C2 = "C2", "engagements dans les crédits mis à disposition";
        C3 = "C3", "paiements dans les crédits de paiement de l'année";
        C4 = "C4", "payé ≤ service fait ≤ engagé";
        C5 = "C5", "paiements ≤ engagements";
        C6 = "C6", "CP cumulés ≤ AE cumulées";
        C7 = "C7", "total AE = total CP";
        C8 = "C8", "case laissée vide";
        C9 = "C9", "insuffisance prévisible";
        C10 = "C10", "crédits non consommés";
        C11 = "C11", "commande couverte par la convention";
        C12 = "C12", "durée de commande conforme au marché";
        C13 = "C13", "imputation";
        C14 = "C14", "fonds de concours";
        C15 = "C15", "restitution";
        C16 = "C16", "report du solde";
        C17 = "C17", "prévu ≤ restant";
        C18 = "C18", "coordonnées bancaires";
        C19 = "C19", "dernier jour pour demander un avenant";
        C20 = "C20", "épuisement des crédits";
        Signature = "signature", "signature";
        Clause = "clause", "clause";
        Interests = "interests", "conflits d'intérêts";
    }
}

/// A number or a day that a finding rests on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Figure {
    Money(Cents),
    Day(Date),
    Text(String),
}

/// A finding: rule, level, the figures, and the sentence for the command line. [`Finding::fr`] is the one for pages.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    pub rule: Rule,
    pub level: Level,
    pub figures: BTreeMap<&'static str, Figure>,
    pub text: String,
    #[serde(rename = "text_fr")]
    fr: String,
}

impl Finding {
    pub fn new(rule: Rule, level: Level, text: String, fr: String) -> Self {
        Self { rule, level, figures: BTreeMap::new(), text, fr }
    }

    #[must_use]
    pub fn money(mut self, name: &'static str, amount: Cents) -> Self {
        self.figures.insert(name, Figure::Money(amount));
        self
    }

    #[must_use]
    pub fn day(mut self, name: &'static str, day: Date) -> Self {
        self.figures.insert(name, Figure::Day(day));
        self
    }

    #[must_use]
    pub fn named(mut self, name: &'static str, text: impl Into<String>) -> Self {
        self.figures.insert(name, Figure::Text(text.into()));
        self
    }

    /// The sentence in plain French.
    pub fn fr(&self) -> &str {
        &self.fr
    }
}
