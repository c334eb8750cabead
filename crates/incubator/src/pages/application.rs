//! The private page of a candidate, opened by the secret of their link.

use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use serde_json::json;
use socle::audit::Actor;
use socle::pages::Page;
use socle::store::Instant;
use socle::web::rates::Rate;
use socle::web::{Asked, Name, Origin, Problem, Visitor, page, redirect};

use super::call_head::{address, hour, instant, not_now, steps};
use super::done::Done;
use crate::model::call::{Phase, Step};
use crate::store::application::{self, Dossier, Model, NotNow};
use crate::store::application_erasure;
use crate::store::call_edition::{self, Edition};
use crate::{Incubator, SHEET};

/// How often one address may try links.
const TRYING: Rate = Rate { name: "application-link", limit: 20, window: 300 };

pub fn routes() -> Router<Arc<Incubator>> {
    Router::new()
        .route("/incubateur/appels/candidatures/{secret}", get(show))
        .route("/incubateur/appels/candidatures/{secret}/donnees", get(export))
        .route("/incubateur/appels/candidatures/{secret}/retirer", get(ask_withdraw).post(withdraw))
        .route("/incubateur/appels/candidatures/{secret}/effacer", get(ask_erase).post(erase))
}

/// A candidate's file.
pub struct Own {
    pub secret: String,
    pub row: Model,
    pub edition: Edition,
    pub dossier: Dossier,
    pub phase: Phase,
}

impl Own {
    pub fn base(&self) -> String {
        format!("/incubateur/appels/candidatures/{}", self.secret)
    }

    /// Whether it may still be written.
    pub fn is_writable(&self) -> bool {
        self.phase == Phase::Open && self.row.sent_at.is_none() && self.row.withdrawn_at.is_none()
    }

    /// A page about it.
    pub fn page(&self, visitor: &Visitor, title: &str) -> Page {
        let page = Page::of_service(visitor, &SHEET, title)
            .under("Appels", "/incubateur/appels")
            .under(&self.edition.told.title, &address(&self.edition.row.slug));
        if visitor.path.split('?').next() == Some(self.base().as_str()) {
            return page;
        }
        page.under("Votre candidature", &self.base())
    }

    /// The parts of the form, in order.
    pub fn parts(&self) -> Vec<Part> {
        let part = |label: &str, end: String, done: bool, required: bool| Part {
            label: label.to_owned(),
            href: format!("{}/{end}", self.base()),
            done,
            required,
        };
        let mut parts = vec![part("Vous et votre projet", "coordonnees".to_owned(), true, true)];
        let told = &self.edition.told;
        if !told.eligibility.is_empty() {
            let done = told.eligibility.iter().all(|one| self.dossier.eligibility.contains_key(&one.key));
            parts.push(part("Pouvez-vous candidater ?", "recevabilite".to_owned(), done, true));
        }
        parts.extend((1..).zip(&told.questions).map(|(rank, one)| {
            let done = self.dossier.answers.contains_key(&one.key);
            part(&one.label, format!("question/{rank}"), done, one.required)
        }));
        parts
    }

    /// The first part that is owed; the end of the form when none is.
    pub fn next(&self) -> String {
        let owed = self.parts().into_iter().find(|one| one.required && !one.done);
        owed.map_or_else(|| format!("{}/envoyer", self.base()), |one| one.href)
    }
}

/// A part of the form.
pub struct Part {
    pub label: String,
    pub href: String,
    pub done: bool,
    pub required: bool,
}

/// The file that the secret of a link opens.
pub async fn own(incubator: &Incubator, from: &str, secret: &str) -> Result<Own, Problem> {
    let Some(row) = application::of_secret(&incubator.database, secret).await? else {
        let house = &incubator.house;
        if !house.rates.count(TRYING, from, house.clock.now()).allowed {
            return Err(Problem::TooMany);
        }
        return Err(Problem::Refused {
            status: StatusCode::GONE,
            text: "Ce lien n’ouvre aucun dossier : il est mal recopié, ou le dossier est effacé. Reprenez le lien de votre message en entier.".to_owned(),
        });
    };
    let edition =
        call_edition::numbered(incubator.database.read(), row.edition_id).await?.ok_or(Problem::NotFound)?;
    let dossier = application::open(&incubator.keyring, &row).await?;
    let phase = edition.phase(incubator.hour());
    Ok(Own { secret: secret.to_owned(), row, edition, dossier, phase })
}

