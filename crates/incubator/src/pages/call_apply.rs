use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use serde::Deserialize;
use socle::pages::{Choice, FormErrors, Page};
use socle::people::Email;
use socle::web::rates::Rate;
use socle::web::{Filled, Name, Origin, Problem, Visitor, answered, page};

use super::call_head::{address, departments, hour, kinds, not_now, public};
use super::typed;
use crate::model::call::{OrganisationKind, Phase};
use crate::model::named::Named as _;
use crate::store::application::{self, Dossier, NotOpen, Workplace};
use crate::store::call_edition::Edition;
use crate::{Incubator, SHEET, call_letters};

/// How often one address may begin.
const ASKING: Rate = Rate { name: "apply", limit: 5, window: 60 };
/// How many links one mailbox receives.
const LINKS: Rate = Rate { name: "apply-mailbox", limit: 3, window: 3_600 };

pub fn routes() -> Router<Arc<Incubator>> {
    Router::new().route("/incubateur/appels/{slug}/candidater", get(show).post(begin))
}

/// Who applies, with what.
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub struct Typed {
    pub person: String,
    pub email: String,
    pub phone: String,
    pub organisation: String,
    pub organisation_kind: String,
    pub department: String,
    pub project: String,
    pub summary: String,
}

impl Typed {
    pub fn of(dossier: &Dossier, row: &application::Model) -> Self {
        Self {
            person: dossier.person.clone(),
            email: dossier.email.clone(),
            phone: dossier.phone.clone(),
            organisation: dossier.organisation.clone(),
            organisation_kind: row.organisation_kind.clone(),
            department: row.department.clone(),
            project: dossier.project.clone(),
            summary: dossier.summary.clone(),
        }
    }

    /// Reads it into a dossier; an error beside each field otherwise. The address is not asked again once it is known.
    pub fn read(
        &self,
        incubator: &Incubator,
        errors: &mut FormErrors,
        dossier: &mut Dossier,
    ) -> Option<Workplace> {
        dossier.person =
            typed::text(errors, "person", &self.person, "Indiquez votre prénom et votre nom.", 120);
        if dossier.email.is_empty() {
            match Email::parse(&self.email) {
                Ok(email) => email.as_str().clone_into(&mut dossier.email),
                Err(wrong) => errors.add("email", wrong.to_string()),
            }
        }
        let phone: String = self.phone.trim().to_owned();
        let digits = phone.chars().filter(char::is_ascii_digit).count();
        let sound = phone.chars().all(|sign| sign.is_ascii_digit() || "+ .-()\u{a0}".contains(sign));
        if !phone.is_empty() && (!sound || !(6..=15).contains(&digits)) {
            errors.add(
                "phone",
                format!(
                    "«\u{a0}{}\u{a0}» n’est pas un numéro de téléphone, par exemple 01 23 45 67 89.",
                    phone.chars().take(40).collect::<String>()
                ),
            );
        }
        dossier.phone = phone;
        dossier.organisation = typed::text(
            errors,
            "organisation",
            &self.organisation,
            "Indiquez l’organisme où vous travaillez.",
            200,
        );
        let kind = OrganisationKind::from_name(&self.organisation_kind);
        if kind.is_none() {
            errors.add("organisation_kind", "Choisissez la sorte de votre organisme.");
        }
        let department = departments(incubator, "").into_iter().find(|one| one.value == self.department);
        if department.is_none() {
            errors.add("department", "Choisissez le département où vous travaillez.");
        }
        dossier.project =
            typed::text(errors, "project", &self.project, "Donnez un titre à votre projet.", 120);
        dossier.summary = typed::text(
            errors,
            "summary",
            &self.summary,
            "Résumez votre projet en deux ou trois phrases.",
            SUMMARY,
        );
        Some(Workplace { department: department?.value, kind: kind? }).filter(|_| errors.is_empty())
    }
}

/// The longest summary, in characters.
const SUMMARY: usize = 400;

#[derive(Template)]
#[template(path = "call/apply.html")]
pub struct ApplyPage {
    pub page: Page,
    pub title: String,
    pub lead: String,
    pub action: String,
    pub submit: &'static str,
    /// Not asked again once it is known.
    pub asks_email: bool,
    pub kinds: Vec<Choice>,
    pub departments: Vec<Choice>,
    pub new: Typed,
    pub errors: FormErrors,
}

