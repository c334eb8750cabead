use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use jiff::civil::{DateTime, Time};
use serde::Deserialize;
use socle::pages::{Choice, FormErrors, Page};
use socle::web::{Filled, Name, Problem, Visitor, answered, page, redirect};

use super::agreement::sentence;
use super::call_head::{RESERVED, address, desk_page, hour, not_now, organised};
use super::typed;
use crate::model::call::{AwardKind, Calendar, CallKind, Description, Phase, Template as Usual};
use crate::model::named::Named as _;
use crate::store::call_edition::{self, Edition, SlugTaken};
use crate::{Incubator, SHEET};

pub fn routes() -> Router<Arc<Incubator>> {
    Router::new()
        .route("/incubateur/appels/nouveau", get(choose))
        .route("/incubateur/appels/nouveau/{kind}", get(new).post(create))
        .route("/incubateur/appels/{slug}/suivi/presentation", get(edit).post(describe))
}

/// A kind of call to prepare.
struct Way {
    href: String,
    title: String,
    about: String,
}

#[derive(Template)]
#[template(path = "call/choose.html")]
struct ChoosePage {
    page: Page,
    ways: Vec<Way>,
    checked: String,
}

fn new_page(visitor: &Visitor, title: &str) -> Page {
    Page::of_service(visitor, &SHEET, title)
        .under("Appels", "/incubateur/appels")
        .under("Organiser", "/incubateur/appels/organiser")
}

async fn choose(State(incubator): State<Arc<Incubator>>, visitor: Visitor) -> Result<Response, Problem> {
    visitor.allow(&SHEET, "call.write")?;
    let ways = CallKind::ALL.iter().filter_map(|kind| {
        Some(Way {
            href: format!("/incubateur/appels/nouveau/{kind}"),
            title: sentence(kind.fr()),
            about: incubator.calls.of(*kind)?.about.clone(),
        })
    });
    let checked = incubator.calls.checked_on.parse();
    Ok(page(&ChoosePage {
        page: new_page(&visitor, "Préparer un appel"),
        ways: ways.collect(),
        checked: checked.map_or_else(|_| String::new(), socle::pages::format::date),
    }))
}

#[derive(Clone, Default, Deserialize)]
#[serde(default)]
struct Typed {
    slug: String,
    title: String,
    tagline: String,
    presentation: String,
    who: String,
    organiser: String,
    incubator: String,
    opens: String,
    closes_day: String,
    closes_hour: String,
    hearings: String,
    results: String,
    envelope: String,
    max_grant: String,
    co_funding: String,
    award: String,
    weeks: String,
    jury_preselects: String,
}

impl Typed {
    fn of(told: &Description) -> Self {
        let euros = |amount: Option<crate::model::money::Cents>| {
            amount.map_or_else(String::new, |amount| amount.fr().replace('\u{a0}', " ").replace(" €", ""))
        };
        let day = |day: Option<jiff::civil::Date>| day.map_or_else(String::new, |day| day.to_string());
        Self {
            slug: String::new(),
            title: told.title.clone(),
            tagline: told.tagline.clone(),
            presentation: told.presentation.clone(),
            who: told.who.clone(),
            organiser: told.organiser.clone(),
            incubator: told.incubator.clone(),
            opens: told.calendar.opens.to_string(),
            closes_day: told.calendar.closes.date().to_string(),
            closes_hour: told.calendar.closes.strftime("%H:%M").to_string(),
            hearings: day(told.calendar.hearings),
            results: day(told.calendar.results),
            envelope: euros(told.envelope),
            max_grant: euros(told.max_grant),
            co_funding: told.co_funding_percent.map_or_else(String::new, |one| one.to_string()),
            award: told.award.to_string(),
            weeks: told.weeks.to_string(),
            jury_preselects: if told.jury_preselects { "oui".to_owned() } else { String::new() },
        }
    }

    fn usual(kind: CallKind, usual: &Usual) -> Self {
        Self {
            title: sentence(kind.fr()),
            tagline: usual.about.clone(),
            envelope: String::new(),
            max_grant: if usual.max_grant.is_empty() {
                usual.envelope.clone()
            } else {
                usual.max_grant.clone()
            },
            co_funding: usual.co_funding_percent.map_or_else(String::new, |one| one.to_string()),
            award: usual.award.to_string(),
            weeks: usual.weeks.to_string(),
            closes_hour: "12:00".to_owned(),
            ..Self::default()
        }
    }

