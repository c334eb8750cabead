use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::{get, post};
use jiff::Timestamp;
use serde::Deserialize;
use socle::audit::Entry;
use socle::pages::{Page, format};
use socle::rights::{Grant, Scope};
use socle::seal::SealError;
use socle::web::{Problem, Visitor, page};

use super::place;
use super::side::page_of;
use crate::explanation::{self, Explanation};
use crate::model::{Metres, PublicStatus, Terms};
use crate::store::journey::{self, Journey};
use crate::store::person::ERASED;
use crate::store::request::{self, JourneyRequest};
use crate::store::{ServiceError, operator};
use crate::{Registry, SHEET};
use socle::web::Number;

pub fn routes(base: &str) -> Router<Arc<Registry>> {
    Router::new()
        .route(&format!("{base}/trajets/{{id}}"), get(show))
        .route(&format!("{base}/trajets/{{id}}/envoi"), post(read_sent))
}

/// An incentive as the journey's column keeps it.
#[derive(Deserialize)]
struct Incentive {
    index: i16,
    siret: String,
    amount: i32,
}

impl Incentive {
    fn rank(&self) -> i16 {
        self.index + 1
    }

    /// `200 023 737 00010`.
    fn payer(&self) -> String {
        siret(&self.siret)
    }

    fn euros(&self) -> String {
        format::euros(self.amount.into())
    }
}

/// A SIRET in groups, as people read it.
pub(super) fn siret(digits: &str) -> String {
    let part = |from: usize, to: usize| digits.get(from..to).unwrap_or_default();
    if digits.len() == 14 && digits.is_ascii() {
        [part(0, 3), part(3, 6), part(6, 9), part(9, 14)].join("\u{a0}")
    } else {
        digits.to_owned()
    }
}

/// Something that happened to the journey.
struct Event {
    when: String,
    what: String,
}

/// The journey as the page tells it.
struct Told {
    id: i64,
    title: String,
    status: &'static str,
    colour: &'static str,
    meaning: &'static str,
    refusals: Vec<Explanation>,
    terms: String,
    terms_since: String,
    /// What can still happen; empty when nothing can.
    correction: String,
    end_of_changes: String,
    start: String,
    end: String,
    duration: String,
    start_place: String,
    end_place: String,
    distance: String,
    class: &'static str,
    seats: String,
    revenue: String,
    contribution: String,
    passenger_age: &'static str,
    incentives: Vec<Incentive>,
    events: Vec<Event>,
    operator_journey_id: String,
    operator_trip_id: String,
    operator: String,
    api_version: String,
}

#[derive(Template)]
#[template(path = "journey.html")]
struct JourneyPage {
    page: Page,
    base: &'static str,
    journey: Told,
    may_read_sent: bool,
    may_read_log: bool,
}

/// The journey of this number, for someone who may `action`; what another tenant sent does not exist.
async fn found(registry: &Registry, visitor: &Visitor, action: &str, id: i64) -> Result<Journey, Problem> {
    let scope = visitor.allow(&SHEET, action)?;
    journey::by_number(&registry.database, &scope, id).await?.ok_or(Problem::NotFound)
}

async fn show(
    State(registry): State<Arc<Registry>>,
    visitor: Visitor,
    Number(id): Number,
) -> Result<Response, Problem> {
    let journey = found(&registry, &visitor, "journey.browse", id).await?;
    let asked = request::about(&registry.database, journey.id).await?;
    let operator = operator::find(&registry.database, &Scope::All, journey.operator_id).await?;
    let operator = operator.map_or_else(String::new, |operator| operator.name);
    Ok(page(&JourneyPage {
        page: page_of(&registry, &visitor, &format!("Trajet {id}"))
            .under("Trajets", &format!("{}/trajets", registry.space.pages())),
        base: registry.space.pages(),
        journey: Told::new(&registry, journey, &asked, operator)?,
        may_read_sent: visitor.grant(&SHEET, "journey.read_sent") != Grant::No,
        may_read_log: !registry.space.is_sandbox() && visitor.grant(&SHEET, "audit.read") != Grant::No,
    }))
}

impl Told {
    fn new(
        registry: &Registry,
        journey: Journey,
        asked: &[JourneyRequest],
        operator: String,
    ) -> Result<Self, ServiceError> {
        let reference = &registry.house.places.reference;
        let now = registry.house.clock.now();
        let (start, end) = (journey.start_at.timestamp(), journey.end_at.timestamp());
        let status = journey.public_status();
        let (word, colour) = explanation::of_status(status);
        let terms = registry.terms.named(&journey.terms_version).unwrap_or_else(|| registry.terms.at(now));
        let (start_code, end_code) = (journey.start_place.as_deref(), journey.end_place.as_deref());
        Ok(Self {
            id: journey.id,
            title: format!(
                "Trajet du {}\u{a0}: {} – {}",
                place::local(start, start_code).0,
                place::name(reference, start_code),
                place::name(reference, end_code)
            ),
            status: word,
            colour,
            meaning: explanation::meaning(status),
            refusals: journey.violations()?.iter().map(explanation::of_violation).collect(),
            terms: terms.version.clone(),
            terms_since: place::day(terms.valid_from),
            correction: correction(registry.terms.at(now), status, journey.first_start_at.timestamp(), now),
            end_of_changes: end_of_changes(terms, status, start, now),
            start: place::local_moment(start, start_code),
            end: place::local_moment(end, end_code),
            duration: format::duration(end.duration_since(start).as_secs()),
            start_place: place::full_name(reference, start_code),
            end_place: place::full_name(reference, end_code),
            distance: format::distance(Metres(journey.distance_m).0.into()),
            class: class(&journey.operator_class),
            seats: if journey.seats > 1 { format!("{} places", journey.seats) } else { "1 place".to_owned() },
            revenue: format::euros(journey.driver_revenue.into()),
            contribution: format::euros(journey.passenger_contribution.into()),
            passenger_age: match journey.passenger_over_18 {
                Some(true) => "oui",
                Some(false) => "non",
                None => "l’opérateur ne le sait pas",
            },
            incentives: serde_json::from_str(&journey.incentives)?,
            events: events(&journey, asked),
            operator_journey_id: journey.operator_journey_id,
            operator_trip_id: journey.operator_trip_id,
            operator,
            api_version: journey.api_version.trim_start_matches('v').to_owned(),
        })
    }
}

