use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use socle::web::{Number, Problem, Visitor};

use super::committee_head::found;
use crate::store::day;
use crate::{Incubator, pack};

pub fn routes() -> Router<Arc<Incubator>> {
    Router::new().route("/incubateur/comites/{id}/dossier", get(show))
}

async fn show(
    State(incubator): State<Arc<Incubator>>,
    visitor: Visitor,
    Number(id): Number,
) -> Result<Response, Problem> {
    let found = found(&incubator, &visitor, "committee.read", id).await?;
    let gathered = pack::gather(&incubator, &found.committee, found.filed.as_ref(), &found.products).await?;
    let now = incubator.house.clock.now();
    let file = tokio::task::spawn_blocking(move || pack::render(&gathered, now))
        .await
        .map_err(anyhow::Error::from)?
        .map_err(anyhow::Error::from)?;
    let name = format!("inline; filename=\"dossier-comite-{}.pdf\"", day::date(found.committee.row.day));
    Ok(([(CONTENT_TYPE, "application/pdf".to_owned()), (CONTENT_DISPOSITION, name)], file).into_response())
}