    fn calendar(&self, errors: &mut FormErrors) -> Option<Calendar> {
        let opens = typed::day(errors, "opens", &self.opens);
        let closes_day = typed::day(errors, "closes_day", &self.closes_day);
        let closes_hour: Option<Time> = Time::strptime("%H:%M", self.closes_hour.trim()).ok();
        if closes_hour.is_none() {
            errors.add("closes_hour", "Indiquez une heure, par exemple 12:00.");
        }
        let hearings = typed::maybe_day(errors, "hearings", &self.hearings);
        let results = typed::maybe_day(errors, "results", &self.results);
        let (opens, closes) = (opens?, DateTime::from_parts(closes_day?, closes_hour?));
        if closes <= opens.to_datetime(Time::midnight()) {
            errors.add("closes_day", "La clôture vient avant l’ouverture.");
        }
        if hearings.is_some_and(|day| day < closes.date()) {
            errors.add("hearings", "Les auditions viennent avant la clôture.");
        }
        if results.is_some_and(|day| day < hearings.unwrap_or(closes.date())) {
            errors.add("results", "Les résultats viennent avant les auditions ou la clôture.");
        }
        Some(Calendar { opens, closes, hearings, results })
    }

    /// What was typed over what the edition already says.
    fn read(&self, errors: &mut FormErrors, mut told: Description) -> Option<Description> {
        told.title = typed::text(errors, "title", &self.title, "Donnez un titre à l’appel.", 120);
        told.tagline = typed::text(errors, "tagline", &self.tagline, "Dites l’appel en une phrase.", 300);
        let missing = "Dites de quoi il s’agit.";
        told.presentation = typed::text(errors, "presentation", &self.presentation, missing, 6_000);
        told.who = typed::text(errors, "who", &self.who, "Dites qui peut candidater.", 2_000);
        told.organiser =
            typed::text(errors, "organiser", &self.organiser, "Dites qui organise l’appel.", 200);
        told.incubator.clone_from(&self.incubator);
        let calendar = self.calendar(errors);
        told.envelope = typed::maybe_amount(errors, "envelope", &self.envelope);
        told.max_grant = typed::maybe_amount(errors, "max_grant", &self.max_grant);
        if told.envelope.zip(told.max_grant).is_some_and(|(all, one)| one > all) {
            errors.add("max_grant", "Un lauréat recevrait plus que l’enveloppe de l’appel.");
        }
        told.co_funding_percent = match self.co_funding.trim() {
            "" => None,
            typed => {
                let read = typed.parse().ok().filter(|percent| *percent <= 100_u8);
                if read.is_none() {
                    errors.add("co_funding", "Indiquez un pourcentage de 0 à 100.");
                }
                read
            }
        };
        match AwardKind::from_name(&self.award) {
            Some(award) => told.award = award,
            None => errors.add("award", "Choisissez ce que reçoit un lauréat."),
        }
        match self.weeks.trim().parse().ok().filter(|weeks| (1..=104).contains(weeks)) {
            Some(weeks) => told.weeks = weeks,
            None => errors.add("weeks", "Indiquez un nombre de semaines, de 1 à 104."),
        }
        told.jury_preselects = !self.jury_preselects.is_empty();
        told.calendar = calendar?;
        Some(told).filter(|_| errors.is_empty())
    }
}

#[derive(Template)]
#[template(path = "call/form.html")]
struct FormPage {
    page: Page,
    title: String,
    lead: String,
    action: String,
    submit: &'static str,
    asks_slug: bool,
    incubators: Vec<Choice>,
    awards: Vec<Choice>,
    new: Typed,
    errors: FormErrors,
}

async fn incubators(incubator: &Incubator, present: &str) -> Result<Vec<Choice>, Problem> {
    let portfolio = incubator.portfolio().await?;
    Ok(portfolio.incubators.iter().map(|(slug, one)| Choice::new(slug, &one.name, present)).collect())
}

fn awards(present: &str) -> Vec<Choice> {
    AwardKind::ALL.iter().map(|one| Choice::new(one.as_str(), &sentence(one.fr()), present)).collect()
}

async fn new_form(
    incubator: &Incubator,
    visitor: &Visitor,
    kind: CallKind,
    (new, errors): (Typed, FormErrors),
) -> Result<Response, Problem> {
    let shown = FormPage {
        page: new_page(visitor, "Préparer un appel"),
        title: "Préparer un appel".to_owned(),
        lead: format!(
            "{} : les critères et le formulaire habituels sont repris, vous les changerez ensuite. Rien n’est public avant l’annonce.",
            sentence(kind.fr())
        ),
        action: format!("/incubateur/appels/nouveau/{kind}"),
        submit: "Enregistrer",
        asks_slug: true,
        incubators: incubators(incubator, &new.incubator).await?,
        awards: awards(&new.award),
        new,
        errors: errors.clone(),
    };
    Ok(answered(page(&shown), &errors))
}

fn usual<'a>(incubator: &'a Incubator, kind: &str) -> Result<(CallKind, &'a Usual), Problem> {
    let kind = CallKind::from_name(kind).ok_or(Problem::NotFound)?;
    Ok((kind, incubator.calls.of(kind).ok_or(Problem::NotFound)?))
}

