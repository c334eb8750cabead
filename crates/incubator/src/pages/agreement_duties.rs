use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use socle::pages::Page;
use socle::rights::Grant;
use socle::web::{Asked, Name, Problem, Visitor, page};

use super::agreement_head::{Head, address, found, head};
use super::done::Done;
use super::duty_words::{Line, concerns, line};
use crate::model::duty::{Duty, DutyStatus};
use crate::model::outlook::outlook;
use crate::{Incubator, SHEET};

pub fn routes() -> Router<Arc<Incubator>> {
    Router::new().route("/incubateur/conventions/{reference}/echeances", get(show))
}

/// Duties under one heading.
struct Group {
    title: &'static str,
    about: &'static str,
    lines: Vec<Line>,
}

#[derive(Template)]
#[template(path = "agreement/duties.html")]
struct DutiesPage {
    page: Page,
    head: Head,
    base: String,
    groups: Vec<Group>,
    may_prove: bool,
}

fn group(title: &'static str, about: &'static str, duties: &[Duty], keep: fn(&Duty) -> bool) -> Group {
    Group { title, about, lines: duties.iter().filter(|duty| keep(duty)).map(line).collect() }
}

fn groups(duties: &[Duty]) -> Vec<Group> {
    [
        group("En retard", "La date de la convention est passée.", duties, |duty| {
            duty.status == DutyStatus::Late
        }),
        group(
            "À faire",
            "Un objectif interne n’est pas une date de la convention\u{a0}: personne n’est en retard.",
            duties,
            |duty| duty.status.is_open() && duty.status != DutyStatus::Late,
        ),
        group("À préciser", "Répondez sur la fiche du service.", duties, |duty| {
            matches!(duty.status, DutyStatus::Unknown { .. })
        }),
        group("En continu, ou le moment venu", "", duties, |duty| {
            matches!(duty.status, DutyStatus::Waiting | DutyStatus::Continuous)
        }),
        group("Fait, dispensé ou sans objet", "", duties, |duty| {
            matches!(
                duty.status,
                DutyStatus::Done { .. }
                    | DutyStatus::DoneLate { .. }
                    | DutyStatus::Waived { .. }
                    | DutyStatus::NotApplicable { .. }
            )
        }),
    ]
    .into_iter()
    .filter(|group| !group.lines.is_empty())
    .collect()
}

async fn show(
    State(incubator): State<Arc<Incubator>>,
    visitor: Visitor,
    Name(reference): Name,
    Asked(done): Asked<Done>,
) -> Result<Response, Problem> {
    let (filed, scope) = found(&incubator, &visitor, "agreement.read", &reference).await?;
    let today = incubator.today();
    let (page_of, head, _) = head(&visitor, &filed, today, "/echeances");
    let mut outlook = outlook(&filed.agreement, &incubator.library, today);
    outlook.duties.retain(|duty| concerns(duty, &filed.agreement.written, &scope));
    let shown = DutiesPage {
        page: done.announce(page_of),
        head,
        base: address(&reference),
        groups: groups(&outlook.duties),
        may_prove: visitor.grant(&SHEET, "duty.evidence") != Grant::No,
    };
    Ok(page(&shown))
}
