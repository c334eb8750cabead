//! A laureate is given what the call promised: an investigation, or the draft of an agreement. Once.

use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::{Path, State};
use axum::response::Response;
use axum::routing::get;
use jiff::Span;
use jiff::civil::Date;
use serde::Deserialize;
use socle::pages::{Choice, FormErrors, Page};
use socle::people::{Email, NewMembership};
use socle::web::{Asked, Filled, Problem, Visitor, answered, page, redirect};

use super::call_given::given;
use super::call_head::{address, desk_page, not_now, organised, sent};
use super::call_offer::{Offer, offers, words};
use super::done::Done;
use super::typed;
use crate::model::call::AwardKind;
use crate::model::committee::CommitteeKind;
use crate::model::money::Cents;
use crate::model::portfolio::Stage;
use crate::model::tenant::Tenant;
use crate::store::application::{self, Dossier, Model};
use crate::store::call_award::{self, AgreementDraft, Given, NewAward, NotAwarded, Work};
use crate::store::call_edition::Edition;
use crate::store::committee::Prepared;
use crate::store::product::NewProduct;
use crate::{Incubator, SHEET, call_letters};

pub fn routes() -> Router<Arc<Incubator>> {
    Router::new().route("/incubateur/appels/{slug}/laureats/{id}", get(show).post(give))
}

#[derive(Clone, Default, Deserialize)]
#[serde(default)]
struct Typed {
    /// Identifier of a product of the portfolio; empty for a new one.
    known: String,
    name: String,
    slug: String,
    mission: String,
    incubator: String,
    stage: String,
    agreement: String,
    from: String,
    weeks: String,
    envelope: String,
    months: String,
    giver: String,
    invite: String,
}

#[derive(Template)]
#[template(path = "call/award.html")]
struct AwardPage {
    page: Page,
    project: String,
    action: String,
    back: String,
    is_investigation: bool,
    conditions: Vec<String>,
    products: Vec<Choice>,
    incubators: Vec<Choice>,
    stages: Vec<Choice>,
    agreements: Vec<Choice>,
    /// Agreement, what is left, what forbids it.
    offers: Vec<(String, String, String)>,
    new: Typed,
    errors: FormErrors,
}

/// A laureate of a published edition.
async fn laureate(
    incubator: &Incubator,
    visitor: &Visitor,
    (slug, id): (&str, i64),
) -> Result<(Edition, Model, Dossier), Problem> {
    let edition = organised(incubator, visitor, "call.organise", slug).await?;
    let row = sent(incubator, &edition, id).await?;
    if edition.row.published_at.is_none() || !row.is_laureate() {
        return Err(not_now("Seul un lauréat dont les résultats sont publiés est accueilli."));
    }
    let dossier = application::open(&incubator.keyring, &row).await?;
    Ok((edition, row, dossier))
}

fn first(edition: &Edition, row: &Model, dossier: &Dossier, today: Date) -> Typed {
    let told = &edition.told;
    let granted = row.granted.map(Cents::new).or(told.max_grant);
    Typed {
        name: dossier.project.clone(),
        slug: typed::slug_of(&dossier.project),
        mission: dossier.summary.clone(),
        incubator: told.incubator.clone(),
        stage: Stage::Acceleration.as_str().to_owned(),
        from: today.to_string(),
        weeks: told.weeks.to_string(),
        envelope: granted.map_or_else(String::new, |amount| amount.to_string().replace(" €", "")),
        // Seven months for thirty weeks: whole months, at least one.
        months: std::cmp::max(1, (told.weeks * 10 + 21) / 43).to_string(),
        giver: told.organiser.clone(),
        invite: "oui".to_owned(),
        ..Typed::default()
    }
}

async fn form(
    incubator: &Incubator,
    visitor: &Visitor,
    (edition, row, dossier): (&Edition, &Model, &Dossier),
    (new, errors): (Typed, FormErrors),
    offers: &[Offer],
) -> Result<Response, Problem> {
    let portfolio = incubator.portfolio().await?;
    let active = portfolio.products.iter().filter(|one| {
        one.sheet.history.on(incubator.today()).is_none_or(|present| present.stage.is_active())
    });
    let base = address(&edition.row.slug);
    let told = |offer: &Offer| {
        let written = &offer.filed.agreement.written;
        let left = offer.left.map_or_else(|| "aucun plafond chiffré".to_owned(), Cents::fr);
        let why =
            if offer.why.is_empty() { "rien ne s’y oppose".to_owned() } else { offer.why.join(" ; ") };
        (written.title.clone(), left, why)
    };
    let choice = |offer: &Offer| {
        let written = &offer.filed.agreement.written;
        Choice::new(&written.reference, &written.title, &new.agreement)
    };
    let shown = AwardPage {
        page: desk_page(visitor, edition, "Accueillir le lauréat"),
        project: dossier.project.clone(),
        action: format!("{base}/laureats/{}", row.id),
        back: format!("{base}/suivi"),
        is_investigation: edition.told.award == AwardKind::Investigation,
        conditions: conditions(edition, row),
        products: active.map(|one| Choice::new(&one.slug, &one.sheet.name, &new.known)).collect(),
        incubators: portfolio
            .incubators
            .iter()
            .map(|(slug, one)| Choice::new(slug, &one.name, &new.incubator))
            .collect(),
        stages: [Stage::Construction, Stage::Acceleration, Stage::Consolidation]
            .iter()
            .map(|one| Choice::new(one.as_str(), one.title(), &new.stage))
            .collect(),
        agreements: offers.iter().map(choice).collect(),
        offers: offers.iter().map(told).collect(),
        new,
        errors: errors.clone(),
    };
    Ok(answered(page(&shown), &errors))
}

