//! An account as a file to keep: PDF, or spreadsheet.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, State};
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use socle::web::{Problem, Visitor};

use super::account_head::{Opened, opened};
use crate::{Incubator, account_pdf, account_workbook};

pub fn routes() -> Router<Arc<Incubator>> {
    Router::new()
        .route("/incubateur/conventions/{reference}/comptes/{period}/compte-rendu.pdf", get(document))
        .route("/incubateur/conventions/{reference}/comptes/{period}/compte-rendu.xlsx", get(workbook))
}

const SPREADSHEET: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

async fn document(
    State(incubator): State<Arc<Incubator>>,
    visitor: Visitor,
    Path((reference, period)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let opened = opened(&incubator, &visitor, "agreement.read", (&reference, &period)).await?;
    // The file of an account that was sent is the same each time.
    let sent_at = opened.row.as_ref().and_then(|row| row.sent_at);
    let made_at = sent_at.map_or_else(|| incubator.house.clock.now(), socle::store::Instant::timestamp);
    let name = name(&opened, "pdf");
    let received = opened.received();
    let body = made(move || account_pdf::render(&opened.account, received.as_deref(), made_at)).await?;
    Ok(file("application/pdf", &name, body))
}

async fn workbook(
    State(incubator): State<Arc<Incubator>>,
    visitor: Visitor,
    Path((reference, period)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let opened = opened(&incubator, &visitor, "agreement.read", (&reference, &period)).await?;
    let name = name(&opened, "xlsx");
    let received = opened.received();
    let body = made(move || account_workbook::render(&opened.account, received.as_deref())).await?;
    Ok(file(SPREADSHEET, &name, body))
}

/// Makes a file beside the threads that answer.
async fn made<E: std::fmt::Display + Send + 'static>(
    make: impl FnOnce() -> Result<Vec<u8>, E> + Send + 'static,
) -> Result<Vec<u8>, Problem> {
    tokio::task::spawn_blocking(make)
        .await
        .map_err(|cause| Problem::internal(&cause))?
        .map_err(|cause| Problem::internal(&cause))
}

/// `compte-rendu-vergers-2026-10.pdf`; what is not sent says so.
fn name(opened: &Opened, end: &str) -> String {
    let draft = if opened.account.sent_on.is_none() { "-projet" } else { "" };
    format!("compte-rendu-{}-{}{draft}.{end}", opened.account.reference, opened.asked.period)
}

fn file(kind: &'static str, name: &str, body: Vec<u8>) -> Response {
    let headers =
        [(CONTENT_TYPE, kind.to_owned()), (CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\""))];
    (headers, body).into_response()
}
