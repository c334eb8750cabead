//! The log in plain French: what happened, to what, and what is known of it.

use serde_json::Value;

use super::place;
use crate::explanation;
use crate::model::{Acquisition, Label, PublicStatus};

/// What happened; an action nobody put in words yet shows its name.
pub fn action(action: &str) -> &str {
    match action {
        "access_key.created" => "Clé d’accès créée",
        "access_key.revoked" => "Clé d’accès révoquée",
        "data_key.created" => "Clé de chiffrement créée",
        "data_key.destroyed" => "Clés de chiffrement détruites : les données scellées sont effacées",
        "data_key.rotated" => "Clé de chiffrement renouvelée",
        "export.asked" => "Export de trajets demandé",
        "export.begun" => "Export commencé",
        "export.canceled" => "Export annulé",
        "export.expired" => "Export retiré après sept jours",
        "export.failed" => "Export abandonné après plusieurs essais",
        "export.interrupted" => "Export interrompu",
        "export.read" => "Export téléchargé",
        "export.ready" => "Export prêt",
        "export.removed" => "Fichier d’un export retiré supprimé",
        "export.withdrawn" => "Export retiré\u{a0}: une personne a été effacée",
        "import.finished" => "Import d’un fichier terminé",
        "import.started" => "Import d’un fichier commencé",
        "journey.canceled" => "Trajet annulé par l’opérateur",
        "journey.corrected" => "Trajet corrigé par l’opérateur",
        "journey.correction_refused" => "Correction d’un trajet refusée",
        "journey.duplicate" => "Envoi refusé : identifiant de trajet déjà utilisé",
        "journey.read_sent" => "Données envoyées d’un trajet lues par une personne",
        "journey.received" => "Trajet reçu",
        "journeys.verified" => "Trajets examinés",
        "master_key.rotated" => "Clé maîtresse renouvelée",
        "breach.notified" => "Violation de données notifiée à la CNIL",
        "breach.people_read" => "Liste des personnes touchées par une violation lue",
        "breach.recorded" => "Violation de données inscrite au registre",
        "journeys.erased" => "Trajets effacés",
        "person.erased" => "Personne effacée, à sa demande",
        "person.exported" => "Données d’une personne exportées, à sa demande",
        "person.searched" => "Personne recherchée, à sa demande",
        "conditions.accepted" => "Conditions d’utilisation acceptées",
        "join_request.confirmed" => "Demande de rejoindre le registre confirmée",
        "join_request.made" => "Demande de rejoindre le registre reçue",
        "join_requests.forgotten" => "Demandes anciennes effacées",
        "notice.given" => "Page d’information des personnes indiquée",
        "onboarding.approved" => "Accord donné à un opérateur",
        "onboarding.closed" => "Demande d’un opérateur close",
        "onboarding.noted" => "Note de l’équipe sur un opérateur",
        "onboarding.opened" => "Première vraie clé d’un opérateur candidat",
        "onboarding.reopened" => "Demande d’un opérateur rouverte",
        "operator.joined" => "Opérateur inscrit par sa demande",
        "operator.registered" => "Opérateur inscrit",
        "operator.brought_over" => "Opérateur reporté dans le bac à sable",
        "operator.resumed" => "Suspension de l’opérateur levée",
        "operator.suspended" => "Opérateur suspendu",
        "service.handover_begun" => "Remise du service préparée : ses données ont été copiées",
        "service.anonymised" => "Copie pour des essais faite, sans personne",
        "service.received" => "Service reçu d’une autre maison",
        "switch.cut" => "Interrupteur coupé",
        "switch.put_back" => "Interrupteur remis en marche",
        "subscription.ended" => "Notifications arrêtées",
        "subscription.opened" => "Notifications demandées",
        "territory.perimeter_set" => "Périmètre d’une collectivité changé",
        "territory.perimeter_agreed" => "Périmètre d’une collectivité accepté",
        "territory.registered" => "Collectivité inscrite",
        "territory.turning_day_set" => "Date de comparaison d’une collectivité choisie",
        "quality.counted" => "Trajets passés comptés par jour de réception",
        "flows.counted" => "Trajets passés comptés par flux",
        other => other,
    }
}

