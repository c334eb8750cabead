use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use socle::pages::Page;
use socle::rights::Grant;
use socle::web::{Problem, Visitor, page};

use super::agreement::sentence;
use super::call_head::{address, colour, hour};
use crate::model::call::Phase;
use crate::model::named::Named as _;
use crate::model::tenant::Tenant;
use crate::store::call_edition::{self, Edition};
use crate::{Incubator, SHEET};

pub fn routes() -> Router<Arc<Incubator>> {
    Router::new().route("/incubateur/appels", get(list)).route("/incubateur/appels/organiser", get(organise))
}

/// A call in a list.
struct Line {
    href: String,
    title: String,
    tagline: String,
    kind: String,
    when: String,
    phase: String,
    colour: &'static str,
}

fn line(edition: &Edition, incubator: &Incubator, end: &str) -> Line {
    let phase = edition.phase(incubator.hour());
    let calendar = &edition.told.calendar;
    Line {
        href: format!("{}{end}", address(&edition.row.slug)),
        title: edition.told.title.clone(),
        tagline: edition.told.tagline.clone(),
        kind: sentence(edition.told.kind.fr()),
        when: match phase {
            Phase::Draft | Phase::ToCome => {
                format!("ouvre le {}", socle::pages::format::date(calendar.opens))
            }
            Phase::Open => format!("jusqu’au {}", hour(calendar.closes)),
            _ => format!("clos le {}", hour(calendar.closes)),
        },
        phase: phase.fr().to_owned(),
        colour: colour(phase),
    }
}

#[derive(Template)]
#[template(path = "call/list.html")]
struct CallsPage {
    page: Page,
    open: Vec<Line>,
    to_come: Vec<Line>,
    past: Vec<Line>,
    may_organise: bool,
    /// The jury of the reader, when there is one.
    jury: String,
}

async fn list(State(incubator): State<Arc<Incubator>>, visitor: Visitor) -> Result<Response, Problem> {
    let (mut open, mut to_come, mut past) = (Vec::new(), Vec::new(), Vec::new());
    for edition in call_edition::list(&incubator.database).await? {
        let group = match edition.phase(incubator.hour()) {
            Phase::Draft => continue,
            Phase::Open => &mut open,
            Phase::ToCome => &mut to_come,
            _ => &mut past,
        };
        group.push(line(&edition, &incubator, ""));
    }
    let jury = match visitor.allow(&SHEET, "call.judge").ok().as_ref().and_then(Tenant::of) {
        Some(Tenant::Call(slug)) => format!("{}/jury", address(&slug)),
        _ => String::new(),
    };
    let may_organise = visitor.grant(&SHEET, "call.read") != Grant::No;
    let page_of = Page::of_service(&visitor, &SHEET, "Appels");
    Ok(page(&CallsPage { page: page_of, open, to_come, past, may_organise, jury }))
}

#[derive(Template)]
#[template(path = "call/organise.html")]
struct OrganisePage {
    page: Page,
    lines: Vec<Line>,
    may_write: bool,
}

async fn organise(State(incubator): State<Arc<Incubator>>, visitor: Visitor) -> Result<Response, Problem> {
    visitor.allow(&SHEET, "call.read")?;
    let editions = call_edition::list(&incubator.database).await?;
    let lines = editions.iter().map(|edition| line(edition, &incubator, "/suivi")).collect();
    let page_of =
        Page::of_service(&visitor, &SHEET, "Organiser les appels").under("Appels", "/incubateur/appels");
    let may_write = visitor.allow(&SHEET, "call.write").is_ok();
    Ok(page(&OrganisePage { page: page_of, lines, may_write }))
}
