//! Pages of the incubator, handlers beside their templates (`templates/`).

mod incubators;
mod open_data;
mod portfolio;
mod product;

use std::sync::Arc;

use axum::Router;
use jiff::civil::Date;
use socle::pages::format;

use crate::Incubator;

pub fn routes(incubator: &Arc<Incubator>) -> Router {
    Router::new()
        .merge(portfolio::routes())
        .merge(product::routes())
        .merge(incubators::routes())
        .merge(open_data::routes())
        .with_state(Arc::clone(incubator))
}

/// The day that was asked for, or today in Paris.
fn day(incubator: &Incubator, asked: &str) -> Date {
    asked.trim().parse().unwrap_or_else(|_| format::paris().to_datetime(incubator.house.clock.now()).date())
}
