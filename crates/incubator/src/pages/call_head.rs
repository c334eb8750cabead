//! What every page of a call shares: finding it, its address, its words.

use axum::http::StatusCode;
use jiff::Timestamp;
use jiff::civil::DateTime;
use socle::pages::{Choice, Page, format};
use socle::web::{Problem, Visitor};

use super::agreement::sentence;
use crate::model::call::{OrganisationKind, Phase, Refusal};
use crate::model::named::Named as _;
use crate::model::tenant::Tenant;
use crate::store::application;
use crate::store::call_edition::{self, Edition};
use crate::{Incubator, SHEET};

/// Gives the names of a field that comes back: `numbered!("label_")` is `label_0` to `label_11`.
macro_rules! numbered {
    ($name:literal) => {
        [
            concat!($name, "0"),
            concat!($name, "1"),
            concat!($name, "2"),
            concat!($name, "3"),
            concat!($name, "4"),
            concat!($name, "5"),
            concat!($name, "6"),
            concat!($name, "7"),
            concat!($name, "8"),
            concat!($name, "9"),
            concat!($name, "10"),
            concat!($name, "11"),
        ]
    };
}
pub(super) use numbered;

/// The most criteria, or questions, of an edition.
pub const MOST: usize = 12;

/// The address of an edition.
pub fn address(slug: &str) -> String {
    format!("/incubateur/appels/{slug}")
}

/// Addresses that no edition may have.
pub const RESERVED: [&str; 3] = ["organiser", "nouveau", "candidatures"];

/// An edition that the public may know of.
pub async fn public(incubator: &Incubator, slug: &str) -> Result<Edition, Problem> {
    let found = call_edition::find(&incubator.database, slug).await?;
    found.filter(|one| one.phase(incubator.hour()) != Phase::Draft).ok_or(Problem::NotFound)
}

/// An edition, for whoever may do `action` on every one.
pub async fn organised(
    incubator: &Incubator,
    visitor: &Visitor,
    action: &str,
    slug: &str,
) -> Result<Edition, Problem> {
    visitor.allow(&SHEET, action)?;
    call_edition::find(&incubator.database, slug).await?.ok_or(Problem::NotFound)
}

/// An edition for a member of its jury, and their number.
pub async fn judged(incubator: &Incubator, visitor: &Visitor, slug: &str) -> Result<(Edition, i64), Problem> {
    let scope = visitor.allow(&SHEET, "call.judge")?;
    if Tenant::of(&scope) != Some(Tenant::Call(slug.to_owned())) {
        return Err(Problem::NotFound);
    }
    let agent = visitor.signed_in.as_ref().map(|who| who.agent.id).ok_or(Problem::NotFound)?;
    let edition = call_edition::find(&incubator.database, slug).await?.ok_or(Problem::NotFound)?;
    Ok((edition, agent))
}

/// An application that was sent to an edition and is still there.
pub async fn sent(incubator: &Incubator, edition: &Edition, id: i64) -> Result<application::Model, Problem> {
    let found = application::find(&incubator.database, edition.row.id, id).await?;
    found.filter(|one| one.sent_at.is_some() && one.withdrawn_at.is_none()).ok_or(Problem::NotFound)
}

/// A page for organisers.
pub fn desk_page(visitor: &Visitor, edition: &Edition, title: &str) -> Page {
    let page = Page::of_service(visitor, &SHEET, title)
        .under("Appels", "/incubateur/appels")
        .under("Organiser", "/incubateur/appels/organiser");
    let base = format!("{}/suivi", address(&edition.row.slug));
    if visitor.path.split('?').next() == Some(base.as_str()) {
        return page;
    }
    page.under(&edition.told.title, &base)
}

/// A page for the jury.
pub fn jury_page(visitor: &Visitor, edition: &Edition, title: &str) -> Page {
    let page = Page::of_service(visitor, &SHEET, title).under("Appels", "/incubateur/appels");
    let base = format!("{}/jury", address(&edition.row.slug));
    if visitor.path.split('?').next() == Some(base.as_str()) {
        return page;
    }
    page.under("Le jury", &base)
}

