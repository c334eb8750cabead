use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use jiff::civil::Date;
use socle::pages::Page;
use socle::web::{Asked, Name, Problem, Visitor, page};

use super::agreement::sentence;
use super::agreement_head::address as agreement_address;
use super::done::Done;
use super::indicator_words::{period, progress, target, value};
use super::reading_words::{Found, State as Reading, found as told, state};
use super::team_head::{Head, address, found, head, may};
use crate::Incubator;
use crate::model::asked_measure::AskedMeasure;
use crate::model::named::Named as _;
use crate::model::stats_document::Told;
use crate::reading;
use crate::store::indicator::Kept;
use crate::store::{agreement_product, indicator, reading as readings};

pub fn routes() -> Router<Arc<Incubator>> {
    Router::new().route("/incubateur/services/{slug}/equipe/indicateurs", get(show))
}

/// An indicator of the list.
struct Row {
    href: String,
    title: String,
    axis: &'static str,
    value: String,
    period: String,
    target: String,
    progress: String,
    published: bool,
}

/// A measure that an agreement asks for.
struct Expected {
    title: String,
    definition: String,
    value: String,
    period: String,
    /// Where it comes from, or what to do.
    note: &'static str,
}

/// What one agreement asks for.
struct AskedBy {
    title: String,
    href: String,
    article: String,
    measures: Vec<Expected>,
}

#[derive(Template)]
#[template(path = "team/indicators.html")]
struct IndicatorsPage {
    page: Page,
    head: Head,
    base: String,
    new_href: String,
    may_write: bool,
    asked: Vec<AskedBy>,
    rows: Vec<Row>,
    reading: Reading,
    found: Vec<Found>,
}

fn row(base: &str, kept: &Kept, today: Date) -> Row {
    let one = &kept.indicator;
    let latest = one.latest(today);
    Row {
        href: format!("{base}/indicateurs/{}", kept.id),
        title: one.title.clone(),
        axis: one.axis.fr(),
        value: latest.map_or_else(|| "pas encore".to_owned(), |point| value(point.value, &one.unit)),
        period: latest.map_or_else(String::new, period),
        target: target(one),
        progress: sentence(&progress(one, today)),
        published: one.published,
    }
}

/// A measure asked for, as the indicator that follows it tells it, or the page that was read.
fn asked(measure: AskedMeasure, kept: &[Kept], told: &[Told], today: Date) -> Expected {
    let followed = kept.iter().find(|one| one.indicator.source == measure.entry);
    let entry = told.iter().find(|one| one.key == measure.entry);
    let (point, unit, note) = match (followed, entry) {
        (Some(one), _) => (one.indicator.latest(today), one.indicator.unit.as_str(), "Suivie ici"),
        (None, Some(entry)) if entry.points.is_empty() => {
            (None, "", "Annoncée par le service, qui ne la mesure pas encore")
        }
        (None, Some(entry)) => {
            (entry.points.last(), super::reading_words::unit(&entry.unit), "Lue sur la page du service")
        }
        (None, None) => (None, "", "Pas encore trouvée sur la page du service"),
    };
    Expected {
        title: measure.title,
        definition: measure.definition,
        value: point.map_or_else(|| "pas encore mesuré".to_owned(), |point| value(point.value, unit)),
        period: point.map_or_else(String::new, period),
        note,
    }
}

async fn show(
    State(incubator): State<Arc<Incubator>>,
    visitor: Visitor,
    Name(slug): Name,
    Asked(done): Asked<Done>,
) -> Result<Response, Problem> {
    let (product, scope) = found(&incubator, &visitor, "product.read", &slug).await?;
    let database = &incubator.database;
    let kept = indicator::of(database, &slug).await?;
    let row_of = readings::of(database, &slug).await?;
    let entries = row_of.found();
    let today = incubator.today();
    let mut asked_by = Vec::new();
    let measures = AskedMeasure::shipped().map_err(|cause| Problem::internal(&cause))?;
    for (reference, title) in agreement_product::agreements(database, &scope, &slug).await? {
        let own: Vec<_> = measures.iter().filter(|one| one.agreement == reference).cloned().collect();
        let Some(article) = own.first().map(|one| one.article.clone()) else { continue };
        let measures = own.into_iter().map(|one| asked(one, &kept, &entries, today)).collect();
        asked_by.push(AskedBy { title, href: agreement_address(&reference), article, measures });
    }
    let (page_of, head) = head(&visitor, &product, "/indicateurs");
    let base = address(&slug);
    let shown = IndicatorsPage {
        page: done.announce(page_of),
        head,
        new_href: format!("{base}/indicateurs/nouveau"),
        may_write: may(&incubator, &visitor, "indicator.write", &slug).await?,
        asked: asked_by,
        rows: kept.iter().map(|one| row(&base, one, today)).collect(),
        reading: state(&row_of, reading::address(&product, &row_of)),
        found: entries.iter().map(|one| told(one, &kept)).collect(),
        base,
    };
    Ok(page(&shown))
}