/// Until when the journey may be corrected, in words.
fn correction(in_force: &Terms, status: PublicStatus, start: Timestamp, now: Timestamp) -> String {
    let until = in_force.correctable_until(start);
    match status {
        PublicStatus::Canceled => "Un trajet annulé ne compte plus, même corrigé.".to_owned(),
        _ if now <= until => format!("Possible jusqu’au {}.", place::moment(until)),
        _ => format!(
            "Plus possible depuis le {} ({} h après le départ).",
            place::moment(until),
            in_force.hours_to_correct
        ),
    }
}

/// When the status no longer changes by itself, in words.
fn end_of_changes(terms: &Terms, status: PublicStatus, start: Timestamp, now: Timestamp) -> String {
    let settled = terms.final_at(start);
    match status {
        PublicStatus::Canceled => "L’annulation est définitive.".to_owned(),
        _ if now < settled => format!("Il peut encore changer jusqu’au {}.", place::moment(settled)),
        _ => format!("Il ne change plus de lui-même depuis le {}.", place::moment(settled)),
    }
}

fn class(class: &str) -> &'static str {
    match class {
        "A" => "A : l’opérateur atteste la mise en relation",
        "B" => "B : l’opérateur atteste aussi le trajet d’une des deux personnes",
        _ => "C : l’opérateur atteste aussi le trajet et l’identité de chacune des deux personnes",
    }
}

fn events(journey: &Journey, asked: &[JourneyRequest]) -> Vec<Event> {
    let mut events =
        vec![Event { when: place::moment(journey.received_at), what: "Trajet reçu".to_owned() }];
    // What a correction replaced is kept beside it: it is not an event of its own.
    events.extend(asked.iter().filter(|request| request.kind != "superseded").map(|request| Event {
        when: place::moment(request.at),
        what: match request.kind.as_str() {
            "correction" => "Trajet corrigé par l’opérateur".to_owned(),
            "cancellation" => "Trajet annulé par l’opérateur".to_owned(),
            other => other.to_owned(),
        },
    }));
    let last_known = asked.iter().map(|request| request.at).fold(journey.received_at, Ord::max);
    if journey.updated_at > last_known {
        let word = explanation::of_status(journey.public_status()).0;
        events.push(Event {
            when: place::moment(journey.updated_at),
            what: format!("Trajet passé à l’état « {word} »"),
        });
    }
    events
}

#[derive(Template)]
#[template(path = "journey_sent.html")]
struct SentPage {
    page: Page,
    base: &'static str,
    id: i64,
    operator: String,
    received: String,
    json: String,
    /// Whether somebody of this journey was erased since.
    erased: bool,
}

/// Shows what the operator sent. Who looked is written in the log before anything is shown.
async fn read_sent(
    State(registry): State<Arc<Registry>>,
    visitor: Visitor,
    Number(id): Number,
) -> Result<Response, Problem> {
    let base = registry.space.pages();
    let journey = found(&registry, &visitor, "journey.read_sent", id).await?;
    let read = Entry::new(visitor.actor(), "journey.read_sent", "journey", journey.id);
    registry
        .database
        .write::<_, ServiceError, _>(move |tx| {
            Box::pin(async move {
                tx.record(read);
                Ok(())
            })
        })
        .await?;
    let context = journey::context(journey.operator_id, &journey.operator_journey_id);
    let sent = registry.keyring.open(&context, &journey.payload).await.map_err(|cause| match cause {
        SealError::Destroyed => Problem::Refused {
            status: StatusCode::GONE,
            text: "Les données envoyées pour ce trajet ont été effacées. Le trajet et son état restent visibles.".to_owned(),
        },
        other => other.into(),
    })?;
    let json: serde_json::Value = serde_json::from_slice(&sent).map_err(|cause| Problem::internal(&cause))?;
    let operator = operator::find(&registry.database, &Scope::All, journey.operator_id).await?;
    Ok(page(&SentPage {
        page: page_of(&registry, &visitor, "Données envoyées")
            .under("Trajets", &format!("{base}/trajets"))
            .under(&format!("Trajet {id}"), &format!("{base}/trajets/{id}")),
        base,
        id,
        operator: operator.map_or_else(String::new, |operator| operator.name),
        received: place::moment(journey.received_at),
        erased: ["driver", "passenger"]
            .iter()
            .any(|side| json[*side]["identity"]["operator_user_id"] == ERASED),
        json: serde_json::to_string_pretty(&json).map_err(|cause| Problem::internal(&cause))?,
    }))
}

#[cfg(test)]
mod tests {
    use super::siret;

    #[test]
    fn a_siret_is_read_in_groups() {
        assert_eq!(siret("20002373700010"), "200\u{a0}023\u{a0}737\u{a0}00010");
        assert_eq!(siret("ailleurs"), "ailleurs");
    }
}
