//! A refusal in plain French: the rule, the value seen, the limit, what to do.

use serde::Serialize;
use socle::pages::format;
use utoipa::ToSchema;

use crate::model::{Label, PublicStatus, Violation};

/// Why a journey is refused, for the people who run the operator's service.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Explanation {
    /// The published label.
    #[schema(value_type = String, example = "distance_too_short")]
    pub label: Label,
    pub rule: String,
    pub seen: String,
    pub limit: String,
    pub advice: String,
}

/// Explains one broken rule.
pub fn of_violation(violation: &Violation) -> Explanation {
    let label = violation.label();
    let (rule, seen, limit, advice) = match violation {
        Violation::Expired { hours_limit, seconds_seen } => (
            "Un trajet doit être envoyé peu après son départ.".to_owned(),
            format!("envoyé {} après le départ", format::duration(*seconds_seen)),
            format!("{hours_limit}\u{a0}h après le départ"),
            "Vérifiez que votre serveur envoie les trajets au fil de l’eau. Un trajet trop ancien ne peut plus être prouvé."
                .to_owned(),
        ),
        Violation::DistanceTooShort { metres_limit, metres_seen } => (
            "Un trajet trop court n’est pas un covoiturage.".to_owned(),
            format::distance((*metres_seen).into()),
            format!("au moins {}", format::distance((*metres_limit).into())),
            "Vérifiez que la distance est en mètres et non en kilomètres. Si elle est fausse, envoyez la bonne. Si le \
             trajet est déjà envoyé, corrigez-le dans les 24\u{a0}h qui suivent le départ."
                .to_owned(),
        ),
        Violation::TooManyTripsByDay { limit, driver, passenger } => (
            "Une même personne ne peut pas faire trop de voyages le même jour (jour du départ, heure de la commune)."
                .to_owned(),
            format!("{driver} voyages pour le conducteur, {passenger} pour le passager, celui-ci compris"),
            format!("{limit} voyages par personne et par jour"),
            "Vérifiez que les passagers d’un même voyage portent le même identifiant de voyage (operator_trip_id)\u{a0}: ils comptent \
             alors pour un."
                .to_owned(),
        ),
        Violation::TooCloseTrips { minutes_limit, other_journey, .. } => (
            "Deux voyages des deux mêmes personnes doivent être espacés.".to_owned(),
            format!("trop proche du trajet {other_journey}"),
            format!("au moins {minutes_limit}\u{a0}min entre deux voyages"),
            "S’il s’agit du même voyage, envoyez le même identifiant de voyage (operator_trip_id). Sinon vérifiez les heures."
                .to_owned(),
        ),
    };
    Explanation { label, rule, seen, limit, advice }
}

/// A status in two words, and the colour of its badge.
pub fn of_status(status: PublicStatus) -> (&'static str, &'static str) {
    match status {
        PublicStatus::Ok => ("Valide", "success"),
        PublicStatus::Pending => ("En cours d’examen", "info"),
        PublicStatus::Canceled => ("Annulé", ""),
        PublicStatus::TermsViolationError => ("Refusé", "error"),
        PublicStatus::AcquisitionError => ("Non localisé", "warning"),
        PublicStatus::FraudError => ("Fraude", "error"),
        PublicStatus::AnomalyError => ("Anomalie", "error"),
        PublicStatus::ValidationError | PublicStatus::NormalizationError => ("Non lu", "warning"),
        PublicStatus::Unknown => ("Inconnu", ""),
    }
}

/// What a status means and what to do about it.
pub fn meaning(status: PublicStatus) -> &'static str {
    match status {
        PublicStatus::Ok => "Le trajet est une preuve. Vous n’avez rien à faire.",
        PublicStatus::Pending => "Le trajet est reçu, son examen est en cours. Vous n’avez rien à faire.",
        PublicStatus::Canceled => {
            "Vous avez annulé ce trajet\u{a0}: il ne compte plus. Une annulation est définitive."
        }
        PublicStatus::TermsViolationError => {
            "Le trajet ne respecte pas les conditions d’utilisation\u{a0}: il ne compte pas. La raison est ci-dessous."
        }
        PublicStatus::AcquisitionError => {
            "Le départ ou l’arrivée ne se trouve dans aucune commune, ni à moins d’un kilomètre. Vérifiez la latitude et la longitude (souvent inversées), puis corrigez le trajet."
        }
        PublicStatus::FraudError => {
            "Le trajet figure aussi chez un autre opérateur ou dépasse une limite entre opérateurs."
        }
        PublicStatus::AnomalyError => "Le trajet est incohérent ou impossible.",
        PublicStatus::ValidationError | PublicStatus::NormalizationError | PublicStatus::Unknown => {
            "Écrivez à l’équipe du registre."
        }
    }
}
