use std::sync::Arc;

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::response::Response;
use axum::routing::get;
use jiff::Span;
use socle::pages::{FormErrors, Page, format};
use socle::rights::{Grant, Scope};
use socle::web::{Problem, Visitor, answered, page, redirect};

use super::announcement::Done;
use super::confirmation::Confirmation;
use super::journey::siret;
use super::journey_filters::Filters;
use super::operator_form::OperatorForm;
use super::place;
use crate::model::LocalDay;
use crate::store::operator::{self, Operator};
use crate::store::summary::{self, Totals};
use crate::store::{access_key, tenant};
use crate::{Registry, SHEET};
use socle::web::{Asked, Filled, Number};

pub fn routes() -> Router<Arc<Registry>> {
    Router::new()
        .route("/registre/operateurs", get(list).post(register))
        .route("/registre/operateurs/{id}", get(show))
        .route("/registre/operateurs/{id}/suspendre", get(ask_suspension).post(suspend))
        .route("/registre/operateurs/{id}/reprendre", get(ask_resumption).post(resume))
}

/// Where an operator stands: a word and the colour of its badge.
fn standing(operator: &Operator) -> (&'static str, &'static str) {
    match (operator.suspended_at, operator.connected_at) {
        (Some(_), _) => ("Suspendu", "error"),
        (None, Some(_)) => ("Connecté", "success"),
        (None, None) => ("Pas encore connecté", "info"),
    }
}

/// A line of the list.
struct Row {
    id: i64,
    name: String,
    standing: &'static str,
    colour: &'static str,
    connected: String,
    registered: String,
}

#[derive(Template)]
#[template(path = "operators.html")]
struct OperatorsPage {
    page: Page,
    operators: Vec<Row>,
    new: OperatorForm,
    errors: FormErrors,
    may_register: bool,
}

async fn operators_page(
    registry: &Registry,
    visitor: &Visitor,
    scope: &Scope,
    new: OperatorForm,
    errors: FormErrors,
) -> Result<Response, Problem> {
    let operators = operator::list(&registry.database, scope)
        .await?
        .into_iter()
        .map(|operator| {
            let (standing, colour) = standing(&operator);
            Row {
                id: operator.id,
                standing,
                colour,
                connected: operator.connected_at.map_or_else(|| "–".to_owned(), place::day),
                registered: place::day(operator.created_at),
                name: operator.name,
            }
        })
        .collect();
    let shown = OperatorsPage {
        page: Page::of_service(visitor, &SHEET, "Opérateurs"),
        operators,
        new,
        may_register: visitor.grant(&SHEET, "operator.register") != Grant::No,
        errors: errors.clone(),
    };
    Ok(answered(page(&shown), &errors))
}

async fn list(State(registry): State<Arc<Registry>>, visitor: Visitor) -> Result<Response, Problem> {
    let scope = visitor.allow(&SHEET, "operator.list")?;
    operators_page(&registry, &visitor, &scope, OperatorForm::default(), FormErrors::default()).await
}

async fn register(
    State(registry): State<Arc<Registry>>,
    visitor: Visitor,
    Filled(new): Filled<OperatorForm>,
) -> Result<Response, Problem> {
    let scope = visitor.allow(&SHEET, "operator.register")?;
    let mut read = new.read(uuid::Uuid::new_v4().to_string());
    if let Ok(operator) = &read {
        // Several operators may share one SIRET, but nobody could tell two equal names apart.
        let known = operator::list(&registry.database, &scope).await?;
        if known.iter().any(|known| known.name.to_lowercase() == operator.name.to_lowercase()) {
            let mut errors = FormErrors::default();
            errors.add("name", "Un opérateur porte déjà ce nom. Ouvrez-le dans la liste, ou donnez un nom qui les distingue.");
            read = Err(errors);
        }
    }
    match read {
        Ok(operator) => {
            let operator = operator::register(&registry.database, visitor.actor(), operator).await?;
            Ok(redirect(&format!("/registre/operateurs/{}?fait=operateur-inscrit", operator.id)))
        }
        Err(errors) => operators_page(&registry, &visitor, &scope, new, errors).await,
    }
}

/// A figure with its unit, period and source.
struct Figure {
    label: &'static str,
    value: String,
    unit: &'static str,
    period: String,
}

#[derive(Template)]
#[template(path = "operator.html")]
struct OperatorPage {
    page: Page,
    id: i64,
    name: String,
    standing: &'static str,
    colour: &'static str,
    legal_name: String,
    siret: String,
    email: String,
    uuid: String,
    registered: String,
    connected: String,
    suspended: Option<String>,
    figures: Vec<Figure>,
    keys: usize,
    people: usize,
    journeys_href: String,
    may_suspend: bool,
    may_read_keys: bool,
}

async fn found(registry: &Registry, scope: &Scope, id: i64) -> Result<Operator, Problem> {
    operator::find(&registry.database, scope, id).await?.ok_or(Problem::NotFound)
}

