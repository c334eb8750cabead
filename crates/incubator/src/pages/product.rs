use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use axum::routing::get;
use jiff::civil::Date;
use serde::Deserialize;
use socle::pages::{Page, format};
use socle::web::{Problem, Visitor, page};

use super::agreement::sentence;
use super::budget::{Year, per_use, years};
use super::day;
use super::indicator_words::{chart, period, target};
use super::portfolio::incubator_name;
use super::team_head::{address as team_address, may};
use crate::model::portfolio::{Details, UserType};
use crate::store::budget_cell;
use crate::store::indicator::{self, Kept};
use crate::{Incubator, SHEET};

pub fn routes() -> Router<Arc<Incubator>> {
    Router::new().route("/incubateur/services/{slug}", get(show))
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Asked {
    au: String,
}

/// A phase of the history.
struct Line {
    phase: &'static str,
    from: String,
    to: String,
    /// « en cours », « annoncée », or nothing.
    standing: &'static str,
}

/// Something outside to look at.
struct Link {
    label: &'static str,
    href: String,
}

/// What is expected of a product, and what it says.
struct Answer {
    what: &'static str,
    told: String,
}

#[derive(Template)]
#[template(path = "product.html")]
struct ProductPage {
    page: Page,
    name: String,
    mission: String,
    stage: &'static str,
    meaning: &'static str,
    incubator: String,
    incubator_href: String,
    sponsors: Vec<String>,
    user_types: String,
    themes: String,
    links: Vec<Link>,
    answers: Vec<Answer>,
    grant: String,
    history: Vec<Line>,
    changes: Vec<Change>,
    budget: Vec<Year>,
    per_use: Option<String>,
    /// The team's own pages, for whoever may open them.
    team: Option<String>,
}

/// What the product changes: a published indicator.
struct Change {
    title: String,
    definition: String,
    /// Among whom it is counted.
    population: String,
    value: String,
    unit: String,
    period: String,
    target: String,
    chart: String,
}

fn change(kept: &Kept, today: Date) -> Result<Option<Change>, Problem> {
    let one = &kept.indicator;
    // What was never measured is not shown as a zero, nor at all.
    let Some(latest) = one.latest(today) else { return Ok(None) };
    Ok(Some(Change {
        title: one.title.clone(),
        definition: one.definition.clone(),
        population: one.population.clone(),
        value: latest.value.fr(),
        unit: one.unit.clone(),
        period: sentence(&period(latest)),
        target: target(one),
        chart: chart(&format!("indicateur-{}", one.key), one)?,
    }))
}

fn links(details: &Details) -> Vec<Link> {
    [
        ("Ouvrir le service", &details.link),
        ("Mesures d’impact", &details.stats_url),
        ("Budget", &details.budget_url),
        ("Code source", &details.repository),
        ("Matrice d’impact", &details.impact_url),
        ("Bonnes pratiques (tableau de bord)", &details.dashlord_url),
    ]
    .into_iter()
    // Anything else that was typed is not a way somewhere.
    .filter(|(_, href)| href.starts_with("https://") || href.starts_with("http://"))
    .map(|(label, href)| Link { label, href: href.clone() })
    .collect()
}

fn answers(details: &Details) -> Vec<Answer> {
    let said = |answer: Option<bool>, yes: &str, no: &str| match answer {
        Some(true) => yes.to_owned(),
        Some(false) => no.to_owned(),
        None => "non renseigné".to_owned(),
    };
    let published = |url: &str| if url.is_empty() { "non publié".to_owned() } else { "publié".to_owned() };
    vec![
        Answer {
            what: "Accessibilité",
            told: if details.accessibility.is_empty() {
                "non renseignée".to_owned()
            } else {
                details.accessibility.clone()
            },
        },
        Answer { what: "Impact", told: published(&details.stats_url) },
        Answer { what: "Budget", told: published(&details.budget_url) },
        Answer { what: "Code source", told: published(&details.repository) },
        Answer { what: "Analyse de risques", told: said(details.risk_analysis, "faite", "pas encore faite") },
        Answer {
            what: "Suivi de la sécurité (MonServiceSécurisé)",
            told: said(details.registered_on_mss, "inscrit", "pas encore inscrit"),
        },
    ]
}

async fn show(
    State(incubator): State<Arc<Incubator>>,
    visitor: Visitor,
    Path(slug): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response, Problem> {
    let portfolio = incubator.portfolio().await?;
    let day = day(&incubator, &asked.au);
    let product = portfolio.products.iter().find(|one| one.slug == slug).ok_or(Problem::NotFound)?;
    let present = product.sheet.history.on(day);
    let episodes = product.sheet.history.in_order();
    let history = episodes
        .iter()
        .enumerate()
        .map(|(rank, one)| {
            let end = one.to.or_else(|| episodes.get(rank + 1).map(|next| next.from));
            let is_present = present.is_some_and(|present| std::ptr::eq(*one, present));
            Line {
                phase: one.stage.title(),
                from: format::date(one.from),
                to: end.map_or_else(String::new, format::date),
                standing: match () {
                    () if is_present => "en cours",
                    () if one.from > day => "annoncée",
                    () => "",
                },
            }
        })
        .collect();
    let team = may(&incubator, &visitor, "product.read", &slug).await?.then(|| team_address(&slug));
    let mut changes = Vec::new();
    let indicators = indicator::of(&incubator.database, &slug).await?;
    for kept in indicators.iter().filter(|one| one.indicator.published) {
        changes.extend(change(kept, incubator.today())?);
    }
    let budget = budget_cell::of(&incubator.database, &slug).await?;
    let details = &product.sheet.details;
    let user_types = details
        .user_types
        .iter()
        .map(|one| UserType::parse(one).map_or_else(|| one.clone(), |known| known.title().to_owned()));
    let organisation = |slug: &String| {
        portfolio.organisations.get(slug).map_or_else(|| slug.clone(), |one| one.name.clone())
    };
    let shown = ProductPage {
        page: Page::of_service(&visitor, &SHEET, &product.sheet.name),
        name: product.sheet.name.clone(),
        mission: product.sheet.mission.clone(),
        stage: present.map_or("À venir", |one| one.stage.title()),
        meaning: present.map_or("Le service n’a pas encore commencé.", |one| one.stage.meaning()),
        incubator: incubator_name(&portfolio, &product.sheet.incubator),
        incubator_href: format!("/incubateur?incubateur={}&phase=tous", product.sheet.incubator),
        sponsors: product.sheet.sponsors.iter().map(organisation).collect(),
        user_types: user_types.collect::<Vec<_>>().join(", "),
        themes: details.themes.join(", "),
        links: links(details),
        answers: answers(details),
        grant: details.fast.map_or_else(String::new, |fast| {
            format!("{}\u{a0}€, édition {}", format::integer(fast.euros), fast.edition)
        }),
        history,
        changes,
        per_use: per_use(&budget, &indicators, incubator.today()),
        budget: years(&budget),
        team,
    };
    Ok(page(&shown))
}