#[derive(Template)]
#[template(path = "call/application.html")]
struct ApplicationPage {
    page: Page,
    project: String,
    call: (String, String),
    closing: String,
    writable: bool,
    next: String,
    ready: bool,
    parts: Vec<Part>,
    /// Where it stands, in sentences; empty while it is written.
    status: Vec<String>,
    number: String,
    step: Option<(usize, &'static str, &'static str)>,
    /// What may be asked, and where.
    ways: Vec<(&'static str, String)>,
}

/// Where a file stands, for its author.
fn status(own: &Own) -> Vec<String> {
    let (row, told) = (&own.row, &own.edition.told);
    if row.withdrawn_at.is_some() {
        return vec!["Vous avez retiré votre candidature : elle n’est plus examinée.".to_owned()];
    }
    let Some(sent) = row.sent_at else {
        if own.is_writable() {
            return Vec::new();
        }
        return vec![format!(
            "L’appel s’est clos le {}, heure de Paris. Votre candidature n’était pas envoyée : elle ne peut plus l’être.",
            hour(told.calendar.closes)
        )];
    };
    let mut lines = vec![format!("Envoyée le {}.", instant(sent.timestamp()))];
    match own.phase {
        Phase::Published | Phase::Onboarding if row.is_laureate() => {
            lines.push("Votre projet est lauréat. Les organisateurs vous joignent pour préparer la suite.".to_owned());
            lines.extend(row.conditions().into_iter().map(|one| format!("Condition du jury : {one}")));
        }
        Phase::Published | Phase::Onboarding => {
            lines.push("Votre projet n’est pas retenu. Voici pourquoi :".to_owned());
            lines.push(row.reason().to_owned());
        }
        Phase::Hearing | Phase::Deliberation if row.is_kept() => {
            if let Some(at) = row.hearing_at {
                lines.push(format!("Votre audition : le {}, heure de Paris. Trois minutes pour présenter, cinq pour répondre.", instant(at.timestamp())));
            }
        }
        Phase::Open => lines.push(format!(
            "Il n’y a rien à faire avant la clôture, le {}.",
            hour(told.calendar.closes)
        )),
        _ => lines.push(
            "Il n’y a rien à faire : un courriel part quand les auditions sont fixées, et à chaque candidat quand les résultats sont publiés.".to_owned(),
        ),
    }
    lines
}

/// What a candidate may ask of their file now.
fn ways(own: &Own) -> Vec<(&'static str, String)> {
    let row = &own.row;
    let aside = row.sent_at.is_none() || row.withdrawn_at.is_some();
    let over = own.edition.step == Step::Published;
    let mut ways =
        vec![("Télécharger tout ce que nous gardons de vous (JSON)", format!("{}/donnees", own.base()))];
    if !over && row.withdrawn_at.is_none() {
        ways.push(("Retirer ma candidature", format!("{}/retirer", own.base())));
    }
    if aside || over && !row.is_laureate() {
        ways.push(("Effacer mon dossier", format!("{}/effacer", own.base())));
    }
    ways
}

async fn show(
    State(incubator): State<Arc<Incubator>>,
    visitor: Visitor,
    Origin(from): Origin,
    Name(secret): Name,
    Asked(done): Asked<Done>,
) -> Result<Response, Problem> {
    let own = own(&incubator, &from, &secret).await?;
    let row = &own.row;
    let parts = own.parts();
    let shown = ApplicationPage {
        page: done.announce(own.page(&visitor, "Votre candidature")),
        project: own.dossier.project.clone(),
        call: (own.edition.told.title.clone(), address(&own.edition.row.slug)),
        closing: hour(own.edition.told.calendar.closes),
        writable: own.is_writable(),
        next: own.next(),
        ready: parts.iter().all(|one| one.done || !one.required),
        parts,
        status: status(&own),
        number: row.number.clone().unwrap_or_default(),
        step: (row.sent_at.is_some() && row.withdrawn_at.is_none()).then(|| steps(own.phase)),
        ways: ways(&own),
    };
    Ok(page(&shown))
}

/// Everything that is kept of a candidate, in JSON (RGPD, articles 15 and 20).
async fn export(
    State(incubator): State<Arc<Incubator>>,
    Origin(from): Origin,
    Name(secret): Name,
) -> Result<Response, Problem> {
    let own = own(&incubator, &from, &secret).await?;
    let row = &own.row;
    let over = own.edition.step == Step::Published;
    let told = json!({
        "call": own.edition.told.title, "number": row.number, "department": row.department,
        "organisation_kind": row.organisation_kind, "created_at": row.created_at.timestamp(),
        "sent_at": row.sent_at.map(Instant::timestamp),
        "withdrawn_at": row.withdrawn_at.map(Instant::timestamp),
        "hearing_at": row.hearing_at.filter(|_| own.edition.step >= Step::Hearing).map(Instant::timestamp),
        "laureate": over.then(|| row.is_laureate()), "reason": over.then(|| row.reason()),
        "file": own.dossier,
    });
    let headers = [
        (CONTENT_DISPOSITION, "attachment; filename=\"candidature.json\""),
        (CACHE_CONTROL, "private, no-store"),
    ];
    Ok((headers, axum::Json(told)).into_response())
}

/// A question whose answer cannot be undone.
struct Ending {
    title: &'static str,
    text: String,
    end: &'static str,
    submit: &'static str,
}

#[derive(Template)]
#[template(path = "call/ending.html")]
struct EndingPage {
    page: Page,
    ending: Ending,
    base: String,
}

async fn ask(
    incubator: &Incubator,
    visitor: &Visitor,
    (from, secret): (&str, &str),
    ending: Ending,
) -> Result<Response, Problem> {
    let own = own(incubator, from, secret).await?;
    let shown = EndingPage { page: own.page(visitor, ending.title), base: own.base(), ending };
    Ok(page(&shown))
}

async fn ask_withdraw(
    State(incubator): State<Arc<Incubator>>,
    visitor: Visitor,
    Origin(from): Origin,
    Name(secret): Name,
) -> Result<Response, Problem> {
    let text = "Elle ne sera plus examinée. Avant la clôture, vous pourrez en commencer une autre ; celle-ci ne revient pas.";
    let ending = Ending {
        title: "Retirer votre candidature",
        text: text.to_owned(),
        end: "retirer",
        submit: "Retirer ma candidature",
    };
    ask(&incubator, &visitor, (&from, &secret), ending).await
}

async fn withdraw(
    State(incubator): State<Arc<Incubator>>,
    Origin(from): Origin,
    Path(secret): Path<String>,
) -> Result<Response, Problem> {
    let own = own(&incubator, &from, &secret).await?;
    let base = own.base();
    if application::withdraw(&incubator.database, own.row).await? == Err(NotNow) {
        return Err(not_now("Les résultats sont publiés, ou cette candidature est déjà retirée."));
    }
    Ok(redirect(&format!("{base}?fait=candidature-retiree")))
}

async fn ask_erase(
    State(incubator): State<Arc<Incubator>>,
    visitor: Visitor,
    Origin(from): Origin,
    Name(secret): Name,
) -> Result<Response, Problem> {
    let text = "Tout ce que vous avez écrit est effacé, ainsi que les notes et les raisons du jury. Votre lien n’ouvrira plus rien. Il reste une unité dans les chiffres de l’appel.";
    let ending = Ending {
        title: "Effacer votre dossier",
        text: text.to_owned(),
        end: "effacer",
        submit: "Effacer mon dossier",
    };
    ask(&incubator, &visitor, (&from, &secret), ending).await
}

async fn erase(
    State(incubator): State<Arc<Incubator>>,
    Origin(from): Origin,
    Path(secret): Path<String>,
) -> Result<Response, Problem> {
    let own = own(&incubator, &from, &secret).await?;
    let back = address(&own.edition.row.slug);
    if application_erasure::erase(&incubator.database, Actor::Public, own.row).await? == Err(NotNow) {
        return Err(not_now(
            "Ce dossier est examiné par le jury : retirez d’abord votre candidature. Celui d’un lauréat est gardé avec sa convention.",
        ));
    }
    Ok(redirect(&back))
}
