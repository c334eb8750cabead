//! What the incubator measures of its portfolio, and what `/stats` shows.

use std::collections::BTreeMap;

use askama::Template as _;
use jiff::civil::Date;
use socle::indicators::{Indicator, Measure, Period};
use socle::pages::{Bar, BarChart, format};

use crate::model::portfolio::Stage;
use crate::store::{indicator, reading};
use crate::{Incubator, SHEET};

const SOURCE: &str = "incubateur, portefeuille public";

fn today(incubator: &Incubator) -> Date {
    format::paris().to_datetime(incubator.house.clock.now()).date()
}

#[expect(clippy::cast_precision_loss, reason = "counts far below 2^53")]
fn counted(
    name: &'static str,
    title: &'static str,
    definition: &'static str,
    today: Date,
    value: usize,
) -> Indicator {
    Indicator {
        product: SHEET.id,
        name,
        title,
        definition,
        unit: "products",
        unit_label: "services",
        source: SOURCE,
        agreement: None,
        period: Period { from: None, to: today },
        measure: Measure::Measured { value: value as f64 },
    }
}

/// Everything, computed now.
pub async fn measure(incubator: &Incubator) -> anyhow::Result<Vec<Indicator>> {
    let (portfolio, today) = (incubator.portfolio().await?, today(incubator));
    let readings = reading::all(&incubator.database).await?;
    let published = indicator::published(&incubator.database).await?;
    let active = || {
        portfolio
            .products
            .iter()
            .filter(|one| one.sheet.history.on(today).is_some_and(|present| present.stage.is_active()))
    };
    Ok(vec![
        counted(
            "active_products",
            "Services soutenus",
            "Services en investigation, construction, accélération, consolidation ou opérés, ce jour.",
            today,
            active().count(),
        ),
        counted(
            "products_with_public_impact",
            "Services qui publient leurs mesures d’impact",
            "Parmi les services soutenus, ceux dont une page publique de mesures est indiquée.",
            today,
            active().filter(|one| !one.sheet.details.stats_url.is_empty()).count(),
        ),
        counted(
            "products_with_impact_read",
            "Services dont les mesures sont lues ici",
            "Parmi les services soutenus, ceux dont le document /stats.json répond et est relu toutes les six heures.",
            today,
            active().filter(|one| readings.get(&one.slug).is_some_and(reading::Model::is_read)).count(),
        ),
        counted(
            "products_with_published_indicators",
            "Services dont des indicateurs sont publiés ici",
            "Parmi les services soutenus, ceux qui ont au moins un indicateur public avec une valeur.",
            today,
            active()
                .filter(|one| {
                    published.iter().any(|kept| kept.product == one.slug && !kept.indicator.points.is_empty())
                })
                .count(),
        ),
        counted(
            "products_ever",
            "Services depuis le début",
            "Tous les services inscrits, quelle que soit leur phase.",
            today,
            portfolio.products.len(),
        ),
    ])
}

/// The portfolio by phase, as a chart.
pub async fn charts(incubator: &Incubator) -> anyhow::Result<String> {
    let (portfolio, today) = (incubator.portfolio().await?, today(incubator));
    let mut counts: BTreeMap<Stage, i64> = BTreeMap::new();
    for product in &portfolio.products {
        if let Some(present) = product.sheet.history.on(today) {
            *counts.entry(present.stage).or_default() += 1;
        }
    }
    let bars = Stage::ALL
        .into_iter()
        .map(|stage| Bar {
            label: stage.title().to_owned(),
            name: stage.title().to_owned(),
            value: counts.get(&stage).copied().unwrap_or_default(),
        })
        .collect();
    Ok(BarChart::new("services-par-phase", "Services par phase, ce jour", "Phase", "Services", bars)
        .render()?)
}
