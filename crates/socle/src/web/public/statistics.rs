use askama::Template;
use axum::extract::State;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use axum::{Json, Router};

use crate::indicators::{Document, Indicator, Measure};
use crate::pages::{Page, format};
use crate::web::app::Rooms;
use crate::web::{Problem, Visitor, page};

pub(super) fn routes(rooms: Rooms) -> Router {
    Router::new()
        .route("/stats", get(statistics))
        .route("/stats.json", get(document))
        .route("/stats.csv", get(table))
        .with_state(rooms)
}

async fn measure(rooms: &Rooms) -> anyhow::Result<Vec<Indicator>> {
    let mut all = Vec::new();
    for room in rooms.0.iter() {
        all.extend(room.indicators().await?);
    }
    Ok(all)
}

/// An indicator as people read it.
struct Figure {
    title: &'static str,
    definition: &'static str,
    /// Whether something measures it already.
    measured: bool,
    value: String,
    unit: &'static str,
    period: String,
    source: &'static str,
    agreement: &'static str,
}

impl Figure {
    fn new(indicator: &Indicator) -> Self {
        let (value, unit) = match indicator.measure {
            #[expect(
                clippy::cast_possible_truncation,
                reason = "counts and whole kilometres, far below 2^53"
            )]
            Measure::Measured { value } => (format::integer(value.round() as i64), indicator.unit_label),
            Measure::NotMeasuredYet => (String::new(), ""),
        };
        let period = match indicator.period.from {
            Some(from) => format!("du {} au {}", format::date(from), format::date(indicator.period.to)),
            None => format!("depuis l’ouverture, au {}", format::date(indicator.period.to)),
        };
        Self {
            title: indicator.title,
            definition: indicator.definition,
            measured: matches!(indicator.measure, Measure::Measured { .. }),
            value,
            unit,
            period,
            source: indicator.source,
            agreement: indicator.agreement.unwrap_or_default(),
        }
    }
}

/// What one product measures.
struct Product {
    name: &'static str,
    figures: Vec<Figure>,
    /// Charts, already HTML.
    charts: String,
}

#[derive(Template)]
#[template(path = "statistics.html")]
struct StatisticsPage {
    page: Page,
    products: Vec<Product>,
}

async fn statistics(State(rooms): State<Rooms>, visitor: Visitor) -> Result<Response, Problem> {
    let mut products = Vec::new();
    for room in rooms.0.iter() {
        let indicators = room.indicators().await?;
        products.push(Product {
            name: room.sheet().name,
            // The months are in the charts and in the files.
            figures: indicators.iter().filter(|one| one.period.from.is_none()).map(Figure::new).collect(),
            charts: room.statistics().await?,
        });
    }
    Ok(page(&StatisticsPage { page: Page::of_the_house(&visitor, "Statistiques"), products }))
}

async fn document(State(rooms): State<Rooms>, visitor: Visitor) -> Result<Response, Problem> {
    let document = Document::new(visitor.house.clock.now(), measure(&rooms).await?);
    Ok(Json(document).into_response())
}

async fn table(State(rooms): State<Rooms>) -> Result<Response, Problem> {
    let mut writer = csv::WriterBuilder::new().delimiter(b';').from_writer(Vec::new());
    let header = ["product", "name", "title", "definition", "unit", "source", "from", "to", "state", "value"];
    writer.write_record(header).map_err(|cause| Problem::internal(&cause))?;
    for indicator in measure(&rooms).await? {
        let (state, value) = match indicator.measure {
            Measure::Measured { value } => ("measured", value.to_string()),
            Measure::NotMeasuredYet => ("not_measured_yet", String::new()),
        };
        let from = indicator.period.from.map_or_else(String::new, |from| from.to_string());
        writer
            .write_record([
                indicator.product,
                indicator.name,
                indicator.title,
                indicator.definition,
                indicator.unit,
                indicator.source,
                &from,
                &indicator.period.to.to_string(),
                state,
                &value,
            ])
            .map_err(|cause| Problem::internal(&cause))?;
    }
    let body = writer.into_inner().map_err(|cause| Problem::internal(&cause))?;
    let headers = [
        (CONTENT_TYPE, "text/csv; charset=utf-8"),
        (CONTENT_DISPOSITION, "attachment; filename=\"statistiques.csv\""),
    ];
    Ok((headers, body).into_response())
}