fn form(
    incubator: &Incubator,
    visitor: &Visitor,
    edition: &Edition,
    (new, errors): (Typed, FormErrors),
) -> Response {
    let base = address(&edition.row.slug);
    let shown = ApplyPage {
        page: Page::of_service(visitor, &SHEET, "Candidater")
            .under("Appels", "/incubateur/appels")
            .under(&edition.told.title, &base),
        title: "Candidater".to_owned(),
        lead: format!(
            "{} : jusqu’au {}, heure de Paris. Vous recevrez un lien personnel pour répondre aux questions à votre rythme, puis envoyer.",
            edition.told.title,
            hour(edition.told.calendar.closes)
        ),
        action: format!("{base}/candidater"),
        submit: "Recevoir mon lien",
        asks_email: true,
        kinds: kinds(&new.organisation_kind),
        departments: departments(incubator, &new.department),
        new,
        errors: errors.clone(),
    };
    answered(page(&shown), &errors)
}

/// An edition that takes applications now.
async fn open(incubator: &Incubator, slug: &str) -> Result<Edition, Problem> {
    let edition = public(incubator, slug).await?;
    let now = incubator.hour();
    match edition.phase(now) {
        Phase::Open => Ok(edition),
        phase => Err(closed(&edition, phase)),
    }
}

/// Why nothing is taken any more, or not yet.
pub fn closed(edition: &Edition, phase: Phase) -> Problem {
    let calendar = &edition.told.calendar;
    not_now(match phase {
        Phase::ToCome => format!(
            "Les candidatures ouvrent le {}. Revenez ce jour-là : les questions sont déjà sur la page de l’appel.",
            socle::pages::format::date(calendar.opens)
        ),
        _ => format!(
            "L’appel s’est clos le {}, heure de Paris : plus aucune candidature n’est reçue. Les prochains appels sont annoncés sur la page « Appels ».",
            hour(calendar.closes)
        ),
    })
}

async fn show(
    State(incubator): State<Arc<Incubator>>,
    visitor: Visitor,
    Name(slug): Name,
) -> Result<Response, Problem> {
    let edition = open(&incubator, &slug).await?;
    Ok(form(&incubator, &visitor, &edition, Default::default()))
}

#[derive(Template)]
#[template(path = "call/begun.html")]
struct BegunPage {
    page: Page,
    email: String,
    demonstration: bool,
    again: String,
}

async fn begin(
    State(incubator): State<Arc<Incubator>>,
    visitor: Visitor,
    Origin(from): Origin,
    Name(slug): Name,
    Filled(new): Filled<Typed>,
) -> Result<Response, Problem> {
    let house = &incubator.house;
    let now = house.clock.now();
    if !house.rates.count(ASKING, &from, now).allowed {
        return Err(Problem::TooMany);
    }
    let edition = open(&incubator, &slug).await?;
    let (mut errors, mut dossier) = (FormErrors::default(), Dossier::default());
    let Some(workplace) = new.read(&incubator, &mut errors, &mut dossier) else {
        return Ok(form(&incubator, &visitor, &edition, (new, errors)));
    };
    let email = dossier.email.clone();
    // A mailbox is not flooded, and a stranger learns nothing of it: the earlier links still work.
    if house.rates.count_strictly(LINKS, &email, now).allowed {
        let secret = socle::chance::secret_text();
        let letter = call_letters::begun(&incubator, &edition, &dossier, &secret);
        let key = application::key(&incubator.keyring, &edition).await?;
        let begun =
            application::begin(&incubator.database, key, &edition, (dossier, workplace), &secret, letter);
        if begun.await? == Err(NotOpen) {
            return Err(closed(&edition, edition.phase(incubator.hour())));
        }
    }
    Ok(page(&BegunPage {
        page: Page::of_service(&visitor, &SHEET, "Consultez votre messagerie")
            .under("Appels", "/incubateur/appels")
            .under(&edition.told.title, &address(&slug)),
        email,
        demonstration: house.config.demonstration,
        again: format!("{}/candidater", address(&slug)),
    }))
}
