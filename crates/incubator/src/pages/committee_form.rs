use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use serde::Deserialize;
use socle::pages::{Choice, FormErrors, Page};
use socle::rights::Scope;
use socle::web::{Filled, Name, Number, Problem, Visitor, answered, page, redirect};

use super::agreement::sentence;
use super::agreement_head;
use super::committee_head::{self, Found, address, frame};
use super::typed;
use crate::model::committee::CommitteeKind;
use crate::model::named::Named as _;
use crate::model::tenant::Tenant;
use crate::store::agreement::Filed;
use crate::store::committee::{self, Prepared};
use crate::store::day;
use crate::{Incubator, SHEET};

pub fn routes() -> Router<Arc<Incubator>> {
    Router::new()
        .route("/incubateur/conventions/{reference}/comites/nouveau", get(new_under).post(plan_under))
        .route("/incubateur/services/{slug}/comites/nouveau", get(new_of).post(plan_of))
        .route("/incubateur/comites/{id}/preparer", get(edit).post(prepare))
}

/// The choice of every product of the agreement.
const EVERY: &str = "*";

#[derive(Clone, Default, Deserialize)]
#[serde(default)]
struct Typed {
    kind: String,
    product: String,
    day: String,
    place: String,
    chair: String,
    asked: String,
    agenda: String,
}

#[derive(Template)]
#[template(path = "committee/form.html")]
struct CommitteeForm {
    page: Page,
    title: &'static str,
    about: String,
    action: String,
    submit: &'static str,
    kinds: Vec<Choice>,
    /// Empty when there is nothing to choose.
    products: Vec<Choice>,
    /// No product is listed: its identifier is typed.
    asks_product: bool,
    new: Typed,
    errors: FormErrors,
}

fn kinds(present: &str) -> Vec<Choice> {
    CommitteeKind::ALL.iter().map(|one| Choice::new(one.as_str(), &sentence(one.fr()), present)).collect()
}

/// What was typed, when nothing is missing.
fn read(errors: &mut FormErrors, new: &Typed) -> Option<Prepared> {
    let kind = CommitteeKind::from_name(&new.kind);
    if kind.is_none() {
        errors.add("kind", "Choisissez de quel comité il s’agit.");
    }
    let day = typed::day(errors, "day", &new.day);
    let cut = |text: &str, most: usize| text.trim().chars().take(most).collect::<String>();
    let (kind, day) = (kind?, day?);
    let agenda = cut(&new.agenda, 4_000);
    Some(Prepared {
        kind,
        day,
        place: cut(&new.place, 200),
        chair: cut(&new.chair, 200),
        asked: cut(&new.asked, 1_000),
        agenda: if agenda.is_empty() { kind.agenda().to_owned() } else { agenda },
    })
}

/// The products of an agreement that one may prepare a committee for.
fn products(filed: &Filed, scope: &Scope) -> Vec<(String, String)> {
    let written = &filed.agreement.written;
    let mine = written.products.iter().filter(|one| Tenant::covers(scope, &written.reference, &one.key));
    mine.map(|one| (one.key.clone(), one.name.clone())).collect()
}

fn form_under(
    incubator: &Incubator,
    visitor: &Visitor,
    (filed, scope): (&Filed, &Scope),
    (new, errors): (Typed, FormErrors),
) -> Response {
    let (page_of, head, _) = agreement_head::head(visitor, filed, incubator.today(), "/comites");
    let listed = products(filed, scope);
    let mut choices: Vec<Choice> =
        listed.iter().map(|(key, name)| Choice::new(key, name, &new.product)).collect();
    if choices.len() > 1 {
        choices.insert(0, Choice::new(EVERY, "Tous les services de la convention", &new.product));
    } else {
        choices.clear();
    }
    let shown = CommitteeForm {
        page: page_of,
        title: "Prévoir un comité",
        about: head.title,
        action: format!("{}/comites/nouveau", agreement_head::address(&filed.agreement.written.reference)),
        submit: "Prévoir le comité",
        kinds: kinds(&new.kind),
        products: choices,
        asks_product: listed.is_empty(),
        new,
        errors: errors.clone(),
    };
    answered(page(&shown), &errors)
}

async fn new_under(
    State(incubator): State<Arc<Incubator>>,
    visitor: Visitor,
    Name(reference): Name,
) -> Result<Response, Problem> {
    let (filed, scope) = agreement_head::found(&incubator, &visitor, "committee.prepare", &reference).await?;
    let periodic = filed.agreement.clause("committee.periodic");
    let chair = periodic.map(|one| one.bodies("chair")).unwrap_or_default();
    let new = Typed {
        kind: CommitteeKind::Investment.to_string(),
        product: EVERY.to_owned(),
        chair: chair.iter().map(|key| filed.agreement.name_of(key)).collect::<Vec<_>>().join(" ou "),
        ..Typed::default()
    };
    Ok(form_under(&incubator, &visitor, (&filed, &scope), (new, FormErrors::default())))
}

