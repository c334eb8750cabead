//! The reading of a product's `/stats.json` as people read it.

use socle::pages::format;
use socle::store::Instant;

use super::indicator_words::{period, value};
use crate::model::stats_document::Told;
use crate::store::indicator::Kept;
use crate::store::reading::Model;

/// How the reading of a page goes.
pub struct State {
    /// The address; empty when none is known.
    pub url: String,
    /// Whether the team chose it.
    pub chosen: bool,
    pub badge: &'static str,
    pub colour: &'static str,
    /// One or two sentences.
    pub text: String,
}

/// An entry of a document, and whether an indicator follows it.
pub struct Found {
    pub key: String,
    pub title: String,
    pub definition: String,
    pub value: String,
    pub period: String,
    pub followed: bool,
    /// Its values are by period: shown beside the title.
    pub by_period: bool,
}

fn when(at: Option<Instant>) -> String {
    at.map_or_else(String::new, |at| format::date_time(at.timestamp(), &format::paris()))
}

/// When and why a page is not read: « depuis le… : … ».
pub fn trouble(row: &Model) -> String {
    format!("Elle ne répond plus depuis le {}\u{a0}: {}.", when(row.failing_since), row.problem)
}

/// How the reading of a product's page goes; `url` is the address that will be read.
pub fn state(row: &Model, url: Option<String>) -> State {
    let chosen = !row.url.is_empty();
    let (badge, colour, text) = match () {
        () if url.is_none() => (
            "à indiquer",
            "",
            "La fiche publique n’indique aucune page de mesures. Donnez l’adresse du document /stats.json du service.".to_owned(),
        ),
        () if row.is_lost() => ("ne répond plus", "error", format!("{} Dernière réponse le {}.", trouble(row), when(row.answered_at))),
        () if row.tried_at.is_none() => ("pas encore lue", "info", "Elle sera lue dans le quart d’heure.".to_owned()),
        () if row.answered_at.is_none() => (
            "introuvable",
            "warning",
            format!(
                "Essayée le {}\u{a0}: {}. Vérifiez l’adresse du document /stats.json du service.",
                when(row.tried_at),
                row.problem
            ),
        ),
        () if row.failures > 0 => (
            "à réessayer",
            "warning",
            format!("Dernier essai le {}\u{a0}: {}. Dernière réponse le {}.", when(row.tried_at), row.problem, when(row.answered_at)),
        ),
        () => ("lue", "success", format!("Dernière réponse le {}. Elle est relue toutes les six heures.", when(row.answered_at))),
    };
    State { url: url.unwrap_or_default(), chosen, badge, colour, text }
}

/// The usual units of our format, in French; others as they are written.
pub fn unit(name: &str) -> &str {
    match name {
        "percent" => "%",
        "eur" => "€",
        "days" => "jours",
        "hours" => "heures",
        "users" => "utilisateurs",
        "operators" => "opérateurs",
        "journeys" => "trajets",
        "authorities" => "autorités",
        "certificates" => "attestations",
        "products" => "services",
        other => other,
    }
}

/// An entry as people read it.
pub fn found(told: &Told, kept: &[Kept]) -> Found {
    let latest = told.points.last();
    Found {
        key: told.key.clone(),
        title: told.title.clone(),
        definition: told.definition.clone(),
        value: latest
            .map_or_else(|| "pas encore mesuré".to_owned(), |point| value(point.value, unit(&told.unit))),
        period: latest.map_or_else(String::new, period),
        followed: kept.iter().any(|one| one.indicator.source == told.key),
        by_period: told.key.ends_with(":period"),
    }
}
