use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use socle::pages::{Page, format};
use socle::web::{Asked, Number, Problem, Visitor, page};

use super::agreement::sentence;
use super::agreement_head;
use super::committee_head::{Found, address, found};
use super::committee_product::{ProductPart, part};
use super::done::Done;
use crate::store::{attendee, day, decision, opinion};
use crate::{Incubator, SHEET};

pub fn routes() -> Router<Arc<Incubator>> {
    Router::new().route("/incubateur/comites/{id}", get(show))
}

/// A person in the list of those who were asked.
struct Person {
    id: i64,
    name: String,
    body: String,
    function: String,
    present: bool,
}

/// Something to do now.
pub struct Next {
    pub label: String,
    pub href: String,
}

/// What a reader may do on a committee.
#[expect(clippy::struct_excessive_bools, reason = "one for each right")]
#[derive(Clone, Copy)]
pub struct May {
    pub prepare: bool,
    pub decide: bool,
    pub give_opinion: bool,
    pub close_hypothesis: bool,
}

impl May {
    fn of(visitor: &Visitor) -> Self {
        let may = |action: &str| visitor.allow(&SHEET, action).is_ok();
        Self {
            prepare: may("committee.prepare"),
            decide: may("committee.decide"),
            give_opinion: may("committee.opinion"),
            close_hypothesis: may("hypothesis.close"),
        }
    }
}

#[derive(Template)]
#[template(path = "committee/show.html")]
struct CommitteePage {
    page: Page,
    title: String,
    base: String,
    state: &'static str,
    colour: &'static str,
    agreement: Option<(String, String)>,
    next: Vec<Next>,
    /// Said when there is nothing to do.
    waits_for: &'static str,
    place: String,
    chair: String,
    asked: String,
    cancelled: String,
    pack_sent: String,
    agenda: Vec<String>,
    minutes: Vec<String>,
    people: Vec<Person>,
    parts: Vec<ProductPart>,
    may: May,
    ahead: bool,
    held: bool,
}

async fn show(
    State(incubator): State<Arc<Incubator>>,
    visitor: Visitor,
    Number(id): Number,
    Asked(done): Asked<Done>,
) -> Result<Response, Problem> {
    let found = found(&incubator, &visitor, "committee.read", id).await?;
    let may = May::of(&visitor);
    let mut taken = decision::of_committees(incubator.database.read(), &[id]).await?;
    let taken = taken.remove(&id).unwrap_or_default();
    let opinions = opinion::of(&incubator.database, id).await?;
    let parts: Vec<ProductPart> =
        found.products.iter().map(|product| part(&found, product, &taken, &opinions, may)).collect();
    let row = &found.committee.row;
    let today = incubator.today();
    let (state, colour) = match () {
        () if !row.cancelled.is_empty() => ("annulé", "error"),
        () if row.held => ("tenu", "success"),
        () if day::date(row.day) < today => ("date passée", "warning"),
        () => ("à venir", "info"),
    };
    let title = found.title();
    let lines = |text: &str| text.lines().map(str::to_owned).filter(|line| !line.trim().is_empty()).collect();
    let people = attendee::of(&incubator.database, id).await?;
    let next = next(&found, may, &parts, day::date(row.day) <= today);
    let shown = CommitteePage {
        page: done
            .announce(Page::of_service(&visitor, &SHEET, &title).under("Comités", "/incubateur/comites")),
        title,
        base: address(id),
        state,
        colour,
        agreement: found.filed.as_ref().map(|filed| {
            let written = &filed.agreement.written;
            (written.title.clone(), format!("{}/comites", agreement_head::address(&written.reference)))
        }),
        waits_for: match () {
            () if !row.cancelled.is_empty() => "Rien\u{a0}: ce comité n’aura pas lieu.",
            () if row.held && parts.iter().all(|part| part.decision.is_some()) => {
                "Rien\u{a0}: les décisions sont inscrites. Le dossier garde la trace de ce qui a été montré."
            }
            () if row.held => "La direction ou la gestion du portefeuille inscrit les décisions.",
            () => "Lisez le dossier avant le comité.",
        },
        next,
        place: row.place.clone(),
        chair: row.chair.clone(),
        asked: row.asked.clone(),
        cancelled: row.cancelled.clone(),
        pack_sent: row.pack_sent_day.map_or_else(String::new, |number| format::date(day::date(number))),
        agenda: lines(&row.agenda),
        minutes: lines(&row.minutes),
        people: people
            .into_iter()
            .map(|one| Person {
                id: one.id,
                name: one.name,
                body: one.body,
                function: sentence(&one.function),
                present: one.present,
            })
            .collect(),
        parts,
        may,
        ahead: found.committee.is_ahead(),
        held: row.held,
    };
    Ok(page(&shown))
}

/// What this reader may do now, the most useful first.
fn next(found: &Found, may: May, parts: &[ProductPart], begun: bool) -> Vec<Next> {
    let row = &found.committee.row;
    let base = address(row.id);
    let mut next = Vec::new();
    let mut add = |label: &str, end: &str| {
        next.push(Next { label: label.to_owned(), href: format!("{base}/{end}") });
    };
    if found.committee.is_ahead() && may.prepare {
        if begun {
            add("Noter qu’il a été tenu", "tenu");
        }
        if row.pack_sent_day.is_none() {
            add("Noter que le dossier est envoyé", "dossier-envoye");
        }
        add("Changer la date ou l’ordre du jour", "preparer");
    }
    if row.cancelled.is_empty() && may.decide && row.held {
        for part in parts.iter().filter(|part| part.decision.is_none()) {
            add(&format!("Inscrire la décision pour {}", part.name), &format!("decision/{}", part.slug));
        }
    }
    if row.cancelled.is_empty() && may.give_opinion {
        for part in parts.iter().filter(|part| part.decision.is_none()) {
            add(&format!("Donner un avis sur {}", part.name), &format!("avis/{}", part.slug));
        }
    }
    next
}
