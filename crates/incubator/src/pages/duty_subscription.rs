use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::{Path, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use calendar::ics::{IcsCalendar, IcsEvent, When};
use jiff::Span;
use serde::Deserialize;
use socle::pages::{Choice, Page};
use socle::rights::Scope;
use socle::web::{Asked, Filled, Problem, Visitor, page, redirect};

use super::agreement::sentence;
use super::agreement_head::address;
use super::done::Done;
use crate::model::digest::DigestPeriod;
use crate::model::named::Named as _;
use crate::store::{agreement, calendar_feed, day, digest, open_duty};
use crate::{Incubator, SHEET};

pub fn routes() -> Router<Arc<Incubator>> {
    Router::new()
        .route("/incubateur/echeances/recevoir", get(show).post(choose))
        .route("/incubateur/echeances/recevoir/calendrier", post(make))
        .route("/incubateur/echeances/recevoir/arreter", post(revoke))
        .route("/incubateur/calendrier/{secret}", get(feed))
}

/// The most duties of a calendar.
const MOST: u64 = 2_000;

#[derive(Template)]
#[template(path = "duty_subscription.html")]
struct SubscriptionPage {
    page: Page,
    periods: Vec<Choice>,
    /// How many calendars are read now.
    calendars: usize,
    /// The address of the one that was just made: told once.
    made: String,
}

/// The role in which the visitor acts.
fn membership(visitor: &Visitor) -> Result<i64, Problem> {
    visitor.allow(&SHEET, "agreement.read")?;
    visitor.role_in(SHEET.id).map(|role| role.id).ok_or(Problem::NotFound)
}

async fn subscription_page(
    incubator: &Incubator,
    visitor: &Visitor,
    made: String,
    done: &Done,
) -> Result<Response, Problem> {
    let membership = membership(visitor)?;
    let present = digest::period(&incubator.database, membership).await?;
    let shown = SubscriptionPage {
        page: done.announce(
            Page::of_service(visitor, &SHEET, "Recevoir les échéances")
                .under("Échéances", "/incubateur/echeances"),
        ),
        periods: DigestPeriod::ALL
            .iter()
            .map(|one| Choice::new(one.as_str(), &sentence(one.fr()), present.as_str()))
            .collect(),
        calendars: calendar_feed::list(&incubator.database, membership).await?.len(),
        made,
    };
    Ok(page(&shown))
}

async fn show(
    State(incubator): State<Arc<Incubator>>,
    visitor: Visitor,
    Asked(done): Asked<Done>,
) -> Result<Response, Problem> {
    subscription_page(&incubator, &visitor, String::new(), &done).await
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Chosen {
    period: String,
}

async fn choose(
    State(incubator): State<Arc<Incubator>>,
    visitor: Visitor,
    Filled(chosen): Filled<Chosen>,
) -> Result<Response, Problem> {
    let membership = membership(&visitor)?;
    let period = DigestPeriod::from_name(&chosen.period).unwrap_or(DigestPeriod::USUAL);
    digest::choose(&incubator.database, visitor.actor(), membership, period).await?;
    Ok(redirect("/incubateur/echeances/recevoir?fait=rythme-choisi"))
}

async fn make(State(incubator): State<Arc<Incubator>>, visitor: Visitor) -> Result<Response, Problem> {
    let membership = membership(&visitor)?;
    let secret = calendar_feed::make(&incubator.database, visitor.actor(), membership).await?;
    let made = format!("{}/incubateur/calendrier/{secret}", incubator.house.config.base_url());
    subscription_page(&incubator, &visitor, made, &Done::default()).await
}

async fn revoke(State(incubator): State<Arc<Incubator>>, visitor: Visitor) -> Result<Response, Problem> {
    let membership = membership(&visitor)?;
    calendar_feed::revoke(&incubator.database, visitor.actor(), membership).await?;
    Ok(redirect("/incubateur/echeances/recevoir?fait=calendriers-arretes"))
}

/// The calendar itself, for a program that cannot sign in. It shows what the role may read today: a role that was taken
/// back shows nothing any more.
async fn feed(
    State(incubator): State<Arc<Incubator>>,
    Path(secret): Path<String>,
) -> Result<Response, Problem> {
    let membership =
        calendar_feed::membership(&incubator.database, &secret).await?.ok_or(Problem::NotFound)?;
    let role = incubator.house.people.membership(membership).await?.ok_or(Problem::NotFound)?;
    let grant = SHEET.rights.grant(&role.role, "agreement.read");
    let scope = Scope::of(grant, role.tenant.as_deref()).ok_or(Problem::NotFound)?;
    let duties = open_duty::list(&incubator.database, &scope, MOST).await?;
    let ids: Vec<i64> = duties.iter().map(|duty| duty.agreement_id).collect();
    let titles = agreement::titles(&incubator.database, &ids).await?;
    let base = incubator.house.config.base_url();
    let now = incubator.house.clock.now();
    let mut events = Vec::with_capacity(duties.len());
    for duty in duties {
        let (reference, title) = titles.get(&duty.agreement_id).cloned().unwrap_or_default();
        let date = day::date(duty.day);
        let uid = format!(
            "{reference}.{}.{}.{}.{date}@incubateur",
            duty.clause,
            duty.article.replace(' ', "-"),
            duty.product
        );
        let target = if duty.contractual { "" } else { " (objectif interne)" };
        let summary = format!("{}{target}", sentence(&duty.title));
        let mut event = IcsEvent::new(uid, now, When::AllDay { first: date, last: date }, summary);
        event.description = Some(format!("{title}, article {}. {}.", duty.article, duty.debtors));
        event.url = Some(format!("{base}{}/echeances", address(&reference)));
        events.push(event);
    }
    events.dedup_by(|one, other| one.uid == other.uid);
    // The format wants at least one event: the day before yesterday says that there is none.
    if events.is_empty() {
        let day = incubator.today().saturating_sub(Span::new().days(2));
        events.push(IcsEvent::new(
            "rien@incubateur",
            now,
            When::AllDay { first: day, last: day },
            "Rien à faire",
        ));
    }
    let calendar = IcsCalendar {
        product_id: "-//Pepiniere//Incubateur//FR".to_owned(),
        name: Some("Échéances des conventions".to_owned()),
        events,
    };
    let text = calendar.render().map_err(|error| Problem::internal(&error))?;
    let headers = [(CONTENT_TYPE, "text/calendar; charset=utf-8"), (CACHE_CONTROL, "private, no-store")];
    Ok((headers, text).into_response())
}