async fn plan_under(
    State(incubator): State<Arc<Incubator>>,
    visitor: Visitor,
    Name(reference): Name,
    Filled(new): Filled<Typed>,
) -> Result<Response, Problem> {
    let (filed, scope) = agreement_head::found(&incubator, &visitor, "committee.prepare", &reference).await?;
    let mut errors = FormErrors::default();
    let listed = products(&filed, &scope);
    let chosen: Vec<String> = if listed.is_empty() {
        let slug = new.product.trim().to_owned();
        let known = incubator.portfolio().await?.product(&slug).is_some();
        Some(slug).filter(|slug| known && Tenant::covers(&scope, &reference, slug)).into_iter().collect()
    } else if listed.len() == 1 || new.product == EVERY {
        listed.into_iter().map(|(key, _)| key).collect()
    } else {
        listed.into_iter().map(|(key, _)| key).filter(|key| *key == new.product).collect()
    };
    if chosen.is_empty() {
        errors.add("product", "Indiquez un service numérique du portefeuille.");
    }
    let prepared = read(&mut errors, &new);
    let Some(prepared) = prepared.filter(|_| errors.is_empty()) else {
        return Ok(form_under(&incubator, &visitor, (&filed, &scope), (new, errors)));
    };
    let id = committee::plan(&incubator.database, visitor.actor(), Some(filed.id), chosen, prepared).await?;
    Ok(redirect(&format!("{}?fait=comite-prevu", address(id))))
}

/// A product of the portfolio, for whoever may prepare its committees.
async fn product(incubator: &Incubator, visitor: &Visitor, slug: &str) -> Result<String, Problem> {
    let scope = visitor.allow(&SHEET, "committee.prepare")?;
    // An agreement's people prepare committees under their agreement.
    let mine = match Tenant::of(&scope) {
        None => true,
        Some(Tenant::Service(own)) => own == slug,
        Some(Tenant::Agreement(_) | Tenant::Call(_)) => false,
    };
    let portfolio = incubator.portfolio().await?;
    let found = portfolio.product(slug).filter(|_| mine).ok_or(Problem::NotFound)?;
    Ok(found.sheet.name.clone())
}

fn form_of(visitor: &Visitor, (slug, name): (&str, &str), (new, errors): (Typed, FormErrors)) -> Response {
    let shown = CommitteeForm {
        page: Page::of_service(visitor, &SHEET, "Prévoir un comité").under("Comités", "/incubateur/comites"),
        title: "Prévoir un comité",
        about: format!("{name}, sans convention"),
        action: format!("/incubateur/services/{slug}/comites/nouveau"),
        submit: "Prévoir le comité",
        kinds: kinds(&new.kind),
        products: Vec::new(),
        asks_product: false,
        new,
        errors: errors.clone(),
    };
    answered(page(&shown), &errors)
}

async fn new_of(
    State(incubator): State<Arc<Incubator>>,
    visitor: Visitor,
    Name(slug): Name,
) -> Result<Response, Problem> {
    let name = product(&incubator, &visitor, &slug).await?;
    let new = Typed { kind: CommitteeKind::Launch.to_string(), ..Typed::default() };
    Ok(form_of(&visitor, (&slug, &name), (new, FormErrors::default())))
}

async fn plan_of(
    State(incubator): State<Arc<Incubator>>,
    visitor: Visitor,
    Name(slug): Name,
    Filled(new): Filled<Typed>,
) -> Result<Response, Problem> {
    let name = product(&incubator, &visitor, &slug).await?;
    let mut errors = FormErrors::default();
    let Some(prepared) = read(&mut errors, &new) else {
        return Ok(form_of(&visitor, (&slug, &name), (new, errors)));
    };
    let id = committee::plan(&incubator.database, visitor.actor(), None, vec![slug], prepared).await?;
    Ok(redirect(&format!("{}?fait=comite-prevu", address(id))))
}

async fn ahead(incubator: &Incubator, visitor: &Visitor, id: i64) -> Result<Found, Problem> {
    let found = committee_head::found(incubator, visitor, "committee.prepare", id).await?;
    if found.committee.is_ahead() {
        return Ok(found);
    }
    Err(agreement_head::refused("Ce comité a été tenu ou annulé\u{a0}: il ne se prépare plus."))
}

fn form_again(visitor: &Visitor, found: &Found, (new, errors): (Typed, FormErrors)) -> Response {
    let names: Vec<&str> = found.products.iter().map(|(_, name)| name.as_str()).collect();
    let shown = CommitteeForm {
        page: frame(visitor, found, "Préparer le comité"),
        title: "Préparer le comité",
        about: names.join(", "),
        action: format!("{}/preparer", address(found.committee.row.id)),
        submit: "Enregistrer",
        kinds: kinds(&new.kind),
        products: Vec::new(),
        asks_product: false,
        new,
        errors: errors.clone(),
    };
    answered(page(&shown), &errors)
}

async fn edit(
    State(incubator): State<Arc<Incubator>>,
    visitor: Visitor,
    Number(id): Number,
) -> Result<Response, Problem> {
    let found = ahead(&incubator, &visitor, id).await?;
    let row = &found.committee.row;
    let new = Typed {
        kind: row.kind.clone(),
        product: String::new(),
        day: day::date(row.day).to_string(),
        place: row.place.clone(),
        chair: row.chair.clone(),
        asked: row.asked.clone(),
        agenda: row.agenda.clone(),
    };
    Ok(form_again(&visitor, &found, (new, FormErrors::default())))
}

async fn prepare(
    State(incubator): State<Arc<Incubator>>,
    visitor: Visitor,
    Number(id): Number,
    Filled(new): Filled<Typed>,
) -> Result<Response, Problem> {
    let found = ahead(&incubator, &visitor, id).await?;
    let mut errors = FormErrors::default();
    let Some(prepared) = read(&mut errors, &new) else {
        return Ok(form_again(&visitor, &found, (new, errors)));
    };
    committee::prepare(&incubator.database, visitor.actor(), &found.committee, prepared).await?;
    Ok(redirect(&format!("{}?fait=comite-prepare", address(id))))
}
