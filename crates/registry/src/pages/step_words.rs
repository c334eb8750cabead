//! The steps of the checklist in words: for the operator who does them, and for the team that accompanies it.

use crate::model::checklist::Step;

/// What a step is called.
pub fn title(step: Step) -> &'static str {
    match step {
        Step::Account => "Confirmer son compte",
        Step::SandboxKey => "Créer une clé du bac à sable",
        Step::SandboxJourney => "Faire accepter un trajet dans le bac à sable",
        Step::SandboxRefusal => "Recevoir un refus, puis une acceptation",
        Step::SandboxChanges => "Corriger un trajet et en annuler un",
        Step::Notice => "Dire où les personnes sont informées",
        Step::Conditions => "Accepter les conditions d’utilisation",
        Step::RealKey => "Créer une clé du vrai registre",
        Step::RealJourney => "Envoyer un premier vrai trajet",
    }
}

/// What there is to do, for the operator.
pub fn text(step: Step) -> &'static str {
    match step {
        Step::Account => "Votre compte existe.",
        Step::SandboxKey => {
            "Une clé du bac à sable permet à votre serveur d’essayer l’interface. Elle n’ouvre rien de réel. Son secret s’affiche une seule fois."
        }
        Step::SandboxJourney => {
            "Envoyez un trajet inventé avec un numéro réservé à la fiction. La réponse 201 veut dire qu’il est accepté."
        }
        Step::SandboxRefusal => {
            "Votre serveur doit savoir lire un refus. Envoyez deux fois le même trajet\u{a0}: le second envoi reçoit 409. Envoyez ensuite un autre trajet, qui est accepté."
        }
        Step::SandboxChanges => {
            "Corrigez un trajet (PATCH) et annulez-en un (cancel). Votre serveur en aura besoin quand un trajet se révélera faux."
        }
        Step::Notice => {
            "Les personnes doivent savoir que leurs trajets vous sont confiés puis transmis au registre. Donnez l’adresse de la page où vous le leur dites."
        }
        Step::Conditions => "Lisez ce à quoi l’opérateur s’engage, puis acceptez en son nom.",
        Step::RealKey => {
            "Cette clé ouvre le vrai registre\u{a0}: ce que votre serveur enverra avec elle sera une preuve. Gardez son secret hors du code."
        }
        Step::RealJourney => {
            "Envoyez un trajet réellement effectué, moins de 24\u{a0}heures après son départ. À son acceptation, vous êtes connecté."
        }
    }
}

/// In addresses: `?etape=cle-essai`.
pub fn slug(step: Step) -> &'static str {
    match step {
        Step::Account => "compte",
        Step::SandboxKey => "cle-essai",
        Step::SandboxJourney => "trajet-essai",
        Step::SandboxRefusal => "refus-essai",
        Step::SandboxChanges => "correction-essai",
        Step::Notice => "information",
        Step::Conditions => "conditions",
        Step::RealKey => "cle",
        Step::RealJourney => "trajet",
    }
}