/// The colour of a phase.
pub fn colour(phase: Phase) -> &'static str {
    match phase {
        Phase::Open => "success",
        Phase::ToCome => "new",
        Phase::Draft | Phase::Published | Phase::Onboarding => "",
        _ => "info",
    }
}

/// `13 novembre 2026 à 12 h 00`, an hour of Paris.
pub fn hour(at: DateTime) -> String {
    let hour = format!("{}\u{a0}h\u{a0}{:02}", at.hour(), at.minute());
    format!("{} à {hour}", format::date(at.date()))
}

/// The same of an instant.
pub fn instant(at: Timestamp) -> String {
    format::date_time(at, &format::paris())
}

/// Paragraphs of a text.
pub fn paragraphs(text: &str) -> Vec<String> {
    text.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect()
}

/// The departments, by code.
pub fn departments(incubator: &Incubator, present: &str) -> Vec<Choice> {
    let known = incubator.house.places.reference.departments().iter();
    known
        .map(|one| {
            let code = one.code.to_string();
            Choice::new(&code, &format!("{code} – {}", one.name), present)
        })
        .collect()
}

/// The kinds of organisations.
pub fn kinds(present: &str) -> Vec<Choice> {
    OrganisationKind::ALL.iter().map(|one| Choice::new(one.as_str(), &sentence(one.fr()), present)).collect()
}

/// « 1 candidature attend … », « 2 candidatures attendent … ».
fn several(count: usize, one: &str, many: &str) -> String {
    if count < 2 { format!("{count} {one}") } else { format!("{count} {many}") }
}

/// What is owed before a step is taken.
pub fn refusal(why: &Refusal) -> String {
    match why {
        Refusal::NoCriterion => "Écrivez au moins un critère.".to_owned(),
        Refusal::NoQuestion => "Écrivez au moins une question du formulaire.".to_owned(),
        Refusal::ClosesBeforeOpening => {
            "L’appel se clôt avant son ouverture : corrigez le calendrier.".to_owned()
        }
        Refusal::ClosingIsPast(at) => {
            format!("L’appel se clôt le {}, déjà passé : corrigez le calendrier.", hour(*at))
        }
        Refusal::StillOpen(at) => format!("Les candidatures sont reçues jusqu’au {}.", hour(*at)),
        Refusal::Unjudged(count) => several(
            *count,
            "candidature attend : dites si elle est recevable.",
            "candidatures attendent : dites si elles sont recevables.",
        ),
        Refusal::Unchosen(count) => several(
            *count,
            "candidature attend : dites si elle est à entendre.",
            "candidatures attendent : dites si elles sont à entendre.",
        ),
        Refusal::Unscheduled(count) => several(
            *count,
            "candidature à entendre est sans heure d’audition.",
            "candidatures à entendre sont sans heure d’audition.",
        ),
        Refusal::NoJury => "Invitez au moins une personne au jury.".to_owned(),
        Refusal::NoChair => "Dites qui préside le jury : cette personne signera le procès-verbal.".to_owned(),
        Refusal::Unmarked(count) => {
            several(*count, "candidature est sans aucune note.", "candidatures sont sans aucune note.")
        }
        Refusal::Undecided(count) => several(
            *count,
            "candidature attend la décision du jury.",
            "candidatures attendent la décision du jury.",
        ),
        Refusal::Unsigned => "Le procès-verbal n’est pas signé par la présidence du jury.".to_owned(),
    }
}

/// Something the course of a call does not allow now.
pub fn not_now(text: impl Into<String>) -> Problem {
    Problem::Refused { status: StatusCode::CONFLICT, text: text.into() }
}

/// The steps of a call as the public reads them: its number and title.
pub fn steps(phase: Phase) -> (usize, &'static str, &'static str) {
    const TITLES: [&str; 6] =
        ["Candidatures", "Recevabilité", "Présélection", "Auditions", "Délibération", "Résultats"];
    let rank = match phase {
        Phase::Draft | Phase::ToCome | Phase::Open => 0,
        Phase::Closed | Phase::Eligibility => 1,
        Phase::Preselection | Phase::Shortlisted => 2,
        Phase::Hearing => 3,
        Phase::Deliberation => 4,
        Phase::Published | Phase::Onboarding => 5,
    };
    (rank + 1, TITLES[rank], TITLES.get(rank + 1).copied().unwrap_or_default())
}