async fn show(
    State(incubator): State<Arc<Incubator>>,
    visitor: Visitor,
    Path((slug, id)): Path<(String, i64)>,
    Asked(done): Asked<Done>,
) -> Result<Response, Problem> {
    let (edition, row, dossier) = laureate(&incubator, &visitor, (&slug, id)).await?;
    if let Some(award) = call_award::find(&incubator.database, id).await? {
        return given(&incubator, &visitor, (&edition, &dossier, &award), &done).await;
    }
    let new = first(&edition, &row, &dossier, incubator.today());
    let span = Span::new().weeks(i64::from(edition.told.weeks));
    let dates = (incubator.today(), incubator.today().saturating_add(span));
    let envelope = new.envelope.parse().unwrap_or(Cents::ZERO);
    let offers = match edition.told.award {
        AwardKind::Investigation => offers(&incubator, dates, envelope).await?,
        AwardKind::Agreement => Vec::new(),
    };
    let told = (new, FormErrors::default());
    form(&incubator, &visitor, (&edition, &row, &dossier), told, &offers).await
}

/// What the award asks: the share that the call asks everybody to bring, then what the jury asks of this laureate.
fn conditions(edition: &Edition, row: &Model) -> Vec<String> {
    let share = edition.told.co_funding_percent.filter(|percent| *percent > 0);
    let share = share.map(|percent| format!("apporter {percent} % du financement du service"));
    share.into_iter().chain(row.conditions()).collect()
}

/// What was typed, when nothing is missing.
struct Read {
    work: Work,
    from: Date,
    to: Date,
    envelope: Cents,
    months: u16,
}

async fn read(
    incubator: &Incubator,
    edition: &Edition,
    new: &Typed,
    errors: &mut FormErrors,
) -> Result<Option<Read>, Problem> {
    let portfolio = incubator.portfolio().await?;
    let investigation = edition.told.award == AwardKind::Investigation;
    let stage = if investigation { Some(Stage::Investigation) } else { new.stage.parse().ok() };
    let work = if new.known.is_empty() || investigation {
        let product = NewProduct {
            name: typed::text(errors, "name", &new.name, "Donnez un nom au service.", 120),
            slug: typed::identifier(errors, "slug", &new.slug),
            mission: typed::text(errors, "mission", &new.mission, "Dites sa mission en une phrase.", 400),
            incubator: new.incubator.clone(),
        };
        if !new.incubator.is_empty() && !portfolio.incubators.contains_key(&new.incubator) {
            errors.add("incubator", "Choisissez un incubateur de la liste.");
        }
        stage.map(|stage| Work::New(product, stage))
    } else {
        let known = portfolio.product(&new.known).is_some();
        if !known {
            errors.add("known", "Choisissez un service de la liste.");
        }
        Some(Work::Known(new.known.clone())).filter(|_| known)
    };
    if stage.is_none() {
        errors.add("stage", "Choisissez la phase du service.");
    }
    let from = typed::day(errors, "from", &new.from);
    let envelope = typed::amount(errors, "envelope", &new.envelope);
    if envelope.zip(edition.told.max_grant).is_some_and(|(given, most)| given > most) {
        let most = edition.told.max_grant.map_or_else(String::new, Cents::fr);
        errors.add("envelope", format!("L’appel accorde au plus {most}."));
    }
    let (weeks, months) = if investigation {
        let weeks = new.weeks.trim().parse().ok().filter(|weeks| (1..=26_u16).contains(weeks));
        if weeks.is_none() {
            errors.add("weeks", "Indiquez un nombre de semaines, de 1 à 26.");
        }
        (weeks, Some(0))
    } else {
        let months = new.months.trim().parse().ok().filter(|months| (1..=24_u16).contains(months));
        if months.is_none() {
            errors.add("months", "Indiquez un nombre de mois, de 1 à 24.");
        }
        (Some(0), months)
    };
    let (Some(work), Some(from), Some(envelope), Some(weeks), Some(months)) =
        (work, from, envelope, weeks, months)
    else {
        return Ok(None);
    };
    let span = Span::new().weeks(i64::from(weeks)).months(i64::from(months));
    Ok(Some(Read { work, from, to: from.saturating_add(span), envelope, months }))
}

