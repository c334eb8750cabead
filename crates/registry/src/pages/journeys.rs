use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use geography::Reference;
use socle::pages::{Choice, FormErrors, Page, Pager, format};
use socle::rights::{Grant, Scope};
use socle::web::{Problem, Visitor, answered, page};

use super::journey_filters::{A_PAGE, COUNTED, Candidate, Filters, Read};
use super::place;
use super::side::page_of;
use crate::store::journey::Brief;
use crate::store::operator::Operator;
use crate::store::{journey, operator, tenant};
use crate::{Registry, SHEET, explanation};
use socle::web::Asked;

pub fn routes(base: &str) -> Router<Arc<Registry>> {
    Router::new().route(&format!("{base}/trajets"), get(list))
}

/// A line of the list.
struct Row {
    href: String,
    departure: String,
    from: String,
    to: String,
    distance: String,
    class: String,
    status: &'static str,
    colour: &'static str,
    operator: String,
}

impl Row {
    fn new(journey: Brief, base: &str, reference: &Reference, operators: &[Operator]) -> Self {
        let (status, colour) = explanation::of_status(journey.public_status());
        let operator = operators.iter().find(|operator| operator.id == journey.operator_id);
        Self {
            href: format!("{base}/trajets/{}", journey.id),
            departure: place::local_moment(journey.start_at.timestamp(), journey.start_place.as_deref()),
            from: place::name(reference, journey.start_place.as_deref()),
            to: place::name(reference, journey.end_place.as_deref()),
            distance: format::distance(journey.distance_m.into()),
            class: journey.operator_class,
            status,
            colour,
            operator: operator.map_or_else(String::new, |operator| operator.name.clone()),
        }
    }
}

/// Who reads the list, and so what an empty one proposes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Reader {
    /// Journeys are proofs; this reader sends none.
    OfProofs,
    /// The same, and this reader may try one.
    MayTry,
    /// Journeys of the sandbox.
    OfTrials,
}

#[derive(Template)]
#[template(path = "journeys.html")]
struct JourneysPage {
    page: Page,
    base: &'static str,
    filters: Filters,
    statuses: Vec<Choice>,
    /// Empty for an operator, which only sees its own journeys.
    operators: Vec<Choice>,
    errors: FormErrors,
    candidates: Vec<Candidate>,
    /// Whether the filters could be read.
    searched: bool,
    /// « 1 234 trajets du 19 au 25 novembre 2026 »
    caption: String,
    rows: Vec<Row>,
    /// Whether more exist than are counted.
    beyond: bool,
    pager: Pager,
    reader: Reader,
}

async fn list(
    State(registry): State<Arc<Registry>>,
    visitor: Visitor,
    Asked(filters): Asked<Filters>,
) -> Result<Response, Problem> {
    let mut scope = visitor.allow(&SHEET, "journey.browse")?;
    let base = registry.space.pages();
    let reference = &registry.house.places.reference;
    let of_every_operator = scope == Scope::All;
    let operators =
        if of_every_operator { operator::list(&registry.database, &scope).await? } else { Vec::new() };
    let today = place::today(registry.house.clock.now(), &format::paris());
    let Read { filters, errors, candidates, search } = filters.read(reference, today, &operators);
    let searched = search.is_some();
    let (mut rows, mut counted, mut current, mut caption) = (Vec::new(), 0, 1, String::new());
    if let Some(search) = search {
        if let Some(operator) = search.operator {
            scope = Scope::Tenant(tenant(operator));
        }
        counted = journey::count_up_to(&registry.database, &scope, &search.listing, COUNTED + 1).await?;
        caption = self::caption(counted, &format::date(search.from), &format::date(search.to));
        current = search.page;
        let found = journey::list(&registry.database, &scope, &search.listing).await?;
        rows = found.into_iter().map(|journey| Row::new(journey, base, reference, &operators)).collect();
    }
    let pager = Pager::new(current, counted.min(COUNTED).div_ceil(A_PAGE), |number| filters.query(number));
    let shown = JourneysPage {
        page: page_of(&registry, &visitor, "Trajets"),
        base,
        statuses: filters.status_choices(),
        operators: if of_every_operator { filters.operator_choices(&operators) } else { Vec::new() },
        filters,
        candidates,
        searched,
        caption,
        rows,
        beyond: counted > COUNTED,
        pager,
        reader: if registry.space.is_sandbox() {
            Reader::OfTrials
        } else if visitor.grant(&SHEET, "journey.judge") != Grant::No {
            Reader::MayTry
        } else {
            Reader::OfProofs
        },
        errors: errors.clone(),
    };
    Ok(answered(page(&shown), &errors))
}

fn caption(counted: u64, from: &str, to: &str) -> String {
    let number = format::integer(i64::try_from(counted.min(COUNTED)).unwrap_or(i64::MAX));
    let many = match counted {
        0 => "Aucun trajet".to_owned(),
        1 => "Un trajet".to_owned(),
        _ if counted > COUNTED => format!("Plus de {number} trajets"),
        _ => format!("{number} trajets"),
    };
    if from == to {
        format!("{many}, départs du {from}")
    } else {
        format!("{many}, départs du {from} au {to}")
    }
}