async fn new(
    State(incubator): State<Arc<Incubator>>,
    visitor: Visitor,
    Name(kind): Name,
) -> Result<Response, Problem> {
    visitor.allow(&SHEET, "call.write")?;
    let (kind, usual) = usual(&incubator, &kind)?;
    new_form(&incubator, &visitor, kind, (Typed::usual(kind, usual), FormErrors::default())).await
}

/// An edition of which only what its kind usually asks is known.
pub fn blank(kind: CallKind, usual: &Usual) -> Description {
    Description {
        kind,
        title: String::new(),
        tagline: String::new(),
        presentation: String::new(),
        who: String::new(),
        organiser: String::new(),
        incubator: String::new(),
        calendar: Calendar {
            opens: jiff::civil::Date::ZERO,
            closes: DateTime::ZERO,
            hearings: None,
            results: None,
        },
        envelope: None,
        max_grant: None,
        co_funding_percent: usual.co_funding_percent,
        award: usual.award,
        weeks: usual.weeks,
        jury_preselects: false,
        criteria: usual.criteria.clone(),
        eligibility: usual.eligibility.clone(),
        questions: usual.questions.clone(),
    }
}

async fn create(
    State(incubator): State<Arc<Incubator>>,
    visitor: Visitor,
    Name(kind): Name,
    Filled(new): Filled<Typed>,
) -> Result<Response, Problem> {
    visitor.allow(&SHEET, "call.write")?;
    let (kind, usual) = usual(&incubator, &kind)?;
    let mut errors = FormErrors::default();
    let slug = typed::identifier(&mut errors, "slug", &new.slug);
    if RESERVED.contains(&slug.as_str()) {
        errors.add("slug", "Cette adresse sert déjà : choisissez-en une autre.");
    }
    let told = new.read(&mut errors, blank(kind, usual));
    let Some(told) = told.filter(|_| errors.is_empty()) else {
        return new_form(&incubator, &visitor, kind, (new, errors)).await;
    };
    let made = call_edition::create(&incubator.database, visitor.actor(), slug.clone(), told).await?;
    if made == Err(SlugTaken) {
        errors.add("slug", "Un autre appel a déjà cette adresse.");
        return new_form(&incubator, &visitor, kind, (new, errors)).await;
    }
    Ok(redirect(&format!("{}/suivi?fait=appel-prepare", address(&slug))))
}

/// An edition whose presentation may still change.
async fn changeable(incubator: &Incubator, visitor: &Visitor, slug: &str) -> Result<Edition, Problem> {
    let edition = organised(incubator, visitor, "call.write", slug).await?;
    match edition.phase(incubator.hour()) {
        Phase::Draft | Phase::ToCome | Phase::Open => Ok(edition),
        _ => Err(not_now(format!(
            "L’appel s’est clos le {} : ce qu’il annonce ne change plus.",
            hour(edition.told.calendar.closes)
        ))),
    }
}

async fn edit_form(
    incubator: &Incubator,
    visitor: &Visitor,
    edition: &Edition,
    (new, errors): (Typed, FormErrors),
) -> Result<Response, Problem> {
    let shown = FormPage {
        page: desk_page(visitor, edition, "Présentation et calendrier"),
        title: "Présentation et calendrier".to_owned(),
        lead: "Ce que le public lit. Après la clôture, plus rien ne change.".to_owned(),
        action: format!("{}/suivi/presentation", address(&edition.row.slug)),
        submit: "Enregistrer",
        asks_slug: false,
        incubators: incubators(incubator, &new.incubator).await?,
        awards: awards(&new.award),
        new,
        errors: errors.clone(),
    };
    Ok(answered(page(&shown), &errors))
}

async fn edit(
    State(incubator): State<Arc<Incubator>>,
    visitor: Visitor,
    Name(slug): Name,
) -> Result<Response, Problem> {
    let edition = changeable(&incubator, &visitor, &slug).await?;
    let new = Typed::of(&edition.told);
    edit_form(&incubator, &visitor, &edition, (new, FormErrors::default())).await
}

async fn describe(
    State(incubator): State<Arc<Incubator>>,
    visitor: Visitor,
    Name(slug): Name,
    Filled(new): Filled<Typed>,
) -> Result<Response, Problem> {
    let edition = changeable(&incubator, &visitor, &slug).await?;
    let mut errors = FormErrors::default();
    let told = new.read(&mut errors, edition.told.clone());
    let announced = edition.phase(incubator.hour()) != Phase::Draft;
    if announced && told.as_ref().is_some_and(|told| told.calendar.closes <= incubator.hour()) {
        errors.add("closes_day", "Un appel annoncé ne se clôt pas dans le passé.");
    }
    let Some(told) = told.filter(|_| errors.is_empty()) else {
        return edit_form(&incubator, &visitor, &edition, (new, errors)).await;
    };
    call_edition::describe(&incubator.database, visitor.actor(), edition, told).await?;
    Ok(redirect(&format!("{}/suivi?fait=appel-change", address(&slug))))
}