/// The committee that ends an investigation.
fn committee(edition: &Edition, read: &Read) -> Prepared {
    Prepared {
        kind: CommitteeKind::Launch,
        day: read.to,
        place: String::new(),
        chair: String::new(),
        asked: format!(
            "Fin de l’investigation ouverte par l’appel « {} », enveloppe de {} : une équipe se constitue-t-elle ?",
            edition.told.title,
            read.envelope.fr()
        ),
        agenda: CommitteeKind::Launch.agenda().to_owned(),
    }
}

async fn give(
    State(incubator): State<Arc<Incubator>>,
    visitor: Visitor,
    Path((slug, id)): Path<(String, i64)>,
    Filled(new): Filled<Typed>,
) -> Result<Response, Problem> {
    let (edition, row, dossier) = laureate(&incubator, &visitor, (&slug, id)).await?;
    let already = || not_now("Ce lauréat a déjà reçu ce que l’appel promettait : une seule fois suffit.");
    if call_award::find(&incubator.database, id).await?.is_some() {
        return Err(already());
    }
    let mut errors = FormErrors::default();
    let read = read(&incubator, &edition, &new, &mut errors).await?;
    let investigation = edition.told.award == AwardKind::Investigation;
    let offers = match &read {
        Some(read) if investigation => offers(&incubator, (read.from, read.to), read.envelope).await?,
        _ => Vec::new(),
    };
    let chosen = offers.iter().find(|one| one.filed.agreement.written.reference == new.agreement);
    if let Some(why) = chosen.map(|one| one.why.join(" ; ")).filter(|why| !why.is_empty()) {
        errors.add("agreement", format!("Cette convention ne peut pas porter l’investigation : {why}."));
    } else if investigation && read.is_some() && chosen.is_none() {
        errors.add("agreement", "Choisissez une convention en vigueur.");
    }
    let giver = if investigation {
        String::new()
    } else {
        typed::text(&mut errors, "giver", &new.giver, "Indiquez qui accorde les crédits.", 160)
    };
    let Some(read) = read.filter(|_| errors.is_empty()) else {
        return form(&incubator, &visitor, (&edition, &row, &dossier), (new, errors), &offers).await;
    };
    let promised = match chosen {
        Some(offer) => {
            Given::Investigation { agreement: offer.filed.id, committee: committee(&edition, &read) }
        }
        None => Given::Agreement(AgreementDraft {
            title: format!("{}, {}", edition.told.title, dossier.project),
            parties: [giver, dossier.organisation.clone()],
            months: read.months,
            granted: read.envelope,
            conditions: conditions(&edition, &row),
        }),
    };
    let product = match &read.work {
        Work::New(new, _) => (new.slug.clone(), new.name.clone()),
        Work::Known(slug) => (slug.clone(), dossier.project.clone()),
    };
    let award =
        NewAward { work: read.work, from: read.from, to: read.to, envelope: read.envelope, given: promised };
    let knowledge = incubator.knowledge().await?;
    let done = call_award::award(&incubator.database, &knowledge, visitor.actor(), &row, award).await?;
    match done {
        Ok(()) => {}
        Err(NotAwarded::Already) => return Err(already()),
        Err(NotAwarded::NotALaureate) => return Err(not_now("Cette candidature n’est pas lauréate.")),
        Err(NotAwarded::SlugTaken) => {
            errors.add("slug", "Un service a déjà cet identifiant.");
            return form(&incubator, &visitor, (&edition, &row, &dossier), (new, errors), &offers).await;
        }
        Err(NotAwarded::Uncovered(why)) => {
            let why: Vec<_> = why.iter().map(words).collect();
            errors.add(
                "agreement",
                format!("Cette convention ne peut pas porter l’investigation : {}.", why.join(" ; ")),
            );
            return form(&incubator, &visitor, (&edition, &row, &dossier), (new, errors), &offers).await;
        }
    }
    if !new.invite.is_empty() {
        invite(&incubator, &visitor, &dossier, product).await?;
    }
    Ok(redirect(&format!("{}/laureats/{id}?fait=laureat-accueilli", address(&slug))))
}

/// The candidate becomes the intrapreneur of the product. Given twice, a role changes nothing.
async fn invite(
    incubator: &Incubator,
    visitor: &Visitor,
    dossier: &Dossier,
    (slug, name): (String, String),
) -> Result<(), Problem> {
    let email = Email::parse(&dossier.email).map_err(|error| Problem::internal(&error))?;
    let role = NewMembership {
        service: SHEET.id.to_owned(),
        role: "product.lead".to_owned(),
        tenant: Some(Tenant::Service(slug.clone()).to_string()),
        tenant_name: name,
    };
    let letter = call_letters::welcomed(incubator, dossier, &slug);
    incubator.house.people.invite(visitor.actor(), email, dossier.person.clone(), role, letter).await?;
    Ok(())
}
