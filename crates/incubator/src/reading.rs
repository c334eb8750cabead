//! Reading the `/stats.json` of each product, here or elsewhere: politely, without believing it, without insisting.

use futures::future::join_all;
use jiff::{SignedDuration, Timestamp};
use socle::jobs::Ran;
use socle::outgoing::{CallError, Outgoing, Reach};

use crate::Incubator;
use crate::model::stats_document;
use crate::store::portfolio::Product;
use crate::store::reading::{self, Model, Outcome};

/// An address that answers, or that someone typed, is read again after so long.
const AGAIN: SignedDuration = SignedDuration::from_hours(6);
/// One that was only guessed and never answered.
const SELDOM: SignedDuration = SignedDuration::from_hours(7 * 24);
/// How many are read at a time: a run must be short.
const AT_A_TIME: usize = 4;

/// The address that is read for a product; `None` when its sheet names no page of measures. A page for people usually has
/// its document beside it.
pub fn address(product: &Product, row: &Model) -> Option<String> {
    if !row.url.is_empty() {
        return Some(row.url.clone());
    }
    let page = product.sheet.details.stats_url.trim().trim_end_matches('/');
    let mut url = url::Url::parse(page).ok()?;
    url.set_query(None);
    url.set_fragment(None);
    let beside = !url.path().to_lowercase().ends_with(".json");
    if beside {
        let path = format!("{}.json", url.path().trim_end_matches('/'));
        let path = if path == ".json" { "/stats.json".to_owned() } else { path };
        url.set_path(&path);
    }
    Some(url.to_string())
}

fn is_due(row: &Model, now: Timestamp) -> bool {
    let pause = if row.url.is_empty() && row.answered_at.is_none() { SELDOM } else { AGAIN };
    row.tried_at.is_none_or(|at| now.duration_since(at.timestamp()) >= pause)
}

/// Reads those that are due, a few at a time.
pub async fn run(incubator: &Incubator) -> anyhow::Result<Ran> {
    let (portfolio, mut rows) = (incubator.portfolio().await?, reading::all(&incubator.database).await?);
    let (now, today) = (incubator.house.clock.now(), incubator.today());
    let mut due = Vec::new();
    for product in &portfolio.products {
        let row = rows.remove(&product.slug);
        let known = row.is_some();
        let row = row.unwrap_or_else(|| Model::fresh(&product.slug));
        // A product that ended is asked no more, unless it was followed.
        let alive = product.sheet.history.on(today).is_some_and(|one| one.stage.is_active());
        if let Some(url) = address(product, &row).filter(|_| (alive || known) && is_due(&row, now)) {
            due.push((url, row));
        }
    }
    let more = due.len() > AT_A_TIME;
    due.truncate(AT_A_TIME);
    let done = due.len() as u64;
    for kept in join_all(due.into_iter().map(|(url, row)| one(incubator, url, row))).await {
        kept?;
    }
    Ok(Ran { done, more })
}

/// Reads an address now, and keeps what it brought.
pub async fn one(incubator: &Incubator, url: String, row: Model) -> anyhow::Result<()> {
    let etag = if row.read_url == url { row.etag.as_str() } else { "" };
    let outcome = match fetch(incubator, &url, etag).await {
        Ok(outcome) => outcome,
        Err(problem) => Outcome::Failed(problem),
    };
    let taken = reading::keep(&incubator.database, &row.product, url, outcome).await?;
    tracing::debug!(product = row.product, taken, "a product's measures were read");
    Ok(())
}

/// Whether an address is this house's own document.
pub fn is_own(incubator: &Incubator, url: &str) -> bool {
    url == format!("{}/stats.json", incubator.house.config.base_url())
}

/// What an address tells; otherwise why it tells nothing, in French.
async fn fetch(incubator: &Incubator, url: &str, etag: &str) -> Result<Outcome, String> {
    let house = &incubator.house;
    // Our own page is at home, wherever this house is.
    let own = is_own(incubator, url);
    if !own && !house.transports.may_call(url) {
        return Err("en démonstration, rien n’est lu hors de cette machine".to_owned());
    }
    let answer = if own {
        let at_home = Outgoing::new(Reach::Anywhere).map_err(|cause| cause.to_string())?;
        at_home.get(url, etag).await
    } else {
        house.transports.http.get(url, etag).await
    };
    let answer = answer.map_err(|error| why(&error))?;
    match answer.status().as_u16() {
        200 => {}
        304 if !etag.is_empty() => return Ok(Outcome::Same),
        404 | 410 => return Err("il n’y a rien à cette adresse".to_owned()),
        401 | 403 => {
            return Err("l’adresse n’est pas publique\u{a0}: elle demande de se connecter".to_owned());
        }
        429 => return Err("elle demande de revenir plus tard".to_owned()),
        500..=599 => return Err(format!("le site est en panne (code {})", answer.status().as_u16())),
        other => return Err(format!("sa réponse n’est pas un document (code {other})")),
    }
    let told = stats_document::read(answer.body(), incubator.today()).map_err(|error| error.to_string())?;
    let etag = answer.headers().get("etag").and_then(|value| value.to_str().ok()).unwrap_or_default();
    let etag = if etag.len() > 200 { "" } else { etag };
    Ok(Outcome::Answered { told, etag: etag.to_owned() })
}

fn why(error: &CallError) -> String {
    match error {
        CallError::Refused(refused) => refused.to_string(),
        CallError::TooLong => "sa réponse dépasse un mégaoctet".to_owned(),
        CallError::TooLate => "elle n’a pas répondu en dix secondes".to_owned(),
        CallError::Astray => "elle renvoie d’adresse en adresse".to_owned(),
        CallError::Failed(_) => "personne ne répond à cette adresse".to_owned(),
    }
}