/// The kinds of things one may search the log for.
pub const KINDS: [(&str, &str); 10] = [
    ("breach", "Violation de données"),
    ("export", "Export"),
    ("journey", "Trajet"),
    ("operator", "Opérateur"),
    ("territory", "Collectivité"),
    ("access_key", "Clé d’accès"),
    ("subscription", "Notification"),
    ("data_key", "Clé de chiffrement"),
    ("journeys", "Lot de trajets"),
    ("import", "Import"),
];

/// The thing it happened to: « Trajet 1042 ».
pub fn subject(kind: &str, subject: &str) -> String {
    let known = KINDS.iter().find(|(name, _)| *name == kind).map(|(_, word)| *word);
    match (kind, known) {
        ("journeys", _) => subject.split_once('-').map_or_else(
            || format!("Trajets {subject}"),
            |(first, last)| {
                if first == last { format!("Trajet {first}") } else { format!("Trajets {first} à {last}") }
            },
        ),
        ("tenant", _) => format!("Organisation {subject}"),
        (_, Some(word)) => format!("{word} {subject}"),
        (other, None) => format!("{other} {subject}"),
    }
}

/// Where the thing can be looked at; empty when it has no page, or one the reader may not open.
pub fn page_of(kind: &str, subject: &str, may: impl Fn(&str) -> bool) -> String {
    match kind {
        "journey" if may("journey.browse") => format!("/registre/trajets/{subject}"),
        "operator" if may("operator.list") => format!("/registre/operateurs/{subject}"),
        "breach" if may("privacy.breach") => format!("/registre/violations/{subject}"),
        "territory" if may("territory.figures") => format!("/registre/territoires/{subject}"),
        _ => String::new(),
    }
}

/// Facts, as « nom : valeur », one a line. `operator` names operators by their number.
pub fn facts(text: &str, operator: impl Fn(i64) -> Option<String>) -> Vec<String> {
    let Ok(Value::Object(facts)) = serde_json::from_str(text) else {
        return if text.is_empty() { Vec::new() } else { vec![text.to_owned()] };
    };
    facts
        .iter()
        .map(|(name, value)| {
            let instant = value.as_str().and_then(|text| text.parse::<jiff::Timestamp>().ok());
            if let (Some(at), "from" | "to") = (instant, name.as_str()) {
                let word = if name == "from" { "départs depuis le" } else { "départs avant le" };
                return format!("{word} {}", place::day(at));
            }
            let shown = match (name.as_str(), value) {
                ("operator", Value::Number(id)) => {
                    id.as_i64().and_then(&operator).unwrap_or_else(|| id.to_string())
                }
                ("from" | "to" | "status", Value::String(status)) => state(status),
                ("labels", Value::Array(labels)) => labels.iter().map(label).collect::<Vec<_>>().join(", "),
                (_, Value::String(text)) => text.clone(),
                (_, Value::Array(values)) => values.iter().map(plain).collect::<Vec<_>>().join(", "),
                (_, other) => plain(other),
            };
            format!("{}\u{a0}: {shown}", named(name))
        })
        .collect()
}

fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => "aucun".to_owned(),
        Value::Bool(true) => "oui".to_owned(),
        Value::Bool(false) => "non".to_owned(),
        other => other.to_string(),
    }
}

fn named(fact: &str) -> &str {
    match fact {
        "operator" => "opérateur",
        "operator_journey_id" => "identifiant chez l’opérateur",
        "status" => "état",
        "from" => "avant",
        "to" => "après",
        "terms" => "version des règles",
        "labels" => "règles non respectées",
        "passed" => "trajets valides",
        "code" => "motif donné",
        "url" => "adresse",
        "host" => "machine",
        "uuid" => "identifiant",
        "name" => "nom",
        "tenant" => "organisation",
        "purpose" => "usage",
        "keys" => "nombre de clés",
        "key_fingerprint" => "empreinte de la clé de remise",
        "inventory" => "empreinte de l’inventaire",
        "agents_renumbered" => "agents dont le numéro change ici",
        "file" => "empreinte du fichier",
        "accepted" => "acceptés",
        "refused" => "refusés par les règles",
        "already_there" => "déjà là",
        "repeated" => "répétés",
        "requests" => "demandes",
        "version" => "version",
        "broken" => "illisibles",
        other => other,
    }
}

