use std::collections::BTreeMap;
use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::{Query, State};
use axum::response::Response;
use axum::routing::get;
use jiff::civil::Date;
use serde::Deserialize;
use socle::pages::{Choice, Page, Pager, format};
use socle::web::{Problem, Visitor, page};

use super::day;
use crate::model::portfolio::Stage;
use crate::store::portfolio::{Portfolio, Product};
use crate::{Incubator, SHEET};

pub fn routes() -> Router<Arc<Incubator>> {
    Router::new().route("/incubateur", get(show))
}

/// How many products a page shows.
const A_PAGE: usize = 30;
/// The choice of a list that excludes nothing.
const EVERY: &str = "tous";
/// Products that the programme supports.
const ACTIVE: &str = "actifs";

/// What was asked for.
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub struct Filters {
    /// Words of the name or of the mission.
    pub q: String,
    /// A stage, [`ACTIVE`] (when nothing is said) or [`EVERY`].
    pub phase: String,
    /// Identifier of an incubator.
    pub incubateur: String,
    pub theme: String,
    /// As of this day.
    pub au: String,
    pub page: String,
}

impl Filters {
    /// Whether a product is among those asked for.
    pub fn keep(&self, product: &Product, day: Date) -> bool {
        let stage = product.sheet.history.on(day).map(|one| one.stage);
        let phase = match self.phase.as_str() {
            EVERY => true,
            "" | ACTIVE => stage.is_some_and(Stage::is_active),
            name => stage.is_some_and(|stage| stage.as_str() == name),
        };
        let chosen = |wanted: &str| wanted.is_empty() || wanted == EVERY;
        let carried = chosen(&self.incubateur)
            || product.sheet.incubator == self.incubateur
            || product.sheet.details.co_incubators.contains(&self.incubateur);
        let on_theme = chosen(&self.theme) || product.sheet.details.themes.contains(&self.theme);
        phase && carried && on_theme && self.q.split_whitespace().all(|word| says(product, word))
    }

    fn query(&self, page: u64) -> String {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        for (name, value) in [
            ("q", &self.q),
            ("phase", &self.phase),
            ("incubateur", &self.incubateur),
            ("theme", &self.theme),
            ("au", &self.au),
        ] {
            if !value.is_empty() {
                query.append_pair(name, value);
            }
        }
        query.append_pair("page", &page.to_string());
        format!("/incubateur?{}", query.finish())
    }
}

/// Whether a word is in the name or the mission of a product, whatever its accents and capitals.
fn says(product: &Product, word: &str) -> bool {
    let word = plain(word);
    plain(&product.sheet.name).contains(&word) || plain(&product.sheet.mission).contains(&word)
}

/// Without capitals and accents.
fn plain(text: &str) -> String {
    text.chars()
        .flat_map(char::to_lowercase)
        .map(|letter| match letter {
            'à' | 'â' | 'ä' => 'a',
            'ç' => 'c',
            'é' | 'è' | 'ê' | 'ë' => 'e',
            'î' | 'ï' => 'i',
            'ô' | 'ö' => 'o',
            'ù' | 'û' | 'ü' => 'u',
            '’' => '\'',
            other => other,
        })
        .collect()
}

/// A product of the list.
struct Card {
    href: String,
    name: String,
    mission: String,
    stage: &'static str,
    incubator: String,
}

#[derive(Template)]
#[template(path = "portfolio.html")]
struct PortfolioPage {
    page: Page,
    filters: Filters,
    phases: Vec<Choice>,
    incubators: Vec<Choice>,
    themes: Vec<Choice>,
    counted: String,
    /// « au 20 juillet 2026 », when a day was asked for.
    as_of: String,
    cards: Vec<Card>,
    pager: Pager,
    known: bool,
}

pub(super) fn incubator_name(portfolio: &Portfolio, slug: &str) -> String {
    portfolio.incubators.get(slug).map_or_else(|| slug.to_owned(), |one| one.name.clone())
}

async fn show(
    State(incubator): State<Arc<Incubator>>,
    visitor: Visitor,
    Query(filters): Query<Filters>,
) -> Result<Response, Problem> {
    let portfolio = incubator.portfolio().await?;
    let day = day(&incubator, &filters.au);
    let found: Vec<&Product> = portfolio.products.iter().filter(|one| filters.keep(one, day)).collect();
    let pages = found.len().div_ceil(A_PAGE).max(1);
    let current = filters.page.parse::<usize>().unwrap_or(1).clamp(1, pages);
    let cards = found
        .iter()
        .skip((current - 1) * A_PAGE)
        .take(A_PAGE)
        .map(|one| Card {
            href: format!("/incubateur/services/{}", one.slug),
            name: one.sheet.name.clone(),
            mission: one.sheet.mission.clone(),
            stage: one.sheet.history.on(day).map_or("À venir", |episode| episode.stage.title()),
            incubator: incubator_name(&portfolio, &one.sheet.incubator),
        })
        .collect();
    let count = i64::try_from(found.len()).unwrap_or(i64::MAX);
    let shown = PortfolioPage {
        page: Page::of_service(&visitor, &SHEET, "Portefeuille"),
        phases: phases(&filters.phase),
        incubators: incubators(&portfolio, &filters.incubateur),
        themes: themes(&portfolio, &filters.theme),
        counted: match count {
            0 => "Aucun service".to_owned(),
            1 => "Un service".to_owned(),
            _ => format!("{} services", format::integer(count)),
        },
        as_of: if filters.au.trim().is_empty() { String::new() } else { format!("au {}", format::date(day)) },
        pager: Pager::new(u64::try_from(current).unwrap_or(1), u64::try_from(pages).unwrap_or(1), |number| {
            filters.query(number)
        }),
        known: !portfolio.products.is_empty(),
        cards,
        filters,
    };
    Ok(page(&shown))
}

fn phases(present: &str) -> Vec<Choice> {
    let present = if present.is_empty() { ACTIVE } else { present };
    [Choice::new(ACTIVE, "Soutenus aujourd’hui", present), Choice::new(EVERY, "Toutes les phases", present)]
        .into_iter()
        .chain(Stage::ALL.into_iter().map(|stage| Choice::new(stage.as_str(), stage.title(), present)))
        .collect()
}

fn incubators(portfolio: &Portfolio, present: &str) -> Vec<Choice> {
    let mut known: Vec<_> = portfolio.incubators.iter().filter(|(_, one)| !one.hidden).collect();
    known.sort_by_cached_key(|(_, one)| one.name.to_lowercase());
    std::iter::once(Choice::new(EVERY, "Tous les incubateurs", present))
        .chain(known.into_iter().map(|(slug, one)| Choice::new(slug, &one.name, present)))
        .collect()
}

/// Themes that several products have: those of one are somebody's own words.
fn themes(portfolio: &Portfolio, present: &str) -> Vec<Choice> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for theme in portfolio.products.iter().flat_map(|one| &one.sheet.details.themes) {
        *counts.entry(theme).or_default() += 1;
    }
    std::iter::once(Choice::new(EVERY, "Tous les thèmes", present))
        .chain(
            counts
                .into_iter()
                .filter(|(_, count)| *count > 1)
                .map(|(name, _)| Choice::new(name, name, present)),
        )
        .collect()
}
