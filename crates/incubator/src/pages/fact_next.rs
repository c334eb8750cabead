use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::{Path, State};
use axum::response::Response;
use axum::routing::get;
use jiff::civil::Date;
use serde::Deserialize;
use socle::pages::{FormErrors, Page};
use socle::web::{Filled, Problem, Visitor, answered, page, redirect};

use super::agreement_head::{address, found, head};
use super::fact_words::told;
use super::typed;
use crate::Incubator;
use crate::model::fact::Fact;
use crate::model::notice::NoticeKind;
use crate::model::visa::VisaOpinion;
use crate::store::agreement::Filed;
use crate::store::fact::{self, Kept};

pub fn routes() -> Router<Arc<Incubator>> {
    Router::new().route("/incubateur/conventions/{reference}/vie/suite/{id}", get(show).post(record))
}

/// How a fact goes on, if it does: an amendment is signed, a suspension lifted, a formal notice answered, interests
/// declared.
pub(super) fn label(fact: &Fact) -> Option<&'static str> {
    match fact {
        Fact::Amendment(one) if one.signed_on.is_none() => Some("Noter sa signature"),
        Fact::Suspension(one) if one.to.is_none() => Some("Lever la suspension"),
        Fact::Notice(one) if one.kind == NoticeKind::Breach && one.cured_on.is_none() => {
            Some("Noter une réponse satisfaisante")
        }
        Fact::Expert(one) if one.declared_on.is_none() => Some("Noter sa déclaration"),
        Fact::Visa(one) if one.opinion.is_none() => Some("Noter un avis favorable"),
        _ => None,
    }
}

/// The same fact, gone on on that day.
fn after(fact: &Fact, day: Date) -> Fact {
    let mut after = fact.clone();
    match &mut after {
        Fact::Amendment(one) => one.signed_on = Some(day),
        Fact::Suspension(one) => one.to = Some(day),
        Fact::Notice(one) => one.cured_on = Some(day),
        Fact::Expert(one) => one.declared_on = Some(day),
        Fact::Visa(one) => (one.opinion, one.given_on) = (Some(VisaOpinion::Favourable), Some(day)),
        Fact::Publication(_) | Fact::Copy(_) | Fact::Evidence(_) | Fact::Signature(_) => {}
    }
    after
}

/// The day before which it cannot go on.
fn since(fact: &Fact) -> Option<Date> {
    match fact {
        Fact::Amendment(one) => one.requested_on,
        Fact::Suspension(one) => Some(one.from),
        Fact::Notice(one) => Some(one.sent_on),
        Fact::Visa(one) => Some(one.asked_on),
        _ => None,
    }
}

#[derive(Clone, Default, Deserialize)]
#[serde(default)]
struct Typed {
    day: String,
}

#[derive(Template)]
#[template(path = "agreement/fact_next.html")]
struct NextPage {
    page: Page,
    agreement: String,
    base: String,
    id: i64,
    title: &'static str,
    what: String,
    new: Typed,
    errors: FormErrors,
}

async fn of(
    incubator: &Incubator,
    visitor: &Visitor,
    (reference, id): (&str, i64),
) -> Result<(Filed, Kept, &'static str), Problem> {
    let (filed, _) = found(incubator, visitor, "fact.record", reference).await?;
    let facts = fact::list(&incubator.database, filed.id).await?;
    let kept = facts.into_iter().find(|kept| kept.id == id).ok_or(Problem::NotFound)?;
    let label = label(&kept.fact).ok_or(Problem::NotFound)?;
    Ok((filed, kept, label))
}

fn form(
    incubator: &Incubator,
    visitor: &Visitor,
    (filed, kept, title): (&Filed, &Kept, &'static str),
    (new, errors): (Typed, FormErrors),
) -> Response {
    let (page_of, head, _) = head(visitor, filed, incubator.today(), "/vie");
    let shown = NextPage {
        page: page_of,
        agreement: head.title,
        base: address(&filed.agreement.written.reference),
        id: kept.id,
        title,
        what: told(&filed.agreement, &kept.fact).0,
        new,
        errors: errors.clone(),
    };
    answered(page(&shown), &errors)
}

async fn show(
    State(incubator): State<Arc<Incubator>>,
    visitor: Visitor,
    Path((reference, id)): Path<(String, i64)>,
) -> Result<Response, Problem> {
    let (filed, kept, label) = of(&incubator, &visitor, (&reference, id)).await?;
    Ok(form(&incubator, &visitor, (&filed, &kept, label), Default::default()))
}

async fn record(
    State(incubator): State<Arc<Incubator>>,
    visitor: Visitor,
    Path((reference, id)): Path<(String, i64)>,
    Filled(new): Filled<Typed>,
) -> Result<Response, Problem> {
    let (filed, kept, label) = of(&incubator, &visitor, (&reference, id)).await?;
    let mut errors = FormErrors::default();
    let day = typed::past_day(&mut errors, "day", &new.day, incubator.today());
    if day.zip(since(&kept.fact)).is_some_and(|(day, since)| day < since) {
        errors.add("day", "Ce jour vient avant ce qu’il suit.");
    }
    let Some(day) = day.filter(|_| errors.is_empty()) else {
        return Ok(form(&incubator, &visitor, (&filed, &kept, label), (new, errors)));
    };
    let knowledge = incubator.knowledge().await?;
    let after = after(&kept.fact, day);
    fact::amend(&incubator.database, &knowledge, visitor.actor(), filed.id, kept, after).await?;
    Ok(redirect(&format!("{}/vie?fait=fait-inscrit", address(&reference))))
}