/// A public status, or how far a journey got.
fn state(text: &str) -> String {
    if let Ok(status) = text.parse::<PublicStatus>() {
        return explanation::of_status(status).0.to_lowercase();
    }
    match text.parse::<Acquisition>() {
        Ok(Acquisition::Processed) => "localisé".to_owned(),
        Ok(Acquisition::Failed) => "non localisé".to_owned(),
        Ok(Acquisition::Received) => "reçu".to_owned(),
        Ok(Acquisition::Updated) => "corrigé".to_owned(),
        Ok(Acquisition::Expired) => "trop ancien".to_owned(),
        Ok(Acquisition::Canceled | Acquisition::TermsViolation) | Err(_) => text.to_owned(),
    }
}

fn label(value: &Value) -> String {
    match serde_json::from_value::<Label>(value.clone()) {
        Ok(Label::Expired) => "envoyé trop tard".to_owned(),
        Ok(Label::DistanceTooShort) => "trop court".to_owned(),
        Ok(Label::TooManyTripsByDay) => "trop de voyages le même jour".to_owned(),
        Ok(Label::TooCloseTrips) => "voyages trop rapprochés".to_owned(),
        Err(_) => plain(value),
    }
}

/// Why something was refused, as the interface said it (`distance_too_short`), with our words for its rules.
pub fn refusal(detail: &str) -> String {
    let known = |word: &str| {
        let words = label(&Value::String(word.to_owned()));
        if words == word { words } else { format!("{words} ({word})") }
    };
    match detail {
        "conflict" => "identifiant déjà utilisé, ou délai passé (409)".to_owned(),
        labels => labels.split(", ").map(known).collect::<Vec<_>>().join(", "),
    }
}

/// Who acted, before names are looked up.
pub fn actor(actor: &str) -> String {
    match actor.split_once(':') {
        Some(("program", name)) => format!(
            "Le programme ({})",
            match name {
                "verification" => "examen des trajets",
                "demonstration" => "données de démonstration",
                "command line" => "ligne de commande",
                "generation" => "trajets fictifs",
                "retention" => "durées de conservation",
                "sandbox" => "bac à sable",
                "import" => "import d’un fichier",
                other => other,
            }
        ),
        Some(("key", id)) => format!("Un serveur (clé {})", id.split('-').next().unwrap_or(id)),
        Some(("agent", id)) => format!("Une personne (compte {id})"),
        _ if actor == "public" => "Quelqu’un sans compte".to_owned(),
        _ => actor.to_owned(),
    }
}

/// `22 novembre 2026 à 14 h 05`.
pub fn when(at: socle::store::Instant) -> String {
    place::moment(at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn facts_are_read_in_french() {
        let named = |id| (id == 12).then(|| "Covoit’Vallée".to_owned());
        assert_eq!(facts(r#"{"operator":12}"#, named), ["opérateur\u{a0}: Covoit’Vallée"]);
        assert_eq!(
            facts(r#"{"status":"terms_violation_error","terms":"2025-11","labels":["expired"]}"#, named),
            [
                "règles non respectées\u{a0}: envoyé trop tard",
                "état\u{a0}: refusé",
                "version des règles\u{a0}: 2025-11"
            ]
        );
        assert_eq!(
            facts(r#"{"from":"2026-10-31T23:00:00Z","to":"2026-11-30T23:00:00Z"}"#, named),
            ["départs depuis le 1er\u{a0}novembre 2026", "départs avant le 1er\u{a0}décembre 2026"]
        );
        assert_eq!(facts("", named), Vec::<String>::new());
    }

    #[test]
    fn what_is_not_in_words_shows_itself() {
        assert_eq!(action("moon.landed"), "moon.landed");
        assert_eq!(subject("journeys", "12-80"), "Trajets 12 à 80");
        assert_eq!(subject("journeys", "12-12"), "Trajet 12");
        assert_eq!(actor("key:9dc21a6c-bc33"), "Un serveur (clé 9dc21a6c)");
    }
}
