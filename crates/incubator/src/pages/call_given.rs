//! What a laureate was given, and what is still to do.

use askama::Template;
use axum::response::Response;
use socle::pages::{Page, format};
use socle::rights::Scope;
use socle::web::{Problem, Visitor, page};

use super::agreement_head;
use super::agreement_new::draft_address;
use super::call_head::{address, desk_page};
use super::committee_head;
use super::done::Done;
use crate::Incubator;
use crate::model::call::AwardKind;
use crate::model::money::Cents;
use crate::model::named::Named as _;
use crate::store::application::Dossier;
use crate::store::call_edition::Edition;
use crate::store::{agreement, call_award, committee, day};

#[derive(Template)]
#[template(path = "call/given.html")]
struct GivenPage {
    page: Page,
    project: String,
    back: String,
    kind: AwardKind,
    product: (String, String),
    dates: String,
    envelope: String,
    agreement: Option<(String, String)>,
    committee: Option<(String, String)>,
    /// Where the agreement is to be filed.
    draft: String,
}

/// The page of what was given.
pub async fn given(
    incubator: &Incubator,
    visitor: &Visitor,
    (edition, dossier, award): (&Edition, &Dossier, &call_award::Model),
    done: &Done,
) -> Result<Response, Problem> {
    let portfolio = incubator.portfolio().await?;
    let titles = agreement::titles(&incubator.database, award.agreement_id.as_slice()).await?;
    let agreement = award.agreement_id.and_then(|id| titles.get(&id));
    let found = match award.committee_id {
        Some(id) => committee::find(&incubator.database, &Scope::All, id).await?,
        None => None,
    };
    let known = portfolio.product(&award.product);
    let waits = award.kind() == AwardKind::Agreement && award.agreement_id.is_none();
    let shown = GivenPage {
        page: done.announce(desk_page(visitor, edition, "Accueillir le lauréat")),
        project: dossier.project.clone(),
        back: format!("{}/suivi", address(&edition.row.slug)),
        kind: award.kind(),
        product: (
            known.map_or_else(|| award.product.clone(), |one| one.sheet.name.clone()),
            format!("/incubateur/services/{}", award.product),
        ),
        dates: format!(
            "du {} au {}",
            format::date(day::date(award.from_day)),
            format::date(day::date(award.to_day))
        ),
        envelope: award.envelope.map_or_else(String::new, |cents| Cents::new(cents).fr()),
        agreement: agreement.map(|(reference, title)| (title.clone(), agreement_head::address(reference))),
        committee: found.map(|one| (committee_head::title(&one), committee_head::address(one.row.id))),
        draft: if waits { draft_address(award.application_id) } else { String::new() },
    };
    Ok(page(&shown))
}