async fn show(
    State(registry): State<Arc<Registry>>,
    visitor: Visitor,
    Number(id): Number,
    Asked(done): Asked<Done>,
) -> Result<Response, Problem> {
    let scope = visitor.allow(&SHEET, "operator.list")?;
    let operator = found(&registry, &scope, id).await?;
    let own = Scope::Tenant(tenant(id));
    let keys = access_key::list(&registry.database, &own).await?.len();
    let people = registry.house.people.members_of(SHEET.id, Some(&tenant(id))).await?.len();
    let (standing, colour) = standing(&operator);
    let filters = Filters { operator: id.to_string(), ..Filters::default() };
    let page_ =
        Page::of_service(&visitor, &SHEET, &operator.name).under("Opérateurs", "/registre/operateurs");
    Ok(page(&OperatorPage {
        page: done.announce(page_),
        id,
        standing,
        colour,
        legal_name: operator.legal_name,
        siret: siret(&operator.siret),
        email: operator.contact_email,
        uuid: operator.uuid,
        registered: place::day(operator.created_at),
        connected: operator.connected_at.map_or_else(
            || "Pas encore\u{a0}: aucun trajet accepté à ce jour".to_owned(),
            |at| format!("{}, date du premier trajet accepté", place::day(at)),
        ),
        suspended: operator.suspended_at.map(place::moment),
        figures: figures(&registry, &own).await?,
        keys,
        people,
        journeys_href: filters.address(1),
        may_suspend: visitor.grant(&SHEET, "operator.suspend") != Grant::No,
        may_read_keys: visitor.grant(&SHEET, "credentials.read") != Grant::No,
        name: operator.name,
    }))
}

async fn figures(registry: &Registry, own: &Scope) -> Result<Vec<Figure>, Problem> {
    let today = place::today(registry.house.clock.now(), &format::paris());
    let month_ago = today.saturating_sub(Span::new().days(29));
    let (mut ever, mut month) = (Totals::default(), Totals::default());
    for (day, totals) in summary::by_day(&registry.database, own).await? {
        ever = ever.plus(totals);
        if day >= LocalDay::from_date(month_ago) {
            month = month.plus(totals);
        }
    }
    let lately = format!("Du {} au {}", format::date(month_ago), format::date(today));
    let always = format!("Depuis le début, au {}", format::date(today));
    let journeys = |count: i64| if count > 1 { "trajets" } else { "trajet" };
    let figure = |label, value, unit, period: &str| Figure {
        label,
        value: format::integer(value),
        unit,
        period: period.to_owned(),
    };
    Ok(vec![
        figure("Trajets valides", month.journeys, journeys(month.journeys), &lately),
        figure("Trajets valides", ever.journeys, journeys(ever.journeys), &always),
        figure("Distance partagée", (ever.metres + 500) / 1_000, "km", &always),
    ])
}

async fn ask_suspension(
    State(registry): State<Arc<Registry>>,
    visitor: Visitor,
    Number(id): Number,
) -> Result<Response, Problem> {
    let scope = visitor.allow(&SHEET, "operator.suspend")?;
    let operator = found(&registry, &scope, id).await?;
    let confirmation = Confirmation {
        page: under(&visitor, "Suspendre", &operator),
        question: format!("Suspendre {}\u{a0}?", operator.name),
        about: "La suspension coupe l’accès de ses serveurs. Prévenez l’opérateur avant, et dites-lui pourquoi.".to_owned(),
        consequences: vec![
            "Ses envois de trajets sont refusés aussitôt, comme toutes les demandes de ses serveurs.".to_owned(),
            "Les trajets qu’il fait pendant la suspension risquent d’être trop anciens pour être prouvés ensuite.".to_owned(),
            "Ses trajets déjà reçus et ses clés ne changent pas\u{a0}; ses équipes peuvent toujours consulter.".to_owned(),
            "Vous pourrez lever la suspension à tout moment.".to_owned(),
        ],
        action: format!("/registre/operateurs/{id}/suspendre"),
        button: "Suspendre l’opérateur",
        danger: true,
        back: format!("/registre/operateurs/{id}"),
    };
    Ok(confirmation.answer())
}

async fn ask_resumption(
    State(registry): State<Arc<Registry>>,
    visitor: Visitor,
    Number(id): Number,
) -> Result<Response, Problem> {
    let scope = visitor.allow(&SHEET, "operator.suspend")?;
    let operator = found(&registry, &scope, id).await?;
    let confirmation = Confirmation {
        page: under(&visitor, "Lever la suspension", &operator),
        question: format!("Lever la suspension de {}\u{a0}?", operator.name),
        about: "L’opérateur retrouve l’accès qu’il avait avant.".to_owned(),
        consequences: vec![
            "Ses clés d’accès fonctionnent de nouveau aussitôt.".to_owned(),
            "Les trajets trop anciens restent refusés\u{a0}: il ne peut plus les envoyer.".to_owned(),
        ],
        action: format!("/registre/operateurs/{id}/reprendre"),
        button: "Lever la suspension",
        danger: false,
        back: format!("/registre/operateurs/{id}"),
    };
    Ok(confirmation.answer())
}

fn under(visitor: &Visitor, title: &str, operator: &Operator) -> Page {
    Page::of_service(visitor, &SHEET, title)
        .under("Opérateurs", "/registre/operateurs")
        .under(&operator.name, &format!("/registre/operateurs/{}", operator.id))
}

async fn suspend(
    State(registry): State<Arc<Registry>>,
    visitor: Visitor,
    Number(id): Number,
) -> Result<Response, Problem> {
    set_suspended(&registry, &visitor, id, true).await?;
    Ok(redirect(&format!("/registre/operateurs/{id}?fait=operateur-suspendu")))
}

async fn resume(
    State(registry): State<Arc<Registry>>,
    visitor: Visitor,
    Number(id): Number,
) -> Result<Response, Problem> {
    set_suspended(&registry, &visitor, id, false).await?;
    Ok(redirect(&format!("/registre/operateurs/{id}?fait=operateur-repris")))
}

/// Asked twice, it is done once.
async fn set_suspended(
    registry: &Registry,
    visitor: &Visitor,
    id: i64,
    suspended: bool,
) -> Result<(), Problem> {
    let scope = visitor.allow(&SHEET, "operator.suspend")?;
    let operator = found(registry, &scope, id).await?;
    if operator.suspended_at.is_some() != suspended {
        operator::set_suspended(&registry.database, visitor.actor(), &operator, suspended).await?;
        registry.working_keys.forget_all();
    }
    Ok(())
}
