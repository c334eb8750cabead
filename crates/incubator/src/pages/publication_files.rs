//! The files of what would be published today, for whoever publishes by hand.

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use socle::web::{Name, Problem, Visitor};

use super::agreement_head::found;
use super::publication::text_of;
use crate::Incubator;
use crate::publication::{PublicText, files};

pub fn routes() -> Router<Arc<Incubator>> {
    Router::new()
        .route("/incubateur/conventions/{reference}/publication/convention.pdf", get(pdf))
        .route("/incubateur/conventions/{reference}/publication/metadonnees.json", get(metadata))
        .route("/incubateur/conventions/{reference}/publication/dossier.zip", get(pack))
}

/// A file under a name, shown or saved.
pub fn file(bytes: Vec<u8>, mime: &'static str, how: &str, name: &str) -> Response {
    let how = format!("{how}; filename=\"{name}\"");
    ([(CONTENT_TYPE, mime.to_owned()), (CONTENT_DISPOSITION, how)], bytes).into_response()
}

/// Makes files aside: they take the processor for a while.
pub async fn made<T: Send + 'static, E: Into<anyhow::Error> + Send + 'static>(
    make: impl FnOnce() -> Result<T, E> + Send + 'static,
) -> Result<T, Problem> {
    let ended = tokio::task::spawn_blocking(make).await.map_err(anyhow::Error::from)?;
    Ok(ended.map_err(Into::into)?)
}

/// The metadata, with the files they describe.
pub async fn described(incubator: &Incubator, text: PublicText) -> Result<Response, Problem> {
    let organisation = incubator.catalogue.as_ref().and_then(|one| one.organisation.clone());
    let bytes = made(move || {
        let published = files::published(&text)?;
        Ok::<_, pdf::PdfError>(files::metadata(&text, organisation.as_deref(), &published))
    })
    .await?;
    Ok(file(bytes, "application/json", "inline", "metadonnees.json"))
}

async fn of(incubator: &Incubator, visitor: &Visitor, reference: &str) -> Result<PublicText, Problem> {
    let (filed, _) = found(incubator, visitor, "agreement.read", reference).await?;
    Ok(text_of(incubator, &filed, incubator.today()).await?)
}

async fn pdf(
    State(incubator): State<Arc<Incubator>>,
    visitor: Visitor,
    Name(reference): Name,
) -> Result<Response, Problem> {
    let text = of(&incubator, &visitor, &reference).await?;
    let bytes = made(move || files::pdf(&text)).await?;
    Ok(file(bytes, "application/pdf", "inline", &format!("convention-{reference}.pdf")))
}

async fn metadata(
    State(incubator): State<Arc<Incubator>>,
    visitor: Visitor,
    Name(reference): Name,
) -> Result<Response, Problem> {
    let text = of(&incubator, &visitor, &reference).await?;
    described(&incubator, text).await
}

async fn pack(
    State(incubator): State<Arc<Incubator>>,
    visitor: Visitor,
    Name(reference): Name,
) -> Result<Response, Problem> {
    let text = of(&incubator, &visitor, &reference).await?;
    let organisation = incubator.catalogue.as_ref().and_then(|one| one.organisation.clone());
    let bytes = made(move || files::pack(&text, organisation.as_deref())).await?;
    Ok(file(bytes, "application/zip", "attachment", &format!("publication-{reference}.zip")))
}
